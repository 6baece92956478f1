//! What a line expects and what the engine answered, in the same words, so that they can be compared and shown.

use std::collections::BTreeSet;
use std::fmt::{self, Write};

/// One row of an answer: `I1 200 expires_at 2026-03-01T00:00:00.000Z`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Row {
    /// What it is about; empty where there is nothing to name.
    pub(super) subject: String,
    /// How many points, as text.
    pub(super) amount: Option<String>,
    /// Further figures by name; of an expected row, those that matter.
    pub(super) figures: Vec<(String, String)>,
}

/// Rows of one kind: the legs of a receipt that say the same; or all rows of a query, under an empty kind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Group {
    pub(super) kind: String,
    pub(super) rows: Vec<Row>,
}

/// An answer, expected or actual: `ok`, `refused insufficient_points`; then its rows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Answer {
    pub(super) status: String,
    pub(super) groups: Vec<Group>,
}

/// The kind of the rows that name new items; saying it does not say anything of the other legs.
pub(super) const GRANTED: &str = "granted";

impl Row {
    pub(super) fn new(subject: impl Into<String>) -> Row {
        Row { subject: subject.into(), ..Row::default() }
    }

    pub(super) fn amount(mut self, amount: impl fmt::Display) -> Row {
        self.amount = Some(amount.to_string());
        self
    }

    pub(super) fn figure(mut self, name: &str, value: impl fmt::Display) -> Row {
        self.figures.push((name.to_owned(), value.to_string()));
        self
    }

    fn is_met_by(&self, actual: &Row) -> bool {
        self.subject == actual.subject
            && (self.amount.is_none() || self.amount == actual.amount)
            && self.figures.iter().all(|figure| actual.figures.contains(figure))
    }
}

impl Answer {
    pub(super) fn status(status: impl Into<String>) -> Answer {
        Answer { status: status.into(), groups: Vec::new() }
    }

    /// The answer of a query.
    pub(super) fn rows(rows: Vec<Row>) -> Answer {
        Answer { status: String::new(), groups: vec![Group { kind: String::new(), rows }] }
    }

    /// Adds a row to its kind.
    pub(super) fn push(&mut self, kind: &str, row: Row) {
        match self.groups.iter_mut().find(|group| group.kind == kind) {
            Some(group) => group.rows.push(row),
            None => self.groups.push(Group { kind: kind.to_owned(), rows: vec![row] }),
        }
    }

    pub(super) fn of_kind(&self, kind: &str) -> &[Row] {
        self.groups.iter().find(|group| group.kind == kind).map_or(&[], |group| &group.rows)
    }

    /// Whether the actual answer is what this one expects. Of a receipt, either nothing is said beyond the names of
    /// new items, or all of it.
    pub(super) fn is_met_by(&self, actual: &Answer) -> bool {
        let met = |group: &Group| {
            let rows = actual.of_kind(&group.kind);
            group.rows.len() == rows.len() && group.rows.iter().zip(rows).all(|(row, actual)| row.is_met_by(actual))
        };
        let in_full = self.groups.iter().any(|group| group.kind != GRANTED);
        let unsaid = |group: &Group| self.groups.iter().all(|said| said.kind != group.kind);
        let more = actual.groups.iter().any(|group| group.kind != GRANTED && unsaid(group));
        self.status == actual.status && self.groups.iter().all(met) && !(in_full && more)
    }

    /// This answer as a line would say it, with only those further figures that `expected` names.
    pub(super) fn show_beside(&self, expected: &Answer) -> String {
        let rows = |answer: &Answer| answer.groups.iter().flat_map(|group| group.rows.clone()).collect::<Vec<Row>>();
        let named: BTreeSet<String> =
            rows(expected).into_iter().flat_map(|row| row.figures).map(|(name, _)| name).collect();
        let mut shown = self.clone();
        for row in shown.groups.iter_mut().flat_map(|group| &mut group.rows) {
            let bare = row.subject.is_empty() && row.amount.is_none() && named.is_empty();
            row.figures.retain(|(name, _)| bare || named.contains(name));
        }
        shown.to_string()
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words = Vec::new();
        words.extend((!self.subject.is_empty()).then_some(self.subject.as_str()));
        words.extend(self.amount.as_deref());
        words.extend(self.figures.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]));
        f.write_str(&words.join(" "))
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.status)?;
        let mut parted = if self.status.is_empty() { "" } else { " " };
        for group in &self.groups {
            f.write_str(parted)?;
            parted = "; ";
            let rows: Vec<String> = group.rows.iter().map(Row::to_string).collect();
            let rows = if rows.is_empty() { "nothing".to_owned() } else { rows.join(", ") };
            f.write_str(&group.kind)?;
            if !group.kind.is_empty() {
                f.write_char(' ')?;
            }
            f.write_str(&rows)?;
        }
        Ok(())
    }
}
