//! Places to go on at: opaque to callers, bound to the route that gave them.

use super::base64url;
use super::problem::Problem;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_good_for_its_own_route_only() {
        let cursor = write("list_members", 42);
        assert_eq!(read::<u64>("list_members", &cursor), Ok(42));
        for (route, cursor) in [("list_partners", cursor.as_str()), ("list_members", "x"), ("list_members", "")] {
            assert_eq!(read::<u64>(route, cursor).unwrap_err().code, "invalid_cursor");
        }
        assert!(read::<u16>("list_members", &write("list_members", 70_000)).is_err());
    }
}
