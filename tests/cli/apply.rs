//! `accruedb apply`: answers in order, once each; what a line may be; what is said at the end.

use super::Shell;

const COMMANDS: &str = r#"
{"program":1,"kind":"create_program","enrolment":"on_first_accrual"}
{"program":1,"kind":"create_point_type","point_type":1}
{"program":1,"kind":"accrue","member":"M1","awards":[{"point_type":1,"points":100}]}
{"program":1,"kind":"redeem","member":"M1","point_type":1,"points":150}
{"program":1,"kind":"redeem","member":"M1","point_type":1,"points":"x"}
{"program":1,"request_id":"R7","kind":"redeem","member":"M1","point_type":1,"points":60}
"#;

#[test]
fn commands_are_answered_in_order_and_only_once() {
    let shell = Shell::new();
    shell.write("c.jsonl", COMMANDS);
    let stopped = shell.run("apply c.jsonl --db db");
    assert_eq!(stopped.code, 1);
    let last = stopped.lines().pop().unwrap();
    assert_eq!((last["line"].as_i64(), &last["refused"]["short"]), (Some(5), &50.into()));

    let all = shell.run("apply c.jsonl --db db --on-refusal continue").lines();
    let numbers: Vec<i64> = all.iter().map(|answer| answer["line"].as_i64().unwrap()).collect();
    assert_eq!(numbers, [2, 3, 4, 5, 6, 7]);
    assert_eq!(all[2]["receipt"]["replayed"], true);
    let error = all[4]["error"].as_str().unwrap();
    assert!(error.starts_with("column 70, field \"points\": invalid type"), "{error}");
    assert_eq!(all[5]["receipt"]["replayed"], false);

    let again = shell.run("apply c.jsonl --db db --on-refusal continue").lines();
    assert_eq!(again[5]["receipt"]["replayed"], true);
    let balance = shell.run("balance M1 --db db --json").json();
    assert_eq!(balance["balances"][0]["available"], 40);
    assert_eq!(shell.run("balance M2 --db db --json").code, 1);
}

#[test]
fn the_end_tells_what_was_done_before_and_what_was_not_tried() {
    let shell = Shell::new();
    shell.write("c.jsonl", COMMANDS);
    let run = shell.run("apply c.jsonl --db db");
    assert!(run.err.contains("made a new database in db"), "{}", run.err);
    assert!(run.err.contains("stopped after line 5; lines not tried: 2"), "{}", run.err);
    assert!(!run.err.contains("done before"), "{}", run.err);
    let run = shell.run("apply c.jsonl --db db");
    assert!(run.err.contains("lines that were done before: 3"), "{}", run.err);
    assert!(!run.err.contains("made a new database"), "{}", run.err);
}

#[test]
fn lines_of_standard_input_need_an_id_or_a_name() {
    let shell = Shell::new();
    let [_, program, points, accrual, ..] = COMMANDS.split('\n').collect::<Vec<_>>()[..] else { unreachable!() };
    let set_up = [program, points].join("\n");
    assert_eq!(shell.fed("apply - --db db --name set-up", &set_up).code, 0);
    let run = shell.fed("apply --db db", accrual);
    let told = "no request_id, and standard input has no name to derive one from: give --name";
    assert_eq!((run.code, run.json()["error"].as_str()), (1, Some(told)));
    // a pipe's place in the file system is no name either
    let run = shell.fed("apply /dev/stdin --db db", accrual);
    assert_eq!((run.code, run.json()["error"].as_str()), (1, Some(told)));

    let with_id = accrual.replacen('{', "{\"request_id\":\"R1\",", 1);
    assert_eq!(shell.fed("apply --db db", &with_id).json()["receipt"]["replayed"], false);
    for (name, replayed) in [("monday", false), ("monday", true), ("tuesday", false)] {
        let run = shell.fed(&format!("apply --db db --name {name}"), accrual);
        assert_eq!(run.json()["receipt"]["replayed"], replayed, "{name}");
    }
    assert_eq!(shell.run("balance M1 --db db --json").json()["balances"][0]["available"], 300);
}

#[test]
fn a_reader_that_goes_away_hides_nothing() {
    let shell = Shell::new();
    let good: String = COMMANDS.split_inclusive('\n').take(4).collect();
    shell.write("good.jsonl", &good);
    shell.write("refused.jsonl", COMMANDS.lines().nth(4).unwrap());
    let run = shell.unread("apply good.jsonl --db db");
    assert!(run.code == 3 && run.err.contains("stopped after line 2; lines not tried: 2"), "{} {}", run.code, run.err);
    // here all of them are sent before the first answer is given
    assert_eq!(shell.unread("apply good.jsonl --db db --on-refusal continue").code, 0);
    let run = shell.run("apply good.jsonl --db db");
    assert!(run.code == 0 && run.err.contains("done before: 3"), "{}", run.err);
    assert_eq!(shell.unread("apply refused.jsonl --db db").code, 1);
    assert_eq!(shell.unread("journal --db db --limit 100000").code, 0);
    assert_eq!(shell.unread("balance M9 --db db").code, 1);
}

#[test]
fn what_is_no_command_is_explained() {
    let shell = Shell::new();
    shell.write("mark.jsonl", &format!("\u{FEFF}{}", COMMANDS.trim_start()));
    assert_eq!(shell.run("apply mark.jsonl --db db").lines()[0]["receipt"]["replayed"], false);
    shell.write(
        "bad.jsonl",
        r#"[7,"R9",null,null,"enrol",1]
{"program":1,"member":"M1"}
{"program":1,"program":2,"kind":"enrol","member":1}
"#,
    );
    let run = shell.run("apply bad.jsonl --db db --on-refusal continue");
    let told = [
        "column 1: invalid type: a list, expected an object or a single value",
        "missing field `kind`",
        "duplicate field `program`",
    ];
    for (answer, told) in run.lines().iter().zip(told) {
        assert!(answer["error"].as_str().unwrap().contains(told), "{answer}");
    }
    assert_eq!((run.code, run.lines().len()), (1, 3));
}

#[cfg(unix)]
#[test]
fn what_was_sent_before_the_input_broke_off_is_answered() {
    use std::io::Write;
    use std::os::fd::OwnedFd;
    let shell = Shell::new();
    let near = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut input = std::net::TcpStream::connect(near.local_addr().unwrap()).unwrap();
    let (mut far, _) = near.accept().unwrap();
    far.write_all(COMMANDS.split_inclusive('\n').take(4).collect::<String>().as_bytes()).unwrap();
    // whoever hangs up with something unread breaks the connection: the other's reading fails
    input.write_all(b"x").unwrap();
    far.peek(&mut [0]).unwrap();
    drop(far);
    let mut command = shell.command("apply --db db --name c.jsonl --on-refusal continue");
    let run = super::Run::of(command.stdin(OwnedFd::from(input)).output().unwrap());
    assert_eq!((run.code, run.lines().len()), (3, 3), "{}{}", run.out, run.err);
    assert!(run.lines().iter().all(|answer| answer["receipt"]["replayed"] == false), "{}", run.out);
    assert!(run.err.contains("stopped after line 4; what follows cannot be read: -: "), "{}", run.err);
}
