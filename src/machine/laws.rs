//! The laws that always hold, as predicates over records. `verify`, the tests, the simulation and the fuzzer all use
//! these; what they walk over is theirs.

use crate::domain::{
    Account, Block, BlockStatus, Item, ItemPosition, Member, NegativeBalance, Partner, PointClass, PointType, Points,
    Totals,
};

/// What is wrong, where a law does not hold.
pub type Broken = String;

fn holds(condition: bool, what: impl FnOnce() -> Broken) -> Option<Broken> {
    (!condition).then(what)
}

fn sum<const N: usize>(points: [Points; N]) -> i128 {
    points.into_iter().map(|p| i128::from(p.0)).fold(0, i128::saturating_add)
}

fn none_negative<const N: usize>(points: [Points; N]) -> bool {
    points.into_iter().all(|points| points >= Points::ZERO)
}

/// Item: granted = remaining + held + redeemed + expired + cancelled + repaid; nothing negative; what is claimed was
/// spent, and what the host bears was claimed.
#[must_use]
pub fn item(item: &Item) -> Option<Broken> {
    let Item { granted, remaining, held, redeemed, expired, cancelled, repaid, claimed, absorbed, .. } = *item;
    let parts = [remaining, held, redeemed, expired, cancelled, repaid];
    let whole = granted.is_positive() && sum([granted]) == sum(parts) && none_negative(parts);
    let claims = Points::ZERO <= absorbed && absorbed <= claimed && claimed <= granted;
    holds(whole && claims, || format!("points of the item do not add up: {item:?}"))
}

/// Block: purchased = remaining + debited + expired; nothing negative.
#[must_use]
pub fn block(block: &Block) -> Option<Broken> {
    let parts = [block.remaining, block.debited, block.expired];
    let whole = block.purchased.is_positive() && sum([block.purchased]) == sum(parts) && none_negative(parts);
    holds(whole, || format!("points of the block do not add up: {block:?}"))
}

/// Partner: its open blocks are its approved ones with points left; its balance is their sum.
#[must_use]
pub fn partner<'a>(
    partner: &Partner,
    blocks: impl Iterator<Item = (crate::domain::BlockId, &'a Block)>,
) -> Vec<Broken> {
    let mut remaining = 0i128;
    let mut debited = 0i128;
    let mut broken = Vec::new();
    for (id, block) in blocks {
        let is_open = block.status == BlockStatus::Approved && block.remaining.is_positive();
        if is_open {
            remaining = remaining.saturating_add(i128::from(block.remaining.0));
            let due_in_time = block.expires_at.is_none_or(|expiry| partner.next_due.is_some_and(|due| due <= expiry));
            broken.extend(holds(due_in_time, || format!("block {id} expires before the partner is due")));
        }
        debited = debited.saturating_add(i128::from(block.debited.0));
        broken.extend(holds(partner.open.contains(&id) == is_open, || format!("block {id} is wrongly open or not")));
    }
    broken.extend(holds(remaining == i128::from(partner.remaining.0), || {
        format!("balance {} where its blocks hold {remaining}", partner.remaining)
    }));
    let prepaid = partner.terms.billing == crate::domain::Billing::Prepaid;
    broken.extend(holds(!prepaid || debited == i128::from(partner.debited.0), || {
        format!("debited {} where its blocks say {debited}", partner.debited)
    }));
    broken
}

/// The sums of an account's items, to be held against the account.
#[derive(Debug, Default)]
pub struct ItemSums {
    matured: i128,
    future: i128,
    granted: i128,
    redeemed: i128,
    expired: i128,
    cancelled: i128,
    repaid: i128,
    held: i128,
    absorbed: i128,
    first_open: Option<ItemPosition>,
    next_due: Option<crate::domain::Timestamp>,
}

impl ItemSums {
    /// Counts an item that has matured.
    pub fn matured(&mut self, position: ItemPosition, item: &Item) {
        self.matured = self.matured.saturating_add(i128::from(item.remaining.0));
        if item.remaining.is_positive() {
            self.first_open = Some(self.first_open.map_or(position, |first| first.min(position)));
            self.next_due = self.next_due.into_iter().chain(item.expires_at).min();
        }
        self.both(item);
    }

    /// Counts an item that has not.
    pub fn future(&mut self, position: ItemPosition, item: &Item) {
        self.future = self.future.saturating_add(i128::from(item.remaining.0));
        let due = crate::domain::Timestamp::from_order(position.order);
        self.next_due = self.next_due.into_iter().chain(due).min();
        self.both(item);
    }

    fn both(&mut self, item: &Item) {
        for (sum, part) in [
            (&mut self.granted, item.granted),
            (&mut self.redeemed, item.redeemed),
            (&mut self.expired, item.expired),
            (&mut self.cancelled, item.cancelled),
            (&mut self.repaid, item.repaid),
            (&mut self.held, item.held),
            (&mut self.absorbed, item.absorbed),
        ] {
            *sum = sum.saturating_add(i128::from(part.0));
        }
    }
}

/// Account: every sum is that of its items; debt only where nothing is available, and only where it may be.
#[must_use]
pub fn account(member: &Member, account: &Account, point_type: &PointType, sums: &ItemSums) -> Vec<Broken> {
    let (available, qualifying) = match point_type.class {
        PointClass::Redeemable => (sums.matured, 0),
        PointClass::Qualifying => (0, sums.matured),
    };
    let figures = [
        ("available", account.available, available),
        ("qualifying", account.qualifying, qualifying),
        ("future", account.future, sums.future),
        ("held", account.held, sums.held),
        ("granted", account.granted, sums.granted),
        ("redeemed", account.redeemed, sums.redeemed),
        ("expired", account.expired, sums.expired),
        ("cancelled", account.cancelled, sums.cancelled),
        ("repaid", account.repaid, sums.repaid),
        ("absorbed", account.absorbed, sums.absorbed),
    ];
    let mut broken: Vec<Broken> = figures
        .into_iter()
        .filter_map(|(name, booked, counted)| {
            holds(i128::from(booked.0) == counted, || format!("{name} is {booked}, its items hold {counted}"))
        })
        .collect();
    let debt = account.debt;
    let owing = debt == Points::ZERO || (debt.is_positive() && account.available == Points::ZERO);
    broken.extend(holds(owing, || format!("debt {debt} beside available {}", account.available)));
    let may_owe = debt == Points::ZERO || point_type.negative_balance == NegativeBalance::Allowed;
    broken.extend(holds(may_owe, || format!("debt {debt} where none is allowed")));
    let in_sight = sums.first_open.is_none_or(|first| account.first_open <= first);
    broken.extend(holds(in_sight, || format!("an open item lies before {:?}", account.first_open)));
    let in_time = sums.next_due.is_none_or(|due| member.next_due.is_some_and(|known| known <= due));
    broken.extend(holds(in_time, || format!("something is due before {:?}", member.next_due)));
    broken
}

/// Totals: what was issued is left, redeemed, expired, cancelled or repaid.
#[must_use]
pub fn totals(recorded: &Totals, counted: &Totals) -> Option<Broken> {
    holds(recorded == counted, || format!("totals say {recorded:?}, the items {counted:?}"))
}
