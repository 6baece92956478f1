//! Files as `accruedb import` reads them, under options that are drawn too: nothing panics, every line is one thing, and
//! the same file again changes nothing.
#![no_main]

use accruedb::cli::import::{Rehearsal, counted};
use libfuzzer_sys::fuzz_target;

/// Options, each chosen by a bit.
const OPTIONS: [&[&str]; 32] = [
    &["--id-column", "order"],
    &["--status-column", "status"],
    &["--refund-column", "back"],
    &["--refund-of-column", "of"],
    &["--decimal", ","],
    &["--thousands", "."],
    &["--thousands", " "],
    &["--currency", "EUR,$"],
    &["--currency-column", "currency"],
    &["--skip-without-amount"],
    &["--round", "down"],
    &["--step", "5"],
    &["--redeem-at", "30"],
    &["--nobody", "18"],
    &["--date-format", "%d.%m.%Y"],
    &["--date-format", "%Y-%m-%d %H:%M %Z"],
    &["--date-zone", "America/St_Johns"],
    &["--zone", "Europe/Vienna"],
    &["--time-column", "time"],
    &["--zone-column", "zone"],
    &["--points-column", "points"],
    &["--expires-column", "expires"],
    &["--reference-column", "note"],
    &["--promotion-column", "bonus=7"],
    &["--delimiter", ";"],
    &["--quote-escape", "\\"],
    &["--encoding", "windows-1252"],
    &["--encoding", "utf-16le"],
    &["--header=false", "--customer-column", "1", "--date-column", "2", "--amount-column", "3"],
    &["--format", "jsonl"],
    &["--allow-old", "--allow-future"],
    &["--preset", "shopify"],
];

fuzz_target!(|bytes: &[u8]| {
    let Some((bits, file)) = bytes.split_first_chunk::<4>() else { return };
    let bits = u32::from_le_bytes(*bits);
    let chosen = OPTIONS.iter().enumerate().filter(|(place, _)| bits & (1 << place) != 0);
    let mut options = vec!["-", "--create", "--points-per-unit", "1"];
    options.extend(chosen.flat_map(|(_, option)| *option));
    let rehearsal = Rehearsal::new().expect("memory takes a database");
    let Ok(summary) = rehearsal.import(&options, "fuzz", file) else { return };
    let (read, sum) = counted(&summary);
    assert_eq!(read, sum, "{options:?}: {summary:#}");
    let digest = rehearsal.digest().expect("nothing fails");
    let again = rehearsal.import(&options, "fuzz", file).expect("as before");
    assert_eq!(counted(&again), (read, read), "{options:?}: {again:#}");
    if summary["refused_lines"] == 0 {
        assert_eq!(rehearsal.digest().expect("nothing fails"), digest, "{options:?}: {summary:#} {again:#}");
    }
});
