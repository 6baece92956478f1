//! `--dry-run`: how a file would be read. Nothing is made.

use super::plan::{Plan, Planner};
use super::summary::Summary;
use crate::cli::output::{Failure, Output};
use crate::cli::purchases::{Line, Lines, plain, shown};
use crate::cli::table::{TextTable, counted, grouped};
use crate::domain::{MemberId, Points, Timestamp, Zone};
use serde::Serialize;
use std::collections::HashMap;
use std::io::Read;

/// Lines that are shown as they would be read.
const SHOWN: usize = 10;
/// Members that are counted, to find one who has too many lines.
const MEMBERS_MAX: usize = 1_000_000;

/// A line as it would be read.
#[derive(Debug, Serialize)]
struct Shown {
    line: u64,
    what: &'static str,
    member: Option<String>,
    /// In the zone of the program.
    at: Option<String>,
    amount: Option<String>,
    points: Option<Points>,
    /// The reason for which it gives nothing.
    note: Option<String>,
}

/// Figures that look like mistakes.
#[derive(Debug, Default)]
struct Odd {
    members: HashMap<MemberId, u64>,
    lines: u64,
    equal: u64,
    last: Option<(MemberId, Timestamp, Points)>,
    dated_late: u64,
    day_over_12: bool,
}

#[derive(Debug, Serialize)]
struct Told<'a> {
    dry_run: bool,
    file: &'a str,
    lines: &'a [Shown],
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    odd: &'a [String],
    summary: &'a Summary,
}

/// Facts about the file beside its lines.
pub(super) struct About<'a> {
    pub(super) name: &'a str,
    pub(super) zone: &'a Zone,
    pub(super) date_format: Option<&'a str>,
    /// When the program began, if it is there.
    pub(super) began: Option<Timestamp>,
}

/// Reads all lines, has the plan compared with the database, and shows the first lines, the counts, and what looks odd.
/// Returns the counts.
pub(super) fn run(
    lines: &mut Lines<impl Read>,
    planner: &Planner<'_>,
    about: &About<'_>,
    mut summary: Summary,
    compare: impl FnOnce(&Plan, &mut Summary) -> Result<Option<String>, Failure>,
    output: &mut Output,
) -> Result<Summary, Failure> {
    let mut first = Vec::new();
    let mut odd = Odd::default();
    let plan = planner.read(lines, &mut summary, |line| {
        odd.look(line, planner, about);
        if first.len() < SHOWN {
            first.push(shown_line(line, planner, about.zone));
        }
    })?;
    let repeats = compare(&plan, &mut summary)?;
    let remarks: Vec<String> = repeats.into_iter().chain(odd.remarks(about)).collect();
    let span = plan.span;
    output.object(&Told {
        dry_run: true,
        file: about.name,
        lines: &first,
        first: span.map(|span| span.0),
        last: span.map(|span| span.1),
        odd: &remarks,
        summary: &summary,
    })?;
    output.table(&table(&first))?;
    notes(&first).try_for_each(|note| output.line(note))?;
    output.line("")?;
    if let Some((first, last)) = span {
        output.line(format!("from {} to {}", local(first, about.zone), local(last, about.zone)))?;
    }
    summary.read_lines().into_iter().try_for_each(|line| output.line(line))?;
    output.line(format!("{:26}{:>12}", "points to give", grouped(plan.points)))?;
    for remark in &remarks {
        output.line(format!("odd: {remark}"))?;
    }
    output.line("nothing was made (--dry-run)")?;
    Ok(summary)
}

fn table(first: &[Shown]) -> TextTable {
    let mut table = TextTable::new(&["line", "what", "member", "when", "amount", "points"]);
    for line in first {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let points = line.points.map_or_else(String::new, |points| grouped(points.0));
        table.row([
            line.line.to_string(),
            line.what.to_owned(),
            text(&line.member),
            text(&line.at),
            text(&line.amount),
            points,
        ]);
    }
    table
}

fn notes(first: &[Shown]) -> impl Iterator<Item = String> {
    first.iter().filter_map(|line| Some(format!("line {}: {}", line.line, line.note.as_ref()?)))
}

fn shown_line(line: &Line, planner: &Planner<'_>, zone: &Zone) -> Shown {
    let empty = |line, what| Shown { line, what, member: None, at: None, amount: None, points: None, note: None };
    match line {
        Line::Purchase(purchase) => Shown {
            member: Some(purchase.customer.to_string()),
            at: Some(local(purchase.at, zone)),
            amount: Some(purchase.worth.to_string()),
            points: planner.points(purchase).map(|(points, _)| points),
            note: purchase.refunded.map(|refunded| format!("{refunded} of it was refunded")),
            ..empty(purchase.line, "purchase")
        },
        Line::Refund(refund) => Shown {
            member: refund.customer.map(|member| member.to_string()),
            at: refund.at.map(|at| local(at, zone)),
            amount: refund.worth.map(|worth| worth.to_string()),
            points: refund.worth.and_then(|worth| planner.earning.points(worth)),
            ..empty(refund.line, "refund")
        },
        Line::Skipped { line, rule } => Shown { note: Some(plain(rule)), ..empty(*line, "left out") },
        Line::Nobody { line, who } => {
            Shown { note: Some(format!("nobody: {}", shown(who))), ..empty(*line, "nobody's") }
        }
        Line::Bad(bad) => {
            let column = bad.column.as_ref().map(|column| format!("column {column}: ")).unwrap_or_default();
            Shown { note: Some(column + &bad.problem), ..empty(bad.line, "bad") }
        }
    }
}

/// An instant as the shop's clock showed it, with the zone's abbreviation and offset.
fn local(at: Timestamp, zone: &Zone) -> String {
    let zoned = jiff::Timestamp::from_millisecond(at.ms()).and_then(|instant| instant.in_tz(zone.name()));
    zoned.map_or_else(|_| at.to_string(), |zoned| zoned.strftime("%Y-%m-%d %H:%M:%S %Z").to_string())
}

impl Odd {
    fn look(&mut self, line: &Line, planner: &Planner<'_>, about: &About<'_>) {
        let Line::Purchase(purchase) = line else { return };
        self.lines = self.lines.saturating_add(1);
        if self.members.len() < MEMBERS_MAX || self.members.contains_key(&purchase.customer) {
            let lines = self.members.entry(purchase.customer).or_default();
            *lines = lines.saturating_add(1);
        }
        let points = planner.points(purchase).map_or(Points::ZERO, |(points, _)| points);
        let this = (purchase.customer, purchase.at, points);
        self.equal = self.equal.saturating_add(u64::from(self.last == Some(this)));
        self.last = Some(this);
        self.dated_late =
            self.dated_late.saturating_add(u64::from(about.began.is_some_and(|began| purchase.at < began)));
        let day = jiff::Timestamp::from_millisecond(purchase.at.ms()).ok();
        let day = day.and_then(|instant| instant.in_tz(about.zone.name()).ok()).map_or(0, |zoned| zoned.day());
        self.day_over_12 |= day > 12;
    }

    fn remarks(&self, about: &About<'_>) -> Vec<String> {
        let mut remarks = Vec::new();
        let most = self.members.iter().max_by_key(|(member, lines)| (**lines, std::cmp::Reverse(**member)));
        if let Some((member, lines)) =
            most.filter(|(_, lines)| self.lines >= 10 && lines.saturating_mul(4) >= self.lines)
        {
            let all = grouped(self.lines);
            remarks.push(format!("member {member} has {} of {all} purchases; --nobody names guests", grouped(*lines)));
        }
        if self.equal > 0 {
            remarks.push(format!("{} like the line before; each counts", are(self.equal)));
        }
        if self.dated_late > 0 {
            remarks.push(format!("{} dated before the program began", are(self.dated_late)));
        }
        let is_numeric = about.date_format.is_some_and(|format| format.contains("%d") && format.contains("%m"));
        if is_numeric && self.lines >= 20 && !self.day_over_12 {
            remarks.push("no day is after the 12th; day and month may be the other way round".to_owned());
        }
        remarks
    }
}
/// `1 line is`, `2 lines are`.
fn are(lines: u64) -> String {
    format!("{} {}", counted(lines, "line"), if lines == 1 { "is" } else { "are" })
}
