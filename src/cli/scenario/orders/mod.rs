//! Reading commands: from the words of a line to the command that the engine is given. Each room of the rules has a file
//! for its words.

mod catalog;
pub(super) mod extras;
mod members;
mod partners;
mod settlement;
pub(super) mod sources;
mod texts;

use super::order::Order;
use super::words::{Syntax, Words};
use crate::domain::{
    Accrue, AccrueShared, Action, ApproveBlock, Award, Cancel, CancelAmount, CreateProgram, Enrol, Enrolment,
    PartnerId, PointTypeId, Points, ProgramId, Rate, Redeem, Rounding, Share, SourceId, Spend, SubtypeId,
    reading_long_ids,
};
pub(super) use extras::in_program;
use extras::{Extras, MEMBER, POINTS, setting};
pub(super) use partners::{block as parse_block, block_name};
use std::collections::BTreeSet;

/// Whether `partner` is followed by terms: else it asks.
pub(super) fn is_definition(words: &Words<'_>) -> bool {
    let mut ahead = words.clone();
    ahead.next();
    matches!(ahead.peek(), Some("prepaid" | "post_paid"))
}

/// The commands of a line that begins with `verb`; `None` where there is no such verb. `types` are those that the
/// scenario has so far.
pub(super) fn orders(
    verb: &str,
    words: &mut Words<'_>,
    types: &BTreeSet<PointTypeId>,
) -> Result<Option<Vec<Order>>, Syntax> {
    let (orders, long_ids) = reading_long_ids(|| read_orders(verb, words, types));
    let mut orders = orders?;
    // a block is two commands, of which none names a member
    if let Some(Order { command, .. }) = orders.as_mut().and_then(|orders| orders.first_mut()) {
        command.long_ids = long_ids;
    }
    Ok(orders)
}

fn read_orders(verb: &str, words: &mut Words<'_>, types: &BTreeSet<PointTypeId>) -> Result<Option<Vec<Order>>, Syntax> {
    let mut extras = Extras::default();
    let action = match verb {
        "program" => create_program(words, &mut extras)?,
        "type" => catalog::create_point_type(words, &mut extras)?,
        "block" => return block(words, extras).map(Some),
        "enrol" => Action::from(Enrol { member: words.parse(MEMBER)? }),
        "accrue" => accrue(words, &mut extras)?,
        "redeem" => redeem(words, &mut extras)?,
        "cancel" => cancel(words)?,
        _ => match of_a_room(verb, words, &mut extras, types)? {
            Some(action) => action,
            None => match sources::action(verb, words, &mut extras)? {
                Some(action) => action,
                None => return Ok(None),
            },
        },
    };
    while extras.take(words)? {}
    Ok(Some(vec![extras.order(action)]))
}

/// The command of a verb that one of the rooms knows.
fn of_a_room(
    verb: &str,
    words: &mut Words<'_>,
    extras: &mut Extras,
    types: &BTreeSet<PointTypeId>,
) -> Result<Option<Action>, Syntax> {
    // a member's points are adjusted, or a block's
    let number = words.peek().and_then(|word| word.strip_prefix('B'));
    let of_block = verb == "adjust" && number.is_some_and(|number| number.parse::<u64>().is_ok());
    if !of_block && let Some(action) = members::action(verb, words, extras)? {
        return Ok(Some(action));
    }
    if let Some(action) = catalog::action(verb, words, extras)?.or(texts::action(verb, words)?) {
        return Ok(Some(action));
    }
    if let Some(action) = sources::action(verb, words, extras)?.or(partners::action(verb, words, extras, types)?) {
        return Ok(Some(action));
    }
    settlement::action(verb, words, extras)
}

fn create_program(words: &mut Words<'_>, extras: &mut Extras) -> Result<Action, Syntax> {
    let mut body = CreateProgram { enrolment: Enrolment::OnFirstAccrual, ..CreateProgram::default() };
    if words.peek().is_some_and(|word| word.parse::<u32>().is_ok()) {
        extras.program = Some(ProgramId(words.parse("a number")?));
    }
    loop {
        match words.peek() {
            Some("zone") => body.zone = setting(words, |words| words.parse("a time zone like Europe/Vienna"))?,
            Some("enrolment") => body.enrolment = setting(words, Words::choice)?,
            Some("never_usable") => body.never_usable = setting(words, Words::choice)?,
            Some("block_warning_days") => {
                body.block_warning_days = setting(words, |words| words.parse("a number of days"))?;
            }
            Some("item_warning_days") => {
                body.item_warning_days = setting(words, |words| words.parse("a number of days"))?;
            }
            Some("status") => body.status = setting(words, Words::choice)?,
            Some("on_closing") => body.on_closing = setting(words, Words::choice)?,
            Some("require_source") => body.require_source = setting(words, Words::choice)?,
            Some("point_types_max") => body.point_types_max = Some(setting(words, |words| words.parse("a number"))?),
            _ if extras.take(words)? => {}
            _ => return Ok(body.into()),
        }
    }
}

/// A block bought and approved at once.
fn block(words: &mut Words<'_>, mut extras: Extras) -> Result<Vec<Order>, Syntax> {
    let body = partners::purchase(words, &mut extras)?;
    let approve = ApproveBlock { partner: body.partner, block: body.block };
    let approval = Extras { program: extras.program, ..Extras::default() };
    Ok(vec![extras.order(body), approval.order(approve)])
}

fn accrue(words: &mut Words<'_>, extras: &mut Extras) -> Result<Action, Syntax> {
    let member = words.parse(MEMBER)?;
    if words.take("shared") {
        let shares = shares(words)?;
        return Ok(AccrueShared { member, shares, awards: awards(words, extras)? }.into());
    }
    let partner = if words.take("from") { Some(PartnerId(words.name('P', "a partner")?)) } else { None };
    Ok(Accrue { member, partner, awards: awards(words, extras)? }.into())
}

/// `by P1 60, P2 40 gives`.
fn shares(words: &mut Words<'_>) -> Result<Vec<Share>, Syntax> {
    words.must("by")?;
    let mut shares = Vec::new();
    loop {
        let partner = PartnerId(words.name('P', "a partner")?);
        shares.push(Share { partner, parts: words.parse("a number of parts")? });
        if !words.take(",") {
            break;
        }
    }
    words.must("gives")?;
    Ok(shares)
}

fn awards(words: &mut Words<'_>, extras: &mut Extras) -> Result<Vec<Award>, Syntax> {
    let mut awards = vec![award(words, extras)?];
    while words.take(",") {
        awards.push(award(words, extras)?);
    }
    Ok(awards)
}

/// `100 of T1 source 5 starts after 31 days expires 2026-03-01`.
fn award(words: &mut Words<'_>, extras: &mut Extras) -> Result<Award, Syntax> {
    let spend = if words.take("spend") { Some(spend(words)?) } else { None };
    let points = if spend.is_some() { Points::ZERO } else { Points(words.parse(POINTS)?) };
    let mut award = Award { spend, ..Award::new(PointTypeId(1), points) };
    loop {
        match words.peek() {
            Some("of") => {
                award.point_type = PointTypeId(setting(words, |words| words.name('T', "a point type"))?);
            }
            Some("source") => award.source = Some(SourceId(setting(words, |words| words.parse("a number"))?)),
            Some("subtype") => award.subtype = SubtypeId(setting(words, |words| words.parse("a number"))?),
            Some("starts") => award.start = setting(words, Words::start)?,
            Some("expires") => award.expires = Some(setting(words, Words::expiry)?),
            _ if extras.take(words)? => {}
            _ => return Ok(award),
        }
    }
}

/// `spend 3.00 rate 5 step 2.50 rounding down`.
fn spend(words: &mut Words<'_>) -> Result<Spend, Syntax> {
    let rate = |words: &mut Words<'_>| words.parse::<Rate>("a number like 2.50");
    let amount = rate(words)?;
    let mut spend = Spend { amount, rate: Rate::ONE, step: None, rounding: Rounding::default() };
    loop {
        match words.peek() {
            Some("rate") => spend.rate = setting(words, rate)?,
            Some("step") => spend.step = Some(setting(words, rate)?),
            Some("rounding") => spend.rounding = setting(words, Words::choice)?,
            _ => return Ok(spend),
        }
    }
}

fn redeem(words: &mut Words<'_>, extras: &mut Extras) -> Result<Action, Syntax> {
    let member = words.parse(MEMBER)?;
    let points = Points(words.parse(POINTS)?);
    let mut point_type = PointTypeId(1);
    loop {
        match words.peek() {
            Some("of") => {
                words.next();
                point_type = words.spent_type()?;
            }
            _ if extras.take(words)? => {}
            _ => return Ok(Redeem { member, point_type, points }.into()),
        }
    }
}

fn cancel(words: &mut Words<'_>) -> Result<Action, Syntax> {
    let request = words.parse("a request like R1")?;
    let amount = if words.take("award") {
        let place = words.parse("the place of an award, from 0")?;
        CancelAmount::Award { place, points: Points(words.parse(POINTS)?) }
    } else if words.peek().is_some_and(|word| word.parse::<i64>().is_ok()) {
        CancelAmount::Points(Points(words.parse(POINTS)?))
    } else {
        CancelAmount::Whole
    };
    Ok(Cancel { request, amount }.into())
}
