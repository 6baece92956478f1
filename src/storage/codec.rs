//! How records become bytes: bincode 2, standard configuration (little-endian, variable-width integers).
//!
//! The only file that names bincode: it reads, and `encoder.rs` writes the same bytes in fewer instructions. The format
//! is small and fixed: golden bytes pin it, and a test reads them with another, compatible crate, so that the way out
//! stays open.

use super::encoder::Encoder;
use crate::domain::Fault;
use serde::{Serialize, de::DeserializeOwned};
use std::fmt::Display;

/// No record is longer. Damaged bytes may say that a text is; no memory is taken for it then.
const BYTES_MAX: usize = 64 << 20;

const CONFIG: Config = bincode::config::standard().with_limit::<BYTES_MAX>();

type Config = bincode::config::Configuration<
    bincode::config::LittleEndian,
    bincode::config::Varint,
    bincode::config::Limit<BYTES_MAX>,
>;

/// Appends `value` to `to`.
pub fn encode(value: &impl Serialize, to: &mut Vec<u8>) -> Result<(), Fault> {
    let mut encoder = Encoder(std::mem::take(to));
    let encoded = value.serialize(&mut encoder);
    *to = encoder.0;
    encoded.map_err(|error| Fault::io(format!("a record could not be encoded: {error}")))
}

/// The value that all of `bytes` are. `what` names them in the error.
pub fn decode<T: DeserializeOwned>(bytes: &[u8], what: impl Display) -> Result<T, Fault> {
    match bincode::serde::decode_from_slice(bytes, CONFIG) {
        Ok((value, length)) if length == bytes.len() => Ok(value),
        Ok((_, length)) => Err(Fault::corrupt(format!("{what}: {} bytes where {length} were expected", bytes.len()))),
        Err(error) => Err(Fault::corrupt(format!("{what}: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[derive(Debug, Serialize)]
    struct Unit;

    #[derive(Debug, Serialize)]
    struct New(i16);

    #[derive(Debug, Serialize)]
    struct Pair(u32, Option<i64>);

    #[derive(Debug, Serialize)]
    enum Kinds {
        Unit,
        New(u64),
        Pair(i8, bool),
        Fields { text: String, wide: u128 },
    }

    fn same(value: &(impl Serialize + std::fmt::Debug)) {
        let mut bytes = vec![7];
        encode(value, &mut bytes).unwrap();
        let wanted = bincode::serde::encode_to_vec(value, CONFIG).unwrap();
        assert_eq!(bytes.split_first(), Some((&7, wanted.as_slice())), "{value:?}");
    }

    /// What is written is what the crate would write: at the edges of every width, and for everything that has parts.
    #[test]
    fn every_kind_of_value_has_the_bytes_of_bincode() {
        for power in 0..128 {
            for value in [1u128 << power, (1 << power) - 1, (1 << power) + 1, !(1 << power), 250, 251, 252] {
                same(&value);
                same(&(value as u64, value as u32, value as u16, value as u8, value as usize));
                let signed = value as i128;
                same(&(signed, signed.wrapping_neg(), signed as i64, signed as i32, signed as i16, signed as i8));
                same(&(signed as i64).wrapping_neg());
            }
        }
        same(&(i64::MIN, i64::MAX, i128::MIN, i128::MAX, i16::MIN, i32::MIN, i8::MIN));
        same(&(1.5f32, -2.25f64, 'a', 'ß', '€', '🙂', true, ()));
        same(&("", "text", "x".repeat(251), "ü".repeat(70_000)));
        same(&(Unit, New(-3), Pair(4, None), Pair(u32::MAX, Some(-1))));
        let fields = Kinds::Fields { text: "a".to_owned(), wide: u128::MAX };
        same(&vec![Kinds::Unit, Kinds::New(300), Kinds::Pair(-128, false), fields]);
        same(&[Some(Box::new(1u8)), None]);
        same(&BTreeMap::from([(1u16, vec![1u64, 2]), (70, vec![])]));
        same(&vec![0u8; 300]);
        assert_eq!(zone_bytes(), bincode::serde::encode_to_vec(crate::domain::Zone::UTC, CONFIG).unwrap());
    }

    fn zone_bytes() -> Vec<u8> {
        let mut bytes = Vec::new();
        encode(&crate::domain::Zone::UTC, &mut bytes).unwrap();
        bytes
    }

    /// A list must tell how long it is: to guess would write bytes that nobody reads.
    #[test]
    fn a_list_of_unknown_length_is_an_error() {
        struct Unknown;
        impl Serialize for Unknown {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_seq((0..3u8).filter(|number| *number != 1))
            }
        }
        let error = encode(&Unknown, &mut Vec::new()).unwrap_err();
        assert!(error.to_string().contains("length"), "{error}");
    }
}
