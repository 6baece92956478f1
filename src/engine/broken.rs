//! Subjects that are closed until they are repaired.

use super::error::Error;
use super::sync::Mutex;
use super::sync::atomic::{AtomicBool, Ordering};
use crate::domain::{Fault, LockName};
use crate::machine::LockSet;
use std::collections::BTreeMap;

/// Subjects whose records break a law: they take no more commands until they are repaired.
#[derive(Debug, Default)]
pub(super) struct Broken {
    any: AtomicBool,
    subjects: Mutex<BTreeMap<LockName, String>>,
}

impl Broken {
    /// Whether there is any.
    pub(super) fn any(&self) -> bool {
        self.any.load(Ordering::Acquire)
    }

    /// Closes the subject of a fault.
    pub(super) fn add(&self, fault: &Fault) {
        if let Some(subject) = fault.subject {
            self.subjects.lock().entry(subject).or_insert_with(|| fault.what.clone());
            self.any.store(true, Ordering::Release);
        }
    }

    /// Errors: `Corrupt` where one of these is among the names.
    pub(super) fn check(&self, names: &LockSet) -> Result<(), Error> {
        if !self.any() {
            return Ok(());
        }
        let subjects = self.subjects.lock();
        match names.names().iter().find_map(|name| subjects.get(name)) {
            Some(what) => Err(Error::corrupt(format!("{what}; it takes no commands until it is repaired"))),
            None => Ok(()),
        }
    }
}
