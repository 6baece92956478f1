//! The answers: pure functions of a snapshot and a range.

mod audit;
mod catalog;
mod expiring;
mod expiry_curve;
mod filter;
mod history;
mod liability;
mod money;
mod outstanding;
mod partner_records;
mod partner_statement;
mod partner_use;
mod past;
mod range;
pub mod revenue;
pub mod settlement;
mod snapshot_view;
mod sources;
mod statement;
mod sums;
mod unbooked;

pub use crate::domain::AuditKind;
pub use audit::{Among, AuditClock, AuditId, AuditLine, AuditPage, AuditQuery, AuditReader, Fate, audit};
pub use catalog::{LabelBalance, by_label, point_types};
pub use expiring::{Expiring, ExpiringPage, expiring, expiring_of};
pub use expiry_curve::{ExpiringRow, expiry_curve};
pub use filter::{Filter, Grouping, Series};
pub use liability::{Bucket, By, Liability, LiabilityRow, liability};
pub use money::Money;
pub use outstanding::{AsOf, CohortRow, OutstandingRow, cohort, outstanding};
pub use partner_records::{FeeLine, FeeUnit, Page, bill_amount, bill_lines, bills, charges, fees, find_partners};
pub use partner_statement::PartnerLine;
pub use partner_use::{MonthOfUse, RunOut, UseLine, by_month, forecast, partner_use};
pub use range::Preset;
pub use sources::{SourceDay, source_report};
pub use statement::{Change, StatementLine, TierChange, moved_in};
