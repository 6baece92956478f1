//! The file of tokens: JSON, readable by its owner only, changed whole.

use super::token::Token;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What the file holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    version: u32,
    tokens: Vec<Token>,
}

const VERSION: u32 = 1;

/// Reads the tokens of a file.
///
/// Errors: a text that names the file, where it cannot be read, others may read it, or it is not such a file.
pub fn read(path: &Path) -> Result<Vec<Token>, String> {
    let shown = path.display();
    let text = fs::read(path).map_err(|error| format!("cannot read {shown}: {error}"))?;
    check_mode(path)?;
    let content: Content = serde_json::from_slice(&text).map_err(|error| format!("{shown}: {error}"))?;
    if content.version != VERSION {
        return Err(format!("{shown}: version {}, expected {VERSION}", content.version));
    }
    Ok(content.tokens)
}

/// The tokens of a file; none where there is no file yet.
///
/// Errors: those of [`read`].
pub fn read_if_there(path: &Path) -> Result<Vec<Token>, String> {
    if path.exists() { read(path) } else { Ok(Vec::new()) }
}

/// Writes the tokens, durably: whoever reads the file sees the old list or the new one.
///
/// Errors: a text that names the file, where it cannot be written, or another change is under way.
pub fn write(path: &Path, tokens: &[Token]) -> Result<(), String> {
    let content = Content { version: VERSION, tokens: tokens.to_vec() };
    let text = serde_json::to_vec_pretty(&content).map_err(|error| error.to_string())?;
    replace(path, &text).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => {
            format!("{}: another change is under way; else remove that file", unfinished(path).display())
        }
        _ => format!("cannot write {}: {error}", path.display()),
    })
}

/// Replaces a file's content in one step, with one sync for the content and one for the name.
pub(super) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let fresh = unfinished(path);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&fresh)?;
    let written = file.write_all(content).and_then(|()| file.sync_all()).and_then(|()| fs::rename(&fresh, path));
    if written.is_err() {
        // the first error says what is wrong
        let _ = fs::remove_file(&fresh);
        return written;
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

fn unfinished(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".unfinished");
    name.into()
}

#[cfg(unix)]
fn check_mode(path: &Path) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt;
    let shown = path.display();
    let mode = fs::metadata(path).map_err(|error| format!("cannot read {shown}: {error}"))?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(format!("{shown} may be read by others (mode {:03o}): chmod 600 {shown}", mode & 0o777))
}

#[cfg(not(unix))]
fn check_mode(_: &Path) -> Result<(), String> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

    #[test]
    fn what_is_written_is_read_again_by_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens.json");
        assert_eq!(read_if_there(&path), Ok(Vec::new()));
        let (token, _) = Token::mint("till", &[1; 38], Timestamp::MIN);
        write(&path, std::slice::from_ref(&token)).unwrap();
        assert_eq!(read(&path), Ok(vec![token]));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
            assert!(read(&path).unwrap_err().contains("chmod 600"));
        }
        fs::write(unfinished(&path), "").unwrap();
        assert!(write(&path, &[]).unwrap_err().contains("another change"));
    }
}
