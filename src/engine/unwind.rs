//! Where a thread unwinds in the middle of something that must not be left half done.

use std::thread::panicking;

/// Does something if it is dropped by a panic that began while it was there.
pub(super) struct OnUnwind<F: FnMut()> {
    what: F,
    /// A destructor that runs in another panic may call the engine, too.
    was_panicking: bool,
}

impl<F: FnMut()> OnUnwind<F> {
    pub(super) fn new(what: F) -> OnUnwind<F> {
        OnUnwind { what, was_panicking: panicking() }
    }
}

impl<F: FnMut()> Drop for OnUnwind<F> {
    fn drop(&mut self) {
        // shuttle's locks cannot be taken while it unwinds: there, a panic ends the test
        if panicking() && !self.was_panicking && !cfg!(all(test, shuttle)) {
            (self.what)();
        }
    }
}
