//! Text tables and bar charts for the terminal, in whole numbers.

use std::fmt::Display;

/// A table with aligned columns: numbers to the right, words to the left.
#[derive(Debug)]
pub(super) struct TextTable {
    rows: Vec<Vec<String>>,
}

impl TextTable {
    pub(super) fn new(head: &[&str]) -> TextTable {
        TextTable { rows: vec![head.iter().map(|cell| (*cell).to_owned()).collect()] }
    }

    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The lines of the table; the first is its head.
    pub(super) fn lines(&self) -> Vec<String> {
        let columns = self.rows.first().map_or(0, Vec::len);
        let shapes: Vec<(usize, bool)> = (0..columns).map(|column| self.shape(column)).collect();
        let line = |row: &Vec<String>| {
            let cells = row.iter().zip(&shapes).map(|(cell, (width, is_number))| match is_number {
                true => format!("{cell:>width$}"),
                false => format!("{cell:<width$}"),
            });
            cells.collect::<Vec<String>>().join("  ").trim_end().to_owned()
        };
        self.rows.iter().map(line).collect()
    }

    /// A column's width, and whether it holds numbers.
    fn shape(&self, column: usize) -> (usize, bool) {
        let cells = || self.rows.iter().filter_map(|row| row.get(column));
        let width = cells().map(|cell| cell.chars().count()).max().unwrap_or_default();
        (width, cells().skip(1).all(|cell| is_number(cell)))
    }
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
        assert_eq!(table.lines(), ["what    points", "a        1,000", "longer      -7"]);
    }

    #[test]
    fn bars_end_where_they_should() {
        let bars = [(0, 8), (1, 8), (8, 8), (-3, 8), (5, 0)].map(|(value, most)| bar(value, most, 1));
        assert_eq!(bars, ["", "▏", "█", "", "█████"]);
    }
}
