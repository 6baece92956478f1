//! A partner's statement: what each entry about it did to its points. Accruals that it pays for are not in its chain.

use crate::domain::{
    Action, BlockId, BlockState, ChargeCause, Entry, Leg, Outcome, PartnerId, Rejection, RequestId, Sequence, Timestamp,
};
use serde::Serialize;

/// One line of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PartnerLine {
    /// The number of the entry.
    pub sequence: Sequence,
    /// Its request.
    pub request: RequestId,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// When it happened, where that was given (rule B16).
    pub transaction_at: Option<Timestamp>,
    /// What was done, in one word.
    pub verb: &'static str,
    /// `purchase`, `adjustment`, `fee`, `refund`, `bill`, or another type of transaction (rule B18).
    pub transaction_type: &'static str,
    /// The block that it names.
    pub block: Option<BlockId>,
    /// How many more points its approved blocks hold, or less.
    pub points: i128,
    /// Charges that it made.
    pub charges: u64,
    /// Events that it told.
    pub events: u64,
    /// Description or reason (rules B22, B37).
    pub text: Option<Box<str>>,
    /// Why nothing was done.
    pub refused: Option<Rejection>,
}

impl PartnerLine {
    /// What an entry did to a partner's points.
    #[must_use]
    pub fn of(entry: Entry, partner: PartnerId) -> PartnerLine {
        let legs = || entry.legs().iter();
        let points = legs().map(|leg| moved(leg, partner)).fold(0, i128::saturating_add);
        let count = |is: fn(&Leg) -> bool| legs().filter(|leg| is(leg)).count() as u64;
        let (charges, events) =
            (count(|leg| matches!(leg, Leg::Charge { .. })), count(|leg| matches!(leg, Leg::Event { .. })));
        let refused = match entry.outcome {
            Outcome::Refused(rejection) => Some(rejection),
            Outcome::Done { .. } => None,
        };
        let verb = entry.command.action.verb();
        let (transaction_type, block, text) = kind(&entry.command.action);
        PartnerLine {
            sequence: entry.sequence,
            request: entry.command.request_id,
            recorded_at: entry.recorded_at,
            transaction_at: entry.command.transaction_at,
            verb,
            transaction_type,
            block,
            points,
            charges,
            events,
            text,
            refused,
        }
    }
}

fn kind(action: &Action) -> (&'static str, Option<BlockId>, Option<Box<str>>) {
    match action {
        Action::PurchaseBlock(body) => ("purchase", Some(body.block), None),
        Action::ApproveBlock(body) => ("purchase", Some(body.block), None),
        Action::RejectBlock(body) => ("purchase", Some(body.block), None),
        Action::CancelBlock(body) => ("purchase", Some(body.block), None),
        Action::AdjustBlock(body) => ("adjustment", Some(body.block), Some(body.description.clone())),
        Action::ChargeFee(body) => ("fee", body.block, Some(body.description.clone())),
        Action::RefundFee(body) => ("refund", None, Some(body.reason.clone())),
        Action::BillPartner(_) | Action::ContinueBill(_) => ("bill", None, None),
        Action::CreatePartner(_) | Action::EditPartner(_) => ("terms", None, None),
        Action::BookDue(_) => ("due", None, None),
        _ => ("other", None, None),
    }
}

/// What a leg adds to (takes from) what a partner's approved blocks hold.
fn moved(leg: &Leg, of: PartnerId) -> i128 {
    match *leg {
        Leg::Block { partner, from, to, points, .. } if partner == of => {
            let change = |state| if state == Some(BlockState::Remaining) { i128::from(points.0) } else { 0 };
            change(to).saturating_sub(change(from))
        }
        Leg::Charge { partner, cause: ChargeCause::Purchase | ChargeCause::AutoCreation, points, .. }
            if partner == of =>
        {
            points.0.into()
        }
        _ => 0,
    }
}
