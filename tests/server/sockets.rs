//! The server over sockets, as strangers would speak to it: slow, rude, many at once; and its end in good order.

use accruedb::api::{Api, ApiOptions, Scope, Token};
use accruedb::console::Console;
use accruedb::engine::{ClockSource, Engine, EngineOptions};
use accruedb::http::{Server, Settings, Stop};
use accruedb::storage::memory::{Call, MemoryStore, Trouble};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// A running server.
pub(super) struct Running {
    address: SocketAddr,
    token: String,
    pub(super) store: Arc<MemoryStore>,
    pub(super) api: Option<Arc<Api>>,
    stop: Stop,
    thread: Option<JoinHandle<bool>>,
}

impl Running {
    pub(super) fn new(set: impl FnOnce(&mut Settings)) -> Running {
        let store = Arc::new(MemoryStore::new());
        let options = EngineOptions { clock: ClockSource::Commands, ..EngineOptions::default() };
        let engine = Engine::open_store(store.clone(), options).unwrap();
        let api =
            Arc::new(Api::new(engine, ApiOptions { clock: ClockSource::Commands, ..ApiOptions::default() }).unwrap());
        let (mut token, text) = Token::mint("test", &[5; 38], super::wall());
        token.scopes.extend(Scope::ALL);
        api.add_token(token);
        let mut settings = Settings::new("127.0.0.1:0".parse().unwrap());
        set(&mut settings);
        let (send, receive) = std::sync::mpsc::channel();
        let served = api.clone();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let server = Server::bind(served, Console::new([1; 32]), settings).await.unwrap();
                send.send((server.address(), server.stopper())).unwrap();
                server.run().await
            })
        });
        let (address, stop) = receive.recv().unwrap();
        let running = Running { address, token: text, store, api: Some(api), stop, thread: Some(thread) };
        let program = r#"{"enrolment":"on_first_accrual","transaction_at":"2026-01-01T00:00:00Z"}"#;
        assert_eq!(running.post("/v1/programs/1", "p", program).0, 201);
        assert_eq!(running.post("/v1/programs/1/point-types", "t", r#"{"point_type":1}"#).0, 201);
        running
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }

    /// Sends bytes on a connection of their own; all that comes back.
    fn raw(&self, text: &str) -> String {
        let mut stream = self.connect();
        // the server may answer and close before it has read everything
        let _ = stream.write_all(text.as_bytes());
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn request(&self, head: &str, body: &str) -> (u16, String) {
        let host = self.address;
        let length = if body.is_empty() { String::new() } else { format!("content-length: {}\r\n", body.len()) };
        answer_of(&self.raw(&format!("{head}host: {host}\r\nconnection: close\r\n{length}\r\n{body}")))
    }

    pub(super) fn get(&self, path: &str) -> (u16, String) {
        self.request(&format!("GET {path} HTTP/1.1\r\nauthorization: Bearer {}\r\n", self.token), "")
    }

    fn post(&self, path: &str, key: &str, body: &str) -> (u16, String) {
        self.request(&post_head(path, &self.token, key), body)
    }

    /// Sends a command and goes away, without its answer.
    pub(super) fn leave(&self, path: &str, token: &str, key: &str, body: &str) {
        let (head, host) = (post_head(path, token, key), self.address);
        let mut stream = self.connect();
        let length = body.len();
        stream.write_all(format!("{head}host: {host}\r\ncontent-length: {length}\r\n\r\n{body}").as_bytes()).unwrap();
        thread::sleep(Duration::from_millis(100));
    }

    pub(super) fn post_as(&self, token: &str, path: &str, key: &str, body: &str) -> (u16, String) {
        self.request(&post_head(path, token, key), body)
    }

    /// Begins to read something, and goes on.
    pub(super) fn begin(&self, path: &str, accept: &str) -> TcpStream {
        let mut stream = self.connect();
        let head = format!(
            "GET {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\naccept: {accept}\r\n\r\n",
            self.address, self.token
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream
    }

    /// Waits until a gauge of the server has a value.
    pub(super) fn wait_for(&self, gauge: &str, value: u64) {
        let begun = Instant::now();
        while self.metric(gauge) != value {
            assert!(begun.elapsed() < Duration::from_secs(10), "{gauge} is {} and not {value}", self.metric(gauge));
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// A gauge or counter of the server.
    pub(super) fn metric(&self, name: &str) -> u64 {
        let (_, text) = self.get("/metrics");
        let line = text.lines().find_map(|line| line.strip_prefix(&format!("accruedb_{name} "))).unwrap();
        line.parse().unwrap()
    }

    pub(super) fn accrue(&self, key: &str, points: u32) -> (u16, String) {
        let body = format!(r#"{{"member":"M1","awards":[{{"point_type":1,"points":{points}}}]}}"#);
        self.post("/v1/programs/1/accruals", key, &body)
    }

    /// Stops the server. Returns whether all that it took was answered.
    fn stop(&mut self) -> bool {
        self.stop.stop();
        self.thread.take().unwrap().join().unwrap()
    }
}

fn post_head(path: &str, token: &str, key: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nauthorization: Bearer {token}\r\nidempotency-key: {key}\r\n\
         content-type: application/json\r\n"
    )
}

/// Status and body.
fn answer_of(text: &str) -> (u16, String) {
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
    (status, text.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
}

#[test]
fn rude_requests_are_refused_and_tell_nothing() {
    let running = Running::new(|_| {});
    let host = running.address;
    let token = &running.token;
    let post = format!(
        "POST /v1/programs/1/members HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n\
         idempotency-key: k\r\nconnection: close\r\n"
    );
    let json = "content-type: application/json\r\n";
    let long = "x".repeat(40_000);
    for (text, status) in [
        ("GET /healthz HTTP/1.1\r\n\r\n".to_owned(), 421),
        ("GET /healthz HTTP/1.1\r\nhost: evil.example\r\n\r\n".to_owned(), 421),
        (format!("GET /healthz HTTP/1.1\r\nhost: {host}\r\nhost: {host}\r\n\r\n"), 400),
        (format!("DELETE /v1/programs/1 HTTP/1.1\r\nhost: {host}\r\n\r\n"), 405),
        (format!("GET /v1/programs HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer wrong\r\n\r\n"), 401),
        (format!("GET /v1/programs HTTP/1.1\r\nhost: {host}\r\nauthorization: Basic {token}\r\n\r\n"), 401),
        (format!("GET /{long} HTTP/1.1\r\nhost: {host}\r\n\r\n"), 431),
        (format!("{post}{json}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n{{}}"), 400),
        (format!("{post}{json}content-length: 2\r\ncontent-length: 3\r\n\r\n{{}}"), 400),
        (format!("{post}{json}content-length: 1048577\r\n\r\n"), 413),
        (format!("{post}content-type: text/plain\r\ncontent-length: 2\r\n\r\n{{}}"), 415),
        (format!("{post}{json}content-encoding: gzip\r\ncontent-length: 2\r\n\r\n{{}}"), 415),
        (format!("{post}{json}content-length: 9\r\n\r\nnot json!"), 400),
        (format!("GET /v1/programs/%ff HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n\r\n"), 404),
        (
            format!(
                "GET /v1/programs/1/members/%2e%2e HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n\r\n"
            ),
            404,
        ),
        ("\u{0}\u{1}\u{2}\r\n\r\n".to_owned(), 400),
    ] {
        let connection = "connection: close\r\n\r\n";
        let text = match text.contains("content-length") || !text.contains("HTTP") {
            true => text,
            false => text.replacen("\r\n\r\n", &format!("\r\n{connection}"), 1),
        };
        let (answered, body) = answer_of(&running.raw(&text));
        assert_eq!(answered, status, "{}: {body}", text.get(..200.min(text.len())).unwrap_or_default());
        for inside in ["src/", "panicked", "/rustc", "RocksDB"] {
            assert!(!body.contains(inside), "{body}");
        }
    }
    // pipelined requests are answered in their order
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nhost: {host}\r\n");
    let both = format!("{}\r\n{}connection: close\r\n\r\n", get("/healthz"), get("/readyz"));
    let answers = running.raw(&both);
    let place = |part: &str| answers.find(part).unwrap();
    assert!(place("lives") < place("ready"), "{answers}");
}

#[test]
fn headers_keep_browsers_in_their_place() {
    let running = Running::new(|_| {});
    let host = running.address;
    for path in ["/healthz", "/sign-in", "/docs", "/v1/programs", "/nothing"] {
        let answer = running.raw(&format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"));
        let head = answer.split("\r\n\r\n").next().unwrap().to_lowercase();
        assert!(head.contains("content-security-policy: default-src 'none'"), "{path}: {head}");
        assert!(head.contains("x-content-type-options: nosniff"), "{path}: {head}");
        assert!(!head.contains("access-control"), "{path}: {head}");
    }
}

#[test]
fn slow_connections_are_closed_and_keep_nobody_else_waiting() {
    let running = Running::new(|settings| {
        settings.head_timeout = Duration::from_millis(700);
        settings.body_timeout = Duration::from_millis(700);
    });
    let mut slow: Vec<TcpStream> = (0..200).map(|_| running.connect()).collect();
    for (at, stream) in slow.iter_mut().enumerate() {
        let part = match at % 3 {
            0 => String::new(),
            1 => "GET /healthz HTTP/1.1\r\nhost: ".to_owned(),
            _ => format!(
                "POST /v1/programs/1/members HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\nidempotency-key: k\r\n\
                 content-type: application/json\r\ncontent-length: 100\r\n\r\n{{",
                running.address, running.token
            ),
        };
        stream.write_all(part.as_bytes()).unwrap();
    }
    let begun = Instant::now();
    for key in 0..20 {
        assert_eq!(running.accrue(&format!("k{key}"), 1).0, 201);
    }
    assert!(begun.elapsed() < Duration::from_millis(600), "{:?}", begun.elapsed());
    thread::sleep(Duration::from_millis(1_500));
    for mut stream in slow {
        let mut rest = Vec::new();
        // closed: either in good order, or with a reset
        let _ = stream.read_to_end(&mut rest);
    }
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

#[test]
fn what_has_no_room_is_refused_at_once_and_nothing_is_lost() {
    let running = Running::new(|settings| {
        settings.command_threads = 1;
        settings.commands_max = 3;
    });
    running.store.trouble(Call::Append, 0, Trouble::Delay(Duration::from_millis(800)));
    let answers: Vec<(u16, String, Duration)> = thread::scope(|scope| {
        let running = &running;
        let senders: Vec<_> = (0..12)
            .map(|at| {
                thread::sleep(Duration::from_millis(10));
                scope.spawn(move || {
                    let begun = Instant::now();
                    let (status, body) = running.accrue(&format!("o{at}"), 1);
                    (status, body, begun.elapsed())
                })
            })
            .collect();
        senders.into_iter().map(|sender| sender.join().unwrap()).collect()
    });
    let done = answers.iter().filter(|(status, ..)| *status == 201).count();
    let busy: Vec<_> = answers.iter().filter(|(status, ..)| *status == 503).collect();
    assert_eq!((done, done + busy.len()), (3, 12), "{answers:?}");
    assert!(busy.iter().all(|(_, body, took)| body.contains("\"busy\"") && *took < Duration::from_millis(300)));
    // the same keys again: done ones are answered with their receipts, the others are done now
    for at in 0..12 {
        let (status, body) = running.accrue(&format!("o{at}"), 1);
        assert!([200, 201].contains(&status), "{body}");
    }
    let (_, member) = running.get("/v1/programs/1/members/M1");
    assert!(member.contains("\"available\":12"), "{member}");
}

#[test]
fn connections_have_a_cap() {
    let running = Running::new(|settings| settings.connections_max = 3);
    // the last connection of before may still have its place: who then is refused tries again
    let held: Vec<TcpStream> = (0..3)
        .map(|_| {
            loop {
                let mut stream = running.connect();
                stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
                if stream.read(&mut [0]).is_err() {
                    break stream;
                }
            }
        })
        .collect();
    let refused = running.raw("");
    assert!(refused.starts_with("HTTP/1.1 503 ") && refused.contains("retry-after: 1"), "{refused}");
    drop(held);
    thread::sleep(Duration::from_millis(200));
    assert_eq!(running.get("/v1/programs").0, 200);
}

#[test]
fn a_stopping_server_answers_what_it_took() {
    let mut running = Running::new(|_| {});
    let idle = running.connect();
    let mut stream = running.connect();
    running.store.trouble(Call::Append, 0, Trouble::Delay(Duration::from_millis(500)));
    let body = r#"{"member":"M9","awards":[{"point_type":1,"points":9}]}"#;
    let head = format!(
        "POST /v1/programs/1/accruals HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\nidempotency-key: z\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        running.address,
        running.token,
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    thread::sleep(Duration::from_millis(150));
    let begun = Instant::now();
    assert!(running.stop(), "not all was answered");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert_eq!(answer_of(&answer).0, 201, "{answer}");
    assert!(TcpStream::connect(running.address).is_err());
    drop(idle);
    let api = Arc::into_inner(running.api.take().unwrap()).expect("nobody holds the API any more");
    api.close().unwrap();
}

#[test]
fn the_feed_streams_what_happens_from_where_a_reader_was() {
    let running = Running::new(|_| {});
    for at in 0..3 {
        running.accrue(&format!("f{at}"), 1);
    }
    let follow = |from: &str| {
        let mut stream = running.connect();
        let head = format!(
            "GET /v1/feed?kinds=granted HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\naccept: text/event-stream\r\n\
             last-event-id: {from}\r\n\r\n",
            running.address, running.token
        );
        stream.write_all(head.as_bytes()).unwrap();
        BufReader::new(stream)
            .lines()
            .map(Result::unwrap)
            .filter_map(|line| line.strip_prefix("id: ").map(str::to_owned))
    };
    let mut first = follow("");
    let seen: Vec<String> = first.by_ref().take(2).collect();
    assert_eq!(seen, ["3.0", "4.0"]);
    drop(first);
    let mut second = follow(&seen[1]);
    assert_eq!(second.next().as_deref(), Some("5.0"));
    let begun = Instant::now();
    running.accrue("f9", 1);
    assert_eq!(second.next().as_deref(), Some("6.0"));
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    // a page that waits is answered when something happens, and else when its time is over
    let (waited, page) = thread::scope(|scope| {
        let page = scope.spawn(|| running.get("/v1/feed?from=end&wait=20&kinds=granted"));
        thread::sleep(Duration::from_millis(200));
        let begun = Instant::now();
        running.accrue("f10", 1);
        let page = page.join().unwrap().1;
        (begun.elapsed(), page)
    });
    assert!(waited < Duration::from_secs(2) && page.contains("granted"), "{waited:?} {page}");
    let begun = Instant::now();
    let (status, page) = running.get("/v1/feed?from=end&wait=1");
    assert!((900..3_000).contains(&begun.elapsed().as_millis()), "{:?}", begun.elapsed());
    assert!(status == 200 && page.contains("\"events\":[]"), "{page}");
}

#[test]
fn who_calls_too_fast_or_guesses_tokens_is_slowed_down() {
    let running = Running::new(|_| {});
    let (mut token, text) = Token::mint("slow", &[6; 38], super::wall());
    token.scopes.extend(Scope::ALL);
    token.calls_a_second = Some(1);
    running.api.as_ref().unwrap().add_token(token);
    let look = |token: &str| {
        let head = format!(
            "GET /v1/clock HTTP/1.1\r\nauthorization: Bearer {token}\r\nhost: localhost\r\nconnection: close\r\n\r\n"
        );
        running.raw(&head)
    };
    let told: Vec<String> = (0..4).map(|_| look(&text)).collect();
    assert!(told[0].starts_with("HTTP/1.1 200 "), "{}", told[0]);
    let refused =
        told.iter().find(|told| told.starts_with("HTTP/1.1 429 ")).expect("four calls take less than a second");
    assert!(refused.contains("too_fast") && refused.to_lowercase().contains("retry-after: 1\r\n"), "{refused}");
    // other tokens are not slowed down by it, nor by wrong ones of the same address
    let wrong: Vec<String> = (0..31).map(|_| look("acr_000000000000_x")).collect();
    assert!(wrong[0].starts_with("HTTP/1.1 401 ") && wrong[30].starts_with("HTTP/1.1 429 "), "{}", wrong[30]);
    assert_eq!(running.get("/v1/clock").0, 200);
    let sign_in = "token=x&back=/";
    let form = format!(
        "POST /sign-in HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{sign_in}",
        sign_in.len()
    );
    assert!(running.raw(&form).starts_with("HTTP/1.1 429 "));
}
