//! Events that wait for settlement, and what their cancellation does: before settlement the event shrinks or goes, after
//! it the opposite event comes (rules C75, C92b, C92c).

use crate::domain::tables::{Lines, Unsettled};
use crate::domain::{Cancels, Entry, Event, EventKey, EventKind, LineKey, PartnerId, Points, Sequence};
use crate::machine::draft::{Draft, fits};
use crate::machine::view::{Undecided, View};

/// The place of a purchase's award among the events of its entry.
pub(super) const AWARD: u16 = 0;
/// The place of an instant spend.
pub(super) const INSTANT: u16 = 1;
/// The place of an automatic spend, or of one that the merchant asked for.
pub(super) const SPENT: u16 = 2;

impl<V: View> Draft<'_, V> {
    /// Queues an event of this command.
    pub(super) fn queue_event(&mut self, partner: PartnerId, place: u16, event: Event) {
        let key = EventKey { program: self.id, partner, at: self.transaction_at, sequence: Sequence::OWN, place };
        self.put::<Unsettled>(key, Some(event));
    }

    /// Some of an event of another entry is cancelled. An event that is never settled has neither row.
    pub(super) fn cancel_event(
        &mut self,
        partner: PartnerId,
        entry: &Entry,
        place: u16,
        points: Points,
    ) -> Result<(), Undecided> {
        let at = entry.command.transaction_at.unwrap_or(entry.recorded_at);
        let key = EventKey { program: self.id, partner, at, sequence: entry.sequence, place };
        if let Some(mut event) = self.row::<Unsettled>(&key)? {
            event.amount = fits(event.amount.minus(points))?;
            let row = event.amount.is_positive().then_some(event);
            self.put::<Unsettled>(key, row);
            return Ok(());
        }
        let key = LineKey { program: self.id, partner, sequence: entry.sequence, place };
        let Some(mut line) = self.row::<Lines>(&key)? else { return Ok(()) };
        let cancels = Cancels { sequence: entry.sequence, place, before: line.reversed };
        line.reversed = fits(line.reversed.plus(points))?;
        let kind = match line.event.kind {
            EventKind::Purchase | EventKind::CancelledPurchase => EventKind::CancelledPurchase,
            EventKind::Spend | EventKind::CancelledSpend => EventKind::CancelledSpend,
        };
        let (recorded_at, cancels) = (self.now, Some(cancels));
        let request = self.request;
        let event = Event { kind, request, amount: points, recorded_at, cancels, ..line.event.clone() };
        self.put::<Lines>(key, Some(line));
        self.queue_event(partner, place, event);
        Ok(())
    }
}
