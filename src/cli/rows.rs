//! The rows of a CSV file, each in a line of its own: where a row begins, and whether it can be read at all. What its
//! cells say is not known here.

use csv::{ByteRecord, Position, Reader, ReaderBuilder};
use std::io::Cursor;

/// The rows of a file, in their order. A cell never goes over several lines: one that does spoils them all. A quote
/// that is never closed spoils its line and no other.
pub(super) struct Rows<'a> {
    text: &'a [u8],
    delimiter: u8,
    reader: Reader<Cursor<&'a [u8]>>,
    record: ByteRecord,
    /// The end of the line that was looked at last, and its number.
    place: usize,
    line: u64,
    /// The end of the last line that the reader was given.
    read_to: usize,
    /// Lines that begin before this belong to a cell of an earlier one.
    spoiled_until: usize,
    /// A quote that is open at a line's end before this place is known to stay open.
    open_until: usize,
    /// Columns of the first row.
    columns: usize,
}

/// A row, or why it is none.
pub(super) struct Row<'r> {
    /// The line's number in the file, from 1.
    pub(super) line: u64,
    pub(super) cells: Result<&'r ByteRecord, String>,
}

/// Where in a row a byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    CellStart,
    Cell,
    Quoted,
    /// After a quote in a quoted cell: its end, or the first of two that stand for one.
    Quote,
}

impl<'a> Rows<'a> {
    pub(super) fn new(text: &'a [u8], delimiter: u8) -> Rows<'a> {
        // the mark that some editors put before the first line
        let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
        let mut reader = ReaderBuilder::new();
        let reader = reader.flexible(true).has_headers(false).delimiter(delimiter).from_reader(Cursor::new(text));
        Rows {
            text,
            delimiter,
            reader,
            record: ByteRecord::new(),
            place: 0,
            line: 1,
            read_to: 0,
            spoiled_until: 0,
            open_until: 0,
            columns: 0,
        }
    }

    /// The first row, which says how many columns there are.
    pub(super) fn head(&mut self) -> Result<ByteRecord, String> {
        let head =
            self.read()?.map(|row| row.cells.map_err(|problem| format!("line {}: {problem}", row.line)).cloned());
        let head = head.transpose()?.unwrap_or_default();
        self.columns = head.len();
        Ok(head)
    }

    /// The next row.
    pub(super) fn next(&mut self) -> Result<Option<Row<'_>>, String> {
        let columns = self.columns;
        let Some(Row { line, cells }) = self.read()? else { return Ok(None) };
        let cells = cells.and_then(|cells| match cells.len() {
            count if count == columns => Ok(cells),
            1 => Err(format!("the line has 1 column, the first line {columns}")),
            count => Err(format!("the line has {count} columns, the first line {columns}")),
        });
        Ok(Some(Row { line, cells }))
    }

    fn read(&mut self) -> Result<Option<Row<'_>>, String> {
        let Some((start, end)) = self.next_line() else { return Ok(None) };
        let line = self.line;
        if let Some(problem) = self.problem(start, end) {
            return Ok(Some(Row { line, cells: Err(problem.to_owned()) }));
        }
        let passed = self.text.get(self.read_to..start).unwrap_or_default();
        if !passed.iter().all(is_break) {
            self.skip_to(start)?;
        }
        self.reader.read_byte_record(&mut self.record).map_err(|error| error.to_string())?;
        self.read_to = end;
        Ok(Some(Row { line, cells: Ok(&self.record) }))
    }

    /// Where the next line begins and ends that holds anything but blanks.
    fn next_line(&mut self) -> Option<(usize, usize)> {
        loop {
            let rest = self.text.get(self.place..).filter(|rest| !rest.is_empty())?;
            let (breaks, rest) = rest.split_at(rest.iter().take_while(|byte| is_break(byte)).count());
            let (line, _) = rest.split_at(rest.iter().take_while(|byte| !is_break(byte)).count());
            let start = self.place.saturating_add(breaks.len());
            self.place = start.saturating_add(line.len());
            self.line = self.line.saturating_add(count(breaks));
            if !line.trim_ascii().is_empty() {
                return Some((start, self.place));
            }
        }
    }

    /// Why a line cannot be read as a row, if it cannot.
    fn problem(&mut self, start: usize, end: usize) -> Option<&'static str> {
        const OVER_LINES: &str = "the line belongs to a cell that goes over several lines";
        if start < self.spoiled_until {
            return Some(OVER_LINES);
        }
        match self.end_of_row(start, end) {
            Some(row_end) if row_end == end => None,
            Some(row_end) => {
                self.spoiled_until = row_end;
                Some(OVER_LINES)
            }
            None => Some("a quote is not closed in this line"),
        }
    }

    /// Where the row ends whose first line begins at `start` and ends at `line_end`: at a line break outside of quotes.
    /// `None` where a quote stays open: to the end of the file, or until one that does not end a cell, as the first
    /// of a later row.
    fn end_of_row(&mut self, start: usize, line_end: usize) -> Option<usize> {
        let mut at = At::CellStart;
        for (place, byte) in (start..).zip(self.text.get(start..).unwrap_or_default()) {
            at = match (at, *byte) {
                (At::Quoted, b'"') => At::Quote,
                // so that the lines after an open quote are gone over once, not once for each of them
                (At::Quoted, b'\r' | b'\n') if place < self.open_until => return None,
                (At::Quoted, _) | (At::Quote, b'"') => At::Quoted,
                (_, b'\r' | b'\n') => return Some(place),
                (_, byte) if byte == self.delimiter => At::CellStart,
                (At::CellStart, b'"') => At::Quoted,
                (At::Quote, _) if place > line_end => {
                    self.open_until = place;
                    return None;
                }
                _ => At::Cell,
            };
        }
        if at != At::Quoted {
            return Some(self.text.len());
        }
        self.open_until = self.text.len();
        None
    }

    /// Reads on at a place.
    fn skip_to(&mut self, place: usize) -> Result<(), String> {
        let mut position = Position::new();
        position.set_byte(place as u64);
        self.reader.seek(position).map_err(|error| error.to_string())
    }
}

fn is_break(byte: &u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

/// How many lines end with these line breaks, as an editor counts.
fn count(breaks: &[u8]) -> u64 {
    let feeds = breaks.iter().filter(|byte| **byte == b'\n').count();
    let returns = breaks.iter().filter(|byte| **byte == b'\r').count();
    let both = breaks.windows(2).filter(|pair| *pair == b"\r\n").count();
    feeds.saturating_add(returns).saturating_sub(both) as u64
}
