//! [`Console`]: finds the page of an address, for a visitor who is signed in, and puts the head around it.

use super::ask::Ask;
use super::blocks::{Block, instant};
use super::forms;
use super::page::{Page, Way, own_path};
use super::pages;
use super::reference;
use super::session::{Sessions, SignedIn};
use super::templates::{NavItem, PageHtml, SignInHtml};
use crate::api::{self, Api, Method, Problem, Response, Scope, Version};
use crate::chart;
use crate::domain::Timestamp;
use askama::Template;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// What pages may load: their own style and pictures, nothing else; and nobody may frame them.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

/// A request for a page.
#[derive(Debug, Clone)]
pub struct Visit {
    /// The method.
    pub method: Method,
    /// The path.
    pub path: String,
    /// The query, without the question mark.
    pub query: String,
    /// The header `Cookie`.
    pub cookie: String,
    /// The header `Sec-Fetch-Site`: from where a browser says that the request comes.
    pub fetch_site: Option<String>,
    /// Whether the visitor comes over HTTPS.
    pub is_https: bool,
    /// What the form says.
    pub form: Vec<u8>,
    /// Now.
    pub at: Timestamp,
}

/// A page as it is sent.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The response.
    pub response: Response,
    /// Its content security policy, where it is not the API's.
    pub policy: Option<&'static str>,
    /// Whether somebody tried to sign in with a token that is none.
    pub is_wrong_token: bool,
}

/// The console.
pub struct Console {
    sessions: Sessions,
}

impl Console {
    /// A console. `secret` is from the system's source of randomness, and lives as long as the process.
    #[must_use]
    pub fn new(secret: [u8; 32]) -> Console {
        Console { sessions: Sessions::new(secret) }
    }

    /// The path of a link that signs in with a token, once.
    #[must_use]
    pub fn link(&self, token: &str) -> String {
        format!("/sign-in?link={}", self.sessions.link(token))
    }

    /// Shows a page.
    #[must_use]
    pub fn visit(&self, api: &Api, visit: &Visit) -> Shown {
        let response = self.open_page(api, visit).unwrap_or_else(|| self.signed_in_page(api, visit));
        let is_page = response.media_type.starts_with("text/html");
        let is_wrong_token = visit.path == "/sign-in" && response.status == 403;
        Shown { response, policy: is_page.then_some(POLICY), is_wrong_token }
    }

    /// What anybody may see.
    fn open_page(&self, api: &Api, visit: &Visit) -> Option<Response> {
        let (get, post) = (visit.method == Method::Get, visit.method == Method::Post);
        match visit.path.as_str() {
            "/assets/console.css" if get => {
                Some(asset("text/css; charset=utf-8", include_str!("console.css").to_owned() + chart::CSS))
            }
            "/assets/icon.svg" if get => Some(asset("image/svg+xml", include_str!("icon.svg").to_owned())),
            "/openapi.json" if get => Some(document(Version::V3_1)),
            "/openapi-3.0.json" if get => Some(document(Version::V3_0)),
            "/docs" if get => Some(self.html(api, visit, None, &reference::docs(), 200)),
            path if get && path.starts_with("/problems/") => {
                let page = reference::problem(path.trim_start_matches("/problems/"));
                let status = if page.is_some() { 200 } else { 404 };
                let page = page.unwrap_or_else(|| Page::note("No such problem", "bad", "There is no such code."));
                Some(self.html(api, visit, None, &page, status))
            }
            "/sign-in" if get => Some(self.sign_in(api, visit)),
            "/sign-in" if post => Some(self.signed_in(api, visit)),
            _ => None,
        }
    }

    fn sign_in(&self, api: &Api, visit: &Visit) -> Response {
        let query = read_form(&visit.query);
        match query.get("link").map(|code| self.sessions.use_link(code)) {
            Some(Some(token)) if api.token(&token, visit.at).is_some() => self.enter(&token, "/", visit),
            Some(_) => door("This link was used already, or it is from an earlier start of the server.", "/"),
            None => door("", query.get("back").map_or("/", String::as_str)),
        }
    }

    fn signed_in(&self, api: &Api, visit: &Visit) -> Response {
        let form = form_of(visit);
        let text = |name| form.get(name).map(|text| text.trim()).unwrap_or_default();
        if is_foreign(visit) || api.token(text("token"), visit.at).is_none() {
            return door("This token is unknown, expired or revoked.", text("back"));
        }
        self.enter(text("token"), text("back"), visit)
    }

    fn enter(&self, token: &str, back: &str, visit: &Visit) -> Response {
        let mut response = to(own_path(back));
        response.headers.push(("set-cookie", self.sessions.begin(token, visit.at, visit.is_https)));
        response
    }

    fn signed_in_page(&self, api: &Api, visit: &Visit) -> Response {
        let Some(who) = self.sessions.find(api, &visit.cookie, visit.at) else {
            let query = if visit.query.is_empty() { String::new() } else { format!("?{}", visit.query) };
            let back = if visit.method == Method::Get { format!("{}{query}", visit.path) } else { "/".to_owned() };
            return to(&format!("/sign-in?back={}", api::encoded(&back)));
        };
        let ask = Ask { api, token: who.token.clone(), at: visit.at };
        if let Some(path) = visit.path.strip_prefix("/data").filter(|_| visit.method == Method::Get) {
            return ask.file(path, &visit.query).unwrap_or_else(|problem| self.trouble(api, visit, &who, &problem));
        }
        let shown = match visit.method {
            Method::Get => self.look(&ask, visit),
            Method::Post => return self.act(&ask, visit, &who),
        };
        match shown {
            Ok(page) => self.html(api, visit, Some(&who), &page, 200),
            Err(problem) => self.trouble(api, visit, &who, &problem),
        }
    }

    fn look(&self, ask: &Ask<'_>, visit: &Visit) -> Result<Page, Problem> {
        let path = api::segments(&visit.path).unwrap_or_default();
        let fresh = || self.sessions.request_id();
        pages::find(ask, &Way { path, query: read_form(&visit.query), fresh: &fresh })
    }

    fn act(&self, ask: &Ask<'_>, visit: &Visit, who: &SignedIn) -> Response {
        let form = form_of(visit);
        let is_own = form.get("proof").is_some_and(|proof| who.is_own(proof));
        if is_foreign(visit) || !is_own {
            let problem = Problem::new("forbidden", "this form is not one of your session: open the page again");
            return self.trouble(ask.api, visit, who, &problem);
        }
        if visit.path == "/sign-out" {
            let mut response = to("/sign-in");
            response.headers.push(("set-cookie", self.sessions.end(&visit.cookie, visit.is_https)));
            return response;
        }
        match forms::act(ask, visit.path.trim_start_matches("/do/"), &form) {
            Ok(page) => self.html(ask.api, visit, Some(who), &page, 200),
            Err(problem) => self.trouble(ask.api, visit, who, &problem),
        }
    }

    fn trouble(&self, api: &Api, visit: &Visit, who: &SignedIn, problem: &Problem) -> Response {
        let title = problem.code.replace('_', " ");
        let (first, rest) = title.split_at(title.len().min(1));
        let form = form_of(visit);
        let mut page = Page::note(&format!("{}{rest}", first.to_uppercase()), "bad", &problem.detail);
        page.program = form.get("program").and_then(|program| program.parse().ok());
        page.trail.extend(forms::back(&form));
        self.html(api, visit, Some(who), &page, problem.status)
    }

    fn html(&self, api: &Api, visit: &Visit, who: Option<&SignedIn>, page: &Page, status: u16) -> Response {
        let now = api.now();
        let now = if now == Timestamp::MIN { "the beginning".to_owned() } else { instant(&now.to_string()) };
        let nav = page.program.map(|program| nav(program, who, &visit.path)).unwrap_or_default();
        let create = page.program.zip(who).map(|(program, who)| create(program, who)).unwrap_or_default();
        let name = who.map(|who| format!("{} ({})", who.token.name, who.token.id));
        let query = if visit.query.is_empty() { String::new() } else { format!("?{}", visit.query) };
        let here = if visit.method == Method::Get { format!("{}{query}", visit.path) } else { String::new() };
        // a short page shows what can be done without a way there
        let action = |block: &Block| matches!(block, Block::Form(form) if form.is_post && form.is_folded);
        let actions_at = page.blocks.iter().position(action).filter(|at| *at > 2);
        let html = PageHtml {
            title: &page.title,
            trail: &page.trail,
            nav: &nav,
            create: &create,
            blocks: &page.blocks,
            who: name.as_deref(),
            proof: who.map_or("", |who| &who.proof),
            now: &now,
            here: &here,
            has_actions: actions_at.is_some(),
            actions_at: actions_at.unwrap_or(usize::MAX),
        };
        rendered(&html, status)
    }
}

/// What the visitor can make from every page of a program (rule E07).
fn create(program: u32, who: &SignedIn) -> Vec<(&'static str, String)> {
    let may = who.token.scopes.contains(&Scope::Catalog) && who.token.partner.is_none();
    let buttons = [
        ("Create point type", format!("/p/{program}/point-types?create=yes")),
        ("Create source", format!("/p/{program}/sources?create=yes")),
    ];
    if may { buttons.into() } else { Vec::new() }
}

fn nav(program: u32, who: Option<&SignedIn>, path: &str) -> Vec<NavItem> {
    let of = |rest: &str| format!("/p/{program}{rest}");
    let partner = who.and_then(|who| who.token.partner);
    let items = match partner {
        Some(partner) => vec![("Partner", of(&format!("/partners/{partner}"))), ("Point types", of("/point-types"))],
        None => vec![
            ("Overview", of("")),
            ("Point types", of("/point-types")),
            ("Tiers", of("/tiers")),
            ("Members", of("/members")),
            ("Partners", of("/partners")),
            ("Settlement", of("/settlement")),
            ("Liability", of("/liability")),
            ("Sources", of("/sources")),
            ("Source report", of("/source-report")),
            ("Audit log", of("/audit")),
            ("Books", of("/books")),
            ("System", of("/system")),
        ],
    };
    let overview = of("");
    // reports about points are reached from the liability
    let under = ["outstanding", "expiry", "deferred-revenue"].map(|page| of(&format!("/{page}")));
    let path = if under.iter().any(|page| path == page) { of("/liability") } else { path.to_owned() };
    let path = if path == of("/journal") { of("/audit") } else { path };
    let is_here = |href: &str| path == href || (href != overview && path.starts_with(&format!("{href}/")));
    items.into_iter().map(|(name, href)| NavItem { name, is_here: is_here(&href), href }).collect()
}

/// Whether a browser says that a form was sent by another site.
fn is_foreign(visit: &Visit) -> bool {
    visit.fetch_site.as_deref().is_some_and(|site| site != "same-origin")
}

fn form_of(visit: &Visit) -> BTreeMap<String, String> {
    std::str::from_utf8(&visit.form).map(read_form).unwrap_or_default()
}

/// The fields of a form or a query; those that are not UTF-8 are left out.
fn read_form(text: &str) -> BTreeMap<String, String> {
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Some((api::decoded(name, true)?, api::decoded(value, true)?))
    };
    text.split('&').filter(|part| !part.is_empty()).filter_map(pair).collect()
}

fn rendered(template: &impl Template, status: u16) -> Response {
    let body = template.render();
    let status = if body.is_ok() { status } else { 500 };
    let body = body.unwrap_or_else(|_| "the page cannot be shown".to_owned());
    Response { status, media_type: "text/html; charset=utf-8", headers: Vec::new(), body: body.into_bytes() }
}

fn door(problem: &str, back: &str) -> Response {
    let status = if problem.is_empty() { 200 } else { 403 };
    rendered(&SignInHtml { problem, back: own_path(back) }, status)
}

fn to(path: &str) -> Response {
    let headers = vec![("location", path.to_owned())];
    Response { status: 303, media_type: "text/plain", headers, body: Vec::new() }
}

fn asset(media_type: &'static str, text: String) -> Response {
    let headers = vec![("cache-control", "max-age=300".to_owned())];
    Response { status: 200, media_type, headers, body: text.into_bytes() }
}

/// The document; made once, since anybody may ask for it.
fn document(version: Version) -> Response {
    static DOCUMENTS: [OnceLock<String>; 2] = [OnceLock::new(), OnceLock::new()];
    let [older, newer] = &DOCUMENTS;
    let kept = if version == Version::V3_0 { older } else { newer };
    let text = kept.get_or_init(|| api::document(api::routes(), version).to_string());
    Response { status: 200, media_type: "application/json", headers: Vec::new(), body: text.clone().into_bytes() }
}
