//! `accruedb serve` and `accruedb token`, as processes: what they print works as it stands, signals end them in good
//! order, and a kill loses nothing that was answered.

use super::Shell;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A server that runs.
struct Serving {
    child: Child,
    address: String,
    token: String,
}

impl Serving {
    /// Starts it; waits until it says where it listens.
    fn start(shell: &Shell, line: &str) -> Serving {
        let mut command = shell.command(&format!("--json serve --listen 127.0.0.1:0 --log off {line}"));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let mut said = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut said).unwrap();
        let said: Value = serde_json::from_str(&said).unwrap();
        let address = said["address"].as_str().unwrap().trim_start_matches("http://").to_owned();
        Serving { child, address, token: said["token"].as_str().unwrap_or_default().to_owned() }
    }

    /// Status and body; nothing where the server is gone.
    fn call(&self, method: &str, path: &str, key: &str, body: &str) -> Option<(u16, Value)> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let (address, token, length) = (&self.address, &self.token, body.len());
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\nidempotency-key: {key}\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
        );
        stream.write_all(head.as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some((status, serde_json::from_str(body).ok()?))
    }

    fn accrue(&self, key: &str) -> Option<(u16, Value)> {
        let body = r#"{"member":"M1","awards":[{"point_type":1,"points":1}]}"#;
        self.call("POST", "/v1/programs/1/accruals", key, body)
    }

    fn set_up(&self) {
        let body = r#"{"enrolment":"on_first_accrual"}"#;
        assert_eq!(self.call("POST", "/v1/programs/1", "p", body).unwrap().0, 201);
        let body = r#"{"point_type":1}"#;
        assert_eq!(self.call("POST", "/v1/programs/1/point-types", "t", body).unwrap().0, 201);
    }

    /// Sends a signal; the exit code, where there is one.
    fn end(mut self, signal: &str) -> Option<i32> {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}

#[test]
fn tokens_are_made_listed_and_revoked() {
    let shell = Shell::new();
    let made =
        shell.run("--json token new --file t.json till --scope post --scope read --program 1 --largest 50").json();
    let (id, token) = (made["id"].as_str().unwrap(), made["token"].as_str().unwrap());
    assert!(token.starts_with(&format!("acr_{id}_")) && token.len() == 60, "{token}");
    let listed = shell.run("--json token list --file t.json").json();
    let first = &listed["tokens"][0];
    assert_eq!((&first["scopes"], &first["budget"]["largest"]), (&json!(["read", "post"]), &json!(50)));
    let kept = std::fs::read_to_string(shell.folder().join("t.json")).unwrap();
    assert!(!kept.contains(token.rsplit('_').next().unwrap()), "the secret is in the file");
    assert_eq!(shell.run("token revoke --file t.json nobody").code, 1);
    assert_eq!(shell.run(&format!("token revoke --file t.json {id}")).code, 0);
    assert_eq!(shell.run("--json token list --file t.json").json()["tokens"], json!([]));
    for wrong in [
        "new --file t.json till",
        "new --file t.json till --scope steal",
        "new --file t.json p --scope read --partner 1",
        "list --file nowhere",
    ] {
        assert_eq!(shell.run(&format!("token {wrong}")).code, 2, "{wrong}");
    }
}

#[test]
fn a_server_tells_its_address_and_ends_in_good_order() {
    let shell = Shell::new();
    let serving = Serving::start(&shell, "--memory");
    let body = r#"{"transaction_at":"2026-01-01T00:00:00Z"}"#;
    assert_eq!(serving.call("POST", "/v1/programs/1", "p", body).unwrap().0, 201);
    assert_eq!(serving.call("GET", "/readyz", "", "").unwrap().1["status"], "ready");
    assert_eq!(serving.end("-TERM"), Some(0));
    let serving = Serving::start(&shell, "--memory");
    assert_eq!(serving.end("-INT"), Some(0));
    for wrong in ["--memory --listen 0.0.0.0:0", "", "--memory --demo", "--memory --tls-cert x"] {
        let run = shell.run(&format!("serve {wrong}"));
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{wrong}: {}", run.err);
    }
}

#[test]
fn tokens_of_the_file_count_and_are_read_again() {
    let shell = Shell::new();
    let made = |name: &str| {
        let made = shell.run(&format!("--json token new --file t.json {name} --scope catalog --scope post")).json();
        (made["id"].as_str().unwrap().to_owned(), made["token"].as_str().unwrap().to_owned())
    };
    let (id, first) = made("first");
    let mut serving = Serving::start(&shell, "--memory --tokens t.json");
    assert_eq!(serving.token, "", "with a file, no other token leads in");
    serving.token = first;
    let body = r#"{"transaction_at":"2026-01-01T00:00:00Z"}"#;
    assert_eq!(serving.call("POST", "/v1/programs/1", "p", body).unwrap().0, 201);
    let (_, second) = made("second");
    assert_eq!(shell.run(&format!("token revoke --file t.json {id}")).code, 0);
    let process = serving.child.id().to_string();
    assert!(Command::new("kill").args(["-HUP", &process]).status().unwrap().success());
    let status = |serving: &Serving| serving.call("POST", "/v1/programs/1", "p", body).unwrap().0;
    let begun = std::time::Instant::now();
    while status(&serving) != 401 {
        assert!(begun.elapsed() < Duration::from_secs(5), "the revoked token is still good");
        std::thread::sleep(Duration::from_millis(20));
    }
    serving.token = second;
    assert_eq!(status(&serving), 200);
    assert_eq!(serving.end("-TERM"), Some(0));
}

/// kill -9 at some moment of a stream of accruals: every command that was answered is there, a repeated key gets the
/// first receipt, and a reader of the feed that is killed and comes back sees no gap and nothing twice.
#[cfg(feature = "rocksdb")]
#[test]
fn proof_serve() {
    use crate::proof::Proof;
    let shell = Shell::new();
    let token = shell.run("--json token new --file t.json all --scope read --scope post --scope catalog --scope feed");
    let token = token.json()["token"].as_str().unwrap().to_owned();
    let start = || Serving { token: token.clone(), ..Serving::start(&shell, "--db db --tokens t.json") };
    let serving = start();
    serving.set_up();
    assert_eq!(serving.end("-TERM"), Some(0));
    let mut proof = Proof::new("serve", "an answer over HTTP is durable; the feed has no gap", &["kill"]);
    let mut answered: Vec<(String, u64)> = Vec::new();
    let (mut events, mut from) = (Vec::new(), String::new());
    for round in 0..Proof::size(3) {
        let mut serving = start();
        let length = Duration::from_millis(20 + round * 37 % 180);
        let begun = std::time::Instant::now();
        std::thread::scope(|scope| {
            let senders: Vec<_> = (0..4)
                .map(|sender| {
                    let serving = &serving;
                    scope.spawn(move || {
                        let keys = (0..).map(|at| format!("k{round}-{sender}-{at}"));
                        let done =
                            keys.map_while(|key| serving.accrue(&key).map(|(status, receipt)| (key, status, receipt)));
                        let done = done.inspect(|(key, status, receipt)| assert_eq!(*status, 201, "{key}: {receipt}"));
                        done.map(|(key, _, receipt)| (key, receipt["sequence"].as_u64().unwrap())).collect::<Vec<_>>()
                    })
                })
                .collect();
            std::thread::sleep(length.saturating_sub(begun.elapsed()));
            let id = serving.child.id().to_string();
            assert!(Command::new("kill").args(["-KILL", &id]).status().unwrap().success());
            for sender in senders {
                answered.extend(sender.join().unwrap());
            }
        });
        serving.child.wait().unwrap();
        proof.fault("kill", 1);
        let serving = start();
        let again = answered.iter().rev().take(40);
        for (key, sequence) in again {
            let (status, receipt) = serving.accrue(key).unwrap();
            assert_eq!((status, receipt["sequence"].as_u64()), (200, Some(*sequence)), "{key}: {receipt}");
        }
        // a reader goes on after the last event that it has kept
        loop {
            let page = serving.call("GET", &format!("/v1/feed?kinds=granted&limit=100&from={from}"), "", "").unwrap().1;
            let ids: Vec<String> = page["events"]
                .as_array()
                .unwrap()
                .iter()
                .map(|event| event["id"].as_str().unwrap().to_owned())
                .collect();
            let Some(last) = ids.last() else { break };
            from.clone_from(last);
            events.extend(ids);
        }
        assert_eq!(serving.end("-TERM"), Some(0));
    }
    let numbers: Vec<u64> = events.iter().map(|id| id.split('.').next().unwrap().parse().unwrap()).collect();
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "doubled or out of order");
    let missing: Vec<_> = answered.iter().filter(|(_, sequence)| numbers.binary_search(sequence).is_err()).collect();
    assert!(missing.is_empty(), "not in the feed: {missing:?}");
    proof.count("answered", answered.len() as u64);
    proof.count("events", events.len() as u64);
    assert!(answered.len() > 10, "{} commands were answered", answered.len());
    proof.done();
}
