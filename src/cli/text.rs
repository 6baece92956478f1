//! Text on a terminal: how wide it is, and what must never reach one as it is.

use std::borrow::Cow;

/// A text that may hold something a caller wrote, for a terminal: what would move the cursor, change colours or turn
/// the direction of writing is shown as an escape, like `\u{1b}`. Line breaks stay.
pub(super) fn shown(text: &str) -> Cow<'_, str> {
    escaped(text, |c| c == '\n')
}

/// The same for a text that has to stay on its line.
pub(super) fn on_one_line(text: &str) -> Cow<'_, str> {
    escaped(text, |_| false)
}

fn escaped(text: &str, may_stay: impl Fn(char) -> bool) -> Cow<'_, str> {
    let is_bad = |c: char| is_control(c) && !may_stay(c);
    if !text.chars().any(is_bad) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if is_bad(c) { safe.extend(c.escape_default()) } else { safe.push(c) }
    }
    Cow::Owned(safe)
}

/// JSON whose strings hold nothing of that kind either. JSON has its own escapes for them: the values stay the same.
pub(super) fn json(text: String) -> String {
    // serde_json escapes those of ASCII, but for DEL; outside of strings there are none
    if !text.chars().any(is_control) {
        return text;
    }
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if is_control(c) {
            let mut units = [0; 2];
            c.encode_utf16(&mut units).iter().for_each(|unit| safe.push_str(&format!("\\u{unit:04x}")));
        } else {
            safe.push(c);
        }
    }
    safe
}

/// Whether a terminal acts on a character instead of showing it: control characters (C0, DEL, C1), line and paragraph
/// separators, marks of direction, invisible ones, tags.
fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{AD}'
                | '\u{61C}'
                | '\u{180E}'
                | '\u{200B}'..='\u{200F}'
                | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}'
                | '\u{FEFF}'
                | '\u{FFF9}'..='\u{FFFB}'
                | '\u{E0000}'..='\u{E007F}'
        )
}

/// How many columns of a terminal a text takes.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

/// As much of a text as fits into so many columns; where it is cut, it ends with `…`.
pub(super) fn cut(text: &str, most: usize) -> Cow<'_, str> {
    if width(text) <= most {
        return Cow::Borrowed(text);
    }
    let (mut kept, mut left) = (String::new(), most.saturating_sub(1));
    for c in text.chars() {
        match left.checked_sub(columns(c)) {
            Some(rest) => left = rest,
            None => break,
        }
        kept.push(c);
    }
    kept.push('…');
    Cow::Owned(kept)
}

/// The columns of a character: two for those of East Asia and for pictures, none for marks over others.
fn columns(c: char) -> usize {
    match u32::from(c) {
        0x300..=0x36F | 0x483..=0x489 | 0x591..=0x5BD | 0x610..=0x61A | 0x64B..=0x65F | 0x1AB0..=0x1AFF => 0,
        0x1DC0..=0x1DFF | 0x20D0..=0x20FF | 0xFE00..=0xFE0F | 0xFE20..=0xFE2F | 0xE0100..=0xE01EF => 0,
        0x1100..=0x115F | 0x2E80..=0x303E | 0x3041..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF => 2,
        0xFE30..=0xFE6F | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 | 0x1F300..=0x1FAFF | 0x20000..=0x3FFFD => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_act_on_is_escaped() {
        for (text, safe) in [
            ("plain, ünïcode, 点, 🎁", "plain, ünïcode, 点, 🎁"),
            ("\u{1b}[31mred\u{7}", "\\u{1b}[31mred\\u{7}"),
            ("\u{9b}31m\u{7f}", "\\u{9b}31m\\u{7f}"),
            ("gift\u{202e}cod.exe\u{2066}", "gift\\u{202e}cod.exe\\u{2066}"),
            ("a\u{2028}b\u{200b}\u{feff}", "a\\u{2028}b\\u{200b}\\u{feff}"),
            ("a\rb\tc", "a\\rb\\tc"),
        ] {
            assert_eq!(on_one_line(text), safe);
            assert_eq!(shown(text), safe);
        }
        assert_eq!((shown("a\nb"), on_one_line("a\nb")), ("a\nb".into(), "a\\nb".into()));
    }

    #[test]
    fn every_control_character_is_escaped_in_json_and_means_the_same() {
        for c in (0..=0x10_FFFF).filter_map(char::from_u32).filter(|c| is_control(*c)) {
            let text = format!("a{c}b");
            let written = json(serde_json::to_string(&text).unwrap());
            assert!(written.chars().all(|c| !is_control(c)), "{:x}", u32::from(c));
            assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
        }
        assert_eq!(json("{\"a\":\"ü\"}".to_owned()), "{\"a\":\"ü\"}");
    }

    #[test]
    fn texts_are_cut_to_the_columns_they_take() {
        assert_eq!([width("ab"), width("点数"), width("e\u{301}"), width("🎁")], [2, 4, 1, 2]);
        assert_eq!([cut("abcd", 4), cut("abcde", 4), cut("点数点", 4), cut("ab", 0)], ["abcd", "abc…", "点…", "…"]);
    }
}
