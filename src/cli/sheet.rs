//! A report before it is a table, comma-separated values, JSON, or a picture.

use super::export::Cell;

/// A report: columns and rows.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub(super) columns: Vec<&'static str>,
    pub(super) rows: Vec<Vec<Cell>>,
}
