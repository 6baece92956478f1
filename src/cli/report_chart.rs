//! `accruedb report --svg` and `--chart`: the same sheet as a picture. Days in order on the axis; of reports by source,
//! the sources with most points.

use super::export::Cell;
use super::output::{Failure, Output};
use super::sheet::Sheet;
use super::text::{cut, on_one_line, width};
use crate::chart::{Figure, Form, POINTS_MAX, SERIES_MAX, Series, Styled, bars, grouped, svg};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Sources that are drawn of a report by source.
const SOURCES_MAX: usize = 24;
/// Columns of a bar on a terminal.
const BAR_COLUMNS: u16 = 40;
/// Blanks before a bar.
const GAP: usize = 2;

/// What a sheet is a picture of.
pub(super) struct Drawn<'a> {
    pub(super) title: &'a str,
    pub(super) dated: String,
    /// The column of the axis.
    pub(super) axis: &'a str,
    /// The column that tells series apart; without one, each column of figures is a series.
    pub(super) series: Option<&'a str>,
    /// The columns of figures that are drawn.
    pub(super) figures: &'a [&'a str],
    pub(super) form: Form,
}

impl Drawn<'_> {
    /// The picture of a sheet.
    fn figure(&self, sheet: &Sheet) -> Figure {
        let place = |name: &str| sheet.columns.iter().position(|column| *column == name);
        let text = |row: &[Cell], at: Option<usize>| at.and_then(|at| row.get(at)).map_or(String::new(), Cell::shown);
        let (axis, kind) = (place(self.axis), self.series.and_then(place));
        // sums by label in the order of the sheet, and by series
        let mut labels: Vec<String> = Vec::new();
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        let mut names: BTreeSet<String> = BTreeSet::new();
        let mut sums: BTreeMap<(usize, String), i128> = BTreeMap::new();
        for row in &sheet.rows {
            let label = text(row, axis);
            let at = *places.entry(label.clone()).or_insert_with(|| {
                labels.push(label);
                labels.len().saturating_sub(1)
            });
            for column in self.figures {
                let name = kind.map_or((*column).to_owned(), |kind| {
                    format!("{} {}", self.series.unwrap_or_default(), text(row, Some(kind)))
                });
                let points = match place(column).and_then(|at| row.get(at)) {
                    Some(Cell::Number(points) | Cell::Signed(points)) => *points,
                    Some(Cell::Text(_)) | None => 0,
                };
                names.insert(name.clone());
                let sum = sums.entry((at, name)).or_default();
                *sum = sum.saturating_add(points);
            }
        }
        let mut shown: Vec<usize> = (0..labels.len()).collect();
        if self.axis == "source" {
            let of = |at: usize| sums.range((at, String::new())..(at.saturating_add(1), String::new()));
            shown.sort_by_key(|at| {
                std::cmp::Reverse(of(*at).fold(0i128, |sum, (_, points)| sum.saturating_add(*points)))
            });
            shown.truncate(SOURCES_MAX);
        } else {
            shown.drain(..shown.len().saturating_sub(POINTS_MAX));
        }
        let names: Vec<String> = match kind {
            Some(_) => names.into_iter().take(SERIES_MAX).collect(),
            None => self.figures.iter().map(|name| (*name).to_owned()).collect(),
        };
        let values = |name: &String| {
            shown.iter().map(|at| sums.get(&(*at, name.clone())).copied().unwrap_or_default()).collect::<Vec<i128>>()
        };
        let series: Vec<Series> =
            names.iter().map(|name| Series { name: name.clone(), values: values(name) }).collect();
        Figure {
            title: self.title.to_owned(),
            description: self.description(&series, shown.len(), labels.len()),
            dated: self.dated.clone(),
            unit: "points".to_owned(),
            axis: self.axis.to_owned(),
            form: self.form,
            labels: shown.iter().filter_map(|at| labels.get(*at).cloned()).collect(),
            series,
        }
    }

    /// The picture in a sentence, for those who cannot see it.
    fn description(&self, series: &[Series], shown: usize, of: usize) -> String {
        let peak = |series: &Series| {
            let most = series.values.iter().max().copied().unwrap_or_default();
            format!("{} at most {}", series.name, grouped(most))
        };
        let peaks: Vec<String> = series.iter().map(peak).collect();
        let part = if shown < of { format!("{shown} of {of}") } else { of.to_string() };
        format!("{}, {}: by {}, {part} in all; {}.", self.title, self.dated, self.axis, peaks.join(", "))
    }

    /// Writes the picture into a file.
    pub(super) fn write(&self, sheet: &Sheet, to: &Path) -> Result<(), Failure> {
        let drawn = svg(&self.figure(sheet), "report", Styled::Alone);
        let drawn = drawn.map_err(|error| Failure::Usage(format!("--svg: {error}")))?;
        std::fs::write(to, drawn).map_err(|error| Failure::Usage(format!("--svg {}: {error}", to.display())))
    }

    /// Shows the first figure of each label as a bar.
    pub(super) fn show(&self, sheet: &Sheet, output: &mut Output) -> Result<(), Failure> {
        let mut figure = self.figure(sheet);
        let first = figure.series.first().map_or(String::new(), |series| series.name.clone());
        output.line(format!("{}, {first}, {}", figure.title, figure.dated))?;
        let columns = output.width().unwrap_or(usize::MAX);
        figure.labels = figure.labels.iter().map(|label| cut(&on_one_line(label), columns / 2).into_owned()).collect();
        let drawn = |columns| bars(&figure, columns).map_err(|error| Failure::Usage(format!("--chart: {error}")));
        let without = drawn(0)?.iter().map(|line| width(line)).max().unwrap_or_default();
        let left = columns.saturating_sub(without).saturating_sub(GAP);
        let lines = drawn(u16::try_from(left).unwrap_or(BAR_COLUMNS).min(BAR_COLUMNS))?;
        lines.into_iter().try_for_each(|line| output.exact(line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    #[test]
    fn a_sheet_is_drawn_by_its_columns() {
        let rows = [("2026-01-01", "1", 5), ("2026-01-01", "2", 7), ("2026-01-03", "1", 9), ("2026-01-03", "1", 1)];
        let rows = rows.map(|(day, kind, points)| vec![text(day), text(kind), Cell::Number(points)]).to_vec();
        let sheet = Sheet { columns: vec!["day", "point type", "expires"], rows };
        let drawn = Drawn {
            title: "Points that expire",
            dated: "as of now".to_owned(),
            axis: "day",
            series: Some("point type"),
            figures: &["expires"],
            form: Form::StackedBars,
        };
        let figure = drawn.figure(&sheet);
        assert_eq!(figure.labels, ["2026-01-01", "2026-01-03"]);
        let series: Vec<(&str, &[i128])> =
            figure.series.iter().map(|series| (series.name.as_str(), series.values.as_slice())).collect();
        assert_eq!(series, [("point type 1", &[5, 10][..]), ("point type 2", &[7, 0])]);
        assert_eq!(
            figure.description,
            "Points that expire, as of now: by day, 2 in all; point type 1 at most 10, point type 2 at most 7."
        );
        assert_eq!(figure.check(), Ok(()));
    }

    #[test]
    fn of_many_sources_those_with_most_are_drawn() {
        let rows = (1..=100).map(|source: i128| vec![text(&source.to_string()), Cell::Number(source)]).collect();
        let sheet = Sheet { columns: vec!["source", "owed"], rows };
        let drawn = Drawn {
            title: "Points owed",
            dated: String::new(),
            axis: "source",
            series: None,
            figures: &["owed"],
            form: Form::Bars,
        };
        let figure = drawn.figure(&sheet);
        assert_eq!((figure.labels.len(), figure.labels.first().map(String::as_str)), (SOURCES_MAX, Some("100")));
        assert!(figure.description.contains("24 of 100 in all"));
    }
}
