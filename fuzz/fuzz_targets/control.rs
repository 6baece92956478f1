//! The fuzzer's control: a fault is planted behind the reader of items. A fuzzer that does not find it sees nothing.
#![no_main]

use accruedb::domain::Item;
use accruedb::storage::codec;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(item) = codec::decode::<Item>(bytes, "item") {
        assert!(item.source.is_none() || item.granted.0 < 1000, "planted");
    }
});
