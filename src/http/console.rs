//! The console's pages over HTTP: cookies, forms, and their headers.

use super::body;
use super::guard;
use super::reply::Reply;
use super::shared::{Shared, done, put, system_now, whole};
use crate::api::{Lane, Method, Problem};
use crate::console::Visit;
use hyper::Response;
use hyper::body::Incoming;
use hyper::header::{self, HeaderName};
use hyper::http::request::Parts;
use std::future::ready;
use std::net::SocketAddr;
use std::sync::Arc;

/// Bytes of a form, at most.
const FORM_BYTES_MAX: usize = 64 << 10;

pub(super) async fn answer(
    shared: &Arc<Shared>,
    peer: SocketAddr,
    method: Method,
    parts: &Parts,
    incoming: Incoming,
) -> Result<Response<Reply>, Problem> {
    let text = |name: HeaderName| Ok::<_, Problem>(guard::one(&parts.headers, &name)?.map(str::to_owned));
    let bytes_max = if method == Method::Post { FORM_BYTES_MAX } else { 0 };
    let media_type = text(header::CONTENT_TYPE)?.unwrap_or_default();
    if method == Method::Post && !media_type.starts_with("application/x-www-form-urlencoded") {
        return Err(Problem::new("unsupported_media_type", "the console takes forms"));
    }
    let visit = Visit {
        method,
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        cookie: text(header::COOKIE)?.unwrap_or_default(),
        fetch_site: text(HeaderName::from_static("sec-fetch-site"))?,
        is_https: shared.settings.is_https(),
        form: body::read(incoming, bytes_max, shared.settings.body_timeout).await?,
        at: system_now(),
    };
    let (api, console) = (shared.api.clone(), shared.console.clone());
    let at = visit.at;
    let shown = done(shared, Lane::Reports, move || ready(console.visit(&api, &visit))).await?;
    if shown.is_wrong_token {
        // the page stays as it is until there are too many of them
        let problem = shared.pace.wrong_token(peer.ip(), at);
        if problem.status == 429 {
            return Err(problem);
        }
    }
    let policy = shown.policy;
    let mut response = whole(shown.response);
    if let Some(policy) = policy {
        put(response.headers_mut(), "content-security-policy", policy);
    }
    Ok(response)
}
