//! The laws that always hold, as predicates over records. `verify`, the tests, the simulation and the fuzzer all use
//! these; what they walk over is theirs.

use super::effects::Effects;
use super::settlement;
use crate::domain::tables::{Lines, Receivables, RowTable};
use crate::domain::{
    Account, Billing, Block, BlockId, BlockStatus, Fault, Item, ItemPosition, LockName, Member, NegativeBalance,
    Partner, PointState, PointType, Points, Program, Subject, Timestamp, Totals,
};

/// What is wrong, where a law does not hold.
pub type Broken = String;

fn holds(condition: bool, what: impl FnOnce() -> Broken) -> Option<Broken> {
    (!condition).then(what)
}

/// Item: what was granted is the sum over all states; nothing negative; what is claimed was spent, and what the host
/// bears was claimed.
#[must_use]
pub fn item(item: &Item) -> Option<Broken> {
    let Item { granted, sums, claimed, absorbed, .. } = item;
    let whole = granted.is_positive() && i128::from(granted.0) == sums.total() && sums.none_negative();
    let claims = Points::ZERO <= *absorbed && absorbed <= claimed && claimed <= granted;
    holds(whole && claims, || format!("points of the item do not add up: {item:?}"))
}

/// Block: what was purchased and credited is the sum over all states; nothing negative.
#[must_use]
pub fn block(block: &Block) -> Option<Broken> {
    let Block { purchased, credited, sums, .. } = block;
    let given = i128::from(purchased.0).saturating_add(credited.0.into());
    let whole = purchased.is_positive() && *credited >= Points::ZERO && given == sums.total() && sums.none_negative();
    holds(whole, || format!("points of the block do not add up: {block:?}"))
}

/// Partner: its open blocks are its approved ones with points left; its balance is their sum.
#[must_use]
pub fn partner<'a>(partner: &Partner, blocks: impl Iterator<Item = (BlockId, &'a Block)>) -> Vec<Broken> {
    let mut remaining = 0i128;
    let mut debited = 0i128;
    let mut broken = Vec::new();
    for (id, block) in blocks {
        let is_open = block.status == BlockStatus::Approved && block.remaining().is_positive();
        if is_open {
            remaining = remaining.saturating_add(i128::from(block.remaining().0));
            let due_in_time = block.expires_at.is_none_or(|expiry| partner.next_due.is_some_and(|due| due <= expiry));
            broken.extend(holds(due_in_time, || format!("block {id} expires before the partner is due")));
        }
        debited = debited.saturating_add(block.sums.get(crate::domain::BlockState::Debited).0.into());
        broken.extend(holds(partner.open.contains(&id) == is_open, || format!("block {id} is wrongly open or not")));
    }
    broken.extend(holds(remaining == i128::from(partner.remaining.0), || {
        format!("balance {} where its blocks hold {remaining}", partner.remaining)
    }));
    let prepaid = partner.terms.billing == Billing::Prepaid;
    broken.extend(holds(!prepaid || debited == i128::from(partner.debited.0), || {
        format!("debited {} where its blocks say {debited}", partner.debited)
    }));
    broken
}

/// The sums of an account's items, to be held against the account.
#[derive(Debug, Default)]
pub struct ItemSums {
    granted: i128,
    states: [i128; PointState::ALL.len()],
    absorbed: i128,
    first_open: Option<ItemPosition>,
    next_due: Option<Timestamp>,
}

impl ItemSums {
    /// Counts an item that has matured.
    pub fn matured(&mut self, position: ItemPosition, item: &Item) {
        if item.is_open() {
            self.first_open = Some(self.first_open.map_or(position, |first| first.min(position)));
            self.next_due = self.next_due.into_iter().chain(item.expires_at).min();
        }
        self.count(item);
    }

    /// Counts an item that has not.
    pub fn future(&mut self, position: ItemPosition, item: &Item) {
        self.next_due = self.next_due.into_iter().chain(Timestamp::from_order(position.order)).min();
        self.count(item);
    }

    fn count(&mut self, item: &Item) {
        self.granted = self.granted.saturating_add(item.granted.0.into());
        self.absorbed = self.absorbed.saturating_add(item.absorbed.0.into());
        for (sum, (_, points)) in self.states.iter_mut().zip(item.sums.iter()) {
            *sum = sum.saturating_add(points.0.into());
        }
    }
}

/// Account by itself: what was granted is the sum over all states; debt only where nothing is left to be used.
#[must_use]
pub fn account_alone(account: &Account) -> Vec<Broken> {
    let Account { granted, sums, debt, absorbed, .. } = account;
    let whole = i128::from(granted.0) == sums.total() && sums.none_negative() && *absorbed >= Points::ZERO;
    let mut broken: Vec<Broken> =
        holds(whole, || format!("points of the account do not add up: {account:?}")).into_iter().collect();
    let owing = *debt == Points::ZERO || (debt.is_positive() && account.matured() == Points::ZERO);
    broken.extend(holds(owing, || format!("debt {debt} beside {} points left", account.matured())));
    broken
}

/// Account: every sum is that of its items; debt only where nothing is available, and only where it may be.
#[must_use]
pub fn account(member: &Member, account: &Account, point_type: &PointType, sums: &ItemSums) -> Vec<Broken> {
    let mut broken = account_alone(account);
    let differs = |name: &str, booked: Points, counted: i128| {
        holds(i128::from(booked.0) == counted, || format!("{name} is {booked}, its items hold {counted}"))
    };
    broken.extend(differs("granted", account.granted, sums.granted));
    broken.extend(differs("absorbed", account.absorbed, sums.absorbed));
    for ((state, booked), counted) in account.sums.iter().zip(sums.states) {
        broken.extend(differs(state.code(), booked, counted));
    }
    let may_owe = account.debt == Points::ZERO || point_type.negative_balance == NegativeBalance::Allowed;
    broken.extend(holds(may_owe, || format!("debt {} where none is allowed", account.debt)));
    let in_sight = sums.first_open.is_none_or(|first| account.first_open <= first);
    broken.extend(holds(in_sight, || format!("an open item lies before {:?}", account.first_open)));
    let in_time = sums.next_due.is_none_or(|due| member.next_due.is_some_and(|known| known <= due));
    broken.extend(holds(in_time, || format!("something is due before {:?}", member.next_due)));
    broken
}

/// Totals: what is recorded is what the items say.
#[must_use]
pub fn totals(recorded: &Totals, counted: &Totals) -> Option<Broken> {
    holds(recorded == counted, || format!("totals say {recorded:?}, the items {counted:?}"))
}

/// What an item adds to the totals of its source and type.
#[must_use]
pub fn totals_of(item: &Item) -> Totals {
    let granted = i128::from(item.granted.0);
    let mut totals = Totals::NONE;
    match item.origin {
        None => totals.issued = granted,
        Some(_) => totals.moved_in = granted,
    }
    for (state, points) in item.sums.iter() {
        totals.add_gone(state, points.0.into());
    }
    totals
}

/// A decision, before it is applied: every record that it changes keeps the laws of one record. The first that does not
/// is told.
#[must_use]
pub fn decision(effects: &Effects, program: Option<&Program>) -> Option<Fault> {
    for (key, member) in effects.members.changed() {
        let broken = member.accounts.iter().flat_map(account_alone).next();
        let unknown = member
            .accounts
            .iter()
            .find(|account| program.is_none_or(|program| program.point_type(account.point_type).is_none()));
        let broken = broken.or_else(|| unknown.map(|account| format!("unknown point type {}", account.point_type)));
        if let Some(broken) = broken {
            return Some(Fault::broken(key.lock(), broken));
        }
    }
    for (key, block) in effects.blocks.changed() {
        if let Some(broken) = self::block(block) {
            return Some(Fault::broken(key.owner().lock(), broken));
        }
    }
    let items = effects.rows.items.iter().chain(effects.rows.future.iter());
    for (key, item) in items.filter_map(|(key, item)| Some((key, item.as_ref()?))) {
        if let Some(broken) = self::item(item) {
            let subject = LockName::Subject(key.account.program, Subject::Member(key.account.member));
            return Some(Fault::broken(subject, broken));
        }
    }
    settlement_decision(effects, program)
}

/// Lines that a decision writes, and receivables that it changes.
fn settlement_decision(effects: &Effects, program: Option<&Program>) -> Option<Fault> {
    let lines = effects.rows.lines.iter().filter_map(|(key, line)| Some((key, line.as_ref()?)));
    for (key, line) in lines {
        let broken = program.and_then(|program| settlement::laws::line(program, key, line).into_iter().next());
        if let Some(broken) = broken {
            return Some(Fault::broken(Lines::lock(key), broken));
        }
    }
    let receivables = effects.rows.receivables.iter().filter_map(|(key, all)| Some((key, all.as_ref()?)));
    for (key, all) in receivables {
        if let Some(broken) = settlement::laws::receivables(all) {
            return Some(Fault::broken(Receivables::lock(key), broken));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        Billing, BlockId, BlockOrder, ItemId, PartnerTerms, PointTypeId, Rate, Rounding, Sequence, Timestamp, UseOrder,
    };
    use std::sync::Arc;

    /// The sums of an item or account, by state: for tests.
    fn sums<const N: usize>(parts: [(PointState, i64); N]) -> PointSums {
        let mut sums = PointSums::NONE;
        for (state, points) in parts {
            *sums.get_mut(state) = Points(points);
        }
        sums
    }

    fn day(day: i64) -> Timestamp {
        Timestamp::from_ms(day.saturating_mul(86_400_000)).unwrap()
    }

    /// What a law says of a record once it is changed, where it says nothing before.
    #[track_caller]
    fn broken_by<T: Clone>(record: &T, law: impl Fn(&T) -> Vec<Broken>, change: impl FnOnce(&mut T)) {
        assert_eq!(law(record), Vec::<Broken>::new(), "the record is whole");
        let mut changed = record.clone();
        change(&mut changed);
        assert_eq!(law(&changed).len(), 1, "{:?}", law(&changed));
    }

    fn whole_item() -> Item {
        Item {
            granted: Points(100),
            remaining: Points(40),
            held: Points(1),
            redeemed: Points(20),
            expired: Points(30),
            cancelled: Points(5),
            repaid: Points(4),
            claimed: Points(3),
            absorbed: Points(2),
            available_from: day(0),
            expires_at: Some(day(9)),
            source: None,
            partner: None,
        }
    }

    #[test]
    fn an_item_that_does_not_add_up_is_named() {
        let law = |record: &Item| item(record).into_iter().collect();
        let changes: [fn(&mut Item); 13] = [
            |item| item.granted.0 += 1,
            |item| item.remaining.0 += 1,
            |item| item.held.0 += 1,
            |item| item.redeemed.0 += 1,
            |item| item.expired.0 += 1,
            |item| item.cancelled.0 += 1,
            |item| item.repaid.0 += 1,
            |item| (item.remaining, item.redeemed) = (Points(-1), Points(61)),
            |item| item.absorbed = Points(4),
            |item| item.absorbed = Points(-1),
            |item| item.claimed = Points(101),
            |item| *item = Item { granted: Points(0), ..nothing() },
            |item| *item = Item { granted: Points(-1), remaining: Points(-1), ..nothing() },
        ];
        changes.into_iter().for_each(|change| broken_by(&whole_item(), law, change));
        let edge = Item { claimed: Points(100), absorbed: Points(100), ..whole_item() };
        assert_eq!(item(&edge), None, "all of it was spent, and the host bears it");
        let unspent = Item { granted: Points(7), remaining: Points(7), ..nothing() };
        assert_eq!(item(&unspent), None);
    }

    /// An item without a point.
    fn nothing() -> Item {
        let [granted, remaining, held, redeemed, expired, cancelled, repaid, claimed, absorbed] = [Points::ZERO; 9];
        let sums = Item { granted, remaining, held, redeemed, expired, ..whole_item() };
        Item { cancelled, repaid, claimed, absorbed, ..sums }
    }

    fn whole_block() -> Block {
        Block {
            status: BlockStatus::Approved,
            purchased: Points(100),
            remaining: Points(50),
            debited: Points(30),
            expired: Points(20),
            starts_at: day(0),
            expires_at: Some(day(9)),
            unit_price: Rate::ONE,
            created: Sequence(1),
        }
    }

    #[test]
    fn a_block_that_does_not_add_up_is_named() {
        let law = |record: &Block| block(record).into_iter().collect();
        let changes: [fn(&mut Block); 7] = [
            |block| block.purchased.0 += 1,
            |block| block.remaining.0 += 1,
            |block| block.debited.0 += 1,
            |block| block.expired.0 += 1,
            |block| (block.remaining, block.debited) = (Points(-1), Points(81)),
            |block| (block.purchased, block.remaining, block.debited, block.expired) = Default::default(),
            |block| (block.purchased, block.remaining) = (Points(-50), Points(-100)),
        ];
        changes.into_iter().for_each(|change| broken_by(&whole_block(), law, change));
    }

    /// A partner and its blocks: one open, one used up, one that waits for approval.
    #[derive(Clone)]
    struct Books {
        partner: Partner,
        blocks: [(BlockId, Block); 3],
    }

    fn books(billing: Billing) -> Books {
        let (rounding, order) = (Rounding::HalfUp, BlockOrder::Created);
        let terms = Arc::new(PartnerTerms { billing, rates: [].into(), rounding, order });
        let used = Block { remaining: Points(0), debited: Points(80), expires_at: Some(day(1)), ..whole_block() };
        let waiting = Block { status: BlockStatus::Pending, ..whole_block() };
        Books {
            partner: Partner {
                terms,
                open: [BlockId(1)].into_iter().collect(),
                remaining: Points(50),
                debited: Points(140),
                next_due: Some(day(9)),
            },
            blocks: [(BlockId(1), whole_block()), (BlockId(2), used), (BlockId(3), waiting)],
        }
    }

    #[test]
    fn a_partner_whose_books_do_not_add_up_is_named() {
        let law = |books: &Books| partner(&books.partner, books.blocks.iter().map(|(id, block)| (*id, block)));
        let changes: [fn(&mut Books); 8] = [
            |books| books.partner.remaining.0 += 1,
            |books| books.partner.debited.0 += 1,
            |books| books.partner.open.clear(),
            |books| books.partner.open.push(BlockId(2)),
            |books| books.partner.open.push(BlockId(3)),
            |books| books.partner.next_due = None,
            |books| books.partner.next_due = Some(day(10)),
            |books| books.blocks[0].1.debited.0 += 1,
        ];
        changes.into_iter().for_each(|change| broken_by(&books(Billing::Prepaid), law, change));
        let mut early = books(Billing::Prepaid);
        early.partner.next_due = Some(day(1));
        assert_eq!(law(&early), Vec::<Broken>::new(), "it may be due early");
        let mut owing = books(Billing::PostPaid);
        owing.partner.debited = Points(1000);
        assert_eq!(law(&owing), Vec::<Broken>::new(), "who pays later is debited without a block");
    }

    /// A member with one account, its type, and its items: open ones, a used-up one, and one that has not matured.
    #[derive(Clone)]
    struct Holdings {
        member: Member,
        point_type: PointType,
        matured: Vec<(ItemPosition, Item)>,
        future: Vec<(ItemPosition, Item)>,
    }

    fn position(at: i64, sequence: u64) -> ItemPosition {
        ItemPosition::at(day(at), ItemId { sequence: Sequence(sequence), place: 0 })
    }

    fn holdings(class: PointClass) -> Holdings {
        let used = Item { remaining: Points(0), redeemed: Points(60), expires_at: Some(day(1)), ..whole_item() };
        let later = Item { expires_at: Some(day(20)), ..whole_item() };
        let mut member = Member { next_due: Some(day(5)), ..Member::new(day(0)) };
        let account = member.account_mut(PointTypeId(1));
        let matured = Points(80);
        match class {
            PointClass::Redeemable => account.available = matured,
            PointClass::Qualifying => account.qualifying = matured,
        }
        (account.future, account.held, account.granted) = (Points(40), Points(4), Points(400));
        (account.redeemed, account.expired, account.cancelled) = (Points(120), Points(120), Points(20));
        (account.repaid, account.absorbed, account.first_open) = (Points(16), Points(8), position(9, 2));
        let (order, negative_balance) = (UseOrder::EarliestExpiry, NegativeBalance::Allowed);
        let expiry = crate::domain::Expiry::Never;
        Holdings {
            member,
            point_type: PointType { class, order, expiry, negative_balance },
            matured: vec![(position(1, 1), used), (position(20, 3), later), (position(9, 2), whole_item())],
            future: vec![(position(5, 4), whole_item())],
        }
    }

    fn account_law(all: &Holdings) -> Vec<Broken> {
        let mut sums = ItemSums::default();
        all.matured.iter().for_each(|(position, item)| sums.matured(*position, item));
        all.future.iter().for_each(|(position, item)| sums.future(*position, item));
        account(&all.member, &all.member.accounts[0], &all.point_type, &sums)
    }

    #[test]
    fn an_account_that_differs_from_its_items_is_named() {
        let changes: [fn(&mut Account); 12] = [
            |account| account.available.0 += 1,
            |account| account.qualifying.0 += 1,
            |account| account.future.0 += 1,
            |account| account.held.0 += 1,
            |account| account.granted.0 += 1,
            |account| account.redeemed.0 += 1,
            |account| account.expired.0 += 1,
            |account| account.cancelled.0 += 1,
            |account| account.repaid.0 += 1,
            |account| account.absorbed.0 += 1,
            |account| account.first_open = position(9, 3),
            |account| account.debt = Points(1),
        ];
        for class in [PointClass::Redeemable, PointClass::Qualifying] {
            for change in &changes[..11] {
                broken_by(&holdings(class), account_law, |all| change(&mut all.member.accounts[0]));
            }
        }
        broken_by(&holdings(PointClass::Redeemable), account_law, |all| changes[11](&mut all.member.accounts[0]));
        broken_by(&holdings(PointClass::Redeemable), account_law, |all| all.member.next_due = None);
        // what is due first is the item that has not matured; without it, the open item that expires first
        broken_by(&holdings(PointClass::Redeemable), account_law, |all| all.member.next_due = Some(day(6)));
        let mut matured = holdings(PointClass::Redeemable);
        matured.future = Vec::new();
        let empty = Member { next_due: Some(day(9)), ..matured.member.clone() };
        matured.member = empty;
        let account = &mut matured.member.accounts[0];
        (account.future, account.held, account.granted, account.redeemed) =
            (Points(0), Points(3), Points(300), Points(100));
        (account.expired, account.cancelled, account.repaid, account.absorbed) =
            (Points(90), Points(15), Points(12), Points(6));
        broken_by(&matured, account_law, |all| all.member.next_due = Some(day(10)));
    }

    #[test]
    fn a_debt_where_none_may_be_is_named() {
        let mut owing = holdings(PointClass::Qualifying);
        owing.member.accounts[0].debt = Points(1);
        broken_by(&owing, account_law, |all| all.point_type.negative_balance = NegativeBalance::Refused);
        broken_by(&owing, account_law, |all| all.member.accounts[0].debt = Points(-1));
        owing.member.accounts[0].debt = Points(0);
        owing.point_type.negative_balance = NegativeBalance::Refused;
        assert_eq!(account_law(&owing), Vec::<Broken>::new(), "nothing is owed");
    }

    #[test]
    fn totals_that_differ_are_named() {
        let counted = Totals { issued: 5, redeemed: 1, expired: 1, cancelled: 1, repaid: 1 };
        assert_eq!(totals(&counted, &counted), None);
        assert!(totals(&Totals { issued: 6, ..counted }, &counted).is_some());
    }
}
