//! What a rule may see: the state before the command, and nothing else. No clock, no I/O of its own.

use crate::domain::tables::{Items, RowTable, Table};
use crate::domain::{
    Block, BlockKey, CountKey, Counted, Entry, Fault, Item, ItemKey, LockName, Member, MemberKey, Partner, PartnerKey,
    Program, ProgramId, Rejection, RequestKey, Sequence, Source, SourceKey, Subject,
};
use std::ops::Range;

/// Rows in the order of their keys.
pub type FoundRows<T> = Vec<(<T as Table>::Key, <T as Table>::Value)>;

/// The state that a command is decided on. A read answers [`Undecided::Outside`] or [`Undecided::Cold`] where it cannot
/// tell under the locks that are held.
pub trait View {
    /// A program with its definitions.
    fn program(&self, id: ProgramId) -> Option<&Program>;
    /// A member with the accounts.
    fn member(&self, key: MemberKey) -> Result<Option<Member>, Undecided>;
    /// A partner.
    fn partner(&self, key: PartnerKey) -> Result<Option<Partner>, Undecided>;
    /// A block.
    fn block(&self, key: BlockKey) -> Result<Option<Block>, Undecided>;
    /// What is counted of a source.
    fn source(&self, key: SourceKey) -> Result<Option<Source>, Undecided>;
    /// What a limit of a source has counted.
    fn count(&self, key: CountKey) -> Result<Option<Counted>, Undecided>;
    /// A row of a table.
    fn row<T: RowTable>(&self, key: &T::Key) -> Result<Option<T::Value>, Undecided>;
    /// Up to `limit` rows of a range that one lock guards, in order.
    fn rows<T: RowTable>(&self, range: Range<T::Key>, limit: usize) -> Result<FoundRows<T>, Undecided>;
    /// A matured item.
    fn item(&self, key: &ItemKey) -> Result<Option<Item>, Undecided> {
        self.row::<Items>(key)
    }
    /// Up to `limit` matured items of an account, in the order of use; used-up ones too.
    fn items(&self, range: Range<ItemKey>, limit: usize) -> Result<FoundRows<Items>, Undecided>;
    /// The entry that used a request id.
    fn request(&self, key: RequestKey) -> Result<Option<Sequence>, Undecided>;
    /// An entry of the journal.
    fn entry(&self, sequence: Sequence) -> Result<Entry, Undecided>;
}

/// Something that has to be read before the locks are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cold {
    /// A member's record.
    Member(MemberKey),
    /// A partner's record.
    Partner(PartnerKey),
    /// A block's record.
    Block(BlockKey),
    /// A source's record.
    Source(SourceKey),
    /// What a limit has counted.
    Count(CountKey),
    /// An entry of the journal.
    Entry(Sequence),
}

/// Why a decision did not come about.
#[derive(Debug)]
pub enum Undecided {
    /// The rules refuse.
    Refused(Rejection),
    /// The same request was done before: its entry has the receipt.
    Repeated(Box<Entry>),
    /// The command concerns something that is not locked: lock that too, and decide again.
    Outside(LockName),
    /// Something is not in memory: read it without the locks, and decide again.
    Cold(Cold),
    /// Something of this subject is due: book it, then decide again.
    Due(Subject),
    /// A booking found nothing to book.
    NothingDue,
    /// The state could not be read, or breaks a law.
    Faulted(Fault),
}

impl From<Rejection> for Undecided {
    fn from(rejection: Rejection) -> Undecided {
        Undecided::Refused(rejection)
    }
}

impl From<Fault> for Undecided {
    fn from(fault: Fault) -> Undecided {
        Undecided::Faulted(fault)
    }
}
