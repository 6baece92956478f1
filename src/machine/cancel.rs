//! Cancelling: which transaction, and what kind of one.

use super::cancel_accrual::cancel_accrual;
use super::cancel_redemption::cancel_redemption;
use super::case::Case;
use super::changes::Changes;
use super::original::Original;
use super::view::{Halt, View};
use crate::domain::{Action, Cancel, Rejection, RequestKey};

pub(super) fn cancel<V: View>(case: &Case<'_, V>, body: &Cancel, changes: &mut Changes) -> Result<(), Halt> {
    let request = RequestKey { program: case.command.program, request: body.request };
    let sequence = case.view.request(request)?.ok_or(Rejection::TransactionUnknown)?;
    let original = Original::read(case, sequence)?;
    match &original.entry.command.action {
        Action::Accrue(accrue) => cancel_accrual(case, body, accrue, &original, changes),
        Action::Redeem(redeem) => cancel_redemption(case, body, redeem, &original, changes),
        _ => Err(Rejection::NotCancellable.into()),
    }
}
