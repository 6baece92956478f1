//! `accruedb apply`: commands as JSON Lines, answers as JSON Lines.

use super::database::{Clock, Database};
use super::output::{Exit, Failure, Output};
use super::posting::{Answer, IN_FLIGHT_MAX, answer};
use super::request_ids;
use crate::domain::{Command, Receipt, Rejection};
use crate::engine::{Engine, Error, ErrorKind, ExecuteError, Ticket};
use serde::Serialize;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

/// Applies commands, one JSON object a line, and answers each with a line: {"line":n,"receipt":{..}},
/// {"line":n,"refused":{..}} or {"line":n,"error":".."}, in the order of the input. `accruedb schema` describes them.
///
/// A command without a request id gets one that is derived from the file's name, the line's number and its text:
/// after a crash the same file can be applied again, and nothing happens twice.
///
/// Exit codes: 0 done, 1 a command was refused or was none, 2 wrong call, 3 engine error.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  echo '{\"program\":1,\"action\":{\"create_program\":{\"enrolment\":\"on_first_accrual\"}}}' \
    | accruedb apply - --db shop"
)]
pub(super) struct Args {
    /// The file; - is the standard input.
    #[arg(default_value = "-")]
    file: PathBuf,
    #[command(flatten)]
    database: Database,
    /// What to do after a refusal or a bad line. Stopping means that each command is sent when the one before is
    /// answered; going on, that up to 4,096 are in flight.
    #[arg(long, value_enum, value_name = "WHAT", default_value_t)]
    on_refusal: OnRefusal,
}

/// What to do after a refusal or a bad line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum OnRefusal {
    #[default]
    Stop,
    Continue,
}

/// The answer to a line.
#[derive(Debug, Serialize)]
struct Answered {
    line: u64,
    #[serde(flatten)]
    what: Told,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Told {
    Receipt(Receipt),
    Refused(Rejection),
    Error(String),
}

/// A line that was read.
enum Sent {
    Command(Ticket),
    Bad(String),
}

pub(super) fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    let is_standard_input = args.file.as_os_str() == "-";
    let unreadable = |error| Failure::Usage(format!("{}: {error}", args.file.display()));
    let input: Box<dyn BufRead> = match is_standard_input {
        true => Box::new(std::io::stdin().lock()),
        false => Box::new(BufReader::new(File::open(&args.file).map_err(unreadable)?)),
    };
    let name = args.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let engine = args.database.open(args.database.clock(Clock::System), output)?;
    let (in_flight_max, stops) = match args.on_refusal {
        OnRefusal::Stop => (1, true),
        OnRefusal::Continue => (IN_FLIGHT_MAX, false),
    };
    let mut all_done = true;
    let mut in_flight = VecDeque::new();
    for (text, line) in input.split(b'\n').zip(1u64..) {
        let text = text.map_err(unreadable)?;
        if !text.trim_ascii().is_empty() {
            in_flight.push_back((line, send(&engine, &name, line, &text)));
        }
        if in_flight.len() >= in_flight_max {
            all_done &= settle(&mut in_flight, in_flight_max >> 1, output)?;
        }
        if stops && !all_done {
            break;
        }
    }
    all_done &= settle(&mut in_flight, 0, output)?;
    engine.close()?;
    Ok(Exit::all(all_done))
}

/// Answers the oldest lines until only `left` are in flight. Returns whether all of them were done.
fn settle(in_flight: &mut VecDeque<(u64, Sent)>, left: usize, output: &mut Output) -> Result<bool, Failure> {
    let mut all_done = true;
    while in_flight.len() > left {
        let Some((line, sent)) = in_flight.pop_front() else { break };
        let what = match sent {
            Sent::Bad(problem) => Told::Error(problem),
            Sent::Command(ticket) => told(ticket)?,
        };
        if let Told::Error(problem) = &what {
            output.remark(format!("line {line}: {problem}"));
        }
        all_done &= matches!(what, Told::Receipt(_));
        output.json_line(&Answered { line, what })?;
    }
    output.flush()?;
    Ok(all_done)
}

fn told(ticket: Ticket) -> Result<Told, Failure> {
    match ticket.wait() {
        Err(ExecuteError::Failed(Error { kind: ErrorKind::Invalid, what })) => Ok(Told::Error(what)),
        result => Ok(match answer(result)? {
            Answer::Done(receipt) => Told::Receipt(receipt),
            Answer::Refused(rejection) => Told::Refused(rejection),
        }),
    }
}

fn send(engine: &Engine, file: &str, line: u64, text: &[u8]) -> Sent {
    match parse(file, line, text) {
        Ok(command) => Sent::Command(engine.submit(&command)),
        Err(problem) => Sent::Bad(problem),
    }
}

/// The command that a line of JSON says, or its column and what is wrong there. Where it names no request id, it gets
/// that of the line.
pub fn parse(file: &str, line: u64, text: &[u8]) -> Result<Command, String> {
    let text = std::str::from_utf8(text).map_err(|error| format!("column {}: not UTF-8", error.valid_up_to()))?;
    let problem = |sent: &str, shift: usize, error: serde_json::Error| {
        let what = error.to_string();
        let what = what.split(" at line ").next().unwrap_or_default();
        // other messages name the field themselves
        let before = sent.get(..error.column()).filter(|_| what.starts_with("invalid"));
        let field = before.and_then(field_before).unwrap_or_default();
        format!("column {}{field}: {what}", error.column().saturating_sub(shift))
    };
    let value: serde_json::Value = serde_json::from_str(text).map_err(|error| problem(text, 0, error))?;
    let body = text.trim_start().strip_prefix('{').map(str::trim_start);
    match (value.get("request_id"), body) {
        (None, Some(body)) if !body.starts_with('}') => {
            let id = request_ids::of_line(file, line, text.trim().as_bytes());
            let head = format!("{{\"request_id\":\"{id}\",");
            let shift = head.len().saturating_sub(text.len().saturating_sub(body.len()));
            let sent = head + body;
            serde_json::from_str(&sent).map_err(|error| problem(&sent, shift, error))
        }
        _ => serde_json::from_str(text).map_err(|error| problem(text, 0, error)),
    }
}

/// The field whose value a text ends in, as `, field "points"`.
fn field_before(text: &str) -> Option<String> {
    let names = text.rmatch_indices(':').filter_map(|(colon, _)| text.get(..colon)?.trim_end().strip_suffix('"'));
    let name = names.filter_map(|before| before.rsplit_once('"')).map(|(_, name)| name).next()?;
    Some(format!(", field {name:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> String {
        parse("file", 1, text.as_bytes()).unwrap_err()
    }

    #[test]
    fn what_is_wrong_is_named_with_its_column() {
        assert_eq!(problem("{\"program\":}"), "column 12: expected value");
        assert_eq!(problem("{}"), "column 2: missing field `program`");
        let enrol = r#"{"program":1,"action":{"enrol":{"member":true}}}"#;
        assert!(
            problem(enrol).starts_with("column 45, field \"member\": invalid type: boolean `true`, expected an id"),
            "{}",
            problem(enrol)
        );
        let with_id = r#"{"request_id":5,"program":1,"action":{"enrol":{"memer":1}}}"#;
        assert!(problem(with_id).contains("unknown field `memer`, expected `member`"), "{}", problem(with_id));
    }

    #[test]
    fn ids_are_those_of_the_line_unless_given() {
        let enrol = r#"  {"program":1,"action":{"enrol":{"member":"M1"}}}"#;
        let parsed = |file, line, text: &str| parse(file, line, text.as_bytes()).unwrap().request_id;
        assert_eq!(parsed("a", 1, enrol), parsed("a", 1, enrol));
        assert_ne!(parsed("a", 1, enrol), parsed("a", 2, enrol));
        assert_ne!(parsed("a", 1, enrol), parsed("b", 1, enrol));
        let given = r#"{"request_id":"R7","program":1,"action":{"enrol":{"member":"M1"}}}"#;
        assert_eq!(parsed("a", 1, given), "R7".parse().unwrap());
    }
}
