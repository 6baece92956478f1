//! The model of one program beside what an engine answered: every answer is compared, and every figure that can be asked
//! for.

use super::ledger::{Done, Expected, Model};
use super::member::{self, Handle, News};
use super::partner::ModelBlock;
use accruedb::domain::*;
use accruedb::engine::{AccountItems, ErrorKind, ExecuteError, MemberState, PartnerState, SourceState};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The model of one program, with what the engine answered.
#[derive(Debug, Clone)]
pub(crate) struct Book {
    pub(crate) model: Model,
    /// The first receipt of each request.
    pub(crate) receipts: BTreeMap<RequestId, Receipt>,
    /// In whose statements each request is.
    pub(crate) linked: BTreeMap<RequestId, BTreeSet<MemberId>>,
    /// Names that bookings gave to items that came into being, in order.
    names: BTreeMap<MemberId, VecDeque<ItemId>>,
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
    /// What is told of each partner, as it is told.
    partners: BTreeMap<PartnerId, Vec<Leg>>,
    news: BTreeMap<MemberId, Vec<Leg>>,
    /// What became of sources, in order.
    of_sources: Vec<Leg>,
    trade: Vec<Leg>,
}

/// What takes points in an order that callers see.
fn takes_in_order(from: PointState, to: PointState) -> bool {
    use PointState::{Adjusted, Fee, Held, Matured, Redeemed, Transferred};
    matches!((from, to), (Matured, Redeemed | Held | Transferred | Fee | Adjusted) | (Held, Redeemed))
}

/// The partner whom a leg is about.
pub(super) fn partner_of(leg: &Leg) -> Option<PartnerId> {
    match *leg {
        Leg::Block { partner, .. }
        | Leg::Charged { partner, .. }
        | Leg::Credited { partner, .. }
        | Leg::Charge { partner, .. }
        | Leg::Event { partner, .. }
        | Leg::Billed { partner, .. }
        | Leg::BillClosed { partner, .. }
        | Leg::FeeCharged { partner, .. }
        | Leg::FeeRefunded { partner, .. } => Some(partner),
        _ => None,
    }
}

/// The leg without the number of another entry, which the model does not know.
pub(super) fn unnumbered(leg: Leg) -> Leg {
    match leg {
        Leg::FeeRefunded { partner, fee: _, amount, currency } => {
            Leg::FeeRefunded { partner, fee: Sequence(0), amount, currency }
        }
        other => other,
    }
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
                Leg::TierChanged { member, .. }
                | Leg::Extended { member, .. }
                | Leg::Merged { member, .. }
                | Leg::Clipped { member, .. }
                | Leg::Forgiven { member, .. } => told.news.entry(member).or_default().push(*leg),
                Leg::Inventory { .. } | Leg::SourceStatus { .. } | Leg::Withheld { .. } | Leg::InventoryLow { .. } => {
                    told.of_sources.push(*leg)
                }
                other => match partner_of(&other) {
                    Some(partner) => told.partners.entry(partner).or_default().push(other),
                    None => panic!("the model does not know {other:?}"),
                },
            }
        }
        told.granted.sort_by_key(|granted| (granted.member, granted.item));
        told
    }
}

impl Book {
    pub(crate) fn new() -> Book {
        let (receipts, linked, names) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Book { model: Model::new(), receipts, linked, names }
    }

    /// A booking named the next item that came into being at a member.
    pub(crate) fn name(&mut self, member: MemberId, item: ItemId) {
        self.names.entry(member).or_default().push_back(item);
    }

    pub(crate) fn learn_names(&mut self) {
        for (id, names) in &mut self.names {
            if let Some(member) = self.model.members.get_mut(id) {
                member.learn(names);
            }
        }
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
                if let (Rejection::AlreadyRefunded { refund }, Action::RefundFee(body)) =
                    (&mut rejection, &command.action)
                {
                    assert_eq!(*refund, self.refund_of(body.fee), "{what}");
                    *refund = Sequence(0);
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
                self.linked.insert(command.request_id, done.linked.clone());
                self.receipts.insert(command.request_id, receipt);
            }
            (expected, answer) => panic!("{what}\nthe model expects {expected:?}\nthe engine says  {answer:?}"),
        }
    }

    /// A receipt tells what the model did: balances, what partners paid, items granted, every movement of points, and the
    /// order in which they were taken. An item is named by its entry and its place there.
    fn compare_receipt(&mut self, command: &Command, done: &Done, receipt: &Receipt) {
        assert_eq!(receipt.balances, done.balances, "{command:?}: balances");
        let (partners, of_sources) = (done.partners.clone(), done.of_sources.clone());
        let mut expected = Told { partners, of_sources, trade: done.trade.clone(), ..Told::default() };
        for leg in expected.partners.values_mut().flatten() {
            if let (Leg::FeeRefunded { fee, .. }, Action::RefundFee(body)) = (leg, &command.action) {
                *fee = self.receipts[&body.fee].sequence;
            }
        }
        for member in self.model.members.values_mut() {
            member.learn_overdraft(command.request_id, receipt.sequence);
        }
        for (handle, place) in done.logs.values().flat_map(|log| &log.granted) {
            let owner = self.model.owner(*handle);
            let member = self.model.members.get_mut(&owner).expect("the model has it too");
            member.items.get_mut(handle).expect("it has the item").id =
                Some(ItemId { sequence: receipt.sequence, place: *place });
        }
        let named = |item: Handle| self.model.item(item).id.expect("named");
        for (id, log) in &done.logs {
            expected.granted.extend(log.granted.iter().map(|(handle, _)| granted(*id, self.model.item(*handle))));
            log.moves.iter().for_each(|part| expected.moved(*id, named(part.item), (part.from, part.to), part.points));
            expected.owed.extend(log.owed.iter().map(|(kind, points)| ((*id, *kind), *points)));
            expected.borne.extend(log.borne.iter().map(|(kind, points)| ((*id, *kind), *points)));
            let news: Vec<Leg> = log.news.iter().map(|news| self.leg(*id, news)).collect();
            expected.news.extend((!news.is_empty()).then_some((*id, news)));
        }
        expected.granted.sort_by_key(|granted| (granted.member, granted.item));
        for sums in [&mut expected.owed, &mut expected.borne] {
            sums.retain(|_, points| *points != 0);
        }
        assert_eq!(Told::by(&receipt.legs), expected, "{command:?}: legs");
    }

    /// How a receipt tells of something.
    fn leg(&self, member: MemberId, news: &News) -> Leg {
        match *news {
            News::Tier { before, tier, until } => Leg::TierChanged { member, before, tier, until },
            News::Extended { item, points, before, expires_at } => {
                let of = self.model.item(item);
                let (item, point_type) = (of.id.expect("named"), of.point_type);
                Leg::Extended { member, item, point_type, points: Points(points), before, expires_at }
            }
            News::Merged { other, point_type, points } => {
                Leg::Merged { member, other, point_type, points: Points(points) }
            }
            News::Clipped { point_type, place, points } => {
                Leg::Clipped { member, point_type, place, points: Points(points) }
            }
            News::Forgiven { point_type, points } => Leg::Forgiven { member, point_type, points: Points(points) },
        }
    }

    /// A member's status, tier and household.
    pub(crate) fn compare_member(&self, id: MemberId, shown: Option<MemberState>) {
        let expected = self.model.members.get(&id).map(|member| member.state());
        assert_eq!(shown, expected, "member {id} at {}", self.model.now);
    }

    /// The entry that refunded a fee.
    fn refund_of(&self, wanted: RequestId) -> Sequence {
        let is_refund = |action: &Action| matches!(action, Action::RefundFee(RefundFee { fee, .. }) if *fee == wanted);
        let mut receipts = self.receipts.iter();
        let refund = receipts.find(|(request, _)| self.model.done(**request).is_some_and(is_refund));
        refund.map_or(Sequence(0), |(_, receipt)| receipt.sequence)
    }

    pub(crate) fn compare_balances(&self, member: MemberId, shown: &Option<Vec<Balance>>) {
        let mut expected = self.model.balances(member);
        let mut shown = shown.clone();
        if self.model.were_merged.contains(&member) {
            // looking back, the accounts that a merge has ever closed are shown empty
            let none = |balance: &Balance| *balance != Balance::zero(member, balance.point_type);
            [&mut shown, &mut expected].into_iter().flatten().for_each(|balances| balances.retain(none));
        }
        assert_eq!(shown, expected, "balances of member {member} at {}", self.model.now);
    }

    pub(crate) fn compare_partner(&self, id: PartnerId, shown: Option<PartnerState>) {
        let model = self.model.partners.get(&id);
        assert_eq!(shown.is_some(), model.is_some(), "partner {id}");
        let (Some(shown), Some(model)) = (shown, model) else { return };
        let of = shown.partner;
        assert_eq!(shown.balance, of.balance(), "partner {id}");
        let expected = Partner {
            usable: Points(model.usable()),
            reserve: Points(model.reserve()),
            waiting: Points(model.waiting()),
            pending: Points(model.pending()),
            debited: Points(model.debited),
            open_blocks: model.open().len() as u32,
            last_bought: model.last_bought,
            own_blocks: model.own,
            is_on_reserve: model.on_reserve,
            bills: model.bills.len() as u32,
            is_billing: model.bills.last().is_some_and(|bill| !bill.is_closed),
            billed_until: model.bills.last().map(|bill| bill.until),
            last_sequence: of.last_sequence,
            next_due: of.next_due,
            open: of.open.clone(),
        };
        assert_eq!(of, expected, "partner {id} at {}", self.model.now);
        assert!(model.open().starts_with(&of.open), "the open blocks of partner {id}");
        let created = |(id, block): (BlockId, Block)| (id, Block { created: Sequence(0), ..block });
        let blocks: Vec<_> = shown.blocks.into_iter().map(created).collect();
        let expected: Vec<_> = model.blocks.iter().map(|(id, block)| (*id, as_block(block))).collect();
        assert_eq!(blocks, expected, "blocks of partner {id} at {}", self.model.now);
    }

    /// A source: its status, what its inventory was given, has issued and lost, and its restrictions.
    pub(crate) fn compare_source(&self, id: SourceId, shown: Option<SourceState>) {
        let shown = shown.map(|shown| {
            let restrictions = shown.terms.limits.iter().map(|limit| limit.restriction).collect();
            (shown.source.status, shown.source.inventory, restrictions)
        });
        let model = self.model.sources.get(&id);
        let expected = model.map(|source| (source.status, source.inventory(), source.restrictions()));
        assert_eq!(shown, expected, "source {id} at {}", self.model.now);
    }

    /// Every item of an account: its points in each state, its time, where it comes from, and whether it waits to mature.
    pub(crate) fn compare_items(&self, account: AccountKey, shown: &AccountItems) {
        // what few items have may be there with nothing in it
        let of = |items: &[(ItemPosition, Item)], waits: bool| -> Vec<(ItemId, Item, ItemMore, bool)> {
            let more = |item: &Item| item.more.unwrap_or_default();
            let issued = |item: &Item| Item { issued_at: Some(item.issued_at()), more: None, ..*item };
            items.iter().map(|(at, item)| (at.id, issued(item), more(item), waits)).collect()
        };
        let mut shown = [of(&shown.matured, false), of(&shown.future, true)].concat();
        shown.sort_unstable_by_key(|(id, ..)| *id);
        let mut expected = Vec::new();
        if let Some(member) = self.model.members.get(&account.member) {
            let items = member.items.iter().filter(|(_, item)| item.point_type == account.point_type);
            expected.extend(items.map(|(handle, item)| {
                let more = ItemMore { policy: item.policy, adjusted: item.adjusted };
                (item.id.expect("named"), self.as_item(member, *handle), more, item.waits)
            }));
        }
        expected.sort_unstable_by_key(|(id, ..)| *id);
        assert_eq!(shown, expected, "items of {account:?} at {}", self.model.now);
    }

    /// An item of the model, as the engine shows it.
    fn as_item(&self, member: &member::Member, handle: Handle) -> Item {
        let item = &member.items[&handle];
        let mut sums = PointSums::NONE;
        for state in PointState::ALL {
            *sums.get_mut(state) = Points(item.sum(state));
        }
        Item {
            granted: Points(item.granted),
            sums,
            claimed: Points(item.claimed),
            absorbed: Points(member.absorbed_of(handle)),
            source: item.source,
            partner: item.partner,
            subtype: item.subtype,
            issued_at: Some(item.issued_at),
            origin: item.origin.map(|origin| self.model.item(origin).id.expect("named")),
            ..Item::new(item.from, item.until)
        }
    }
}

/// A block of the model, as the engine shows it; which entry made it, only the engine knows.
fn as_block(block: &ModelBlock) -> Block {
    let mut sums = BlockSums::NONE;
    for state in BlockState::ALL {
        *sums.get_mut(state) = Points(block.sum(state));
    }
    Block {
        kind: block.kind,
        status: block.status,
        purchased: Points(block.purchased),
        credited: Points(block.credited),
        sums,
        starts_at: block.starts_at,
        expires_at: block.until,
        unit_price: block.unit_price,
        created: Sequence(0),
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
