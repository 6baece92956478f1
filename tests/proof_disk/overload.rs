//! More load than the engine can take, for as long as one likes: what it lets in stays within its limits, memory and
//! files too, answers keep coming, and kills lose none of them.

use super::machine::signal;
use super::oracle::{Look, Oracle};
use super::starved::{MemoryCap, peak_kib};
use super::work::{WRITERS, set_up};
use super::worker::{Answers, Task, Worker};
use crate::proof::Proof;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

const KILLED: &str = "kill under overload";
const CAPPED: &str = "memory is capped";
const CAP_MIB: u64 = 512;
/// RocksDB's limit of open files, and some for its logs, the guard, and so on.
const FILES_MAX: u64 = 512 + 64;
/// One database is worked on for so long. It is killed in the middle and at the end, and then looked at as a whole.
const SECONDS_A_LIFE: u64 = 60;
/// Commands that each writer has in flight: together ten times what the journal takes in before it is written.
const IN_FLIGHT: usize = 20_000;
const JOURNAL_BYTES: u32 = 1 << 20;
/// Once it answers it goes on: a writer drains half of what it has in flight, and fills it up again.
const SILENCE_MAX: Duration = Duration::from_secs(10);
/// Who has not given a first answer for so long does not.
const PATIENCE: Duration = Duration::from_secs(120);

#[test]
fn proof_overload() {
    let cap = MemoryCap::new(CAP_MIB);
    let mut kinds = vec![KILLED];
    match cap {
        Some(_) => kinds.push(CAPPED),
        None => Proof::skipped("overload", &format!("{CAPPED}: no control group can be made here")),
    }
    let promise = "under more load than it can take the engine keeps its limits, goes on answering, and loses nothing";
    let mut proof = Proof::new("overload", promise, &kinds);
    let seconds = Proof::size(2);
    let mut most = Most::default();
    for life in 0..seconds.div_ceil(SECONDS_A_LIFE) {
        let seconds = SECONDS_A_LIFE.min(seconds - life * SECONDS_A_LIFE);
        live(Duration::from_secs(seconds), cap.as_ref(), &mut most, &mut proof);
    }
    proof.count("seconds", seconds);
    proof.count("MiB at most", most.memory_kib >> 10);
    proof.count("open files at most", most.files);
    proof.count("ms without an answer at most", most.silence.as_millis() as u64);
    proof.control("answers sent before their entries are written", loses_answers());
    proof.done();
}

/// What was seen of processes at most.
#[derive(Debug, Default)]
struct Most {
    memory_kib: u64,
    files: u64,
    silence: Duration,
}

impl Most {
    /// Looks at a process that works, for a time, and until it has answered.
    fn watch(&mut self, worker: &Worker, pid: u32, time: Duration) {
        let began = Instant::now();
        let (mut lines, mut heard) = (worker.lines(), began);
        let first = lines;
        while began.elapsed() < time || (worker.lines() == first && began.elapsed() < PATIENCE) {
            std::thread::sleep(Duration::from_millis(20));
            self.memory_kib = self.memory_kib.max(peak_kib(pid).expect("it still runs"));
            let files = fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, |files| files.count() as u64);
            self.files = self.files.max(files);
            if worker.lines() > lines {
                (lines, heard) = (worker.lines(), Instant::now());
            }
            // it opens, and takes in what is in flight, before it answers
            if lines > first {
                self.silence = self.silence.max(heard.elapsed());
            }
        }
    }
}

fn overloaded(db: &Path) -> Task {
    set_up(db);
    Task {
        in_flight: vec![IN_FLIGHT; WRITERS as usize],
        journal_bytes_max: JOURNAL_BYTES,
        checkpoint_changes: 100_000,
        delta_changes_max: 200_000,
        // who redeems or earns books what is due of a member: a sweeper would only stand in the way
        sweep_every: None,
        ..Task::new(db)
    }
}

fn live(time: Duration, cap: Option<&MemoryCap>, most: &mut Most, proof: &mut Proof) {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("db");
    let task = Task { answers: Answers::Sampled, ..overloaded(&db) };
    let mut oracle = Oracle::default();
    for look in [Look::AtFresh, Look::AtAll] {
        let task = task.clone().after(&oracle);
        let worker = cap.map_or_else(|| task.start(&[]), |cap| cap.start(&task));
        let pid = worker.pid();
        most.watch(&worker, pid, time / 2);
        assert!(peak_kib(pid).is_some(), "it was killed for its memory");
        assert!(signal("KILL", pid));
        worker.over(&mut oracle);
        assert_eq!(oracle.errors, Vec::<String>::new());
        assert!(oracle.fresh() > 0, "it answers");
        oracle.check(&db, look).unwrap_or_else(|violation| panic!("overload: {violation}"));
        proof.fault(KILLED, 1);
        if cap.is_some() {
            proof.fault(CAPPED, 1);
        }
    }
    proof.count("commands up to the last answer", oracle.last_sequence().0);
    assert!(most.files <= FILES_MAX, "{most:?}");
    assert!(most.silence < SILENCE_MAX, "{most:?}");
    assert!(cap.is_none() || most.memory_kib >> 10 <= CAP_MIB, "{most:?}");
}

fn loses_answers() -> bool {
    (0..5).any(|_| {
        let folder = tempfile::tempdir().unwrap();
        let db = folder.path().join("db");
        let task = Task { answers: Answers::WhenTaken, ..overloaded(&db) };
        let mut oracle = Oracle::default();
        // and until it has answered: beside other tests, opening alone may take that long
        let worker = task.start(&[]);
        let pid = worker.pid();
        Most::default().watch(&worker, pid, Duration::from_millis(300));
        assert!(signal("KILL", pid));
        worker.over(&mut oracle);
        oracle.check(&db, Look::AtAll).is_err_and(|lost| lost.contains("are lost"))
    })
}
