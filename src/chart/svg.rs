//! A figure as SVG: title, description, axes, legend and date around the marks. Light and dark by style sheet.

use super::escape::escape;
use super::figure::{Figure, FigureError, Form};
use super::plot::{Room, marks};
use super::scale::Scale;

const WIDTH: i64 = 720;
const HEIGHT: i64 = 320;
const LEFT: i64 = 68;
const RIGHT: i64 = 708;
const TOP: i64 = 62;
const BOTTOM: i64 = 262;
/// Room for a label of the horizontal axis.
const LABEL_WIDTH: i64 = 62;
/// About the width of a character of the legend.
const LETTER: i64 = 7;

/// Colours and lines of a chart, in light and dark: six colours that differ in brightness, too, and dashes for lines.
/// For the page that holds an SVG, where its own styles are not allowed. Each colour is said plainly first, for what
/// draws an SVG and knows no variables.
pub const CSS: &str = "\
.chart{font:12px system-ui,sans-serif;--c0:#1f5fbf;--c1:#c2570c;--c2:#2f7d32;--c3:#8e3ba8;--c4:#a3303a;--c5:#5b6670;\
--ink:#1b2430;--soft:#5a6675;--rule:#d5dbe3}
@media(prefers-color-scheme:dark){.chart{--c0:#7db2ff;--c1:#ffb074;--c2:#86d58a;--c3:#d9a1ee;--c4:#ff9aa2;\
--c5:#b5bfca;--ink:#e8edf3;--soft:#a9b4c1;--rule:#37414d}}
.chart text{fill:#5a6675;fill:var(--soft)}
.chart .c-title{fill:#1b2430;fill:var(--ink);font-size:15px;font-weight:600}
.chart .c-rule{stroke:#d5dbe3;stroke:var(--rule);stroke-width:1}
.chart .c-axis{stroke:#5a6675;stroke:var(--soft);stroke-width:1}
.chart .c-f0{fill:#1f5fbf;fill:var(--c0)}
.chart .c-f1{fill:#c2570c;fill:var(--c1)}
.chart .c-f2{fill:#2f7d32;fill:var(--c2)}
.chart .c-f3{fill:#8e3ba8;fill:var(--c3)}
.chart .c-f4{fill:#a3303a;fill:var(--c4)}
.chart .c-f5{fill:#5b6670;fill:var(--c5)}
.chart path{fill:none;stroke-width:2;stroke-linejoin:round}
.chart .c-l0{stroke:#1f5fbf;stroke:var(--c0)}
.chart .c-l1{stroke:#c2570c;stroke:var(--c1);stroke-dasharray:6 3}
.chart .c-l2{stroke:#2f7d32;stroke:var(--c2);stroke-dasharray:2 3}
.chart .c-l3{stroke:#8e3ba8;stroke:var(--c3);stroke-dasharray:9 3 2 3}
.chart .c-l4{stroke:#a3303a;stroke:var(--c4);stroke-dasharray:12 4}
.chart .c-l5{stroke:#5b6670;stroke:var(--c5);stroke-dasharray:4 4}
";

/// A file of its own has a ground of its own: its colours are made for it.
const GROUND: &str = ".chart{background:#fff}@media(prefers-color-scheme:dark){.chart{background:#14191f}}";

/// Where the style of an SVG comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Styled {
    /// A file of its own: the style is in it.
    Alone,
    /// Within a page that has [`CSS`].
    InPage,
}

/// The figure as SVG. `id` must be unique in the page, of letters, digits and `-`.
///
/// Errors: a [`FigureError`] where series and labels do not fit together.
pub fn svg(figure: &Figure, id: &str, styled: Styled) -> Result<String, FigureError> {
    figure.check()?;
    let id: String = id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let scale = Scale::new(figure.extent(), TOP, BOTTOM);
    let room = Room { left: LEFT, right: RIGHT };
    let space = if styled == Styled::Alone { " xmlns=\"http://www.w3.org/2000/svg\"" } else { "" };
    let style = if styled == Styled::Alone { format!("<style>{CSS}{GROUND}</style>") } else { String::new() };
    let marks = match figure.labels.is_empty() || figure.series.is_empty() {
        true => text(WIDTH >> 1, (TOP.saturating_add(BOTTOM)) >> 1, "middle", "nothing to show"),
        false => marks(figure, &scale, room),
    };
    Ok(format!(
        "<svg{space} class=\"chart\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\">\
         <title id=\"{id}-t\">{}</title><desc id=\"{id}-d\">{}</desc>{style}\
         <text class=\"c-title\" x=\"8\" y=\"20\">{}</text>{}{}{marks}{}{}{}</svg>",
        escape(&figure.title),
        escape(&figure.description),
        escape(&figure.title),
        legend(figure),
        rules(&scale),
        axis(&scale),
        labels(figure, room),
        foot(figure),
    ))
}

/// The rules behind the marks, with their values.
fn rules(scale: &Scale) -> String {
    let tick = |(y, value): (i64, String)| {
        let beside = text(LEFT.saturating_sub(8), y.saturating_add(4), "end", &value);
        format!("<line class=\"c-rule\" x1=\"{LEFT}\" x2=\"{RIGHT}\" y1=\"{y}\" y2=\"{y}\"/>{beside}")
    };
    scale.ticks().into_iter().map(tick).collect()
}

/// The line at 0, over the marks.
fn axis(scale: &Scale) -> String {
    let y = scale.y(0);
    format!("<line class=\"c-axis\" x1=\"{LEFT}\" x2=\"{RIGHT}\" y1=\"{y}\" y2=\"{y}\"/>")
}

/// As many labels as have room, at equal distances.
fn labels(figure: &Figure, room: Room) -> String {
    let count = figure.labels.len();
    let fit = usize::try_from(RIGHT.saturating_sub(LEFT).checked_div(LABEL_WIDTH).unwrap_or(1)).unwrap_or(1).max(1);
    let every = count.div_ceil(fit).max(1);
    let shown = figure.labels.iter().enumerate().step_by(every);
    shown.map(|(at, label)| text(room.middle(at, count), BOTTOM.saturating_add(18), "middle", label)).collect()
}

/// A sample of each series' colour (and dash) with its name.
fn legend(figure: &Figure) -> String {
    let mut x = LEFT;
    let mut legend = String::new();
    for (index, series) in figure.series.iter().enumerate() {
        let end = x.saturating_add(18);
        legend.push_str(&match figure.form {
            Form::Line | Form::Steps => format!("<path class=\"c-l{index}\" d=\"M{x} 42H{end}\"/>"),
            Form::Bars | Form::StackedBars => {
                format!("<rect class=\"c-f{index}\" x=\"{x}\" y=\"36\" width=\"12\" height=\"12\"/>")
            }
        });
        legend.push_str(&text(end.saturating_add(4), 46, "start", &series.name));
        let letters = i64::try_from(series.name.chars().count()).unwrap_or(i64::MAX);
        x = end.saturating_add(letters.saturating_mul(LETTER)).saturating_add(20);
    }
    legend
}

/// What the axes are, and when this was so.
fn foot(figure: &Figure) -> String {
    let y = HEIGHT.saturating_sub(12);
    let axes = format!("{} by {}", figure.unit, figure.axis);
    text(LEFT, y, "start", &axes) + &text(RIGHT, y, "end", &figure.dated)
}

fn text(x: i64, y: i64, anchor: &str, text: &str) -> String {
    format!("<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{}</text>", escape(text))
}

#[cfg(test)]
mod tests {
    use super::super::Series;
    use super::*;

    fn figure(form: Form, values: &[&[i128]]) -> Figure {
        let series = values.iter().zip(["issued", "redeemed"]);
        Figure {
            title: "Points <owed>".to_owned(),
            description: "From 1 to 5.".to_owned(),
            dated: "as of 2026-03-01".to_owned(),
            unit: "points".to_owned(),
            axis: "month".to_owned(),
            form,
            labels: (1..=values.first().map_or(0, |v| v.len())).map(|month| format!("2026-{month:02}")).collect(),
            series: series.map(|(values, name)| Series { name: name.to_owned(), values: values.to_vec() }).collect(),
        }
    }

    #[test]
    fn a_picture_says_what_it_shows() {
        let drawn = svg(&figure(Form::Bars, &[&[1, 5]]), "a<b", Styled::Alone).unwrap();
        for part in [
            "<title id=\"ab-t\">Points &lt;owed&gt;</title>",
            "<desc id=\"ab-d\">From 1 to 5.</desc>",
            "aria-labelledby=\"ab-t ab-d\"",
            "prefers-color-scheme:dark",
            ">as of 2026-03-01</text>",
            ">points by month</text>",
            ">2026-02</text>",
            "<title>2026-02: issued 5 points</title>",
        ] {
            assert!(drawn.contains(part), "{part} is not in {drawn}");
        }
        assert!(!svg(&figure(Form::Bars, &[&[1, 5]]), "a", Styled::InPage).unwrap().contains("<style>"));
    }

    #[test]
    fn stacks_lie_on_each_other_and_hang_below_the_axis() {
        let drawn = svg(&figure(Form::StackedBars, &[&[50], &[50]]), "a", Styled::InPage).unwrap();
        assert!(drawn.contains("y=\"162\" width=\"428\" height=\"100\""), "{drawn}");
        assert!(drawn.contains("y=\"62\" width=\"428\" height=\"100\""), "{drawn}");
        let drawn = svg(&figure(Form::StackedBars, &[&[50], &[-50]]), "a", Styled::InPage).unwrap();
        assert!(drawn.contains("y=\"79\" width=\"428\" height=\"83\""), "{drawn}");
        assert!(drawn.contains("y=\"162\" width=\"428\" height=\"84\""), "{drawn}");
    }

    #[test]
    fn steps_hold_their_height() {
        let drawn = svg(&figure(Form::Steps, &[&[0, 10]]), "a", Styled::InPage).unwrap();
        assert!(drawn.contains("d=\"M68 262H388L388 62H708\""), "{drawn}");
        let drawn = svg(&figure(Form::Line, &[&[0, 10]]), "a", Styled::InPage).unwrap();
        assert!(drawn.contains("d=\"M228 262L548 62\""), "{drawn}");
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        let mut uneven = figure(Form::Bars, &[&[1, 2]]);
        uneven.labels.pop();
        assert_eq!(
            svg(&uneven, "a", Styled::Alone),
            Err(FigureError::Uneven { name: "issued".to_owned(), values: 2, labels: 1 })
        );
        let empty = svg(&figure(Form::Line, &[]), "a", Styled::Alone).unwrap();
        assert!(empty.contains("nothing to show"));
    }
}
