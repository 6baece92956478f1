//! The console: pages for those who would rather look. It asks the same [`crate::api::Api`] with the visitor's own token,
//! so that nobody sees more here than there. Pages work without JavaScript, and ask no other host for anything.

mod ask;
mod blocks;
mod door;
mod effect;
mod forms;
mod page;
mod pages;
mod reference;
mod session;
mod templates;

pub use door::{Console, Shown, Visit};
