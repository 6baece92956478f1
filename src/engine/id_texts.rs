//! The texts of long ids, for front ends that show ids as they were written.

use super::error::Error;
use super::handle::Engine;
use crate::domain::{MemberId, TextKey};
use crate::storage::Store;
use std::sync::{Arc, Weak};

/// Tells the texts of long ids as long as the engine that it comes from is open. It keeps no engine open.
#[derive(Clone)]
pub struct IdTexts {
    store: Weak<dyn Store>,
}

impl std::fmt::Debug for IdTexts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IdTexts").field("is_open", &(self.store.strong_count() > 0)).finish()
    }
}

impl IdTexts {
    /// The text of a long id, as [`Engine::text_of`]. `None` also where the engine is closed, or cannot read it.
    #[must_use]
    pub fn text(&self, id: MemberId) -> Option<String> {
        let text = self.store.upgrade()?.text(TextKey::Id(id.0)).ok()??;
        String::from_utf8(text).ok()
    }
}

impl Engine {
    /// The texts of long ids, apart from the engine: for [`crate::domain::showing_long_ids`].
    #[must_use]
    pub fn id_texts(&self) -> IdTexts {
        IdTexts { store: Arc::downgrade(&self.core.state.history) }
    }

    /// The text of a long id, as it was written. `None` where it was erased, or the id is another one.
    pub fn text_of(&self, id: MemberId) -> Result<Option<String>, Error> {
        let text = self.core.state.history.text(TextKey::Id(id.0))?;
        Ok(text.and_then(|text| String::from_utf8(text).ok()))
    }
}
