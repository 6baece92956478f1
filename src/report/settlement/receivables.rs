//! Receivables and what was posted to them; refunds that a payment gateway is to make.

use super::super::partner_records::{Page, page};
use crate::domain::keys::Key;
use crate::domain::{
    Fault, OwnerKey, PartnerCredit, PartnerCreditKey, PartnerKey, Posting, PostingCause, PostingKey, ProgramId,
    Receivables, RefundKey, RefundRequest, RefundState, RequestId, RequestKey, Run, RunKey, Sequence, Timestamp,
};
use crate::storage::Read;
use crate::storage::rows::{self, Rows};
use std::ops::Range;

/// Rows read in one go.
const CHUNK: usize = 1024;

/// A posting with its place.
pub type PostingRow = (PostingKey, Posting);
/// A credit note of a member with its place.
pub type CreditRow = (PartnerCreditKey, PartnerCredit);
/// A request for a refund with its place.
pub type RefundRow = (RefundKey, RefundRequest);

/// An owner's receivables, one of them primary (rule C112).
pub fn receivables(read: &dyn Read, owner: OwnerKey) -> Result<Receivables, Fault> {
    Ok(rows::get::<crate::domain::tables::Receivables>(read, &owner)?.unwrap_or_default())
}

/// Everything that was posted to an owner's receivables in a time, in the order in which it was.
pub fn postings(read: &dyn Read, owner: OwnerKey, range: Range<Timestamp>) -> Result<Vec<PostingRow>, Fault> {
    let all = Rows::<crate::domain::tables::Postings>::under(read, &owner);
    let inside = all.filter(|row| row.as_ref().map_or(true, |(_, posting)| range.contains(&posting.posted_at)));
    let mut inside = inside.collect::<Result<Vec<PostingRow>, Fault>>()?;
    inside.sort_by_key(|(key, _)| (key.sequence, key.place));
    Ok(inside)
}

/// A page of everything that was posted to an owner's receivables: account by account, each in the order in which it was.
pub fn postings_by_account(read: &dyn Read, owner: OwnerKey, rows: Page<PostingKey>) -> Result<Vec<PostingRow>, Fault> {
    page::<crate::domain::tables::Postings>(read, &owner, rows)
}

/// What settlement posted to a partner's receivables in a time (rule C102).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SettlementReport {
    /// The postings.
    pub postings: Vec<PostingRow>,
    /// Their debits.
    pub debits: i128,
    /// Their credits.
    pub credits: i128,
}

impl SettlementReport {
    /// Debits less credits: by how much the partner owes more (rule C99).
    #[must_use]
    pub fn balance(&self) -> i128 {
        self.debits.saturating_sub(self.credits)
    }
}

/// The debits and credits that settlement posted to a partner's receivables in a time (rule C102).
pub fn settlement_report(
    read: &dyn Read,
    partner: PartnerKey,
    range: Range<Timestamp>,
) -> Result<SettlementReport, Fault> {
    let owner = OwnerKey { program: partner.program, owner: crate::domain::Subject::Partner(partner.partner) };
    let mut report = SettlementReport::default();
    for (key, posting) in postings(read, owner, range)? {
        if !matches!(posting.cause, PostingCause::Settlement { .. }) {
            continue;
        }
        let sum = if posting.kind.is_debit() { &mut report.debits } else { &mut report.credits };
        *sum = sum.saturating_add(posting.amount.0.into());
        report.postings.push((key, posting));
    }
    Ok(report)
}

/// Credit notes that members got for spends at a partner in a time (rules C103, C104), in the order in which they were
/// posted.
pub fn partner_credits(
    read: &dyn Read,
    partner: PartnerKey,
    range: Range<Timestamp>,
    rows: Page<PartnerCreditKey>,
) -> Result<Vec<CreditRow>, Fault> {
    let all = match rows.from {
        None => Rows::<crate::domain::tables::PartnerCredits>::under(read, &partner),
        Some(from) => {
            let last = PartnerCreditKey { sequence: Sequence(u64::MAX), place: u16::MAX, ..first_of(partner) };
            Rows::between(read, from.max(first_of(partner)).to_bytes(), last.to_bytes(), rows.limit.min(CHUNK))
        }
    };
    // the later a row, the later it was posted
    let until = all.take_while(|row| row.as_ref().map_or(true, |(_, credit)| credit.posted_at < range.end));
    let inside = until.filter(|row| row.as_ref().map_or(true, |(_, credit)| range.start <= credit.posted_at));
    inside.take(rows.limit).collect()
}

fn first_of(partner: PartnerKey) -> PartnerCreditKey {
    PartnerCreditKey { program: partner.program, partner: partner.partner, sequence: Sequence(0), place: 0 }
}

/// Up to `limit` requests for refunds that wait for the gateway, in the order in which they came, behind a place: a page
/// shows the same rows whenever it is asked for, less those that were answered meanwhile (rule C109).
pub fn pending_refunds(
    read: &dyn Read,
    program: ProgramId,
    after: Option<RefundKey>,
    limit: usize,
) -> Result<Vec<RefundRow>, Fault> {
    let from = after.map_or_else(
        || program.to_bytes(),
        |after| {
            let mut from = after.to_bytes();
            from.push(0);
            from
        },
    );
    let mut to = program.to_bytes();
    to.resize(crate::domain::keys::KEY_BYTES_MAX.saturating_add(1), 0xFF);
    let all = Rows::<crate::domain::tables::Refunds>::between(read, from, to, 64);
    let pending =
        |row: &Result<RefundRow, Fault>| row.as_ref().map_or(true, |(_, refund)| refund.state == RefundState::Pending);
    all.filter(pending).take(limit).collect()
}

/// The executions of a settlement run, in order.
pub fn run_executions(read: &dyn Read, program: ProgramId, run: RequestId) -> Result<Vec<(RunKey, Run)>, Fault> {
    Rows::<crate::domain::tables::Runs>::under(read, &RequestKey { program, request: run }).collect()
}

/// A page of the executions of all runs of a program, by the id of the run.
pub fn runs(read: &dyn Read, program: ProgramId, rows: Page<RunKey>) -> Result<Vec<(RunKey, Run)>, Fault> {
    page::<crate::domain::tables::Runs>(read, &program, rows)
}
