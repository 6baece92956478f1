//! Who may call what: every route with every scope, with own and foreign programs, with own and foreign partners. The
//! matrix is made of the table of routes; what is expected is said here a second time, in words of its own.

use super::{Served, wall};
use accruedb::api::{Access, Bounded, Head, Method, Route, Scope, routes};
use accruedb::domain::{PartnerId, ProgramId};
use serde_json::Value;
use std::collections::BTreeSet;

/// What a token may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bound {
    Nothing,
    OwnProgram,
    ForeignProgram,
    OwnPartner,
    ForeignPartner,
}

const BOUNDS: [Bound; 5] =
    [Bound::Nothing, Bound::OwnProgram, Bound::ForeignProgram, Bound::OwnPartner, Bound::ForeignPartner];

/// The path with program 1, partner 1, member M1.
fn path(route: &Route) -> String {
    let parts = route.path.split('/').map(|part| match part {
        "{program}" | "{partner}" | "{block}" | "{point_type}" | "{sequence}" | "{source}" | "{restriction}" => "1",
        "{scheme}" | "{offer}" | "{group}" | "{bill}" => "1",
        "{member}" => "M1",
        "{request}" | "{hold}" | "{fee}" | "{run}" | "{purchase}" => "m",
        other => other,
    });
    parts.collect::<Vec<&str>>().join("/")
}

/// What the guard must say: 401, 403, 404, or nothing.
fn expected(route: &Route, scope: Option<Scope>, bound: Bound) -> Option<u16> {
    match (route.access, scope) {
        (Access::Open, _) => return None,
        (_, None) => return Some(401),
        (Access::Needs(needed), Some(scope)) if scope != needed => return Some(403),
        _ => {}
    }
    let (of_program, of_partner) = (route.names("program"), route.names("partner"));
    match bound {
        Bound::Nothing => None,
        Bound::OwnProgram if of_program => None,
        Bound::ForeignProgram if of_program => Some(404),
        Bound::OwnProgram | Bound::ForeignProgram => (route.of_program == Bounded::Nothing).then_some(403),
        Bound::OwnPartner if of_partner => None,
        Bound::ForeignPartner if of_partner => Some(404),
        Bound::OwnPartner | Bound::ForeignPartner => (route.of_partner == Bounded::Nothing).then_some(403),
    }
}

#[test]
fn every_route_with_every_scope_and_bound_is_guarded() {
    let served = Served::with_points();
    let mut cases = 0;
    for route in routes() {
        let scopes = std::iter::once(None).chain(Scope::ALL.map(Some));
        for (scope, bound) in scopes.flat_map(|scope| BOUNDS.map(|bound| (scope, bound))) {
            let text = served.token(|token| {
                token.scopes = BTreeSet::from_iter(scope);
                match bound {
                    Bound::Nothing => {}
                    Bound::OwnProgram => token.programs = Some(BTreeSet::from([ProgramId(1)])),
                    Bound::ForeignProgram => token.programs = Some(BTreeSet::from([ProgramId(2)])),
                    Bound::OwnPartner => token.partner = Some(PartnerId(1)),
                    Bound::ForeignPartner => token.partner = Some(PartnerId(2)),
                }
            });
            let head = Head::new(route.method, &path(route), wall());
            let token = scope.and_then(|_| served.api.token(&text, wall()));
            let refused = served.api.admit(head, token).err().map(|problem| problem.status);
            assert_eq!(refused, expected(route, scope, bound), "{} {scope:?} {bound:?}", route.id);
            cases += 1;
        }
    }
    assert_eq!(cases, routes().count() * 8 * 5);
}

#[test]
fn only_these_routes_are_open() {
    let open: Vec<&str> = routes().filter(|route| route.access == Access::Open).map(|route| route.path).collect();
    assert_eq!(open, ["/healthz", "/readyz"]);
}

/// Bodies and batches do not get around what a path may not.
#[test]
fn commands_are_held_to_the_bounds_too() {
    let served = Served::with_points();
    let partner = served.token(|token| {
        token.scopes.extend([Scope::Post, Scope::Read]);
        token.partner = Some(PartnerId(1));
    });
    let accrue = |partner: &str| format!(r#"{{"member":"M1","awards":[{{"point_type":1,"points":1}}]{partner}}}"#);
    let send = |key: &str, body: &str| {
        let body: Value = serde_json::from_str(body).unwrap();
        served.post_as(&partner, "/v1/programs/1/accruals", key, &body).status
    };
    assert_eq!(send("x1", &accrue(r#","partner":1"#)), 201);
    assert_eq!(send("x2", &accrue(r#","partner":2"#)), 404);
    assert_eq!(send("x3", &accrue("")), 403);
    // what several partners fund is for nobody who is bound to one
    let shared = serde_json::json!({
        "member": "M1", "awards": [{ "point_type": 1, "points": 3 }],
        "shares": [{ "partner": 1, "parts": 2 }, { "partner": 2, "parts": 1 }],
    });
    let shared_at = "/v1/programs/1/shared-accruals";
    assert_eq!(served.post_as(&partner, shared_at, "x4", &shared).status, 403);
    assert_eq!(served.post_as(&served.all, shared_at, "x5", &shared).status, 404, "there is no partner 2");
    let other = served.token(|token| {
        token.scopes.insert(Scope::Post);
        token.programs = Some(BTreeSet::from([ProgramId(2)]));
    });
    let line = r#"{"kind":"accrue","program":1,"request_id":"y","member":"M1","awards":[{"point_type":1,"points":1}]}"#;
    let create = r#"{"kind":"create_program","program":2,"request_id":"y"}"#;
    let body = format!("{line}\n{create}\n");
    let response = served.api.call(Head::new(Method::Post, "/v1/commands", wall()), Some(&other), body.as_bytes());
    let statuses = String::from_utf8(response.body).unwrap();
    let statuses: Vec<Value> =
        statuses.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["status"].clone()).collect();
    assert_eq!(statuses, [404, 403]);
}

#[test]
fn what_is_foreign_looks_like_what_is_not_there() {
    let served = Served::with_points();
    let bound = served.token(|token| {
        token.scopes.insert(Scope::Read);
        token.programs = Some(BTreeSet::from([ProgramId(2)]));
    });
    let foreign = served.get_as(&bound, "/v1/programs/1/members/M1");
    let absent = served.get_as(&served.all, "/v1/programs/3/members/M1");
    assert_eq!(foreign, absent);
    assert_eq!(served.get_as(&bound, "/v1/entries/1").status, 404);
    let listed = served.get_as(&bound, "/v1/programs");
    assert_eq!(serde_json::from_slice::<Value>(&listed.body).unwrap()["rows"], Value::Array(Vec::new()));
    let feed = served.token(|token| {
        token.scopes.insert(Scope::Feed);
        token.programs = Some(BTreeSet::from([ProgramId(2)]));
    });
    let events: Value = serde_json::from_slice(&served.get_as(&feed, "/v1/feed").body).unwrap();
    assert_eq!(events["events"], Value::Array(Vec::new()));
}
