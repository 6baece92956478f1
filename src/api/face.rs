//! [`Api`]: the face of the routes, to servers and to callers in the process.

use super::access;
use super::books::Books;
use super::call::{Answer, Call, Format, Head, Method};
use super::context::{Context, Metrics};
use super::etag;
use super::params::{check_path, read_query};
use super::problem::Problem;
use super::render::{Begun, Response, render};
use super::route::{Body, Route, method_not_allowed};
use super::routes;
use super::token::Token;
use crate::domain::{Sequence, Timestamp};
use crate::engine::{ClockSource, Engine, Error};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The operations of an engine.
#[derive(Debug)]
pub struct Api {
    context: Context,
}

/// What the operations are told beside the engine. Without files, no token is known and no backup is made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ApiOptions {
    /// The clock of the engine's options.
    pub clock: ClockSource,
    /// The file of tokens. What budgets have spent is kept beside it.
    pub tokens: Option<PathBuf>,
    /// The folder below which backups go.
    pub backups: Option<PathBuf>,
}

/// A call that was let in: its body may be read now.
#[derive(Debug, Clone)]
pub struct Admitted {
    /// The route.
    pub route: &'static Route,
    /// The call.
    pub call: Call,
}

impl Admitted {
    /// The form in which rows are answered.
    #[must_use]
    pub fn format(&self) -> Format {
        self.call.format
    }
}

impl Api {
    /// The operations of an engine.
    ///
    /// Errors: a text that names the file of tokens, where it cannot be read.
    pub fn new(engine: Engine, options: ApiOptions) -> Result<Api, String> {
        let ApiOptions { clock, tokens, backups } = options;
        let mut context = Context::new(engine, clock, tokens)?;
        context.backups = backups;
        Ok(Api { context })
    }

    /// The token that a text is, if it is good at `at`.
    #[must_use]
    pub fn token(&self, text: &str, at: Timestamp) -> Option<Arc<Token>> {
        self.context.token(text, at)
    }

    /// Finds the route of a head, and checks the token and all parameters: everything but the body.
    pub fn admit(&self, head: Head, token: Option<Arc<Token>>) -> Result<Admitted, Problem> {
        let matched = routes::TABLE.find(&head)?;
        let route = matched.route;
        access::check(route, token.as_deref(), &matched.path)?;
        check_path(&matched.path)?;
        let query = read_query(&head.query, route.params)?;
        let (path, format) = (matched.path, matched.format);
        let call = Call { route: route.id, verb: route.verb, token, path, query, format, head };
        Ok(Admitted { route, call })
    }

    /// The problem of a method that no route has: the address exists for others, or not at all.
    #[must_use]
    pub fn wrong_method(&self, path: &str, at: Timestamp) -> Problem {
        let has = |method: &Method| match routes::TABLE.find(&Head::new(*method, path, at)) {
            Ok(_) => true,
            Err(problem) => problem.code != "not_found" && problem.code != "method_not_allowed",
        };
        let methods: Vec<&str> = [Method::Get, Method::Post].iter().filter(|m| has(m)).map(|m| m.word()).collect();
        match methods.is_empty() {
            true => Problem::new("not_found", "there is nothing at this address"),
            false => method_not_allowed(&methods),
        }
    }

    /// Begins a call that was let in. A command is submitted: it is not waited for.
    pub fn begin(&self, admitted: &Admitted, body: &[u8]) -> Begun {
        let Admitted { route, call } = admitted;
        if body.len() > route.body.bytes_max() {
            let what =
                if matches!(route.body, Body::None) { "the route takes no body" } else { "the body is too large" };
            return Begun::Answered(Problem::new("too_large", what).into());
        }
        let answer = (route.handle)(&self.context, call, body);
        match answer.and_then(|answer| render(call, answer)) {
            Ok(Begun::Answered(response)) => Begun::Answered(etag::marked(call, response)),
            Ok(sent) => sent,
            Err(problem) => Begun::Answered(problem.into()),
        }
    }

    /// Looks at what a call that was let in answers, before it becomes bytes: rows with their picture.
    pub fn look(&self, admitted: &Admitted) -> Result<Answer, Problem> {
        (admitted.route.handle)(&self.context, &admitted.call, b"")
    }

    /// Does a call: by method, path and bytes. `authorization` is the text of a token.
    #[must_use]
    pub fn call(&self, head: Head, authorization: Option<&str>, body: &[u8]) -> Response {
        let token = authorization.and_then(|text| self.token(text, head.at));
        match self.admit(head, token) {
            Ok(admitted) => self.begin(&admitted, body).wait(),
            Err(problem) => problem.into(),
        }
    }

    /// Begins to stream the feed for a call that was let in. From now on, the call itself begins at the same place, also
    /// where that was the end of the feed, which moves.
    pub fn stream(&self, call: &mut Call) -> Result<Streaming, Problem> {
        let place = routes::begin(&self.context, call)?.to_string();
        call.query.insert("from", place.clone());
        Ok(Streaming { place, call: call.clone() })
    }

    /// The events after those that a stream has seen, of entries up to one that is durable: `None` where there are none. An
    /// event each: its id and JSON. Where its token was revoked meanwhile, it ends with that problem.
    pub fn follow(&self, streaming: &mut Streaming, up_to: Sequence) -> Result<Option<Vec<(String, String)>>, Problem> {
        let token = streaming.call.token.as_deref();
        if token.is_some_and(|token| !self.context.knows(&token.id)) {
            return Err(Problem::new("unauthorized", "the token was revoked"));
        }
        let from = streaming.place.parse()?;
        let step = routes::events_of(&self.context, &streaming.call, (from, up_to), routes::STREAM_ROWS)?;
        streaming.place = step.next.to_string();
        if step.events.is_empty() && !step.has_more {
            return Ok(None);
        }
        let text = |event| super::views::value(event).to_string();
        Ok(Some(step.events.iter().map(|event| (event.id.clone(), text(event))).collect()))
    }

    /// The number of the newest entry, durable yet or not.
    #[must_use]
    pub fn last_sequence(&self) -> Sequence {
        self.context.engine.last_sequence()
    }

    /// The number of the newest entry that is durable: a feed has news where it rises.
    #[must_use]
    pub fn durable_sequence(&self) -> Sequence {
        self.context.engine.durable_sequence()
    }

    /// The engine's time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.context.engine.now()
    }

    /// Bytes that the database takes.
    pub fn size_bytes(&self) -> Result<u64, Error> {
        self.context.engine.size_bytes()
    }

    /// What is known of the books beside the journal: the last audit and the newest backup.
    #[must_use]
    pub fn books(&self) -> Books {
        Books::of(self.context.audited.lock().clone(), self.context.backups.as_deref())
    }

    /// All tokens, without their secrets, which are not kept.
    #[must_use]
    pub fn tokens(&self) -> Vec<Arc<Token>> {
        self.context.tokens()
    }

    /// Adds a token that no file has.
    pub fn add_token(&self, token: Token) {
        self.context.add(token);
    }

    /// Reads the file of tokens again. Returns how many there are.
    ///
    /// Errors: a text that names the file. The tokens that were read before stay good.
    pub fn reload_tokens(&self) -> Result<usize, String> {
        self.context.reload()
    }

    /// Says where the text of `/metrics` comes from.
    pub fn measure(&self, metrics: Metrics) {
        self.context.measure(metrics);
    }

    /// From now on, `/readyz` says that no work is taken.
    pub fn stop_taking(&self) {
        self.context.is_ready.store(false, Ordering::Release);
    }

    /// Writes down what budgets have spent, and closes the engine.
    pub fn close(self) -> Result<(), Error> {
        // where it cannot be written, the leases stand: a budget has less left than it should
        let _ = self.context.budgets.settle();
        self.context.engine.close()
    }
}

/// A stream of the feed, and how far it has come.
#[derive(Debug, Clone)]
pub struct Streaming {
    place: String,
    call: Call,
}

impl Streaming {
    /// Streams with the same key see the same next events: of one token, of the same kinds, at the same place, up to the
    /// same entry.
    #[must_use]
    pub fn key(&self, up_to: Sequence) -> String {
        let token = self.call.token.as_deref().map_or("", |token| token.id.as_str());
        let kinds = self.call.query.get("kinds").map_or("", String::as_str);
        format!("{token} {kinds} {} {up_to}", self.place)
    }
}
