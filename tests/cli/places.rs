//! Directories that are no database, or not the right one: told before anything is written there.

use super::{Run, Shell};
use std::process::Command;

/// A small database `db`, and its backup `copy`.
fn backed_up() -> Shell {
    let shell = Shell::new();
    shell.run("load --accruals 10 --members 5 --db db");
    assert_eq!(shell.run("backup --db db copy").code, 0);
    shell
}

#[test]
fn what_is_no_database_is_a_wrong_call() {
    let shell = Shell::new();
    shell.write("file", "text");
    shell.write("foreign/notes.txt", "text");
    shell.write("c.jsonl", "");
    shell.write("p.csv", "customer_id,date,amount\n");
    for verb in [
        "apply c.jsonl --db",
        "import p.csv --create --points-per-unit 1 --db",
        "balance M1 --db",
        "verify --db",
        "backup to --db",
        "demo --db",
        "load --accruals 1 --db",
    ] {
        for (place, told) in [
            ("file", "file is no database, which is a directory"),
            ("file/db", "file/db is no database, which is a directory"),
            ("foreign", "foreign is no database: it holds notes.txt"),
        ] {
            let run = shell.run(&format!("{verb} {place}"));
            assert!(run.code == 2 && run.err.contains(told), "{verb} {place}: {} {}", run.code, run.err);
        }
    }
    let run = shell.run("restore foreign db");
    assert!(run.code == 2 && run.err.contains("foreign is no database"), "{} {}", run.code, run.err);
    assert_eq!(std::fs::read_dir(shell.folder().join("foreign")).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn a_directory_that_cannot_be_read_is_not_a_missing_one() {
    use std::os::unix::fs::PermissionsExt;
    let shell = Shell::new();
    let db = shell.folder().join("db");
    std::fs::create_dir(&db).unwrap();
    std::fs::set_permissions(&db, PermissionsExt::from_mode(0o000)).unwrap();
    // root may read it all the same
    let told =
        if std::fs::read_dir(&db).is_ok() { (2, "there is no database in db") } else { (3, "cannot look into db") };
    let run = shell.run("balance M1 --db db");
    assert!(run.code == told.0 && run.err.contains(told.1), "{} {}", run.code, run.err);
}

#[test]
fn a_copy_goes_where_there_is_a_directory() {
    let shell = backed_up();
    for call in ["backup --db db missing/to", "restore copy missing/to"] {
        let run = shell.run(call);
        assert!(run.code == 2 && run.err.contains("missing"), "{call}: {} {}", run.code, run.err);
    }
    assert!(!shell.folder().join("missing").exists());
}

#[test]
fn copies_lie_outside_and_a_load_begins_anew() {
    let shell = Shell::new();
    let load = "load --accruals 10 --members 5 --json --db";
    assert_eq!(shell.run(&format!("{load} db")).code, 0);
    let entries = || shell.run("verify --db db --json").json()["entries"].clone();
    let before = entries();
    for call in [format!("{load} db"), "demo --db db".to_owned()] {
        let run = shell.run(&call);
        assert!(run.code == 2 && run.err.contains("there is a database in db already"), "{call}: {}", run.err);
    }
    for call in ["backup --db db db/copy", "backup --db ./db db/deep/er/copy", "restore db db/inside"] {
        let run = shell.run(call);
        assert!(run.code == 2 && run.err.contains("lies inside of"), "{call}: {} {}", run.code, run.err);
    }
    assert_eq!(entries(), before);
    assert_eq!(shell.run("backup --db db db-copy").code, 0);
}

#[test]
fn a_backup_without_its_guard_is_damaged() {
    let shell = backed_up();
    std::fs::remove_file(shell.folder().join("copy/guard")).unwrap();
    let run = shell.run("restore copy again --json");
    assert_eq!((run.code, &run.json()["ok"]), (1, &false.into()), "{}", run.err);
    assert_eq!(run.json()["violations"][0], "guard file missing: copy/guard");
    std::fs::create_dir(shell.folder().join("empty")).unwrap();
    assert_eq!(shell.run("restore empty again").code, 2);
    assert!(!shell.folder().join("again").exists());
}

#[cfg(unix)]
#[test]
fn a_write_protected_backup_becomes_a_database_that_can_be_written() {
    use std::os::unix::fs::PermissionsExt;
    let shell = backed_up();
    let guard = |db: &str| shell.folder().join(db).join("guard");
    std::fs::set_permissions(guard("copy"), PermissionsExt::from_mode(0o444)).unwrap();
    assert_eq!(shell.run("restore copy again").code, 0);
    assert_eq!(std::fs::metadata(guard("again")).unwrap().permissions().mode() & 0o200, 0o200);
}

/// A limit of the size of files stands for a full disk.
#[cfg(unix)]
#[test]
fn a_restore_that_the_system_refuses_is_no_wrong_call() {
    let shell = backed_up();
    let script = format!("trap '' XFSZ; ulimit -f 1; exec {} restore copy again", env!("CARGO_BIN_EXE_accruedb"));
    let run = Run::of(Command::new("sh").args(["-c", &script]).current_dir(shell.folder()).output().unwrap());
    let told = run.err.contains("cannot copy copy/") && run.err.contains(": File too large");
    assert!(run.code == 3 && told, "{} {}", run.code, run.err);
    for to in ["no/such/db", "copy/guard/db"] {
        let run = shell.run(&format!("restore copy {to}"));
        assert!(run.code == 2 && run.err.contains(to.trim_end_matches("/db")), "{to}: {} {}", run.code, run.err);
    }
    let guard = shell.folder().join("copy/guard");
    std::fs::rename(&guard, shell.folder().join("aside")).unwrap();
    std::os::unix::fs::symlink("guard", &guard).unwrap();
    let run = shell.run("restore copy again");
    assert!(run.code == 3 && run.err.contains("cannot look for copy/guard"), "{} {}", run.code, run.err);
    let left = std::fs::read_dir(shell.folder()).unwrap().count();
    assert_eq!(left, ["db", "copy", "aside"].len(), "a copy that was begun");
}

#[cfg(unix)]
#[test]
fn a_backup_that_holds_a_link_or_a_pipe_is_damaged() {
    let shell = backed_up();
    std::os::unix::fs::symlink("/dev/null", shell.folder().join("copy/rocks/1.sst")).unwrap();
    let run = shell.run("restore copy again --json");
    assert_eq!((run.code, &run.json()["ok"]), (1, &false.into()), "{}", run.err);
    assert_eq!(run.json()["violations"][0], "copy/rocks/1.sst: is neither a file nor a directory");
    assert!(!shell.folder().join("again").exists());
}

/// Whatever the limit, the process says that it is too low, or does what it was asked: it is never ended from within.
#[cfg(target_os = "linux")]
#[test]
fn too_little_memory_is_an_error() {
    let shell = Shell::new();
    shell.run("load --accruals 10 --members 5 --db db");
    let mut refused = 0;
    for (mib, call) in [100, 200, 300, 400, 500, 600, 660, 700, 740, 780, 900, 1200, 1700]
        .into_iter()
        .flat_map(|mib| ["verify --db db", "load --accruals 20000 --members 1000"].map(|call| (mib, call)))
    {
        let script = format!("ulimit -v {}; exec {} {call}", mib * 1024, env!("CARGO_BIN_EXE_accruedb"));
        let done = Command::new("sh").args(["-c", &script]).current_dir(shell.folder()).output().unwrap();
        // a process that was ended by a signal has no code
        let code = done.status.code();
        let told = String::from_utf8(done.stderr).unwrap();
        let is_error = code == Some(3) && told.contains("too little memory may be used") && told.contains("ulimit -v");
        assert!(code == Some(0) || is_error, "{mib} MiB, {call}: {code:?} {told}");
        refused += usize::from(is_error);
    }
    assert!(refused >= 6, "{refused}");
}
