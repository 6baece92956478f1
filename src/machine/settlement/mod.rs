//! Several partners share a program: agreements say whom they reward and how much of an award they bear; settlement
//! invoices and credits them (rules C01 to C113).
//!
//! A program without units and offers has none of it, and none of its other commands reads anything for it.

mod agreement;
mod catalog;
mod contribution;
mod contribution_rules;
mod credit;
mod criteria;
mod event;
pub mod laws;
mod participant;
mod purchase;
mod purchase_cancel;
mod receivable;
mod refund;
mod run;
mod spend;
mod step;
mod switch;
mod terms;

pub use contribution::{Settled, contribution_under, settle};
pub use criteria::{due_row, is_taken, month_of};
pub(super) use step::book_program;
