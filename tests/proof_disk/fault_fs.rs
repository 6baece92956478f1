//! Loss of power and failing calls below RocksDB, by its own file system for tests. The engine works in this process,
//! so a cut takes milliseconds. The guard, links and names in `staging/` stay on the machine's own file system: whether
//! their directories are synced is for the rows `power` and `block_log` to see.

use super::machine::Draw;
use super::oracle::{Look, Oracle};
use super::work::{FIRST, MEMBERS, NEVER, PROGRAM, command, set_up};
use crate::proof::Proof;
use accruedb::domain::*;
use accruedb::engine::{Engine, EngineOptions, Error, Ticket};
use accruedb::storage::rocks::{RocksOptions, RocksStore};
use accruedb::storage::*;
use accruedb_fault_fs::{FaultFs, Kind, Losses, Unsynced};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

const LOST: &str = "power cut, all that was not synced lost";
const TORN: &str = "power cut, a part of it lost";
const OPENING: &str = "power cut while opening";
/// Calls that fail, one in so many: there are far fewer of the last two.
const ERRORS: [(Kind, &str, [u16; 3]); 4] = [
    (Kind::Read, "read error", [4, 32, 500]),
    (Kind::Write, "write error", [8, 64, 500]),
    (Kind::MetadataRead, "metadata read error", [1, 4, 32]),
    (Kind::MetadataWrite, "metadata write error", [1, 4, 32]),
];

/// A database lives through so many cuts; at the end all of its history is audited.
const CUTS_A_LIFE: u64 = 10;
/// The control finds a lost answer in so many lives, or not at all.
const CONTROL_LIVES: u64 = 10;
/// How often what is due is booked.
const SWEEP: Duration = Duration::from_millis(5);

#[test]
fn proof_fault_fs() {
    let promise = "no answered command is lost by a loss of power, or by a call of RocksDB's that fails";
    let kinds: Vec<_> = [LOST, TORN, OPENING].into_iter().chain(ERRORS.map(|(_, name, _)| name)).collect();
    let mut proof = Proof::new("fault_fs", promise, &kinds);
    let cuts = Proof::size(150);
    for life in 0..cuts.div_ceil(CUTS_A_LIFE) {
        let cuts = CUTS_A_LIFE.min(cuts - life * CUTS_A_LIFE);
        let lived = Life::begin(Draw::nth(life), Syncs::Done).live(cuts, &mut proof);
        lived.unwrap_or_else(|violation| panic!("life {life}: {violation}"));
    }
    let mut unseen = Proof::new("the control's", "", &[]);
    let mut loses = |life| {
        let lived = Life::begin(Draw::nth(life), Syncs::Swallowed).live(CUTS_A_LIFE, &mut unseen);
        // the guard, which this file system does not see, may know it, too
        lived.is_err_and(|lost| lost.contains("are lost") || lost.contains("its tail is lost"))
    };
    proof.control("syncs of the log that are swallowed", (0..CONTROL_LIVES).any(&mut loses));
    proof.done();
}

/// What becomes of the syncs of RocksDB's write-ahead log. Without the others nothing would open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Syncs {
    Done,
    Swallowed,
}

/// A database and its answers, over many cuts.
struct Life {
    draw: Draw,
    fs: Arc<FaultFs>,
    _folder: tempfile::TempDir,
    db: PathBuf,
    oracle: Oracle,
    guard_every: u32,
    checkpoint_changes: u32,
}

impl Life {
    fn begin(mut draw: Draw, syncs: Syncs) -> Life {
        // what is lost here is lost by the file system for tests: the disk need not be one
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
        let db = folder.path().join("db");
        set_up(&db);
        let fs = Arc::new(FaultFs::new());
        fs.swallow_syncs(syncs == Syncs::Swallowed);
        let (guard_every, checkpoint_changes) = (*draw.pick(&[1, 64]), *draw.pick(&[100, 400, 1_000_000]));
        Life { draw, fs, _folder: folder, db, oracle: Oracle::default(), guard_every, checkpoint_changes }
    }

    /// `Err` says what was lost, changed or broken.
    fn live(mut self, cuts: u64, proof: &mut Proof) -> Result<(), String> {
        for _ in 0..cuts {
            self.cut(proof)?;
            self.oracle.errors.clear();
        }
        let engine = self.open().map_err(|error| format!("it does not open: {error}"))?;
        self.oracle.check_engine(&engine, Look::AtAll)?;
        engine.close().map_err(|error| format!("it does not close: {error}"))?;
        proof.count("cuts", cuts);
        self.oracle.count_in(proof);
        proof.count("audits with a replay", 1);
        Ok(())
    }

    /// Opens, compares, works until something fails or the power goes, and loses what was not synced.
    fn cut(&mut self, proof: &mut Proof) -> Result<(), String> {
        let while_opening = self.draw.below(4) == 0;
        let fuse = self.draw.pause(if while_opening { 15 } else { 40 });
        let at_sync = self.draw.below(2) == 0;
        let (failing, error, one_in) = *self.draw.pick(&ERRORS);
        let fails = self.draw.below(2) == 0;
        let engine = if while_opening {
            None
        } else {
            let engine = self.open().map_err(|error| format!("it does not open: {error}"))?;
            self.oracle.check_engine(&engine, Look::AtFresh)?;
            Some(engine)
        };

        let fired = self.fs.fired(failing);
        if fails {
            let one_in = *self.draw.pick(&one_in);
            let (seed, retryable) = (self.draw.below(u64::from(u32::MAX)) as u32, self.draw.below(2) == 0);
            self.fs.fail_one_in(failing, one_in, seed, retryable);
        }
        let fs = self.fs.clone();
        let fuse = std::thread::spawn(move || {
            std::thread::sleep(fuse);
            if at_sync { fs.power_off_at_sync() } else { fs.power_off() }
        });
        match engine.map_or_else(|| self.open(), Ok) {
            Ok(engine) => self.work(&engine),
            Err(error) => {
                proof.fault(OPENING, u64::from(is_of_power(&error.to_string())));
                self.oracle.errors.push(error.to_string());
            }
        }
        fuse.join().unwrap();
        // nothing may have been synced since
        self.fs.power_off();
        self.fs.fail_nothing();
        proof.fault(error, self.fs.fired(failing) - fired);
        let is_expected = |what: &String| {
            // RocksDB says so of a manifest that could not be opened, and then could
            let is_of_trial = what.contains("Direct I/O is not supported");
            is_of_power(what) || (fails && (what.contains("injected") || (while_opening && is_of_trial)))
        };
        if let Some(what) = self.oracle.errors.iter().find(|what| !is_expected(what)) {
            return Err(format!("an error that is none of those planted: {what}"));
        }

        let (unsynced, kind) = match self.draw.below(2) {
            0 => (Unsynced::Lost, LOST),
            _ => (Unsynced::Torn(self.draw.below(u64::from(u32::MAX)) as u32), TORN),
        };
        let Losses { lost, kept } = self.fs.power_on(unsynced, &self.db).expect("the power comes back");
        proof.fault(kind, u64::from(lost > 0 && (kind == LOST || kept > 0)));
        proof.count("cuts with nothing to lose", u64::from(lost + kept == 0));
        Ok(())
    }

    fn open(&self) -> Result<Engine, Error> {
        self.fs.arm();
        let guard_every_batches = self.guard_every;
        let options = RocksOptions { guard_every_batches, guard_after: NEVER, ..RocksOptions::default() };
        let store = Faulty { store: RocksStore::open_on(&self.fs.env(), &self.db, options)?, fs: self.fs.clone() };
        let checkpoint_changes = self.checkpoint_changes;
        let options = EngineOptions { sweep_every: Some(SWEEP), checkpoint_changes, ..EngineOptions::default() };
        Engine::open_store(Arc::new(store), options)
    }

    /// Sends commands, asks and makes checkpoints until something fails.
    fn work(&mut self, engine: &Engine) {
        let mut next = self.oracle.last().map_or(FIRST, |last| last + 1);
        while self.oracle.errors.is_empty() {
            let burst = *self.draw.pick(&[1, 1, 4, 32]);
            let tickets: Vec<Ticket> = (next..next + burst).map(|number| engine.submit(&command(number))).collect();
            for (number, ticket) in (next..).zip(tickets) {
                self.oracle.hear_result(number, ticket.wait());
            }
            next += burst;
            let asked = match self.draw.below(24) {
                0 => engine.checkpoint(),
                1 | 2 => engine.balances(self.member()).map(drop),
                3 => engine.statement(self.member(), None, 10).map(drop),
                _ => Ok(()),
            };
            if let Err(error) = asked {
                self.oracle.errors.push(error.to_string());
            }
        }
    }

    fn member(&mut self) -> MemberKey {
        MemberKey { program: PROGRAM, member: MemberId(u128::from(self.draw.below(MEMBERS as u64) + 1)) }
    }
}

/// Whether an error tells that the power is off.
fn is_of_power(error: &str) -> bool {
    error.contains("power off")
}

/// The store on disk; every thread that uses it asks first what is to fail.
#[derive(Debug)]
struct Faulty {
    store: RocksStore,
    fs: Arc<FaultFs>,
}

impl Faulty {
    fn armed(&self) -> &RocksStore {
        self.fs.arm();
        &self.store
    }
}

impl Store for Faulty {
    fn claim(&self) -> Result<accruedb::storage::Claim, Fault> {
        self.armed().claim()
    }

    fn append(&self, epoch: Epoch, records: &[JournalRecord], texts: &[TextChange]) -> Appended {
        self.armed().append(epoch, records, texts)
    }

    fn checkpoint(
        &self,
        epoch: Epoch,
        sequence: Sequence,
        runs: &mut dyn Iterator<Item = Result<accruedb::storage::Run, Fault>>,
    ) -> Result<(), Fault> {
        self.armed().checkpoint(epoch, sequence, runs)
    }

    fn snapshot(&self, epoch: Epoch) -> Result<Box<dyn Read + '_>, Fault> {
        self.armed().snapshot(epoch)
    }

    fn release(&self, epoch: Epoch, tail: Tail) -> Result<(), Fault> {
        self.armed().release(epoch, tail)
    }

    fn backup(&self, to: &Path) -> Result<(), Fault> {
        self.armed().backup(to)
    }

    fn size_bytes(&self) -> Result<u64, Fault> {
        self.armed().size_bytes()
    }

    fn compaction_time(&self) -> Result<Duration, Fault> {
        self.armed().compaction_time()
    }
}

impl Read for Faulty {
    fn get(&self, table: TableId, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        self.armed().get(table, key)
    }

    fn get_many(&self, table: TableId, keys: &[Vec<u8>]) -> Result<Vec<Option<Vec<u8>>>, Fault> {
        self.armed().get_many(table, keys)
    }

    fn scan(&self, table: TableId, from: &[u8], to: &[u8], visit: &mut Visit<'_>) -> Result<(), Fault> {
        self.armed().scan(table, from, to, visit)
    }

    fn last_key(&self, table: TableId) -> Result<Option<Vec<u8>>, Fault> {
        self.armed().last_key(table)
    }

    fn journal(&self, from: Sequence, visit: &mut Visit<'_>) -> Result<(), Fault> {
        self.armed().journal(from, visit)
    }

    fn text(&self, key: TextKey) -> Result<Option<Vec<u8>>, Fault> {
        self.armed().text(key)
    }

    fn referred(&self, newest: TextKey, limit: usize) -> Result<Vec<Sequence>, Fault> {
        self.armed().referred(newest, limit)
    }

    fn journal_record(&self, at: Sequence) -> Result<Option<(Sequence, Vec<u8>)>, Fault> {
        self.armed().journal_record(at)
    }
}
