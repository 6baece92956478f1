//! The model's sources: a list of what each gave, by transaction, from which inventories and limits are counted afresh
//! each time they are asked for.

use super::calendar;
use super::ledger::{Effect, Model, Transaction};
use super::member::Given;
use accruedb::domain::*;
use std::collections::{BTreeMap, BTreeSet};

/// What one accrual took of a source, as far as it still counts.
#[derive(Debug, Clone)]
struct Taken {
    request: RequestId,
    member: MemberId,
    at: Timestamp,
    points: i64,
}

#[derive(Debug, Clone)]
struct ModelLimit {
    restriction: Restriction,
    taken: Vec<Taken>,
}

#[derive(Debug, Clone)]
pub(crate) struct ModelSource {
    point_types: BTreeSet<PointTypeId>,
    counting: Counting,
    beyond: Beyond,
    low_at: Option<Points>,
    pub(crate) status: SourceStatus,
    /// Points given to it, less those that expired; and what accruals took.
    stock: Option<i64>,
    lapsed: i64,
    drawn: Vec<Taken>,
    limits: BTreeMap<u16, ModelLimit>,
}

/// A refusal that is told with the smallest room.
type Room = (i64, Rejection);

impl ModelSource {
    fn left(&self) -> Option<i64> {
        Some(self.stock? - self.lapsed - self.issued())
    }

    fn issued(&self) -> i64 {
        self.drawn.iter().map(|taken| taken.points).sum()
    }

    /// Its inventory as the engine shows it.
    pub(crate) fn inventory(&self) -> Option<Inventory> {
        let [given, issued, expired] = [self.stock?, self.issued(), self.lapsed].map(Points);
        Some(Inventory { given, issued, expired })
    }

    pub(crate) fn restrictions(&self) -> Vec<Restriction> {
        self.limits.values().map(|limit| limit.restriction).collect()
    }

    fn is_guarded(&self) -> bool {
        self.stock.is_some() || self.status != SourceStatus::Active || !self.limits.is_empty()
    }

    fn check_active(&self, source: SourceId) -> Result<(), Rejection> {
        match self.status {
            SourceStatus::Active => Ok(()),
            SourceStatus::Paused | SourceStatus::Exhausted => Err(Rejection::SourcePaused { source }),
            SourceStatus::Archived => Err(Rejection::SourceArchived { source }),
        }
    }

    /// What points count against it.
    fn counted(&self, points: impl Iterator<Item = i64>) -> i128 {
        match self.counting {
            Counting::EachAward => points.map(i128::from).sum(),
            Counting::Once => points.max().unwrap_or_default().into(),
        }
    }

    fn room(&self, id: SourceId, member: MemberId, now: Timestamp, zone: &Zone) -> Room {
        let mut room = (i64::MAX, Rejection::Overflow);
        if let Some(left) = self.left() {
            room = (left, Rejection::InventoryExceeded { source: id, left: Points(left) });
        }
        for (number, limit) in &self.limits {
            let used = limit.used(member, now, zone);
            let left = i64::try_from((i128::from(limit.restriction.max.0) - used).max(0)).unwrap();
            if left < room.0 {
                room = (left, Rejection::LimitReached { source: id, restriction: *number, left: Points(left) });
            }
        }
        room
    }

    /// Tells of a change of its inventory, and pauses it where nothing is left.
    fn changed(&mut self, source: SourceId, change: InventoryChange, points: i64, told: &mut Vec<Leg>) {
        let left = Points(self.left().expect("it has an inventory"));
        told.push(Leg::Inventory { source, change, points: Points(points), left });
        if self.status == SourceStatus::Active && left == Points(0) {
            self.status = SourceStatus::Exhausted;
            told.push(Leg::SourceStatus { source, status: self.status });
        }
    }
}

impl ModelLimit {
    fn used(&self, member: MemberId, now: Timestamp, zone: &Zone) -> i128 {
        let counts = |taken: &&Taken| {
            let is_own = self.restriction.per == LimitScope::Source || taken.member == member;
            is_own
                && match self.restriction.window {
                    Window::Calendar(unit) => {
                        calendar::period(taken.at, unit, zone) == calendar::period(now, unit, zone)
                    }
                    Window::Sliding(span) => calendar::after(span, taken.at, zone).is_none_or(|end| now < end),
                }
        };
        self.taken.iter().filter(counts).map(|taken| i128::from(taken.points)).sum()
    }
}

impl Model {
    fn source(&mut self, source: SourceId) -> Result<&mut ModelSource, Rejection> {
        self.sources.get_mut(&source).ok_or(Rejection::SourceUnknown { source })
    }

    fn check_types(&self, source: SourceId, types: &BTreeSet<PointTypeId>) -> Result<(), Rejection> {
        types.iter().try_for_each(|point_type| self.rules.kind(*point_type).map(drop))?;
        if types.is_empty() { Err(Rejection::SourceWithoutTypes { source }) } else { Ok(()) }
    }

    /// Everything that is done to a source but giving points.
    pub(super) fn change_source(&mut self, action: &Action) -> Effect {
        match action {
            Action::CreateSource(body) => self.create_source(body)?,
            Action::EditSource(body) => self.edit_source(body)?,
            Action::PauseSource(PauseSource { source }) => {
                self.source(*source)?.check_active(*source)?;
                self.set_source_status(*source, SourceStatus::Paused);
            }
            Action::ResumeSource(ResumeSource { source }) => self.resume_source(*source)?,
            Action::ArchiveSource(body) => self.archive_source(body)?,
            Action::SetInventory(SetInventory { source, points }) => {
                let known = self.source(*source)?;
                if known.stock.is_some() {
                    return Err(Rejection::InventoryExists { source: *source });
                }
                self.fill(*source, points.0);
            }
            Action::ModifyInventory(body) => self.modify_inventory(body)?,
            Action::RestrictSource(RestrictSource { source, restriction }) => {
                let known = self.source(*source)?;
                known.check_active(*source)?;
                let before = known.limits.remove(&restriction.restriction);
                let same = |old: &ModelLimit| {
                    (old.restriction.per, old.restriction.window) == (restriction.per, restriction.window)
                };
                let taken = before.filter(same).map(|old| old.taken).unwrap_or_default();
                known.limits.insert(restriction.restriction, ModelLimit { restriction: *restriction, taken });
            }
            Action::UnrestrictSource(UnrestrictSource { source, restriction }) => {
                let (source, restriction) = (*source, *restriction);
                let known = self.source(source)?;
                known.check_active(source)?;
                known.limits.remove(&restriction).ok_or(Rejection::RestrictionUnknown { source, restriction })?;
            }
            other => unreachable!("not about a source: {other:?}"),
        }
        Ok(Transaction::Other)
    }

    fn create_source(&mut self, body: &CreateSource) -> Result<(), Rejection> {
        let source = body.source;
        if self.sources.contains_key(&source) {
            return Err(Rejection::SourceExists { source });
        }
        let point_types = body.point_types.clone().unwrap_or_else(|| self.rules.types.keys().copied().collect());
        self.check_types(source, &point_types)?;
        let limit = |restriction: &Restriction| {
            (restriction.restriction, ModelLimit { restriction: *restriction, taken: Vec::new() })
        };
        let new = ModelSource {
            point_types,
            counting: body.counting,
            beyond: body.beyond,
            low_at: body.low_at,
            status: SourceStatus::Active,
            stock: None,
            lapsed: 0,
            drawn: Vec::new(),
            limits: body.restrictions.iter().map(limit).collect(),
        };
        self.sources.insert(source, new);
        if let Some(points) = body.inventory {
            self.fill(source, points.0);
        }
        Ok(())
    }

    fn edit_source(&mut self, body: &EditSource) -> Result<(), Rejection> {
        self.source(body.source)?;
        if let Some(point_types) = &body.point_types {
            self.check_types(body.source, point_types)?;
        }
        let known = self.source(body.source)?;
        known.check_active(body.source)?;
        known.point_types = body.point_types.clone().unwrap_or(known.point_types.clone());
        known.beyond = body.beyond.unwrap_or(known.beyond);
        known.low_at = body.low_at.or(known.low_at);
        Ok(())
    }

    fn set_source_status(&mut self, source: SourceId, status: SourceStatus) {
        self.sources.get_mut(&source).expect("it is known").status = status;
        self.told_of_sources.push(Leg::SourceStatus { source, status });
    }

    fn resume_source(&mut self, source: SourceId) -> Result<(), Rejection> {
        let known = self.source(source)?;
        if known.status == SourceStatus::Active {
            return Err(Rejection::SourceActive { source });
        }
        if known.left() == Some(0) {
            return Err(Rejection::InventoryEmpty { source });
        }
        self.set_source_status(source, SourceStatus::Active);
        Ok(())
    }

    fn archive_source(&mut self, body: &ArchiveSource) -> Result<(), Rejection> {
        let source = body.source;
        let known = self.source(source)?;
        let left = known.left().unwrap_or_default();
        match known.status {
            SourceStatus::Active => return Err(Rejection::SourceActive { source }),
            SourceStatus::Archived => return Err(Rejection::SourceArchived { source }),
            SourceStatus::Paused | SourceStatus::Exhausted if !body.confirm => {
                return Err(Rejection::NeedsConfirm { source, left: Points(left) });
            }
            SourceStatus::Paused | SourceStatus::Exhausted => {}
        }
        self.set_source_status(source, SourceStatus::Archived);
        self.lapse(source, left);
        Ok(())
    }

    /// Points of an inventory that are left when its source is archived, or come back to it then, are gone.
    fn lapse(&mut self, source: SourceId, points: i64) {
        if points > 0 {
            let known = self.sources.get_mut(&source).expect("it is known");
            known.lapsed += points;
            known.changed(source, InventoryChange::Expired, -points, &mut self.told_of_sources);
        }
    }

    fn fill(&mut self, source: SourceId, points: i64) {
        let known = self.sources.get_mut(&source).expect("it is known");
        known.stock = Some(points);
        known.changed(source, InventoryChange::Set, points, &mut self.told_of_sources);
    }

    fn modify_inventory(&mut self, body: &ModifyInventory) -> Result<(), Rejection> {
        let (source, points) = (body.source, body.points.0);
        let known = self.sources.get_mut(&source).ok_or(Rejection::SourceUnknown { source })?;
        let (Some(stock), Some(left)) = (known.stock, known.left()) else {
            return Err(Rejection::InventoryUnset { source });
        };
        if i128::from(left) + i128::from(points) < 0 {
            return Err(Rejection::InventoryExceeded { source, left: Points(left) });
        }
        known.stock = Some(stock.checked_add(points).ok_or(Rejection::Overflow)?);
        known.changed(source, InventoryChange::Modified, points, &mut self.told_of_sources);
        Ok(())
    }

    /// Which points of each award its source lets an accrual give.
    pub(super) fn issued(&self, body: &Accrue) -> Result<Vec<i64>, Rejection> {
        let program = self.rules.program.as_ref().ok_or(Rejection::ProgramUnknown)?;
        for (award, place) in body.awards.iter().zip(0u16..) {
            let known = award.source.and_then(|source| Some((source, self.sources.get(&source)?)));
            match (award.source, known) {
                (None, _) if program.require_source == SourceRule::Required => {
                    return Err(Rejection::SourceRequired { place });
                }
                (Some(source), None) if program.require_source == SourceRule::Required => {
                    return Err(Rejection::SourceUnknown { source });
                }
                (_, Some((source, known))) if !known.point_types.contains(&award.point_type) => {
                    return Err(Rejection::SourceNotLinked { source, point_type: award.point_type });
                }
                _ => {}
            }
        }
        let mut points: Vec<i64> = body.awards.iter().map(|award| award.points.0).collect();
        for (id, places) in by_source(body) {
            let Some(known) = self.sources.get(&id).filter(|known| known.is_guarded()) else { continue };
            known.check_active(id)?;
            let wanted = known.counted(places.iter().map(|at| points[*at]));
            let wanted = i64::try_from(wanted).map_err(|_| Rejection::Overflow)?;
            let (room, why) = known.room(id, body.member, self.now, &program.zone);
            if wanted > room && known.beyond == Beyond::Reject {
                return Err(why);
            }
            let mut left = room;
            for at in places {
                points[at] = points[at].min(left);
                if known.counting == Counting::EachAward {
                    left -= points[at];
                }
            }
        }
        Ok(points)
    }

    /// Sources lose what an accrual gave of theirs.
    pub(super) fn take_from_sources(&mut self, request: RequestId, body: &Accrue, (let_go, given): (&[i64], &[i64])) {
        for ((award, points), place) in body.awards.iter().zip(let_go).zip(0u16..) {
            let points = Points(award.points.0 - points);
            if let (Some(source), true) = (award.source, points.0 > 0) {
                self.told_of_sources.push(Leg::Withheld { source, place, point_type: award.point_type, points });
            }
        }
        let now = self.now;
        for (id, places) in by_source(body) {
            let Some(known) = self.sources.get_mut(&id).filter(|known| known.is_guarded()) else { continue };
            let points = known.counted(places.iter().map(|at| given[*at])) as i64;
            if points == 0 {
                continue;
            }
            let taken = Taken { request, member: body.member, at: now, points };
            known.limits.values_mut().for_each(|limit| limit.taken.push(taken.clone()));
            if let Some(before) = known.left() {
                known.drawn.push(taken);
                known.changed(id, InventoryChange::Drawn, -points, &mut self.told_of_sources);
                let left = before - points;
                if known.low_at.is_some_and(|low| left <= low.0 && low.0 < before) {
                    self.told_of_sources.push(Leg::InventoryLow { source: id, left: Points(left) });
                }
            }
        }
    }

    /// Sources get back what was cancelled of an accrual: awards as they are, and as they were.
    pub(super) fn give_back_to_sources(&mut self, request: RequestId, body: &Accrue, awards: &[Given], before: &[i64]) {
        for (id, places) in by_source(body) {
            let Some(known) = self.sources.get_mut(&id) else { continue };
            let kept = |at: &usize, cancelled: i64| awards[*at].points - cancelled;
            let counted = known.counted(places.iter().map(|at| kept(at, before[*at])));
            let counts = known.counted(places.iter().map(|at| kept(at, awards[*at].cancelled)));
            let back = (counted - counts) as i64;
            let give = |taken: &mut Vec<Taken>| {
                let of = taken.iter_mut().find(|taken| taken.request == request);
                of.map(|taken| taken.points -= back).is_some()
            };
            for limit in known.limits.values_mut() {
                give(&mut limit.taken);
            }
            if give(&mut known.drawn) && back > 0 {
                known.changed(id, InventoryChange::Returned, back, &mut self.told_of_sources);
                if known.status == SourceStatus::Archived {
                    self.lapse(id, back);
                }
            }
        }
    }
}

/// The sources of an accrual, in the order in which it names them, each with the places of its awards.
fn by_source(body: &Accrue) -> Vec<(SourceId, Vec<usize>)> {
    let mut found: Vec<(SourceId, Vec<usize>)> = Vec::new();
    for (award, at) in body.awards.iter().zip(0..) {
        let Some(source) = award.source else { continue };
        match found.iter_mut().find(|(id, _)| *id == source) {
            Some((_, places)) => places.push(at),
            None => found.push((source, vec![at])),
        }
    }
    found
}
