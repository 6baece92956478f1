//! Mistakes that can be planted in the engine's threads, to see that the schedules find them.

/// A mistake that the schedules must find. Nothing but them can plant one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(all(test, shuttle)), allow(dead_code, reason = "some are planted in shuttle's locks"))]
pub(in crate::engine) enum Mutant {
    /// Entries count as durable before the store has them.
    AnswerBeforeSync,
    /// Who waits is told while the leader still has the turn.
    ToldBeforeTurnEnds,
    /// A leader who finds nothing to write gives up its turn in silence.
    EmptyTurnUntold,
    /// Who waits does not look again whether there still is a leader.
    NoSecondLook,
    /// Only one of those who wait is told.
    OneIsTold,
    /// Who sleeps is not woken.
    NobodyIsWoken,
    /// The writer goes to sleep without a last look.
    SleepsWithoutLook,
    /// An entry's number is taken outside the journal's lock.
    NumberBeforeLock,
    /// Who awaits an entry looks whether it is settled, and says only then that it waits.
    WakerComesLate,
    /// Writing goes on after a write that failed.
    FailureForgotten,
    /// Another command may come between a decision and its number.
    UnlockedBeforeAppend,
    /// Another command may come between a number and its effects.
    UnlockedBeforeApply,
    /// Shards are locked in the order of the command, not of their indexes.
    LockedInAnyOrder,
    /// A checkpoint counts as what was asked for while it was made.
    MetTooMuch,
    /// The tables may be ahead of the journal.
    CheckpointBeforeJournal,
    /// A checkpoint's number is taken when its locks are given up.
    NumberAfterFreeze,
    /// A checkpoint does not keep what is changed again.
    BeforeNotKept,
}
