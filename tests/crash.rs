//! `kill -9` at random moments under load: what was answered is there, what was not is there whole or not at all.
//!
//! The commands go through `accruedb apply`, which answers a line when its command is durable; this process is the
//! oracle, and notes every answer it has read. `ACCRUEDB_KILLS` says how often (10 by default; `make soak`: 100).

use accruedb::domain::*;
use accruedb::engine::{Engine, EngineOptions};
use accruedb::storage::memory::MemoryStore;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command as Process, Stdio};
use std::sync::Arc;
use std::time::Duration;

const PROGRAM: ProgramId = ProgramId(1);
const POINTS: PointTypeId = PointTypeId(1);
const PARTNER: PartnerId = PartnerId(1);
const SET_UP: std::ops::Range<u128> = 1..6;
/// The full audit replays the whole journal: once in so many kills, and at the end.
const AUDIT_EVERY: u64 = 5;

#[test]
fn no_answered_command_is_lost_by_kill_9() {
    let kills = std::env::var("ACCRUEDB_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(10u64);
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("db");
    set_up(&db);
    let mut answered = BTreeMap::new();
    let mut next = SET_UP.end;
    let mut draw = 0x5eed_u64;
    for kill in 1..=kills {
        draw = mix(draw);
        let pause = Duration::from_millis(50 + draw % 500);
        let sent = next;
        next += run_and_kill(&db, sent, pause, &mut answered);
        // recovery is killed too, now and then
        if draw.is_multiple_of(4) {
            run_and_kill(&db, next, Duration::from_millis(draw % 30), &mut answered);
        }
        check(&db, sent, &answered, kill % AUDIT_EVERY == 0 || kill == kills);
    }
    assert!(answered.len() as u64 > kills * 10, "only {} answers in {kills} kills: nothing was tested", answered.len());
    println!("{kills} kills, {} answered commands, 0 lost", answered.len());
}

/// The first commands, without which all others are refused.
fn set_up(db: &Path) {
    let engine = Engine::open(db, EngineOptions::default()).unwrap();
    for number in SET_UP {
        engine.execute(&command(number)).unwrap();
    }
    engine.close().unwrap();
}

fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number ^ (number >> 31)
}

/// The command of a number: set-up first, then accruals with redemptions and cancellations among them.
fn command(number: u128) -> Command {
    let member = MemberId(number % 23);
    let action: Action = match number {
        1 => CreateProgram { enrolment: Enrolment::OnFirstAccrual, ..CreateProgram::default() }.into(),
        2 => CreatePointType { point_type: POINTS, ..CreatePointType::default() }.into(),
        3 => CreatePartner { partner: PARTNER, rates: [(POINTS, Rate::ONE)].into(), ..CreatePartner::default() }.into(),
        n if n % 1000 == 4 => PurchaseBlock {
            partner: PARTNER,
            block: BlockId(n as u64),
            points: Points(60_000),
            starts_at: None,
            expires: Expiry::Never,
            unit_price: None,
        }
        .into(),
        n if n % 1000 == 5 => ApproveBlock { partner: PARTNER, block: BlockId(n as u64 - 1) }.into(),
        n if n % 7 == 0 => Redeem { member, point_type: POINTS, points: Points(150) }.into(),
        n if n % 11 == 0 => Cancel { request: RequestId(n - 5), amount: CancelAmount::Whole }.into(),
        _ => {
            let awards = vec![Award::new(POINTS, Points(50)), Award::new(POINTS, Points(7))];
            Accrue { member, partner: Some(PARTNER), awards }.into()
        }
    };
    Command::new(PROGRAM, RequestId(number), action)
}

/// Sends commands from number `first` on until the process is killed; notes the answers. Returns how many were sent.
fn run_and_kill(db: &Path, first: u128, pause: Duration, answered: &mut BTreeMap<u128, u64>) -> u128 {
    let mut process = Process::new(env!("CARGO_BIN_EXE_accruedb"))
        .args(["apply", "-", "--on-refusal", "continue", "--json", "--db"])
        .arg(db)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = process.stdin.take().unwrap();
    let output = BufReader::new(process.stdout.take().unwrap());
    let writer = std::thread::spawn(move || {
        let mut sent = 0;
        // the pipe breaks when the process dies
        while writeln!(input, "{}", serde_json::to_string(&command(first + sent)).unwrap()).is_ok() {
            sent += 1;
        }
        sent
    });
    let reader = std::thread::spawn(move || {
        let mut answers = Vec::new();
        for line in output.lines().map_while(Result::ok) {
            // the last line may be torn
            let Ok(answer) = serde_json::from_str::<serde_json::Value>(&line) else { break };
            assert!(answer.get("error").is_none(), "{answer}");
            let number = first + u128::from(answer["line"].as_u64().unwrap()) - 1;
            answers.extend(answer["receipt"]["sequence"].as_u64().map(|sequence| (number, sequence)));
        }
        answers
    });
    std::thread::sleep(pause);
    process.kill().unwrap();
    process.wait().unwrap();
    answered.extend(reader.join().unwrap());
    writer.join().unwrap()
}

/// Every answer is in the history under the number that it gave; with `audit`, the laws hold and the replay agrees.
fn check(db: &Path, from: u128, answered: &BTreeMap<u128, u64>, audit: bool) {
    let engine = Engine::open(db, EngineOptions::default()).unwrap();
    let from = if audit { 0 } else { from };
    for (number, sequence) in answered.range(from..) {
        let entry = engine.transaction(RequestKey { program: PROGRAM, request: RequestId(*number) }).unwrap();
        assert_eq!(entry.map(|entry| entry.sequence.0), Some(*sequence), "request {number} was answered");
    }
    if audit {
        let audit = engine.verify(Some(Arc::new(MemoryStore::new()))).unwrap();
        assert_eq!(audit.violations, Vec::<String>::new());
    }
    engine.close().unwrap();
}
