//! The answers: pure functions of a snapshot and a range.

mod catalog;
mod expiring;
mod liability;
mod money;
mod partner_records;
mod partner_statement;
mod partner_use;
pub mod settlement;
mod snapshot_view;
mod statement;

pub use catalog::{LabelBalance, by_label, point_types};
pub use expiring::{Expiring, ExpiringPage, expiring, expiring_of};
pub use liability::{Bucket, By, Liability, LiabilityRow, liability};
pub use money::Money;
pub use partner_records::{FeeLine, FeeUnit, Page, bill_amount, bill_lines, bills, charges, fees, find_partners};
pub use partner_statement::PartnerLine;
pub use partner_use::{MonthOfUse, RunOut, UseLine, by_month, forecast, partner_use};
pub use statement::{Change, StatementLine, TierChange};
