//! What an engine keeps of merchants, against the model: each line to the minor unit, each event that waits, accounts,
//! postings, months, runs; and the books.

use super::{Event, Trade};
use crate::model::calendar;
use crate::model::run::Run;
use crate::model::world::{MEMBERS, PARTNERS};
use accruedb::domain;
use accruedb::domain::*;
use accruedb::report::settlement;
use std::collections::BTreeMap;

/// Events by the command that they are of, and their place.
type ByPlace<T> = BTreeMap<(RequestId, u16), T>;

/// What is kept of a program.
struct Kept {
    lines: Vec<settlement::LineRow>,
    unsettled: Vec<(EventKey, domain::Event)>,
    accounts: Vec<(Subject, Receivables)>,
    postings: Vec<settlement::PostingRow>,
    months: Vec<settlement::MonthRow>,
    runs: Vec<(RunKey, domain::Run)>,
}

impl Run {
    pub(in crate::model) fn compare_trade(&mut self) {
        for (program, book) in self.books.clone() {
            let (trade, now) = (&book.model.trade, book.model.now);
            let zone = book.model.rules.zone();
            if trade.schemes.is_empty() {
                continue;
            }
            let owners = MEMBERS.map(|member| Subject::Member(MemberId(member)));
            let owners: Vec<Subject> = owners.chain(PARTNERS.map(|id| Subject::Partner(PartnerId(id)))).collect();
            let mut requests: Vec<RequestId> = trade.runs.keys().map(|(run, _)| *run).collect();
            requests.dedup();
            let look = |read: &dyn accruedb::storage::Read| -> Result<Kept, Fault> {
                let key = |owner: &Subject| OwnerKey { program, owner: *owner };
                let all = Timestamp::MIN..Timestamp::MAX;
                let postings = owners.iter().map(|owner| settlement::postings(read, key(owner), all.clone()));
                let last = now.day_in(&zone).date();
                let months = PARTNERS.map(|id| settlement::months(read, program, Some(PartnerId(id)), last));
                let mut runs = Vec::new();
                for run in &requests {
                    runs.extend(settlement::run_executions(read, program, *run)?);
                }
                runs.dedup();
                Ok(Kept {
                    lines: settlement::lines(read, program, None, None).collect::<Result<_, _>>()?,
                    unsettled: settlement::unsettled(read, program, None).collect::<Result<_, _>>()?,
                    accounts: owners
                        .iter()
                        .map(|owner| Ok((*owner, settlement::receivables(read, key(owner))?)))
                        .collect::<Result<_, Fault>>()?,
                    postings: postings.collect::<Result<Vec<_>, _>>()?.concat(),
                    months: months.collect::<Result<Vec<_>, _>>()?.concat(),
                    runs,
                })
            };
            let kept = self.ask(|engine| engine.with_snapshot(look)).expect("no trouble is planned");
            let sequence = |request: RequestId| book.receipts[&request].sequence;
            trade.compare_lines(&kept, &sequence);
            trade.compare_accounts(&kept, (now, &zone));
            trade.compare_runs(kept.runs);
            trade.compare_books();
            self.tally.count("merchants compared");
            if !trade.lines.is_empty() {
                self.tally.count("settlements compared");
            }
        }
    }
}

/// An event of the model, as the engine keeps it.
fn as_kept(event: &Event, sequence: &dyn Fn(RequestId) -> Sequence) -> domain::Event {
    domain::Event {
        kind: event.kind,
        request: event.request,
        member: event.member,
        amount: Points(event.amount),
        offer: event.offer,
        scheme: event.scheme,
        brand: event.brand.clone(),
        medium: event.medium.clone(),
        recorded_at: event.recorded_at,
        cancels: event.cancels.map(|(request, place, before)| Cancels {
            sequence: sequence(request),
            place,
            before: Points(before),
        }),
    }
}

impl Trade {
    fn compare_lines(&self, kept: &Kept, sequence: &dyn Fn(RequestId) -> Sequence) {
        let mut shown = ByPlace::new();
        for row in &kept.lines {
            assert!(row.line.settled_by > row.sequence, "{row:?}");
            let line = domain::Line { settled_by: Sequence(0), receivable: ReceivableId(0), ..row.line.clone() };
            shown.insert((row.line.event.request, row.place), (row.partner, row.sequence, line));
        }
        let mut expected = ByPlace::new();
        for line in &self.lines {
            let event = &line.event;
            let as_line = domain::Line {
                at: event.at,
                event: as_kept(event, sequence),
                contribution: line.contribution,
                amount: Points(line.amount),
                host: Points(line.host),
                run: line.run,
                number: line.number,
                settled_by: Sequence(0),
                settled_at: line.settled_at,
                receivable: ReceivableId(0),
                reversed: Points(line.reversed),
            };
            expected.insert((event.request, event.place), (event.partner, sequence(event.request), as_line));
        }
        assert_eq!(shown, expected, "lines");
        let shown = kept
            .unsettled
            .iter()
            .map(|(key, event)| ((event.request, key.place), (key.partner, key.at, key.sequence, event.clone())));
        let expected = self.events.iter().map(|event| {
            let at = (event.partner, event.at, sequence(event.request), as_kept(event, sequence));
            ((event.request, event.place), at)
        });
        assert_eq!(shown.collect::<ByPlace<_>>(), expected.collect::<ByPlace<_>>(), "events that wait");
    }

    fn compare_accounts(&self, kept: &Kept, (now, zone): (Timestamp, &Zone)) {
        for (owner, shown) in &kept.accounts {
            let is_primary = |account: &Receivable| account.standing == Standing::Primary;
            let shown = shown.accounts.iter().map(|of| (of.id.0, is_primary(of), of.debits.0, of.credits.0));
            let known = self.accounts.get(owner).into_iter().flatten();
            let expected = known.map(|of| (of.id, of.primary, of.debits, of.credits));
            assert_eq!(shown.collect::<Vec<_>>(), expected.collect::<Vec<_>>(), "accounts of {owner}");
        }
        let mut posted = BTreeMap::new();
        for (key, posting) in &kept.postings {
            *posted.entry((key.owner.owner, key.receivable.0, posting.kind)).or_default() += posting.amount.0;
        }
        // the last instant there is lies in no range
        if now < Timestamp::MAX {
            assert_eq!(posted, self.posted, "what was posted");
        }
        let last = calendar::month(now, zone);
        let shown = kept
            .months
            .iter()
            .map(|row| ((row.partner, i64::from(row.month)), (row.sums.debits.0, row.sums.credits.0)));
        let shown: BTreeMap<_, _> = shown.filter(|(_, sums)| *sums != (0, 0)).collect();
        let recent = self.months.iter().filter(|((_, month), _)| (last - 11..=last).contains(month));
        assert_eq!(shown, recent.map(|(key, sums)| (*key, *sums)).collect(), "months");
    }

    fn compare_runs(&self, kept: Vec<(RunKey, domain::Run)>) {
        let shown = kept.into_iter().map(|(key, run)| {
            assert_eq!(run.progress, None, "no run is under way");
            let body = CreateRun { criteria: run.criteria, every: run.every };
            let of = super::Run {
                body,
                state: run.state,
                due_at: run.due_at,
                events: run.events,
                debits: run.debits,
                credits: run.credits,
            };
            ((key.run, key.number), of)
        });
        assert_eq!(shown.collect::<BTreeMap<_, _>>(), self.runs, "runs");
    }

    /// What all merchants owe is what was invoiced less what was credited; and the lines of an event are all of it.
    fn compare_books(&self) {
        let mut sum = 0i128;
        for line in &self.lines {
            assert_eq!(line.amount + line.host, line.event.amount, "{line:?}");
            let amount = i128::from(line.amount);
            sum += match line.event.kind {
                EventKind::Purchase | EventKind::CancelledSpend => amount,
                EventKind::Spend | EventKind::CancelledPurchase => -amount,
            };
        }
        let partners = self.accounts.iter().filter(|(owner, _)| matches!(owner, Subject::Partner(_)));
        let owed = partners.flat_map(|(_, accounts)| accounts).map(|of| i128::from(of.debits) - i128::from(of.credits));
        assert_eq!(owed.sum::<i128>(), sum, "the books of merchants");
    }
}
