//! A member's statement: what each entry did to the member's points.

use crate::domain::{Action, Balance, Entry, Leg, Outcome, PointTypeId, Points, Rejection, Sequence, Timestamp};
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
    /// What it changed, of which points.
    pub changes: Vec<Change>,
    /// The balances after it.
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

impl From<Entry> for StatementLine {
    fn from(entry: Entry) -> StatementLine {
        let (legs, balances, refused) = match entry.outcome {
            Outcome::Done { legs, balances } => (legs, balances, None),
            Outcome::Refused(rejection) => (Vec::new(), Vec::new(), Some(rejection)),
        };
        let mut changes: Vec<Change> = Vec::new();
        for (point_type, points) in legs.iter().filter_map(moved) {
            match changes.iter_mut().find(|change| change.point_type == point_type) {
                Some(change) => change.points = change.points.saturating_add(points),
                None => changes.push(Change { point_type, points }),
            }
        }
        StatementLine {
            sequence: entry.sequence,
            recorded_at: entry.recorded_at,
            transaction_at: entry.command.transaction_at,
            verb: verb(&entry.command.action),
            reference: entry.command.reference,
            changes,
            balances,
            refused,
        }
    }
}

/// What a leg adds to (takes from) a member's points. Repaid points leave the items and the debt alike.
fn moved(leg: &Leg) -> Option<(PointTypeId, i128)> {
    let plus = |points: Points| i128::from(points.0);
    let minus = |points: Points| plus(points).saturating_neg();
    match leg {
        Leg::Granted { point_type, points, .. } => Some((*point_type, plus(*points))),
        Leg::Returned(part) => Some((part.point_type, plus(part.points))),
        Leg::Redeemed(part) | Leg::Cancelled(part) | Leg::Expired(part) | Leg::Lapsed(part) => {
            Some((part.point_type, minus(part.points)))
        }
        Leg::Owed { point_type, points } => Some((*point_type, minus(*points))),
        _ => None,
    }
}

/// What an action does, in one word, as it is written in JSON.
#[must_use]
pub fn verb(action: &Action) -> &'static str {
    match action {
        Action::CreateProgram(_) => "create_program",
        Action::CreatePointType(_) => "create_point_type",
        Action::CreatePartner(_) => "create_partner",
        Action::PurchaseBlock(_) => "purchase_block",
        Action::ApproveBlock(_) => "approve_block",
        Action::Enrol(_) => "enrol",
        Action::Accrue(_) => "accrue",
        Action::Redeem(_) => "redeem",
        Action::Cancel(_) => "cancel",
        Action::BookDue(_) => "book_due",
    }
}
