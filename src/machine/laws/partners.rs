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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::UnbilledKeyTail;
    use crate::domain::{BillPart, CreatePartner, Currency, MemberId, PartnerId, ProgramId, Rate, RequestId, Sequence};

    const KEY: PartnerKey = PartnerKey { program: ProgramId(1), partner: PartnerId(1) };

    fn day(day: i64) -> Timestamp {
        Timestamp::from_ms(day.saturating_mul(86_400_000)).unwrap()
    }

    /// A partner with all that belongs to it.
    #[derive(Clone)]
    struct Books {
        partner: Partner,
        terms: PartnerTerms,
        blocks: BTreeMap<BlockId, Block>,
        open: Vec<(OpenBlockKey, Option<Timestamp>)>,
        turns: Vec<BlockTurnKey>,
        charges: Vec<Charge>,
        owed: i128,
    }

    fn broken(books: &Books) -> Vec<Broken> {
        let Books { partner, terms, blocks, open, turns, charges, owed } = books;
        super::partner(&PartnerBooks { key: KEY, partner, terms, blocks, open, turns, charges, owed: *owed })
    }

    fn block(kind: BlockKind, status: BlockStatus, (left, debited): (i64, i64), created: u64) -> Block {
        let mut block = Block::new(kind, Points(left.saturating_add(debited)), day(0));
        *block.sums.get_mut(BlockState::Remaining) = Points(left);
        *block.sums.get_mut(BlockState::Debited) = Points(debited);
        Block { status, created: Sequence(created), ..block }
    }

    fn charge(cause: ChargeCause, block: u64, points: i64) -> Charge {
        let (unit_price, currency, recorded_at) = (Rate::ONE, Currency::default(), day(0));
        Charge { cause, block: BlockId(block), points: Points(points), unit_price, currency, recorded_at }
    }

    /// One block that is open, one used up, one that waits for its start, one pending, one created, one reserve.
    fn books() -> Books {
        use BlockKind::{Auto, Regular, Reserve};
        use BlockStatus::{Approved, Pending};
        let terms = CreatePartner::default();
        let terms = PartnerTerms {
            name: terms.name,
            billing: terms.billing,
            rates: terms.rates,
            rounding: terms.rounding,
            order: terms.order,
            low_balance: None,
            auto_creation: None,
            due_block: None,
            price: terms.price,
            currency: terms.currency,
            credit_cap: terms.credit_cap,
            fees: terms.fees,
            since: Sequence(1),
        };
        let starts = Block { starts_at: day(5), ..block(Regular, Approved, (40, 0), 4) };
        let expires = Block { expires_at: Some(day(9)), ..block(Regular, Approved, (50, 30), 2) };
        let blocks: BTreeMap<BlockId, Block> = [
            (1, expires),
            (2, block(Regular, Approved, (0, 20), 3)),
            (3, starts),
            (4, block(Regular, Pending, (70, 0), 5)),
            (5, block(Auto, Approved, (10, 0), 6)),
            (6, block(Reserve, Approved, (100, 7), 7)),
        ]
        .map(|(id, block)| (BlockId(id), block))
        .into();
        let place = |id: u64| {
            let block = &blocks[&BlockId(id)];
            (block.place(KEY, BlockId(id), terms.order), block.expires_at)
        };
        let open = [1, 5, 6].map(place).to_vec();
        let turn = |at, turn, block| BlockTurnKey { partner: KEY, at, turn, block: BlockId(block) };
        let turns = vec![turn(day(5), BlockTurn::Start, 3), turn(day(9), BlockTurn::Expire, 1)];
        let charges = vec![
            charge(ChargeCause::Purchase, 1, 80),
            charge(ChargeCause::Purchase, 2, 20),
            charge(ChargeCause::Purchase, 3, 40),
            charge(ChargeCause::AutoCreation, 5, 10),
            charge(ChargeCause::ReserveUsage, 6, 9),
            charge(ChargeCause::ReserveReturned, 6, 2),
        ];
        let partner = Partner {
            open: [1, 5, 6].map(BlockId).into_iter().collect(),
            open_blocks: 3,
            usable: Points(60),
            reserve: Points(100),
            waiting: Points(40),
            pending: Points(70),
            debited: Points(57 + 13),
            next_due: Some(day(5)),
            ..Partner::default()
        };
        Books { partner, terms, blocks, open, turns, charges, owed: 13 }
    }

    #[test]
    fn a_partner_whose_books_do_not_add_up_is_named() {
        assert_eq!(broken(&books()), Vec::<Broken>::new(), "the books are whole");
        let changes: [fn(&mut Books); 20] = [
            |books| books.partner.usable.0 += 1,
            |books| books.partner.reserve.0 += 1,
            |books| books.partner.waiting.0 += 1,
            |books| books.partner.pending.0 += 1,
            |books| books.partner.debited.0 += 1,
            |books| books.owed += 1,
            |books| books.partner.open.clear(),
            |books| books.partner.open.swap(0, 1),
            |books| books.partner.open_blocks += 1,
            |books| books.partner.next_due = None,
            |books| books.partner.next_due = Some(day(6)),
            |books| books.open[0].1 = None,
            |books| books.open[0].0.rank += 1,
            |books| {
                let _ = books.turns.pop();
            },
            |books| books.turns[1].at = day(8),
            |books| {
                let _ = books.charges.remove(0);
            },
            |books| books.charges.push(charge(ChargeCause::Purchase, 1, 80)),
            |books| books.charges.push(charge(ChargeCause::Purchase, 4, 70)),
            |books| {
                let _ = books.charges.remove(3);
            },
            |books| books.charges[4].points.0 -= 1,
        ];
        for (at, change) in changes.into_iter().enumerate() {
            let mut changed = books();
            change(&mut changed);
            assert_eq!(broken(&changed).len(), 1, "change {at}: {:?}", broken(&changed));
        }
        let mut early = books();
        early.partner.next_due = Some(day(1));
        assert_eq!(broken(&early), Vec::<Broken>::new(), "it may be due early");
        let mut shorter = books();
        shorter.partner.open.truncate(1);
        assert_eq!(broken(&shorter), Vec::<Broken>::new(), "a record may name fewer than it could");
    }

    #[test]
    fn a_bill_that_its_lines_do_not_add_up_to_is_named() {
        let line =
            |points, terms| BillLine { member: MemberId(1), points: Points(points), terms, cancels: Sequence(0) };
        let part =
            |terms, points| BillPart { terms, points: Points(points), price: Rate::ONE, currency: Currency::default() };
        let bill = Bill {
            request: RequestId(1),
            from: None,
            until: day(1),
            opened: Sequence(1),
            closed: None,
            next: UnbilledKeyTail { at: day(0), sequence: Sequence(0), place: 0 },
            lines: 3,
            parts: vec![part(1, 60), part(2, 5)],
        };
        let lines = [line(100, 1), line(-40, 1), line(5, 2)];
        assert_eq!(super::bill(&bill, lines.iter()), None);
        assert!(super::bill(&bill, lines[1..].iter()).is_some());
        assert!(super::bill(&bill, [line(60, 1), line(0, 1), line(5, 1)].iter()).is_some());
        assert!(super::bill(&Bill { lines: 4, ..bill }, lines.iter()).is_some());
    }
}
