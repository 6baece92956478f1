//! A member's statement: what each entry did to the member's points.

use crate::domain::{
    Balance, Entry, Leg, MemberId, Outcome, PointState, PointTypeId, Points, Rejection, Sequence, TierId, Timestamp,
};
use serde::Serialize;

/// One line of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatementLine {
    /// The number of the entry.
    pub sequence: Sequence,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// When it happened, where that was given.
    pub transaction_at: Option<Timestamp>,
    /// What was done, in one word.
    pub verb: &'static str,
    /// The caller's own text.
    pub reference: Option<Box<str>>,
    /// What it changed of the points of each type that it touched.
    pub changes: Vec<Change>,
    /// What it changed of the member's tier: mostly nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<TierChange>,
    /// The balances after it, in the order of `changes`.
    pub balances: Vec<Balance>,
    /// Why nothing was done.
    pub refused: Option<Rejection>,
}

/// What an entry changed of the points of one type: available, future and qualifying ones together, debts taken off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The kind of points.
    pub point_type: PointTypeId,
    /// How many more, or less.
    pub points: i128,
}

/// A member's tier became another one, or lasts longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct TierChange {
    /// The tier before.
    pub before: Option<TierId>,
    /// The tier now.
    pub tier: Option<TierId>,
    /// How long it lasts.
    pub until: Option<Timestamp>,
}

impl StatementLine {
    /// What an entry did to a member's points.
    #[must_use]
    pub fn of(entry: Entry, member: MemberId) -> StatementLine {
        let (legs, balances, refused) = match entry.outcome {
            Outcome::Done { legs, balances } => (legs, balances, None),
            Outcome::Refused(rejection) => (Vec::new(), Vec::new(), Some(rejection)),
        };
        let balances: Vec<Balance> = balances.into_iter().filter(|balance| balance.member == member).collect();
        let changes = balances.iter().map(|balance| {
            let moved = legs.iter().filter_map(|leg| moved(leg, member));
            let points = moved.filter(|(of, _)| *of == balance.point_type).map(|(_, points)| points);
            Change { point_type: balance.point_type, points: points.fold(0, i128::saturating_add) }
        });
        let changes = changes.collect();
        let tiers = legs.iter().filter_map(|leg| {
            let Leg::TierChanged { member: of, before, tier, until } = *leg else { return None };
            (of == member).then_some(TierChange { before, tier, until })
        });
        let tiers = tiers.collect();
        StatementLine {
            sequence: entry.sequence,
            recorded_at: entry.recorded_at,
            transaction_at: entry.command.transaction_at,
            verb: entry.command.action.verb(),
            reference: entry.command.reference,
            changes,
            tiers,
            balances,
            refused,
        }
    }
}

/// What a leg adds to (takes from) a member's points. What is repaid leaves the items and the debt alike.
fn moved(leg: &Leg, of: MemberId) -> Option<(PointTypeId, i128)> {
    let (member, point_type, points) = match *leg {
        Leg::Granted { member, point_type, points, .. } => (member, point_type, i128::from(points.0)),
        Leg::Owed { member, point_type, points } => (member, point_type, i128::from(points.0).saturating_neg()),
        Leg::Moved { member, point_type, from, to, points, .. } => (member, point_type, moved_in((from, to), points)),
        Leg::Forgiven { member, point_type, points } => (member, point_type, i128::from(points.0)),
        Leg::Merged { member, other, point_type, points } if other == of && member != of => {
            (other, point_type, i128::from(points.0).saturating_neg())
        }
        Leg::Merged { member, point_type, points, .. } => (member, point_type, i128::from(points.0)),
        Leg::Absorbed { .. }
        | Leg::Block { .. }
        | Leg::Charged { .. }
        | Leg::Credited { .. }
        | Leg::Charge { .. }
        | Leg::Event { .. }
        | Leg::Billed { .. }
        | Leg::BillClosed { .. }
        | Leg::FeeCharged { .. }
        | Leg::FeeRefunded { .. }
        | Leg::Clipped { .. }
        | Leg::ExpiringSoon { .. }
        | Leg::Extended { .. }
        | Leg::TierChanged { .. } => return None,
        Leg::Inventory { .. } | Leg::SourceStatus { .. } | Leg::Withheld { .. } | Leg::InventoryLow { .. } => {
            return None;
        }
        Leg::NotAwarded { .. } | Leg::Spent { .. } | Leg::NotSpent { .. } | Leg::RefundAsked { .. } => return None,
        Leg::RefundAnswered { .. } | Leg::Posted { .. } | Leg::Settled { .. } => return None,
    };
    (member == of).then_some((point_type, points))
}

/// What a movement adds to (takes from) a member's points. What is repaid leaves the items and the debt alike.
#[must_use]
pub fn moved_in((from, to): (PointState, PointState), points: Points) -> i128 {
    match (from.is_owned(), to.is_owned() || to == PointState::Repaid) {
        (true, false) => i128::from(points.0).saturating_neg(),
        (false, true) => points.0.into(),
        (true, true) | (false, false) => 0,
    }
}
