//! The audit log against the model: line by line it adds up to what sources and members have, and what became of each
//! earning is what the model says.

use super::run::Run;
use super::world::{PROGRAMS, SOURCES};
use accruedb::domain::*;
use accruedb::engine::{Engine, Error};
use accruedb::report::*;
use std::collections::BTreeMap;

/// The log of an engine, page by page: by its index, or through the whole journal.
struct Log<'a> {
    engine: &'a Engine,
    scans: bool,
}

impl AuditReader for Log<'_> {
    type Error = Error;

    fn first_at(&self, instant: Timestamp) -> Result<Sequence, Error> {
        self.engine.first_entry_at(instant)
    }

    fn entries(&self, program: ProgramId, among: &Among, up_to: Sequence) -> Result<Vec<Entry>, Error> {
        match (among, self.scans) {
            // few at a time, so that pages go on
            (Among::Marked(marks), false) => {
                let marks: Vec<_> = marks.iter().map(|mark| *mark..=*mark).collect();
                self.engine.entries(&self.engine.marked(program, &marks, (up_to, 3))?)
            }
            (Among::Happened { recorded, days }, false) => {
                let marks = Mark::Happened(*days.start())..=Mark::Happened(*days.end());
                let mut found = self.engine.marked(program, &[marks], (up_to, 3))?;
                let newest = up_to.min(*recorded.end()).min(self.engine.last_sequence());
                found.extend((recorded.start().0..=newest.0).rev().take(3).map(Sequence));
                found.sort_unstable_by(|one, other| other.cmp(one));
                found.dedup();
                found.truncate(3);
                self.engine.entries(&found)
            }
            _ => self.engine.journal_back(up_to),
        }
    }

    fn item(&self, program: ProgramId, granted: &Granted, recorded_at: Timestamp) -> Result<Option<Item>, Error> {
        self.engine.item(program, granted, recorded_at)
    }
}

fn lines(engine: &Engine, query: &AuditQuery, scans: bool) -> Result<Vec<AuditLine>, Error> {
    let log = Log { engine, scans };
    let mut query = AuditQuery { limit: 7, ..query.clone() };
    let mut lines = Vec::new();
    loop {
        let page = audit(&log, &query)?;
        lines.extend(page.lines);
        match page.next {
            Some(next) => query.before = Some(next),
            None => return Ok(lines),
        }
    }
}

/// Spent, expired, cancelled, moved, left.
type Fates = [i128; 5];

fn fates_of(fate: &Fate) -> Fates {
    let Fate { amount_spent, amount_expired, amount_cancelled, amount_moved, left } = fate;
    [amount_spent, amount_expired, amount_cancelled, amount_moved, left].map(|points| i128::from(points.0))
}

fn plus(sums: &mut Fates, more: Fates) {
    sums.iter_mut().zip(more).for_each(|(sum, part)| *sum += part);
}

impl Run {
    /// The log of each source: what it gave and took adds up to what is left of it, and each earning to its fate.
    pub(super) fn compare_audit_log(&mut self) {
        // what is due is in the log when it is booked
        self.ask(|engine| engine.book_due().map(drop));
        for program in PROGRAMS {
            let mut expected: BTreeMap<SourceId, (i128, Fates)> = BTreeMap::new();
            for item in self.books[&program].model.members.values().flat_map(|member| member.items.values()) {
                let sum = |states: &[PointState]| states.iter().map(|state| i128::from(item.sum(*state))).sum();
                use PointState::*;
                let fates = [
                    sum(&[Redeemed, Repaid, MadeUp, Fee]),
                    sum(&[Expired]),
                    sum(&[Cancelled, Adjusted]),
                    sum(&[Transferred, RolledOver]),
                    sum(&[Matured, Future, Held]),
                ];
                let of = expected.entry(item.source.unwrap_or_default()).or_default();
                of.0 += fates[4];
                plus(&mut of.1, fates);
                assert_eq!(fates.iter().sum::<i128>(), i128::from(item.granted), "the model lost points");
            }
            for source in (0..=*SOURCES.end()).map(SourceId) {
                let query = AuditQuery { sources: vec![source], ..AuditQuery::of(program) };
                let found = self.ask(|engine| lines(engine, &query, false));
                assert_eq!(found, self.ask(|engine| lines(engine, &query, true)), "the index of source {source}");
                assert!(found.is_sorted_by(|a, b| a.id > b.id), "the order of lines");
                let mut sums: (i128, Fates) = Default::default();
                for line in found.iter().filter(|line| line.item.is_some()) {
                    sums.0 += i128::from(line.modification);
                    if let Some(fate) = &line.fate {
                        plus(&mut sums.1, fates_of(fate));
                        let whole = fates_of(fate).iter().sum::<i128>();
                        assert_eq!(whole, line.modification.into(), "what became of {line:?}");
                    }
                }
                let expected = expected.get(&source).copied().unwrap_or_default();
                assert_eq!(sums, expected, "the log of source {source} of program {program}");
            }
        }
        self.compare_indexes();
        self.tally.count("audit logs");
    }

    /// A page by each filter alone has the lines that a look through the whole journal finds.
    fn compare_indexes(&mut self) {
        let all = AuditQuery::of(PROGRAMS[0]);
        let mut queries: Vec<AuditQuery> =
            AuditKind::ALL.iter().map(|kind| AuditQuery { kinds: vec![*kind], ..all.clone() }).collect();
        let types = (1..=6).map(PointTypeId);
        queries.extend(types.map(|point_type| AuditQuery { point_types: vec![point_type], ..all.clone() }));
        queries.extend([0, 7].map(|id| AuditQuery { subtypes: vec![SubtypeId(id)], ..all.clone() }));
        queries.push(AuditQuery { sources: [1, 2, 3].map(SourceId).to_vec(), ..all.clone() });
        let kinds = vec![AuditKind::Expiration, AuditKind::Redemption];
        queries.push(AuditQuery { kinds, point_types: vec![PointTypeId(1)], ..all.clone() });
        let hour = |hours| Some(self.now().saturating_add_hours(hours));
        let ranges = [
            (hour(-72), hour(-24)),
            (hour(-24 * 90), hour(-24 * 30)),
            (None, hour(-48)),
            (hour(-1), None),
            (hour(-24), hour(-72)),
        ];
        for (from, to) in ranges {
            queries.extend([AuditClock::Occurred, AuditClock::Recorded].map(|clock| AuditQuery {
                clock,
                from,
                to,
                ..all.clone()
            }));
        }
        for part in ["EDEEM", "ref", "7"] {
            queries.push(AuditQuery { text: Some(part.into()), entries_max: 5, ..all.clone() });
        }
        for query in queries {
            let [found, expected] = [false, true].map(|scans| self.ask(|engine| lines(engine, &query, scans)));
            assert_eq!(found, expected, "{query:?}");
            let is_late = |line: &AuditLine| line.occurred_at.day() != line.recorded_at.day();
            if query.clock == AuditClock::Occurred && found.iter().any(is_late) {
                self.tally.count("late lines of a range");
            }
        }
    }
}
