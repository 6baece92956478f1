//! What the machine offers: its tools, processes that must end, numbers to draw.

use std::fmt::Display;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Child, Command as Process, ExitStatus};
use std::time::Duration;

/// The case that alone is to be run, where `ACCRUEDB_CASE` names one: the same row then does not end as a proof.
pub(crate) fn only_case() -> Option<String> {
    std::env::var("ACCRUEDB_CASE").ok()
}

/// The numbers of so many cases, or of the one that alone is to be run.
pub(crate) fn cases(count: u64) -> Range<u64> {
    let only = only_case().map(|case| case.parse::<u64>().expect("ACCRUEDB_CASE is the number of a case"));
    only.map_or(0..count, |case| case..case + 1)
}

/// The command that runs one case again.
pub(crate) fn repeat(row: &str, case: impl Display) -> String {
    format!("repeat: ACCRUEDB_CASE='{case}' cargo test --release --test main proof_{row} -- --nocapture")
}

/// Numbers that look random and are the same on every run with one seed.
#[derive(Clone)]
pub(crate) struct Draw(u64);

impl Draw {
    /// From `ACCRUEDB_SEED`, or always the same.
    pub(crate) fn new() -> Draw {
        let seed = std::env::var("ACCRUEDB_SEED").map_or(0x5eed, |seed| seed.parse().expect("ACCRUEDB_SEED"));
        Draw(seed)
    }

    /// Those of the n-th case, whatever the cases before it drew.
    pub(crate) fn nth(case: u64) -> Draw {
        let Draw(seed) = Draw::new();
        Draw(seed.wrapping_add(case.wrapping_mul(0x9fb2_1c65_1e98_df25)))
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end.max(1)
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len() as u64) as usize]
    }

    pub(crate) fn pause(&mut self, ms_max: u64) -> Duration {
        Duration::from_micros(self.below(ms_max * 1000))
    }
}

/// Waits for a process, but not for ever: one that hangs is killed, and `None` is returned.
///
/// The limit is counted in naps, so that a machine that stands still for a while does not use it up.
pub(crate) fn ended(child: &mut Child, limit: Duration) -> Option<ExitStatus> {
    let nap = Duration::from_millis(2);
    for _ in 0..limit.as_millis() / nap.as_millis() {
        if let Some(status) = child.try_wait().unwrap() {
            return Some(status);
        }
        std::thread::sleep(nap);
    }
    child.kill().unwrap();
    child.wait().unwrap();
    None
}

/// Sends a signal to a process of ours.
pub(crate) fn signal(name: &str, pid: u32) -> bool {
    succeeds(&["kill", &format!("-{name}"), &pid.to_string()])
}

/// Runs a tool of the machine, quietly. `false` also where it is missing.
pub(crate) fn succeeds(words: &[&str]) -> bool {
    tool(words).is_ok()
}

/// Runs a tool of the machine. `Err` says what it said.
fn tool(words: &[&str]) -> Result<(), String> {
    let output = Process::new(words[0]).args(&words[1..]).output();
    let output = output.map_err(|error| format!("{}: {error}", words.join(" ")))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(format!("{}: {}", words.join(" "), String::from_utf8_lossy(&output.stderr))),
    }
}

/// Whether a tool is installed.
pub(crate) fn is_there(tool: &str) -> bool {
    let started = Process::new(tool).arg("--version").output();
    !started.is_err_and(|error| error.kind() == ErrorKind::NotFound)
}

/// What is missing for file systems of one's own: a right, or a tool. Whatever else goes wrong is a failure.
pub(crate) fn cannot_mount(kind: &str) -> Option<String> {
    // CAP_SYS_ADMIN, which a container's root need not have
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let rights = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let rights = rights.and_then(|rights| u64::from_str_radix(rights.trim(), 16).ok());
    if rights.is_none_or(|rights| (rights >> 21) & 1 == 0) {
        return Some("this process may not mount".to_owned());
    }
    if !Path::new("/dev/loop-control").exists() {
        return Some("there are no loop devices".to_owned());
    }
    let make = format!("mkfs.{kind}");
    let tools = [make.as_str(), "mount", "perl"].into_iter().find(|tool| !is_there(tool));
    tools.map(|tool| format!("{tool} is not installed"))
}

/// The files below a directory, with their sizes, in order.
pub(crate) fn files(folder: &Path) -> Vec<(PathBuf, u64)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push((path.clone(), fs::metadata(&path).unwrap().len())),
        }
    }
    found.sort();
    found
}

/// Copies a directory with all that is in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        match path.is_dir() {
            true => copy(&path, &target),
            false => drop(fs::copy(&path, &target).unwrap()),
        }
    }
}

/// Cuts the newest write-ahead log of a database before the end of its last record, as a loss of what was not synced
/// would: whoever did not note that record elsewhere cannot know of it.
pub(crate) fn cut_newest_record(db: &Path) {
    let is_log = |path: &Path| path.extension().is_some_and(|extension| extension == "log");
    let mut logs = files(db).into_iter().filter(|(path, size)| is_log(path) && *size > 0);
    let (log, size) = logs.next_back().unwrap();
    File::options().write(true).open(log).unwrap().set_len(size - 10).unwrap();
}

/// A file system of its own in a file, mounted as long as this value lives.
pub(crate) struct Volume {
    image: PathBuf,
    pub(crate) place: PathBuf,
}

impl Volume {
    /// Makes and mounts one, with `mkfs.ext4` or `mkfs.xfs`.
    pub(crate) fn new(folder: &Path, kind: &str, mib: u64) -> Volume {
        let image = folder.join(format!("{kind}.image"));
        File::create(&image).unwrap().set_len(mib << 20).unwrap();
        Volume::format(image, folder.join(kind), kind)
    }

    /// Makes and mounts one in a file that is there.
    pub(crate) fn format(image: PathBuf, place: PathBuf, kind: &str) -> Volume {
        // nothing is set aside for root, who else would write on when the disk is full
        let (make, how) = match kind {
            "xfs" => ("mkfs.xfs", ["-q", "-f", "-K"].as_slice()),
            _ => ("mkfs.ext4", ["-q", "-F", "-m", "0"].as_slice()),
        };
        let made = tool(&[&[make], how, &[&image.display().to_string()]].concat());
        made.and_then(|()| Volume::mounted(image, place)).unwrap_or_else(|what| panic!("no file system: {what}"))
    }

    /// Mounts the one that a file holds.
    pub(crate) fn mounted(image: PathBuf, place: PathBuf) -> Result<Volume, String> {
        fs::create_dir_all(&place).unwrap();
        let volume = Volume { image, place };
        volume.mount().map(|()| volume)
    }

    pub(crate) fn mount(&self) -> Result<(), String> {
        tool(&["mount", "-o", "loop", &self.image.display().to_string(), &self.place.display().to_string()])
    }

    /// Waits until nobody uses it any more.
    pub(crate) fn unmount(&self) -> bool {
        (0..200).any(|_| {
            let done = succeeds(&["umount", &self.place.display().to_string()]);
            if !done {
                std::thread::sleep(Duration::from_millis(20));
            }
            done
        })
    }

    /// Stops all writing at once, as a loss of power does: nothing that is only in memory reaches the disk.
    pub(crate) fn cut_power(&self) -> bool {
        // FS_IOC_SHUTDOWN with "do not flush the log"
        let call = "open F, '<', $ARGV[0] or die; my $how = pack('L', 2); ioctl(F, 0x8004587d, $how) or die";
        succeeds(&["perl", "-e", call, &self.place.display().to_string()])
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        succeeds(&["umount", "-l", &self.place.display().to_string()]);
    }
}
