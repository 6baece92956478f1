//! What the machine offers: its tools, processes that must end, numbers to draw.

use std::process::{Child, ExitStatus};
use std::time::Duration;

/// Numbers that look random and are the same on every run with one seed.
pub(crate) struct Draw(u64);

impl Draw {
    /// From `ACCRUEDB_SEED`, or always the same.
    pub(crate) fn new() -> Draw {
        let seed = std::env::var("ACCRUEDB_SEED").map_or(0x5eed, |seed| seed.parse().expect("ACCRUEDB_SEED"));
        Draw(seed)
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end.max(1)
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len() as u64) as usize]
    }

    pub(crate) fn pause(&mut self, ms_max: u64) -> Duration {
        Duration::from_micros(self.below(ms_max * 1000))
    }
}

/// Waits for a process, but not for ever: one that hangs is killed, and `None` is returned.
///
/// The limit is counted in naps, so that a machine that stands still for a while does not use it up.
pub(crate) fn ended(child: &mut Child, limit: Duration) -> Option<ExitStatus> {
    let nap = Duration::from_millis(2);
    for _ in 0..limit.as_millis() / nap.as_millis() {
        if let Some(status) = child.try_wait().unwrap() {
            return Some(status);
        }
        std::thread::sleep(nap);
    }
    child.kill().unwrap();
    child.wait().unwrap();
    None
}

/// Sends a signal to a process of ours.
pub(crate) fn signal(name: &str, pid: u32) -> bool {
    let kill = std::process::Command::new("kill").args([format!("-{name}"), pid.to_string()]).output();
    kill.is_ok_and(|output| output.status.success())
}
