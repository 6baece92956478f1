//! `accruedb import`: purchases in a file become accruals, refunds cancellations.

mod again;
mod args;
mod dry_run;
mod flight;
mod item;
mod mapping;
mod order;
mod past;
mod plan;
mod presets;
mod progress;
mod propose;
mod rehearsal;
mod send;
mod set_up;
mod summary;

use super::database::{self, Database};
use super::input::{Input, unreadable};
use super::output::{Exit, Failure, Output};
use super::posting::{Earning, Latency};
use super::purchases::{Head, Layout, Lines, Reader, plain, unpacked};
use super::table::grouped;
use crate::domain::Timestamp;
use crate::engine::Engine;
pub(super) use args::Args;
use mapping::Mapping;
use past::Past;
use plan::{Plan, Planner};
use propose::Proposal;
pub use rehearsal::{Rehearsal, counted};
use send::Sending;
use serde_json::json;
use set_up::Known;
use std::io::Read;
use std::time::Instant;
use summary::Summary;

pub(super) fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    args.check()?;
    let mapping = args.mapping()?;
    if args.explain {
        return explain(args, &mapping, output);
    }
    if args.is_bare() && args.db.is_none() && !args.dry_run {
        return look(args, output);
    }
    let layout = mapping.layout()?;
    let earning = args.earning(&mapping)?;
    let (bytes, name) = opened(args, args.name.as_deref())?;
    if name.is_empty() && !args.dry_run {
        let what = "this input has no name of its own to derive request ids from: give --name, another for each input";
        return Err(Failure::Usage(what.to_owned()));
    }
    let reader = Reader::new(bytes, &name, &layout).map_err(|problem| unread(args, &name, problem))?;
    if let Some(encoding) = reader.encoding() {
        output.remark(format!("{}: read as {encoding}", plain(&name)));
    }
    let file = File { args, mapping: &mapping, earning: &earning, name: &name };
    if args.dry_run { file.try_out(reader, output) } else { file.import(reader, output) }
}

/// The file as text, and the name that its lines get their ids from.
fn opened(args: &Args, name: Option<&str>) -> Result<(Box<dyn Read>, String), Failure> {
    let file = args.file();
    let Input { bytes, is_file, name } = Input::open(&file, name)?;
    let bytes = unpacked(bytes, is_file.then_some(file.as_path())).map_err(|error| unreadable(&file, error))?;
    Ok((bytes, name))
}

/// A file that is to be imported.
struct File<'a> {
    args: &'a Args,
    mapping: &'a Mapping,
    earning: &'a Earning,
    name: &'a str,
}

impl File<'_> {
    fn import(&self, reader: Reader<impl Read>, output: &mut Output) -> Result<Exit, Failure> {
        let begun = Instant::now();
        let database = self.args.database()?;
        let engine = existing(self.args, &database, output)?;
        let (args, earning) = self.choosing(engine.as_ref())?;
        let file = File { args: &args, earning: &earning, ..*self };
        file.import_into((&database, engine), begun, reader, output)
    }

    /// The call and its tariff, about the only program of a database where none is named.
    fn choosing(&self, engine: Option<&Engine>) -> Result<(Args, Earning), Failure> {
        let args = self.args.choosing(engine)?;
        let earning = args.earning(self.mapping)?;
        Ok((args, earning))
    }

    fn import_into(
        &self,
        (database, engine): (&Database, Option<Engine>),
        begun: Instant,
        reader: Reader<impl Read>,
        output: &mut Output,
    ) -> Result<Exit, Failure> {
        let (args, name) = (self.args, self.name);
        let known = engine.as_ref().map_or(Ok(Known::default()), |engine| Known::of(args, engine))?;
        known.check(args)?;
        let mut lines = reader.lines(&known.zone(args)).map_err(Failure::Usage)?;
        let mut summary = self.summary();
        let plan = self.planner(self.began(engine.as_ref())?).read(&mut lines, &mut summary, |_| {})?;
        tell_oddities(name, &lines, output);
        let mut latency = Latency::new()?;
        let imported = match plan.span {
            None => engine.map_or(Ok(()), |engine| engine.close().map_err(Failure::from)),
            Some((first, _)) => {
                if let Some(engine) = engine.as_ref().filter(|_| self.mapping.id_column.is_none()) {
                    let repeats = self.repeats(engine, &plan, &mut summary)?;
                    repeats.iter().for_each(|repeats| output.remark(format!("{}: {repeats}", plain(name))));
                }
                let engine = engine.map_or_else(|| database.open(args.clock(), output), Ok)?;
                let mut sending = Sending {
                    engine: &engine,
                    earning: self.earning,
                    rule: args.redeem_rule(),
                    clock: args.clock(),
                    latency,
                    summary: &mut summary,
                };
                let created = known.create(args, &engine, name, first);
                let sent = created.and_then(|()| sending.send(&plan, output));
                latency = sending.latency;
                sent.and_then(|()| engine.close().map_err(Failure::from))
            }
        };
        summary.remark(name, output);
        imported?;
        summary.tell(name, (&latency, begun.elapsed()), output)?;
        Ok(Exit::all(summary.is_clean()))
    }

    /// Shows how the file would be read.
    fn try_out(&self, reader: Reader<impl Read>, output: &mut Output) -> Result<Exit, Failure> {
        let engine = match &self.args.db {
            Some(db) if database::exists(db)? => Some(self.args.database()?.open(self.args.clock(), output)?),
            _ => None,
        };
        let (args, earning) = self.choosing(engine.as_ref())?;
        File { args: &args, earning: &earning, ..*self }.try_out_beside(engine, reader, output)
    }

    fn try_out_beside(
        &self,
        engine: Option<Engine>,
        reader: Reader<impl Read>,
        output: &mut Output,
    ) -> Result<Exit, Failure> {
        let (args, name) = (self.args, self.name);
        let known = engine.as_ref().map_or(Ok(Known::default()), |engine| Known::of(args, engine))?;
        let zone = known.zone(args);
        let mut lines = reader.lines(&zone).map_err(Failure::Usage)?;
        let began = self.began(engine.as_ref())?;
        let about = dry_run::About { name, zone: &zone, date_format: self.mapping.date_format.as_deref(), began };
        let engine_there = engine.as_ref().filter(|_| self.mapping.id_column.is_none());
        let compare = |plan: &Plan, summary: &mut Summary| match engine_there {
            Some(engine) => self.repeats(engine, plan, summary),
            None => Ok(None),
        };
        let summary = dry_run::run(&mut lines, &self.planner(began), &about, self.summary(), compare, output)?;
        tell_oddities(name, &lines, output);
        engine.map_or(Ok(()), Engine::close)?;
        Ok(Exit::all(summary.is_clean()))
    }

    /// Lines of an earlier import that come again under another name.
    fn repeats(&self, engine: &Engine, plan: &Plan, summary: &mut Summary) -> Result<Option<String>, Failure> {
        again::told(Past { engine, program: self.args.program() }, plan, summary)
    }

    fn summary(&self) -> Summary {
        Summary::new(self.mapping.id_column.is_some())
    }

    fn began(&self, engine: Option<&Engine>) -> Result<Option<Timestamp>, Failure> {
        let Some(engine) = engine else { return Ok(None) };
        Past { engine, program: self.args.program() }.program_began()
    }

    fn planner(&self, began: Option<Timestamp>) -> Planner<'_> {
        let mapping = self.mapping;
        let named = |column: &Option<String>, usual: &str| Some(plain(column.as_deref().unwrap_or(usual)));
        Planner {
            earning: self.earning,
            bounds: self.args.bounds(began),
            clock: self.args.clock(),
            date_column: named(&mapping.date_column, "date").filter(|_| mapping.date.is_none()),
            amount_column: named(&mapping.amount_column.clone().or(mapping.points_column.clone()), "amount"),
        }
    }
}

/// Shows the mapping that the options make; a preset alone as it is kept, with its remarks.
fn explain(args: &Args, mapping: &Mapping, output: &mut Output) -> Result<Exit, Failure> {
    mapping.layout()?;
    output.object(mapping)?;
    match args.preset {
        Some(preset) if args.columns.is_empty() && args.mapping.is_none() => {
            preset.text().lines().try_for_each(|line| output.exact(line))?
        }
        _ => mapping.to_toml()?.lines().try_for_each(|line| output.exact(line))?,
    }
    Ok(Exit::Done)
}

/// Looks at a file of which nothing is said, and proposes how to read it.
fn look(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    let (bytes, _) = opened(args, Some("-"))?;
    let file = plain(&args.file().display().to_string());
    let proposal = proposal(bytes, &file)?;
    let options = proposal.options();
    let rate = if args.has_rate() { "" } else { " --points-per-unit 1" };
    output.object(&json!({ "file": file, "options": options, "open": proposal.open() }))?;
    let call = ["accruedb import", &file, &options].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>();
    output.line("try it first:")?;
    output.pasteable(format!("  {}{rate} --dry-run", call.join(" ")))?;
    proposal.open().iter().try_for_each(|open| output.line(format!("not certain: {open}")))?;
    Ok(Exit::Done)
}

fn proposal(bytes: impl Read, name: &str) -> Result<Proposal, Failure> {
    const ROWS: usize = 100;
    let head = Head::of(bytes, &Layout::default(), ROWS);
    let head = head.map_err(|problem| Failure::Usage(format!("{}: {problem}", plain(name))))?;
    Ok(propose::propose(&head))
}

/// A file whose columns are not found; where nothing was said of them, with a proposal.
fn unread(args: &Args, name: &str, problem: String) -> Failure {
    let again = (args.is_bare() && args.file().is_file()).then(|| opened(args, Some(name)).ok()).flatten();
    let proposal = again.and_then(|(bytes, _)| proposal(bytes, name).ok()).map(|proposal| proposal.options());
    Failure::Usage(match proposal.filter(|options| !options.is_empty()) {
        Some(options) => format!("{problem}. It looks like: {options}"),
        None => problem,
    })
}

/// Says where a file stopped being UTF-8, and where a quote may have swallowed lines.
fn tell_oddities(name: &str, lines: &Lines<impl Read>, output: &Output) {
    if let Some((count, line)) = lines.swallowing() {
        let rows = if count == 1 { String::new() } else { format!(", the first of {} such rows", grouped(count)) };
        output.remark(format!(
            "{}: line {line}{rows}: a cell in quotes goes over lines that look like purchases, and is read as one cell",
            plain(name)
        ));
    }
    if let Some(line) = lines.windows_line() {
        output.remark(format!(
            "{}: line {line} is not UTF-8, the file was read as Windows-1252; --encoding says otherwise",
            plain(name)
        ));
    }
}

/// The database, if there is one already. A new one is made only when there is something to put into it.
fn existing(args: &Args, database: &Database, output: &Output) -> Result<Option<Engine>, Failure> {
    match database::exists(&database.db)? {
        true => database.open(args.clock(), output).map(Some),
        false if args.create => Ok(None),
        false => {
            let db = database.db.display();
            Err(Failure::Usage(format!("there is no database in {db}; --create makes one")))
        }
    }
}
