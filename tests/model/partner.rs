//! The model's partners: their blocks, what awards cost, which blocks pay, which get it back, and what they are told.

use super::member::{Given, never_last};
use accruedb::domain::*;
use std::collections::BTreeMap;

#[derive(Debug, Clone)]
pub(crate) struct ModelBlock {
    pub(crate) kind: BlockKind,
    pub(crate) status: BlockStatus,
    pub(crate) purchased: i64,
    pub(crate) credited: i64,
    pub(crate) sums: BTreeMap<BlockState, i64>,
    pub(crate) starts_at: Timestamp,
    pub(crate) until: Option<Timestamp>,
    pub(crate) unit_price: Rate,
    pub(super) bought: usize,
}

/// A fee, with the block that paid it, and whether it was refunded.
#[derive(Debug, Clone)]
pub(super) struct ModelFee {
    pub(super) block: Option<BlockId>,
    pub(super) points: i64,
    pub(super) amount: Rate,
    pub(super) currency: Currency,
    pub(super) is_refunded: bool,
}

/// What a post-paid partner owes for an award, or gets back.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line {
    pub(crate) at: Timestamp,
    /// Which command it is of.
    pub(super) serial: u64,
    pub(super) place: u16,
    pub(crate) member: MemberId,
    pub(crate) points: i64,
    pub(crate) terms: usize,
    pub(crate) is_cancelled: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct ModelBill {
    pub(crate) until: Timestamp,
    pub(super) opened: u64,
    pub(super) next: (Timestamp, u64, u16),
    pub(crate) lines: Vec<Line>,
    pub(crate) is_closed: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct ModelPartner {
    pub(super) id: PartnerId,
    /// Its terms, the newest last.
    pub(crate) terms: Vec<CreatePartner>,
    pub(crate) blocks: BTreeMap<BlockId, ModelBlock>,
    pub(crate) debited: i64,
    pub(crate) on_reserve: bool,
    pub(crate) last_bought: Option<BlockId>,
    pub(crate) own: u32,
    pub(super) fees: BTreeMap<RequestId, ModelFee>,
    pub(super) unbilled: Vec<Line>,
    pub(crate) bills: Vec<ModelBill>,
    /// All that was ever told of it.
    pub(crate) legs: Vec<Leg>,
    /// Up to when it is settled.
    pub(super) at: Timestamp,
}

/// When something is done, and what it has told so far.
pub(super) struct Moment<'a> {
    pub(super) zone: &'a Zone,
    pub(super) transaction_at: Timestamp,
    pub(super) serial: u64,
    pub(super) member: MemberId,
    /// How many charges the command has made.
    pub(super) charges: &'a mut u16,
}

impl ModelBlock {
    pub(crate) fn sum(&self, state: BlockState) -> i64 {
        self.sums.get(&state).copied().unwrap_or_default()
    }

    pub(crate) fn left(&self) -> i64 {
        self.sum(BlockState::Remaining)
    }

    /// Whether it is approved and within its validity, with or without points.
    pub(super) fn is_active(&self, now: Timestamp) -> bool {
        self.status == BlockStatus::Approved && self.starts_at <= now && self.until.is_none_or(|until| now < until)
    }
}

/// The part of points that is one of several's, point by point: each goes to the one who has the most parts for the next
/// odd number.
fn part_of(points: i64, parts: &[u32], place: usize) -> i64 {
    let mut given = vec![0i64; parts.len()];
    for _ in 0..points {
        let better = |a: usize, b: usize| {
            let [a, b] = [a, b].map(|at| (i128::from(parts[at]), i128::from(2 * given[at] + 1)));
            a.0 * b.1 > b.0 * a.1
        };
        let best = (1..parts.len()).fold(0, |best, at| if better(at, best) { at } else { best });
        given[best] += 1;
    }
    given[place]
}

/// What one of several partners pays for: all, or its part.
#[derive(Debug, Clone)]
pub(crate) struct Payer {
    pub(crate) partner: PartnerId,
    /// The version of its terms.
    pub(super) terms: usize,
    parts: Vec<u32>,
    place: usize,
}

impl Payer {
    pub(super) fn new(partner: PartnerId, terms: usize, parts: Vec<u32>, place: usize) -> Payer {
        Payer { partner, terms, parts, place }
    }

    fn points(&self, points: i64) -> i64 {
        if self.parts.len() == 1 { points } else { part_of(points, &self.parts, self.place) }
    }
}

impl ModelPartner {
    pub(crate) fn new(terms: CreatePartner, at: Timestamp) -> ModelPartner {
        ModelPartner {
            id: terms.partner,
            terms: vec![terms],
            blocks: BTreeMap::new(),
            debited: 0,
            on_reserve: false,
            last_bought: None,
            own: 0,
            fees: BTreeMap::new(),
            unbilled: Vec::new(),
            bills: Vec::new(),
            legs: Vec::new(),
            at,
        }
    }

    pub(crate) fn now(&self) -> &CreatePartner {
        self.terms.last().unwrap()
    }

    /// Points of blocks that are approved and have started, or not.
    fn approved(&self, has_started: bool, of: impl Fn(BlockKind) -> bool) -> i64 {
        let of = self.blocks.values().filter(|block| block.status == BlockStatus::Approved && of(block.kind));
        of.filter(|block| (block.starts_at <= self.at) == has_started).map(ModelBlock::left).sum()
    }

    pub(crate) fn usable(&self) -> i64 {
        self.approved(true, |kind| kind != BlockKind::Reserve)
    }

    pub(crate) fn reserve(&self) -> i64 {
        self.approved(true, |kind| kind == BlockKind::Reserve)
    }

    pub(crate) fn waiting(&self) -> i64 {
        self.approved(false, |_| true)
    }

    pub(crate) fn pending(&self) -> i64 {
        self.blocks.values().filter(|block| block.status == BlockStatus::Pending).map(ModelBlock::left).sum()
    }

    /// The blocks that can be debited, in order.
    pub(crate) fn open(&self) -> Vec<BlockId> {
        let mut open: Vec<_> =
            self.blocks.iter().filter(|(_, block)| block.is_active(self.at) && block.left() > 0).collect();
        let order = self.now().order;
        open.sort_by_key(|(_, block)| {
            let first = match order {
                BlockOrder::EarliestExpiry => never_last(block.until),
                BlockOrder::EarliestStart => (false, Some(block.starts_at)),
                BlockOrder::Created => (false, None),
            };
            (block.kind, first, block.bought)
        });
        open.into_iter().map(|(id, _)| *id).collect()
    }

    /// Lets time pass: blocks expire, start, and are warned of, instant by instant.
    pub(super) fn settle(&mut self, now: Timestamp, warning_days: u16) {
        let day = 86_400_000;
        let warned = |until: Timestamp| {
            let at = until.ms().saturating_sub(i64::from(warning_days) * day).max(Timestamp::MIN.ms());
            Timestamp::from_ms(at).unwrap()
        };
        loop {
            let approved = self.blocks.values().filter(|block| block.status == BlockStatus::Approved);
            let with_points = approved.filter(|block| block.left() > 0);
            let all = with_points.flat_map(|block| {
                let warned_at = block.until.filter(|_| warning_days > 0).map(warned);
                [block.until, Some(block.starts_at), warned_at].into_iter().flatten()
            });
            let Some(at) = all.filter(|at| *at > self.at && *at <= now).min() else { break };
            let before = self.usable();
            let of = |wanted: &dyn Fn(&ModelBlock) -> bool| -> Vec<BlockId> {
                let known = self.blocks.iter().filter(|(_, block)| block.status == BlockStatus::Approved);
                known.filter(|(_, block)| block.left() > 0 && wanted(block)).map(|(id, _)| *id).collect()
            };
            let expired = of(&|block| block.until == Some(at));
            let started = of(&|block| block.starts_at == at && block.kind == BlockKind::Regular);
            let told = of(&|block| warning_days > 0 && block.until.map(warned) == Some(at));
            for id in expired {
                self.shift(id, (Some(BlockState::Remaining), BlockState::Expired), self.blocks[&id].left(), None);
            }
            self.at = at;
            self.on_reserve &= started.is_empty();
            for id in told {
                let left = self.blocks[&id].left();
                self.tell(PartnerEvent::BlockExpiring, Some(id), left);
            }
            self.tell_if_low(before);
        }
        self.at = self.at.max(now);
    }

    pub(super) fn shift(
        &mut self,
        id: BlockId,
        (from, to): (Option<BlockState>, BlockState),
        points: i64,
        paid: Option<(u16, Rate)>,
    ) {
        let block = self.blocks.get_mut(&id).unwrap();
        match from {
            Some(from) => *block.sums.entry(from).or_default() -= points,
            None => block.credited += points,
        }
        *block.sums.entry(to).or_default() += points;
        let (partner, points, remaining) = (self.id, Points(points), Points(block.left()));
        let (place, rate) = paid.unzip();
        self.legs.push(Leg::Block { partner, block: id, from, to: Some(to), points, remaining, place, rate });
    }

    fn tell(&mut self, event: PartnerEvent, block: Option<BlockId>, left: i64) {
        self.legs.push(Leg::Event { partner: self.id, event, block, remaining: Points(left) });
    }

    pub(super) fn tell_if_low(&mut self, before: i64) {
        let usable = self.usable();
        if self.now().low_balance.is_some_and(|low| before > low.0 && usable <= low.0) {
            self.tell(PartnerEvent::PointsLow, None, usable);
        }
    }

    pub(super) fn charge(
        &mut self,
        cause: ChargeCause,
        (block, points): (BlockId, i64),
        unit_price: Rate,
        charges: &mut u16,
    ) {
        let (partner, place, currency) = (self.id, *charges, self.now().currency);
        *charges += 1;
        let points = Points(points);
        self.legs.push(Leg::Charge { partner, place, cause, block, points, unit_price, currency });
    }

    /// Partner points for some points of a type; none without a rate.
    fn price(&self, terms: usize, point_type: PointTypeId, points: i64) -> i64 {
        let Some(rate) = self.terms[terms].rates.get(&point_type) else { return 0 };
        let text = rate.to_string();
        let (n, d) = text.split_once('/').unwrap_or((&text, "1"));
        let (n, d): (i128, i128) = (n.parse().unwrap(), d.parse().unwrap());
        let product = i128::from(points) * n;
        let rounded = match self.terms[terms].rounding {
            Rounding::Down => product / d,
            Rounding::Up => (product + d - 1) / d,
            Rounding::HalfUp => (2 * product + d) / (2 * d),
        };
        i64::try_from(rounded).unwrap()
    }

    pub(super) fn pay(
        &mut self,
        payer: &Payer,
        awards: &mut [Given],
        moment: &mut Moment<'_>,
    ) -> Result<(), Rejection> {
        let price = |award: &Given| self.price(payer.terms, award.point_type, payer.points(award.points));
        let prices: Vec<i64> = awards.iter().map(price).collect();
        let needed: i64 = prices.iter().sum();
        if needed == 0 {
            return Ok(());
        }
        self.debited += needed;
        match self.now().billing {
            Billing::PostPaid => {
                for ((award, points), place) in awards.iter().zip(prices).zip(0u16..).filter(|((_, p), _)| *p > 0) {
                    let rate = self.now().rates[&award.point_type];
                    self.legs.push(Leg::Charged { partner: self.id, place, points: Points(points), rate });
                    self.owe(points, (payer.terms, place), false, moment);
                }
                Ok(())
            }
            Billing::Prepaid => self.pay_by_blocks(awards, &prices, moment),
        }
    }

    fn owe(&mut self, points: i64, (terms, place): (usize, u16), is_cancelled: bool, moment: &Moment<'_>) {
        let (at, serial, member) = (moment.transaction_at, moment.serial, moment.member);
        self.unbilled.push(Line { at, serial, place, member, points, terms, is_cancelled });
    }

    fn pay_by_blocks(
        &mut self,
        awards: &mut [Given],
        prices: &[i64],
        moment: &mut Moment<'_>,
    ) -> Result<(), Rejection> {
        let before = self.usable();
        let needed: i64 = prices.iter().sum();
        let is_created = needed > before && self.create(needed - before, moment)?;
        let available = self.usable() + self.reserve();
        if needed > available {
            let (available, short) = (Points(available), Points(needed - available));
            return Err(Rejection::InsufficientPartnerPoints { partner: self.id, available, short });
        }
        let mut used: Vec<(BlockId, i64)> = Vec::new();
        for ((award, price), place) in awards.iter_mut().zip(prices).zip(0u16..) {
            let mut price = *price;
            while price > 0 {
                let id = self.open()[0];
                let part = price.min(self.blocks[&id].left());
                price -= part;
                let rate = self.now().rates[&award.point_type];
                self.shift(id, (Some(BlockState::Remaining), BlockState::Debited), part, Some((place, rate)));
                award.debits.push((self.id, id, part));
                if self.blocks[&id].kind == BlockKind::Reserve {
                    match used.last_mut() {
                        Some((last, points)) if *last == id => *points += part,
                        _ => used.push((id, part)),
                    }
                }
            }
        }
        self.charge_reserve(&used, moment);
        self.tell_if_low(before);
        let usable = self.usable();
        let crossed = |mark: i64| before > mark && usable <= mark;
        if !is_created && self.now().auto_creation.as_ref().is_some_and(|auto| crossed(auto.reorder_limit.0)) {
            self.create(0, moment)?;
        }
        Ok(())
    }

    fn charge_reserve(&mut self, used: &[(BlockId, i64)], moment: &mut Moment<'_>) {
        for (id, points) in used {
            let price = self.blocks[id].unit_price;
            self.charge(ChargeCause::ReserveUsage, (*id, *points), price, moment.charges);
        }
        let Some((first, _)) = used.first().filter(|_| !self.on_reserve) else { return };
        self.on_reserve = true;
        self.tell(PartnerEvent::ReserveTouched, Some(*first), self.reserve());
        let (points, price) = match &self.now().due_block {
            Some(due) => (due.points.0, due.unit_price),
            None => {
                let like = &self.blocks[&self.last_bought.unwrap_or(*first)];
                (like.purchased, like.unit_price)
            }
        };
        self.charge(ChargeCause::BlockPurchaseDue, (*first, points), price, moment.charges);
    }

    /// Creates a block, if the terms say so: as many times its size as are needed.
    fn create(&mut self, short: i64, moment: &mut Moment<'_>) -> Result<bool, Rejection> {
        let Some(auto) = self.now().auto_creation.as_deref().copied() else { return Ok(false) };
        let mut points = auto.size.0;
        while points < short {
            points += auto.size.0;
        }
        let until = super::calendar::expiry(auto.expires, self.at, moment.zone).ok_or(Rejection::Overflow)?;
        let until = until.filter(|until| *until > self.at);
        let id = self.create_own(BlockKind::Auto, points, auto.unit_price, until);
        self.on_reserve = false;
        self.charge(ChargeCause::AutoCreation, (id, points), auto.unit_price, moment.charges);
        Ok(true)
    }

    /// A block of the engine's own.
    pub(super) fn create_own(
        &mut self,
        kind: BlockKind,
        points: i64,
        unit_price: Rate,
        until: Option<Timestamp>,
    ) -> BlockId {
        self.own += 1;
        let id = BlockId(OWN_BLOCKS_FROM + u64::from(self.own));
        let (status, starts_at) = (BlockStatus::Approved, self.at);
        self.add_block(id, ModelBlock { kind, status, starts_at, until, unit_price, ..ModelBlock::of(points) });
        id
    }

    pub(super) fn add_block(&mut self, id: BlockId, block: ModelBlock) {
        let bought = self.blocks.len();
        self.blocks.insert(id, ModelBlock { bought, ..block });
    }

    /// Gives back what cancelled points cost, to the blocks that paid, the last first.
    pub(super) fn refund(
        &mut self,
        payer: &Payer,
        award: &mut Given,
        (place, before): (u16, i64),
        moment: &mut Moment<'_>,
    ) {
        let kept = |cancelled: i64| self.price(payer.terms, award.point_type, payer.points(award.points - cancelled));
        let mut back = kept(before) - kept(award.cancelled);
        if back == 0 {
            return;
        }
        self.debited -= back;
        if self.terms[payer.terms].billing == Billing::PostPaid {
            self.legs.push(Leg::Credited { partner: self.id, points: Points(back) });
            self.owe(-back, (payer.terms, place), true, moment);
            return;
        }
        let own = self.id;
        for (_, id, paid) in award.debits.iter_mut().rev().filter(|(partner, ..)| *partner == own) {
            let part = back.min(*paid);
            if part == 0 {
                continue;
            }
            *paid -= part;
            back -= part;
            self.shift(*id, (Some(BlockState::Debited), BlockState::Remaining), part, None);
            let block = &self.blocks[id];
            let is_over = block.until.is_some_and(|until| until <= self.at);
            let lost = match block.status {
                BlockStatus::Cancelled | BlockStatus::Rejected => Some(BlockState::Cancelled),
                BlockStatus::Approved | BlockStatus::Pending => is_over.then_some(BlockState::Expired),
            };
            if let Some(to) = lost {
                self.shift(*id, (Some(BlockState::Remaining), to), part, None);
            }
            let block = &self.blocks[id];
            if block.kind == BlockKind::Reserve {
                let price = block.unit_price;
                self.charge(ChargeCause::ReserveReturned, (*id, part), price, moment.charges);
            }
        }
    }
}

impl ModelBlock {
    pub(super) fn of(points: i64) -> ModelBlock {
        ModelBlock {
            kind: BlockKind::Regular,
            status: BlockStatus::Pending,
            purchased: points,
            credited: 0,
            sums: [(BlockState::Remaining, points)].into(),
            starts_at: Timestamp::MIN,
            until: None,
            unit_price: Rate::ZERO,
            bought: 0,
        }
    }
}
