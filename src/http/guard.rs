//! What a request is checked for before anything else: the host that it names, and what its body claims to be.

use super::settings::Settings;
use crate::api::{Body, Problem, Route};
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, HOST, HeaderMap, HeaderName};
use std::net::{IpAddr, SocketAddr};

/// The hosts that a server answers for. A page of another site that points its own name at this address (DNS
/// rebinding) is not among them.
#[derive(Debug, Clone)]
pub(super) struct Hosts(Vec<String>);

impl Hosts {
    pub(super) fn new(settings: &Settings, bound: SocketAddr) -> Hosts {
        let mut hosts = settings.hosts.clone();
        match bound.ip() {
            ip if ip.is_loopback() => hosts.extend(["localhost", "127.0.0.1", "[::1]"].map(str::to_owned)),
            IpAddr::V4(ip) => hosts.push(ip.to_string()),
            IpAddr::V6(ip) => hosts.push(format!("[{ip}]")),
        }
        Hosts(hosts.into_iter().map(|host| host.to_ascii_lowercase()).collect())
    }

    /// Checks the header `Host`, of which there must be one.
    pub(super) fn check(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let named = one(headers, &HOST)?.map(|host| without_port(host).to_ascii_lowercase());
        match named {
            Some(host) if self.0.contains(&host) => Ok(()),
            Some(_) => Err(Problem::new("wrong_host", "this server does not answer for that host")),
            None => Err(Problem::new("wrong_host", "the header Host is missing")),
        }
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    }
}

/// The text of a header that may be there once.
pub(super) fn one<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Result<Option<&'h str>, Problem> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    if values.next().is_some() {
        return Err(Problem::new("malformed", format!("header {name}: said twice")).with("parameter", name.as_str()));
    }
    let bad = |_| Problem::new("malformed", format!("header {name}: not plain text")).with("parameter", name.as_str());
    first.map(|value| value.to_str().map_err(bad)).transpose()
}

/// Checks what a body claims to be. A form of another site cannot send JSON, so this also keeps such forms out.
pub(super) fn check_body(route: &Route, headers: &HeaderMap, is_empty: bool) -> Result<(), Problem> {
    if headers.contains_key(CONTENT_ENCODING) {
        return Err(Problem::new("unsupported_media_type", "the body must not be encoded"));
    }
    let media_type = one(headers, &CONTENT_TYPE)?.map(|text| text.split(';').next().unwrap_or_default().trim());
    let expected = match route.body {
        Body::None => return Ok(()),
        Body::Command | Body::Object(_) => "application/json",
        Body::Lines => "application/x-ndjson",
    };
    match media_type {
        None if is_empty => Ok(()),
        Some(media_type) if media_type.eq_ignore_ascii_case(expected) => Ok(()),
        _ => Err(Problem::new("unsupported_media_type", format!("the body must be {expected}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::HeaderValue;

    fn checked(bound: &str, hosts: &[&str], named: &str) -> bool {
        let mut settings = Settings::new(bound.parse().unwrap());
        settings.hosts = hosts.iter().map(|host| (*host).to_owned()).collect();
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_str(named).unwrap());
        Hosts::new(&settings, settings.listen).check(&headers).is_ok()
    }

    #[test]
    fn only_known_hosts_are_answered() {
        for host in ["localhost", "LOCALHOST:8480", "127.0.0.1:1", "[::1]", "[::1]:8480"] {
            assert!(checked("127.0.0.1:8480", &[], host), "{host}");
        }
        for host in ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "::1", "", "192.0.2.1"] {
            assert!(!checked("127.0.0.1:8480", &[], host), "{host}");
        }
        assert!(checked("192.0.2.1:443", &["Points.Example"], "points.example"));
        assert!(!checked("192.0.2.1:443", &["points.example"], "localhost"));
    }

    #[test]
    fn a_header_is_said_once() {
        let mut headers = HeaderMap::new();
        headers.append(HOST, HeaderValue::from_static("localhost"));
        headers.append(HOST, HeaderValue::from_static("localhost"));
        assert_eq!(one(&headers, &HOST).unwrap_err().code, "malformed");
    }
}
