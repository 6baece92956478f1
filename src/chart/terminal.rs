//! Bars for a terminal: a line for each label of the first series.

use super::figure::{Figure, FigureError};
use super::table::grouped;

/// The first series as lines of text, `width` columns of bar at most. Labels are the caller's to escape.
///
/// Errors: a [`FigureError`] where series and labels do not fit together.
pub fn bars(figure: &Figure, width: u16) -> Result<Vec<String>, FigureError> {
    figure.check()?;
    let values = figure.series.first().map_or(&[][..], |series| &series.values);
    let most = values.iter().map(|value| value.unsigned_abs()).max().unwrap_or_default().max(1);
    let texts: Vec<String> = values.iter().map(|value| grouped(*value)).collect();
    let column = |texts: &[String]| texts.iter().map(|text| text.chars().count()).max().unwrap_or_default();
    let (labels, digits) = (column(&figure.labels), column(&texts));
    let line = |((label, value), text): ((&String, &i128), &String)| {
        // eighths of a column, so that small values show
        let eighths = u128::from(width).saturating_mul(8);
        let shift = 96u32.saturating_sub(most.leading_zeros().min(96));
        let long = (value.unsigned_abs() >> shift).saturating_mul(eighths).checked_div((most >> shift).max(1));
        let long = long.unwrap_or_default().min(eighths);
        let (whole, rest) = (usize::try_from(long >> 3).unwrap_or_default(), (long & 7) as usize);
        let part = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'].get(rest).filter(|_| rest > 0);
        let bar: String = std::iter::repeat_n('█', whole).chain(part.copied()).collect();
        format!("{label:labels$}  {text:>digits$}  {bar}").trim_end().to_owned()
    };
    Ok(figure.labels.iter().zip(values).zip(&texts).map(line).collect())
}

#[cfg(test)]
mod tests {
    use super::super::{Form, Series};
    use super::*;

    #[test]
    fn bars_are_as_long_as_their_values() {
        let figure = Figure {
            title: String::new(),
            description: String::new(),
            dated: String::new(),
            unit: String::new(),
            axis: String::new(),
            form: Form::Bars,
            labels: vec!["a".to_owned(), "long".to_owned(), "c".to_owned()],
            series: vec![Series { name: "x".to_owned(), values: vec![1_000, -500, 15] }],
        };
        assert_eq!(bars(&figure, 8).unwrap(), ["a     1,000  ████████", "long   -500  ████", "c        15"]);
    }
}
