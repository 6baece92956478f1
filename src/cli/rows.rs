//! The rows of a CSV file, read as a stream: where a row begins and ends, and whether it can be read at all. What its
//! cells say is not known here.

use std::io::{self, Read};

/// Bytes of one row at most, over all its lines. Memory is bounded by it.
pub(super) const ROW_BYTES_MAX: usize = 1 << 20;
const READ_BYTES: usize = 1 << 16;

/// The rows of a file, in their order. A row goes over several lines where a quoted cell holds line breaks. A quote
/// that is never closed spoils its line and no other.
pub(super) struct Rows<R> {
    input: R,
    shape: Shape,
    /// Bytes that were read; those before `start` are done with.
    bytes: Vec<u8>,
    start: usize,
    /// How many bytes were dropped from the front of `bytes` since the beginning.
    dropped: u64,
    at_end: bool,
    /// The number of the line at `start`, from 1.
    line: u64,
    /// Whether the byte before `start` is a carriage return.
    after_return: bool,
    /// A quote that is open at a line's end before this place of the file is known to stay open.
    open_until: u64,
    cells: Cells,
}

/// The separator of cells, and the mark before a quote inside one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) delimiter: u8,
    pub(super) escape: Option<u8>,
}

/// The cells of a row.
#[derive(Debug, Clone, Default)]
pub(super) struct Cells {
    text: Vec<u8>,
    /// Where each begins and ends in `text`.
    spans: Vec<(usize, usize)>,
    /// Whether one of them goes over several lines.
    are_over_lines: bool,
}

/// A row, or why it is none.
pub(super) struct Row<'r> {
    /// The number of its first line in the file, from 1.
    pub(super) line: u64,
    pub(super) cells: Result<&'r Cells, &'static str>,
}

/// A line's number and its bytes, or why it has none.
type RawLine<'r> = (u64, Result<&'r [u8], &'static str>);

/// Where in a row a byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    CellStart,
    Cell,
    Quoted,
    /// After a mark that takes its meaning from the next byte.
    Escaped,
    /// After a quote in a quoted cell: its end, or the first of two that stand for one.
    Quote,
}

/// The row, or the spoiled line, at a place.
enum Found {
    /// A row that ends here, counted from the beginning of `bytes`.
    Row(usize),
    /// A line that is no row, and where it ends.
    Spoiled(usize, &'static str),
}

impl Cells {
    pub(super) fn get(&self, place: usize) -> Option<&[u8]> {
        let (start, end) = *self.spans.get(place)?;
        self.text.get(start..end)
    }

    pub(super) fn len(&self) -> usize {
        self.spans.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.spans.iter().filter_map(|(start, end)| self.text.get(*start..*end))
    }

    /// Whether one of them holds a line that has as many separators as a row of so many columns: a quote that was
    /// opened by mistake may have swallowed it.
    pub(super) fn swallow(&self, delimiter: u8, columns: usize) -> bool {
        let is_row = |line: &[u8]| {
            let separators = line.iter().filter(|byte| **byte == delimiter).count();
            columns > 1 && separators.saturating_add(1) >= columns
        };
        self.are_over_lines && self.iter().any(|cell| cell.split(is_break).skip(1).any(is_row))
    }

    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.spans.clear();
        self.are_over_lines = false;
    }

    pub(super) fn push(&mut self, cell: &[u8]) {
        let start = self.text.len();
        self.text.extend_from_slice(cell);
        self.spans.push((start, self.text.len()));
    }

    /// Takes the cells of a row from its bytes.
    fn split(&mut self, row: &[u8], shape: Shape) {
        self.clear();
        if !row.contains(&b'"') {
            return row.split(|byte| *byte == shape.delimiter).for_each(|cell| self.push(cell));
        }
        let (mut at, mut start) = (At::CellStart, 0);
        for byte in row {
            let next = shape.after(at, *byte);
            match (at, next) {
                (At::Quoted | At::Cell | At::CellStart | At::Quote, At::CellStart) => {
                    self.spans.push((start, self.text.len()));
                    start = self.text.len();
                }
                // marks that are not text
                (At::CellStart, At::Quoted) => {}
                (At::Quoted, At::Quote | At::Escaped) => {}
                _ => self.text.push(*byte),
            }
            at = next;
        }
        self.spans.push((start, self.text.len()));
        self.are_over_lines = row.iter().any(is_break);
    }

    /// Takes the cells of the first line of some bytes, and returns where it ends. `None` where it is not certain that
    /// the line is a row: it is blank, holds a quote, is too long, or its end is not here.
    fn split_plain(&mut self, bytes: &[u8], delimiter: u8) -> Option<usize> {
        if !bytes.first()?.is_ascii_graphic() {
            return None;
        }
        self.clear();
        let mut start = 0;
        for (place, byte) in (0..ROW_BYTES_MAX).zip(bytes) {
            match *byte {
                b'\n' | b'\r' => {
                    self.spans.push((start, place));
                    self.text.extend_from_slice(bytes.get(..place)?);
                    return Some(place);
                }
                b'"' => return None,
                byte if byte == delimiter => {
                    self.spans.push((start, place));
                    start = place.saturating_add(1);
                }
                _ => {}
            }
        }
        None
    }
}

impl Shape {
    /// Where the byte after this one stands, which is no line break outside of quotes.
    fn after(self, at: At, byte: u8) -> At {
        match (at, byte) {
            (At::Escaped, _) => At::Quoted,
            (At::Quoted, byte) if Some(byte) == self.escape => At::Escaped,
            (At::Quoted, b'"') => At::Quote,
            (At::Quoted, _) | (At::Quote, b'"') => At::Quoted,
            (_, byte) if byte == self.delimiter => At::CellStart,
            (At::CellStart, b'"') => At::Quoted,
            _ => At::Cell,
        }
    }
}

impl<R: Read> Rows<R> {
    pub(super) fn new(input: R, shape: Shape) -> Rows<R> {
        Rows {
            input,
            shape,
            bytes: Vec::new(),
            start: 0,
            dropped: 0,
            at_end: false,
            line: 1,
            after_return: false,
            open_until: 0,
            cells: Cells::default(),
        }
    }

    /// The first line that holds anything but blanks, as it is; it stays where it is.
    pub(super) fn first_line(&mut self) -> io::Result<&[u8]> {
        let end = match self.next_line()? {
            Some((end, _)) => end,
            None => self.start,
        };
        Ok(self.bytes.get(self.start..end).unwrap_or_default())
    }

    /// Drops the first line.
    pub(super) fn skip_line(&mut self) -> io::Result<()> {
        if let Some((end, _)) = self.next_line()? {
            self.start = end;
        }
        Ok(())
    }

    /// The next line as it is, and its number: for what is no CSV.
    pub(super) fn next_raw(&mut self) -> io::Result<Option<RawLine<'_>>> {
        let Some((end, _)) = self.next_line()? else { return Ok(None) };
        let (start, line) = (self.start, self.line);
        self.start = end;
        self.after_return = false;
        if end.saturating_sub(start) > ROW_BYTES_MAX {
            self.skip_rest_of_line()?;
            return Ok(Some((line, Err(TOO_LONG))));
        }
        Ok(Some((line, Ok(self.bytes.get(start..end).unwrap_or_default()))))
    }

    /// From here on, cells are separated in this way.
    pub(super) fn set_shape(&mut self, shape: Shape) {
        self.shape = shape;
    }

    /// The next row.
    pub(super) fn next(&mut self) -> io::Result<Option<Row<'_>>> {
        if self.plain_row() {
            return Ok(Some(Row { line: self.line, cells: Ok(&self.cells) }));
        }
        let Some((line_end, has_quote)) = self.next_line()? else { return Ok(None) };
        let line = self.line;
        let found = match line_end.saturating_sub(self.start) > ROW_BYTES_MAX {
            true => Found::Spoiled(line_end, TOO_LONG),
            false if has_quote => self.quoted_row(line_end)?,
            false => Found::Row(line_end),
        };
        let (end, problem) = match found {
            Found::Row(end) => (end, None),
            Found::Spoiled(end, problem) => (end, Some(problem)),
        };
        // from here on no byte is read: `start` and `end` stay what they are
        let row = self.bytes.get(self.start..end).unwrap_or_default();
        let cells = match problem {
            None => {
                self.line = self.line.saturating_add(breaks(row, false));
                self.cells.split(row, self.shape);
                Ok(())
            }
            Some(problem) => Err(problem),
        };
        self.start = end;
        self.after_return = false;
        if problem == Some(TOO_LONG) {
            self.skip_rest_of_line()?;
        }
        Ok(Some(Row { line, cells: cells.map(|()| &self.cells) }))
    }

    /// Takes the next row where it is one without a quote, of one line that follows the last one, and all of it was
    /// read: most rows of most files. Else nothing is changed but the cells.
    fn plain_row(&mut self) -> bool {
        let rest = self.bytes.get(self.start..).unwrap_or_default();
        let (breaks, lines) = match rest {
            _ if self.after_return => return false,
            [b'\n', ..] => (1, 1),
            [b'\r', b'\n', ..] => (2, 1),
            _ => (0, 0),
        };
        let rest = rest.get(breaks..).unwrap_or_default();
        let Some(length) = self.cells.split_plain(rest, self.shape.delimiter) else { return false };
        self.line = self.line.saturating_add(lines);
        self.start = self.start.saturating_add(breaks).saturating_add(length);
        true
    }

    /// Where the next line ends that holds anything but blanks, and whether a quote is in it. It begins at `start`.
    /// A line that is too long ends for now behind the most bytes that a row may have.
    fn next_line(&mut self) -> io::Result<Option<(usize, bool)>> {
        loop {
            self.skip_breaks()?;
            let mut end = self.start;
            let mut has_quote = false;
            loop {
                let rest = self.bytes.get(end..).unwrap_or_default();
                let length = rest.iter().position(is_break);
                let line = rest.get(..length.unwrap_or(rest.len())).unwrap_or_default();
                has_quote |= line.contains(&b'"');
                end = end.saturating_add(line.len());
                let is_long = end.saturating_sub(self.start) > ROW_BYTES_MAX;
                if length.is_some() || is_long {
                    break;
                }
                let before = self.start;
                let is_more = self.fill()?;
                end = end.saturating_sub(before.saturating_sub(self.start));
                if !is_more {
                    break;
                }
            }
            let line = self.bytes.get(self.start..end).unwrap_or_default();
            if line.is_empty() {
                return Ok(None);
            }
            if !line.trim_ascii().is_empty() {
                return Ok(Some((end, has_quote)));
            }
            self.start = end;
            self.after_return = false;
        }
    }

    /// Passes the line breaks at `start`, counting lines as an editor does.
    fn skip_breaks(&mut self) -> io::Result<()> {
        loop {
            let rest = self.bytes.get(self.start..).unwrap_or_default();
            let length = rest.iter().position(|byte| !is_break(byte)).unwrap_or(rest.len());
            let passed = rest.get(..length).unwrap_or_default();
            self.line = self.line.saturating_add(breaks(passed, self.after_return));
            if let Some(last) = passed.last() {
                self.after_return = *last == b'\r';
            }
            let is_end = length < rest.len();
            self.start = self.start.saturating_add(length);
            if is_end || !self.fill()? {
                return Ok(());
            }
        }
    }

    /// Where the row ends whose first line ends at `line_end` and holds a quote: at a line break outside of quotes.
    /// Spoiled where a quote stays open: to the end of the file, over more bytes than a row may have, or until one that
    /// does not end a cell, as the first of a later row.
    fn quoted_row(&mut self, line_end: usize) -> io::Result<Found> {
        const OPEN: &str = "a quote is not closed in this line";
        let first = line_end.saturating_sub(self.start);
        let (mut at, mut length) = (At::CellStart, 0_usize);
        loop {
            let row = self.dropped.saturating_add(self.start as u64);
            let rest = self.bytes.get(self.start.saturating_add(length)..).unwrap_or_default();
            let line_end = self.start.saturating_add(first);
            for byte in rest {
                let place = row.saturating_add(length as u64);
                match (at, *byte) {
                    // so that the lines after an open quote are gone over once, not once for each of them
                    (At::Quoted, b'\r' | b'\n') if place < self.open_until => {
                        return Ok(Found::Spoiled(line_end, OPEN));
                    }
                    (At::CellStart | At::Cell | At::Quote, b'\r' | b'\n') => {
                        return Ok(Found::Row(self.start.saturating_add(length)));
                    }
                    (At::Quote, byte) if length > first && byte != b'"' && byte != self.shape.delimiter => {
                        self.open_until = place;
                        return Ok(Found::Spoiled(line_end, OPEN));
                    }
                    (_, byte) => at = self.shape.after(at, byte),
                }
                length = length.saturating_add(1);
            }
            let is_more = length <= ROW_BYTES_MAX && self.fill()?;
            let line_end = self.start.saturating_add(first);
            if !is_more && (length > ROW_BYTES_MAX || matches!(at, At::Quoted | At::Escaped)) {
                self.open_until = row.saturating_add(length as u64);
                return Ok(Found::Spoiled(line_end, OPEN));
            }
            if !is_more {
                return Ok(Found::Row(self.start.saturating_add(length)));
            }
        }
    }

    /// Drops what is left of a line that is too long.
    fn skip_rest_of_line(&mut self) -> io::Result<()> {
        loop {
            let rest = self.bytes.get(self.start..).unwrap_or_default();
            let length = rest.iter().position(is_break);
            self.start = self.start.saturating_add(length.unwrap_or(rest.len()));
            if length.is_some() || !self.fill()? {
                return Ok(());
            }
        }
    }

    /// Reads on. Returns whether there was more. The bytes before `start` are dropped, and `start` moves to 0.
    fn fill(&mut self) -> io::Result<bool> {
        if self.at_end {
            return Ok(false);
        }
        self.bytes.drain(..self.start);
        self.dropped = self.dropped.saturating_add(self.start as u64);
        self.start = 0;
        let count = self.input.by_ref().take(READ_BYTES as u64).read_to_end(&mut self.bytes)?;
        self.at_end = count == 0;
        Ok(count > 0)
    }
}

const TOO_LONG: &str = "the line is longer than 1 MiB";

fn is_break(byte: &u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

/// How many lines end in these bytes, as an editor counts.
fn breaks(bytes: &[u8], mut after_return: bool) -> u64 {
    let mut count = 0_u64;
    for byte in bytes {
        let ends = match byte {
            b'\r' => true,
            b'\n' => !after_return,
            _ => false,
        };
        count = count.saturating_add(u64::from(ends));
        after_return = *byte == b'\r';
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a few bytes at a time, so that everything ends at the end of what was read.
    struct Drops<'a>(&'a [u8], usize);

    impl Read for Drops<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let count = self.0.len().min(self.1).min(out.len());
            let (now, later) = self.0.split_at(count);
            out[..count].copy_from_slice(now);
            self.0 = later;
            Ok(count)
        }
    }

    /// The rows of a text: the line of each and its cells, or `None`.
    fn rows(input: impl Read, escape: Option<u8>) -> Vec<(u64, Option<Vec<String>>)> {
        let mut rows = Rows::new(input, Shape { delimiter: b',', escape });
        let mut all = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            let texts = |cells: &Cells| cells.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect();
            all.push((row.line, row.cells.ok().map(texts)));
        }
        all
    }

    fn cells(text: &str) -> Option<Vec<String>> {
        rows(text.as_bytes(), None).pop().unwrap().1
    }

    #[test]
    fn cells_are_what_their_quotes_say() {
        for (row, expected) in [
            ("a,b", vec!["a", "b"]),
            ("a,", vec!["a", ""]),
            (",", vec!["", ""]),
            ("\"a\",\"b,c\"", vec!["a", "b,c"]),
            ("\"a \"\"b\"\"\",c", vec!["a \"b\"", "c"]),
            ("\"\",\"\"\"\"", vec!["", "\""]),
            ("a\"b,c", vec!["a\"b", "c"]),
            ("\"12\\\" vinyl\",7", vec!["12\\ vinyl\"", "7"]),
            ("\"a\nb\",c", vec!["a\nb", "c"]),
            ("\"a\r\n\r\nb\",c", vec!["a\r\n\r\nb", "c"]),
        ] {
            assert_eq!(cells(row), Some(expected.into_iter().map(str::to_owned).collect()), "{row:?}");
        }
        let escaped = rows(&b"\"a \\\"b\\\", c\",\"\\\\\""[..], Some(b'\\'));
        assert_eq!(escaped, [(1, Some(vec!["a \"b\", c".to_owned(), "\\".to_owned()]))]);
    }

    #[test]
    fn rows_are_the_same_however_the_bytes_come() {
        let text = b"a,b\r\n\r\n\"x\r\ny\",2\r3,\"4\n\n\"\"5\"\"\"\n\"open,6\n7,8\n \t\n9,\"z\"\r\n";
        let whole = rows(&text[..], None);
        let lines: Vec<u64> = whole.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [1, 3, 5, 8, 9, 11]);
        assert_eq!(whole.iter().filter(|(_, cells)| cells.is_none()).count(), 1);
        for size in 1..9 {
            assert_eq!(rows(Drops(text, size), None), whole, "{size} bytes at a time");
        }
    }

    #[test]
    fn a_row_that_is_too_long_is_dropped_and_takes_no_room() {
        let long = "x".repeat(3 * ROW_BYTES_MAX);
        for (text, expected) in [
            (format!("a,b\n{long},c\nd,e\n"), vec![(1, true), (2, false), (3, true)]),
            (format!("a,b\n\"{long}\",c\nd,e\n"), vec![(1, true), (2, false), (3, true)]),
            (format!("a,b\n\"{long}"), vec![(1, true), (2, false)]),
            (long.clone(), vec![(1, false)]),
        ] {
            let mut rows = Rows::new(text.as_bytes(), Shape { delimiter: b',', escape: None });
            let mut found = Vec::new();
            while let Some(row) = rows.next().unwrap() {
                found.push((row.line, row.cells.is_ok()));
            }
            assert_eq!(found, expected);
            assert!(rows.bytes.capacity() < 4 * ROW_BYTES_MAX, "{}", rows.bytes.capacity());
        }
    }

    #[test]
    fn a_quote_that_closes_too_late_spoils_its_own_line() {
        let lines = "1,2\n".repeat(ROW_BYTES_MAX / 2);
        let text = format!("a,b\n\"3,4\n{lines}");
        let found = rows(text.as_bytes(), None);
        assert_eq!(found.iter().filter(|(_, cells)| cells.is_none()).count(), 1);
        assert_eq!(found.len(), 2 + ROW_BYTES_MAX / 2);
    }
}
