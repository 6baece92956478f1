//! `accruedb statement`: what happened to a member's points, newest first, in pages.

use super::database::OneMember;
use super::output::{Exit, Failure, Output};
use super::table::{TextTable, grouped, or_dash, signed};
use crate::domain::{
    Action, Balance, Entry, Leg, MemberKey, Outcome, PointClass, PointState, PointTypeId, Points, Program, Rejection,
    Sequence, Subject, TierId, Timestamp, Zone,
};
use crate::engine::{Engine, Error};
use crate::report::{Change, StatementLine, TierChange, moved_in};
use serde::Serialize;
use serde_json::json;

/// Shows a member's statement.
///
/// Each change stands at its own instant, also what has expired or matured and is not booked yet: that has no entry in
/// the journal, and so no number.
///
/// Exit codes: 0 done, 1 no such member, 2 wrong call, 3 engine error.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  accruedb statement --db shop 00004 --limit 10 --before 5120")]
pub(super) struct Args {
    #[command(flatten)]
    of: OneMember,
    /// At most this many entries. Those that only booked that nothing was due count, but are not shown.
    #[arg(long, default_value_t = 20)]
    limit: usize,
    /// Only entries before this number, as the end of the page before tells it.
    #[arg(long, value_name = "SEQUENCE")]
    before: Option<u64>,
}

pub(super) fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    let (engine, program, key) = args.of.open(output)?;
    args.of.remark_on_time(&engine, output)?;
    let Some(page) = Page::read(&engine, program.program(), key, args.before.map(Sequence), args.limit)? else {
        output.object(&json!({ "member": args.of.member, "enrolled": false }))?;
        output.line(args.of.unknown(&program))?;
        return Ok(Exit::Refused);
    };
    output.object(&json!({
        "member": args.of.member, "enrolled": true, "lines": page.lines, "next_before": page.next_before,
    }))?;
    output.line(format!("member {} (times in {})", args.of.member, program.zone()))?;
    output.table(&table(&page.lines, program.program(), &program.zone()))?;
    if page.lines.iter().any(|line| line.sequence.is_none()) {
        output.line("(those without a number are due and not booked yet: `accruedb sweep` books them)")?;
    }
    if page.hidden > 0 {
        output.line(format!("(entries that changed nothing, not shown: {})", page.hidden))?;
    }
    if let Some(next) = page.next_before {
        output.line(format!("(older ones: --before {next})"))?;
    }
    Ok(Exit::Done)
}

/// One line of a statement: an entry, or of a booking what took effect at one instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Line {
    /// The number of the entry; none of what is due and not booked yet.
    sequence: Option<Sequence>,
    /// When it took effect.
    at: Timestamp,
    recorded_at: Option<Timestamp>,
    transaction_at: Option<Timestamp>,
    verb: &'static str,
    reference: Option<Box<str>>,
    changes: Vec<Change>,
    /// What it changed of the member's tier.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tiers: Vec<TierChange>,
    /// The balances after it, in the order of `changes`.
    balances: Vec<Balance>,
    refused: Option<Rejection>,
}

/// Entries of a member, the newest first.
pub(super) struct Page {
    pub(super) lines: Vec<Line>,
    /// Bookings that found nothing left to book: they changed nothing that a reader could see.
    hidden: usize,
    next_before: Option<Sequence>,
}

impl Page {
    /// Up to `limit` entries before `before`, or the newest, and then also what is due. `None` where there is no such
    /// member.
    pub(super) fn read(
        engine: &Engine,
        program: Option<&Program>,
        key: MemberKey,
        before: Option<Sequence>,
        limit: usize,
    ) -> Result<Option<Page>, Error> {
        let Some(entries) = entries(engine, key, before, limit)? else { return Ok(None) };
        let mut page = Page { lines: Vec::new(), hidden: 0, next_before: None };
        if before.is_none() {
            let now = engine.now();
            let balances = engine.balances_as_of(key, now)?.unwrap_or_default();
            let due = Booked::all(engine, key, None, &engine.due(key, now)?)?;
            page.lines = by_instant(None, due, balances, program);
        }
        let oldest = entries.last().filter(|last| last.previous_of(Subject::Member(key.member)) != Some(Sequence(0)));
        page.next_before = oldest.map(|last| last.sequence);
        for entry in entries {
            match (&entry.command.action, &entry.outcome) {
                (Action::BookDue(_), Outcome::Done { legs, balances }) => {
                    let booked = Booked::all(engine, key, Some(&entry), legs)?;
                    let lines = by_instant(Some(&entry), booked, balances.clone(), program);
                    page.hidden = page.hidden.saturating_add(usize::from(lines.is_empty()));
                    page.lines.extend(lines);
                }
                _ => page.lines.push(Line::from(StatementLine::of(entry, key.member))),
            }
        }
        Ok(Some(page))
    }
}

/// Up to `limit` entries of a member, the newest of those before `before` first.
fn entries(
    engine: &Engine,
    key: MemberKey,
    before: Option<Sequence>,
    limit: usize,
) -> Result<Option<Vec<Entry>>, Error> {
    let Some(before) = before else { return engine.statement(key, None, limit) };
    let mut from = None;
    loop {
        // the chain is walked from its head: a number from outside may be another member's
        let Some(entries) = engine.statement(key, from, 1_000)? else { return Ok(None) };
        if let Some(first) = entries.iter().find(|entry| entry.sequence < before) {
            return engine.statement(key, Some(first.sequence), limit);
        }
        match entries.last().and_then(|last| last.previous_of(Subject::Member(key.member))) {
            None | Some(Sequence(0)) => return Ok(Some(Vec::new())),
            previous => from = previous,
        }
    }
}

impl From<StatementLine> for Line {
    fn from(line: StatementLine) -> Line {
        let StatementLine { sequence, recorded_at, transaction_at, verb, reference, changes, tiers, balances, refused } =
            line;
        let (at, sequence, recorded_at) = (recorded_at, Some(sequence), Some(recorded_at));
        Line { sequence, at, recorded_at, transaction_at, verb, reference, changes, tiers, balances, refused }
    }
}

/// The lines of a booking, done (with its entry) or due: one for each instant and kind, the newest first. `balances` are
/// those after all of it.
fn by_instant(
    entry: Option<&Entry>,
    mut booked: Vec<Booked>,
    mut balances: Vec<Balance>,
    program: Option<&Program>,
) -> Vec<Line> {
    booked.sort_by_key(|booked| (booked.at, booked.verb));
    let mut lines = Vec::new();
    for together in booked.chunk_by(|a, b| (a.at, a.verb) == (b.at, b.verb)).rev() {
        let Some(Booked { verb, at, .. }) = together.first() else { continue };
        let mut changes: Vec<Change> = Vec::new();
        for (point_type, points) in together.iter().filter_map(Booked::change) {
            match changes.iter_mut().find(|change| change.point_type == point_type) {
                Some(change) => change.points = change.points.saturating_add(points),
                None => changes.push(Change { point_type, points }),
            }
        }
        let of = |change: &Change| balances.iter().find(|balance| balance.point_type == change.point_type).copied();
        let tier = |booked: &Booked| if let What::Tier(tier) = booked.what { Some(tier) } else { None };
        lines.push(Line {
            sequence: entry.map(|entry| entry.sequence),
            at: *at,
            recorded_at: entry.map(|entry| entry.recorded_at),
            transaction_at: None,
            verb,
            reference: None,
            balances: changes.iter().filter_map(of).collect(),
            changes,
            tiers: together.iter().filter_map(tier).collect(),
            refused: None,
        });
        together.iter().for_each(|booked| booked.undo(&mut balances, program));
    }
    lines
}

/// One thing that a booking did.
#[derive(Debug, Clone, Copy)]
struct Booked {
    /// The word for it, as in the legs of a receipt.
    verb: &'static str,
    at: Timestamp,
    what: What,
}

#[derive(Debug, Clone, Copy)]
enum What {
    /// Points of an item went from one state to another.
    Moved { point_type: PointTypeId, from: PointState, to: PointState, points: Points },
    /// An item came into being: others rolled over into it.
    Came { point_type: PointTypeId, points: Points },
    /// A tier ended, and another one followed, or none.
    Tier(TierChange),
}

impl Booked {
    /// All that a booking did to a member's points and tier, done (with its entry) or due.
    fn all(engine: &Engine, key: MemberKey, entry: Option<&Entry>, legs: &[Leg]) -> Result<Vec<Booked>, Error> {
        let mut all = Vec::new();
        let mut tier_end = None;
        for leg in legs {
            let (at, what) = match *leg {
                Leg::Moved { point_type, from, to, points, effective_at, .. } => {
                    (effective_at, What::Moved { point_type, from, to, points })
                }
                Leg::Granted { point_type, points, available_from, .. } => {
                    (available_from, What::Came { point_type, points })
                }
                Leg::TierChanged { before, tier, until, .. } => {
                    // a leg says how long the new tier lasts; the one before it, when this happened
                    let at = match tier_end {
                        Some(end) => end,
                        None => last_tier_end(engine, key, entry)?,
                    };
                    tier_end = Some(until);
                    let at = at.or(entry.map(|entry| entry.recorded_at));
                    (at.unwrap_or_else(|| engine.now()), What::Tier(TierChange { before, tier, until }))
                }
                _ => continue,
            };
            let verb = if matches!(what, What::Came { .. }) { "rolled_over" } else { leg.kind() };
            all.push(Booked { verb, at, what });
        }
        Ok(all)
    }

    /// How many more points of which type the member has by it.
    fn change(&self) -> Option<(PointTypeId, i128)> {
        match self.what {
            What::Moved { point_type, from, to, points } => Some((point_type, moved_in((from, to), points))),
            What::Came { point_type, points } => Some((point_type, points.0.into())),
            What::Tier(_) => None,
        }
    }

    /// Makes balances after it those before it.
    fn undo(&self, balances: &mut [Balance], program: Option<&Program>) {
        let (of, from, to, points) = match self.what {
            What::Moved { point_type, from, to, points } => (point_type, to, from, points),
            // out of what is available, into where no balance shows it
            What::Came { point_type, points } => (point_type, PointState::Matured, PointState::Cancelled, points),
            What::Tier(_) => return,
        };
        let class = program.and_then(|program| program.point_type(of)).map(|kind| kind.class);
        if let Some(balance) = balances.iter_mut().find(|balance| balance.point_type == of) {
            balance.shift(from, to, points, class);
        }
    }
}

/// When the tier ended that a member had before an entry: the entry that gave it says so.
fn last_tier_end(engine: &Engine, key: MemberKey, before: Option<&Entry>) -> Result<Option<Timestamp>, Error> {
    let subject = Subject::Member(key.member);
    let mut from = before.and_then(|entry| entry.previous_of(subject));
    loop {
        if from == Some(Sequence(0)) {
            return Ok(None);
        }
        let entries = engine.statement(key, from, 100)?.unwrap_or_default();
        for leg in entries.iter().flat_map(|entry| entry.legs().iter().rev()) {
            if let Leg::TierChanged { member, until, .. } = *leg
                && member == key.member
            {
                return Ok(until);
            }
        }
        match entries.last().and_then(|last| last.previous_of(subject)) {
            None => return Ok(None),
            previous => from = previous,
        }
    }
}

/// A statement as a table.
pub(super) fn table(lines: &[Line], program: Option<&Program>, zone: &Zone) -> TextTable {
    let mut table = TextTable::new(&["entry", "when", "what", "points", "available", "reference"]);
    for line in lines {
        let of = |point_type| if line.balances.len() > 1 { type_name(point_type, program) } else { String::new() };
        let each = |texts: Vec<String>| texts.join(" / ");
        let mut what = if line.refused.is_some() { format!("{}, refused", line.verb) } else { line.verb.to_owned() };
        for tier in &line.tiers {
            what = if what == "tier" { told(tier, program) } else { format!("{what}; {}", told(tier, program)) };
        }
        table.row([
            or_dash(line.sequence),
            line.at.on_the_wall(zone),
            what,
            each(line.changes.iter().map(|change| signed(change.points) + &of(change.point_type)).collect()),
            each(line.balances.iter().map(|balance| available(balance, program)).collect()),
            line.reference.as_deref().unwrap_or_default().to_owned(),
        ]);
    }
    table
}

/// What points of a type are called behind a number.
fn type_name(point_type: PointTypeId, program: Option<&Program>) -> String {
    match program.and_then(|program| program.point_type(point_type)).map(|kind| &*kind.label) {
        None | Some("") => format!(" of {point_type}"),
        Some(label) => format!(" {label}"),
    }
}

/// What can be spent, and what is set aside; of points that only count, how many there are.
fn available(balance: &Balance, program: Option<&Program>) -> String {
    let class = program.and_then(|program| program.point_type(balance.point_type)).map(|kind| kind.class);
    if class == Some(PointClass::Qualifying) {
        return grouped(balance.qualifying.0);
    }
    let available = grouped(balance.available.0);
    match balance.held {
        Points::ZERO => available,
        held => format!("{available} ({} held)", grouped(held.0)),
    }
}

/// What became of a tier.
fn told(change: &TierChange, program: Option<&Program>) -> String {
    let name = |tier: TierId| {
        let ladder = program.and_then(|program| program.ladder.as_ref());
        let known = ladder.and_then(|ladder| ladder.current().tiers.iter().find(|known| known.tier == tier));
        match known.map(|known| &*known.name) {
            None | Some("") => format!("tier {tier}"),
            Some(name) => format!("tier {name}"),
        }
    };
    match (change.before, change.tier) {
        (Some(before), None) => format!("{} ended", name(before)),
        (Some(before), Some(tier)) if before == tier => format!("{} kept", name(tier)),
        (_, Some(tier)) => name(tier),
        (None, None) => "no tier".to_owned(),
    }
}
