//! The change feed: the journal's durable entries in the order of their commit, as they come, each once.

use super::core::Core;
use super::error::Error;
use super::recover;
use crate::domain::{Entry, ProgramId, Sequence, Subject};
use std::collections::VecDeque;
use std::time::Duration;

/// Entries read in one go.
const PAGE: usize = 256;

/// Which entries a feed gives. An empty list takes all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FeedFilter {
    /// Only of these programs.
    pub programs: Vec<ProgramId>,
    /// Only entries with one of these verbs (`redeem`), or with a leg of one of these kinds (`expired`,
    /// `inventory_low`).
    pub kinds: Vec<String>,
    /// Only entries about one of these: in its chain, or with a leg that names it.
    pub subjects: Vec<Subject>,
}

impl FeedFilter {
    fn takes(&self, entry: &Entry) -> bool {
        let has_kind =
            |kind: &String| kind == entry.command.action.verb() || entry.legs().iter().any(|leg| leg.kind() == kind);
        let has_subject = |subject: &Subject| {
            let is_named = subject.member().is_some_and(|id| entry.command.action.member() == Some(id));
            is_named || entry.previous_of(*subject).is_some() || entry.legs().iter().any(|leg| leg.names(*subject))
        };
        (self.programs.is_empty() || self.programs.contains(&entry.command.program))
            && (self.kinds.is_empty() || self.kinds.iter().any(has_kind))
            && (self.subjects.is_empty() || self.subjects.iter().any(has_subject))
    }
}

/// A reader of the journal that waits for what comes. Whoever keeps [`Feed::position`] beside what was done with the
/// entries goes on there after a restart, and sees every entry once.
#[derive(Debug)]
pub struct Feed<'a> {
    core: &'a Core,
    filter: FeedFilter,
    found: VecDeque<Entry>,
    /// The next entry to read.
    next: Sequence,
    /// The next entry to give.
    position: Sequence,
}

impl<'a> Feed<'a> {
    pub(super) fn new(core: &'a Core, from: Sequence, filter: FeedFilter) -> Feed<'a> {
        let from = from.max(Sequence(1));
        Feed { core, filter, found: VecDeque::new(), next: from, position: from }
    }

    /// Where a feed goes on that is made after this one.
    #[must_use]
    pub fn position(&self) -> Sequence {
        self.position
    }

    /// The next entry. Where there is none yet, waits until one is durable, but not longer than `wait`; `None` where none
    /// came. Its reader is woken by the group commit that writes it.
    pub fn next(&mut self, wait: Duration) -> Result<Option<Entry>, Error> {
        let mut may_wait = !wait.is_zero();
        loop {
            if let Some(entry) = self.found.pop_front() {
                self.position = entry.sequence.next();
                return Ok(Some(entry));
            }
            self.position = self.next;
            if self.read()? {
                continue;
            }
            if !std::mem::take(&mut may_wait) {
                return Ok(None);
            }
            self.core.state.journal.wait_for_more(self.next, wait)?;
        }
    }

    /// Reads some entries that are durable. `false` where there are none.
    fn read(&mut self) -> Result<bool, Error> {
        let durable = self.core.state.journal.durable();
        if self.next > durable {
            return Ok(false);
        }
        for entry in recover::page(self.core, self.next, PAGE)? {
            if entry.sequence > durable {
                break;
            }
            if entry.sequence != self.next {
                let what = format!("the journal goes on at entry {} after {}", entry.sequence, self.next);
                return Err(Error::corrupt(what));
            }
            self.next = entry.sequence.next();
            if self.filter.takes(&entry) {
                self.found.push_back(entry);
            }
        }
        Ok(true)
    }
}
