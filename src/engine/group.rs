//! Commands of one caller that come together: decided one after the other, as always, but under one hold of all their
//! locks and of the journal's, at one reading of the clock. What each looks for is asked of memory before the first is
//! decided, so that the processor waits for all of it at once.
//!
//! What needs more than is in memory, or is refused its form, or books something first, is done by itself, in its place.

use super::answer::Answer;
use super::core::{Asked, Attempt, Catalog, Core, Decided, SCRATCH, Scratch, Verdict, changes, settle};
use super::error::ExecuteError;
use super::guards::{Guards, Places, places};
use super::locks::LockedShards;
use super::options::ClockSource;
use super::prepared::Prepared;
use super::profile::Step;
use super::texts::Texts;
use super::unwind::OnUnwind;
use crate::domain::{Actor, Command, Fault, MemberKey, own_ids};
use crate::machine::{LockSet, check, defines, lock_set};

/// So many commands are decided under one hold of their locks: others wait for that long.
const GROUP_MAX: usize = 64;

type Answers = Vec<Result<Answer, ExecuteError>>;

/// A command that is well formed.
struct Coming<'a> {
    command: &'a Command,
    texts: Texts,
    names: LockSet,
    places: Places,
}

impl Core {
    /// Does commands one after the other, as [`Core::enter`] does each.
    pub(super) fn enter_all(&self, commands: &[Command], actor: &Actor) -> Answers {
        let mut answers = Vec::with_capacity(commands.len());
        let mut rest = commands;
        while !rest.is_empty() {
            let together = rest.get(..GROUP_MAX).unwrap_or(rest);
            let before = answers.len();
            self.enter_group(together, actor, &mut answers);
            let done = answers.len().saturating_sub(before);
            rest = rest.get(done..).unwrap_or_default();
            if let Some((alone, others)) = rest.split_first().filter(|_| done < together.len()) {
                answers.push(self.enter(alone, actor));
                rest = others;
            }
        }
        answers
    }

    /// Does commands from the first on until one has to be done by itself; adds an answer for each that it did.
    fn enter_group(&self, commands: &[Command], actor: &Actor, answers: &mut Answers) {
        if commands.len() < 2 || self.broken.any() || self.wait_for_room().is_err() {
            return;
        }
        let catalog = self.catalog.read();
        let mut coming: Vec<Coming<'_>> = Vec::with_capacity(commands.len());
        coming.extend(commands.iter().map_while(|command| self.coming(&catalog, command)));
        if coming.len() > 1 {
            SCRATCH.with(|scratch| self.commit_group(&mut scratch.borrow_mut(), &catalog, (coming, actor), answers));
        }
    }

    /// A command, if it can be decided together with others.
    fn coming<'a>(&self, catalog: &Catalog, command: &'a Command) -> Option<Coming<'a>> {
        if defines(command) || check(command).is_err() || self.check_timed(command).is_err() {
            return None;
        }
        let texts = Texts::of(command).ok()?;
        let names = lock_set(command, catalog.programs.get(&command.program));
        let places = places(&self.state, names.names());
        Some(Coming { command, texts, names, places })
    }

    /// Locks once, then decides, appends and applies one command after the other.
    fn commit_group(
        &self,
        Scratch { effects, entry }: &mut Scratch,
        Catalog { programs, .. }: &Catalog,
        (mut coming, actor): (Vec<Coming<'_>>, &Actor),
        answers: &mut Answers,
    ) {
        let journal = &self.state.journal;
        let mut watch = self.profile.watch();
        let mut guards = Guards::of_all(&self.state, coming.iter_mut().map(|one| &mut one.places));
        // IMPORTANT: as for a single command, the shards are locked until what is in the journal is in memory
        let _poisoned = OnUnwind::new(|| drop(journal.poison(&Fault::io("a decision ended in a panic"))));
        let touched = coming.iter().flat_map(|one| guards.touch(one.names.names(), &one.places));
        let cold: Vec<MemberKey> = touched.collect();
        let mut prepared = Prepared::default();
        if !cold.is_empty() {
            drop(guards);
            if self.prepare_members(cold, &mut prepared).is_err() {
                return;
            }
            guards = Guards::of_all(&self.state, coming.iter_mut().map(|one| &mut one.places));
        }
        let mut joining = journal.join();
        watch.step(Step::Lock);
        // IMPORTANT: nothing that the rest of this function calls may ask the journal for anything: it is locked
        let same_time = (self.clock.source() == ClockSource::System).then(|| self.clock.stamp(None));
        let (mut changed, mut fault) = (0usize, None);
        for Coming { command, texts, places, .. } in &coming {
            let now = same_time.unwrap_or_else(|| self.clock.stamp(command.transaction_at));
            let locked = LockedShards::new(&self.state, (programs, &prepared), &guards, places);
            let outcome = match self.verdict(&locked, programs, command, now, effects) {
                Ok(Verdict::Entry(outcome)) if effects.erased.is_empty() => outcome,
                Ok(Verdict::None(Attempt::Answered(answer))) => {
                    answers.push(Ok(answer));
                    continue;
                }
                _ => break,
            };
            watch.step(Step::Decide);
            let asked = Asked { command, actor, texts };
            let decided = Decided { now, asked, effects, outcome: &outcome };
            let Ok(()) = self.encode(decided, entry) else { break };
            let Ok(sequence) = decided.join(&mut joining, entry, Vec::new()) else { break };
            watch.step(Step::Append);
            changed = changed.saturating_add(changes(effects));
            let own = own_ids(sequence, command, &effects.links);
            fault = settle(&locked, (command, now), &own, &outcome, effects).err();
            answers.push(match &fault {
                None => Ok(Answer::new(&own, now, outcome)),
                Some(fault) => Err(fault.clone().into()),
            });
            watch.step(Step::Apply);
            if fault.is_some() {
                break;
            }
        }
        drop(joining);
        if let Some(fault) = &fault {
            journal.poison(fault);
        }
        drop(guards);
        self.checkpointer.count(changed);
    }
}
