//! What reaches a terminal: nothing that a caller wrote and a terminal would act on, whichever way it comes.

use super::Shell;

/// Clears the screen, turns the direction of writing, is a control character of its own.
const EVIL: &str = "\u{1b}[2J\u{202e}gnirts\u{9b}31m";

/// Whether anything is left that a terminal would act on.
fn is_safe(text: &str) -> bool {
    text.chars().all(|c| c == '\n' || !(c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c)))
}

#[test]
fn whatever_a_caller_wrote_is_escaped() {
    let shell = Shell::new();
    let json = EVIL.replace('\u{1b}', "\\u001b");
    shell.write("field.jsonl", &format!(r#"{{"program":1,"{json}":1,"kind":"enrol","member":1}}"#));
    shell.write("kind.jsonl", &format!(r#"{{"program":1,"kind":"{json}","member":1}}"#));
    shell.write("head.csv", &format!("customer_id,date,{EVIL}\n1,1997-01-01,5\n"));
    shell
        .write("cell.csv", &format!("customer_id,date,amount\n{EVIL},1997-01-01,5\n1,{EVIL},5\n1,1997-01-01,{EVIL}\n"));
    shell.write("line.scn", &format!("{EVIL} M1 5\n"));
    shell.write("word.scn", &format!("accrue M1 5 -> ok {EVIL}\naccrue M1 5 as R1 -> refused {EVIL}\n"));
    shell.write("setting.scn", &format!("type T1 {EVIL}\n"));
    shell.write(&format!("{EVIL}/a.scn"), "accrue M1 5 -> ok I2 7\n");
    let import = "--db db --create --points-per-unit 1";
    for line in [
        "apply field.jsonl --db db".to_owned(),
        "apply kind.jsonl --db db".to_owned(),
        format!("import head.csv {import}"),
        format!("import cell.csv {import}"),
        "check line.scn".to_owned(),
        "check word.scn".to_owned(),
        "check setting.scn".to_owned(),
        "check setting.scn --json".to_owned(),
    ] {
        let run = shell.run(&line);
        assert_ne!(run.code, 0, "{line}");
        let said = run.out + &run.err;
        assert!(is_safe(&said) && said.contains("\\u"), "{line}: {said:?}");
    }
    for words in [
        vec!["check".to_owned(), EVIL.to_owned()],
        vec![EVIL.to_owned()],
        vec!["balance".to_owned(), "M1".to_owned(), "--db".to_owned(), EVIL.to_owned()],
        vec!["balance".to_owned(), EVIL.to_owned(), "--db".to_owned(), "db".to_owned()],
    ] {
        let run = super::Run::of(shell.command("").args(&words).output().unwrap());
        let said = run.out + &run.err;
        assert!(run.code != 0 && is_safe(&said) && said.contains("\\u{"), "{words:?}: {said:?}");
    }
}

#[test]
fn references_are_escaped_in_tables_and_in_json() {
    let shell = Shell::new();
    let reference = "gift\u{202e}cod.exe \u{200b}";
    let accrue = r#""kind":"accrue","member":"M1","awards":[{"point_type":1,"points":5}]"#;
    let commands = [
        r#"{"program":1,"kind":"create_program","enrolment":"on_first_accrual"}"#.to_owned(),
        r#"{"program":1,"kind":"create_point_type","point_type":1}"#.to_owned(),
        format!(r#"{{"program":1,"reference":"{reference}",{accrue}}}"#),
    ];
    shell.write("c.jsonl", &commands.join("\n"));
    assert_eq!(shell.run("apply c.jsonl --db db").code, 0);
    let table = shell.run("statement M1 --db db").out;
    assert!(is_safe(&table) && table.contains(r"gift\u{202e}cod.exe \u{200b}"), "{table:?}");
    for line in ["statement M1 --db db --json", "journal --db db"] {
        let run = shell.run(line);
        assert!(is_safe(&run.out) && run.out.contains(r"gift\u202ecod.exe \u200b"), "{line}: {}", run.out);
    }
    let json = shell.run("statement M1 --db db --json").json();
    assert_eq!(json["lines"][0]["reference"], reference, "JSON means what was written");
}

#[test]
fn a_check_does_not_follow_a_loop_of_links() {
    let shell = Shell::new();
    shell.write("a/b/one.scn", "accrue M1 5 -> ok I1\n");
    std::os::unix::fs::symlink("..", shell.folder().join("a/b/up")).unwrap();
    std::os::unix::fs::symlink("b", shell.folder().join("a/side")).unwrap();
    let run = shell.run("check a --json");
    // by its name, and by the link beside it
    assert_eq!((run.code, &run.json()["passed"]), (0, &2.into()), "{}{}", run.out, run.err);
}
