//! Text tables and bar charts for the terminal, in whole numbers.

use super::text::{self, on_one_line};
use std::fmt::Display;

/// A column of texts is cut to this many columns of the terminal, not further.
const TEXT_MIN: usize = 10;
/// The widest bar, and the narrowest that says anything.
const BAR_WIDTH: usize = 32;
const BAR_MIN: usize = 4;

/// A table with aligned columns: numbers to the right, words to the left. The last column may be one of bars.
///
/// Where the terminal is too narrow, a table gives way in this order: bars become shorter, and go; the widest text is
/// cut, ending with `…`; columns that may go, go; at last, each cell has a line of its own. No number or date is cut.
#[derive(Debug)]
pub(super) struct TextTable {
    rows: Vec<Vec<String>>,
    /// A value for each row, to be shown as a bar.
    bars: Vec<i128>,
    /// Columns that may go, by name: the first of them first.
    droppable: Vec<&'static str>,
}

/// A column of the table: which, how wide it is, and what it holds.
#[derive(Debug, Clone, Copy)]
struct Column {
    place: usize,
    width: usize,
    is_number: bool,
    /// Whether it holds texts, which may be cut.
    is_text: bool,
}

/// A table as it fits.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fitted {
    pub(super) lines: Vec<String>,
    /// Whether the first line is the head.
    pub(super) has_head: bool,
    /// Names of columns that found no room.
    pub(super) left_out: Vec<String>,
}

/// What parts two columns.
const GAP: usize = 2;

impl TextTable {
    pub(super) fn new(head: &[&str]) -> TextTable {
        let head = head.iter().map(|cell| (*cell).to_owned()).collect();
        TextTable { rows: vec![head], bars: Vec::new(), droppable: Vec::new() }
    }

    /// Names the columns that may go where there is no room, the least important first.
    pub(super) fn may_drop(mut self, columns: &[&'static str]) -> TextTable {
        self.droppable = columns.to_vec();
        self
    }

    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        // what is wrong in a cell must not reach the width: it is escaped before it is measured
        self.rows.push(cells.into_iter().map(|cell| on_one_line(&cell).into_owned()).collect());
    }

    /// A row with a bar behind it; that of a negative value begins with a sign.
    pub(super) fn row_with_bar(&mut self, cells: impl IntoIterator<Item = String>, value: i128) {
        self.row(cells);
        self.bars.push(value);
    }

    /// The table in so many columns of a terminal.
    pub(super) fn fitted(&self, most: Option<usize>) -> Fitted {
        let most = most.unwrap_or(usize::MAX);
        let mut columns: Vec<Column> = self.columns();
        let mut left_out = Vec::new();
        for name in &self.droppable {
            if narrowest(&columns) <= most {
                break;
            }
            columns.retain(|column| self.title(column) != *name);
            left_out.push((*name).to_owned());
        }
        if narrowest(&columns) > most {
            return Fitted { lines: self.in_records(most), has_head: false, left_out: Vec::new() };
        }
        let too_much = total(&columns).saturating_sub(most);
        narrow(&mut columns, too_much);
        let bar_width = most.saturating_sub(total(&columns)).saturating_sub(GAP).min(BAR_WIDTH);
        let lines = self.in_lines(&columns, if bar_width >= BAR_MIN { bar_width } else { 0 });
        Fitted { lines, has_head: true, left_out }
    }

    /// One line a row.
    fn in_lines(&self, columns: &[Column], bar_width: usize) -> Vec<String> {
        let longest = self.bars.iter().map(|value| value.saturating_abs()).max().unwrap_or_default();
        let sign = self.bars.iter().any(|value| *value < 0);
        let bar_width = u16::try_from(bar_width.saturating_sub(sign.into())).unwrap_or_default();
        let bar = |value: &i128| {
            let bar = bar(value.saturating_abs(), longest, bar_width);
            if *value < 0 && bar_width > 0 { format!("-{bar}") } else { bar }
        };
        // the head has none
        let bars = std::iter::once(None).chain(self.bars.iter().map(|value| Some(bar(value))));
        let bars = bars.chain(std::iter::repeat(None));
        let line = |(row, bar): (&Vec<String>, Option<String>)| {
            let cell = |column: &Column| column.aligned(row.get(column.place).map_or("", String::as_str));
            let line = columns.iter().map(cell).chain(bar).collect::<Vec<String>>().join("  ");
            line.trim_end().to_owned()
        };
        self.rows.iter().zip(bars).map(line).collect()
    }

    /// One line a cell, with its column's name; rows are parted by an empty line.
    fn in_records(&self, most: usize) -> Vec<String> {
        let Some((head, rows)) = self.rows.split_first() else { return Vec::new() };
        let names = head.iter().map(|name| text::width(name)).max().unwrap_or_default();
        let name = Column { place: 0, width: names, is_number: false, is_text: true };
        let mut lines = Vec::new();
        for row in rows {
            if !lines.is_empty() {
                lines.push(String::new());
            }
            let said = head.iter().zip(row).filter(|(_, cell)| !cell.is_empty());
            lines.extend(said.map(|(title, cell)| {
                let line = format!("{}  {cell}", name.aligned(title));
                if is_whole(cell) { line } else { text::cut(&line, most).into_owned() }
            }));
        }
        lines
    }

    fn columns(&self) -> Vec<Column> {
        let count = self.rows.first().map_or(0, Vec::len);
        let column = |place: usize| {
            let cells = || self.rows.iter().filter_map(move |row| row.get(place));
            let width = cells().map(|cell| text::width(cell)).max().unwrap_or_default();
            let is_number = cells().skip(1).all(|cell| is_number(cell));
            Column { place, width, is_number, is_text: !cells().skip(1).all(|cell| is_whole(cell)) }
        };
        (0..count).map(column).collect()
    }

    fn title(&self, column: &Column) -> &str {
        self.rows.first().and_then(|head| head.get(column.place)).map_or("", String::as_str)
    }
}

impl Column {
    fn aligned(self, cell: &str) -> String {
        let cell = text::cut(cell, self.width);
        let blanks = " ".repeat(self.width.saturating_sub(text::width(&cell)));
        if self.is_number { format!("{blanks}{cell}") } else { format!("{cell}{blanks}") }
    }
}

fn total(columns: &[Column]) -> usize {
    let widths: usize = columns.iter().map(|column| column.width).sum();
    widths.saturating_add(columns.len().saturating_sub(1).saturating_mul(GAP))
}

/// The columns of the terminal that a table takes where its texts are cut as far as they may be.
fn narrowest(columns: &[Column]) -> usize {
    let mut narrowed = columns.to_vec();
    narrow(&mut narrowed, usize::MAX);
    total(&narrowed)
}

/// Takes so much from the widest texts, as long as one is wider than [`TEXT_MIN`].
fn narrow(columns: &mut [Column], mut too_much: usize) {
    let may_be_cut = |column: &&mut Column| column.is_text && column.width > TEXT_MIN;
    while too_much > 0 {
        let Some(widest) = columns.iter_mut().filter(may_be_cut).max_by_key(|column| column.width) else { return };
        widest.width = widest.width.saturating_sub(1);
        too_much = too_much.saturating_sub(1);
    }
}

/// Whether a cell says something else where it is cut: a number, a date, an instant.
fn is_whole(cell: &str) -> bool {
    cell.chars().all(|c| c.is_ascii_digit() || matches!(c, ',' | '.' | '+' | '-' | ':' | ' ' | 'T' | 'Z'))
}

fn is_number(cell: &str) -> bool {
    cell.chars().all(|c| c.is_ascii_digit() || matches!(c, ',' | '.' | '+' | '-'))
}

/// A whole number with its thousands marked: 1,234,567.
pub(super) fn grouped(number: impl Into<i128>) -> String {
    let number: i128 = number.into();
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "-" } else { "" });
    for (digit, left) in digits.chars().zip((1..=digits.len()).rev()) {
        text.push(digit);
        if left > 1 && left.checked_rem(3) == Some(1) {
            text.push(',');
        }
    }
    text
}

/// `1 block`, `1,000 blocks`.
pub(super) fn counted(count: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// A change, with its sign: +100, -50.
pub(super) fn signed(number: i128) -> String {
    if number > 0 { format!("+{}", grouped(number)) } else { grouped(number) }
}

/// What there may be, or a dash.
pub(super) fn or_dash(value: Option<impl Display>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

/// A bar for `value` where `most` takes `width` characters, to an eighth of one.
pub(super) fn bar(value: i128, most: i128, width: u16) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = value.max(0).saturating_mul(i128::from(width)).saturating_mul(8).checked_div(most.max(1));
    let eighths = usize::try_from(eighths.unwrap_or_default()).unwrap_or_default();
    let rest = EIGHTHS.get(eighths.checked_rem(8).unwrap_or_default()).copied().unwrap_or_default();
    "█".repeat(eighths >> 3) + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_marked() {
        let shown = [0, 999, 1_000, -1_234_567].map(|number: i128| grouped(number));
        assert_eq!(shown, ["0", "999", "1,000", "-1,234,567"]);
    }

    #[test]
    fn columns_are_aligned() {
        let mut table = TextTable::new(&["what", "points"]);
        table.row(["a".into(), "1,000".into()]);
        table.row(["longer".into(), "-7".into()]);
        table.row(["点".into(), "8".into()]);
        assert_eq!(lines(&table, None), ["what    points", "a        1,000", "longer      -7", "点           8"]);
    }

    #[test]
    fn bars_end_where_they_should() {
        let bars = [(0, 8), (1, 8), (8, 8), (-3, 8), (5, 0)].map(|(value, most)| bar(value, most, 1));
        assert_eq!(bars, ["", "▏", "█", "", "█████"]);
    }

    fn lines(table: &TextTable, most: Option<usize>) -> Vec<String> {
        table.fitted(most).lines
    }

    /// Two columns of texts, two of numbers.
    fn orders() -> TextTable {
        let mut table = TextTable::new(&["entry", "what", "points", "reference"]);
        table.row(["1".into(), "accrue".into(), "+1,000".into(), "order 2026/000017 of the web shop".into()]);
        table.row(["22".into(), "redeem".into(), "-50".into(), "\u{202e}gift".into()]);
        table
    }

    #[test]
    fn the_widest_text_is_cut_and_no_number_is() {
        assert_eq!(
            lines(&orders(), Some(40)),
            [
                "entry  what    points  reference",
                "    1  accrue  +1,000  order 2026/00001…",
                "   22  redeem     -50  \\u{202e}gift",
            ]
        );
        assert_eq!(lines(&orders(), Some(80)), lines(&orders(), None));
        for width in 20..=120 {
            let lines = lines(&orders(), Some(width));
            assert!(lines.iter().all(|line| text::width(line) <= width), "{width}: {lines:#?}");
            assert!(lines.iter().any(|line| line.contains("+1,000")), "{width}: {lines:#?}");
        }
    }

    #[test]
    fn a_table_that_cannot_be_narrow_enough_has_a_line_for_each_cell() {
        assert_eq!(
            lines(&orders(), Some(24)),
            [
                "entry      1",
                "what       accrue",
                "points     +1,000",
                "reference  order 2026/0…",
                "",
                "entry      22",
                "what       redeem",
                "points     -50",
                "reference  \\u{202e}gift",
            ]
        );
    }

    #[test]
    fn columns_that_may_go_are_named_where_they_went() {
        let table = orders().may_drop(&["points", "entry"]);
        let Fitted { lines, left_out, .. } = table.fitted(Some(25));
        assert_eq!((lines[1].as_str(), left_out), ("    1  accrue  order 202…", vec!["points".to_owned()]));
        assert_eq!(table.fitted(Some(80)).left_out, Vec::<String>::new());
    }

    #[test]
    fn bars_take_what_is_left_and_go_where_that_is_nothing() {
        let mut table = TextTable::new(&["month", "owed"]);
        table.row_with_bar(["2026-01".into(), "50".into()], 50);
        table.row_with_bar(["2026-02".into(), "100".into()], 100);
        assert_eq!(lines(&table, Some(23))[1..], ["2026-01    50  ████", "2026-02   100  ████████"]);
        assert_eq!(lines(&table, None)[2], format!("2026-02   100  {}", "█".repeat(BAR_WIDTH)));
        assert_eq!(lines(&table, Some(17)), ["  month  owed", "2026-01    50", "2026-02   100"]);
        table.row_with_bar(["2026-03".into(), "-50".into()], -50);
        assert_eq!(lines(&table, Some(24))[2..], ["2026-02   100  ████████", "2026-03   -50  -████"]);
    }
}
