//! How a file is written: all that can be said of it.

use super::amounts::Marks;
use super::columns::Columns;
use super::dates::DateStyle;
use super::encoding::Charset;
use super::source::Format;
use super::statuses::Statuses;
use super::text::Nobody;

/// How a file is written.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// Where things are.
    pub columns: Columns,
    /// The date of all lines, where no column names one.
    pub date: Option<String>,
    /// How dates are written.
    pub dates: DateStyle,
    /// How amounts are written.
    pub marks: Marks,
    /// The separator of columns. Default: the one of `,`, `;`, tab and `|` that the first line uses most.
    pub delimiter: Option<u8>,
    /// The mark before a quote inside a quoted cell, beside another quote.
    pub escape: Option<u8>,
    /// Whether the first line names the columns. Default: it does where one is given by name.
    pub header: Option<bool>,
    /// The encoding.
    pub charset: Charset,
    /// CSV, or JSON Lines.
    pub format: Format,
    /// Lines at the beginning that are left out.
    pub skip_lines: u32,
    /// Values of the member's column that stand for nobody.
    pub nobody: Nobody,
    /// The meaning of the status column's words.
    pub statuses: Statuses,
    /// Whether a line without an amount is left out.
    pub skip_without_amount: bool,
    /// The text before the shop's own numbers in request ids.
    pub id_prefix: String,
}
