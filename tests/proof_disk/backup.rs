//! Backups under load, and `kill -9` in the middle of one: what has its name is whole, and is what the database was.

use super::apply::{Ended, run};
use super::machine::{Draw, signal};
use super::oracle::{Look, Oracle};
use super::work::{CRASHED_AT, crashed, set_up};
use super::worker::Task;
use crate::proof::Proof;
use accruedb::domain::{Entry, Sequence};
use accruedb::engine::{Engine, EngineOptions};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command as Process;
use std::time::Duration;

const KILLED: &str = "kill -9 during a backup";

#[test]
fn proof_backup() {
    let promise = "a backup made under load gives back the state; one that was interrupted is not taken for whole";
    let mut proof = Proof::new("backup", promise, &[KILLED]);
    let mut draw = Draw::new();
    let rounds = Proof::size(3);
    for round in 0..rounds {
        kill_during_backups(round, &mut draw, &mut proof);
    }
    let found = at_rest(&mut proof);
    proof.control("a backup that lacks the newest answers", found);
    proof.done();
}

/// Restores a backup by the command, which audits it with a replay.
fn restore(from: &Path, to: &Path) -> Ended {
    let mut process = Process::new(env!("CARGO_BIN_EXE_accruedb"));
    process.arg("restore").args([from, to]);
    let ended = run(process);
    assert!(ended.decently(), "{ended:?}");
    ended
}

fn kill_during_backups(round: u64, draw: &mut Draw, proof: &mut Proof) {
    let folder = tempfile::tempdir().unwrap();
    let (db, place) = (folder.path().join("db"), folder.path().join("copies"));
    fs::create_dir(&place).unwrap();
    set_up(&db);
    let changes = *draw.pick(&[2_000, 1_000_000]);
    let task = Task { backups: Some(place.clone()), checkpoint_changes: changes, ..Task::new(&db) };
    let mut oracle = Oracle::default();
    let worker = task.start(&[]);
    let pid = worker.pid();
    std::thread::sleep(draw.pause(600));
    wait_for_an_unfinished(&place);
    std::thread::sleep(draw.pause(12));
    signal("KILL", pid);
    let said = worker.said();
    said.iter().for_each(|line| oracle.hear(line, u128::from));
    assert_eq!(oracle.errors, Vec::<String>::new(), "round {round}");
    oracle.check(&db, Look::AtAll).unwrap_or_else(|violation| panic!("round {round}: {violation}"));
    let mut copies: Vec<PathBuf> = fs::read_dir(&place).unwrap().map(|entry| entry.unwrap().path()).collect();
    copies.sort();
    for copy in copies {
        let is_unfinished = copy.extension().is_some();
        proof.fault(KILLED, u64::from(is_unfinished));
        let to = folder.path().join("restored");
        let ended = restore(&copy, &to);
        if ended.code == Some(0) {
            let mut before = answers_before(&copy, &said);
            // in this order: to look at all books what is due, which the database did elsewhere in its history
            let verdict = begins_like(&db, &to).and_then(|()| before.check(&to, Look::AtAll));
            verdict.unwrap_or_else(|violation| panic!("round {round}, {}: {violation}", copy.display()));
            fs::remove_dir_all(&to).unwrap();
            proof.count("restores of the database's first entries, audited with a replay", 1);
        } else {
            assert!(is_unfinished, "round {round}: {} is not whole: {ended:?}", copy.display());
            proof.count("interrupted backups refused", 1);
        }
    }
    oracle.count_in(proof);
}

/// Waits for the middle of a backup, but not for ever.
fn wait_for_an_unfinished(place: &Path) {
    for _ in 0..5000 {
        let names = fs::read_dir(place).unwrap().map(|entry| entry.unwrap().path());
        if names.into_iter().any(|path| path.extension().is_some()) {
            return;
        }
        std::thread::sleep(Duration::from_micros(500));
    }
}

/// The answers that came out before a backup was begun: they must be in it.
fn answers_before(copy: &Path, said: &[String]) -> Oracle {
    let begins = format!("\"copying\":\"{}\"", copy.with_extension("").display());
    let mut oracle = Oracle::default();
    let before = said.iter().take_while(|line| !line.contains(&begins));
    before.for_each(|line| oracle.hear(line, u128::from));
    oracle
}

fn entries(db: &Path) -> Vec<Entry> {
    let engine = Engine::open(db, EngineOptions { sweep_every: None, ..EngineOptions::default() }).unwrap();
    let entries = engine.journal(Sequence(1), usize::MAX).unwrap();
    engine.close().unwrap();
    entries
}

/// The copy's history is the beginning of the database's: with an audit by replay, its state was the database's.
fn begins_like(db: &Path, copy: &Path) -> Result<(), String> {
    let (all, copied) = (entries(db), entries(copy));
    if copied.is_empty() || !all.starts_with(&copied) {
        return Err(format!("its {} entries are not the first of the database's {}", copied.len(), all.len()));
    }
    Ok(())
}

/// While nobody writes, a backup's digest is the database's. Returns whether the oracle sees that a backup lacks what
/// was answered after it.
fn at_rest(proof: &mut Proof) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let [db, old, copy, to] = ["db", "old", "copy", "to"].map(|name| folder.path().join(name));
    let mut oracle = crashed(&db, &old, 64);
    let engine = Engine::open(&db, EngineOptions { sweep_every: None, ..EngineOptions::default() }).unwrap();
    let digest = engine.digest().unwrap();
    engine.backup(&copy).unwrap();
    let mut later = oracle.clone();
    (CRASHED_AT..CRASHED_AT + 100).for_each(|number| later.ask(&engine, number));
    assert_ne!(engine.digest().unwrap(), digest);
    engine.close().unwrap();
    let ended = restore(&copy, &to);
    assert!(ended.code == Some(0) && ended.out.contains(&digest), "{ended:?}");
    oracle.check(&to, Look::AtAll).unwrap();
    proof.count("restores at rest, with the database's digest", 1);
    later.check(&to, Look::AtAll).is_err_and(|lost| lost.contains("are lost"))
}
