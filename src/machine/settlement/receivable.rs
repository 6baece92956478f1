//! Receivables: opening them, and posting to them: the one place where their sums change (rules C12, C99, C108, C112).

use super::criteria::month_of;
use crate::domain::tables::{Months, PartnerCredits, Postings, Receivables as Accounts};
use crate::domain::{
    DocumentDefaults, Leg, MonthKey, MonthSums, OpenReceivable, OwnerKey, PartnerCredit, PartnerCreditKey, PartnerId,
    PaymentPreference, Points, Posting, PostingCause, PostingKey, PostingKind, Program, Receivable, ReceivableId,
    Receivables, Rejection, Sequence, SetPaymentPreference, Setup, Standing, Subject,
};
use crate::machine::draft::{Draft, fits};
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed, wrong};
use crate::machine::view::{Undecided, View};

/// Most receivables of one owner.
const RECEIVABLES_MAX: usize = 100;

/// Something to be posted to an owner's primary receivable.
pub(super) struct NewPosting {
    pub(super) owner: Subject,
    pub(super) kind: PostingKind,
    pub(super) amount: Points,
    pub(super) cause: PostingCause,
    pub(super) document: Option<Box<DocumentDefaults>>,
}

fn account(id: ReceivableId, standing: Standing) -> Receivable {
    Receivable { id, standing, debits: Points::ZERO, credits: Points::ZERO, payment: None }
}

/// The number after the last one, or else the first that is free.
fn next_id(receivables: &Receivables) -> Option<ReceivableId> {
    let last = receivables.accounts.iter().map(|account| account.id.0).max().unwrap_or(0);
    let mut free = (1..=u32::MAX).map(ReceivableId).filter(|id| receivables.get(*id).is_none());
    last.checked_add(1).map(ReceivableId).or_else(|| free.next())
}

impl<V: View> Draft<'_, V> {
    fn owner_key(&self, owner: Subject) -> OwnerKey {
        OwnerKey { program: self.id, owner }
    }

    /// An owner's receivables.
    pub(super) fn receivables(&self, owner: Subject) -> Result<Receivables, Undecided> {
        Ok(self.row::<Accounts>(&self.owner_key(owner))?.unwrap_or_default())
    }

    fn put_receivables(&mut self, owner: Subject, receivables: Receivables) {
        self.put::<Accounts>(self.owner_key(owner), Some(receivables));
    }

    /// Makes one of an owner's receivables the primary one: this one, which has to be the owner's (rule C12), or the one
    /// that is; where there is none, a new one.
    pub(super) fn choose_primary(
        &mut self,
        owner: Subject,
        chosen: Option<ReceivableId>,
    ) -> Result<ReceivableId, Undecided> {
        let mut receivables = self.receivables(owner)?;
        let known = receivables.primary().map(|primary| primary.id);
        let primary = match (chosen, known) {
            (Some(id), _) => {
                receivables.get(id).ok_or(Rejection::ReceivableUnknown { receivable: id })?;
                id
            }
            (None, Some(known)) => return Ok(known),
            (None, None) => {
                let id = fits(next_id(&receivables))?;
                receivables.accounts.push(account(id, Standing::Primary));
                id
            }
        };
        for account in &mut receivables.accounts {
            account.standing = if account.id == primary { Standing::Primary } else { Standing::Other };
        }
        self.put_receivables(owner, receivables);
        Ok(primary)
    }

    /// Posts to an owner's primary receivable, and tells it.
    pub(super) fn post(&mut self, new: NewPosting) -> Result<ReceivableId, Undecided> {
        let NewPosting { owner, kind, amount, cause, document } = new;
        let receivable = self.choose_primary(owner, None)?;
        let mut receivables = self.receivables(owner)?;
        for account in receivables.accounts.iter_mut().filter(|account| account.id == receivable) {
            let sum = if kind.is_debit() { &mut account.debits } else { &mut account.credits };
            *sum = fits(sum.plus(amount))?;
        }
        self.put_receivables(owner, receivables);
        let posted =
            self.effects.legs.iter().filter(|leg| matches!(leg, Leg::Posted { owner: of, .. } if *of == owner));
        let place = fits(u16::try_from(posted.count()).ok())?;
        let key = PostingKey { owner: self.owner_key(owner), receivable, sequence: Sequence::OWN, place };
        let posted_at = self.now;
        self.put::<Postings>(key, Some(Posting { kind, amount, posted_at, cause, document }));
        self.effects.legs.push(Leg::Posted { owner, receivable, posting: kind, amount });
        self.index_posting((owner, receivable, place), kind, amount, cause)?;
        Ok(receivable)
    }

    /// How much settlement can still post to a partner's receivable now: its sums, and those of the month, have 64 bits.
    pub(super) fn room_for_settlement(
        &self,
        partner: PartnerId,
        receivable: ReceivableId,
    ) -> Result<MonthSums, Undecided> {
        let receivables = self.receivables(Subject::Partner(partner))?;
        let account = receivables.get(receivable).map_or((Points::ZERO, Points::ZERO), |of| (of.debits, of.credits));
        let month = self.row::<Months>(&self.month_key(partner)?)?.unwrap_or_default();
        let room = |sum: Points, of_month: Points| fits(Points(i64::MAX).minus(sum.max(of_month)));
        Ok(MonthSums { debits: room(account.0, month.debits)?, credits: room(account.1, month.credits)? })
    }

    /// The partner's sums of this month.
    fn month_key(&self, partner: PartnerId) -> Result<MonthKey, Undecided> {
        let month = month_of(self.now.day_in(&self.settings()?.zone).date());
        Ok(MonthKey { program: self.id, partner, month })
    }

    /// The sums and lists that reports read instead of postings.
    fn index_posting(
        &mut self,
        (owner, receivable, place): (Subject, ReceivableId, u16),
        kind: PostingKind,
        amount: Points,
        cause: PostingCause,
    ) -> Result<(), Undecided> {
        let (program, sequence, posted_at) = (self.id, Sequence::OWN, self.now);
        match (owner, cause) {
            (Subject::Partner(partner), PostingCause::Settlement { .. }) => {
                let key = self.month_key(partner)?;
                let mut sums = self.row::<Months>(&key)?.unwrap_or_default();
                let sum = if kind.is_debit() { &mut sums.debits } else { &mut sums.credits };
                *sum = fits(sum.plus(amount))?;
                self.put::<Months>(key, Some(sums));
            }
            (
                Subject::Member(member),
                PostingCause::Refund { partner } | PostingCause::WalletUnavailable { partner },
            ) if kind == PostingKind::CreditNote => {
                let key = PartnerCreditKey { program, partner, sequence, place };
                let credit = PartnerCredit { member, receivable, amount, posted_at, cause };
                self.put::<PartnerCredits>(key, Some(credit));
            }
            _ => {}
        }
        Ok(())
    }
}

impl Rule for OpenReceivable {
    fn check(&self) -> Result<(), Malformed> {
        match (self.partner, self.member) {
            (Some(partner), None) => validate::partner("partner", partner)?,
            (None, Some(member)) => validate::member("member", member)?,
            _ => return Err(wrong("partner", "name a partner or a member")),
        }
        validate::id("receivable", self.receivable.0.into())
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(self.owner());
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        if let Some(partner) = self.partner {
            draft.partner_as_booked(partner)?.ok_or(Rejection::PartnerUnknown { partner })?;
        }
        if let Some(member) = self.member {
            draft.known_member(member)?;
        }
        let (owner, receivable) = (self.owner(), self.receivable);
        let mut receivables = draft.receivables(owner)?;
        if receivables.get(receivable).is_some() || receivables.accounts.len() >= RECEIVABLES_MAX {
            return Err(Rejection::ReceivableExists { receivable }.into());
        }
        if let (Standing::Primary, Some(primary)) = (self.standing, receivables.primary()) {
            return Err(Rejection::PrimaryExists { receivable: primary.id }.into());
        }

        receivables.accounts.push(account(receivable, self.standing));
        receivables.accounts.sort_by_key(|account| account.id);
        draft.put_receivables(owner, receivables);
        Ok(())
    }
}

impl OpenReceivable {
    fn owner(&self) -> Subject {
        match (self.partner, self.member) {
            (_, Some(member)) => Subject::Member(member),
            (partner, None) => Subject::Partner(partner.unwrap_or_default()),
        }
    }
}

impl Rule for SetPaymentPreference {
    fn check(&self) -> Result<(), Malformed> {
        validate::member("member", self.member)?;
        validate::name("provider", &self.provider)
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Member(self.member));
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let setup = draft.program()?.settlement.refunds.as_ref();
        let member = draft.known_member(self.member)?;
        if !setup.is_some_and(|setup| setup.current().providers.contains_key(&self.provider)) {
            return Err(Rejection::NotConfigured { missing: Setup::RefundProvider }.into());
        }
        if !draft.says_reference {
            return Err(Rejection::ReferenceMissing.into());
        }
        let owner = Subject::Member(self.member);
        if let Some(receivable) = self.receivable {
            draft.receivables(owner)?.get(receivable).ok_or(Rejection::ReceivableUnknown { receivable })?;
        }

        draft.link_member(member);
        let primary = draft.choose_primary(owner, None)?;
        let receivable = self.receivable.unwrap_or(primary);
        let mut receivables = draft.receivables(owner)?;
        for account in receivables.accounts.iter_mut().filter(|account| account.id == receivable) {
            let provider = self.provider.clone();
            account.payment = Some(PaymentPreference { provider, identifier: Sequence::OWN });
        }
        draft.put_receivables(owner, receivables);
        Ok(())
    }
}
