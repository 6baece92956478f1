//! Damaged files: opening or the audit names the damage, or the damage is harmless. Never a wrong balance, a silent
//! gap, a panic or a standstill.

use super::apply::{Ended, accruedb};
use super::machine::{Draw, cases, copy, cut_newest_record, files, only_case, repeat};
use super::oracle::{Look, Oracle};
use super::trace::{Tracer, can_trace};
use super::work::{CRASHED_AT, MEMBERS, PROGRAM, crashed, crashed_at, lines};
use crate::proof::{Proof, side_by_side};
use accruedb::domain::{MemberId, MemberKey};
use accruedb::engine::{Engine, EngineOptions};
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

const FLIPPED: &str = "one bit flipped";
const ZEROED: &str = "a sector zeroed";
const TORN: &str = "the end zeroed";
const SWAPPED: &str = "swapped with another of its kind";
const CUT: &str = "cut short";
const DELETED: &str = "deleted";
const OLD: &str = "an old copy restored";
const KINDS: &[&str] = &[FLIPPED, ZEROED, TORN, SWAPPED, CUT, DELETED, OLD];

const SECTOR: u64 = 512;
/// An engine of the default options promises its journal after so many writes: younger ones can be lost unseen.
const GUARD_LAG: usize = 64;

/// A database to damage, and what is known of it.
struct Victim {
    name: &'static str,
    folder: tempfile::TempDir,
    /// The same files, as they were earlier.
    old: PathBuf,
    oracle: Oracle,
    balances: Vec<serde_json::Value>,
    /// How many of the newest entries may be lost unseen.
    lag: usize,
}

impl Victim {
    /// As `kill -9` leaves it.
    fn crashed(name: &'static str, guard_every: u32, lag: usize) -> Victim {
        Victim::of(name, lag, |db, old| crashed(db, old, guard_every))
    }

    /// Closed, after a crash.
    fn closed() -> Victim {
        Victim::of("closed", 0, |db, old| {
            let mut oracle = crashed(db, &old.with_extension("crashed"), 64);
            let engine = Engine::open(db, EngineOptions::default()).unwrap();
            (CRASHED_AT..CRASHED_AT + 20).for_each(|number| oracle.ask(&engine, number));
            copy(db, old);
            engine.close().unwrap();
            oracle
        })
    }

    /// As `kill -9` leaves it just after a checkpoint: no entry is left whose replay could show that tables are old.
    fn after_a_checkpoint() -> Victim {
        Victim::of("just after a checkpoint", 0, |db, old| crashed_at(db, old, 64, 0))
    }

    /// As `kill -9` in the middle of a checkpoint leaves it. `None` where nothing can be traced here.
    fn inside_a_checkpoint() -> Option<Victim> {
        can_trace().ok()?;
        Some(Victim::of("inside a checkpoint", 0, |db, old| {
            let mut oracle = crashed(db, old, 1);
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("commands.jsonl");
            let numbers: Vec<u128> = (CRASHED_AT..CRASHED_AT + 40).collect();
            fs::write(&file, lines(&numbers)).unwrap();
            let tracer = Tracer::new(folder.path(), "linkat").failing("linkat:signal=KILL:when=3");
            let ended = accruedb(&tracer.words(), &["apply", file.to_str().unwrap(), "--on-refusal", "continue"], db);
            ended.tell(&mut oracle, &numbers);
            assert!(tracer.fired() == 1 && files(&db.join("staging")).len() > 3);
            oracle
        }))
    }

    /// A backup. What it holds is promised, however the guard lags.
    fn backup() -> Victim {
        Victim::of("backup", 0, |db, old| {
            let folder = tempfile::tempdir().unwrap();
            let source = folder.path().join("db");
            let oracle = crashed(&source, old, 64);
            let engine = Engine::open(&source, EngineOptions::default()).unwrap();
            engine.backup(db).unwrap();
            engine.close().unwrap();
            oracle
        })
    }

    fn of(name: &'static str, lag: usize, make: impl FnOnce(&Path, &Path) -> Oracle) -> Victim {
        let folder = tempfile::tempdir().unwrap();
        let [whole, old, seen] = ["whole", "old", "seen"].map(|name| folder.path().join(name));
        let oracle = make(&whole, &old);
        copy(&whole, &seen);
        let engine = Engine::open(&seen, EngineOptions::default()).unwrap();
        let balances = (1..=MEMBERS).map(|member| {
            let key = MemberKey { program: PROGRAM, member: MemberId(member) };
            serde_json::to_value(engine.balances(key).unwrap()).unwrap()
        });
        let balances = balances.collect();
        engine.close().unwrap();
        fs::remove_dir_all(&seen).unwrap();
        Victim { name, folder, old, oracle, balances, lag }
    }

    fn whole(&self) -> PathBuf {
        self.folder.path().join("whole")
    }
}

/// Damages a file. `false` where this kind changes nothing there.
fn damage(path: &Path, kind: &str, (db, old): (&Path, &Path), draw: &mut Draw) -> bool {
    let mut bytes = fs::read(path).unwrap();
    let before = bytes.clone();
    let size = bytes.len() as u64;
    let at = draw.below(size) as usize;
    match kind {
        DELETED => return fs::remove_file(path).is_ok(),
        FLIPPED if size > 0 => bytes[at] ^= 1 << draw.below(8),
        ZEROED => {
            let start = at as u64 / SECTOR * SECTOR;
            let end = (start + SECTOR).min(size);
            bytes[start as usize..end as usize].fill(0);
        }
        TORN => bytes[at..].fill(0),
        CUT => bytes.truncate(at),
        SWAPPED => {
            let same = |other: &PathBuf| other != path && kind_of(other) == kind_of(path);
            let others: Vec<PathBuf> = files(db).into_iter().map(|(other, _)| other).filter(same).collect();
            if others.is_empty() {
                return false;
            }
            let other = draw.pick(&others);
            bytes = fs::read(other).unwrap();
            fs::write(other, &before).unwrap();
        }
        OLD => match fs::read(old.join(path.strip_prefix(db).unwrap())) {
            Ok(earlier) => bytes = earlier,
            Err(_) => return false,
        },
        _ => {}
    }
    fs::write(path, &bytes).unwrap();
    bytes != before
}

/// What a file is: by its ending, else by its name without its number.
fn kind_of(path: &Path) -> &'static str {
    let name = path.file_name().unwrap().to_string_lossy();
    let endings = [("sst", "SST"), ("log", "WAL"), ("link", "staged")];
    let of_ending = endings.iter().find(|(ending, _)| path.extension() == Some(OsStr::new(ending)));
    let names = ["MANIFEST", "CURRENT", "IDENTITY", "OPTIONS", "FORMAT", "guard", "LOCK", "LOG"];
    let of_name = names.into_iter().find(|start| name.starts_with(start));
    let staged = path.parent().is_some_and(|folder| folder.ends_with("staging")).then_some("staged");
    staged.or(of_ending.map(|(_, kind)| *kind)).or(of_name).unwrap_or("other")
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// The error names the file.
    Named,
    /// The error says what is missing, but not which file lost it.
    Told,
    Harmless,
    /// Lost, unseen: only entries that the guard did not promise yet.
    WithinLag,
}

fn judge(victim: &Victim, db: &Path, file: &Path, member: u128) -> Result<Verdict, String> {
    let verdict_of = |ended: &Ended| {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        if ended.err.contains(&name) || ended.out.contains(&name) {
            return Verdict::Named;
        }
        println!("{}: {}{}", file.display(), ended.err, ended.out);
        Verdict::Told
    };
    let shown = accruedb(&[], &["balance", &member.to_string(), "--json"], db);
    if !shown.decently() {
        return Err(format!("a balance ended badly: {shown:?}"));
    }
    if shown.code == Some(3) || shown.code == Some(2) {
        return Ok(verdict_of(&shown));
    }
    let balance: serde_json::Value = serde_json::from_str(&shown.out).map_err(|error| error.to_string())?;
    let is_right = balance["balances"] == victim.balances[member as usize - 1];
    let audited = accruedb(&[], &["verify", "--json"], db);
    if !audited.decently() {
        return Err(format!("the audit ended badly: {audited:?}"));
    }
    if audited.code != Some(0) {
        return match is_right {
            true => Ok(verdict_of(&audited)),
            false => Err(format!("member {member} was shown {balance}, and then the audit found {}", audited.out)),
        };
    }
    match victim.oracle.clone().check(db, Look::AtAll) {
        Ok(()) if is_right => Ok(Verdict::Harmless),
        Ok(()) => Err(format!("member {member} was shown {balance}")),
        Err(lost) if !lost.contains("answered commands are lost") => Err(format!("not found by the audit: {lost}")),
        Err(_) if victim.lag > 0 && lost_at_the_end(&victim.oracle, db) <= victim.lag => Ok(Verdict::WithinLag),
        Err(lost) => Err(format!("not found by the audit: {lost}")),
    }
}

/// How many entries the journal lacks at its end.
fn lost_at_the_end(oracle: &Oracle, db: &Path) -> usize {
    let engine = Engine::open(db, EngineOptions { sweep_every: None, ..EngineOptions::default() }).unwrap();
    let last = engine.last_sequence();
    engine.close().unwrap();
    (oracle.last_sequence().0.saturating_sub(last.0)) as usize
}

#[test]
fn proof_damage() {
    let promise = "damage is named by opening or by the audit, or is harmless: never a wrong balance or a silent gap";
    let mut proof = Proof::new("damage", promise, KINDS);
    let mut victims = vec![
        Victim::crashed("crashed, guard_every 1", 1, 0),
        Victim::crashed("crashed, guard_every 64", 64, GUARD_LAG),
        Victim::closed(),
        Victim::backup(),
        Victim::after_a_checkpoint(),
    ];
    match Victim::inside_a_checkpoint() {
        Some(victim) => victims.push(victim),
        None => Proof::skipped("damage", "files of an interrupted checkpoint: nothing can be traced here"),
    }
    let mut unseen = 0;
    let mut seen = 0;
    let work = |turn| damaged(&victims[(turn / KINDS.len() as u64) as usize % victims.len()], turn);
    side_by_side(cases(Proof::size(42)), work, |turn, damaged| {
        let damaged = damaged.unwrap_or_else(|what| panic!("turn {turn}: {what}\n{}", repeat("damage", turn)));
        let Some((kind, file, verdict)) = damaged else { return };
        proof.fault(kind, 1);
        proof.count(file, 1);
        proof.count(
            match verdict {
                Verdict::Named => "named",
                Verdict::Told => "told without the file's name",
                Verdict::Harmless => "harmless",
                Verdict::WithinLag => "lost within the guard's lag",
            },
            1,
        );
    });
    if only_case().is_some() {
        return;
    }
    for victim in &victims[..2] {
        // the log's newest entry is gone: with the guard's lag nobody can know, but the oracle does
        let db = victim.folder.path().join("db");
        copy(&victim.whole(), &db);
        cut_newest_record(&db);
        match judge(victim, &db, Path::new("no file"), 1) {
            Ok(Verdict::WithinLag) => unseen += 1,
            Ok(Verdict::Told | Verdict::Named) => seen += 1,
            other => panic!("{}: {other:?}", victim.name),
        }
    }
    proof.control("an unguarded tail is lost unseen, a guarded one is not", (seen, unseen) == (1, 1));
    proof.done();
}

/// One damage: of which kind, to which kind of file, and what came of it. `None` where no file can be damaged so.
fn damaged(victim: &Victim, turn: u64) -> Result<Option<(&'static str, &'static str, Verdict)>, String> {
    let mut draw = Draw::nth(turn);
    let kind = KINDS[turn as usize % KINDS.len()];
    let db = victim.folder.path().join(format!("db-{turn}"));
    let Some(file) = damaged_copy(victim, &db, kind, &mut draw) else { return Ok(None) };
    let verdict = judge(victim, &db, &file, u128::from(draw.below(MEMBERS as u64)) + 1)
        .map_err(|violation| format!("{} {kind} in a database that is {}: {violation}", file.display(), victim.name))?;
    fs::remove_dir_all(&db).unwrap();
    Ok(Some((kind, kind_of(&file), verdict)))
}

/// Copies the victim and damages one file of the copy; every kind of file has the same chance.
fn damaged_copy(victim: &Victim, db: &Path, kind: &str, draw: &mut Draw) -> Option<PathBuf> {
    copy(&victim.whole(), db);
    for _ in 0..50 {
        let all = files(db);
        let kinds: BTreeSet<&str> = all.iter().map(|(file, _)| kind_of(file)).collect();
        let kinds: Vec<&str> = kinds.into_iter().collect();
        let chosen = *draw.pick(&kinds);
        let of_kind: Vec<&PathBuf> = all.iter().map(|(file, _)| file).filter(|file| kind_of(file) == chosen).collect();
        let file = *draw.pick(&of_kind);
        if damage(file, kind, (db, &victim.old), draw) {
            return Some(file.clone());
        }
    }
    None
}
