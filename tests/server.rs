//! The server: its routes without sockets, who may call them, its documents, and the server itself over sockets.

mod access;
mod console;
mod documents;
mod edits;
mod effects;
mod in_flight;
mod reports;
mod routes;
mod settlement;
mod sockets;
mod tls;
mod waiting;

use accruedb::api::{Api, ApiOptions, Head, Method, Response, Scope, Token};
use accruedb::domain::Timestamp;
use accruedb::engine::{ClockSource, Engine, EngineOptions};
use accruedb::storage::memory::MemoryStore;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;

/// An API over an empty database in memory, on the commands' clock, and the text of a token for everything.
struct Served {
    api: Api,
    all: String,
    /// Bytes that tokens are made of.
    next: std::cell::Cell<u16>,
}

/// The wall clock of the tests.
fn wall() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn engine() -> Engine {
    let options = EngineOptions { clock: ClockSource::Commands, ..EngineOptions::default() };
    Engine::open_store(Arc::new(MemoryStore::new()), options).unwrap()
}

impl Served {
    fn new() -> Served {
        Served::with_tokens(None)
    }

    fn with_tokens(file: Option<PathBuf>) -> Served {
        let options = ApiOptions { clock: ClockSource::Commands, tokens: file, backups: None };
        let api = Api::new(engine(), options).unwrap();
        let mut served = Served { api, all: String::new(), next: std::cell::Cell::new(1) };
        served.all = served.token(|token| token.scopes.extend(Scope::ALL));
        served
    }

    /// A new token, as `set` makes it.
    fn token(&self, set: impl FnOnce(&mut Token)) -> String {
        let mut random = [7; 38];
        random[..2].copy_from_slice(&self.next.get().to_be_bytes());
        self.next.set(self.next.get() + 1);
        let (mut token, text) = Token::mint("test", &random, wall());
        set(&mut token);
        self.api.add_token(token);
        text
    }

    fn get_as(&self, token: &str, path: &str) -> Response {
        self.api.call(Head::new(Method::Get, path, wall()), Some(token), b"")
    }

    fn get(&self, path: &str) -> Value {
        let response = self.get_as(&self.all, path);
        assert_eq!(response.status, 200, "{path}: {}", String::from_utf8_lossy(&response.body));
        serde_json::from_slice(&response.body).unwrap()
    }

    fn post_as(&self, token: &str, path: &str, key: &str, body: &Value) -> Response {
        let mut head = Head::new(Method::Post, path, wall());
        head.idempotency_key = Some(key.to_owned());
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.api.call(head, Some(token), body.as_bytes())
    }

    /// The status and the body.
    fn post(&self, path: &str, key: &str, body: Value) -> (u16, Value) {
        let response = self.post_as(&self.all, path, key, &body);
        (response.status, serde_json::from_slice(&response.body).unwrap())
    }

    /// Program 1 with point type 1, partner 1 with block 1 of 1,000 points, member M1 with 100 points of 2026-01-01.
    fn with_points() -> Served {
        let served = Served::new();
        let at = "2026-01-01T00:00:00Z";
        let partner = json!({ "partner": 1, "rates": { "1": "1" }, "transaction_at": at });
        let award =
            json!({ "member": "M1", "partner": 1, "awards": [{ "point_type": 1, "points": 100, "source": 7 }] });
        for (path, key, body) in [
            ("/v1/programs/1", "p", json!({ "enrolment": "on_first_accrual", "transaction_at": at })),
            ("/v1/programs/1/point-types", "t", json!({ "point_type": 1 })),
            ("/v1/programs/1/partners", "c", partner),
            ("/v1/programs/1/partners/1/blocks", "b", json!({ "block": 1, "points": 1000 })),
            ("/v1/programs/1/partners/1/blocks/1/approve", "a", Value::Null),
            ("/v1/programs/1/accruals", "m", award),
        ] {
            let (status, answer) = served.post(path, key, body);
            assert_eq!(status, 201, "{path}: {answer}");
        }
        served
    }
}
