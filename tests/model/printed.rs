//! Reports that are printed as a history goes, and asked for again at its end as of the instants at which they were
//! printed: word for word the same.

use super::run::Run;
use super::world::{MEMBERS, PROGRAMS, SOURCES};
use accruedb::domain::*;
use accruedb::engine::{Engine, Error};
use accruedb::report::*;
use accruedb::storage::Read;
use std::fmt::{Debug, Write};

/// Instants of a history at which reports are printed, at most.
const PRINTED_MAX: usize = 6;

/// A report's rows, one a line.
fn print<R: Debug>(page: &mut String, title: &str, rows: impl IntoIterator<Item = R>) {
    writeln!(page, "{title}").expect("it is a string");
    rows.into_iter().for_each(|row| writeln!(page, "    {row:?}").expect("it is a string"));
}

/// All reports of a program.
fn reports(read: &dyn Read, program: ProgramId, now: Timestamp, page: &mut String) -> Result<(), Fault> {
    let all = Filter::default();
    for grouping in [Grouping::SourceAndType, Grouping::Subtype] {
        let rows = outstanding(read, now, (program, AsOf::At(now)), (&all, grouping))?;
        print(page, &format!("outstanding {grouping:?}"), rows);
        print(page, &format!("cohorts {grouping:?}"), cohort(read, now, (program, None, None), (&all, grouping))?);
    }
    let lately = Day(now.day().0.saturating_sub(20));
    for by in [By::Day, By::Month, By::Source] {
        for from in [None, Some(lately)] {
            let query = Liability { program, by, from, ..Liability::default() };
            print(page, &format!("liability {by:?} from {from:?}"), liability(read, now, &query)?);
        }
    }
    print(page, "cohorts lately", cohort(read, now, (program, Some(lately), None), (&all, Grouping::SourceAndType))?);
    print(page, "what expires", expiry_curve(read, now, (program, None), &all)?);
    print(page, "sources", source_report(read, now, (program, None, None), &all)?);
    for source in (0..=*SOURCES.end()).map(SourceId) {
        let filter = Filter { sources: vec![source], ..Filter::default() };
        let range = (program, Some(lately), None);
        print(page, &format!("source {source}"), source_report(read, now, range, &filter)?);
    }
    Ok(())
}

/// All reports, and what members have: as of an instant, which may be the present one.
fn page(engine: &Engine, at: Timestamp) -> Result<String, Error> {
    let mut page = String::new();
    engine.with_snapshot(|read| PROGRAMS.iter().try_for_each(|program| reports(read, *program, at, &mut page)))??;
    for (program, member) in PROGRAMS.into_iter().flat_map(|program| MEMBERS.map(move |id| (program, MemberId(id)))) {
        let key = MemberKey { program, member };
        let is_now = engine.now() == at;
        let balances = if is_now { engine.balances(key)? } else { engine.balances_as_of(key, at)? };
        // a member who was merged has no accounts any more, or empty ones
        let balances = balances.into_iter().flatten();
        let balances = balances.filter(|balance| *balance != Balance::zero(member, balance.point_type));
        print(&mut page, &format!("member {member} of program {program}"), balances);
    }
    Ok(page)
}

impl Run {
    /// Prints everything at an instant that is over when time moves on.
    pub(super) fn print(&mut self) {
        let at = self.now();
        if !self.looks_back || self.printed.len() >= PRINTED_MAX || at == Timestamp::MIN {
            return;
        }
        let page = self.ask(|engine| page(engine, at));
        self.printed.push((at, page));
    }

    /// Asks for everything again.
    pub(super) fn compare_printed(&mut self) {
        for (at, printed) in std::mem::take(&mut self.printed) {
            let again = self.ask(|engine| page(engine, at));
            let differs = printed.lines().zip(again.lines()).find(|(printed, again)| printed != again);
            assert!(differs.is_none() && printed == again, "as of {at}: printed, and now: {differs:#?}");
            self.tally.count("printed again");
        }
    }
}
