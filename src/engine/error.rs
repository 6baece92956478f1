//! Errors: what the caller must do, and what went wrong.

use crate::domain::{Fault, FaultKind, Rejection};
use crate::machine::Malformed;
use std::fmt;

/// Why an engine does nothing any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClosedReason {
    /// It was closed.
    ByCaller,
    /// A write failed: what was in flight may be durable or not. Nothing more is decided; reopening recovers what
    /// was durable.
    Poisoned,
    /// Another engine has claimed the store.
    Fenced,
}

/// What a caller must do about an [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// Fix the call: it can never succeed as it is.
    Invalid,
    /// Try again later: the database is in use.
    Busy,
    /// Open the engine again.
    Closed(ClosedReason),
    /// Restore a backup: what is stored is damaged.
    Corrupt,
    /// Mend what is below: the disk, the permissions. Nothing was done, but for a backup that *stands*, as the text
    /// then says.
    Unavailable,
}

/// The engine could not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// What to do.
    pub kind: ErrorKind,
    /// What went wrong, and where.
    pub what: String,
}

impl Error {
    pub(crate) fn invalid(what: impl Into<String>) -> Error {
        Error { kind: ErrorKind::Invalid, what: what.into() }
    }

    pub(crate) fn closed(reason: ClosedReason, what: impl Into<String>) -> Error {
        Error { kind: ErrorKind::Closed(reason), what: what.into() }
    }

    pub(crate) fn corrupt(what: impl Into<String>) -> Error {
        Error { kind: ErrorKind::Corrupt, what: what.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Error {}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Error {
        let kind = match fault.kind {
            FaultKind::Io => ErrorKind::Unavailable,
            FaultKind::Corrupt => ErrorKind::Corrupt,
            FaultKind::Locked => ErrorKind::Busy,
            FaultKind::Fenced => ErrorKind::Closed(ClosedReason::Fenced),
        };
        Error { kind, what: fault.what }
    }
}

impl From<Malformed> for Error {
    fn from(malformed: Malformed) -> Error {
        Error::invalid(malformed.to_string())
    }
}

/// A command was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExecuteError {
    /// The rules refuse. Nothing changed; the refusal is in the journal.
    Refused(Rejection),
    /// The engine could not. Where the kind is `Closed` or `Corrupt`, a command in flight may have been done: repeat it
    /// with the same request id after reopening.
    Failed(Error),
}

impl fmt::Display for ExecuteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ExecuteError::Refused(rejection) => write!(f, "refused: {rejection}"),
            ExecuteError::Failed(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ExecuteError {}

impl From<Rejection> for ExecuteError {
    fn from(rejection: Rejection) -> ExecuteError {
        ExecuteError::Refused(rejection)
    }
}

impl<E: Into<Error>> From<E> for ExecuteError {
    fn from(error: E) -> ExecuteError {
        ExecuteError::Failed(error.into())
    }
}
