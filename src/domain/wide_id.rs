//! The 128-bit ids of members and requests, and the five ways to write them.
//!
//! | written as | example | stored as |
//! |---|---|---|
//! | an integer without leading zeros | `4711`, `"4711"` | the integer |
//! | a UUID | `"0188d0a4-7c11-7f00-8000-2b0c3c9e1a77"` | its 128 bits |
//! | text, 1 to 15 printable ASCII characters | `"M1"`, `"00004"` | `0xF0 + length`, then the characters, then zeros |
//! | digits with leading zeros, 16 to 31 of them | `"0004111111111111111"` | `0xE0 + length - 16`, then the number |
//! | longer text, 16 to 255 printable ASCII characters | `"someone@example.com"` | a UUID of version 8: 121 bits of a hash |
//!
//! UUIDs may be written without dashes, in braces, or as URN. A longer text is not in its id: the engine keeps it beside,
//! and shows it while it is there. The hash has no salt: anybody who knows the text can find the id, also after the text
//! was erased.
//!
//! What is stored is shown again as it was written, so that card numbers keep their zeros. But UUIDs are shown in lower
//! case, integers of more than 64 bits as UUIDs, and UUIDs of 64 bits or less as integers.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::str::FromStr;

const TEXT_TAG: u8 = 0xF0;
const DIGITS_TAG: u8 = 0xE0;
const TEXT_MAX: usize = 15;
const DIGITS_MIN: usize = 16;
const DIGITS_MAX: usize = 31;

/// Why a text is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id: expected an integer, a UUID, or up to 255 printable ASCII characters without blanks")]
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
    if is_long(text) {
        note(text);
        return Ok(hashed(text));
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

const LONG_MAX: usize = 255;

/// Whether a text is an id by its hash: 16 to 255 printable ASCII characters, and none of the other forms.
pub(super) fn is_long(text: &str) -> bool {
    let bytes = text.as_bytes();
    let fits = (DIGITS_MIN..=LONG_MAX).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic);
    fits && parse_uuid(bytes).is_none() && !is_number(text)
}

/// Whether a text is a number of 128 bits, or digits that are kept as they are.
fn is_number(text: &str) -> bool {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits && (text.len() <= DIGITS_MAX || (!text.starts_with('0') && text.parse::<u128>().is_ok()))
}

/// The id of a long text: a UUID of version 8, variant 10, whose first bit is 0: no short text, no digits, no 64-bit
/// integer and no UUID of another version is one.
pub(super) fn hashed(text: &str) -> u128 {
    let hash = blake3::derive_key("accruedb long id", text.as_bytes());
    let bits = hash.first_chunk::<16>().map_or(0, |head| u128::from_be_bytes(*head));
    bits & !LONG_MASK | LONG_MARK
}

/// The bits of a UUID that say its version and variant, and the first one.
const LONG_MASK: u128 = 1 << 127 | 0xF << 76 | 0b11 << 62;
const LONG_MARK: u128 = 0x8 << 76 | 0b10 << 62;

/// Whether an id may stand for a long text.
fn may_be_long(value: u128) -> bool {
    value & LONG_MASK == LONG_MARK
}

/// The text of a member or request whose id has more than 15 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LongId(Box<str>);

impl LongId {
    /// A text of 16 to 255 printable ASCII characters that is no number and no UUID. `None` for any other.
    #[must_use]
    pub fn new(text: &str) -> Option<LongId> {
        is_long(text).then(|| LongId(text.into()))
    }

    /// The number that stands for it.
    #[must_use]
    pub fn id(&self) -> MemberId {
        MemberId(hashed(&self.0))
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }
}

thread_local! {
    /// The long texts that were read since somebody began to collect them.
    static READ: RefCell<Option<Vec<LongId>>> = const { RefCell::new(None) };
    /// Who knows the text of a long id, for showing it.
    static KNOWN: RefCell<Option<Rc<KnownTexts>>> = const { RefCell::new(None) };
}

/// Tells the text of a long id.
type KnownTexts = dyn Fn(u128) -> Option<String>;

fn note(text: &str) {
    READ.with_borrow_mut(|read| {
        if let Some(read) = read {
            read.extend(LongId::new(text));
        }
    });
}

/// Reads something, and gives the long ids that were read along.
pub fn reading_long_ids<R>(read: impl FnOnce() -> R) -> (R, Vec<LongId>) {
    let outer = READ.replace(Some(Vec::new()));
    let result = read();
    (result, READ.replace(outer).unwrap_or_default())
}

/// Shows something: long ids are shown as the text that `known` tells, or else whoever shows around it.
pub fn showing_long_ids<R>(known: impl Fn(u128) -> Option<String> + 'static, show: impl FnOnce() -> R) -> R {
    let outer = KNOWN.with_borrow(Clone::clone);
    let around = outer.clone();
    let known = move |value| known(value).or_else(|| around.as_ref().and_then(|around| around(value)));
    KNOWN.set(Some(Rc::new(known)));
    let result = show();
    KNOWN.set(outer);
    result
}

fn known_text(value: u128) -> Option<String> {
    let known = KNOWN.with_borrow(Clone::clone).filter(|_| may_be_long(value))?;
    known(value)
}

/// A UUID with its dashes or without, in braces, or as URN.
fn parse_uuid(bytes: &[u8]) -> Option<u128> {
    let bare = bytes.strip_prefix(b"urn:uuid:").unwrap_or(bytes);
    let bare = bare.strip_prefix(b"{").and_then(|inner| inner.strip_suffix(b"}")).unwrap_or(bare);
    let has_dashes = match bare.len() {
        36 => true,
        32 => false,
        _ => return None,
    };
    let mut value = 0u128;
    for (at, byte) in bare.iter().enumerate() {
        if has_dashes && matches!(at, 8 | 13 | 18 | 23) {
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
    if let Some(text) = known_text(value) {
        return f.pad(&text);
    }
    let hex = format!("{value:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    f.pad(&format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)))
}

struct WideVisitor;

impl de::Visitor<'_> for WideVisitor {
    type Value = u128;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id: an integer, a UUID, or up to 255 printable ASCII characters as text")
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
        // packed to 8 bytes: what is aligned to 16 takes more memory, and the allocator longer
        #[repr(C, packed(8))]
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
                    "description": "an integer, a UUID, or up to 255 printable ASCII characters without blanks",
                    "type": ["string", "integer"],
                    "minLength": 1,
                    "maxLength": 255,
                    "pattern": "^[!-~]+$",
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
        for text in
            ["", &"x".repeat(256), "a sixteen-chars-b", "a b", "caf\u{e9}", "line\nbreak", "\u{202e}abc", "\u{0}"]
        {
            assert_eq!(text.parse::<MemberId>(), Err(WideIdError), "{text:?}");
        }
    }

    #[test]
    fn uuids_are_read_in_every_form() {
        let plain: MemberId = "0188d0a4-7c11-7f00-8000-2b0c3c9e1a77".parse().unwrap();
        for text in [
            "0188d0a47c117f0080002b0c3c9e1a77",
            "{0188D0A4-7C11-7F00-8000-2B0C3C9E1A77}",
            "urn:uuid:0188d0a4-7c11-7f00-8000-2b0c3c9e1a77",
        ] {
            assert_eq!(text.parse(), Ok(plain), "{text}");
        }
    }

    #[test]
    fn long_texts_are_ids_and_shown_where_they_are_known() {
        let texts = ["someone@example.com", "sixteen-chars-xy", "0010f00002ABCDEFGH", "01ARZ3NDEKTSV4RRFFQ69G5FAV"];
        for text in texts {
            let (id, read) = reading_long_ids(|| text.parse::<MemberId>().unwrap());
            assert_eq!(read.iter().map(|long| (long.text(), long.id())).collect::<Vec<_>>(), [(text, id)]);
            assert!(may_be_long(id.0) && packed_text(id.0).is_none());
            let uuid = id.to_string();
            assert_eq!(uuid.len(), 36);
            assert_eq!(uuid.parse(), Ok(id), "the UUID stands for the same");
            assert_eq!(
                showing_long_ids(move |value| (value == id.0).then(|| text.to_owned()), || id.to_string()),
                text
            );
            let command = format!(r#"{{"program":1,"request_id":"R1","kind":"enrol","member":"{text}"}}"#);
            let command: crate::domain::Command = serde_json::from_str(&command).unwrap();
            let written = serde_json::to_string(&command).unwrap();
            assert!(written.contains(text), "{written}");
            assert_eq!(serde_json::from_str::<crate::domain::Command>(&written).unwrap(), command);
        }
        let numbers = ["340282366920938463463374607431768211455", "0000000000000000000000000000001"];
        assert!(numbers.iter().all(|text| !is_long(text)));
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
