//! No answer before its sync, and none after a failed one.

use super::apply::accruedb;
use super::machine::Draw;
use super::oracle::{Look, Oracle};
use super::trace::{Tracer, can_trace, check_order};
use super::work::{FIRST, command, lines, set_up};
use crate::proof::Proof;
use accruedb::domain::Action;
use std::fs;

const CALLS: &str = "write,pwrite64,fdatasync,fsync";
const FAILED_SYNC: &str = "a sync fails";
const ANSWER: &str = "{\\\"line\\\"";
/// Commands of a run with a failing sync.
const SHORT: u128 = 40;
/// A failing sync for so many answers.
const ANSWERS_A_FAULT: u64 = 50;

#[test]
fn proof_ack_order() {
    if let Err(why) = can_trace() {
        return Proof::skipped("ack_order", why);
    }
    let answers = Proof::size(300);
    let promise = "an answer comes after the sync of its entry, and none after a failed sync";
    let mut proof = Proof::new("ack_order", promise, &[FAILED_SYNC]);
    let recorded = traced_apply(answers);
    let order = check_order(&recorded, ANSWER);
    assert_eq!(order.complaints, Vec::<String>::new());
    assert_eq!(order.answers, answers, "every answer was seen");
    proof.count("answers after their sync", order.answers);
    let mut draw = Draw::new();
    for _ in 0..answers.div_ceil(ANSWERS_A_FAULT) {
        fail_a_sync(1 + draw.below(60), &mut proof);
    }
    let early = check_order(&answered_early(&recorded), ANSWER);
    proof.control("the same record, with every answer before its sync", early.complaints.len() as u64 == answers);
    proof.done();
}

/// Commands that are never refused, so that every one has a receipt.
fn accruals(count: u64) -> String {
    let accruals = (FIRST..).filter(|number| matches!(command(*number).action, Action::Accrue(_)));
    // the set-up has one block: it pays for 5,263 accruals
    let blocks = (1..=count / 5000).flat_map(|n| [u128::from(n) * 1000 + 4, u128::from(n) * 1000 + 504]);
    let blocks: Vec<u128> = blocks.collect();
    let rest = (count as usize).saturating_sub(blocks.len());
    lines(blocks.into_iter().chain(accruals.take(rest)))
}

/// One command at a time, as the command line does it.
fn traced_apply(answers: u64) -> String {
    let folder = tempfile::tempdir().unwrap();
    let (db, file) = (folder.path().join("db"), folder.path().join("commands.jsonl"));
    set_up(&db);
    fs::write(&file, accruals(answers)).unwrap();
    let tracer = Tracer::new(folder.path(), CALLS);
    let ended = accruedb(&tracer.words(), &["apply", file.to_str().unwrap()], &db);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    tracer.recorded()
}

/// What an engine would do that does not wait for the sync.
fn answered_early(recorded: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    let mut sync = 0;
    for line in recorded.lines() {
        if line.contains("write(1<") && line.contains(ANSWER) {
            lines.insert(sync, line);
            continue;
        }
        if line.contains("sync(") && line.contains(".log>") {
            sync = lines.len();
        }
        lines.push(line);
    }
    lines.join("\n")
}

/// The k-th sync fails: from then on nothing is answered, the error is named, and what was answered is there.
fn fail_a_sync(k: u64, proof: &mut Proof) {
    let folder = tempfile::tempdir().unwrap();
    let (db, file) = (folder.path().join("db"), folder.path().join("commands.jsonl"));
    set_up(&db);
    fs::write(&file, lines(FIRST..FIRST + SHORT)).unwrap();
    let tracer = Tracer::new(folder.path(), CALLS).failing(format!("fdatasync:error=EIO:when={k}"));
    let arguments = ["apply", file.to_str().unwrap(), "--on-refusal", "stop"];
    let ended = accruedb(&tracer.words(), &arguments, &db);
    let order = check_order(&tracer.recorded(), ANSWER);
    let replay = format!("sync {k} fails: {ended:?}");
    assert_eq!(order.complaints, Vec::<String>::new(), "{replay}");
    if tracer.fired() > 0 {
        proof.fault(FAILED_SYNC, 1);
        assert_eq!(ended.code, Some(3), "{replay}");
        assert!(ended.err.contains("Input/output error"), "the error is named: {replay}");
        proof.count("answers before a failed sync", order.answers);
    }
    let mut oracle = Oracle::default();
    ended.tell(&mut oracle, FIRST);
    oracle.check(&db, Look::AtAll).unwrap_or_else(|violation| panic!("{violation}: {replay}"));
}
