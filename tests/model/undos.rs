//! A law: two undos commute. Cancelling an accrual and cancelling what spent points, at one instant with nothing
//! between, come to the same in either order, whole or in part: for what is available, owed, and borne by the host.

use super::rng::Rng;
use super::tests::for_seeds;
use super::world::DAY;
use accruedb::domain::*;
use accruedb::engine::{ClockSource, Engine, EngineOptions};
use accruedb::storage::memory::MemoryStore;
use accruedb::storage::{Members, rows};
use std::cell::Cell;
use std::sync::Arc;

const PROGRAM: ProgramId = ProgramId(1);
const POINTS: PointTypeId = PointTypeId(1);
/// 2026-01-01T00:00Z
const BEGIN: i64 = 1_767_225_600_000;
const MEMBERS: [MemberId; 2] = [MemberId(1), MemberId(2)];

/// What must not depend on the order: of each member available, debt, and what the host bears.
type Outcome = Vec<(Points, Points, Points)>;

/// A history of few members, whose transactions meet.
struct Draw<'a> {
    rng: Rng<'a>,
    now: i64,
    commands: Vec<Command>,
}

impl Draw<'_> {
    fn history(seed: u64) -> Vec<Command> {
        let mut draw = Draw { rng: Rng::Seed(seed), now: BEGIN, commands: Vec::new() };
        let program = CreateProgram { enrolment: Enrolment::OnFirstAccrual, ..CreateProgram::default() };
        draw.push(program);
        let order = *draw.rng.pick(&[UseOrder::EarliestExpiry, UseOrder::FirstIn]);
        let negative_balance = *draw.rng.pick(&[NegativeBalance::Allowed, NegativeBalance::Refused]);
        draw.push(CreatePointType { point_type: POINTS, order, negative_balance, ..CreatePointType::default() });
        for _ in 0..draw.rng.between(6, 18) {
            draw.step();
        }
        draw.commands
    }

    fn push(&mut self, action: impl Into<Action>) {
        let request = RequestId(self.commands.len() as u128 + 1);
        let now = Timestamp::from_ms(self.now).unwrap();
        self.commands.push(Command::new(PROGRAM, request, action).at(now));
    }

    fn points(&mut self) -> Points {
        Points(self.rng.between(1, 20) as i64)
    }

    /// Some transaction of before.
    fn request(&mut self) -> RequestId {
        RequestId(u128::from(self.rng.between(3, self.commands.len().max(3) as u64)))
    }

    fn step(&mut self) {
        let (member, points) = (*self.rng.pick(&[MEMBERS[0], MEMBERS[0], MEMBERS[1]]), self.points());
        match self.rng.below(16) {
            0..=5 => {
                let expires = match self.rng.below(3) {
                    0 => Some(Expiry::After(Span::days(self.rng.between(1, 6) as u16))),
                    _ => None,
                };
                let start = if self.rng.one_in(6) { Start::After(Span::days(2)) } else { Start::Transaction };
                let award = Award { expires, start, ..Award::new(POINTS, points) };
                self.push(Accrue { member, partner: None, awards: vec![award] });
            }
            6..=9 => self.push(Redeem { member, point_type: POINTS, points }),
            10 => {
                let to = MEMBERS[usize::from(member == MEMBERS[0])];
                self.push(Transfer { member, to, point_type: POINTS, points, fee: Points(0) });
            }
            11 => self.push(HoldPoints { member, point_type: POINTS, points, times_out: Expiry::Never }),
            12 => {
                let hold = self.request();
                self.push(Capture { hold, points: None });
            }
            13 | 14 => {
                let request = self.request();
                let amount = if self.rng.one_in(2) { CancelAmount::Whole } else { CancelAmount::Points(points) };
                self.push(Cancel { request, amount });
            }
            _ => self.now += DAY * self.rng.between(1, 3) as i64,
        }
    }
}

fn open() -> Engine {
    let options =
        EngineOptions { clock: ClockSource::Commands, shards: 1, check_laws: true, ..EngineOptions::default() };
    Engine::open_store(Arc::new(MemoryStore::new()), options).unwrap()
}

/// Lives a history through. Which commands were done?
fn lived(commands: &[Command]) -> (Engine, Vec<&Command>) {
    let engine = open();
    let done = commands.iter().filter(|command| engine.execute(command).is_ok()).collect();
    (engine, done)
}

fn outcome(engine: &Engine) -> Outcome {
    // what the host bears stands in the records alone
    engine.checkpoint().unwrap();
    let one = |member| {
        let key = MemberKey { program: PROGRAM, member };
        let record = engine.with_snapshot(|read| rows::get::<Members>(read, &key)).unwrap().unwrap();
        let absorbed = record.as_ref().and_then(|record| Some(record.account(POINTS)?.absorbed));
        let balances = engine.balances(key).unwrap().unwrap_or_default();
        let balance = balances.first().copied().unwrap_or(Balance::zero(member, POINTS));
        (balance.available, balance.debt, absorbed.unwrap_or_default())
    };
    MEMBERS.map(one).to_vec()
}

/// Cancels in an order. How does it end, if everything was cancelled?
fn cancelled(commands: &[Command], undos: [&Command; 2]) -> Option<Outcome> {
    let (engine, _) = lived(commands);
    let done = undos.iter().filter(|undo| engine.execute(undo).is_ok()).count();
    let audit = engine.verify(None).unwrap();
    assert_eq!(audit.violations, Vec::<String>::new());
    (done == 2).then(|| outcome(&engine))
}

#[test]
fn two_undos_commute() {
    let (compared, owing) = (Cell::new(0u32), Cell::new(0u32));
    for_seeds(250, |seed| {
        let commands = Draw::history(seed);
        let (_, done) = lived(&commands);
        let of = |wanted: fn(&Action) -> bool| -> Vec<Command> {
            done.iter().filter(|command| wanted(&command.action)).map(|command| (*command).clone()).collect()
        };
        let given = of(|action| matches!(action, Action::Accrue(_)));
        let spent = of(|action| matches!(action, Action::Redeem(_) | Action::Capture(_)));
        if given.is_empty() || spent.is_empty() {
            return;
        }
        let mut draw = Draw { rng: Rng::Seed(!seed), now: 0, commands: Vec::new() };
        let now = commands.iter().filter_map(|command| command.transaction_at).max();
        for _ in 0..3 {
            let [first, second] = [(&given, 1 << 70), (&spent, 1 << 71)].map(|(from, request)| {
                let original = draw.rng.pick(from).request_id;
                let whole = draw.rng.one_in(2);
                let amount = if whole { CancelAmount::Whole } else { CancelAmount::Points(draw.points()) };
                let mut undo = Command::new(PROGRAM, RequestId(request), Cancel { request: original, amount });
                undo.transaction_at = now;
                undo
            });
            let [one, other] = [[&first, &second], [&second, &first]].map(|undos| cancelled(&commands, undos));
            assert_eq!(one, other, "{first:?}\n{second:?}\nafter {commands:#?}");
            compared.set(compared.get() + u32::from(one.is_some()));
            let claimed = |of: &Outcome| of.iter().any(|(_, debt, absorbed)| debt.0 + absorbed.0 > 0);
            owing.set(owing.get() + u32::from(one.as_ref().is_some_and(claimed)));
        }
    });
    let met = [compared.get(), owing.get()];
    let chosen = ["MODEL_SEED", "MODEL_HISTORIES"].iter().any(|name| std::env::var(name).is_ok());
    assert!(met[0] > 100 && met[1] > 10 || chosen, "compared, with debts: {met:?}");
}
