//! What members were given with a partner, beside what it paid for it, in pages, the newest first: from the entries of a
//! range of times, which the index of the audit log finds. So a page takes a bounded time, however long the journal is.
//!
//! The cost of a cancellation hangs on what was cancelled of the same accrual before. That is read from the chain of its
//! member, back to the accrual: these entries count as read by the page.

use super::audit::{Among, AuditReader};
use super::partner_use::{Originals, UseLine, Walk, is_paid_by};
use crate::domain::{
    Action, Cancel, CancelAmount, Entry, Fault, MemberId, MemberKey, Outcome, PartnerKey, Programs, RequestKey,
    Sequence, Subject, Timestamp,
};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Where pages are read: an engine, which this layer does not know.
pub trait UseReader: AuditReader<Error: From<Fault>> {
    /// The entry of a request.
    fn transaction(&self, request: RequestKey) -> Result<Option<Entry>, Self::Error>;

    /// Some entries of a member's chain, from one of them back.
    fn chain(&self, member: MemberKey, from: Sequence) -> Result<Vec<Entry>, Self::Error>;
}

/// Which accruals and cancellations are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UseQuery {
    /// The partner that pays for them.
    pub partner: PartnerKey,
    /// When the transactions happened.
    pub during: Range<Timestamp>,
    /// Only those of which both sides agree, or only the others.
    pub agrees: Option<bool>,
    /// Only those before this entry, which the page before ended with.
    pub before: Option<Sequence>,
    /// At most this many.
    pub limit: usize,
    /// At most this many entries are read, and those that are read together with the last of them.
    pub entries_max: usize,
}

/// A page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UsePage {
    /// The lines, the newest first.
    pub lines: Vec<UseLine>,
    /// Where the next page begins: [`UseQuery::before`]. `None`: there are no more.
    pub next: Option<Sequence>,
}

/// How many entries a query reads at most, in all its pages, but for those that were recorded more than
/// [`PROMPT_SECONDS`](crate::domain::PROMPT_SECONDS) before or after they happened.
pub fn entries_of<R: AuditReader>(reader: &R, during: &Range<Timestamp>, last: Sequence) -> Result<u64, R::Error> {
    let recorded = match happened(reader, during)? {
        Among::Happened { recorded, .. } => recorded,
        _ => Sequence(1)..=last,
    };
    let end = recorded.end().0.min(last.0).saturating_add(1);
    Ok(end.saturating_sub(recorded.start().0))
}

fn happened<R: AuditReader>(reader: &R, during: &Range<Timestamp>) -> Result<Among, R::Error> {
    let from = Some(during.start).filter(|from| *from > Timestamp::MIN);
    let to = Some(during.end).filter(|to| *to < Timestamp::MAX);
    Among::happened(reader, (from, to))
}

/// A page of the accruals that a partner pays for, and of their cancellations. An award that was clipped to nothing, and
/// was not recorded at once, may be left out of a range of times: it has nothing to show.
pub fn uses<R: UseReader>(reader: &R, programs: &Programs, query: &UseQuery) -> Result<UsePage, R::Error> {
    let UseQuery { partner, during, .. } = query;
    let among = happened(reader, during)?;
    let mut page = UsePage::default();
    let mut read = 0usize;
    let mut next = query.before.map_or(Sequence(u64::MAX), |before| Sequence(before.0.saturating_sub(1)));
    while next > Sequence(0) {
        let entries = reader.entries(partner.program, &among, next)?;
        let Some(oldest) = entries.last() else { return Ok(page) };
        next = Sequence(oldest.sequence.0.saturating_sub(1));
        for entry in &entries {
            // the first one is always read, so that pages go on
            if read >= query.entries_max.max(1) {
                page.next = Some(entry.sequence.next());
                return Ok(page);
            }
            read = read.saturating_add(1);
            let at = entry.command.transaction_at.unwrap_or(entry.recorded_at);
            if entry.command.program != partner.program || !during.contains(&at) {
                continue;
            }
            let (cancelled, steps) = cancelled_before(reader, *partner, entry)?;
            read = read.saturating_add(steps);
            let mut walk = Walk { originals: Found(reader), partner: *partner, programs, cancelled };
            let line = walk.line(entry)?;
            let Some(line) = line.filter(|line| query.agrees.is_none_or(|is| is == line.agrees())) else { continue };
            if page.lines.len() >= query.limit {
                page.next = page.lines.last().map(|last| last.sequence);
                return Ok(page);
            }
            page.lines.push(line);
        }
        if read >= query.entries_max && next > Sequence(0) {
            page.next = Some(next.next());
            return Ok(page);
        }
    }
    Ok(page)
}

/// Originals of a reader.
struct Found<'a, R>(&'a R);

impl<R: UseReader> Originals for Found<'_, R> {
    type Error = R::Error;

    fn original(&self, request: RequestKey) -> Result<Option<Entry>, R::Error> {
        self.0.transaction(request)
    }
}

/// Points by the accrual and the award's place.
type Cancelled = BTreeMap<(Sequence, u16), i64>;

/// What was cancelled, before an entry that is a cancellation, of the accrual that it names; and how many entries were
/// read for it. Those are of the member's chain, and where members were merged, of both chains.
fn cancelled_before<R: UseReader>(
    reader: &R,
    partner: PartnerKey,
    entry: &Entry,
) -> Result<(Cancelled, usize), R::Error> {
    let mut cancelled = Cancelled::new();
    let Action::Cancel(body) = &entry.command.action else { return Ok((cancelled, 0)) };
    let request = RequestKey { program: partner.program, request: body.request };
    let is_done = matches!(entry.outcome, Outcome::Done { .. });
    let original = reader.transaction(request)?.filter(|original| is_done && is_paid_by(partner.partner, original));
    let Some(original) = original else { return Ok((cancelled, 0)) };
    let mut seen: BTreeSet<(MemberId, Sequence)> = BTreeSet::new();
    let mut counted: BTreeSet<Sequence> = BTreeSet::new();
    let mut left: Vec<(MemberId, Sequence)> = members(entry).take(1).collect();
    while let Some((member, from)) = left.pop() {
        if from <= original.sequence {
            continue;
        }
        let chain = reader.chain(MemberKey { program: partner.program, member }, from)?;
        let own = |of: &Entry| of.sequence > original.sequence;
        let fresh: Vec<&Entry> = chain.iter().take_while(|of| own(of) && seen.insert((member, of.sequence))).collect();
        for earlier in &fresh {
            match &earlier.command.action {
                Action::Cancel(Cancel { request, amount }) if *request == body.request => {
                    if let Some((place, points)) = part(*amount).filter(|_| counted.insert(earlier.sequence)) {
                        let sum = cancelled.entry((original.sequence, place)).or_default();
                        *sum = sum.saturating_add(points);
                    }
                }
                Action::MergeMembers(_) | Action::UnmergeMembers(_) => {
                    left.extend(members(earlier).filter(|(other, _)| *other != member));
                }
                _ => {}
            }
        }
        // the rest of the chain, where all that was read of it is new
        let last = chain.last().filter(|_| fresh.len() == chain.len());
        let before = last.and_then(|last| last.previous_of(Subject::Member(member)));
        left.extend(before.map(|before| (member, before)));
    }
    Ok((cancelled, seen.len()))
}

/// The members of an entry, each with the entry before in its chain.
fn members(entry: &Entry) -> impl Iterator<Item = (MemberId, Sequence)> + '_ {
    entry.links.iter().filter_map(|link| Some((link.subject.member()?, link.previous)))
}

/// What a cancellation takes of which award. One of the whole leaves nothing for another.
fn part(amount: CancelAmount) -> Option<(u16, i64)> {
    match amount {
        CancelAmount::Points(points) => Some((0, points.0)),
        CancelAmount::Award { place, points } => Some((place, points.0)),
        CancelAmount::Whole => None,
    }
}
