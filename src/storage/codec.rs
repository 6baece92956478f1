//! How records become bytes: bincode 2, standard configuration (little-endian, variable-width integers).
//!
//! The only file that names bincode. The format is small and fixed: golden bytes pin it, and a test reads them with
//! another, compatible crate, so that the way out stays open.

use crate::domain::Fault;
use bincode::enc::write::Writer;
use bincode::error::EncodeError;
use serde::{Serialize, de::DeserializeOwned};

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
    bincode::serde::encode_into_writer(value, Appender(to), CONFIG)
        .map_err(|error| Fault::io(format!("a record could not be encoded: {error}")))
}

/// Writing into a vector cannot fail; the standard library's trait would have every field ask.
struct Appender<'a>(&'a mut Vec<u8>);

impl Writer for Appender<'_> {
    #[inline(always)]
    fn write(&mut self, bytes: &[u8]) -> Result<(), EncodeError> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }
}

/// The value that all of `bytes` are. `what` names them in the error.
pub fn decode<T: DeserializeOwned>(bytes: &[u8], what: &str) -> Result<T, Fault> {
    match bincode::serde::decode_from_slice(bytes, CONFIG) {
        Ok((value, length)) if length == bytes.len() => Ok(value),
        Ok((_, length)) => Err(Fault::corrupt(format!("{what}: {} bytes where {length} were expected", bytes.len()))),
        Err(error) => Err(Fault::corrupt(format!("{what}: {error}"))),
    }
}
