//! Edits of what the caller saw, and batches that are only tried.

use super::{Served, wall};
use accruedb::api::{Head, Method};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The mark of a look.
fn tag(served: &Served, path: &str) -> String {
    let response = served.get_as(&served.all, path);
    let tag = response.headers.into_iter().find(|(name, _)| *name == "etag").map(|(_, tag)| tag);
    tag.unwrap_or_default()
}

fn edit(served: &Served, path: &str, key: &str, if_match: &str, body: &Value) -> (u16, Value) {
    let mut head = Head::new(Method::Post, path, wall());
    head.idempotency_key = Some(key.to_owned());
    head.if_match = Some(if_match.to_owned());
    let response = served.api.call(head, Some(&served.all), body.to_string().as_bytes());
    (response.status, serde_json::from_slice(&response.body).unwrap())
}

#[test]
fn an_edit_is_of_what_its_caller_saw() {
    let served = Served::with_points();
    assert_eq!(served.post("/v1/programs/1/sources", "s", json!({ "source": 3, "name": "spring" })).0, 201);
    for (look, path, body) in [
        ("point-types/1", "point-types/1/edit", json!({ "name": "points" })),
        ("partners/1/terms", "partners/1/edit", json!({ "rates": { "1": "1" }, "name": "Shop" })),
        ("sources/3/terms", "sources/3/edit", json!({ "name": "summer" })),
    ] {
        let (look, path) = (format!("/v1/programs/1/{look}"), format!("/v1/programs/1/{path}"));
        let seen = tag(&served, &look);
        assert!(seen.starts_with('"'), "{look}: a strong mark, not {seen}");
        let (status, problem) = edit(&served, &path, &format!("{path}-0"), "\"x\"", &body);
        assert_eq!((status, &problem["code"]), (412, &json!("precondition_failed")), "{path}");
        let (status, problem) = edit(&served, &path, &format!("{path}-1"), &format!("W/{seen}"), &body);
        assert_eq!(status, 412, "a weak mark names nothing: {problem}");
        assert_eq!(tag(&served, &look), seen, "{path}: what was refused changed something");
        let (status, answer) = edit(&served, &path, &format!("{path}-2"), &format!("\"x\", {seen}"), &body);
        assert_eq!(status, 201, "{path}: {answer}");
        assert_ne!(tag(&served, &look), seen);
        assert_eq!(edit(&served, &path, &format!("{path}-3"), &seen, &body).0, 412, "{path}");
        assert_eq!(edit(&served, &path, &format!("{path}-4"), "*", &body).0, 201, "{path}");
    }
    // what has no mark is not done by halves
    let award = json!({ "member": "M1", "awards": [{ "point_type": 1, "points": 1 }] });
    let (status, problem) = edit(&served, "/v1/programs/1/accruals", "a", "*", &award);
    assert_eq!((status, &problem["parameter"]), (400, &json!("If-Match")));
    assert_eq!(edit(&served, "/v1/programs/1/partners/9/edit", "b", "*", &json!({ "rates": {} })).0, 404);
}

#[test]
fn of_many_edits_of_one_state_one_is_done() {
    let served = Served::with_points();
    let (look, path) = ("/v1/programs/1/point-types/1", "/v1/programs/1/point-types/1/edit");
    let seen = tag(&served, look);
    let done = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for at in 0..8 {
            let (api, all, seen, done) = (&served.api, &served.all, &seen, &done);
            scope.spawn(move || {
                let mut head = Head::new(Method::Post, path, wall());
                head.idempotency_key = Some(format!("e{at}"));
                head.if_match = Some(seen.clone());
                let body = json!({ "name": format!("name {at}") }).to_string();
                let response = api.call(head, Some(all), body.as_bytes());
                assert!([201, 412].contains(&response.status), "{}", String::from_utf8_lossy(&response.body));
                done.fetch_add(usize::from(response.status == 201), Ordering::Relaxed);
            });
        }
    });
    assert_eq!(done.into_inner(), 1);
}

#[test]
fn a_batch_can_be_tried() {
    let served = Served::with_points();
    let lines = [
        r#"{"kind":"redeem","program":1,"request_id":"b1","member":"M1","point_type":1,"points":60}"#,
        r#"{"kind":"redeem","program":1,"request_id":"b2","member":"M1","point_type":1,"points":60}"#,
        r#"{"kind":"redeem","program":1,"request_id":"b3","member":"M1","point_type":1,"points":101}"#,
        "{",
    ];
    let body = lines.join("\n");
    let call = |path: &str| -> Vec<Value> {
        let response = served.api.call(Head::new(Method::Post, path, wall()), Some(&served.all), body.as_bytes());
        let text = String::from_utf8(response.body).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let before = served.get("/v1/programs/1/audit?limit=1");
    let tried = call("/v1/commands?dry_run=true");
    let statuses: Vec<u64> = tried.iter().map(|answer| answer["status"].as_u64().unwrap()).collect();
    // each by itself: the second is not short of what the first would take
    assert_eq!(statuses, [200, 200, 422, 400]);
    assert_eq!(tried[1]["receipt"]["balances"][0]["available"], 40);
    assert_eq!(tried[2]["problem"]["short"], 1);
    assert_eq!(served.get("/v1/programs/1/audit?limit=1"), before);
    let done: Vec<u64> = call("/v1/commands").iter().map(|answer| answer["status"].as_u64().unwrap()).collect();
    assert_eq!(done, [201, 422, 422, 400]);
}
