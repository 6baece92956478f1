//! `kill -9` under `accruedb import`, `apply` and `shell`: the same input again brings the database to where it would
//! have been. What is right is counted here, from the input alone.

use super::machine::{Draw, ended};
use crate::proof::Proof;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command as Process, Stdio};
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(300);
/// Lines of an input: enough that a kill mostly hits the work, few enough for many kills. Each line of the shell waits
/// for a sync of its own.
fn lines(verb: &str) -> u64 {
    if verb == "shell" { 150 } else { 3_000 }
}
const MEMBERS: u64 = 97;
/// A database lives through so many kills; then its input is sent to the end.
const KILLS_A_LIFE: u64 = 8;
const KILLED: [(&str, &str); 3] =
    [("import", "kill -9 under import"), ("apply", "kill -9 under apply"), ("shell", "kill -9 under shell")];

/// A command with its input, and the points that its members have at the end.
struct Case {
    verb: &'static str,
    input: String,
    expected: BTreeMap<String, i64>,
}

/// Purchases of 1 to 50 points, and every seventh line takes some of the member's back.
fn case(verb: &'static str, draw: &mut Draw) -> Case {
    let mut expected: BTreeMap<String, i64> = BTreeMap::new();
    let mut input = match verb {
        "import" => "customer_id,date,amount\n".to_owned(),
        "apply" => [
            r#"{"program":1,"transaction_at":"2025-12-01T00:00:00Z","kind":"create_program","enrolment":"on_first_accrual"}"#,
            r#"{"program":1,"kind":"create_point_type","point_type":1}"#,
            "",
        ]
        .join("\n"),
        _ => "at 2026-01-01\nprogram 1 as P1\ntype T1 redeemable as T1\n".to_owned(),
    };
    for line in 0..lines(verb) {
        let member = format!("M{}", draw.below(MEMBERS));
        let points = 1 + draw.below(50) as i64;
        let has = expected.entry(member.clone()).or_default();
        let taken = (line % 7 == 6 && *has >= points).then_some(points);
        *has += taken.map_or(points, |taken| -taken);
        let day = 1 + line * 27 / lines(verb);
        input += &match (verb, taken) {
            ("import", None) => format!("{member},2026-01-{day:02},{points}\n"),
            ("import", Some(taken)) => format!("{member},2026-01-{day:02},-{taken}\n"),
            ("apply", None) => {
                format!(
                    r#"{{"program":1,"transaction_at":"2026-01-{day:02}T00:00:00Z","kind":"accrue","member":"{member}","awards":[{{"point_type":1,"points":{points}}}]}}"#
                ) + "\n"
            }
            ("apply", Some(taken)) => {
                format!(r#"{{"program":1,"kind":"redeem","member":"{member}","point_type":1,"points":{taken}}}"#) + "\n"
            }
            (_, None) => format!("accrue {member} {points} as R{line}\n"),
            (_, Some(taken)) => format!("redeem {member} {taken} as R{line}\n"),
        };
    }
    Case { verb, input, expected }
}

impl Case {
    fn start(&self, folder: &Path, db: &str) -> Child {
        let input = folder.join("input");
        fs::write(&input, &self.input).unwrap();
        let mut process = Process::new(env!("CARGO_BIN_EXE_accruedb"));
        process.current_dir(folder).stdin(Stdio::null());
        match self.verb {
            "import" => process.args(["import", "input", "--create", "--points-per-unit", "1", "--json"]),
            "apply" => process.args(["apply", "input", "--clock", "commands", "--on-refusal", "continue"]),
            _ => {
                process.args(["shell", "--create", "--json", "--clock", "commands"]).stdin(File::open(&input).unwrap())
            }
        };
        process.args(["--db", db]).stdout(File::create(folder.join("out")).unwrap());
        process.stderr(File::create(folder.join("err")).unwrap()).spawn().unwrap()
    }

    /// Runs to the end.
    fn finish(&self, folder: &Path, db: &str) {
        let status = ended(&mut self.start(folder, db), LIMIT).expect("it does not hang");
        let err = fs::read_to_string(folder.join("err")).unwrap();
        assert!(status.code().is_some_and(|code| code < 2), "{}: {status} {err}", self.verb);
    }
}

/// Answers of a command about a database, a line of JSON each.
fn asked(folder: &Path, words: &[&str]) -> Vec<Value> {
    let mut process = Process::new(env!("CARGO_BIN_EXE_accruedb"));
    let out = process.args(words).args(["--json", "--clock", "commands"]).current_dir(folder).output().unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    assert!(out.status.success(), "{words:?}: {text} {}", String::from_utf8_lossy(&out.stderr));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The digest of a database that obeys every law and holds what the input says.
fn digest(case: &Case, folder: &Path, db: &str) -> Result<String, String> {
    let verified = asked(folder, &["verify", "--db", db]).remove(0);
    let balances = asked(folder, &["balances", "--db", db]).into_iter();
    let found: BTreeMap<String, i64> = balances
        .map(|line| (line["member"].as_str().unwrap().to_owned(), line["available"].as_i64().unwrap()))
        .filter(|(_, points)| *points != 0)
        .collect();
    let expected = case.expected.iter().filter(|(_, points)| **points != 0);
    let expected: BTreeMap<String, i64> = expected.map(|(member, points)| (member.clone(), *points)).collect();
    if found != expected || verified["ok"] != true {
        return Err(format!("{}: {verified}\nfound    {found:?}\nexpected {expected:?}", case.verb));
    }
    Ok(verified["digest"].as_str().unwrap().to_owned())
}

#[test]
fn proof_commands() {
    let kills = Proof::size(6);
    let promise =
        "import, apply and shell that were killed lose nothing, and do nothing twice when they are sent again";
    let mut proof = Proof::new("commands", promise, &KILLED.map(|(_, fault)| fault));
    let mut draw = Draw::new();
    for (verb, fault) in KILLED {
        let mut left = kills.div_ceil(3);
        while left > 0 {
            let case = case(verb, &mut draw);
            left -= live(&case, left.min(KILLS_A_LIFE), fault, &mut draw, &mut proof);
        }
    }
    proof.control("a line that is missing", notices_a_loss(&mut draw));
    proof.done();
}

/// Kills a command up to so many times on one database, then lets it end. Gives how many kills hit: where the command
/// ends by itself, there is nothing left to do on its database, and the next one is killed in its place.
fn live(case: &Case, kills: u64, fault: &'static str, draw: &mut Draw, proof: &mut Proof) -> u64 {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let begun = Instant::now();
    case.finish(folder, "whole");
    let took = begun.elapsed().as_millis() as u64;
    let whole = digest(case, folder, "whole").unwrap();
    let mut done = 0;
    while done < kills {
        let mut child = case.start(folder, "db");
        std::thread::sleep(draw.pause(took.max(20)));
        child.kill().unwrap();
        // one that ended before is no kill
        if child.wait().unwrap().signal().is_none() {
            proof.count("commands that ended before their kill", 1);
            break;
        }
        proof.fault(fault, 1);
        done += 1;
    }
    case.finish(folder, "db");
    assert_eq!(digest(case, folder, "db").unwrap(), whole, "{} after {done} kills", case.verb);
    proof.count("kills", done);
    proof.count("databases", 1);
    proof.count("lines sent to the end", lines(case.verb));
    proof.count("audits with a replay", 2);
    done
}

/// The count from outside sees that one purchase is not there.
fn notices_a_loss(draw: &mut Draw) -> bool {
    let mut case = case("import", draw);
    let folder = tempfile::tempdir().unwrap();
    case.input = case.input.lines().filter(|line| !line.starts_with("M5,")).map(|line| format!("{line}\n")).collect();
    case.finish(folder.path(), "db");
    digest(&case, folder.path(), "db").is_err()
}
