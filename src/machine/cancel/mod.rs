//! Cancelling (rule D45): which transaction, and what it did. Each verb that can be cancelled says how, beside its rule.

use super::draft::Draft;
use super::original::Original;
use super::rule::{self, LockSet, Rule};
use super::validate::{self, Malformed};
use super::view::{Undecided, View};
use crate::domain::{Cancel, CancelAmount, Program, Rejection};

impl Rule for Cancel {
    fn check(&self) -> Result<(), Malformed> {
        validate::request("request", self.request)?;
        match self.amount {
            CancelAmount::Whole => Ok(()),
            CancelAmount::Points(points) | CancelAmount::Award { points, .. } => {
                validate::amount("amount.points", points)
            }
        }
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.request(self.request);
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let key = draft.request_key(self.request);
        let sequence = draft.view.request(key)?.ok_or(Rejection::TransactionUnknown)?;
        let original = Original::read(draft, self.request, sequence)?;
        rule::cancel(&original, draft, self.amount)
    }
}
