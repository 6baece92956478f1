//! The fuzzer's bytes as a history of commands, crashes and checkpoints: every answer against the plain model of
//! `tests/model/`, the laws and a replay at the end.
#![no_main]

#[path = "../../tests/model/drive.rs"]
mod drive;
#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../../tests/model/history.rs"]
mod history;
#[path = "../../tests/model/ledger.rs"]
mod ledger;
#[path = "../../tests/model/member.rs"]
mod member;
#[path = "../../tests/model/partner.rs"]
mod partner;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    drive::run(&history::History::draw(bytes, 120));
});
