//! A member's points: granted, taken, moved between states, held, transferred, and what stands against them.

pub(super) mod accrue;
mod accrue_shared;
pub(super) mod awards;
pub(super) mod cancel_accrual;
mod capture;
mod claims;
mod extend;
mod hold;
pub(super) mod ledger;
mod limits;
pub(super) mod policy;
pub(super) mod redeem;
mod release;
pub(super) mod take;
mod transfer;
mod warnings;

pub(super) use hold::timeouts;
