//! A partner's blocks: points move between the states of one block, the partner's sums follow, and the block takes or
//! leaves its place among the open ones, which are found in the order of debit without reading the others.

use crate::domain::tables::{BlockTurns, OpenBlocks};
use crate::domain::{
    Billing, Block, BlockId, BlockKey, BlockKind, BlockState, BlockStatus, BlockTurn, BlockTurnKey, Fault, Leg,
    OPEN_BLOCKS_KEPT, OWN_BLOCKS_FROM, OpenBlockKey, Partner, PartnerId, PartnerTerms, Points, Rate, Rejection,
    Timestamp,
};
use crate::machine::draft::{Draft, fits};
use crate::machine::effects::At;
use crate::machine::points::ledger::{add, take};
use crate::machine::view::{Undecided, View};

/// What a debit pays for: the award's place and the rate.
pub(super) type Debit = Option<(u16, Rate)>;

/// A block while points move in it.
#[derive(Debug, Clone, Copy)]
pub(in crate::machine) struct OpenBlock {
    pub(in crate::machine) partner: At<Partner>,
    pub(in crate::machine) block: At<Block>,
    pub(in crate::machine) key: BlockKey,
}

/// Where a block stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::machine) enum Standing {
    /// It can be debited.
    Open,
    /// It is approved and has points, and its validity has not started.
    Waiting,
    /// Neither.
    Out,
}

/// Refuses a partner who has no blocks (rule A25).
pub(super) fn prepaid(terms: &PartnerTerms, id: PartnerId) -> Result<(), Rejection> {
    match terms.billing {
        Billing::Prepaid => Ok(()),
        Billing::PostPaid => Err(Rejection::PartnerPostPaid { partner: id }),
    }
}

impl<V: View> Draft<'_, V> {
    /// A partner's block that a command names.
    pub(super) fn known_block(&mut self, partner: At<Partner>, id: BlockId) -> Result<OpenBlock, Undecided> {
        let key = self.partner_block(partner, id);
        let block = self.block(key)?.ok_or(Rejection::BlockUnknown { block: id })?;
        Ok(OpenBlock { partner, block, key })
    }

    /// Moves points between two states of a block, and tells it. The partner's sums follow.
    pub(in crate::machine) fn shift_block(
        &mut self,
        open: OpenBlock,
        (from, to): (Option<BlockState>, BlockState),
        points: Points,
        debit: Debit,
    ) -> Result<(), Undecided> {
        let BlockKey { partner, block: id, .. } = open.key;
        let short =
            || Fault::broken(open.key.owner().lock(), format!("block {id}: it has fewer points than are to leave it"));
        let block = &mut self.effects.blocks[open.block];
        match from {
            Some(from) => take(block.sums.get_mut(from), points).ok_or_else(short)?,
            None => add(&mut block.credited, points)?,
        }
        add(block.sums.get_mut(to), points)?;
        let remaining = block.remaining();
        if from == Some(BlockState::Remaining) {
            self.count_block(open, |sum| take(sum, points).ok_or_else(|| short().into()))?;
        }
        if to == BlockState::Remaining {
            self.count_block(open, |sum| add(sum, points))?;
        }
        let (place, rate) = debit.unzip();
        let to = Some(to);
        self.effects.legs.push(Leg::Block { partner, block: id, from, to, points, remaining, place, rate });
        Ok(())
    }

    /// Changes the sum of the partner that counts what is left of the block, if one does.
    pub(super) fn count_block(
        &mut self,
        open: OpenBlock,
        change: impl FnOnce(&mut Points) -> Result<(), Undecided>,
    ) -> Result<(), Undecided> {
        let block = &self.effects.blocks[open.block];
        let (status, kind, has_started) = (block.status, block.kind, block.starts_at <= self.at);
        let partner = &mut self.effects.partners[open.partner];
        match (status, kind) {
            (BlockStatus::Approved, _) if !has_started => change(&mut partner.waiting),
            (BlockStatus::Approved, BlockKind::Regular | BlockKind::Auto) => change(&mut partner.usable),
            (BlockStatus::Approved, BlockKind::Reserve) => change(&mut partner.reserve),
            (BlockStatus::Pending, _) => change(&mut partner.pending),
            (BlockStatus::Rejected | BlockStatus::Cancelled, _) => Ok(()),
        }
    }

    /// Where a block stands now.
    pub(in crate::machine) fn standing(&self, block: At<Block>) -> Standing {
        let block = &self.effects.blocks[block];
        match block.status == BlockStatus::Approved && block.remaining().is_positive() && !block.is_expired(self.at) {
            true if block.starts_at <= self.at => Standing::Open,
            true => Standing::Waiting,
            false => Standing::Out,
        }
    }

    /// A block that stood elsewhere before takes the place that is its own now.
    pub(in crate::machine) fn restand(&mut self, open: OpenBlock, before: Standing) -> Result<(), Undecided> {
        let after = self.standing(open.block);
        if before == after {
            return Ok(());
        }
        self.plan_turns(open, after)?;
        if before == Standing::Open {
            self.leave_open(open)?;
        }
        if after == Standing::Open {
            self.enter_open(open)?;
        }
        Ok(())
    }

    /// The validity of a block starts: from now on it can be debited.
    pub(in crate::machine) fn start_block(&mut self, open: OpenBlock, points: Points) -> Result<(), Undecided> {
        let short = || Fault::broken(open.key.owner().lock(), "fewer points wait than its block holds");
        take(&mut self.effects.partners[open.partner].waiting, points).ok_or_else(short)?;
        if self.effects.blocks[open.block].kind == BlockKind::Regular {
            self.effects.partners[open.partner].is_on_reserve = false;
        }
        self.count_block(open, |sum| add(sum, points))?;
        self.enter_open(open)
    }

    /// Writes down, or crosses out, when something happens to a block.
    fn plan_turns(&mut self, open: OpenBlock, standing: Standing) -> Result<(), Undecided> {
        let partner = open.key.owner();
        let warning_days = i64::from(self.settings()?.block_warning_days);
        let block = &self.effects.blocks[open.block];
        let (starts_at, expires_at) = (block.starts_at, block.expires_at);
        let warns_at = expires_at.filter(|_| warning_days > 0);
        let warns_at = warns_at.map(|expiry| expiry.saturating_add_hours(warning_days.saturating_mul(-24)));
        let is_in = standing != Standing::Out;
        let turns = [
            (BlockTurn::Start, Some(starts_at), standing == Standing::Waiting),
            (BlockTurn::Warn, warns_at, is_in && warns_at.is_some_and(|at| at > self.at)),
            (BlockTurn::Expire, expires_at, is_in),
        ];
        for (turn, at, is_planned) in turns {
            let Some(at) = at else { continue };
            let key = BlockTurnKey { partner, at, turn, block: open.key.block };
            if is_planned || self.row::<BlockTurns>(&key)?.is_some() {
                self.put::<BlockTurns>(key, is_planned.then_some(()));
            }
            if is_planned {
                self.effects.partners[open.partner].due_by(at);
            }
        }
        Ok(())
    }

    /// The place of a block among the open ones.
    fn place(&self, open: OpenBlock) -> Result<OpenBlockKey, Undecided> {
        let order = self.terms(open.partner)?.order;
        Ok(self.effects.blocks[open.block].place(open.key.owner(), open.key.block, order))
    }

    /// Puts a block among the partner's open ones, where it will be debited in its turn (rule B13).
    fn enter_open(&mut self, open: OpenBlock) -> Result<(), Undecided> {
        let place = self.place(open)?;
        let expires_at = self.effects.blocks[open.block].expires_at;
        self.put::<OpenBlocks>(place, Some(expires_at));
        let kept = self.effects.partners[open.partner].open.clone();
        let mut before = 0usize;
        for id in &kept {
            let block = self.named_block(open.key.owner().block(*id))?;
            if self.place(OpenBlock { block, key: open.key.owner().block(*id), ..open })? > place {
                break;
            }
            before = before.saturating_add(1);
        }
        let partner = &mut self.effects.partners[open.partner];
        // those that the record keeps are the first ones: this one is among them, or there are others between
        if before < kept.len() || kept.len() as u64 == u64::from(partner.open_blocks) {
            partner.open.insert(before, open.key.block);
            partner.open.truncate(OPEN_BLOCKS_KEPT);
        }
        partner.open_blocks = fits(partner.open_blocks.checked_add(1))?;
        Ok(())
    }

    /// Takes a block out of the partner's open ones.
    fn leave_open(&mut self, open: OpenBlock) -> Result<(), Undecided> {
        let place = self.place(open)?;
        self.put::<OpenBlocks>(place, None);
        let missing = || Fault::broken(open.key.owner().lock(), "it has fewer open blocks than are to be closed");
        let partner = &mut self.effects.partners[open.partner];
        partner.open_blocks = partner.open_blocks.checked_sub(1).ok_or_else(missing)?;
        partner.open.retain(|id| *id != open.key.block);
        if partner.open.is_empty() && partner.open_blocks > 0 {
            self.refill_open(open.partner)?;
        }
        Ok(())
    }

    /// Reads the first open blocks into the partner's record.
    pub(in crate::machine) fn refill_open(&mut self, partner: At<Partner>) -> Result<(), Undecided> {
        let key = self.effects.partners.key(partner);
        let all = OpenBlockKey::first(key)..OpenBlockKey::end(key);
        let rows = self.rows::<OpenBlocks>(all, OPEN_BLOCKS_KEPT)?;
        self.effects.partners[partner].open = rows.into_iter().map(|(place, _)| place.block).collect();
        Ok(())
    }

    /// Makes an approved block of the engine's own, usable at once.
    pub(super) fn create_own_block(
        &mut self,
        partner: At<Partner>,
        (kind, points): (BlockKind, Points),
        unit_price: Rate,
        expires_at: Option<Timestamp>,
    ) -> Result<BlockId, Undecided> {
        let count = fits(self.effects.partners[partner].own_blocks.checked_add(1))?;
        let id = BlockId(OWN_BLOCKS_FROM.saturating_add(count.into()));
        let key = self.partner_block(partner, id);
        let block =
            Block { status: BlockStatus::Approved, unit_price, expires_at, ..Block::new(kind, points, self.now) };
        let block = self.effects.blocks.create(key, block);
        self.effects.partners[partner].own_blocks = count;
        let open = OpenBlock { partner, block, key };
        self.count_block(open, |sum| add(sum, points))?;
        self.restand(open, Standing::Out)?;
        Ok(id)
    }

    /// The key of one of a partner's blocks.
    pub(in crate::machine) fn partner_block(&self, partner: At<Partner>, block: BlockId) -> BlockKey {
        self.effects.partners.key(partner).block(block)
    }
}
