//! Lines of settlement: those that were written, and those that a run would write now.

use super::super::snapshot_view::SnapshotView;
use crate::domain::keys::Key;
use crate::domain::tables::{Lines, Runs, Unsettled};
use crate::domain::{
    Event, EventKey, Fault, Line, LineKey, PartnerId, Points, ProgramId, ReceivableId, RequestId, RunKey, Sequence,
    Timestamp,
};
use crate::machine::View;
use crate::machine::settlement::{is_taken, settle};
use crate::storage::Read;
use crate::storage::rows::{self, Rows};
use serde::Serialize;

/// A line with its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LineRow {
    /// The partner.
    pub partner: PartnerId,
    /// The entry of the event.
    pub sequence: Sequence,
    /// The event's place in it.
    pub place: u16,
    /// The line.
    pub line: Line,
}

fn row(key: LineKey, line: Line) -> LineRow {
    let LineKey { partner, sequence, place, .. } = key;
    LineRow { partner, sequence, place, line }
}

/// The bytes that the keys of a program, or of one of its partners, begin with.
fn prefix(program: ProgramId, partner: Option<PartnerId>) -> (Vec<u8>, Vec<u8>) {
    let mut from = program.to_bytes();
    if let Some(partner) = partner {
        partner.write(&mut from);
    }
    let mut to = from.clone();
    to.resize(crate::domain::keys::KEY_BYTES_MAX.saturating_add(1), 0xFF);
    (from, to)
}

/// The lines of a partner, or of all, in the order of their events, from one on.
pub fn lines(
    read: &dyn Read,
    program: ProgramId,
    partner: Option<PartnerId>,
    first: Option<LineKey>,
) -> impl Iterator<Item = Result<LineRow, Fault>> + '_ {
    let (from, to) = prefix(program, partner);
    let from = first.map_or(from.clone(), |first| first.to_bytes().max(from));
    Rows::<Lines>::between(read, from, to, 64).map(|found| found.map(|(key, line)| row(key, line)))
}

/// Events that are not settled, of a partner or of all, in the order of time of each partner.
pub fn unsettled(
    read: &dyn Read,
    program: ProgramId,
    partner: Option<PartnerId>,
) -> impl Iterator<Item = Result<(EventKey, Event), Fault>> + '_ {
    unsettled_from(read, program, partner, None)
}

/// The same, from one on.
fn unsettled_from(
    read: &dyn Read,
    program: ProgramId,
    partner: Option<PartnerId>,
    first: Option<EventKey>,
) -> impl Iterator<Item = Result<(EventKey, Event), Fault>> + '_ {
    let (from, to) = prefix(program, partner);
    let from = first.map_or(from.clone(), |first| first.to_bytes().max(from));
    Rows::<Unsettled>::between(read, from, to, 64)
}

/// Which part of a preview is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PreviewPage {
    /// The event with which it begins.
    pub from: Option<EventKey>,
    /// At most this many lines.
    pub lines_max: usize,
    /// At most this many events are looked at: the page then ends early.
    pub events_max: usize,
}

impl PreviewPage {
    /// All lines.
    pub const ALL: PreviewPage = PreviewPage { from: None, lines_max: usize::MAX, events_max: usize::MAX };
}

/// Lines that a run would write now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Preview {
    /// The lines.
    pub lines: Vec<LineRow>,
    /// The event with which the next page begins.
    pub next: Option<EventKey>,
}

/// The lines that the first execution of a run would write now; nothing is changed. `None`: no such run.
pub fn preview(
    read: &dyn Read,
    (program, run): (ProgramId, RequestId),
    now: Timestamp,
    page: PreviewPage,
) -> Result<Option<Preview>, Fault> {
    let number = 1;
    let Some(definition) = rows::get::<Runs>(read, &RunKey { program, run, number })? else { return Ok(None) };
    let view = SnapshotView::of(read)?;
    let Some(known) = view.program(program) else { return Ok(None) };
    let criteria = &definition.criteria;
    let (mut found, mut looked_at) = (Preview::default(), 0usize);
    let line_key = |partner, sequence, place| LineKey { program, partner, sequence, place };
    // only the events of the partners that it takes are read
    let chosen: Vec<Option<PartnerId>> = match criteria.partners.is_empty() {
        true => vec![None],
        false => criteria.partners.iter().copied().map(Some).collect(),
    };
    let first = page.from.map_or(PartnerId(0), |from| from.partner);
    let chosen = chosen.into_iter().filter(|partner| partner.is_none_or(|partner| partner >= first));
    for event in chosen.flat_map(|partner| unsettled_from(read, program, partner, page.from)) {
        let (key, event) = event?;
        if found.lines.len() >= page.lines_max || looked_at >= page.events_max {
            found.next = Some(key);
            break;
        }
        looked_at = looked_at.saturating_add(1);
        if !is_taken(criteria, &key, &event, now, &known.settings.zone) {
            continue;
        }
        let cancelled = event.cancels.map(|cancels| line_key(key.partner, cancels.sequence, cancels.place));
        let cancelled = cancelled.map(|key| rows::get::<Lines>(read, &key)).transpose()?.flatten();
        // one whose amount does not fit stays unsettled
        let Ok(settled) = settle(known, &key, &event, cancelled.as_ref()) else { continue };
        let line = Line {
            at: key.at,
            event,
            contribution: settled.contribution,
            amount: settled.amount,
            host: settled.host,
            run,
            number,
            settled_by: Sequence(0),
            settled_at: now,
            receivable: ReceivableId(0),
            reversed: Points::ZERO,
        };
        found.lines.push(row(line_key(key.partner, key.sequence, key.place), line));
    }
    Ok(Some(found))
}
