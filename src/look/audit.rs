//! The audit log of an engine: where its lines are read.

use crate::domain::{Entry, Granted, Item, Mark, MemberKey, ProgramId, RequestKey, Sequence, Subject, Timestamp};
use crate::engine::{Engine, Error};
use crate::report::{Among, AuditReader, UseReader};
use std::cell::Cell;
use std::ops::RangeInclusive;

/// Entries that are read at once by the index.
const MARKED: usize = 128;

/// Entries of a member's chain that are read at once.
const CHAINED: usize = 32;

/// Some entries with a mark of these ranges, and of a range of numbers, the newest first; none of them is left out in
/// between.
fn marked(
    engine: &Engine,
    (program, marks): (ProgramId, &[RangeInclusive<Mark>]),
    numbers: RangeInclusive<Sequence>,
    up_to: Sequence,
) -> Result<Vec<Sequence>, Error> {
    let mut found = engine.marked(program, marks, (up_to, MARKED))?;
    let newest = up_to.min(*numbers.end()).min(engine.last_sequence());
    found.extend((numbers.start().0..=newest.0).rev().take(MARKED).map(Sequence));
    found.sort_unstable_by(|one, other| other.cmp(one));
    found.dedup();
    found.truncate(MARKED);
    Ok(found)
}

/// The audit log of an engine. One for a page, or for pages of one query after each other.
#[derive(Debug)]
pub struct EngineAudit<'a> {
    engine: &'a Engine,
    /// Where a member's chain goes on after the entries that were read last: below which number, and at which.
    chain: Cell<Option<(Sequence, Sequence)>>,
}

impl<'a> EngineAudit<'a> {
    /// The audit log of this engine.
    #[must_use]
    pub fn new(engine: &'a Engine) -> EngineAudit<'a> {
        EngineAudit { engine, chain: Cell::new(None) }
    }

    /// Entries of a member's chain; the first time, `up_to` is one of them, or beyond all.
    fn chain(&self, key: MemberKey, up_to: Sequence) -> Result<Vec<Entry>, Error> {
        let from = match self.chain.get() {
            Some((below, Sequence(0))) if below == up_to => return Ok(Vec::new()),
            Some((below, next)) if below == up_to => Some(next),
            _ => Some(up_to).filter(|from| *from < Sequence(u64::MAX)),
        };
        let entries = self.engine.statement(key, from, 100)?.unwrap_or_default();
        self.chain.set(entries.last().map(|last| {
            let below = Sequence(last.sequence.0.saturating_sub(1));
            (below, last.previous_of(Subject::Member(key.member)).unwrap_or_default())
        }));
        Ok(entries)
    }
}

impl AuditReader for EngineAudit<'_> {
    type Error = Error;

    fn first_at(&self, instant: Timestamp) -> Result<Sequence, Error> {
        self.engine.first_entry_at(instant)
    }

    fn entries(&self, program: ProgramId, among: &Among, up_to: Sequence) -> Result<Vec<Entry>, Error> {
        match among {
            Among::Member(member) => self.chain(MemberKey { program, member: *member }, up_to),
            Among::Marked(marks) => {
                let marks: Vec<_> = marks.iter().map(|mark| *mark..=*mark).collect();
                self.engine.entries(&self.engine.marked(program, &marks, (up_to, MARKED))?)
            }
            Among::Happened { recorded, days } => {
                let marks = Mark::Happened(*days.start())..=Mark::Happened(*days.end());
                self.engine.entries(&marked(self.engine, (program, &[marks]), recorded.clone(), up_to)?)
            }
            Among::Referred(reference) => {
                self.engine.entries(&self.engine.referred(program, reference, (up_to, MARKED))?)
            }
            Among::All => self.engine.journal_back(up_to),
        }
    }

    fn item(&self, program: ProgramId, granted: &Granted, recorded_at: Timestamp) -> Result<Option<Item>, Error> {
        self.engine.item(program, granted, recorded_at)
    }
}

impl UseReader for EngineAudit<'_> {
    fn transaction(&self, request: RequestKey) -> Result<Option<Entry>, Error> {
        self.engine.transaction(request)
    }

    fn chain(&self, member: MemberKey, from: Sequence) -> Result<Vec<Entry>, Error> {
        Ok(self.engine.statement(member, Some(from), CHAINED)?.unwrap_or_default())
    }
}
