//! A seed, or the fuzzer's bytes, become a world and its history: steps, and when they happen. What the commands say is
//! drawn in `draw`.

use super::draw::Draw;
use super::rng::Rng;
use super::world::{DAY, PROGRAMS, Plan, Theme, Verb, World, request_of};
use accruedb::domain::*;
use accruedb::storage::memory::{Call, Trouble};

/// One step of a history.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Do(Command),
    /// Some commands in flight together.
    Batch(Vec<Command>),
    /// Some commands are sent, and nobody lives to see the answers.
    Flight(Vec<Command>),
    /// Time passes without a command.
    Advance(i64),
    Sweep,
    Checkpoint,
    Reopen,
    /// Gone without a word, and opened again, after so many troubles with opening.
    Crash(Vec<Plan>),
    /// A past instant is looked at.
    LookBack(i64),
    Audit,
    Trouble(Plan),
    /// Opened again on the system's clock, which is far behind; the command is the last of the time before.
    StandStill(Command),
    /// Opened again on the commands' clock.
    MoveOn,
}

#[derive(Debug, Clone)]
pub(crate) struct History {
    pub(crate) world: World,
    pub(crate) steps: Vec<Step>,
}

const AT_OPENING: [(Call, Trouble); 5] = [
    (Call::Claim, Trouble::Fail),
    (Call::Claim, Trouble::FailAfter),
    (Call::Claim, Trouble::Tear),
    (Call::Read, Trouble::Fail),
    (Call::Journal, Trouble::Fail),
];

impl History {
    /// The history of a seed: the same on every machine.
    pub(crate) fn seeded(seed: u64, steps_max: usize, theme: Theme) -> History {
        History::draw(Rng::Seed(seed), steps_max, theme)
    }

    /// A history from the fuzzer's bytes.
    pub(crate) fn from_bytes(bytes: &[u8], steps_max: usize) -> History {
        History::draw(Rng::Bytes(bytes), steps_max, Theme::Everything)
    }

    fn draw(mut rng: Rng<'_>, steps_max: usize, theme: Theme) -> History {
        let world = World::draw(&mut rng, theme);
        let mut draw = Draw { now: world.era, rng, world, next: 1, sent: Vec::new() };
        let mut steps = Vec::with_capacity(steps_max);
        for program in &PROGRAMS[..draw.world.programs] {
            for action in draw.set_up() {
                let command = draw.command(*program, action, Some(draw.now));
                steps.push(Step::Do(command));
            }
        }
        while steps.len() < steps_max && !draw.rng.is_used_up() {
            let step = draw.step();
            // it strikes where the database is closed, which is rare
            let closes = matches!(&step, Step::Trouble((Call::Release, ..)));
            steps.push(step);
            steps.extend(closes.then_some(Step::Reopen));
        }
        History { world: draw.world, steps }
    }
}

impl Draw<'_> {
    fn step(&mut self) -> Step {
        match self.rng.weighted(&self.world.steps) {
            0 => Step::Do(self.send()),
            1 => Step::Batch(self.some()),
            2 => Step::Flight(self.some()),
            3 => Step::Advance(self.move_on()),
            4 => Step::Sweep,
            5 => Step::Checkpoint,
            6 => Step::Reopen,
            7 => {
                let chain = if self.rng.one_in(2) { self.rng.between(1, 5) } else { 0 };
                Step::Crash((0..chain).map(|_| self.plan(&AT_OPENING)).collect())
            }
            8 => Step::LookBack(*self.rng.pick(&self.world.jumps)),
            9 => Step::Audit,
            10 => {
                let kinds = self.world.troubles.clone();
                Step::Trouble(self.plan(&kinds))
            }
            11 => {
                let member = self.member();
                Step::StandStill(self.command(PROGRAMS[0], Enrol { member }.into(), None))
            }
            _ => Step::MoveOn,
        }
    }

    fn plan(&mut self, kinds: &[(Call, Trouble)]) -> Plan {
        let (call, trouble) = *self.rng.pick(kinds);
        let after = match call {
            Call::Claim | Call::Release | Call::Checkpoint => 0,
            Call::Append | Call::Journal => self.rng.below(4),
            Call::Read => self.rng.below(12),
        };
        (call, after, trouble)
    }

    fn some(&mut self) -> Vec<Command> {
        let count = if self.rng.one_in(4) { 30 } else { 6 };
        (0..self.rng.between(2, count)).map(|_| self.send()).collect()
    }

    fn move_on(&mut self) -> i64 {
        let ahead = match self.rng.below(64) {
            // runs that come again and again would come too often
            0 if self.world.latest == Timestamp::MAX.ms() && self.world.jumps.len() > 7 && !self.world.trades() => {
                i64::MAX
            }
            _ => *self.rng.pick(&self.world.jumps),
        };
        self.now = self.now.saturating_add(ahead).min(self.world.latest);
        self.now
    }

    /// A past instant. Between the old rules and today's the zones are not known: there, where the history began.
    fn before(&mut self) -> i64 {
        let back = *self.rng.pick(&self.world.back);
        let first = Timestamp::MIN.ms();
        let at = self.now.saturating_sub(back).max(first);
        let unknown = self.world.zone != "UTC" && at != first && at < self.world.era - 40 * DAY;
        if unknown { self.world.era } else { at }
    }

    fn send(&mut self) -> Command {
        let at = match self.rng.below(6) {
            0 => None,
            1 => Some(self.before()),
            2 => Some(self.move_on()),
            3 if self.rng.one_in(4) => Some(self.now.saturating_add(DAY + self.rng.below(2) as i64)),
            _ => Some(self.now),
        };
        let mut verb = self.verb();
        if verb == Verb::Repeat {
            if !self.sent.is_empty() {
                return self.again(at);
            }
            verb = Verb::Accrue;
        }
        let program = PROGRAMS[self.rng.below(self.world.programs as u64) as usize];
        let action = self.action(verb);
        let mut command = self.command(program, action, at);
        if self.rng.one_in(8) {
            command.reference = Some(format!("order {}", self.next).into());
            self.sent.pop();
            self.sent.push(command.clone());
        }
        if self.world.malformed && self.rng.one_in(24) {
            match self.rng.below(6) {
                0 => command.request_id = RequestId(0),
                1 => command.reference = Some("x".repeat(129).into()),
                2 => command.reference = Some("a\nb".into()),
                3 => command.action = Enrol { member: MemberId(0) }.into(),
                4 => command.action = Release { hold: RequestId(0), points: None }.into(),
                _ => command.action = BookDue { subject: Subject::Member(MemberId(100)), limit: 9 }.into(),
            }
        }
        command
    }

    fn verb(&mut self) -> Verb {
        Verb::ALL[self.rng.weighted(&self.world.verbs)]
    }

    /// A request id of before: with the same body, with another, or in another program.
    fn again(&mut self, at: Option<i64>) -> Command {
        let recent = self.sent.len().saturating_sub(if self.rng.one_in(2) { 8 } else { usize::MAX });
        let mut again = self.rng.pick(&self.sent[recent..]).clone();
        match self.rng.below(8) {
            0 => again.reference = Some("changed".into()),
            1 => again.transaction_at = at.and_then(Timestamp::from_ms),
            2 => again.program = PROGRAMS[self.world.programs - 1],
            3 => {
                let verb = self.verb();
                again.action = self.action(verb);
            }
            _ => {}
        }
        again
    }

    /// The request id of the command of a number.
    pub(super) fn request_id(&self, number: u128) -> RequestId {
        request_of(number, self.world.random_ids)
    }

    pub(super) fn command(&mut self, program: ProgramId, action: Action, at: Option<i64>) -> Command {
        let id = self.next;
        self.next += 1;
        let mut command = Command::new(program, self.request_id(id), action);
        command.transaction_at = at.and_then(Timestamp::from_ms);
        self.sent.push(command.clone());
        command
    }
}
