//! The database that a command works on: `--db` and `--clock`, and how it is opened.

use super::long_ids;
use super::output::{Failure, Output};
use crate::domain::{MemberId, MemberKey, Program, ProgramId, Timestamp, Zone};
use crate::engine::{ClockSource, Engine, EngineOptions, Error, ErrorKind};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// Which database, and on whose time.
#[derive(Debug, clap::Args)]
pub(super) struct Database {
    /// The database's directory.
    #[arg(long, value_name = "DIR")]
    pub(super) db: PathBuf,
    /// Where time comes from. `system` is now; `commands` is the time of the newest entry: for a history that was
    /// imported, as the demo's. README tells more (Clocks). Default: system; of `import`, commands.
    #[arg(long, value_enum, value_name = "CLOCK")]
    clock: Option<Clock>,
}

/// Where time comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Clock {
    /// The system's clock.
    System,
    /// The commands' own times: those of an imported file.
    #[value(alias = "file")]
    Commands,
}

impl Database {
    /// The database in a directory.
    pub(super) fn in_directory(db: PathBuf, clock: Option<Clock>) -> Database {
        Database { db, clock }
    }

    /// The clock that was asked for, else the command's own default.
    pub(super) fn clock(&self, default: Clock) -> Clock {
        self.clock.unwrap_or(default)
    }

    /// Opens the database; makes it where there is none, and says so.
    pub(super) fn open(&self, clock: Clock, output: &Output) -> Result<Engine, Failure> {
        let is_new = !exists(&self.db)?;
        let engine = open(&self.db, options(clock), output)?;
        if is_new {
            output.remark(format!("made a new database in {}", self.db.display()));
        }
        remark_on_clock(&engine, output);
        Ok(engine)
    }

    /// Opens the database for commands that happen now; makes it where there is none. A history that ended long ago
    /// goes on at the system's time only if that was asked for.
    pub(super) fn open_to_write(&self, output: &Output) -> Result<Engine, Failure> {
        self.on_its_time(self.open(self.clock(Clock::System), output)?)
    }

    /// The same for a database that must be there.
    pub(super) fn open_existing_to_write(&self, output: &Output) -> Result<Engine, Failure> {
        self.on_its_time(self.open_existing(output)?)
    }

    fn on_its_time(&self, engine: Engine) -> Result<Engine, Failure> {
        match self.long_past(&engine)? {
            None => Ok(engine),
            Some(newest) => Err(Failure::Usage(format!(
                "the newest entry in {} is of {newest}. On the system's clock, all that expired since is booked for \
                 good: --clock system does that, --clock commands goes on with the history's own time",
                self.db.display()
            ))),
        }
    }

    /// Opens the database, which must be there, to look at it: also while another process has it open. Then it is shown
    /// as it is now, and said up to which entry.
    pub(super) fn open_to_look(&self, output: &Output) -> Result<Engine, Failure> {
        match self.open_existing(output) {
            Err(Failure::Engine(Error { kind: ErrorKind::Busy, .. })) => {}
            opened => return opened,
        }
        let engine = look(&self.db, options(self.clock(Clock::System)), output)?;
        long_ids::tell(&engine);
        let newest = engine.last_sequence();
        let at = engine.journal(newest, 1)?.pop().map(|entry| format!(" of {}", entry.recorded_at));
        output.remark(format!(
            "{} is open elsewhere: shown up to its entry {newest}{}, as durable as that process has made it",
            self.db.display(),
            at.unwrap_or_default()
        ));
        remark_on_clock(&engine, output);
        Ok(engine)
    }

    /// Opens the database to serve it, as [`Database::open_to_write`] does; what is due is booked every second.
    #[cfg(feature = "server")]
    pub(super) fn open_served(&self, output: &Output) -> Result<Engine, Failure> {
        // looked at first without booking: a history that ended long ago is not gone by opening it
        if self.clock.is_none() && exists(&self.db)? {
            self.open_to_write(output)?.close()?;
        }
        let sweep_every = EngineOptions::default().sweep_every;
        open(&self.db, EngineOptions { sweep_every, ..options(self.clock(Clock::System)) }, output)
    }

    /// Opens the database, which must be there, and keeps others out. Opening adds nothing to its journal.
    pub(super) fn open_existing(&self, output: &Output) -> Result<Engine, Failure> {
        if !exists(&self.db)? {
            return Err(Failure::Usage(format!("there is no database in {}", self.db.display())));
        }
        let engine = open(&self.db, options(self.clock(Clock::System)), output)?;
        remark_on_clock(&engine, output);
        Ok(engine)
    }

    /// Says that what is shown is so at the system's time, where the history ended long ago.
    pub(super) fn remark_on_time(&self, engine: &Engine, output: &Output) -> Result<(), Failure> {
        if let Some(newest) = self.long_past(engine)? {
            output.remark(format!(
                "shown at the system's clock, though the newest entry is of {newest}; --clock commands shows it at the \
                 history's own time"
            ));
        }
        Ok(())
    }

    /// When the newest entry was recorded, if that is long ago and nobody said which clock is meant.
    fn long_past(&self, engine: &Engine) -> Result<Option<Timestamp>, Failure> {
        const LONG_HOURS: i64 = 30 * 24;
        if self.clock.is_some() {
            return Ok(None);
        }
        let newest = engine.journal(engine.last_sequence(), 1)?.pop().map(|entry| entry.recorded_at);
        let long_ago = system_now().saturating_add_hours(-LONG_HOURS);
        Ok(newest.filter(|newest| *newest < long_ago))
    }
}

/// Says that a database's clock is ahead of the system's: time stands still in it.
fn remark_on_clock(engine: &Engine, output: &Output) {
    const FAR_HOURS: i64 = 1;
    let (now, system) = (engine.now(), system_now());
    if now > system.saturating_add_hours(FAR_HOURS) {
        output.remark(format!(
            "this database's clock is at {now}, ahead of the system's, which is at {system}: on the system's clock, \
             time stands still in it until then"
        ));
    }
}

/// Which program a command is about.
#[derive(Debug, Default, clap::Args)]
pub(super) struct OneProgram {
    /// The program. Default: the only one there is.
    #[arg(long, value_name = "NUMBER")]
    program: Option<u32>,
}

/// The program that a command is about, which may be missing.
pub(super) struct Chosen {
    pub(super) id: ProgramId,
    program: Option<Program>,
    all: Vec<ProgramId>,
}

impl OneProgram {
    /// This one.
    pub(super) fn named(id: ProgramId) -> OneProgram {
        OneProgram { program: Some(id.0) }
    }

    /// This one, or the only one there is.
    pub(super) fn if_named(id: Option<ProgramId>) -> OneProgram {
        OneProgram { program: id.map(|id| id.0) }
    }

    /// The program that was named, else the only one. Where there are several, one has to be named.
    pub(super) fn of(&self, engine: &Engine) -> Result<Chosen, Failure> {
        let mut programs = engine.programs()?;
        let all: Vec<ProgramId> = programs.keys().copied().collect();
        let id = match (self.program, all.as_slice()) {
            (Some(id), _) => ProgramId(id),
            (None, [only]) => *only,
            (None, []) => ProgramId(1),
            (None, _) => {
                return Err(Failure::Usage(format!("there are programs {}: name one with --program", listed(&all))));
            }
        };
        Ok(Chosen { id, program: programs.remove(&id), all })
    }
}

impl Chosen {
    /// The program, if it is there.
    pub(super) fn program(&self) -> Option<&Program> {
        self.program.as_ref()
    }

    /// The zone in which its dates are shown.
    pub(super) fn zone(&self) -> Zone {
        self.program.as_ref().map_or(Zone::UTC, |program| program.settings.zone.clone())
    }

    /// Why nothing of the program can be found, where that is because it is not there.
    pub(super) fn missing(&self) -> Option<String> {
        if self.program.is_some() {
            return None;
        }
        Some(match self.all.as_slice() {
            [] => "there is no program yet".to_owned(),
            all => format!("there is no program {}, but {}", self.id, listed(all)),
        })
    }
}

fn listed(programs: &[ProgramId]) -> String {
    programs.iter().map(ToString::to_string).collect::<Vec<String>>().join(", ")
}

/// Whose points a command looks at.
#[derive(Debug, clap::Args)]
pub(super) struct OneMember {
    /// The member.
    pub(super) member: MemberId,
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    program: OneProgram,
}

impl OneMember {
    /// Opens the database, which must be there, and names the member in its program.
    pub(super) fn open(&self, output: &Output) -> Result<(Engine, Chosen, MemberKey), Failure> {
        let engine = self.database.open_to_look(output)?;
        let program = self.program.of(&engine)?;
        let key = MemberKey { program: program.id, member: self.member };
        Ok((engine, program, key))
    }

    /// What is said where there is no such member.
    pub(super) fn unknown(&self, program: &Chosen) -> String {
        let why = program.missing().map_or_else(String::new, |why| format!(": {why}"));
        format!("no member {}{why}", self.member)
    }

    /// See [`Database::remark_on_time`].
    pub(super) fn remark_on_time(&self, engine: &Engine, output: &Output) -> Result<(), Failure> {
        self.database.remark_on_time(engine, output)
    }
}

/// The options of an engine that serves one command: nothing is booked behind its back.
pub(super) fn options(clock: Clock) -> EngineOptions {
    let clock = match clock {
        Clock::System => ClockSource::System,
        Clock::Commands => ClockSource::Commands,
    };
    EngineOptions { clock, sweep_every: None, ..EngineOptions::default() }
}

/// The system's time. The engine's own never goes back: it may be ahead of this.
pub(super) fn system_now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).ok().and_then(Timestamp::from_ms).unwrap_or(Timestamp::MAX)
}

/// Whether a directory holds a database, perhaps a damaged one; not where it is empty or missing. One that holds
/// something else, or a file, is a wrong call.
pub(super) fn exists(db: &Path) -> Result<bool, Failure> {
    /// One of these is left of any damaged database; the last two, of one that was never finished.
    const OURS: [&str; 5] = ["FORMAT", "guard", "rocks", "FORMAT.unfinished", "guard.unfinished"];
    let names = || -> io::Result<Vec<_>> { std::fs::read_dir(db)?.map(|entry| Ok(entry?.file_name())).collect() };
    let shown = db.display();
    match names() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            Err(Failure::Usage(format!("{shown} is no database, which is a directory")))
        }
        Err(error) => {
            Err(Error { kind: ErrorKind::Unavailable, what: format!("cannot look into {shown}: {error}") }.into())
        }
        Ok(names) if names.iter().any(|name| OURS.iter().any(|ours| name == ours)) => Ok(true),
        Ok(names) => match names.first() {
            None => Ok(false),
            Some(name) => Err(Failure::Usage(format!("{shown} is no database: it holds {}", name.display()))),
        },
    }
}

/// Refuses a directory that holds anything.
pub(super) fn must_be_new(db: &Path) -> Result<(), Failure> {
    if exists(db)? { Err(Failure::Usage(format!("there is a database in {} already", db.display()))) } else { Ok(()) }
}

/// Refuses a place to copy to that lies inside of what is copied.
pub(super) fn must_be_outside(to: &Path, from: &Path) -> Result<(), Failure> {
    let real = |path: &Path| if path == Path::new("") { Path::new(".") } else { path }.canonicalize().ok();
    let is_inside = to.ancestors().find_map(real).zip(real(from)).is_some_and(|(to, from)| to.starts_with(from));
    if is_inside {
        return Err(Failure::Usage(format!("{} lies inside of {}", to.display(), from.display())));
    }
    Ok(())
}

/// The directory in which a path lies.
pub(super) fn beside(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Opens a database, showing progress where that takes long.
pub(super) fn open(db: &Path, options: EngineOptions, output: &Output) -> Result<Engine, Failure> {
    let engine = open_in(db, EngineOptions { on_progress: Some(output.on_progress()), ..options })?;
    long_ids::tell(&engine);
    Ok(engine)
}

#[cfg(feature = "rocksdb")]
fn open_in(db: &Path, options: EngineOptions) -> Result<Engine, Failure> {
    Ok(Engine::open(db, options)?)
}

#[cfg(feature = "rocksdb")]
fn look(db: &Path, options: EngineOptions, output: &Output) -> Result<Engine, Failure> {
    use thread_priority::{NormalThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy};
    // behind the writer: a look replays the journal's tail, as fast as it can, and a thread of the writer that wakes up
    // has to have the processor at once, which a lower `nice` does not give it
    let idle = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle);
    // this thread, and so those that it starts; that the system refuses is no reason not to look
    let this = thread_priority::thread_native_id();
    let _ = thread_priority::set_thread_priority_and_policy(this, ThreadPriority::Min, idle);
    let options = EngineOptions { on_progress: Some(output.on_progress()), ..options };
    Ok(crate::engine::Reader::open(db, options)?.into_engine())
}

#[cfg(not(feature = "rocksdb"))]
fn look(db: &Path, options: EngineOptions, _: &Output) -> Result<Engine, Failure> {
    open_in(db, options)
}

/// There is nothing to open without a store that keeps anything.
#[cfg(not(feature = "rocksdb"))]
fn open_in(db: &Path, _: EngineOptions) -> Result<Engine, Failure> {
    Err(Failure::Usage(format!("cannot open {}: built without the rocksdb feature", db.display())))
}
