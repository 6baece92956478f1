//! `accruedb import`: each good line once, each bad one named.

use super::Shell;

#[test]
fn a_file_is_imported_only_once_and_its_bad_lines_are_named() {
    let shell = Shell::new();
    let good = "00001,1997-01-01,50.00\n00002,1997-01-01,0.04\n00001,1997-01-20,1.05\n";
    shell.write("p.csv", &format!("customer_id,date,amount\n{good}00003,1997-02-30,1\n00004,1997-03-01,1,5\n"));
    shell.write("bad.csv", "customer_id,date,amount\n00004,1997-03-01,\"1,5\"\n");
    let import = "--db db --create --expire-days 30 --points-per-unit 10 --redeem-at 500 --json";
    let run = shell.run(&format!("import p.csv {import}"));
    assert_eq!(run.code, 1);
    assert!(run.err.contains("p.csv, line 5, column date"), "{}", run.err);
    assert!(run.err.contains("p.csv, line 6: the line has 4 columns"), "{}", run.err);
    let summary = run.json()["summary"].clone();
    let counts = ["accrued", "points", "without_points", "redemptions"].map(|of| summary[of].as_i64().unwrap());
    assert_eq!(counts, [2, 511, 1, 1]);
    let digest = shell.run("verify --db db --json").json()["digest"].clone();

    let summary = shell.run(&format!("import p.csv {import}")).json()["summary"].clone();
    assert_eq!(["accrued", "replayed", "redemptions"].map(|of| summary[of].as_i64().unwrap()), [0, 2, 0]);
    assert_eq!(shell.run("verify --db db --json").json()["digest"], digest);
    let run = shell.run(&format!("import bad.csv {import}"));
    assert!(run.err.contains("bad.csv, line 2, column amount"), "{}", run.err);
}

#[test]
fn a_line_that_is_cut_or_runs_on_is_bad_and_the_next_is_not() {
    let shell = Shell::new();
    let lines = [
        "customer_id,date,amount",
        "1,1997-01-01,1,50",
        "2,1997-01-01,\"30",
        "3,1997-01-01,30",
        "4,1997-01-01",
        "5,1997-01-01,\"30\"",
        "6,1997-01-01,xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "7,1997-01-01,\"30",
    ];
    shell.write("p.csv", &lines.join("\n"));
    let run = shell.run("import p.csv --db db --create --points-per-unit 1 --json");
    assert_eq!(run.code, 1);
    let summary = run.json()["summary"].clone();
    assert_eq!(["accrued", "points"].map(|of| summary[of].as_i64().unwrap()), [2, 60]);
    for told in [
        "p.csv, line 2: the line has 4 columns, the first line 3",
        "p.csv, line 3: a quote is not closed in this line",
        "p.csv, line 5: the line has 2 columns, the first line 3",
        "p.csv, line 7, column amount: \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...\" is not an amount",
        "p.csv, line 8: a quote is not closed in this line",
    ] {
        assert!(run.err.contains(told), "{told}: {}", run.err);
    }
    assert_eq!(summary["bad"].as_array().unwrap().len(), 5);
}

#[test]
fn a_mistyped_year_does_not_move_the_database_s_time() {
    let shell = Shell::new();
    shell.write("p.csv", "customer_id,date,amount\n1,2024-01-01,5\n1,2924-01-01,7\n");
    let import = "import p.csv --db db --create --points-per-unit 1 --json";
    let run = shell.run(import);
    let told = "p.csv, line 3, column date: 2924-01-01T00:00:00.000Z is ahead of the system's clock; --allow-future";
    assert!(run.code == 1 && run.err.contains(told), "{} {}", run.code, run.err);
    let balance = || shell.run("balance 1 --db db --json --clock commands").json();
    assert_eq!(balance()["at"], "2024-01-01T00:00:00.000Z");
    assert_eq!(shell.run(&format!("{import} --allow-future")).code, 0);
    assert_eq!(balance()["balances"][0]["available"], 12);
    assert_eq!(balance()["at"], "2924-01-01T00:00:00.000Z");
}

#[test]
fn settings_that_are_not_those_of_the_program_are_refused() {
    let shell = Shell::new();
    shell.write("p.csv", "customer_id,date,amount\n1,2024-01-01,5\n");
    shell.write("q.csv", "customer_id,date,amount\n2,2024-01-02,5\n");
    let create = "--db db --points-per-unit 1 --create --json";
    assert_eq!(shell.run(&format!("import p.csv {create} --zone Europe/Vienna --expire-days 30")).code, 0);
    for (settings, told) in [
        ("--zone UTC", "--zone is UTC, but program 1 is there, in Europe/Vienna"),
        ("--expire-days 60", "expire after 60 days, but point type 1 is there, and its points expire after 30 days"),
    ] {
        let run = shell.run(&format!("import q.csv {create} {settings}"));
        assert!(run.code == 2 && run.err.contains(told), "{settings}: {} {}", run.code, run.err);
    }
    assert_eq!(shell.run("balance 2 --db db --clock commands").code, 1);
    for settings in ["", "--zone Europe/Vienna --expire-days 30"] {
        assert_eq!(shell.run(&format!("import q.csv {create} {settings}")).code, 0);
    }
}

#[test]
fn a_set_up_that_is_refused_is_named() {
    let shell = Shell::new();
    let program = r#"{"program":1,"kind":"create_program","point_types_max":1}"#;
    let points = r#"{"program":1,"kind":"create_point_type","point_type":1}"#;
    shell.write("c.jsonl", &format!("{program}\n{points}\n"));
    assert_eq!(shell.run("apply c.jsonl --db db").code, 0);
    shell.write("p.csv", "customer_id,date,amount\n1,2024-01-01,5\n");
    let run = shell.run("import p.csv --db db --create --point-type 2 --points-per-unit 1");
    assert!(run.code == 1 && run.err.contains("create_point_type is refused: "), "{} {}", run.code, run.err);
}

#[test]
fn the_file_is_looked_at_before_a_database_is_made() {
    let shell = Shell::new();
    shell.write("head.csv", "who,date,amount\n1,2024-01-01,5\n");
    shell.write("folder/p.csv", "");
    let rest = "--db db --create --points-per-unit 1";
    for (file, told) in [
        ("missing.csv", "missing.csv: No such file"),
        ("folder", "folder is a directory"),
        ("head.csv", "head.csv has no column customer_id; its columns are: who, date, amount"),
        ("-", "give --name"),
    ] {
        let run = shell.run(&format!("import {file} {rest}"));
        assert!(run.code == 2 && run.err.contains(told), "{file}: {} {}", run.code, run.err);
    }
    let run = shell.run("apply folder --db db");
    assert!(run.code == 2 && run.err.contains("folder is a directory"), "{} {}", run.code, run.err);
    let purchases = "customer_id,date,amount\n1,2024-01-01,5\n";
    shell.write("p.csv", purchases);
    let run = shell.run("import p.csv --db db --points-per-unit 1");
    assert!(run.code == 2 && run.err.contains("there is no database in db; --create"), "{} {}", run.code, run.err);
    assert!(!shell.folder().join("db").exists());

    let run = shell.fed(&format!("import - --name p.csv {rest}"), purchases);
    assert!(run.code == 0 && run.err.contains("made a new database in db"), "{} {}", run.code, run.err);
    let run = shell.run(&format!("import p.csv {rest} --json"));
    assert_eq!((run.code, &run.json()["summary"]["replayed"]), (0, &1.into()));
}

#[test]
fn the_points_of_all_lines_may_be_more_than_a_line_can_give() {
    let shell = Shell::new();
    let lines: String = (1..=3).map(|member| format!("{member},2024-01-01,900000000000000000\n")).collect();
    shell.write("p.csv", &format!("customer_id,date,amount\n{lines}"));
    let import = "import p.csv --create --points-per-unit 10 --db";
    for (rest, told) in [("one", "27,000,000,000,000,000,000"), ("two --json", "\"points\":27000000000000000000,")] {
        let run = shell.run(&format!("{import} {rest}"));
        assert!(run.code == 0 && run.out.contains(told), "{}{}", run.out, run.err);
    }
}

#[test]
fn a_database_is_made_only_where_a_line_is_good() {
    let shell = Shell::new();
    shell.write("good.csv", "customer_id,date,amount\n1,2024-01-01,5\n");
    shell.write("head.csv", "customer_id,date,amount\n");
    shell.write("dots.csv", "customer_id,date,amount\n1,01.02.2024,5\n1,02.02.2024,7\n");
    shell.write("ahead.csv", "customer_id,date,amount\n1,2924-01-01,5\n");
    let bad = [
        ("head.csv", 0, ""),
        ("dots.csv", 1, "dots.csv, line 3, column date: \"02.02.2024\" is neither a date"),
        ("ahead.csv", 1, "ahead.csv, line 2, column date: 2924-01-01T00:00:00.000Z is ahead"),
    ];
    let import = |file: &str| shell.run(&format!("import {file} --db db --create --points-per-unit 1 --json"));
    for is_there in [false, true] {
        for (file, code, told) in bad {
            let run = import(file);
            assert!(run.code == code && run.err.contains(told), "{file}: {} {}", run.code, run.err);
            assert_eq!(run.json()["summary"]["purchases"], 0, "{file}");
            assert_eq!(shell.folder().join("db").exists(), is_there, "{file}");
        }
        assert_eq!(import("good.csv").code, 0);
    }
}

#[test]
fn what_is_not_there_is_told_before_anything_is_sent() {
    let shell = Shell::new();
    shell.write("p.csv", "customer_id,date,amount\n1,2024-01-01,5\n");
    shell.write("q.csv", "customer_id,date,amount\n1,2024-01-02,5\n");
    assert_eq!(shell.run("import p.csv --db db --points-per-unit 1 --create").code, 0);
    let entries = || shell.run("verify --db db --json --no-replay").json()["entries"].clone();
    let before = entries();
    for (option, told) in [
        ("--program 2", "there is no program 2; --create makes one"),
        ("--point-type 2", "there is no point type 2 in program 1; --create"),
        ("--partner 7", "there is no partner 7 in program 1; --create"),
    ] {
        let run = shell.run(&format!("import q.csv --db db --points-per-unit 1 {option}"));
        assert!(run.code == 2 && run.err.contains(told), "{option}: {} {}", run.code, run.err);
    }
    assert_eq!(entries(), before);
    assert_eq!(shell.run("import q.csv --db db --points-per-unit 1").code, 0);
}

#[test]
fn a_partner_who_would_pay_nothing_is_told() {
    let shell = Shell::new();
    let commands = [
        r#""kind":"create_program","enrolment":"on_first_accrual""#,
        r#""kind":"create_point_type","point_type":1"#,
        r#""kind":"create_point_type","point_type":2"#,
        r#""kind":"create_partner","partner":7,"billing":"post_paid","rates":{"1":"1"}"#,
    ];
    shell.write("c.jsonl", &commands.map(|action| format!(r#"{{"program":1,{action}}}"#)).join("\n"));
    assert_eq!(shell.run("apply c.jsonl --db db").code, 0);
    shell.write("p.csv", "customer_id,date,amount\n1,2024-01-01,5\n");
    let import = "import p.csv --db db --points-per-unit 1 --partner 7 --json";
    let run = shell.run(&format!("{import} --create --point-type 2"));
    let told = "partner 7 is there, without a rate for point type 2: it would be charged nothing";
    assert!(run.code == 2 && run.err.contains(told), "{} {}", run.code, run.err);
    for settings in ["--name other --point-type 2", "--create"] {
        assert_eq!(shell.run(&format!("{import} {settings}")).json()["summary"]["accrued"], 1, "{settings}");
    }
    assert_eq!(shell.run("blocks 7 --db db --json --clock commands").json()["debited"], 5);
}

#[test]
fn a_cell_with_a_line_break_is_no_purchase_of_its_own() {
    let shell = Shell::new();
    let text = "customer_id,date,amount,note\n1,2024-01-01,5,\"hello\n00007,2024-01-01,99999,x\"\n2,2024-01-01,x,y\n";
    shell.write("p.csv", text);
    let run = shell.run("import p.csv --db db --create --points-per-unit 1 --json");
    assert_eq!((run.code, &run.json()["summary"]["accrued"]), (1, &1.into()), "{}", run.err);
    assert!(run.err.contains("p.csv, line 4, column amount: \"x\" is not an amount"), "{}", run.err);
    assert_eq!(shell.run("balance 00007 --db db --clock commands").code, 1);
}

#[test]
fn a_call_that_can_read_no_line_is_wrong() {
    let shell = Shell::new();
    shell.write("p.csv", "customer_id,date,amount\n1,2024-01-01,5\n");
    shell.write("open.csv", "customer_id,date,\"amount");
    for (rest, told) in [
        ("p.csv --date-format %d.%m", "--date-format"),
        ("p.csv --clock system --allow-future", "--allow-future does not go with --clock system"),
        ("open.csv", "open.csv, line 1: a quote is not closed in this line"),
    ] {
        let run = shell.run(&format!("import {rest} --db db --create --points-per-unit 1"));
        assert!(run.code == 2 && run.err.contains(told), "{rest}: {} {}", run.code, run.err);
    }
    assert!(!shell.folder().join("db").exists());
}

/// A redemption's id is that of the member's last purchase before it.
#[test]
fn a_line_that_was_mended_moves_no_redemption() {
    let shell = Shell::new();
    let purchases = |tenth: &str| {
        let mut lines: Vec<String> = (2..=4_200).map(|line| format!("{},2024-01-01,1\n", line + 10_000)).collect();
        lines[8] = format!("9,2024-01-01,{tenth}\n");
        // on both sides of where 4,096 good lines end, with the tenth and without it
        for (line, amount) in [(4_095, 300), (4_096, 250), (4_097, 550), (4_098, 50)] {
            lines[line - 2] = format!("{},2024-01-01,{amount}\n", 1 + line / 4_097);
        }
        "customer_id,date,amount\n".to_owned() + &lines.concat()
    };
    let import = "import p.csv --db db --create --clock system --points-per-unit 1 --redeem-at 500";
    let left = |member: &str| {
        shell.run(&format!("balance {member} --db db --json")).json()["balances"][0]["available"].clone()
    };
    for (tenth, code) in [("x", 1), ("1", 0), ("1", 0)] {
        shell.write("p.csv", &purchases(tenth));
        let run = shell.run(import);
        assert_eq!(run.code, code, "{}", run.err);
        assert_eq!((left("1"), left("2")), (50.into(), 100.into()), "the tenth line is {tenth}");
    }
}

/// An amount that is a mistake is not redeemed for hours, nor kept in memory.
#[test]
fn a_member_redeems_no_more_than_a_thousand_times_at_once() {
    let shell = Shell::new();
    shell.write("p.csv", "customer_id,date,amount\n17,2026-03-01,59999998437\n18,2026-03-01,60\n");
    for redemptions in [1_002, 0] {
        let run = shell.run("import p.csv --db db --create --points-per-unit 1 --redeem-at 30 --json");
        let summary = run.json()["summary"].clone();
        assert_eq!((run.code, &summary["redemptions"]), (1, &redemptions.into()), "{}", run.err);
        assert_eq!(summary["unredeemed"], serde_json::json!([{ "member": "17", "points": 59_999_968_437i64 }]));
        assert!(
            run.err.contains("member 17 redeemed 1,000 times at once, and keeps 59999968437 points"),
            "{}",
            run.err
        );
    }
}

#[test]
fn a_redemption_that_is_refused_is_told() {
    let shell = Shell::new();
    // one item more than a command may touch
    shell.write("p.csv", &("customer_id,date,amount\n".to_owned() + &"1,2024-01-01,1\n".repeat(100_001)));
    let run = shell.run("import p.csv --db db --create --points-per-unit 1 --redeem-at 100001 --json");
    let summary = run.json()["summary"].clone();
    assert_eq!((&summary["accrued"], &summary["redemptions"]), (&100_001.into(), &0.into()));
    assert_eq!(summary["redemptions_refused"][0]["member"], "1", "{summary}");
    assert!(run.code == 1 && run.err.contains("a redemption of member 1 is refused"), "{} {}", run.code, run.err);
}
