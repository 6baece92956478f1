//! `accruedb items`: those that can be used first, and what is left out is told.

use super::Shell;
use serde_json::Value;

#[test]
fn used_up_items_are_shown_only_where_that_is_asked_for() {
    let shell = Shell::new();
    let accrue = r#""kind":"accrue","member":"M1","awards":[{"point_type":1,"points":5}]"#;
    let later = r#"{"kind":"after","span":{"count":9,"unit":"days"}}"#;
    let accrue_later =
        format!(r#""kind":"accrue","member":"M1","awards":[{{"point_type":1,"points":6,"start":{later}}}]"#);
    let commands = [
        r#""kind":"create_program","enrolment":"on_first_accrual""#,
        r#""kind":"create_point_type","point_type":1"#,
        accrue,
        accrue,
        accrue,
        accrue_later.as_str(),
        r#""kind":"redeem","member":"M1","point_type":1,"points":7"#,
    ];
    shell.write("c.jsonl", &commands.map(|action| format!(r#"{{"program":1,{action}}}"#)).join("\n"));
    assert_eq!(shell.run("apply c.jsonl --db db").code, 0);
    let left = |rest: &str| {
        let shown = shell.run(&format!("items M1 --db db --json {rest}")).json();
        let of = |kind: &str| -> Vec<i64> {
            shown[kind].as_array().unwrap().iter().map(|item| item["remaining"].as_i64().unwrap()).collect()
        };
        (of("matured"), of("future"), shown["more"].clone())
    };
    let no = Value::from(false);
    assert_eq!(left(""), (vec![3, 5], vec![6], no.clone()));
    assert_eq!(left("--limit 2"), (vec![3, 5], vec![6], no.clone()));
    assert_eq!(left("--limit 1"), (vec![3], vec![6], true.into()));
    assert_eq!(left("--all --limit 3"), (vec![0, 3, 5], vec![6], no));
    assert_eq!(left("--all --limit 2"), (vec![0, 3], vec![6], true.into()));
    let cancelled = [
        format!(r#"{{"program":1,"request_id":7,{accrue_later}}}"#),
        r#"{"program":1,"kind":"cancel","request":7}"#.to_owned(),
    ];
    shell.write("cancelled.jsonl", &cancelled.join("\n"));
    assert_eq!(shell.run("apply cancelled.jsonl --db db").code, 0);
    assert_eq!((left("").1, left("--all").1), (vec![6], vec![6, 0]));
    let text = shell.run("items M1 --db db --limit 1").out;
    assert!(text.contains("(more than 1, not all shown: --limit)\n"), "{text}");
    assert!(text.ends_with("(used-up and expired ones, not shown: --all)\n"), "{text}");
    assert!(!shell.run("items M1 --db db --all").out.contains('('), "{text}");
}
