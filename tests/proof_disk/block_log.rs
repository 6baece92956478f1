//! Loss of power at any write of a disk. All writes to a disk's blocks are logged while the engine works; from the
//! log, images of the disk are made as a loss of power could have left it: up to any write, and of the writes since
//! the last flush any lost, the last one torn.

use super::machine::{Draw, Volume, cannot_mount, ended, is_there, signal};
use super::oracle::{Look, Oracle};
use super::work::set_up;
use super::worker::{Answers, Task};
use crate::proof::{Proof, side_by_side};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::{Child, Command as Process};
use std::time::Duration;

const ALL: &str = "all writes up to one";
const LOST: &str = "writes since the last flush lost";
const TORN: &str = "writes since the last flush lost, the last one torn";
const KINDS: [&str; 3] = [ALL, LOST, TORN];

/// So many images are made of the log of one run.
const IMAGES_A_LIFE: u64 = 100;
/// A run ends after so many lines of answers or writes to the disk.
const LINES_MAX: usize = 1_500;
const WRITES_MAX: usize = 4_000;
/// The control finds a lost answer among so many images, or not at all.
const CONTROL_IMAGES: u64 = 50;

const DISK_MIB: u64 = 192;
const LOG_MIB: u64 = 4_096;
/// So long, in hundredths of a second, a disk may take to appear as a file.
const EXPORT_NAPS: u32 = 6_000;
const SECTOR: usize = 512;
/// The file system takes the block with its superblock for written whole: torn between its sectors, it does not mount.
const SUPERBLOCK_ENDS: u64 = 8;

/// Flags of a write in the log.
const FLUSH: u64 = 1;
const FORCED: u64 = 2;
const DISCARD: u64 = 4;

#[test]
fn proof_block_log() {
    if let Some(why) = cannot_export().or_else(|| cannot_mount("ext4")) {
        return Proof::skipped("block_log", &why);
    }
    let folder = tempfile::tempdir().unwrap();
    let promise = "no answered command is lost by a loss of power at any write of the disk";
    let mut proof = Proof::new("block_log", promise, &KINDS);
    let images = Proof::size(12);
    for first in (0..images).step_by(IMAGES_A_LIFE as usize) {
        let life = Life::nth(first, folder.path(), &mut proof);
        let work = |turn| life.image(folder.path(), turn);
        side_by_side(first..images.min(first + IMAGES_A_LIFE), work, |turn, survived| {
            let kind = survived.unwrap_or_else(|what| panic!("image {turn}, {:?}: {what}", life.task));
            proof.fault(kind, 1);
        });
    }
    let task = Task { answers: Answers::WhenTaken, ..Task::new(Path::new("db")) };
    let hasty = Life::live(folder.path(), task);
    let loses = |turn| {
        let cut = hasty.cut(ALL, &mut Draw::nth(turn));
        hasty.survives(&folder.path().join("hasty"), &cut).is_err_and(|lost| lost.contains("are lost"))
    };
    proof.control("answers before the write", (0..CONTROL_IMAGES).any(loses));
    proof.done();
}

/// What is missing for a disk whose writes are logged: a tool, or a right. Whatever else goes wrong is a failure.
fn cannot_export() -> Option<String> {
    if !is_there("qemu-storage-daemon") {
        return Some("qemu-storage-daemon is not installed (on Debian: qemu-utils)".to_owned());
    }
    (!Path::new("/dev/fuse").exists()).then(|| "there is no FUSE".to_owned())
}

/// A disk whose writes are logged, with a file system on it.
struct LoggedDisk {
    volume: Volume,
    log: File,
    _daemon: Daemon,
}

/// A process that ends when it is no longer needed.
struct Daemon(Child);

impl Drop for Daemon {
    fn drop(&mut self) {
        signal("TERM", self.0.id());
        ended(&mut self.0, Duration::from_secs(20));
    }
}

impl LoggedDisk {
    fn new(folder: &Path) -> LoggedDisk {
        let [disk, log, export] = ["disk", "log", "export"].map(|name| folder.join(name));
        for (file, mib) in [(&disk, DISK_MIB), (&log, LOG_MIB), (&export, 0)] {
            File::create(file).unwrap().set_len(mib << 20).unwrap();
        }
        let file = |name: &str, path: &Path| format!("driver=file,node-name={name},filename={}", path.display());
        let logged = format!("driver=blklogwrites,node-name=logged,file=disk,log=log,log-sector-size={SECTOR}");
        let exported = format!("type=fuse,id=export,node-name=logged,writable=on,mountpoint={}", export.display());
        let words = folder.join("words");
        let mut daemon = Process::new("qemu-storage-daemon")
            .args(["--blockdev", &file("disk", &disk), "--blockdev", &file("log", &log)])
            .args(["--blockdev", &logged, "--export", &exported])
            .stderr(File::create(&words).unwrap())
            .spawn()
            .map(Daemon)
            .unwrap();
        let exported = || fs::metadata(&export).is_ok_and(|export| export.len() == DISK_MIB << 20);
        for _ in 0..EXPORT_NAPS {
            if exported() || daemon.0.try_wait().unwrap().is_some() {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let said = fs::read_to_string(words).unwrap();
        assert!(exported(), "qemu-storage-daemon does not export the disk as a file: {said}");
        let volume = Volume::format(export, folder.join("logged"), "ext4");
        LoggedDisk { volume, log: File::open(log).unwrap(), _daemon: daemon }
    }

    /// How many writes are in the log. A flush is over when the log's head counts it.
    fn writes(&self) -> usize {
        let mut count = [0; 8];
        self.log.read_exact_at(&mut count, 16).unwrap();
        u64::from_le_bytes(count) as usize
    }
}

/// A write of the log.
struct Write {
    sector: u64,
    flags: u64,
    bytes: Vec<u8>,
}

impl Write {
    fn has(&self, flag: u64) -> bool {
        self.flags & flag != 0
    }
}

/// What an engine did and said until it was killed.
struct Life {
    task: Task,
    writes: Vec<Write>,
    /// The database was there after so many of them.
    begun: usize,
    /// What it said, with how many writes there were then, or a few more.
    said: Vec<(usize, String)>,
}

impl Life {
    /// One of many lives: counted, with answers and no errors.
    fn nth(number: u64, folder: &Path, proof: &mut Proof) -> Life {
        let mut draw = Draw::nth(number);
        let task = Task {
            guard_every: *draw.pick(&[1, 64]),
            checkpoint_changes: *draw.pick(&[300, 1_000, 1_000_000]),
            in_flight: draw.pick(&[vec![1, 1, 1, 1], vec![1024, 64, 4, 1]]).clone(),
            ..Task::new(Path::new("db"))
        };
        let life = Life::live(folder, task);
        proof.count("lives", 1);
        proof.count("writes logged", life.writes.len() as u64);
        proof.count("flushes logged", life.writes.iter().filter(|write| write.has(FLUSH)).count() as u64);
        let oracle = life.oracle(life.writes.len());
        assert!(oracle.answered() > 0 && oracle.errors.is_empty(), "life {number}: {:?}", oracle.errors);
        proof.count("answered commands", oracle.answered());
        life
    }

    /// Lets an engine work on a logged disk.
    fn live(folder: &Path, task: Task) -> Life {
        let disk = LoggedDisk::new(folder);
        let task = Task { db: disk.volume.place.join(&task.db), ..task };
        set_up(&task.db);
        let begun = disk.writes();
        let worker = task.start(&[]);
        let pid = worker.pid();
        // what was said was said before the writes are counted
        let mut seen = Vec::new();
        for _ in 0..20_000 {
            seen.push((worker.lines(), disk.writes()));
            if seen.last().is_some_and(|(lines, writes)| *lines > LINES_MAX || *writes > begun + WRITES_MAX) {
                break;
            }
            std::thread::sleep(Duration::from_micros(200));
        }
        signal("KILL", pid);
        let lines = worker.said();
        assert!(disk.volume.unmount(), "the logged disk is in use");
        seen.push((lines.len(), disk.writes()));
        let when = |line: usize| seen[seen.partition_point(|(lines, _)| *lines <= line)].1;
        let said = lines.into_iter().enumerate().map(|(line, words)| (when(line), words)).collect();
        let LoggedDisk { log, .. } = &disk;
        Life { writes: read_log(log, disk.writes()), task, begun, said }
    }

    /// What was answered when there were so many writes.
    fn oracle(&self, writes: usize) -> Oracle {
        let mut oracle = Oracle::default();
        let heard = self.said.iter().take_while(|(when, _)| *when <= writes);
        heard.for_each(|(_, line)| oracle.hear(line, u128::from));
        oracle
    }

    /// A loss of power at some write, of this kind if any is found.
    fn cut(&self, kind: &str, draw: &mut Draw) -> Cut {
        let mut cut = self.draw_cut(kind, draw);
        for _ in 0..20 {
            if cut.kind() == kind {
                break;
            }
            cut = self.draw_cut(kind, draw);
        }
        cut
    }

    /// What was flushed, or forced, is there; of the rest anything may be missing.
    fn draw_cut(&self, kind: &str, draw: &mut Draw) -> Cut {
        let at = self.begun + draw.below((self.writes.len() - self.begun) as u64 + 1) as usize;
        let flushed = self.writes[..at].iter().rposition(|write| write.has(FLUSH)).unwrap_or(0);
        let mut cut = Cut { at, there: BTreeMap::new() };
        for (number, write) in self.writes[..at].iter().enumerate().skip(flushed) {
            let sectors = write.bytes.len() / SECTOR;
            if kind == ALL || write.has(FORCED) || sectors == 0 {
                continue;
            }
            if kind == TORN && number + 1 == at && sectors > 1 && write.sector >= SUPERBLOCK_ENDS {
                cut.there.insert(number, (1 + draw.below(sectors as u64 - 1) as usize) * SECTOR);
            } else if draw.below(2) == 0 {
                cut.there.insert(number, 0);
            }
        }
        cut
    }

    /// A loss of power that is survived, and its kind; else why not.
    fn image(&self, folder: &Path, turn: u64) -> Result<&'static str, String> {
        let mut draw = Draw::nth(turn);
        let kind = *draw.pick(&KINDS);
        let cut = self.cut(kind, &mut draw);
        let image = folder.join(format!("image-{turn}"));
        let survived = self.survives(&image, &cut).map_err(|violation| {
            let kept = std::env::temp_dir().join(format!("accruedb-block-log-{}-{turn}.image", std::process::id()));
            self.write_image(&kept, &cut);
            let what = format!("{}, {} of {} writes", cut.kind(), cut.at, self.writes.len());
            format!("{what}: {violation}; the image: {}", kept.display())
        });
        fs::remove_file(&image).unwrap();
        survived.map(|()| cut.kind())
    }

    /// Cuts the power: what was answered before has to be there.
    fn survives(&self, image: &Path, cut: &Cut) -> Result<(), String> {
        self.write_image(image, cut);
        let volume = Volume::mounted(image.to_owned(), image.with_extension("mounted"))?;
        let db = volume.place.join(self.task.db.file_name().unwrap());
        let checked = self.oracle(cut.at).check(&db, Look::AtAll);
        assert!(volume.unmount(), "the image is in use");
        checked
    }

    /// Writes the disk as it is after a loss of power.
    fn write_image(&self, path: &Path, cut: &Cut) {
        let image = File::create(path).unwrap();
        image.set_len(DISK_MIB << 20).unwrap();
        for (number, write) in self.writes[..cut.at].iter().enumerate() {
            let length = cut.there.get(&number).copied().unwrap_or(write.bytes.len());
            image.write_all_at(&write.bytes[..length], write.sector * SECTOR as u64).unwrap();
        }
    }
}

/// A loss of power, right after so many writes.
struct Cut {
    at: usize,
    /// Of writes of which not all is there: how many bytes are.
    there: BTreeMap<usize, usize>,
}

impl Cut {
    /// What really was lost.
    fn kind(&self) -> &'static str {
        match self.there.last_key_value() {
            None => ALL,
            Some((_, 0)) => LOST,
            Some(_) => TORN,
        }
    }
}

/// The writes of a log, as the kernel's `dm-log-writes` describes it: a head of one sector; then for each write a
/// sector that says where, how much and how, and its bytes.
fn read_log(log: &File, count: usize) -> Vec<Write> {
    let mut place = SECTOR as u64;
    let mut writes = Vec::with_capacity(count);
    for _ in 0..count {
        let mut head = [0; 32];
        log.read_exact_at(&mut head, place).unwrap();
        place += SECTOR as u64;
        let field = |at: usize| u64::from_le_bytes(head[at..at + 8].try_into().unwrap());
        let (sector, sectors, flags) = (field(0), field(8), field(16));
        // what is discarded has never been written: only making the file system does that
        let length = if flags & DISCARD == 0 { sectors as usize * SECTOR } else { 0 };
        let mut bytes = vec![0; length];
        log.read_exact_at(&mut bytes, place).unwrap();
        place += length as u64;
        writes.push(Write { sector, flags, bytes });
    }
    writes
}
