//! Ranges of days that reports are about: from a day to a day, or by a name.

use super::call::Call;
use super::params::{Kind, Param};
use super::problem::Problem;
use crate::domain::{Date, Day, Timestamp, Zone};
use crate::report::Preset;
use std::ops::Range;

/// The first day.
pub(crate) const FROM: Param = Param::new("from", Kind::Date, "The first day, in the program's zone.");
/// The last day.
pub(crate) const TO: Param = Param::new("to", Kind::Date, "The last day, in the program's zone.");
/// A range by its name.
pub(crate) const RANGE: Param = Param::new(
    "range",
    Kind::Word(&["last-7-days", "last-30-days", "last-month", "this-month"]),
    "Days by a name, in place of `from` and `to`.",
);

/// The first and the last day that a call names.
pub(crate) fn days(call: &Call, now: Timestamp, zone: &Zone) -> Result<(Option<Day>, Option<Day>), Problem> {
    if let Some(name) = call.query.get("range") {
        let preset: Preset = name.parse().map_err(|what| Problem::parameter("range", what))?;
        if call.query.contains_key("from") || call.query.contains_key("to") {
            return Err(Problem::parameter("range", "stands in place of `from` and `to`"));
        }
        let range = preset.range(now, zone);
        return Ok((Some(range.start.day_in(zone)), Some(range.end.last_day_before(zone))));
    }
    let day = |name| -> Result<Option<Day>, Problem> {
        let Some(date) = call.query::<Date>(name)? else { return Ok(None) };
        let start = date.start(&Zone::UTC).ok_or_else(|| Problem::parameter(name, "out of range"))?;
        Ok(Some(start.day()))
    };
    let (from, to) = (day("from")?, day("to")?);
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        return Err(Problem::parameter("from", "after `to`"));
    }
    Ok((from, to))
}

/// The instants of these days.
pub(crate) fn instants(call: &Call, now: Timestamp, zone: &Zone) -> Result<Range<Timestamp>, Problem> {
    let (from, to) = days(call, now, zone)?;
    let from = from.map(|day| day.date().start(zone).ok_or_else(|| Problem::parameter("from", "out of range")));
    let to = to.map(|day| day.date().end(zone).ok_or_else(|| Problem::parameter("to", "out of range")));
    Ok(from.transpose()?.unwrap_or(Timestamp::MIN)..to.transpose()?.unwrap_or(Timestamp::MAX))
}
