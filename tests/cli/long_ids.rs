//! Ids of more than 15 characters: shown as they were written, in each shape, until they are erased.

use super::Shell;

const WHO: &str = "somebody.with.long@example.com";
const ORDER: &str = "order-450789469-000001";

fn shop() -> Shell {
    let shell = Shell::new();
    shell.write("p.csv", &format!("customer_id,date,amount,order\n{WHO},2026-03-01,10,{ORDER}\nM1,2026-03-01,5,o-2\n"));
    let run = shell.run(IMPORT);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    shell
}

const IMPORT: &str = "import p.csv --db db --create --points-per-unit 1 --id-column order --json";

#[test]
fn each_look_shows_them_as_they_were_written() {
    let shell = shop();
    let uuid = shell.run("statement nobody --db db --clock commands").err;
    assert!(!uuid.contains("panicked"));
    for look in [
        "balances",
        "balances --csv",
        "balances --json",
        "show members",
        "show members --json",
        "audit",
        "audit --csv",
        "audit --json",
        "journal",
        &format!("balance {WHO}"),
        &format!("statement {WHO}"),
        &format!("items {WHO}"),
    ] {
        let run = shell.run(&format!("{look} --db db --clock commands"));
        assert!(run.code == 0 && run.out.contains(WHO), "{look}: {}{}", run.out, run.err);
    }
    let journal = shell.run("journal --db db --clock commands").out;
    assert!(journal.contains(&format!("\"request_id\":\"{ORDER}\"")), "{journal}");
    // whom no database knows is still called as the call does
    let run = shell.run("balance a.stranger.of.all@example.com --db db --clock commands");
    assert!(run.code == 1 && run.out.contains("no member a.stranger.of.all@example.com"), "{}{}", run.out, run.err);
    // a cursor is one that can be pasted
    let page = shell.run("balances --db db --clock commands --limit 1");
    let (_, after) = page.out.split_once("--after ").unwrap();
    assert!(after.starts_with(WHO) || after.starts_with("M1"), "{}", page.out);
}

#[test]
fn an_export_that_comes_again_is_the_same_though_its_ids_are_known_by_now() {
    let shell = shop();
    let again = shell.run(IMPORT).json()["summary"].clone();
    assert_eq!((&again["replayed"], &again["refused_lines"]), (&2.into(), &0.into()), "{again}");
    // each balance is one object, in which no name stands twice
    for line in shell.run("balances --db db --clock commands --json").out.lines() {
        assert_eq!(line.matches("\"member\"").count(), 1, "{line}");
    }
}

#[test]
fn an_erased_id_is_shown_no_more() {
    let shell = shop();
    shell.write("erase.jsonl", &format!("{{\"program\":1,\"kind\":\"erase\",\"id\":\"{WHO}\"}}"));
    let run = shell.run("apply erase.jsonl --db db --clock commands");
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    let members = shell.run("show members --db db --clock commands").out;
    assert!(!members.contains(WHO) && members.contains("M1"), "{members}");
}
