//! The console, visited in the process: every link leads somewhere, nothing that a caller wrote is markup, forms of others
//! do nothing, and nobody sees more than the API shows them.

use super::{Served, wall};
use accruedb::api::{Method, Scope};
use accruedb::console::{Console, Shown, Visit};
use accruedb::domain::PartnerId;
use serde_json::json;
use std::collections::BTreeSet;

/// A visitor with a browser's cookie.
pub(super) struct Visitor<'a> {
    served: &'a Served,
    console: Console,
    cookie: String,
}

impl<'a> Visitor<'a> {
    pub(super) fn new(served: &'a Served, token: &str) -> Visitor<'a> {
        let mut visitor = Visitor { served, console: Console::new([3; 32]), cookie: String::new() };
        let shown = visitor.post("/sign-in", &format!("token={token}&back=/"));
        assert_eq!(shown.response.status, 303, "{}", text(&shown));
        let (_, cookie) = shown.response.headers.iter().find(|(name, _)| *name == "set-cookie").unwrap();
        assert!(cookie.contains("; HttpOnly; SameSite=Strict"), "{cookie}");
        visitor.cookie = cookie.split(';').next().unwrap().to_owned();
        visitor
    }

    fn visit(&self, method: Method, path: &str, form: &str, fetch_site: Option<&str>) -> Shown {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let visit = Visit {
            method,
            path: path.to_owned(),
            query: query.to_owned(),
            cookie: self.cookie.clone(),
            fetch_site: fetch_site.map(str::to_owned),
            is_https: false,
            form: form.as_bytes().to_vec(),
            at: wall(),
        };
        self.console.visit(&self.served.api, &visit)
    }

    pub(super) fn get(&self, path: &str) -> Shown {
        self.visit(Method::Get, path, "", None)
    }

    pub(super) fn post(&self, path: &str, form: &str) -> Shown {
        self.visit(Method::Post, path, form, Some("same-origin"))
    }

    /// The values of the hidden fields of the first form of a page that goes to `action`, as a form.
    pub(super) fn hidden(&self, page: &str, action: &str) -> String {
        hidden(&text(&self.get(page)), action)
    }
}

/// The same of a page that is shown already.
pub(super) fn hidden(html: &str, action: &str) -> String {
    let form = html.split(&format!("action=\"{action}\"")).nth(1).unwrap_or_default();
    let form = form.split("</form>").next().unwrap();
    let fields = form.split("<input type=\"hidden\" name=\"").skip(1).map(|field| {
        let mut parts = field.split('"');
        let (name, value) = (parts.next().unwrap(), parts.nth(1).unwrap());
        format!("{name}={value}")
    });
    fields.collect::<Vec<String>>().join("&")
}

pub(super) fn text(shown: &Shown) -> String {
    String::from_utf8_lossy(&shown.response.body).into_owned()
}

/// Addresses that a page leads to.
pub(super) fn links(html: &str) -> Vec<String> {
    let quoted = html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    quoted.map(|href| href.replace("&amp;", "&").replace("&#38;", "&")).collect()
}

#[test]
fn every_link_leads_somewhere_and_to_no_other_host() {
    let served = Served::with_points();
    let redeem = json!({ "member": "M1", "point_type": 1, "points": 30 });
    assert_eq!(served.post("/v1/programs/1/redemptions", "r", redeem).0, 201);
    assert_eq!(
        served.post("/v1/programs/1/redemptions", "s", json!({ "member": "M1", "point_type": 1, "points": 999 })).0,
        422
    );
    let visitor = Visitor::new(&served, &served.all);
    let (mut seen, mut left) = (BTreeSet::new(), vec!["/".to_owned(), "/p/1".to_owned()]);
    while let Some(path) = left.pop() {
        if path.starts_with('#') || !seen.insert(path.clone()) {
            continue;
        }
        assert!(path.starts_with('/') && !path.starts_with("//"), "{path} leads to another host");
        let shown = visitor.get(&path);
        let html = text(&shown);
        assert_eq!(shown.response.status, 200, "{path}: {html}");
        if shown.response.media_type.starts_with("text/html") {
            let policy = shown.policy.unwrap();
            assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
            for bad in ["<script", " style=", " onclick", "http://", "https://", "src=\""] {
                assert!(!html.contains(bad), "{path}: {bad}");
            }
            assert_eq!(html.matches("<h1").count(), 1, "{path}");
            left.extend(links(&html));
        }
    }
    for page in [
        "/p/1/outstanding",
        "/p/1/expiry",
        "/p/1/deferred-revenue",
        "/p/1/audit?source=7",
        "/p/1/journal",
        "/p/1/partners/1/forecast",
        "/p/1/partners/1/reconciliation",
        "/p/1/settlement/awards",
        "/p/1/settlement/definitions",
        "/p/1/members/M1",
        "/entries/8",
        "/p/1/partners/1",
        "/p/1/system",
        "/problems/insufficient_points",
        "/docs",
    ] {
        assert!(seen.contains(page), "{page} was not found from the first page");
    }
    assert!(seen.iter().any(|path| path.starts_with("/data/") && path.contains(".csv")));
    let first: usize =
        ["/p/1", "/assets/console.css", "/assets/icon.svg"].iter().map(|path| text(&visitor.get(path)).len()).sum();
    assert!(first < 45_000, "the first view has {first} bytes");
}

#[test]
fn what_a_caller_wrote_is_text() {
    let served = Served::with_points();
    let member = "<b>x</b>";
    let award = json!({ "member": member, "reference": "<img src=x onerror=alert(1)>\"'", "awards": [{ "point_type": 1, "points": 1 }] });
    assert_eq!(served.post("/v1/programs/1/accruals", "<i>key</i>", award).0, 201);
    let visitor = Visitor::new(&served, &served.all);
    for page in [
        "/p/1/members",
        "/p/1/members/%3Cb%3Ex%3C%2Fb%3E",
        "/p/1/audit",
        "/entries/7",
        "/p/1/journal",
        "/p/1/journal?member=%22%3E%3Cu%3E",
        "/p/1/audit?text=%22%3E%3Cu%3E",
    ] {
        let html = text(&visitor.get(page));
        for markup in ["<b>x", "<img", "<i>key", "<u>"] {
            assert!(!html.contains(markup), "{page}: {markup}");
        }
        assert!(html.contains("&#60;") || html.contains("&lt;"), "{page} shows nothing of it");
    }
}

#[test]
fn forms_of_others_do_nothing() {
    let served = Served::with_points();
    let visitor = Visitor::new(&served, &served.all);
    let form = visitor.hidden("/p/1/members/M1", "/do/accrue") + "&awards.0.point_type=1&awards.0.points=7";
    assert!(form.contains("proof="), "{form}");
    let without = form.split('&').filter(|field| !field.starts_with("proof=")).collect::<Vec<&str>>().join("&");
    assert_eq!(visitor.post("/do/accrue", &without).response.status, 403);
    assert_eq!(visitor.visit(Method::Post, "/do/accrue", &form, Some("cross-site")).response.status, 403);
    let shown = visitor.post("/do/accrue", &form);
    assert!(shown.response.status == 200 && text(&shown).contains("Done and durable"), "{}", text(&shown));
    let again = text(&visitor.post("/do/accrue", &form));
    assert!(again.contains("done before"), "{again}");
    let stranger = Visitor { served: &served, console: Console::new([4; 32]), cookie: String::new() };
    assert_eq!(stranger.post("/do/accrue", &form).response.status, 303);
}

#[test]
fn what_a_form_did_or_refused_leads_back_to_its_page_and_nowhere_else() {
    let served = Served::with_points();
    let visitor = Visitor::new(&served, &served.all);
    let form = visitor.hidden("/p/1/members/M1", "/do/redeem");
    assert!(form.contains("back=/p/1/members/M1"), "{form}");
    let way = "<a href=\"/p/1/members/M1\">Back</a>";
    for (points, status) in [("30", 200), ("999", 422)] {
        let key = format!("key=k{points}");
        let fields = form.split('&').filter(|field| !field.starts_with("key=")).chain([key.as_str()]);
        let fields = fields.collect::<Vec<&str>>().join("&");
        let shown = visitor.post("/do/redeem", &format!("{fields}&point_type=1&points={points}"));
        assert_eq!(shown.response.status, status, "{}", text(&shown));
        assert!(text(&shown).contains(way), "{}", text(&shown));
    }
    let form = form.replace("back=/p/1/members/M1", "back=//evil.example");
    let shown = text(&visitor.post("/do/redeem", &format!("{form}&point_type=1&points=1")));
    assert!(shown.contains("Done and durable") && !shown.contains("evil.example"), "{shown}");
    // the item that paid leads to the entry that gave it
    assert!(shown.contains("<a href=\"/entries/6\">6.0</a>"), "{shown}");
}

#[test]
fn programs_are_made_and_blocks_approved_by_forms() {
    let served = Served::with_points();
    let visitor = Visitor::new(&served, &served.all);
    let act = |page: &str, action: &str, fields: &str| {
        let form = format!("{}&{fields}", visitor.hidden(page, action));
        let shown = visitor.post(action, &form);
        assert_eq!(shown.response.status, 200, "{action}: {}", text(&shown));
    };
    act("/", "/do/create_program", "program=2&zone=Europe%2FVienna&enrolment=explicit");
    act(
        "/p/2/point-types",
        "/do/create_point_type",
        "point_type=5&class=qualifying&expiry:after.span.count=2&expiry:after.span.unit=years",
    );
    act("/p/2/partners", "/do/create_partner", "partner=8&billing=prepaid&rates.5=1%2F3&rounding=up");
    act("/p/2/partners/8", "/do/purchase_block", "block=1&points=500&expires:on.date=2030-01-31");
    act("/p/2/partners/8", "/do/approve_block", "");
    act("/p/2/members", "/do/enrol", "member=00004");
    act("/entries/6", "/do/cancel", "amount:points.points=40");
    let partner = served.get("/v1/programs/2/partners/8");
    assert_eq!((&partner["balance"], &partner["rates"]["5"]), (&json!(500), &json!("1/3")));
    assert_eq!(served.get("/v1/programs/2/point-types")["rows"][0]["expiry"]["span"]["unit"], "years");
    assert_eq!(served.get("/v1/programs/1/members/M1")["balances"][0]["available"], 60);
    assert_eq!(served.get("/v1/programs/2/members/00004")["member"], "00004");
    let refused = visitor.post("/do/enrol", &(visitor.hidden("/p/2/members", "/do/enrol") + "&member=00004"));
    assert_eq!(refused.response.status, 409);
}

#[test]
fn files_hold_the_rows_of_all_pages() {
    let served = Served::with_points();
    for member in 0..1_005 {
        let member = json!({ "member": format!("N{member}") });
        assert_eq!(served.post("/v1/programs/1/members", &format!("{member}"), member).0, 201);
    }
    let visitor = Visitor::new(&served, &served.all);
    for (file, head) in [("members.csv", 1), ("members.jsonl", 0)] {
        let file = text(&visitor.get(&format!("/data/v1/programs/1/{file}")));
        let lines: BTreeSet<&str> = file.lines().collect();
        assert_eq!((file.lines().count(), lines.len()), (1_006 + head, 1_006 + head));
    }
    // who asks for a part gets a part
    let part = text(&visitor.get("/data/v1/programs/1/members.csv?limit=10"));
    assert_eq!(part.lines().count(), 11);
}

#[test]
fn each_table_of_a_page_goes_on_by_itself() {
    let served = Served::with_points();
    for (path, key, body) in [
        ("partners/1/unit", "u", json!({})),
        ("schemes/1", "s", json!({ "name": "all" })),
        ("offers/1", "o", json!({ "scheme": 1, "class": "increase_revenue_transaction_based" })),
        ("agreements", "g", json!({ "partner": 1 })),
        ("settlement", "z", json!({ "rounding": "half_up" })),
    ] {
        assert_eq!(served.post(&format!("/v1/programs/1/{path}"), key, body).0, 201, "{path}");
    }
    let clock = served.get("/v1/clock")["now"].clone();
    for number in 0..201 {
        let block = json!({ "block": 100 + number, "points": 5, "transaction_at": clock });
        assert_eq!(served.post("/v1/programs/1/partners/1/blocks", &format!("b{number}"), block).0, 201);
    }
    let visitor = Visitor::new(&served, &served.all);
    let html = text(&visitor.get("/p/1/partners/1"));
    let next = links(&html).into_iter().find(|link| link.contains("?blocks=")).expect("blocks go on");
    let shown = visitor.get(&next);
    assert!(shown.response.status == 200 && text(&shown).contains("300"), "{}", text(&shown));
}

// covers: E07
#[test]
fn point_types_and_sources_can_be_made_from_every_page_of_a_program() {
    let served = Served::with_points();
    let visitor = Visitor::new(&served, &served.all);
    let buttons = ["/p/1/point-types?create=yes", "/p/1/sources?create=yes"];
    let (mut seen, mut left) = (BTreeSet::new(), vec!["/p/1".to_owned()]);
    while let Some(path) = left.pop() {
        let is_page = path.starts_with("/p/1") || path.starts_with("/entries/");
        if !is_page || !seen.insert(path.clone()) {
            continue;
        }
        let html = text(&visitor.get(&path));
        for button in buttons {
            assert!(links(&html).iter().any(|link| link == button), "{path} has no way to {button}");
        }
        left.extend(links(&html));
    }
    assert!(seen.len() > 12, "{seen:?}");
    // the form is the first of its page, open, and makes what it says
    for (page, action, fields) in [
        (buttons[0], "/do/create_point_type", "point_type=8&class=redeemable"),
        (buttons[1], "/do/create_source", "source=8&name=2024"),
    ] {
        let html = text(&visitor.get(page));
        let form = html.find(&format!("action=\"{action}\"")).unwrap();
        assert!(!html[..form].contains("<details") && !html[..form].contains("<table"), "{page}");
        let shown = visitor.post(action, &format!("{}&{fields}", visitor.hidden(page, action)));
        assert!(text(&shown).contains("Done and durable"), "{}", text(&shown));
    }
    assert_eq!(served.get("/v1/programs/1/sources/8")["name"], "2024");
    // a token that may not make them has no such buttons
    let reader = served.token(|token| {
        token.scopes.insert(Scope::Read);
    });
    let html = text(&Visitor::new(&served, &reader).get("/p/1"));
    assert!(!html.contains("create=yes"), "{html}");
}

#[test]
fn a_partner_sees_its_own_pages_only() {
    let served = Served::with_points();
    assert_eq!(served.post("/v1/programs/1/partners", "c2", json!({ "partner": 2 })).0, 201);
    let token = served.token(|token| {
        token.scopes.insert(Scope::Read);
        token.partner = Some(PartnerId(1));
    });
    let visitor = Visitor::new(&served, &token);
    for (path, status) in [
        ("/", 200),
        ("/p/1/partners/1", 200),
        ("/p/1/point-types", 200),
        ("/p/1/partners/2", 404),
        ("/p/1/partners", 403),
        ("/p/1/members/M1", 403),
        ("/p/1/liability", 403),
        ("/entries/1", 403),
        ("/data/v1/programs/1/members.csv", 403),
        ("/data/v1/programs/1/partners/1/blocks.csv", 200),
    ] {
        assert_eq!(visitor.get(path).response.status, status, "{path}");
    }
    let html = text(&visitor.get("/p/1/partners/1"));
    assert!(!html.contains("/p/1/members") && !html.contains("/do/"), "{html}");
}

#[test]
fn sessions_and_links_end() {
    let served = Served::with_points();
    let console = Console::new([9; 32]);
    let link = console.link(&served.all);
    let mut visitor = Visitor { served: &served, console, cookie: String::new() };
    let first = visitor.get(&link);
    assert_eq!(first.response.status, 303);
    assert_eq!(visitor.get(&link).response.status, 403, "a link works once");
    let (_, cookie) = first.response.headers.iter().find(|(name, _)| *name == "set-cookie").unwrap();
    visitor.cookie = cookie.split(';').next().unwrap().to_owned();
    assert_eq!(visitor.get("/p/1").response.status, 200);
    assert_eq!(visitor.post("/sign-out", &visitor.hidden("/p/1", "/sign-out")).response.status, 303);
    assert_eq!(visitor.get("/p/1").response.status, 303);
    assert_eq!(visitor.post("/sign-in", "token=acr_x_y&back=/").response.status, 403);
}
