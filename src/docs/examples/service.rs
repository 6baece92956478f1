//! A small service around an engine: commands as lines of JSON over TCP, an answer for each line.
//!
//! Three things make it safe to use. The caller chooses the request id, so that a line whose answer was lost can be sent
//! again. A refusal is an answer, not a failure of the service. And the engine is closed when the service ends: what was
//! answered is durable before that, too.

use accruedb::domain::Command;
use accruedb::engine::{Engine, EngineOptions, ErrorKind, ExecuteError};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

/// No line is longer: who sends more is not served further.
const LINE_BYTES_MAX: u64 = 1 << 20;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let engine = Engine::open(folder.path().join("db"), EngineOptions::default())?;
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let address = listener.local_addr()?;
    std::thread::scope(|scope| {
        // here, two connections are served; a service would go on
        scope.spawn(|| {
            for connection in listener.incoming().take(2).flatten() {
                let engine = &engine;
                scope.spawn(move || serve(engine, &connection));
            }
        });
        let answers = [SET_UP, ORDERS].map(|lines| ask(address, lines));
        for answer in answers.into_iter().flatten().flatten() {
            println!("{answer}");
        }
    });
    Ok(engine.close()?)
}

/// Answers the lines of a connection, in their order, until it ends.
fn serve(engine: &Engine, connection: &TcpStream) -> std::io::Result<()> {
    let mut lines = BufReader::new(connection);
    let mut to = connection;
    loop {
        let mut line = Vec::new();
        std::io::Read::take(&mut lines, LINE_BYTES_MAX).read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Ok(());
        }
        writeln!(to, "{}", answer(engine, &line))?;
    }
}

/// What a line is answered: a receipt, a refusal, or what is wrong with it.
fn answer(engine: &Engine, line: &[u8]) -> Value {
    let command: Command = match serde_json::from_slice(line) {
        Ok(command) => command,
        Err(error) => return json!({ "error": error.to_string() }),
    };
    match engine.execute(&command) {
        Ok(receipt) => json!({ "receipt": receipt }),
        Err(ExecuteError::Refused(rejection)) => json!({ "refused": rejection }),
        // the caller has to change the line; everything else is for who runs the service
        Err(ExecuteError::Failed(error)) if error.kind == ErrorKind::Invalid => json!({ "error": error.what }),
        Err(ExecuteError::Failed(_)) => json!({ "error": "not now: send it again" }),
    }
}

const SET_UP: &str = r#"{"program":1,"request_id":"p","kind":"create_program","enrolment":"on_first_accrual"}
{"program":1,"request_id":"t","kind":"create_point_type","point_type":1}
"#;
const ORDERS: &str = r#"{"program":1,"request_id":"o1","kind":"accrue","member":"M1","awards":[{"point_type":1,"points":50}]}
{"program":1,"request_id":"o1","kind":"accrue","member":"M1","awards":[{"point_type":1,"points":50}]}
{"program":1,"request_id":"r1","kind":"redeem","member":"M1","point_type":1,"points":80}
no command
"#;

/// Sends lines and reads the answers, as a client does.
fn ask(address: std::net::SocketAddr, lines: &str) -> std::io::Result<Vec<String>> {
    let mut connection = TcpStream::connect(address)?;
    connection.write_all(lines.as_bytes())?;
    connection.shutdown(std::net::Shutdown::Write)?;
    BufReader::new(connection).lines().collect()
}

#[test]
fn it_runs() {
    main().unwrap();
}
