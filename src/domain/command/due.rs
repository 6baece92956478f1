//! Booking what is due: the engine's own command.

use crate::domain::Subject;
use serde::{Deserialize, Serialize};

/// Books what is due of a subject, a bounded number of items (or blocks) at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BookDue {
    /// Whose.
    pub subject: Subject,
    /// At most this many.
    pub limit: u32,
}
