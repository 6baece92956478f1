//! The next items of accounts that were redeemed from, in memory: most redemptions then read no table.

use super::filter::Filter;
use super::record_cache::RecordCache;
use crate::domain::{AccountKey, Item, ItemKey, ItemPosition};
use std::collections::VecDeque;

/// Items that are read for an account at once, and that stay at most.
pub(super) const READ: usize = 32;
const KEPT_MAX: usize = 64;
/// What an account's window takes of memory beside its items, in items.
const WINDOW: usize = 2;

/// The next items of some accounts: of many that have few, or of few that have many.
#[derive(Debug)]
pub(super) struct NextItems {
    windows: RecordCache<AccountKey, ItemWindow>,
    /// Items that are here, with what their windows take; and how many there may be.
    kept: usize,
    kept_max: usize,
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
    /// So many items.
    pub(super) fn of(kept_max: usize) -> NextItems {
        // what leaves is counted here
        NextItems { windows: RecordCache::new(usize::MAX, Filter::unknowing()), kept: 0, kept_max }
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
            self.kept = self.kept.saturating_sub(1);
        }
        window.from = from;
        let is_enough = window.items.len() >= limit || window.to.is_none();
        let keyed =
            |(position, item): &(ItemPosition, Item)| (ItemKey { account: *account, position: *position }, *item);
        is_enough.then(|| window.items.iter().take(limit).map(keyed).collect())
    }

    /// An item, if its place is among those that are here; `None` inside where nothing stands there.
    pub(super) fn find(&mut self, ItemKey { account, position }: &ItemKey) -> Option<Option<Item>> {
        let window = self.windows.get_mut(account).filter(|window| window.is_about(*position))?;
        let place = window.items.binary_search_by_key(position, |(known, _)| *known);
        Some(place.ok().and_then(|at| window.items.get(at)).map(|(_, item)| *item))
    }

    /// Keeps the items that were read from a place on; `all` if the account has no more.
    pub(super) fn keep(&mut self, account: AccountKey, from: ItemPosition, items: &[(ItemKey, Item)], all: bool) {
        let to = items.last().map(|(last, _)| last.position.successor()).filter(|_| !all);
        let items: VecDeque<_> = items.iter().map(|(key, item)| (key.position, *item)).collect();
        self.kept = self.kept.saturating_add(items.len());
        let window = ItemWindow { from, to, items };
        if let Some(known) = self.windows.get_mut(&account) {
            self.kept = self.kept.saturating_sub(known.items.len());
            *known = window;
        } else {
            self.kept = self.kept.saturating_add(WINDOW);
            self.windows.keep(account, window);
        }
        self.make_room();
    }

    /// An item, new or changed; `None` where it has left its place.
    pub(super) fn put(&mut self, ItemKey { account, position }: ItemKey, item: Option<Item>) {
        let window = self.windows.get_mut(&account).filter(|window| window.is_about(position));
        let Some(window) = window else { return };
        let before = window.items.len();
        window.put(position, item);
        self.kept = self.kept.saturating_add(window.items.len()).saturating_sub(before);
        self.make_room();
    }

    /// Takes out windows, rather those that were not used of late, until there are no more items than may be.
    fn make_room(&mut self) {
        while self.kept > self.kept_max {
            let Some(window) = self.windows.evict_one() else { return };
            self.kept = self.kept.saturating_sub(window.items.len()).saturating_sub(WINDOW);
        }
    }
}

impl ItemWindow {
    /// Whether a place is between its ends.
    fn is_about(&self, position: ItemPosition) -> bool {
        self.from <= position && self.to.is_none_or(|to| position < to)
    }

    /// An item at a place of the window.
    fn put(&mut self, position: ItemPosition, item: Option<Item>) {
        let place = self.items.binary_search_by_key(&position, |(known, _)| *known);
        let Some(item) = item else {
            if let Ok(at) = place {
                self.items.remove(at);
            }
            return;
        };
        match place {
            Ok(at) => {
                if let Some((_, known)) = self.items.get_mut(at) {
                    *known = item;
                }
            }
            Err(at) if self.items.len() < KEPT_MAX => self.items.insert(at, (position, item)),
            Err(at) if at == KEPT_MAX => self.to = Some(position),
            Err(at) => {
                self.to = self.items.pop_back().map(|(last, _)| last);
                self.items.insert(at, (position, item));
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

    /// Too few for five accounts.
    const KEPT: usize = 150;

    /// Whatever is put, read and passed over: what a window gives is what the account has.
    #[test]
    fn a_window_gives_what_the_account_has() {
        let mut next_items = NextItems::of(KEPT);
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
            if let Some(found) = next_items.find(&ItemKey { account: key, position: place(order) }) {
                assert_eq!(found, items.get(&place(order)).copied(), "round {round}");
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
            let windows = (0..5).filter_map(|member| next_items.windows.peek(&account(member)));
            let kept: usize = windows.map(|window| window.items.len() + WINDOW).sum();
            assert!(next_items.kept == kept && kept <= KEPT, "round {round}: {kept}, said to be {}", next_items.kept);
        }
        assert!(here > ROUNDS / 20, "{here} were here");
    }
}
