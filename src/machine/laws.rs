//! The laws that always hold, as predicates over records. `verify`, the tests, the simulation and the fuzzer all use
//! these; what they walk over is theirs.

mod partners;

use super::effects::Effects;
use super::settlement;
use crate::domain::tables::{Lines, Receivables, RowTable};
use crate::domain::{
    Account, Block, Fault, Figure, Item, ItemKey, ItemPosition, LockName, Member, PointState, PointType, Points,
    Program, ProgramSettings, Source, SourceStatus, Subject, Timestamp, Totals,
};
pub use partners::{PartnerBooks, bill, partner};

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

/// Source: what was given is left, issued or expired, nothing negative; one that gives points has some left.
#[must_use]
pub fn source(source: &Source) -> Vec<Broken> {
    let Source { last_sequence: _, status, inventory } = source;
    let Some(inventory) = inventory else {
        return holds(*status != SourceStatus::Exhausted, || "exhausted without an inventory".into())
            .into_iter()
            .collect();
    };
    let sums = [inventory.given, inventory.issued, inventory.expired, inventory.left()];
    let whole = sums.into_iter().all(|points| points >= Points::ZERO);
    let mut broken: Vec<Broken> =
        holds(whole, || format!("points of the inventory do not add up: {inventory:?}")).into_iter().collect();
    let gives = *status != SourceStatus::Active || inventory.left().is_positive();
    broken.extend(holds(gives, || "active with an inventory of 0".into()));
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

/// Item: its member is told in time that it is about to expire, or was.
#[must_use]
pub fn warning(member: &Member, key: &ItemKey, item: &Item, settings: &ProgramSettings) -> Vec<Broken> {
    let expires_at = item.expires_at.filter(|_| item.sums.get(PointState::Matured).is_positive());
    let (Some(expires_at), days @ 1..) = (expires_at, settings.item_warning_days) else { return Vec::new() };
    let is_told = ItemPosition::at(expires_at, key.position.id) < member.warned(key.account.point_type);
    let warned_at = expires_at.warned_at(days, &settings.zone);
    let in_time = is_told || member.next_due.is_some_and(|due| due <= warned_at);
    holds(in_time, || format!("it is told of at {warned_at}, and nothing is due before {:?}", member.next_due))
        .into_iter()
        .collect()
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
    let may_owe = account.debt == Points::ZERO || point_type.may_owe();
    broken.extend(holds(may_owe, || format!("debt {} where none is allowed", account.debt)));
    let in_sight = sums.first_open.is_none_or(|first| account.first_open <= first);
    broken.extend(holds(in_sight, || format!("an open item lies before {:?}", account.first_open)));
    let policies = account.more.iter().flat_map(|more| &more.due).map(|due| due.at);
    let tier = member.more.iter().filter_map(|more| more.tier).map(|state| state.until);
    let tier = tier.filter(|until| *until < Timestamp::MAX);
    let next_due = sums.next_due.into_iter().chain(policies).chain(tier).min();
    let in_time = next_due.is_none_or(|due| member.next_due.is_some_and(|known| known <= due));
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
    totals.count(Figure::given(item), granted);
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
    for (key, source) in effects.sources.changed() {
        if let Some(broken) = self::source(source).into_iter().next() {
            return Some(Fault::broken(key.lock(), broken));
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
        AccountKey, BlockKind, BlockState, BlockStatus, BlockSums, Expiry, ItemId, MemberId, NegativeBalance,
        PointClass, PointSums, PointTypeId, ProgramId, Rate, Sequence, UseOrder, Zone,
    };

    /// The sums of an item or account, by state.
    fn sums<const N: usize>(parts: [(PointState, i64); N]) -> PointSums {
        let mut sums = PointSums::NONE;
        for (state, points) in parts {
            *sums.get_mut(state) = Points(points);
        }
        sums
    }

    fn block_sums(remaining: i64, debited: i64, expired: i64) -> BlockSums {
        let mut sums = BlockSums::NONE;
        *sums.get_mut(BlockState::Remaining) = Points(remaining);
        *sums.get_mut(BlockState::Debited) = Points(debited);
        *sums.get_mut(BlockState::Expired) = Points(expired);
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

    /// 10 points in each state, but for those that wait.
    fn whole_item() -> Item {
        let mut sums = PointSums::NONE;
        for state in PointState::ALL.into_iter().filter(|state| *state != PointState::Future) {
            *sums.get_mut(state) = Points(10);
        }
        Item { granted: Points(110), sums, claimed: Points(3), absorbed: Points(2), ..Item::new(day(0), Some(day(9))) }
    }

    fn item_of(granted: i64, sums: PointSums) -> Item {
        Item { granted: Points(granted), sums, ..Item::new(day(0), Some(day(9))) }
    }

    #[test]
    fn an_item_that_does_not_add_up_is_named() {
        let law = |record: &Item| item(record).into_iter().collect();
        for state in PointState::ALL {
            broken_by(&whole_item(), law, |item| item.sums.get_mut(state).0 += 1);
            broken_by(&whole_item(), law, |item| {
                item.granted.0 -= item.sums.get(state).0 + 1;
                *item.sums.get_mut(state) = Points(-1);
            });
        }
        let changes: [fn(&mut Item); 6] = [
            |item| item.granted.0 += 1,
            |item| item.absorbed = Points(4),
            |item| item.absorbed = Points(-1),
            |item| item.claimed = Points(111),
            |item| *item = item_of(0, PointSums::NONE),
            |item| *item = item_of(-1, sums([(PointState::Matured, -1)])),
        ];
        changes.into_iter().for_each(|change| broken_by(&whole_item(), law, change));
        let edge = Item { claimed: Points(110), absorbed: Points(110), ..whole_item() };
        assert_eq!(item(&edge), None, "all of it was spent, and the host bears it");
        assert_eq!(item(&item_of(7, sums([(PointState::Matured, 7)]))), None);
    }

    fn whole_block() -> Block {
        Block {
            kind: BlockKind::Regular,
            status: BlockStatus::Approved,
            purchased: Points(100),
            credited: Points(0),
            sums: block_sums(50, 30, 20),
            starts_at: day(0),
            expires_at: Some(day(9)),
            unit_price: Rate::ONE,
            created: Sequence(1),
        }
    }

    #[test]
    fn a_block_that_does_not_add_up_is_named() {
        let law = |record: &Block| block(record).into_iter().collect();
        for state in BlockState::ALL {
            broken_by(&whole_block(), law, |block| block.sums.get_mut(state).0 += 1);
        }
        let changes: [fn(&mut Block); 6] = [
            |block| block.purchased.0 += 1,
            |block| block.credited.0 += 1,
            |block| block.sums = block_sums(-1, 81, 20),
            |block| (block.credited, block.sums) = (Points(-1), block_sums(49, 30, 20)),
            |block| (block.purchased, block.sums) = (Points(0), block_sums(0, 0, 0)),
            |block| (block.purchased, block.sums) = (Points(-50), block_sums(-100, 30, 20)),
        ];
        changes.into_iter().for_each(|change| broken_by(&whole_block(), law, change));
        let credited = Block { credited: Points(5), sums: block_sums(55, 30, 20), ..whole_block() };
        assert_eq!(block(&credited), None, "an adjustment added points");
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
        let mut used = Item { expires_at: Some(day(1)), ..whole_item() };
        (*used.sums.get_mut(PointState::Matured), *used.sums.get_mut(PointState::Redeemed)) = (Points(0), Points(20));
        let later = Item { expires_at: Some(day(20)), ..whole_item() };
        let mut waits = whole_item();
        (*waits.sums.get_mut(PointState::Matured), *waits.sums.get_mut(PointState::Future)) = (Points(0), Points(10));
        let matured = vec![(position(1, 1), used), (position(20, 3), later), (position(9, 2), whole_item())];
        let future = vec![(position(5, 4), waits)];
        let point_type = PointType {
            name: Box::default(),
            label: Box::default(),
            class,
            order: UseOrder::EarliestExpiry,
            expiry: Expiry::Never,
            negative_balance: NegativeBalance::Allowed,
            negative_limit: Default::default(),
            overdraft: Default::default(),
            maximum: Default::default(),
            scale: 0,
            currency: Box::default(),
            status: Default::default(),
            is_default: false,
            inactivity: Default::default(),
            rollover: None,
            held_expiry: Default::default(),
            since: day(0),
        };
        let member = Member { next_due: Some(day(5)), ..Member::new(day(0)) };
        let mut all = Holdings { member, point_type, matured, future };
        sum_up(&mut all);
        all
    }

    /// Makes the account the sum of its items.
    fn sum_up(all: &mut Holdings) {
        all.member.accounts.clear();
        let account = all.member.account_mut(PointTypeId(1));
        for (_, item) in all.matured.iter().chain(&all.future) {
            account.granted = account.granted.plus(item.granted).unwrap();
            account.absorbed = account.absorbed.plus(item.absorbed).unwrap();
            for (state, points) in item.sums.iter() {
                let sum = account.sums.get_mut(state);
                *sum = sum.plus(points).unwrap();
            }
        }
        account.first_open = position(9, 2);
    }

    fn account_law(all: &Holdings) -> Vec<Broken> {
        let mut sums = ItemSums::default();
        all.matured.iter().for_each(|(position, item)| sums.matured(*position, item));
        all.future.iter().for_each(|(position, item)| sums.future(*position, item));
        account(&all.member, &all.member.accounts[0], &all.point_type, &sums)
    }

    #[test]
    fn an_account_that_differs_from_its_items_is_named() {
        for class in [PointClass::Redeemable, PointClass::Qualifying, PointClass::Both] {
            let whole = holdings(class);
            assert_eq!(account_law(&whole), Vec::<Broken>::new());
            for state in PointState::ALL {
                let mut changed = whole.clone();
                changed.member.accounts[0].sums.get_mut(state).0 += 1;
                // a sum that differs from the items, and the account no longer adds up by itself
                let found = account_law(&changed);
                assert_eq!(found.len(), 2, "{found:?}");
                assert!(found[1].starts_with(state.code()), "{found:?}");
            }
            let mut granted = whole.clone();
            granted.member.accounts[0].granted.0 += 1;
            assert_eq!(account_law(&granted).len(), 2);
            broken_by(&whole, account_law, |all| all.member.accounts[0].absorbed.0 += 1);
            broken_by(&whole, account_law, |all| all.member.accounts[0].first_open = position(9, 3));
            broken_by(&whole, account_law, |all| all.member.accounts[0].debt = Points(1));
        }
        let moved = |from: PointState, to: PointState| {
            move |all: &mut Holdings| {
                let account = &mut all.member.accounts[0];
                account.sums.get_mut(from).0 -= 1;
                account.sums.get_mut(to).0 += 1;
            }
        };
        let mut changed = holdings(PointClass::Redeemable);
        moved(PointState::Held, PointState::Redeemed)(&mut changed);
        assert_eq!(account_law(&changed).len(), 2, "both sums differ: {:?}", account_law(&changed));
    }

    #[test]
    fn an_item_of_which_nobody_will_be_told_is_named() {
        let all = holdings(PointClass::Redeemable);
        let (place, item) = all.matured.iter().find(|(_, item)| item.expires_at.is_some() && item.is_open()).unwrap();
        let account = AccountKey { program: ProgramId(1), member: MemberId(1), point_type: PointTypeId(1) };
        let key = ItemKey { account, position: *place };
        let settings = ProgramSettings {
            name: Box::default(),
            zone: Zone::UTC,
            enrolment: Default::default(),
            never_usable: Default::default(),
            point_types_max: 8,
            block_warning_days: 0,
            item_warning_days: 2,
            status: Default::default(),
            on_closing: Default::default(),
            require_source: Default::default(),
        };
        let warned_at = item.expires_at.unwrap().warned_at(2, &settings.zone);
        let mut member = Member { next_due: Some(warned_at), ..Member::new(day(0)) };
        assert_eq!(warning(&member, &key, item, &settings), Vec::<Broken>::new());
        member.next_due = item.expires_at;
        assert_eq!(warning(&member, &key, item, &settings).len(), 1);
        assert_eq!(
            warning(&member, &key, item, &ProgramSettings { item_warning_days: 0, ..settings.clone() }).len(),
            0
        );
        let expiry_place = ItemPosition::at(item.expires_at.unwrap(), key.position.id);
        member.warn_to(PointTypeId(1), expiry_place);
        assert_eq!(warning(&member, &key, item, &settings).len(), 1, "of the one before it, the member was told");
        member.warn_to(PointTypeId(1), expiry_place.successor());
        assert_eq!(warning(&member, &key, item, &settings), Vec::<Broken>::new());
    }

    #[test]
    fn something_that_is_due_before_its_member_is_named() {
        broken_by(&holdings(PointClass::Redeemable), account_law, |all| all.member.next_due = None);
        // what is due first is the item that has not matured; without it, the open item that expires first
        broken_by(&holdings(PointClass::Redeemable), account_law, |all| all.member.next_due = Some(day(6)));
        let mut matured = holdings(PointClass::Redeemable);
        matured.future = Vec::new();
        matured.member.next_due = Some(day(9));
        sum_up(&mut matured);
        broken_by(&matured, account_law, |all| all.member.next_due = Some(day(10)));
    }

    #[test]
    fn a_debt_where_none_may_be_is_named() {
        let mut owing = holdings(PointClass::Redeemable);
        // nothing is left to be used
        for (_, item) in &mut owing.matured {
            let left = std::mem::replace(item.sums.get_mut(PointState::Matured), Points(0));
            item.sums.get_mut(PointState::Redeemed).0 += left.0;
        }
        sum_up(&mut owing);
        owing.member.accounts[0].debt = Points(1);
        broken_by(&owing, account_law, |all| all.point_type.negative_balance = NegativeBalance::Refused);
        broken_by(&owing, account_law, |all| all.member.accounts[0].debt = Points(-1));
        owing.member.accounts[0].debt = Points(0);
        owing.point_type.negative_balance = NegativeBalance::Refused;
        assert_eq!(account_law(&owing), Vec::<Broken>::new(), "nothing is owed");
    }

    #[test]
    fn totals_that_differ_are_named() {
        let counted = totals_of(&whole_item());
        assert_eq!(
            (counted.issued, counted.moved_in, counted.outstanding()),
            (110, 0, 20),
            "matured and held are left"
        );
        assert_eq!(totals(&counted, &counted), None);
        let mut more = counted;
        more.issued += 1;
        assert!(totals(&more, &counted).is_some());
        let origin = Some(ItemId { sequence: Sequence(9), place: 0 });
        let moved = totals_of(&Item { origin, ..whole_item() });
        assert_eq!((moved.issued, moved.moved_in), (0, 110), "points that moved are issued once");
        for state in PointState::ALL.into_iter().filter(|state| !state.is_owned()) {
            let mut other = counted;
            other.add_gone(state, 1);
            assert!(totals(&other, &counted).is_some(), "{state}");
        }
    }
}
