//! Cells of reports: for people, and as comma-separated values that a spreadsheet takes as they are meant.

use super::table::{grouped, signed};

/// A cell of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    /// A text, which somebody else may have written.
    Text(String),
    /// A number.
    Number(i128),
    /// A number of which the sign matters.
    Signed(i128),
}

impl Cell {
    /// As a table for people shows it.
    pub(super) fn shown(&self) -> String {
        match self {
            Cell::Text(text) => text.clone(),
            Cell::Number(number) => grouped(*number),
            Cell::Signed(number) => signed(*number),
        }
    }

    /// As a file has it. A text that a spreadsheet would run as a formula begins with an apostrophe there.
    fn written(&self) -> String {
        match self {
            Cell::Text(text) => {
                let runs = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
                if runs { format!("'{text}") } else { text.clone() }
            }
            Cell::Number(number) | Cell::Signed(number) => number.to_string(),
        }
    }
}

/// A line of comma-separated values (RFC 4180), with its end.
pub(super) fn csv_line(cells: impl IntoIterator<Item = Cell>) -> String {
    let quoted = |cell: Cell| {
        let text = cell.written();
        let needs_quotes = text.contains([',', '"', '\n', '\r']) || text.starts_with('\'');
        if needs_quotes { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
    };
    let cells: Vec<String> = cells.into_iter().map(quoted).collect();
    cells.join(",") + "\r\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_run_as_a_formula() {
        let texts = ["=1+1", "+1", "-1", "@x", "plain", "a,b", "say \"hi\"", ""];
        let line = csv_line(texts.map(|text| Cell::Text(text.into())));
        assert_eq!(line, "\"'=1+1\",\"'+1\",\"'-1\",\"'@x\",plain,\"a,b\",\"say \"\"hi\"\"\",\r\n");
        assert_eq!(csv_line([Cell::Signed(-50), Cell::Number(7)]), "-50,7\r\n", "numbers stay numbers");
    }
}
