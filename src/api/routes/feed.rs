//! The feed: the journal as events, from any place on, without gaps and without doubles. Waiting and streams are the
//! server's; a page of it is here.

use super::super::call::{Answer, Call};
use super::super::context::Context;
use super::super::params::{Kind, Param, WAIT_MAX};
use super::super::problem::Problem;
use super::super::route::Access;
use super::super::route::{Bounded, Route, Shape};
use super::super::token::{Scope, Token};
use super::super::views::{Event, events, value};
use crate::domain::Sequence;
use serde_json::{Value, json};
use std::fmt;
use std::str::FromStr;

/// Entries that one page looks at, at most.
const LOOKED_AT_MAX: usize = 10_000;
/// Entries that are read in one go.
const CHUNK: usize = 256;
/// Events of a step of a stream.
pub(crate) const STREAM_ROWS: usize = 500;

const PARAMS: &[Param] = &[
    Param::new(
        "from",
        Kind::Cursor,
        "After this event: the id of the last one seen, or `next` of the page before. `end`: only what comes. Default: from the beginning.",
    ),
    Param::new("kinds", Kind::Words, "Only events of these kinds, as `redeemed,expired`."),
    Param::new("wait", Kind::Number(WAIT_MAX), "Seconds to wait for an event, where there is none. Default: 0."),
    Param::new("limit", Kind::Limit, "Events of the page, at most. Streams go on for ever."),
];

pub(crate) const ROUTES: &[Route] = &[Route::get("/v1/feed", "get_feed", Shape::Feed, get_feed)
    .access(Access::Needs(Scope::Feed))
    .of_program(Bounded::Fits)
    .with(PARAMS)
    .about(
        "Everything that was done, in order, an event for each leg. `Accept: text/event-stream` (with `Last-Event-ID`) \
         and `application/x-ndjson` stream; `application/cloudevents-batch+json` answers a page as CloudEvents.",
    )];

/// A place in the feed: after a leg of an entry, or after all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    sequence: Sequence,
    /// Legs of that entry that were seen; all, where there is no number.
    seen: Option<usize>,
}

impl Place {
    const BEGIN: Place = Place { sequence: Sequence(0), seen: None };

    fn has_seen(&self, sequence: Sequence, leg: usize) -> bool {
        sequence < self.sequence || (sequence == self.sequence && self.seen.is_none_or(|seen| leg < seen))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.seen.and_then(|seen| seen.checked_sub(1)) {
            Some(last) => write!(f, "{}.{last}", self.sequence),
            None => write!(f, "{}", self.sequence),
        }
    }
}

impl FromStr for Place {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Place, Problem> {
        let bad = || Problem::parameter("from", "expected the id of an event, as 912.0, or `next` of a page, or `end`");
        let number = |text: &str| text.parse::<u64>().ok().filter(|number| number.to_string() == text);
        match text.split_once('.') {
            None => Ok(Place { sequence: number(text).map(Sequence).ok_or_else(bad)?, seen: None }),
            Some((sequence, leg)) => {
                let leg = number(leg).and_then(|leg| usize::try_from(leg).ok()).ok_or_else(bad)?;
                let seen = Some(leg.saturating_add(1));
                Ok(Place { sequence: number(sequence).map(Sequence).ok_or_else(bad)?, seen })
            }
        }
    }
}

/// Where a call begins: its parameter, else the header that browsers send.
pub(crate) fn begin(context: &Context, call: &Call) -> Result<Place, Problem> {
    let text = call.query.get("from").or(call.head.last_event_id.as_ref()).map(String::as_str);
    match text.map(str::trim).filter(|text| !text.is_empty()) {
        None => Ok(Place::BEGIN),
        Some("end") => Ok(Place { sequence: context.engine.last_sequence(), seen: None }),
        Some(text) => text.parse(),
    }
}

/// Events after a place, and the place after them.
pub(crate) struct Step {
    pub(crate) events: Vec<Event>,
    pub(crate) next: Place,
    /// Whether there may be more at once.
    pub(crate) has_more: bool,
}

/// Up to `limit` events after a place that a token sees, of entries up to one of them.
pub(crate) fn step(
    context: &Context,
    token: &Token,
    kinds: Option<&str>,
    (from, up_to): (Place, Sequence),
    limit: usize,
) -> Result<Step, Problem> {
    let asked = |event: &Event| {
        let kinds = kinds.filter(|kinds| !kinds.is_empty());
        kinds.is_none_or(|kinds| kinds.split(',').any(|kind| kind == event.kind))
    };
    let mut step = Step { events: Vec::new(), next: from, has_more: true };
    let mut looked_at = 0usize;
    while looked_at < LOOKED_AT_MAX {
        let first = if step.next.seen.is_some() { step.next.sequence } else { step.next.sequence.next() };
        let mut entries = context.engine.journal(first, CHUNK)?;
        entries.retain(|entry| entry.sequence >= first && entry.sequence <= up_to);
        if entries.is_empty() {
            step.has_more = false;
            break;
        }
        looked_at = looked_at.saturating_add(entries.len());
        for entry in entries {
            let sequence = entry.sequence;
            let all = if token.sees(entry.command.program) { events(entry) } else { Vec::new() };
            for (leg, event) in all.into_iter().enumerate() {
                if from.has_seen(sequence, leg) || !asked(&event) {
                    continue;
                }
                if step.events.len() >= limit {
                    return Ok(step);
                }
                step.events.push(event);
                step.next = Place { sequence, seen: Some(leg.saturating_add(1)) };
            }
            step.next = Place { sequence, seen: None };
        }
    }
    Ok(step)
}

/// The kinds that a call asks for, and its token.
pub(crate) fn events_of(
    context: &Context,
    call: &Call,
    within: (Place, Sequence),
    limit: usize,
) -> Result<Step, Problem> {
    let token = call.token.as_deref().ok_or_else(|| Problem::new("unauthorized", "a token is needed"))?;
    step(context, token, call.query.get("kinds").map(String::as_str), within, limit)
}

fn get_feed(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let step = events_of(context, call, (begin(context, call)?, Sequence(u64::MAX)), call.limit()?)?;
    if call.head.accept.as_deref().is_some_and(|accept| accept.contains("application/cloudevents-batch+json")) {
        let events: Vec<Value> = step.events.iter().map(cloud_event).collect();
        return Ok(Answer::Text {
            media_type: "application/cloudevents-batch+json",
            body: Value::Array(events).to_string(),
        });
    }
    let events: Vec<Value> = step.events.iter().map(value).collect();
    Ok(Answer::Object(json!({ "events": events, "next": step.next.to_string(), "more": step.has_more })))
}

/// An event as CloudEvents 1.0 has it.
fn cloud_event(event: &Event) -> Value {
    let mut cloud = json!({
        "specversion": "1.0", "id": event.id, "type": format!("accruedb.{}.v1", event.kind),
        "source": format!("/v1/programs/{}", event.program), "time": event.recorded_at,
        "datacontenttype": "application/json", "data": event,
    });
    if let (Some(member), Value::Object(fields)) = (&event.member, &mut cloud) {
        fields.insert("subject".to_owned(), member.clone());
    }
    cloud
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_written_and_read() {
        for text in ["0", "912", "912.0", "912.7"] {
            assert_eq!(text.parse::<Place>().unwrap().to_string(), text);
        }
        for bad in ["", "x", "1.", ".1", "1.x", "-1", "01", "1.2.3", "18446744073709551616"] {
            assert!(bad.parse::<Place>().is_err(), "{bad}");
        }
        let place: Place = "912.1".parse().unwrap();
        assert!(place.has_seen(Sequence(911), 9) && place.has_seen(Sequence(912), 1));
        assert!(!place.has_seen(Sequence(912), 2) && !place.has_seen(Sequence(913), 0));
    }
}
