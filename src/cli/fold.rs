//! Lines that fit a terminal: broken at blanks, and going on under what they belong to. No word is broken: one that is
//! wider than the terminal, as a path may be, has a line of its own.

use super::text;

/// How far the lines go in under which an explanation goes on that found no room beside what it explains.
const UNDER: usize = 4;

/// Where a line may be broken, and what is said there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// At blanks.
    Text,
    /// At blanks outside of quotes, with a backslash, so that a shell takes it for one line.
    Command,
}

/// A text in lines of so many columns.
///
/// A line goes on as far in as it began; where it has columns, which two blanks part, it goes on under the second one,
/// or, if that begins in the right half, that one has lines of its own.
pub(super) fn folded(text: &str, most: usize) -> Vec<String> {
    text.split('\n').flat_map(|line| broken(line, most, Kind::Text)).collect()
}

/// Lines for a shell: where they are broken, they can still be pasted.
pub(super) fn folded_command(text: &str, most: usize) -> Vec<String> {
    text.split('\n').flat_map(|line| broken(line, most, Kind::Command)).collect()
}

/// A word, the blanks before it, and the column at which it begins.
struct Word<'a> {
    blanks: usize,
    begins_at: usize,
    text: &'a str,
}

fn broken(line: &str, most: usize, kind: Kind) -> Vec<String> {
    if width(line) <= most {
        return vec![line.to_owned()];
    }
    // a command may have an end of that kind already
    let (line, last) = match line.strip_suffix(" \\") {
        Some(line) if kind == Kind::Command => (line, " \\"),
        _ => (line, ""),
    };
    let words = words(line, kind);
    let own = words.first().map_or(0, |word| word.blanks);
    let second = words.iter().skip(1).find(|word| word.blanks > 1 && kind == Kind::Text).map(|word| word.begins_at);
    let (under, apart) = match (second, kind) {
        (Some(second), _) if second <= most / 2 => (second, None),
        (None, Kind::Text) => (own, None),
        (second, _) => (own.saturating_add(UNDER), second),
    };
    let (room, end) = if kind == Kind::Command { (most.saturating_sub(2), " \\") } else { (most, "") };
    let mut lines = Vec::new();
    let mut current = String::new();
    for Word { blanks, begins_at, text } in words {
        let joined = width(&current).saturating_add(blanks).saturating_add(width(text));
        let is_bare = current.trim().is_empty();
        if !is_bare && (joined > room || apart == Some(begins_at)) {
            lines.push(std::mem::take(&mut current) + end);
            current.push_str(&" ".repeat(under));
        } else {
            current.push_str(&" ".repeat(blanks));
        }
        current.push_str(text);
    }
    lines.push(current + last);
    lines
}

fn words(line: &str, kind: Kind) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let (mut rest, mut column) = (line, 0usize);
    while !rest.is_empty() {
        let begin = rest.find(|c| c != ' ').unwrap_or(rest.len());
        let (blanks, from) = rest.split_at_checked(begin).unwrap_or_default();
        let (word, behind) = from.split_at_checked(end_of_word(from, kind)).unwrap_or_default();
        let begins_at = column.saturating_add(blanks.len());
        if !word.is_empty() {
            words.push(Word { blanks: blanks.len(), begins_at, text: word });
        }
        column = begins_at.saturating_add(width(word));
        rest = behind;
    }
    words
}

/// The first blank; of a command, the first outside of quotes that is not between an option and its value.
fn end_of_word(text: &str, kind: Kind) -> usize {
    let mut quote = None;
    let mut is_option = kind == Kind::Command && text.starts_with("--");
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, ' ') if is_option && text.get(at..).is_some_and(begins_a_value) => is_option = false,
            (None, ' ') => return at,
            (None, '\'' | '"') if kind == Kind::Command => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
    }
    text.len()
}

/// Whether a blank stands before a value: not before another option, a file to write to, the next command.
fn begins_a_value(blank: &str) -> bool {
    blank.chars().nth(1).is_some_and(|c| !" -<>|&;\\".contains(c))
}

/// The columns that a text takes, which may hold colours of our own.
fn width(text: &str) -> usize {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().map_or(0, text::width);
    let behind = |part: &str| part.split_once('m').map_or(0, |(_, shown)| text::width(shown));
    parts.map(behind).fold(first, usize::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_broken_at_blanks() {
        assert_eq!(folded("one two three", 7), ["one two", "three"]);
        assert_eq!(folded("a longerword b", 6), ["a", "longerword", "b"]);
        assert_eq!((folded("one  two", usize::MAX), folded("", 5)), (vec!["one  two".to_owned()], vec![String::new()]));
        assert_eq!(folded("\none two three\n", 8), ["", "one two", "three", ""]);
    }

    #[test]
    fn a_line_goes_on_as_far_in_as_it_began() {
        assert_eq!(folded("   one two three", 10), ["   one two", "   three"]);
    }

    #[test]
    fn columns_go_on_under_themselves_or_have_lines_of_their_own() {
        let line = "  redeem M1     takes points from M1";
        assert_eq!(folded(line, 32), ["  redeem M1     takes points", "                from M1"]);
        assert_eq!(folded(line, 22), ["  redeem M1", "      takes points", "      from M1"]);
    }

    #[test]
    fn commands_can_be_pasted_where_they_are_broken() {
        let line = "  echo '{\"a\": 1}' | accruedb apply --db \"my db\"";
        for width in 0..60 {
            let lines = folded_command(line, width);
            let pasted = lines.join("\n").replace(" \\\n", " ");
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<String>>();
            assert_eq!(words(&pasted), words(line), "{width}: {lines:#?}");
            // the widest word, how far it goes in, and the backslash
            assert!(lines.iter().all(|line| line.len() <= width.max(12 + 6 + 2)), "{width}: {lines:#?}");
            assert!(lines.iter().any(|line| line.contains("--db \"my db\"")), "{width}: {lines:#?}");
            assert!(lines.iter().all(|line| line.matches('\'').count() % 2 == 0), "{width}: {lines:#?}");
        }
    }

    #[test]
    fn colours_take_no_columns() {
        assert_eq!(folded("\u{1b}[1mone\u{1b}[0m two", 7), ["\u{1b}[1mone\u{1b}[0m two"]);
        assert_eq!(width("\u{1b}[1;4mone\u{1b}[0m"), 3);
    }
}
