//! [`Engine`]: the public face, and the threads behind it.

use super::by::{By, NOBODY, execute, submit, submit_batch};
use super::checkpoint::{checkpoint, snapshot};
use super::core::Core;
use super::error::{ClosedReason, Error, ExecuteError};
use super::feed::{Feed, FeedFilter};
use super::metrics::Metrics;
use super::options::{ClockSource, EngineOptions};
use super::profile::StepTime;
use super::recover;
use super::sweeper::{self, Sweeper};
use super::sync::Mutex;
use super::sync::thread::{self, JoinHandle};
use super::ticket::{Pending, Ticket};
use super::verify::{self, Audit};
use super::view;
use crate::domain::{
    AccountKey, Actor, Balance, Block, BlockId, Command, Entry, Granted, Item, ItemPosition, Leg, MemberId, MemberKey,
    Partner, PartnerId, PartnerKey, Points, ProgramId, Programs, Receipt, RequestKey, Sequence, Source, SourceKey,
    SourceTerms, Timestamp,
};
use crate::storage::{Read, Store};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// An open database. Share it by reference between threads; every call may come from any of them.
///
/// Whatever is answered is durable: it survives the end of the process and the loss of power. A command that was
/// sent but not answered is there whole, or not at all; repeating it with the same request id settles which.
///
/// Dropping an engine closes it; [`Engine::close`] also says whether that went well.
#[derive(Debug)]
pub struct Engine {
    pub(super) core: Arc<Core>,
    sweeper: Arc<Sweeper>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    /// Whether it is a reader's: nothing is written at its end.
    only_looks: bool,
}

/// The items of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountItems {
    /// Those that have matured, in the order of use.
    pub matured: Vec<(ItemPosition, Item)>,
    /// Those that have not, by the instant at which they do.
    pub future: Vec<(ItemPosition, Item)>,
}

/// A partner with all its blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartnerState {
    /// The partner, as it is booked.
    pub partner: Partner,
    /// Its balance: what its usable blocks hold (rules A05, A32).
    pub balance: Points,
    /// Its blocks, open and past, by id (rules A33, A34).
    pub blocks: BTreeMap<BlockId, Block>,
}

/// A source with its terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceState {
    /// Its terms: name, point types, restrictions.
    pub terms: SourceTerms,
    /// Its status and inventory.
    pub source: Source,
}

impl Engine {
    /// Opens the database in a directory, or makes a new one there. Recovers what was durable, which takes time in
    /// proportion to what was not in the tables yet.
    ///
    /// Errors: `Busy` where another process has it open, `Corrupt` where something stored is damaged or of a newer
    /// format, or where the directory holds something that is no database, `Unavailable` where the disk refuses,
    /// `Invalid` where an option is out of its limits.
    #[cfg(feature = "rocksdb")]
    pub fn open(path: impl AsRef<Path>, options: EngineOptions) -> Result<Engine, Error> {
        options.check()?;
        let rocks = crate::storage::rocks::RocksOptions {
            cache_bytes: options.cache_bytes as usize,
            guard_every_batches: options.guard_every,
            guard_every_commands: options.guard_every_commands,
            guard_after: options.guard_after,
            ..Default::default()
        };
        let store = crate::storage::rocks::RocksStore::open(path.as_ref(), rocks)?;
        Engine::open_store(Arc::new(store), options)
    }

    /// Opens the database that a store holds, as [`Engine::open`] does. What belongs to RocksDB's store
    /// (`cache_bytes`, `guard_every`, `guard_every_commands`, `guard_after`) is the store's own.
    pub fn open_store(store: Arc<dyn Store>, options: EngineOptions) -> Result<Engine, Error> {
        let sweep_every = options.sweep_every.filter(|_| options.clock == ClockSource::System);
        let core = Arc::new(recover::open(store, options)?);
        let engine = Engine { core, sweeper: Arc::default(), threads: Mutex::default(), only_looks: false };
        let core = engine.core.clone();
        engine.spawn("accruedb-journal", move || core.state.journal.run_writer())?;
        let core = engine.core.clone();
        engine.spawn("accruedb-checkpoint", move || core.checkpointer.run(|| checkpoint(&core)))?;
        if let Some(every) = sweep_every {
            let (core, sweeper) = (engine.core.clone(), engine.sweeper.clone());
            engine.spawn("accruedb-sweep", move || sweeper.run(&core, every))?;
        }
        Ok(engine)
    }

    /// Opens a store that is only looked at.
    #[cfg(feature = "rocksdb")]
    pub(super) fn open_to_look(store: Arc<dyn Store>, options: EngineOptions) -> Result<Engine, Error> {
        let mut engine = Engine::open_store(store, options)?;
        engine.only_looks = true;
        Ok(engine)
    }

    fn spawn(&self, name: &str, body: impl FnOnce() + Send + 'static) -> Result<(), Error> {
        let thread = thread::Builder::new().name(name.to_owned()).spawn(body);
        let thread = thread.map_err(|error| crate::domain::Fault::io(format!("no thread for {name}: {error}")))?;
        self.threads.lock().push(thread);
        Ok(())
    }

    /// Does a command, and returns when it is durable.
    ///
    /// The same request id with the same body returns the first receipt, marked `replayed`; with another body it is
    /// refused. A refusal is in the journal too, and does not use up the request id.
    pub fn execute(&self, command: &Command) -> Result<Receipt, ExecuteError> {
        execute(&self.core, &NOBODY, command)
    }

    /// Does commands in somebody's name: each entry says who asked.
    #[must_use]
    pub fn by(&self, actor: Actor) -> By<'_> {
        By::new(&self.core, actor)
    }

    /// Does a command, and returns before it is durable: the ticket is answered when it is. For many commands in
    /// flight from one thread. Waits where more is in flight than the options allow, where tables have to be read, and
    /// where it repeats or cancels something that is not durable yet.
    pub fn submit(&self, command: &Command) -> Ticket {
        submit(&self.core, &NOBODY, command)
    }

    /// Does commands one after the other, as [`Engine::submit`] does each, with a ticket for each; faster, as they share
    /// locks: others may wait for some dozens of them.
    pub fn submit_batch(&self, commands: &[Command]) -> Vec<Ticket> {
        submit_batch(&self.core, &NOBODY, commands)
    }

    /// What a command would do now: the receipt or the refusal that it would have, as if everything due were booked. It
    /// moves no clock, uses no request id and changes nothing; the receipt's sequence is 0.
    pub fn preview(&self, command: &Command) -> Result<Receipt, ExecuteError> {
        self.core.preview(command)
    }

    /// Does commands one after the other and returns when all are durable, with an answer for each. They are not
    /// one transaction: a refusal does not undo or stop the others.
    pub fn execute_batch(&self, commands: &[Command]) -> Vec<Result<Receipt, ExecuteError>> {
        self.submit_batch(commands).into_iter().map(Ticket::wait).collect()
    }

    /// The engine's time. On the clock of the commands it is [`Timestamp::MIN`] before the first of them.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.core.clock.stamp(None)
    }

    /// Moves the clock of [`ClockSource::Commands`] forward, as a command at that instant would, but only until the
    /// engine is closed: it is not in the journal. Reopened, time is that of the last command or booking. An instant
    /// that is past changes nothing.
    ///
    /// Errors: `Invalid` on the system's clock.
    pub fn advance_to(&self, instant: Timestamp) -> Result<(), Error> {
        if self.core.clock.source() != ClockSource::Commands {
            return Err(Error::invalid("only the clock of the commands can be moved"));
        }
        self.core.clock.not_before(instant);
        Ok(())
    }

    /// The programs with their point types.
    pub fn programs(&self) -> Result<Programs, Error> {
        self.core.programs()
    }

    /// Up to `limit` members of a program, in the order of their ids, from `from` on: the next page begins after the last
    /// one.
    pub fn members(&self, program: ProgramId, from: MemberId, limit: usize) -> Result<Vec<MemberId>, Error> {
        self.core.members(program, from, limit)
    }

    /// Up to `limit` partners of a program, likewise, each with its record as of now.
    pub fn partners(
        &self,
        program: ProgramId,
        from: PartnerId,
        limit: usize,
    ) -> Result<Vec<(PartnerId, Partner)>, Error> {
        self.core.partners(program, from, limit)
    }

    /// Counters and distributions since the engine was opened. Counted under locks that are held anyway.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        self.core.metrics()
    }

    /// A member's balances now, one for each point type the member ever had (rules D28, D29, D31). What has expired or
    /// matured is in them, booked or not. `None` where there is no such member.
    pub fn balances(&self, member: MemberKey) -> Result<Option<Vec<Balance>>, Error> {
        self.submit_balances(member)?.wait()
    }

    /// Looks up what [`Engine::balances`] gives, and does not wait until it is durable. For many reads in flight from
    /// one thread.
    pub fn submit_balances(&self, member: MemberKey) -> Result<Pending<Option<Vec<Balance>>>, Error> {
        let seen = self.core.balances_now(member)?;
        self.core.state.journal.nudge();
        Ok(Pending::new(&self.core, seen))
    }

    /// A member's balances as they were shown at a past instant. `None` where the member was not enrolled then.
    ///
    /// Walks the member's entries back to that instant.
    pub fn balances_as_of(&self, member: MemberKey, at: Timestamp) -> Result<Option<Vec<Balance>>, Error> {
        self.core.balances_as_of(member, at)
    }

    /// What of a member's has expired or matured until `at` and is not booked yet, as the legs that a booking would have,
    /// each with its own instant. Balances have it in them already; the journal, and so [`Engine::statement`], not yet.
    pub fn due(&self, member: MemberKey, at: Timestamp) -> Result<Vec<Leg>, Error> {
        self.core.due(member, at)
    }

    /// Up to `limit` items of an account from a position on, as of now: matured ones in the order of use (rule D22),
    /// used-up and expired ones too, and up to `limit` that have not matured, always from the first one on. Begin at
    /// [`ItemPosition::FIRST`], and go on at the `successor` of the last one. Nothing where there is no such account.
    pub fn items(&self, account: AccountKey, from: ItemPosition, limit: usize) -> Result<AccountItems, Error> {
        let (matured, future) = self.core.items(account, from, limit)?;
        Ok(AccountItems { matured, future })
    }

    /// A partner with all its blocks, as of now (rules A05, A12, A33). Reads every block that the partner ever bought.
    pub fn partner(&self, partner: PartnerKey) -> Result<Option<PartnerState>, Error> {
        let Some((partner, blocks)) = self.core.partner(partner, BlockId(0), usize::MAX)? else { return Ok(None) };
        let now = self.now();
        let usable = blocks.values().filter(|block| block.is_usable(now)).map(|block| block.remaining().0);
        let balance = Points(usable.fold(0, i64::saturating_add));
        Ok(Some(PartnerState { partner, balance, blocks }))
    }

    /// A source with its terms, status, inventory and restrictions, as of now (rule E89). `None` where the program has no
    /// such source.
    pub fn source(&self, source: SourceKey) -> Result<Option<SourceState>, Error> {
        let found = self.core.source(source)?;
        Ok(found.map(|(terms, source)| SourceState { terms, source }))
    }

    /// A page of a member's statement, newest first: up to `limit` entries, from the entry `from` on, or from the
    /// newest. The next page begins at the `previous` of the last entry; 0 is the end. `None` where there is no such
    /// member.
    ///
    /// Errors: `Invalid` where `from` is no entry of the member's.
    pub fn statement(
        &self,
        member: MemberKey,
        from: Option<Sequence>,
        limit: usize,
    ) -> Result<Option<Vec<Entry>>, Error> {
        self.core.statement(member, from, limit)
    }

    /// A partner's record as of now, without its blocks: its sums (rules A05, A32). `None` where there is no such partner.
    pub fn partner_record(&self, partner: PartnerKey) -> Result<Option<Partner>, Error> {
        Ok(self.core.partner(partner, BlockId(u64::MAX), 0)?.map(|(partner, _)| partner))
    }

    /// Up to `limit` blocks of a partner by id, from `from` on: open and past ones, none ever leaves the list (rules A33,
    /// A34). The next page begins behind the last. `None` where there is no such partner.
    pub fn blocks(
        &self,
        partner: PartnerKey,
        from: BlockId,
        limit: usize,
    ) -> Result<Option<BTreeMap<BlockId, Block>>, Error> {
        Ok(self.core.partner(partner, from, limit)?.map(|(_, blocks)| blocks))
    }

    /// Up to `limit` blocks that can be debited now, in the order of debit (rules A15, B13).
    pub fn open_blocks(&self, partner: PartnerKey, limit: usize) -> Result<Vec<(BlockId, Block)>, Error> {
        self.core.open_blocks(partner, limit)
    }

    /// A page of the statement of a partner: the commands about it, newest first, as [`Engine::statement`] (rules B25, B35).
    pub fn partner_statement(
        &self,
        partner: PartnerKey,
        from: Option<Sequence>,
        limit: usize,
    ) -> Result<Option<Vec<Entry>>, Error> {
        self.core.partner_statement(partner, from, limit)
    }

    /// The transaction that used a request id. `None` also where it was refused: a refusal uses no id.
    pub fn transaction(&self, request: RequestKey) -> Result<Option<Entry>, Error> {
        self.core.transaction(request)
    }

    /// Up to `limit` durable entries of the journal from `from` on, in order.
    pub fn journal(&self, from: Sequence, limit: usize) -> Result<Vec<Entry>, Error> {
        recover::page(&self.core, from, limit)
    }

    /// Entries of the journal up to a number, the newest first: as many as are stored together. None: there are none.
    pub fn journal_back(&self, up_to: Sequence) -> Result<Vec<Entry>, Error> {
        recover::page_back(&self.core, up_to)
    }

    /// The number of the first entry that was recorded at an instant or later; one more than the last where there is
    /// none. Found by bisection.
    pub fn first_entry_at(&self, instant: Timestamp) -> Result<Sequence, Error> {
        recover::first_at(&self.core, instant)
    }

    /// An item as of now, by the leg that tells of its grant and when that was recorded.
    pub fn item(&self, program: ProgramId, granted: &Granted, recorded_at: Timestamp) -> Result<Option<Item>, Error> {
        self.core.item(program, granted, recorded_at)
    }

    /// The change feed: durable entries from a number on, in the order of their commit, without gaps. It goes on where
    /// [`Feed::position`] of another was.
    #[must_use]
    pub fn feed(&self, from: Sequence, filter: FeedFilter) -> Feed<'_> {
        Feed::new(&self.core, from, filter)
    }

    /// A member's balances by the time at which transactions happened, as far as it is known now: a purchase that was
    /// posted late counts from the time of the purchase. [`Engine::balances_as_of`] goes by the time at which they were
    /// recorded. `None` where the member was not enrolled then and nothing had happened.
    ///
    /// Walks all of the member's entries.
    pub fn balances_by_transaction(&self, member: MemberKey, at: Timestamp) -> Result<Option<Vec<Balance>>, Error> {
        self.core.balances_by_transaction(member, at)
    }

    /// The items of an account as they were at a past instant, by the time at which things were recorded, in the order of
    /// use; used-up ones too. What was claimed of an item is told as of now. What expired or matured until then is so, whenever it was booked.
    ///
    /// Reads all items of the account, and walks the member's entries back to that instant.
    pub fn items_as_of(&self, account: AccountKey, at: Timestamp) -> Result<Vec<(ItemPosition, Item)>, Error> {
        self.core.items_as_of(account, at)
    }

    /// The number of the newest entry of the journal, durable yet or not; 0 while there is none.
    #[must_use]
    pub fn last_sequence(&self) -> Sequence {
        self.core.state.journal.last()
    }

    /// The number of the newest entry that is durable; 0 while there is none. Readers of the journal find all up to it.
    #[must_use]
    pub fn durable_sequence(&self) -> Sequence {
        self.core.state.journal.durable()
    }

    /// Books everything that has expired or matured: it gets entries in the journal. No balance, item or block changes:
    /// they are shown as of now, booked or not. Returns how many members and partners had something.
    pub fn book_due(&self) -> Result<u64, Error> {
        let booked = sweeper::sweep(&self.core, self.now(), &|| false)?;
        self.core.state.journal.wait(self.last_sequence())?;
        Ok(booked)
    }

    /// Brings all that happened until now into the tables. So do [`Engine::verify`], [`Engine::digest`] and
    /// [`Engine::backup`], before they look.
    ///
    /// Errors: a checkpoint that fails closes the engine (`Closed`, `Corrupt`); reopening recovers.
    pub fn checkpoint(&self) -> Result<(), Error> {
        let ticket = self.core.checkpointer.ask();
        self.core.checkpointer.wait(ticket, &self.core.state.journal)
    }

    /// Gives a consistent view of the tables, with everything until now in them, to `look`: for reports. Nothing is
    /// written for it, and commands go on beside it.
    ///
    /// No checkpoint is made meanwhile: `look` should take seconds at most. It must not ask the engine for another
    /// view, or to do anything: it would wait for itself.
    ///
    /// Errors: those of the journal, where it is closed; `Unavailable` where the tables cannot be read.
    pub fn with_snapshot<R>(&self, look: impl FnOnce(&dyn Read) -> R) -> Result<R, Error> {
        view::look(&self.core, look)
    }

    /// Audits everything: the journal's chain, the laws, the indexes; and, with an empty `scratch` store, that
    /// replaying the journal gives the same state. The replay needs as much memory again as the engine's options allow.
    ///
    /// What is wrong is told by [`Audit::violations`]. Errors: `Invalid` where `scratch` is not empty or is the engine's
    /// own; `Unavailable` and `Closed` as everywhere.
    pub fn verify(&self, scratch: Option<Arc<dyn Store>>) -> Result<Audit, Error> {
        verify::verify(&self.core, scratch)
    }

    /// The digest of the state: equal states have equal digests, whatever the path to them.
    pub fn digest(&self) -> Result<String, Error> {
        let (_, tables) = snapshot(&self.core)?;
        verify::digest(tables.as_ref())
    }

    /// Copies the database, consistent as of now, into the new directory `to`, while work goes on.
    ///
    /// Errors: `Unavailable` where `to` exists already, cannot be written, or the store keeps nothing on disk.
    pub fn backup(&self, to: &Path) -> Result<(), Error> {
        self.checkpoint()?;
        Ok(self.core.state.store.backup(to)?)
    }

    /// Bytes that the database takes on disk.
    pub fn size_bytes(&self) -> Result<u64, Error> {
        Ok(self.core.state.store.size_bytes()?)
    }

    /// Where the time went since the engine was opened, if [`EngineOptions::profile`] is set.
    #[must_use]
    pub fn profile(&self) -> Vec<StepTime> {
        self.core.profile.steps()
    }

    /// The time that the store has spent on merging its sorted files.
    pub fn compaction_time(&self) -> Result<Duration, Error> {
        Ok(self.core.state.store.compaction_time()?)
    }

    /// Closes the database: what was submitted becomes durable, everything goes into the tables, and the journal's
    /// end is written down. A [`Ticket`] or [`Pending`] that is kept keeps the database locked for other engines.
    pub fn close(self) -> Result<(), Error> {
        self.shut()
    }

    fn shut(&self) -> Result<(), Error> {
        let threads = std::mem::take(&mut *self.threads.lock());
        if threads.is_empty() {
            return Ok(());
        }
        let core = &self.core;
        self.sweeper.stop();
        core.state.journal.close(Error::closed(ClosedReason::ByCaller, "the engine is closed"));
        core.checkpointer.stop();
        for thread in threads {
            // a thread that panicked has poisoned the engine: what is durable is recovered on opening
            let _ = thread.join();
        }
        if let Some(error) = core.state.journal.failure() {
            return Err(error);
        }
        if self.only_looks {
            return Ok(());
        }
        checkpoint(core)?;
        Ok(core.state.store.release(core.epoch, core.state.journal.tail())?)
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // whoever wants to know calls `close`
        let _ = self.shut();
    }
}
