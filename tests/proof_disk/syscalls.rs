//! Every system call fails once, or from then on, or is the last one of its process: whatever was answered before is
//! there afterwards. The same for a crash while a crash is recovered from.

use super::apply::{Ended, accruedb};
use super::machine::{Draw, copy};
use super::oracle::{Look, Oracle};
use super::trace::{Tracer, calls_by_thread, can_trace};
use super::work::{CRASHED_AT, FIRST, SET_UP, crashed, lines, set_up};
use super::worker::{Answers, Task};
use crate::proof::Proof;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What fails, and how. What a file system cannot answer to a call is left out.
const CALLS: &[(&str, &[&str])] = &[
    ("write", &[EIO, NO_SPACE, KILL]),
    ("pwrite64", &[EIO, NO_SPACE, KILL]),
    ("fdatasync", &[EIO, NO_SPACE, KILL]),
    ("fsync", &[EIO, NO_SPACE, KILL]),
    ("openat", &[EIO, NO_SPACE, NO_FILES, KILL]),
    ("rename", &[EIO, NO_SPACE, KILL]),
    ("link", &[EIO, NO_SPACE, KILL]),
    ("linkat", &[EIO, NO_SPACE, KILL]),
    ("unlink", &[EIO, KILL]),
    ("ftruncate", &[EIO, NO_SPACE, KILL]),
    ("fallocate", &[EIO, NO_SPACE, KILL]),
    ("mkdir", &[EIO, NO_SPACE, KILL]),
    ("read", &[EIO, KILL]),
    ("pread64", &[EIO, KILL]),
    ("lseek", &[EIO, KILL]),
    ("getdents64", &[EIO, KILL]),
    ("close", &[EIO, KILL]),
    ("clone3", &[NO_THREADS, KILL]),
];
const EIO: &str = "error=EIO";
const NO_SPACE: &str = "error=ENOSPC";
const NO_FILES: &str = "error=EMFILE";
const NO_THREADS: &str = "error=EAGAIN";
const KILL: &str = "signal=KILL";
/// Commands of a run.
const COMMANDS: u128 = 40;

/// What there is when a run begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Past {
    Nothing,
    Closed,
    Crashed,
}

/// A database to begin with, the numbers of the commands to send, and how often each call occurs without faults.
struct Scene {
    past: Past,
    folder: tempfile::TempDir,
    oracle: Oracle,
    first: u128,
    calls: BTreeMap<String, u64>,
}

impl Scene {
    fn new(past: Past) -> Scene {
        let folder = tempfile::tempdir().unwrap();
        let db = folder.path().join("past");
        let (oracle, first) = match past {
            Past::Nothing => (Oracle::default(), 1),
            Past::Closed => (Oracle::default(), FIRST),
            Past::Crashed => (crashed(&db, &folder.path().join("old"), 64), CRASHED_AT),
        };
        if past == Past::Closed {
            set_up(&db);
        }
        let numbers: Vec<u128> = match past {
            Past::Nothing => SET_UP.into_iter().chain(FIRST..FIRST + COMMANDS).collect(),
            _ => (first..first + COMMANDS).collect(),
        };
        fs::write(folder.path().join("commands.jsonl"), lines(numbers)).unwrap();
        let mut scene = Scene { past, folder, oracle, first, calls: BTreeMap::new() };
        let names: Vec<&str> = CALLS.iter().map(|(call, _)| *call).collect();
        let tracer = Tracer::new(scene.folder.path(), &names.join(","));
        let db = scene.begin();
        let ended = scene.apply(&tracer, &db);
        assert!(ended.decently(), "{ended:?}");
        scene.calls = calls_by_thread(&tracer.recorded());
        scene
    }

    /// A fresh copy of the database.
    fn begin(&self) -> PathBuf {
        let db = self.folder.path().join("db");
        if db.exists() {
            fs::remove_dir_all(&db).unwrap();
        }
        if self.past != Past::Nothing {
            copy(&self.folder.path().join("past"), &db);
        }
        db
    }

    fn apply(&self, tracer: &Tracer, db: &Path) -> Ended {
        let file = self.folder.path().join("commands.jsonl");
        accruedb(&tracer.words(), &["apply", file.to_str().unwrap(), "--on-refusal", "continue"], db)
    }

    fn tell(&self, ended: &Ended, oracle: &mut Oracle) {
        let set_up = SET_UP.len() as u128;
        for line in ended.out.lines() {
            oracle.hear(line, |line| match (self.past, u128::from(line)) {
                (Past::Nothing, line) if line <= set_up => SET_UP[line as usize - 1],
                (Past::Nothing, line) => FIRST + line - set_up - 1,
                (_, line) => self.first + line - 1,
            });
        }
    }
}

/// A fault: `fdatasync:error=EIO:when=3`, or `..when=3+` for that call and all later ones.
#[derive(Debug, Clone)]
struct Point {
    scene: usize,
    call: &'static str,
    error: &'static str,
    when: String,
}

impl Point {
    fn fault(&self) -> String {
        format!("{}:{}:when={}", self.call, self.error, self.when)
    }

    fn is_dead_disk(&self) -> bool {
        self.call == "fdatasync" && self.error == EIO && self.when.ends_with('+')
    }
}

/// All of them, in an order that has a bit of everything at its beginning. Before that: a disk whose syncs fail from
/// one on, each in turn, for what is then half-done in several files at once.
fn points(scenes: &[Scene]) -> Vec<Point> {
    let mut points = Vec::new();
    for (scene, of) in scenes.iter().enumerate() {
        for (call, errors) in CALLS {
            let last = of.calls.get(*call).copied().unwrap_or_default();
            for (n, error) in (1..=last).flat_map(|n| errors.iter().map(move |error| (n, *error))) {
                points.push(Point { scene, call, error, when: n.to_string() });
                if error != KILL {
                    points.push(Point { scene, call, error, when: format!("{n}+") });
                }
            }
        }
    }
    let mut draw = Draw::new();
    for i in (1..points.len()).rev() {
        points.swap(i, draw.below(i as u64 + 1) as usize);
    }
    points.sort_by_key(|point| !point.is_dead_disk());
    points
}

#[test]
fn proof_syscalls() {
    if let Err(why) = can_trace() {
        return Proof::skipped("syscalls", why);
    }
    let promise = "no answered command is lost by a system call that fails, once or for ever, or is the last one";
    let mut proof = Proof::new("syscalls", promise, &[EIO, NO_SPACE, KILL]);
    let scenes = [Past::Nothing, Past::Closed, Past::Crashed].map(Scene::new);
    let mut points = points(&scenes);
    proof.count("points there are", points.len() as u64);
    match std::env::var("ACCRUEDB_CASE") {
        Ok(case) => points.retain(|point| case == format!("{:?} {}", scenes[point.scene].past, point.fault())),
        Err(_) => {
            let dead_disks = points.iter().filter(|point| point.is_dead_disk()).count();
            points.truncate(dead_disks + Proof::size(24) as usize);
        }
    }
    for point in &points {
        let scene = &scenes[point.scene];
        let tracer = Tracer::new(scene.folder.path(), point.call).failing(point.fault());
        let db = scene.begin();
        let ended = scene.apply(&tracer, &db);
        let fired = tracer.fired();
        proof.fault(point.error, fired);
        proof.count(point.call, u64::from(fired > 0));
        let mut oracle = scene.oracle.clone();
        scene.tell(&ended, &mut oracle);
        // RocksDB ends the process where it gets no thread
        let may_die = [KILL, NO_THREADS].contains(&point.error);
        let (code, died) = (ended.code, may_die && ended.code.is_none_or(|code| code > 128) && !ended.hung);
        // no file system fails to close a directory, and Rust's library takes it for a bug: it panics
        let closed_directory = point.call == "close" && ended.err.contains("unexpected error during closedir");
        let verdict = match fired {
            _ if !(died || closed_directory || ended.decently()) => Err("it ended badly".to_owned()),
            0 if code != Some(0) && code != Some(1) => Err("it failed without a fault".to_owned()),
            // its last words are a write, too
            _ if !died && code == Some(3) && ended.err.is_empty() && point.call != "write" => {
                Err("it failed without a word".to_owned())
            }
            _ => oracle.check(&db, Look::AtAll),
        };
        verdict.unwrap_or_else(|violation| {
            let case = format!("{:?} {}", scene.past, point.fault());
            let repeat = format!("ACCRUEDB_CASE='{case}' cargo test --release --test main proof_syscalls");
            panic!("{case}: {violation}\nrepeat: {repeat}\n{code:?} {}", ended.err);
        });
        proof.count("points", 1);
    }
    proof.control("answers sent before their entries are written", loses_answers());
    proof.done();
}

/// An engine that answers too early, killed at the write of an entry.
fn loses_answers() -> bool {
    // the writer's own writes: an answer and an entry in turn; opening takes fewer
    (300..310).any(|n| {
        let folder = tempfile::tempdir().unwrap();
        let db = folder.path().join("db");
        set_up(&db);
        let tracer = Tracer::new(folder.path(), "write").failing(format!("write:{KILL}:when={n}"));
        let words = tracer.words();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let task = Task { answers: Answers::WhenTaken, in_flight: vec![1], ..Task::new(&db) };
        let mut oracle = Oracle::default();
        task.start(&words).over(&mut oracle);
        oracle.check(&db, Look::AtFresh).is_err_and(|lost| lost.contains("are lost"))
    })
}

const WHILE_OPENING: &str = "killed before the first answer";
const LATER: &str = "killed later";

#[test]
fn proof_recovery_crash() {
    if let Err(why) = can_trace() {
        return Proof::skipped("recovery_crash", why);
    }
    let promise = "no answered command is lost by crashes while crashes are recovered from, up to five in a row";
    let mut proof = Proof::new("recovery_crash", promise, &[WHILE_OPENING, LATER]);
    let scene = Scene::new(Past::Crashed);
    let calls: Vec<(&String, &u64)> = scene.calls.iter().filter(|(_, count)| **count > 0).collect();
    let mut draw = Draw::new();
    for chain in 0..Proof::size(10) {
        let mut oracle = scene.oracle.clone();
        let db = scene.begin();
        let mut crashes = Vec::new();
        for _ in 0..=draw.below(5) {
            let (call, count) = draw.pick(&calls);
            let fault = format!("{call}:{KILL}:when={}", 1 + draw.below(**count));
            let tracer = Tracer::new(scene.folder.path(), call).failing(&fault);
            let ended = scene.apply(&tracer, &db);
            crashes.push(fault);
            proof.fault(if ended.out.is_empty() { WHILE_OPENING } else { LATER }, u64::from(tracer.fired() > 0));
            scene.tell(&ended, &mut oracle);
        }
        let verdict = oracle.check(&db, Look::AtAll);
        verdict.unwrap_or_else(|violation| panic!("chain {chain}, {crashes:?}: {violation}"));
        proof.count("chains", 1);
        proof.count("crashes", crashes.len() as u64);
    }
    proof.control("a recovery that loses the write-ahead log", finds_a_lost_log(&scene));
    proof.done();
}

/// What a recovery would leave that removed the log before its entries are elsewhere.
fn finds_a_lost_log(scene: &Scene) -> bool {
    let db = scene.begin();
    for (path, _) in super::machine::files(&db) {
        if path.extension().is_some_and(|extension| extension == "log") {
            fs::remove_file(path).unwrap();
        }
    }
    scene.oracle.clone().check(&db, Look::AtAll).is_err()
}
