//! Debiting: a partner pays for awards: from its regular blocks in order, then from one that is created, then from the
//! reserve (rules A02 to A08, A14 to A24, B13). A post-paid partner owes (rule A25).

use super::blocks::{OpenBlock, Standing};
use crate::domain::tables::Unbilled;
use crate::domain::{
    Award, BillLine, Billing, BlockId, BlockKind, BlockState, ChargeCause, Fault, ITEMS_PER_COMMAND_MAX, Leg, MemberId,
    Partner, PartnerEvent, PartnerTerms, Points, Rate, Rejection, Sequence, UnbilledKey,
};
use crate::machine::draft::{Draft, fits};
use crate::machine::effects::At;
use crate::machine::points::ledger::add;
use crate::machine::view::{Undecided, View};
use smallvec::SmallVec;

/// What an award costs the partner: its place, the points, the rate.
type Cost = (u16, Points, Rate);

/// Points that came out of reserve blocks, with what one costs.
type ReserveUse = SmallVec<[(BlockId, Points, Rate); 1]>;

impl<V: View> Draft<'_, V> {
    /// Takes the partner's points for the awards.
    pub(in crate::machine) fn debit(&mut self, partner: At<Partner>, awards: &[Award]) -> Result<(), Undecided> {
        let terms = self.terms(partner)?;
        let mut costs: SmallVec<[Cost; 2]> = SmallVec::new();
        let mut total = Points::ZERO;
        for (award, place) in awards.iter().zip(0..u16::MAX) {
            let Some(rate) = terms.rates.get(&award.point_type) else { continue };
            let points = fits(rate.of(award.points, terms.rounding))?;
            if points.is_positive() {
                add(&mut total, points)?;
                costs.push((place, points, *rate));
            }
        }
        if !total.is_positive() {
            return Ok(());
        }
        match terms.billing {
            Billing::Prepaid => self.debit_blocks(partner, terms, &costs, total)?,
            Billing::PostPaid => self.owe(partner, &costs)?,
        }
        add(&mut self.effects.partners[partner].debited, total)
    }

    /// A post-paid partner owes for awards until it is billed.
    fn owe(&mut self, partner: At<Partner>, costs: &[Cost]) -> Result<(), Undecided> {
        let key = self.effects.partners.key(partner);
        let versions = self.program()?.partners.get(&key.partner);
        let terms = versions.map_or(1, crate::domain::Versions::number);
        for (place, points, rate) in costs.iter().copied() {
            self.effects.legs.push(Leg::Charged { partner: key.partner, place, points, rate });
            let line = BillLine { member: MemberId::OWN, points, terms, cancels: Sequence(0) };
            let key = UnbilledKey { partner: key, at: self.transaction_at, sequence: Sequence::OWN, place };
            self.put::<Unbilled>(key, Some(line));
        }
        Ok(())
    }

    /// Takes the points out of the partner's blocks in order.
    fn debit_blocks(
        &mut self,
        partner: At<Partner>,
        terms: &PartnerTerms,
        costs: &[Cost],
        total: Points,
    ) -> Result<(), Undecided> {
        let before = self.effects.partners[partner].usable;
        let is_created = total > before && self.create_if_set_up(partner, terms, fits(total.minus(before))?)?;
        let available = self.effects.partners[partner].balance();
        if total > available {
            let (partner, short) = (self.effects.partners.key(partner).partner, fits(total.minus(available))?);
            return Err(Rejection::InsufficientPartnerPoints { partner, available, short }.into());
        }

        let mut reserve = ReserveUse::new();
        for cost in costs {
            self.debit_award(partner, *cost, &mut reserve)?;
        }
        if !reserve.is_empty() {
            self.charge_reserve(partner, terms, &reserve)?;
        }
        let usable = self.effects.partners[partner].usable;
        if terms.low_balance.is_some() {
            self.tell_if_low(partner, before)?;
        }
        let crossed = |limit| before > limit && usable <= limit;
        if !is_created && terms.auto_creation.is_some_and(|auto| crossed(auto.reorder_limit)) {
            self.create_if_set_up(partner, terms, Points::ZERO)?;
        }
        Ok(())
    }

    /// Takes points for one award.
    fn debit_award(
        &mut self,
        partner: At<Partner>,
        (place, points, rate): Cost,
        reserve: &mut ReserveUse,
    ) -> Result<(), Undecided> {
        let mut left = points;
        while left.is_positive() {
            let key = self.effects.partners.key(partner);
            let missing = || Fault::broken(key.lock(), "its open blocks hold less than its balance");
            let id = self.effects.partners[partner].open.first().copied().ok_or_else(missing)?;
            if self.effects.legs.len() >= ITEMS_PER_COMMAND_MAX {
                let points = fits(points.minus(left))?;
                return Err(Rejection::TooManyItems { limit: ITEMS_PER_COMMAND_MAX as u32, points }.into());
            }
            let open = OpenBlock { partner, block: self.named_block(key.block(id))?, key: key.block(id) };
            let block = &self.effects.blocks[open.block];
            let part = left.min(block.remaining());
            if block.kind == BlockKind::Reserve {
                let unit_price = block.unit_price;
                match reserve.last_mut() {
                    Some((last, used, _)) if *last == id => add(used, part)?,
                    _ => reserve.push((id, part, unit_price)),
                }
            }
            let states = (Some(BlockState::Remaining), BlockState::Debited);
            self.shift_block(open, states, part, Some((place, rate)))?;
            left = Points(left.0.saturating_sub(part.0));
            if !self.effects.blocks[open.block].remaining().is_positive() {
                self.restand(open, Standing::Open)?;
            }
        }
        Ok(())
    }

    /// Creates a block where the terms say so: of their size, or a multiple of it that covers what is `short` (rules A21,
    /// A24). Returns whether it did.
    fn create_if_set_up(
        &mut self,
        partner: At<Partner>,
        terms: &PartnerTerms,
        short: Points,
    ) -> Result<bool, Undecided> {
        let Some(auto) = terms.auto_creation else { return Ok(false) };
        let whole = short.0.checked_div(auto.size.0).unwrap_or_default();
        let rest = short.0.checked_rem(auto.size.0).unwrap_or_default();
        let count = whole.saturating_add(i64::from(rest > 0)).max(1);
        let points = Points(fits(auto.size.0.checked_mul(count))?);
        let expires_at = fits(auto.expires.resolve(self.now, &self.settings()?.zone))?;
        let expires_at = expires_at.filter(|expiry| *expiry > self.now);
        let block = self.create_own_block(partner, (BlockKind::Auto, points), auto.unit_price, expires_at)?;
        self.effects.partners[partner].is_on_reserve = false;
        self.charge(partner, ChargeCause::AutoCreation, (block, points), auto.unit_price)?;
        Ok(true)
    }

    /// Charges for points of the reserve; at its first use after the other points ran out, also for the block that is due
    /// (rules A17, A18).
    fn charge_reserve(
        &mut self,
        partner: At<Partner>,
        terms: &PartnerTerms,
        used: &ReserveUse,
    ) -> Result<(), Undecided> {
        for (block, points, unit_price) in used.iter().copied() {
            self.charge(partner, ChargeCause::ReserveUsage, (block, points), unit_price)?;
        }
        let Some((first, ..)) = used.first().copied().filter(|_| !self.effects.partners[partner].is_on_reserve) else {
            return Ok(());
        };
        self.effects.partners[partner].is_on_reserve = true;
        let left = self.effects.partners[partner].reserve;
        self.tell_event(partner, PartnerEvent::ReserveTouched, Some(first), left);
        let (points, unit_price) = match terms.due_block {
            Some(due) => (due.points, due.unit_price),
            None => {
                // one like the last that was bought, or like the reserve itself where none was
                let like = self.effects.partners[partner].last_bought.unwrap_or(first);
                let block = self.named_block(self.partner_block(partner, like))?;
                (self.effects.blocks[block].purchased, self.effects.blocks[block].unit_price)
            }
        };
        self.charge(partner, ChargeCause::BlockPurchaseDue, (first, points), unit_price)
    }
}
