//! The table beside a picture: the same figures as text, for those who cannot see it or want the digits.

use super::figure::{Figure, FigureError};

/// The figure as a table: the head, then a row for each label.
///
/// Errors: a [`FigureError`] where series and labels do not fit together.
pub fn table(figure: &Figure) -> Result<(Vec<String>, Vec<Vec<String>>), FigureError> {
    figure.check()?;
    let head = std::iter::once(&figure.axis).chain(figure.series.iter().map(|series| &series.name)).cloned();
    let row = |(at, label): (usize, &String)| {
        let values = figure.series.iter().filter_map(|series| series.values.get(at));
        std::iter::once(label.clone()).chain(values.map(|value| grouped(*value))).collect()
    };
    Ok((head.collect(), figure.labels.iter().enumerate().map(row).collect()))
}

/// A number with a comma after each three digits, as `1,234,567`.
#[must_use]
pub fn grouped(number: i128) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "-" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        let left = digits.len().saturating_sub(at);
        if at > 0 && left.is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stand_in_groups() {
        let numbers = [0, 999, 1_000, -1_234_567, i128::from(i64::MIN)];
        assert_eq!(numbers.map(grouped), ["0", "999", "1,000", "-1,234,567", "-9,223,372,036,854,775,808"]);
    }
}
