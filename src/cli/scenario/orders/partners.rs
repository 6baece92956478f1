//! Words about partners: terms, blocks, adjustments, fees, bills.

use super::{Extras, POINTS, setting};
use crate::cli::scenario::words::{Syntax, Words};
use crate::domain::{
    Action, AdjustBlock, ApproveBlock, AutoCreation, BillPartner, BillUntil, BlockId, BlockKind, CancelBlock,
    ChargeFee, ContinueBill, CreatePartner, Currency, Direction, DueBlock, EditPartner, Expiry, FeeAmount,
    OWN_BLOCKS_FROM, PartnerId, PointTypeId, Points, PurchaseBlock, Rate, RefundFee, RejectBlock, ScheduledFee,
    Timestamp,
};
use std::collections::BTreeSet;

const RATE: &str = "a rate like 0.1 or 1/3";
const PRICE: &str = "a price like 0.05";

/// The command of a line that begins with `verb`; `None` where the verb is not of this room.
pub(super) fn action(
    verb: &str,
    words: &mut Words<'_>,
    extras: &mut Extras,
    types: &BTreeSet<PointTypeId>,
) -> Result<Option<Action>, Syntax> {
    let action = match verb {
        "partner" => terms(words, extras, types)?.into(),
        "terms" => EditPartner::from(terms(words, extras, types)?).into(),
        "purchase" => purchase(words, extras)?.into(),
        "approve" => {
            let (block, partner) = block_of(words)?;
            ApproveBlock { partner, block }.into()
        }
        "reject" => {
            let (block, partner) = block_of(words)?;
            RejectBlock { partner, block }.into()
        }
        "cancel_block" => {
            let (block, partner) = block_of(words)?;
            CancelBlock { partner, block }.into()
        }
        "adjust" => adjust(words, extras)?,
        "fee" => fee(words, extras)?,
        "refund" => {
            let fee = words.parse("the request of a fee like R1")?;
            let reason = if words.take("reason") { words.word("a code")? } else { "" };
            RefundFee { fee, reason: reason.into() }.into()
        }
        "bill" => bill(words)?,
        _ => return Ok(None),
    };
    Ok(Some(action))
}

/// `B1`, or `A1`: the first block that the engine created for the partner.
pub(in crate::cli::scenario) fn block_name(id: BlockId) -> String {
    match id.0.checked_sub(OWN_BLOCKS_FROM) {
        Some(own) => format!("A{own}"),
        None => format!("B{id}"),
    }
}

/// Takes the name of a block.
pub(in crate::cli::scenario) fn block(words: &mut Words<'_>) -> Result<BlockId, Syntax> {
    if words.peek().is_some_and(|word| word.starts_with('A')) {
        let own: u64 = words.name('A', "a block")?;
        return Ok(BlockId(OWN_BLOCKS_FROM.saturating_add(own)));
    }
    Ok(BlockId(words.name('B', "a block")?))
}

fn partner(words: &mut Words<'_>) -> Result<PartnerId, Syntax> {
    Ok(PartnerId(words.name('P', "a partner")?))
}

/// `B1 of P1`.
fn block_of(words: &mut Words<'_>) -> Result<(BlockId, PartnerId), Syntax> {
    let block = block(words)?;
    words.must("of")?;
    Ok((block, partner(words)?))
}

/// `P1 prepaid rate 0.1 low 500 auto 1000`.
fn terms(words: &mut Words<'_>, extras: &mut Extras, types: &BTreeSet<PointTypeId>) -> Result<CreatePartner, Syntax> {
    let partner = partner(words)?;
    let mut body = CreatePartner { partner, billing: words.choice()?, ..CreatePartner::default() };
    let mut says_rate = false;
    loop {
        match words.peek() {
            Some("rate") => {
                words.next();
                says_rate = true;
                rate(words, &mut body, types)?;
            }
            Some("rounding") => body.rounding = setting(words, Words::choice)?,
            Some("order") => body.order = setting(words, Words::choice)?,
            Some("name") => body.name = setting(words, |words| words.word("a name"))?.into(),
            Some("low") => body.low_balance = Some(Points(setting(words, |words| words.parse(POINTS))?)),
            Some("price") => body.price = setting(words, |words| words.parse(PRICE))?,
            Some("currency") => body.currency = setting(words, |words| words.parse("a currency like EUR"))?,
            Some("credit_cap") => body.credit_cap = setting(words, Words::choice)?,
            Some("auto") => body.auto_creation = Some(Box::new(setting(words, auto)?)),
            Some("due") => body.due_block = Some(Box::new(setting(words, due)?)),
            Some("fee") => {
                let (name, fee) = setting(words, scheduled)?;
                body.fees.insert(name, fee);
            }
            _ if extras.take(words)? => {}
            _ => break,
        }
    }
    if !says_rate {
        body.rates = types.iter().map(|point_type| (*point_type, Rate::ONE)).collect();
    }
    Ok(body)
}

fn rate(words: &mut Words<'_>, body: &mut CreatePartner, types: &BTreeSet<PointTypeId>) -> Result<(), Syntax> {
    if words.take("none") {
        return Ok(());
    }
    let one = if words.peek().is_some_and(|word| word.starts_with('T')) {
        [PointTypeId(words.name('T', "a point type")?)].into()
    } else {
        types.clone()
    };
    let rate: Rate = words.parse(RATE)?;
    body.rates.extend(one.into_iter().map(|point_type| (point_type, rate)));
    Ok(())
}

/// `1000 at 0.05 reorder 100 expires after 30 days`.
fn auto(words: &mut Words<'_>) -> Result<AutoCreation, Syntax> {
    let size = Points(words.parse(POINTS)?);
    let mut auto = AutoCreation { size, unit_price: Rate::ZERO, expires: Expiry::Never, reorder_limit: Points::ZERO };
    loop {
        match words.peek() {
            Some("at") => auto.unit_price = setting(words, |words| words.parse(PRICE))?,
            Some("reorder") => auto.reorder_limit = Points(setting(words, |words| words.parse(POINTS))?),
            Some("expires") => auto.expires = setting(words, Words::expiry)?,
            _ => return Ok(auto),
        }
    }
}

/// `5000 at 0.04`.
fn due(words: &mut Words<'_>) -> Result<DueBlock, Syntax> {
    let points = Points(words.parse(POINTS)?);
    let unit_price = if words.take("at") { words.parse(PRICE)? } else { Rate::ZERO };
    Ok(DueBlock { points, unit_price })
}

/// `late points 30`, `late money 12.50`.
fn scheduled(words: &mut Words<'_>) -> Result<(Box<str>, ScheduledFee), Syntax> {
    let name = words.word("the name of a fee")?.into();
    if words.take("money") {
        return Ok((name, ScheduledFee::Money(words.parse("an amount like 12.50")?)));
    }
    words.must("points")?;
    Ok((name, ScheduledFee::Points(Points(words.parse(POINTS)?))))
}

/// `B1 of P1 1000 reserve starts 2026-02-01 expires after 1 year price 0.05`.
pub(super) fn purchase(words: &mut Words<'_>, extras: &mut Extras) -> Result<PurchaseBlock, Syntax> {
    let (block, partner) = block_of(words)?;
    let points = Points(words.parse(POINTS)?);
    let (starts_at, expires, unit_price): (Option<Timestamp>, _, _) = (None, Expiry::Never, None);
    let block_kind = BlockKind::Regular;
    let mut body = PurchaseBlock { partner, block, block_kind, points, starts_at, expires, unit_price };
    loop {
        match words.peek() {
            Some("reserve" | "regular" | "auto") => body.block_kind = words.choice()?,
            Some("starts") => body.starts_at = Some(setting(words, Words::instant)?),
            Some("expires") => body.expires = setting(words, Words::expiry)?,
            Some("price") => body.unit_price = Some(setting(words, |words| words.parse(PRICE))?),
            _ if extras.take(words)? => {}
            _ => return Ok(body),
        }
    }
}

/// Why: `because "text"`.
fn because(words: &mut Words<'_>) -> Result<Box<str>, Syntax> {
    Ok(if words.take("because") { words.word("a text")?.into() } else { "".into() })
}

/// `B1 of P1 debit 40 because "booked twice"`.
fn adjust(words: &mut Words<'_>, extras: &mut Extras) -> Result<Action, Syntax> {
    let (block, partner) = block_of(words)?;
    let direction = words.choice()?;
    let points = Points(words.parse(POINTS)?);
    while extras.take(words)? {}
    Ok(AdjustBlock { partner, block, direction, points, description: because(words)? }.into())
}

/// `P1 30 of B1`, `P1 12.50 EUR`, `P1 scheduled late of B1`; then `concerns R1`, `because "text"`.
fn fee(words: &mut Words<'_>, extras: &mut Extras) -> Result<Action, Syntax> {
    let partner = partner(words)?;
    let direction = if words.take("credit") { Direction::Credit } else { Direction::Debit };
    let amount = match words.take("scheduled") {
        true => FeeAmount::Scheduled { name: words.word("the name of a fee")?.into() },
        false => {
            let mut ahead = words.clone();
            ahead.next();
            match ahead.peek().and_then(|word| word.parse::<Currency>().ok()) {
                Some(_) => FeeAmount::Money {
                    amount: words.parse("an amount like 12.50")?,
                    currency: words.parse("a currency like EUR")?,
                },
                None => FeeAmount::Points { points: Points(words.parse(POINTS)?) },
            }
        }
    };
    let block = if words.take("of") { Some(block(words)?) } else { None };
    let concerns = if words.take("concerns") { Some(words.parse("a request like R1")?) } else { None };
    while extras.take(words)? {}
    Ok(ChargeFee { partner, block, direction, amount, concerns, description: because(words)? }.into())
}

/// `P1 until 2026-02-01`, `P1 month 2026-01-15`, `P1 continue`; then `lines 2`.
fn bill(words: &mut Words<'_>) -> Result<Action, Syntax> {
    const DATE: &str = "a date like 2026-01-31";
    let partner = partner(words)?;
    let wrong = words.expected("`until`, `day`, `week`, `month` or `continue`");
    let until = match words.next() {
        Some("until") => Some(BillUntil::At(words.instant()?)),
        Some("day") => Some(BillUntil::Day(words.parse(DATE)?)),
        Some("week") => Some(BillUntil::Week(words.parse(DATE)?)),
        Some("month") => Some(BillUntil::Month(words.parse(DATE)?)),
        Some("continue") => None,
        _ => return Err(wrong),
    };
    let lines_max = if words.take("lines") { Some(words.parse("a number of lines")?) } else { None };
    Ok(match until {
        Some(until) => BillPartner { partner, until, lines_max }.into(),
        None => ContinueBill { partner, lines_max }.into(),
    })
}
