//! Sums by day, source and point type: reports without scanning.
//!
//! They are 128 bits wide, so that no number of amounts can overflow them. An instant lies in a day of the program's
//! zone and in a UTC day; a row belongs to both, so that reports may cut either way.

use super::own::names_no_entry;
use super::tagged::{read_sparse, write_sparse};
use super::{Day, Item, PointState, PointTypeId, ProgramId, SourceId, SubtypeId};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a [`Totals`] row sums up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TotalsKey {
    /// The program.
    pub program: ProgramId,
    /// The day, in the program's zone, on which it took effect: an expiry stands at its instant, whenever it was booked.
    pub day: Day,
    /// The UTC day of the same instant.
    pub utc_day: Day,
    /// What the points come from; 0 where no source was given.
    pub source: SourceId,
    /// The kind of points.
    pub point_type: PointTypeId,
    /// Why they were given.
    pub subtype: SubtypeId,
}

/// Points by what happened to them. Each is net: a cancelled redemption lowers those redeemed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Granted by accruals.
    pub issued: i128,
    /// Come from another account or another member.
    pub moved_in: i128,
    /// Given by adjustments.
    pub adjusted_in: i128,
    /// Those that are no longer the members', by state. States in which points are still theirs have nothing here.
    gone: [i128; PointState::ALL.len()],
}

/// One of the sums of [`Totals`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// [`Totals::issued`].
    Issued,
    /// [`Totals::moved_in`].
    MovedIn,
    /// [`Totals::adjusted_in`].
    AdjustedIn,
    /// [`Totals::gone`].
    Gone(PointState),
}

impl Figure {
    /// The sum in which what an item was given counts: issued, moved in, or adjusted in.
    #[must_use]
    pub fn given(item: &Item) -> Figure {
        match item {
            item if item.origin.is_some() => Figure::MovedIn,
            item if item.more.is_some_and(|more| more.adjusted) => Figure::AdjustedIn,
            _ => Figure::Issued,
        }
    }
}

/// The points that were issued on one day, whatever became of them since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CohortKey {
    /// The program.
    pub program: ProgramId,
    /// The day, in the program's zone, on which an accrual issued them; for points that moved, the first of them.
    pub day: Day,
    /// What the points come from; 0 where no source was given.
    pub source: SourceId,
    /// The kind of points.
    pub point_type: PointTypeId,
    /// Why they were given.
    pub subtype: SubtypeId,
}

/// The points that members still have and that expire on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExpiringKey {
    /// The program.
    pub program: ProgramId,
    /// The last day, in the program's zone, on which they can be used.
    pub day: Day,
    /// The kind of points.
    pub point_type: PointTypeId,
    /// What the points come from; 0 where no source was given.
    pub source: SourceId,
}

/// A day of a source: its days stand together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceDayKey {
    /// The program.
    pub program: ProgramId,
    /// What the points come from; 0 where no source was given.
    pub source: SourceId,
    /// The day, in the program's zone.
    pub day: Day,
    /// The kind of points.
    pub point_type: PointTypeId,
    /// Why they were given.
    pub subtype: SubtypeId,
}

names_no_entry!(TotalsKey, CohortKey, ExpiringKey, SourceDayKey, Totals, i128);

impl TotalsKey {
    /// What it sums up, whichever UTC day it was.
    #[must_use]
    pub fn series(&self) -> CohortKey {
        let TotalsKey { program, day, utc_day: _, source, point_type, subtype } = *self;
        CohortKey { program, day, source, point_type, subtype }
    }
}

impl SourceDayKey {
    /// What it sums up.
    #[must_use]
    pub fn series(&self) -> CohortKey {
        let SourceDayKey { program, source, day, point_type, subtype } = *self;
        CohortKey { program, day, source, point_type, subtype }
    }
}

/// A row that is a sum: what several shards gathered is added up.
pub trait Sum: Copy + Default {
    /// Adds another part.
    fn gather(&mut self, part: &Self);

    /// Whether the row may be left out.
    fn is_nothing(&self) -> bool;
}

impl Sum for Totals {
    fn gather(&mut self, part: &Totals) {
        self.add(part);
    }

    fn is_nothing(&self) -> bool {
        false
    }
}

impl Sum for i128 {
    fn gather(&mut self, part: &i128) {
        *self = self.saturating_add(*part);
    }

    fn is_nothing(&self) -> bool {
        *self == 0
    }
}

impl Totals {
    /// Nothing at all.
    pub const NONE: Totals = Totals { issued: 0, moved_in: 0, adjusted_in: 0, gone: [0; PointState::ALL.len()] };

    /// The same with points that came from elsewhere counted as issued: legs do not tell them apart.
    #[must_use]
    pub fn given_together(&self) -> Totals {
        let issued = self.issued.saturating_add(self.moved_in).saturating_add(self.adjusted_in);
        Totals { issued, moved_in: 0, adjusted_in: 0, gone: self.gone }
    }

    /// What was issued, and nothing else.
    #[must_use]
    pub fn issued_only(&self) -> Totals {
        Totals { issued: self.issued, adjusted_in: self.adjusted_in, ..Totals::NONE }
    }

    /// Points that are in a state in which they are no longer the member's.
    #[must_use]
    pub fn gone(&self, state: PointState) -> i128 {
        self.gone.get(state as usize).copied().unwrap_or_default()
    }

    /// Adds points to one sum.
    pub fn count(&mut self, figure: Figure, points: i128) {
        match figure {
            Figure::Issued => self.issued = self.issued.saturating_add(points),
            Figure::MovedIn => self.moved_in = self.moved_in.saturating_add(points),
            Figure::AdjustedIn => self.adjusted_in = self.adjusted_in.saturating_add(points),
            Figure::Gone(state) => self.add_gone(state, points),
        }
    }

    /// Adds points to a state; one in which they are still the member's is not counted.
    pub fn add_gone(&mut self, state: PointState, points: i128) {
        if let Some(sum) = self.gone.get_mut(state as usize).filter(|_| !state.is_owned()) {
            *sum = sum.saturating_add(points);
        }
    }

    /// Adds another row to this one.
    pub fn add(&mut self, other: &Totals) {
        self.issued = self.issued.saturating_add(other.issued);
        self.moved_in = self.moved_in.saturating_add(other.moved_in);
        self.adjusted_in = self.adjusted_in.saturating_add(other.adjusted_in);
        // an accrual's points are gone nowhere
        if other.gone.iter().all(|part| *part == 0) {
            return;
        }
        for (sum, part) in self.gone.iter_mut().zip(other.gone) {
            *sum = sum.saturating_add(part);
        }
    }

    /// What is left when another row is taken away.
    #[must_use]
    pub fn less(mut self, other: &Totals) -> Totals {
        self.issued = self.issued.saturating_sub(other.issued);
        self.moved_in = self.moved_in.saturating_sub(other.moved_in);
        self.adjusted_in = self.adjusted_in.saturating_sub(other.adjusted_in);
        for (sum, part) in self.gone.iter_mut().zip(other.gone) {
            *sum = sum.saturating_sub(part);
        }
        self
    }

    /// What is still owed of the points: issued or moved in, and not gone.
    #[must_use]
    pub fn outstanding(&self) -> i128 {
        let given = self.issued.saturating_add(self.moved_in).saturating_add(self.adjusted_in);
        self.gone.into_iter().fold(given, i128::saturating_sub)
    }

    /// Every figure with its name.
    pub fn figures(&self) -> impl Iterator<Item = (&'static str, i128)> + '_ {
        let gone = PointState::ALL.into_iter().filter(|state| !state.is_owned());
        [("issued", self.issued), ("moved_in", self.moved_in), ("adjusted_in", self.adjusted_in)]
            .into_iter()
            .chain(gone.map(|state| (state.code(), self.gone(state))))
    }
}

/// In JSON an object of all figures by name.
impl Serialize for Totals {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !serializer.is_human_readable() {
            return (self.issued, self.moved_in, self.adjusted_in, Gone(self.gone)).serialize(serializer);
        }
        let mut to = serializer.serialize_map(None)?;
        for (name, sum) in self.figures() {
            to.serialize_entry(name, &sum)?;
        }
        to.end()
    }
}

impl<'de> Deserialize<'de> for Totals {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Totals, D::Error> {
        let (issued, moved_in, adjusted_in, Gone(gone)) = <(i128, i128, i128, Gone)>::deserialize(deserializer)?;
        Ok(Totals { issued, moved_in, adjusted_in, gone })
    }
}

struct Gone([i128; PointState::ALL.len()]);

impl Serialize for Gone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write_sparse(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for Gone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Gone, D::Error> {
        read_sparse(deserializer).map(Gone)
    }
}

#[cfg(feature = "cli")]
impl schemars::JsonSchema for Totals {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Totals".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let figures = Totals::NONE;
        let properties: serde_json::Map<String, serde_json::Value> =
            figures.figures().map(|(name, _)| (name.to_owned(), serde_json::json!({ "type": "integer" }))).collect();
        schemars::json_schema!({ "type": "object", "properties": properties })
    }
}
