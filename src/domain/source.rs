//! Sources: what points come from. Their terms are definitions of the catalog. What has to be counted or may change by
//! itself is a record, which an accrual reads only where the terms say that it must.

use super::own::names_no_entry;
use super::tagged::tagged;
use super::{MemberId, Own, OwnIds, PointTypeId, Points, ProgramId, Sequence, SourceId, Span, Timestamp, Unit, Zone};
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use std::collections::BTreeSet;

/// What happens to an accrual beyond an inventory or a limit (rules E95, E100).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Beyond {
    /// It is refused as a whole.
    #[default]
    Reject,
    /// It gives as many points as there are; those that are lost are recorded.
    Clip,
}

/// How an accrual with several awards of one source counts (rule E91).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Counting {
    /// Each award counts.
    #[default]
    EachAward,
    /// The largest award counts, the others do not.
    Once,
}

/// Whose points a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LimitScope {
    /// Those of each member for itself (rule E96).
    Member,
    /// Those of all members together (rule E97).
    Source,
}

tagged! {
    /// The time in which a limit counts, by the engine's clock.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Window {
        /// A calendar day, week (from Monday), month or year in the program's zone.
        0 Calendar "calendar" (unit: Unit),
        /// The time until now: an issue counts until a whole span has passed since. Of more than
        /// [`COUNTED_PARTS_MAX`] issues within the span the oldest are counted together, until the last of them leaves.
        1 Sliding "sliding" (span: Span),
    }
}

/// At most so many points of a source in some time (rules E95 to E98).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Restriction {
    /// Its number within the source.
    pub restriction: u16,
    /// At most this many points, more than 0.
    pub max: Points,
    /// Whose points count.
    pub per: LimitScope,
    /// In what time.
    pub window: Window,
}

/// A restriction that is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Limit {
    /// What it says.
    pub restriction: Restriction,
    /// The version of the source's terms that began to count it.
    pub version: u32,
    /// When that was.
    pub since: Timestamp,
}

/// The terms of a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct SourceTerms {
    /// What people in the company call it (rule E18).
    pub name: Box<str>,
    /// The point types that it may give (rules E68, E90).
    pub point_types: BTreeSet<PointTypeId>,
    /// How several awards count: fixed at creation, so that what comes back is what was taken.
    pub counting: Counting,
    /// What happens beyond the inventory or a limit.
    pub beyond: Beyond,
    /// The receipt of an accrual that takes the inventory to this many points or fewer says so.
    pub low_at: Option<Points>,
    /// The restrictions, by their numbers.
    pub limits: Vec<Limit>,
    /// Whether accruals read the source's record: it has an inventory, or is not active.
    pub is_recorded: bool,
}

impl SourceTerms {
    /// Whether an accrual has to lock the source.
    #[must_use]
    pub fn is_guarded(&self) -> bool {
        self.is_recorded || !self.limits.is_empty()
    }
}

/// Why a source is paused (rule E23).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PauseReason {
    /// Somebody paused it.
    Manual,
    /// Its inventory ran out.
    Inventory,
}

/// Whether a source gives points (rule E19).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SourceStatus {
    /// It does.
    Active,
    /// Not for now: somebody paused it.
    Paused,
    /// Not for now: its inventory ran out.
    Exhausted,
    /// It is put away.
    Archived,
}

impl SourceStatus {
    /// The status of people's lists: active, paused or archived.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            SourceStatus::Active => "active",
            SourceStatus::Paused | SourceStatus::Exhausted => "paused",
            SourceStatus::Archived => "archived",
        }
    }

    /// Why it is paused, if it is.
    #[must_use]
    pub fn reason(self) -> Option<PauseReason> {
        match self {
            SourceStatus::Paused => Some(PauseReason::Manual),
            SourceStatus::Exhausted => Some(PauseReason::Inventory),
            SourceStatus::Active | SourceStatus::Archived => None,
        }
    }
}

/// The points that a source may give (rules E99 to E102).
///
/// Law: `given = left + issued + expired`, nothing negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Inventory {
    /// Set, added, less reduced.
    pub given: Points,
    /// Taken by accruals, less given back by cancellations.
    pub issued: Points,
    /// Left when the source was archived (rule E30).
    pub expired: Points,
}

impl Inventory {
    /// Points left.
    #[must_use]
    pub fn left(&self) -> Points {
        Points(self.given.0.saturating_sub(self.issued.0).saturating_sub(self.expired.0))
    }
}

/// What is counted of a source, and what changes by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The newest entry about the source: the head of the chain of its commands. Accruals are not in that chain, but
    /// for one that takes the last of the inventory.
    pub last_sequence: Sequence,
    /// Whether it gives points.
    pub status: SourceStatus,
    /// The points that it may give; without it, any number (rule E21).
    pub inventory: Option<Inventory>,
}

impl Own for Source {
    fn fill(&mut self, own: &OwnIds) {
        let Source { last_sequence, status: _, inventory: _ } = self;
        last_sequence.fill(own);
    }
}

/// What changed an inventory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum InventoryChange {
    /// It was set for the first time.
    Set,
    /// Points were added, or taken out.
    Modified,
    /// An accrual took points.
    Drawn,
    /// A cancellation gave points back.
    Returned,
    /// What was left when the source was archived.
    Expired,
}

impl InventoryChange {
    /// The change as one word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            InventoryChange::Set => "set",
            InventoryChange::Modified => "modified",
            InventoryChange::Drawn => "drawn",
            InventoryChange::Returned => "returned",
            InventoryChange::Expired => "expired",
        }
    }
}

/// What a limit has counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CountKey {
    /// The program.
    pub program: ProgramId,
    /// The source.
    pub source: SourceId,
    /// The restriction.
    pub restriction: u16,
    /// The version of the terms that began to count it.
    pub version: u32,
    /// Whose points; 0 where those of all members count together.
    pub member: MemberId,
}

/// Issues that a sliding window keeps apart.
pub const COUNTED_PARTS_MAX: usize = 64;

/// Points that a limit has counted: of a calendar window in one part, of a sliding one by instant.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counted {
    parts: SmallVec<[(Timestamp, Points); 1]>,
}

names_no_entry!(CountKey, Counted);

/// The window of a limit at an instant: so where issues are counted then is found once for all that is asked of it.
#[derive(Debug, Clone, Copy)]
pub struct OpenWindow<'a> {
    window: Window,
    now: Timestamp,
    zone: &'a Zone,
    /// Where issues are counted now.
    place: Timestamp,
}

impl Window {
    /// The window at an instant.
    #[must_use]
    pub fn open_at(self, now: Timestamp, zone: &Zone) -> OpenWindow<'_> {
        OpenWindow { window: self, now, zone, place: self.place(now, zone) }
    }

    /// Where issues at an instant are counted.
    fn place(self, at: Timestamp, zone: &Zone) -> Timestamp {
        match self {
            Window::Calendar(unit) => at.start_of(unit, zone),
            Window::Sliding(_) => at,
        }
    }
}

impl OpenWindow<'_> {
    /// Whether issues that are counted at a place still count.
    fn holds(&self, place: Timestamp) -> bool {
        match self.window {
            Window::Calendar(_) => place == self.place,
            Window::Sliding(span) => !span.is_over(place, self.now, self.zone),
        }
    }
}

impl Counted {
    /// Points that count now.
    #[must_use]
    pub fn within(&self, window: &OpenWindow<'_>) -> Points {
        let parts = self.parts.iter().filter(|(place, _)| window.holds(*place));
        Points(parts.fold(0i64, |sum, (_, points)| sum.saturating_add(points.0)))
    }

    /// Counts points that are issued now; those that count no more are forgotten.
    pub fn add(&mut self, points: Points, window: &OpenWindow<'_>) {
        self.parts.retain(|(place, _)| window.holds(*place));
        match self.parts.last_mut().filter(|(last, _)| *last == window.place) {
            Some((_, sum)) => *sum = Points(sum.0.saturating_add(points.0)),
            None => self.parts.push((window.place, points)),
        }
        if self.parts.len() > COUNTED_PARTS_MAX {
            let (_, oldest) = self.parts.remove(0);
            if let Some((_, sum)) = self.parts.first_mut() {
                *sum = Points(sum.0.saturating_add(oldest.0));
            }
        }
    }

    /// Points that were issued at an instant came back now: they count no more, where they still did.
    pub fn give_back(&mut self, points: Points, issued_at: Timestamp, window: &OpenWindow<'_>) {
        let place = window.window.place(issued_at, window.zone);
        if !window.holds(place) {
            return;
        }
        let found = match window.window {
            Window::Calendar(_) => self.parts.iter_mut().find(|(known, _)| *known == place),
            // it may have been counted together with a later one
            Window::Sliding(_) => self.parts.iter_mut().find(|(known, _)| *known >= place),
        };
        if let Some((_, sum)) = found {
            *sum = Points(sum.0.saturating_sub(points.0).max(0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_calendar_window_begins_anew() {
        let zone: Zone = "Europe/Vienna".parse().unwrap();
        let window = Window::Calendar(Unit::Days);
        let mut counted = Counted::default();
        counted.add(Points(60), &window.open_at(at("2026-03-01T22:59:59.999Z"), &zone));
        assert_eq!(counted.within(&window.open_at(at("2026-03-01T22:59:59.999Z"), &zone)), Points(60));
        assert_eq!(counted.within(&window.open_at(at("2026-03-01T23:00:00Z"), &zone)), Points(0), "midnight in Vienna");
        counted.add(Points(5), &window.open_at(at("2026-03-01T23:00:00Z"), &zone));
        let back = |points: i64, of: &str, counted: &mut Counted| {
            counted.give_back(Points(points), at(of), &window.open_at(at("2026-03-02T10:00:00Z"), &zone));
        };
        back(60, "2026-03-01T22:00:00Z", &mut counted);
        assert_eq!(counted.within(&window.open_at(at("2026-03-02T10:00:00Z"), &zone)), Points(5), "of the day before");
        back(2, "2026-03-01T23:30:00Z", &mut counted);
        assert_eq!(counted.within(&window.open_at(at("2026-03-02T10:00:00Z"), &zone)), Points(3));
    }

    #[test]
    fn a_sliding_window_lets_go_when_a_span_has_passed() {
        let window = Window::Sliding(Span::days(7));
        let mut counted = Counted::default();
        counted.add(Points(60), &window.open_at(at("2026-03-01T12:00:00Z"), &Zone::UTC));
        assert_eq!(counted.within(&window.open_at(at("2026-03-08T11:59:59.999Z"), &Zone::UTC)), Points(60));
        assert_eq!(counted.within(&window.open_at(at("2026-03-08T12:00:00Z"), &Zone::UTC)), Points(0));
    }

    #[test]
    fn what_counts_no_more_gives_nothing_back() {
        let window = Window::Sliding(Span::days(7));
        let mut counted = Counted::default();
        counted.add(Points(60), &window.open_at(at("2026-03-01T12:00:00Z"), &Zone::UTC));
        counted.add(Points(5), &window.open_at(at("2026-03-08T12:00:00Z"), &Zone::UTC));
        let now = at("2026-03-09T12:00:00Z");
        counted.give_back(Points(60), at("2026-03-01T12:00:00Z"), &window.open_at(now, &Zone::UTC));
        assert_eq!(counted.within(&window.open_at(now, &Zone::UTC)), Points(5));
    }

    #[test]
    fn more_issues_than_are_kept_apart_are_never_forgotten_early() {
        let window = Window::Sliding(Span::days(1));
        let mut counted = Counted::default();
        let start = at("2026-03-01T00:00:00Z").ms();
        let instant = |n: i64| Timestamp::from_ms(start + n).unwrap();
        (0..200).for_each(|n| counted.add(Points(1), &window.open_at(instant(n), &Zone::UTC)));
        assert_eq!(counted.parts.len(), COUNTED_PARTS_MAX);
        assert_eq!(counted.within(&window.open_at(instant(199), &Zone::UTC)), Points(200));
        counted.give_back(Points(1), instant(3), &window.open_at(instant(199), &Zone::UTC));
        assert_eq!(counted.within(&window.open_at(instant(199), &Zone::UTC)), Points(199));
    }
}
