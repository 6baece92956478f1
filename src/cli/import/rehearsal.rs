//! An import into memory: the whole way of a file, without a disk. For tests and the fuzzer.

use super::args::Args;
use super::set_up::Known;
use super::{File, send::Sending};
use crate::cli::database;
use crate::cli::output::{Failure, Output};
use crate::cli::posting::Latency;
use crate::cli::purchases::Reader;
use crate::engine::Engine;
use crate::storage::memory::MemoryStore;
use clap::Parser;
use serde_json::Value;
use std::sync::Arc;

/// A database in memory, into which files are imported.
pub struct Rehearsal {
    engine: Engine,
}

/// The options of an import, as they are typed.
#[derive(Debug, Parser)]
#[command(no_binary_name = true)]
struct Call {
    #[command(flatten)]
    args: Args,
}

impl Rehearsal {
    /// An empty database whose time is that of the purchases.
    pub fn new() -> Result<Rehearsal, String> {
        let options = database::options(database::Clock::Commands);
        let engine = Engine::open_store(Arc::new(MemoryStore::new()), options).map_err(|error| error.what)?;
        Ok(Rehearsal { engine })
    }

    /// Imports a file with these options, and returns the summary as machines are told it.
    pub fn import(&self, options: &[&str], name: &str, file: &[u8]) -> Result<Value, String> {
        let call = Call::try_parse_from(options).map_err(|error| error.to_string())?;
        self.carry_out(&call.args, name, file).map_err(|failure| match failure {
            Failure::Usage(what) | Failure::Refused(what) => what,
            Failure::Engine(error) => error.what,
            Failure::Output(error) => error.to_string(),
        })
    }

    fn carry_out(&self, args: &Args, name: &str, bytes: &[u8]) -> Result<Value, Failure> {
        args.check()?;
        let mapping = args.mapping()?;
        let (layout, earning) = (mapping.layout()?, args.earning(&mapping)?);
        let reader = Reader::new(bytes, name, &layout).map_err(Failure::Usage)?;
        let known = Known::of(args, &self.engine)?;
        known.check(args)?;
        let file = File { args, mapping: &mapping, earning: &earning, name };
        let mut lines = reader.lines(&known.zone(args)).map_err(Failure::Usage)?;
        let mut summary = file.summary();
        let plan = file.planner(file.began(Some(&self.engine))?).read(&mut lines, &mut summary, |_| {})?;
        if let Some((first, _)) = plan.span {
            known.create(args, &self.engine, name, first)?;
            let mut sending = Sending {
                engine: &self.engine,
                earning: &earning,
                rule: args.redeem_rule(),
                clock: args.clock(),
                latency: Latency::new()?,
                summary: &mut summary,
            };
            sending.send(&plan, &Output::new(true, false))?;
        }
        // as text: the sum of all points may be more than a number of a value can be
        let text = serde_json::to_string(&summary).map_err(|error| Failure::Usage(error.to_string()))?;
        serde_json::from_str(&text).map_err(|error| Failure::Usage(error.to_string()))
    }

    /// The digest of the state.
    pub fn digest(&self) -> Result<String, String> {
        self.engine.digest().map_err(|error| error.what)
    }
}

/// How many lines were read, and how many are counted as one thing: purchases, refunds, left out, nobody's, bad.
#[must_use]
pub fn counted(summary: &Value) -> (u64, u64) {
    let count = |value: &Value| value.as_u64().unwrap_or_default();
    let of = |name: &str| summary.get(name).map(count).unwrap_or_default();
    let refunds = summary.pointer("/refunds/lines").map(count).unwrap_or_default();
    let parts = [of("purchases"), refunds, of("skipped_lines"), of("nobody_lines"), of("bad_lines")];
    (of("read"), parts.iter().fold(0, |sum: u64, part| sum.saturating_add(*part)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: [&str; 4] = ["-", "--create", "--points-per-unit", "1"];

    /// Options and the file's lines in pieces, drawn from a seed.
    fn drawn(seed: u64) -> (Vec<&'static str>, String) {
        const OPTIONS: [&[&str]; 14] = [
            &["--id-column", "order"],
            &["--status-column", "status"],
            &["--refund-column", "back"],
            &["--decimal", ","],
            &["--decimal", "."],
            &["--thousands", "."],
            &["--currency", "EUR"],
            &["--skip-without-amount"],
            &["--round", "down"],
            &["--redeem-at", "30"],
            &["--refund-of-column", "of"],
            &["--promotion-column", "back=7"],
            &["--nobody", "18"],
            &["--step", "5"],
        ];
        const CELLS: [&[&str]; 7] = [
            &["17", "18", "0", "Guest", "", "M1", "\"17\"", "1.2E+9", "'17"],
            &["2026-03-01", "2026-03-02", "2026-03-01T10:00:00Z", "26-03-01", "", "1926-01-01"],
            &["10", "20.5", "-10", "30", "-5", "(7)", "1.234", "\"1,50\"", "", "EUR 3", "x", "0.2", "\"1\n2\""],
            &["1", "2", "3", "4", "", "#1001", "1.5E+9"],
            &["paid", "refunded", "pending", "", "Refund"],
            &["", "5", "10", "-3"],
            &["", "1", "2", "9"],
        ];
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut draw = |count: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state >> 33).unwrap().checked_rem(count).unwrap()
        };
        let mut options = BASE.to_vec();
        let mut used = Vec::new();
        for _ in 0..draw(5) {
            let choice = OPTIONS[draw(OPTIONS.len())];
            if !used.contains(&choice[0]) {
                used.push(choice[0]);
                options.extend(choice);
            }
        }
        let mut text = String::from("customer_id,date,amount,order,status,back,of\n");
        for _ in 0..draw(20) {
            // mostly the first ones, which are good
            let row: Vec<&str> = CELLS.iter().map(|cells| cells[draw(cells.len()).min(draw(cells.len()))]).collect();
            text += &row.join(",");
            text += if draw(9) == 0 { "\n\n" } else { "\n" };
        }
        (options, text)
    }

    #[test]
    fn every_line_is_one_thing_and_the_same_file_again_changes_nothing() {
        let (mut purchases, mut refunds) = (0, 0);
        for seed in 1..1_000 {
            let (options, text) = drawn(seed);
            let rehearsal = Rehearsal::new().unwrap();
            let Ok(summary) = rehearsal.import(&options, "file", text.as_bytes()) else { continue };
            let (read, counted_lines) = counted(&summary);
            assert_eq!(read, counted_lines, "{options:?}\n{text}{summary:#}");
            let digest = rehearsal.digest().unwrap();
            let again = rehearsal.import(&options, "file", text.as_bytes()).unwrap();
            assert_eq!(rehearsal.digest().unwrap(), digest, "{options:?}\n{text}{summary:#}{again:#}");
            assert_eq!(again["accrued"], 0, "{options:?}\n{text}");
            assert_eq!(counted(&again), (read, read));
            purchases += summary["accrued"].as_u64().unwrap();
            refunds += summary["refunds"]["taken"].as_u64().unwrap();
        }
        assert!(purchases > 500 && refunds > 50, "{purchases} {refunds}");
    }

    /// A run that was cut off after any command, and the file sent again: as if it had never been cut off.
    #[test]
    fn a_run_that_was_cut_off_goes_on_where_it_was() {
        for seed in 1..300 {
            let (options, text) = drawn(seed);
            let whole = Rehearsal::new().unwrap();
            if whole.import(&options, "file", text.as_bytes()).is_err() {
                continue;
            }
            let rows: Vec<&str> = text.split_inclusive('\n').collect();
            let entries = whole.engine.journal(crate::domain::Sequence(1), 1_000).unwrap();
            for cut in [1, entries.len() / 3, entries.len() / 2, entries.len().saturating_sub(1)] {
                let broken = Rehearsal::new().unwrap();
                for entry in entries.iter().take(cut) {
                    let own = matches!(entry.command.action, crate::domain::Action::BookDue(_));
                    if !own {
                        let _ = broken.engine.execute(&entry.command);
                    }
                }
                broken.import(&options, "file", text.as_bytes()).unwrap();
                let digests = [&whole, &broken].map(|rehearsal| rehearsal.digest().unwrap());
                let refused = entries.iter().any(|entry| matches!(entry.outcome, crate::domain::Outcome::Refused(_)));
                // a refusal is an entry, too: a second run is refused anew
                assert!(refused || digests[0] == digests[1], "{options:?}, cut at {cut} of {}\n{text}", rows.len());
            }
        }
    }

    #[test]
    fn an_order_of_long_ago_is_undone_too() {
        let options = [&BASE[..], &["--id-column", "order", "--status-column", "status"]].concat();
        let head = "customer_id,date,amount,order,status\n";
        let later: String = (2..10_200).map(|order| format!("17,2026-03-02,1,{order},paid\n")).collect();
        let rehearsal = Rehearsal::new().unwrap();
        let first = format!("{head}17,2026-03-01,50,1,paid\n{later}");
        assert_eq!(rehearsal.import(&options, "a", first.as_bytes()).unwrap()["accrued"], 10_199);
        let undone = format!("{head}17,2026-03-01,50,1,refunded\n");
        for (taken, replayed) in [(1, 0), (0, 1)] {
            let summary = rehearsal.import(&options, "b", undone.as_bytes()).unwrap();
            let refunds = summary["refunds"].clone();
            assert_eq!((&refunds["taken"], &refunds["replayed"]), (&taken.into(), &replayed.into()), "{summary:#}");
        }
    }
}
