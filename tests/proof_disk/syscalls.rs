//! Every system call fails once, or from then on, or is the last one of its process: whatever was answered before is
//! there afterwards. The same for a crash while a crash is recovered from.

use super::apply::{Ended, accruedb};
use super::machine::{Draw, cases, copy, cut_newest_record, only_case, repeat};
use super::oracle::{Look, Oracle};
use super::trace::{Tracer, calls_by_thread, can_trace};
use super::work::{CRASHED_AT, FIRST, SET_UP, accruals, crashed, lines, set_up};
use super::worker::{Answers, Task};
use crate::proof::Proof;
use std::collections::{BTreeMap, BTreeSet};
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
    ("unlinkat", &[EIO, KILL]),
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
/// Commands of a run, one at a time: each has a write, a sync and an answer of its own.
const COMMANDS: usize = 12;
/// A run of so many points is long: every kind of call and of fault must have fired in it.
const LONG: u64 = 1000;

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
    numbers: Vec<u128>,
    calls: BTreeMap<String, u64>,
}

impl Scene {
    fn new(past: Past) -> Scene {
        let folder = tempfile::tempdir().unwrap();
        let db = folder.path().join("past");
        let (oracle, first) = match past {
            Past::Nothing | Past::Closed => (Oracle::default(), FIRST),
            Past::Crashed => (crashed(&db, &folder.path().join("old"), 64), CRASHED_AT),
        };
        if past == Past::Closed {
            set_up(&db);
        }
        let before = if past == Past::Nothing { SET_UP.as_slice() } else { &[] };
        let numbers: Vec<u128> = before.iter().copied().chain(accruals(first).take(COMMANDS)).collect();
        fs::write(folder.path().join("commands.jsonl"), lines(&numbers)).unwrap();
        let mut scene = Scene { past, folder, oracle, numbers, calls: BTreeMap::new() };
        let names: Vec<&str> = CALLS.iter().map(|(call, _)| *call).collect();
        let tracer = Tracer::new(scene.folder.path(), &names.join(","));
        let db = scene.begin();
        let ended = scene.apply(&tracer, &db);
        assert_eq!((ended.code, ended.out.lines().count()), (Some(0), scene.numbers.len()), "{ended:?}");
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
        accruedb(&tracer.words(), &["apply", file.to_str().unwrap(), "--on-refusal", "stop"], db)
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

    /// The first call of its kind, which every run comes to.
    fn is_first(&self) -> bool {
        self.when == "1"
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
    let scenes = [Past::Nothing, Past::Closed, Past::Crashed].map(Scene::new);
    let mut points = points(&scenes);
    let size = Proof::size(24);
    let mut kinds = BTreeSet::from([EIO, NO_SPACE, KILL]);
    if size >= LONG {
        points.sort_by_key(|point| !(point.is_dead_disk() || point.is_first()));
        kinds.extend(points.iter().flat_map(|point| [point.call, point.error]));
    }
    let mut proof = Proof::new("syscalls", promise, &Vec::from_iter(kinds));
    proof.count("points there are", points.len() as u64);
    match only_case() {
        Some(case) => points.retain(|point| case == format!("{:?} {}", scenes[point.scene].past, point.fault())),
        None => {
            let dead_disks = points.iter().filter(|point| point.is_dead_disk()).count();
            points.truncate(dead_disks + size as usize);
        }
    }
    assert!(!points.is_empty(), "there is no such case");
    for point in &points {
        let scene = &scenes[point.scene];
        let tracer = Tracer::new(scene.folder.path(), point.call).failing(point.fault());
        let db = scene.begin();
        let ended = scene.apply(&tracer, &db);
        let fired = tracer.fired();
        if fired > 0 {
            proof.fault(point.error, 1);
            proof.fault(point.call, 1);
        }
        proof.count(if fired > 0 { "points" } else { "points that were not come to" }, 1);
        proof.count("answers", ended.out.lines().count() as u64);
        let mut oracle = scene.oracle.clone();
        ended.tell(&mut oracle, &scene.numbers);
        // RocksDB ends the process where it gets no thread
        let may_die = [KILL, NO_THREADS].contains(&point.error);
        let (code, died) = (ended.code, may_die && ended.code.is_none_or(|code| code > 128) && !ended.hung);
        // no file system fails to close a directory, and Rust's library takes it for a bug: it panics
        let closed_directory = point.call == "close" && ended.err.contains("unexpected error during closedir");
        let verdict = match fired {
            _ if !(died || closed_directory || ended.decently()) => Err("it ended badly".to_owned()),
            0 if code != Some(0) => Err("it failed without a fault".to_owned()),
            // its last words are a write, too
            _ if !died && code == Some(3) && ended.err.is_empty() && point.call != "write" => {
                Err("it failed without a word".to_owned())
            }
            _ => oracle.check(&db, Look::AtAll),
        };
        verdict.unwrap_or_else(|violation| {
            let case = format!("{:?} {}", scene.past, point.fault());
            panic!("{case}: {violation}\n{}\n{code:?} {}", repeat("syscalls", &case), ended.err);
        });
    }
    if only_case().is_some() {
        return;
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
    for chain in cases(Proof::size(10)) {
        let mut draw = Draw::nth(chain);
        let mut oracle = scene.oracle.clone();
        let db = scene.begin();
        let mut crashes = Vec::new();
        for _ in 0..=draw.below(5) {
            let (call, count) = draw.pick(&calls);
            let fault = format!("{call}:{KILL}:when={}", 1 + draw.below(**count));
            let tracer = Tracer::new(scene.folder.path(), call).failing(&fault);
            let ended = scene.apply(&tracer, &db);
            crashes.push(fault);
            let fired = tracer.fired();
            proof.fault(if ended.out.is_empty() { WHILE_OPENING } else { LATER }, fired);
            proof.count("crashes", fired);
            ended.tell(&mut oracle, &scene.numbers);
        }
        let verdict = oracle.check(&db, Look::AtAll);
        verdict.unwrap_or_else(|lost| {
            panic!("chain {chain}, {crashes:?}: {lost}\n{}", repeat("recovery_crash", chain));
        });
        proof.count("chains", 1);
    }
    if only_case().is_some() {
        return;
    }
    proof.control("a recovery that loses the end of the write-ahead log", finds_a_lost_log(&scene));
    proof.done();
}

/// What a recovery would leave that lost the end of the log before its entries are elsewhere: so little of it that the
/// guard does not promise it yet.
fn finds_a_lost_log(scene: &Scene) -> bool {
    let db = scene.begin();
    cut_newest_record(&db);
    scene.oracle.clone().check(&db, Look::AtAll).is_err_and(|lost| lost.contains("are lost"))
}
