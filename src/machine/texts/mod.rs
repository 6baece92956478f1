//! Texts that callers wrote: erased.

mod erase;
