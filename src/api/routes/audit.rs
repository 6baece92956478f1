//! The journal as it is looked at: a transaction by its request id, an entry by its number, the audit log by filters.

use super::super::call::{Answer, Call, Format, Page};
use super::super::context::Context;
use super::super::params::{Kind, Param};
use super::super::problem::Problem;
use super::super::route::{Bounded, Route, Shape};
use super::super::views::{EntryRow, value};
use super::catalog;
use crate::domain::{Date, Entry, Rejection, RequestKey, Sequence, Timestamp, Zone};
use crate::engine::{Engine, Error};

/// Entries that one call looks at, at most: a page may be short, and then goes on at its cursor.
const LOOKED_AT_MAX: u64 = 20_000;
/// Entries that are read in one go.
const CHUNK: u64 = 256;

const FILTERS: &[Param] = &[
    Param::new("kind", Kind::Words, "Only entries of these kinds of command, as `accrue,redeem`."),
    Param::new("member", Kind::Id, "Only entries whose command names this member."),
    Param::new("outcome", Kind::Word(&["done", "refused"]), "Only what was done, or what was refused."),
    Param::new("from", Kind::Date, "Only entries recorded on this day (UTC) or later."),
    Param::new("to", Kind::Date, "Only entries recorded on this day (UTC) or before."),
    Param::new("order", Kind::Word(&["newest", "oldest"]), "Which come first. Default: newest."),
    Param::new("limit", Kind::Limit, "Rows of the page, at most."),
    Param::new("cursor", Kind::Cursor, "Where the page begins: `next` of the page before."),
];

#[rustfmt::skip]
pub(crate) const ROUTES: &[Route] = &[
    Route::get("/v1/programs/{program}/transactions/{request}", "get_transaction", Shape::Object(|g| g.subschema_for::<EntryRow>()), get_transaction)
        .about("The entry that used a request id: was a lost request done? A refusal uses no id, so it is not found here."),
    Route::get("/v1/entries/{sequence}", "get_entry", Shape::Object(|g| g.subschema_for::<EntryRow>()), get_entry)
        .of_program(Bounded::Fits)
        .about("An entry of the journal, with its legs."),
    Route::get("/v1/programs/{program}/audit", "get_audit_log", Shape::Page(|g| g.subschema_for::<EntryRow>()), get_audit_log)
        .with(FILTERS).also_as(&[Format::Csv, Format::JsonLines]).long()
        .about("The entries of a program, filtered. A page may be short where filters leave out much: go on at its cursor until there is none (rules E35 to E49)."),
];

fn get_transaction(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    catalog::program(context, call)?;
    let key = RequestKey { program: call.program()?, request: call.number("request")? };
    let entry = context.engine.transaction(key)?.ok_or_else(|| Problem::from(Rejection::TransactionUnknown))?;
    Ok(Answer::Object(value(&EntryRow::from(entry))))
}

fn get_entry(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let sequence = Sequence(call.number("sequence")?);
    let sees = |entry: &Entry| call.token.as_deref().is_some_and(|token| token.sees(entry.command.program));
    let entry = context.engine.journal(sequence, 1)?.pop();
    let entry = entry.filter(|entry| entry.sequence == sequence && sees(entry));
    let entry = entry.ok_or_else(|| Problem::new("entry_unknown", format!("no entry {sequence}")))?;
    Ok(Answer::Object(value(&EntryRow::from(entry))))
}

/// What a reader of the audit log asks for.
struct Filter<'a> {
    call: &'a Call,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
}

impl<'a> Filter<'a> {
    fn new(call: &'a Call) -> Result<Filter<'a>, Problem> {
        let edge = |name, edge: fn(Date, &Zone) -> Option<Timestamp>| -> Result<_, Problem> {
            let Some(date) = call.query::<Date>(name)? else { return Ok(None) };
            edge(date, &Zone::UTC).map(Some).ok_or_else(|| Problem::parameter(name, "out of range"))
        };
        Ok(Filter { call, from: edge("from", Date::start)?, until: edge("to", Date::end)? })
    }

    fn keeps(&self, row: &EntryRow, entry_at: Timestamp, done: bool) -> bool {
        let asked = |name| self.call.query.get(name).filter(|text| !text.is_empty());
        asked("kind").is_none_or(|kinds| kinds.split(',').any(|kind| kind == row.kind()))
            && asked("member").is_none_or(|member| row.member().as_ref() == Some(member))
            && asked("outcome").is_none_or(|outcome| (outcome == "done") == done)
            && self.from.is_none_or(|from| from <= entry_at)
            && self.until.is_none_or(|until| entry_at < until)
    }
}

fn get_audit_log(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let program = call.program()?;
    catalog::program(context, call)?;
    let filter = Filter::new(call)?;
    let limit = call.limit()?;
    let is_newest_first = call.query.get("order").is_none_or(|order| order == "newest");
    let mut walk = Walk::new(&context.engine, call.cursor::<u64>()?.map(Sequence), is_newest_first);
    let mut rows = Vec::new();
    while rows.len() < limit {
        let Some(entry) = walk.next()? else { break };
        if entry.command.program != program {
            continue;
        }
        let (at, done) = (entry.recorded_at, matches!(entry.outcome, crate::domain::Outcome::Done { .. }));
        let row = EntryRow::from(entry);
        if filter.keeps(&row, at, done) {
            rows.push(value(&row));
        }
    }
    let next = call.next(walk.place());
    Ok(Answer::Page(Box::new(Page {
        columns: &["sequence", "recorded_at", "kind", "member", "done", "reference", "request_id", "refused", "legs"],
        rows,
        next,
        ..Page::default()
    })))
}

/// A walk over the journal, in either direction, of a bounded length.
struct Walk<'a> {
    engine: &'a Engine,
    /// Entries that were read and not given yet; the next one is last.
    read: Vec<Entry>,
    /// The next entry to read; none at the end.
    place: Option<Sequence>,
    is_newest_first: bool,
    left: u64,
}

impl<'a> Walk<'a> {
    fn new(engine: &'a Engine, from: Option<Sequence>, is_newest_first: bool) -> Walk<'a> {
        let begin = if is_newest_first { engine.last_sequence() } else { Sequence(1) };
        let place = Some(from.unwrap_or(begin)).filter(|place| *place != Sequence(0));
        Walk { engine, read: Vec::new(), place, is_newest_first, left: LOOKED_AT_MAX }
    }

    /// Where the walk goes on; none where it has come to the end.
    fn place(&self) -> Option<Sequence> {
        self.read.last().map(|entry| entry.sequence).or(self.place)
    }

    fn next(&mut self) -> Result<Option<Entry>, Error> {
        if self.left == 0 {
            return Ok(None);
        }
        if self.read.is_empty() {
            self.fill()?;
        }
        self.left = self.left.saturating_sub(1);
        Ok(self.read.pop())
    }

    fn fill(&mut self) -> Result<(), Error> {
        let Some(place) = self.place else { return Ok(()) };
        if self.is_newest_first {
            let first = Sequence(place.0.saturating_sub(CHUNK.saturating_sub(1)).max(1));
            let count = place.0.saturating_sub(first.0).saturating_add(1);
            self.read = self.engine.journal(first, usize::try_from(count).unwrap_or_default())?;
            self.place = first.0.checked_sub(1).filter(|before| *before > 0).map(Sequence);
        } else {
            self.read = self.engine.journal(place, CHUNK as usize)?;
            self.place = self.read.last().map(|last| last.sequence.next());
            self.read.reverse();
        }
        Ok(())
    }
}
