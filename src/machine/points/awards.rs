//! What an accrual and its cancellation share.

use crate::domain::{Accrue, Member, Timestamp};
use crate::machine::draft::Draft;
use crate::machine::effects::At;
use crate::machine::view::{Undecided, View};

/// Puts the balances of all accounts that an accrual touches into the receipt, in the order of their types.
pub(super) fn tell_balances<V: View>(
    draft: &mut Draft<'_, V>,
    accrue: &Accrue,
    member: At<Member>,
) -> Result<(), Undecided> {
    for at in 0..draft.effects.members[member].accounts.len() {
        let account = draft.effects.members[member].accounts.get(at);
        let Some(point_type) = account.map(|account| account.point_type) else { continue };
        if accrue.awards.iter().any(|award| award.point_type == point_type) {
            draft.tell_balance(member, point_type)?;
        }
    }
    Ok(())
}

/// When an item that has not matured stops waiting: it matures, or expires before that; not before it was granted.
pub(super) fn waits_until(
    available_from: Timestamp,
    expires_at: Option<Timestamp>,
    granted_at: Timestamp,
) -> Timestamp {
    expires_at.map_or(available_from, |expiry| expiry.min(available_from)).max(granted_at)
}
