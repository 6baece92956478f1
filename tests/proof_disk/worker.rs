//! The engine at work under several writers, in a process of its own that can be killed. The process is this test
//! binary, run for one test, which finds its task in the environment and answers as `accruedb apply` does.

use super::machine::{signal, succeeds};
use super::oracle::Oracle;
use super::work::{FIRST, NEVER, WRITERS, began, begin, command};
use accruedb::domain::Timestamp;
use accruedb::engine::{Engine, EngineOptions, ExecuteError, Ticket};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command as Process, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

const TASK: &str = "ACCRUEDB_TEST_TASK";
/// Commands that each writer has in flight. The first one buys the blocks, and must not fall behind.
const IN_FLIGHT: [usize; WRITERS as usize] = [1024, 64, 4, 1];

/// How often a writer says something where it does not say all.
const SAMPLE: Duration = Duration::from_millis(50);

/// When a command is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Answers {
    WhenDurable,
    /// The same, but only some of them are said: one of each writer's in a [`SAMPLE`].
    Sampled,
    /// Before its entry is written: an engine that breaks the promise.
    WhenTaken,
}

/// What the process does until it is killed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Task {
    pub(crate) db: PathBuf,
    /// When the test began, which is a part of the commands.
    pub(crate) began: Timestamp,
    /// The number with which each writer begins.
    pub(crate) next: Vec<u128>,
    /// How many commands each writer has in flight.
    pub(crate) in_flight: Vec<usize>,
    pub(crate) answers: Answers,
    /// How many times each writer goes on after a failure.
    pub(crate) failures_ignored: u32,
    pub(crate) guard_every: u32,
    pub(crate) checkpoint_changes: u32,
    pub(crate) delta_changes_max: u32,
    pub(crate) journal_bytes_max: u32,
    /// How often what is due is booked.
    pub(crate) sweep_every: Option<Duration>,
    /// Backups are made here, one after the other: `0`, `1`, ...
    pub(crate) backups: Option<PathBuf>,
}

impl Task {
    pub(crate) fn new(db: &Path) -> Task {
        Task {
            db: db.to_owned(),
            began: began(),
            next: (0..WRITERS).map(|writer| FIRST + writer).collect(),
            in_flight: IN_FLIGHT.to_vec(),
            answers: Answers::WhenDurable,
            failures_ignored: 0,
            guard_every: 64,
            checkpoint_changes: 1_000_000,
            delta_changes_max: EngineOptions::default().delta_changes_max,
            journal_bytes_max: EngineOptions::default().journal_bytes_max,
            sweep_every: Some(Duration::from_millis(5)),
            backups: None,
        }
    }

    /// Goes on where the answers end.
    pub(crate) fn after(self, oracle: &Oracle) -> Task {
        if oracle.answered() == 0 {
            return self;
        }
        Task { next: (0..WRITERS).map(|writer| oracle.next(writer, FIRST)).collect(), ..self }
    }

    /// Works, so long or longer, until something was answered, and is killed.
    pub(crate) fn work_a_while(&self, wrapped: &[&str], pause: Duration, oracle: &mut Oracle) {
        let mut pause = pause;
        for _ in 0..8 {
            self.clone().after(oracle).start(wrapped).kill_after(pause, oracle);
            if oracle.fresh() > 0 || !oracle.errors.is_empty() {
                return;
            }
            pause *= 2;
        }
    }

    /// Starts the process, as the argument of `wrapped` where that names a program.
    pub(crate) fn start(&self, wrapped: &[&str]) -> Worker {
        let own = std::env::current_exe().unwrap();
        let mut process = match wrapped.split_first() {
            None => Process::new(&own),
            Some((program, arguments)) => {
                let mut process = Process::new(program);
                process.args(arguments).arg(&own);
                process
            }
        };
        process.args(["--exact", "proof_disk::worker::works_in_a_process_of_its_own", "--nocapture", "--quiet"]);
        let child = process
            .env(TASK, serde_json::to_string(self).unwrap())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap();
        Worker::new(child)
    }
}

/// A process with all that it started, which ends with this value.
struct Group(Child);

impl Drop for Group {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(None)) {
            succeeds(&["kill", "-KILL", "--", &format!("-{}", self.0.id())]);
            let _ = self.0.wait();
        }
    }
}

/// A process at work.
pub(crate) struct Worker {
    group: Group,
    /// Of the process that works, which is not the child where that wraps it. Told in its first words.
    pid: mpsc::Receiver<u32>,
    said: JoinHandle<Vec<String>>,
    /// How many lines it has said so far.
    lines: Arc<AtomicUsize>,
}

impl Worker {
    fn new(mut child: Child) -> Worker {
        let output = BufReader::new(child.stdout.take().unwrap());
        let (tell, pid) = mpsc::channel();
        let lines = Arc::new(AtomicUsize::new(0));
        let count = lines.clone();
        let said = std::thread::spawn(move || {
            let mut said = Vec::new();
            for line in output.lines().map_while(Result::ok) {
                let of = line.split_once("{\"pid\":").and_then(|(_, of)| of.trim_end_matches('}').parse().ok());
                said.push(line);
                count.store(said.len(), Ordering::SeqCst);
                if let Some(of) = of {
                    // nobody asks where the process is killed before it speaks
                    let _ = tell.send(of);
                }
            }
            said
        });
        Worker { group: Group(child), pid, said, lines }
    }

    /// Waits until the process is about to open the database.
    pub(crate) fn pid(&self) -> u32 {
        self.pid.recv_timeout(Duration::from_secs(300)).expect("the worker starts")
    }

    /// Waits until it has answered something, or has ended.
    pub(crate) fn answers(&self) {
        self.pid();
        let first = self.lines();
        while self.lines() == first && !self.said.is_finished() {
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Kills it, so many moments after it began to open the database, and notes its answers.
    pub(crate) fn kill_after(self, pause: Duration, oracle: &mut Oracle) {
        let pid = self.pid();
        std::thread::sleep(pause);
        signal("KILL", pid);
        self.over(oracle);
    }

    /// How many lines it has said so far.
    pub(crate) fn lines(&self) -> usize {
        self.lines.load(Ordering::SeqCst)
    }

    /// Waits for its end, and notes its answers.
    pub(crate) fn over(self, oracle: &mut Oracle) {
        for line in self.said() {
            oracle.hear(&line, u128::from);
        }
    }

    /// Waits for its end: all that it said, line by line.
    pub(crate) fn said(mut self) -> Vec<String> {
        self.group.0.wait().unwrap();
        self.said.join().unwrap()
    }
}

/// Does nothing unless there is a task.
#[test]
fn works_in_a_process_of_its_own() {
    let Ok(task) = std::env::var(TASK) else { return };
    let task: Task = serde_json::from_str(&task).unwrap();
    begin(task.began);
    say(&format!("{{\"pid\":{}}}", std::process::id()));
    let options = EngineOptions {
        guard_every: task.guard_every,
        checkpoint_changes: task.checkpoint_changes,
        delta_changes_max: task.delta_changes_max,
        journal_bytes_max: task.journal_bytes_max,
        sweep_every: task.sweep_every,
        // by writes only: what is done at which write must not depend on the time
        guard_after: NEVER,
        ..EngineOptions::default()
    };
    let engine = match Engine::open(&task.db, options) {
        Ok(engine) => engine,
        Err(error) => return say(&serde_json::json!({ "line": 0, "error": error.to_string() }).to_string()),
    };
    std::thread::scope(|scope| {
        for (next, in_flight) in task.next.iter().zip(&task.in_flight) {
            let (engine, task) = (&engine, &task);
            scope.spawn(move || write(engine, *next, *in_flight, task));
        }
        for copy in task.backups.iter().flat_map(|place| (0..).map(|n| place.join(format!("{n}")))) {
            say(&serde_json::json!({ "copying": copy }).to_string());
            if let Err(error) = engine.backup(&copy) {
                return say(&serde_json::json!({ "line": 0, "error": error.to_string() }).to_string());
            }
        }
    });
}

/// Sends commands until one fails, or more than may, and says what was answered, in order.
fn write(engine: &Engine, first: u128, in_flight: usize, task: &Task) {
    let answers = task.answers;
    let mut tickets: VecDeque<(u128, Ticket)> = VecDeque::new();
    let mut said_at = Instant::now();
    let mut failures = 0;
    for number in (first..).step_by(WRITERS as usize) {
        tickets.push_back((number, engine.submit(&command(number))));
        if answers == Answers::WhenTaken {
            say(&format!("{{\"line\":{number},\"taken\":true}}"));
        }
        if tickets.len() < in_flight {
            continue;
        }
        // answered as `apply` does: half of them at a time
        for (number, ticket) in tickets.drain(..tickets.len().div_ceil(2)) {
            let answer = ticket.wait();
            let is_said = match answers {
                Answers::WhenDurable => true,
                Answers::Sampled => said_at.elapsed() >= SAMPLE,
                Answers::WhenTaken => false,
            };
            let said = match answer {
                Err(ExecuteError::Failed(error)) => {
                    say(&serde_json::json!({ "line": number as u64, "error": error.to_string() }).to_string());
                    failures += 1;
                    if failures > task.failures_ignored {
                        return;
                    }
                    continue;
                }
                _ if !is_said => continue,
                Ok(receipt) => serde_json::json!({ "line": number as u64, "receipt": receipt }),
                Err(ExecuteError::Refused(rejection)) => {
                    serde_json::json!({ "line": number as u64, "refused": rejection })
                }
            };
            said_at = Instant::now();
            say(&said.to_string());
        }
    }
}

/// A line, whole, at once. The end, where nobody listens any more.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
        std::process::exit(1);
    }
}
