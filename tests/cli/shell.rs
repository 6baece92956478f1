//! The shell: what is typed is done, and a session can be kept as a scenario.

use super::Shell;

const SESSION: &str = "\
# a comment says nothing
block B1 of P1 1000
accrue M1 from P1 100 expires 2026-03-01 as R1   # two months
accrue M1 50, 7 source 3
redeem M1 30 as \"R#2\" reference \"a mug, blue\"
redeem M1 1000
balance M1
items M1 all
at 2026-03-01
balance M1
statement M1 newest 2
cancel R1
blocks P1
digest
verify
";

#[test]
fn a_session_in_memory_can_be_kept_and_checked() {
    let shell = Shell::new();
    let run = shell.fed("shell --memory", &format!("{SESSION}.save kept.scn\n"));
    // one redemption was refused
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    assert!(run.out.contains("refused insufficient_points") && run.out.contains("short"), "{}", run.out);
    assert!(run.out.contains("granted") && run.out.contains("I1") && run.out.contains("I3"), "{}", run.out);
    let kept = std::fs::read_to_string(shell.folder().join("kept.scn")).unwrap();
    assert!(kept.contains("accrue M1 from P1 100 expires 2026-03-01 as R1 -> ok I1\n"), "{kept}");
    assert!(kept.contains("redeem M1 30 as \"R#2\" reference \"a mug, blue\" -> ok\n"), "{kept}");
    assert!(kept.contains("redeem M1 1000 -> refused insufficient_points\n"), "{kept}");
    assert!(kept.contains("\nbalance M1 -> available 127 "), "{kept}");
    let check = shell.run("check kept.scn");
    assert_eq!(check.code, 0, "{}\n{kept}", check.out);
    // and one that differs is found
    shell.write("other.scn", &kept.replace("available 127 ", "available 128 "));
    assert_eq!(shell.run("check other.scn").code, 1);
    let again = shell.fed("shell --memory", ".save kept.scn\n");
    assert!(again.code == 1 && again.err.contains("cannot write kept.scn"), "{}", again.err);
}

#[test]
fn a_line_that_cannot_be_read_does_not_end_the_session() {
    let shell = Shell::new();
    let run = shell.fed(
        "shell --memory",
        "acrue M1 5\n\naccrue M1\n.nothing\n.show nothing\ncrash\nhelp\naccrue M1 5\nbalance M1\n",
    );
    assert_eq!(run.code, 1);
    for told in [
        "column 1: expected a verb",
        "column 10: expected a number of points",
        "there is no .nothing",
        "there are: programs, point-types",
        "only a scenario file can reopen or crash",
    ] {
        assert!(run.err.contains(told), "{told}: {}", run.err);
    }
    assert!(run.out.contains("redeem M1 120") && run.out.contains("available"), "{}", run.out);
    let json = shell.fed("shell --memory --json", "accrue M1 5\nbalance M1\n");
    assert_eq!(json.code, 0);
    assert!(json.lines()[1]["answer"].as_str().unwrap().starts_with("available 5 "), "{}", json.out);
    assert_eq!(shell.run("shell").code, 2);
    assert_eq!(shell.run("shell --memory --db db").code, 2);
    assert_eq!(shell.run("shell --db nowhere").code, 2);
}

#[cfg(feature = "rocksdb")]
#[test]
fn what_is_done_in_a_database_stays_and_each_session_has_ids_of_its_own() {
    let shell = Shell::new();
    let set_up = "program 7 zone Europe/Vienna\n.use 7\ntype T1 redeemable\ntype T3 redeemable expires after 1 year\n\
                  partner P1 prepaid\nblock B1 of P1 100\naccrue M1 from P1 10\n.show\n.show partners\n.clock\n";
    let run = shell.fed("shell --db db --create", set_up);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert!(run.out.contains("Europe/Vienna") && run.out.contains("1: 1, 3: 1"), "{}", run.out);
    for more in 1..=2 {
        // the same line is another request, in a program that needs no name
        let run = shell.fed("shell --db db", "accrue M1 from P1 10 of T3\nbalance M1 of T3\n");
        assert_eq!(run.code, 0, "{}{}", run.out, run.err);
        assert!(run.out.contains(&format!("available        {}0", more)), "{}", run.out);
    }
    let run = shell.fed("shell --db db", "at 2999-01-01\n");
    assert!(run.code == 1 && run.err.contains("only the clock of the commands can be moved"), "{}", run.err);
    assert_eq!(shell.run("verify --db db").code, 0);
    assert_eq!(shell.run("balance M1 --db db --json").json()["balances"][1]["available"], 20);
}

#[cfg(feature = "rocksdb")]
#[test]
fn on_the_commands_clock_a_line_moves_the_time() {
    let shell = Shell::new();
    let lines = "at 2026-01-01\nprogram\ntype T1 redeemable\naccrue M1 10 expires 2026-02-01\nat 2026-03-01\nbalance M1\nsweep\n";
    let run = shell.fed("shell --db db --create --clock commands", lines);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert!(run.out.contains("booked"), "{}", run.out);
    assert_eq!(shell.run("balance M1 --db db --clock commands --json").json()["balances"][0]["available"], 0);
}

#[cfg(feature = "rocksdb")]
#[test]
fn a_set_up_prints_what_it_sent_and_can_be_sent_again() {
    let shell = Shell::new();
    let set_up = "set-up --db db --zone Europe/Vienna --expire-months 18 --block 5000 --rate 1/2";
    let first = shell.run(set_up);
    assert_eq!((first.code, first.lines().len()), (0, 5), "{}{}", first.out, first.err);
    assert!(first.err.contains("Next: accruedb shell --db db"), "{}", first.err);
    // the same again is the same; what was printed is, too
    assert_eq!(shell.run(set_up).out, first.out);
    shell.write("kept.jsonl", &first.out);
    let run = shell.run("apply kept.jsonl --db db");
    assert!(run.code == 0 && run.lines().iter().all(|line| line["receipt"]["replayed"] == true), "{}", run.out);
    assert_eq!(shell.run("apply kept.jsonl --db other").code, 0);
    let shown = shell.run("show policies --db other").out;
    assert!(shown.contains("after 18 months") && shown.contains("Europe/Vienna"), "{shown}");
    let run = shell.fed("shell --db other", "accrue M1 from P1 100\nblocks P1\n");
    assert!(run.code == 0 && run.out.contains("4950"), "{}{}", run.out, run.err);
    // another plan for the same program
    let run = shell.run("set-up --db db --zone UTC");
    assert!(run.code == 1 && run.err.contains("create_program: refused"), "{}", run.err);
    assert_eq!(shell.run("set-up --db third --block 0 --yes").lines().len(), 2);
    for wrong in ["--zone Mars/Olympus", "--block -1", "--rate x", "--expire-months x"] {
        assert_eq!(shell.run(&format!("set-up --db fourth {wrong}")).code, 2, "{wrong}");
    }
    assert!(!shell.folder().join("fourth").exists());
}

/// What README tells a newcomer to paste, in a shell that finds the program by its name.
#[cfg(feature = "rocksdb")]
#[test]
fn the_first_steps_of_the_readme_can_be_pasted() {
    let readme = include_str!("../../README.md");
    let (_, steps) = readme.split_once("## First steps").unwrap();
    let (_, steps) = steps.split_once("```sh\n").unwrap();
    let (steps, _) = steps.split_once("```").unwrap();
    let shell = Shell::new();
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_accruedb")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let script = format!("set -e\n{steps}");
    let mut command = std::process::Command::new("sh");
    let run =
        super::Run::of(command.args(["-c", &script]).env("PATH", path).current_dir(shell.folder()).output().unwrap());
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    for told in ["granted", "redeemed", "cancelled", "restored to mine-again", "Europe/Vienna"] {
        assert!(run.out.contains(told), "{told}: {}", run.out);
    }
    let balance = |db: &str, member: &str| {
        shell.run(&format!("balance {member} --db {db} --json")).json()["balances"][0]["available"].clone()
    };
    assert_eq!((balance("mine", "M1"), balance("mine-again", "M1")), (150.into(), 150.into()));
    assert_eq!((balance("mine-again", "M4"), balance("mine-again", "M2")), (0.into(), 225.into()));
}

/// All other commands that README shows, one after the other in one folder.
#[cfg(feature = "rocksdb")]
#[test]
fn every_command_of_the_readme_can_be_pasted_in_its_order() {
    let readme = include_str!("../../README.md");
    let shell = Shell::new();
    std::os::unix::fs::symlink(concat!(env!("CARGO_MANIFEST_DIR"), "/tests"), shell.folder().join("tests")).unwrap();
    let blocks = readme.split("```text\n").skip(1).filter_map(|rest| rest.split("```").next());
    let lines: Vec<&str> = blocks.flat_map(str::lines).collect();
    let commands: Vec<&str> = lines.iter().copied().filter(|line| line.starts_with("accruedb ")).collect();
    assert!(commands.len() >= 7, "{commands:?}");
    for command in commands {
        let run = shell.run(command.strip_prefix("accruedb ").unwrap());
        // the export has a line in another currency
        let code = i32::from(command.contains("import"));
        assert_eq!(run.code, code, "{command}: {}{}", run.out, run.err);
    }
    let program: Vec<&str> = lines.into_iter().filter(|line| line.starts_with("{\"program\":7")).collect();
    shell.write("first.jsonl", &program.join("\n"));
    assert!(readme.contains("`accruedb apply --db first first.jsonl`"));
    let run = shell.run("apply --db first first.jsonl");
    assert!(run.code == 1 && run.out.contains("\"short\":150"), "{}{}", run.out, run.err);
    assert_eq!(shell.run("balances --db first").code, 0);
}

/// Each line that `help` shows does what it says.
#[cfg(feature = "rocksdb")]
#[test]
fn what_the_help_shows_can_be_typed() {
    let shell = Shell::new();
    let help = shell.fed("shell --memory", "help\n").out;
    let lines = help
        .lines()
        .take_while(|line| !line.starts_with("Words"))
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let samples: Vec<&str> =
        lines.filter_map(|line| line.trim().split("  ").next()).filter(|line| !line.starts_with("at ")).collect();
    assert!(samples.len() >= 10, "{samples:?}");
    let typed = samples.join("\n").replacen('\n', "\n.use 7\n", 1);
    let run = shell
        .fed("shell --db db --create", &(typed + "\nitems M1 all\nstatement M1 newest 5\nblocks P1\ntransaction R1\n"));
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
}
