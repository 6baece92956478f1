//! Parquet files: each row becomes a line of JSON, which is then read as any other. Only with the feature `parquet`.

use std::io::{self, Cursor, Read};
use std::path::Path;

/// The first bytes of a Parquet file.
const MARK: &[u8; 4] = b"PAR1";

/// The bytes of a file as they are; those of a Parquet file as JSON Lines. It is read from its end, so one that comes
/// through a pipe goes to a temporary file first. `file` is its path where it has one.
pub(in crate::cli) fn unpacked(mut bytes: Box<dyn Read>, file: Option<&Path>) -> io::Result<Box<dyn Read>> {
    let mut head = Vec::new();
    bytes.by_ref().take(MARK.len() as u64).read_to_end(&mut head)?;
    let is_parquet = head == MARK;
    let bytes = Box::new(Cursor::new(head).chain(bytes));
    if is_parquet { rows(bytes, file) } else { Ok(bytes) }
}

/// Without the feature, the reader of texts says what the file is.
#[cfg(not(feature = "parquet"))]
fn rows(bytes: Box<dyn Read>, _: Option<&Path>) -> io::Result<Box<dyn Read>> {
    Ok(bytes)
}

#[cfg(feature = "parquet")]
fn rows(mut bytes: Box<dyn Read>, file: Option<&Path>) -> io::Result<Box<dyn Read>> {
    let file = match file {
        Some(file) => std::fs::File::open(file)?,
        None => {
            let mut spool = tempfile::tempfile()?;
            io::copy(&mut bytes, &mut spool)?;
            spool
        }
    };
    Ok(Box::new(rows::JsonLines::new(file)?))
}

#[cfg(feature = "parquet")]
mod rows {
    use jiff::civil::{DateTime, date};
    use parquet::basic::{LogicalType, TimeUnit, TimestampType};
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::reader::RowIter;
    use parquet::record::{Field, Row};
    use parquet::schema::types::Type;
    use serde_json::{Map, Value};
    use std::fs::File;
    use std::io::{self, Read};
    use std::panic::{AssertUnwindSafe, catch_unwind};

    /// Whole numbers from here on have gaps in a double: digits may have been lost.
    const DOUBLE_GAPS: f64 = 9_007_199_254_740_992.0;

    /// The rows of a file as lines of JSON.
    pub(super) struct JsonLines {
        rows: RowIter<'static>,
        columns: Type,
        line: Vec<u8>,
        /// Bytes of the line that were given out.
        start: usize,
    }

    impl JsonLines {
        pub(super) fn new(file: File) -> io::Result<JsonLines> {
            let opened = caught(|| {
                let reader = SerializedFileReader::new(file)?;
                let columns = reader.metadata().file_metadata().schema().clone();
                Ok((reader.into_iter(), columns))
            });
            let (rows, columns) = opened?;
            Ok(JsonLines { rows, columns, line: Vec::new(), start: 0 })
        }

        /// Takes the next row. Returns whether there was one.
        fn next_line(&mut self) -> io::Result<bool> {
            let rows = &mut self.rows;
            let Some(row) = caught(|| rows.next().transpose())? else { return Ok(false) };
            self.line.clear();
            self.start = 0;
            serde_json::to_writer(&mut self.line, &object(&row, &self.columns))?;
            self.line.push(b'\n');
            Ok(true)
        }
    }

    impl Read for JsonLines {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            if self.start >= self.line.len() && !self.next_line()? {
                return Ok(0);
            }
            let count = self.line.get(self.start..).unwrap_or_default().read(out)?;
            self.start = self.start.saturating_add(count);
            Ok(count)
        }
    }

    /// The library gives up some damaged files, and kinds of columns that it does not know, by a panic.
    fn caught<T>(read: impl FnOnce() -> parquet::errors::Result<T>) -> io::Result<T> {
        let damaged = |what: String| io::Error::new(io::ErrorKind::InvalidData, format!("a Parquet file, but {what}"));
        match catch_unwind(AssertUnwindSafe(read)) {
            Ok(read) => read.map_err(|error| damaged(error.to_string())),
            Err(_) => Err(damaged("it is damaged, or has a column of a kind that is not read".to_owned())),
        }
    }

    fn object(row: &Row, columns: &Type) -> Map<String, Value> {
        let fields = row.get_column_iter().zip(columns.get_fields());
        fields.map(|((name, field), column)| (name.clone(), value(field, column))).collect()
    }

    /// A cell as JSON. Numbers that are not whole become text, so that none of their digits is lost on the way.
    fn value(field: &Field, column: &Type) -> Value {
        match field {
            Field::Null => Value::Null,
            Field::Bool(value) => (*value).into(),
            Field::Byte(value) => (*value).into(),
            Field::Short(value) => (*value).into(),
            Field::Int(value) => (*value).into(),
            Field::Long(value) => long(*value, column),
            Field::UByte(value) => (*value).into(),
            Field::UShort(value) => (*value).into(),
            Field::UInt(value) => (*value).into(),
            Field::ULong(value) => (*value).into(),
            Field::Float16(value) => decimal(f64::from(*value), value.to_string()),
            Field::Float(value) => decimal(f64::from(*value), value.to_string()),
            Field::Double(value) => decimal(*value, value.to_string()),
            Field::Str(text) => text.as_str().into(),
            Field::Bytes(bytes) => String::from_utf8_lossy(bytes.data()).into(),
            Field::Date(days) => {
                let day = date(1970, 1, 1).checked_add(jiff::Span::new().try_days(*days).unwrap_or_default());
                day.map_or_else(|_| days.to_string(), |day| day.to_string()).into()
            }
            Field::TimestampMillis(at) => instant(at.saturating_mul(1_000), column),
            Field::TimestampMicros(at) => instant(*at, column),
            Field::Group(row) => Value::Object(object(row, column)),
            Field::Decimal(_) | Field::TimeMillis(_) | Field::TimeMicros(_) => field.to_string().into(),
            // nobody keeps an order's member, date or amount in one
            Field::ListInternal(_) | Field::MapInternal(_) => Value::Null,
        }
    }

    /// A whole number, or an instant in nanoseconds, which has no kind of its own.
    fn long(value: i64, column: &Type) -> Value {
        match column.get_basic_info().logical_type_ref() {
            Some(LogicalType::Timestamp(TimestampType { unit: TimeUnit::NANOS, .. })) => {
                instant(value.div_euclid(1_000), column)
            }
            _ => value.into(),
        }
    }

    /// An instant, or where the column has no zone, what a clock on the wall showed.
    fn instant(micros: i64, column: &Type) -> Value {
        let is_local = matches!(
            column.get_basic_info().logical_type_ref(),
            Some(LogicalType::Timestamp(TimestampType { is_adjusted_to_u_t_c: false, .. }))
        );
        let at = jiff::Timestamp::from_microsecond(micros);
        let text = at.map(|at| {
            let civil: DateTime = at.to_zoned(jiff::tz::TimeZone::UTC).datetime();
            if is_local { civil.to_string() } else { at.to_string() }
        });
        text.unwrap_or_else(|_| micros.to_string()).into()
    }

    fn decimal(value: f64, text: String) -> Value {
        if value.is_nan() {
            return Value::Null;
        }
        // so that it is no id: another number may have been meant
        let has_gaps = value.fract() == 0.0 && value.abs() >= DOUBLE_GAPS;
        if has_gaps { format!("{text}.0").into() } else { text.into() }
    }
}

#[cfg(all(test, feature = "parquet"))]
mod tests {
    use super::*;
    use crate::cli::import::Rehearsal;
    use serde_json::Value;

    const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/cases/");

    fn lines(bytes: &[u8]) -> io::Result<Vec<Value>> {
        let mut text = String::new();
        let bytes: Box<dyn Read> = Box::new(Cursor::new(bytes.to_vec()));
        unpacked(bytes, None)?.read_to_string(&mut text)?;
        Ok(text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
    }

    #[test]
    fn files_of_pandas_duckdb_and_polars_say_the_same() {
        for writer in ["pandas", "duckdb", "polars"] {
            let path = format!("{FOLDER}orders_{writer}.parquet");
            let bytes = std::fs::read(&path).unwrap();
            let rows = lines(&bytes).unwrap();
            assert_eq!(rows.len(), 4, "{writer}: {rows:#?}");
            assert_eq!((&rows[0]["order"], &rows[0]["amount"]), (&9001.into(), &"29.33".into()), "{writer}");
            assert_eq!(rows[0]["sold"], "2026-03-01T10:00:00", "{writer}: no zone is none");
            assert_eq!(rows[0]["paid"], "2026-03-01T09:00:00Z", "{writer}");
            assert_eq!((&rows[1]["day"], &rows[1]["price"]), (&"2026-03-02".into(), &"1234.50".into()), "{writer}");
            assert_eq!(rows[3]["customer_id"], Value::Null, "{writer}");
            let rehearsal = Rehearsal::new().unwrap();
            let options = ["-", "--create", "--points-per-unit", "1", "--date-column", "paid", "--id-column", "order"];
            let mut json = Vec::new();
            let file = Box::new(std::fs::File::open(&path).unwrap());
            unpacked(file, Some(Path::new(&path))).unwrap().read_to_end(&mut json).unwrap();
            let summary = rehearsal.import(&options, "orders", &json).unwrap();
            let counted = ["read", "purchases", "nobody_lines", "points"].map(|name| summary[name].as_i64().unwrap());
            assert_eq!(counted, [4, 3, 1, 29 + 1235 + 8], "{writer}: {summary:#}");
        }
    }

    #[test]
    fn damaged_files_are_errors() {
        let whole = std::fs::read(format!("{FOLDER}orders_pandas.parquet")).unwrap();
        let mut read = 0;
        for at in 4..whole.len() {
            let cut = lines(&whole[..at]);
            assert!(cut.is_err(), "cut at {at}");
            let mut bytes = whole.clone();
            bytes[at] ^= 0x55;
            read += usize::from(lines(&bytes).is_ok());
        }
        assert!(read > 0, "not every byte matters");
    }
}
