//! The terms under which a merchant rewards and serves members: its own agreement, and where that is silent its group's
//! (rules C07, C08).

use crate::domain::{
    Agreement, Kind, Offer, Participant, PartnerId, PartnerUnit, Points, Reduction, Rejection, SchemeChoice, SchemeId,
    SettlementCatalog, SignUpRules, SpendRange, SpendRanges,
};

/// A merchant's terms.
#[derive(Clone, Copy)]
pub(super) struct Terms<'a> {
    catalog: &'a SettlementCatalog,
    partner: PartnerId,
    pub(super) unit: &'a PartnerUnit,
    own: Option<&'a Agreement>,
    of_group: Option<&'a Agreement>,
}

/// Which members a merchant deals with, by who owns them.
#[derive(Clone, Copy)]
pub(super) struct Owners {
    pub(super) own_group: bool,
    pub(super) collaborating: bool,
}

impl<'a> Terms<'a> {
    /// The terms of a partner, which has to be a unit.
    pub(super) fn of(catalog: &'a SettlementCatalog, partner: PartnerId) -> Result<Terms<'a>, Rejection> {
        let unit = catalog.unit(partner).ok_or(Rejection::UnitUnknown { partner })?;
        let of_group = unit.group.and_then(|group| catalog.group_agreement(group));
        Ok(Terms { catalog, partner, unit, own: catalog.agreement(partner), of_group })
    }

    /// Refuses a merchant that is not in force (rule C14).
    pub(super) fn check_effective(&self) -> Result<(), Rejection> {
        match self.own {
            Some(own) if !own.life_cycle.is_effective() => {
                Err(Rejection::NotEffective { what: Kind::Merchant, id: self.partner.0 })
            }
            _ => Ok(()),
        }
    }

    /// Refuses a scheme that is not there.
    pub(super) fn check_known(&self, scheme: SchemeId) -> Result<(), Rejection> {
        self.catalog.scheme(scheme).map(|_| ()).ok_or(Rejection::SchemeUnknown { scheme })
    }

    /// A setting: of its own agreement, or else of its group's.
    fn setting<T>(&self, pick: impl Fn(&'a Agreement) -> Option<T>) -> Option<T> {
        self.own.and_then(&pick).or_else(|| self.of_group.and_then(&pick))
    }

    fn own_sign_up(&self) -> Option<&'a SignUpRules> {
        self.own.map(|own| &own.sign_up)
    }

    /// Refuses a scheme that is not in force or not accessible to the merchant (rule C47).
    pub(super) fn check_scheme(&self, scheme: SchemeId) -> Result<(), Rejection> {
        check_scheme(self.catalog, self.partner, scheme)
    }

    /// Whether the merchant awards in a scheme (rules C19, C65).
    fn awards_in(&self, scheme: SchemeId) -> bool {
        self.setting(|agreement| agreement.award.schemes.as_ref()).is_none_or(|choice| choice.contains(scheme))
    }

    /// Whether member and merchant have a scheme in common that the merchant may use.
    fn has_common_scheme(&self, participant: &Participant) -> bool {
        let common = |id: &SchemeId| {
            self.awards_in(*id) && self.catalog.scheme(*id).is_some_and(|scheme| scheme.is_open_to(self.partner))
        };
        participant.schemes.iter().any(common)
    }

    /// Refuses the event of a member without a common scheme, where the merchant blocks these (rules C18, C64).
    pub(super) fn check_award_event(&self, participant: &Participant) -> Result<(), Rejection> {
        let blocks = self.setting(|agreement| agreement.award.block_without_scheme).unwrap_or(false);
        self.check_common(blocks, participant)
    }

    fn check_common(&self, blocks: bool, participant: &Participant) -> Result<(), Rejection> {
        match blocks && !self.has_common_scheme(participant) {
            true => Err(Rejection::NoCommonScheme { partner: self.partner }),
            false => Ok(()),
        }
    }

    /// Says why a purchase is left without an award (rules C16, C17, C19, C65).
    pub(super) fn check_award(&self, participant: &Participant, offer: &Offer, id: u32) -> Result<(), Rejection> {
        if !offer.life_cycle.is_effective() {
            return Err(Rejection::NotEffective { what: Kind::Offer, id });
        }
        self.check_scheme(offer.scheme)?;
        if !self.awards_in(offer.scheme) {
            return Err(Rejection::SchemeNotUsed { scheme: offer.scheme, partner: self.partner });
        }
        let own_group = self.setting(|agreement| agreement.award.own_group).unwrap_or(true);
        let collaborating = self.setting(|agreement| agreement.award.collaborating).unwrap_or(true);
        self.check_owner(participant, Owners { own_group, collaborating })
    }

    /// Refuses members of groups that the merchant leaves out. A member whom no group owns is welcome.
    fn check_owner(&self, participant: &Participant, owners: Owners) -> Result<(), Rejection> {
        let Some(group) = participant.group else { return Ok(()) };
        let partner = self.partner;
        if self.unit.group == Some(group) {
            let refused = Rejection::OwnGroupNotAllowed { partner, group };
            return if owners.own_group { Ok(()) } else { Err(refused) };
        }
        let collaborates = self.unit.group.and_then(|own| self.catalog.group(own));
        let collaborates = collaborates.is_some_and(|own| own.collaborating.contains(&group));
        let refused = Rejection::OtherGroupNotAllowed { partner, group };
        if owners.collaborating && collaborates { Ok(()) } else { Err(refused) }
    }

    /// Refuses the spends of members whom the merchant does not serve (rules C20 to C22, C66).
    pub(super) fn check_spender(&self, participant: &Participant) -> Result<(), Rejection> {
        let own_group = self.setting(|agreement| agreement.spend.own_group).unwrap_or(true);
        let collaborating = self.setting(|agreement| agreement.spend.collaborating).unwrap_or(true);
        self.check_owner(participant, Owners { own_group, collaborating })?;
        let blocks = self.setting(|agreement| agreement.spend.block_without_scheme).unwrap_or(false);
        self.check_common(blocks, participant)
    }

    /// Refuses a scheme in which the merchant takes no spends.
    pub(super) fn check_spend_scheme(&self, scheme: SchemeId) -> Result<(), Rejection> {
        self.check_scheme(scheme)?;
        let refused = Rejection::SchemeNotUsed { scheme, partner: self.partner };
        if self.awards_in(scheme) { Ok(()) } else { Err(refused) }
    }

    /// How much may be spent at a time (rules C23 to C26).
    fn range(&self, scheme: Option<SchemeId>) -> Result<SpendRange, Rejection> {
        match self.setting(|agreement| agreement.spend.range.as_ref()) {
            None => Ok(SpendRange::default()),
            Some(SpendRanges::Single(range)) => Ok(*range),
            Some(SpendRanges::PerScheme(ranges)) => {
                let scheme = scheme.ok_or(Rejection::SchemeMissing)?;
                Ok(ranges.get(&scheme).copied().unwrap_or_default())
            }
        }
    }

    /// Refuses an amount that is not within the bounds (rules C23 to C28).
    pub(super) fn check_amount(&self, amount: Points, scheme: Option<SchemeId>) -> Result<(), Rejection> {
        let range = self.range(scheme)?;
        let from = range.from.max(self.setting(|agreement| agreement.spend.minimum));
        let to = [range.to, self.setting(|agreement| agreement.spend.maximum)].into_iter().flatten().min();
        if let Some(minimum) = from.filter(|from| amount < *from) {
            return Err(Rejection::SpendBelowMinimum { amount, minimum });
        }
        if let Some(maximum) = to.filter(|to| amount > *to) {
            return Err(Rejection::SpendAboveMaximum { amount, maximum });
        }
        Ok(())
    }

    /// Whether purchases draw on the wallet: merchant and member have to allow it (rules C30 to C35).
    pub(super) fn spends_automatically(&self, participant: &Participant) -> bool {
        participant.automatic_spending && self.setting(|agreement| agreement.spend.automatic).unwrap_or(false)
    }

    /// How much of `most` an automatic spend takes, or why it takes nothing (rule C29).
    pub(super) fn automatic_amount(&self, most: Points, scheme: SchemeId) -> Result<Points, Rejection> {
        let range = match self.setting(|agreement| agreement.spend.automatic_range) {
            Some(range) => range,
            None => self.range(Some(scheme))?,
        };
        if !most.is_positive() {
            return Err(Rejection::NothingToSpend);
        }
        let amount = range.to.map_or(most, |to| to.min(most));
        match range.from.filter(|from| amount < *from) {
            Some(minimum) => Err(Rejection::SpendBelowMinimum { amount, minimum }),
            None => Ok(amount),
        }
    }

    /// How instant and automatic spends are handled (rule C37b).
    pub(super) fn reduction(&self) -> Reduction {
        self.own.map(|own| own.reduction.clone()).unwrap_or_default()
    }

    /// Refuses a sign-up that the merchant may not do (rules C42 to C47).
    pub(super) fn check_sign_up(&self, known: Option<&Participant>, schemes: &[SchemeId]) -> Result<(), Rejection> {
        let rules = self.own_sign_up();
        let partner = self.partner;
        for scheme in schemes {
            self.check_scheme(*scheme)?;
            let choice: Option<&SchemeChoice> = rules.and_then(|rules| rules.schemes.as_ref());
            if choice.is_some_and(|choice| !choice.contains(*scheme)) {
                return Err(Rejection::SchemeNotUsed { scheme: *scheme, partner });
            }
        }
        let switch = |pick: fn(&SignUpRules) -> Option<bool>| rules.and_then(pick).unwrap_or(true);
        let Some(known) = known else {
            let refused = Rejection::NewMembersNotAllowed { partner };
            return if switch(|rules| rules.new_members) { Ok(()) } else { Err(refused) };
        };
        let own_group = switch(|rules| rules.own_group);
        let collaborating = switch(|rules| rules.collaborating);
        self.check_owner(known, Owners { own_group, collaborating })
    }
}

/// Refuses a scheme that is unknown, not in force or not accessible to a partner (rule C47).
pub(super) fn check_scheme(catalog: &SettlementCatalog, partner: PartnerId, id: SchemeId) -> Result<(), Rejection> {
    let scheme = catalog.scheme(id).ok_or(Rejection::SchemeUnknown { scheme: id })?;
    if !scheme.life_cycle.is_effective() {
        return Err(Rejection::NotEffective { what: Kind::Scheme, id: id.0 });
    }
    match scheme.is_accessible_to(partner) {
        true => Ok(()),
        false => Err(Rejection::NotAccessible { scheme: id, partner }),
    }
}
