//! Whom a merchant rewards and serves, and how much it takes: its own agreement first, then its group's.

use super::{Deal, Trade, scheme_set};
use accruedb::domain::*;

impl Trade {
    fn own(&self, partner: PartnerId) -> Option<&Deal> {
        self.agreements.get(&partner).and_then(|versions| versions.last())
    }

    /// The agreement of a merchant's group, where it is in force.
    pub(super) fn of_group(&self, group: Option<GroupId>) -> Option<(GroupId, &Vec<Deal>)> {
        let versions = self.group_agreements.get(&group?)?;
        let in_force = versions.last()?.body.life_cycle == LifeCycle::Effective;
        in_force.then_some((group?, versions))
    }

    fn said<T: Clone>(&self, partner: PartnerId, pick: impl Fn(&SetAgreement) -> Option<T>) -> Option<T> {
        let group = || self.of_group(self.units[&partner]).and_then(|(_, versions)| pick(&versions.last()?.body));
        self.own(partner).and_then(|deal| pick(&deal.body)).or_else(group)
    }

    pub(super) fn merchant_in_force(&self, partner: PartnerId) -> Result<(), Rejection> {
        match self.own(partner).is_some_and(|deal| deal.body.life_cycle == LifeCycle::NotEffective) {
            true => Err(Rejection::NotEffective { what: Kind::Merchant, id: partner.0 }),
            false => Ok(()),
        }
    }

    pub(super) fn usable_scheme(&self, partner: PartnerId, id: SchemeId) -> Result<(), Rejection> {
        let scheme = &self.schemes[&id];
        if scheme.life_cycle == LifeCycle::NotEffective {
            return Err(Rejection::NotEffective { what: Kind::Scheme, id: id.0 });
        }
        match &scheme.accessible_to {
            Some(partners) if !partners.contains(&partner) => Err(Rejection::NotAccessible { scheme: id, partner }),
            _ => Ok(()),
        }
    }

    fn awards_in(&self, partner: PartnerId, scheme: SchemeId) -> Result<(), Rejection> {
        let choice = self.said(partner, |body| body.award.schemes.clone());
        match choice.as_ref().and_then(scheme_set) {
            Some(schemes) if !schemes.contains(&scheme) => Err(Rejection::SchemeNotUsed { scheme, partner }),
            _ => Ok(()),
        }
    }

    /// Whether a merchant deals with a member, by the group that owns the member.
    pub(super) fn serves(
        &self,
        partner: PartnerId,
        member: &SetParticipant,
        own_group: bool,
        others: bool,
    ) -> Result<(), Rejection> {
        let Some(group) = member.group else { return Ok(()) };
        let unit = self.units[&partner];
        if unit == Some(group) {
            return if own_group { Ok(()) } else { Err(Rejection::OwnGroupNotAllowed { partner, group }) };
        }
        let works_together = unit.is_some_and(|unit| self.groups[&unit].collaborating.contains(&group));
        if works_together && others { Ok(()) } else { Err(Rejection::OtherGroupNotAllowed { partner, group }) }
    }

    fn in_common(&self, partner: PartnerId, member: &SetParticipant, asked: bool) -> Result<(), Rejection> {
        let works = |scheme: &&SchemeId| {
            self.usable_scheme(partner, **scheme).is_ok() && self.awards_in(partner, **scheme).is_ok()
        };
        match asked && !member.schemes.iter().any(|scheme| works(&scheme)) {
            true => Err(Rejection::NoCommonScheme { partner }),
            false => Ok(()),
        }
    }

    pub(super) fn takes_purchase(&self, partner: PartnerId, member: &SetParticipant) -> Result<(), Rejection> {
        let asked = self.said(partner, |body| body.award.block_without_scheme).unwrap_or(false);
        self.in_common(partner, member, asked)
    }

    /// Why a purchase is left without an award.
    pub(super) fn awards(
        &self,
        partner: PartnerId,
        member: &SetParticipant,
        offer: &SetOffer,
    ) -> Result<(), Rejection> {
        if offer.life_cycle == LifeCycle::NotEffective {
            return Err(Rejection::NotEffective { what: Kind::Offer, id: offer.offer.0 });
        }
        self.usable_scheme(partner, offer.scheme)?;
        self.awards_in(partner, offer.scheme)?;
        let own_group = self.said(partner, |body| body.award.own_group).unwrap_or(true);
        let others = self.said(partner, |body| body.award.collaborating).unwrap_or(true);
        self.serves(partner, member, own_group, others)
    }

    pub(super) fn takes_spend(&self, partner: PartnerId, member: &SetParticipant) -> Result<(), Rejection> {
        let own_group = self.said(partner, |body| body.spend.own_group).unwrap_or(true);
        let others = self.said(partner, |body| body.spend.collaborating).unwrap_or(true);
        self.serves(partner, member, own_group, others)?;
        let asked = self.said(partner, |body| body.spend.block_without_scheme).unwrap_or(false);
        self.in_common(partner, member, asked)
    }

    pub(super) fn spends_in(&self, partner: PartnerId, scheme: SchemeId) -> Result<(), Rejection> {
        self.usable_scheme(partner, scheme)?;
        self.awards_in(partner, scheme)
    }

    fn range(&self, partner: PartnerId, scheme: Option<SchemeId>) -> Result<SpendRange, Rejection> {
        match self.said(partner, |body| body.spend.range.clone()) {
            None => Ok(SpendRange::default()),
            Some(SpendRanges::Single(range)) => Ok(range),
            Some(SpendRanges::PerScheme(ranges)) => match scheme {
                None => Err(Rejection::SchemeMissing),
                Some(scheme) => Ok(ranges.get(&scheme).copied().unwrap_or_default()),
            },
        }
    }

    pub(super) fn takes_amount(&self, body: &SpendAt) -> Result<(), Rejection> {
        let (partner, amount) = (body.partner, body.points);
        let range = self.range(partner, body.scheme)?;
        let least = [range.from, self.said(partner, |body| body.spend.minimum)].into_iter().flatten().max();
        let most = [range.to, self.said(partner, |body| body.spend.maximum)].into_iter().flatten().min();
        match (least, most) {
            (Some(minimum), _) if amount < minimum => Err(Rejection::SpendBelowMinimum { amount, minimum }),
            (_, Some(maximum)) if amount > maximum => Err(Rejection::SpendAboveMaximum { amount, maximum }),
            _ => Ok(()),
        }
    }

    pub(super) fn draws_on_wallet(&self, partner: PartnerId, member: &SetParticipant) -> bool {
        member.automatic_spending && self.said(partner, |body| body.spend.automatic) == Some(true)
    }

    /// How much of `most` an automatic spend takes.
    pub(super) fn automatic(&self, partner: PartnerId, scheme: SchemeId, most: i64) -> Result<i64, Rejection> {
        let own = self.said(partner, |body| body.spend.automatic_range);
        let range = own.map_or_else(|| self.range(partner, Some(scheme)), Ok)?;
        if most <= 0 {
            return Err(Rejection::NothingToSpend);
        }
        let amount = most.min(range.to.map_or(most, |to| to.0));
        match range.from {
            Some(minimum) if amount < minimum.0 => {
                Err(Rejection::SpendBelowMinimum { amount: Points(amount), minimum })
            }
            _ => Ok(amount),
        }
    }
}
