//! The console, where it tells what an action changes before it is done, and what needs somebody's eye: policies of expiry,
//! dependents of sources, the books, partners whose points are low.

use super::Served;
use super::console::{Visitor, hidden, links, text};
use accruedb::api::Scope;
use serde_json::json;

/// What a reader sees: a page without its tags, blanks in their places.
fn seen(html: &str) -> String {
    let texts = html.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    texts.flat_map(str::split_whitespace).collect::<Vec<&str>>().join(" ")
}

// covers: E16 E69
#[test]
fn a_policy_of_expiry_is_tried_before_it_is_carried_out() {
    let served = Served::with_points();
    let visitor = Visitor::new(&served, &served.all);
    assert!(links(&text(&visitor.get("/p/1/point-types"))).contains(&"/p/1/point-types/1".to_owned()));
    let action = "/do/edit_point_type";
    let policy = "expiry:after.span.count=6&expiry:after.span.unit=months";
    let form = visitor.hidden("/p/1/point-types/1", action);
    let tried = text(&visitor.post(action, &format!("{form}&{policy}&dry_run=true")));
    let told = seen(&tried);
    for part in [
        "Nothing was done",
        "Points expire: never until now, after 6 months from now on.",
        "100 points of this type that they have already stay as they are",
        // given today; half a year later by the calendar
        "2026-01-01 never 2026-07-01 changed",
        "7 not defined 100",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let expiry = || served.get("/v1/programs/1/point-types/1")["expiry"]["kind"].clone();
    assert_eq!(expiry(), "never", "trying changes nothing");
    // the page that told it carries it out as it was tried, once
    let form = hidden(&tried, action);
    assert!(!form.contains("dry_run"), "{form}");
    for said in ["Done and durable", "done before"] {
        let done = text(&visitor.post(action, &form));
        assert!(done.contains(said), "{done}");
    }
    assert_eq!(expiry(), "after");
    let items = served.get("/v1/programs/1/members/M1/items?point_type=1");
    assert_eq!(items["rows"][0]["expires_at"], json!(null), "{items}");
    // every form of a policy says what the command takes
    let html = text(&visitor.get("/p/1/point-types/1"));
    assert_eq!(html.matches(&format!("action=\"{action}\"")).count(), 8);
    let form = visitor.hidden("/p/1/point-types/1", action);
    let rolling = "expiry:rolling.evaluated:monthly";
    for (fields, kind) in [
        ("expiry:end_of.period=quarter".to_owned(), "end_of"),
        (
            format!("expiry:rolling.age.count=2&expiry:rolling.age.unit=years&{rolling}.every=1&{rolling}.day=31"),
            "rolling",
        ),
        ("expiry:on.date=2027-12-31".to_owned(), "on"),
        ("expiry.kind=never".to_owned(), "never"),
    ] {
        let form = format!("{}&key=k-{kind}&{fields}", form.replace("key=", "old="));
        let form = form.split('&').filter(|field| !field.starts_with("old=")).collect::<Vec<&str>>().join("&");
        let shown = text(&visitor.post(action, &form));
        assert!(shown.contains("Done and durable"), "{kind}: {shown}");
        assert_eq!(expiry(), kind);
    }
    // who may not define sees what is set, and no form
    let reader = served.token(|token| {
        token.scopes.insert(Scope::Read);
    });
    let html = text(&Visitor::new(&served, &reader).get("/p/1/point-types/1"));
    assert!(html.contains("Points expire") && !html.contains("/do/edit_point_type"), "{html}");
    assert_eq!(visitor.get("/p/1/point-types/77").response.status, 404);
}

// covers: E27
#[test]
fn a_source_is_paused_by_who_saw_what_depends_on_it() {
    let served = Served::with_points();
    let source = |id: u32| {
        let body = json!({ "source": id, "name": "<b>spring</b>", "transaction_at": "2026-01-01T00:00:00Z" });
        assert_eq!(served.post("/v1/programs/1/sources", &format!("s{id}"), body).0, 201);
    };
    source(7);
    let visitor = Visitor::new(&served, &served.all);
    let page = || text(&visitor.get("/p/1/sources/7"));
    assert!(seen(&page()).contains("1 100 no other active source gives it"), "{}", page());
    source(8);
    assert!(page().contains("one other active source gives it"), "{}", page());
    let action = "/do/pause_source";
    let tried = text(&visitor.post(action, &(visitor.hidden("/p/1/sources/7", action) + "&sure=no&dry_run=true")));
    assert!(tried.contains("Nothing was done") && tried.contains("one other active source gives it"), "{tried}");
    let refused = visitor.post(action, &(visitor.hidden("/p/1/sources/7", action) + "&sure=no"));
    assert_eq!(refused.response.status, 422, "{}", text(&refused));
    assert!(text(&refused).contains("nothing was done"));
    assert_eq!(served.get("/v1/programs/1/sources/7")["status"], "active");
    // who saw what it does is sure
    let done = text(&visitor.post(action, &hidden(&tried, action)));
    assert!(done.contains("Done and durable"), "{done}");
    assert_eq!(served.get("/v1/programs/1/sources/7")["status"], "paused");
    let other = text(&visitor.get("/p/1/sources/8"));
    assert!(other.contains("no other active source gives it") && !other.contains("<b>spring"), "{other}");
}

// covers: E94
#[test]
fn restrictions_of_a_source_are_shown_added_and_removed() {
    let served = Served::with_points();
    let body = json!({ "source": 7, "transaction_at": "2026-01-01T00:00:00Z" });
    assert_eq!(served.post("/v1/programs/1/sources", "s7", body).0, 201);
    let visitor = Visitor::new(&served, &served.all);
    let act = |action: &str, fields: &str| {
        let form = format!("{}&{fields}", visitor.hidden("/p/1/sources/7", action));
        let shown = text(&visitor.post(action, &form));
        assert!(shown.contains("Done and durable"), "{action}: {shown}");
    };
    let window = "restriction.window:calendar.unit=weeks";
    act(
        "/do/restrict_source",
        &format!("restriction.restriction=3&restriction.max=1500&restriction.per=member&{window}"),
    );
    let shown = seen(&text(&visitor.get("/p/1/sources/7")));
    assert!(shown.contains("3 1,500 member calendar weeks"), "{shown}");
    act("/do/unrestrict_source", "");
    let shown = seen(&text(&visitor.get("/p/1/sources/7")));
    assert!(shown.contains("It has no restriction."), "{shown}");
}

#[test]
fn books_show_the_digest_of_the_last_audit() {
    let served = Served::with_points();
    let visitor = Visitor::new(&served, &served.all);
    let before = seen(&text(&visitor.get("/p/1/books")));
    assert!(before.contains("Last audit none") && before.contains("Last backup none"), "{before}");
    let (status, verdict) = served.post("/v1/admin/verify", "v", json!(null));
    assert_eq!(status, 200, "{verdict}");
    let after = seen(&text(&visitor.get("/p/1/books")));
    assert!(after.contains(verdict["digest"].as_str().unwrap()), "{after}");
    assert!(after.contains("2026-03-01 12:00:00 no law is broken, in 6 entries"), "{after}");
    // who may not audit is not told
    let reader = served.token(|token| {
        token.scopes.insert(Scope::Read);
    });
    let told = text(&Visitor::new(&served, &reader).get("/p/1/books"));
    assert!(!told.contains("Digest") && !told.contains("Last backup"), "{told}");
}

// covers: A11
#[test]
fn partners_whose_points_are_low_stand_on_the_first_page() {
    let served = Served::with_points();
    let award = |partner, points| json!({ "member": "M2", "partner": partner, "awards": [{ "point_type": 1, "points": points }] });
    for (path, key, body) in [
        ("partners", "c2", json!({ "partner": 2, "rates": { "1": "1" }, "low_balance": 50, "name": "<i>Bakery</i>" })),
        ("partners/2/blocks", "b2", json!({ "block": 2, "points": 100 })),
        ("partners/2/blocks/2/approve", "a2", json!(null)),
        ("accruals", "m2", award(2, 49)),
    ] {
        let (status, answer) = served.post(&format!("/v1/programs/1/{path}"), key, body);
        assert_eq!(status, 201, "{path}: {answer}");
    }
    let visitor = Visitor::new(&served, &served.all);
    let page = |path: &str| text(&visitor.get(path));
    for above in [page("/p/1"), page("/p/1/partners")] {
        let above = seen(&above);
        assert!(!above.contains("Partners whose points are low") && !above.contains("out of points low"), "{above}");
    }
    assert!(seen(&page("/p/1")).contains("Partners out of points 0") && seen(&page("/p/1")).contains("Partners low 0"));
    for (points, standing, counts) in [
        (1, "low", "Partners out of points 0 prepaid, of 2 in all Partners low 1"),
        (50, "out of points", "Partners out of points 1 prepaid, of 2 in all Partners low 0"),
    ] {
        assert_eq!(served.post("/v1/programs/1/accruals", &format!("n{points}"), award(2, points)).0, 201);
        let first = page("/p/1");
        assert!(seen(&first).contains(counts), "{}", seen(&first));
        assert!(links(&first).contains(&"/p/1/partners/2".to_owned()), "the first page leads to it");
        let list = page("/p/1/partners");
        let row = list.split("<tr>").find(|row| row.contains("/p/1/partners/2\"")).unwrap();
        assert!(row.contains(&format!("<td>{standing}</td>")), "{row}");
        assert!(!first.contains("<i>") && !list.contains("<i>"));
    }
    assert_eq!(served.get("/v1/programs/1/partners")["rows"][0]["is_low"], false, "no threshold, never low");
}

#[test]
fn a_question_about_a_partner_that_is_refused_can_be_asked_again() {
    let served = Served::with_points();
    let visitor = Visitor::new(&served, &served.all);
    for (page, told) in
        [("forecast?days=0", "parameter days"), ("reconciliation?from=2026-02-01&to=2026-01-01", "from")]
    {
        let shown = text(&visitor.get(&format!("/p/1/partners/1/{page}")));
        assert!(
            shown.contains("role=\"alert\"") && shown.contains(told) && shown.contains("<form class=\"ask\""),
            "{shown}"
        );
    }
    assert_eq!(visitor.get("/p/1/partners/9/forecast").response.status, 404);
}
