//! The 128-bit ids of members and requests, and the four ways to write them.
//!
//! | written as | example | stored as |
//! |---|---|---|
//! | an integer without leading zeros | `4711`, `"4711"` | the integer |
//! | a UUID | `"0188d0a4-7c11-7f00-8000-2b0c3c9e1a77"` | its 128 bits |
//! | text, 1 to 15 printable ASCII characters | `"M1"`, `"00004"` | `0xF0 + length`, then the characters, then zeros |
//! | digits with leading zeros, 16 to 31 of them | `"0004111111111111111"` | `0xE0 + length - 16`, then the number |
//!
//! What is stored is shown again as it was written, so that card numbers keep their zeros. But UUIDs are shown in lower
//! case, integers of more than 64 bits as UUIDs, and UUIDs of 64 bits or less as integers.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;

const TEXT_TAG: u8 = 0xF0;
const DIGITS_TAG: u8 = 0xE0;
const TEXT_MAX: usize = 15;
const DIGITS_MIN: usize = 16;
const DIGITS_MAX: usize = 31;

/// Why a text is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not an id: expected an integer, a UUID, up to 15 printable ASCII characters without blanks, or up to 31 digits"
)]
pub struct WideIdError;

fn pack(text: &str) -> Result<u128, WideIdError> {
    let bytes = text.as_bytes();
    let digits = !bytes.is_empty() && bytes.iter().all(u8::is_ascii_digit);
    if digits && (bytes.first() != Some(&b'0') || bytes.len() == 1) {
        return text.parse().map_err(|_| WideIdError);
    }
    if digits && (DIGITS_MIN..=DIGITS_MAX).contains(&bytes.len()) {
        let number: u128 = text.parse().map_err(|_| WideIdError)?;
        let tag = u128::from(DIGITS_TAG) | (bytes.len().saturating_sub(DIGITS_MIN) as u128);
        return Ok(tag << 120 | number);
    }
    if let Some(uuid) = parse_uuid(bytes) {
        return Ok(uuid);
    }
    if bytes.is_empty() || bytes.len() > TEXT_MAX || !bytes.iter().all(u8::is_ascii_graphic) {
        return Err(WideIdError);
    }
    let mut packed = [0u8; 16];
    for (to, from) in packed.iter_mut().zip(std::iter::once(TEXT_TAG | bytes.len() as u8).chain(bytes.iter().copied()))
    {
        *to = from;
    }
    Ok(u128::from_be_bytes(packed))
}

fn parse_uuid(bytes: &[u8]) -> Option<u128> {
    if bytes.len() != 36 {
        return None;
    }
    let mut value = 0u128;
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 8 | 13 | 18 | 23) {
            if *byte != b'-' {
                return None;
            }
        } else {
            value = value << 4 | u128::from(char::from(*byte).to_digit(16)?);
        }
    }
    Some(value)
}

/// The text that packs to `value`, if any.
fn packed_text(value: u128) -> Option<String> {
    let [tag, text @ ..] = value.to_be_bytes();
    if tag & 0xF0 == TEXT_TAG {
        let (text, padding) = text.split_at_checked(usize::from(tag & 0x0F))?;
        let text = std::str::from_utf8(text).ok()?;
        return (padding.iter().all(|b| *b == 0) && pack(text) == Ok(value)).then(|| text.to_owned());
    }
    if tag & 0xF0 == DIGITS_TAG {
        let width = usize::from(tag & 0x0F).saturating_add(DIGITS_MIN);
        let text = format!("{:0width$}", value & (u128::MAX >> 8));
        return (pack(&text) == Ok(value)).then_some(text);
    }
    None
}

fn show(value: u128, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if let Some(text) = packed_text(value) {
        return f.pad(&text);
    }
    if value <= u128::from(u64::MAX) {
        return f.pad(&value.to_string());
    }
    let hex = format!("{value:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    f.pad(&format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)))
}

struct WideVisitor;

impl de::Visitor<'_> for WideVisitor {
    type Value = u128;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id: an integer, a UUID, up to 15 printable ASCII characters, or up to 31 digits as text")
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<u128, E> {
        Ok(u128::from(value))
    }

    fn visit_u128<E: de::Error>(self, value: u128) -> Result<u128, E> {
        Ok(value)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<u128, E> {
        pack(text).map_err(E::custom)
    }
}

macro_rules! wide_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// 128 bits. In text and JSON it is an integer (`4711`), a UUID, up to 15 printable ASCII characters without
        /// blanks (`"M1"`, `"00004"`), or 16 to 31 digits with leading zeros, and is shown as it was written; but UUIDs
        /// in lower case, those of 64 bits or less as integers, and integers of more than 64 bits as UUIDs.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub u128);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                show(self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = WideIdError;

            fn from_str(text: &str) -> Result<Self, WideIdError> {
                pack(text).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.collect_str(self)
                } else {
                    serializer.serialize_u128(self.0)
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if deserializer.is_human_readable() {
                    deserializer.deserialize_any(WideVisitor).map(Self)
                } else {
                    u128::deserialize(deserializer).map(Self)
                }
            }
        }

        #[cfg(feature = "cli")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "description": "an integer, a UUID, up to 15 printable ASCII characters, or up to 31 digits",
                    "type": ["string", "integer"],
                    "minimum": 0
                })
            }
        }
    };
}

wide_id!(
    /// A member: a person, a household, an employee; who is for the caller to know. 0 is not one.
    MemberId
);

impl MemberId {
    /// Stands for the member whom an entry is about first; replaced when it is read, or has its number.
    pub const OWN: MemberId = MemberId(0);
}

wide_id!(
    /// Names one command of a caller, so that sending it twice has one effect. 0 is the engine's own.
    RequestId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_shown_again() {
        for text in [
            "0",
            "4711",
            "18446744073709551615",
            "M1",
            "00004",
            "card-000000001",
            "fifteen-chars-x",
            "0004111111111111111",
            "0000000000000000000000000000001",
            "0188d0a4-7c11-7f00-8000-2b0c3c9e1a77",
        ] {
            assert_eq!(text.parse::<MemberId>().map(|id| id.to_string()).as_deref(), Ok(text));
        }
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for text in ["", "sixteen-chars-xy", "a b", "caf\u{e9}", "line\nbreak", "\u{202e}abc", "\u{0}"] {
            assert_eq!(text.parse::<MemberId>(), Err(WideIdError), "{text:?}");
        }
    }

    #[test]
    fn every_value_survives_its_own_text() {
        let mut value = 1u128;
        for _ in 0..2000 {
            value = value.wrapping_mul(0x2d99787926d46932a4c1f32680f70c55).wrapping_add(0x9e3779b97f4a7c15);
            for id in [value, value >> 64, value | 0xF2 << 120, value >> 8 | 0xE3 << 120] {
                assert_eq!(MemberId(id).to_string().parse(), Ok(MemberId(id)));
            }
        }
    }
}
