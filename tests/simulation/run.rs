//! One history on one engine over the memory store, from one thread, against the model. Troubles strike the store as
//! planned; whatever was not answered is settled from the journal after opening again, and sent again.

use super::draw::{DAY, History, MEMBERS, PARTNERS, PROGRAMS, Plan, Rng, Step};
use crate::model::drive::Book;
use crate::model::ledger::{Expected, malformed};
use accruedb::domain::*;
use accruedb::engine::{ClockSource, ClosedReason, Engine, EngineOptions, Error, ErrorKind, ExecuteError};
use accruedb::storage::memory::{Call, MemoryStore, Trouble};
use std::collections::BTreeMap;
use std::sync::Arc;

const POISONED: ErrorKind = ErrorKind::Closed(ClosedReason::Poisoned);
/// Past states that are kept to be looked back at.
const PAST_MAX: usize = 12;
/// 2040-01-01T00:00Z: from then on the system's clock is behind.
const AHEAD: i64 = 2_208_988_800_000;

/// How a history is run. None of it may change what comes out.
#[derive(Debug, Clone)]
pub(super) struct Way {
    pub(super) options: EngineOptions,
    pub(super) troubles: bool,
    pub(super) batches: bool,
}

impl Way {
    /// As the history's world says.
    pub(super) fn of(history: &History) -> Way {
        let world = &history.world;
        let options = EngineOptions {
            clock: ClockSource::Commands,
            shards: world.shards,
            checkpoint_changes: world.checkpoint_changes,
            delta_changes_max: world.checkpoint_changes.saturating_mul(2),
            book_items_max: world.book_items_max,
            cache_members: world.cache_members,
            sweep_every: None,
            ..EngineOptions::default()
        };
        Way { options, troubles: true, batches: true }
    }

    /// Without troubles, with other shards and checkpoints, one command at a time.
    pub(super) fn plain(history: &History, shards: u16, checkpoint_changes: u32) -> Way {
        let mut way = Way::of(history);
        way.options.shards = shards;
        way.options.checkpoint_changes = checkpoint_changes;
        way.options.delta_changes_max = checkpoint_changes;
        Way { troubles: false, batches: false, ..way }
    }
}

/// A falsehood that the model is told of the rules, or of the commands: it must come out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slip {
    Order,
    Expiry,
    Zone,
    NegativeBalance,
    NeverUsable,
    Rounding,
    BlockOrder,
    Billing,
    Points,
    Repeats,
}

impl Slip {
    pub(super) const ALL: [Slip; 10] = [
        Slip::Order,
        Slip::Expiry,
        Slip::Zone,
        Slip::NegativeBalance,
        Slip::NeverUsable,
        Slip::Rounding,
        Slip::BlockOrder,
        Slip::Billing,
        Slip::Points,
        Slip::Repeats,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Slip::Order => "the wrong order of use",
            Slip::Expiry => "an expiry a millisecond late",
            Slip::Zone => "the wrong time zone",
            Slip::NegativeBalance => "debts where there are none",
            Slip::NeverUsable => "points that can never be used",
            Slip::Rounding => "the wrong rounding",
            Slip::BlockOrder => "the wrong order of blocks",
            Slip::Billing => "the wrong billing",
            Slip::Points => "a redemption of one point more",
            Slip::Repeats => "a repeated accrual that counts twice",
        }
    }

    fn tell(self, command: &Command, told: u128) -> Command {
        let mut command = command.clone();
        match (self, &mut command.action) {
            (Slip::Order, Action::CreatePointType(body)) => {
                let first_in = body.order == UseOrder::FirstIn;
                body.order = if first_in { UseOrder::EarliestExpiry } else { UseOrder::FirstIn };
            }
            (Slip::Expiry, Action::Accrue(body)) => {
                for award in &mut body.awards {
                    if let Some(Expiry::At(at)) = &mut award.expires {
                        *at = Timestamp::from_ms(at.ms() + 1).unwrap_or(*at);
                    }
                }
            }
            (Slip::Zone, Action::CreateProgram(body)) => {
                let other = if body.zone == Zone::UTC { "Europe/Vienna" } else { "UTC" };
                body.zone = other.parse().unwrap();
            }
            (Slip::NegativeBalance, Action::CreatePointType(body)) => {
                let allowed = body.negative_balance == NegativeBalance::Allowed;
                body.negative_balance = if allowed { NegativeBalance::Refused } else { NegativeBalance::Allowed };
            }
            (Slip::NeverUsable, Action::CreateProgram(body)) => {
                let refuse = body.never_usable == NeverUsable::Refuse;
                body.never_usable = if refuse { NeverUsable::Allow } else { NeverUsable::Refuse };
            }
            (Slip::Rounding, Action::CreatePartner(body)) => {
                body.rounding = if body.rounding == Rounding::Down { Rounding::Up } else { Rounding::Down };
            }
            (Slip::BlockOrder, Action::CreatePartner(body)) => {
                let created = body.order == BlockOrder::Created;
                body.order = if created { BlockOrder::EarliestExpiry } else { BlockOrder::Created };
            }
            (Slip::Billing, Action::CreatePartner(body)) => {
                let prepaid = body.billing == Billing::Prepaid;
                body.billing = if prepaid { Billing::PostPaid } else { Billing::Prepaid };
            }
            (Slip::Points, Action::Redeem(body)) => body.points = Points(body.points.0.saturating_add(1)),
            (Slip::Repeats, Action::Accrue(_)) => command.request_id = RequestId(u128::MAX - told),
            _ => {}
        }
        command
    }
}

/// What a run did, and what struck it.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    pub(super) counts: BTreeMap<&'static str, u64>,
    pub(super) faults: BTreeMap<&'static str, u64>,
}

impl Tally {
    pub(super) fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    /// How often something was interrupted.
    fn troubles(&self) -> u64 {
        ["poisoned", "tried again"].iter().filter_map(|what| self.counts.get(what)).sum()
    }

    fn fault(&mut self, kind: &'static str) {
        *self.faults.entry(kind).or_default() += 1;
    }

    pub(super) fn add(&mut self, other: &Tally) {
        for (what, count) in &other.counts {
            *self.counts.entry(what).or_default() += count;
        }
        for (kind, count) in &other.faults {
            *self.faults.entry(kind).or_default() += count;
        }
    }
}

fn name_of((call, _, trouble): &Plan) -> &'static str {
    match (call, trouble) {
        (Call::Append, Trouble::Fail) => "append failed",
        (Call::Append, Trouble::FailAfter) => "append failed when done",
        (Call::Append, _) => "append lied",
        (Call::Checkpoint, Trouble::Fail) => "checkpoint failed",
        (Call::Checkpoint, Trouble::FailAfter) => "checkpoint failed when done",
        (Call::Checkpoint, Trouble::Tear) => "checkpoint torn",
        (Call::Checkpoint, _) => "checkpoint lied",
        (Call::Read, _) => "read failed",
        (Call::Journal, _) => "journal read failed",
        (Call::Claim, Trouble::Fail) => "claim failed",
        (Call::Claim, Trouble::FailAfter) => "claim failed when done",
        (Call::Claim, _) => "claim torn",
        (Call::Release, Trouble::FailAfter) => "release failed when done",
        (Call::Release, _) => "release failed",
    }
}

struct Run {
    store: Arc<MemoryStore>,
    engine: Option<Engine>,
    way: Way,
    slip: Option<Slip>,
    books: BTreeMap<ProgramId, Book>,
    /// Whether the engine runs on the system's clock, which is behind.
    stands: bool,
    /// Sent and not answered, in the order of sending.
    unsure: Vec<Command>,
    /// What the journal must hold of the callers, and when it was recorded.
    log: Vec<(Command, Timestamp)>,
    /// The newest entry, and the length of the log, when both were last known to agree.
    known: (Sequence, usize),
    plans: Vec<Plan>,
    looks_back: bool,
    past: Vec<BTreeMap<ProgramId, Book>>,
    told: u128,
    comparable: bool,
    tally: Tally,
}

/// What came out of a history.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) digest: String,
    pub(super) journal: Vec<Entry>,
    /// Whether it must come out the same in any other way.
    pub(super) comparable: bool,
    pub(super) tally: Tally,
}

/// Runs a history to its end.
pub(super) fn run(history: &History, way: Way, slip: Option<Slip>) -> Ended {
    let mut run = Run::new(history, way, slip);
    for step in &history.steps {
        run.step(step);
    }
    let digest = run.finish();
    let journal = run.engine().journal(Sequence(1), usize::MAX).expect("no trouble is planned");
    Ended { digest, journal, comparable: run.comparable, tally: run.tally }
}

impl Run {
    fn new(history: &History, way: Way, slip: Option<Slip>) -> Run {
        let mut run = Run {
            store: Arc::new(MemoryStore::new()),
            engine: None,
            way,
            slip,
            books: PROGRAMS.into_iter().map(|program| (program, Book::new())).collect(),
            stands: false,
            unsure: Vec::new(),
            log: Vec::new(),
            known: (Sequence(0), 0),
            plans: Vec::new(),
            looks_back: history.world.looks_back,
            past: Vec::new(),
            told: 0,
            comparable: true,
            tally: Tally::default(),
        };
        run.open();
        run
    }

    fn engine(&self) -> &Engine {
        self.engine.as_ref().expect("it is open between steps")
    }

    fn now(&self) -> Timestamp {
        self.books[&PROGRAMS[0]].model.now
    }

    fn step(&mut self, step: &Step) {
        self.tally.count("steps");
        match step {
            Step::Do(command) => self.execute(command),
            Step::Batch(commands) if self.way.batches => self.batch(commands),
            Step::Batch(commands) => commands.iter().for_each(|command| self.execute(command)),
            Step::Flight(commands) if self.way.troubles => self.flight(commands),
            Step::Flight(commands) => commands.iter().for_each(|command| self.execute(command)),
            Step::Advance(ms) if !self.stands => {
                let to = Timestamp::from_ms(*ms).expect("within the years 1 to 9999");
                self.advance(to);
                self.engine().advance_to(to).expect("time comes from the commands");
                self.compare_all();
            }
            Step::Sweep => {
                let troubles = self.tally.troubles();
                self.ask(|engine| engine.book_due().map(drop));
                // a sweep that was interrupted goes on in another order: who was booked in part is due later
                self.comparable &= troubles == self.tally.troubles();
                self.tally.count("sweeps");
                self.compare_all();
            }
            Step::Checkpoint => {
                self.ask(Engine::checkpoint);
                self.tally.count("checkpoints");
            }
            Step::Reopen => self.reopen(),
            Step::Crash(troubles) => self.crash(troubles),
            Step::LookBack(ms) if self.looks_back => self.look_back(*ms),
            Step::Audit => {
                let audit = self.ask(|engine| engine.verify(None));
                assert_eq!(audit.violations, Vec::<String>::new());
                self.tally.count("audits");
            }
            Step::Trouble(plan) if self.way.troubles => self.plan(*plan),
            Step::StandStill(command) => self.stand_still(command),
            Step::MoveOn if self.stands => {
                self.set_stands(false);
                self.reopen();
            }
            Step::Advance(_) | Step::LookBack(_) | Step::Trouble(_) | Step::MoveOn => {}
        }
    }

    fn plan(&mut self, plan: Plan) {
        let (call, after, trouble) = plan;
        self.store.trouble(call, after, trouble);
        self.plans.push(plan);
    }

    /// Nothing more goes wrong until the next plan; what struck is counted.
    fn calm(&mut self) {
        let mut left = self.store.calm();
        for plan in std::mem::take(&mut self.plans) {
            match left.iter().position(|(call, trouble)| (*call, *trouble) == (plan.0, plan.2)) {
                Some(at) => drop(left.swap_remove(at)),
                None => self.tally.fault(name_of(&plan)),
            }
        }
    }

    /// Something that changes no points: repeated until it goes well.
    fn ask<R>(&mut self, what: impl Fn(&Engine) -> Result<R, Error>) -> R {
        loop {
            match what(self.engine()) {
                Ok(answer) => return answer,
                Err(error) if error.kind == ErrorKind::Unavailable => self.tally.count("tried again"),
                Err(error) => self.poisoned(&error),
            }
        }
    }

    fn execute(&mut self, command: &Command) {
        loop {
            match self.engine().execute(command) {
                Err(ExecuteError::Failed(error)) if error.kind == ErrorKind::Unavailable => {
                    // nothing was done, but time may have moved to that of the command
                    let now = self.engine().now();
                    let dated = command.transaction_at.map_or(self.now(), |at| at.max(self.now()));
                    assert!(now == self.now() || now == dated, "{now} after {} for {command:?}", self.now());
                    self.advance(now);
                    self.tally.count("tried again");
                }
                Err(ExecuteError::Failed(error)) if error.kind != ErrorKind::Invalid => {
                    self.unsure.push(command.clone());
                    return self.poisoned(&error);
                }
                answer => {
                    self.answered(command, answer);
                    self.mark();
                    return self.compare_touched(command);
                }
            }
        }
    }

    /// An answer that is durable: what the model says, too.
    fn answered(&mut self, command: &Command, answer: Result<Receipt, ExecuteError>) {
        self.tally.count(match &answer {
            Ok(receipt) if receipt.replayed => "repeated",
            Ok(_) => "done",
            Err(ExecuteError::Refused(rejection)) => rejection.code(),
            Err(ExecuteError::Failed(_)) => "malformed",
        });
        let expected = self.expect(command);
        let book = self.books.get_mut(&command.program).expect("the histories know two programs");
        book.compare(command, &expected, answer);
    }

    fn mark(&mut self) {
        self.known = (self.engine().last_sequence(), self.log.len());
    }

    /// What the model expects of a command.
    fn expect(&mut self, command: &Command) -> Expected {
        self.told += 1;
        let told = self.slip.map(|slip| slip.tell(command, self.told));
        let told = told.as_ref().unwrap_or(command);
        if let (false, false, Some(at)) = (malformed(told), self.stands, told.transaction_at) {
            self.count_time(at);
            self.advance(at);
        }
        let now = self.now();
        let book = self.books.get_mut(&command.program).expect("the histories know two programs");
        if !book.model.is_silent(told) {
            self.log.push((command.clone(), now));
        }
        book.model.execute(told)
    }

    /// How far a command's date is from the time before.
    fn count_time(&mut self, at: Timestamp) {
        let days = at.ms().saturating_sub(self.now().ms()) / DAY;
        let odd = match (self.now(), days) {
            (Timestamp::MIN, _) => return,
            (_, ..-3_000) => "years back",
            (_, ..=-30) => "30 days back",
            (_, 3_000..) => "10 years ahead",
            (Timestamp::MAX, _) => "at the end of time",
            (now, _) if now.ms() < Timestamp::MIN.ms() + 365 * DAY => "in the year 1",
            (now, _) if now.ms() < 0 => "before 1970",
            (now, _) if now.to_string().get(5..10) == Some("02-29") => "on a leap day",
            _ => return,
        };
        self.tally.count(odd);
    }

    /// Lets time pass in every book; keeps them as they are, where there is a looking back.
    fn advance(&mut self, to: Timestamp) {
        if to <= self.now() {
            return;
        }
        if self.looks_back && self.now() > Timestamp::MIN {
            self.past.push(self.books.clone());
            let surplus = self.past.len().saturating_sub(PAST_MAX);
            self.past.drain(..surplus);
        }
        self.books.values_mut().for_each(|book| book.model.advance(to));
    }

    fn batch(&mut self, commands: &[Command]) {
        self.tally.count("batches");
        if self.plans.iter().any(|plan| matches!(plan.0, Call::Read | Call::Journal)) {
            // a read that fails would put its command behind the others
            self.calm();
        }
        let answers = self.engine().execute_batch(commands);
        let lost = |answer: &Result<Receipt, ExecuteError>| matches!(answer, Err(ExecuteError::Failed(error)) if error.kind != ErrorKind::Invalid);
        let answered = answers.iter().position(lost).unwrap_or(commands.len());
        let (sure, unsure) = commands.split_at(answered);
        let mut answers = answers.into_iter();
        for (command, answer) in sure.iter().zip(&mut answers) {
            self.answered(command, answer);
        }
        match answers.next() {
            Some(Err(ExecuteError::Failed(error))) => {
                self.unsure.extend_from_slice(unsure);
                self.poisoned(&error);
            }
            _ => {
                self.mark();
                self.compare_all();
            }
        }
    }

    /// Sends commands, and is gone before they are answered.
    fn flight(&mut self, commands: &[Command]) {
        self.tally.count("flights");
        self.calm();
        let tickets: Vec<_> = commands.iter().map(|command| self.engine().submit(command)).collect();
        self.unsure.extend_from_slice(commands);
        drop(tickets);
        self.crash(&[]);
    }

    /// The engine failed and says so: it does nothing any more. Opens again, and settles what is not known.
    fn poisoned(&mut self, error: &Error) {
        assert_eq!(error.kind, POISONED, "{error}");
        self.tally.count("poisoned");
        let enrol = Enrol { member: MemberId(*MEMBERS.start()) };
        let after = Command::new(PROGRAMS[0], RequestId(u128::MAX), enrol);
        match self.engine().execute(&after) {
            Err(ExecuteError::Failed(later)) => assert_eq!(later.kind, POISONED, "{later}; before: {error}"),
            answer => panic!("a poisoned engine answers {answer:?}"),
        }
        self.crash(&[]);
    }

    fn reopen(&mut self) {
        match self.engine.take().expect("it is open").close() {
            Ok(()) => self.tally.count("closed"),
            Err(error) => assert!([POISONED, ErrorKind::Unavailable].contains(&error.kind), "{error}"),
        }
        self.calm();
        self.open();
        self.settle();
    }

    fn crash(&mut self, troubles: &[Plan]) {
        self.tally.count("crashes");
        self.calm();
        // the next engine claims the store before the last one can bring anything in order
        let mut gone = vec![self.engine.take().expect("it is open")];
        let troubles = if self.way.troubles { troubles } else { &[] };
        for plan in troubles {
            self.plan(*plan);
            match Engine::open_store(self.store.clone(), self.options()) {
                Ok(engine) => gone.push(engine),
                Err(error) => {
                    assert_eq!(error.kind, ErrorKind::Unavailable, "{error}");
                    self.tally.count("crashes while opening");
                }
            }
            self.calm();
        }
        self.open();
        drop(gone);
        self.settle();
    }

    fn options(&self) -> EngineOptions {
        let clock = if self.stands { ClockSource::System } else { ClockSource::Commands };
        EngineOptions { clock, ..self.way.options.clone() }
    }

    fn open(&mut self) {
        let engine = Engine::open_store(self.store.clone(), self.options());
        self.engine = Some(engine.unwrap_or_else(|error| panic!("it does not open: {:?} {error}", error.kind)));
    }

    /// Everything answered is there, nothing refused or never sent is, and of what was sent and not answered a first
    /// part, whole. The rest is sent again.
    fn settle(&mut self) {
        let mut again = std::mem::take(&mut self.unsure);
        let mut unsure = again.clone().into_iter();
        let (last, logged) = self.known;
        assert!(self.engine().last_sequence() >= last, "entry {last} is gone");
        let entries = self.engine().journal(last.next(), usize::MAX).expect("no trouble is planned");
        let answered = self.log[logged..].to_vec();
        let mut answered = answered.into_iter();
        for entry in entries {
            self.advance(entry.recorded_at);
            if matches!(entry.command.action, Action::BookDue(_)) {
                continue;
            }
            if let Some(sent) = answered.next() {
                assert_eq!(sent, (entry.command, entry.recorded_at), "what was answered is not the next entry");
                continue;
            }
            let silent = |book: &Book, command: &Command| self.slip.is_none() && book.model.is_silent(command);
            let sent = unsure.find(|command| !silent(&self.books[&command.program], command));
            assert_eq!(sent.as_ref(), Some(&entry.command), "an entry that is not the next that was sent");
            if matches!(entry.outcome, Outcome::Refused(_)) {
                again.remove(again.iter().position(|command| *command == entry.command).expect("it was sent"));
            }
            let (command, recorded_at) = (entry.command.clone(), entry.recorded_at);
            let expected = self.expect(&command);
            let book = self.books.get_mut(&command.program).expect("the histories know two programs");
            book.compare(&command, &expected, entry.answer(false).map_err(ExecuteError::from));
            assert_eq!(book.model.now, recorded_at, "{command:?}");
            self.tally.count("settled: there");
        }
        assert!(answered.next().is_none(), "what was answered is gone");
        self.mark();
        if !self.stands {
            self.engine().advance_to(self.now()).expect("time comes from the commands");
        }
        assert_eq!(self.engine().now(), self.now(), "the engine's time after opening");
        self.compare_all();
        self.compare_receipts();
        for command in again {
            self.tally.count("sent again");
            self.execute(&command);
        }
    }

    /// Time stands still: it is that of the last entry, whatever the system's clock says, and however the commands
    /// are dated.
    fn stand_still(&mut self, command: &Command) {
        if self.stands || self.now().ms() < AHEAD {
            return;
        }
        self.execute(command);
        self.set_stands(true);
        self.reopen();
        self.tally.fault("clock behind");
    }

    fn set_stands(&mut self, stands: bool) {
        self.stands = stands;
        self.books.values_mut().for_each(|book| book.model.stands = stands);
    }

    fn compare_touched(&mut self, command: &Command) {
        match &command.action {
            Action::Accrue(Accrue { member, partner, .. }) => {
                self.compare_member(command.program, *member);
                partner.iter().for_each(|partner| self.compare_partner(command.program, *partner));
            }
            Action::Redeem(Redeem { member, .. }) | Action::Enrol(Enrol { member }) => {
                self.compare_member(command.program, *member);
            }
            _ => self.compare_program(command.program),
        }
    }

    fn compare_member(&mut self, program: ProgramId, member: MemberId) {
        let shown = self.ask(|engine| engine.balances(MemberKey { program, member }));
        self.books[&program].compare_balances(member, &shown);
    }

    fn compare_partner(&mut self, program: ProgramId, partner: PartnerId) {
        let shown = self.ask(|engine| engine.partner(PartnerKey { program, partner }));
        self.books[&program].compare_partner(partner, shown);
    }

    fn compare_program(&mut self, program: ProgramId) {
        MEMBERS.map(MemberId).for_each(|member| self.compare_member(program, member));
        PARTNERS.map(PartnerId).for_each(|partner| self.compare_partner(program, partner));
    }

    fn compare_all(&mut self) {
        let known: Vec<ProgramId> = self.books.keys().copied().collect();
        known.into_iter().for_each(|program| self.compare_program(program));
    }

    /// What was answered is there, under its request id.
    fn compare_receipts(&mut self) {
        for (program, book) in &self.books {
            for (request, receipt) in &book.receipts {
                let key = RequestKey { program: *program, request: *request };
                let entry = self.engine().transaction(key).expect("no trouble is planned");
                let entry = entry.unwrap_or_else(|| panic!("{key:?} was answered, and is gone"));
                assert_eq!(entry.answer(false).as_ref(), Ok(receipt), "{key:?}");
            }
        }
    }

    fn compare_items(&mut self) {
        for (program, book) in &self.books {
            for (member, point_type) in MEMBERS.map(MemberId).flat_map(|m| (1..=6).map(move |p| (m, PointTypeId(p)))) {
                let account = MemberKey { program: *program, member }.account(point_type);
                let items = self.engine().items(account, ItemPosition::FIRST, 10_000).expect("no trouble is planned");
                book.compare_items(account, &items);
            }
        }
    }

    /// A member's statement has the transactions that were done for the member, newest first, and bookings.
    fn compare_statements(&self) {
        for (program, book) in &self.books {
            let of = |action: &Action| match action {
                Action::Accrue(Accrue { member, .. })
                | Action::Redeem(Redeem { member, .. })
                | Action::Enrol(Enrol { member }) => Some(*member),
                _ => None,
            };
            for member in MEMBERS.map(MemberId) {
                let mut expected: Vec<Sequence> = Vec::new();
                for (request, receipt) in &book.receipts {
                    let action = match book.model.done(*request) {
                        Some(Action::Cancel(Cancel { request, .. })) => book.model.done(*request),
                        action => action,
                    };
                    expected.extend(action.and_then(of).filter(|of| *of == member).map(|_| receipt.sequence));
                }
                expected.sort_unstable_by(|a, b| b.cmp(a));
                let key = MemberKey { program: *program, member };
                let shown = self.engine().statement(key, None, usize::MAX).expect("no trouble is planned");
                let shown = shown.unwrap_or_default().into_iter();
                let own = |entry: &Entry| matches!(entry.command.action, Action::BookDue(_));
                let shown: Vec<Sequence> = shown.filter(|entry| !own(entry)).map(|entry| entry.sequence).collect();
                assert_eq!(shown, expected, "statement of member {member}");
            }
        }
    }

    /// The journal holds what was answered, in order, and nothing else of the callers; its time never goes back.
    fn compare_journal(&self) {
        let entries = self.engine().journal(Sequence(1), usize::MAX).expect("no trouble is planned");
        assert!(entries.iter().zip(1..).all(|(entry, number)| entry.sequence == Sequence(number)), "a hole");
        assert!(entries.is_sorted_by_key(|entry| entry.recorded_at), "time went back");
        let own = |entry: &&Entry| matches!(entry.command.action, Action::BookDue(_));
        let callers = entries.iter().filter(|entry| !own(entry)).map(|entry| (&entry.command, entry.recorded_at));
        let expected = self.log.iter().map(|(command, at)| (command, *at));
        assert!(callers.eq(expected), "the journal is not what was answered");
    }

    /// Balances at a past instant are those that were shown then.
    fn look_back(&mut self, ms: i64) {
        let Some(at) = Timestamp::from_ms(self.now().ms().saturating_sub(ms)) else { return };
        let known = self.past.iter().chain([&self.books]).rfind(|books| books[&PROGRAMS[0]].model.now <= at);
        let Some(books) = known.cloned() else { return };
        for (program, mut book) in books {
            book.model.advance(at);
            for member in MEMBERS.map(MemberId) {
                let shown = self.ask(|engine| engine.balances_as_of(MemberKey { program, member }, at));
                book.compare_balances(member, &shown);
            }
        }
        self.tally.count("looks back");
    }

    /// All answers once more, the items, the journal, the audit with a replay, and the digest after opening again.
    fn finish(&mut self) -> String {
        self.calm();
        self.compare_all();
        let scratch = || Some(Arc::new(MemoryStore::new()) as Arc<dyn accruedb::storage::Store>);
        let audit = self.ask(|engine| engine.verify(scratch()));
        assert_eq!(audit.violations, Vec::<String>::new());
        self.compare_items();
        self.compare_journal();
        self.compare_statements();
        self.set_stands(false);
        self.reopen();
        self.compare_items();
        assert_eq!(self.engine().digest().expect("no trouble is planned"), audit.digest, "digest after opening");
        self.tally.count("histories");
        audit.digest
    }
}

/// Which way a seed's history is run a second time: with other shards, checkpoints and batches, and no troubles.
pub(super) fn other_way(history: &History, seed: u64) -> Way {
    let mut rng = Rng(seed ^ 0x5eed);
    let checkpoints = [1, 3, 20, 1_000_000];
    Way::plain(history, *rng.pick(&[1, 3, 64]), *rng.pick(&checkpoints))
}
