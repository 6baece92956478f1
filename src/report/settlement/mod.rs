//! What settlement did, and would do: receivables, lines, months, refunds, and a report by the reader's own criteria
//! (rules C97b to C104, C109). Sums are read where they are kept; nothing is summed up over all rows.

mod awards;
mod lines;
mod months;
mod receivables;

pub use awards::{AwardFilter, AwardRow, Dimension, Measure, awards};
pub use lines::{LineRow, Preview, PreviewPage, lines, preview, unsettled};
pub use months::{MONTHS, MonthRow, months};
pub use receivables::{
    CreditRow, PostingRow, RefundRow, SettlementReport, partner_credits, pending_refunds, postings,
    postings_by_account, receivables, run_executions, runs, settlement_report,
};
