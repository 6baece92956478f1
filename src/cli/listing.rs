//! A list that is shown as a table, as JSON Lines, or as comma-separated values.

use super::output::{Failure, Output};
use super::table::TextTable;
use serde::Serialize;
use serde_json::Value;

/// Rows to be shown, each as cells and as an object.
pub(super) struct Listing {
    head: Vec<&'static str>,
    rows: Vec<Vec<String>>,
    objects: Vec<Value>,
}

impl Listing {
    pub(super) fn new(head: &[&'static str]) -> Listing {
        Listing { head: head.to_vec(), rows: Vec::new(), objects: Vec::new() }
    }

    /// Adds a row of values in the order of the head; its object has the names of the head.
    pub(super) fn row(&mut self, values: Vec<Value>) {
        self.rows.push(values.iter().map(cell).collect());
        let named = self.head.iter().map(|name| name.replace(' ', "_"));
        self.objects.push(Value::Object(named.zip(values).collect()));
    }

    /// Adds a row with an object of its own.
    pub(super) fn object(&mut self, cells: Vec<String>, object: &impl Serialize) {
        self.rows.push(cells);
        self.objects.push(serde_json::to_value(object).unwrap_or_default());
    }

    /// Keeps the last row only.
    pub(super) fn last(mut self) -> Listing {
        let keep = self.rows.len().saturating_sub(1);
        (self.rows, self.objects) = (self.rows.split_off(keep), self.objects.split_off(keep));
        self
    }

    /// Whether a row has this very cell under a name of the head.
    pub(super) fn has(&self, name: &str, wanted: &str) -> bool {
        let place = self.head.iter().position(|known| *known == name);
        place.is_some_and(|place| self.rows.iter().any(|row| row.get(place).is_some_and(|cell| cell == wanted)))
    }

    pub(super) fn show(&self, csv: bool, output: &mut Output) -> Result<(), Failure> {
        if csv && !output.is_json() {
            return self.csv()?.lines().try_for_each(|line| output.exact(line));
        }
        self.objects.iter().try_for_each(|object| output.object(object))?;
        let mut table = TextTable::new(&self.head);
        self.rows.iter().for_each(|row| table.row(row.clone()));
        output.table(&table)
    }

    /// As comma-separated values for spreadsheets: what callers wrote holds no control characters, and makes no formula.
    fn csv(&self) -> Result<String, Failure> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let failed = |error: csv::Error| Failure::Usage(error.to_string());
        writer.write_record(self.head.iter().map(|name| name.replace(' ', "_"))).map_err(failed)?;
        for row in &self.rows {
            let cells = row.iter().map(|cell| if cell == "-" { String::new() } else { no_formula(cell) });
            writer.write_record(cells).map_err(failed)?;
        }
        let bytes = writer.into_inner().map_err(|error| Failure::Usage(error.to_string()))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// A value as a cell; a dash where there is none.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A text that a spreadsheet would take for a formula gets an apostrophe before it; a number with its sign is none.
fn no_formula(text: &str) -> String {
    let is_number = |text: &str| {
        let digits = text.trim_start_matches(['-', '+']);
        !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit() || c == '.')
    };
    match text.chars().next() {
        Some('=' | '@' | '\t' | '\r') => format!("'{text}"),
        Some('+' | '-') if !is_number(text) => format!("'{text}"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_list_is_a_table_for_spreadsheets_without_formulas() {
        let mut listing = Listing::new(&["block", "points", "said by"]);
        listing.row(vec![json!(1), json!(-5), json!("=1+1")]);
        listing.row(vec![json!(2), Value::Null, json!("a,\"b\"")]);
        listing.row(vec![json!(3), json!("+7"), json!("@SUM(A1)")]);
        listing.row(vec![json!(4), json!("-1/3"), json!("-2+3")]);
        let expected = "block,points,said_by\n1,-5,'=1+1\n2,,\"a,\"\"b\"\"\"\n3,+7,'@SUM(A1)\n4,'-1/3,'-2+3\n";
        assert_eq!(listing.csv().unwrap(), expected);
        assert_eq!(listing.objects[0], json!({ "block": 1, "points": -5, "said_by": "=1+1" }));
        assert!(listing.has("said by", "@SUM(A1)") && !listing.has("points", "@SUM(A1)"));
        assert_eq!(listing.last().csv().unwrap().lines().count(), 2);
    }
}
