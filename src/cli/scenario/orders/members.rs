//! Words about what members do with their points: transfers, holds.

use super::extras::{Extras, MEMBER, POINTS, setting};
use crate::cli::scenario::words::{Syntax, Words};
use crate::domain::{
    Action, AdjustPoints, Capture, Date, EditMembership, EnrolHousehold, Expiry, ExtendItems, HoldPoints, ItemId,
    JoinHousehold, LeaveHousehold, MemberId, MergeMembers, PointTypeId, Points, ReinstateItems, Release, RequestId,
    Sequence, SetMemberStatus, SubtypeId, Transfer, UnmergeMembers,
};

/// The command of a line that begins with `verb`; `None` where the verb is not of this room.
pub(super) fn action(verb: &str, words: &mut Words<'_>, extras: &mut Extras) -> Result<Option<Action>, Syntax> {
    let action = match verb {
        "transfer" => transfer(words, extras)?,
        "hold" => hold(words, extras)?,
        "household" => {
            words.must("new")?;
            EnrolHousehold { member: words.parse(MEMBER)? }.into()
        }
        "join" => join(words)?,
        "leave" => LeaveHousehold { member: words.parse(MEMBER)? }.into(),
        "membership" => membership(words)?,
        "status" => {
            let (member, status) = (words.parse(MEMBER)?, words.choice()?);
            SetMemberStatus { member, status, reason: because(words)? }.into()
        }
        "adjust" => adjust(words, extras)?,
        "merge" => {
            let other = words.parse(MEMBER)?;
            words.must("into")?;
            let member = words.parse(MEMBER)?;
            MergeMembers { member, other, reason: because(words)? }.into()
        }
        "unmerge" => {
            let other = words.parse(MEMBER)?;
            words.must("from")?;
            let member = words.parse(MEMBER)?;
            UnmergeMembers { member, other, reason: because(words)? }.into()
        }
        "extend" => {
            let (member, items) = items_of(words)?;
            words.must("expires")?;
            let expires = words.expiry()?;
            ExtendItems { member, items, expires, reason: because(words)? }.into()
        }
        "reinstate" => {
            let (member, items) = items_of(words)?;
            words.must("expires")?;
            let expires = words.expiry()?;
            ReinstateItems { member, items, expires, reason: because(words)? }.into()
        }
        "capture" => {
            let (hold, points) = part_of_hold(words)?;
            Capture { hold, points }.into()
        }
        "release" => {
            let (hold, points) = part_of_hold(words)?;
            Release { hold, points }.into()
        }
        _ => return Ok(None),
    };
    Ok(Some(action))
}

/// `transfer M1 to M2 100 of T1 fee 5`.
fn transfer(words: &mut Words<'_>, extras: &mut Extras) -> Result<Action, Syntax> {
    let member = words.parse(MEMBER)?;
    words.must("to")?;
    let to = words.parse(MEMBER)?;
    let (points, fee) = (Points(words.parse(POINTS)?), Points::ZERO);
    let mut body = Transfer { member, to, point_type: PointTypeId(1), points, fee };
    loop {
        match words.peek() {
            Some("of") => body.point_type = PointTypeId(setting(words, |words| words.name('T', "a point type"))?),
            Some("fee") => body.fee = Points(setting(words, |words| words.parse(POINTS))?),
            _ if extras.take(words)? => {}
            _ => return Ok(body.into()),
        }
    }
}

/// `hold M1 100 of T1 times_out after 1 day`.
fn hold(words: &mut Words<'_>, extras: &mut Extras) -> Result<Action, Syntax> {
    let member = words.parse(MEMBER)?;
    let (points, times_out) = (Points(words.parse(POINTS)?), Expiry::Never);
    let mut body = HoldPoints { member, point_type: PointTypeId(1), points, times_out };
    loop {
        match words.peek() {
            Some("of") => body.point_type = setting(words, Words::spent_type)?,
            Some("times_out") => body.times_out = setting(words, Words::expiry)?,
            _ if extras.take(words)? => {}
            _ => return Ok(body.into()),
        }
    }
}

/// `H1`, or `H1 40`: a hold, and how much of it.
fn part_of_hold(words: &mut Words<'_>) -> Result<(RequestId, Option<Points>), Syntax> {
    let hold = words.parse("the request of a hold like H1")?;
    let says_points = words.peek().is_some_and(|word| word.parse::<i64>().is_ok());
    let points = if says_points { Some(Points(words.parse(POINTS)?)) } else { None };
    Ok((hold, points))
}

/// `M1 items 4.0, 5.1`: the numbers of the entries that granted them, and their places.
fn items_of(words: &mut Words<'_>) -> Result<(MemberId, Vec<ItemId>), Syntax> {
    let member = words.parse(MEMBER)?;
    words.must("items")?;
    let mut items = Vec::new();
    loop {
        let wrong = words.expected("an item like 4.0");
        let parts = words.next().and_then(|word| word.split_once('.'));
        let id = parts.and_then(|(entry, place)| Some((entry.parse().ok()?, place.parse().ok()?)));
        let (sequence, place) = id.ok_or(wrong)?;
        items.push(ItemId { sequence: Sequence(sequence), place });
        if !words.take(",") {
            return Ok((member, items));
        }
    }
}

/// `because "a reason"`.
fn because(words: &mut Words<'_>) -> Result<Box<str>, Syntax> {
    words.must("because")?;
    Ok(words.word("a reason")?.into())
}

/// `join M1 to M9 rolls_up no ends 2026-03-31`.
fn join(words: &mut Words<'_>) -> Result<Action, Syntax> {
    let member = words.parse(MEMBER)?;
    words.must("to")?;
    let household = words.parse(MEMBER)?;
    let (rolls_up, ends_on) = settings_of_membership(words)?;
    Ok(JoinHousehold { member, household, rolls_up: rolls_up.unwrap_or(true), ends_on }.into())
}

/// `membership M1 rolls_up no ends 2026-03-31`.
fn membership(words: &mut Words<'_>) -> Result<Action, Syntax> {
    let member = words.parse(MEMBER)?;
    let (rolls_up, ends_on) = settings_of_membership(words)?;
    Ok(EditMembership { member, rolls_up, ends_on }.into())
}

fn settings_of_membership(words: &mut Words<'_>) -> Result<(Option<bool>, Option<Date>), Syntax> {
    let mut rolls_up = None;
    if words.take("rolls_up") {
        rolls_up = Some(if words.take("yes") { true } else { words.must("no").map(|()| false)? });
    }
    let ends_on = if words.take("ends") { Some(words.parse("a date")?) } else { None };
    Ok((rolls_up, ends_on))
}

/// `adjust M1 -30 of T1 expires after 1 year because "goodwill"`.
fn adjust(words: &mut Words<'_>, extras: &mut Extras) -> Result<Action, Syntax> {
    let (member, points) = (words.parse(MEMBER)?, Points(words.parse(POINTS)?));
    let (point_type, subtype) = (PointTypeId(1), SubtypeId(0));
    let mut body = AdjustPoints { member, point_type, points, expires: None, subtype, reason: Box::default() };
    loop {
        match words.peek() {
            Some("of") => body.point_type = PointTypeId(setting(words, |words| words.name('T', "a point type"))?),
            Some("expires") => body.expires = Some(setting(words, Words::expiry)?),
            Some("subtype") => body.subtype = SubtypeId(setting(words, |words| words.parse("a number"))?),
            Some("because") => body.reason = because(words)?,
            _ if extras.take(words)? => {}
            _ => return Ok(body.into()),
        }
    }
}
