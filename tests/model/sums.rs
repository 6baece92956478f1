//! Reports against the model: what happened to points by source, type and day, counted from the model's own list of all
//! that ever happened, and from its items. Totals, cohorts, the expiry curve, what is owed, and the audit log agree with
//! it to the point.

use super::calendar;
use super::ledger::Model;
use super::member::Item;
use super::run::Run;
use super::world::{PROGRAMS, SOURCES};
use accruedb::domain::{Day, Fault, PointClass, PointState, PointTypeId, ProgramId, SourceId, Timestamp, Totals};
use accruedb::engine::Error;
use accruedb::report::*;
use accruedb::storage::Read;
use std::collections::{BTreeMap, BTreeSet};

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

fn plus(sums: &mut Figures, more: &Figures) {
    more.iter().for_each(|(name, points)| *sums.entry(name).or_default() += points);
    sums.retain(|_, points| *points != 0);
}

impl Model {
    fn is_owed(&self, point_type: PointTypeId) -> bool {
        self.rules.kind(point_type).is_ok_and(|kind| kind.spec.class != PointClass::Qualifying)
    }

    /// What happened to points, by kind and day.
    fn by_day(&self) -> BTreeMap<(Kind, i64), Figures> {
        let zone = self.rules.zone();
        let mut sums: BTreeMap<(Kind, i64), Figures> = BTreeMap::new();
        for member in self.members.values() {
            for posted in &member.postings {
                // points that can be used until midnight expire with the day before
                let day = calendar::day(posted.at.ms() - i64::from(posted.is_over), &zone);
                let kind = (posted.source, posted.point_type);
                let of = sums.entry((kind, day)).or_default();
                match posted.from {
                    None => add(of, posted.given, posted.points),
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
        let zone = self.rules.zone();
        let mut sums: BTreeMap<(Kind, i64), Figures> = BTreeMap::new();
        for item in
            self.members.values().flat_map(|member| member.items.values()).filter(|item| self.is_owed(item.point_type))
        {
            let kind = (item.source.unwrap_or_default(), item.point_type);
            let of = sums.entry((kind, calendar::day(item.issued_at.ms(), &zone))).or_default();
            add(of, item.given(), item.granted);
            for state in PointState::ALL.into_iter().filter(|state| !state.is_owned()) {
                add(of, state.code(), item.sum(state));
            }
        }
        sums.retain(|_, figures| !figures.is_empty());
        sums
    }

    /// Points that members have, by what `key` says of each item; nothing of items of which it says nothing.
    fn owned<K: Ord>(&self, key: impl Fn(&Item) -> Option<K>) -> BTreeMap<K, i128> {
        let mut sums = BTreeMap::new();
        for item in self.members.values().flat_map(|member| member.items.values()) {
            let states = PointState::ALL.into_iter().filter(|state| state.is_owned());
            let points: i128 = states.map(|state| i128::from(item.sum(state))).sum();
            if let Some(key) = key(item).filter(|_| points > 0) {
                *sums.entry(key).or_default() += points;
            }
        }
        sums
    }

    fn owed(&self) -> BTreeMap<Kind, i128> {
        let kind = |item: &Item| (item.source.unwrap_or_default(), item.point_type);
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
        let models = PROGRAMS.map(|program| (program, self.books[&program].model.clone()));
        self.compare_reports_of(models.to_vec());
    }

    /// Reports as of the models' instant, which may be past: as they were made then.
    pub(super) fn compare_reports_of(&mut self, models: Vec<(ProgramId, Model)>) {
        self.ask(|engine| {
            let now = models.first().map_or(engine.now(), |(_, model)| model.now);
            let all = |read: &dyn Read| {
                models.iter().try_for_each(|(program, model)| {
                    let is_past = now < engine.now();
                    let seen = Seen { read, now, is_past, program: *program, model };
                    seen.days()?;
                    seen.cohorts()?;
                    seen.owed()?;
                    seen.expiries()
                })
            };
            engine.with_snapshot(all)?.map_err(Error::from)
        });
        self.tally.count("reports");
    }
}

/// What reports see, and what the model says.
struct Seen<'a> {
    read: &'a dyn Read,
    now: Timestamp,
    is_past: bool,
    program: ProgramId,
    model: &'a Model,
}

impl Seen<'_> {
    /// What happened by day, per source, of all time and of a part of it.
    fn days(&self) -> Result<(), Fault> {
        let all = self.model.by_day();
        let days: Vec<i64> = all.keys().map(|(_, day)| *day).collect();
        let middle = days.get(days.len() / 2).map(|day| Day(*day as i32));
        for source in (0..=*SOURCES.end()).map(SourceId) {
            for (from, to) in [(None, None), (middle, None), (None, middle)] {
                let filter = Filter { sources: vec![source], ..Filter::default() };
                let rows = source_report(self.read, self.now, (self.program, from, to), &filter)?;
                let rows = rows.iter();
                let rows: Vec<_> =
                    rows.map(|row| (i64::from(row.day.0), figures(&row.daily), figures(&row.cumulative))).collect();
                let is_in = |day: i64| {
                    from.is_none_or(|from| i64::from(from.0) <= day) && to.is_none_or(|to| day <= i64::from(to.0))
                };
                let mut daily: BTreeMap<i64, Figures> = BTreeMap::new();
                for ((_, day), sums) in all.iter().filter(|(((of, _), day), _)| *of == source && is_in(*day)) {
                    plus(daily.entry(*day).or_default(), sums);
                }
                let mut running = Figures::new();
                let mut expected = Vec::new();
                for (day, sums) in daily.into_iter().filter(|(_, sums)| !sums.is_empty()) {
                    plus(&mut running, &sums);
                    expected.push((day, sums, running.clone()));
                }
                assert_eq!(rows, expected, "days of source {source} in {from:?}..{to:?} at {}", self.model.now);
            }
        }
        Ok(())
    }

    /// What became of the points of each day, and that nothing of them is lost: issued is spent, expired, cancelled,
    /// moved, or left.
    fn cohorts(&self) -> Result<(), Fault> {
        let expected = self.model.by_issue();
        let days: BTreeSet<i64> = expected.keys().map(|(_, day)| *day).collect();
        let all = Filter::default();
        let mut found = BTreeMap::new();
        let mut left: BTreeMap<Kind, i128> = BTreeMap::new();
        for day in days {
            let on = Some(Day(day as i32));
            for row in cohort(self.read, self.now, (self.program, on, on), (&all, EACH))? {
                let kind = (row.series.source, row.series.point_type);
                *left.entry(kind).or_default() += row.left();
                found.insert((kind, day), figures(&row.fate));
            }
        }
        assert_eq!(found, expected, "cohorts at {}", self.model.now);
        left.retain(|_, points| *points != 0);
        assert_eq!(left, self.model.owed(), "what is left of cohorts at {}", self.model.now);
        Ok(())
    }

    fn owed(&self) -> Result<(), Fault> {
        let today = Day(calendar::day(self.model.now.ms(), &self.model.rules.zone()) as i32);
        // of a past day, its end is asked for
        let days = [AsOf::Day(today)].into_iter().filter(|_| !self.is_past);
        for as_of in days.chain([AsOf::At(self.model.now)]) {
            let rows = outstanding(self.read, self.now, (self.program, as_of), (&Filter::default(), EACH))?;
            assert_eq!(owed(rows), self.model.owed(), "owed at {as_of:?}");
        }
        let query = Liability { program: self.program, by: By::Source, ..Liability::default() };
        let rows = liability(self.read, self.now, &query)?.into_iter().filter(|row| row.outstanding != 0);
        let rows: BTreeMap<(Bucket, PointTypeId), i128> =
            rows.map(|row| ((row.bucket, row.point_type), row.outstanding)).collect();
        let kind = |item: &Item| (Bucket::Source(item.source.unwrap_or_default()), item.point_type);
        assert_eq!(rows, self.model.owned(|item| Some(kind(item))), "liability at {}", self.model.now);
        Ok(())
    }

    fn expiries(&self) -> Result<(), Fault> {
        let rows = expiry_curve(self.read, self.now, (self.program, None), &Filter::default())?;
        let rows: BTreeMap<_, _> =
            rows.iter().map(|row| ((i64::from(row.day.0), row.point_type, row.source), row.points)).collect();
        let zone = self.model.rules.zone();
        let today = calendar::day(self.model.now.ms(), &zone);
        let expected = self.model.owned(|item| {
            let day = calendar::day(item.until?.ms() - 1, &zone);
            (day >= today).then_some((day, item.point_type, item.source.unwrap_or_default()))
        });
        assert_eq!(rows, expected, "expiries at {}", self.model.now);
        Ok(())
    }
}
