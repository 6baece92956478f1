//! The model's calendar: civil dates by arithmetic, and the rules of a few zones written down by hand. It knows their
//! local mean time of old, and today's rules from 2008 on; between, only what has one offset is asked of it.

use accruedb::domain::*;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let before = year - 1;
    let leaps = before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400);
    let months: i64 = (1..month).map(|month| month_days(year, month)).sum();
    before * 365 + leaps + months + day - 1 - 719_162
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn month_days(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Year, month and day of a day.
fn civil(day: i64) -> (i64, i64, i64) {
    // not after the true one
    let mut year = 1970 + day.div_euclid(if day < 0 { 365 } else { 366 });
    while days(year + 1, 1, 1) <= day {
        year += 1;
    }
    let mut month = 1;
    while month < 12 && days(year, month + 1, 1) <= day {
        month += 1;
    }
    (year, month, day - days(year, month, 1) + 1)
}

/// The first Sunday from a date on, as a day.
fn sunday(year: i64, month: i64, day: i64) -> i64 {
    let from = days(year, month, day);
    // 1970-01-01 was a Thursday
    from + (3 - from).rem_euclid(7)
}

/// How far a zone's clocks are ahead of UTC at an instant.
fn offset(zone: &str, at: i64) -> i64 {
    let (year, ..) = civil(at.div_euclid(DAY));
    let minutes = |minutes: i64| minutes * 60_000;
    let old = year < 1883;
    match zone {
        "UTC" => 0,
        "Europe/Vienna" if old => 3_921_000,
        "America/New_York" if old => -17_762_000,
        "Australia/Lord_Howe" if old => 38_180_000,
        "Asia/Kathmandu" if old => 20_476_000,
        "Asia/Kathmandu" => minutes(345),
        "Europe/Vienna" => {
            let summer = sunday(year, 3, 25) * DAY + HOUR..sunday(year, 10, 25) * DAY + HOUR;
            if summer.contains(&at) { 2 * HOUR } else { HOUR }
        }
        "America/New_York" => {
            let summer = sunday(year, 3, 8) * DAY + 7 * HOUR..sunday(year, 11, 1) * DAY + 6 * HOUR;
            if summer.contains(&at) { -4 * HOUR } else { -5 * HOUR }
        }
        "Australia/Lord_Howe" => {
            let winter = sunday(year, 4, 1) * DAY - minutes(540)..sunday(year, 10, 1) * DAY - minutes(510);
            if winter.contains(&at) { minutes(630) } else { minutes(660) }
        }
        other => panic!("the model does not know the zone {other}"),
    }
}

/// The zones that it knows.
pub(crate) const ZONES: [&str; 5] =
    ["UTC", "Europe/Vienna", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"];

/// The instant at which a zone's clocks show a local time: the first where they show it twice, and as much later as
/// the clocks jump where they never show it.
fn instant(zone: &str, local: i64) -> Option<Timestamp> {
    let (before, after) = (offset(zone, local - DAY), offset(zone, local + DAY));
    let (early, late) = (local - before, local - after);
    let at = if offset(zone, early) != before && offset(zone, late) == after { late } else { early };
    Timestamp::from_ms(at)
}

/// `span` after an instant; none past the year 9999.
pub(crate) fn after(span: Span, from: Timestamp, zone: &Zone) -> Option<Timestamp> {
    let zone = zone.name();
    let local = from.ms() + offset(zone, from.ms());
    let (day, time) = (local.div_euclid(DAY), local.rem_euclid(DAY));
    let count = i64::from(span.count);
    let day = match span.unit {
        Unit::Days => day + count,
        Unit::Weeks => day + 7 * count,
        Unit::Months | Unit::Years => {
            let (year, month, of_month) = civil(day);
            let months = year * 12 + month - 1 + if span.unit == Unit::Years { 12 * count } else { count };
            let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
            if year > 9999 {
                return None;
            }
            days(year, month, of_month.min(month_days(year, month)))
        }
    };
    instant(zone, day * DAY + time)
}

/// The instant of a bill's cut-off; none past the year 9999.
pub(crate) fn cut_off(until: BillUntil, zone: &Zone) -> Option<Timestamp> {
    let end_of = |day: i64| start_of(day + 1, zone);
    match until {
        BillUntil::At(instant) => Some(instant),
        BillUntil::Day(date) => end_of(day_number(date)),
        // 1970-01-05 was a Monday
        BillUntil::Week(date) => end_of(day_number(date) + 6 - (day_number(date) - 4).rem_euclid(7)),
        BillUntil::Month(date) => {
            let (year, month, _) = civil(day_number(date));
            end_of(days(year, month, month_days(year, month)))
        }
    }
}

/// The day, in a zone, of an instant, which may be one before the year 1: days since 1970-01-01.
pub(crate) fn day(ms: i64, zone: &Zone) -> i64 {
    (ms + offset(zone.name(), ms)).div_euclid(DAY)
}

/// The first day of the calendar day, week, month or year of an instant.
pub(crate) fn period(at: Timestamp, unit: Unit, zone: &Zone) -> i64 {
    let day = day(at.ms(), zone);
    let (year, month, _) = civil(day);
    match unit {
        Unit::Days => day,
        // 1970-01-05 was a Monday
        Unit::Weeks => day - (day - 4).rem_euclid(7),
        Unit::Months => days(year, month, 1),
        Unit::Years => days(year, 1, 1),
    }
}

/// When points expire: `None` past the year 9999, `Some(None)` is never.
pub(crate) fn expiry(expiry: Expiry, at: Timestamp, zone: &Zone) -> Option<Option<Timestamp>> {
    match expiry {
        Expiry::Never => Some(None),
        Expiry::At(instant) => Some(Some(instant)),
        Expiry::After(span) => after(span, at, zone).map(Some),
        Expiry::On(date) => start_of(day_number(date) + 1, zone).map(Some),
        Expiry::EndOf { span, period } => {
            let old = span.map_or(Some(at), |span| after(span, at, zone))?;
            let (year, month, _) = civil(day_of(old, zone));
            let length = match period {
                Period::Month => 1,
                Period::Quarter => 3,
                Period::Year => 12,
            };
            let next = (month - 1) / length * length + length + 1;
            let (year, month) = if next > 12 { (year + 1, next - 12) } else { (year, next) };
            start_of(days(year, month, 1), zone).map(Some)
        }
        Expiry::Rolling { age, evaluated, since } => {
            let old = after(age, at, zone)?;
            evaluation(evaluated, old, since.unwrap_or(at), zone).map(Some)
        }
    }
}

/// A date as a number of days since 1970.
pub(super) fn day_number(date: Date) -> i64 {
    let text = date.to_string();
    let mut parts = text.split('-').map(|part| part.parse().unwrap());
    let mut part = || parts.next().unwrap();
    days(part(), part(), part())
}

/// The day that a zone's calendars show at an instant.
pub(super) fn day_of(at: Timestamp, zone: &Zone) -> i64 {
    (at.ms() + offset(zone.name(), at.ms())).div_euclid(DAY)
}

/// The month that a zone's clocks show: years times 12, and the month from 0.
pub(super) fn month(at: Timestamp, zone: &Zone) -> i64 {
    let (year, month, _) = civil(day_of(at, zone));
    year * 12 + month - 1
}

/// The beginning of a day.
pub(super) fn start_of(day: i64, zone: &Zone) -> Option<Timestamp> {
    instant(zone.name(), day * DAY)
}

/// The day so many years after another one: in the same month, the month's last day at most.
pub(super) fn years_after(day: i64, years: i64) -> i64 {
    let (year, month, of_month) = civil(day);
    days(year + years, month, of_month.min(month_days(year + years, month)))
}

pub(super) fn year_of(day: i64) -> i64 {
    civil(day).0
}

/// The first day of a year.
pub(super) fn first_of(year: i64) -> i64 {
    days(year, 1, 1)
}

/// The first evaluation after an instant: at the beginning of a day of the right kind, counted from the first such day
/// that begins after the policy was set.
pub(super) fn evaluation(evaluated: Evaluation, at: Timestamp, since: Timestamp, zone: &Zone) -> Option<Timestamp> {
    let (after, first) = (day_of(at, zone), day_of(since, zone));
    let day = match evaluated {
        Evaluation::Daily(every) => every_day(first + 1, i64::from(every), after),
        Evaluation::Weekly { every, weekday } => {
            // 1970-01-01 was a Thursday, which has the number 3
            let is_day = |day: &i64| (day + 3).rem_euclid(7) == weekday as i64;
            every_day((first + 1..).find(is_day)?, 7 * i64::from(every), after)
        }
        Evaluation::Monthly { every, day } => every_month(first, 1, day, None, (i64::from(every), after))?,
        Evaluation::Yearly { every, month, day } => {
            every_month(first, 12, day, Some(i64::from(month)), (12 * i64::from(every), after))?
        }
    };
    start_of(day, zone)
}

/// The first of `start`, `start + step`, ... that is after a day.
fn every_day(start: i64, step: i64, after: i64) -> i64 {
    if after < start { start } else { start + ((after - start) / step + 1) * step }
}

/// Months are walked one `cycle` after the other until one has the day after `since`, from there in steps.
fn every_month(since: i64, cycle: i64, day: u8, month: Option<i64>, (step, after): (i64, i64)) -> Option<i64> {
    let (year, of_year, _) = civil(since);
    let mut at = year * 12 + month.unwrap_or(of_year) - 1;
    let day_in = |at: i64| {
        let (year, month) = (at.div_euclid(12), at.rem_euclid(12) + 1);
        (year <= 9999).then(|| days(year, month, i64::from(day).min(month_days(year, month))))
    };
    while day_in(at)? <= since {
        at += cycle;
    }
    while day_in(at)? <= after {
        at += step;
    }
    day_in(at)
}
