//! Running a scenario: each step against an engine of its own, on the memory store and on the scenario's time.

use super::answer::{Answer, GRANTED, Row};
use super::order::Order;
use super::questions;
use super::reports;
use super::show::{self, Names};
use super::step::{Scenario, Step, Verb};
use crate::domain::{
    AccountKey, Balance, Date, Entry, Item, ItemPosition, Leg, MemberId, MemberKey, PartnerKey, PointClass,
    PointTypeId, ProgramId, Receipt, RequestId, RequestKey, Sequence, SourceKey, TextKey, Timestamp, showing_long_ids,
};
use crate::engine::{ClockSource, Engine, EngineOptions, Error};
use crate::report::{ExpiringPage, by_label, expiring, expiring_of};
use crate::storage::Read;
use crate::storage::memory::MemoryStore;
use std::num::NonZeroU32;
use std::sync::Arc;

/// When a scenario begins, unless it says otherwise.
const BEGINNING: &str = "2026-01-01T00:00:00Z";
/// Entries read from the journal in one go.
const PAGE: usize = 1000;

/// A step whose answer was not the expected one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mismatch {
    pub(super) line: usize,
    pub(super) text: String,
    pub(super) expected: String,
    pub(super) actual: String,
}

/// Does all steps up to the first that fails; then audits everything.
pub(super) fn run(scenario: &Scenario) -> Result<(), Mismatch> {
    let nothing_said = |actual: String| Mismatch { line: 1, text: String::new(), expected: "ok".into(), actual };
    let mut runner = Runner::new().map_err(|error| nothing_said(format!("error: {error}")))?;
    for step in &scenario.steps {
        for _ in 0..step.times.get() {
            let store = runner.store.clone();
            let known = move |id| String::from_utf8(store.text(TextKey::Id(id)).ok()??).ok();
            showing_long_ids(known, || runner.step(step))?;
        }
    }
    let (line, verb) = (scenario.steps.last().map_or(1, |step| step.line), Verb::Verify);
    let times = NonZeroU32::MIN;
    runner.step(&Step { line, text: "(the audit at the end)".into(), times, verb, expected: None })
}

pub(super) struct Runner {
    store: Arc<MemoryStore>,
    pub(super) engine: Engine,
    pub(super) names: Names,
    /// The number of the last request that the scenario did not name.
    pub(super) request: u128,
    digest: Option<String>,
}

fn options() -> EngineOptions {
    EngineOptions { clock: ClockSource::Commands, ..EngineOptions::default() }
}

impl Runner {
    /// Runs on an engine of one's own; `request` is the number before the first request. It cannot reopen or crash.
    pub(super) fn over(engine: Engine, request: u128) -> Runner {
        Runner { store: Arc::default(), engine, names: Names::new(), request, digest: None }
    }

    pub(super) fn new() -> Result<Runner, Error> {
        let store = Arc::new(MemoryStore::new());
        let engine = Engine::open_store(store.clone(), options())?;
        engine.advance_to(BEGINNING.parse().unwrap_or_default())?;
        Ok(Runner { store, engine, names: Names::new(), request: 1 << 64, digest: None })
    }

    fn step(&mut self, step: &Step) -> Result<(), Mismatch> {
        let done = Answer::status("ok");
        let expected = step.expected.as_ref().unwrap_or(&done);
        let actual =
            self.answer(&step.verb, expected).unwrap_or_else(|error| Answer::status(format!("error: {error}")));
        let met = match &step.expected {
            Some(expected) => expected.is_met_by(&actual),
            // a digest that nothing is expected of is there to be compared with
            None => actual.status == "ok" || actual.status.is_empty() || step.verb == Verb::Digest,
        };
        if met {
            return Ok(());
        }
        let Step { line, text, .. } = step;
        let (expected, actual) = (expected.to_string(), actual.show_beside(expected));
        Err(Mismatch { line: *line, text: text.clone(), expected, actual })
    }

    pub(super) fn answer(&mut self, verb: &Verb, expected: &Answer) -> Result<Answer, Error> {
        Ok(match verb {
            Verb::Do(orders) => self.commands(orders, expected),
            Verb::At(instant) if *instant < self.engine.now() => {
                Answer::status(format!("error: time never goes back, and it is {} already", self.engine.now()))
            }
            Verb::At(instant) => {
                self.engine.advance_to(*instant)?;
                Answer::status("ok")
            }
            Verb::Balance(account, at) => self.balance(*account, *at)?,
            Verb::Member(member) => match self.engine.member(*member)? {
                Some(state) => Answer::rows(vec![show::member(&state)]),
                None => Answer::status("unknown"),
            },
            Verb::Household(account) => self.household(*account)?,
            Verb::Qualifying(account, from, to) => {
                let points = self.engine.qualifying_between(account.owner(), account.point_type, (*from, *to))?;
                Answer::rows(vec![Row::default().figure("qualifying", points)])
            }
            Verb::Expiring(program, member, until, limit) => self.expiring(*program, *member, *until, *limit)?,
            Verb::Labels(member) => self.labels(*member)?,
            Verb::Types(program, prefix) => {
                let programs = self.engine.programs()?;
                let rows = programs.get(program).map(|program| show::types(program, prefix));
                Answer::rows(rows.unwrap_or_default())
            }
            Verb::BalanceByTransaction(account, at) => {
                self.shown_balance(*account, self.engine.balances_by_transaction(account.owner(), *at)?)?
            }
            Verb::ItemsAt(account, at) => {
                let items = self.engine.items_as_of(*account, *at)?;
                let row = |(place, item): &(ItemPosition, Item)| show::item(place.id, item, *at, &self.names);
                Answer::rows(items.iter().map(row).collect())
            }
            Verb::Items { account, all } => self.items(*account, *all)?,
            Verb::Partner(key) => match self.engine.partner(*key)? {
                Some(state) => Answer::rows(vec![show::partner(&state)]),
                None => Answer::status("unknown"),
            },
            Verb::Blocks(key) => self.blocks(*key)?,
            Verb::Ask(key, question) => questions::answer(&self.engine, *key, question)?,
            Verb::Find(program, name) => questions::find(&self.engine, *program, name)?,
            Verb::Statement { member, newest } => self.statement(*member, *newest)?,
            Verb::Transaction(request) => self.transaction(*request)?,
            Verb::Source(key) => match self.engine.source(*key)? {
                Some(state) => Answer::rows(vec![show::source(key.source, &state)]),
                None => Answer::status("unknown"),
            },
            Verb::Sources { program, part } => self.sources(*program, part)?,
            Verb::Dependents(key) => self.dependents(*key)?,
            Verb::Audit(question) => reports::audit_rows(&self.engine, question, &self.names)?,
            Verb::Sums(question) => reports::sums_rows(&self.engine, question)?,
            Verb::Refusals => Answer::rows(self.journal(show::refused)?),
            Verb::Warnings => Answer::rows(self.journal(show::warned)?),
            Verb::AskSettlement(question) => question.answer(&self.engine)?,
            Verb::Sweep => Answer::rows(vec![Row::default().figure("booked", self.engine.book_due()?)]),
            Verb::Checkpoint => {
                self.engine.checkpoint()?;
                Answer::status("ok")
            }
            Verb::Reopen => self.reopen()?,
            Verb::Crash => self.crash()?,
            Verb::Verify => self.verify()?,
            Verb::Digest => self.digest()?,
        })
    }

    fn household(&self, account: AccountKey) -> Result<Answer, Error> {
        let Some(state) = self.engine.household(account.owner())? else { return Ok(Answer::status("unknown")) };
        let found = state.balances.iter().find(|balance| balance.point_type == account.point_type).copied();
        let balance = found.unwrap_or_else(|| Balance::zero(account.member, account.point_type));
        let row = show::balance(&balance, self.class_of(account)?);
        Ok(Answer::rows(vec![row.figure("members", state.members.len())]))
    }

    fn labels(&self, member: MemberKey) -> Result<Answer, Error> {
        let balances = self.engine.balances(member)?.unwrap_or_default();
        let programs = self.engine.programs()?;
        let program = programs.get(&member.program);
        let sums = program.map(|program| by_label(program, &balances)).unwrap_or_default();
        Ok(Answer::rows(sums.iter().map(show::label).collect()))
    }

    fn transaction(&self, request: RequestKey) -> Result<Answer, Error> {
        let Some(entry) = self.engine.transaction(request)? else { return Ok(Answer::status("unknown")) };
        let linked = entry.links.iter().find_map(|link| link.subject.member());
        Ok(Answer::rows(vec![show::entry(&entry, linked.unwrap_or_default())]))
    }

    fn commands(&mut self, orders: &[Order], expected: &Answer) -> Answer {
        let mut answer = Answer::status("ok");
        for order in orders {
            let mut command = order.command.clone();
            if !order.is_named {
                self.request = self.request.saturating_add(1);
                command.request_id = RequestId(self.request);
            }
            answer = match self.engine.execute(&command) {
                Ok(receipt) => {
                    self.name_items(&receipt, expected);
                    show::receipt(&receipt, &self.names)
                }
                Err(error) => return show::failure(&error),
            };
        }
        answer
    }

    /// Gives new items the names that its line expects, where they have none yet.
    fn name_items(&mut self, receipt: &Receipt, expected: &Answer) {
        let granted = receipt.legs.iter().filter_map(Leg::granted).map(|granted| granted.item);
        for (item, row) in granted.zip(expected.of_kind(GRANTED)) {
            if self.names.values().all(|name| *name != row.subject) {
                self.names.entry(item).or_insert_with(|| row.subject.clone());
            }
        }
    }

    fn balance(&self, account: AccountKey, at: Option<Timestamp>) -> Result<Answer, Error> {
        let balances = match at {
            Some(at) => self.engine.balances_as_of(account.owner(), at)?,
            None => self.engine.balances(account.owner())?,
        };
        self.shown_balance(account, balances)
    }

    fn shown_balance(&self, account: AccountKey, balances: Option<Vec<Balance>>) -> Result<Answer, Error> {
        let Some(balances) = balances else { return Ok(Answer::status("unknown")) };
        let found = balances.into_iter().find(|balance| balance.point_type == account.point_type);
        let balance = found.unwrap_or_else(|| Balance::zero(account.member, account.point_type));
        Ok(Answer::rows(vec![show::balance(&balance, self.class_of(account)?)]))
    }

    /// All pages of what expires until the end of a day.
    fn expiring(&self, id: ProgramId, of: Option<MemberId>, until: Date, limit: usize) -> Result<Answer, Error> {
        let (programs, now) = (self.engine.programs()?, self.engine.now());
        let Some(program) = programs.get(&id) else { return Ok(Answer::status("unknown")) };
        let until = until.end(&program.settings.zone).unwrap_or(Timestamp::MAX);
        let mut rows = Vec::new();
        let mut from = None;
        loop {
            let page = self.engine.with_snapshot(|read| match of {
                Some(member) => {
                    let rows = expiring_of(read, program, MemberKey { program: id, member }, (now, until))?;
                    Ok(ExpiringPage { rows, next: None })
                }
                None => expiring(read, (id, program), (now, until), (from, limit)),
            })??;
            rows.extend(page.rows.iter().map(show::expiring));
            from = page.next;
            if from.is_none() {
                return Ok(Answer::rows(rows));
            }
        }
    }

    fn class_of(&self, account: AccountKey) -> Result<PointClass, Error> {
        let programs = self.engine.programs()?;
        let known = programs.get(&account.program).and_then(|program| program.point_type(account.point_type));
        Ok(known.map(|point_type| point_type.class).unwrap_or_default())
    }

    /// The account's items in the order of use, then those that are not available yet. What has matured or expired
    /// is shown so, booked or not.
    fn items(&self, account: AccountKey, all: bool) -> Result<Answer, Error> {
        let now = self.engine.now();
        let items = self.engine.items(account, ItemPosition::FIRST, usize::MAX)?;
        let shown = items.matured.into_iter().chain(items.future);
        let shown = shown.filter(|(_, item)| all || (item.is_open() && !item.is_expired(now)));
        Ok(Answer::rows(shown.map(|(at, item)| show::item(at.id, &item, now, &self.names)).collect()))
    }

    /// All blocks that the partner ever bought, in the order in which it did.
    fn blocks(&self, key: PartnerKey) -> Result<Answer, Error> {
        let Some(state) = self.engine.partner(key)? else { return Ok(Answer::status("unknown")) };
        let mut blocks: Vec<_> = state.blocks.into_iter().collect();
        blocks.sort_by_key(|(_, block)| block.created);
        let now = self.engine.now();
        Ok(Answer::rows(blocks.into_iter().map(|(id, block)| show::block(id, &block, now)).collect()))
    }

    fn statement(&self, member: MemberKey, newest: usize) -> Result<Answer, Error> {
        match self.engine.statement(member, None, newest)? {
            Some(entries) => Ok(Answer::rows(entries.iter().map(|entry| show::entry(entry, member.member)).collect())),
            None => Ok(Answer::status("unknown")),
        }
    }

    /// The sources whose names hold a text, sorted by name.
    fn sources(&self, program: ProgramId, part: &str) -> Result<Answer, Error> {
        let programs = self.engine.programs()?;
        let Some(known) = programs.get(&program) else { return Ok(Answer::status("unknown")) };
        let mut rows = Vec::new();
        for (source, _) in known.sources_by_name(part) {
            if let Some(state) = self.engine.source(SourceKey { program, source })? {
                rows.push(show::source(source, &state));
            }
        }
        Ok(Answer::rows(rows))
    }

    /// The point types that a source may give, each with the number of its sources.
    fn dependents(&self, SourceKey { program, source }: SourceKey) -> Result<Answer, Error> {
        let programs = self.engine.programs()?;
        let program = programs.get(&program);
        let Some((program, terms)) = program.and_then(|program| Some((program, program.source(source)?))) else {
            return Ok(Answer::status("unknown"));
        };
        let row = |id: &PointTypeId| Row::new(format!("T{id}")).figure("sources", program.sources_of(*id).count());
        Ok(Answer::rows(terms.point_types.iter().map(row).collect()))
    }

    /// What there is to show of each entry of the journal.
    fn journal<R: IntoIterator<Item = Row>>(&self, shown: impl Fn(&Entry) -> R) -> Result<Vec<Row>, Error> {
        let mut rows = Vec::new();
        let mut from = Sequence(1);
        loop {
            let page = self.engine.journal(from, PAGE)?;
            let Some(last) = page.last() else { return Ok(rows) };
            from = last.sequence.next();
            rows.extend(page.iter().flat_map(&shown));
        }
    }

    fn reopen(&mut self) -> Result<Answer, Error> {
        let now = self.engine.now();
        // another store holds the place while this one has no engine
        let between = Engine::open_store(Arc::new(MemoryStore::new()), options())?;
        std::mem::replace(&mut self.engine, between).close()?;
        self.engine = Engine::open_store(self.store.clone(), options())?;
        self.engine.advance_to(now)?;
        Ok(Answer::status("ok"))
    }

    fn crash(&mut self) -> Result<Answer, Error> {
        let now = self.engine.now();
        let successor = Engine::open_store(self.store.clone(), options())?;
        // as if the process had ended: the successor has claimed the store, so that nothing can be closed any more
        drop(std::mem::replace(&mut self.engine, successor));
        self.engine.advance_to(now)?;
        Ok(Answer::status("ok"))
    }

    fn verify(&self) -> Result<Answer, Error> {
        let audit = self.engine.verify(Some(Arc::new(MemoryStore::new())))?;
        Ok(Answer::status(if audit.ok() { "ok".into() } else { format!("broken: {}", audit.violations.join("; ")) }))
    }

    fn digest(&mut self) -> Result<Answer, Error> {
        let digest = self.engine.digest()?;
        let status = match self.digest.replace(digest.clone()) {
            Some(before) if before == digest => "same",
            Some(_) => "another",
            None => "ok",
        };
        Ok(Answer::status(status))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(text: &str) -> Result<(), (usize, String)> {
        let scenario = super::super::parse::parse(text).unwrap();
        run(&scenario).map_err(|mismatch| (mismatch.line, mismatch.actual))
    }

    #[test]
    fn what_is_as_expected_passes() {
        let text = "block B1 of P1 60\nblock B2 of P1 60\naccrue M1 from P1 100 as R1 -> ok I1; debited B1 60, B2 40\n\
                    accrue M1 from P1 100 as R1 -> ok replayed\nredeem M1 30 -> ok I1 30\ncrash\nreopen\n\
                    balance M1 -> available 70\nstatement M1 newest 1 -> redeem -30\ndigest\ndigest -> same";
        assert_eq!(outcome(text), Ok(()));
    }

    #[test]
    fn whatever_differs_is_shown() {
        for (last, actual) in [
            ("balance M1 -> available 99", "available 100"),
            (
                "balance M1 of T2 -> unknown",
                "available 0 qualifying 0 available_total 0 future 0 held 0 debt 0 lifetime 0",
            ),
            ("redeem M1 101 -> ok", "refused insufficient_points available 100 point_type T1 short 1"),
            ("redeem M1 101 -> refused overflow", "refused insufficient_points available 100 point_type T1 short 1"),
            ("redeem M1 101 -> refused insufficient_points short 2", "refused insufficient_points short 1"),
            ("redeem M1 10 -> ok I1 9", "ok redeemed I1 10"),
            ("redeem M1 10 -> ok replayed", "ok redeemed I1 10"),
            ("redeem M1 10 -> refused insufficient_points", "ok redeemed I1 10"),
            ("redeem M1 0 -> ok", "malformed points"),
            ("redeem M1 0", "malformed points"),
            ("accrue M1 from P1 5 -> ok I2; debited nothing", "ok granted I2 5; debited B1 5"),
            ("accrue M1 from P1 5 -> ok I2; charged nothing", "ok granted I2 5; debited B1 5"),
            ("cancel R1 -> ok cancelled I1 100", "ok cancelled I1 100; restored B1 100"),
            ("items M1 -> nothing", "I1 100"),
            ("blocks P1 -> B1 800 debited 100 status pending", "B1 900 status open debited 100"),
            ("at 2025-12-31", "error: time never goes back, and it is 2026-01-01T00:00:00.000Z already"),
            ("verify\ndigest\nenrol M7\ndigest -> same", "another"),
        ] {
            let text = format!("block B1 of P1 1000\naccrue M1 from P1 100 as R1 -> ok I1\n{last}");
            let line = text.lines().count();
            let shown = outcome(&text).unwrap_err();
            assert_eq!(shown, (line, actual.to_owned()), "{last}");
        }
    }
}
