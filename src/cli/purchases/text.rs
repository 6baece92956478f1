//! Cells as text: what spreadsheets put around them, and how messages show them.

/// A cell as messages show it: in quotes, not more than the beginning of a long one, and nothing in it that a terminal
/// would obey.
#[must_use]
pub fn shown(cell: &str) -> String {
    format!("{:?}", cut(cell))
}

/// A name as messages show it, without quotes.
#[must_use]
pub fn plain(name: &str) -> String {
    cut(name).escape_debug().collect()
}

fn cut(cell: &str) -> String {
    const CHARACTERS: usize = 40;
    let mut shown: String = cell.chars().take(CHARACTERS).collect();
    if shown.len() < cell.len() {
        shown.push_str("...");
    }
    shown
}

/// A cell without the marks by which a spreadsheet keeps it as text: `'00042` and `="00042"` say `00042`.
pub(super) fn unmarked(cell: &str) -> &str {
    let (first, last) = (cell.as_bytes().first(), cell.as_bytes().last());
    if first.is_some_and(u8::is_ascii_alphanumeric) && last.is_some_and(u8::is_ascii_graphic) {
        return cell;
    }
    let cell = cell.trim();
    let formula = cell.strip_prefix("=\"").and_then(|inner| inner.strip_suffix('"'));
    let marked = formula.or_else(|| cell.strip_prefix('\''));
    marked.unwrap_or(cell).trim()
}

/// Whether a cell is a formula, in the place of its value: `=1+1`, `=SUM(A1:A9)`.
pub(super) fn is_formula(text: &str) -> bool {
    text.starts_with('=') && text.len() > 1
}

/// Whether a number was spoiled by a spreadsheet: `4711.0`, `1.23457E+12`. The digits that it had are gone, or more
/// were added.
pub(super) fn is_spoiled(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let number = |part: &str| match part.split_once(['.', ',']) {
        Some((whole, decimals)) => digits(whole) && digits(decimals),
        None => digits(part),
    };
    if let Some((mantissa, exponent)) = text.split_once(['e', 'E']) {
        let signed = exponent.strip_prefix(['+', '-']);
        // without a sign or a point, as in 12E5, it may well be somebody's number
        return number(mantissa)
            && digits(signed.unwrap_or(exponent))
            && (signed.is_some() || mantissa.contains(['.', ',']));
    }
    let zeros = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte == b'0');
    text.split_once(['.', ',']).is_some_and(|(whole, decimals)| digits(whole) && zeros(decimals))
}

/// Whether a cell says that there is nothing: empty, or one of the words that programs write for it.
pub(super) fn is_nothing(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "n.a.",
        "n. a.",
        "(none)",
        "(blank)",
        "(empty)",
        "(leer)",
        "blank",
        "empty",
        "<null>",
        "[null]",
        "---",
        "\u{2013}",
        "\u{2014}",
        ".",
        "?",
        "missing",
        "null",
        "(null)",
        "\\n",
        "nil",
        "none",
        "nan",
        "n/a",
        "na",
        "-",
        "--",
        "undefined",
        "#n/a",
        "0",
    ];
    let is_error = text.starts_with('#') && text.ends_with(['!', '?']);
    let zeros = !text.is_empty() && text.bytes().all(|byte| byte == b'0');
    text.is_empty() || zeros || is_error || WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// Whether a text is a whole number without zeros before it.
fn is_number(text: &str) -> bool {
    !text.starts_with('0') && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A cell of ASCII characters without blanks around it, as it is.
pub(super) fn bare(cell: &[u8]) -> Option<&str> {
    let is_bare = cell.first().is_none_or(u8::is_ascii_graphic) && cell.last().is_none_or(u8::is_ascii_graphic);
    if is_bare && cell.is_ascii() { std::str::from_utf8(cell).ok() } else { None }
}

/// Words that stand for somebody whom a shop does not know, and those before the sums of a report. In small letters.
const GUESTS: &[&str] = &[
    "guest",
    "guest checkout",
    "guest customer",
    "guest user",
    "gast",
    "gastkunde",
    "gastbestellung",
    "invit\u{e9}",
    "invitado",
    "ospite",
    "walk-in",
    "walk in",
    "walkin",
    "walk-in customer",
    "laufkunde",
    "barverkauf",
    "cash customer",
    "anonymous",
    "anonym",
    "nobody",
    "no customer",
    "unknown",
    "unbekannt",
    "unregistered",
    "true",
    "false",
    "-1",
    "[object object]",
    "total",
    "totals",
    "grand total",
    "subtotal",
    "sum",
    "summe",
    "gesamt",
    "gesamtsumme",
    "zwischensumme",
    "somme",
    "totale",
    "suma",
];

/// Values of a member's column that stand for nobody.
#[derive(Debug, Clone, Default)]
pub struct Nobody {
    /// More of them, beside those that always do.
    pub values: Vec<String>,
}

impl Nobody {
    /// The name that the summary gives to a cell of the member's column that stands for nobody.
    #[must_use]
    pub fn name(&self, cell: &str) -> Option<String> {
        // a number is in no list but the caller's, and most cells are one
        if is_number(cell) && self.values.iter().all(|value| value.trim() != cell) {
            return None;
        }
        if cell.is_empty() {
            return Some("empty".to_owned());
        }
        if is_spoiled(cell) {
            return Some("a number that a spreadsheet spoiled".to_owned());
        }
        let lower = cell.to_lowercase();
        let own = self.values.iter().any(|value| value.trim().to_lowercase() == lower);
        (own || is_nothing(cell) || GUESTS.contains(&lower.as_str())).then_some(lower)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_nobody_is_known() {
        let nobody = Nobody { values: vec!["Walk-in".to_owned()] };
        let none = [
            "",
            "0",
            "000",
            "NULL",
            "null",
            "NaN",
            "Guest",
            "guest",
            "#N/A",
            "#REF!",
            "4711.0",
            "4711,00",
            "1.23457E+12",
            "1,2e+9",
            "2E+10",
            "\\N",
            "walk-IN",
            "-1",
            "Unknown",
            "?",
            ".",
            "true",
            "N.A.",
            "(blank)",
            "Guest Checkout",
            "Invit\u{c9}",
            "walk-in",
            "Gast",
            "\u{2014}",
            "[object Object]",
            "Total",
            "SUMME",
        ];
        for text in none {
            assert!(nobody.name(text).is_some(), "{text:?}");
        }
        for text in [
            "1",
            "00042",
            "12E5",
            "guest1",
            "d@example.com",
            "4711.5",
            "1.2.0",
            "#17",
            "10",
            "nully",
            "total1",
            "gaston",
        ] {
            assert_eq!(nobody.name(text), None, "{text:?}");
        }
    }

    #[test]
    fn marks_of_spreadsheets_are_taken_off() {
        for (cell, text) in [("'00042", "00042"), ("=\"00042\"", "00042"), (" 7 ", "7"), ("=7", "=7"), ("'", "")] {
            assert_eq!(unmarked(cell), text);
        }
    }

    #[test]
    fn nothing_that_is_shown_moves_a_terminal() {
        for text in ["\u{1b}[2J", "a\u{202e}b", "a\rb", "\u{9b}31m"] {
            for shown in [shown(text), plain(text)] {
                assert!(shown.chars().all(|c| c.is_ascii_graphic()), "{shown:?}");
            }
        }
        assert_eq!(shown(&"x".repeat(50)), format!("\"{}...\"", "x".repeat(40)));
    }
}
