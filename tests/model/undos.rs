//! A law: two undos commute.
