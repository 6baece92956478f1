//! The model of one program beside what an engine answered: every answer is compared, and every figure that can be asked
//! for.

use super::ledger::{Done, Expected, Model};
use super::member;
use accruedb::domain::*;
use accruedb::engine::{AccountItems, ErrorKind, ExecuteError, PartnerState};
use std::collections::BTreeMap;

/// The model of one program, with what the engine answered.
#[derive(Debug, Clone)]
pub(crate) struct Book {
    pub(crate) model: Model,
    /// The first receipt of each request.
    pub(crate) receipts: BTreeMap<RequestId, Receipt>,
}

/// Points of one item that went from one state to another, summed up.
type Moves = BTreeMap<(MemberId, ItemId, PointState, PointState), i64>;

/// Points by member and type.
type Sums = BTreeMap<(MemberId, PointTypeId), i64>;

/// What legs tell, in the form in which the model tells it.
#[derive(Debug, Default, PartialEq)]
struct Told {
    granted: Vec<Granted>,
    moves: Moves,
    /// Points taken from items in order, as they were taken.
    taken: Vec<(ItemId, PointState, i64)>,
    owed: Sums,
    borne: Sums,
    paid: BTreeMap<Option<BlockId>, i64>,
    trade: Vec<Leg>,
}

/// What takes points in an order that callers see.
fn takes_in_order(from: PointState, to: PointState) -> bool {
    use PointState::{Fee, Held, Matured, Redeemed, Transferred};
    matches!((from, to), (Matured, Redeemed | Held | Transferred | Fee) | (Held, Redeemed))
}

impl Told {
    fn moved(&mut self, member: MemberId, item: ItemId, (from, to): (PointState, PointState), points: i64) {
        *self.moves.entry((member, item, from, to)).or_default() += points;
        if takes_in_order(from, to) {
            self.taken.push((item, to, points));
        }
    }

    fn by(legs: &[Leg]) -> Told {
        let mut told = Told::default();
        let of_merchants = |leg: &&Leg| {
            use Leg::{NotAwarded, NotSpent, Posted, Spent};
            matches!(leg, Spent { .. } | NotSpent { .. } | NotAwarded { .. } | Posted { .. })
        };
        told.trade.extend(legs.iter().filter(of_merchants).cloned());
        for leg in legs.iter().filter(|leg| !of_merchants(leg)) {
            told.granted.extend(leg.granted());
            match *leg {
                Leg::Granted { .. } => {}
                Leg::Moved { member, item, from, to, points, .. } => told.moved(member, item, (from, to), points.0),
                Leg::Owed { member, point_type, points } => {
                    *told.owed.entry((member, point_type)).or_default() += points.0;
                }
                Leg::Absorbed { member, point_type, points } => {
                    *told.borne.entry((member, point_type)).or_default() += points.0;
                }
                Leg::Block { block, from, to, points, .. } => {
                    let debited = Some(BlockState::Debited);
                    let more = i64::from(to == debited) - i64::from(from == debited);
                    *told.paid.entry(Some(block)).or_default() += more * points.0;
                }
                Leg::Charged { points, .. } => *told.paid.entry(None).or_default() += points.0,
                Leg::Credited { points, .. } => *told.paid.entry(None).or_default() -= points.0,
                // money and news of a partner are beyond the model
                Leg::Charge { .. } | Leg::Event { .. } => {}
                other => panic!("the model does not know {other:?}"),
            }
        }
        told.paid.retain(|_, points| *points != 0);
        told
    }
}

impl Book {
    pub(crate) fn new() -> Book {
        Book { model: Model::new(), receipts: BTreeMap::new() }
    }

    /// What was answered is what the model expects.
    pub(crate) fn compare(&mut self, command: &Command, expected: &Expected, answer: Result<Receipt, ExecuteError>) {
        let what = format!("{command:?}");
        match (expected, answer) {
            (Expected::Malformed, Err(ExecuteError::Failed(error))) => {
                assert_eq!(error.kind, ErrorKind::Invalid, "{what}: {error}");
            }
            (Expected::Refused(expected), Err(ExecuteError::Refused(mut rejection))) => {
                if let Rejection::RequestIdReused { first } = &mut rejection {
                    assert_eq!(*first, self.receipts[&command.request_id].sequence, "{what}");
                    *first = Sequence(0);
                }
                assert_eq!(rejection, *expected, "{what}");
            }
            (Expected::Replayed(cancelled), Ok(receipt)) => {
                let first = self.receipts[&command.request_id].clone();
                assert_eq!(receipt, Receipt { replayed: true, cancelled: cancelled.clone(), ..first }, "{what}");
            }
            (Expected::Done(done), Ok(receipt)) => {
                assert!(!receipt.replayed && receipt.cancelled.is_empty(), "{what}");
                self.compare_receipt(command, done, &receipt);
                self.receipts.insert(command.request_id, receipt);
            }
            (expected, answer) => panic!("{what}\nthe model expects {expected:?}\nthe engine says  {answer:?}"),
        }
    }

    /// A receipt tells what the model did: balances, what partners paid, items granted, every movement of points, and the
    /// order in which they were taken. An item is named by its entry and its place there.
    fn compare_receipt(&mut self, command: &Command, done: &Done, receipt: &Receipt) {
        assert_eq!(receipt.balances, done.balances, "{command:?}: balances");
        let mut expected = Told { paid: done.paid.clone(), trade: done.trade.clone(), ..Told::default() };
        for (id, log) in &done.logs {
            let member = self.model.members.get_mut(id).expect("the model has it too");
            for (at, place) in log.granted.iter().zip(0u16..) {
                member.items[*at].id = Some(ItemId { sequence: receipt.sequence, place });
                expected.granted.push(granted(*id, &member.items[*at]));
            }
            let name = |item: usize| member.items[item].id.expect("named");
            log.moves.iter().for_each(|part| expected.moved(*id, name(part.item), (part.from, part.to), part.points));
            expected.owed.extend(log.owed.iter().map(|(kind, points)| ((*id, *kind), *points)));
            expected.borne.extend(log.borne.iter().map(|(kind, points)| ((*id, *kind), *points)));
        }
        for sums in [&mut expected.owed, &mut expected.borne] {
            sums.retain(|_, points| *points != 0);
        }
        assert_eq!(Told::by(&receipt.legs), expected, "{command:?}: legs");
    }

    pub(crate) fn compare_balances(&self, member: MemberId, shown: &Option<Vec<Balance>>) {
        assert_eq!(*shown, self.model.balances(member), "balances of member {member} at {}", self.model.now);
    }

    pub(crate) fn compare_partner(&self, id: PartnerId, shown: Option<PartnerState>) {
        let model = self.model.partners.get(&id);
        assert_eq!(shown.is_some(), model.is_some(), "partner {id}");
        let (Some(shown), Some(model)) = (shown, model) else { return };
        let left: i64 = model.blocks.values().filter(|block| block.approved).map(|block| block.left).sum();
        let of = &shown.partner;
        let held = of.usable.0 + of.reserve.0 + of.waiting.0;
        assert_eq!((held, of.debited.0), (left, model.debited), "partner {id}");
        let debited = |block: &Block| block.sums.get(BlockState::Debited).0;
        let blocks = shown.blocks.iter().map(|(id, block)| (*id, block.remaining().0, debited(block)));
        let expected = model.blocks.iter().map(|(id, block)| (*id, block.left, block.debited));
        assert_eq!(blocks.collect::<Vec<_>>(), expected.collect::<Vec<_>>(), "blocks of partner {id}");
    }

    /// Every item of an account: its points in each state, its time, where it comes from, and whether it waits to mature.
    pub(crate) fn compare_items(&self, account: AccountKey, shown: &AccountItems) {
        let of = |items: &[(ItemPosition, Item)], waits: bool| -> Vec<(ItemId, Item, bool)> {
            let issued = |item: &Item| Item { issued_at: Some(item.issued_at()), ..*item };
            items.iter().map(|(at, item)| (at.id, issued(item), waits)).collect()
        };
        let mut shown = [of(&shown.matured, false), of(&shown.future, true)].concat();
        shown.sort_unstable_by_key(|(id, ..)| *id);
        let mut expected = Vec::new();
        if let Some(member) = self.model.members.get(&account.member) {
            let items = member.items.iter().zip(0..).filter(|(item, _)| item.point_type == account.point_type);
            expected.extend(items.map(|(item, at)| (item.id.expect("named"), as_item(member, at), item.waits)));
        }
        expected.sort_unstable_by_key(|(id, ..)| *id);
        assert_eq!(shown, expected, "items of {account:?} at {}", self.model.now);
    }
}

/// How a receipt tells of an item of the model.
fn granted(id: MemberId, item: &member::Item) -> Granted {
    Granted {
        member: id,
        item: item.id.expect("named"),
        point_type: item.point_type,
        points: Points(item.granted),
        available_from: item.from,
        expires_at: item.until,
    }
}

/// An item of the model, as the engine shows it.
fn as_item(member: &member::Member, at: usize) -> Item {
    let item = &member.items[at];
    let mut sums = PointSums::NONE;
    for state in PointState::ALL {
        *sums.get_mut(state) = Points(item.sum(state));
    }
    Item {
        granted: Points(item.granted),
        sums,
        claimed: Points(item.claimed),
        absorbed: Points(member.absorbed_of(at)),
        source: item.source,
        partner: item.partner,
        subtype: item.subtype,
        issued_at: Some(item.issued_at),
        origin: item.origin,
        ..Item::new(item.from, item.until)
    }
}
