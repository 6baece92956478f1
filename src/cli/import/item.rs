//! One line of a plan: points to give, or to take back.

use crate::cli::purchases::Details;
use crate::domain::{MemberId, PointTypeId, Points, RequestId, SourceId, Timestamp};
use serde::{Deserialize, Serialize};

/// A line that changes points.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Item {
    pub(super) line: u64,
    pub(super) at: Timestamp,
    pub(super) request: RequestId,
    pub(super) act: Act,
}

/// The effect of a line.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Act {
    /// Gives points.
    Give {
        member: MemberId,
        points: Points,
        source: Option<SourceId>,
        /// Details that few lines have, and the points that stay where a part was refunded.
        more: Option<Box<(Details, Option<Points>)>>,
    },
    /// Takes points back.
    Take(Box<Take>),
}

/// Points to take back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Take {
    pub(super) member: Option<MemberId>,
    /// How many; `None` is all.
    pub(super) points: Option<Points>,
    /// The purchase.
    pub(super) of: Option<RequestId>,
    /// Whether only that purchase is meant.
    pub(super) is_only_of: bool,
    pub(super) point_type: PointTypeId,
    /// Whether the line names an instant.
    pub(super) is_dated: bool,
}

impl Item {
    /// The points that it gives.
    pub(super) fn points(&self) -> Points {
        let Act::Give { points, more, .. } = &self.act else { return Points::ZERO };
        let promotions = more.iter().flat_map(|more| &more.0.promotions).map(|(_, points)| points.0);
        Points(promotions.fold(points.0, i64::saturating_add))
    }
}
