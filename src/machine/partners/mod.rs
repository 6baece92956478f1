//! Partners and their point blocks: bought, approved, debited for accruals, given back by cancellations.

mod approve_block;
mod blocks;
mod debit;
mod purchase_block;
mod restore;

pub(super) use blocks::OpenBlock;
