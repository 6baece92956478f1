//! A member's points: granted, taken, moved between states, held, transferred, and what stands against them.

pub(super) mod accrue;
pub(super) mod cancel_accrual;
mod capture;
mod claims;
mod hold;
pub(super) mod ledger;
pub(super) mod redeem;
mod release;
pub(super) mod take;
mod transfer;

pub(super) use hold::timeouts;
