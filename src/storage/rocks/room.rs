//! Room in the address space. Where the system gives RocksDB no more of it, RocksDB ends the process, and a service that
//! embeds the engine with it: so it is looked after before, and too little is a fault.
//!
//! Only limits of the process are seen (`ulimit -v`, `ulimit -d`), where the system tells them, as Linux does.

use crate::domain::Fault;
use crate::storage::TableId;
use std::fs;

const MIB: u64 = 1 << 20;
/// What opening takes beside the cache: stacks of threads, what is read at first; and for each table, of which RocksDB
/// reserves as much as a memtable and a cache of its own.
const OPENING_BYTES: u64 = (64 + 6 * TableId::ALL.len() as u64) * MIB;
/// What one step of work may take: a write, a checkpoint.
const WORKING_BYTES: u64 = 128 * MIB;

/// What limits the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Room {
    /// Of the address space, and of data in it, in bytes; none where there is no limit.
    limits: [Option<u64>; 2],
}

/// A limit: its name in `/proc/self/limits`, what counts against it in `/proc/self/status`, how it is set.
const LIMITS: [(&str, &str, &str); 2] =
    [("Max address space", "VmSize:", "ulimit -v"), ("Max data size", "VmData:", "ulimit -d")];

impl Room {
    /// The limits as they are now.
    pub(super) fn of_this_process() -> Room {
        let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
        Room { limits: LIMITS.map(|(name, ..)| limit(&limits, name)) }
    }

    /// Refuses to open with so much memory for blocks that were read.
    pub(super) fn for_opening(&self, cache_bytes: usize) -> Result<(), Fault> {
        let needed = OPENING_BYTES.saturating_add(cache_bytes as u64);
        self.check("opening the database", needed, ": raise the limit, or lower cache_bytes")
    }

    /// Refuses to go on.
    pub(super) fn for_working(&self, doing: &str) -> Result<(), Fault> {
        self.check(doing, WORKING_BYTES, ": raise the limit")
    }

    fn check(&self, doing: &str, needed: u64, advice: &str) -> Result<(), Fault> {
        if self.limits == [None, None] {
            return Ok(());
        }
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        for (limit, (name, taken, set_by)) in self.limits.iter().zip(LIMITS) {
            let Some(limit) = limit else { continue };
            let left = limit.saturating_sub(kib(&status, taken).saturating_mul(1024));
            if left < needed {
                let [left, limit, needed] = [left, *limit, needed].map(|bytes| bytes / MIB);
                return Err(Fault::io(format!(
                    "{doing}: too little memory may be used: of {limit} MiB ({}, {set_by}) {left} MiB are left, and \
                     {needed} MiB are needed{advice}",
                    name.to_lowercase()
                )));
            }
        }
        Ok(())
    }
}

/// The soft limit of this name, in bytes.
fn limit(limits: &str, name: &str) -> Option<u64> {
    limits.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()
}

/// A figure of a process's status, in KiB.
fn kib(status: &str, name: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_as_the_system_tells_them() {
        let limits = "Limit                     Soft Limit           Hard Limit           Units\n\
                      Max data size             unlimited            unlimited            bytes\n\
                      Max address space         307200000            unlimited            bytes\n";
        assert_eq!(limit(limits, "Max address space"), Some(307_200_000));
        assert_eq!((limit(limits, "Max data size"), limit("", "Max data size")), (None, None));
        assert_eq!(kib("VmPeak:\t  20 kB\nVmSize:\t  11292 kB\n", "VmSize:"), 11_292);
        assert_eq!(kib("", "VmSize:"), 0);
    }

    #[test]
    fn too_little_is_a_fault_that_says_how_much() {
        assert_eq!(Room { limits: [None, None] }.for_opening(usize::MAX), Ok(()));
        for (limits, told) in [
            ([Some(MIB), None], "of 1 MiB (max address space, ulimit -v) 0 MiB are left"),
            ([None, Some(MIB)], "ulimit -d"),
        ] {
            let fault = Room { limits }.for_opening(64 << 20).unwrap_err();
            let needed = format!("{} MiB are needed", OPENING_BYTES / MIB + 64);
            assert!(fault.what.contains(told) && fault.what.contains(&needed), "{fault}");
        }
        assert_eq!(Room { limits: [Some(1 << 50), Some(1 << 50)] }.for_working("a write"), Ok(()));
    }
}
