//! Settlement runs: defined, saved, submitted (rules C73, C79 to C85). Their execution is in `step`.

use crate::domain::keys::DueKey;
use crate::domain::tables::{Due, Runs, RunsDue};
use crate::domain::{
    CreateRun, Program, ProgramId, Rejection, RequestId, Run, RunDueKey, RunKey, RunState, SaveRun, Setup, Subject,
    SubmitRun, Timestamp,
};
use crate::machine::draft::Draft;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed};
use crate::machine::view::{Undecided, View};
use std::ops::Range;

/// Runs that are due from one instant to another, both among them: also at the last instant there is.
pub(super) fn due_between(program: ProgramId, from: Timestamp, to: Timestamp) -> Range<RunDueKey> {
    let key = |at, run, number| RunDueKey { program, at, run, number };
    key(from, RequestId(0), 0)..key(to, RequestId(u128::MAX), u32::MAX)
}

impl<V: View> Draft<'_, V> {
    fn run_key(&self, run: RequestId) -> RunKey {
        RunKey { program: self.id, run, number: 1 }
    }

    /// A run that is in a state.
    fn run_in(&self, run: RequestId, wanted: RunState) -> Result<(RunKey, Run), Undecided> {
        let key = self.run_key(run);
        let run = self.row::<Runs>(&key)?.ok_or(Rejection::RunUnknown)?;
        match run.state == wanted {
            true => Ok((key, run)),
            false => Err(Rejection::RunState { state: run.state }.into()),
        }
    }

    /// Lets the sweeper execute a run at an instant.
    pub(super) fn schedule_run(&mut self, key: RunKey, at: Timestamp) {
        let RunKey { program, run, number } = key;
        self.put::<RunsDue>(RunDueKey { program, at, run, number }, Some(()));
        self.put::<Due>(DueKey { program, due_at: at, subject: Subject::Program }, Some(()));
    }

    /// A run is done: it is not due any more.
    pub(super) fn unschedule_run(&mut self, due: RunDueKey) -> Result<(), Undecided> {
        self.put::<RunsDue>(due, None);
        let RunDueKey { program, at, .. } = due;
        if self.rows::<RunsDue>(due_between(program, at, at), 1)?.is_empty() {
            self.put::<Due>(DueKey { program, due_at: at, subject: Subject::Program }, None);
        }
        Ok(())
    }
}

impl Rule for CreateRun {
    fn check(&self) -> Result<(), Malformed> {
        self.every.map_or(Ok(()), |every| validate::span("every", every))
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Program);
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let catalog = &draft.program()?.settlement;
        for scheme in &self.criteria.schemes {
            catalog.scheme(*scheme).ok_or(Rejection::SchemeUnknown { scheme: *scheme })?;
        }
        for partner in &self.criteria.partners {
            catalog.unit(*partner).ok_or(Rejection::UnitUnknown { partner: *partner })?;
        }
        if catalog.settings.is_none() {
            return Err(Rejection::NotConfigured { missing: Setup::SettlementSettings }.into());
        }

        let run = Run {
            criteria: self.criteria.clone(),
            every: self.every,
            state: RunState::Draft,
            due_at: None,
            progress: None,
            events: 0,
            debits: 0,
            credits: 0,
        };
        draft.put::<Runs>(draft.run_key(draft.request), Some(run));
        Ok(())
    }
}

impl Rule for SaveRun {
    fn check(&self) -> Result<(), Malformed> {
        validate::request("run", self.run)
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Program);
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let (key, run) = draft.run_in(self.run, RunState::Draft)?;

        draft.put::<Runs>(key, Some(Run { state: RunState::Saved, ..run }));
        Ok(())
    }
}

impl Rule for SubmitRun {
    fn check(&self) -> Result<(), Malformed> {
        validate::request("run", self.run)
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Program);
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let (key, run) = draft.run_in(self.run, RunState::Saved)?;

        let at = self.starts_at.map_or(draft.now, |at| at.max(draft.now));
        draft.put::<Runs>(key, Some(Run { state: RunState::Submitted, due_at: Some(at), ..run }));
        draft.schedule_run(key, at);
        Ok(())
    }
}
