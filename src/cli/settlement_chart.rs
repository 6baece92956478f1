//! The settlements of twelve months as a picture: a bar for each month, the partners on top of each other (rules C98 to
//! C100).

use super::output::Failure;
use crate::chart::{Figure, Styled, settlements, svg};
use crate::domain::{PartnerId, Timestamp};
use crate::report::settlement::MonthRow;
use std::collections::BTreeSet;

/// The months as SVG, as of an instant.
pub(super) fn svg_of_months(all: &[MonthRow], now: Timestamp) -> Result<String, Failure> {
    let unstyled = |error: crate::chart::FigureError| Failure::Usage(error.to_string());
    svg(&figure(all, now), "settlements", Styled::Alone).map_err(unstyled)
}

fn figure(all: &[MonthRow], now: Timestamp) -> Figure {
    let texts: Vec<String> = all.iter().map(MonthRow::month_text).collect();
    let amounts = all.iter().zip(&texts).map(|(row, month)| ((row.partner, month.as_str()), row.amount())).collect();
    let partners: BTreeSet<PartnerId> = all.iter().map(|row| row.partner).collect();
    let what = format!("What settlement invoiced to {} partners less what it credited them", partners.len());
    settlements(&what, &amounts, now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::SERIES_MAX;
    use crate::domain::{MonthSums, Points};

    fn row(partner: u32, month: u32, debits: i64, credits: i64) -> MonthRow {
        let sums = MonthSums { debits: Points(debits), credits: Points(credits) };
        MonthRow { partner: PartnerId(partner), month, sums }
    }

    #[test]
    fn partners_are_stacked_and_the_last_of_many_are_one() {
        let january = 2026 * 12;
        let few = figure(&[row(1, january, 10, 4), row(2, january, 0, 7), row(1, january + 1, 5, 0)], Timestamp::MIN);
        assert_eq!(few.labels, ["2026-01", "2026-02"]);
        let series = |figure: &Figure| -> Vec<(String, Vec<i128>)> {
            figure.series.iter().map(|series| (series.name.clone(), series.values.clone())).collect()
        };
        let expected = [("partner 1".to_owned(), vec![6, 5]), ("partner 2".to_owned(), vec![-7, 0])];
        assert_eq!(series(&few), expected);
        let many: Vec<MonthRow> = (1..=9).map(|partner| row(partner, january, i64::from(partner), 0)).collect();
        let many = figure(&many, Timestamp::MIN);
        assert_eq!(series(&many).len(), SERIES_MAX);
        assert_eq!(series(&many).last(), Some(&("4 others".to_owned(), vec![6 + 7 + 8 + 9])));
        assert!(svg_of_months(&[row(1, january, 10, 4)], Timestamp::MIN).unwrap().starts_with("<svg"));
        assert!(svg_of_months(&[], Timestamp::MIN).is_ok());
    }
}
