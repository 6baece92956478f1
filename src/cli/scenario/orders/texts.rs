//! Words about texts: what is erased.

use crate::cli::scenario::words::{Syntax, Words};
use crate::domain::{Action, Erase};

/// The command of a line that begins with `verb`; `None` where the verb is not of this room.
pub(super) fn action(verb: &str, words: &mut Words<'_>) -> Result<Option<Action>, Syntax> {
    if verb != "erase" {
        return Ok(None);
    }
    let body = match words.take("id") {
        true => Erase { transaction: None, id: Some(words.parse("a member like someone@example.com")?) },
        false => Erase { transaction: Some(words.parse("a request like R1, or `id`")?), id: None },
    };
    Ok(Some(body.into()))
}
