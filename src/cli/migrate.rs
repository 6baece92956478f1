//! `accruedb migrate`: what was granted under an older expiry of its point type is put under the present one. A change
//! of a type never does that by itself; here it is asked for, told beforehand, and journalled member by member.

use super::database::{Database, OneProgram};
use super::lists;
use super::output::{Exit, Failure, Output};
use super::request_ids;
use super::table::grouped;
use crate::domain::{
    Command, Expiry, ExtendItems, Item, ItemId, ItemPosition, MemberId, MemberKey, PointType, PointTypeId, Program,
    ProgramId, Timestamp, Zone,
};
use crate::engine::Engine;
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// Lets items expire as their point type says now, counted from when they were issued.
///
/// Changing a type changes nothing that was granted before. This does: each item that has points left gets the expiry that the type's present version gives, by one command for each member and expiry, with its reason in the journal. Where that expiry has passed already, the item is left as it is, and so are items that have not matured. What is done already is not done again: an interrupted run is simply repeated. Try it with --dry-run first.
///
/// Exit codes: 0 done, 1 no such program or type, 2 wrong call, 3 engine error.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  accruedb migrate --db shop --point-type 1 --because 'terms of 2026' --dry-run")]
pub(super) struct Args {
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    program: OneProgram,
    /// The point type.
    #[arg(long, value_name = "NUMBER")]
    point_type: u16,
    /// Why, up to 128 bytes.
    #[arg(long, value_name = "TEXT")]
    because: Box<str>,
    /// Only tells whose points would expire at another time, and how many; changes nothing.
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    let engine = match args.dry_run {
        true => args.database.open_to_look(output)?,
        false => args.database.open_existing_to_write(output)?,
    };
    let program = args.program.of(&engine)?;
    if let Some(why) = program.missing() {
        return Err(Failure::Refused(why));
    }
    let (id, point_type) = (program.id, PointTypeId(args.point_type));
    let migration = Migration::of(id, program.program(), point_type, &args.because);
    let migration = migration.ok_or_else(|| Failure::Refused(format!("no point type {point_type}")))?;
    let done = migration.run(&engine, args.dry_run)?;
    engine.close()?;
    output.object(&json!({ "program": id, "point_type": point_type, "dry_run": args.dry_run, "moved": done }))?;
    done.lines(args.dry_run).iter().try_for_each(|line| output.line(line))?;
    Ok(Exit::Done)
}

/// What a migration did, or would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
struct Moved {
    /// Members whose items expire at another time.
    members: u64,
    items: u64,
    /// Points left in them.
    points: i128,
    /// Of these points, those that expire sooner than before.
    sooner: i128,
    /// Points of items that stay as they are: the new expiry has passed.
    passed: i128,
    /// Points of items that stay as they are: they have not matured.
    future: i128,
}

impl Moved {
    fn lines(&self, dry_run: bool) -> Vec<String> {
        let verb = if dry_run { "would expire" } else { "expire" };
        let row = |what: &str, points: i128| format!("  {what:44}{:>14}", grouped(points));
        let mut lines = vec![
            format!("{} items of {} members {verb} at another time", grouped(self.items), grouped(self.members)),
            row("points left in them", self.points),
            row("of these, points that expire sooner", self.sooner),
        ];
        lines.extend((self.passed > 0).then(|| row("left: the new expiry has passed already", self.passed)));
        lines.extend((self.future > 0).then(|| row("left: not matured yet", self.future)));
        lines
    }
}

struct Migration<'a> {
    program: ProgramId,
    point_type: PointTypeId,
    kind: &'a PointType,
    zone: &'a Zone,
    because: &'a str,
}

/// Items that are read in one go, and changed by one command at most.
const PAGE: usize = 1_000;

impl<'a> Migration<'a> {
    fn of(id: ProgramId, program: Option<&'a Program>, point_type: PointTypeId, because: &'a str) -> Option<Self> {
        let kind = program?.point_type(point_type)?;
        Some(Migration { program: id, point_type, kind, zone: &program?.settings.zone, because })
    }

    fn run(&self, engine: &Engine, dry_run: bool) -> Result<Moved, Failure> {
        let mut members = Vec::new();
        lists::each_member(engine, self.program, None, |member| {
            members.push(member);
            Ok(ControlFlow::Continue(()))
        })?;
        let mut moved = Moved::default();
        for member in members {
            let changes = self.changes(engine, member, &mut moved)?;
            moved.members = moved.members.saturating_add(u64::from(!changes.is_empty()));
            for (expires_at, items) in changes.iter().filter(|_| !dry_run) {
                for items in items.chunks(PAGE) {
                    engine.execute(&self.command(member, *expires_at, items))?;
                }
            }
        }
        Ok(moved)
    }

    /// Which items of a member are to expire when.
    fn changes(
        &self,
        engine: &Engine,
        member: MemberId,
        moved: &mut Moved,
    ) -> Result<BTreeMap<Option<Timestamp>, Vec<ItemId>>, Failure> {
        let account = MemberKey { program: self.program, member }.account(self.point_type);
        let (now, mut from) = (engine.now(), ItemPosition::FIRST);
        let mut changes: BTreeMap<Option<Timestamp>, Vec<ItemId>> = BTreeMap::new();
        loop {
            let page = engine.items(account, from, PAGE)?;
            for (position, item) in page.matured.iter().filter(|(_, item)| item.is_open()) {
                let points = i128::from(item.remaining().0);
                let expires_at = self.expiry(item);
                if expires_at == item.expires_at {
                    continue;
                }
                if expires_at.is_some_and(|at| at <= now) {
                    moved.passed = moved.passed.saturating_add(points);
                    continue;
                }
                let is_sooner = match (expires_at, item.expires_at) {
                    (Some(new), Some(old)) => new < old,
                    (new, old) => new.is_some() && old.is_none(),
                };
                moved.items = moved.items.saturating_add(1);
                moved.points = moved.points.saturating_add(points);
                moved.sooner = moved.sooner.saturating_add(if is_sooner { points } else { 0 });
                changes.entry(expires_at).or_default().push(position.id);
            }
            match page.matured.last() {
                Some((last, _)) if page.matured.len() >= PAGE => from = last.successor(),
                _ => {
                    let waiting = page.future.iter().map(|(_, item)| i128::from(item.remaining().0));
                    moved.future = moved.future.saturating_add(waiting.sum());
                    return Ok(changes);
                }
            }
        }
    }

    /// When an item expires by the present version of its type; an instant past the year 9999 is never.
    fn expiry(&self, item: &Item) -> Option<Timestamp> {
        self.kind.expiry.resolve(item.issued_at(), self.zone).flatten()
    }

    fn command(&self, member: MemberId, expires_at: Option<Timestamp>, items: &[ItemId]) -> Command {
        let expires = expires_at.map_or(Expiry::Never, Expiry::At);
        let named = format!("{}/{member}/{}/{expires:?}/{items:?}", self.program, self.point_type);
        let request = request_ids::derived(&[b"migrate", named.as_bytes()]);
        let body = ExtendItems { member, items: items.to_vec(), expires, reason: self.because.into() };
        Command::new(self.program, request, body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Accrue, Action, Award, CreatePointType, CreateProgram, EditPointType, Enrolment, Points};
    use crate::domain::{Redeem, RequestId, Span, Start};
    use crate::engine::{ClockSource, EngineOptions};
    use crate::storage::memory::MemoryStore;
    use std::sync::Arc;

    const TYPE: PointTypeId = PointTypeId(1);

    /// Three members with points that expire after 30 days, one award of which waits; then the type says 60, or 10.
    fn changed_to(days: u16) -> Engine {
        let options = EngineOptions { clock: ClockSource::Commands, ..EngineOptions::default() };
        let engine = Engine::open_store(Arc::new(MemoryStore::new()), options).unwrap();
        let mut requests = 1..;
        let mut send = |at: &str, action: Action| {
            let request = RequestId(requests.next().unwrap());
            engine.execute(&Command::new(ProgramId(1), request, action).at(at.parse().unwrap())).unwrap();
        };
        let program = CreateProgram { enrolment: Enrolment::OnFirstAccrual, ..CreateProgram::default() };
        send("2026-01-01T00:00:00Z", program.into());
        let after = |days| Expiry::After(Span::days(days));
        let kind = CreatePointType { point_type: TYPE, expiry: after(30), ..CreatePointType::default() };
        send("2026-01-01T00:00:00Z", kind.into());
        let award = |points| Award::new(TYPE, Points(points));
        for (member, points) in [(1, 100), (2, 50), (3, 7)] {
            let accrue = Accrue { member: MemberId(member), partner: None, awards: vec![award(points)] };
            send("2026-01-01T00:00:00Z", accrue.into());
        }
        let later = Award { start: Start::After(Span::days(20)), ..award(5) };
        send("2026-01-10T00:00:00Z", Accrue { member: MemberId(1), partner: None, awards: vec![later] }.into());
        let all = Redeem { member: MemberId(3), point_type: TYPE, points: Points(7) };
        send("2026-01-10T00:00:00Z", all.into());
        let edit = EditPointType { point_type: TYPE, expiry: Some(after(days)), ..EditPointType::default() };
        send("2026-01-15T00:00:00Z", edit.into());
        engine
    }

    fn migrate(engine: &Engine, dry_run: bool) -> Moved {
        let programs = engine.programs().unwrap();
        let migration = Migration::of(ProgramId(1), programs.get(&ProgramId(1)), TYPE, "terms of 2026").unwrap();
        migration.run(engine, dry_run).unwrap()
    }

    #[test]
    fn a_migration_is_told_beforehand_done_once_and_in_the_journal() {
        let engine = changed_to(60);
        let last = engine.last_sequence();
        let told = migrate(&engine, true);
        let expected = Moved { members: 2, items: 2, points: 150, sooner: 0, passed: 0, future: 5 };
        assert_eq!((told, engine.last_sequence()), (expected, last));
        assert_eq!(migrate(&engine, false), expected);
        let entries = engine.journal(last.next(), 10).unwrap();
        let reasons = entries.iter().map(|entry| match &entry.command.action {
            Action::ExtendItems(body) => (body.member.0, &*body.reason),
            other => panic!("{other:?}"),
        });
        assert_eq!(reasons.collect::<Vec<_>>(), [(1, "terms of 2026"), (2, "terms of 2026")]);
        let key = MemberKey { program: ProgramId(1), member: MemberId(1) };
        let items = engine.items(key.account(TYPE), ItemPosition::FIRST, 9).unwrap();
        assert_eq!(items.matured[0].1.expires_at, Some("2026-03-02T00:00:00Z".parse().unwrap()));
        assert_eq!(migrate(&engine, false), Moved { future: 5, ..Moved::default() });
    }

    #[test]
    fn what_would_be_gone_already_stays() {
        let engine = changed_to(10);
        let expected = Moved { passed: 150, future: 5, ..Moved::default() };
        assert_eq!(migrate(&engine, false), expected);
        let sooner = migrate(&changed_to(20), false);
        assert_eq!((sooner.points, sooner.sooner), (150, 150));
    }
}
