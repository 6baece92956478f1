//! Where a thread unwinds in the middle of something that must not be left half done.

use std::mem::ManuallyDrop;

/// Does something if it is dropped before it is told that all went well.
pub(super) struct OnUnwind<F: FnMut()>(F);

impl<F: FnMut()> OnUnwind<F> {
    pub(super) fn new(what: F) -> OnUnwind<F> {
        OnUnwind(what)
    }

    /// All went well.
    pub(super) fn passed(self) {
        let _ = ManuallyDrop::new(self);
    }
}

impl<F: FnMut()> Drop for OnUnwind<F> {
    fn drop(&mut self) {
        // shuttle's locks cannot be taken while it unwinds: there, a panic ends the test
        if !cfg!(all(test, shuttle)) {
            (self.0)();
        }
    }
}
