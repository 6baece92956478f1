//! Words about what a program is made of: point types and what is changed of them, subtypes, tiers.

use super::{Extras, POINTS, setting};
use crate::cli::scenario::words::{Syntax, Words};
use crate::domain::{
    Action, ActivateProgram, CreatePointType, CreateSubtype, DefineTiers, EditPointType, Inactivity, Maximum,
    NegativeLimit, Overdraft, PointTypeId, Points, QualifyingPeriod, Rate, SubtypeId, Threshold, Tier, TierId,
};

/// The command of a line that begins with `verb`; `None` where the verb is not of this room.
pub(super) fn action(verb: &str, words: &mut Words<'_>, extras: &mut Extras) -> Result<Option<Action>, Syntax> {
    let action = match verb {
        "edit" => edit_point_type(words, extras)?,
        "activate" => {
            words.must("program")?;
            ActivateProgram {}.into()
        }
        "subtype" => {
            let subtype = SubtypeId(words.parse("the number of a subtype")?);
            CreateSubtype { subtype, is_default: words.take("default"), ..CreateSubtype::default() }.into()
        }
        "tiers" => define_tiers(words)?,
        _ => return Ok(None),
    };
    Ok(Some(action))
}

fn name_of_type(words: &mut Words<'_>) -> Result<PointTypeId, Syntax> {
    Ok(PointTypeId(words.name('T', "a point type")?))
}

/// `type T1 redeemable order first_in maximum clip 100`.
pub(super) fn create_point_type(words: &mut Words<'_>, extras: &mut Extras) -> Result<Action, Syntax> {
    let point_type = name_of_type(words)?;
    let mut body = CreatePointType { point_type, class: words.choice()?, ..CreatePointType::default() };
    let mut edit = EditPointType::default();
    loop {
        match words.peek() {
            Some("order") => body.order = setting(words, Words::choice)?,
            _ if take_setting(words, &mut edit)? || extras.take(words)? => {}
            _ => break,
        }
    }
    let body = CreatePointType {
        name: edit.name.unwrap_or_default(),
        label: edit.label.unwrap_or_default(),
        expiry: edit.expiry.unwrap_or_default(),
        negative_balance: edit.negative_balance.unwrap_or_default(),
        negative_limit: edit.negative_limit.unwrap_or_default(),
        overdraft: edit.overdraft.unwrap_or_default(),
        maximum: edit.maximum.unwrap_or_default(),
        scale: edit.scale.unwrap_or_default(),
        currency: edit.currency.unwrap_or_default(),
        is_default: edit.is_default.unwrap_or_default(),
        inactivity: edit.inactivity.unwrap_or_default(),
        rollover: edit.rollover,
        held_expiry: edit.held_expiry.unwrap_or_default(),
        ..body
    };
    Ok(body.into())
}

/// `edit T1 status inactive`.
fn edit_point_type(words: &mut Words<'_>, extras: &mut Extras) -> Result<Action, Syntax> {
    let mut body = EditPointType { point_type: name_of_type(words)?, ..EditPointType::default() };
    while take_setting(words, &mut body)? || extras.take(words)? {}
    Ok(body.into())
}

/// Takes one setting of a point type, where the next word begins one.
fn take_setting(words: &mut Words<'_>, body: &mut EditPointType) -> Result<bool, Syntax> {
    match words.peek() {
        Some("name") => body.name = Some(setting(words, |words| words.word("a text"))?.into()),
        Some("label") => body.label = Some(setting(words, |words| words.word("a text"))?.into()),
        Some("status") => body.status = Some(setting(words, Words::choice)?),
        Some("expires") => body.expiry = Some(setting(words, Words::expiry)?),
        Some("negative_balance") => body.negative_balance = Some(setting(words, Words::choice)?),
        Some("negative_limit") => body.negative_limit = Some(Box::new(setting(words, negative_limit)?)),
        Some("overdraft") => body.overdraft = Some(Box::new(setting(words, overdraft)?)),
        Some("maximum") => body.maximum = Some(setting(words, maximum)?),
        Some("scale") => body.scale = Some(setting(words, |words| words.parse("a number"))?),
        Some("currency") => body.currency = Some(setting(words, |words| words.word("a currency"))?.into()),
        Some("default") => body.is_default = Some(setting(words, yes_or_no)?),
        Some("inactivity") => body.inactivity = Some(Box::new(setting(words, inactivity)?)),
        Some("rolls_over") => {
            words.next();
            words.must("into")?;
            body.rollover = Some(name_of_type(words)?);
        }
        Some("held_expiry") => body.held_expiry = Some(setting(words, Words::choice)?),
        _ => return Ok(false),
    }
    Ok(true)
}

fn yes_or_no(words: &mut Words<'_>) -> Result<bool, Syntax> {
    if words.take("yes") { Ok(true) } else { words.must("no").map(|()| false) }
}

fn points(words: &mut Words<'_>) -> Result<Points, Syntax> {
    Ok(Points(words.parse(POINTS)?))
}

/// `unlimited`, `3000`, `20 %`, `max 3000 20 %`, `min 3000 20 %`.
fn negative_limit(words: &mut Words<'_>) -> Result<NegativeLimit, Syntax> {
    if words.take("unlimited") {
        return Ok(NegativeLimit::Unlimited);
    }
    let percent = |words: &mut Words<'_>| -> Result<Rate, Syntax> {
        let percent = words.parse("a percentage like 20")?;
        words.must("%").map(|()| percent)
    };
    if words.take("max") {
        return Ok(NegativeLimit::Max { points: points(words)?, percent: percent(words)? });
    }
    if words.take("min") {
        return Ok(NegativeLimit::Min { points: points(words)?, percent: percent(words)? });
    }
    let mut ahead = words.clone();
    ahead.next();
    match ahead.peek() {
        Some("%") => percent(words).map(NegativeLimit::Percent),
        _ => points(words).map(NegativeLimit::Absolute),
    }
}

/// `refused`, `100`, `100 for tiers 2 3`.
fn overdraft(words: &mut Words<'_>) -> Result<Overdraft, Syntax> {
    if words.take("refused") {
        return Ok(Overdraft::Refused);
    }
    let points = points(words)?;
    if !words.take("for") {
        return Ok(Overdraft::All(points));
    }
    words.must("tiers")?;
    let mut tiers = vec![tier(words)?];
    while words.peek().is_some_and(|word| word.parse::<u16>().is_ok()) {
        tiers.push(tier(words)?);
    }
    Ok(Overdraft::Tiers { points, tiers })
}

/// `ignored`, `18 months percent 50 evaluated yearly 1 12 31 activity accrue redeem`.
fn inactivity(words: &mut Words<'_>) -> Result<Inactivity, Syntax> {
    if words.take("ignored") {
        return Ok(Inactivity::Ignored);
    }
    let period = words.span()?;
    let percent = if words.take("percent") { Some(words.parse("a percentage like 50")?) } else { None };
    let evaluated = if words.take("evaluated") { Some(words.evaluation()?) } else { None };
    let mut activity = None;
    if words.take("activity") {
        let mut kinds = vec![words.choice()?];
        while words.peek().is_some_and(|word| ["accrue", "redeem", "hold", "transfer", "adjust"].contains(&word)) {
            kinds.push(words.choice()?);
        }
        activity = Some(kinds);
    }
    Ok(Inactivity::Expires { period, percent, evaluated, activity, since: None })
}

/// `unlimited`, `reject 100`, `clip 100`.
fn maximum(words: &mut Words<'_>) -> Result<Maximum, Syntax> {
    if words.take("unlimited") {
        return Ok(Maximum::Unlimited);
    }
    if words.take("reject") {
        return points(words).map(Maximum::Reject);
    }
    words.must("clip")?;
    points(words).map(Maximum::Clip)
}

fn tier(words: &mut Words<'_>) -> Result<TierId, Syntax> {
    Ok(TierId(words.parse("the number of a tier")?))
}

/// `tiers 1 from 100 of T2 or 200 of T3, 2 from 500 of T2 period anniversary`.
fn define_tiers(words: &mut Words<'_>) -> Result<Action, Syntax> {
    let threshold = |words: &mut Words<'_>| -> Result<Threshold, Syntax> {
        let points = points(words)?;
        words.must("of")?;
        Ok(Threshold { point_type: name_of_type(words)?, points })
    };
    let mut body = DefineTiers::default();
    loop {
        let tier = tier(words)?;
        words.must("from")?;
        let mut any_of = vec![threshold(words)?];
        while words.take("or") {
            any_of.push(threshold(words)?);
        }
        body.tiers.push(Tier { tier, name: Box::default(), any_of });
        if !words.take(",") {
            break;
        }
    }
    if words.take("period") {
        body.period = match words.peek() {
            Some("rolling") => QualifyingPeriod::Rolling(setting(words, Words::span)?),
            Some("anniversary") => setting(words, |_| Ok(QualifyingPeriod::Anniversary))?,
            _ => {
                words.must("calendar_year")?;
                QualifyingPeriod::CalendarYear
            }
        };
    }
    Ok(body.into())
}
