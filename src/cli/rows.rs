//! The rows of a CSV file, each in a line of its own: where a row begins, and whether it can be read at all. What its
//! cells say is not known here.

use csv::{ByteRecord, Position, Reader, ReaderBuilder};
use std::io::Cursor;

/// The rows of a file, in their order. A cell never goes over several lines: a quote that is not closed in its line
/// spoils that line and no other.
pub(super) struct Rows<'a> {
    text: &'a [u8],
    reader: Reader<Cursor<&'a [u8]>>,
    record: ByteRecord,
    /// How far lines were counted: a place in the text, and the line that it lies in.
    counted: (usize, u64),
    /// Columns of the first row.
    columns: usize,
}

/// A row, or why it is none.
pub(super) struct Row<'r> {
    /// The line's number in the file, from 1.
    pub(super) line: u64,
    pub(super) cells: Result<&'r ByteRecord, String>,
}

impl<'a> Rows<'a> {
    /// The rows of a text. It must end with a line break: only then a quote that is open at its end shows in a cell.
    pub(super) fn new(text: &'a [u8], delimiter: u8) -> Rows<'a> {
        let mut reader = ReaderBuilder::new();
        let reader = reader.flexible(true).has_headers(false).delimiter(delimiter).from_reader(Cursor::new(text));
        Rows { text, reader, record: ByteRecord::new(), counted: (0, 1), columns: 0 }
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
        if !self.reader.read_byte_record(&mut self.record).map_err(|error| error.to_string())? {
            return Ok(None);
        }
        let start = self.start();
        let line = self.count_to(start);
        if !self.record.iter().flatten().any(is_break) {
            return Ok(Some(Row { line, cells: Ok(&self.record) }));
        }
        self.go_on_after(start)?;
        Ok(Some(Row { line, cells: Err("a quote is not closed in this line".to_owned()) }))
    }

    /// Where the record begins. The reader's own position lies before the line breaks that precede it.
    fn start(&self) -> usize {
        let from = self.record.position().map_or(0, Position::byte);
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        from.saturating_add(self.text.iter().skip(from).take_while(|byte| is_break(byte)).count())
    }

    /// The line that a place lies in, as an editor counts. Places never go back, and never lie within a line break.
    fn count_to(&mut self, place: usize) -> u64 {
        let (from, line) = self.counted;
        let passed = self.text.get(from..place).unwrap_or_default();
        let feeds = passed.iter().filter(|byte| **byte == b'\n').count();
        let returns = passed.windows(2).filter(|pair| matches!(pair, [b'\r', next] if *next != b'\n')).count();
        let last = usize::from(passed.last() == Some(&b'\r'));
        let line = [feeds, returns, last].iter().fold(line, |line, count| line.saturating_add(*count as u64));
        self.counted = (place, line);
        line
    }

    /// Reads on after the line that begins at `start`, whatever the reader took with it.
    fn go_on_after(&mut self, start: usize) -> Result<(), String> {
        let length = self.text.iter().skip(start).take_while(|byte| !is_break(byte)).count();
        let mut end = Position::new();
        end.set_byte(start.saturating_add(length) as u64);
        self.reader.seek(end).map_err(|error| error.to_string())
    }
}

fn is_break(byte: &u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}
