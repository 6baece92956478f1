//! What a program is made of, and balances summed up as people see them.

use crate::domain::{Balance, PointType, PointTypeId, Points, Program};
use serde::Serialize;
use std::collections::BTreeMap;

/// The point types whose name begins with `prefix`, sorted by name, then by id (rule E08). Upper and lower case count
/// as the same.
#[must_use]
pub fn point_types<'a>(program: &'a Program, prefix: &str) -> Vec<(PointTypeId, &'a PointType)> {
    let prefix = prefix.to_lowercase();
    let all = program.point_types.iter().map(|(id, versions)| (*id, versions.current()));
    let mut found: Vec<_> = all.filter(|(_, kind)| kind.name.to_lowercase().starts_with(&prefix)).collect();
    found.sort_by_key(|(id, kind)| (kind.name.to_lowercase(), *id));
    found
}

/// The balances of all accounts of one label, summed up (rules E03, E58, E61).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LabelBalance {
    /// The label; empty for types without one.
    pub label: Box<str>,
    /// The types summed up.
    pub point_types: Vec<PointTypeId>,
    /// Redeemable now, debts taken off.
    pub available: i128,
    /// Counting toward a tier.
    pub qualifying: i128,
    /// Not available yet.
    pub future: i128,
    /// Set aside by holds.
    pub held: i128,
    /// Owed.
    pub debt: i128,
}

/// Sums balances up by the label of their point types, in the order of the labels.
#[must_use]
pub fn by_label(program: &Program, balances: &[Balance]) -> Vec<LabelBalance> {
    let mut sums: BTreeMap<Box<str>, LabelBalance> = BTreeMap::new();
    for balance in balances {
        let label = program.point_type(balance.point_type).map(|kind| kind.label.clone()).unwrap_or_default();
        let (label, point_types) = (label.clone(), Vec::new());
        let empty = LabelBalance { label, point_types, available: 0, qualifying: 0, future: 0, held: 0, debt: 0 };
        let sum = sums.entry(empty.label.clone()).or_insert(empty);
        sum.point_types.push(balance.point_type);
        let add = |sum: &mut i128, points: Points| *sum = sum.saturating_add(points.0.into());
        add(&mut sum.available, balance.available);
        add(&mut sum.qualifying, balance.qualifying);
        add(&mut sum.future, balance.future);
        add(&mut sum.held, balance.held);
        add(&mut sum.debt, balance.debt);
    }
    sums.into_values().collect()
}
