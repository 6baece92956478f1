//! An allocator that knows the largest piece of memory that was asked for: damaged bytes may say that they are long.
//! Pieces of zeros are counted apart: the system hands them out as they are touched, so that one which is never filled
//! costs nothing.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

static LARGEST: AtomicUsize = AtomicUsize::new(0);
static LARGEST_ZEROED: AtomicUsize = AtomicUsize::new(0);

pub struct Allocations;

// SAFETY: every call goes to the system's allocator as it came
unsafe impl GlobalAlloc for Allocations {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LARGEST.fetch_max(layout.size(), Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        LARGEST_ZEROED.fetch_max(layout.size(), Ordering::Relaxed);
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        LARGEST.fetch_max(size, Ordering::Relaxed);
        unsafe { System.realloc(at, layout, size) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        unsafe { System.dealloc(at, layout) }
    }
}

/// The largest piece that `work` asks for, the largest one of zeros, and its result.
pub fn largest<R>(work: impl FnOnce() -> R) -> (usize, usize, R) {
    LARGEST.store(0, Ordering::Relaxed);
    LARGEST_ZEROED.store(0, Ordering::Relaxed);
    let result = work();
    (LARGEST.load(Ordering::Relaxed), LARGEST_ZEROED.load(Ordering::Relaxed), result)
}
