//! The locks of shards: taken in one order, so that no two threads can wait for each other.

use super::delta::Shard;
use super::state::State;
use super::sync::{Mutex, MutexGuard};
use crate::domain::{LockName, MemberKey};
use smallvec::SmallVec;
use std::cell::RefCell;

/// Tries for a shard before a thread sleeps: a command holds it for microseconds, and to be woken takes several.
const TRIES: usize = if cfg!(all(test, shuttle)) { 0 } else { 100 };

fn lock_soon(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    for _ in 0..TRIES {
        if let Some(locked) = shard.try_lock() {
            return locked;
        }
        std::hint::spin_loop();
    }
    shard.lock()
}

/// A shard that is locked.
pub(super) type Guarded<'a> = RefCell<MutexGuard<'a, Shard>>;

/// A name of a command.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// The name's numbers.
    pub(super) raw: (u64, u128),
    /// The index of its shard.
    shard: u32,
    /// Where that shard is among those that are locked.
    pub(super) at: u32,
}

/// The names of a command.
pub(super) type Places = SmallVec<[Place; 4]>;

/// The places of some names, before anything is locked.
pub(super) fn places(state: &State, names: &[LockName]) -> Places {
    let place = |name: &LockName| Place { raw: name.raw(), shard: state.shard_of(name) as u32, at: u32::MAX };
    names.iter().map(place).collect()
}

/// Shards that are locked.
pub(super) struct Guards<'a>(SmallVec<[Guarded<'a>; 4]>);

impl<'a> Guards<'a> {
    /// Locks the shards of one command; backwards where that mistake is planted.
    pub(super) fn of(state: &'a State, places: &mut Places, backwards: bool) -> Guards<'a> {
        let mut places: SmallVec<[&mut Place; 4]> = places.iter_mut().collect();
        Guards::lock(state, &mut places, backwards)
    }

    /// Locks the shards of commands in the order of their indexes, and gives each name its place there.
    pub(super) fn of_all<'p>(state: &'a State, places: impl Iterator<Item = &'p mut Places>) -> Guards<'a> {
        Guards::lock(state, &mut places.flatten().collect::<Vec<&mut Place>>(), false)
    }

    fn lock(state: &'a State, places: &mut [&mut Place], backwards: bool) -> Guards<'a> {
        places.sort_unstable_by_key(|place| place.shard);
        if backwards {
            places.reverse();
        }
        let (mut shards, mut last): (SmallVec<[Guarded<'a>; 4]>, _) = (SmallVec::new(), None);
        for place in places {
            if last != Some(place.shard) {
                last = Some(place.shard);
                shards.extend(state.shards.get(place.shard as usize).map(|shard| RefCell::new(lock_soon(shard))));
            }
            place.at = (shards.len() as u32).saturating_sub(1);
        }
        Guards(shards)
    }

    /// Has what will be looked for in these shards brought from memory. Returns the members who may be in the tables only.
    pub(super) fn touch(&self, names: &[LockName], places: &Places) -> impl Iterator<Item = MemberKey> {
        let touched = names.iter().zip(places).map(|(name, place)| self.at(*place)?.borrow().touch(name));
        touched.flatten()
    }

    /// The shard of a place, if it was locked.
    fn at(&self, place: Place) -> Option<&Guarded<'a>> {
        self.0.get(place.at as usize)
    }

    /// The shards that are locked: a place says where its own is.
    pub(super) fn shards(&self) -> &[Guarded<'a>] {
        &self.0
    }
}
