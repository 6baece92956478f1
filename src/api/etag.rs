//! `ETag`, `If-None-Match` and `If-Match`: a look whose answer is the same costs the caller no body, and an edit is of
//! what the caller saw (RFC 9110).

use super::call::{Call, Format, Method};
use super::render::Response;
use serde_json::Value;

/// Marks the answer of a look with its `ETag`; where the caller has it already, only that is said (304).
///
/// The mark is strong, the same only where the bytes are; but weak where it leaves out `as_of`, the instant at which a
/// look that asks for now was answered.
pub(crate) fn marked(call: &Call, mut response: Response) -> Response {
    let is_object = call.head.method == Method::Get && call.format == Format::Json && response.status == 200;
    if !is_object || response.media_type != Format::Json.media_type() {
        return response;
    }
    let counted = counted(call, &response.body);
    let weak = if counted.len() == response.body.len() { "" } else { "W/" };
    let tag = format!("{weak}{}", tag(counted));
    let known = call.head.if_none_match.as_deref().unwrap_or_default();
    let is_known = known.trim() == "*" || known.split(',').any(|one| is_same(one.trim(), &tag));
    if is_known {
        response =
            Response { status: 304, media_type: response.media_type, headers: response.headers, body: Vec::new() };
    }
    response.headers.push(("etag", tag));
    response
}

/// Weak comparison: what stands before the quotation marks does not count.
fn is_same(one: &str, other: &str) -> bool {
    one.trim_start_matches("W/") == other.trim_start_matches("W/")
}

/// The mark of bytes.
fn tag(bytes: &[u8]) -> String {
    format!("\"{}\"", blake3::hash(bytes).to_hex())
}

/// Whether the header `If-Match` names what a look answers now. Compared strongly: a weak mark names nothing.
pub(crate) fn is_matched(if_match: &str, now: &Value) -> bool {
    let tag = tag(now.to_string().as_bytes());
    if_match.trim() == "*" || if_match.split(',').any(|one| one.trim() == tag)
}

/// A body without an `as_of` that the caller did not ask for: it comes first, as fields are in order.
fn counted<'a>(call: &Call, body: &'a [u8]) -> &'a [u8] {
    let asked = call.query.contains_key("as_of");
    let after = body.strip_prefix(br#"{"as_of":""#).filter(|_| !asked);
    let end = after.and_then(|rest| rest.iter().position(|byte| *byte == b'"'));
    after.zip(end).and_then(|(rest, end)| rest.get(end..)).unwrap_or(body)
}
