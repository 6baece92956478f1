//! Which points a report is about, and by what its rows are told apart (rules D05, D14, E51, E54).

use crate::domain::{PointTypeId, SourceId, SubtypeId};

/// Which points are reported. An empty list takes all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Of these sources; 0 are points without one.
    pub sources: Vec<SourceId>,
    /// Of these types.
    pub point_types: Vec<PointTypeId>,
    /// Of these subtypes.
    pub subtypes: Vec<SubtypeId>,
}

/// What points are: by this, rows are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Series {
    /// What they come from; 0 without a source.
    pub source: SourceId,
    /// Their kind.
    pub point_type: PointTypeId,
    /// Why they were given; 0 throughout where rows are not told apart by it.
    pub subtype: SubtypeId,
}

/// Whether rows are told apart by subtype, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Grouping {
    /// By source and type.
    #[default]
    SourceAndType,
    /// By source, type and subtype (rule D14).
    Subtype,
}

impl Filter {
    /// Whether points are reported.
    #[must_use]
    pub fn takes(&self, series: &Series) -> bool {
        fn listed<T: PartialEq>(list: &[T], value: &T) -> bool {
            list.is_empty() || list.contains(value)
        }
        listed(&self.sources, &series.source)
            && listed(&self.point_types, &series.point_type)
            && listed(&self.subtypes, &series.subtype)
    }
}

impl Grouping {
    /// The row that points belong to.
    pub(super) fn row(self, series: Series) -> Series {
        match self {
            Grouping::SourceAndType => Series { subtype: SubtypeId(0), ..series },
            Grouping::Subtype => series,
        }
    }
}
