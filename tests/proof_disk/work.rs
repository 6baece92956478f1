//! What is asked of the engine: the command of every number, the same on every run.

use super::machine::copy;
use super::oracle::Oracle;
use accruedb::domain::*;
use accruedb::engine::{Engine, EngineOptions};
use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The guard follows after writes only: longer than any test.
pub(crate) const NEVER: Duration = Duration::from_secs(86_400);
pub(crate) const PROGRAM: ProgramId = ProgramId(1);
const POINTS: PointTypeId = PointTypeId(1);
/// Of an account of their own: strewn among points that are redeemed, every redemption would walk over used-up items.
const EXPIRING: PointTypeId = PointTypeId(2);
const PARTNER: PartnerId = PartnerId(1);
pub(crate) const MEMBERS: u128 = 97;
/// A block is bought at the fourth of so many commands, and approved half of them later.
const BLOCK_EVERY: u128 = 1000;
const APPROVED_AFTER: u128 = BLOCK_EVERY >> 1;
/// Writers that share the numbers out among them. It divides what is above, so that one of them buys all blocks.
pub(crate) const WRITERS: u128 = 4;
/// The commands without which all others are refused.
pub(crate) const SET_UP: [u128; 6] = [1, 2, 3, 4, 5, 4 + APPROVED_AFTER];
/// The first number that is not needed for them.
pub(crate) const FIRST: u128 = 8;

/// The number after the last one in a [`crashed`] database.
pub(crate) const CRASHED_AT: u128 = FIRST + 500;
/// From this number on some points expire. Those of smaller ones stay: their balances are compared at any time.
const EXPIRING_FROM: u128 = 1000;

static BEGAN: OnceLock<Timestamp> = OnceLock::new();

/// When this test began.
pub(crate) fn began() -> Timestamp {
    *BEGAN.get_or_init(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        Timestamp::from_ms(since.as_millis() as i64).unwrap()
    })
}

/// In a process of the test's: when the test began, which is a part of the commands.
pub(crate) fn begin(began: Timestamp) {
    BEGAN.set(began).expect("nobody asked for a command before");
}

/// When the points of a command expire, if they do: half of them in the test's first half minute, the others in its
/// first hour. What is granted later lapses at once.
fn expiry(number: u128) -> Option<Expiry> {
    if number < EXPIRING_FROM || !number.is_multiple_of(13) {
        return None;
    }
    let within_ms = if number.is_multiple_of(2) { 30_000 } else { 3_600_000 };
    // all over that time, as multiplication by a large prime strews them
    let after_ms = (number * 999_983 % within_ms) as i64;
    Some(Expiry::At(Timestamp::from_ms(began().ms() + after_ms).unwrap()))
}

/// The command of a number: accruals, with redemptions and cancellations among them.
pub(crate) fn command(number: u128) -> Command {
    let member = MemberId(number % MEMBERS + 1);
    let action: Action = match number {
        1 => CreateProgram {
            enrolment: Enrolment::OnFirstAccrual,
            never_usable: NeverUsable::Allow,
            ..CreateProgram::default()
        }
        .into(),
        2 => CreatePointType { point_type: POINTS, ..CreatePointType::default() }.into(),
        3 => CreatePartner { partner: PARTNER, rates: [(POINTS, Rate::ONE)].into(), ..CreatePartner::default() }.into(),
        5 => CreatePointType { point_type: EXPIRING, ..CreatePointType::default() }.into(),
        n if n % BLOCK_EVERY == 4 => PurchaseBlock {
            partner: PARTNER,
            block: BlockId(n as u64),
            points: Points(300_000),
            ..PurchaseBlock::default()
        }
        .into(),
        n if n % BLOCK_EVERY == 4 + APPROVED_AFTER => {
            ApproveBlock { partner: PARTNER, block: BlockId((n - APPROVED_AFTER) as u64) }.into()
        }
        n if n % 7 == 0 => Redeem { member, point_type: POINTS, points: Points(150) }.into(),
        n if n % 11 == 0 => Cancel { request: RequestId(n - WRITERS), amount: CancelAmount::Whole }.into(),
        _ => {
            let expires = expiry(number);
            let point_type = if expires.is_some() { EXPIRING } else { POINTS };
            let awards = vec![Award { expires, ..Award::new(point_type, Points(50)) }, Award::new(POINTS, Points(7))];
            Accrue { member, partner: Some(PARTNER), awards }.into()
        }
    };
    Command::new(PROGRAM, RequestId(number), action)
}

/// A database with the commands in it without which all others are refused.
pub(crate) fn set_up(db: &Path) {
    let engine = Engine::open(db, EngineOptions::default()).unwrap();
    for number in SET_UP {
        engine.execute(&command(number)).unwrap();
    }
    engine.close().unwrap();
}

/// The accruals from a number on, which are never refused while a block pays for them: the first one for 5,263.
pub(crate) fn accruals(from: u128) -> impl Iterator<Item = u128> {
    (from..).filter(|number| matches!(command(*number).action, Action::Accrue(_)))
}

/// Commands as the lines of a file for `accruedb apply`.
pub(crate) fn lines(numbers: &[u128]) -> String {
    let line = |number: &u128| serde_json::to_string(&command(*number)).unwrap() + "\n";
    numbers.iter().map(line).collect()
}

/// A database as `kill -9` leaves it, and its answers: some commands are in the tables, some in the journal only.
/// In `old` the same, some commands and a checkpoint earlier.
pub(crate) fn crashed(db: &Path, old: &Path, guard_every: u32) -> Oracle {
    crashed_at(db, old, guard_every, CRASHED_AT)
}

/// The same, with commands up to a number after the last checkpoint; with 0, none.
pub(crate) fn crashed_at(db: &Path, old: &Path, guard_every: u32, end: u128) -> Oracle {
    let folder = tempfile::tempdir().unwrap();
    let options = EngineOptions { guard_every, guard_after: NEVER, sweep_every: None, ..EngineOptions::default() };
    let mut oracle = Oracle::default();
    let ask = |engine: &Engine, numbers: std::ops::Range<u128>, oracle: &mut Oracle| {
        SET_UP.into_iter().chain(numbers).for_each(|number| oracle.ask(engine, number));
    };
    // closed and opened, so that there are sorted files of each kind
    for part in 0..2 {
        let engine = Engine::open(folder.path(), options.clone()).unwrap();
        for numbers in
            [FIRST + part * 200..FIRST + part * 200 + 100, FIRST + part * 200 + 100..FIRST + part * 200 + 200]
        {
            ask(&engine, numbers, &mut oracle);
            engine.checkpoint().unwrap();
        }
        engine.close().unwrap();
    }
    let engine = Engine::open(folder.path(), options).unwrap();
    ask(&engine, FIRST + 400..FIRST + 460, &mut oracle);
    copy(folder.path(), old);
    engine.checkpoint().unwrap();
    ask(&engine, FIRST + 460..end, &mut oracle);
    // nobody works: the files are what the death of the process would leave
    copy(folder.path(), db);
    engine.close().unwrap();
    oracle
}
