//! What a store says when it cannot do what it was asked.

use super::LockName;
use std::fmt;

/// The kind of a [`Fault`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// The operating system or the device refused: no space, no permission, an I/O error.
    Io,
    /// What was read is not what was written.
    Corrupt,
    /// Another process, or another engine, has the database.
    Locked,
    /// Another writer has claimed the store since.
    Fenced,
}

/// A store could not do what it was asked. Nothing was decided on wrong data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What sort of trouble it is.
    pub kind: FaultKind,
    /// What was being done, and what went wrong, with the file's name where there is one.
    pub what: String,
    /// Whose records are wrong, where that is known: it takes no more commands until it is repaired.
    pub subject: Option<LockName>,
}

impl Fault {
    /// A fault of a kind.
    pub fn new(kind: FaultKind, what: impl Into<String>) -> Fault {
        Fault { kind, what: what.into(), subject: None }
    }

    /// Data that is not what was written.
    pub fn corrupt(what: impl Into<String>) -> Fault {
        Fault::new(FaultKind::Corrupt, what)
    }

    /// Records of a subject that break a law, or name what is not there.
    pub fn broken(subject: LockName, what: impl fmt::Display) -> Fault {
        let what = format!("{subject}: {what}");
        Fault { kind: FaultKind::Corrupt, what, subject: Some(subject) }
    }

    /// A refusal of the system below.
    pub fn io(what: impl Into<String>) -> Fault {
        Fault::new(FaultKind::Io, what)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Fault {}
