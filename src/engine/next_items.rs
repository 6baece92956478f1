//! The next items of accounts that were redeemed from, in memory: most redemptions then read no table.

use super::filter::Filter;
use super::record_cache::RecordCache;
use crate::domain::{AccountKey, Item, ItemKey, ItemPosition};
use std::collections::VecDeque;

/// Items that are read for an account at once, and that stay at most.
pub(super) const READ: usize = 32;
const KEPT_MAX: usize = 64;

/// The next items of some accounts.
#[derive(Debug)]
pub(super) struct NextItems {
    windows: RecordCache<AccountKey, ItemWindow>,
}

/// All items of an account that lie between two places, as they are now.
#[derive(Debug, Clone)]
struct ItemWindow {
    from: ItemPosition,
    /// `None`: there are none behind these.
    to: Option<ItemPosition>,
    items: VecDeque<(ItemPosition, Item)>,
}

impl NextItems {
    /// Of so many accounts.
    pub(super) fn of(accounts: usize) -> NextItems {
        NextItems { windows: RecordCache::new(accounts, Filter::unknowing()) }
    }

    /// The first `limit` items from a place on, fewer only where the account has no more; if they are here.
    pub(super) fn get(
        &mut self,
        account: &AccountKey,
        from: ItemPosition,
        limit: usize,
    ) -> Option<Vec<(ItemKey, Item)>> {
        let window = self.windows.get_mut(account).filter(|window| window.from <= from)?;
        // the order of use has come this far: what lies before is rarely asked for again
        while window.items.front().is_some_and(|(position, _)| *position < from) {
            window.items.pop_front();
        }
        window.from = from;
        let is_enough = window.items.len() >= limit || window.to.is_none();
        let keyed =
            |(position, item): &(ItemPosition, Item)| (ItemKey { account: *account, position: *position }, *item);
        is_enough.then(|| window.items.iter().take(limit).map(keyed).collect())
    }

    /// Keeps the items that were read from a place on; `all` if the account has no more.
    pub(super) fn keep(&mut self, account: AccountKey, from: ItemPosition, items: &[(ItemKey, Item)], all: bool) {
        let to = items.last().map(|(last, _)| last.position.successor()).filter(|_| !all);
        let items = items.iter().map(|(key, item)| (key.position, *item)).collect();
        let window = ItemWindow { from, to, items };
        match self.windows.get_mut(&account) {
            Some(known) => *known = window,
            None => self.windows.keep(account, window),
        }
    }

    /// An item, new or changed; `None` where it has left its place.
    pub(super) fn put(&mut self, ItemKey { account, position }: ItemKey, item: Option<Item>) {
        let Some(window) = self.windows.get_mut(&account) else { return };
        if position < window.from || window.to.is_some_and(|to| position >= to) {
            return;
        }
        let place = window.items.binary_search_by_key(&position, |(known, _)| *known);
        let Some(item) = item else {
            if let Ok(at) = place {
                window.items.remove(at);
            }
            return;
        };
        match place {
            Ok(at) => {
                if let Some((_, known)) = window.items.get_mut(at) {
                    *known = item;
                }
            }
            Err(at) if window.items.len() < KEPT_MAX => window.items.insert(at, (position, item)),
            Err(at) if at == KEPT_MAX => window.to = Some(position),
            Err(at) => {
                window.to = window.items.pop_back().map(|(last, _)| last);
                window.items.insert(at, (position, item));
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

    /// Whatever is put, read and passed over: what a window gives is what the account has.
    #[test]
    fn a_window_gives_what_the_account_has() {
        let mut next_items = NextItems::of(3);
        let mut accounts: Vec<BTreeMap<ItemPosition, Item>> = vec![BTreeMap::new(); 5];
        let (mut draw, mut here) = (1u64, 0);
        for round in 0..ROUNDS {
            draw = draw.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let [what, order] = [draw >> 60, draw >> 40 & 0xff];
            let of = (draw >> 33) as usize % accounts.len();
            let (items, key) = (&mut accounts[of], account(of as u128));
            if what < 9 {
                items.insert(place(order), item(round));
                next_items.put(ItemKey { account: key, position: place(order) }, Some(item(round)));
                continue;
            }
            let (from, limit) = (place(order >> 3), 1 + (what as usize & 3) * 10);
            let has: Vec<_> =
                items.range(from..).map(|(place, item)| (ItemKey { account: key, position: *place }, *item)).collect();
            match next_items.get(&key, from, limit) {
                Some(found) => {
                    here += 1;
                    assert_eq!(found, has[..limit.min(has.len())], "round {round}");
                }
                None => next_items.keep(key, from, &has[..READ.min(has.len())], has.len() <= READ),
            }
        }
        assert!(here > ROUNDS / 20, "{here} were here");
    }
}
