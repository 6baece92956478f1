//! A file, line by line: its header, its rows, what each line is.

use super::cells::{Cells, Kept, Owned};
use super::columns::{Column, Places};
use super::dates::{DateStyle, Dates};
use super::encoding::Decoding;
use super::layout::Layout;
use super::line::{BadLine, Line, Purchase};
use super::source::{Cut, Source};
use super::text::plain;
use crate::domain::{Timestamp, Zone};
use std::io::Read;

/// A file whose first line was looked at.
pub struct Reader<R> {
    source: Source<R>,
    layout: Layout,
    places: Places,
    /// The first row, where it is no header.
    first: Option<Result<Owned, (u64, String)>>,
    columns: usize,
    has_header: bool,
    /// The first line that was taken for Windows-1252, and its number.
    windows_line: Option<u64>,
    kept: Kept,
    /// Rows with a cell that may have swallowed others: how many, and the line of the first.
    swallowing: Option<(u64, u64)>,
}

/// The lines of a file, one by one.
pub struct Lines<R> {
    reader: Reader<R>,
    dates: Dates,
    fixed: Option<Timestamp>,
    /// Lines that were given out.
    pub read: u64,
}

/// The first line's cells, and what was found out about the file: for a proposal.
#[derive(Debug, Default)]
pub struct Head {
    /// The names of the columns.
    pub names: Vec<String>,
    /// The cells of the lines after it, as many as were asked for.
    pub rows: Vec<Vec<String>>,
}

impl Head {
    /// Looks at the beginning of a file.
    pub fn of(input: impl Read, layout: &Layout, rows: usize) -> Result<Head, String> {
        let mut source = Source::new(input, cut(layout))?;
        let decoding = source.decoding;
        let mut texts = || -> Result<Option<Vec<String>>, String> {
            loop {
                match source.next()? {
                    None => return Ok(None),
                    Some((_, Err(_))) => {}
                    Some((_, Ok(cells))) => return Ok(Some(cells.iter().map(|cell| decode(decoding, cell)).collect())),
                }
            }
        };
        let names = texts()?.unwrap_or_default();
        let mut head = Head { names, rows: Vec::new() };
        while head.rows.len() < rows
            && let Some(row) = texts()?
        {
            head.rows.push(row);
        }
        Ok(head)
    }
}

fn decode(decoding: Decoding, cell: &[u8]) -> String {
    decoding.text(cell).map(|(text, _)| text.trim().to_owned()).unwrap_or_default()
}

fn cut(layout: &Layout) -> Cut {
    Cut {
        format: layout.format,
        delimiter: layout.delimiter,
        escape: layout.escape,
        charset: layout.charset,
        skip_lines: layout.skip_lines,
    }
}

impl<R: Read> Reader<R> {
    /// Looks at the first line of a file called `name`, which names the columns where one is given by its name.
    pub fn new(input: R, name: &str, layout: &Layout) -> Result<Reader<R>, String> {
        let named = |problem: String| format!("{}: {problem}", plain(name));
        let mut source = Source::new(input, cut(layout)).map_err(named)?;
        let by_name = layout.columns.all().any(|column| matches!(column, Column::Name(_)));
        let has_header = layout.header.unwrap_or(by_name) && !source.is_json();
        if by_name && layout.header == Some(false) {
            return Err("without a header, columns are given by their numbers".to_owned());
        }
        let (cells, first) = match source.is_json() {
            true => (fields(&mut source, layout)?, None),
            false => {
                let decoding = source.decoding;
                match source.next().map_err(named)? {
                    None => (Vec::new(), None),
                    Some((line, Err(problem))) if has_header => {
                        return Err(format!("{}, line {line}: {problem}", plain(name)));
                    }
                    Some((line, Err(problem))) => (Vec::new(), Some(Err((line, problem)))),
                    Some((line, Ok(cells))) => {
                        let texts = cells.iter().map(|cell| decode(decoding, cell)).collect();
                        (texts, (!has_header).then(|| Ok(Owned { line, cells: cells.clone() })))
                    }
                }
            }
        };
        // an empty file without a header has no lines, and none of them lacks a column
        let columns = match (cells.len(), has_header) {
            (0, false) => layout.columns.all().map(number).max().unwrap_or_default(),
            (count, false) => count,
            // one separator too many in the header, which the lines may have or not
            (_, true) => cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last.saturating_add(1)),
        };
        let cells: Vec<String> = cells.into_iter().take(columns).collect();
        let numbered: Vec<String> = if cells.is_empty() { vec![String::new(); columns] } else { cells };
        let places = Places::find(&numbered, name, &layout.columns)?;
        let (kept, layout) = (Kept::new(name), layout.clone());
        Ok(Reader { source, layout, places, first, columns, has_header, windows_line: None, kept, swallowing: None })
    }

    /// The encoding, where it was found out and people should know.
    pub fn encoding(&self) -> Option<&'static str> {
        self.source.told
    }

    /// The lines, with the dates of `zone` where nothing else is said.
    pub fn lines(self, zone: &Zone) -> Result<Lines<R>, String> {
        let dates = Dates::new(&self.layout.dates, zone)?;
        let fixed = match &self.layout.date {
            None => None,
            Some(text) => Some(Dates::new(&DateStyle::default(), zone)?.instant(text, None, None)?),
        };
        Ok(Lines { reader: self, dates, fixed, read: 0 })
    }
}

fn number(column: &Column) -> usize {
    match column {
        Column::Number(number) => *number,
        Column::Name(_) => 0,
    }
}

/// The names of the fields that are read, which become the cells of a row.
fn fields<R: Read>(source: &mut Source<R>, layout: &Layout) -> Result<Vec<String>, String> {
    let mut names: Vec<String> = Vec::new();
    let own = layout.columns.customer.is_none().then(|| Column::Name("customer_id".to_owned()));
    for column in layout.columns.all().chain(&own) {
        match column {
            Column::Name(name) if names.contains(name) => {}
            Column::Name(name) => names.push(name.clone()),
            Column::Number(_) => return Err("fields of JSON are given by their names, not by numbers".to_owned()),
        }
    }
    source.take_fields(names.clone());
    Ok(names)
}

impl<R: Read> Lines<R> {
    /// The next line. An error ends the file.
    pub fn next_line(&mut self) -> Result<Option<Line>, String> {
        let reader = &mut self.reader;
        let (is_json, delimiter) = (reader.source.is_json(), reader.source.delimiter);
        let context = Cells {
            layout: &reader.layout,
            places: &reader.places,
            columns: reader.columns,
            decoding: reader.source.decoding,
            dates: &self.dates,
            fixed: self.fixed,
            is_first: false,
        };
        let (line, read) = match reader.first.take() {
            Some(Ok(first)) => {
                let is_first = Cells { is_first: !reader.has_header, ..context };
                (first.line, is_first.line(first.line, &first.cells, &mut reader.kept))
            }
            Some(Err((line, problem))) => (line, Err((None, problem))),
            None => match reader.source.next()? {
                None => return Ok(None),
                Some((line, Err(problem))) => (line, Err((None, problem))),
                Some((line, Ok(cells))) => {
                    if !is_json && cells.swallow(delimiter, reader.columns) {
                        let (count, first) = reader.swallowing.unwrap_or((0, line));
                        reader.swallowing = Some((count.saturating_add(1), first));
                    }
                    (line, context.line(line, cells, &mut reader.kept))
                }
            },
        };
        self.read = self.read.saturating_add(1);
        let (read, was_windows) = match read {
            Ok((read, was_windows)) => (read, was_windows),
            Err((column, problem)) => (Line::Bad(BadLine { column, line, problem }), false),
        };
        if was_windows {
            reader.windows_line.get_or_insert(line);
        }
        Ok(Some(read))
    }

    /// Rows with a cell over several lines of which some look like rows themselves: how many, and the line of the first.
    pub fn swallowing(&self) -> Option<(u64, u64)> {
        self.reader.swallowing
    }

    /// The first line that is no UTF-8, and was read as Windows-1252.
    pub fn windows_line(&self) -> Option<u64> {
        self.reader.windows_line
    }
}

/// All lines of a file at once.
#[derive(Debug, Default)]
pub struct Purchases {
    /// The purchases, in their order.
    pub good: Vec<Purchase>,
    /// The lines that say nothing that can be used, in their order.
    pub bad: Vec<BadLine>,
    /// Lines of all kinds.
    pub lines: Vec<Line>,
}

/// Reads all lines of a file called `name`.
pub fn read(file: &[u8], name: &str, layout: &Layout, zone: &Zone) -> Result<Purchases, String> {
    let mut lines = Reader::new(file, name, layout)?.lines(zone)?;
    let mut purchases = Purchases::default();
    while let Some(line) = lines.next_line()? {
        match line {
            Line::Purchase(purchase) => purchases.good.push(purchase),
            Line::Bad(bad) => purchases.bad.push(bad),
            other => purchases.lines.push(other),
        }
    }
    Ok(purchases)
}

#[cfg(test)]
mod tests {
    use super::super::Columns;
    use super::*;

    fn layout() -> Layout {
        let column = |number| Some(Column::Number(number));
        let columns = Columns { customer: column(1), date: column(2), amount: column(3), ..Columns::default() };
        Layout { columns, header: Some(true), ..Layout::default() }
    }

    fn purchases(file: &str) -> Result<Purchases, String> {
        read(file.as_bytes(), "file", &layout(), &Zone::UTC)
    }

    fn lines(file: &str) -> Vec<u64> {
        let purchases = purchases(file).unwrap();
        assert_eq!(purchases.bad, Vec::new());
        purchases.good.iter().map(|purchase| purchase.line).collect()
    }

    #[test]
    fn lines_are_counted_as_an_editor_does() {
        for end in ["\n", "\r\n", "\r"] {
            let file = ["who,when,much", "1,1997-01-31,5", "", "2,1997-01-31T10:00:00Z,5", "3,1997-01-31,5"].join(end);
            assert_eq!(lines(&file), [2, 4, 5]);
            assert_eq!(lines(&format!("{file}{end}")), [2, 4, 5]);
        }
    }

    #[test]
    fn an_open_quote_spoils_its_own_line_and_no_other() {
        let quoted = "1,1997-01-31,\"5\"";
        for end in ["\n", "\r\n", "\r"] {
            for open in ["2,1997-01-31,\"5", "\"2,1997-01-31,5", "\"\"\"2\",\"1997-01-31,5"] {
                let file = ["who,when,much", quoted, open, quoted, "", quoted, open].join(end);
                let Purchases { good, bad, .. } = purchases(&file).unwrap();
                assert_eq!(good.iter().map(|good| good.line).collect::<Vec<u64>>(), [2, 4, 6], "{file:?}");
                let bad: Vec<String> = bad.iter().map(ToString::to_string).collect();
                let told = [3, 7].map(|line| format!("line {line}: a quote is not closed in this line"));
                assert_eq!(bad, told, "{file:?}");
            }
        }
        let head = purchases("who,when,\"much\n1,1997-01-31,5").unwrap_err();
        assert_eq!(head, "file, line 1: a quote is not closed in this line");
    }

    #[test]
    fn a_cell_may_go_over_several_lines() {
        for end in ["\n", "\r\n", "\r"] {
            for over in [
                "\"2\",1997-01-31,5,\"x{}3,1997-01-31,5\"",
                "2,1997-01-31,5,\"{}\"\"{}3,\"\"5\"",
                "2,1997-01-31,5,\"{}\"",
            ] {
                let over = over.replace("{}", end);
                let file =
                    ["who,when,much,note", "1,1997-01-31,5,", &over, "4,1997-01-31,5,", "5,1997-01-31,5,\"x"].join(end);
                let Purchases { good, bad, .. } = purchases(&file).unwrap();
                let customers: Vec<String> = good.iter().map(|good| good.customer.to_string()).collect();
                assert_eq!(customers, ["1", "2", "4"], "{file:?}");
                let breaks = over.matches(end).count() as u64;
                let lines: Vec<u64> = good.iter().map(|good| good.line).collect();
                assert_eq!(lines, [2, 3, 4 + breaks]);
                let told = format!("line {}: a quote is not closed in this line", 5 + breaks);
                assert_eq!(bad.iter().map(ToString::to_string).collect::<Vec<String>>(), [told]);
            }
        }
    }

    #[test]
    fn a_cell_that_holds_lines_like_rows_is_told() {
        let told = |file: &str| {
            let mut lines = Reader::new(file.as_bytes(), "file", &layout()).unwrap().lines(&Zone::UTC).unwrap();
            while lines.next_line().unwrap().is_some() {}
            lines.swallowing()
        };
        let row = "1,1997-01-31,5,\"a\nb, c\"";
        let open = "2,1997-01-31,5,\"x\n3,1997-01-31,5,y\n4,1997-01-31,5,z\"";
        let file = ["who,when,much,note", row, open, row, open].join("\n");
        assert_eq!(told(&file), Some((2, 4)));
        assert_eq!(told(&["who,when,much,note", row].join("\n")), None);
    }

    #[test]
    fn rows_whose_quotes_stay_open_cost_their_own_lines() {
        // gone over to the end for each of them, this many would take hours
        for open in ["\"1\",\"1997-01-31\",\"5\n", "x\",\"y\n", "1,1997-01-31,\"\"\"5\n", "\"\n1\",\"\n"] {
            let file = ["who,when,much\n", &open.repeat(300_000), "1,1997-01-31,5"].concat();
            let Purchases { good, bad, .. } = purchases(&file).unwrap();
            assert!(good.len() == 1 && bad.len() >= 300_000, "{open:?}");
        }
    }

    #[test]
    fn blanks_beside_names_and_lines_of_blanks_say_nothing() {
        let name = |name: &str| Column::Name(name.to_owned());
        let columns = Columns { customer: Some(name("who")), date: Some(name("when")), ..layout().columns };
        let layout = Layout { columns, ..layout() };
        let read = |file: &str| read(file.as_bytes(), "file", &layout, &Zone::UTC);
        let Purchases { good, bad, .. } =
            read("\u{FEFF}\"who\" , when,much\n1,1997-01-31,5\n  \n2,1997-01-31,5\n\t").unwrap();
        assert_eq!((good.iter().map(|good| good.line).collect::<Vec<u64>>(), bad), (vec![2, 4], Vec::new()));
        let twice = read("who,when,who\n1,1997-01-31,5").unwrap_err();
        assert_eq!(twice, "file has several columns who: say the number of one");
    }

    #[test]
    fn columns_are_as_many_as_in_the_first_line() {
        let bad = purchases("who,when,much\n1,1997-01-31,1,5\n1,1997-01-31\nx").unwrap().bad;
        let bad: Vec<String> = bad.iter().map(ToString::to_string).collect();
        assert_eq!(
            bad,
            [
                "line 2: the line has 4 columns, the first line 3",
                "line 3: the line has 2 columns, the first line 3",
                "line 4: the line has 1 column, the first line 3",
            ]
        );
    }

    #[test]
    fn a_long_cell_is_cut() {
        let bad = purchases(&format!("who,when,much\n{},1997-01-31,5", "x".repeat(1_000))).unwrap().bad;
        assert!(bad.iter().all(|bad| bad.problem.starts_with(&format!("\"{}...\" is not an id", "x".repeat(40)))));
    }
}
