//! How much an accrual may take from its sources, and what cancelling it gives back (rules E05, E22, E24, E68, E91, E95
//! to E100).

use super::Known;
use crate::domain::tables::SourceCounts;
use crate::domain::{
    Accrue, Award, Beyond, CountKey, Counted, Counting, InventoryChange, Leg, Limit, LimitScope, MemberId, OpenWindow,
    Points, Program, Rejection, SourceId, SourceRule, SourceStatus, Subject,
};
use crate::machine::draft::{Draft, fits};
use crate::machine::effects::Effect;
use crate::machine::original::Original;
use crate::machine::rule::LockSet;
use crate::machine::view::{Undecided, View};
use smallvec::SmallVec;
use std::borrow::Cow;

/// Names the sources that have to be locked for these awards.
pub(in crate::machine) fn name(program: &Program, awards: &[Award], names: &mut LockSet) {
    if program.sources.is_empty() {
        return;
    }
    for source in awards.iter().filter_map(|award| award.source) {
        if program.source(source).is_some_and(|terms| terms.is_guarded()) {
            names.subject(Subject::Source(source));
        }
    }
}

/// What an accrual takes from a source.
struct Drawn<'a> {
    known: Known<'a>,
    points: Points,
    /// What each of its limits has counted before, in their order.
    counts: Vec<Count<'a>>,
}

/// What a limit has counted.
struct Count<'a> {
    key: CountKey,
    counted: Counted,
    window: OpenWindow<'a>,
}

/// What an accrual gives, and takes from its sources.
pub(in crate::machine) struct Issue<'a, 'b> {
    member: MemberId,
    /// As they were asked for.
    asked: &'b [Award],
    awards: Cow<'b, [Award]>,
    /// A list elsewhere: most accruals have none, and this one is moved about.
    drawn: Vec<Drawn<'a>>,
    /// What accounts had no room for, by the award's place.
    unfit: Vec<(u16, Points)>,
}

impl Issue<'_, '_> {
    /// The awards, less what is clipped of them.
    pub(in crate::machine) fn awards(&self) -> &[Award] {
        &self.awards
    }

    /// How many legs an accrual has in the common case: one for each award, for the block that pays for it, and for each
    /// inventory.
    pub(in crate::machine) fn legs(&self) -> usize {
        self.asked.len().saturating_mul(2).saturating_add(self.drawn.len())
    }

    /// An award gives fewer points than its source would have: its account has no room for more. The source loses only
    /// what was given.
    pub(in crate::machine) fn give(&mut self, place: u16, given: Points) {
        let Some(award) = self.awards.to_mut().get_mut(usize::from(place)) else { return };
        self.unfit.push((place, Points(award.points.0.saturating_sub(given.0))));
        award.points = given;
        for Drawn { known, points, .. } in &mut self.drawn {
            let given = self.awards.iter().filter(|award| award.source == Some(known.id)).map(|award| award.points);
            *points = counted(known.terms.counting, given).unwrap_or(*points);
        }
    }
}

/// How many points awards count against a source.
fn counted(counting: Counting, points: impl Iterator<Item = Points>) -> Option<Points> {
    match counting {
        Counting::EachAward => points.map(|points| points.0).try_fold(0i64, i64::checked_add).map(Points),
        Counting::Once => Some(points.max().unwrap_or_default()),
    }
}

impl<'a, V: View> Draft<'a, V> {
    /// Asks the sources of an accrual; nothing is taken yet.
    pub(in crate::machine) fn plan_issue<'b>(
        &mut self,
        member: MemberId,
        asked: &'b [Award],
    ) -> Result<Issue<'a, 'b>, Undecided> {
        let mut issue = Issue { member, asked, awards: Cow::Borrowed(asked), drawn: Vec::new(), unfit: Vec::new() };
        let program = self.program()?;
        if program.sources.is_empty() && program.settings.require_source == SourceRule::Optional {
            return Ok(issue);
        }
        check_named(program, asked)?;
        for source in asked.iter().filter_map(|award| award.source) {
            let is_guarded = program.source(source).is_some_and(|terms| terms.is_guarded());
            if is_guarded && issue.drawn.iter().all(|drawn| drawn.known.id != source) {
                self.plan_source(&mut issue, source)?;
            }
        }
        Ok(issue)
    }

    /// Asks one source that is guarded.
    fn plan_source(&mut self, issue: &mut Issue<'a, '_>, source: SourceId) -> Result<(), Undecided> {
        let known = self.active_source(source)?;
        let of_source = |award: &&Award| award.source == Some(source);
        let wanted =
            fits(counted(known.terms.counting, issue.asked.iter().filter(of_source).map(|award| award.points)))?;
        let counts = self.counts_of(&known, issue.member)?;
        let (room, beyond) = self.room(&known, &counts)?;
        // cheaper than to let an empty list grow
        if issue.drawn.is_empty() {
            issue.drawn = Vec::with_capacity(1);
        }
        if wanted <= room {
            issue.drawn.push(Drawn { known, points: wanted, counts });
            return Ok(());
        }
        if known.terms.beyond == Beyond::Reject {
            return Err(beyond.into());
        }
        let mut left = room;
        for award in issue.awards.to_mut().iter_mut().filter(|award| award.source == Some(source)) {
            award.points = award.points.min(left);
            if known.terms.counting == Counting::EachAward {
                left = Points(left.0.saturating_sub(award.points.0));
            }
        }
        issue.drawn.push(Drawn { known, points: room, counts });
        Ok(())
    }

    /// What the limits of a source have counted.
    fn counts_of(&self, known: &Known<'a>, member: MemberId) -> Result<Vec<Count<'a>>, Undecided> {
        let zone = &self.settings()?.zone;
        let mut counts = Vec::with_capacity(known.terms.limits.len());
        for limit in &known.terms.limits {
            let key = self.count_key(known.id, limit, member);
            let counted = self.counted_of(&key)?.unwrap_or_default();
            counts.push(Count { key, counted, window: limit.restriction.window.open_at(self.now, zone) });
        }
        Ok(counts)
    }

    /// How many points a source may still give, and why no more.
    fn room(&self, known: &Known<'a>, counts: &[Count<'a>]) -> Result<(Points, Rejection), Undecided> {
        let source = known.id;
        let mut room = (Points(i64::MAX), Rejection::Overflow);
        if let Some(inventory) = self.effects.sources[known.at].inventory {
            let left = inventory.left();
            room = (left, Rejection::InventoryExceeded { source, left });
        }
        for (limit, count) in known.terms.limits.iter().zip(counts) {
            let used = count.counted.within(&count.window);
            let left = Points(limit.restriction.max.0.saturating_sub(used.0).max(0));
            if left < room.0 {
                room = (left, Rejection::LimitReached { source, restriction: limit.restriction.restriction, left });
            }
        }
        Ok(room)
    }

    /// What a limit has counted, as this command has it.
    fn counted_of(&self, key: &CountKey) -> Result<Option<Counted>, Undecided> {
        match SourceCounts::of(&self.effects.rows).get(key) {
            Some(counted) => Ok(counted.clone()),
            None => self.view.count(*key),
        }
    }

    fn count_key(&self, source: SourceId, limit: &Limit, member: MemberId) -> CountKey {
        let member = match limit.restriction.per {
            LimitScope::Member => member,
            LimitScope::Source => MemberId(0),
        };
        let (restriction, version) = (limit.restriction.restriction, limit.version);
        CountKey { program: self.id, source, restriction, version, member }
    }

    /// Takes what was planned from the sources.
    pub(in crate::machine) fn issue(&mut self, issue: Issue<'a, '_>) -> Result<(), Undecided> {
        for ((asked, given), place) in issue.asked.iter().zip(issue.awards()).zip(0..u16::MAX) {
            if let (Some(source), true) = (asked.source, given.points < asked.points) {
                let unfit = issue.unfit.iter().find(|(of, _)| *of == place).map_or(Points::ZERO, |(_, points)| *points);
                let points = fits(asked.points.minus(given.points).and_then(|points| points.minus(unfit)))?;
                if points.is_positive() {
                    self.effects.legs.push(Leg::Withheld { source, place, point_type: asked.point_type, points });
                }
            }
        }
        for Drawn { known, points, counts } in issue.drawn.into_iter().filter(|drawn| drawn.points.is_positive()) {
            let before = self.effects.sources[known.at].inventory.map(|inventory| inventory.left());
            if let Some(before) = before {
                self.change_inventory(known.at, InventoryChange::Drawn, fits(points.negated())?)?;
                let left = Points(before.0.saturating_sub(points.0));
                if known.terms.low_at.is_some_and(|low| left <= low && low < before) {
                    self.effects.legs.push(Leg::InventoryLow { source: known.id, left });
                }
            }
            for Count { key, mut counted, window } in counts {
                counted.add(points, &window);
                self.put::<SourceCounts>(key, Some(counted));
            }
        }
        Ok(())
    }

    /// Gives the points of cancelled awards back to the inventories and limits that counted them.
    pub(in crate::machine) fn give_back_to_sources(
        &mut self,
        accrue: &Accrue,
        original: &Original,
        parts: &[(u16, Points)],
    ) -> Result<(), Undecided> {
        let mut done: SmallVec<[SourceId; 2]> = SmallVec::new();
        for source in accrue.awards.iter().filter_map(|award| award.source) {
            let is_guarded = self.program()?.source(source).is_some_and(|terms| terms.is_guarded());
            if !done.contains(&source) && is_guarded {
                done.push(source);
                let known = self.known_source(source)?;
                let points = given_back(&known, accrue, original, parts)?;
                if points.is_positive() {
                    self.give_back_to_source(&known, (accrue.member, points), original)?;
                }
            }
        }
        Ok(())
    }

    fn give_back_to_source(
        &mut self,
        known: &Known<'a>,
        (member, points): (MemberId, Points),
        original: &Original,
    ) -> Result<(), Undecided> {
        let mut changes = original.legs().iter().filter_map(Leg::inventory);
        if changes.any(|(source, change, _)| source == known.id && change == InventoryChange::Drawn) {
            self.change_inventory(known.at, InventoryChange::Returned, points)?;
            if self.effects.sources[known.at].status == SourceStatus::Archived {
                self.change_inventory(known.at, InventoryChange::Expired, fits(points.negated())?)?;
            }
        }
        let zone = &self.settings()?.zone;
        let issued_at = original.entry.recorded_at;
        for limit in known.terms.limits.iter().filter(|limit| limit.since <= issued_at) {
            let key = self.count_key(known.id, limit, member);
            if let Some(mut counts) = self.counted_of(&key)? {
                counts.give_back(points, issued_at, &limit.restriction.window.open_at(self.now, zone));
                self.put::<SourceCounts>(key, Some(counts));
            }
        }
        Ok(())
    }
}

/// Every award names a source that may give its points, as far as the program knows its sources (rules E05, E68).
fn check_named(program: &Program, awards: &[Award]) -> Result<(), Rejection> {
    let is_required = program.settings.require_source == SourceRule::Required;
    for (award, place) in awards.iter().zip(0..u16::MAX) {
        match award.source {
            None if is_required => return Err(Rejection::SourceRequired { place }),
            None => {}
            Some(source) => match program.source(source) {
                None if is_required => return Err(Rejection::SourceUnknown { source }),
                Some(terms) if !terms.point_types.contains(&award.point_type) => {
                    return Err(Rejection::SourceNotLinked { source, point_type: award.point_type });
                }
                None | Some(_) => {}
            },
        }
    }
    Ok(())
}

/// How many points count no more when parts of an accrual's awards are cancelled.
fn given_back(
    known: &Known<'_>,
    accrue: &Accrue,
    original: &Original,
    parts: &[(u16, Points)],
) -> Result<Points, Rejection> {
    let of_source = || {
        let places = accrue.awards.iter().zip(0..u16::MAX);
        places.filter(|(award, _)| award.source == Some(known.id)).map(|(_, place)| place)
    };
    let kept = |place: u16| original.awarded(place).0.saturating_sub(original.cancelled(place).0);
    let part = |place: u16| parts.iter().find(|(of, _)| *of == place).map_or(0, |(_, points)| points.0);
    let before = fits(counted(known.terms.counting, of_source().map(|place| Points(kept(place)))))?;
    let after = of_source().map(|place| Points(kept(place).saturating_sub(part(place))));
    fits(before.minus(fits(counted(known.terms.counting, after))?))
}
