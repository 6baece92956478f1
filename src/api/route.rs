//! Routes: the operations as data. The same rows give the server, the OpenAPI document, the reference page and the
//! matrix of who may call what.

use super::budget::Spends;
use super::call::{Answer, Call, Format, Head, Method, Verb, segments};
use super::context::Context;
use super::params::{Kind, Param};
use super::problem::Problem;
use super::token::Scope;
use schemars::{Schema, SchemaGenerator};
use std::collections::BTreeMap;

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Open,
    /// Tokens with a scope.
    Needs(Scope),
    /// Tokens with the scope of the command's own kind.
    OfKind,
}

/// What a bounded token may do with a route that names no partner in its path (no program in its path).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bounded {
    /// Nothing: the route shows or does more than one partner's (one program's) share.
    Nothing,
    /// Everything: the handler leaves out what is foreign, or there is nothing of a partner's in it.
    Fits,
    /// The command's own `partner` must be the token's.
    InBody,
}

/// What a call must send.
#[derive(Debug, Clone, Copy)]
pub enum Body {
    /// Nothing.
    None,
    /// The fields of the route's command.
    Command,
    /// Commands, one a line.
    Lines,
    /// An object of the route's own.
    Object(fn(&mut SchemaGenerator) -> Schema),
}

impl Body {
    /// Bytes that it has at most.
    #[must_use]
    pub fn bytes_max(self) -> usize {
        match self {
            Body::None => 0,
            Body::Command | Body::Object(_) => 1 << 20,
            Body::Lines => 16 << 20,
        }
    }
}

/// What every command's route takes.
pub(crate) const DRY_RUN: &[Param] = &[Param::new(
    "dry_run",
    Kind::Word(&["true", "false"]),
    "Whether nothing is done: the answer is the receipt that the command would have now, with `sequence` 0, or its \
     refusal. Default: false.",
)];

/// Which threads do the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Single commands: they are decided, and not waited for.
    Commands,
    /// Batches, and all else that waits until it is durable.
    Batches,
    /// Short look-ups, which wait for little.
    LookUps,
    /// Long: scans and audits.
    Reports,
}

/// What a route answers, for the document.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// One object.
    Object(fn(&mut SchemaGenerator) -> Schema),
    /// The receipt of a command.
    Receipt,
    /// Rows, each of this shape, in pages.
    Page(fn(&mut SchemaGenerator) -> Schema),
    /// A line for each line.
    Lines,
    /// Events.
    Feed,
    /// A text of some type.
    Text(&'static str),
}

/// Does the work of a route.
pub type Handle = fn(&Context, &Call, &[u8]) -> Result<Answer, Problem>;

/// An operation.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path; names between braces are parameters.
    pub path: &'static str,
    /// Its name in documents and clients.
    pub id: &'static str,
    /// What it does, in a sentence.
    pub summary: &'static str,
    /// Who may call it.
    pub access: Access,
    /// What a token bound to a program may do, where the path names none.
    pub of_program: Bounded,
    /// What a token bound to a partner may do, where the path names none.
    pub of_partner: Bounded,
    /// Parameters of the query.
    pub params: &'static [Param],
    /// Endings of the path that ask for another format.
    pub formats: &'static [Format],
    /// What is sent.
    pub body: Body,
    /// The command that it makes.
    pub verb: Option<Verb>,
    /// What is answered.
    pub shape: Shape,
    /// Which threads do it.
    pub lane: Lane,
    /// Does it.
    pub handle: Handle,
}

impl Route {
    /// A look, for tokens that may read.
    pub(crate) const fn get(path: &'static str, id: &'static str, shape: Shape, handle: Handle) -> Route {
        Route {
            method: Method::Get,
            path,
            id,
            summary: "",
            access: Access::Needs(Scope::Read),
            of_program: Bounded::Nothing,
            of_partner: Bounded::Nothing,
            params: &[],
            formats: &[],
            body: Body::None,
            verb: None,
            shape,
            lane: Lane::LookUps,
            handle,
        }
    }

    /// Something that is done, for tokens with a scope.
    pub(crate) const fn post(
        path: &'static str,
        id: &'static str,
        scope: Scope,
        shape: Shape,
        handle: Handle,
    ) -> Route {
        let access = Access::Needs(scope);
        Route { method: Method::Post, access, lane: Lane::Batches, ..Route::get(path, id, shape, handle) }
    }

    /// A command: its kind is the route's id.
    pub(crate) const fn command(
        path: &'static str,
        kind: &'static str,
        scope: Scope,
        spends: Spends,
        handle: Handle,
    ) -> Route {
        let verb = Some(Verb { kind, spends });
        let (body, lane) = (Body::Command, Lane::Commands);
        Route { body, lane, verb, params: DRY_RUN, ..Route::post(path, kind, scope, Shape::Receipt, handle) }
    }

    /// Says what it does.
    pub(crate) const fn about(self, summary: &'static str) -> Route {
        Route { summary, ..self }
    }

    /// Takes parameters in its query.
    pub(crate) const fn with(self, params: &'static [Param]) -> Route {
        Route { params, ..self }
    }

    /// Answers in these formats, too.
    pub(crate) const fn also_as(self, formats: &'static [Format]) -> Route {
        Route { formats, ..self }
    }

    /// Takes a body.
    pub(crate) const fn takes(self, body: Body) -> Route {
        Route { body, ..self }
    }

    /// Takes long.
    pub(crate) const fn long(self) -> Route {
        Route { lane: Lane::Reports, ..self }
    }

    /// Says who may call it, where that is not what tokens that read may.
    pub(crate) const fn access(self, access: Access) -> Route {
        Route { access, ..self }
    }

    /// Says what tokens bound to a program may do.
    pub(crate) const fn of_program(self, of_program: Bounded) -> Route {
        Route { of_program, ..self }
    }

    /// Says what tokens bound to a partner may do.
    pub(crate) const fn of_partner(self, of_partner: Bounded) -> Route {
        Route { of_partner, ..self }
    }

    /// The names of the parameters in its path.
    pub fn path_params(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
    }

    /// Whether a parameter is in its path.
    #[must_use]
    pub fn names(&self, param: &str) -> bool {
        self.path_params().any(|name| name == param)
    }
}

/// A route that fits a head, with the parameters of its path.
#[derive(Debug, Clone)]
pub(crate) struct Matched {
    pub(crate) route: &'static Route,
    pub(crate) path: BTreeMap<&'static str, String>,
    pub(crate) format: Format,
}

/// A route with the segments of its path.
#[derive(Debug, Clone)]
struct Row {
    route: &'static Route,
    segments: Vec<&'static str>,
}

impl Row {
    /// The format that a path's ending asks for, if it is a path of this route. The ends of paths differ most: they are
    /// compared first.
    fn fits(&self, path: &[String]) -> Option<Format> {
        let mut pairs = self.segments.iter().zip(path).rev();
        let (last, segment) = pairs.next()?;
        let format = match last.starts_with('{') || segment == last {
            true => Format::Json,
            false => {
                let ending = segment.strip_prefix(last)?;
                let mut endings =
                    Format::BY_ENDING.into_iter().filter(|(_, format)| self.route.formats.contains(format));
                endings.find(|(of, _)| *of == ending)?.1
            }
        };
        pairs.all(|(pattern, segment)| pattern.starts_with('{') || segment == pattern).then_some(format)
    }

    /// The parameters of a path that fits.
    fn params(&self, path: &[String]) -> BTreeMap<&'static str, String> {
        let name = |pattern: &'static str| pattern.strip_prefix('{')?.strip_suffix('}');
        let pairs = self.segments.iter().zip(path);
        pairs.filter_map(|(pattern, segment)| Some((name(pattern)?, segment.clone()))).collect()
    }
}

/// Routes by the number of segments in their paths.
#[derive(Debug)]
pub(crate) struct Table(BTreeMap<usize, Vec<Row>>);

impl Table {
    pub(crate) fn new(routes: impl Iterator<Item = &'static Route>) -> Table {
        let mut rows: BTreeMap<usize, Vec<Row>> = BTreeMap::new();
        for route in routes {
            let segments: Vec<&'static str> = route.path.trim_start_matches('/').split('/').collect();
            rows.entry(segments.len()).or_default().push(Row { route, segments });
        }
        Table(rows)
    }

    /// Finds the route of a head.
    pub(crate) fn find(&self, head: &Head) -> Result<Matched, Problem> {
        let nothing = || Problem::new("not_found", "there is nothing at this address");
        let path = segments(&head.path).ok_or_else(nothing)?;
        let mut other_methods = Vec::new();
        for row in self.0.get(&path.len()).into_iter().flatten() {
            if let Some(format) = row.fits(&path) {
                if row.route.method == head.method {
                    return Ok(Matched { route: row.route, path: row.params(&path), format });
                }
                other_methods.push(row.route.method.word());
            }
        }
        if other_methods.is_empty() {
            return Err(nothing());
        }
        Err(method_not_allowed(&other_methods))
    }
}

/// The problem of an address that exists for other methods. Where one can look, one can look at the head alone.
pub(crate) fn method_not_allowed(methods: &[&'static str]) -> Problem {
    let head = methods.contains(&"GET").then_some("HEAD");
    let allow = methods.iter().copied().chain(head).collect::<Vec<&str>>().join(", ");
    Problem::new("method_not_allowed", format!("this address is for {allow}")).with("allow", allow)
}
