//! What pages are made of: facts, tables, pictures with their tables, forms, notes.

use crate::api::encoded;
use crate::chart::{Figure, Styled, grouped, svg, table};
use serde_json::Value;

/// A part of a page.
pub(super) enum Block {
    /// Figures with their names.
    Facts(Vec<Fact>),
    /// Rows.
    Table(Table),
    /// A picture and the table beside it.
    Chart {
        /// The picture: our own SVG, escaped when it was drawn.
        svg: String,
        /// The same figures.
        table: Table,
        /// Where the picture can be had alone.
        href: Option<String>,
    },
    /// Something that the visitor may ask or do.
    Form(Form),
    /// Ways to pages about the same: name and address.
    Links(Vec<(String, String)>),
    /// A sentence.
    Note {
        /// `good`, `bad` or `plain`.
        tone: &'static str,
        /// The sentence.
        text: String,
    },
}

/// A figure with its name.
pub(super) struct Fact {
    pub(super) name: &'static str,
    pub(super) value: String,
    pub(super) about: String,
}

/// Rows under a head.
#[derive(Default)]
pub(super) struct Table {
    pub(super) caption: String,
    pub(super) head: Vec<Cell>,
    pub(super) rows: Vec<Vec<Cell>>,
    /// What is said where there are no rows.
    pub(super) empty: &'static str,
    /// The address of the same rows, without an ending for the format.
    pub(super) export: Option<(String, String)>,
    /// The address of the next page.
    pub(super) next: Option<String>,
}

/// A cell.
#[derive(Clone, Default)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) href: Option<String>,
    pub(super) is_number: bool,
}

impl Cell {
    /// Text.
    pub(super) fn text(text: impl Into<String>) -> Cell {
        Cell { text: text.into(), ..Cell::default() }
    }

    /// A number, with its digits in groups.
    pub(super) fn number(number: impl Into<i128>) -> Cell {
        Cell { text: grouped(number.into()), is_number: true, ..Cell::default() }
    }

    /// The head of a column of numbers.
    pub(super) fn number_head(text: &str) -> Cell {
        Cell { is_number: true, ..Cell::text(text) }
    }

    /// The same cell, leading somewhere.
    pub(super) fn to(self, href: impl Into<String>) -> Cell {
        Cell { href: Some(href.into()), ..self }
    }

    /// A field of a row of the API: amounts in groups, ids as they are, nothing where it is null.
    pub(super) fn of(row: &Value, name: &str) -> Cell {
        const IDS: [&str; 17] = [
            "program",
            "point_type",
            "partner",
            "block",
            "member",
            "sequence",
            "created",
            "source",
            "bill",
            "group",
            "run",
            "hold",
            "tier",
            "request_id",
            "receivable",
            "terms",
            "cancels",
        ];
        match row.get(name) {
            Some(Value::Number(id)) if IDS.contains(&name) => Cell::text(id.to_string()),
            None | Some(Value::Null) => Cell::text(""),
            Some(Value::Number(number)) => number.as_i64().map_or_else(|| Cell::text(number.to_string()), Cell::number),
            Some(Value::String(text)) => match text.parse::<i128>() {
                Ok(number) if name.ends_with("_exact") => Cell::number(number),
                _ if is_instant(name) => Cell::text(instant(text)),
                _ => Cell::text(text),
            },
            Some(Value::Bool(yes)) => Cell::text(if *yes { "yes" } else { "no" }),
            Some(other) => Cell::text(words(other)),
        }
    }
}

/// Whether a field is an instant.
fn is_instant(name: &str) -> bool {
    ["at", "from", "until", "as_of"].contains(&name) || name.ends_with("_at") || name.ends_with("_from")
}

/// A value for people: `after 180 days` for `{"kind":"after","span":{"count":180,"unit":"days"}}`.
pub(super) fn words(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            parts.iter().map(words).filter(|part| !part.is_empty()).collect::<Vec<String>>().join(", ")
        }
        Value::Object(fields) => {
            if let (Some(count), Some(Value::String(unit)), 2) = (fields.get("count"), fields.get("unit"), fields.len())
            {
                return format!("{count} {unit}");
            }
            let kind = fields.get("kind").and_then(Value::as_str).map(|kind| kind.replace('_', " "));
            let is_alone = kind.is_some() && fields.len() == 2;
            let rest = fields.iter().filter(|(name, _)| *name != "kind").filter_map(|(name, value)| {
                let text = words(value);
                let named = if is_alone { text.clone() } else { format!("{} {text}", name.replace('_', " ")) };
                (!text.is_empty()).then_some(named)
            });
            let rest = rest.collect::<Vec<String>>().join(", ");
            let parts = kind.into_iter().chain(Some(rest).filter(|rest| !rest.is_empty()));
            parts.collect::<Vec<String>>().join(" ")
        }
        other => other.to_string(),
    }
}

/// An instant for people: with a blank, and without what is 0 or the same everywhere.
pub(super) fn instant(text: &str) -> String {
    let text = text.strip_suffix('Z').unwrap_or(text);
    let text = text.strip_suffix(".000").unwrap_or(text);
    let text = text.strip_suffix("T00:00:00").unwrap_or(text);
    text.replace('T', " ")
}

/// A text or a number of a row as text without groups, for addresses.
pub(super) fn plain(row: &Value, name: &str) -> String {
    match row.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(Value::Object(_) | Value::Array(_)) => row.get(name).map(words).unwrap_or_default(),
        Some(other) => other.to_string(),
    }
}

impl Table {
    /// Rows of the API as a table: a column for each name, with its head. All names are fields of the rows: else a column
    /// would stay empty without a word.
    pub(super) fn of(caption: &str, columns: &[(&'static str, &str)], rows: &[Value]) -> Table {
        debug_assert!(
            rows.iter().all(|row| columns.iter().all(|(name, _)| row.get(name).is_some())),
            "{caption}: a column is no field"
        );
        let cells = |row: &Value| columns.iter().map(|(name, _)| Cell::of(row, name)).collect();
        let rows: Vec<Vec<Cell>> = rows.iter().map(cells).collect();
        let is_number = |at: usize| rows.iter().filter_map(|row| row.get(at)).any(|cell| cell.is_number);
        let head =
            columns.iter().enumerate().map(|(at, (_, text))| Cell { is_number: is_number(at), ..Cell::text(*text) });
        Table { caption: caption.to_owned(), head: head.collect(), rows, empty: "Nothing here.", ..Table::default() }
    }

    /// The same table, the cells of a column that are fields of rows leading to a page of what they name.
    pub(super) fn leading(self, column: usize, rows: &[Value], name: &str, page: &str) -> Table {
        let ids: Vec<String> = rows.iter().map(|row| plain(row, name)).collect();
        self.linked(column, |at| ids.get(at).map(|id| format!("{page}/{}", encoded(id))).unwrap_or_default())
    }

    /// The same table, words with blanks in place of the lines of codes.
    pub(super) fn worded(mut self, column: usize) -> Table {
        for cell in self.rows.iter_mut().filter_map(|row| row.get_mut(column)) {
            cell.text = cell.text.replace('_', " ");
        }
        self
    }

    /// The same table, saying this where it has no rows.
    pub(super) fn or(self, empty: &'static str) -> Table {
        Table { empty, ..self }
    }

    /// The same table, the cells of a column leading somewhere.
    pub(super) fn linked(mut self, column: usize, href: impl Fn(usize) -> String) -> Table {
        for (at, row) in self.rows.iter_mut().enumerate() {
            if let Some(cell) = row.get_mut(column).filter(|cell| !cell.text.is_empty()) {
                cell.href = Some(href(at));
            }
        }
        self
    }

    /// The same table, to be had as a file, too. `path` is the API's.
    pub(super) fn exported(self, path: &str, query: &str) -> Table {
        let query = if query.is_empty() { String::new() } else { format!("?{query}") };
        Table { export: Some((format!("/data{path}"), query)), ..self }
    }
}

/// A form that asks for another view of a page.
pub(super) fn filter(action: String, title: &str, fields: Vec<Field>) -> Block {
    Block::Form(Form {
        action,
        is_post: false,
        title: title.to_owned(),
        fields,
        hidden: Vec::new(),
        button: "Show".to_owned(),
        has_dry_run: false,
        is_folded: false,
    })
}

/// A picture and its table.
pub(super) fn chart(figure: &Figure, id: &str, href: Option<String>) -> Option<Block> {
    let (head, rows) = table(figure).ok()?;
    let number = |at: usize, text: String| Cell { is_number: at > 0, ..Cell::text(text) };
    let row = |row: Vec<String>| row.into_iter().enumerate().map(|(at, text)| number(at, text)).collect();
    let table = Table {
        caption: figure.title.clone(),
        head: row(head),
        rows: rows.into_iter().map(row).collect(),
        empty: "Nothing here.",
        ..Table::default()
    };
    Some(Block::Chart { svg: svg(figure, id, Styled::InPage).ok()?, table, href })
}

/// Something that the visitor may ask or do.
pub(super) struct Form {
    /// Where it goes.
    pub(super) action: String,
    /// Whether it does something.
    pub(super) is_post: bool,
    pub(super) title: String,
    pub(super) fields: Vec<Field>,
    pub(super) hidden: Vec<(String, String)>,
    pub(super) button: String,
    /// Whether it can be tried without being done.
    pub(super) has_dry_run: bool,
    /// Whether it is folded away until it is asked for.
    pub(super) is_folded: bool,
}

/// A field of a form.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) value: String,
    /// `text`, `number`, `date`; or `choice`.
    pub(super) kind: &'static str,
    pub(super) choices: &'static [&'static str],
    pub(super) is_required: bool,
}

impl Field {
    /// A field that is a line.
    pub(super) fn line(name: &'static str, label: &'static str, kind: &'static str, value: &str) -> Field {
        Field { name, label, value: value.to_owned(), kind, choices: &[], is_required: false }
    }

    /// A field that is one of some words.
    pub(super) fn choice(
        name: &'static str,
        label: &'static str,
        choices: &'static [&'static str],
        value: &str,
    ) -> Field {
        Field { name, label, value: value.to_owned(), kind: "choice", choices, is_required: false }
    }

    /// The same field, to be filled in.
    pub(super) fn required(self) -> Field {
        Field { is_required: true, ..self }
    }

    /// Whether a choice is the one that is set.
    pub(super) fn is_set(&self, choice: &str) -> bool {
        self.value == choice
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_told_in_words() {
        for (value, expected) in [
            (json!({ "kind": "after", "span": { "count": 180, "unit": "days" } }), "after 180 days"),
            (json!({ "kind": "never" }), "never"),
            (json!({ "kind": "calendar_year" }), "calendar year"),
            (json!({ "days_ago": null, "schemes": [], "partners": [1, 2] }), "partners 1, 2"),
            (json!({ "kind": "settlement", "number": 1, "run": "r" }), "settlement number 1, run r"),
            (json!([1, "a", null, { "kind": "x", "y": 2 }]), "1, a, x 2"),
        ] {
            assert_eq!(words(&value), expected);
        }
    }
}
