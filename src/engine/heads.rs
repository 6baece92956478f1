//! The next items of accounts that were redeemed from, in memory: most redemptions then read no table.

use super::filter::Filter;
use super::resident::Resident;
use crate::domain::{AccountKey, Item, ItemKey, ItemPosition};
use std::collections::VecDeque;

/// Items that are read for an account at once, and that stay at most.
pub(super) const READ: usize = 32;
const KEPT_MAX: usize = 64;

/// The heads of some accounts.
#[derive(Debug)]
pub(super) struct Heads {
    heads: Resident<AccountKey, Head>,
}

/// All items of an account that lie between two places, as they are now.
#[derive(Debug, Clone)]
struct Head {
    from: ItemPosition,
    /// `None`: there are none behind these.
    to: Option<ItemPosition>,
    items: VecDeque<(ItemPosition, Item)>,
}

impl Heads {
    /// Of so many accounts.
    pub(super) fn of(accounts: usize) -> Heads {
        Heads { heads: Resident::new(accounts, Filter::unknowing()) }
    }

    /// The first `limit` items from a place on, fewer only where the account has no more; if they are here.
    pub(super) fn get(
        &mut self,
        account: &AccountKey,
        from: ItemPosition,
        limit: usize,
    ) -> Option<Vec<(ItemPosition, Item)>> {
        let head = self.heads.get_mut(account).filter(|head| head.from <= from)?;
        // the order of use has come this far: what lies before is rarely asked for again
        while head.items.front().is_some_and(|(position, _)| *position < from) {
            head.items.pop_front();
        }
        head.from = from;
        let is_enough = head.items.len() >= limit || head.to.is_none();
        is_enough.then(|| head.items.iter().take(limit).copied().collect())
    }

    /// Keeps the items that were read from a place on; `all` if the account has no more.
    pub(super) fn keep(&mut self, account: AccountKey, from: ItemPosition, items: &[(ItemPosition, Item)], all: bool) {
        let to = items.last().map(|(last, _)| last.successor()).filter(|_| !all);
        let head = Head { from, to, items: items.iter().copied().collect() };
        match self.heads.get_mut(&account) {
            Some(known) => *known = head,
            None => self.heads.keep(account, head),
        }
    }

    /// An item, new or changed.
    pub(super) fn put(&mut self, ItemKey { account, position }: ItemKey, item: Item) {
        let Some(head) = self.heads.get_mut(&account) else { return };
        if position < head.from || head.to.is_some_and(|to| position >= to) {
            return;
        }
        match head.items.binary_search_by_key(&position, |(known, _)| *known) {
            Ok(at) => {
                if let Some((_, known)) = head.items.get_mut(at) {
                    *known = item;
                }
            }
            Err(at) if head.items.len() < KEPT_MAX => head.items.insert(at, (position, item)),
            Err(at) if at == KEPT_MAX => head.to = Some(position),
            Err(at) => {
                head.to = head.items.pop_back().map(|(last, _)| last);
                head.items.insert(at, (position, item));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ItemId, MemberId, PointTypeId, Points, ProgramId, Sequence, Timestamp};
    use std::collections::BTreeMap;

    fn account(member: u128) -> AccountKey {
        AccountKey { program: ProgramId(1), member: MemberId(member), point_type: PointTypeId(1) }
    }

    fn place(order: u64) -> ItemPosition {
        ItemPosition { order, id: ItemId { sequence: Sequence(order), place: 0 } }
    }

    fn item(granted: i64) -> Item {
        Item { granted: Points(granted), ..Item::new(Timestamp::MIN, None) }
    }

    /// Miri takes a thousand times as long.
    const ROUNDS: i64 = if cfg!(miri) { 2_000 } else { 200_000 };

    /// Whatever is put, read and passed over: what a head gives is what the account has.
    #[test]
    fn a_head_gives_what_the_account_has() {
        let mut heads = Heads::of(3);
        let mut accounts: Vec<BTreeMap<ItemPosition, Item>> = vec![BTreeMap::new(); 5];
        let (mut draw, mut here) = (1u64, 0);
        for round in 0..ROUNDS {
            draw = draw.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let [what, order] = [draw >> 60, draw >> 40 & 0xff];
            let of = (draw >> 33) as usize % accounts.len();
            let (items, key) = (&mut accounts[of], account(of as u128));
            if what < 9 {
                items.insert(place(order), item(round));
                heads.put(ItemKey { account: key, position: place(order) }, item(round));
                continue;
            }
            let (from, limit) = (place(order >> 3), 1 + (what as usize & 3) * 10);
            let has: Vec<_> = items.range(from..).map(|(place, item)| (*place, *item)).collect();
            match heads.get(&key, from, limit) {
                Some(found) => {
                    here += 1;
                    assert_eq!(found, has[..limit.min(has.len())], "round {round}");
                }
                None => heads.keep(key, from, &has[..READ.min(has.len())], has.len() <= READ),
            }
        }
        assert!(here > ROUNDS / 20, "{here} were here");
    }
}
