//! Dates as shops write them: a format, a time of day in another column, a zone that the cell or a column names.

use super::text::shown;
use super::zones;
use crate::domain::{Date, Timestamp, Zone};
use jiff::civil::DateTime;
use jiff::fmt::strtime::{self, BrokenDownTime};
use jiff::tz::TimeZone;
use std::cell::RefCell;

/// How a file's dates are written.
#[derive(Debug, Clone, Default)]
pub struct DateStyle {
    /// As in strftime. Default: `1997-01-31`, or an instant in RFC 3339.
    pub format: Option<String>,
    /// The zone of what names none. Default: the program's.
    pub zone: Option<Zone>,
}

/// Reads dates.
#[derive(Debug, Clone)]
pub(super) struct Dates {
    format: Option<String>,
    /// Whether a zone's name stands at the end of the format, as `%Z`, which is read here.
    has_zone_name: bool,
    /// That of what names none.
    zone: TimeZone,
    /// Whether somebody said that it is, so that an instant without a zone is in it.
    is_zone_told: bool,
    /// The last text that stood alone, and its instant: many lines name the same day.
    last: RefCell<(String, Option<Timestamp>)>,
}

impl Dates {
    /// Refuses a way of writing dates that cannot be read.
    pub(super) fn new(style: &DateStyle, program: &Zone) -> Result<Dates, String> {
        let zone = style.zone.as_ref().unwrap_or(program);
        let zone = TimeZone::get(zone.name()).map_err(|error| error.to_string())?;
        let (format, has_zone_name) = match style.format.as_deref() {
            None => (None, false),
            Some(format) => match format.strip_suffix("%Z") {
                Some(rest) => (Some(rest.trim_end().to_owned()), true),
                None => (Some(format.to_owned()), false),
            },
        };
        Ok(Dates { format, has_zone_name, zone, is_zone_told: style.zone.is_some(), last: RefCell::default() })
    }

    /// The instant of a date, with the time of day and the zone that stand in other columns. Where no time of day is
    /// named, it is the beginning of the day.
    pub(super) fn instant(&self, date: &str, time: Option<&str>, zone: Option<&str>) -> Result<Timestamp, String> {
        if time.is_some() || zone.is_some() {
            return self.read(date, time, zone);
        }
        let mut last = self.last.borrow_mut();
        if let (text, Some(instant)) = &*last
            && text == date
        {
            return Ok(*instant);
        }
        let instant = self.read(date, None, None)?;
        last.0.clear();
        last.0.push_str(date);
        last.1 = Some(instant);
        Ok(instant)
    }

    fn read(&self, date: &str, time: Option<&str>, zone: Option<&str>) -> Result<Timestamp, String> {
        let problem = || format!("{} is not in the years 1 to 9999", shown(date));
        let zone = match zone {
            None => None,
            Some(text) => Some(zones::zone(text).ok_or_else(|| unknown_zone(text))?),
        };
        let zone = zone.as_ref();
        let instant = match (&self.format, time) {
            (None, None) => return self.plain(date, zone),
            (None, Some(time)) => {
                let both = format!("{date}T{time}");
                let civil = both.parse::<DateTime>().map_err(|_| {
                    format!(
                        "{} and {} are not a date like 1997-01-31 and a time like 23:50:48",
                        shown(date),
                        shown(time)
                    )
                })?;
                self.placed(civil, zone).map_err(|_| problem())?
            }
            (Some(format), None) => self.formatted(format, date, zone)?,
            (Some(format), Some(time)) => self.formatted(format, &format!("{date} {time}"), zone)?,
        };
        Timestamp::from_ms(instant.as_millisecond()).ok_or_else(problem)
    }

    /// The last instant of a date's validity and the instant of a text: a day without a time of day, or an instant.
    pub(super) fn day_or_instant(&self, text: &str) -> Result<Result<Date, Timestamp>, String> {
        if let Ok(date) = text.parse::<Date>() {
            return Ok(Ok(date));
        }
        let Some(format) = &self.format else { return self.instant(text, None, None).map(Err) };
        let parts = strtime::parse(format, text).map_err(|error| unlike(format, text, &error))?;
        match (parts.hour(), parts.to_date()) {
            (None, Ok(date)) => date.to_string().parse().map(Ok).map_err(|error| format!("{error}")),
            _ => self.instant(text, None, None).map(Err),
        }
    }

    fn plain(&self, text: &str, zone: Option<&TimeZone>) -> Result<Timestamp, String> {
        if text.parse::<Date>().is_ok()
            && let Ok(date) = text.parse::<jiff::civil::Date>()
        {
            let placed = self.placed(date.at(0, 0, 0, 0), zone).ok();
            let instant = placed.and_then(|instant| Timestamp::from_ms(instant.as_millisecond()));
            return instant.ok_or_else(|| format!("{} is not in the years 1 to 9999", shown(text)));
        }
        let has_own_zone = text.parse::<Timestamp>();
        let instant = match (has_own_zone, zone.or(self.is_zone_told.then_some(&self.zone))) {
            (Ok(instant), _) => Ok(instant),
            (Err(_), Some(zone)) => {
                let civil = text.parse::<DateTime>().ok();
                let placed = civil.and_then(|civil| self.placed(civil, Some(zone)).ok());
                placed.and_then(|instant| Timestamp::from_ms(instant.as_millisecond())).ok_or(())
            }
            (Err(_), None) => Err(()),
        };
        instant.map_err(|()| {
            let hint = match text.parse::<DateTime>() {
                Ok(_) => {
                    "; it names no zone: --date-zone says which it is in, a --date-format that it is the program's"
                }
                Err(_) if is_day_number(text) => "; it is a spreadsheet's number of a day: save that column as dates",
                Err(_) if text.starts_with("###") => {
                    "; the column was too narrow for it: save the file with a wider one"
                }
                Err(_) => "; --date-format says how it is written",
            };
            format!("{} is neither a date like 1997-01-31 nor an instant{hint}", shown(text))
        })
    }

    fn formatted(&self, format: &str, text: &str, zone: Option<&TimeZone>) -> Result<jiff::Timestamp, String> {
        let (text, named) = if self.has_zone_name { self.split_zone(format, text)? } else { (text, None) };
        let bad = |error: jiff::Error| unlike(format, text, &error);
        let parts = strtime::parse(format, text).map_err(bad)?;
        match (parts.iana_time_zone(), parts.offset().is_some() || parts.timestamp().is_some()) {
            // an offset that is not that of the zone is an error
            (Some(_), true) => return parts.to_zoned().map(|zoned| zoned.timestamp()).map_err(bad),
            (None, true) => return parts.to_timestamp().map_err(bad),
            (Some(name), false) => {
                let zone = zones::zone(name).ok_or_else(|| unknown_zone(name))?;
                return self.placed(civil(&parts).map_err(bad)?, Some(&zone)).map_err(bad);
            }
            (None, false) => {}
        }
        self.placed(civil(&parts).map_err(bad)?, named.as_ref().or(zone)).map_err(bad)
    }

    /// A text and the zone that its last words name: as few words as make a text of the format.
    fn split_zone<'t>(&self, format: &str, text: &'t str) -> Result<(&'t str, Option<TimeZone>), String> {
        let mut tail = None;
        for (place, _) in text.char_indices().rev().filter(|(_, c)| c.is_whitespace()) {
            let (head, name) = text.split_at(place);
            tail = tail.or(Some(name.trim()));
            if let Some(zone) = zones::zone(name.trim())
                && strtime::parse(format, head.trim_end()).is_ok()
            {
                return Ok((head.trim_end(), Some(zone)));
            }
        }
        Err(unknown_zone(tail.unwrap_or(text)))
    }

    fn placed(&self, civil: DateTime, zone: Option<&TimeZone>) -> Result<jiff::Timestamp, jiff::Error> {
        zone.unwrap_or(&self.zone).to_ambiguous_timestamp(civil).compatible()
    }
}

fn civil(parts: &BrokenDownTime) -> Result<DateTime, jiff::Error> {
    parts.to_datetime().or_else(|_| parts.to_date().map(DateTime::from))
}

fn unlike(format: &str, text: &str, error: &jiff::Error) -> String {
    // the reason may repeat the whole cell
    let reason: String = error.to_string().chars().take(160).flat_map(char::escape_debug).collect();
    format!("{} is not written as {format:?}: {reason}", shown(text))
}

fn unknown_zone(text: &str) -> String {
    format!("{} is no zone that is known; write Europe/Vienna, or an offset like +01:00", shown(text))
}

/// Whether a text is the number of a day since 1900, as spreadsheets keep dates: one from 1990 to 2099.
fn is_day_number(text: &str) -> bool {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let is_digits = part.bytes().all(|byte| byte.is_ascii_digit());
    is_digits && whole.len() == 5 && whole.parse().is_ok_and(|day| (32_874_u32..73_051).contains(&day))
}

/// The letters of a format that stand for a part of a date.
fn directives(format: &str) -> impl Iterator<Item = char> {
    let mut rest = format.chars();
    std::iter::from_fn(move || {
        rest.by_ref().find(|c| *c == '%')?;
        // flags and widths stand between
        rest.by_ref().find(|c| !matches!(c, '-' | '_' | '^' | '#' | ':' | '.' | '0'..='9'))
    })
}

/// Whether dates can be read that are written in this way: an example is.
pub fn check_date_format(format: &str) -> Result<(), String> {
    let has = |letters: &str| directives(format).any(|letter| letters.contains(letter));
    if has("Il") && !has("pP") {
        return Err("an hour of %I is one of twelve: %p says of which half of the day, or %H reads all 24".to_owned());
    }
    let example = jiff::civil::date(2001, 2, 3).at(4, 5, 6, 0).in_tz("UTC").map_err(|error| error.to_string())?;
    let example = strtime::format(format, &example).map_err(|error| error.to_string())?;
    let style = DateStyle { format: Some(format.to_owned()), zone: None };
    Dates::new(&style, &Zone::UTC)?.instant(&example, None, None).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(format: &str, text: &str) -> Result<String, String> {
        let style = DateStyle { format: Some(format.to_owned()), zone: None };
        let zone = "Europe/Vienna".parse().unwrap();
        Dates::new(&style, &zone).unwrap().instant(text, None, None).map(|instant| instant.to_string())
    }

    #[test]
    fn a_zone_that_the_format_reads_is_used() {
        for (format, text) in [
            ("%Y-%m-%d %H:%M:%S %z", "2026-03-01 10:00:00 +0500"),
            ("%Y-%m-%d %H:%M:%S %:z", "2026-03-01 10:00:00 +05:00"),
            ("%Y-%m-%d %H:%M:%S %Q", "2026-03-01 10:00:00 Asia/Karachi"),
            ("%Y-%m-%d %H:%M:%S %Z", "2026-03-01 00:00:00 EST"),
            ("%Y-%m-%d %H:%M:%S %Z", "2026-02-28 21:00:00 Pacific Time (US & Canada)"),
            ("%Y-%m-%d %H:%M:%S %Z", "2026-03-01 05:00:00 UTC"),
            ("%s", "1772341200"),
            ("%Y-%m-%d %H:%M:%S", "2026-03-01 06:00:00"),
        ] {
            assert_eq!(instant(format, text).as_deref(), Ok("2026-03-01T05:00:00.000Z"), "{format}");
        }
        for text in ["2026-03-01 10:00:00 CST", "2026-03-01 10:00:00", "x UTC"] {
            assert!(instant("%Y-%m-%d %H:%M:%S %Z", text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_a_spreadsheet_left_of_a_date_is_named() {
        let told =
            |text: &str| Dates::new(&DateStyle::default(), &Zone::UTC).unwrap().instant(text, None, None).unwrap_err();
        for text in ["46082", "46082.5"] {
            assert!(told(text).contains("number of a day"), "{}", told(text));
        }
        assert!(told("########").contains("too narrow"));
        assert!(told("12345").contains("--date-format"));
    }

    #[test]
    fn ways_of_writing_dates_are_tried_before_they_are_used() {
        let good = ["%d.%m.%Y", "%Y-%m-%d %H:%M:%S", "%s", "%d/%m/%y", "%A, %d %B %Y %I:%M %p", "%FT%T%z", "%F %T %Z"];
        for format in good {
            assert_eq!(check_date_format(format), Ok(()), "{format}");
        }
        for format in ["%d.%m", "%K", "today", "", "%H:%M", "%Z", "%m/%d/%Y %I:%M", "%m/%d/%Y %-I:%M %%p"] {
            assert!(check_date_format(format).is_err(), "{format}");
        }
    }
}
