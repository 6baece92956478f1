//! [`Reader`]: looking at a database that another process, or another engine, has open.

use super::error::Error;
use super::handle::{AccountItems, Engine, PartnerState};
use super::options::EngineOptions;
use super::verify::Audit;
use crate::domain::{
    AccountKey, Balance, Entry, ItemPosition, Leg, MemberKey, PartnerKey, Programs, RequestKey, Sequence, Timestamp,
};
use crate::storage::{Read, Store};
use std::path::Path;
use std::sync::Arc;

/// A database as it was when the reader was opened, whoever has it open. It does not move: open another to see what
/// happened since.
///
/// The writer never waits for a reader, and notices none. What a reader shows was written by the other process; it is
/// as durable as that one has made it, so that its very newest entries may not be durable yet.
#[derive(Debug)]
pub struct Reader(Engine);

impl Reader {
    /// Reads the newest state of the database in a directory. Takes time in proportion to what was not in the tables
    /// yet. Of the options, those of the clock, the memory and the progress count.
    ///
    /// Errors: `Corrupt` where there is no database, or something stored is damaged or of a newer format; `Busy` where
    /// the writer did nothing but checkpoints for ten seconds; `Unavailable` where the disk refuses; `Invalid` where an
    /// option is out of its limits.
    pub fn open(path: impl AsRef<Path>, options: EngineOptions) -> Result<Reader, Error> {
        options.check()?;
        let cache_bytes = usize::try_from(options.cache_bytes).unwrap_or(usize::MAX);
        let rocks = crate::storage::rocks::RocksOptions { cache_bytes, ..Default::default() };
        let store = crate::storage::rocks::LookStore::open(path.as_ref(), rocks)?;
        let options = EngineOptions { sweep_every: None, ..options };
        Engine::open_to_look(Arc::new(store), options).map(Reader)
    }

    /// The number of the newest entry that it shows.
    #[must_use]
    pub fn newest(&self) -> Sequence {
        self.0.last_sequence()
    }

    /// See [`Engine::now`].
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.now()
    }

    /// See [`Engine::programs`].
    pub fn programs(&self) -> Result<Programs, Error> {
        self.0.programs()
    }

    /// See [`Engine::balances`].
    pub fn balances(&self, member: MemberKey) -> Result<Option<Vec<Balance>>, Error> {
        self.0.balances(member)
    }

    /// See [`Engine::balances_as_of`].
    pub fn balances_as_of(&self, member: MemberKey, at: Timestamp) -> Result<Option<Vec<Balance>>, Error> {
        self.0.balances_as_of(member, at)
    }

    /// See [`Engine::due`].
    pub fn due(&self, member: MemberKey, at: Timestamp) -> Result<Vec<Leg>, Error> {
        self.0.due(member, at)
    }

    /// See [`Engine::items`].
    pub fn items(&self, account: AccountKey, from: ItemPosition, limit: usize) -> Result<AccountItems, Error> {
        self.0.items(account, from, limit)
    }

    /// See [`Engine::partner`].
    pub fn partner(&self, partner: PartnerKey) -> Result<Option<PartnerState>, Error> {
        self.0.partner(partner)
    }

    /// See [`Engine::statement`].
    pub fn statement(
        &self,
        member: MemberKey,
        from: Option<Sequence>,
        limit: usize,
    ) -> Result<Option<Vec<Entry>>, Error> {
        self.0.statement(member, from, limit)
    }

    /// See [`Engine::transaction`].
    pub fn transaction(&self, request: RequestKey) -> Result<Option<Entry>, Error> {
        self.0.transaction(request)
    }

    /// See [`Engine::journal`].
    pub fn journal(&self, from: Sequence, limit: usize) -> Result<Vec<Entry>, Error> {
        self.0.journal(from, limit)
    }

    /// See [`Engine::with_snapshot`].
    pub fn with_snapshot<R>(&self, look: impl FnOnce(&dyn Read) -> R) -> Result<R, Error> {
        self.0.with_snapshot(look)
    }

    /// See [`Engine::digest`].
    pub fn digest(&self) -> Result<String, Error> {
        self.0.digest()
    }

    /// See [`Engine::verify`]: an audit of what it shows.
    pub fn verify(&self, scratch: Option<Arc<dyn Store>>) -> Result<Audit, Error> {
        self.0.verify(scratch)
    }

    /// The engine behind it, which nothing may be asked to do: the command line's questions are asked of engines.
    pub(crate) fn into_engine(self) -> Engine {
        self.0
    }
}
