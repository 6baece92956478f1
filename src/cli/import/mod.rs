//! `accruedb import`: purchases in a CSV file become accruals.

mod args;
mod set_up;
mod summary;

use super::database::{self, Clock};
use super::input::{Input, unreadable};
use super::output::{Exit, Failure, Output};
use super::posting::{Earners, Earning, IN_FLIGHT_MAX, Latency, post};
use super::purchases::{self, BadLine, Purchase};
use crate::domain::{Award, Command, Points};
use crate::engine::Engine;
pub(super) use args::Args;
use set_up::Known;
use std::io::Read;
use summary::Summary;

/// Lines after which members redeem, on the system's clock.
const LINES_TOGETHER: u64 = IN_FLIGHT_MAX as u64;

/// An import under way.
struct Import<'a> {
    args: &'a Args,
    latency: Latency,
    summary: Summary,
}

pub(super) fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    args.check()?;
    let Input { mut bytes, name, .. } = Input::open(&args.file, args.name.as_deref())?;
    if name.is_empty() {
        return Err(Failure::Usage("a pipe has no name to derive request ids from: give --name".to_owned()));
    }
    let mut file = Vec::new();
    bytes.read_to_end(&mut file).map_err(|error| unreadable(&args.file, error))?;
    let layout = args.layout();
    purchases::check_head(&file, &name, &layout).map_err(Failure::Usage)?;
    let engine = existing(args, output)?;
    let known = engine.as_ref().map_or(Ok(Known::default()), |engine| Known::of(args, engine))?;
    known.check(args)?;
    let mut found = purchases::read(&file, &name, &layout, &known.zone(args)).map_err(Failure::Usage)?;
    if args.clock() == Clock::Commands {
        args.drop_future(&mut found);
        found.good.sort_by_key(|purchase| (purchase.at, purchase.line));
    }
    let mut import = Import { args, latency: Latency::new()?, summary: Summary::new(found.bad) };
    let imported = match found.good.first() {
        None => engine.map_or(Ok(()), |engine| engine.close().map_err(Failure::from)),
        Some(first) => {
            let engine = engine.map_or_else(|| args.database.open(args.clock(), output), Ok)?;
            let created = known.create(args, &engine, &name, first);
            created
                .and_then(|()| import.post(&engine, &found.good, output))
                .and_then(|()| engine.close().map_err(Failure::from))
        }
    };
    import.summary.remark(&name, output);
    imported?;
    import.summary.tell(&name, &import.latency, output)?;
    Ok(Exit::all(import.summary.is_clean()))
}

/// The database, if there is one already. A new one is made only when there is something to put into it.
fn existing(args: &Args, output: &Output) -> Result<Option<Engine>, Failure> {
    match database::exists(&args.database.db)? {
        true => args.database.open(args.clock(), output).map(Some),
        false if args.create => Ok(None),
        false => {
            let db = args.database.db.display();
            Err(Failure::Usage(format!("there is no database in {db}; --create makes one")))
        }
    }
}

impl Import<'_> {
    /// Accrues some purchases at a time. Where members redeem, it is after each day on the commands' clock, and after
    /// so many lines on the system's: a bad line that was mended moves no other one into another part, where the
    /// redemptions would have other ids.
    fn post(&mut self, engine: &Engine, purchases: &[Purchase], output: &Output) -> Result<(), Failure> {
        let (earning, rule) = (self.args.earning(), self.args.redeem_rule());
        let clock = self.args.clock();
        let together = |a: &Purchase, b: &Purchase| match clock {
            _ if rule.is_none() => true,
            Clock::Commands => a.at.day() == b.at.day(),
            Clock::System => a.line / LINES_TOGETHER == b.line / LINES_TOGETHER,
        };
        let bar = output.bar("importing", Some(purchases.len() as u64));
        for part in purchases.chunk_by(together) {
            let mut earners = Earners::default();
            for window in part.chunks(IN_FLIGHT_MAX) {
                let (lines, commands) = self.accruals(&earning, window);
                let answers = post(engine, &commands, &mut self.latency)?;
                lines.iter().zip(&answers).for_each(|(line, answer)| self.summary.count(*line, answer));
                if let Some(rule) = &rule {
                    rule.earned(&mut earners, &commands, &answers);
                }
                bar.inc(window.len() as u64);
            }
            if let Some(rule) = &rule {
                let redeemed = rule.redeem(engine, earners, &mut Latency::new()?)?;
                redeemed.iter().for_each(|(member, answer)| self.summary.count_redemption(*member, answer));
            }
        }
        bar.finish_and_clear();
        Ok(())
    }

    /// The accruals of some purchases, with their lines. Those that give no point are only counted.
    fn accruals(&mut self, earning: &Earning, window: &[Purchase]) -> (Vec<u64>, Vec<Command>) {
        let summary = &mut self.summary;
        let mut commands = Vec::new();
        for purchase in window {
            match earning.points(purchase.amount) {
                Some(Points(0)) => summary.without_points = summary.without_points.saturating_add(1),
                Some(points) => {
                    let award = Award { source: purchase.source, ..Award::new(earning.point_type, points) };
                    let accrual = earning.accrual(purchase.customer, award, purchase.request, purchase.at);
                    commands.push((purchase.line, accrual.reference(format!("line {}", purchase.line))));
                }
                None => summary.bad.push(BadLine {
                    line: purchase.line,
                    column: Some(self.args.amount_column.to_string()),
                    problem: format!("{} gives more points than there can be", purchase.amount_text),
                }),
            }
        }
        summary.purchases = summary.purchases.saturating_add(window.len() as u64);
        commands.into_iter().unzip()
    }
}
