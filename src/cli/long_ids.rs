//! Long ids are shown as they were written: those that the call names, and those that the open database knows.

use crate::domain::{LongId, MemberId, showing_long_ids};
use crate::engine::{Engine, IdTexts};
use std::cell::RefCell;

thread_local! {
    /// The texts of the database that this command opened last.
    static OPENED: RefCell<Option<IdTexts>> = const { RefCell::new(None) };
}

/// From here on, the ids of an engine's database are shown as they were written.
pub(super) fn tell(engine: &Engine) {
    OPENED.set(Some(engine.id_texts()));
}

/// Runs a command of a call that names some long ids.
pub(super) fn shown<R>(of_call: Vec<LongId>, run: impl FnOnce() -> R) -> R {
    let known = move |id: u128| {
        let named = of_call.iter().find(|long| long.id() == MemberId(id)).map(|long| long.text().to_owned());
        named.or_else(|| OPENED.with_borrow(|opened| opened.as_ref()?.text(MemberId(id))))
    };
    showing_long_ids(known, run)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::reading_long_ids;
    use crate::engine::EngineOptions;
    use crate::storage::memory::MemoryStore;
    use std::sync::Arc;

    #[test]
    fn long_ids_are_shown_as_they_were_written() {
        let text = |id: MemberId| shown(Vec::new(), || id.to_string());
        let engine = Engine::open_store(Arc::new(MemoryStore::new()), EngineOptions::default()).unwrap();
        for line in [
            r#"{"program":1,"kind":"create_program","enrolment":"on_first_accrual"}"#,
            r#"{"program":1,"kind":"create_point_type","point_type":1}"#,
            r#"{"program":1,"kind":"accrue","member":"somebody@example.com","awards":[{"point_type":1,"points":5}]}"#,
        ] {
            engine.execute(&crate::cli::apply::parse("file", 1, line.as_bytes()).unwrap()).unwrap();
        }
        let ids = ["somebody@example.com", "a-stranger@example.com"].map(|text| text.parse::<MemberId>().unwrap());
        assert!(ids.iter().all(|id| text(*id).len() == 36));
        tell(&engine);
        assert_eq!((text(ids[0]).as_str(), text(ids[1]).len()), ("somebody@example.com", 36));
        assert_eq!(shown(Vec::new(), || serde_json::to_string(&ids[0]).unwrap()), "\"somebody@example.com\"");
        let (_, named) = reading_long_ids(|| "a-stranger@example.com".parse::<MemberId>());
        assert_eq!(shown(named, || ids[1].to_string()), "a-stranger@example.com");
        engine.close().unwrap();
        assert_eq!(text(ids[0]).len(), 36, "nothing is kept of a database that was closed");
    }
}
