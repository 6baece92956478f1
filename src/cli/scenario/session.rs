//! A session: the language of scenarios line by line, as somebody types it, on an engine that may be any.

use super::answer::{Answer, GRANTED, Group, Row};
use super::parse::Reader;
use super::run::Runner;
use super::step::{Step, Verb};
use super::words::{Line, Syntax, Word};
use crate::cli::table::TextTable;
use crate::domain::{Action, PointTypeId, ProgramId, RequestId};
use crate::engine::{Engine, Error, ErrorKind};
use std::collections::BTreeSet;

/// A session under way.
pub(in crate::cli) struct Session {
    reader: Reader,
    runner: Runner,
    /// The program of lines that name none.
    program: ProgramId,
    /// Names given to items so far: I1, I2, ..
    items: usize,
}

/// What a line was answered.
pub(in crate::cli) struct Answered {
    answer: Answer,
    /// The request id that a command got because its line names none.
    pub(in crate::cli) request: Option<RequestId>,
    /// The line with its answer, as a scenario has it; `None` where it can be no line of one.
    pub(in crate::cli) line: Option<String>,
}

/// Why a line was not answered.
pub(in crate::cli) enum Unanswered {
    /// It says nothing: blanks, or a comment.
    Nothing,
    /// It cannot be read: the character from 1, and what was expected.
    Misread(usize, String),
    /// The engine could not; whether it can go on is told by the kind.
    Failed(Error),
}

impl From<Syntax> for Unanswered {
    fn from(Syntax { column, what }: Syntax) -> Unanswered {
        Unanswered::Misread(column, what)
    }
}

/// Verbs whose lines may name a program.
const IN_PROGRAM: [&str; 14] = [
    "type",
    "partner",
    "block",
    "purchase",
    "approve",
    "enrol",
    "accrue",
    "redeem",
    "cancel",
    "balance",
    "items",
    "statement",
    "transaction",
    "blocks",
];

impl Session {
    /// A session in memory, from 2026-01-01 on: what a scenario need not say is there.
    pub(in crate::cli) fn in_memory() -> Result<Session, Error> {
        Ok(Session { reader: Reader::new(""), runner: Runner::new()?, program: ProgramId(1), items: 0 })
    }

    /// A session on an engine. Requests that are not named get ids behind `request`.
    pub(in crate::cli) fn over(engine: Engine, program: ProgramId, request: RequestId) -> Result<Session, Error> {
        let mut session = Session {
            reader: Reader::of_existing(BTreeSet::new()),
            runner: Runner::over(engine, request.0),
            program,
            items: 0,
        };
        session.enter(program)?;
        Ok(session)
    }

    /// From now on, lines that name no program are about this one.
    pub(in crate::cli) fn enter(&mut self, program: ProgramId) -> Result<(), Error> {
        let programs = self.engine().programs()?;
        let types = programs.get(&program).map(|program| program.point_types.keys().copied().collect());
        self.reader = Reader::of_existing(types.unwrap_or_else(|| [PointTypeId(1)].into()));
        self.program = program;
        Ok(())
    }

    pub(in crate::cli) fn program(&self) -> ProgramId {
        self.program
    }

    pub(in crate::cli) fn engine(&self) -> &Engine {
        &self.runner.engine
    }

    pub(in crate::cli) fn into_engine(self) -> Engine {
        self.runner.engine
    }

    /// Does what a line says, or answers what it asks.
    pub(in crate::cli) fn say(&mut self, text: &str) -> Result<Answered, Unanswered> {
        let line = Line::split(text)?;
        let said = without_comment(text, &line).trim();
        let mut whole = line.clone();
        name_program(&mut whole, self.program);
        let steps = match self.reader.typed(&whole, text) {
            // the complaint is about the line as it was typed
            Err(syntax) => return Err(self.reader.typed(&line, text).err().unwrap_or(syntax).into()),
            steps => steps?,
        };
        let mut last = None;
        for step in steps {
            if let Verb::Reopen | Verb::Crash = step.verb {
                return Err(Unanswered::Misread(1, "only a scenario file can reopen or crash".to_owned()));
            }
            last = Some(self.step(&step, said)?);
        }
        last.ok_or(Unanswered::Nothing)
    }

    fn step(&mut self, step: &Step, said: &str) -> Result<Answered, Unanswered> {
        let before = self.runner.request;
        let expected = self.named(step);
        let mut answer = Answer::default();
        for _ in 0..step.times.get() {
            answer = self.runner.answer(&step.verb, &expected).map_err(Unanswered::Failed)?;
        }
        let named = self.runner.names.len();
        self.items = self.items.max(named);
        let request = (self.runner.request > before).then_some(RequestId(self.runner.request));
        let line = as_scenario(step, said, &answer);
        Ok(Answered { answer, request, line })
    }

    /// What a line expects, with names for the items that it may make.
    fn named(&self, step: &Step) -> Answer {
        if let Some(expected) = &step.expected {
            return expected.clone();
        }
        let mut expected = Answer::status("ok");
        let Verb::Do(orders) = &step.verb else { return expected };
        for order in orders {
            let awards = match &order.command.action {
                Action::Accrue(body) => &body.awards,
                Action::AccrueShared(body) => &body.awards,
                _ => continue,
            };
            for _ in awards {
                let before = expected.of_kind(GRANTED).len();
                let number = self.items.saturating_add(before).saturating_add(1);
                expected.push(GRANTED, Row::new(format!("I{number}")));
            }
        }
        expected
    }
}

/// A text without its comment.
fn without_comment<'a>(text: &'a str, line: &Line) -> &'a str {
    let comment = format!("#{}", line.comment);
    match text.strip_suffix(&comment) {
        // a word that ends with the sign has no comment behind it
        Some(said) if said.is_empty() || said.ends_with(char::is_whitespace) => said,
        _ => text,
    }
}

/// Adds the program to a line that may name one and does not.
fn name_program(line: &mut Line, program: ProgramId) {
    let says = |word: &str| line.words.iter().any(|said| said.text == word);
    let first = line.words.iter().find(|word| word.text != "repeat" && word.text.parse::<u32>().is_err());
    let may = first.is_some_and(|verb| IN_PROGRAM.contains(&verb.text.as_str()));
    if !may || (says("in") && says("program")) {
        return;
    }
    let end = line.words.iter().position(|word| word.text == "->").unwrap_or(line.words.len());
    let column = line.words.get(end).or(line.words.last()).map_or(1, |word| word.column);
    let added = ["in".to_owned(), "program".to_owned(), program.to_string()].map(|text| Word { text, column });
    line.words.splice(end..end, added);
}

/// A line with its answer, as a scenario has it.
fn as_scenario(step: &Step, said: &str, answer: &Answer) -> Option<String> {
    if step.expected.is_some() {
        return Some(said.to_owned());
    }
    if answer.status.starts_with("error") {
        return None;
    }
    let answer = match &step.verb {
        Verb::Digest => return Some(said.to_owned()),
        Verb::Do(_) if answer.status == "ok" => {
            let items: Vec<&str> = answer.of_kind(GRANTED).iter().map(|row| row.subject.as_str()).collect();
            format!("ok {}", items.join(", "))
        }
        Verb::Do(_) => answer.status.clone(),
        _ => quoted(answer)?.to_string(),
    };
    Some(format!("{said} -> {}", answer.trim()))
}

/// An answer whose values are in quotes where they are more than a word. `None` where a value cannot be quoted.
fn quoted(answer: &Answer) -> Option<Answer> {
    let mut quoted = answer.clone();
    for row in quoted.groups.iter_mut().flat_map(|group| &mut group.rows) {
        for (_, value) in &mut row.figures {
            let is_word = !value.is_empty() && !value.starts_with('#') && !value.contains([' ', '\t', ',', ';', '"']);
            if !is_word {
                *value = Some(format!("\"{value}\"")).filter(|_| !value.contains('"'))?;
            }
        }
    }
    Some(quoted)
}

impl Answered {
    /// How it went, in a word or a few; nothing for a question that was answered.
    pub(in crate::cli) fn status(&self) -> &str {
        &self.answer.status
    }

    /// Whether it is what the line wanted: done, or answered.
    pub(in crate::cli) fn is_good(&self) -> bool {
        matches!(self.status(), "" | "ok" | "ok replayed" | "same" | "another" | "unknown")
    }

    /// All of it, as a scenario would say it.
    pub(in crate::cli) fn text(&self) -> String {
        self.answer.to_string()
    }

    /// Its rows, each kind in a table of its own.
    pub(in crate::cli) fn tables(&self) -> Vec<TextTable> {
        let says = |group: &&Group| group.rows.iter().any(|row| *row != Row::default());
        self.answer.groups.iter().filter(says).map(table).collect()
    }
}

/// The rows of one kind. A single row without a name is read from top to bottom.
fn table(Group { kind, rows }: &Group) -> TextTable {
    if let [Row { subject, amount, figures }] = rows.as_slice()
        && subject.is_empty()
    {
        let mut table = TextTable::new(&[if kind.is_empty() { "figure" } else { kind }, "is"]);
        let points = amount.iter().map(|points| ("points".to_owned(), points.clone()));
        points.chain(figures.iter().cloned()).for_each(|(name, value)| table.row([name, value]));
        return table;
    }
    // what no row says anything of has no column
    let says = |(_, value): &(String, String)| value != "0" && value != "none";
    let named = rows.iter().flat_map(|row| row.figures.iter().filter(|figure| says(figure)));
    let named: BTreeSet<&str> = named.map(|(name, _)| name.as_str()).collect();
    let shown = |row: &'_ Row| -> Vec<(String, String)> {
        row.figures.iter().filter(|(name, _)| named.contains(name.as_str())).cloned().collect()
    };
    let figures = rows.first().map(shown).unwrap_or_default();
    let mut head = vec![if kind.is_empty() { "what" } else { kind.as_str() }, "points"];
    head.extend(figures.iter().map(|(name, _)| name.as_str()));
    let mut table = TextTable::new(&head).may_drop(&["effective_at", "rate", "of"]);
    for row in rows {
        let cells = [row.subject.clone(), row.amount.clone().unwrap_or_default()];
        table.row(cells.into_iter().chain(shown(row).into_iter().map(|(_, value)| in_short(value))));
    }
    table
}

/// An instant without the seconds that it has none of.
fn in_short(value: String) -> String {
    let head = value.strip_suffix(":00.000Z").or_else(|| value.strip_suffix(".000Z"));
    head.map(|head| format!("{head}Z")).unwrap_or(value)
}

/// Whether an engine that says so can go on.
pub(in crate::cli) fn can_go_on(error: &Error) -> bool {
    matches!(error.kind, ErrorKind::Invalid | ErrorKind::Busy | ErrorKind::Unavailable)
}
