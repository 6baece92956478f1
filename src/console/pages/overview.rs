//! The programs, and the overview of one.

use super::super::ask::Ask;
use super::super::blocks::{Block, Fact, Field, Table, chart, plain};
use super::super::forms;
use super::super::page::{Page, Way, home};
use super::reports::related;

use crate::api::{Problem, Scope};
use crate::chart::{Figure, Form, Series, grouped};
use crate::domain::{Day, Timestamp};
use serde_json::Value;
use std::collections::BTreeMap;

/// Days that the overview looks back.
const DAYS: i32 = 30;

/// The programs that the visitor sees.
pub(super) fn programs(ask: &Ask<'_>, way: &Way<'_>) -> Result<Page, Problem> {
    let rows = ask.rows("/v1/programs?limit=1000")?;
    let columns = [
        ("program", "program"),
        ("name", "name"),
        ("zone", "zone"),
        ("enrolment", "enrolment"),
        ("point_types", "point types"),
    ];
    let link = |at: usize| format!("/p/{}", rows.get(at).map(|row| plain(row, "program")).unwrap_or_default());
    let mut table = Table::of("Programs", &columns, &rows).linked(0, link);
    table.empty = "There is no program yet.";
    let mut blocks = vec![Block::Table(table.exported("/v1/programs", ""))];
    if ask.may(Scope::Catalog) && ask.token.is_unbounded() {
        let fields = vec![
            Field::line("program", "Program (a number)", "number", "1").required(),
            Field::line("zone", "Time zone", "text", "UTC"),
            Field::choice("enrolment", "Enrolment", &["explicit", "on_first_accrual"], "on_first_accrual"),
        ];
        blocks.push(forms::command("create_program", "Create program", &[], fields, (way.fresh)()));
    }
    Ok(Page { title: "Programs".to_owned(), trail: Vec::new(), program: None, blocks })
}

/// What is owed, what moved, which partners run low.
pub(super) fn overview(ask: &Ask<'_>, _: &Way<'_>, program: u32) -> Result<Page, Problem> {
    let now = ask.api.now();
    let base = format!("/v1/programs/{program}");
    let first = if now == Timestamp::MIN { now.day() } else { Day(now.day().0.saturating_sub(DAYS)) };
    let months = ask.rows(&format!("{base}/reports/liability"))?;
    let days = ask.rows(&format!("{base}/reports/liability?by=day&from={first}"))?;
    let partners = ask.every(&format!("{base}/partners"))?;
    let sources = ask.every(&format!("{base}/sources"))?;
    let paused = sources.iter().filter(|row| plain(row, "status") == "paused").count();
    let soon = Day(now.day().0.saturating_add(DAYS));
    let expiring = ask.rows(&format!("{base}/reports/expiry?to={soon}"))?;
    let sum = |name: &str| {
        days.iter().filter_map(|row| row.get(name)?.as_i64()).map(i128::from).fold(0, i128::saturating_add)
    };
    let facts = vec![
        Fact { name: "Owed to members", value: grouped(owed_at_end(&months)), about: "points, all types".to_owned() },
        fact("Issued", sum_exact(&days, "issued_exact")),
        fact("Redeemed", sum("redeemed")),
        fact("Expired", sum("expired")),
        fact("Cancelled", sum("cancelled")),
        Fact {
            name: "Will expire",
            value: grouped(sum_exact(&expiring, "points_exact")),
            about: format!("points in {DAYS} days, unless they are used"),
        },
        Fact { name: "Sources paused", value: grouped(paused as i128), about: format!("of {} in all", sources.len()) },
        Fact {
            name: "Partners out of points",
            value: grouped(partners.iter().filter(|row| is_out(row)).count() as i128),
            about: format!("prepaid, of {} in all", partners.len()),
        },
        Fact {
            name: "Partners low",
            value: grouped(partners.iter().filter(|row| is_low(row) && !is_out(row)).count() as i128),
            about: "down to their thresholds".to_owned(),
        },
    ];
    let mut blocks = vec![Block::Facts(facts), related(program)];
    blocks.extend(low(program, &partners));
    let svg = |report: &str| Some(format!("/data{base}/reports/{report}.svg"));
    blocks.extend(chart(&moved(&months, now), "moved", None));
    blocks.extend(chart(&owed(&months, now), "owed", svg("liability")));
    Ok(Page { title: format!("Program {program}"), trail: home(), program: Some(program), blocks })
}

fn fact(name: &'static str, value: i128) -> Fact {
    Fact { name, value: grouped(value), about: format!("points in {DAYS} days") }
}

/// A prepaid partner that has nothing left: accruals that it should pay are refused.
pub(super) fn is_out(row: &Value) -> bool {
    let left = row.get("balance").and_then(Value::as_i64).unwrap_or_default();
    plain(row, "billing") == "prepaid" && left <= 0
}

/// A prepaid partner that has come down to its threshold: more should be sold to it (rule A11).
pub(super) fn is_low(row: &Value) -> bool {
    plain(row, "billing") == "prepaid" && row.get("is_low").and_then(Value::as_bool) == Some(true)
}

/// The prepaid partners that are out of points or low, with what they have left.
fn low(program: u32, partners: &[Value]) -> Option<Block> {
    let rows: Vec<Value> = partners.iter().filter(|row| is_out(row) || is_low(row)).cloned().collect();
    let columns = [
        ("partner", "partner"),
        ("name", "name"),
        ("balance", "in usable blocks"),
        ("low_balance", "low at"),
        ("pending", "not approved yet"),
        ("waiting", "not started yet"),
    ];
    let table = Table::of("Partners whose points are low", &columns, &rows);
    let table = table.leading(0, &rows, "partner", &format!("/p/{program}/partners"));
    (!rows.is_empty()).then_some(Block::Table(table))
}

fn sum_exact(rows: &[Value], name: &str) -> i128 {
    rows.iter().filter_map(|row| plain(row, name).parse::<i128>().ok()).fold(0, i128::saturating_add)
}

/// The last sum of each point type.
fn owed_at_end(months: &[Value]) -> i128 {
    let mut last: BTreeMap<String, i128> = BTreeMap::new();
    for row in months {
        last.insert(plain(row, "point_type"), plain(row, "outstanding_exact").parse().unwrap_or_default());
    }
    last.into_values().fold(0, i128::saturating_add)
}

/// The months, in order, and what is added up in each.
fn by_month(months: &[Value], names: &[&str]) -> (Vec<String>, Vec<Vec<i128>>) {
    let mut sums: BTreeMap<String, Vec<i128>> = BTreeMap::new();
    for row in months {
        let sum = sums.entry(plain(row, "bucket")).or_insert_with(|| vec![0; names.len()]);
        for (sum, name) in sum.iter_mut().zip(names) {
            *sum = sum.saturating_add(plain(row, name).parse().unwrap_or_default());
        }
    }
    let values = (0..names.len()).map(|at| sums.values().filter_map(|sums| sums.get(at)).copied().collect());
    (sums.keys().cloned().collect(), values.collect())
}

fn moved(months: &[Value], now: Timestamp) -> Figure {
    let (labels, values) = by_month(months, &["issued_exact", "redeemed", "expired"]);
    let series = ["issued", "redeemed", "expired"].iter().zip(values);
    Figure {
        title: "Points issued, redeemed and expired".to_owned(),
        description: format!("Points moved in each of {} months.", labels.len()),
        dated: format!("as of {now}"),
        unit: "points".to_owned(),
        axis: "month".to_owned(),
        form: Form::Bars,
        labels,
        series: series.map(|(name, values)| Series { name: (*name).to_owned(), values }).collect(),
    }
}

fn owed(months: &[Value], now: Timestamp) -> Figure {
    // a type that did not move in a month still owes what it owed before
    let labels: Vec<String> = by_month(months, &[]).0;
    let mut last: BTreeMap<String, i128> = BTreeMap::new();
    let values = labels.iter().map(|label| {
        for row in months.iter().filter(|row| plain(row, "bucket") == *label) {
            last.insert(plain(row, "point_type"), plain(row, "outstanding_exact").parse().unwrap_or_default());
        }
        last.values().fold(0, |sum: i128, value| sum.saturating_add(*value))
    });
    let values: Vec<i128> = values.collect();
    let end = values.last().copied().unwrap_or_default();
    Figure {
        title: "Points owed to members".to_owned(),
        description: format!("Points owed at the end of each month; at the end {}.", grouped(end)),
        dated: format!("as of {now}"),
        unit: "points".to_owned(),
        axis: "month".to_owned(),
        form: Form::Steps,
        labels,
        series: vec![Series { name: "owed, all types".to_owned(), values }],
    }
}
