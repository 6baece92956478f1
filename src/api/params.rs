//! Parameters of routes: in the path and in the query, checked before a handler sees them.

use super::problem::Problem;
use crate::domain::{Date, MemberId, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Rows of a page, at most.
pub const PAGE_MAX: usize = 1_000;
/// Rows of a page, unless it is asked for another number.
pub const PAGE_DEFAULT: usize = 100;
/// Seconds that a reader of the feed waits, at most.
pub const WAIT_MAX: u64 = 60;

/// Bytes of a text that is looked for, at most: those of a reference.
const TEXT_BYTES_MAX: usize = 128;

/// What a parameter may be.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// A whole number from 0 to this one.
    Number(u64),
    /// A member's or a request's id.
    Id,
    /// An instant in RFC 3339.
    Moment,
    /// A civil date.
    Date,
    /// One of some words.
    Word(&'static [&'static str]),
    /// Some words with commas between them.
    Words,
    /// Some whole numbers with commas between them, each up to this one.
    Numbers(u64),
    /// A text of a caller's.
    Text,
    /// A civil date, which means its end, or an instant.
    When,
    /// A text that a route gave.
    Cursor,
    /// How many rows.
    Limit,
}

/// A parameter of a query.
#[derive(Debug, Clone, Copy)]
pub struct Param {
    /// Its name.
    pub name: &'static str,
    /// What it may be.
    pub kind: Kind,
    /// What it does.
    pub about: &'static str,
}

/// Parameters of a path, by the names between braces.
#[rustfmt::skip]
const IN_PATH: &[Param] = &[
    Param { name: "program", kind: Kind::Number(u32::MAX as u64), about: "The program." },
    Param { name: "point_type", kind: Kind::Number(u16::MAX as u64), about: "The point type." },
    Param { name: "partner", kind: Kind::Number(u32::MAX as u64), about: "The partner." },
    Param { name: "block", kind: Kind::Number((1 << 53) - 1), about: "The block." },
    Param { name: "bill", kind: Kind::Number(u32::MAX as u64), about: "The number of the bill." },
    Param { name: "source", kind: Kind::Number(u32::MAX as u64), about: "The source." },
    Param { name: "restriction", kind: Kind::Number(u16::MAX as u64), about: "The number of the source's restriction." },
    Param { name: "scheme", kind: Kind::Number(u32::MAX as u64), about: "The reward scheme." },
    Param { name: "offer", kind: Kind::Number(u32::MAX as u64), about: "The reward offer." },
    Param { name: "group", kind: Kind::Number(u32::MAX as u64), about: "The group of partners." },
    Param { name: "fee", kind: Kind::Id, about: "The request id of the fee." },
    Param { name: "run", kind: Kind::Id, about: "The request id that created the run." },
    Param { name: "purchase", kind: Kind::Id, about: "The request id of the purchase." },
    Param { name: "member", kind: Kind::Id, about: "The member." },
    Param { name: "request", kind: Kind::Id, about: "The request id of the transaction." },
    Param { name: "hold", kind: Kind::Id, about: "The request id of the hold." },
    Param { name: "sequence", kind: Kind::Number((1 << 53) - 1), about: "The number of the entry." },
];

impl Param {
    /// A parameter of a query.
    pub const fn new(name: &'static str, kind: Kind, about: &'static str) -> Param {
        Param { name, kind, about }
    }

    /// The parameter of a path that has this name between braces.
    pub(crate) fn in_path(name: &str) -> Option<&'static Param> {
        IN_PATH.iter().find(|param| param.name == name)
    }

    fn check(&self, text: &str) -> Result<(), Problem> {
        let bad = |expected: String| Problem::parameter(self.name, format!("expected {expected}"));
        let is_good = match self.kind {
            Kind::Number(most) => whole(text).is_some_and(|number| number <= most),
            Kind::Id => text.parse::<MemberId>().is_ok(),
            Kind::Moment => text.parse::<Timestamp>().is_ok(),
            Kind::Date => text.parse::<Date>().is_ok(),
            Kind::Word(words) => words.contains(&text),
            Kind::Words => {
                text.len() <= 1_000 && text.bytes().all(|b| b.is_ascii_lowercase() || matches!(b, b'_' | b','))
            }
            Kind::Numbers(most) => {
                let is_good = |number: &str| whole(number).is_some_and(|number| number <= most);
                text.len() <= 1_000 && text.split(',').all(is_good)
            }
            Kind::Text => (1..=TEXT_BYTES_MAX).contains(&text.len()) && !text.contains(char::is_control),
            Kind::When => text.parse::<Date>().is_ok() || text.parse::<Timestamp>().is_ok(),
            Kind::Cursor => text.len() <= 1_000,
            Kind::Limit => whole(text).is_some_and(|number| (1..=PAGE_MAX as u64).contains(&number)),
        };
        if is_good { Ok(()) } else { Err(bad(self.expected())) }
    }

    fn expected(&self) -> String {
        match self.kind {
            Kind::Number(most) => format!("a whole number from 0 to {most}"),
            Kind::Id => "an id: an integer, a UUID, or up to 255 printable ASCII characters without blanks".to_owned(),
            Kind::Moment => "an instant like 2026-03-01T12:00:00Z".to_owned(),
            Kind::Date => "a date like 2026-03-01".to_owned(),
            Kind::Word(words) => format!("one of {}", words.join(", ")),
            Kind::Words => "words with commas between them".to_owned(),
            Kind::Numbers(most) => format!("whole numbers from 0 to {most} with commas between them"),
            Kind::Text => format!("a text of 1 to {TEXT_BYTES_MAX} bytes without control characters"),
            Kind::When => "a date like 2026-03-01 or an instant like 2026-03-01T12:00:00Z".to_owned(),
            Kind::Cursor => "a cursor that this route gave".to_owned(),
            Kind::Limit => format!("a whole number from 1 to {PAGE_MAX}"),
        }
    }

    /// The JSON Schema of the parameter.
    pub(crate) fn schema(&self) -> Value {
        match self.kind {
            Kind::Number(most) => json!({ "type": "integer", "minimum": 0, "maximum": most }),
            Kind::Id => json!({ "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$" }),
            Kind::Moment => json!({ "type": "string", "format": "date-time" }),
            Kind::Date => json!({ "type": "string", "format": "date" }),
            Kind::Word(words) => json!({ "type": "string", "enum": words }),
            Kind::Words => json!({ "type": "string", "maxLength": 1000, "pattern": "^[a-z_,]*$" }),
            Kind::Numbers(_) => json!({ "type": "string", "maxLength": 1000, "pattern": "^[0-9]+(,[0-9]+)*$" }),
            Kind::Text => json!({ "type": "string", "minLength": 1, "maxLength": TEXT_BYTES_MAX }),
            Kind::When => json!({ "type": "string", "maxLength": 40 }),
            Kind::Cursor => json!({ "type": "string", "maxLength": 1000 }),
            Kind::Limit => json!({ "type": "integer", "minimum": 1, "maximum": PAGE_MAX, "default": PAGE_DEFAULT }),
        }
    }
}

/// A number as it is written: no sign, no leading zeros.
fn whole(text: &str) -> Option<u64> {
    text.parse::<u64>().ok().filter(|number| number.to_string() == text)
}

/// The parameters of a path, which are those of the route.
pub(crate) fn check_path(path: &BTreeMap<&'static str, String>) -> Result<(), Problem> {
    path.iter().try_for_each(|(name, text)| Param::in_path(name).map_or(Ok(()), |param| param.check(text)))
}

/// The parameters of a query: those that a route knows, each once.
pub(crate) fn read_query(query: &str, known: &[Param]) -> Result<BTreeMap<&'static str, String>, Problem> {
    let mut read = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, text) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decoded(name, true).ok_or_else(|| Problem::new("malformed", "the query is not UTF-8"))?;
        let Some(param) = known.iter().find(|param| param.name == name) else {
            let names: Vec<&str> = known.iter().map(|param| param.name).collect();
            return Err(Problem::parameter(&name, format!("unknown; known are {names:?}")));
        };
        let text = decoded(text, true).ok_or_else(|| Problem::parameter(param.name, "not UTF-8"))?;
        param.check(&text)?;
        if read.insert(param.name, text).is_some() {
            return Err(Problem::parameter(param.name, "said twice"));
        }
    }
    Ok(read)
}

/// A part of an address without its percent signs. `None` where the bytes are not UTF-8, or `%` stands alone.
pub(crate) fn decoded(part: &str, is_query: bool) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = part.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
                let (high, low) = (digit(rest.next())?, digit(rest.next())?);
                u8::try_from(high << 4 | low).ok()?
            }
            b'+' if is_query => b' ',
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

/// A text as a part of an address.
pub(crate) fn encoded(text: &str) -> String {
    let mut part = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => part.push(char::from(byte)),
            byte => part.push_str(&format!("%{byte:02X}")),
        }
    }
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_they_are_written() {
        for text in ["M1", "a/b", "100%", "caf\u{e9} +", ".."] {
            assert_eq!(decoded(&encoded(text), false).as_deref(), Some(text));
        }
        assert_eq!(decoded("a+b", true).as_deref(), Some("a b"));
        for bad in ["%", "%4", "%zz", "%ff", "%+1"] {
            assert_eq!(decoded(bad, false), None, "{bad}");
        }
    }

    #[test]
    fn a_query_says_what_the_route_knows_and_once() {
        let known = [
            Param::new("limit", Kind::Limit, ""),
            Param::new("as_of", Kind::Moment, ""),
            Param::new("source", Kind::Numbers(9), ""),
            Param::new("at", Kind::When, ""),
            Param::new("text", Kind::Text, ""),
        ];
        for good in ["source=0,9", "at=2026-03-01", "at=2026-03-01T00:00:00Z", "text=a%20b"] {
            assert!(read_query(good, &known).is_ok(), "{good}");
        }
        for bad in ["source=", "source=1,,2", "source=10", "source=01", "at=today", "text=", "text=%00"] {
            assert_eq!(read_query(bad, &known).unwrap_err().status, 400, "{bad}");
        }
        assert_eq!(read_query("limit=5&", &known).unwrap().get("limit").map(String::as_str), Some("5"));
        for bad in ["limit=0", "limit=1001", "limit=05", "limit=+5", "limit=5&limit=5", "lim=5", "as_of=now", "limit"] {
            let problem = read_query(bad, &known).unwrap_err();
            assert_eq!((problem.status, problem.code.as_ref()), (400, "malformed"), "{bad}");
        }
    }
}
