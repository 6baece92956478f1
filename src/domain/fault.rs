//! What a store says when it cannot do what it was asked.

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
}

impl Fault {
    /// Data that is not what was written.
    pub fn corrupt(what: impl Into<String>) -> Fault {
        Fault { kind: FaultKind::Corrupt, what: what.into() }
    }

    /// A refusal of the system below.
    pub fn io(what: impl Into<String>) -> Fault {
        Fault { kind: FaultKind::Io, what: what.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Fault {}
