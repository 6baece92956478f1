//! Where rows come from: CSV, or JSON Lines, whose fields become cells.

use super::encoding::{Charset, Decoding, Utf8};
use super::json::Object;
use crate::cli::rows::{Cells, Rows, Shape};
use std::io::Read;

/// How a file is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// JSON Lines where the first line begins with `{`, else CSV.
    #[default]
    Detected,
    /// Columns of text.
    Csv,
    /// A JSON object a line.
    JsonLines,
}

/// The rows of a file.
pub(super) struct Source<R> {
    rows: Rows<Utf8<R>>,
    /// The fields of a JSON object that are its cells, in this order; none for CSV.
    fields: Option<Vec<String>>,
    cells: Cells,
    pub(super) decoding: Decoding,
    pub(super) delimiter: u8,
    /// The encoding, where it was found out and people should know.
    pub(super) told: Option<&'static str>,
}

/// How a file is to be cut into rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    pub(super) format: Format,
    pub(super) delimiter: Option<u8>,
    pub(super) escape: Option<u8>,
    pub(super) charset: Charset,
    pub(super) skip_lines: u32,
}

/// A row's line and its cells, or why it has none.
type NumberedRow<'r> = (u64, Result<&'r Cells, String>);

impl<R: Read> Source<R> {
    pub(super) fn new(input: R, cut: Cut) -> Result<Source<R>, String> {
        let problem = |error: std::io::Error| error.to_string();
        let (input, decoding, told) = Utf8::new(input, cut.charset).map_err(problem)?;
        let mut rows = Rows::new(input, Shape { delimiter: b',', escape: cut.escape });
        for _ in 0..cut.skip_lines {
            rows.skip_line().map_err(problem)?;
        }
        let first = rows.first_line().map_err(problem)?;
        if cut.format == Format::Detected && is_array(first) {
            return Err("it is a JSON array: what is read is an object a line, as jq -c '.[]' makes them".to_owned());
        }
        let is_json = match cut.format {
            Format::Detected => first.trim_ascii_start().starts_with(b"{"),
            format => format == Format::JsonLines,
        };
        let named = separator_line(first);
        let delimiter = cut.delimiter.or(named).unwrap_or_else(|| likely(first));
        if named.is_some() {
            rows.skip_line().map_err(problem)?;
        }
        rows.set_shape(Shape { delimiter, escape: cut.escape });
        Ok(Source { rows, fields: is_json.then(Vec::new), cells: Cells::default(), decoding, delimiter, told })
    }

    pub(super) fn is_json(&self) -> bool {
        self.fields.is_some()
    }

    /// The fields of each object that are to be its cells.
    pub(super) fn take_fields(&mut self, fields: Vec<String>) {
        self.fields = self.fields.is_some().then_some(fields);
    }

    /// The line of the next row and its cells, or why it is none.
    pub(super) fn next(&mut self) -> Result<Option<NumberedRow<'_>>, String> {
        let problem = |error: std::io::Error| error.to_string();
        let Some(fields) = &self.fields else {
            let row = self.rows.next().map_err(problem)?;
            return Ok(row.map(|row| (row.line, row.cells.map_err(str::to_owned))));
        };
        let Some((line, text)) = self.rows.next_raw().map_err(problem)? else { return Ok(None) };
        self.cells.clear();
        let read = text.map_err(str::to_owned).and_then(|text| {
            let object = Object::read(text)?;
            for field in fields {
                self.cells.push(object.value(field)?.as_bytes());
            }
            Ok(())
        });
        Ok(Some((line, read.map(|()| &self.cells))))
    }
}

/// Whether a first line begins a JSON array of objects.
fn is_array(line: &[u8]) -> bool {
    let rest = line.trim_ascii().strip_prefix(b"[").map(<[u8]>::trim_ascii_start);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"{"))
}

/// The separator that a first line `sep=;` names, as Excel reads and writes it.
fn separator_line(line: &[u8]) -> Option<u8> {
    let line = line.trim_ascii_end();
    let line = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    match line.split_at_checked(4)? {
        (name, [separator]) if name.eq_ignore_ascii_case(b"sep=") => Some(*separator),
        (name, []) if name.eq_ignore_ascii_case(b"sep=") => Some(b'\t'),
        _ => None,
    }
}

/// The separator that a first line uses most, outside of quotes.
fn likely(line: &[u8]) -> u8 {
    let count = |separator: u8| {
        let mut is_quoted = false;
        let outside = line.iter().filter(|byte| {
            is_quoted ^= **byte == b'"';
            !is_quoted && **byte == separator
        });
        outside.count()
    };
    let mut best = (b',', count(b','));
    for separator in [b';', b'\t', b'|'] {
        let uses = count(separator);
        if uses > best.1 {
            best = (separator, uses);
        }
    }
    best.0
}
