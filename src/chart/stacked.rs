//! Series of amounts that are drawn on top of each other, as many as can be told apart.

use super::figure::{Figure, Form, SERIES_MAX, Series};
use super::table::grouped;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What settlement came to by month, the partners on top of each other; `what` says what is added up. Months are texts
/// whose order is that of time.
pub fn settlements<P: Ord + Copy + fmt::Display>(
    what: &str,
    amounts: &BTreeMap<(P, &str), i128>,
    now: impl fmt::Display,
) -> Figure {
    let months: BTreeSet<&str> = amounts.keys().map(|(_, month)| *month).collect();
    let whole = amounts.values().fold(0, |sum: i128, amount| sum.saturating_add(*amount));
    Figure {
        title: "Settlements by month".to_owned(),
        description: format!("{what}, by month: {} in all.", grouped(whole)),
        dated: format!("as of {now}"),
        unit: "minor units".to_owned(),
        axis: "month".to_owned(),
        form: Form::StackedBars,
        labels: months.into_iter().map(str::to_owned).collect(),
        series: stacked(amounts, |partner| format!("partner {partner}")),
    }
}

/// A series for each part, with an amount for each place, 0 where there is none; both in their order. Where there are
/// more parts than colours, the last of them are one series.
fn stacked<P: Ord + Copy, L: Ord + Copy>(amounts: &BTreeMap<(P, L), i128>, name: impl Fn(P) -> String) -> Vec<Series> {
    let places: BTreeSet<L> = amounts.keys().map(|(_, place)| *place).collect();
    let parts: BTreeSet<P> = amounts.keys().map(|(part, _)| *part).collect();
    let parts: Vec<P> = parts.into_iter().collect();
    let alone = if parts.len() > SERIES_MAX { SERIES_MAX.saturating_sub(1) } else { parts.len() };
    let (alone, others) = parts.split_at_checked(alone).unwrap_or((&parts, &[]));
    let values = |of: &[P]| -> Vec<i128> {
        let amount = |place: &L| {
            let found = of.iter().filter_map(|part| amounts.get(&(*part, *place)));
            found.fold(0, |sum: i128, amount| sum.saturating_add(*amount))
        };
        places.iter().map(amount).collect()
    };
    let series = |part: &P| Series { name: name(*part), values: values(&[*part]) };
    let mut series: Vec<Series> = alone.iter().map(series).collect();
    if !others.is_empty() {
        series.push(Series { name: format!("{} others", others.len()), values: values(others) });
    }
    series
}
