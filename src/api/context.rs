//! What handlers work with: the engine, the tokens, the budgets.

use super::books::LastAudit;
use super::budget::Budgets;
use super::token::{Token, find};
use super::token_file;
use crate::domain::Timestamp;
use crate::engine::{ClockSource, Engine};
use parking_lot::{Mutex, RwLock};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Makes the text of the metrics.
pub type Metrics = Arc<dyn Fn() -> String + Send + Sync>;

/// What handlers work with.
pub struct Context {
    pub(crate) engine: Engine,
    pub(crate) clock: ClockSource,
    pub(crate) budgets: Budgets,
    /// Backups go below this folder; without one, there are none.
    pub(crate) backups: Option<PathBuf>,
    /// What the last audit found.
    pub(crate) audited: Mutex<Option<LastAudit>>,
    /// Whether the server takes new work.
    pub(crate) is_ready: AtomicBool,
    /// Held alone by an edit that is only of what its caller saw, and together by all other commands that define
    /// something.
    pub(crate) edits: RwLock<()>,
    tokens: RwLock<Vec<Arc<Token>>>,
    file: Option<PathBuf>,
    metrics: Mutex<Option<Metrics>>,
}

impl std::fmt::Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context").field("engine", &self.engine).finish_non_exhaustive()
    }
}

impl Context {
    /// `clock` is that of the engine's options. Without a file, there are no tokens but those that are added.
    pub(crate) fn new(engine: Engine, clock: ClockSource, file: Option<PathBuf>) -> Result<Context, String> {
        let budgets = file.as_deref().map(Budgets::beside).transpose()?.unwrap_or_default();
        let context = Context {
            engine,
            clock,
            budgets,
            backups: None,
            audited: Mutex::default(),
            is_ready: AtomicBool::new(true),
            edits: RwLock::default(),
            tokens: RwLock::default(),
            file,
            metrics: Mutex::default(),
        };
        context.reload()?;
        Ok(context)
    }

    /// Reads the file of tokens again. Where that fails, those that were read before stay good. Returns how many there
    /// are.
    pub(crate) fn reload(&self) -> Result<usize, String> {
        let Some(file) = &self.file else { return Ok(self.tokens.read().len()) };
        let tokens: Vec<Arc<Token>> = token_file::read_if_there(file)?.into_iter().map(Arc::new).collect();
        let count = tokens.len();
        *self.tokens.write() = tokens;
        Ok(count)
    }

    /// Adds a token that no file has: it ends with the process, or when the file is read again.
    pub(crate) fn add(&self, token: Token) {
        self.tokens.write().push(Arc::new(token));
    }

    /// The token that a text is, if it is good at `at`.
    pub(crate) fn token(&self, text: &str, at: Timestamp) -> Option<Arc<Token>> {
        let tokens = self.tokens.read();
        let found = find(tokens.iter().map(Arc::as_ref), text, at)?;
        tokens.iter().find(|token| token.id == found.id).cloned()
    }

    /// Whether a token is still there.
    pub(crate) fn knows(&self, id: &str) -> bool {
        self.tokens.read().iter().any(|token| token.id == id)
    }

    /// All tokens, without their secrets, which are not kept.
    pub(crate) fn tokens(&self) -> Vec<Arc<Token>> {
        self.tokens.read().clone()
    }

    /// Says where the text of the metrics comes from.
    pub(crate) fn measure(&self, metrics: Metrics) {
        *self.metrics.lock() = Some(metrics);
    }

    /// The text of the metrics; empty where nobody measures.
    pub(crate) fn metrics(&self) -> String {
        let metrics = self.metrics.lock().clone();
        metrics.map(|metrics| metrics()).unwrap_or_default()
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.is_ready.load(Ordering::Acquire)
    }
}
