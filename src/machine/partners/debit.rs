//! Debiting: a partner pays for awards, from its blocks in order (rules A02 to A08, B13).

use super::blocks::OpenBlock;
use crate::domain::{Award, Billing, BlockState, Leg, Partner, Points, Rate, Rejection};
use crate::machine::draft::{Draft, fits};
use crate::machine::effects::At;
use crate::machine::points::ledger::{add, take};
use crate::machine::view::{Undecided, View};

impl<V: View> Draft<'_, V> {
    /// Takes the partner's points for the awards.
    pub(in crate::machine) fn debit(&mut self, partner: At<Partner>, awards: &[Award]) -> Result<(), Undecided> {
        let terms = self.effects.partners[partner].terms.clone();
        let id = self.effects.partners.key(partner).partner;
        for (award, place) in awards.iter().zip(0..u16::MAX) {
            let Some(rate) = terms.rates.get(&award.point_type) else { continue };
            let points = fits(rate.of(award.points, terms.rounding))?;
            if !points.is_positive() {
                continue;
            }
            match terms.billing {
                Billing::PostPaid => {
                    self.effects.legs.push(Leg::Charged { partner: id, place, points, rate: *rate });
                }
                Billing::Prepaid => self.debit_blocks(partner, (place, points, *rate), awards)?,
            }
            add(&mut self.effects.partners[partner].debited, points)?;
        }
        Ok(())
    }

    /// Takes points for one award from the partner's blocks in order.
    fn debit_blocks(
        &mut self,
        partner: At<Partner>,
        (place, points, rate): (u16, Points, Rate),
        awards: &[Award],
    ) -> Result<(), Undecided> {
        let mut left = points;
        let mut at = 0usize;
        while left.is_positive() {
            let Some(id) = self.effects.partners[partner].open.get(at).copied() else {
                return Err(self.insufficient(partner, awards)?.into());
            };
            let key = self.partner_block(partner, id);
            let block = self.named_block(key)?;
            if !self.effects.blocks[block].is_usable(self.now) {
                at = at.saturating_add(1);
                continue;
            }
            let part = left.min(self.effects.blocks[block].remaining());
            let states = (BlockState::Remaining, BlockState::Debited);
            self.shift_block(OpenBlock { partner, block, key }, states, part, Some((place, rate)))?;
            left = Points(left.0.saturating_sub(part.0));
            if !self.effects.blocks[block].remaining().is_positive() {
                self.effects.partners[partner].open.remove(at);
            }
        }
        Ok(())
    }

    /// The refusal for awards that the partner's usable blocks do not cover, with its figures (rule A06).
    fn insufficient(&mut self, partner: At<Partner>, awards: &[Award]) -> Result<Rejection, Undecided> {
        let key = self.effects.partners.key(partner);
        let terms = self.effects.partners[partner].terms.clone();
        // the figures are those before this command
        let mut available = Points::ZERO;
        let before = self.view.partner(key)?.ok_or(Rejection::PartnerUnknown { partner: key.partner })?;
        for id in &before.open {
            let block = self.view.block(key.block(*id))?.filter(|block| block.is_usable(self.now));
            add(&mut available, block.map_or(Points::ZERO, |block| block.remaining()))?;
        }
        let mut short = Points::ZERO;
        for award in awards {
            if let Some(rate) = terms.rates.get(&award.point_type) {
                add(&mut short, fits(rate.of(award.points, terms.rounding))?)?;
            }
        }
        let _ = take(&mut short, available);
        Ok(Rejection::InsufficientPartnerPoints { partner: key.partner, available, short })
    }
}
