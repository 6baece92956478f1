//! Legs: each thing that a command did to an item, a block, a debt or a charge.

use super::tagged::{Tagged, tagged};
use super::{
    BLOCK_MOVEMENTS, BlockId, BlockState, ChargeCause, Currency, InventoryChange, ItemId, MOVEMENTS, MemberId,
    PartnerEvent, PartnerId, PointState, PointTypeId, Points, Rate, Sequence, SourceId, SourceStatus, SubtypeId,
    TierId, Timestamp,
};
use super::{PostingKind, ReceivableId, RefundState, Rejection, RequestId, RunState, Subject};

/// How a member came to spend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SpendWay {
    /// The award of the very purchase was deducted from it (rule C36).
    #[serde(rename = "instant")]
    Instantly,
    /// The wallet was drawn on (rule C37).
    Automatic,
    /// The merchant submitted it (rule C20).
    Requested,
    /// The wallet could not be used: the member is credited (rule C105).
    Credited,
}

/// Where a discount is given (rules C38, C39).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReductionMethod {
    /// At the point of sale.
    FrontEnd,
    /// By a refund.
    BackEnd,
}

tagged! {
    /// One thing that a command did. In JSON its `kind` is what people call it: `granted`, `redeemed`, `matured`,
    /// `debited`, `owed`.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Leg, words by hand {
        /// A point item came into being.
        0 Granted "granted" {
            /// Whose it is.
            member: MemberId,
            /// The item.
            item: ItemId,
            /// The kind of points.
            point_type: PointTypeId,
            /// How many.
            points: Points,
            /// When they become available.
            available_from: Timestamp,
            /// When they expire.
            expires_at: Option<Timestamp>,
            /// What they come from.
            source: Option<SourceId>,
            /// Why they were given.
            subtype: SubtypeId,
        },
        /// Points of an item went from one state to another.
        1 Moved "moved" {
            /// Whose they are.
            member: MemberId,
            /// The item.
            item: ItemId,
            /// The kind of points.
            point_type: PointTypeId,
            /// Where they were.
            from: PointState,
            /// Where they are.
            to: PointState,
            /// How many.
            points: Points,
            /// Left to be used in the item.
            remaining: Points,
            /// When the item expires: with its id, its place in the account.
            expires_at: Option<Timestamp>,
            /// When this took effect: the instant of expiry or of maturing, else that of the command.
            effective_at: Timestamp,
            /// What they come from.
            source: Option<SourceId>,
            /// Why they were given.
            subtype: SubtypeId,
        },
        /// Spent points of a cancelled accrual became the member's debt.
        2 Owed "owed" {
            /// Who owes.
            member: MemberId,
            /// The kind of points.
            point_type: PointTypeId,
            /// How many.
            points: Points,
        },
        /// Spent points of a cancelled accrual are borne by the host (rule E65).
        3 Absorbed "absorbed" {
            /// Whose account it is.
            member: MemberId,
            /// The kind of points.
            point_type: PointTypeId,
            /// How many.
            points: Points,
        },
        /// Points of a partner's block went from one state to another; `None` is outside of the block.
        4 Block "block" {
            /// The partner.
            partner: PartnerId,
            /// The block.
            block: BlockId,
            /// Where they were.
            from: Option<BlockState>,
            /// Where they are.
            to: Option<BlockState>,
            /// How many partner points.
            points: Points,
            /// Left in the block.
            remaining: Points,
            /// For a debit: which award of the accrual it pays, from 0.
            place: Option<u16>,
            /// For a debit: partner points per member point.
            rate: Option<Rate>,
        },
        /// A post-paid partner owes for an award.
        5 Charged "charged" {
            /// The partner.
            partner: PartnerId,
            /// The award's place in the accrual.
            place: u16,
            /// Partner points owed.
            points: Points,
            /// Partner points per member point.
            rate: Rate,
        },
        /// A post-paid partner owes less.
        6 Credited "credited" {
            /// The partner.
            partner: PartnerId,
            /// Partner points.
            points: Points,
        },
        /// A prepaid partner is charged: points times the unit price (rules A17, A18, A23).
        20 Charge "charge" {
            /// The partner.
            partner: PartnerId,
            /// Its place among the entry's charges, from 0: with the entry's number, the charge's id.
            place: u16,
            /// Why.
            cause: ChargeCause,
            /// Which block; for a block that is due, the reserve block whose use made it so.
            block: BlockId,
            /// For how many points.
            points: Points,
            /// What a point costs.
            unit_price: Rate,
            /// In which currency.
            currency: Currency,
        },
        /// A partner's points crossed a mark.
        21 Event "event" {
            /// The partner.
            partner: PartnerId,
            /// What happened.
            event: PartnerEvent,
            /// Of which block, where it is about one.
            block: Option<BlockId>,
            /// Points left: of the block, or of all regular ones.
            remaining: Points,
        },
        /// Lines of a bill, of one version of the terms.
        22 Billed "billed" {
            /// The partner.
            partner: PartnerId,
            /// The bill's number.
            bill: u32,
            /// The version of the terms.
            terms: u32,
            /// How many lines.
            lines: u32,
            /// Partner points owed; below 0 where more was cancelled than given.
            points: Points,
            /// What a point costs.
            price: Rate,
            /// In which currency.
            currency: Currency,
        },
        /// A bill is whole: it does not change any more.
        23 BillClosed "bill_closed" {
            /// The partner.
            partner: PartnerId,
            /// The bill's number.
            bill: u32,
            /// Partner points owed by all its lines.
            points: Points,
        },
        /// A fee in money is recorded (rule B07).
        24 FeeCharged "fee_charged" {
            /// The partner.
            partner: PartnerId,
            /// How much.
            amount: Rate,
            /// Of which currency.
            currency: Currency,
        },
        /// A fee is refunded (rule B41).
        25 FeeRefunded "fee_refunded" {
            /// The partner.
            partner: PartnerId,
            /// The entry of the fee.
            fee: Sequence,
            /// Money that comes back; 0 of a fee in points.
            amount: Rate,
            /// Of which currency.
            currency: Currency,
        },
        /// A debt is smaller, because the redemption that overdrew the account was cancelled.
        10 Forgiven "forgiven" {
            /// Who owes less.
            member: MemberId,
            /// The kind of points.
            point_type: PointTypeId,
            /// How many.
            points: Points,
        },
        /// An item expires at another instant.
        12 Extended "extended" {
            /// Whose it is.
            member: MemberId,
            /// The item.
            item: ItemId,
            /// The kind of points.
            point_type: PointTypeId,
            /// Left in it.
            points: Points,
            /// When it expired, or would have.
            before: Option<Timestamp>,
            /// When it expires now.
            expires_at: Option<Timestamp>,
        },
        /// A member's tier is another one, or lasts longer.
        13 TierChanged "tier" {
            /// Whose it is.
            member: MemberId,
            /// The tier before.
            before: Option<TierId>,
            /// The tier now.
            tier: Option<TierId>,
            /// How long it lasts.
            until: Option<Timestamp>,
        },
        /// Points came from another member, with their items, or went there.
        14 Merged "merged" {
            /// Whose they are now.
            member: MemberId,
            /// Whose they were.
            other: MemberId,
            /// The kind of points.
            point_type: PointTypeId,
            /// How many, less what was owed.
            points: Points,
        },
        /// Points of an award were not given: the account has as many as it may (rule E67).
        11 Clipped "clipped" {
            /// Who did not get them.
            member: MemberId,
            /// The kind of points.
            point_type: PointTypeId,
            /// The award's place in the accrual.
            place: u16,
            /// How many.
            points: Points,
        },
        /// Points of a member are about to expire: the program's `item_warning_days` before. Each is told once, of an
        /// account and a day all together.
        15 ExpiringSoon "expiring_soon" {
            /// Whose they are.
            member: MemberId,
            /// The kind of points.
            point_type: PointTypeId,
            /// How many.
            points: Points,
            /// When the first of them expires; the others do on the same day of the program's zone.
            first_expires_at: Timestamp,
        },
        /// The inventory of a source changed.
        30 Inventory "inventory" {
            /// The source.
            source: SourceId,
            /// What changed it.
            change: InventoryChange,
            /// By how much: more than 0 where it has more.
            points: Points,
            /// What is left in it.
            left: Points,
        },
        /// A source has another status.
        31 SourceStatus "source_status" {
            /// The source.
            source: SourceId,
            /// Which.
            status: SourceStatus,
        },
        /// Points that an award does not give, since they were beyond an inventory or a limit.
        32 Withheld "withheld" {
            /// The source.
            source: SourceId,
            /// The award's place in the accrual.
            place: u16,
            /// The kind of points.
            point_type: PointTypeId,
            /// How many.
            points: Points,
        },
        /// The inventory of a source has become low.
        33 InventoryLow "inventory_low" {
            /// The source.
            source: SourceId,
            /// What is left in it.
            left: Points,
        },
        /// A purchase is left without an award, and why (rules C16, C17, C19).
        40 NotAwarded "not_awarded" {
            /// Why.
            reason: Rejection,
        },
        /// A member spent at a merchant: the points are those that this entry redeemed.
        41 Spent "spent" {
            /// Where.
            partner: PartnerId,
            /// Instantly, automatically, or as the merchant asked.
            way: SpendWay,
            /// Where the discount is given.
            reduction: ReductionMethod,
            /// How much, in minor units.
            amount: Points,
        },
        /// A purchase draws nothing on the wallet, and why (rule C29).
        42 NotSpent "not_spent" {
            /// Why.
            reason: Rejection,
        },
        /// A refund through a payment gateway is asked for (rule C39).
        43 RefundAsked "refund_asked" {
            /// The spend's place in the purchase.
            place: u16,
            /// How much, in minor units.
            amount: Points,
        },
        /// A refund has another state (rule C110).
        44 RefundAnswered "refund_answered" {
            /// What became of it.
            state: RefundState,
            /// How much, in minor units.
            amount: Points,
        },
        /// Something was posted to a receivable.
        45 Posted "posted" {
            /// Whose.
            owner: Subject,
            /// The account.
            receivable: ReceivableId,
            /// What it is.
            posting: PostingKind,
            /// How much, in minor units.
            amount: Points,
        },
        /// A step of a settlement run.
        46 Settled "settled" {
            /// The run.
            run: RequestId,
            /// Which of its executions.
            number: u32,
            /// How many events it settled.
            events: u32,
            /// Where the run is now.
            state: RunState,
        },
    }
}

impl Tagged for Leg {
    const KINDS: &'static [&'static str] = &KINDS;

    fn tag(&self) -> &'static str {
        self.kind()
    }

    fn number_of(kind: &str) -> Option<u16> {
        let named = |of: &[&str], number| of.contains(&kind).then_some(number);
        let plain = PLAIN.iter().find(|(known, _)| *known == kind).map(|(_, number)| *number);
        plain.or_else(|| {
            let moved: Vec<&str> = MOVEMENTS.iter().map(|(.., name)| *name).collect();
            let block: Vec<&str> = BLOCK_MOVEMENTS.iter().map(|(.., name)| *name).collect();
            named(&moved, 1).or_else(|| named(&block, 4))
        })
    }
}

const PLAIN: [(&str, u16); 28] = [
    ("granted", 0),
    ("owed", 2),
    ("absorbed", 3),
    ("charged", 5),
    ("credited", 6),
    ("charge", 20),
    ("event", 21),
    ("billed", 22),
    ("bill_closed", 23),
    ("fee_charged", 24),
    ("fee_refunded", 25),
    ("forgiven", 10),
    ("clipped", 11),
    ("extended", 12),
    ("tier", 13),
    ("merged", 14),
    ("expiring_soon", 15),
    ("inventory", 30),
    ("source_status", 31),
    ("withheld", 32),
    ("inventory_low", 33),
    ("not_awarded", 40),
    ("spent", 41),
    ("not_spent", 42),
    ("refund_asked", 43),
    ("refund_answered", 44),
    ("posted", 45),
    ("settled", 46),
];

/// Every name that a leg can have.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const KINDS: [&str; PLAIN.len() + MOVEMENTS.len() + BLOCK_MOVEMENTS.len()] = {
    let mut plain = PLAIN.as_slice();
    let mut all = [""; PLAIN.len() + MOVEMENTS.len() + BLOCK_MOVEMENTS.len()];
    let mut at = 0;
    while let [(name, _), rest @ ..] = plain {
        all[at] = *name;
        plain = rest;
        at += 1;
    }
    let mut movements = MOVEMENTS.as_slice();
    while let [(_, _, name), rest @ ..] = movements {
        all[at] = *name;
        movements = rest;
        at += 1;
    }
    let mut movements = BLOCK_MOVEMENTS.as_slice();
    while let [(_, _, name), rest @ ..] = movements {
        all[at] = *name;
        movements = rest;
        at += 1;
    }
    all
};

impl Leg {
    /// What people call it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Leg::Moved { from, to, .. } => from.movement_to(*to),
            Leg::Block { from, to, .. } => BlockState::movement(*from, *to),
            _ => self.code(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_stands_for_one_variant() {
        for kind in KINDS {
            assert!(Leg::number_of(kind).is_some(), "{kind}");
        }
        assert_eq!(Leg::number_of("moved"), None);
        assert_eq!(Leg::number_of(""), None);
    }
}
