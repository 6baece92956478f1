//! The marks of a figure: lines, steps and bars, as elements of an SVG.

use super::escape::escape;
use super::figure::{Figure, Form, Series};
use super::scale::Scale;
use super::table::grouped;

/// The room for marks, from its left to its right end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    pub(super) left: i64,
    pub(super) right: i64,
}

impl Room {
    /// The left end and the width of the place of one of `count` labels.
    fn place(&self, point: usize, count: usize) -> (i64, i64) {
        let width = self.right.saturating_sub(self.left);
        let count = i64::try_from(count).unwrap_or(i64::MAX).max(1);
        let edge = |point: usize| {
            let point = i64::try_from(point).unwrap_or(i64::MAX);
            self.left.saturating_add(width.saturating_mul(point).checked_div(count).unwrap_or_default())
        };
        let start = edge(point);
        (start, edge(point.saturating_add(1)).saturating_sub(start))
    }

    /// The middle of a label's place.
    pub(super) fn middle(&self, point: usize, count: usize) -> i64 {
        let (start, width) = self.place(point, count);
        start.saturating_add(width >> 1)
    }
}

/// All marks of a figure.
pub(super) fn marks(figure: &Figure, scale: &Scale, room: Room) -> String {
    match figure.form {
        Form::Line | Form::Steps => {
            figure.series.iter().enumerate().map(|(index, series)| path(figure, index, series, scale, room)).collect()
        }
        Form::Bars => side_by_side(figure, scale, room),
        Form::StackedBars => stacked(figure, scale, room),
    }
}

/// A line, and where there are few points, a dot for each that tells its value.
fn path(figure: &Figure, index: usize, series: &Series, scale: &Scale, room: Room) -> String {
    const DOTS_MAX: usize = 62;
    let count = figure.labels.len();
    let mut path = String::new();
    let mut dots = String::new();
    for (point, value) in series.values.iter().enumerate() {
        let (start, width) = room.place(point, count);
        let y = scale.y(*value);
        let x = if figure.form == Form::Steps { start } else { room.middle(point, count) };
        path.push_str(&format!("{}{x} {y}", if point == 0 { "M" } else { "L" }));
        if figure.form == Form::Steps {
            path.push_str(&format!("H{}", start.saturating_add(width)));
            // the next point begins where this one ends: straight up or down
            continue;
        }
        if count <= DOTS_MAX {
            let told = told(figure, point, series, *value);
            dots.push_str(&format!("<circle class=\"c-f{index}\" cx=\"{x}\" cy=\"{y}\" r=\"3\">{told}</circle>"));
        }
    }
    format!("<path class=\"c-l{index}\" d=\"{path}\"/>{dots}")
}

fn side_by_side(figure: &Figure, scale: &Scale, room: Room) -> String {
    let mut marks = String::new();
    for point in 0..figure.labels.len() {
        let (start, width) = room.place(point, figure.labels.len());
        let gap = gap(width);
        let inner = Room { left: start.saturating_add(gap), right: start.saturating_add(width).saturating_sub(gap) };
        for (index, series) in figure.series.iter().enumerate() {
            let Some(value) = series.values.get(point) else { continue };
            let (x, width) = inner.place(index, figure.series.len());
            marks.push_str(&bar(
                index,
                (x, width),
                (scale.y(*value), scale.y(0)),
                &told(figure, point, series, *value),
            ));
        }
    }
    marks
}

fn stacked(figure: &Figure, scale: &Scale, room: Room) -> String {
    let mut marks = String::new();
    for point in 0..figure.labels.len() {
        let (start, width) = room.place(point, figure.labels.len());
        let gap = gap(width);
        let across = (start.saturating_add(gap), width.saturating_sub(gap.saturating_mul(2)));
        let (mut above, mut below) = (0i128, 0i128);
        for (index, series) in figure.series.iter().enumerate() {
            let Some(value) = series.values.get(point) else { continue };
            let pile = if *value > 0 { &mut above } else { &mut below };
            let from = *pile;
            *pile = pile.saturating_add(*value);
            let heights = (scale.y(*pile), scale.y(from));
            marks.push_str(&bar(index, across, heights, &told(figure, point, series, *value)));
        }
    }
    marks
}

/// Room at either side of a bar.
fn gap(width: i64) -> i64 {
    width.checked_div(6).unwrap_or_default()
}

/// A bar between two heights; nothing where they are one.
fn bar(index: usize, (x, width): (i64, i64), (one, other): (i64, i64), told: &str) -> String {
    let (top, height) = (one.min(other), one.max(other).saturating_sub(one.min(other)));
    if height == 0 {
        return String::new();
    }
    let width = width.max(1);
    format!("<rect class=\"c-f{index}\" x=\"{x}\" y=\"{top}\" width=\"{width}\" height=\"{height}\">{told}</rect>")
}

/// What is shown when the pointer rests on a mark.
fn told(figure: &Figure, point: usize, series: &Series, value: i128) -> String {
    let label = figure.labels.get(point).map_or("", String::as_str);
    let text = format!("{label}: {} {} {}", series.name, grouped(value), figure.unit);
    format!("<title>{}</title>", escape(&text))
}
