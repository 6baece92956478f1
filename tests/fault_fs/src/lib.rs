//! RocksDB's own file system for tests, `FaultInjectionTestFS`: what was not synced stays in memory, and is lost when
//! the power goes; calls fail on demand. Only for tests.
#![cfg(feature = "rocksdb")]

use librocksdb_sys::rocksdb_env_t;
use rocksdb::Env;
use std::ffi::{CString, c_char, c_int};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

#[repr(C)]
struct Raw {
    _opaque: [u8; 0],
}

unsafe extern "C" {
    fn fault_fs_new() -> *mut Raw;
    fn fault_fs_free(fs: *mut Raw);
    fn fault_fs_env(fs: *mut Raw) -> *mut rocksdb_env_t;
    fn fault_fs_plan(fs: *mut Raw, kind: c_int, seed: u32, one_in: c_int, retryable: bool);
    fn fault_fs_arm(fs: *mut Raw);
    fn fault_fs_fired(fs: *mut Raw, kind: c_int) -> u64;
    fn fault_fs_swallow_syncs(fs: *mut Raw, on: bool);
    fn fault_fs_power_off(fs: *mut Raw);
    fn fault_fs_power_off_at_sync(fs: *mut Raw);
    fn fault_fs_power_on(
        fs: *mut Raw,
        seed: u32,
        rocks: *const c_char,
        staging: *const c_char,
        lost: *mut u64,
        kept: *mut u64,
    ) -> bool;
}

/// Calls that fail together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Bytes of a file.
    Read,
    /// The same, written; and syncs.
    Write,
    /// Sizes, names, what is in a directory.
    MetadataRead,
    /// Renaming, linking, removing, the syncs of directories.
    MetadataWrite,
}

/// What remains of the bytes that were not synced when the power went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsynced {
    /// Nothing.
    Lost,
    /// Of each file a first part is there, and perhaps zeros behind it: what this seed draws.
    Torn(u32),
}

/// Bytes that were not synced when the power went: how many are gone, and how many are there all the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Losses {
    /// Gone.
    pub lost: u64,
    /// There.
    pub kept: u64,
}

/// The file system.
#[derive(Debug)]
pub struct FaultFs {
    raw: *mut Raw,
}

// SAFETY: the C++ side guards itself by a mutex and atomics; only `Drop` frees it.
unsafe impl Send for FaultFs {}
// SAFETY: as above.
unsafe impl Sync for FaultFs {}

impl FaultFs {
    /// On the machine's file system, with the power on, and nothing failing.
    #[expect(clippy::new_without_default, reason = "it is not a value that may be made in passing")]
    pub fn new() -> FaultFs {
        // SAFETY: no arguments; what is returned is freed by `Drop`.
        FaultFs { raw: unsafe { fault_fs_new() } }
    }

    /// The environment to open a database with. It may outlive this value.
    pub fn env(&self) -> Env {
        // SAFETY: `raw` lives; the environment shares the file system, and has the layout of RocksDB's C interface.
        unsafe { Env::from_raw(fault_fs_env(self.raw)) }
    }

    /// One call in so many of this kind fails, on every thread that asks for it. `retryable`: whether RocksDB is told
    /// that it may try again.
    pub fn fail_one_in(&self, kind: Kind, one_in: u16, seed: u32, retryable: bool) {
        // SAFETY: `raw` lives; `kind` is one of the four that the shim lists in this order.
        unsafe { fault_fs_plan(self.raw, kind as c_int, seed, c_int::from(one_in), retryable) }
    }

    /// Nothing fails any more.
    pub fn fail_nothing(&self) {
        // SAFETY: `raw` lives.
        unsafe { fault_fs_plan(self.raw, 0, 0, 0, false) }
    }

    /// This thread asks what is to fail.
    pub fn arm(&self) {
        // SAFETY: `raw` lives.
        unsafe { fault_fs_arm(self.raw) }
    }

    /// How many calls of this kind have failed, as far as their threads have asked again since.
    pub fn fired(&self, kind: Kind) -> u64 {
        // SAFETY: `raw` lives; `kind` is one of the four that the shim lists in this order.
        unsafe { fault_fs_fired(self.raw, kind as c_int) }
    }

    /// Write-ahead logs that are made from now on say that they were synced, and were not: a disk that lies about them.
    pub fn swallow_syncs(&self, on: bool) {
        // SAFETY: `raw` lives.
        unsafe { fault_fs_swallow_syncs(self.raw, on) }
    }

    /// From now on every write fails, most reads too, and nothing reaches the disk.
    pub fn power_off(&self) {
        // SAFETY: `raw` lives.
        unsafe { fault_fs_power_off(self.raw) }
    }

    /// The same from the moment on when some file's next sync begins: what was written before it is not synced yet.
    pub fn power_off_at_sync(&self) {
        // SAFETY: `raw` lives.
        unsafe { fault_fs_power_off_at_sync(self.raw) }
    }

    /// The power comes back, after everything was closed. `db` is the database's directory; files in its `rocks/`
    /// whose name was not synced are gone. `None` where it went wrong: the reason is on standard error.
    pub fn power_on(&self, unsynced: Unsynced, db: &Path) -> Option<Losses> {
        let seed = match unsynced {
            Unsynced::Lost => 0,
            Unsynced::Torn(seed) => seed.max(1),
        };
        let path = |name| CString::new(db.join(name).as_os_str().as_bytes()).ok();
        let (rocks, staging) = (path("rocks")?, path("staging")?);
        let Losses { mut lost, mut kept } = Losses::default();
        // SAFETY: `raw` lives; the texts end with a zero and outlive the call, as the two numbers do.
        let ended =
            unsafe { fault_fs_power_on(self.raw, seed, rocks.as_ptr(), staging.as_ptr(), &mut lost, &mut kept) };
        ended.then_some(Losses { lost, kept })
    }
}

impl Drop for FaultFs {
    fn drop(&mut self) {
        // SAFETY: made by `fault_fs_new`, and freed once.
        unsafe { fault_fs_free(self.raw) }
    }
}
