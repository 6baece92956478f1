//! What is known of the books beside the journal: what the last audit found, and which backup is the newest.

use crate::domain::Timestamp;
use std::fs::DirEntry;
use std::path::Path;
use std::time::UNIX_EPOCH;

/// What is known of the books.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Books {
    /// What the last audit since the server was started found.
    pub audit: Option<LastAudit>,
    /// Whether the server has a folder for backups.
    pub has_backups: bool,
    /// The newest backup in it.
    pub backup: Option<LastBackup>,
}

/// What an audit found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastAudit {
    /// When it was asked for.
    pub at: Timestamp,
    /// Whether no law is broken.
    pub ok: bool,
    /// How many entries it read.
    pub entries: u64,
    /// The hash of all tables: the same journal has the same.
    pub digest: String,
    /// How many laws are broken in how many places.
    pub violations_total: u64,
}

/// A backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastBackup {
    /// Its name.
    pub name: String,
    /// When it was made, by the clock of the file system.
    pub at: Timestamp,
}

/// Whether a backup may be called so.
pub(super) fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// The newest backup in a folder; `None` where there is none, or the folder cannot be read. One that is under way has
/// another name.
fn newest(folder: &Path) -> Option<LastBackup> {
    let backup = |entry: DirEntry| {
        let name = entry.file_name().into_string().ok().filter(|name| is_name(name))?;
        let about = entry.metadata().ok().filter(std::fs::Metadata::is_dir)?;
        let since = about.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        let at = i64::try_from(since.as_millis()).ok().and_then(Timestamp::from_ms)?;
        Some(LastBackup { name, at })
    };
    let backups = std::fs::read_dir(folder).ok()?.filter_map(Result::ok).filter_map(backup);
    backups.max_by(|one, other| (one.at, &one.name).cmp(&(other.at, &other.name)))
}

impl Books {
    /// What is known after an audit, with this folder for backups.
    pub(super) fn of(audit: Option<LastAudit>, backups: Option<&Path>) -> Books {
        Books { audit, has_backups: backups.is_some(), backup: backups.and_then(newest) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_under_way_is_none() {
        let folder = std::env::temp_dir().join(format!("accruedb-books-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        assert_eq!(Books::of(None, Some(&folder)), Books { has_backups: true, ..Books::default() });
        std::fs::write(folder.join("notes"), "no backup").unwrap();
        for name in ["monday", ".tuesday.unfinished", "tuesday.unfinished"] {
            std::fs::create_dir_all(folder.join(name)).unwrap();
        }
        let found = Books::of(None, Some(&folder)).backup.map(|backup| backup.name);
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(found.as_deref(), Some("monday"));
        assert_eq!(Books::of(None, Some(&folder)).backup, None, "a folder that is not there has none");
    }
}
