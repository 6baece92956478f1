//! Loss of power, on real file systems: what was answered was on the disk.

use super::machine::{Draw, Volume, cannot_mount, signal};
use super::oracle::{Look, Oracle};
use super::trace::{Tracer, can_trace};
use super::work::set_up;
use super::worker::Task;
use crate::proof::Proof;
use std::fs;
use std::path::Path;
use std::time::Duration;

const EXT4: &str = "power cut on ext4";
const XFS: &str = "power cut on xfs";
/// A database lives through so many cuts; at the end all of its history is audited.
const CUTS_A_LIFE: u64 = 10;
const MIB: u64 = 400;

#[test]
fn proof_power() {
    if let Err(why) = can_trace() {
        return Proof::skipped("power", &format!("no control: {why}"));
    }
    let folder = tempfile::tempdir().unwrap();
    let mut volumes = Vec::new();
    for (kind, fault) in [("ext4", EXT4), ("xfs", XFS)] {
        match cannot_mount(kind) {
            None => volumes.push((Volume::new(folder.path(), kind, MIB), fault)),
            Some(why) => Proof::skipped("power", &format!("{fault}: {why}")),
        }
    }
    if volumes.is_empty() {
        return;
    }
    let kinds: Vec<&'static str> = volumes.iter().map(|(_, fault)| *fault).collect();
    let promise = "no answered command is lost by a loss of power";
    let mut proof = Proof::new("power", promise, &kinds);
    let mut draw = Draw::new();
    let cuts = Proof::size(4);
    for (volume, fault) in &volumes {
        for life in 0..cuts.div_ceil(CUTS_A_LIFE) {
            live(volume, fault, CUTS_A_LIFE.min(cuts - life * CUTS_A_LIFE), &mut draw, &mut proof);
        }
    }
    for (volume, _) in &volumes {
        proof.control("syncs that are swallowed", loses_answers(volume, folder.path(), &mut draw));
    }
    proof.done();
}

/// A fresh database on the volume.
fn begin(volume: &Volume) -> Task {
    let db = volume.place.join("db");
    if db.exists() {
        fs::remove_dir_all(&db).unwrap();
    }
    set_up(&db);
    Task::new(&db)
}

fn live(volume: &Volume, fault: &'static str, cuts: u64, draw: &mut Draw, proof: &mut Proof) {
    let task = begin(volume);
    let task = Task { guard_every: *draw.pick(&[1, 64]), checkpoint_changes: *draw.pick(&[2_000, 1_000_000]), ..task };
    let mut oracle = Oracle::default();
    for cut in 1..=cuts {
        let pause = draw.pause(400);
        let mut late = cut_under_load(volume, &task.clone().after(&oracle), (&[], pause), draw, &mut oracle);
        proof.fault(fault, 1);
        // what recovers from that loses its power, too
        if draw.below(3) == 0 {
            let before = oracle.answered();
            let pause = draw.pause(12);
            cut_under_load(volume, &task.clone().after(&oracle), (&[], pause), draw, &mut oracle);
            proof.count("cuts before the first answer", u64::from(oracle.answered() == before));
        }
        if late.fresh() > oracle.fresh() && late.check(&task.db, Look::AtFresh).is_err() {
            proof.count("cuts that took what was said after they began", 1);
        }
        let look = if cut == cuts { Look::AtAll } else { Look::AtFresh };
        oracle.check(&task.db, look).unwrap_or_else(|violation| panic!("{fault} {cut}, {task:?}: {violation}"));
    }
    proof.count("cuts", cuts);
    oracle.count_in(proof);
    proof.count("audits with a replay", 1);
}

/// Cuts the power after a pause, and gives it back. The oracle hears what was said before; the one returned, what
/// was said after, too.
fn cut_under_load(
    volume: &Volume,
    task: &Task,
    (wrapped, pause): (&[&str], Duration),
    draw: &mut Draw,
    oracle: &mut Oracle,
) -> Oracle {
    let worker = task.start(wrapped);
    let pid = worker.pid();
    std::thread::sleep(pause);
    // Half of the times the process sees the disk go away. What it says then does not count: on both file systems a
    // sync that is under way when the shutdown begins can return success and lose its write, as a bare loop of appends
    // and syncs shows; after a real loss of power nobody would hear of it.
    let mut counts = usize::MAX;
    if draw.below(2) == 0 {
        signal("STOP", pid);
    } else {
        counts = worker.lines();
    }
    assert!(volume.cut_power(), "the power cannot be cut");
    std::thread::sleep(draw.pause(20));
    signal("KILL", pid);
    let said = worker.said();
    said.iter().take(counts).for_each(|line| oracle.hear(line, u128::from));
    let mut late = oracle.clone();
    said.iter().skip(counts).for_each(|line| late.hear(line, u128::from));
    assert!(volume.unmount(), "the volume is in use");
    volume.mount().unwrap_or_else(|what| panic!("the volume does not come back: {what}"));
    late
}

/// The same with a disk that does not sync must lose something, and soon.
fn loses_answers(volume: &Volume, folder: &Path, draw: &mut Draw) -> bool {
    let tracer = Tracer::new(folder, "fdatasync,fsync,sync_file_range");
    let tracer = tracer.failing("fdatasync,fsync,sync_file_range:retval=0");
    let words = tracer.words();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    (1..=10).any(|again| {
        let task = begin(volume);
        let mut oracle = Oracle::default();
        cut_under_load(volume, &task, (&words, Duration::from_millis(200 * again)), draw, &mut oracle);
        oracle.check(&task.db, Look::AtAll).is_err_and(|lost| lost.contains("are lost"))
    })
}
