//! Processor time of this process: rates move with who else is on the machine, it hardly does.

use super::args::Load;
use super::workload;
use std::time::Duration;

/// How many of its commands are drawn to see what drawing one costs.
const DRAWN: u64 = 1_000_000;
/// Linux tells a process's time in hundredths of a second.
const TICKS_A_SECOND: f64 = 100.0;

/// What this process has used until now, of all its threads, where the system tells.
pub(super) fn used() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // the program's name stands in parentheses, and may hold anything
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<f64>().ok();
    Some(Duration::from_secs_f64((ticks()? + ticks()?) / TICKS_A_SECOND))
}

/// Nanoseconds that this thread takes to draw one command of a load: the load's own share of what a command costs.
pub(super) fn own_share_ns(load: &Load) -> Option<u64> {
    let count = load.accruals.min(DRAWN);
    let before = thread_ns()?;
    for number in 0..count {
        std::hint::black_box(workload::act(load, number));
    }
    thread_ns()?.checked_sub(before)?.checked_div(count)
}

/// What this thread has used until now.
fn thread_ns() -> Option<u64> {
    std::fs::read_to_string("/proc/thread-self/schedstat").ok()?.split_whitespace().next()?.parse().ok()
}
