//! Partners and their point blocks: bought, approved, debited for accruals, given back by cancellations, adjusted; fees
//! and bills.

mod adjust_block;
mod approve_block;
mod bill;
mod blocks;
mod charge_fee;
mod charges;
mod close_block;
mod debit;
mod purchase_block;
mod refund_fee;
mod restore;
mod shares;

pub(super) use blocks::{OpenBlock, Standing};
