//! The locks, condition variables, atomics and threads that the engine is made of.
//!
//! They are parking_lot's and the standard library's. In unit tests built with `--cfg shuttle` they are shuttle's
//! instead, which runs the engine's threads in one order after the other: see `schedules`.

mod mutant;
#[cfg(all(test, shuttle))]
mod shuttled;

pub(super) use mutant::Mutant;

#[cfg(all(test, shuttle))]
pub(super) use {
    ::shuttle::{sync::atomic, thread, thread_local},
    shuttled::{Condvar, Mutex, MutexGuard, RwLock, ShardHasher, plant, planted},
};
#[cfg(not(all(test, shuttle)))]
pub(super) use {
    hashbrown::DefaultHashBuilder as ShardHasher,
    parking_lot::{Condvar, Mutex, MutexGuard, RwLock},
    std::{sync::atomic, thread, thread_local},
};

/// Whether a mistake is planted: never, but in `schedules`.
#[cfg(not(all(test, shuttle)))]
pub(super) const fn planted(_: Mutant) -> bool {
    false
}
