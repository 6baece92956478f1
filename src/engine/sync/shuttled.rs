//! Shuttle's primitives with parking_lot's methods, and the mutants that can be planted for a thread.
//!
//! Two differences: all atomics are sequentially consistent, and a wait with a timeout ends at any moment, told or not.
#![allow(clippy::expect_used, reason = "a broken lock ends the test")]

use super::mutant::Mutant;
use shuttle::sync;
use std::cell::Cell;
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::ops::{Deref, DerefMut};
use std::sync::{PoisonError, TryLockError};
use std::time::Duration;

/// The same key in the same shard on every run.
pub(in crate::engine) type ShardHasher = BuildHasherDefault<DefaultHasher>;

std::thread_local! {
    // every schedule runs on one thread of the system
    static PLANTED: Cell<Option<Mutant>> = const { Cell::new(None) };
}

/// Plants a mutant, or none, for all schedules of this thread of the system.
pub(in crate::engine) fn plant(mutant: Option<Mutant>) {
    PLANTED.set(mutant);
}

pub(in crate::engine) fn planted(mutant: Mutant) -> bool {
    PLANTED.get() == Some(mutant)
}

#[derive(Debug, Default)]
pub(in crate::engine) struct Mutex<T>(sync::Mutex<T>);

/// Holds its lock, but while it waits on a [`Condvar`].
#[derive(Debug)]
pub(in crate::engine) struct MutexGuard<'a, T> {
    mutex: &'a Mutex<T>,
    held: Option<sync::MutexGuard<'a, T>>,
}

impl<T> Mutex<T> {
    pub(in crate::engine) fn new(value: T) -> Mutex<T> {
        Mutex(sync::Mutex::new(value))
    }

    pub(in crate::engine) fn lock(&self) -> MutexGuard<'_, T> {
        MutexGuard { mutex: self, held: Some(self.0.lock().unwrap_or_else(PoisonError::into_inner)) }
    }

    pub(in crate::engine) fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        let held = match self.0.try_lock() {
            Ok(held) => held,
            Err(TryLockError::Poisoned(held)) => held.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        Some(MutexGuard { mutex: self, held: Some(held) })
    }

    pub(in crate::engine) fn is_locked(&self) -> bool {
        planted(Mutant::NoSecondLook) || self.try_lock().is_none()
    }

    pub(in crate::engine) fn into_inner(self) -> T {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.held.as_ref().expect("the lock is held")
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.held.as_mut().expect("the lock is held")
    }
}

#[derive(Debug, Default)]
pub(in crate::engine) struct Condvar(sync::Condvar);

impl Condvar {
    pub(in crate::engine) fn new() -> Condvar {
        Condvar::default()
    }

    pub(in crate::engine) fn wait<T>(&self, guard: &mut MutexGuard<'_, T>) {
        let held = guard.held.take().expect("the lock is held");
        guard.held = Some(self.0.wait(held).unwrap_or_else(PoisonError::into_inner));
    }

    /// Ends whenever the schedule lets it: a longer wait would be one in which others ran meanwhile.
    pub(in crate::engine) fn wait_for<T>(&self, guard: &mut MutexGuard<'_, T>, _time: Duration) {
        guard.held = None;
        shuttle::thread::yield_now();
        guard.held = guard.mutex.lock().held;
    }

    pub(in crate::engine) fn notify_one(&self) {
        if !planted(Mutant::NobodyIsWoken) {
            self.0.notify_one();
        }
    }

    pub(in crate::engine) fn notify_all(&self) {
        if planted(Mutant::OneIsTold) { self.0.notify_one() } else { self.0.notify_all() }
    }
}

#[derive(Debug)]
pub(in crate::engine) struct RwLock<T>(sync::RwLock<T>);

impl<T> RwLock<T> {
    pub(in crate::engine) fn new(value: T) -> RwLock<T> {
        RwLock(sync::RwLock::new(value))
    }

    /// Shuttle ends the test where a thread reads twice: a writer between them would wait for ever.
    pub(in crate::engine) fn read(&self) -> sync::RwLockReadGuard<'_, T> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(in crate::engine) fn write(&self) -> sync::RwLockWriteGuard<'_, T> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}
