//! What a rule may see: the state before the command, and nothing else. No clock, no I/O of its own.

use crate::domain::{
    AccountKey, Block, BlockKey, Correction, CorrectionKey, Entry, Fault, Item, ItemKey, ItemPosition, Member,
    MemberKey, Partner, PartnerKey, Program, ProgramId, Rejection, RequestKey, Sequence, Subject,
};

/// The state that a command is decided on.
pub trait View {
    /// A program with its point types.
    fn program(&self, id: ProgramId) -> Option<&Program>;
    /// A member with the accounts.
    fn member(&self, key: MemberKey) -> Result<Option<Member>, Fault>;
    /// A partner.
    fn partner(&self, key: PartnerKey) -> Result<Option<Partner>, Fault>;
    /// A block.
    fn block(&self, key: BlockKey) -> Result<Option<Block>, Fault>;
    /// A matured item.
    fn item(&self, key: ItemKey) -> Result<Option<Item>, Fault>;
    /// Up to `limit` matured items of an account from a position on, in the order of use; used-up ones too.
    fn items(&self, account: AccountKey, from: ItemPosition, limit: usize) -> Result<Vec<(ItemPosition, Item)>, Fault>;
    /// Up to `limit` items of an account that have not matured, by the instant at which they do.
    fn future(&self, account: AccountKey, from: ItemPosition, limit: usize)
    -> Result<Vec<(ItemPosition, Item)>, Fault>;
    /// Up to `limit` positions of open items of a `first_in` account, by the instant at which they expire.
    fn expiries(&self, account: AccountKey, from: ItemPosition, limit: usize) -> Result<Vec<ItemPosition>, Fault>;
    /// The entry that used a request id.
    fn request(&self, key: RequestKey) -> Result<Option<Sequence>, Fault>;
    /// An entry of the journal.
    fn entry(&self, sequence: Sequence) -> Result<Entry, Fault>;
    /// What was cancelled of a transaction.
    fn correction(&self, key: CorrectionKey) -> Result<Option<Correction>, Fault>;
}

/// Why a decision did not come about.
#[derive(Debug)]
pub enum Halt {
    /// The rules refuse.
    Refused(Rejection),
    /// The same request was done before: its entry has the receipt.
    Repeated(Box<Entry>),
    /// Something of this member or partner has matured or expired: book it, then decide again.
    Due(Subject),
    /// A booking found nothing to book.
    NothingDue,
    /// The state could not be read.
    Faulted(Fault),
}

impl From<Rejection> for Halt {
    fn from(rejection: Rejection) -> Halt {
        Halt::Refused(rejection)
    }
}

impl From<Fault> for Halt {
    fn from(fault: Fault) -> Halt {
        Halt::Faulted(fault)
    }
}
