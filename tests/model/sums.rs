//! Reports against the model: what happened to points by source, type and day, counted from the model's own list of all
//! that ever happened, and from its items. Totals, cohorts, the expiry curve, what is owed, and the audit log agree with
//! it to the point.

use super::calendar;
use super::ledger::Model;
use super::run::Run;
use super::world::{PROGRAMS, SOURCES};
use accruedb::domain::*;
use accruedb::engine::{Engine, Error};
use accruedb::report::*;
use accruedb::storage::Read;
use std::collections::BTreeMap;

/// Points by what became of them, as [`Totals`] names it; nothing that is 0.
type Figures = BTreeMap<&'static str, i128>;

/// A source (0 for none) and a kind of points.
type Kind = (SourceId, PointTypeId);

fn figures(totals: &Totals) -> Figures {
    totals.figures().filter(|(_, points)| *points != 0).collect()
}

fn add(sums: &mut Figures, name: &'static str, points: i64) {
    let sum = sums.entry(name).or_default();
    *sum += i128::from(points);
    if *sum == 0 {
        sums.remove(name);
    }
}

/// A report, as of the engine's present.
fn look<R>(engine: &Engine, report: impl Fn(&dyn Read) -> Result<R, Fault>) -> Result<R, Error> {
    engine.with_snapshot(|read| report(read))?.map_err(Error::from)
}

impl Model {
    fn zone(&self) -> Zone {
        self.program.as_ref().map_or(Zone::UTC, |program| program.zone.clone())
    }

    fn is_owed(&self, point_type: PointTypeId) -> bool {
        self.types.get(&point_type).is_some_and(|kind| kind.class != PointClass::Qualifying)
    }

    /// What happened to points, by kind and day.
    fn by_day(&self) -> BTreeMap<(Kind, i64), Figures> {
        let zone = self.zone();
        let mut sums: BTreeMap<(Kind, i64), Figures> = BTreeMap::new();
        for member in self.members.values() {
            for posted in &member.postings {
                let item = &member.items[posted.item];
                let is_expiry = posted.to == PointState::Expired && item.until == Some(posted.at);
                // points that can be used until midnight expire with the day before
                let day = calendar::day(posted.at.ms() - i64::from(is_expiry), &zone);
                let kind = (item.source.unwrap_or_default(), item.point_type);
                let of = sums.entry((kind, day)).or_default();
                match posted.from {
                    None if item.origin.is_some() => add(of, "moved_in", posted.points),
                    None => add(of, "issued", posted.points),
                    Some(from) if !from.is_owned() => add(of, from.code(), -posted.points),
                    Some(_) => {}
                }
                if !posted.to.is_owned() {
                    add(of, posted.to.code(), posted.points);
                }
            }
        }
        sums.retain(|_, figures| !figures.is_empty());
        sums
    }

    /// What became of the points that were issued on each day.
    fn by_issue(&self) -> BTreeMap<(Kind, i64), Figures> {
        let zone = self.zone();
        let mut sums: BTreeMap<(Kind, i64), Figures> = BTreeMap::new();
        for item in self.members.values().flat_map(|member| &member.items).filter(|item| self.is_owed(item.point_type))
        {
            let kind = (item.source.unwrap_or_default(), item.point_type);
            let of = sums.entry((kind, calendar::day(item.issued_at.ms(), &zone))).or_default();
            add(of, if item.origin.is_some() { "moved_in" } else { "issued" }, item.granted);
            for state in PointState::ALL.into_iter().filter(|state| !state.is_owned()) {
                add(of, state.code(), item.sum(state));
            }
        }
        sums.retain(|_, figures| !figures.is_empty());
        sums
    }

    /// Points that members have, by what `key` says of each item; nothing of items of which it says nothing.
    fn owned<K: Ord>(&self, key: impl Fn(&super::member::Item) -> Option<K>) -> BTreeMap<K, i128> {
        let mut sums = BTreeMap::new();
        for item in self.members.values().flat_map(|member| &member.items) {
            let states = PointState::ALL.into_iter().filter(|state| state.is_owned());
            let points: i128 = states.map(|state| i128::from(item.sum(state))).sum();
            if let Some(key) = key(item).filter(|_| points > 0) {
                *sums.entry(key).or_default() += points;
            }
        }
        sums
    }

    fn owed(&self) -> BTreeMap<Kind, i128> {
        let kind = |item: &super::member::Item| (item.source.unwrap_or_default(), item.point_type);
        self.owned(|item| self.is_owed(item.point_type).then(|| kind(item)))
    }
}

fn owed(rows: Vec<OutstandingRow>) -> BTreeMap<Kind, i128> {
    rows.into_iter().map(|row| ((row.series.source, row.series.point_type), row.points)).collect()
}

const EACH: Grouping = Grouping::SourceAndType;

impl Run {
    /// Every report of every program.
    pub(super) fn compare_reports(&mut self) {
        for program in PROGRAMS {
            let model = self.books[&program].model.clone();
            self.compare_days(program, &model);
            self.compare_cohorts(program, &model);
            self.compare_owed(program, &model);
            self.compare_expiries(program, &model);
        }
        self.tally.count("reports");
    }

    /// What happened by day, per source, of all time and of a part of it.
    fn compare_days(&mut self, program: ProgramId, model: &Model) {
        let all = model.by_day();
        let days: Vec<i64> = all.keys().map(|(_, day)| *day).collect();
        let middle = days.get(days.len() / 2).map(|day| Day(*day as i32));
        for source in (0..=*SOURCES.end()).map(SourceId) {
            let filter = Filter { sources: vec![source], ..Filter::default() };
            for (from, to) in [(None, None), (middle, None), (None, middle)] {
                let rows = self
                    .ask(|engine| look(engine, |read| source_report(read, engine.now(), (program, from, to), &filter)));
                let mut daily: BTreeMap<i64, Figures> = BTreeMap::new();
                for (((of, _), day), sums) in &all {
                    let is_in = from.is_none_or(|from| i64::from(from.0) <= *day)
                        && to.is_none_or(|to| *day <= i64::from(to.0));
                    if *of == source && is_in {
                        let row = daily.entry(*day).or_default();
                        sums.iter().for_each(|(name, points)| *row.entry(name).or_default() += points);
                    }
                }
                let mut running = Figures::new();
                let nonzero = |sums: &Figures| -> Figures {
                    sums.iter().filter(|(_, points)| **points != 0).map(|(name, points)| (*name, *points)).collect()
                };
                let rows: Vec<_> = rows
                    .iter()
                    .map(|row| (i64::from(row.day.0), figures(&row.daily), figures(&row.cumulative)))
                    .collect();
                let mut expected = Vec::new();
                for (day, sums) in daily.iter().filter(|(_, sums)| sums.values().any(|points| *points != 0)) {
                    sums.iter().for_each(|(name, points)| *running.entry(name).or_default() += points);
                    expected.push((*day, nonzero(sums), nonzero(&running)));
                }
                assert_eq!(rows, expected, "days of source {source} in {from:?}..{to:?} at {}", model.now);
            }
        }
    }

    /// What became of the points of each day, and that nothing of them is lost: issued is spent, expired, cancelled,
    /// moved, or left.
    fn compare_cohorts(&mut self, program: ProgramId, model: &Model) {
        let expected = model.by_issue();
        let mut days: Vec<i64> = expected.keys().map(|(_, day)| *day).collect();
        days.dedup();
        let all = Filter::default();
        let mut found = BTreeMap::new();
        let mut left: BTreeMap<Kind, i128> = BTreeMap::new();
        for day in days {
            let on = Some(Day(day as i32));
            let rows =
                self.ask(|engine| look(engine, |read| cohort(read, engine.now(), (program, on, on), (&all, EACH))));
            for row in rows {
                let kind = (row.series.source, row.series.point_type);
                *left.entry(kind).or_default() += row.left();
                found.insert((kind, day), figures(&row.fate));
            }
        }
        assert_eq!(found, expected, "cohorts at {}", model.now);
        left.retain(|_, points| *points != 0);
        assert_eq!(left, model.owed(), "what is left of cohorts at {}", model.now);
    }

    fn compare_owed(&mut self, program: ProgramId, model: &Model) {
        let today = Day(calendar::day(model.now.ms(), &model.zone()) as i32);
        for as_of in [AsOf::At(model.now), AsOf::Day(today)] {
            let all = Filter::default();
            let rows =
                self.ask(|engine| look(engine, |read| outstanding(read, engine.now(), (program, as_of), (&all, EACH))));
            assert_eq!(owed(rows), model.owed(), "owed at {as_of:?}");
        }
        let query = Liability { program, by: By::Source, ..Liability::default() };
        let rows = self.ask(|engine| look(engine, |read| liability(read, engine.now(), &query)));
        let rows = rows.into_iter().filter(|row| row.outstanding != 0);
        let rows: BTreeMap<(Bucket, PointTypeId), i128> =
            rows.map(|row| ((row.bucket, row.point_type), row.outstanding)).collect();
        let kind = |item: &super::member::Item| (Bucket::Source(item.source.unwrap_or_default()), item.point_type);
        assert_eq!(rows, model.owned(|item| Some(kind(item))), "liability at {}", model.now);
    }

    fn compare_expiries(&mut self, program: ProgramId, model: &Model) {
        let zone = model.zone();
        let all = Filter::default();
        let rows = self.ask(|engine| look(engine, |read| expiry_curve(read, engine.now(), (program, None), &all)));
        let rows: BTreeMap<_, _> =
            rows.iter().map(|row| ((i64::from(row.day.0), row.point_type, row.source), row.points)).collect();
        let today = calendar::day(model.now.ms(), &zone);
        let expected = model.owned(|item| {
            let day = calendar::day(item.until?.ms() - 1, &zone);
            (day >= today).then_some((day, item.point_type, item.source.unwrap_or_default()))
        });
        assert_eq!(rows, expected, "expiries at {}", model.now);
    }
}
