//! Limits of commands.

/// Most awards of one accrual.
pub const AWARDS_MAX: usize = 64;
/// Longest reference text, in bytes.
pub const REFERENCE_BYTES_MAX: usize = 128;
/// Longest name or label of a definition, in bytes.
pub const NAME_BYTES_MAX: usize = 128;
/// Most items that one command takes points from. Each is a leg of the receipt.
pub const ITEMS_PER_COMMAND_MAX: usize = 100_000;
/// A partner with this many open blocks keeps its order of debit: to change it moves each of them.
pub const REORDERED_BLOCKS_MAX: usize = 100_000;
/// Longest description of an adjustment or a fee, in bytes.
pub const DESCRIPTION_BYTES_MAX: usize = 256;
/// Longest reason of a refund, in bytes.
pub const REASON_BYTES_MAX: usize = 64;
/// Fees in the schedule of a partner's terms.
pub const SCHEDULED_FEES_MAX: usize = 64;
/// Lines that a step of a bill makes, unless it says otherwise; and at most.
pub const BILL_LINES_DEFAULT: u32 = 1_000;
/// Most lines of a step of a bill.
pub const BILL_LINES_MAX: u32 = 10_000;
/// Longest time before an expiry at which it may be told, in days.
pub const WARNING_DAYS_MAX: u16 = 3_660;
/// Point types of a program, unless it says otherwise (rule D06).
pub const POINT_TYPES_DEFAULT: u16 = 8;
/// Most point types of any program.
pub const POINT_TYPES_MAX: u16 = 256;
/// A transaction may be dated this many hours ahead of the engine's clock, no more.
pub const AHEAD_HOURS_MAX: i64 = 24;
/// Most members of a household.
pub const HOUSEHOLD_MEMBERS_MAX: usize = 1_000;
