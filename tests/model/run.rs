//! One history on one engine over the memory store, from one thread, against the model. Troubles strike the store as
//! planned; whatever was not answered is settled from the journal after opening again, and sent again.

use super::book::Book;
use super::history::{History, Step};
use super::ledger::Expected;
use super::rng::Rng;
use super::slip::Slip;
use super::tally::{Tally, name_of};
use super::wellformed::malformed;
use super::world::{DAY, PROGRAMS, Plan, granted_by, request_of};
use accruedb::domain::*;
use accruedb::engine::{ClockSource, ClosedReason, Engine, EngineOptions, Error, ErrorKind, ExecuteError};
use accruedb::storage::memory::{Call, MemoryStore};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) const POISONED: ErrorKind = ErrorKind::Closed(ClosedReason::Poisoned);
/// Past states that are kept to be looked back at.
const PAST_MAX: usize = 12;
/// 2040-01-01T00:00Z: from then on the system's clock is behind.
const AHEAD: i64 = 2_208_988_800_000;

/// How a history is run. None of it may change what comes out.
#[derive(Debug, Clone)]
pub(crate) struct Way {
    pub(crate) options: EngineOptions,
    pub(crate) troubles: bool,
    pub(crate) batches: bool,
}

impl Way {
    /// As the history's world says.
    pub(crate) fn of(history: &History) -> Way {
        let world = &history.world;
        let options = EngineOptions {
            clock: ClockSource::Commands,
            shards: world.shards,
            checkpoint_changes: world.checkpoint_changes,
            delta_changes_max: world.checkpoint_changes.saturating_mul(2),
            book_items_max: world.book_items_max,
            cache_members: world.cache_members,
            sweep_every: None,
            check_laws: true,
            filter_bytes: if world.shards == 1 { 0 } else { 1 << 20 },
            ..EngineOptions::default()
        };
        Way { options, troubles: true, batches: true }
    }

    /// A look at more that is due than one booking takes books it first. When it is looked differs from way to way, so
    /// that those whose journals are compared take all in one booking.
    pub(crate) fn without_looks_that_book(mut self) -> Way {
        self.options.book_items_max = 10_000;
        self
    }

    /// Without troubles, with other shards and checkpoints, one command at a time.
    pub(crate) fn plain(history: &History, shards: u16, checkpoint_changes: u32) -> Way {
        let mut way = Way::of(history);
        way.options.shards = shards;
        way.options.checkpoint_changes = checkpoint_changes;
        way.options.delta_changes_max = checkpoint_changes;
        Way { troubles: false, batches: false, ..way }
    }
}

pub(super) struct Run {
    pub(super) store: Arc<MemoryStore>,
    pub(super) engine: Option<Engine>,
    pub(super) way: Way,
    pub(super) slip: Option<Slip>,
    pub(super) books: BTreeMap<ProgramId, Book>,
    /// Whether the engine runs on the system's clock, which is behind.
    pub(super) stands: bool,
    /// Sent and not answered, in the order of sending.
    pub(super) unsure: Vec<Command>,
    /// What the journal must hold of the callers, and when it was recorded.
    pub(super) log: Vec<(Command, Timestamp)>,
    /// The newest entry, and the length of the log, when both were last known to agree.
    pub(super) known: (Sequence, usize),
    pub(super) plans: Vec<Plan>,
    pub(super) looks_back: bool,
    rolls_over: bool,
    random_ids: bool,
    pub(super) past: Vec<BTreeMap<ProgramId, Book>>,
    /// What was printed, and when.
    pub(super) printed: Vec<(Timestamp, String)>,
    pub(super) told: u128,
    pub(super) comparable: bool,
    /// The entry up to which bookings were read for the names of items that came into being there.
    pub(super) named: Sequence,
    pub(super) tally: Tally,
}

/// What came out of a history.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) digest: String,
    pub(crate) journal: Vec<Entry>,
    /// Whether it must come out the same in any other way.
    pub(crate) comparable: bool,
    pub(crate) tally: Tally,
}

/// Runs a history to its end.
pub(crate) fn run(history: &History, way: Way, slip: Option<Slip>) -> Ended {
    let mut run = Run::new(history, way, slip);
    for step in &history.steps {
        run.step(step);
    }
    let digest = run.finish();
    let journal = run.engine().journal(Sequence(1), usize::MAX).expect("no trouble is planned");
    // a commitment has a random salt
    let journal = journal.into_iter().map(|entry| Entry { commitment: None, ..entry }).collect();
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
            rolls_over: history.world.policies,
            random_ids: history.world.random_ids,
            past: Vec::new(),
            printed: Vec::new(),
            told: 0,
            comparable: true,
            named: Sequence(0),
            tally: Tally::default(),
        };
        run.open();
        run
    }

    pub(super) fn engine(&self) -> &Engine {
        self.engine.as_ref().expect("it is open between steps")
    }

    pub(super) fn now(&self) -> Timestamp {
        self.books[&PROGRAMS[0]].model.now
    }

    fn step(&mut self, step: &Step) {
        self.tally.count("steps");
        match step {
            Step::Do(command) => self.execute(&self.with_items(command)),
            Step::Batch(commands) | Step::Flight(commands) => {
                let commands: Vec<Command> = commands.iter().map(|command| self.with_items(command)).collect();
                match step {
                    Step::Batch(_) if self.way.batches => self.batch(&commands),
                    Step::Flight(_) if self.way.troubles => self.flight(&commands),
                    _ => commands.iter().for_each(|command| self.execute(command)),
                }
            }
            Step::Advance(ms) if !self.stands => {
                let to = Timestamp::from_ms(*ms).expect("within the years 1 to 9999");
                if to > self.now() {
                    self.print();
                }
                self.advance(to);
                self.engine().advance_to(to).expect("time comes from the commands");
                self.compare_all();
            }
            Step::Sweep => {
                let troubles = self.tally.troubles();
                self.ask(|engine| engine.book_due().map(drop));
                // a sweep that was interrupted goes on in another order: who was booked in part is due later
                self.comparable &= troubles == self.tally.troubles();
                self.books.values_mut().for_each(|book| book.model.sweep());
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
                self.compare_reports();
                self.compare_trade();
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

    /// A command that names items by the commands that granted them, with their ids. What has no id stays as it is.
    fn with_items(&self, command: &Command) -> Command {
        let mut command = command.clone();
        let items = match &mut command.action {
            Action::ExtendItems(body) => &mut body.items,
            Action::ReinstateItems(body) => &mut body.items,
            _ => return command,
        };
        let receipts = &self.books[&command.program].receipts;
        for item in items {
            let request = granted_by(*item).map(|id| request_of(id, self.random_ids));
            if let Some(receipt) = request.and_then(|request| receipts.get(&request)) {
                item.sequence = receipt.sequence;
            }
        }
        command
    }

    /// Items that came into being in bookings have the names that those gave them.
    pub(super) fn learn_names(&mut self) {
        if !self.rolls_over {
            return;
        }
        self.read_names();
        self.books.values_mut().for_each(Book::learn_names);
    }

    fn read_names(&mut self) {
        if self.engine().last_sequence() <= self.named {
            return;
        }
        if self.plans.iter().any(|plan| matches!(plan.0, Call::Read | Call::Journal)) {
            self.calm();
        }
        let Ok(entries) = self.engine().journal(self.named.next(), usize::MAX) else { return };
        for entry in entries {
            self.named = entry.sequence;
            if !matches!(entry.command.action, Action::BookDue(_)) {
                continue;
            }
            let book = self.books.get_mut(&entry.command.program).expect("the histories know two programs");
            for granted in entry.legs().iter().filter_map(Leg::granted) {
                self.comparable = false;
                book.name(granted.member, granted.item);
            }
        }
    }

    pub(super) fn plan(&mut self, plan: Plan) {
        let (call, after, trouble) = plan;
        self.store.trouble(call, after, trouble);
        self.plans.push(plan);
    }

    /// Nothing more goes wrong until the next plan; what struck is counted.
    pub(super) fn calm(&mut self) {
        let mut left = self.store.calm();
        for plan in std::mem::take(&mut self.plans) {
            match left.iter().position(|(call, trouble)| (*call, *trouble) == (plan.0, plan.2)) {
                Some(at) => drop(left.swap_remove(at)),
                None => self.tally.fault(name_of(&plan)),
            }
        }
    }

    /// Something that changes no points: repeated until it goes well.
    pub(super) fn ask<R>(&mut self, what: impl Fn(&Engine) -> Result<R, Error>) -> R {
        loop {
            match what(self.engine()) {
                Ok(answer) => return answer,
                Err(error) if error.kind == ErrorKind::Unavailable => self.tally.count("tried again"),
                Err(error) => self.poisoned(&error),
            }
        }
    }

    pub(super) fn execute(&mut self, command: &Command) {
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
    pub(super) fn answered(&mut self, command: &Command, answer: Result<Receipt, ExecuteError>) {
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

    pub(super) fn mark(&mut self) {
        self.known = (self.engine().last_sequence(), self.log.len());
    }

    /// What the model expects of a command.
    pub(super) fn expect(&mut self, command: &Command) -> Expected {
        self.told += 1;
        let told = self.slip.map(|slip| slip.tell(command, self.told));
        let told = told.as_ref().unwrap_or(command);
        if let (false, false, Some(at)) = (malformed(told), self.stands, told.transaction_at) {
            self.count_time(at);
            self.advance(at);
        }
        let now = self.now();
        self.learn_names();
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
    pub(super) fn advance(&mut self, to: Timestamp) {
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

    pub(super) fn set_stands(&mut self, stands: bool) {
        self.stands = stands;
        self.books.values_mut().for_each(|book| book.model.stands = stands);
    }

    /// All answers once more, the items, the journal, the audit with a replay, and the digest after opening again.
    fn finish(&mut self) -> String {
        self.calm();
        self.compare_all();
        let scratch = || Some(Arc::new(MemoryStore::new()) as Arc<dyn accruedb::storage::Store>);
        let audit = self.ask(|engine| engine.verify(scratch()));
        assert_eq!(audit.violations, Vec::<String>::new());
        self.compare_trade();
        self.compare_items();
        self.compare_journal();
        self.compare_partner_legs();
        self.compare_bills();
        self.compare_statements();
        self.compare_reports();
        self.compare_printed();
        self.set_stands(false);
        self.reopen();
        self.compare_items();
        assert_eq!(self.engine().digest().expect("no trouble is planned"), audit.digest, "digest after opening");
        self.compare_audit_log();
        self.compare_warnings();
        self.tally.count("histories");
        audit.digest
    }
}

/// Which way a seed's history is run a second time: with other shards, checkpoints and batches, and no troubles.
pub(crate) fn other_way(history: &History, seed: u64) -> Way {
    let mut rng = Rng::Seed(seed ^ 0x5eed);
    let checkpoints = [1, 3, 20, 1_000_000];
    Way::plain(history, *rng.pick(&[1, 3, 64]), *rng.pick(&checkpoints))
}
