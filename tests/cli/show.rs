//! What is inside: lists and bulk balances, page by page.

use super::Shell;
use serde_json::Value;

/// A program in Vienna with three members, of whom one is enrolled late, and a neighbour program.
fn shop() -> Shell {
    let shell = Shell::new();
    let mut lines = vec![
        r#"{"program":7,"transaction_at":"2026-01-01T00:00:00Z","kind":"create_program","zone":"Europe/Vienna","enrolment":"on_first_accrual"}"#.to_owned(),
        r#"{"program":7,"kind":"create_point_type","point_type":1,"expiry":{"kind":"after","span":{"count":2,"unit":"months"}}}"#.to_owned(),
        r#"{"program":7,"kind":"create_point_type","point_type":2,"class":"qualifying"}"#.to_owned(),
        r#"{"program":7,"kind":"create_partner","partner":1,"rates":{"1":"1/3"}}"#.to_owned(),
        r#"{"program":7,"kind":"create_partner","partner":2}"#.to_owned(),
        r#"{"program":7,"kind":"purchase_block","partner":1,"block":1,"points":1000}"#.to_owned(),
        r#"{"program":7,"kind":"approve_block","partner":1,"block":1}"#.to_owned(),
    ];
    for (member, day) in [("M1", "2026-01-10"), ("M,2", "2026-01-11"), ("M3", "2026-03-20")] {
        lines.push(format!(
            r#"{{"program":7,"transaction_at":"{day}T12:00:00Z","kind":"accrue","member":"{member}","partner":1,"awards":[{{"point_type":1,"points":90,"source":5}},{{"point_type":2,"points":9}}]}}"#
        ));
    }
    shell.write("c.jsonl", &lines.join("\n"));
    let run = shell.run("apply c.jsonl --db db --clock commands");
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    shell
}

#[test]
fn balances_of_all_come_page_by_page_in_each_shape() {
    let shell = shop();
    let run = |rest: &str| shell.run(&format!("balances --db db --clock commands {rest}"));
    let rows = |lines: Vec<Value>| -> Vec<(String, u64, i64, i64)> {
        let row = |line: &Value| {
            let number = |name: &str| line[name].as_i64().unwrap();
            let point_type = line["point_type"].as_u64().unwrap();
            (line["member"].as_str().unwrap().to_owned(), point_type, number("available"), number("qualifying"))
        };
        lines.iter().map(row).collect()
    };
    let all = rows(run("--json").lines());
    // the points of January expired in March, two months later
    let expected =
        [("M1", 1, 0, 0), ("M1", 2, 0, 9), ("M3", 1, 90, 0), ("M3", 2, 0, 9), ("M,2", 1, 0, 0), ("M,2", 2, 0, 9)];
    let expected: Vec<(String, u64, i64, i64)> =
        expected.into_iter().map(|(member, of, a, q)| (member.to_owned(), of, a, q)).collect();
    assert_eq!(all, expected);
    let mut paged = rows(run("--json --limit 1").lines());
    while let Some(page) = paged.last().map(|(last, ..)| rows(run(&format!("--json --limit 1 --after {last}")).lines()))
    {
        if page.is_empty() {
            break;
        }
        paged.extend(page);
    }
    assert_eq!(paged, all);
    // as of the end of a day in Vienna: M3 was not there yet
    let past = rows(run("--json --as-of 2026-02-01 --point-type 1").lines());
    assert_eq!(past, [("M1".to_owned(), 1, 90, 0), ("M,2".to_owned(), 1, 90, 0)]);

    let csv = run("--csv --point-type 1").out;
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines[0], "member,point_type,available,qualifying,future,held,debt,lifetime");
    assert_eq!(lines[1..], ["M1,1,0,0,0,0,0,90", "M3,1,90,0,0,0,0,90", "\"M,2\",1,0,0,0,0,0,90"]);
    let table = run("--limit 2").out;
    assert!(table.ends_with("(further members: --after M3)\n") && table.starts_with("program 7 at "), "{table}");
    assert!(!run("").out.contains("--after"));
    assert_eq!(run("--csv --json").code, 2);
    // each says what one member's balance says
    for member in ["M1", "M3", "M,2"] {
        let one = shell.run(&format!("balance {member} --db db --clock commands --json")).json();
        let first = one["balances"][0]["available"].as_i64().unwrap();
        assert!(all.iter().any(|row| row.0 == member && row.1 == 1 && row.2 == first));
    }
}

#[test]
fn what_is_inside_is_shown_in_short_and_in_lists() {
    let shell = shop();
    let run = |what: &str| shell.run(&format!("show {what} --db db --clock commands"));
    let short = run("--json").json();
    let program = &short["programs"][0];
    assert_eq!((&program["program"], &program["zone"]), (&7.into(), &"Europe/Vienna".into()), "{short}");
    let counts = serde_json::json!({ "members": 3, "items": 6, "partners": 2, "blocks": 1 });
    assert_eq!((&program["counts"], &program["sources"], &program["point_types"]), (&counts, &1.into(), &2.into()));
    assert_eq!((&short["entries"], &short["clock"]), (&10.into(), &"2026-03-20T12:00:00.000Z".into()));
    assert!(run("").out.contains("Europe/Vienna"));

    let of = |what: &str, field: &str| -> Vec<Value> {
        run(&format!("{what} --json")).lines().iter().map(|line| line[field].clone()).collect()
    };
    assert_eq!(of("programs", "program"), [7]);
    assert_eq!(of("point-types", "class"), ["redeemable", "qualifying"]);
    assert_eq!(of("partners", "usable"), [910, 0]);
    assert_eq!(of("partners --after 1", "partner"), [2]);
    assert_eq!(of("members", "member"), ["M1", "M3", "M,2"]);
    assert_eq!(of("members --after M1 --limit 1", "member"), ["M3"]);
    assert_eq!(of("sources", "source"), [0, 5]);
    assert_eq!(of("sources --after 0", "source"), [5]);
    let table = run("point-types").out;
    assert!(table.contains("after 2 months") && table.contains("qualifying"), "{table}");
    assert!(run("partners").out.contains("1: 1/3"));
    assert!(run("policies").out.contains("on_first_accrual"));
    assert!(run("members --limit 2").out.ends_with("(further ones: --after M3)\n"));
    assert_eq!(run("members --after Mé").code, 2);
    assert_eq!(shell.run("show members --db db --program 9").code, 1);
    assert_eq!(shell.run("show --db nowhere").code, 2);
}
