//! What partners are charged and how merchants settle, read over the routes; and what members are beside their points.

use super::Served;
use serde_json::{Value, json};

fn done(served: &Served, path: &str, key: &str, body: Value) {
    let (status, answer) = served.post(&format!("/v1/programs/1/{path}"), key, body);
    assert_eq!(status, 201, "{path}: {answer}");
}

fn rows(served: &Served, path: &str) -> Vec<Value> {
    served.get(&format!("/v1/programs/1/{path}"))["rows"].as_array().unwrap().clone()
}

/// The rows of all pages of one row each.
fn walked(served: &Served, path: &str) -> Vec<Value> {
    let (mut rows, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = served.get(&format!("/v1/programs/1/{path}?limit=1{cursor}"));
        let found = page["rows"].as_array().unwrap();
        assert!(found.len() <= 1, "{path}");
        rows.extend(found.clone());
        let Some(next) = page["next"].as_str() else { return rows };
        cursor = format!("&cursor={next}");
    }
}

const AT: &str = "2026-01-05T00:00:00Z";

#[test]
fn bills_and_fees_are_read_page_by_page() {
    let served = Served::with_points();
    let terms = json!({ "partner": 5, "billing": "post_paid", "rates": { "1": "1" }, "price": "1/2", "currency": "EUR", "transaction_at": AT });
    done(&served, "partners", "p5", terms);
    for (key, member, at) in [("a1", "M1", AT), ("a2", "M2", AT), ("a3", "M1", "2026-02-03T00:00:00Z")] {
        let awards = json!([{ "point_type": 1, "points": 30 }]);
        done(
            &served,
            "accruals",
            key,
            json!({ "member": member, "partner": 5, "awards": awards, "transaction_at": at }),
        );
    }
    done(&served, "partners/5/bills", "b1", json!({ "until": { "kind": "month", "date": "2026-01-15" } }));
    assert_eq!(served.post("/v1/clock", "", json!({ "to": "2026-03-05T00:00:00Z" })).0, 200);
    done(&served, "partners/5/bills", "b2", json!({ "until": { "kind": "month", "date": "2026-02-15" } }));
    let bills = walked(&served, "partners/5/bills");
    let shown: Vec<(&Value, &Value, &Value)> =
        bills.iter().map(|bill| (&bill["bill"], &bill["lines"], &bill["points_exact"])).collect();
    assert_eq!(shown, [(&json!(1), &json!(2), &json!("60")), (&json!(2), &json!(1), &json!("30"))]);
    assert!(bills[0]["amount"].as_str().unwrap().starts_with("30 "), "{}", bills[0]);
    assert_eq!(served.get("/v1/programs/1/partners/5/bills/1"), bills[0]);
    assert_eq!(served.get_as(&served.all, "/v1/programs/1/partners/5/bills/3").status, 404);
    let lines = walked(&served, "partners/5/bills/1/lines");
    assert_eq!(lines.iter().map(|line| line["member"].as_str().unwrap()).collect::<Vec<_>>(), ["M1", "M2"]);
    assert_eq!(rows(&served, "partners/5/bills/2/lines").len(), 1);

    let fee = |amount: &str| {
        let amount = json!({ "kind": "money", "amount": amount, "currency": "EUR" });
        json!({ "amount": amount, "description": "late", "transaction_at": AT })
    };
    done(&served, "partners/5/fees", "f1", fee("5"));
    done(&served, "partners/5/fees", "f2", fee("7.5"));
    done(&served, "fees/f1/refund", "r1", json!({ "reason": "goodwill", "transaction_at": AT }));
    let fees = rows(&served, "partners/5/fees");
    let kinds = |fees: &[Value]| fees.iter().map(|fee| fee["kind"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(kinds(&fees), ["fee", "refund", "fee"]);
    let first = served.get("/v1/programs/1/partners/5/fees?limit=1");
    assert_eq!(kinds(first["rows"].as_array().unwrap()), ["fee", "refund"]);
    let next = first["next"].as_str().unwrap();
    assert_eq!(rows(&served, &format!("partners/5/fees?limit=1&cursor={next}"))[0]["request_id"], "f2");
    assert_eq!(rows(&served, "partners/5/fees?unit=points"), [Value::Null; 0]);
    assert_eq!(rows(&served, "partners/5/fees?from=2026-01-06"), [Value::Null; 0]);
    // a cursor of another partner leads nowhere
    let of_five = served.get("/v1/programs/1/partners/5/bills?limit=1")["next"].as_str().unwrap().to_owned();
    assert_eq!(rows(&served, &format!("partners/1/bills?cursor={of_five}")), [Value::Null; 0]);
    let statement = walked(&served, "partners/5/statement");
    let types: Vec<&str> = statement.iter().map(|line| line["transaction_type"].as_str().unwrap()).collect();
    assert_eq!(types[..3], ["refund", "fee", "fee"]);
    assert_eq!(rows(&served, "partners/1/charges").len(), walked(&served, "partners/1/charges").len());
}

/// Partners 6 and 7 under agreements, a purchase and a spend, and a run that settles them.
fn settled() -> Served {
    let served = Served::with_points();
    for (path, key, body) in [
        ("partners", "p6", json!({ "partner": 6, "billing": "post_paid", "transaction_at": AT })),
        ("partners", "p7", json!({ "partner": 7, "billing": "post_paid" })),
        ("schemes/1", "s1", json!({ "name": "all" })),
        ("offers/1", "o1", json!({ "scheme": 1, "class": "increase_revenue_transaction_based" })),
        ("partners/6/unit", "u6", json!({})),
        ("partners/7/unit", "u7", json!({})),
        ("agreements", "g6", json!({ "partner": 6 })),
        ("agreements", "g7", json!({ "partner": 7, "description": "a trial" })),
        ("contribution-rules", "c6", json!({ "partners": [6], "rules": [{ "percentage": "40" }] })),
        ("settlement", "z", json!({ "rounding": "half_up" })),
    ] {
        done(&served, path, key, body);
    }
    for (key, partner) in [("y1", 6), ("y2", 7)] {
        let purchase =
            json!({ "member": "M1", "partner": partner, "amount": 5000, "point_type": 1, "offer": 1, "award": 101 });
        done(&served, "purchases", key, purchase);
    }
    done(&served, "settlement-runs", "n1", json!({}));
    served
}

#[test]
fn a_run_is_previewed_executed_and_explained() {
    let served = settled();
    let agreements = walked(&served, "agreements");
    assert_eq!(agreements.iter().map(|of| of["partner"].as_u64().unwrap()).collect::<Vec<_>>(), [6, 7]);
    assert_eq!(
        agreements[0]["rules"][0]["percentage"],
        served.get("/v1/programs/1/partners/6/agreement")["rules"][0]["percentage"]
    );
    assert_eq!(served.get_as(&served.all, "/v1/programs/1/partners/1/agreement").status, 404);
    let preview = rows(&served, "settlement-runs/n1/preview");
    assert_eq!(preview.len(), 2);
    assert_eq!((&preview[0]["contribution"], &preview[0]["host"]), (&json!(40), &json!(61)));
    assert_eq!((&preview[0]["rule_of_partner"], &preview[0]["settled_by"]), (&json!(6), &Value::Null));
    assert_eq!((&preview[1]["contribution"], &preview[1]["rule"]), (&json!(101), &Value::Null));
    assert_eq!(rows(&served, "settlement-lines"), [Value::Null; 0]);
    done(&served, "settlement-runs/n1/save", "n2", Value::Null);
    done(&served, "settlement-runs/n1/submit", "n3", json!({}));
    assert_eq!(served.post("/v1/clock", "", json!({ "to": "2026-01-09T00:00:00Z" })).0, 200);
    assert!(served.post("/v1/admin/sweep", "", Value::Null).1["booked"].as_u64().unwrap() > 0);
    let run = rows(&served, "settlement-runs/n1");
    assert_eq!(
        (&run[0]["state"], &run[0]["events"], &run[0]["debits_exact"]),
        (&json!("completed"), &json!(2), &json!("141"))
    );
    assert_eq!(rows(&served, "settlement-runs"), run);
    assert_eq!(served.get_as(&served.all, "/v1/programs/1/settlement-runs/n9").status, 404);
    let lines = walked(&served, "settlement-lines");
    assert_eq!(lines.len(), 2);
    assert_eq!((&lines[0]["run"], &lines[0]["execution"]), (&json!("n1"), &json!(1)));
    assert_eq!(rows(&served, "partners/7/settlement-lines"), lines[1..]);
    let months = rows(&served, "partners/6/settlements");
    assert_eq!(
        (months.len(), &months[11]["month"], &months[11]["settlement_exact"]),
        (12, &json!("2026-01"), &json!("40"))
    );
    let svg = served.get_as(&served.all, "/v1/programs/1/reports/settlements.svg");
    assert!(svg.status == 200 && String::from_utf8_lossy(&svg.body).contains("partner 7"));
    assert_eq!(rows(&served, "partners/6/receivables")[0]["balance_exact"], "40");
    let postings = walked(&served, "partners/6/postings");
    assert_eq!((postings.len(), &postings[0]["kind"], &postings[0]["amount"]), (1, &json!("invoice"), &json!(40)));
    assert_eq!(rows(&served, "refunds"), [Value::Null; 0]);
}

#[test]
fn members_have_tiers_households_and_holds() {
    let served = Served::with_points();
    assert_eq!(served.get_as(&served.all, "/v1/programs/1/tiers").status, 404);
    done(&served, "point-types", "t2", json!({ "point_type": 2, "class": "qualifying" }));
    let tiers = json!([
        { "tier": 1, "name": "Silver", "any_of": [{ "point_type": 2, "points": 10 }] },
        { "tier": 2, "name": "Gold", "any_of": [{ "point_type": 2, "points": 50 }] },
    ]);
    done(&served, "tiers", "l", json!({ "tiers": tiers }));
    assert_eq!(served.get("/v1/programs/1/tiers")["tiers"][1]["name"], "Gold");
    done(&served, "accruals", "q", json!({ "member": "M1", "awards": [{ "point_type": 2, "points": 20 }] }));
    let standing = served.get("/v1/programs/1/members/M1/standing");
    assert_eq!(
        (&standing["status"], &standing["tier"], &standing["tier_name"]),
        (&json!("active"), &json!(1), &json!("Silver"))
    );
    assert_eq!(served.get_as(&served.all, "/v1/programs/1/members/M9/standing").status, 404);
    done(&served, "households", "h", json!({ "member": "H1" }));
    done(&served, "members/M1/household", "j", json!({ "household": "H1" }));
    let household = served.get("/v1/programs/1/members/H1/household");
    assert_eq!(household["members"], json!(["M1"]));
    assert_eq!(served.get("/v1/programs/1/members/M1/standing")["household"], "H1");
    assert_eq!(served.get_as(&served.all, "/v1/programs/1/members/M1/household").status, 404);
    let times_out = json!({ "kind": "after", "span": { "count": 2, "unit": "days" } });
    done(&served, "holds", "k1", json!({ "member": "M1", "point_type": 1, "points": 10, "times_out": times_out }));
    done(&served, "holds", "k2", json!({ "member": "M1", "point_type": 1, "points": 20 }));
    done(&served, "holds/k2/capture", "k3", json!({ "points": 5 }));
    let holds = walked(&served, "members/M1/holds");
    let shown: Vec<(&Value, &Value, &Value)> =
        holds.iter().map(|hold| (&hold["hold"], &hold["held"], &hold["captured"])).collect();
    assert_eq!(shown, [(&json!("k2"), &json!(15), &json!(5)), (&json!("k1"), &json!(10), &json!(0))]);
    assert_eq!(served.post("/v1/clock", "", json!({ "to": "2026-01-04T00:00:00Z" })).0, 200);
    assert_eq!(rows(&served, "members/M1/holds").len(), 1, "one has timed out, booked or not");
}
