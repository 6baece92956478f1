//! A partner: its terms, adjustments of its blocks, fees, bills.

use crate::domain::tagged::tagged;
use crate::domain::{
    AutoCreation, Billing, BlockId, BlockOrder, CreditCap, Currency, Date, DueBlock, FeeAmount, PartnerId, PointTypeId,
    Points, Rate, RequestId, Rounding, ScheduledFee, Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A command whose body is a partner's terms, whole.
macro_rules! terms {
    ($(#[$meta:meta])* $name:ident, the same as $other:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
        #[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            /// Its id.
            pub partner: PartnerId,
            /// What people call it (rule B25). Default: nothing.
            #[serde(default)]
            pub name: Box<str>,
            /// When it pays. Default: before, by blocks.
            #[serde(default)]
            pub billing: Billing,
            /// Partner points per member point, by point type; a type without a rate debits nothing (rule A03).
            /// Default: none, so that the partner pays nothing.
            #[serde(default)]
            pub rates: BTreeMap<PointTypeId, Rate>,
            /// How a debit is rounded (rule A04). Default: half up.
            #[serde(default)]
            pub rounding: Rounding,
            /// Which block is debited first (rule B13). Default: the one that expires first.
            #[serde(default)]
            pub order: BlockOrder,
            /// The partner's points are low when its regular ones come down to this, 0 or more (rule A11). Default:
            /// nobody is told.
            #[serde(default)]
            pub low_balance: Option<Points>,
            /// How blocks are created when points run out; of prepaid partners only (rules A20, A22). Default: none is.
            #[serde(default)]
            pub auto_creation: Option<Box<AutoCreation>>,
            /// The block that is due once the reserve is used (rule A18). Default: one like the last that was bought.
            #[serde(default)]
            pub due_block: Option<Box<DueBlock>>,
            /// What a point that a post-paid partner gave costs (rule A36). Default: 0.
            #[serde(default)]
            pub price: Rate,
            /// The currency of all prices of these terms. Default: the code that ISO 4217 has for none.
            #[serde(default)]
            pub currency: Currency,
            /// How much a credit adjustment may add (rule B28). Default: any number of points.
            #[serde(default)]
            pub credit_cap: CreditCap,
            /// Fees by name: up to 64. Default: none.
            #[serde(default)]
            pub fees: BTreeMap<Box<str>, ScheduledFee>,
        }

        impl From<$other> for $name {
            fn from(terms: $other) -> $name {
                let $other { partner, name, billing, rates, rounding, order, low_balance, auto_creation, .. } = terms;
                let $other { due_block, price, currency, credit_cap, fees, .. } = terms;
                $name {
                    partner,
                    name,
                    billing,
                    rates,
                    rounding,
                    order,
                    low_balance,
                    auto_creation,
                    due_block,
                    price,
                    currency,
                    credit_cap,
                    fees,
                }
            }
        }
    };
}

terms! {
    /// Creates a partner.
    CreatePartner, the same as EditPartner
}

terms! {
    /// Agrees on new terms with a partner: all of them, as the next version. What was recorded before stays under the
    /// terms of its time.
    EditPartner, the same as CreatePartner
}

/// Whether an adjustment takes points or adds some.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Takes points (rule B19).
    #[default]
    Debit,
    /// Adds points (rule B27).
    Credit,
}

/// Corrects the points of an active block (rules B09, B14 to B30). It needs a `transaction_at` (rule B16), is never
/// changed, and makes no points of members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AdjustBlock {
    /// Whose block it is.
    pub partner: PartnerId,
    /// The block.
    pub block: BlockId,
    /// Whether points are taken or added.
    pub direction: Direction,
    /// How many, more than 0.
    pub points: Points,
    /// Why: 1 to 256 bytes (rule B22).
    pub description: Box<str>,
}

/// Charges a fee, in points of a block or in money (rules B01 to B08, B31 to B35). It needs a `transaction_at`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ChargeFee {
    /// Who pays.
    pub partner: PartnerId,
    /// The block that pays a fee in points; none of a fee in money.
    #[serde(default)]
    pub block: Option<BlockId>,
    /// A fee is a debit (rule B31). Default: debit.
    #[serde(default)]
    pub direction: Direction,
    /// How much.
    pub amount: FeeAmount,
    /// What for: 1 to 256 bytes.
    pub description: Box<str>,
    /// The request of the transaction that was late or wrong (rule B05).
    #[serde(default)]
    pub concerns: Option<RequestId>,
}

/// Refunds a fee, whole and once (rules B36 to B42).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RefundFee {
    /// The request of the fee.
    pub fee: RequestId,
    /// The reason, as a code of the caller's: 1 to 64 bytes (rule B37).
    pub reason: Box<str>,
}

tagged! {
    /// The cut-off of a bill (rule A28). What happened at the cut-off is of the next bill.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum BillUntil {
        /// An instant.
        0 At "at" (instant: Timestamp),
        /// The end of a day in the program's zone.
        1 Day "day" (date: Date),
        /// The end of the week, Monday to Sunday, in which a day lies.
        2 Week "week" (date: Date),
        /// The end of the month in which a day lies.
        3 Month "month" (date: Date),
    }
}

/// Bills a post-paid partner for all that happened since the last bill, up to a cut-off (rules A26 to A29). The first
/// step of it: a bill of many lines goes on by [`ContinueBill`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BillPartner {
    /// Who is billed.
    pub partner: PartnerId,
    /// Up to when.
    pub until: BillUntil,
    /// Lines of a step, 1 to 10,000. Default: 1,000.
    #[serde(default)]
    pub lines_max: Option<u32>,
}

/// The next step of a bill that is not whole yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ContinueBill {
    /// Who is billed.
    pub partner: PartnerId,
    /// Lines of a step, 1 to 10,000. Default: 1,000.
    #[serde(default)]
    pub lines_max: Option<u32>,
}
