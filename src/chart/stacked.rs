//! Series of amounts that are drawn on top of each other, as many as can be told apart.

use super::figure::{SERIES_MAX, Series};
use std::collections::{BTreeMap, BTreeSet};

/// A series for each part, with an amount for each place, 0 where there is none; both in their order. Where there are
/// more parts than colours, the last of them are one series.
pub fn stacked<P: Ord + Copy, L: Ord + Copy>(
    amounts: &BTreeMap<(P, L), i128>,
    name: impl Fn(P) -> String,
) -> Vec<Series> {
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
