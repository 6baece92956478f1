//! Words about what members do with their points: transfers, holds.

use super::extras::{Extras, MEMBER, POINTS, setting};
use crate::cli::scenario::words::{Syntax, Words};
use crate::domain::{Action, Capture, Expiry, HoldPoints, PointTypeId, Points, Release, RequestId, Transfer};

/// The command of a line that begins with `verb`; `None` where the verb is not of this room.
pub(super) fn action(verb: &str, words: &mut Words<'_>, extras: &mut Extras) -> Result<Option<Action>, Syntax> {
    let action = match verb {
        "transfer" => transfer(words, extras)?,
        "hold" => hold(words, extras)?,
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
            Some("of") => body.point_type = PointTypeId(setting(words, |words| words.name('T', "a point type"))?),
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
