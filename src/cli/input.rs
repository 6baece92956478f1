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
        let own = file.file_name().filter(|_| is_file).map(|name| name.to_string_lossy().into_owned());
        let name = given.map(str::to_owned).or(own).unwrap_or_default();
        Ok(Input { bytes, is_file, name })
    }
}

/// A file that cannot be read is a wrong call.
pub(super) fn unreadable(file: &Path, error: std::io::Error) -> Failure {
    Failure::Usage(format!("{}: {error}", file.display()))
}
