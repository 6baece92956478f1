//! A command of a line.

use crate::domain::Command;

/// A command, whose request id the runner chooses where the line gives none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) command: Command,
    pub(super) is_named: bool,
}
