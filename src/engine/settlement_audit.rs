//! The audit of settlement: every line recomputed, every sum counted afresh, every index row with its record.

use super::error::Error;
use super::findings::{Findings, Fingerprint};
use crate::domain::tables::{
    Corrections, Lines, Months, PartnerCredits, Postings, Receivables, Runs, RunsDue, Unsettled,
};
use crate::domain::{
    Action, Entry, Event, EventKind, Fault, Leg, LineKey, MonthKey, Offer, OfferId, OwnerKey, PartnerCreditKey,
    PartnerId, Points, PostingCause, PostingKey, PostingKind, ProgramId, Programs, ReceivableId, ReductionMethod,
    RequestKey, RunDueKey, RunKey, Sequence, Subject,
};
use crate::machine::settlement::laws::{self, Books};
use crate::machine::settlement::{due_row, month_of};
use crate::storage::Read;
use crate::storage::rows::{self, Rows};
use std::collections::{BTreeMap, BTreeSet};

/// What the lines of one entry add up to, by account and kind.
type OfLines = BTreeMap<(ProgramId, PartnerId, ReceivableId, Sequence, PostingKind), i128>;

/// Audits what settlement keeps. Its due rows are added to those that the table must have.
pub(super) fn audit_settlement(
    read: &dyn Read,
    (programs, given): (&Programs, Option<MemberSide>),
    due: &mut Fingerprint,
    findings: &mut Findings,
) -> Result<(), Error> {
    let mut runs = BTreeMap::new();
    if let Some(given) = given {
        given.audit(read, programs, findings)?;
    }
    let of_lines = audit_lines(read, programs, &mut runs, findings)?;
    audit_postings(read, programs, of_lines, findings)?;
    audit_runs(read, runs, due, findings)
}

/// What the journal says that members were given and spent, less what was cancelled of it: what partners are settled for.
#[derive(Debug, Default)]
pub(super) struct MemberSide {
    awards: BTreeMap<(ProgramId, PartnerId, OfferId), i128>,
    spends: BTreeMap<(ProgramId, PartnerId), i128>,
}

impl MemberSide {
    /// Adds what an entry gave and spent.
    pub(super) fn add(&mut self, read: &dyn Read, entry: &Entry) -> Result<(), Fault> {
        let (partner, offer) = match &entry.command.action {
            Action::RecordPurchase(body) => (body.partner, Some(body.offer)),
            Action::SpendAt(body) => (body.partner, None),
            _ => return Ok(()),
        };
        let (program, request) = (entry.command.program, entry.command.request_id);
        let correction = rows::get::<Corrections>(read, &RequestKey { program, request })?.unwrap_or_default();
        let cancelled = |place: usize| correction.cancelled.get(place).map_or(0, |points| i128::from(points.0));
        let (mut awarded, mut spent) = (0i128, 0i128);
        let mut all_spent = 0i128;
        for leg in entry.legs() {
            awarded = awarded.saturating_add(leg.granted().map_or(0, |granted| granted.points.0.into()));
            if let Leg::Spent { reduction, amount, .. } = leg {
                all_spent = all_spent.saturating_add(amount.0.into());
                if *reduction == ReductionMethod::FrontEnd {
                    spent = spent.saturating_add(amount.0.into());
                }
            }
        }
        // spends of a purchase are cancelled all together, a requested one in parts
        let left = match offer {
            Some(_) if cancelled(1) > 0 => 0,
            Some(_) => spent,
            None => spent.saturating_sub(cancelled(0)),
        };
        let sum = self.spends.entry((program, partner)).or_default();
        *sum = sum.saturating_add(left);
        if let Some(offer) = offer {
            let sum = self.awards.entry((program, partner, offer)).or_default();
            *sum = sum.saturating_add(awarded.saturating_sub(cancelled(0)));
        }
        Ok(())
    }

    /// Compares it with the events of partners, settled or not. An offer that was settled at times only tells nothing.
    fn audit(mut self, read: &dyn Read, programs: &Programs, findings: &mut Findings) -> Result<(), Error> {
        let mut take = |program: ProgramId, partner: PartnerId, event: &Event, reversed: Points| {
            let left = i128::from(event.amount.0).saturating_sub(reversed.0.into());
            let sum = match (event.kind, event.offer) {
                (EventKind::Purchase, Some(offer)) => self.awards.entry((program, partner, offer)).or_default(),
                (EventKind::Spend, _) => self.spends.entry((program, partner)).or_default(),
                _ => return,
            };
            *sum = sum.saturating_sub(left);
        };
        for row in Rows::<Lines>::all(read) {
            let (key, line) = row?;
            take(key.program, key.partner, &line.event, line.reversed);
        }
        for row in Rows::<Unsettled>::all(read) {
            let (key, event) = row?;
            take(key.program, key.partner, &event, Points::ZERO);
        }
        let always = |program: &ProgramId, offer: &OfferId| {
            let catalog = programs.get(program).map(|program| &program.settlement);
            let versions = catalog.and_then(|catalog| catalog.offers.get(offer));
            versions.is_some_and(|versions| versions.iter().all(Offer::is_settled))
        };
        for ((program, partner, offer), rest) in &self.awards {
            let wrong = (*rest != 0 && always(program, offer)).then(|| format!("{rest} of its awards are in no event"));
            findings.add(|| format!("program {program}, partner {partner}, offer {offer}"), wrong);
        }
        for ((program, partner), rest) in &self.spends {
            let wrong = (*rest != 0).then(|| format!("{rest} that members spent are in no event"));
            findings.add(|| format!("program {program}, partner {partner}"), wrong);
        }
        Ok(())
    }
}

fn place(key: &LineKey) -> String {
    format!("program {}, partner {}, line of entry {}.{}", key.program, key.partner, key.sequence, key.place)
}

/// Every line alone; and what was cancelled of lines is what their opposites say.
fn audit_lines(
    read: &dyn Read,
    programs: &Programs,
    runs: &mut BTreeMap<RunKey, (u64, Books)>,
    findings: &mut Findings,
) -> Result<OfLines, Error> {
    let mut of_lines = OfLines::new();
    let (mut reversed, mut opposites) = (BTreeMap::new(), BTreeMap::new());
    let mut oppose = |program: ProgramId, partner: PartnerId, event: &Event| {
        if let Some(cancels) = event.cancels {
            let key = LineKey { program, partner, sequence: cancels.sequence, place: cancels.place };
            let sum: &mut i128 = opposites.entry(key).or_default();
            *sum = sum.saturating_add(event.amount.0.into());
        }
    };
    for row in Rows::<Lines>::all(read) {
        let (key, line) = row?;
        match programs.get(&key.program) {
            Some(program) => findings.add(|| place(&key), laws::line(program, &key, &line)),
            None => findings.add(|| place(&key), ["belongs to no program".to_owned()]),
        }
        oppose(key.program, key.partner, &line.event);
        if line.reversed != Points::ZERO {
            reversed.insert(key, i128::from(line.reversed.0));
        }
        let posting = (key.program, key.partner, line.receivable, line.settled_by, line.event.kind.posting());
        let sum = of_lines.entry(posting).or_default();
        *sum = sum.saturating_add(line.amount.0.into());
        let (events, books) = runs
            .entry(RunKey { program: key.program, run: line.run, number: line.number })
            .or_insert((0u64, Books::default()));
        *events = events.saturating_add(1);
        books.add_line(&line);
    }
    for row in Rows::<Unsettled>::all(read) {
        let (key, event) = row?;
        oppose(key.program, key.partner, &event);
        let wrong = (!event.amount.is_positive()).then(|| format!("an event of {}", event.amount));
        findings.add(|| format!("program {}, partner {}, entry {}", key.program, key.partner, key.sequence), wrong);
    }
    for key in reversed.keys().chain(opposites.keys()).copied().collect::<BTreeSet<LineKey>>() {
        let [line, events] = [&reversed, &opposites].map(|of| of.get(&key).copied().unwrap_or_default());
        let wrong = (line != events).then(|| format!("{line} were cancelled, its opposites have {events}"));
        findings.add(|| place(&key), wrong);
    }
    Ok(of_lines)
}

/// Receivables, postings, months and credit notes, each counted from the one below.
fn audit_postings(
    read: &dyn Read,
    programs: &Programs,
    mut of_lines: OfLines,
    findings: &mut Findings,
) -> Result<(), Error> {
    let mut accounts: BTreeMap<(OwnerKey, ReceivableId), Books> = BTreeMap::new();
    let mut months: BTreeMap<MonthKey, Books> = BTreeMap::new();
    let mut credits: BTreeMap<PartnerCreditKey, i128> = BTreeMap::new();
    for row in Rows::<Postings>::all(read) {
        let (key, posting) = row?;
        accounts.entry((key.owner, key.receivable)).or_default().add(&posting);
        let PostingKey { owner: OwnerKey { program, owner }, receivable, sequence, place } = key;
        match (owner, posting.cause) {
            (Subject::Partner(partner), PostingCause::Settlement { .. }) => {
                let lines = of_lines.remove(&(program, partner, receivable, sequence, posting.kind)).unwrap_or(0);
                let wrong = (lines != i128::from(posting.amount.0))
                    .then(|| format!("{} of {}, its lines have {lines}", posting.kind.code(), posting.amount));
                findings.add(|| format!("program {program}, {owner}, posting of entry {sequence}"), wrong);
                let zone = programs.get(&program).map(|program| program.settings.zone.clone()).unwrap_or_default();
                let month = month_of(posting.posted_at.day_in(&zone).date());
                months.entry(MonthKey { program, partner, month }).or_default().add(&posting);
            }
            (Subject::Member(_), PostingCause::Refund { partner } | PostingCause::WalletUnavailable { partner })
                if posting.kind == PostingKind::CreditNote =>
            {
                credits.insert(PartnerCreditKey { program, partner, sequence, place }, posting.amount.0.into());
            }
            _ => {}
        }
    }
    of_lines.retain(|_, amount| *amount != 0);
    for ((program, partner, ..), amount) in of_lines {
        let what = format!("lines of {amount} were not posted");
        findings.add(|| format!("program {program}, partner {partner}"), [what]);
    }
    audit_accounts(read, accounts, findings)?;
    for row in Rows::<Months>::all(read) {
        let (key, sums) = row?;
        let counted = months.remove(&key).unwrap_or_default();
        let place = || format!("program {}, partner {}, month {}", key.program, key.partner, key.month);
        findings.add(place, laws::books(sums.into(), counted));
    }
    findings.add(|| "table settlement_months".into(), months.keys().map(|key| format!("{key:?} is not there")));
    for row in Rows::<PartnerCredits>::all(read) {
        let (key, credit) = row?;
        let counted = credits.remove(&key).unwrap_or_default();
        let wrong = (counted != i128::from(credit.amount.0)).then(|| format!("{} of {counted}", credit.amount));
        findings.add(|| format!("{key:?}"), wrong);
    }
    findings.add(|| "table partner_credits".into(), credits.keys().map(|key| format!("{key:?} is not there")));
    Ok(())
}

fn audit_accounts(
    read: &dyn Read,
    mut counted: BTreeMap<(OwnerKey, ReceivableId), Books>,
    findings: &mut Findings,
) -> Result<(), Error> {
    for row in Rows::<Receivables>::all(read) {
        let (key, all) = row?;
        let place = || format!("program {}, {}", key.program, key.owner);
        findings.add(place, laws::receivables(&all));
        for account in &all.accounts {
            let recorded = Books { debits: account.debits.0.into(), credits: account.credits.0.into() };
            let parts = counted.remove(&(key, account.id)).unwrap_or_default();
            findings.add(|| format!("{}, receivable {}", place(), account.id), laws::books(recorded, parts));
        }
    }
    let lost = counted.keys().map(|(key, id)| format!("{} has no receivable {id}, but postings", key.owner));
    findings.add(|| "table postings".into(), lost);
    Ok(())
}

/// Runs have the events and sums of their lines; those that are submitted are due, and nothing else is.
fn audit_runs(
    read: &dyn Read,
    mut counted: BTreeMap<RunKey, (u64, Books)>,
    due: &mut Fingerprint,
    findings: &mut Findings,
) -> Result<(), Error> {
    let mut submitted = BTreeMap::new();
    let mut instants = BTreeSet::new();
    for row in Rows::<RunsDue>::all(read) {
        let (key, ()) = row?;
        let RunDueKey { program, at, run, number } = key;
        submitted.insert(RunKey { program, run, number }, at);
        instants.insert(due_row(&key));
    }
    instants.iter().for_each(|key| due.add(key, 0));
    for row in Rows::<Runs>::all(read) {
        let (key, run) = row?;
        let place = || format!("program {}, settlement run {}, number {}", key.program, key.run, key.number);
        findings.add(place, laws::run(&run, submitted.remove(&key).is_some_and(|at| run.due_at == Some(at))));
        let (events, books) = counted.remove(&key).unwrap_or_default();
        let wrong = (events != run.events).then(|| format!("{} events, {events} lines", run.events));
        findings.add(place, wrong);
        findings.add(place, laws::books(Books { debits: run.debits, credits: run.credits }, books));
    }
    let lost = submitted.keys().chain(counted.keys()).map(|key| format!("{key:?} is not there"));
    findings.add(|| "table settlement_runs".into(), lost);
    Ok(())
}
