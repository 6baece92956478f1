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
    let (from, to) = prefix(program, partner);
    Rows::<Unsettled>::between(read, from, to, 64)
}

/// The lines that the first execution of a run would write now; nothing is changed. `None`: no such run.
pub fn preview(
    read: &dyn Read,
    program: ProgramId,
    run: RequestId,
    now: Timestamp,
) -> Result<Option<Vec<LineRow>>, Fault> {
    let number = 1;
    let Some(definition) = rows::get::<Runs>(read, &RunKey { program, run, number })? else { return Ok(None) };
    let view = SnapshotView::of(read)?;
    let Some(known) = view.program(program) else { return Ok(None) };
    let criteria = &definition.criteria;
    let mut rows = Vec::new();
    for found in unsettled(read, program, None) {
        let (key, event) = found?;
        let chosen = criteria.partners.is_empty() || criteria.partners.contains(&key.partner);
        if !chosen || !is_taken(criteria, &key, &event, now, &known.settings.zone) {
            continue;
        }
        let line_key = |sequence, place| LineKey { program, partner: key.partner, sequence, place };
        let cancelled = event.cancels.map(|cancels| line_key(cancels.sequence, cancels.place));
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
        rows.push(row(line_key(key.sequence, key.place), line));
    }
    Ok(Some(rows))
}
