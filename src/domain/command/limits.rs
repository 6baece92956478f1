//! Limits of commands.

/// Most awards of one accrual.
pub const AWARDS_MAX: usize = 64;
/// Longest reference text, in bytes.
pub const REFERENCE_BYTES_MAX: usize = 128;
/// Longest name or label of a definition, in bytes.
pub const NAME_BYTES_MAX: usize = 128;
/// Most items that one command takes points from. Each is a leg of the receipt.
pub const ITEMS_PER_COMMAND_MAX: usize = 100_000;
/// A partner who has this many approved blocks with points left can approve no further one. Cancellations may open more
/// again.
pub const OPEN_BLOCKS_MAX: usize = 1_000;
/// Point types of a program, unless it says otherwise (rule D06).
pub const POINT_TYPES_DEFAULT: u16 = 8;
/// Most point types of any program.
pub const POINT_TYPES_MAX: u16 = 256;
/// A transaction may be dated this many hours ahead of the engine's clock, no more.
pub const AHEAD_HOURS_MAX: i64 = 24;
/// Most members of a household.
pub const HOUSEHOLD_MEMBERS_MAX: usize = 1_000;
