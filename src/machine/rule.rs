//! What a verb is to the machine: one implementation of [`Rule`], found by the list of verbs.

use super::draft::Draft;
use super::original::Original;
use super::validate::Malformed;
use super::view::{Undecided, View};
// every verb
use crate::domain::*;
use smallvec::SmallVec;

/// One verb.
pub(super) trait Rule {
    /// Whether it adds definitions to the catalog.
    const DEFINES: bool = false;

    /// Whether the command has to say when the transaction happened (rule B16).
    const DATED: bool = false;

    /// Whether the command itself is well formed.
    fn check(&self) -> Result<(), Malformed>;

    /// The subjects and requests that the command names: their locks are taken before it is decided. Further ones are
    /// found while deciding.
    fn names(&self, program: Option<&Program>, names: &mut LockSet);

    /// Decides it: refusals first, then changes that cannot fail.
    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided>;

    /// Cancels some of it, or all. Most verbs cannot be cancelled.
    fn cancel<V: View>(
        &self,
        _draft: &mut Draft<'_, V>,
        _original: &Original,
        _amount: CancelAmount,
    ) -> Result<(), Undecided> {
        Err(Rejection::NotCancellable.into())
    }
}

/// The locks that a command needs: mostly those of its request, a member and a partner. It only grows.
#[derive(Debug, Clone)]
pub struct LockSet {
    program: ProgramId,
    names: SmallVec<[LockName; 4]>,
}

impl LockSet {
    /// Nothing of a program.
    #[must_use]
    pub fn new(program: ProgramId) -> LockSet {
        LockSet { program, names: SmallVec::new() }
    }

    /// Adds a subject.
    pub fn subject(&mut self, subject: Subject) {
        self.add(LockName::Subject(self.program, subject));
    }

    /// Adds a request.
    pub fn request(&mut self, request: RequestId) {
        self.add(LockName::Request(RequestKey { program: self.program, request }));
    }

    /// Adds what an earlier command named: who cancels it changes that.
    pub fn concern(&mut self, command: &Command) {
        for name in lock_set(command, None).names {
            if !self.names.contains(&name) {
                self.add(name);
            }
        }
    }

    /// Adds what a decision turned out to need.
    pub fn add(&mut self, name: LockName) {
        self.names.push(name);
    }

    /// What is in it.
    #[must_use]
    pub fn names(&self) -> &[LockName] {
        &self.names
    }
}

/// The locks that a command names itself. `program` is the one it is about, where there is one.
#[must_use]
pub fn lock_set(command: &Command, program: Option<&Program>) -> LockSet {
    let mut names = LockSet::new(command.program);
    if command.request_id != RequestId(0) {
        names.request(command.request_id);
    }
    name(&command.action, program, &mut names);
    names
}

macro_rules! dispatch {
    ($($number:literal $verb:ident $word:literal $(of $member:ident)?;)*) => {
        /// Checks the body of a command.
        pub(super) fn check(action: &Action) -> Result<(), Malformed> {
            match action { $(Action::$verb(body) => Rule::check(body),)* }
        }

        /// Whether a command has to say when its transaction happened.
        pub(super) fn is_dated(action: &Action) -> bool {
            match action { $(Action::$verb(_) => <$verb as Rule>::DATED,)* }
        }

        /// Whether a command adds definitions to the catalog.
        #[must_use]
        pub fn defines(command: &Command) -> bool {
            match &command.action { $(Action::$verb(_) => <$verb as Rule>::DEFINES,)* }
        }

        fn name(action: &Action, program: Option<&Program>, names: &mut LockSet) {
            match action { $(Action::$verb(body) => Rule::names(body, program, names),)* }
        }

        pub(super) fn decide<V: View>(action: &Action, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
            match action { $(Action::$verb(body) => Rule::decide(body, draft),)* }
        }

        pub(super) fn cancel<V: View>(
            original: &Original,
            draft: &mut Draft<'_, V>,
            amount: CancelAmount,
        ) -> Result<(), Undecided> {
            match &original.entry.command.action {
                $(Action::$verb(body) => Rule::cancel(body, draft, original, amount),)*
            }
        }
    };
}

for_each_verb!(dispatch);
