//! `accruedb shell`: the language of scenarios, line by line, with answers as tables.

use super::database::{Clock, Database, OneProgram, system_now};
use super::fold;
use super::lines::{Line, Lines};
use super::long_ids;
use super::output::{Exit, Failure, Output};
use super::scenario::session::{Answered, Session, Unanswered, can_go_on};
use super::show::{self, What};
use crate::domain::{ProgramId, RequestId};
use crate::engine::Engine;
use clap::ValueEnum;
use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::Validator;
use rustyline::{Config, Context, Editor, Helper};
use serde_json::json;
use std::io::{self, BufReader, IsTerminal, Stdin};
use std::path::PathBuf;

/// Does what is typed, line by line, and shows the answers as tables.
///
/// The language is that of scenario files. Each command is durable when it is answered. `help` tells the language; lines
/// that begin with a dot look around. On the commands' clock, `at` moves the time. With --memory, nothing is kept: a
/// program, a point type and partners are there without being said, and time begins on 2026-01-01.
///
/// Lines may also come from a file or a pipe.
///
/// Exit codes: 0 done, 1 a line was refused or could not be read (not where it was typed), 2 wrong call, 3 engine error.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  accruedb shell --db shop\n  echo 'accrue M1 100' | accruedb shell --memory")]
pub(super) struct Args {
    /// The database's directory.
    #[arg(long, value_name = "DIR", required_unless_present = "memory", conflicts_with = "memory")]
    db: Option<PathBuf>,
    /// Where time comes from, as for the other commands.
    #[arg(long, value_enum, value_name = "CLOCK", conflicts_with = "memory")]
    clock: Option<Clock>,
    /// Makes the database where there is none.
    #[arg(long, conflicts_with = "memory")]
    create: bool,
    #[command(flatten)]
    program: OneProgram,
    /// Tries things out in memory, without a database.
    #[arg(long)]
    memory: bool,
}

/// What `help` says: a line, and behind two blanks what it does.
const HELP: &str = "What a line may say:
  program 7 zone Europe/Vienna          makes a program
  type T1 redeemable expires after 1 year  a point type; a `qualifying` one counts toward a tier
  partner P1 prepaid rate 0.1           a partner: 0.1 of its points for each point of a member
  block B1 of P1 100000                 a block, bought and approved
  accrue M1 from P1 500 source 7 as R1  points for M1, with the request id R1
  redeem M1 120                         takes the points that expire first
  cancel R1                             takes back what R1 did; `cancel R1 20`: 20 points of it
  balance M1                            also: items M1 all, blocks P1, statement M1 newest 5, transaction R1
  balance M1 at 2026-03-01              as it was then
  at 2026-03-01                         moves the clock, if it is the commands'
  sweep      refusals      warnings      digest      verify
Words behind a command: as REQUEST, transaction_at INSTANT, in program 7, reference \"TEXT\".
  .show          what is inside; .show members, partners, programs, sources, point-types, policies
  .use 7         lines that name no program are about program 7
  .clock         the time of the engine
  .save FILE     this session as a scenario, to be run by `accruedb check`
  .quit          the end, as Ctrl-D";

/// Words that can be completed.
const WORDS: [&str; 51] = [
    "accrue",
    "approve",
    "as",
    "at",
    "award",
    "balance",
    "block",
    "blocks",
    "cancel",
    "digest",
    "enrol",
    "enrolment",
    "earliest_expiry",
    "expires",
    "explicit",
    "first_in",
    "from",
    "help",
    "items",
    "negative_balance",
    "never",
    "never_usable",
    "newest",
    "of",
    "on_first_accrual",
    "order",
    "partner",
    "post_paid",
    "prepaid",
    "price",
    "program",
    "purchase",
    "qualifying",
    "rate",
    "redeem",
    "redeemable",
    "reference",
    "refusals",
    "rounding",
    "source",
    "statement",
    "sweep",
    "transaction",
    "transaction_at",
    "type",
    "verify",
    "warnings",
    "zone",
    ".show",
    ".save",
    ".quit",
];

/// A shell under way.
struct Shell {
    session: Session,
    /// The lines so far, as a scenario has them.
    lines: Vec<String>,
    /// Whether everything was done.
    all_good: bool,
}

/// What follows a line.
enum Next {
    GoOn,
    Quit,
}

pub(super) fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    let session = open(args, output)?;
    let mut shell = Shell { session, lines: Vec::new(), all_good: true };
    let mut input = Input::new(output)?;
    let ended = shell.read(&mut input, output);
    input.end();
    ended?;
    let is_typed = matches!(input, Input::Typed { .. });
    let Shell { session, all_good, .. } = shell;
    session.into_engine().close()?;
    Ok(if is_typed { Exit::Done } else { Exit::all(all_good) })
}

fn open(args: &Args, output: &Output) -> Result<Session, Failure> {
    let Some(db) = &args.db else {
        let session = Session::in_memory()?;
        long_ids::tell(session.engine());
        return Ok(session);
    };
    let database = Database::in_directory(db.clone(), args.clock);
    let engine = match args.create {
        true => database.open_to_write(output)?,
        false => database.open_existing_to_write(output)?,
    };
    let program = args.program.of(&engine)?;
    // a session's own: no two of a database begin in the same millisecond
    let first = u128::try_from(system_now().ms()).unwrap_or_default() << 64;
    Ok(Session::over(engine, program.id, RequestId(first))?)
}

impl Shell {
    fn read(&mut self, input: &mut Input, output: &mut Output) -> Result<(), Failure> {
        while let Some(line) = input.next()? {
            match line {
                Ok(line) => {
                    if let Next::Quit = self.line(line.trim(), output)? {
                        break;
                    }
                }
                Err(what) => self.wrong(&what, output)?,
            }
            output.flush()?;
        }
        Ok(())
    }

    fn line(&mut self, line: &str, output: &mut Output) -> Result<Next, Failure> {
        if let Some(command) = line.strip_prefix('.') {
            return match self.look(command, output) {
                // a wrong line is told; only the engine's own end is the shell's
                Err(Failure::Usage(what) | Failure::Refused(what)) => {
                    self.wrong(&what, output)?;
                    Ok(Next::GoOn)
                }
                looked => looked,
            };
        }
        if let "help" | "?" = line {
            help(output)?;
            return Ok(Next::GoOn);
        }
        match self.session.say(line) {
            Ok(answered) => self.tell(line, answered, output)?,
            Err(Unanswered::Nothing) => {}
            Err(Unanswered::Misread(column, what)) => self.wrong(&format!("column {column}: {what}"), output)?,
            Err(Unanswered::Failed(error)) if can_go_on(&error) => self.wrong(&error.what, output)?,
            Err(Unanswered::Failed(error)) => return Err(error.into()),
        }
        Ok(Next::GoOn)
    }

    fn tell(&mut self, line: &str, answered: Answered, output: &mut Output) -> Result<(), Failure> {
        self.all_good &= answered.is_good();
        self.lines.extend(answered.line.clone());
        output.object(&json!({ "line": line, "answer": answered.text(), "request": answered.request }))?;
        let request = answered.request.map_or_else(String::new, |request| format!(", request {request}"));
        match (answered.status(), answered.tables()) {
            ("", tables) if tables.is_empty() => output.line("nothing")?,
            ("", _) => {}
            (status, _) => output.line(format!("{status}{}", if answered.is_good() { &request } else { "" }))?,
        }
        answered.tables().iter().try_for_each(|table| output.table(table))
    }

    fn wrong(&mut self, what: &str, output: &mut Output) -> Result<(), Failure> {
        self.all_good = false;
        // before what is said of it: standard error is another stream
        output.flush()?;
        output.remark(what);
        Ok(())
    }

    /// A line that looks around: `.show members`.
    fn look(&mut self, command: &str, output: &mut Output) -> Result<Next, Failure> {
        let (verb, rest) = command.split_once(' ').map_or((command, ""), |(verb, rest)| (verb, rest.trim()));
        match verb {
            "quit" | "exit" | "q" => return Ok(Next::Quit),
            "help" => help(output)?,
            "clock" => output.line(self.session.engine().now().to_string())?,
            "show" => self.show(rest, output)?,
            "use" => {
                let program = rest.parse().map_err(|_| Failure::Usage(format!("{rest:?} is no program's number")))?;
                self.session.enter(ProgramId(program))?;
            }
            "save" => {
                self.save(rest)?;
                output.line(format!("{} lines in {rest}", self.lines.len()))?;
            }
            _ => return Err(Failure::Usage(format!("there is no .{verb}; .help tells what there is"))),
        }
        Ok(Next::GoOn)
    }

    fn show(&self, rest: &str, output: &mut Output) -> Result<(), Failure> {
        let engine: &Engine = self.session.engine();
        if rest.is_empty() {
            return show::in_short(engine, output);
        }
        let what = What::from_str(rest, true).map_err(|_| {
            let all: Vec<String> = What::value_variants()
                .iter()
                .filter_map(|what| Some(what.to_possible_value()?.get_name().to_owned()))
                .collect();
            Failure::Usage(format!("there are: {}", all.join(", ")))
        })?;
        let page = show::Page { after: None, limit: 100 };
        let program = match what {
            What::Programs => None,
            _ => Some(OneProgram::named(self.session.program()).of(engine)?),
        };
        show::list(engine, what, program.as_ref(), page, output)
    }

    fn save(&self, file: &str) -> Result<(), Failure> {
        if file.is_empty() {
            return Err(Failure::Usage(".save: into which file?".to_owned()));
        }
        let mut text = String::from("# a session of `accruedb shell`\n");
        self.lines.iter().for_each(|line| text.extend([line.as_str(), "\n"]));
        let written = std::fs::File::create_new(file).and_then(|mut to| io::Write::write_all(&mut to, text.as_bytes()));
        written.map_err(|error| Failure::Usage(format!("cannot write {file}: {error}")))
    }
}

/// Tells the language: as wide as the terminal, but no wider than is easily read.
fn help(output: &mut Output) -> Result<(), Failure> {
    const COLUMNS: usize = 80;
    const COLUMNS_MAX: usize = 100;
    let columns = output.width().unwrap_or(COLUMNS).min(COLUMNS_MAX);
    fold::folded(HELP, columns).iter().try_for_each(|line| output.exact(line))
}

/// Where lines come from.
enum Input {
    /// A terminal, with the lines of earlier sessions.
    Typed { editor: Box<Editor<Words, FileHistory>>, history: Option<PathBuf> },
    /// A file or a pipe.
    Fed(Lines<BufReader<Stdin>>),
}

impl Input {
    fn new(output: &mut Output) -> Result<Input, Failure> {
        if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
            return Ok(Input::Fed(Lines::new(BufReader::new(io::stdin()))));
        }
        let (mut editor, history) = (Box::new(editor()?), history());
        if let Some(history) = &history {
            // there is none at first
            let _ = editor.load_history(history);
        }
        output.line("`help` tells the language, .quit ends")?;
        output.flush()?;
        Ok(Input::Typed { editor, history })
    }

    /// The next line, or what is wrong with it.
    fn next(&mut self) -> Result<Option<Result<String, String>>, Failure> {
        let unreadable = |error: String| Failure::Usage(format!("cannot read the next line: {error}"));
        let Input::Typed { editor, .. } = self else {
            let Input::Fed(lines) = self else { return Ok(None) };
            let Some(Line { text, .. }) = lines.next().transpose().map_err(|error| unreadable(error.to_string()))?
            else {
                return Ok(None);
            };
            let in_utf8 = |text| String::from_utf8(text).map_err(|_| "the line is not UTF-8".to_owned());
            return Ok(Some(text.and_then(in_utf8)));
        };
        loop {
            match editor.readline("accruedb> ") {
                Ok(line) => {
                    if !line.trim().is_empty() {
                        // a line that cannot be kept is only not in the history
                        let _ = editor.add_history_entry(line.as_str());
                    }
                    return Ok(Some(Ok(line)));
                }
                Err(ReadlineError::Interrupted) => {}
                Err(ReadlineError::Eof) => return Ok(None),
                Err(error) => return Err(unreadable(error.to_string())),
            }
        }
    }

    /// Keeps the lines for the next session.
    fn end(&mut self) {
        if let Input::Typed { editor, history: Some(history) } = self {
            // whatever it cannot be written for, the session is over
            let _ = editor.save_history(history);
        }
    }
}

/// Where the lines of earlier sessions are kept: in the home directory, as other shells do.
fn history() -> Option<PathBuf> {
    let home = std::env::var_os("HOME").filter(|home| !home.is_empty())?;
    Some(PathBuf::from(home).join(".accruedb_history"))
}

fn editor() -> Result<Editor<Words, FileHistory>, Failure> {
    let unusable = |error| Failure::Usage(format!("the terminal cannot be used: {error}"));
    let config = Config::builder().history_ignore_space(true).build();
    let mut editor = Editor::with_config(config).map_err(unusable)?;
    editor.set_helper(Some(Words));
    Ok(editor)
}

/// Completes the words of the language.
struct Words;

impl Helper for Words {}
impl Highlighter for Words {}
impl Validator for Words {}

impl Hinter for Words {
    type Hint = String;
}

impl Completer for Words {
    type Candidate = String;

    fn complete(&self, line: &str, at: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        Ok(completions(line, at))
    }
}

/// Where the word before a place begins, and the words that it may become.
fn completions(line: &str, at: usize) -> (usize, Vec<String>) {
    let before = line.get(..at).unwrap_or(line);
    let start = before.rfind(' ').map_or(0, |blank| blank.saturating_add(1));
    let begun = before.get(start..).unwrap_or_default();
    let words = WORDS.iter().filter(|word| !begun.is_empty() && word.starts_with(begun));
    (start, words.map(|word| (*word).to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_completed_where_they_begin() {
        assert_eq!(completions("acc", 3), (0, vec!["accrue".to_owned()]));
        assert_eq!(completions("accrue M1 5 tran", 16), (12, vec!["transaction".into(), "transaction_at".into()]));
        assert_eq!(completions("accrue ", 7), (7, vec![]));
        assert_eq!(completions(".s", 2), (0, vec![".show".into(), ".save".into()]));
    }
}
