//! Names of time zones as exports write them: of the IANA database, offsets, abbreviations that mean one zone only,
//! and the names that Rails programs (Square, Shopify) show.

use jiff::tz::{Offset, TimeZone};

/// Names that Rails programs show, of zones whose name is not that of a city there.
const NAMES: &[(&str, &str)] = &[
    ("International Date Line West", "Etc/GMT+12"),
    ("Midway Island", "Pacific/Midway"),
    ("American Samoa", "Pacific/Pago_Pago"),
    ("Hawaii", "Pacific/Honolulu"),
    ("Alaska", "America/Juneau"),
    ("Pacific Time (US & Canada)", "America/Los_Angeles"),
    ("Tijuana", "America/Tijuana"),
    ("Mountain Time (US & Canada)", "America/Denver"),
    ("Arizona", "America/Phoenix"),
    ("Chihuahua", "America/Chihuahua"),
    ("Mazatlan", "America/Mazatlan"),
    ("Central Time (US & Canada)", "America/Chicago"),
    ("Saskatchewan", "America/Regina"),
    ("Guadalajara", "America/Mexico_City"),
    ("Mexico City", "America/Mexico_City"),
    ("Monterrey", "America/Monterrey"),
    ("Central America", "America/Guatemala"),
    ("Eastern Time (US & Canada)", "America/New_York"),
    ("Indiana (East)", "America/Indiana/Indianapolis"),
    ("Atlantic Time (Canada)", "America/Halifax"),
    ("Newfoundland", "America/St_Johns"),
    ("Brasilia", "America/Sao_Paulo"),
    ("Greenland", "America/Godthab"),
    ("Mid-Atlantic", "Atlantic/South_Georgia"),
    ("Cape Verde Is.", "Atlantic/Cape_Verde"),
    ("Edinburgh", "Europe/London"),
    ("West Central Africa", "Africa/Algiers"),
    ("Bern", "Europe/Zurich"),
    ("Kyiv", "Europe/Kyiv"),
    ("St. Petersburg", "Europe/Moscow"),
    ("Pretoria", "Africa/Johannesburg"),
    ("Abu Dhabi", "Asia/Muscat"),
    ("New Delhi", "Asia/Kolkata"),
    ("Mumbai", "Asia/Kolkata"),
    ("Chennai", "Asia/Kolkata"),
    ("Sri Jayawardenepura", "Asia/Colombo"),
    ("Astana", "Asia/Almaty"),
    ("Hanoi", "Asia/Bangkok"),
    ("Beijing", "Asia/Shanghai"),
    ("Osaka", "Asia/Tokyo"),
    ("Sapporo", "Asia/Tokyo"),
    ("Canberra", "Australia/Canberra"),
    ("Solomon Is.", "Pacific/Guadalcanal"),
    ("New Caledonia", "Pacific/Noumea"),
    ("Marshall Is.", "Pacific/Majuro"),
    ("Wellington", "Pacific/Auckland"),
    ("Nuku'alofa", "Pacific/Tongatapu"),
    ("Tokelau Is.", "Pacific/Fakaofo"),
    ("Chatham Is.", "Pacific/Chatham"),
    ("Samoa", "Pacific/Apia"),
    ("Pacific Time", "America/Los_Angeles"),
    ("Mountain Time", "America/Denver"),
    ("Central Time", "America/Chicago"),
    ("Eastern Time", "America/New_York"),
];

/// Abbreviations with their offset in minutes. Those that several countries use for different hours (CST, IST, BST,
/// AST) are left out.
const ABBREVIATIONS: &[(&str, i32)] = &[
    ("UTC", 0),
    ("GMT", 0),
    ("UT", 0),
    ("Z", 0),
    ("WET", 0),
    ("WEST", 60),
    ("CET", 60),
    ("MEZ", 60),
    ("CEST", 120),
    ("MESZ", 120),
    ("EET", 120),
    ("EEST", 180),
    ("MSK", 180),
    ("JST", 540),
    ("KST", 540),
    ("AEST", 600),
    ("AEDT", 660),
    ("NZST", 720),
    ("NZDT", 780),
    ("EST", -300),
    ("EDT", -240),
    ("CDT", -300),
    ("MST", -420),
    ("MDT", -360),
    ("PST", -480),
    ("PDT", -420),
    ("AKST", -540),
    ("AKDT", -480),
    ("HST", -600),
];

/// Folders of the IANA database in which a city is looked for by its name alone.
const FOLDERS: [&str; 8] =
    ["Europe", "America", "Asia", "Australia", "Africa", "Pacific", "Atlantic", "America/Argentina"];

/// The zone that a text names.
pub(super) fn zone(text: &str) -> Option<TimeZone> {
    let text = text.trim();
    // "(GMT-08:00) Pacific Time (US & Canada)" is shown in menus
    let text = match text.strip_prefix('(').and_then(|rest| rest.split_once(") ")) {
        Some((offset, name)) if offset.starts_with("GMT") || offset.starts_with("UTC") => name,
        _ => text,
    };
    if let Some((_, minutes)) = ABBREVIATIONS.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)) {
        return offset(*minutes);
    }
    let named = NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, iana)| *iana);
    if let Some(iana) = named {
        return known(iana);
    }
    if let Some(minutes) = minutes(text) {
        return offset(minutes);
    }
    if text.contains('/') {
        return known(text);
    }
    let city = text.replace(' ', "_");
    FOLDERS.iter().find_map(|folder| known(&format!("{folder}/{city}")))
}

fn known(iana: &str) -> Option<TimeZone> {
    TimeZone::get(iana).ok().filter(|zone| !zone.is_unknown())
}

fn offset(minutes: i32) -> Option<TimeZone> {
    Offset::from_seconds(minutes.checked_mul(60)?).ok().map(TimeZone::fixed)
}

/// Minutes of an offset such as `+0530`, `-08:00`, `UTC+1`, `GMT-8`.
fn minutes(text: &str) -> Option<i32> {
    let text = text.strip_prefix("UTC").or_else(|| text.strip_prefix("GMT")).unwrap_or(text).trim();
    let (sign, digits) = match text.strip_prefix('+') {
        Some(digits) => (1, digits),
        None => (-1, text.strip_prefix('-').or_else(|| text.strip_prefix('\u{2212}'))?),
    };
    let (hours, minutes) = match (digits.split_once(':'), digits.len()) {
        (Some((hours, minutes)), _) => (hours, minutes),
        (None, 4) => digits.split_at_checked(2)?,
        (None, 1 | 2) => (digits, "0"),
        (None, _) => return None,
    };
    let number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<i32>().ok())?;
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    ((0..=15).contains(&hours) && (0..=59).contains(&minutes))
        .then(|| hours.saturating_mul(60).saturating_add(minutes).saturating_mul(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_zone() {
        for (name, iana) in NAMES {
            assert!(known(iana).is_some(), "{iana}");
            assert!(zone(name).is_some(), "{name}");
        }
    }

    #[test]
    fn names_and_offsets_are_zones() {
        for text in [
            "Europe/Vienna",
            "Vienna",
            "Buenos Aires",
            "CET",
            "cest",
            "+01:00",
            "-0800",
            "UTC+1",
            "GMT-08:00",
            "z",
            "(GMT-08:00) Pacific Time (US & Canada)",
            "Pacific Time (US & Canada)",
            "Eastern Time (US & Canada)",
        ] {
            assert!(zone(text).is_some(), "{text}");
        }
        for text in ["", "CST", "IST", "BST", "Mars", "+99:00", "1", "Etc/Unknown", "+1x"] {
            assert!(zone(text).is_none(), "{text}");
        }
    }
}
