//! Words about sources: what they give, and how much of it.

use super::extras::{Extras, POINTS, setting};
use crate::cli::scenario::words::{Syntax, Words};
use crate::domain::{
    Action, ArchiveSource, CreateSource, EditSource, LimitScope, ModifyInventory, PauseSource, PointTypeId, Points,
    RestrictSource, Restriction, ResumeSource, SetInventory, SourceId, Unit, UnrestrictSource, Window,
};
use std::collections::BTreeSet;

/// The command of a line that begins with `verb`; `None` where the verb is not of this room.
pub(super) fn action(verb: &str, words: &mut Words<'_>, extras: &mut Extras) -> Result<Option<Action>, Syntax> {
    let action = match verb {
        "source" => create(words, extras)?,
        "edit_source" => edit(words, extras)?,
        "pause" => PauseSource { source: source(words)? }.into(),
        "resume" => ResumeSource { source: source(words)? }.into(),
        "archive" => ArchiveSource { source: source(words)?, confirm: words.take("confirm") }.into(),
        "inventory" => SetInventory { source: source(words)?, points: Points(words.parse(POINTS)?) }.into(),
        "modify_inventory" => ModifyInventory { source: source(words)?, points: Points(words.parse(POINTS)?) }.into(),
        "restrict" => RestrictSource { source: source(words)?, restriction: restriction(words)? }.into(),
        "unrestrict" => {
            let source = source(words)?;
            UnrestrictSource { source, restriction: words.parse("the number of a restriction")? }.into()
        }
        _ => return Ok(None),
    };
    Ok(Some(action))
}

/// Whether `source 5` asks: nothing but `->` follows.
pub(in crate::cli::scenario) fn asks(words: &Words<'_>) -> bool {
    let mut ahead = words.clone();
    ahead.next();
    ahead.peek() == Some("->") && {
        ahead.next();
        !matches!(ahead.peek(), Some("ok" | "refused" | "malformed"))
    }
}

pub(in crate::cli::scenario) fn source(words: &mut Words<'_>) -> Result<SourceId, Syntax> {
    words.parse("the number of a source").map(SourceId)
}

/// `T1 T2`, or `none`.
fn types(words: &mut Words<'_>) -> Result<BTreeSet<PointTypeId>, Syntax> {
    let mut types = BTreeSet::new();
    if words.take("none") {
        return Ok(types);
    }
    while words.peek().is_some_and(|word| word.starts_with('T')) {
        types.insert(PointTypeId(words.name('T', "a point type")?));
    }
    Ok(types)
}

/// `source 5 name "Spring" for T1 T2 inventory 1000 max 100 a day per member`.
fn create(words: &mut Words<'_>, extras: &mut Extras) -> Result<Action, Syntax> {
    let mut body = CreateSource { source: source(words)?, ..CreateSource::default() };
    loop {
        match words.peek() {
            Some("name") => body.name = setting(words, |words| words.word("a name"))?.into(),
            Some("for") => body.point_types = Some(setting(words, types)?),
            Some("counting") => body.counting = setting(words, Words::choice)?,
            Some("beyond") => body.beyond = setting(words, Words::choice)?,
            Some("low_at") => body.low_at = Some(Points(setting(words, |words| words.parse(POINTS))?)),
            Some("inventory") => body.inventory = Some(Points(setting(words, |words| words.parse(POINTS))?)),
            Some("restriction") => body.restrictions.push(setting(words, restriction)?),
            _ if extras.take(words)? => {}
            _ => return Ok(body.into()),
        }
    }
}

fn edit(words: &mut Words<'_>, extras: &mut Extras) -> Result<Action, Syntax> {
    let mut body = EditSource { source: source(words)?, ..EditSource::default() };
    loop {
        match words.peek() {
            Some("name") => body.name = Some(setting(words, |words| words.word("a name"))?.into()),
            Some("for") => body.point_types = Some(setting(words, types)?),
            Some("beyond") => body.beyond = Some(setting(words, Words::choice)?),
            Some("low_at") => body.low_at = Some(Points(setting(words, |words| words.parse(POINTS))?)),
            _ if extras.take(words)? => {}
            _ => return Ok(body.into()),
        }
    }
}

/// `1 max 100 a day`, `2 max 100 within 7 days per member`.
fn restriction(words: &mut Words<'_>) -> Result<Restriction, Syntax> {
    let restriction = words.parse("the number of a restriction")?;
    words.must("max")?;
    let max = Points(words.parse(POINTS)?);
    let wrong = words.expected("`a day` (week, month, year), or `within 7 days`");
    let window = match words.next() {
        Some("a") => Window::Calendar(match words.next() {
            Some("day") => Unit::Days,
            Some("week") => Unit::Weeks,
            Some("month") => Unit::Months,
            Some("year") => Unit::Years,
            _ => return Err(wrong),
        }),
        Some("within") => Window::Sliding(words.span()?),
        _ => return Err(wrong),
    };
    let per = if words.take("per") { words.choice()? } else { LimitScope::Source };
    Ok(Restriction { restriction, max, per, window })
}
