//! Purchases in a CSV file: which column says what, and what is wrong with a line.

use super::request_ids;
use super::rows::Rows;
use crate::domain::{Date, MemberId, Rate, RequestId, SourceId, Timestamp, Zone};
use csv::ByteRecord;
use serde::Serialize;
use std::fmt;
use std::str::FromStr;

/// Where things are in a file.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The member's id.
    pub customer: Column,
    /// The date, or the instant.
    pub date: Column,
    /// The amount of money.
    pub amount: Column,
    /// The number of the source, if there is one.
    pub source: Option<Column>,
    /// How dates are written; without it, as `1997-01-31` or in RFC 3339.
    pub date_format: Option<String>,
    /// What separates the columns.
    pub delimiter: u8,
}

/// A column by its name in the first line, or by its number from 1.
#[derive(Debug, Clone)]
pub enum Column {
    /// From 1.
    Number(usize),
    /// As the first line says it.
    Name(String),
}

impl FromStr for Column {
    type Err = String;

    fn from_str(text: &str) -> Result<Column, String> {
        match text.parse() {
            Ok(0) => Err("columns are counted from 1".into()),
            Ok(number) => Ok(Column::Number(number)),
            Err(_) => Ok(Column::Name(text.to_owned())),
        }
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Column::Number(number) => number.fmt(f),
            Column::Name(name) => f.write_str(name),
        }
    }
}

/// One line of a file.
#[derive(Debug, Clone)]
pub struct Purchase {
    /// Its number in the file, from 1.
    pub line: u64,
    /// Who bought.
    pub customer: MemberId,
    /// When.
    pub at: Timestamp,
    /// For how much.
    pub amount: Rate,
    /// The amount as it is written.
    pub amount_text: Box<str>,
    /// What its points come from.
    pub source: Option<SourceId>,
    /// Derived from the line.
    pub request: RequestId,
}

/// A line that says nothing that can be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BadLine {
    /// The column that cannot be used, where it is a single one.
    pub column: Option<String>,
    /// Its number in the file, from 1.
    pub line: u64,
    /// Why not.
    pub problem: String,
}

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(column) = &self.column {
            write!(f, ", column {column}")?;
        }
        write!(f, ": {}", self.problem)
    }
}

/// What is in a file.
#[derive(Debug, Default)]
pub struct Purchases {
    /// The lines that say something, in their order.
    pub good: Vec<Purchase>,
    /// The others, in their order.
    pub bad: Vec<BadLine>,
}

/// Reads all lines of a file called `name`; its first line names the columns. A line is bad where it has not as many
/// columns as the first, where a cell goes over several lines or a quote is not closed, or where a cell does not say
/// what it should.
pub fn read(file: &[u8], name: &str, layout: &Layout, zone: &Zone) -> Result<Purchases, String> {
    let mut rows = Rows::new(file, layout.delimiter);
    let places = Places::of(&mut rows, name, layout)?;
    let mut purchases = Purchases::default();
    while let Some(row) = rows.next()? {
        let line = row.line;
        let cells = row.cells.map_err(|problem| (None, problem));
        let purchase = cells.and_then(|cells| {
            let named = |(column, problem): (&Column, String)| (Some(column.to_string()), problem);
            places.purchase(cells, (name, line), zone).map_err(named)
        });
        match purchase {
            Ok(purchase) => purchases.good.push(purchase),
            Err((column, problem)) => purchases.bad.push(BadLine { line, column, problem }),
        }
    }
    Ok(purchases)
}

/// Whether the first line of a file names all columns: what can be wrong with a file before its zone is known.
pub(super) fn check_head(file: &[u8], name: &str, layout: &Layout) -> Result<(), String> {
    Places::of(&mut Rows::new(file, layout.delimiter), name, layout).map(drop)
}

/// A column and its place from 0.
type Place<'a> = (&'a Column, usize);

/// The columns, found in the first line.
struct Places<'a> {
    customer: Place<'a>,
    date: Place<'a>,
    amount: Place<'a>,
    source: Option<Place<'a>>,
    date_format: Option<&'a str>,
}

impl<'a> Places<'a> {
    fn of(rows: &mut Rows<'_>, name: &str, layout: &'a Layout) -> Result<Places<'a>, String> {
        let head = rows.head().map_err(|problem| format!("{name}, {problem}"))?;
        Places::find(&head, name, layout)
    }

    fn find(head: &ByteRecord, name: &str, layout: &'a Layout) -> Result<Places<'a>, String> {
        let cells: Vec<String> = head.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect();
        let find = |column: &'a Column| -> Result<Place<'a>, String> {
            let is_meant = |place: &usize| match column {
                Column::Number(number) => place.checked_add(1) == Some(*number),
                Column::Name(name) => cells.get(*place).is_some_and(|cell| cell == name.trim()),
            };
            let mut places = (0..cells.len()).filter(is_meant);
            match (places.next(), places.next()) {
                (Some(place), None) => Ok((column, place)),
                (Some(_), Some(_)) => Err(format!("{name} has several columns {column}: say the number of one")),
                (None, _) => {
                    let cells = cells.iter().map(|cell| cut(cell)).collect::<Vec<String>>().join(", ");
                    Err(format!("{name} has no column {column}; its columns are: {cells}"))
                }
            }
        };
        Ok(Places {
            customer: find(&layout.customer)?,
            date: find(&layout.date)?,
            amount: find(&layout.amount)?,
            source: layout.source.as_ref().map(find).transpose()?,
            date_format: layout.date_format.as_deref(),
        })
    }

    /// The purchase that a line tells of, or which column does not, and why.
    fn purchase(
        &self,
        record: &ByteRecord,
        (file, line): (&str, u64),
        zone: &Zone,
    ) -> Result<Purchase, (&'a Column, String)> {
        let (customer_column, date_column, amount_column) = (self.customer.0, self.date.0, self.amount.0);
        let customer = cell(record, self.customer)?;
        let customer =
            customer.parse().map_err(|error| (customer_column, format!("{:?} is {error}", cut(customer))))?;
        let date = cell(record, self.date)?;
        let at = instant(date, self.date_format, zone).map_err(|problem| (date_column, problem))?;
        let amount_text = cell(record, self.amount)?;
        let amount = amount(amount_text).map_err(|problem| (amount_column, problem))?;
        let source = match self.source {
            Some(place) => Some(source(cell(record, place)?).map_err(|problem| (place.0, problem))?),
            None => None,
        };
        let text: Vec<&[u8]> = record.iter().collect();
        let request = request_ids::of_line(file, line, &text.join(&0x1F));
        Ok(Purchase { line, customer, at, amount, amount_text: amount_text.into(), source, request })
    }
}

/// A cell as messages show it: not more than the beginning of a long one.
fn cut(cell: &str) -> String {
    const CHARACTERS: usize = 40;
    let mut shown: String = cell.chars().take(CHARACTERS).collect();
    if shown.len() < cell.len() {
        shown.push_str("...");
    }
    shown
}

fn cell<'r, 'a>(record: &'r ByteRecord, (column, place): Place<'a>) -> Result<&'r str, (&'a Column, String)> {
    let bytes = record.get(place).ok_or_else(|| (column, format!("the line has only {} columns", record.len())))?;
    std::str::from_utf8(bytes).map(str::trim).map_err(|_| (column, "is not UTF-8".to_owned()))
}

fn amount(text: &str) -> Result<Rate, String> {
    let problem = || format!("{:?} is not an amount like 29.33, not negative, of up to 18 digits", cut(text));
    text.parse().ok().filter(|_| !text.contains('/')).ok_or_else(problem)
}

fn source(text: &str) -> Result<SourceId, String> {
    text.parse().map(SourceId).map_err(|_| format!("{:?} is not the number of a source", cut(text)))
}

/// Whether dates can be read that are written in this way: an example is.
pub(super) fn check_date_format(format: &str) -> Result<(), String> {
    let example = jiff::civil::date(2001, 2, 3).at(4, 5, 6, 0).in_tz("UTC").map_err(|error| error.to_string())?;
    let example = jiff::fmt::strtime::format(format, &example).map_err(|error| error.to_string())?;
    instant(&example, Some(format), &Zone::UTC).map(drop)
}

/// The instant that a text names; where it names no time of day, the beginning of the day in the zone.
fn instant(text: &str, format: Option<&str>, zone: &Zone) -> Result<Timestamp, String> {
    let Some(format) = format else {
        let date = text.parse::<Date>().ok().and_then(|date| date.start(zone));
        let instant = date.or_else(|| text.parse().ok());
        return instant.ok_or_else(|| format!("{:?} is neither a date like 1997-01-31 nor an instant", cut(text)));
    };
    let problem = |error: jiff::Error| {
        // the reason may repeat the whole cell
        let reason = error.to_string().chars().take(160).collect::<String>();
        format!("{:?} is not written as {format:?}: {reason}", cut(text))
    };
    let parts = jiff::fmt::strtime::parse(format, text).map_err(problem)?;
    let instant = match parts.to_timestamp() {
        Ok(instant) => instant,
        Err(_) => {
            let civil = parts.to_datetime().or_else(|_| parts.to_date().map(jiff::civil::DateTime::from));
            civil.and_then(|civil| civil.in_tz(zone.name())).map_err(problem)?.timestamp()
        }
    };
    Timestamp::from_ms(instant.as_millisecond()).ok_or_else(|| format!("{:?} is not in the years 1 to 9999", cut(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout() -> Layout {
        let column = |number| Column::Number(number);
        Layout {
            customer: column(1),
            date: column(2),
            amount: column(3),
            source: None,
            date_format: None,
            delimiter: b',',
        }
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
                let Purchases { good, bad } = purchases(&file).unwrap();
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
    fn a_cell_that_goes_over_several_lines_spoils_them_all() {
        for end in ["\n", "\r\n", "\r"] {
            for over in ["2,1997-01-31,\"x{}3,1997-01-31,5\"", "2,\"x{}\",\"{}3,1997-01-31,\"\"5\"", "2,\"{}\"{}"] {
                let over = over.replace("{}", end);
                let file = ["who,when,much", "1,1997-01-31,5", &over, "4,1997-01-31,5", "5,1997-01-31,\"5"].join(end);
                let Purchases { good, bad } = purchases(&file).unwrap();
                let customers: Vec<String> = good.iter().map(|good| good.customer.to_string()).collect();
                assert_eq!(customers, ["1", "4"], "{file:?}");
                let (last, over) = bad.split_last().unwrap();
                assert_eq!(last.problem, "a quote is not closed in this line");
                assert!(over.iter().all(|bad| bad.problem.starts_with("the line belongs to a cell")), "{over:?}");
                assert_eq!(over.first().map(|bad| bad.line), Some(3));
            }
        }
    }

    #[test]
    fn rows_whose_quotes_stay_open_cost_their_own_lines() {
        // gone over to the end for each of them, this many would take hours
        for open in ["\"1\",\"1997-01-31\",\"5\n", "x\",\"y\n", "1,1997-01-31,\"\"\"5\n", "\"\n1\",\"\n"] {
            let file = ["who,when,much\n", &open.repeat(300_000), "1,1997-01-31,5"].concat();
            let Purchases { good, bad } = purchases(&file).unwrap();
            assert!(good.len() == 1 && bad.len() >= 300_000, "{open:?}");
        }
    }

    #[test]
    fn blanks_beside_names_and_lines_of_blanks_say_nothing() {
        let name = |name: &str| Column::Name(name.to_owned());
        let layout = Layout { customer: name("who"), date: name("when"), ..layout() };
        let read = |file: &str| read(file.as_bytes(), "file", &layout, &Zone::UTC);
        let Purchases { good, bad } =
            read("\u{FEFF}\"who\" , when,much\n1,1997-01-31,5\n  \n2,1997-01-31,5\n\t").unwrap();
        assert_eq!((good.iter().map(|good| good.line).collect::<Vec<u64>>(), bad), (vec![2, 4], Vec::new()));
        let twice = read("who,when,who\n1,1997-01-31,5").unwrap_err();
        assert_eq!(twice, "file has several columns who: say the number of one");
    }

    #[test]
    fn ways_of_writing_dates_are_tried_before_they_are_used() {
        for format in ["%d.%m.%Y", "%Y-%m-%d %H:%M:%S", "%s", "%d/%m/%y", "%A, %d %B %Y %I:%M %p", "%FT%T%z"] {
            assert_eq!(check_date_format(format), Ok(()), "{format}");
        }
        for format in ["%d.%m", "%K", "today", "", "%H:%M"] {
            assert!(check_date_format(format).is_err(), "{format}");
        }
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
