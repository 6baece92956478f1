//! What reports about points are asked for: as of when, which days, which points; and how they are drawn.

use super::super::call::{Answer, Call, Page};
use super::super::context::Context;
use super::super::params::{Kind, Param};
use super::super::problem::Problem;
use super::super::range;
use super::catalog;
use crate::chart::{Figure, Form, POINTS_MAX, Series};
use crate::domain::{Date, Day, Fault, PointTypeId, Program, ProgramId, SourceId, SubtypeId, Timestamp, Zone};
use crate::engine::Error;
use crate::report::{self, AsOf, CohortRow, Filter, Grouping};
use crate::storage::Read;
use serde_json::Value;

pub(super) const SOURCE: Param =
    Param::new("source", Kind::Numbers(u32::MAX as u64), "Only points of these sources; 0: those without one.");
pub(super) const POINT_TYPE: Param =
    Param::new("point_type", Kind::Numbers(u16::MAX as u64), "Only points of these types.");
pub(super) const SUBTYPE: Param =
    Param::new("subtype", Kind::Numbers(u16::MAX as u64), "Only points of these subtypes.");
pub(super) const BY_SUBTYPE: Param =
    Param::new("by_subtype", Kind::Word(&["true", "false"]), "Whether each subtype has a row. Default: false.");
pub(super) const AS_OF: Param = Param::new(
    "as_of",
    Kind::When,
    "As it was at this instant, or at the end of this day in the program's zone. Default: now.",
);

/// What a report about points is asked for.
pub(super) struct Asked {
    pub(super) program: ProgramId,
    pub(super) of: Program,
    /// As of when, and no later than now.
    pub(super) now: Timestamp,
    pub(super) as_of: AsOf,
    pub(super) from: Option<Day>,
    pub(super) to: Option<Day>,
    pub(super) filter: Filter,
    pub(super) grouping: Grouping,
}

impl Asked {
    pub(super) fn new(context: &Context, call: &Call) -> Result<Asked, Problem> {
        let of = catalog::program(context, call)?;
        let present = context.engine.now();
        let (as_of, now) = match call.query.get("as_of") {
            None => (AsOf::At(present), present),
            Some(text) => {
                let out_of_range = || Problem::parameter("as_of", "out of range");
                let (as_of, at) = match text.parse::<Date>() {
                    Ok(date) => {
                        // points that can be used until midnight have expired by then
                        let end = date.end(&of.settings.zone).ok_or_else(out_of_range)?;
                        let day = date.start(&Zone::UTC).ok_or_else(out_of_range)?.day();
                        (AsOf::Day(day), end)
                    }
                    Err(_) => {
                        let at: Timestamp = text.parse().map_err(|_| out_of_range())?;
                        (AsOf::At(at), at)
                    }
                };
                (as_of, at.min(present))
            }
        };
        let (from, to) = range::days(call, present, &of.settings.zone)?;
        let filter = Filter {
            sources: call.listed("source")?.into_iter().map(SourceId).collect(),
            point_types: call.listed("point_type")?.into_iter().map(PointTypeId).collect(),
            subtypes: call.listed("subtype")?.into_iter().map(SubtypeId).collect(),
        };
        let by_subtype = call.query.get("by_subtype").is_some_and(|word| word == "true");
        let grouping = if by_subtype { Grouping::Subtype } else { Grouping::SourceAndType };
        Ok(Asked { program: call.program()?, of, now, as_of, from, to, filter, grouping })
    }

    pub(super) fn figure(&self, title: &str, description: String, axis: &str, form: Form) -> Figure {
        Figure {
            title: title.to_owned(),
            description,
            dated: format!("as of {}, days of {}", self.now, self.of.settings.zone.name()),
            unit: "points".to_owned(),
            axis: axis.to_owned(),
            form,
            labels: Vec::new(),
            series: Vec::new(),
        }
    }

    pub(super) fn cohorts(&self, read: &dyn Read) -> Result<Vec<CohortRow>, Fault> {
        report::cohort(read, self.now, (self.program, self.from, self.to), (&self.filter, self.grouping))
    }
}

/// Looks at a snapshot.
pub(super) fn look<R>(context: &Context, at: impl FnOnce(&dyn Read) -> Result<R, Fault>) -> Result<R, Problem> {
    Ok(context.engine.with_snapshot(at)?.map_err(Error::from)?)
}

pub(super) fn page(columns: &'static [&'static str], rows: Vec<Value>, figure: Figure) -> Answer {
    Answer::Page(Box::new(Page { columns, rows, figure: Some(figure), ..Page::default() }))
}

/// The same figure with bars: a label and its values each, as many as can be drawn.
pub(super) fn drawn(figure: Figure, names: &[&str], bars: &[(String, Vec<i128>)]) -> Figure {
    let shown = bars.get(..POINTS_MAX).unwrap_or(bars);
    let series = names.iter().enumerate().map(|(at, name)| Series {
        name: (*name).to_owned(),
        values: shown.iter().filter_map(|(_, values)| values.get(at)).copied().collect(),
    });
    Figure { series: series.collect(), labels: shown.iter().map(|(label, _)| label.clone()).collect(), ..figure }
}

/// A source and a point type, on an axis.
pub(super) fn label(of: report::Series) -> String {
    let source = if of.source == SourceId(0) { "none".to_owned() } else { of.source.to_string() };
    format!("{source} / {}", of.point_type)
}
