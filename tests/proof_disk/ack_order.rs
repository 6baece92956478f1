//! No answer before its sync, and none after a failed one.

use super::apply::accruedb;
use super::machine::{Draw, cases, only_case, repeat};
use super::oracle::{Look, Oracle};
use super::trace::{Order, Tracer, can_trace, check_order};
use super::work::{FIRST, accruals, lines, set_up};
use super::worker::Task;
use crate::proof::Proof;
use std::fs;

const CALLS: &str = "write,pwrite64,fdatasync,fsync";
const FAILED_SYNC: &str = "a sync fails";
/// How an answer begins. What the engine could not do begins with its error, but for a line that is no command.
const ANSWER: &str = "{\\\"line\\\"";
/// Commands of a run with a failing sync.
const SHORT: usize = 40;
/// A failing sync for so many answers.
const ANSWERS_A_FAULT: u64 = 50;
/// Commands that a worker sends after a failed sync.
const TRIES: u32 = 20;

#[test]
fn proof_ack_order() {
    if let Err(why) = can_trace() {
        return Proof::skipped("ack_order", why);
    }
    let answers = Proof::size(300);
    let promise = "an answer comes after the sync of its entry, and none after a failed sync";
    let mut proof = Proof::new("ack_order", promise, &[FAILED_SYNC]);
    for case in cases(answers.div_ceil(ANSWERS_A_FAULT)) {
        let mut draw = Draw::nth(case);
        let failed = fail_a_sync(1 + draw.below(60), &mut proof).and_then(|()| go_on(20 + draw.below(20), &mut proof));
        failed.unwrap_or_else(|what| panic!("{what}\n{}", repeat("ack_order", case)));
    }
    if only_case().is_some() {
        return;
    }
    let recorded = traced_apply(answers);
    let order = check_order(&recorded, ANSWER);
    assert_eq!(order.complaints, Vec::<String>::new());
    assert_eq!(order.answers, answers, "every answer was seen");
    proof.count("answers after their sync", order.answers);
    let early = check_order(&answered_early(&recorded), ANSWER);
    proof.control("the same record, with every answer before its sync", early.complaints.len() as u64 == answers);
    proof.done();
}

/// Commands that are never refused, so that every one has a receipt.
fn receipted(count: u64) -> Vec<u128> {
    // the set-up has one block: it pays for 5,263 accruals
    let blocks = (1..=count / 5000).flat_map(|n| [u128::from(n) * 1000 + 4, u128::from(n) * 1000 + 504]);
    blocks.chain(accruals(FIRST)).take(count as usize).collect()
}

/// One command at a time, as the command line does it.
fn traced_apply(answers: u64) -> String {
    let folder = tempfile::tempdir().unwrap();
    let (db, file) = (folder.path().join("db"), folder.path().join("commands.jsonl"));
    set_up(&db);
    fs::write(&file, lines(&receipted(answers))).unwrap();
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

/// The k-th sync of the command line fails: it answers no more, names the error, and what it answered is there.
fn fail_a_sync(k: u64, proof: &mut Proof) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let (db, file) = (folder.path().join("db"), folder.path().join("commands.jsonl"));
    set_up(&db);
    let numbers: Vec<u128> = accruals(FIRST).take(SHORT).collect();
    fs::write(&file, lines(&numbers)).unwrap();
    let tracer = Tracer::new(folder.path(), CALLS).failing(format!("fdatasync:error=EIO:when={k}"));
    let ended = accruedb(&tracer.words(), &["apply", file.to_str().unwrap(), "--on-refusal", "stop"], &db);
    let mut oracle = Oracle::default();
    ended.tell(&mut oracle, &numbers);
    let Order { answers, complaints } = check_order(&tracer.recorded(), ANSWER);
    let has_failed = tracer.fired() > 0;
    proof.fault(FAILED_SYNC, u64::from(has_failed));
    proof.count("answers before a failed sync", if has_failed { answers } else { 0 });
    let wrong = match has_failed {
        _ if !complaints.is_empty() => format!("{complaints:?}"),
        true if ended.code != Some(3) => "it goes on".to_owned(),
        true if !ended.err.contains("Input/output error") => "the error is not named".to_owned(),
        false if answers != SHORT as u64 => "not everything was answered".to_owned(),
        _ => return oracle.check(&db, Look::AtAll),
    };
    Err(format!("sync {k} of the command line fails: {wrong}: {ended:?}"))
}

/// The k-th sync of a worker fails, which goes on: whatever it sends then fails, too.
fn go_on(k: u64, proof: &mut Proof) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("db");
    set_up(&db);
    let tracer = Tracer::new(folder.path(), CALLS).failing(format!("fdatasync:error=EIO:when={k}"));
    let words = tracer.words();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let task = Task { in_flight: vec![1], failures_ignored: TRIES, ..Task::new(&db) };
    let mut oracle = Oracle::default();
    task.start(&words).over(&mut oracle);
    let complaints = check_order(&tracer.recorded(), ANSWER).complaints;
    let named = oracle.errors.iter().filter(|error| error.contains("Input/output error")).count() as u32;
    proof.fault(FAILED_SYNC, 1);
    proof.count("commands that failed after a failed sync", u64::from(named));
    match (complaints.is_empty(), named == TRIES + 1) {
        (true, true) => oracle.check(&db, Look::AtAll),
        _ => Err(format!("sync {k} of a worker fails: {complaints:?}, {:?}", oracle.errors)),
    }
}
