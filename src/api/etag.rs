//! `ETag` and `If-None-Match`: a look whose answer is the same costs the caller no body (RFC 9110).

use super::call::{Call, Format, Method};
use super::render::Response;

/// Marks the answer of a look with its `ETag`; where the caller has it already, only that is said (304).
///
/// The mark is weak: it leaves out `as_of`, the instant at which a look that asks for now was answered.
pub(crate) fn marked(call: &Call, mut response: Response) -> Response {
    let is_object = call.head.method == Method::Get && call.format == Format::Json && response.status == 200;
    if !is_object || response.media_type != Format::Json.media_type() {
        return response;
    }
    let tag = format!("W/\"{}\"", digest(call, &response.body).to_hex());
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

/// The hash of a body, without an `as_of` that the caller did not ask for: it comes first, as fields are in order.
fn digest(call: &Call, body: &[u8]) -> blake3::Hash {
    let asked = call.query.contains_key("as_of");
    let after = body.strip_prefix(br#"{"as_of":""#).filter(|_| !asked);
    let end = after.and_then(|rest| rest.iter().position(|byte| *byte == b'"'));
    let counted = after.zip(end).and_then(|(rest, end)| rest.get(end..));
    blake3::hash(counted.unwrap_or(body))
}
