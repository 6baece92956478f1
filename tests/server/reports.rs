//! Reports over the routes: points by source and day, what expires, deferred revenue, the audit log, how long a partner's
//! blocks last, awards and credits.

use super::Served;
use accruedb::api::Response;
use serde_json::{Value, json};

fn done(served: &Served, path: &str, key: &str, body: Value) {
    let (status, answer) = served.post(&format!("/v1/programs/1/{path}"), key, body);
    assert_eq!(status, 201, "{path}: {answer}");
}

fn rows(served: &Served, path: &str) -> Vec<Value> {
    served.get(&format!("/v1/programs/1/{path}"))["rows"].as_array().unwrap().clone()
}

fn refused(served: &Served, path: &str) -> (u16, String) {
    let Response { status, body, .. } = served.get_as(&served.all, &format!("/v1/programs/1/{path}"));
    let problem: Value = serde_json::from_slice(&body).unwrap();
    (status, problem["code"].as_str().unwrap_or_default().to_owned())
}

/// The rows of all pages of `limit` rows each.
fn walked(served: &Served, path: &str, limit: usize) -> Vec<Value> {
    let and = if path.contains('?') { "&" } else { "?" };
    let (mut rows, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = served.get(&format!("/v1/programs/1/{path}{and}limit={limit}{cursor}"));
        rows.extend(page["rows"].as_array().unwrap().clone());
        let Some(next) = page["next"].as_str() else { return rows };
        cursor = format!("&cursor={next}");
    }
}

/// M1 has 100 points of source 7; 30 are redeemed a month later. Type 2 expires after two months: M2 and M3 have some.
fn with_history() -> Served {
    let served = Served::with_points();
    let expiry = json!({ "kind": "after", "span": { "count": 2, "unit": "months" } });
    done(&served, "point-types", "t2", json!({ "point_type": 2, "expiry": expiry }));
    assert_eq!(served.post("/v1/clock", "", json!({ "to": "2026-02-01T00:00:00Z" })).0, 200);
    done(&served, "redemptions", "r", json!({ "member": "M1", "point_type": 1, "points": 30, "reference": "a mug" }));
    for (key, member, points) in [("e2", "M2", 40), ("e3", "M3", 5)] {
        let awards = json!([{ "point_type": 2, "points": points }]);
        done(&served, "accruals", key, json!({ "member": member, "awards": awards }));
    }
    served
}

// covers: E50 E51 E52
#[test]
fn what_is_owed_and_deferred_is_told_as_of_any_instant() {
    let served = with_history();
    let owed = |query: &str| -> Vec<(u64, String)> {
        let rows = rows(&served, &format!("reports/outstanding?{query}"));
        let row = |row: &Value| (row["source"].as_u64().unwrap(), row["owed_exact"].as_str().unwrap().to_owned());
        rows.iter().map(row).collect()
    };
    assert_eq!(owed(""), [(0, "45".to_owned()), (7, "70".to_owned())]);
    for past in ["as_of=2026-01-15", "as_of=2026-01-31T23:59:59.999Z"] {
        assert_eq!(owed(past), [(7, "100".to_owned())], "{past}");
    }
    assert_eq!(owed("source=7&point_type=1,2"), [(7, "70".to_owned())]);
    let cohort = &rows(&served, "reports/cohorts?from=2026-01-01&to=2026-01-31")[0];
    assert_eq!(
        (&cohort["issued_exact"], &cohort["redeemed_exact"], &cohort["left_exact"], &cohort["other_exact"]),
        (&json!("100"), &json!("30"), &json!("70"), &json!("0"))
    );
    let deferred = &rows(&served, "reports/deferred-revenue?range=last-month&value=2000&redeemed_per_mille=900")[0];
    let figures = ["expected", "breakage", "deferred", "recognised", "liability"];
    let figures = figures.map(|name| deferred[format!("{name}_exact")].as_str().unwrap().parse::<i64>().unwrap());
    // 30 of 90 points that are expected: a third of 200
    assert_eq!(figures, [90, 10, 200, 67, 133]);
    done(
        &served,
        "adjustments",
        "by-hand",
        json!({ "member": "M2", "point_type": 2, "points": 3, "reason": "goodwill" }),
    );
    done(&served, "adjustments", "taken", json!({ "member": "M2", "point_type": 2, "points": -2, "reason": "typo" }));
    let adjusted = rows(&served, "reports/days?source=0");
    let adjusted = &adjusted[adjusted.len() - 1];
    assert_eq!((&adjusted["adjusted_in_exact"], &adjusted["adjusted_exact"]), (&json!("3"), &json!("2")));
    let days = rows(&served, "reports/days?source=7");
    let sums = |row: &Value| ["issued_so_far_exact", "redeemed_so_far_exact"].map(|name| row[name].clone());
    assert_eq!(days.len(), 2);
    assert_eq!(sums(&days[1]), [json!("100"), json!("30")]);
    assert_eq!(days[1]["issued_exact"], "0");
    for report in ["outstanding", "cohorts", "deferred-revenue", "days", "expiry"] {
        let svg = served.get_as(&served.all, &format!("/v1/programs/1/reports/{report}.svg"));
        assert!(svg.status == 200 && svg.body.starts_with(b"<svg"), "{report}");
        assert_eq!(served.get_as(&served.all, &format!("/v1/programs/1/reports/{report}.csv")).status, 200);
    }
    for bad in
        ["outstanding?as_of=today", "cohorts?range=last-month&to=2026-01-01", "days?from=2026-02-01&to=2026-01-01"]
    {
        assert_eq!(refused(&served, &format!("reports/{bad}")), (400, "malformed".to_owned()), "{bad}");
    }
    // months by name, also for what is owed and moved
    let january = rows(&served, "reports/liability?range=last-month");
    assert_eq!((january.len(), &january[0]["bucket"]), (1, &json!("2026-01")));
}

#[test]
fn what_expires_is_told_by_day_by_member_and_by_date() {
    let served = with_history();
    let curve = rows(&served, "reports/expiry?by=month");
    assert_eq!(curve, [json!({ "bucket": "2026-03", "point_type": 2, "source": null, "points_exact": "45" })]);
    assert_eq!(rows(&served, "reports/expiry?by_source=true")[0]["source"], 0);
    assert_eq!(rows(&served, "reports/expiry?to=2026-03-01"), [Value::Null; 0]);
    // 30 days from the first of February
    assert_eq!(rows(&served, "reports/expiring"), [Value::Null; 0]);
    let soon = walked(&served, "reports/expiring?until=2026-04-30", 1);
    let shown: Vec<(&Value, &Value)> = soon.iter().map(|row| (&row["member"], &row["points"])).collect();
    assert_eq!(shown, [(&json!("M2"), &json!(40)), (&json!("M3"), &json!(5))]);
    let own = rows(&served, "members/M3/expiring?until=2026-04-30");
    assert_eq!((own.len(), &own[0]["at"]), (1, &soon[1]["at"]));
    assert_eq!(refused(&served, "members/M9/expiring").0, 404);
    // a place of another program is no place of this one
    let next = served.get("/v1/programs/1/reports/expiring?until=2026-04-30&limit=1")["next"].clone();
    assert_eq!(served.post("/v1/programs/2", "p2", json!({})).0, 201);
    let other = format!("/v1/programs/2/reports/expiring?until=2026-04-30&cursor={}", next.as_str().unwrap());
    assert_eq!(served.get_as(&served.all, &other).status, 400);
}

// covers: E37 E38 E39 E40 E41 E42 E43 E44
#[test]
fn the_audit_log_is_filtered_and_walked() {
    let served = with_history();
    let found = |query: &str| -> Vec<(String, i64)> {
        let rows = walked(&served, &format!("reports/audit?{query}"), 2);
        let row =
            |row: &Value| (row["transaction_type"].as_str().unwrap().to_owned(), row["modification"].as_i64().unwrap());
        rows.iter().map(row).collect()
    };
    let line = |kind: &str, points| (kind.to_owned(), points);
    let redeemed = line("redemption", -30);
    let all = [line("issuance", 5), line("issuance", 40), redeemed.clone(), line("issuance", 100)];
    assert_eq!(found(""), all);
    assert_eq!(found("source=7"), all[2..]);
    assert_eq!(found("source=0,7"), all);
    assert_eq!(found("type=redemption"), std::slice::from_ref(&redeemed));
    assert_eq!(found("member=M1&type=issuance"), all[3..]);
    assert_eq!(found("reference=a%20mug"), std::slice::from_ref(&redeemed));
    assert_eq!(found("text=MUG"), std::slice::from_ref(&redeemed));
    assert_eq!(found("point_type=2"), all[..2]);
    assert_eq!(found("range=last-month"), all[3..]);
    assert_eq!(found("to=2026-01-31&clock=occurred"), all[3..]);
    let issued = &rows(&served, "reports/audit?source=7&type=issuance")[0];
    assert_eq!((&issued["amount_spent"], &issued["left"]), (&json!(30), &json!(70)));
    assert_eq!(refused(&served, "reports/audit?type=gift"), (400, "malformed".to_owned()));
    // a place of one question is none of another: told, and nothing is damaged
    let next = served.get("/v1/programs/1/reports/audit?limit=1")["next"].as_str().unwrap().to_owned();
    assert_eq!(refused(&served, &format!("reports/audit?member=M1&cursor={next}")).0, 400);
}

#[test]
fn both_sides_of_a_partner_are_held_together_and_its_blocks_have_an_end() {
    let served = with_history();
    let months = rows(&served, "partners/1/reconciliation");
    assert_eq!(
        (&months[0]["month"], &months[0]["given_exact"], &months[0]["taken_exact"], &months[0]["agrees"]),
        (&json!("2026-01"), &json!("100"), &json!("100"), &json!(true))
    );
    done(&served, "cancellations", "x", json!({ "request": "m", "amount": { "kind": "points", "points": 10 } }));
    let uses = walked(&served, "partners/1/uses", 1);
    let given: Vec<&Value> = uses.iter().map(|row| &row["given_exact"]).collect();
    assert_eq!(given, [&json!("-10"), &json!("100")], "the newest first");
    assert_eq!(rows(&served, "partners/1/uses?agrees=false"), [Value::Null; 0]);
    assert_eq!(rows(&served, "partners/1/reconciliation?from=2026-02-01")[0]["given_exact"], "-10");
    // 90 points in 60 days: the 910 that are left last another 606 days and 16 hours
    let ends = rows(&served, "partners/1/forecast?days=60");
    assert_eq!(
        (&ends[0]["block"], &ends[0]["remaining"], &ends[0]["lost_exact"]),
        (&json!(1), &json!(910), &json!("0"))
    );
    assert_eq!(ends[0]["ends_at"], "2027-09-30T16:00:00.000Z");
    assert_eq!(served.get_as(&served.all, "/v1/programs/1/partners/1/forecast.svg").status, 200);
    for (path, status) in
        [("partners/1/forecast?days=0", 400), ("partners/9/forecast", 404), ("partners/9/reconciliation", 404)]
    {
        assert_eq!(refused(&served, path).0, status, "{path}");
    }
}

/// Partner 6 under an agreement, with two purchases; partner 7 gives a credit where the wallet does not work.
fn with_agreements() -> Served {
    let served = Served::with_points();
    let at = "2026-01-05T00:00:00Z";
    for (path, key, body) in [
        ("partners", "p6", json!({ "partner": 6, "billing": "post_paid", "transaction_at": at })),
        ("partners", "p7", json!({ "partner": 7, "billing": "post_paid" })),
        ("schemes/1", "s1", json!({ "name": "all" })),
        ("offers/1", "o1", json!({ "scheme": 1, "class": "increase_revenue_transaction_based", "name": "five" })),
        ("partner-groups/3", "g3", json!({ "name": "shops" })),
        ("partners/6/unit", "u6", json!({ "group": 3 })),
        ("partners/7/unit", "u7", json!({})),
        ("agreements", "a6", json!({ "partner": 6 })),
        ("agreements", "a7", json!({ "partner": 7 })),
        ("settlement", "z", json!({ "rounding": "half_up" })),
    ] {
        done(&served, path, key, body);
    }
    for (key, partner, award) in [("y1", 6, 30), ("y2", 6, 20), ("y3", 7, 8)] {
        let purchase =
            json!({ "member": "M1", "partner": partner, "amount": 500, "point_type": 1, "offer": 1, "award": award });
        done(&served, "purchases", key, purchase);
    }
    served
}

// covers: C01 C72 C101 C102 C103 C104
#[test]
fn awards_credits_and_settlement_reports_are_read() {
    let served = with_agreements();
    assert_eq!(rows(&served, "partner-groups")[0]["partners"], json!([6]));
    assert_eq!(rows(&served, "schemes")[0]["accessible_to"], Value::Null);
    assert_eq!(rows(&served, "offers")[0]["is_settled"], true);
    let awards = rows(&served, "reports/awards?by=partner,state&show=events,amount");
    let shown: Vec<[&str; 3]> = awards
        .iter()
        .map(|row| ["partner", "events_exact", "amount_exact"].map(|name| row[name].as_str().unwrap()))
        .collect();
    assert_eq!(shown, [["6", "2", "50"], ["7", "1", "8"]]);
    assert_eq!((&awards[0]["state"], &awards[0]["host_exact"]), (&json!("unsettled"), &Value::Null));
    assert_eq!(rows(&served, "reports/awards?partner=7&kind=purchase").len(), 1);
    assert_eq!(rows(&served, "reports/awards?kind=spend"), [Value::Null; 0]);
    assert_eq!(rows(&served, "reports/awards?to=2026-01-01"), [Value::Null; 0]);
    for bad in ["by=colour", "kind=gift", "show=everything"] {
        assert_eq!(refused(&served, &format!("reports/awards?{bad}")), (400, "malformed".to_owned()), "{bad}");
    }
    for key in ["c1", "c2"] {
        let credit = json!({ "member": "M1", "partner": 7, "point_type": 1, "points": 15 });
        done(&served, "credits", key, credit);
    }
    let credits = walked(&served, "partners/7/credits", 1);
    let shown: Vec<(&Value, &Value)> = credits.iter().map(|row| (&row["amount"], &row["reason"])).collect();
    assert_eq!(shown, [(&json!(15), &json!("wallet_unavailable")); 2]);
    assert_eq!(rows(&served, "partners/7/credits?to=2026-01-01"), [Value::Null; 0]);
    assert_eq!(rows(&served, "partners/6/credits"), [Value::Null; 0]);
    done(&served, "settlement-runs", "n1", json!({}));
    done(&served, "settlement-runs/n1/save", "n2", Value::Null);
    done(&served, "settlement-runs/n1/submit", "n3", json!({}));
    assert_eq!(served.post("/v1/clock", "", json!({ "to": "2026-01-09T00:00:00Z" })).0, 200);
    assert_eq!(served.post("/v1/admin/sweep", "", Value::Null).0, 200);
    let settled = rows(&served, "partners/6/settled?from=2026-01-01&to=2026-01-31");
    assert_eq!((settled.len(), &settled[0]["amount"]), (1, &json!(50)));
    assert_eq!(rows(&served, "partners/6/settled?to=2026-01-01"), [Value::Null; 0]);
}

// covers: C75 C84
#[test]
fn a_preview_comes_in_pages_and_reads_only_what_its_run_takes() {
    let served = with_agreements();
    done(&served, "settlement-runs", "n1", json!({}));
    done(&served, "settlement-runs", "n2", json!({ "criteria": { "partners": [7] } }));
    let whole = rows(&served, "settlement-runs/n1/preview");
    assert_eq!(whole.len(), 3);
    assert_eq!(walked(&served, "settlement-runs/n1/preview", 1), whole);
    assert_eq!(walked(&served, "settlement-runs/n1/preview", 2), whole);
    let of_seven = walked(&served, "settlement-runs/n2/preview", 1);
    assert_eq!((of_seven.len(), &of_seven[0]["sequence"]), (1, &whole[2]["sequence"]));
    let next = served.get("/v1/programs/1/settlement-runs/n1/preview?limit=1")["next"].clone();
    assert_eq!(served.post("/v1/programs/2", "p2", json!({})).0, 201);
    let other = format!("/v1/programs/2/settlement-runs/n1/preview?cursor={}", next.as_str().unwrap());
    assert_eq!(served.get_as(&served.all, &other).status, 400);
}

// covers: D31
#[test]
fn balances_are_told_by_either_clock() {
    let served = Served::with_points();
    assert_eq!(served.post("/v1/clock", "", json!({ "to": "2026-02-01T00:00:00Z" })).0, 200);
    let late = json!({ "member": "M1", "awards": [{ "point_type": 1, "points": 9 }], "transaction_at": "2026-01-10T00:00:00Z" });
    done(&served, "accruals", "late", late);
    let available = |query: &str| {
        served.get(&format!("/v1/programs/1/members/M1?{query}"))["balances"][0]["available"].as_i64().unwrap()
    };
    assert_eq!(available("as_of=2026-01-15T00:00:00Z"), 100);
    assert_eq!(available("as_of=2026-01-15T00:00:00Z&clock=occurred"), 109);
    assert_eq!(available("clock=occurred"), 109);
}
