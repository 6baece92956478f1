//! Disk, files, memory and time run out: a clear refusal, nothing answered is lost, and afterwards it goes on.

use super::apply::accruedb;
use super::machine::{Draw, Volume, cannot_mount, signal, succeeds};
use super::oracle::{Look, Oracle};
use super::trace::{Tracer, can_trace};
use super::work::{FIRST, lines, set_up};
use super::worker::{Answers, Task, Worker};
use crate::proof::Proof;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

const FULL: &str = "the disk is full";
const NO_FILES: &str = "no more files can be opened";
const LITTLE_MEMORY: &str = "memory is capped";
const ENOUGH_FILES: u64 = 128;
const SLOW: &str = "syncs are slow";

#[test]
fn proof_full_disk() {
    let rounds = Proof::size(1);
    let mut kinds = vec![NO_FILES];
    let folder = tempfile::tempdir().unwrap();
    let volume = match cannot_mount("ext4") {
        None => Some(Volume::new(folder.path(), "ext4", 256)),
        Some(why) => {
            Proof::skipped("full_disk", &format!("{FULL}: {why}"));
            None
        }
    };
    kinds.extend(volume.is_some().then_some(FULL));
    let memory = MemoryCap::new(256);
    kinds.extend(memory.is_some().then_some(LITTLE_MEMORY));
    if memory.is_none() {
        Proof::skipped("full_disk", &format!("{LITTLE_MEMORY}: no control group can be made here"));
    }
    match can_trace() {
        Ok(()) => kinds.push(SLOW),
        Err(why) => Proof::skipped("full_disk", &format!("{SLOW}: {why}")),
    }
    let promise = "where disk, files, memory or time run out, nothing answered is lost and it goes on afterwards";
    let mut proof = Proof::new("full_disk", promise, &kinds);
    let mut draw = Draw::new();
    for _ in 0..rounds {
        if let Some(volume) = &volume {
            fill_up(volume, &mut draw, &mut proof);
        }
        open_too_many_files(&mut draw, &mut proof);
        if let Some(memory) = &memory {
            cap_memory(memory, &mut proof);
        }
        if kinds.contains(&SLOW) {
            slow_down(&mut draw, &mut proof);
        }
    }
    if let Some(volume) = &volume {
        proof.control("answers sent before their entries are written", loses_answers(volume, &mut draw));
    }
    proof.done();
}

/// Leaves only so many bytes free; less, where the worker fills the rest meanwhile.
fn fill(volume: &Volume, left: u64) -> PathBuf {
    let filler = volume.place.join("filler");
    for _ in 0..100 {
        if takes(volume, left, &filler) {
            return filler;
        }
        fs::remove_file(&filler).unwrap();
    }
    panic!("the volume can be filled");
}

/// Fills the volume at one go, which fails where somebody else takes the room.
fn takes(volume: &Volume, left: u64, filler: &Path) -> bool {
    fs::write(filler, []).unwrap();
    let free = std::process::Command::new("df").args(["-B1", "--output=avail"]).arg(&volume.place).output().unwrap();
    let free = String::from_utf8_lossy(&free.stdout).lines().nth(1).and_then(|line| line.trim().parse().ok());
    let free: u64 = free.expect("df tells the free space");
    let length = free.saturating_sub(left);
    length == 0 || succeeds(&["fallocate", "-l", &length.to_string(), &filler.display().to_string()])
}

/// A worker runs until the disk is full: it is nearly so before, or becomes so meanwhile.
fn run_full(volume: &Volume, answers: Answers, draw: &mut Draw) -> (Task, PathBuf, Oracle) {
    let db = volume.place.join("db");
    if db.exists() {
        fs::remove_dir_all(&db).unwrap();
    }
    set_up(&db);
    let task = Task { answers, checkpoint_changes: 2_000, ..Task::new(&db) };
    let mut oracle = Oracle::default();
    let filled_before = answers == Answers::WhenDurable && draw.below(3) == 0;
    let before = filled_before.then(|| fill(volume, (1 << 20) + draw.below(60 << 20)));
    let worker = task.start(&[]);
    let filler = before.unwrap_or_else(|| {
        match answers {
            Answers::WhenTaken => worker.answers(),
            Answers::WhenDurable | Answers::Sampled => drop(worker.pid()),
        }
        std::thread::sleep(draw.pause(300) + Duration::from_millis(100));
        fill(volume, draw.below(256 << 10))
    });
    worker.over(&mut oracle);
    (task, filler, oracle)
}

fn fill_up(volume: &Volume, draw: &mut Draw, proof: &mut Proof) {
    let (task, filler, mut oracle) = run_full(volume, Answers::WhenDurable, draw);
    assert!(!oracle.errors.is_empty(), "it wrote more than there is room for");
    let unclear = oracle.errors.iter().find(|error| !error.contains("No space left on device"));
    assert_eq!(unclear, None, "the error is named");
    proof.fault(FULL, 1);
    // it may not open now, but it must not be called damaged either
    let looked = accruedb(&[], &["verify", "--no-replay"], &task.db);
    let clear = looked.code == Some(0) || (looked.code == Some(3) && looked.err.contains("No space left on device"));
    assert!(clear && looked.decently(), "{looked:?}");
    proof.count(if looked.code == Some(0) { "opened on a full disk" } else { "refused to open on a full disk" }, 1);
    fs::remove_file(filler).unwrap();
    oracle.errors.clear();
    oracle.check(&task.db, Look::AtAll).unwrap_or_else(|violation| panic!("the disk was full: {violation}"));
    task.work_a_while(&[], Duration::from_millis(300), &mut oracle);
    assert!(oracle.fresh() > 0 && oracle.errors.is_empty(), "it goes on: {:?}", oracle.errors);
    oracle.check(&task.db, Look::AtAll).unwrap();
    oracle.count_in(proof);
}

fn loses_answers(volume: &Volume, draw: &mut Draw) -> bool {
    let (task, filler, mut oracle) = run_full(volume, Answers::WhenTaken, draw);
    fs::remove_file(filler).unwrap();
    oracle.check(&task.db, Look::AtAll).is_err_and(|lost| lost.contains("are lost"))
}

/// With few file handles a command is done or says why not; with enough of them, everything is there.
fn open_too_many_files(draw: &mut Draw, proof: &mut Proof) {
    let folder = tempfile::tempdir().unwrap();
    let (db, file) = (folder.path().join("db"), folder.path().join("commands.jsonl"));
    set_up(&db);
    let mut oracle = Oracle::default();
    let mut first = FIRST;
    // an opening that gives up leaves files, which the next one has to read: so the last one gets many more
    for limit in (4..40).map(|limit| limit + draw.below(2)).chain([ENOUGH_FILES]) {
        let most = format!("--nofile={limit}:{limit}");
        let prlimit = ["prlimit", &most].map(str::to_owned);
        let numbers: Vec<u128> = (first..first + 20).collect();
        fs::write(&file, lines(&numbers)).unwrap();
        let ended = accruedb(&prlimit, &["apply", file.to_str().unwrap(), "--on-refusal", "continue"], &db);
        ended.tell(&mut oracle, &numbers);
        first += 20;
        assert!(ended.decently(), "{limit} files: {ended:?}");
        if limit == ENOUGH_FILES {
            assert!(ended.code < Some(2), "with enough files it works: {ended:?}");
        } else if matches!(ended.code, Some(2 | 3 | 127)) {
            assert!(ended.err.contains("Too many open files") || ended.code == Some(127), "{limit} files: {ended:?}");
            proof.fault(NO_FILES, 1);
        }
    }
    oracle.check(&db, Look::AtAll).unwrap_or_else(|violation| panic!("few files: {violation}"));
}

/// A control group that lets its processes have so much memory.
pub(super) struct MemoryCap {
    place: PathBuf,
    mib: u64,
}

impl MemoryCap {
    /// `None` where this machine has no such groups, or does not let this process make one.
    pub(super) fn new(mib: u64) -> Option<MemoryCap> {
        let place = PathBuf::from(format!("/sys/fs/cgroup/memory/accruedb-test-{}-{mib}", std::process::id()));
        match fs::create_dir(&place).map_err(|error| error.kind()) {
            Err(ErrorKind::NotFound | ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) => return None,
            made => made.unwrap(),
        }
        let cap = MemoryCap { place, mib };
        fs::write(cap.place.join("memory.limit_in_bytes"), (mib << 20).to_string()).unwrap();
        Some(cap)
    }

    /// Starts a process in it.
    pub(super) fn start(&self, task: &Task) -> Worker {
        let join = format!("echo $$ > {}/cgroup.procs && exec \"$@\"", self.place.display());
        task.start(&["sh", "-c", &join, "sh"])
    }
}

impl Drop for MemoryCap {
    fn drop(&mut self) {
        // a process that is just ending may hold it for a moment
        for _ in 0..100 {
            if fs::remove_dir(&self.place).is_ok() {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Under load with little memory: it stays below the cap, is not killed for it, and loses nothing.
fn cap_memory(cap: &MemoryCap, proof: &mut Proof) {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("db");
    set_up(&db);
    let task = Task { checkpoint_changes: 50_000, ..Task::new(&db) };
    let mut oracle = Oracle::default();
    let worker = cap.start(&task);
    let pid = worker.pid();
    std::thread::sleep(Duration::from_secs(2));
    let peak = peak_kib(pid);
    assert!(signal("KILL", pid), "it was killed for its memory");
    worker.over(&mut oracle);
    assert_eq!(oracle.errors, Vec::<String>::new());
    let peak = peak.expect("it still runs");
    assert!(peak >> 10 <= cap.mib, "{peak} KiB with a cap of {} MiB", cap.mib);
    proof.fault(LITTLE_MEMORY, 1);
    proof.count("MiB at most under a cap of 256 MiB, summed", peak >> 10);
    oracle.check(&db, Look::AtAll).unwrap_or_else(|violation| panic!("little memory: {violation}"));
    oracle.count_in(proof);
}

/// The most memory that a process ever had.
pub(super) fn peak_kib(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Every sync takes 50 to 500 ms: answers come late, but they come, and hold.
fn slow_down(draw: &mut Draw, proof: &mut Proof) {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("db");
    set_up(&db);
    let delay_us = 50_000 + draw.below(450_000);
    let tracer = Tracer::new(folder.path(), "fdatasync").failing(format!("fdatasync:delay_enter={delay_us}"));
    let words = tracer.words();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut oracle = Oracle::default();
    // opening syncs some times, too
    let pause = Duration::from_micros(delay_us * 14);
    Task::new(&db).work_a_while(&words, pause, &mut oracle);
    assert!(oracle.answered() > 0 && oracle.errors.is_empty(), "{} us: {:?}", delay_us, oracle.errors);
    let delayed = tracer.delayed();
    assert!(delayed > 0, "no sync was slow");
    proof.fault(SLOW, delayed);
    oracle.check(&db, Look::AtAll).unwrap_or_else(|violation| panic!("slow syncs: {violation}"));
    oracle.count_in(proof);
}
