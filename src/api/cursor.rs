//! Places to go on at: opaque to callers, bound to the route that gave them.

use super::base64url;
use super::problem::Problem;
use crate::domain::keys::Key;
use std::fmt;
use std::str::FromStr;

/// The text for a place.
pub(crate) fn write(route: &str, place: impl std::fmt::Display) -> String {
    base64url::encode(format!("1 {route} {place}").as_bytes())
}

/// The place that a text of the same route stands for.
pub(crate) fn read<T: FromStr>(route: &str, cursor: &str) -> Result<T, Problem> {
    let bad =
        || Problem::new("invalid_cursor", "the cursor is not one that this route gave").with("parameter", "cursor");
    let text = base64url::decode(cursor).and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(bad)?;
    let place = text.strip_prefix("1 ").and_then(|rest| rest.strip_prefix(route)?.strip_prefix(' ')).ok_or_else(bad)?;
    place.parse().map_err(|_| bad())
}

/// A row of a table as a place: its key, in hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row<K>(pub(crate) K);

impl<K: Key> fmt::Display for Row<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.to_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl<K: Key> FromStr for Row<K> {
    type Err = ();

    fn from_str(text: &str) -> Result<Row<K>, ()> {
        let digits = text.as_bytes().chunks(2);
        let bytes = digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
        bytes.collect::<Option<Vec<u8>>>().and_then(|bytes| K::from_bytes(&bytes)).map(Row).ok_or(())
    }
}

/// Takes the row behind a page's last one from the page: the next page begins there.
pub(crate) fn split<K, T>(rows: &mut Vec<(K, T)>, limit: usize) -> Option<Row<K>> {
    let next = if rows.len() > limit { rows.pop() } else { None };
    next.map(|(key, _)| Row(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{PartnerId, PartnerKey, ProgramId};

    #[test]
    fn a_cursor_is_good_for_its_own_route_only() {
        let cursor = write("list_members", 42);
        assert_eq!(read::<u64>("list_members", &cursor), Ok(42));
        for (route, cursor) in [("list_partners", cursor.as_str()), ("list_members", "x"), ("list_members", "")] {
            assert_eq!(read::<u64>(route, cursor).unwrap_err().code, "invalid_cursor");
        }
        let key = PartnerKey { program: ProgramId(1), partner: PartnerId(77) };
        assert_eq!(Row(key).to_string().parse::<Row<PartnerKey>>(), Ok(Row(key)));
        for bad in ["", "0", "zz", "00000001", "é"] {
            assert_eq!(bad.parse::<Row<PartnerKey>>(), Err(()), "{bad}");
        }
        assert!(read::<u16>("list_members", &write("list_members", 70_000)).is_err());
    }
}
