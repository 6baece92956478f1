//! Charges and events of a partner: each once, with its cause.

use crate::domain::tables::Charges;
use crate::domain::{BlockId, Charge, ChargeCause, ChargeKey, Leg, Partner, PartnerEvent, Points, Rate, Sequence};
use crate::machine::draft::{Draft, fits};
use crate::machine::effects::At;
use crate::machine::view::{Undecided, View};

impl<V: View> Draft<'_, V> {
    /// Charges a partner for points of a block. The charge's id is the entry and its place.
    pub(super) fn charge(
        &mut self,
        partner: At<Partner>,
        cause: ChargeCause,
        (block, points): (BlockId, Points),
        unit_price: Rate,
    ) -> Result<(), Undecided> {
        let currency = self.terms(partner)?.currency;
        let key = self.effects.partners.key(partner);
        let place = fits(u16::try_from(self.effects.rows.charges.len()).ok())?;
        let charge = Charge { cause, block, points, unit_price, currency, recorded_at: self.now };
        self.put::<Charges>(ChargeKey { partner: key, sequence: Sequence::OWN, place }, Some(charge));
        let partner = key.partner;
        self.effects.legs.push(Leg::Charge { partner, place, cause, block, points, unit_price, currency });
        Ok(())
    }

    /// Tells what happened to a partner's points.
    pub(in crate::machine) fn tell_event(
        &mut self,
        partner: At<Partner>,
        event: PartnerEvent,
        block: Option<BlockId>,
        remaining: Points,
    ) {
        let partner = self.effects.partners.key(partner).partner;
        self.effects.legs.push(Leg::Event { partner, event, block, remaining });
    }

    /// Tells that the partner's regular points are low, where they have come down to its threshold since there were
    /// `before` of them (rule A11): once each time.
    pub(in crate::machine) fn tell_if_low(&mut self, partner: At<Partner>, before: Points) -> Result<(), Undecided> {
        let usable = self.effects.partners[partner].usable;
        let crossed = self.terms(partner)?.low_balance.is_some_and(|low| before > low && usable <= low);
        if crossed {
            self.tell_event(partner, PartnerEvent::PointsLow, None, usable);
        }
        Ok(())
    }
}
