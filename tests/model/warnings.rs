//! What the model tells of points that are about to expire.

use super::calendar;
use super::member::{Handle, Member};
use super::rules::Rules;
use super::run::Run;
use accruedb::domain::*;
use std::collections::BTreeMap;

/// Points that a member was told of, by type and the last day on which they are good.
pub(super) type Warnings = BTreeMap<(PointTypeId, i64), i64>;

/// The last day on which something is good that is over at an instant.
fn good_until(until: Timestamp, zone: &Zone) -> i64 {
    calendar::day(until.ms() - 1, zone)
}

/// When to tell of what is over at an instant.
fn warned_at(until: Timestamp, rules: &Rules) -> Option<Timestamp> {
    let days = rules.program.as_ref().map_or(0, |program| program.item_warning_days);
    let zone = rules.zone();
    (days > 0).then(|| calendar::start_of(good_until(until, &zone) - i64::from(days), &zone).unwrap_or(Timestamp::MIN))
}

impl Member {
    /// When there is something to tell next of what nothing was told of until now.
    pub(super) fn next_warning(&self, rules: &Rules) -> Option<Timestamp> {
        let open = self.items.values().filter(|item| item.sum(PointState::Matured) > 0);
        let all = open.filter_map(|item| warned_at(item.until?, rules));
        all.filter(|at| *at > self.warned && *at >= self.clock).min()
    }

    /// Tells of all items whose time it is.
    pub(super) fn warn(&mut self, at: Timestamp, rules: &Rules) {
        self.warned = at;
        let open =
            self.items.iter().filter(|(_, item)| item.until.and_then(|until| warned_at(until, rules)) == Some(at));
        let open: Vec<Handle> = open.map(|(handle, _)| *handle).collect();
        open.into_iter().for_each(|item| self.tell_expiring(item, rules));
    }

    /// An item became available: if it was to be told of before, it is told of now.
    pub(super) fn warn_late(&mut self, item: Handle, rules: &Rules) {
        let at = self.items[&item].until.and_then(|until| warned_at(until, rules));
        if at.is_some_and(|at| at <= self.warned || at < self.clock) {
            self.tell_expiring(item, rules);
        }
    }

    fn tell_expiring(&mut self, item: Handle, rules: &Rules) {
        let item = &self.items[&item];
        let points = item.sum(PointState::Matured);
        let Some(until) = item.until.filter(|_| points > 0) else { return };
        *self.warnings.entry((item.point_type, good_until(until, &rules.zone()))).or_default() += points;
    }
}

impl Run {
    /// The journal tells of points that are about to expire as the model does, once.
    pub(super) fn compare_warnings(&mut self) {
        self.ask(|engine| engine.book_due().map(drop));
        let entries = self.engine().journal(Sequence(1), usize::MAX).expect("no trouble is planned");
        let mut told: BTreeMap<(ProgramId, MemberId), Warnings> = BTreeMap::new();
        for entry in &entries {
            let program = entry.command.program;
            for leg in entry.legs() {
                let Leg::ExpiringSoon { member, point_type, points, first_expires_at } = *leg else { continue };
                assert!(matches!(entry.command.action, Action::BookDue(_)), "{entry:?}");
                let day = good_until(first_expires_at, &self.books[&program].model.rules.zone());
                *told.entry((program, member)).or_default().entry((point_type, day)).or_default() += points.0;
            }
        }
        for (program, book) in &self.books {
            for (id, member) in &book.model.members {
                let told = told.remove(&(*program, *id)).unwrap_or_default();
                assert_eq!(told, member.warnings, "what member {id} was told of points about to expire");
                told.iter().for_each(|_| self.tally.count("warnings"));
            }
        }
        assert!(told.is_empty(), "the model does not know {told:?}");
    }
}
