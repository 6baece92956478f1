//! A golden journal is read, and done again, as it was.

use super::history::commands;
use super::*;
use accruedb::engine::{ClockSource, Engine, EngineOptions};
use accruedb::storage::memory::MemoryStore;
use accruedb::storage::record::Record;
use accruedb::storage::{Appended, JournalRecord, Read, Store};
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// The verbs of the core: a journal of the others is not written yet.
const VERBS: [&str; 15] = [
    "accrue",
    "approve_block",
    "book_due",
    "cancel",
    "capture",
    "create_partner",
    "create_point_type",
    "create_program",
    "enrol",
    "erase",
    "hold",
    "purchase_block",
    "redeem",
    "release",
    "transfer",
];
/// Every kind of leg that they make under the settings of this history.
const LEGS: [&str; 23] = [
    "absorbed",
    "block_expired",
    "cancelled",
    "captured",
    "charge",
    "charged",
    "credited",
    "debited",
    "expired",
    "fee",
    "given_back",
    "granted",
    "held",
    "lapsed",
    "matured",
    "owed",
    "redeemed",
    "released",
    "repaid",
    "restored",
    "returned",
    "transferred",
    "transferred_back",
];
/// The refusals of the core, but for what depends on a clock or takes a hundred thousand items.
const REFUSALS: [&str; 28] = [
    "request_id_reused",
    "program_unknown",
    "program_exists",
    "point_type_unknown",
    "point_type_exists",
    "point_type_limit",
    "partner_unknown",
    "partner_exists",
    "partner_post_paid",
    "block_unknown",
    "block_exists",
    "block_not_pending",
    "block_expired",
    "member_unknown",
    "member_exists",
    "not_redeemable",
    "never_usable",
    "transaction_unknown",
    "not_cancellable",
    "award_unknown",
    "cancel_exceeds",
    "insufficient_partner_points",
    "insufficient_points",
    "overflow",
    "hold_unknown",
    "hold_exceeds",
    "same_member",
    "hold_over",
];
const JOURNAL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/journal_2.hex");

fn open(store: &Arc<MemoryStore>) -> Engine {
    let options = EngineOptions { clock: ClockSource::Commands, ..EngineOptions::default() };
    Engine::open_store(store.clone(), options).unwrap()
}

/// Makes the golden journal: a line for each record, then the digest of the state.
fn write_journal() {
    let store = Arc::new(MemoryStore::new());
    let engine = open(&store);
    for command in commands() {
        let _ = engine.execute(&command);
    }
    let mut text = String::new();
    let mut line = |_: &[u8], bytes: &[u8]| {
        text += &format!("{}\n", hex(bytes));
        Ok(ControlFlow::Continue(()))
    };
    store.journal(Sequence(1), &mut line).unwrap();
    std::fs::write(JOURNAL, text + &engine.digest().unwrap() + "\n").unwrap();
}

/// A journal that was written in format 2 is read, and done again, as it was. A new format gets a journal of its own:
/// `ACCRUEDB_WRITE_JOURNAL=1 cargo test --release journal_of_format` writes one.
#[test]
fn a_journal_of_format_2_is_done_again_as_it_was() {
    if std::env::var("ACCRUEDB_WRITE_JOURNAL").is_ok() {
        write_journal();
    }
    let text = std::fs::read_to_string(JOURNAL).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let (digest, lines) = lines.split_last().unwrap();
    let record = |line: &&str| {
        let bytes = bytes(line);
        let first = Sequence(u64::from_le_bytes(bytes[32..40].try_into().unwrap()));
        let record = Record::read(first, &bytes).unwrap();
        JournalRecord { first, last: record.last(), hash: record.hash(), bytes: bytes.clone() }
    };
    let records: Vec<JournalRecord> = lines.iter().map(record).collect();
    let store = Arc::new(MemoryStore::new());
    let epoch = store.claim().unwrap().epoch;
    assert_eq!(store.append(epoch, &records, &[]), Appended::Durable);

    let engine = open(&store);
    let entries = engine.journal(Sequence(1), usize::MAX).unwrap();
    let (own, callers): (Vec<&Entry>, Vec<&Entry>) =
        entries.iter().partition(|entry| matches!(entry.command.action, Action::BookDue(_)));
    assert!(callers.iter().map(|entry| &entry.command).eq(&commands()), "the commands are those of the history");
    assert!(own.len() >= 2, "{own:?}");
    let verbs: BTreeSet<&str> = entries.iter().map(|entry| entry.command.action.verb()).collect();
    assert_eq!(verbs, VERBS.into_iter().collect(), "every verb of the core is in it");
    let (mut legs, mut refusals) = (BTreeSet::new(), BTreeSet::new());
    for entry in &entries {
        match &entry.outcome {
            Outcome::Done { legs: done, .. } => legs.extend(done.iter().map(Leg::kind)),
            Outcome::Refused(rejection) => drop(refusals.insert(rejection.code())),
        }
    }
    let missing: Vec<&str> = LEGS.iter().copied().filter(|kind| !legs.contains(kind)).collect();
    assert_eq!((missing, legs.len()), (Vec::new(), LEGS.len()), "every leg that a rule makes: {legs:?}");
    assert_eq!(refusals, REFUSALS.into_iter().collect(), "every refusal of the core is in it");
    let audit = engine.verify(Some(Arc::new(MemoryStore::new()))).unwrap();
    assert_eq!(audit.violations, Vec::<String>::new());
    assert_eq!(audit.digest, *digest);
}
