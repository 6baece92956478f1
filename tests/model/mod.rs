//! Histories against a plain model: every answer, every balance, every item, the laws, and one digest whatever the
//! number of shards and checkpoints. One generator and one driver for the tests here, for the simulation, and for the
//! fuzzer (`fuzz/`), which runs histories from bytes of its own.
//!
//! A failure names its seed. To run that one again: `MODEL_SEED=<seed> cargo test model::`; more of them with
//! `MODEL_HISTORIES=<count>`.

mod audit;
pub(crate) mod book;
pub(crate) mod calendar;
mod cancel;
mod claims;
mod compare;
mod draw;
pub(crate) mod history;
mod holds;
mod households;
pub(crate) mod ledger;
mod limits;
mod member;
mod members;
mod merge;
mod partner;
mod points;
mod policies;
mod printed;
pub(crate) mod rng;
mod rules;
pub(crate) mod run;
mod sales;
mod settle;
pub(crate) mod slip;
mod sources;
mod sums;
pub(crate) mod tally;
#[cfg(test)]
mod tests;
mod tiers;
mod trade;
#[cfg(test)]
mod undos;
mod warnings;
mod wellformed;
pub(crate) mod world;
