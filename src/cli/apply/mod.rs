//! `accruedb apply`: commands as JSON Lines, answers as JSON Lines.

mod line;
mod lists;

pub use line::parse;

use super::database::Database;
use super::input::Input;
use super::lines::{Line, Lines};
use super::output::{Exit, Failure, Output};
use super::posting::{Answer, IN_FLIGHT_MAX, answer};
use crate::domain::{Receipt, Rejection};
use crate::engine::{Error, ErrorKind, ExecuteError, Ticket};
use serde::Serialize;
use std::collections::VecDeque;
use std::io::BufReader;
use std::path::PathBuf;

/// Applies commands, one JSON object a line.
///
/// Each is answered with a line: {"line":n,"receipt":{..}}, {"line":n,"refused":{..}} or {"line":n,"error":".."}, in the
/// order of the input. `accruedb schema` describes them.
///
/// A command without a request id gets one that is derived from the file's name (without its folders), the line's
/// number and its text: after a crash the same file can be applied again, and nothing happens twice. Mend a bad line in
/// its place. A line added or removed makes all lines after it new: send mended lines as a file of their own. Standard
/// input has no name: give one with --name, another for each input.
///
/// Exit codes: 0 done, 1 a command was refused or was none, 2 wrong call, 3 engine error, or not every line was tried:
/// standard output was closed, or the input could not be read to its end.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  echo '{\"program\":1,\"kind\":\"create_program\"}' > program.jsonl\n  \
    accruedb apply program.jsonl --db mine")]
pub(super) struct Args {
    /// The file; - is the standard input.
    #[arg(default_value = "-")]
    file: PathBuf,
    #[command(flatten)]
    database: Database,
    /// The name to derive request ids from. Default: the file's.
    #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    name: Option<String>,
    /// What to do after a refusal or a bad line. Stopping means that each command is sent when the one before is
    /// answered; going on, that up to 4,096 are in flight, and answers come in groups: the last ones when the input
    /// ends.
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

/// The answer to a line of `accruedb apply`.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(super) struct Answered {
    /// The line's number in the input, from 1.
    line: u64,
    #[serde(flatten)]
    what: Told,
}

#[derive(Debug, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Told {
    /// Done, and durable.
    Receipt(Receipt),
    /// The rules refuse: nothing changed.
    Refused(Rejection),
    /// The line is no command, or one that can never be done.
    Error(String),
}

/// A line that was read.
enum Sent {
    Command(Ticket),
    Bad(String),
}

/// The lines on their way, and what became of those before.
struct Sending {
    in_flight: VecDeque<(u64, Sent)>,
    all_done: bool,
    /// Lines that had been done before.
    replayed: u64,
}

pub(super) fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    let Input { bytes, is_file, name } = Input::open(&args.file, args.name.as_deref())?;
    let engine = args.database.open_to_write(output)?;
    let (in_flight_max, stops) = match args.on_refusal {
        OnRefusal::Stop => (1, true),
        OnRefusal::Continue => (IN_FLIGHT_MAX, false),
    };
    let mut sent = Sending { in_flight: VecDeque::new(), all_done: true, replayed: 0 };
    let mut lines = Lines::new(BufReader::new(bytes));
    let (mut stopped_after, mut unread) = (None, None);
    for line in lines.by_ref() {
        let Line { number, text } = match line {
            Ok(line) => line,
            Err(error) => {
                unread = Some(error);
                break;
            }
        };
        let command = text.and_then(|text| parse(&name, number, &text));
        sent.in_flight
            .push_back((number, command.map_or_else(Sent::Bad, |command| Sent::Command(engine.submit(&command)))));
        if sent.in_flight.len() >= in_flight_max {
            sent.settle(in_flight_max >> 1, output)?;
        }
        if (stops && !sent.all_done) || output.is_closed() {
            stopped_after = Some(number);
            break;
        }
    }
    sent.settle(0, output)?;
    engine.close()?;
    if sent.replayed > 0 {
        output.remark(format!("lines that were done before: {}", sent.replayed));
    }
    if let Some(error) = unread {
        let (last, file) = (lines.last, args.file.display());
        output.remark(format!("stopped after line {last}; what follows cannot be read: {file}: {error}"));
        return Ok(Exit::Partial);
    }
    let is_partial = match stopped_after {
        None => false,
        // the end of a pipe may be long in coming
        Some(line) => tell_rest(line, is_file.then(|| lines.map_while(Result::ok).count()), output),
    };
    Ok(match sent.all_done {
        true if is_partial => Exit::Partial,
        all_done => Exit::all(all_done),
    })
}

/// Says how many lines were left, where that is known. Returns whether there may be any.
fn tell_rest(stopped_after: u64, rest: Option<usize>, output: &Output) -> bool {
    match rest {
        Some(0) => return false,
        Some(count) => output.remark(format!("stopped after line {stopped_after}; lines not tried: {count}")),
        None => output.remark(format!("stopped after line {stopped_after}; what follows was not tried")),
    }
    true
}

impl Sending {
    /// Answers the oldest lines until only `left` are in flight.
    fn settle(&mut self, left: usize, output: &mut Output) -> Result<(), Failure> {
        while self.in_flight.len() > left {
            let Some((line, sent)) = self.in_flight.pop_front() else { break };
            let what = match sent {
                Sent::Bad(problem) => Told::Error(problem),
                Sent::Command(ticket) => told(ticket)?,
            };
            match &what {
                Told::Receipt(receipt) => self.replayed = self.replayed.saturating_add(u64::from(receipt.replayed)),
                Told::Refused(_) => self.all_done = false,
                Told::Error(problem) => {
                    self.all_done = false;
                    output.remark(format!("line {line}: {problem}"));
                }
            }
            output.json_line(&Answered { line, what })?;
        }
        output.flush()
    }
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
