//! Reading commands: from the words of a line to the command that the engine is given. Each room of the rules has a file
//! for its words.

mod extras;
mod members;
mod settlement;

use super::step::Order;
use super::words::{Syntax, Words};
use crate::domain::{
    Accrue, Action, ApproveBlock, Award, BlockId, Cancel, CancelAmount, CreatePartner, CreatePointType, CreateProgram,
    Enrol, Enrolment, Expiry, PartnerId, PointTypeId, Points, ProgramId, PurchaseBlock, Rate, Redeem, SourceId,
    SubtypeId,
};
use extras::{Extras, MEMBER, POINTS, setting};
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
    let mut extras = Extras::default();
    let action = match verb {
        "program" => create_program(words, &mut extras)?,
        "type" => create_point_type(words, &mut extras)?,
        "partner" => create_partner(words, &mut extras, types)?,
        "block" => return block(words, extras).map(Some),
        "purchase" => purchase(words, &mut extras)?.into(),
        "approve" => approve(words)?.into(),
        "enrol" => Action::from(Enrol { member: words.parse(MEMBER)? }),
        "accrue" => accrue(words, &mut extras)?,
        "redeem" => redeem(words, &mut extras)?,
        "cancel" => cancel(words)?,
        _ => match members::action(verb, words, &mut extras)? {
            Some(action) => action,
            None => match settlement::action(verb, words, &mut extras)? {
                Some(action) => action,
                None => return Ok(None),
            },
        },
    };
    while extras.take(words)? {}
    Ok(Some(vec![extras.order(action)]))
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
            Some("point_types_max") => body.point_types_max = Some(setting(words, |words| words.parse("a number"))?),
            _ if extras.take(words)? => {}
            _ => return Ok(body.into()),
        }
    }
}

fn create_point_type(words: &mut Words<'_>, extras: &mut Extras) -> Result<Action, Syntax> {
    let point_type = PointTypeId(words.name('T', "a point type")?);
    let mut body = CreatePointType { point_type, class: words.choice()?, ..CreatePointType::default() };
    loop {
        match words.peek() {
            Some("order") => body.order = setting(words, Words::choice)?,
            Some("expires") => body.expiry = setting(words, Words::expiry)?,
            Some("negative_balance") => body.negative_balance = setting(words, Words::choice)?,
            _ if extras.take(words)? => {}
            _ => return Ok(body.into()),
        }
    }
}

fn create_partner(words: &mut Words<'_>, extras: &mut Extras, types: &BTreeSet<PointTypeId>) -> Result<Action, Syntax> {
    let partner = PartnerId(words.name('P', "a partner")?);
    let mut body = CreatePartner { partner, billing: words.choice()?, ..CreatePartner::default() };
    let mut says_rate = false;
    loop {
        match words.peek() {
            Some("rate") => {
                words.next();
                says_rate = true;
                if words.take("none") {
                    continue;
                }
                let one = if words.peek().is_some_and(|word| word.starts_with('T')) {
                    [PointTypeId(words.name('T', "a point type")?)].into()
                } else {
                    types.clone()
                };
                let rate: Rate = words.parse("a rate like 0.1 or 1/3")?;
                body.rates.extend(one.into_iter().map(|point_type| (point_type, rate)));
            }
            Some("rounding") => body.rounding = setting(words, Words::choice)?,
            Some("order") => body.order = setting(words, Words::choice)?,
            _ if extras.take(words)? => {}
            _ => break,
        }
    }
    if !says_rate {
        body.rates = types.iter().map(|point_type| (*point_type, Rate::ONE)).collect();
    }
    Ok(body.into())
}

/// `B1 of P1`.
fn block_of(words: &mut Words<'_>) -> Result<(BlockId, PartnerId), Syntax> {
    let block = BlockId(words.name('B', "a block")?);
    words.must("of")?;
    Ok((block, PartnerId(words.name('P', "a partner")?)))
}

fn purchase(words: &mut Words<'_>, extras: &mut Extras) -> Result<PurchaseBlock, Syntax> {
    let (block, partner) = block_of(words)?;
    let points = Points(words.parse(POINTS)?);
    let (starts_at, expires, unit_price) = (None, Expiry::Never, None);
    let mut body = PurchaseBlock { partner, block, points, starts_at, expires, unit_price };
    loop {
        match words.peek() {
            Some("starts") => body.starts_at = Some(setting(words, Words::instant)?),
            Some("expires") => body.expires = setting(words, Words::expiry)?,
            Some("price") => body.unit_price = Some(setting(words, |words| words.parse("a price like 0.05"))?),
            _ if extras.take(words)? => {}
            _ => return Ok(body),
        }
    }
}

fn approve(words: &mut Words<'_>) -> Result<ApproveBlock, Syntax> {
    let (block, partner) = block_of(words)?;
    Ok(ApproveBlock { partner, block })
}

/// A block bought and approved at once.
fn block(words: &mut Words<'_>, mut extras: Extras) -> Result<Vec<Order>, Syntax> {
    let body = purchase(words, &mut extras)?;
    let approve = ApproveBlock { partner: body.partner, block: body.block };
    let approval = Extras { program: extras.program, ..Extras::default() };
    Ok(vec![extras.order(body), approval.order(approve)])
}

fn accrue(words: &mut Words<'_>, extras: &mut Extras) -> Result<Action, Syntax> {
    let member = words.parse(MEMBER)?;
    let partner = if words.take("from") { Some(PartnerId(words.name('P', "a partner")?)) } else { None };
    let mut awards = vec![award(words, extras)?];
    while words.take(",") {
        awards.push(award(words, extras)?);
    }
    Ok(Accrue { member, partner, awards }.into())
}

/// `100 of T1 source 5 starts after 31 days expires 2026-03-01`.
fn award(words: &mut Words<'_>, extras: &mut Extras) -> Result<Award, Syntax> {
    let mut award = Award::new(PointTypeId(1), Points(words.parse(POINTS)?));
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

fn redeem(words: &mut Words<'_>, extras: &mut Extras) -> Result<Action, Syntax> {
    let member = words.parse(MEMBER)?;
    let points = Points(words.parse(POINTS)?);
    let mut point_type = PointTypeId(1);
    loop {
        match words.peek() {
            Some("of") => point_type = PointTypeId(setting(words, |words| words.name('T', "a point type"))?),
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
