//! What a decision changes: new values of records, legs, balances. Nothing has happened until they are applied.
//!
//! A rule works on copies and puts them here; when it refuses half-way, the copies are dropped and nothing changed.

use crate::domain::{
    Balance, Block, BlockKey, Correction, CorrectionKey, Day, Item, ItemId, ItemKey, ItemPart, Leg, Member, MemberKey,
    Outcome, Partner, PartnerKey, PointTypeId, Program, ProgramId, Rejection, Sequence, SourceId, Totals, TotalsKey,
};

/// The effects of one command.
#[derive(Debug, Default)]
pub struct Changes {
    /// A program, new or changed.
    pub program: Option<(ProgramId, Program)>,
    /// The member, new or changed.
    pub member: Option<(MemberKey, Member)>,
    /// The partner, new or changed.
    pub partner: Option<(PartnerKey, Partner)>,
    /// Blocks, new or changed.
    pub blocks: Vec<(BlockKey, Block)>,
    /// Matured items, new or changed.
    pub items: Vec<(ItemKey, Item)>,
    /// Items that have not matured: new or changed; `None` where one has matured.
    pub future: Vec<(ItemKey, Option<Item>)>,
    /// What is cancelled of a transaction now.
    pub correction: Option<(CorrectionKey, Correction)>,
    /// Amounts to add to the totals.
    pub totals: Vec<(TotalsKey, Totals)>,
    /// What happened to which item or block.
    pub legs: Vec<Leg>,
    /// The member's balances after it.
    pub balances: Vec<Balance>,
    /// The member's entry before this one.
    pub previous: Sequence,
}

impl Changes {
    /// Puts the member, whose newest entry this becomes.
    pub fn put_member(&mut self, key: MemberKey, mut member: Member) {
        self.previous = std::mem::replace(&mut member.last_sequence, Sequence::OWN);
        self.member = Some((key, member));
    }

    /// The totals row of a program's day, source and point type, to add to.
    pub fn totals_mut(
        &mut self,
        program: ProgramId,
        day: Day,
        source: Option<SourceId>,
        point_type: PointTypeId,
    ) -> &mut Totals {
        let key = TotalsKey { program, day, source: source.unwrap_or_default(), point_type };
        let at = self.totals.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
            self.totals.push((key, Totals::default()));
            self.totals.len().saturating_sub(1)
        });
        #[expect(clippy::indexing_slicing, reason = "the line above found or made it")]
        &mut self.totals[at].1
    }

    /// Forgets everything, and keeps the memory for the next decision.
    pub fn clear(&mut self) {
        self.program = None;
        self.member = None;
        self.partner = None;
        self.blocks.clear();
        self.items.clear();
        self.future.clear();
        self.correction = None;
        self.totals.clear();
        self.legs.clear();
        self.balances.clear();
        self.previous = Sequence(0);
    }

    /// Replaces [`Sequence::OWN`] throughout by the number that the entry got.
    pub fn seal(&mut self, sequence: Sequence) {
        for (key, _) in &mut self.items {
            seal_id(&mut key.position.id, sequence);
        }
        for (key, _) in &mut self.future {
            seal_id(&mut key.position.id, sequence);
        }
        for (_, block) in &mut self.blocks {
            block.created = block.created.or_own(sequence);
        }
        if let Some((_, member)) = &mut self.member {
            member.last_sequence = member.last_sequence.or_own(sequence);
            for account in &mut member.accounts {
                if account.first_open != crate::domain::ItemPosition::LAST {
                    seal_id(&mut account.first_open.id, sequence);
                }
            }
        }
        seal_legs(&mut self.legs, sequence);
    }

    /// What the journal records of it.
    #[must_use]
    pub fn take_outcome(&mut self) -> Outcome {
        Outcome::Done { legs: std::mem::take(&mut self.legs), balances: std::mem::take(&mut self.balances) }
    }
}

fn seal_id(id: &mut ItemId, sequence: Sequence) {
    id.sequence = id.sequence.or_own(sequence);
}

/// Replaces [`Sequence::OWN`] in legs by the number of their entry.
pub fn seal_legs(legs: &mut [Leg], sequence: Sequence) {
    for leg in legs {
        match leg {
            Leg::Granted { item, .. }
            | Leg::Redeemed(ItemPart { item, .. })
            | Leg::Returned(ItemPart { item, .. })
            | Leg::Cancelled(ItemPart { item, .. })
            | Leg::Repaid(ItemPart { item, .. })
            | Leg::Expired(ItemPart { item, .. })
            | Leg::Lapsed(ItemPart { item, .. })
            | Leg::Matured(ItemPart { item, .. }) => seal_id(item, sequence),
            Leg::Debited { .. }
            | Leg::Charged { .. }
            | Leg::Owed { .. }
            | Leg::Absorbed { .. }
            | Leg::Restored { .. }
            | Leg::Credited { .. }
            | Leg::BlockExpired { .. } => {}
        }
    }
}

/// A sum that must fit.
pub(super) fn fits<T>(sum: Option<T>) -> Result<T, Rejection> {
    sum.ok_or(Rejection::Overflow)
}
