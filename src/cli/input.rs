//! The file that a command reads: opened before anything is made, and the name that its lines get their ids from.

use super::output::Failure;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// A file, or standard input, that is there and can be read.
pub(super) struct Input {
    pub(super) bytes: Box<dyn Read>,
    /// Whether it is an ordinary file, which ends and has a name of its own; not a pipe.
    pub(super) is_file: bool,
    /// What request ids are derived from, beside the lines: the name that was given, else that of an ordinary file
    /// without its folders. Empty where there is none.
    pub(super) name: String,
}

impl Input {
    /// Opens a file; `-` is standard input.
    pub(super) fn open(file: &Path, given: Option<&str>) -> Result<Input, Failure> {
        let (bytes, is_file): (Box<dyn Read>, bool) = if file.as_os_str() == "-" {
            (Box::new(std::io::stdin()), false)
        } else {
            let opened = File::open(file).and_then(|opened| Ok((opened.metadata()?, opened)));
            let (kind, opened) = opened.map_err(|error| unreadable(file, error))?;
            if kind.is_dir() {
                return Err(Failure::Usage(format!("{} is a directory", file.display())));
            }
            (Box::new(opened), kind.is_file())
        };
        let own =
            file.file_name().filter(|_| is_file && !is_nameless(file)).map(|name| name.to_string_lossy().into_owned());
        let name = given.map(str::to_owned).or(own).unwrap_or_default();
        Ok(Input { bytes, is_file, name })
    }
}

/// The text of a file that is held in memory: no larger than such a file is, whatever the path leads to.
pub(super) fn text_of(file: &Path) -> Result<String, String> {
    const BYTES_MAX: u64 = 16 << 20;
    let mut bytes = Vec::new();
    let read = File::open(file).and_then(|file| file.take(BYTES_MAX.saturating_add(1)).read_to_end(&mut bytes));
    read.map_err(|error| error.to_string())?;
    if bytes.len() as u64 > BYTES_MAX {
        return Err(format!("it is larger than {} MiB", BYTES_MAX >> 20));
    }
    String::from_utf8(bytes).map_err(|error| {
        let before = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count().saturating_add(1);
        format!("line {line} is not UTF-8")
    })
}

/// Whether a path leads to what the system calls a file and nobody named: standard input, a descriptor, also by a link.
/// Two of these would share their name, and a line of the second that is one of the first would be taken for done.
fn is_nameless(file: &Path) -> bool {
    /// Links that are followed.
    const LINKS_MAX: usize = 40;
    let mut path = file.to_path_buf();
    for _ in 0..LINKS_MAX {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let Ok(folder) = folder.canonicalize() else { return true };
        let is_system = ["/dev", "/proc"].iter().any(|system| folder.starts_with(system));
        if is_system && !folder.starts_with("/dev/shm") {
            return true;
        }
        let here = folder.join(path.file_name().unwrap_or_default());
        match std::fs::read_link(&here) {
            Ok(target) => path = folder.join(target),
            Err(_) => return false,
        }
    }
    true
}

/// A file that cannot be read is a wrong call.
pub(super) fn unreadable(file: &Path, error: std::io::Error) -> Failure {
    Failure::Usage(format!("{}: {error}", file.display()))
}
