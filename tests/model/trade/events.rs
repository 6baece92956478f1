//! Events that wait for settlement, and what cancels them.

use super::{Event, Trade};
use accruedb::domain::*;

/// The command that cancels, and when it does.
#[derive(Debug, Clone, Copy)]
pub(in crate::model) struct Cancelling {
    pub(in crate::model) request: RequestId,
    pub(in crate::model) at: Timestamp,
    pub(in crate::model) now: Timestamp,
}

impl Trade {
    /// Before settlement an event shrinks, or goes; after it the opposite comes.
    pub(super) fn cancel_event(&mut self, by: Cancelling, (request, place): (RequestId, u16), points: i64) {
        let is_it = |event: &Event| (event.request, event.place) == (request, place);
        if let Some(event) = self.events.iter_mut().find(|event| is_it(event)) {
            event.amount -= points;
            self.events.retain(|event| event.amount > 0);
            return;
        }
        let Some(line) = self.lines.iter_mut().find(|line| is_it(&line.event)) else { return };
        let cancels = Some((request, place, line.reversed));
        line.reversed += points;
        let kind = if line.event.kind == EventKind::Purchase {
            EventKind::CancelledPurchase
        } else {
            EventKind::CancelledSpend
        };
        let Cancelling { request, at, now } = by;
        let event = line.event.clone();
        self.events.push(Event { at, request, kind, amount: points, recorded_at: now, cancels, ..event });
    }

    pub(super) fn post(&mut self, owner: Subject, kind: PostingKind, amount: i64) {
        let account = self.primary(owner);
        let debit = matches!(kind, PostingKind::Invoice | PostingKind::Debit);
        let sum = if debit { &mut account.debits } else { &mut account.credits };
        *sum += amount;
        let receivable = account.id;
        *self.posted.entry((owner, receivable, kind)).or_default() += amount;
    }

    /// Posts to a member's account, and tells it.
    pub(super) fn post_to(&mut self, member: MemberId, posting: PostingKind, amount: i64) {
        let owner = Subject::Member(member);
        self.post(owner, posting, amount);
        let receivable = ReceivableId(self.primary(owner).id);
        self.told.push(Leg::Posted { owner, receivable, posting, amount: Points(amount) });
    }
}
