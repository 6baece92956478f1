//! The `accruedb` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    accruedb::cli::main()
}
