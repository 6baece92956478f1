//! The routes, called in the process: outcomes, places of mistakes, pages, the feed, batches, budgets.

use super::{Served, wall};
use accruedb::api::{Budget, Head, Method, Scope};
use accruedb::domain::Points;
use serde_json::{Value, json};

#[test]
fn a_command_is_done_once_and_refused_with_its_figures() {
    let served = Served::with_points();
    let redeem = |key, points| {
        served.post("/v1/programs/1/redemptions", key, json!({ "member": "M1", "point_type": 1, "points": points }))
    };
    let (status, first) = redeem("r1", 40);
    assert_eq!((status, &first["balances"][0]["available"]), (201, &json!(60)));
    assert_eq!(first["legs"][0]["kind"], "redeemed");
    let (status, again) = redeem("\"r1\"", 40);
    assert_eq!((status, &again["sequence"], &again["replayed"]), (200, &first["sequence"], &json!(true)));
    let (status, problem) = redeem("r1", 41);
    assert_eq!((status, &problem["code"], &problem["first"]), (422, &json!("request_id_reused"), &first["sequence"]));
    let (status, problem) = redeem("r2", 250);
    assert_eq!((status, &problem["code"]), (422, &json!("insufficient_points")));
    assert_eq!((&problem["available"], &problem["short"]), (&json!(60), &json!(190)));
    // a refusal does not use up its key
    assert_eq!(redeem("r2", 60).0, 201);
    let found = served.get("/v1/programs/1/transactions/r2");
    assert_eq!((&found["kind"], &found["command"]["points"]), (&json!("redeem"), &json!(60)));
}

#[test]
fn mistakes_are_told_with_their_place() {
    let served = Served::with_points();
    let told = |path: &str, key: &str, body: &str| {
        let mut head = Head::new(Method::Post, path, wall());
        head.idempotency_key = Some(key.to_owned()).filter(|key| !key.is_empty());
        let response = served.api.call(head, Some(&served.all), body.as_bytes());
        let problem: Value = serde_json::from_slice(&response.body).unwrap();
        let place = problem.get("pointer").or(problem.get("parameter")).cloned().unwrap_or_default();
        (response.status, problem["code"].as_str().unwrap().to_owned(), place.as_str().unwrap_or_default().to_owned())
    };
    let redemptions = "/v1/programs/1/redemptions";
    let expected = |status, code: &str, place: &str| (status, code.to_owned(), place.to_owned());
    let malformed = |place| expected(400, "malformed", place);
    assert_eq!(told(redemptions, "", "{}"), expected(400, "idempotency_key_required", ""));
    let good = r#"{"member":"M1","point_type":1,"points":1}"#;
    assert_eq!(told(redemptions, "a b", good), malformed("Idempotency-Key"));
    assert_eq!(told(redemptions, "k", "{"), malformed(""));
    let body = r#"{"member":"M1","point_type":1,"points":9007199254740992}"#;
    assert_eq!(told(redemptions, "k", body), malformed("/points"));
    assert_eq!(told(redemptions, "k", r#"{"member":"M1","points":1,"points":2}"#), malformed("/points"));
    assert_eq!(told(redemptions, "k", r#"{"member":"M1","program":2}"#), malformed("/program"));
    assert_eq!(told(redemptions, "k", r#"{"member":"M1","point_type":1,"points":1,"dry":true}"#).1, "malformed");
    assert_eq!(told("/v1/programs/x/redemptions", "k", "{}"), malformed("program"));
    assert_eq!(told("/v1/programs/01/redemptions", "k", "{}"), malformed("program"));
    assert_eq!(
        told("/v1/programs/9/redemptions", "k", r#"{"member":"M1","point_type":1,"points":1}"#).1,
        "program_unknown"
    );
    assert_eq!(told("/v1/programs/1/redemptions?dry_run=yes", "k", body), malformed("dry_run"));
    assert_eq!(told("/v1/nothing", "k", "{}"), expected(404, "not_found", ""));
    assert_eq!(told("/v1/feed", "k", "{}"), expected(405, "method_not_allowed", ""));
    // the engine's own verb is not for callers
    let line =
        r#"{"kind":"book_due","program":1,"request_id":"x","subject":{"kind":"member","member":"M1"},"limit":1}"#;
    let batch = served.api.call(Head::new(Method::Post, "/v1/commands", wall()), Some(&served.all), line.as_bytes());
    let answer: Value = serde_json::from_slice(&batch.body).unwrap();
    assert_eq!((&answer["status"], &answer["problem"]["pointer"]), (&json!(400), &json!("/kind")));
}

#[test]
fn a_batch_answers_each_line_in_order() {
    let served = Served::with_points();
    let lines = [
        r#"{"kind":"accrue","program":1,"request_id":"b1","member":"M2","awards":[{"point_type":1,"points":5}]}"#,
        "",
        "{",
        r#"{"kind":"redeem","program":1,"request_id":"b2","member":"M2","point_type":1,"points":6}"#,
        r#"{"kind":"redeem","program":1,"request_id":"b3","member":"M2","point_type":1,"points":5}"#,
    ];
    let body = lines.join("\n");
    let call = || served.api.call(Head::new(Method::Post, "/v1/commands", wall()), Some(&served.all), body.as_bytes());
    let answers = |body: Vec<u8>| -> Vec<(u64, u64)> {
        let text = String::from_utf8(body).unwrap();
        let answers = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        answers.map(|answer| (answer["line"].as_u64().unwrap(), answer["status"].as_u64().unwrap())).collect()
    };
    assert_eq!(answers(call().body), [(1, 201), (3, 400), (4, 422), (5, 201)]);
    assert_eq!(answers(call().body), [(1, 200), (3, 400), (4, 422), (5, 200)]);
    let body = "{}\n".repeat(10_001);
    let response = served.api.call(Head::new(Method::Post, "/v1/commands", wall()), Some(&served.all), body.as_bytes());
    assert_eq!(response.status, 413);
}

#[test]
fn pages_are_whole_and_hold_nothing_twice() {
    let served = Served::with_points();
    for member in 0..25 {
        let award = json!({ "member": format!("N{member}"), "awards": [{ "point_type": 1, "points": 1 }] });
        assert_eq!(served.post("/v1/programs/1/accruals", &format!("n{member}"), award).0, 201);
    }
    let walk = |path: &str| -> Vec<Value> {
        let (mut rows, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = served.get(&format!("{path}limit=7{cursor}"));
            rows.extend(page["rows"].as_array().unwrap().clone());
            let Some(next) = page["next"].as_str() else { return rows };
            cursor = format!("&cursor={next}");
        }
    };
    let members = walk("/v1/programs/1/members?");
    assert_eq!(members.len(), 26);
    let sequences =
        |path: &str| -> Vec<u64> { walk(path).iter().map(|row| row["sequence"].as_u64().unwrap()).collect() };
    assert_eq!(sequences("/v1/programs/1/audit?"), (1..=31).rev().collect::<Vec<u64>>());
    assert_eq!(sequences("/v1/programs/1/audit?order=oldest&"), (1..=31).collect::<Vec<u64>>());
    assert_eq!(sequences("/v1/programs/1/audit?order=oldest&member=N3&kind=accrue&"), [10]);
    let link = served.get_as(&served.all, "/v1/programs/1/members?limit=7");
    let (_, link) = link.headers.iter().find(|(name, _)| *name == "link").unwrap();
    assert!(link.starts_with("</v1/programs/1/members?limit=7&cursor=") && link.ends_with(">; rel=\"next\""), "{link}");
}

#[test]
fn items_and_statements_are_those_of_the_member() {
    let served = Served::with_points();
    for (key, points) in [("i1", 10), ("i2", 20), ("i3", 30)] {
        let award = json!({ "member": "M1", "awards": [{ "point_type": 1, "points": points }] });
        assert_eq!(served.post("/v1/programs/1/accruals", key, award).0, 201);
    }
    let redeem = json!({ "member": "M1", "point_type": 1, "points": 115 });
    assert_eq!(served.post("/v1/programs/1/redemptions", "i4", redeem).0, 201);
    let remaining = |query: &str| -> Vec<(String, i64)> {
        let page = served.get(&format!("/v1/programs/1/members/M1/items?{query}"));
        let row = |row: &Value| (row["state"].as_str().unwrap().to_owned(), row["remaining"].as_i64().unwrap());
        page["rows"].as_array().unwrap().iter().map(row).collect()
    };
    assert_eq!(remaining(""), [("open".into(), 15), ("open".into(), 30)]);
    assert_eq!(remaining("state=all").len(), 4);
    assert_eq!(remaining("state=all&limit=1"), [("used_up".into(), 0)]);
    assert_eq!(remaining("limit=1"), [("open".into(), 15)]);
    let statement = served.get("/v1/programs/1/members/M1/statement?limit=2");
    assert_eq!((&statement["rows"][0]["points"], &statement["rows"][1]["points"]), (&json!(-115), &json!(30)));
    let member = served.get("/v1/programs/1/members/M1");
    assert_eq!(member["balances"][0]["available"], 45);
    let csv = served.get_as(&served.all, "/v1/programs/1/members/M1/statement.csv");
    let text = String::from_utf8(csv.body).unwrap();
    assert!(text.starts_with("sequence,recorded_at,") && text.lines().count() == 6, "{text}");
}

#[test]
fn the_feed_has_every_leg_once() {
    let served = Served::with_points();
    for limit in [1, 2, 100] {
        let (mut ids, mut from) = (Vec::new(), String::new());
        loop {
            let page = served.get(&format!("/v1/feed?limit={limit}&from={from}"));
            let events = page["events"].as_array().unwrap();
            ids.extend(events.iter().map(|event| event["id"].as_str().unwrap().to_owned()));
            if events.is_empty() {
                break;
            }
            from = events.last().unwrap()["id"].as_str().unwrap().to_owned();
        }
        // the accrual has two legs: a grant, and what the block paid
        assert_eq!(ids, ["1.0", "2.0", "3.0", "4.0", "5.0", "6.0", "6.1"], "pages of {limit}");
    }
    let page = served.get("/v1/feed?kinds=granted");
    assert_eq!((&page["events"][0]["id"], &page["events"][0]["member"]), (&json!("6.0"), &json!("M1")));
    assert_eq!((&page["next"], &page["more"]), (&json!("6"), &json!(false)));
    assert_eq!(served.get("/v1/feed?from=end")["events"], json!([]));
    let mut head = Head::new(Method::Get, "/v1/feed?kinds=granted", wall());
    head.accept = Some("application/cloudevents-batch+json".to_owned());
    let cloud: Value = serde_json::from_slice(&served.api.call(head, Some(&served.all), b"").body).unwrap();
    assert_eq!((&cloud[0]["type"], &cloud[0]["subject"]), (&json!("accruedb.granted.v1"), &json!("M1")));
}

#[test]
fn reports_come_as_tables_and_pictures() {
    let served = Served::with_points();
    let report = served.get("/v1/programs/1/reports/liability");
    assert_eq!((&report["rows"][0]["bucket"], &report["rows"][0]["outstanding"]), (&json!("2026-01"), &json!(100)));
    let sources = served.get("/v1/programs/1/reports/sources");
    assert_eq!((&sources["rows"][0]["bucket"], &sources["rows"][0]["issued_exact"]), (&json!("7"), &json!("100")));
    let picture = served.get_as(&served.all, "/v1/programs/1/reports/liability.svg");
    assert_eq!((picture.status, picture.media_type), (200, "image/svg+xml"));
    assert!(String::from_utf8(picture.body).unwrap().contains("Points owed to members"));
    assert_eq!(served.get_as(&served.all, "/v1/programs/1/members.svg").status, 404);
    assert_eq!(
        served.get_as(&served.all, "/v1/programs/1/reports/liability?from=2026-02-01&to=2026-01-01").status,
        400
    );
}

#[test]
fn a_leaked_till_token_is_bounded_by_its_budget() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::with_tokens(Some(folder.path().join("tokens.json")));
    for (path, key, body) in [
        ("/v1/programs/1", "p", json!({ "enrolment": "on_first_accrual", "transaction_at": "2026-01-01T00:00:00Z" })),
        ("/v1/programs/1/point-types", "t", json!({ "point_type": 1 })),
    ] {
        assert_eq!(served.post(path, key, body).0, 201);
    }
    let budget = Budget { granted: Some(Points(100)), largest: Some(Points(70)), redeemed: None };
    let till = served.token(|token| {
        token.scopes.insert(Scope::Post);
        token.budget = budget;
    });
    let grant = |key: &str, points: i64| {
        let body = json!({ "member": "M1", "awards": [{ "point_type": 1, "points": points }] });
        let response = served.post_as(&till, "/v1/programs/1/accruals", key, &body);
        (response.status, response.headers.iter().any(|(name, _)| *name == "retry-after"))
    };
    assert_eq!(grant("a", 71), (429, false));
    assert_eq!(grant("b", 60), (201, false));
    assert_eq!(grant("c", 60), (429, true));
    // a repeated request costs nothing, and a refused one neither
    assert_eq!(grant("b", 60), (200, false));
    assert_eq!(grant("b", 30).0, 422);
    assert_eq!(grant("d", 40), (201, false));
    assert_eq!(grant("e", 1), (429, true));
}

/// Lines of a batch are sent some together. One that repeats another of them costs nothing, as if they came alone.
#[test]
fn a_batch_spends_a_budget_line_by_line() {
    let served = Served::with_points();
    let till = served.token(|token| {
        token.scopes.insert(Scope::Post);
        token.budget = Budget { granted: Some(Points(100)), largest: None, redeemed: None };
    });
    let line = |request: &str, points: i64| {
        let awards = json!([{ "point_type": 1, "points": points }]);
        json!({ "kind": "accrue", "program": 1, "request_id": request, "member": "M1", "awards": awards }).to_string()
    };
    let body = [
        line("till-a", 60),
        line("till-b", 60),
        line("till-a", 60),
        line("till-c", 40),
        line("till-c", 40),
        line("till-d", 1),
    ]
    .join("\n");
    let answered = served.api.call(Head::new(Method::Post, "/v1/commands", wall()), Some(&till), body.as_bytes());
    let text = String::from_utf8(answered.body).unwrap();
    let answers = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["status"].as_u64().unwrap());
    assert_eq!(answers.collect::<Vec<u64>>(), [201, 429, 200, 201, 200, 429]);
}

#[test]
fn the_clock_moves_for_tests_only_where_it_may() {
    let served = Served::with_points();
    let (status, clock) = served.post("/v1/clock", "", json!({ "to": "2026-02-01T00:00:00Z" }));
    assert_eq!((status, &clock["now"]), (200, &json!("2026-02-01T00:00:00.000Z")));
    let past = served.get("/v1/programs/1/members/M1?as_of=2026-01-15T00:00:00Z");
    assert_eq!(past["balances"][0]["available"], 100);
    assert_eq!(served.post("/v1/clock", "", json!({ "to": "soon" })).1["pointer"], "/to");
    assert_eq!(served.post("/v1/admin/backup", "", json!({ "name": "../x" })).1["pointer"], "/name");
    assert_eq!(served.post("/v1/admin/verify?replay=yes", "", Value::Null).1["ok"], true);
}

#[test]
fn a_command_of_any_kind_needs_the_scope_of_its_kind() {
    let served = Served::with_points();
    let path = "/v1/programs/1/commands";
    let corrector = served.token(|token| {
        token.scopes.insert(Scope::Adjust);
        token.budget = Budget { granted: Some(Points(100)), redeemed: Some(Points(5)), largest: None };
    });
    let adjust = |key: &str, points: i64| {
        let body =
            json!({ "kind": "adjust", "member": "M1", "point_type": 1, "points": points, "reason": "a mistake" });
        served.post_as(&corrector, path, key, &body).status
    };
    assert_eq!(adjust("k1", 60), 201);
    assert_eq!(adjust("k1", 60), 200);
    assert_eq!(adjust("k2", 60), 429);
    assert_eq!(adjust("k3", -5), 201);
    assert_eq!(adjust("k4", -1), 429);
    let status = |key: &str, body: Value| served.post_as(&corrector, path, key, &body).status;
    let blocked =
        json!({ "kind": "set_member_status", "member": "M1", "status": "blocked", "reason": "lost the card" });
    assert_eq!(status("k5", blocked), 201);
    assert_eq!(status("k6", json!({ "kind": "redeem", "member": "M1", "point_type": 1, "points": 1 })), 403);
    assert_eq!(status("k7", json!({ "kind": "create_subtype", "subtype": 4 })), 403);
    assert_eq!(status("k8", json!({ "kind": "book_due" })), 400);
    assert_eq!(status("k9", json!({ "member": "M1" })), 400);
    let (refused, problem) = served.post(path, "k10", json!({ "kind": "enrol", "member": "M1", "program": 2 }));
    assert_eq!((refused, &problem["pointer"]), (400, &json!("/program")));
}

#[test]
fn a_dry_run_tells_what_would_happen_and_does_nothing() {
    let served = Served::with_points();
    let path = "/v1/programs/1/redemptions?dry_run=true";
    let redeem = |points| json!({ "member": "M1", "point_type": 1, "points": points });
    let before = served.get("/v1/programs/1/audit?limit=1")["rows"][0]["sequence"].clone();
    let (status, receipt) = served.post(path, "d", redeem(40));
    assert_eq!((status, &receipt["sequence"], &receipt["replayed"]), (200, &json!(0), &json!(false)));
    assert_eq!((&receipt["legs"][0]["kind"], &receipt["balances"][0]["available"]), (&json!("redeemed"), &json!(60)));
    let (status, problem) = served.post(path, "d", redeem(101));
    assert_eq!((status, &problem["code"], &problem["short"]), (422, &json!("insufficient_points"), &json!(1)));
    assert_eq!(served.get("/v1/programs/1/audit?limit=1")["rows"][0]["sequence"], before);
    assert_eq!(served.get("/v1/programs/1/members/M1")["balances"][0]["available"], 100);
    // the bounds and the budget of a token hold for it as for the command, and it takes nothing from the budget
    let till = served.token(|token| {
        token.scopes.insert(Scope::Post);
        token.budget = Budget { redeemed: Some(Points(50)), ..Budget::default() };
    });
    let tried = |key: &str, points| served.post_as(&till, path, key, &redeem(points)).status;
    assert_eq!((tried("d1", 50), tried("d2", 50), tried("d3", 51)), (200, 200, 429));
    assert_eq!(served.post_as(&till, "/v1/programs/1/adjustments?dry_run=true", "d4", &redeem(1)).status, 403);
    assert_eq!(
        served.post("/v1/programs/1/commands?dry_run=true", "d5", json!({ "kind": "enrol", "member": "M9" })).0,
        200
    );
    assert_eq!(served.get_as(&served.all, "/v1/programs/1/members/M9").status, 404);
    // what was done already is told as that
    assert_eq!(served.post("/v1/programs/1/redemptions", "d6", redeem(1)).0, 201);
    assert_eq!(served.post(path, "d6", redeem(1)).1["replayed"], true);
}

#[test]
fn a_look_whose_answer_is_known_has_no_body() {
    let served = Served::with_points();
    let look = |path: &str, known: Option<&str>| {
        let mut head = Head::new(Method::Get, path, wall());
        head.if_none_match = known.map(str::to_owned);
        let response = served.api.call(head, Some(&served.all), b"");
        let tag = response.headers.iter().find(|(name, _)| *name == "etag").map(|(_, tag)| tag.clone());
        (response.status, tag.unwrap_or_default(), response.body.len())
    };
    for path in ["/v1/programs/1/members/M1", "/v1/programs/1/members", "/v1/programs/1"] {
        let (status, tag, bytes) = look(path, None);
        let weak = if path.ends_with("M1") { "W/\"" } else { "\"" };
        assert!(status == 200 && tag.starts_with(weak) && bytes > 0, "{path}: {status} {tag}");
        // time alone changes nothing
        assert_eq!(
            served.post("/v1/clock", "", json!({ "to": format!("2026-01-{:02}T00:00:00Z", 2 + path.len() % 20) })).0,
            200
        );
        assert_eq!(look(path, Some(&tag)), (304, tag.clone(), 0), "{path}");
        assert_eq!(look(path, Some(&format!("\"x\", {}", tag.trim_start_matches("W/")))).0, 304, "{path}");
        assert_eq!(look(path, Some("\"x\"")).0, 200, "{path}");
    }
    let (_, tag, _) = look("/v1/programs/1/members/M1", None);
    assert_eq!(
        served.post("/v1/programs/1/redemptions", "e", json!({ "member": "M1", "point_type": 1, "points": 1 })).0,
        201
    );
    assert_eq!(look("/v1/programs/1/members/M1", Some(&tag)).0, 200);
    assert_eq!(look("/v1/programs/1/members.csv", None).1, "", "files have none");
}

#[test]
fn sources_are_listed_paused_and_archived() {
    let served = Served::with_points();
    let done = |path: &str, key: &str, body: Value| served.post(&format!("/v1/programs/1/sources{path}"), key, body).0;
    assert_eq!(done("", "s1", json!({ "source": 3, "name": "spring", "inventory": 10 })), 201);
    assert_eq!(done("", "s2", json!({ "source": 4 })), 201);
    assert_eq!(done("/3/pause", "s3", Value::Null), 201);
    let page = served.get("/v1/programs/1/sources?limit=1");
    assert_eq!((&page["rows"][0]["source"], &page["rows"][0]["status"]), (&json!(3), &json!("paused")));
    assert_eq!((&page["rows"][0]["reason"], &page["rows"][0]["left"]), (&json!("manual"), &json!(10)));
    let next = page["next"].as_str().unwrap();
    let second = served.get(&format!("/v1/programs/1/sources?limit=1&cursor={next}"));
    assert_eq!(
        (&second["rows"][0]["source"], &second["rows"][0]["left"], &second["next"]),
        (&json!(4), &Value::Null, &Value::Null)
    );
    assert_eq!(done("/3/archive", "s4", Value::Null), 422);
    assert_eq!(done("/3/archive", "s5", json!({ "confirm": true })), 201);
    assert_eq!(served.get("/v1/programs/1/sources/3")["status"], "archived");
    assert_eq!(served.get_as(&served.all, "/v1/programs/1/sources/5").status, 404);
}

#[test]
fn points_are_held_captured_and_released() {
    let served = Served::with_points();
    let hold = json!({ "member": "M1", "point_type": 1, "points": 40 });
    assert_eq!(served.post("/v1/programs/1/holds", "h1", hold).0, 201);
    assert_eq!(served.post("/v1/programs/1/holds/h1/capture", "h2", json!({ "points": 10 })).0, 201);
    assert_eq!(served.post("/v1/programs/1/holds/h1/release", "h3", Value::Null).0, 201);
    assert_eq!(served.get("/v1/programs/1/members/M1")["balances"][0]["available"], 90);
}
