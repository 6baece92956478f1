//! One request: guards, access, body, a thread that does it, and the response.

use super::body;
use super::console;
use super::feed;
use super::guard;
use super::reply::Reply;
use super::shared::{Shared, done, system_now, whole};
use crate::api::{self, Admitted, Api, Head, Problem, Token};
use crate::domain::Timestamp;
use hyper::body::{Body, Incoming};
use hyper::header::{self, HeaderMap, HeaderName};
use hyper::{Method, Request, Response};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

/// What the access log says of a request, besides its status.
struct Noted {
    route: &'static str,
    token: Option<String>,
}

/// Answers a request, and notes that it did.
pub(super) async fn answer(shared: Arc<Shared>, peer: SocketAddr, request: Request<Incoming>) -> Response<Reply> {
    let begun = Instant::now();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let trace = request.headers().get("traceparent").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let mut noted = Noted { route: "none", token: None };
    let response = match handle(&shared, peer, request, &mut noted).await {
        Ok(response) => response,
        Err(problem) => whole(problem.into()),
    };
    let took = begun.elapsed();
    let status = response.status().as_u16();
    shared.metrics.answered(noted.route, status, took);
    // a path has no control characters, or hyper would have refused it
    tracing::info!(
        target: "accruedb::access", %peer, %method, %path, route = noted.route, status,
        us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX), token = noted.token, traceparent = trace,
    );
    response
}

async fn handle(
    shared: &Arc<Shared>,
    peer: SocketAddr,
    request: Request<Incoming>,
    noted: &mut Noted,
) -> Result<Response<Reply>, Problem> {
    let (parts, incoming) = request.into_parts();
    shared.hosts.check(&parts.headers)?;
    let method = match parts.method {
        Method::GET | Method::HEAD => api::Method::Get,
        Method::POST => api::Method::Post,
        _ => return Err(shared.api.wrong_method(parts.uri.path(), system_now())),
    };
    let path = parts.uri.path();
    if !is_api(path) {
        noted.route = "console";
        return console::answer(shared, peer, method, &parts, incoming).await;
    }
    let at = system_now();
    let token = match bearer(&shared.api, &parts.headers, at)? {
        Bearer::Nobody => None,
        Bearer::Wrong => return Err(shared.pace.wrong_token(peer.ip(), at)),
        Bearer::Known(token) => Some(token),
    };
    noted.token = token.as_ref().map(|token| token.id.clone());
    token.as_deref().map_or(Ok(()), |token| shared.pace.call(token, at))?;
    let text = |name: HeaderName| Ok::<_, Problem>(guard::one(&parts.headers, &name)?.map(str::to_owned));
    let head = Head {
        method,
        path: path.to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        idempotency_key: text(HeaderName::from_static("idempotency-key"))?,
        accept: text(header::ACCEPT)?,
        last_event_id: text(HeaderName::from_static("last-event-id"))?,
        if_none_match: text(header::IF_NONE_MATCH)?,
        if_match: text(header::IF_MATCH)?,
        at,
    };
    let mut admitted = shared.api.admit(head, token)?;
    noted.route = admitted.route.id;
    guard::check_body(admitted.route, &parts.headers, incoming.is_end_stream())?;
    let body = body::read(incoming, admitted.route.body.bytes_max(), shared.settings.body_timeout).await?;
    if let Some(stream) = feed::wanted(shared, &mut admitted).await? {
        return Ok(stream);
    }
    run(shared, admitted, body).await.map(whole)
}

/// The paths of the routes; all others are the console's.
fn is_api(path: &str) -> bool {
    path.starts_with("/v1/") || ["/v1", "/healthz", "/readyz", "/metrics"].contains(&path)
}

/// What the header `Authorization` says.
enum Bearer {
    Nobody,
    Wrong,
    Known(Arc<Token>),
}

fn bearer(api: &Api, headers: &HeaderMap, at: Timestamp) -> Result<Bearer, Problem> {
    let Some(text) = guard::one(headers, &header::AUTHORIZATION)? else { return Ok(Bearer::Nobody) };
    let bearer = text.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let known = bearer.and_then(|(_, text)| api.token(text.trim(), at));
    Ok(known.map_or(Bearer::Wrong, Bearer::Known))
}

/// Does a call: a thread for it begins it, and where that sent a command, no thread waits for the rest.
pub(super) async fn run(shared: &Arc<Shared>, admitted: Admitted, body: Vec<u8>) -> Result<api::Response, Problem> {
    let lane = admitted.route.lane;
    let api = shared.api.clone();
    done(shared, lane, move || api.begin(&admitted, &body).response()).await
}
