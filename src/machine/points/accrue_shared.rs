//! Accruing what several partners fund: as any accrual, with each partner's share taken from its own blocks.

use super::accrue::{check_awards, check_types, give};
use super::cancel_accrual::cancel;
use crate::domain::{AccrueShared, CancelAmount, PARTS_MAX, Partner, Program, SHARES_MAX, Share, Subject};
use crate::machine::draft::{Draft, fits};
use crate::machine::effects::At;
use crate::machine::original::Original;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::sources;
use crate::machine::validate::{self, Malformed, wrong};
use crate::machine::view::{Undecided, View};
use smallvec::SmallVec;

impl Rule for AccrueShared {
    fn check(&self) -> Result<(), Malformed> {
        validate::member("member", self.member)?;
        if self.shares.is_empty() || self.shares.len() > SHARES_MAX {
            return Err(wrong("shares", format!("{} shares; between 1 and {SHARES_MAX}", self.shares.len())));
        }
        let mut before: &[Share] = &[];
        for (place, share) in self.shares.iter().enumerate() {
            check_share(share, before).map_err(|malformed| malformed.within(format_args!("shares[{place}]")))?;
            before = self.shares.get(..=place).unwrap_or_default();
        }
        check_awards(&self.awards)
    }

    fn names(&self, program: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Member(self.member));
        for share in &self.shares {
            names.subject(Subject::Partner(share.partner));
        }
        if let Some(program) = program {
            sources::name(program, &self.awards, names);
        }
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let accrue = self.as_accrual();
        let accrue = &*fits(accrue.computed())?;
        check_types(accrue, draft)?;
        let payers = payers(self, draft)?;
        give(accrue, draft, |draft, awards| draft.debit_shares(&payers, &self.shares, awards))
    }

    fn cancel<V: View>(
        &self,
        draft: &mut Draft<'_, V>,
        original: &Original,
        amount: CancelAmount,
    ) -> Result<(), Undecided> {
        let accrue = self.as_accrual();
        let payers = payers(self, draft)?;
        cancel(&accrue, draft, original, amount, |draft, part| {
            draft.restore_shares(&payers, &self.shares, &accrue, original, part)
        })
    }
}

fn check_share(share: &Share, before: &[Share]) -> Result<(), Malformed> {
    validate::partner("partner", share.partner)?;
    if before.iter().any(|other| other.partner == share.partner) {
        return Err(wrong("partner", format!("{} has a share already", share.partner)));
    }
    if share.parts == 0 || share.parts > PARTS_MAX {
        return Err(wrong("parts", format!("{} parts; between 1 and {PARTS_MAX}", share.parts)));
    }
    Ok(())
}

/// The partners of the shares, in their order.
fn payers<V: View>(accrue: &AccrueShared, draft: &mut Draft<'_, V>) -> Result<SmallVec<[At<Partner>; 4]>, Undecided> {
    accrue.shares.iter().map(|share| draft.partner(share.partner)).collect()
}
