//! The answers: pure functions of a snapshot and a range.
