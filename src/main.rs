//! The `accruedb` command.

fn main() {}
