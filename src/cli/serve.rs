//! `accruedb serve`: the engine on a port, with a console.

use super::database::{self, Clock, Database};
use super::output::{Exit, Failure, Output};
use super::{demo, notify, token};
use crate::api::{Api, ApiOptions, Scope};
use crate::console::Console;
use crate::engine::{ClockSource, Engine, EngineOptions};
use crate::http::{Certificates, Server, Settings, Stop, Transport};
use crate::storage::memory::MemoryStore;
use serde_json::json;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Serves a database over HTTP, with a console to look at it.
///
/// Without a file of tokens, only the link that it prints leads in; it works once, and from this machine. It stops on
/// SIGTERM and SIGINT: what it took is answered, then the database is closed. SIGHUP reads the file of tokens and the
/// certificates again. A flag may also be said by the variable of the environment that stands beside it.
///
/// Exit codes: 0 stopped in good order, 2 wrong call, 3 engine error, or what it took was not all answered.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  accruedb serve --demo\n  accruedb serve --db shop --tokens tokens.json \\\n    \
    --listen 127.0.0.1:8480")]
pub(super) struct Args {
    /// The database's directory. With --demo: where to make it; default: a new temporary folder, which is kept.
    #[arg(long, env = "ACCRUEDB_DB", value_name = "DIR")]
    db: Option<PathBuf>,
    /// Where time comes from: the system's clock, or the commands. Default: system.
    #[arg(long, env = "ACCRUEDB_CLOCK", value_enum, value_name = "CLOCK", conflicts_with_all = ["demo", "memory"])]
    clock: Option<Clock>,
    /// Serves the real purchases of the demo, on their own clock, in a new database.
    #[arg(long, conflicts_with = "memory")]
    demo: bool,
    /// Serves an empty database in memory, on the commands' clock: for tests. It ends with the server.
    #[arg(long, conflicts_with = "db")]
    memory: bool,
    /// Where to listen. Another address than loopback needs TLS, or a proxy that has it. Port 0: any that is free.
    #[arg(long, env = "ACCRUEDB_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:8480")]
    listen: SocketAddr,
    /// The file of tokens, as `accruedb token new` makes it.
    #[arg(long, env = "ACCRUEDB_TOKENS", value_name = "FILE")]
    tokens: Option<PathBuf>,
    /// The folder below which POST /v1/admin/backup makes backups. Default: none are made.
    #[arg(long, env = "ACCRUEDB_BACKUPS", value_name = "DIR")]
    backups: Option<PathBuf>,
    /// The chain of certificates, as PEM.
    #[arg(long, env = "ACCRUEDB_TLS_CERT", value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The key of the certificate, as PEM.
    #[arg(long, env = "ACCRUEDB_TLS_KEY", value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// A proxy stands before the server and ends TLS.
    #[arg(long, env = "ACCRUEDB_BEHIND_PROXY", conflicts_with = "tls_cert")]
    behind_proxy: bool,
    /// A name that callers use for this server, as in the header Host. Repeat it for several.
    #[arg(long = "host", env = "ACCRUEDB_HOST", value_name = "NAME", value_delimiter = ',')]
    hosts: Vec<String>,
    /// Connections at once, at most.
    #[arg(long, env = "ACCRUEDB_CONNECTIONS_MAX", value_name = "COUNT", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    connections_max: u32,
    /// The log on standard error.
    #[arg(long, env = "ACCRUEDB_LOG", value_enum, value_name = "FORM", default_value_t)]
    log: Log,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum Log {
    /// Lines for people.
    #[default]
    Text,
    /// An object a line.
    Json,
    /// Nothing.
    Off,
}

pub(super) fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    let settings = args.settings();
    settings.check().map_err(Failure::Usage)?;
    args.start_log();
    let (engine, clock) = args.open(output)?;
    let options = ApiOptions { clock, tokens: args.tokens.clone(), backups: args.backups.clone() };
    let api = Arc::new(Api::new(engine, options).map_err(Failure::Usage)?);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let was_drained = runtime.block_on(serve(args, api.clone(), settings, output))?;
    // IMPORTANT: connections and threads hold the API; with the runtime they are gone, and the engine can be closed
    drop(runtime);
    match Arc::into_inner(api) {
        Some(api) => api.close()?,
        None => tracing::warn!("a call goes on: the database is closed with the process"),
    }
    tracing::info!("stopped");
    Ok(if was_drained { Exit::Done } else { Exit::Partial })
}

async fn serve(args: &Args, api: Arc<Api>, settings: Settings, output: &mut Output) -> Result<bool, Failure> {
    let console = Console::new(token::random()?);
    let (mut own, text) = token::mint("one-time link", database::system_now())?;
    own.scopes.extend(Scope::ALL);
    let link = console.link(&text);
    // a link from this machine only: whoever reads this output may run the server
    let is_local = args.tokens.is_none() || args.demo;
    if is_local {
        api.add_token(own);
    }
    let is_https = settings.is_https();
    let server = Server::bind(api.clone(), console, settings).await.map_err(Failure::Usage)?;
    let base = format!("{}://{}", if is_https { "https" } else { "http" }, server.address());
    // IMPORTANT: before the address is told: whoever reads it may send a signal at once
    let reload = Reload { api: Arc::downgrade(&api), certificates: server.certificates() };
    tokio::spawn(signals(reload, server.stopper())?);
    if is_local {
        tell(&base, &format!("{base}{link}"), &text, output)?;
    } else {
        output.object(&json!({ "address": base }))?;
        output.line(format!("serving on {base}"))?;
    }
    output.flush()?;
    tracing::info!(address = base, "serving");
    notify::ready();
    Ok(server.run().await)
}

/// The address, the link into the console, and three calls that work as they stand.
fn tell(base: &str, link: &str, token: &str, output: &mut Output) -> Result<(), Failure> {
    output.object(&json!({ "address": base, "link": link, "token": token }))?;
    let post = |path: &str, key: &str, body: &str| {
        format!(
            "  curl {base}/v1/programs/1/{path} -H 'Authorization: Bearer {token}' \\\n    -H 'Idempotency-Key: {key}' \
             -H 'Content-Type: application/json' \\\n    -d '{body}'"
        )
    };
    let accrue = r#"{"member":"M1","awards":[{"point_type":1,"points":100}]}"#;
    let redeem = r#"{"member":"M1","point_type":1,"points":30}"#;
    output.line(format!("serving on {base}; the console, once: {link}\n"))?;
    output.pasteable(post("accruals", "try-accrue", accrue))?;
    output.pasteable(post("redemptions", "try-redeem", redeem))?;
    output.pasteable(format!("  curl {base}/v1/programs/1/members/M1 -H 'Authorization: Bearer {token}'\n"))?;
    output.line("This token ends with the server. Others: accruedb token new. To stop: Ctrl-C.")
}

/// What SIGHUP reads again.
struct Reload {
    /// Only a reference: a server that has stopped needs the whole API to close it.
    api: Weak<Api>,
    certificates: Arc<Certificates>,
}

impl Reload {
    /// Where something cannot be read, what was read before stays in use.
    fn all(&self) {
        let Some(api) = self.api.upgrade() else { return };
        match api.reload_tokens() {
            Ok(count) => tracing::info!(count, "tokens read again"),
            Err(problem) => tracing::error!("tokens not read again: {problem}"),
        }
        match self.certificates.reload() {
            Ok(()) => tracing::info!("certificates read again"),
            Err(problem) => tracing::error!("certificates not read again: {problem}"),
        }
    }
}

/// Waits for signals: the first to stop does so in good order, the second at once.
fn signals(reload: Reload, stop: Stop) -> Result<impl Future<Output = ()>, Failure> {
    let mut ends = [signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?];
    let mut hang_up = signal(SignalKind::hangup())?;
    Ok(async move {
        let mut is_stopping = false;
        loop {
            let [terminate, interrupt] = &mut ends;
            tokio::select! {
                () = received(terminate) => {}
                () = received(interrupt) => {}
                () = received(&mut hang_up) => {
                    reload.all();
                    continue;
                }
            }
            if is_stopping {
                tracing::warn!("stopped at once");
                std::process::exit(3);
            }
            is_stopping = true;
            notify::stopping();
            tracing::info!("stopping: what was taken is answered");
            stop.stop();
        }
    })
}

async fn received(signal: &mut Signal) {
    // a signal that can come no more is never received
    if signal.recv().await.is_none() {
        std::future::pending::<()>().await;
    }
}

impl Args {
    fn settings(&self) -> Settings {
        let transport = match (&self.tls_cert, &self.tls_key) {
            (Some(certificates), Some(key)) => Transport::Tls { certificates: certificates.clone(), key: key.clone() },
            _ => Transport::Plain { behind_proxy: self.behind_proxy },
        };
        Settings {
            hosts: self.hosts.clone(),
            transport,
            connections_max: self.connections_max,
            ..Settings::new(self.listen)
        }
    }

    fn start_log(&self) {
        let log = tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false).with_target(false);
        match self.log {
            Log::Off => {}
            Log::Text => log.init(),
            Log::Json => log.json().flatten_event(true).init(),
        }
    }

    fn open(&self, output: &mut Output) -> Result<(Engine, ClockSource), Failure> {
        if self.demo {
            let (engine, db) = demo::played(self.db.as_deref(), output)?;
            output.remark(format!("the demo's database is in {}", db.display()));
            return Ok((engine, ClockSource::Commands));
        }
        if self.memory {
            let options = EngineOptions { clock: ClockSource::Commands, ..EngineOptions::default() };
            let engine = Engine::open_store(Arc::new(MemoryStore::new()), options)?;
            return Ok((engine, ClockSource::Commands));
        }
        let db = self.db.clone().ok_or_else(|| Failure::Usage("give --db DIR, --demo or --memory".to_owned()))?;
        self.check_folders(&db)?;
        let clock = self.clock.unwrap_or(Clock::System);
        let engine = Database::in_directory(db, self.clock).open_served(output)?;
        Ok((engine, if clock == Clock::System { ClockSource::System } else { ClockSource::Commands }))
    }

    fn check_folders(&self, db: &Path) -> Result<(), Failure> {
        let Some(backups) = &self.backups else { return Ok(()) };
        if !backups.is_dir() {
            return Err(Failure::Usage(format!("{} is no folder", backups.display())));
        }
        database::must_be_outside(backups, db)
    }
}
