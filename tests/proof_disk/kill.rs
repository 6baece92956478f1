//! `kill -9` at random moments: what was answered is there, what was not is there whole or not at all.

use super::machine::Draw;
use super::oracle::{Look, Oracle};
use super::work::set_up;
use super::worker::{Answers, Task};
use crate::proof::Proof;
use std::time::Duration;

const UNDER_LOAD: &str = "kill -9 under load";
const OPENING: &str = "kill -9 before the first answer";
/// A database lives through so many kills; at the end all of its history is audited.
const KILLS_A_LIFE: u64 = 20;
const REPEAT: &str = "cargo test --release --test main proof_kill -- --nocapture";

#[test]
fn proof_kill() {
    let kills = Proof::size(6);
    let promise = "no answered command is lost by the death of the process, also while it opens";
    let mut proof = Proof::new("kill", promise, &[UNDER_LOAD, OPENING]);
    let mut draw = Draw::new();
    for life in 0..kills.div_ceil(KILLS_A_LIFE) {
        live(life, KILLS_A_LIFE.min(kills - life * KILLS_A_LIFE), &mut draw, &mut proof);
    }
    proof.control("answers sent before their entries are written", loses_answers(&mut draw));
    proof.done();
}

/// Kills one database so many times.
fn live(life: u64, kills: u64, draw: &mut Draw, proof: &mut Proof) {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("db");
    set_up(&db);
    let task = Task {
        guard_every: *draw.pick(&[1, 64]),
        checkpoint_changes: *draw.pick(&[2_000, 50_000, 1_000_000]),
        ..Task::new(&db)
    };
    let mut oracle = Oracle::default();
    let mut violation = None;
    for kill in 1..=kills {
        kill_once(&task, draw.pause(500), &mut oracle, proof);
        // what recovers from that is killed, too, once or several times in a row
        while kill == 1 || draw.below(3) == 0 {
            kill_once(&task, draw.pause(12), &mut oracle, proof);
            if draw.below(2) == 0 {
                break;
            }
        }
        assert_eq!(oracle.errors, Vec::<String>::new(), "life {life}, kill {kill}");
        let look = if kill == kills { Look::AtAll } else { Look::AtFresh };
        violation = violation.or(oracle.check(&db, look).err());
    }
    if let Some(violation) = violation {
        panic!("life {life} in {:?}: {violation}\nrepeat: {REPEAT}", folder.keep());
    }
    proof.count("kills", kills);
    oracle.count_in(proof);
    proof.count("audits with a replay", 1);
}

/// Lets a process work for a moment, and kills it.
fn kill_once(task: &Task, pause: Duration, oracle: &mut Oracle, proof: &mut Proof) {
    let before = oracle.answered();
    task.clone().after(oracle).start(&[]).kill_after(pause, oracle);
    proof.fault(if oracle.answered() == before { OPENING } else { UNDER_LOAD }, 1);
}

/// An engine that answers too early must be found out, and soon.
fn loses_answers(draw: &mut Draw) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("db");
    set_up(&db);
    let task = Task { answers: Answers::WhenTaken, ..Task::new(&db) };
    let mut oracle = Oracle::default();
    (0..20).any(|_| {
        task.clone().after(&oracle).start(&[]).kill_after(draw.pause(100), &mut oracle);
        oracle.check(&db, Look::AtFresh).is_err_and(|lost| lost.contains("answered commands are lost"))
    })
}
