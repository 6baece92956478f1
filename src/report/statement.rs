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
    /// What it changed of the points of each type that it touched.
    pub changes: Vec<Change>,
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

impl From<Entry> for StatementLine {
    fn from(entry: Entry) -> StatementLine {
        let (legs, balances, refused) = match entry.outcome {
            Outcome::Done { legs, balances } => (legs, balances, None),
            Outcome::Refused(rejection) => (Vec::new(), Vec::new(), Some(rejection)),
        };
        let claims = is_claim(&entry.command.action, &legs);
        let changes = balances.iter().map(|balance| {
            let moved = legs.iter().filter_map(|leg| moved(leg, claims));
            let points = moved.filter(|(of, _)| *of == balance.point_type).map(|(_, points)| points);
            Change { point_type: balance.point_type, points: points.fold(0, i128::saturating_add) }
        });
        let changes = changes.collect();
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

/// Whether repaid points are lost to the member: those of other items that make up for a cancelled accrual. Else they
/// leave the items and the debt alike. Only the cancellation of a redemption returns points.
fn is_claim(action: &Action, legs: &[Leg]) -> bool {
    matches!(action, Action::Cancel(_)) && !legs.iter().any(|leg| matches!(leg, Leg::Returned(_)))
}

/// What a leg adds to (takes from) a member's points.
fn moved(leg: &Leg, claims: bool) -> Option<(PointTypeId, i128)> {
    let plus = |points: Points| i128::from(points.0);
    let minus = |points: Points| plus(points).saturating_neg();
    match leg {
        Leg::Granted { point_type, points, .. } => Some((*point_type, plus(*points))),
        Leg::Returned(part) => Some((part.point_type, plus(part.points))),
        Leg::Redeemed(part) | Leg::Cancelled(part) | Leg::Expired(part) | Leg::Lapsed(part) => {
            Some((part.point_type, minus(part.points)))
        }
        Leg::Repaid(part) if claims => Some((part.point_type, minus(part.points))),
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
