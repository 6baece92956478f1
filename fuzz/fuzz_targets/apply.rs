//! Lines of JSON as `accruedb apply` reads them, against an engine: a line is a command or is refused with its column;
//! commands and answers survive their own JSON; whatever was sent, the books are right at the end, and after opening
//! again.
#![no_main]

use accruedb::cli::apply::parse;
use accruedb::domain::{Command, Receipt, RequestKey};
use accruedb::engine::{ClockSource, Engine, EngineOptions, ErrorKind, ExecuteError};
use accruedb::storage::{codec, memory::MemoryStore};
use libfuzzer_sys::fuzz_target;
use serde::{Serialize, de::DeserializeOwned};
use std::fmt::Debug;
use std::sync::Arc;

/// What is there before the first line.
const BEFORE: &str = r#"
{"request_id":"F1","transaction_at":"2026-01-01T00:00:00Z","program":1,"kind":"create_program","enrolment":"on_first_accrual"}
{"request_id":"F2","program":1,"kind":"create_point_type","point_type":1,"expiry":{"kind":"after","span":{"count":30,"unit":"days"}}}
{"request_id":"F3","program":1,"kind":"create_point_type","point_type":2,"order":"first_in","negative_balance":"refused"}
{"request_id":"F4","program":1,"kind":"create_partner","partner":7,"rates":{"1":"1/3","2":"1"}}
{"request_id":"F5","program":1,"kind":"purchase_block","partner":7,"block":1,"points":1000}
{"request_id":"F6","program":1,"kind":"approve_block","partner":7,"block":1}
"#;

fn options() -> EngineOptions {
    EngineOptions { clock: ClockSource::Commands, shards: 2, book_items_max: 3, ..EngineOptions::default() }
}

/// The same after a trip through JSON.
fn through_json<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let text = serde_json::to_string(value).expect("it can be written");
    assert_eq!(serde_json::from_str::<T>(&text).ok().as_ref(), Some(value), "{text}");
}

/// As the journal keeps it: texts of long ids are beside the journal.
fn without_texts(command: &Command) -> Command {
    Command { long_ids: Vec::new(), ..command.clone() }
}

fn send(engine: &Engine, command: &Command) {
    match engine.execute(command) {
        Ok(receipt) => {
            through_json(&receipt);
            let key = RequestKey { program: command.program, request: command.request_id };
            let entry = engine.transaction(key).expect("nothing fails").expect("what was answered is there");
            assert_eq!(entry.command, without_texts(command));
            let shown = serde_json::to_value(&entry).expect("it can be written");
            assert_eq!(shown["kind"], command.action.verb());
            // what was cancelled since is not of the entry
            let first = Receipt { cancelled: Vec::new(), ..receipt };
            assert_eq!(entry.answer(first.replayed), Ok(first));
        }
        Err(ExecuteError::Refused(rejection)) => {
            assert!(!rejection.to_string().is_empty());
            through_json(&rejection);
        }
        Err(ExecuteError::Failed(error)) => assert_eq!(error.kind, ErrorKind::Invalid, "{error}"),
    }
}

fuzz_target!(|bytes: &[u8]| {
    let store = Arc::new(MemoryStore::new());
    let engine = Engine::open_store(store.clone(), options()).expect("an empty store opens");
    for line in BEFORE.lines().filter(|line| !line.is_empty()) {
        let command = parse("before", 1, line.as_bytes()).expect("it is a command");
        engine.execute(&command).expect("it is done");
    }
    for (line, text) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        let command = match parse("fuzz", line, text) {
            Ok(command) => command,
            Err(problem) => {
                assert!(problem.starts_with("column "), "{problem}");
                continue;
            }
        };
        let json = serde_json::to_string(&command).expect("it can be written");
        assert_eq!(parse("elsewhere", 0, json.as_bytes()).as_ref(), Ok(&command), "{json}");
        let mut stored = Vec::new();
        codec::encode(&command, &mut stored).expect("it can be written");
        assert_eq!(codec::decode(&stored, "a command"), Ok(without_texts(&command)), "{json}");
        send(&engine, &command);
    }
    let audit = engine.verify(Some(Arc::new(MemoryStore::new()))).expect("nothing fails");
    assert_eq!(audit.violations, Vec::<String>::new());
    engine.close().expect("nothing fails");
    let engine = Engine::open_store(store, options()).expect("it opens again");
    assert_eq!(engine.digest().expect("nothing fails"), audit.digest);
});
