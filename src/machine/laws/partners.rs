//! Laws of a partner: its sums are those of its blocks, its open blocks are found in the order of debit, what it was debited
//! is in its blocks or its bills, and each charge has its cause.

use super::{Broken, holds};
use crate::domain::{
    Bill, BillLine, Block, BlockId, BlockKind, BlockState, BlockStatus, BlockTurn, BlockTurnKey, Charge, ChargeCause,
    OWN_BLOCKS_FROM, OpenBlockKey, Partner, PartnerKey, PartnerTerms, Points, Timestamp,
};
use std::collections::{BTreeMap, BTreeSet};

/// All that belongs to a partner, to be held against its record.
#[derive(Debug)]
pub struct PartnerBooks<'a> {
    /// Which partner.
    pub key: PartnerKey,
    /// Its record.
    pub partner: &'a Partner,
    /// Its newest terms.
    pub terms: &'a PartnerTerms,
    /// Its blocks.
    pub blocks: &'a BTreeMap<BlockId, Block>,
    /// The rows of its open blocks, in order.
    pub open: &'a [(OpenBlockKey, Option<Timestamp>)],
    /// When something happens to its blocks, in order.
    pub turns: &'a [BlockTurnKey],
    /// What it is charged.
    pub charges: &'a [Charge],
    /// Points that it owes or was billed for.
    pub owed: i128,
}

/// Partner: its sums are those of its blocks, the rows of open blocks and of turns are those of its blocks, its record
/// names the first of them, and each regular or created block was charged for once.
#[must_use]
pub fn partner(books: &PartnerBooks<'_>) -> Vec<Broken> {
    let mut broken = sums(books);
    broken.extend(rows(books));
    broken.extend(charges(books));
    broken
}

/// Whether its points are those of a block that is approved.
fn has_points(block: &Block) -> bool {
    block.status == BlockStatus::Approved && block.remaining().is_positive()
}

fn sums(books: &PartnerBooks<'_>) -> Vec<Broken> {
    let waiting: BTreeSet<BlockId> = waiting(books).collect();
    let [mut usable, mut reserve, mut waits, mut pending] = [0i128; 4];
    let mut debited = books.owed;
    for (id, block) in books.blocks {
        let left = i128::from(block.remaining().0);
        let sum = match (block.status, block.kind) {
            (BlockStatus::Pending, _) => Some(&mut pending),
            (BlockStatus::Approved, _) if waiting.contains(id) => Some(&mut waits),
            (BlockStatus::Approved, BlockKind::Regular | BlockKind::Auto) => Some(&mut usable),
            (BlockStatus::Approved, BlockKind::Reserve) => Some(&mut reserve),
            (BlockStatus::Rejected | BlockStatus::Cancelled, _) => None,
        };
        if let Some(sum) = sum {
            *sum = sum.saturating_add(left);
        }
        debited = debited.saturating_add(block.sums.get(BlockState::Debited).0.into());
    }
    let partner = books.partner;
    let said: [(&str, Points, i128); 5] = [
        ("usable", partner.usable, usable),
        ("reserve", partner.reserve, reserve),
        ("waiting", partner.waiting, waits),
        ("pending", partner.pending, pending),
        ("debited", partner.debited, debited),
    ];
    let wrong = said.into_iter().filter(|(_, said, counted)| i128::from(said.0) != *counted);
    wrong.map(|(name, said, counted)| format!("{name} {said} where its blocks and bills hold {counted}")).collect()
}

fn waiting<'a>(books: &'a PartnerBooks<'_>) -> impl Iterator<Item = BlockId> + 'a {
    books.turns.iter().filter(|turn| turn.turn == BlockTurn::Start).map(|turn| turn.block)
}

fn rows(books: &PartnerBooks<'_>) -> Vec<Broken> {
    let PartnerBooks { key, partner, terms, blocks, open, turns, .. } = books;
    let waiting: BTreeSet<BlockId> = waiting(books).collect();
    let with_points = || blocks.iter().filter(|(_, block)| has_points(block));
    let expected: BTreeSet<(OpenBlockKey, Option<Timestamp>)> = with_points()
        .filter(|(id, _)| !waiting.contains(id))
        .map(|(id, block)| (block.place(*key, *id, terms.order), block.expires_at))
        .collect();
    let stored: BTreeSet<(OpenBlockKey, Option<Timestamp>)> = open.iter().copied().collect();
    let mut broken: Vec<Broken> = Vec::new();
    broken.extend(holds(stored == expected, || {
        format!("its {} rows of open blocks are not those of its {} open blocks", stored.len(), expected.len())
    }));
    let counts = partner.open_blocks as usize == open.len();
    let kept = partner.open.iter().zip(open.iter()).all(|(id, (place, _))| *id == place.block);
    let some = partner.open.len() <= open.len() && partner.open.is_empty() == open.is_empty();
    broken.extend(holds(counts && kept && some, || {
        format!("its record names {:?} of {} open blocks", partner.open, partner.open_blocks)
    }));
    let expiries = |turn: BlockTurn| turns.iter().filter(move |known| known.turn == turn);
    let planned: BTreeSet<(Timestamp, BlockId)> =
        expiries(BlockTurn::Expire).map(|turn| (turn.at, turn.block)).collect();
    let expire: BTreeSet<(Timestamp, BlockId)> =
        with_points().filter_map(|(id, block)| Some((block.expires_at?, *id))).collect();
    broken.extend(holds(planned == expire, || "its blocks do not expire when they are planned to".to_owned()));
    let is_known = |turn: &BlockTurnKey| blocks.get(&turn.block).is_some_and(has_points);
    broken.extend(holds(turns.iter().all(is_known), || "a turn is of a block without points".to_owned()));
    let first = turns.first().map(|turn| turn.at);
    let in_time = first.is_none_or(|first| partner.next_due.is_some_and(|due| due <= first));
    broken.extend(holds(in_time, || format!("something is due before {:?}", partner.next_due)));
    broken
}

/// Each block that was approved or created was charged for once; what was charged for the use of the reserve is what its
/// blocks were debited.
fn charges(books: &PartnerBooks<'_>) -> Vec<Broken> {
    let mut broken = Vec::new();
    let of = |id: BlockId, cause: ChargeCause| {
        books.charges.iter().filter(move |charge| charge.block == id && charge.cause == cause)
    };
    let points = |id: BlockId, cause| of(id, cause).map(|charge| charge.points).sum::<i128>();
    // a block that a refund made costs nothing
    let is_bought = |(id, block): &(&BlockId, &Block)| block.kind != BlockKind::Regular || id.0 < OWN_BLOCKS_FROM;
    for (id, block) in books.blocks.iter().filter(is_bought) {
        let bought = match (block.kind, block.status) {
            (BlockKind::Regular, BlockStatus::Approved) => Some(of(*id, ChargeCause::Purchase).count() == 1),
            (BlockKind::Regular, BlockStatus::Pending | BlockStatus::Rejected) => {
                Some(of(*id, ChargeCause::Purchase).count() == 0)
            }
            (BlockKind::Auto, _) => Some(of(*id, ChargeCause::AutoCreation).count() == 1),
            (BlockKind::Regular, BlockStatus::Cancelled) | (BlockKind::Reserve, _) => None,
        };
        broken.extend(holds(bought.unwrap_or(true), || format!("block {id} was not charged for once")));
    }
    for (id, block) in books.blocks.iter().filter(|(_, block)| block.kind == BlockKind::Reserve) {
        let used = points(*id, ChargeCause::ReserveUsage).saturating_sub(points(*id, ChargeCause::ReserveReturned));
        let debited = block.sums.get(BlockState::Debited);
        broken.extend(holds(used == i128::from(debited.0), || {
            format!("reserve block {id} was debited {debited}, and {used} were charged")
        }));
    }
    broken
}

/// Bill: it says what its lines say.
#[must_use]
pub fn bill<'a>(bill: &Bill, lines: impl Iterator<Item = &'a BillLine>) -> Option<Broken> {
    let mut parts: BTreeMap<u32, i128> = BTreeMap::new();
    let mut count = 0u64;
    for line in lines {
        let part = parts.entry(line.terms).or_default();
        *part = part.saturating_add(line.points.0.into());
        count = count.saturating_add(1);
    }
    let said: BTreeMap<u32, i128> = bill.parts.iter().map(|part| (part.terms, part.points.0.into())).collect();
    holds(said == parts && count == bill.lines, || {
        format!("it says {said:?} of {} lines, they say {parts:?}", bill.lines)
    })
}
