//! System calls: read from a tracer's record, and failed by it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command as Process;

/// Whether the tracer is there and may trace.
pub(crate) fn can_trace() -> Result<(), &'static str> {
    let traced = Process::new("strace").args(["-qq", "-f", "-o", "/dev/null", "true"]).status();
    match traced {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err("strace may not trace here"),
        Err(_) => Err("strace is not installed"),
    }
}

/// A record of system calls in the making.
pub(crate) struct Tracer {
    pub(crate) record: PathBuf,
    calls: String,
    faults: Vec<String>,
}

impl Tracer {
    /// Records these calls, separated by commas.
    pub(crate) fn new(folder: &Path, calls: &str) -> Tracer {
        Tracer { record: folder.join("trace"), calls: calls.to_owned(), faults: Vec::new() }
    }

    /// Fails calls as well, as in `fdatasync:error=EIO:when=3`. A thread counts its own calls.
    pub(crate) fn failing(mut self, fault: impl Into<String>) -> Tracer {
        self.faults.push(format!("inject={}", fault.into()));
        self
    }

    /// The words before those of the program.
    pub(crate) fn words(&self) -> Vec<String> {
        let mut words = ["strace", "-f", "-y", "-q", "-s", "64"].map(str::to_owned).to_vec();
        // faster, but a tracer of version 6.1 sends no signals then
        if !self.faults.iter().any(|fault| fault.contains("signal=")) {
            words.push("--seccomp-bpf".to_owned());
        }
        words.push("-o".to_owned());
        words.extend([self.record.display().to_string(), "-e".to_owned(), format!("trace={}", self.calls)]);
        words.extend(self.faults.iter().flat_map(|fault| ["-e".to_owned(), fault.clone()]));
        words
    }

    pub(crate) fn recorded(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.record).unwrap_or_default()).into_owned()
    }

    /// How many calls were failed.
    pub(crate) fn fired(&self) -> u64 {
        let recorded = self.recorded();
        let failed = recorded.lines().filter(|line| line.contains("(INJECTED)")).count() as u64;
        // every thread of the process says so
        failed + u64::from(recorded.contains("killed by SIGKILL"))
    }

    /// How many calls were slowed down.
    pub(crate) fn delayed(&self) -> u64 {
        self.recorded().lines().filter(|line| line.contains("(DELAYED)")).count() as u64
    }
}

/// Half of a call: it began, or it ended and returned something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Half<'a> {
    Began { call: &'a str, arguments: &'a str },
    Ended { call: &'a str, returned: i64 },
}

/// The halves of the calls in a record, in order, each with its thread. A call during which no other was recorded
/// stands on one line.
pub(crate) fn halves(recorded: &str) -> Vec<(&str, Half<'_>)> {
    let mut found = Vec::new();
    for line in recorded.lines() {
        let Some((thread, rest)) = line.split_once(' ') else { continue };
        let rest = rest.trim_start();
        let ended = |text: &str| text.rsplit_once(" = ").and_then(|(_, value)| number(value));
        if let Some(resumed) = rest.strip_prefix("<... ") {
            let call = resumed.split(' ').next().unwrap_or_default();
            found.extend(ended(rest).map(|returned| (thread, Half::Ended { call, returned })));
        } else if let Some((call, arguments)) = rest.split_once('(') {
            found.push((thread, Half::Began { call, arguments }));
            if !rest.ends_with("<unfinished ...>") {
                found.extend(ended(rest).map(|returned| (thread, Half::Ended { call, returned })));
            }
        }
    }
    found
}

fn number(text: &str) -> Option<i64> {
    text.split(' ').next()?.parse().ok()
}

/// How often each call occurs in the thread that makes it most often.
pub(crate) fn calls_by_thread(recorded: &str) -> BTreeMap<String, u64> {
    let mut counts: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for (thread, half) in halves(recorded) {
        if let Half::Began { call, .. } = half {
            *counts.entry((call, thread)).or_default() += 1;
        }
    }
    let mut most = BTreeMap::new();
    for ((call, _), count) in counts {
        let before = most.entry(call.to_owned()).or_default();
        *before = count.max(*before);
    }
    most
}

/// What a record says about answers and syncs.
#[derive(Debug, Default)]
pub(crate) struct Order {
    /// Answers with a receipt that came after their entry's write and a sync of it.
    pub(crate) answers: u64,
    /// What came in the wrong order.
    pub(crate) complaints: Vec<String>,
}

/// A write-ahead log's writes and syncs, counted.
#[derive(Debug, Default)]
struct Log {
    /// Goes up when a write begins and when it ends: a sync that begins in between does not cover it.
    written: u64,
    synced: u64,
}

/// Checks that between a command's write and its answer there is a finished sync of that write, and that no answer
/// comes after a failed one. For a process that does one command at a time and answers with `answer_has`.
pub(crate) fn check_order(recorded: &str, answer_has: &str) -> Order {
    let mut order = Order::default();
    let mut logs: BTreeMap<&str, Log> = BTreeMap::new();
    // by thread: the log that it writes or syncs, and how far a sync reaches
    let mut writing: BTreeMap<&str, &str> = BTreeMap::new();
    let mut syncing: BTreeMap<&str, (&str, u64)> = BTreeMap::new();
    let (mut wrote, mut failed) = (false, false);
    for (thread, half) in halves(recorded) {
        match half {
            Half::Began { call: "write" | "pwrite64", arguments } if arguments.starts_with("1<") => {
                if !arguments.contains(answer_has) {
                    continue;
                }
                let unsynced = logs.iter().find(|(_, log)| log.synced < log.written);
                let complaint = match unsynced {
                    Some((log, _)) => Some(format!("before a sync of {log}")),
                    None if !wrote => Some("with no write before it".to_owned()),
                    None if failed => Some("after a failed sync".to_owned()),
                    None => None,
                };
                order.answers += u64::from(complaint.is_none());
                order.complaints.extend(complaint.map(|what| format!("answered {what}: {arguments}")));
                wrote = false;
            }
            Half::Began { call, arguments } => {
                let Some(log) = log_in(arguments) else { continue };
                let written = &mut logs.entry(log).or_default().written;
                if call.contains("sync") {
                    syncing.insert(thread, (log, *written));
                } else {
                    *written += 1;
                    writing.insert(thread, log);
                }
            }
            Half::Ended { call, returned } if call.contains("sync") => {
                failed |= returned < 0;
                if let (Some((log, reach)), true) = (syncing.remove(thread), returned == 0) {
                    let log = logs.entry(log).or_default();
                    log.synced = log.synced.max(reach);
                }
            }
            Half::Ended { .. } => {
                if let Some(log) = writing.remove(thread) {
                    logs.entry(log).or_default().written += 1;
                    wrote = true;
                }
            }
        }
    }
    order
}

/// The write-ahead log that a call's first argument names, as in `14<db/rocks/000017.log>, ..`.
fn log_in(arguments: &str) -> Option<&str> {
    let path = arguments.split_once('<')?.1.split_once('>')?.0;
    path.ends_with(".log").then_some(path)
}

#[test]
fn the_order_of_a_record_is_read() {
    let write = "7 write(14</db/rocks/000017.log>, \"..\", 2) = 2\n";
    let sync = "7 fdatasync(14</db/rocks/000017.log>) = 0\n";
    let answer = "7 write(1</out>, \"{\\\"line\\\":1\", 9) = 9\n";
    let failed = "7 fdatasync(14</db/rocks/000017.log>) = -1 EIO (Input/output error) (INJECTED)\n";
    let early = "8 fdatasync(14</db/rocks/000017.log> <unfinished ...>\n";
    let late = "8 <... fdatasync resumed>) = 0\n";
    let complaints = |parts: &[&str]| check_order(&parts.concat(), "{\\\"line").complaints.len();
    assert_eq!(complaints(&[write, sync, answer, write, sync, answer]), 0);
    assert_eq!(complaints(&[write, early, late, answer]), 0);
    assert_eq!(complaints(&[write, answer, sync]), 1);
    assert_eq!(complaints(&[write, early, answer, late]), 1);
    assert_eq!(complaints(&[early, write, late, answer]), 1);
    assert_eq!(complaints(&[write, failed, answer]), 1);
    assert_eq!(complaints(&[write, failed, sync, answer]), 1);
    assert_eq!(complaints(&[write, sync, answer, answer]), 1);
}
