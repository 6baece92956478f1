//! One engine and several threads: each sends many commands before it waits for the first answer.
//!
//! An engine is shared by reference. `submit` returns a ticket before the command is durable, so that one sync of the
//! disk answers the commands of all threads together.

use accruedb::domain::{
    Accrue, Award, Command, CreatePointType, CreateProgram, Enrolment, MemberId, MemberKey, PointTypeId, Points,
    ProgramId, RequestId,
};
use accruedb::engine::{Engine, EngineOptions, ExecuteError, Ticket};

const PROGRAM: ProgramId = ProgramId(1);
const POINT_TYPE: PointTypeId = PointTypeId(1);
const THREADS: u128 = 4;
const ORDERS: u128 = 250;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let engine = Engine::open(folder.path().join("db"), EngineOptions::default())?;
    let program = CreateProgram { enrolment: Enrolment::OnFirstAccrual, ..CreateProgram::default() };
    engine.execute(&Command::new(PROGRAM, RequestId(1), program))?;
    let points = CreatePointType { point_type: POINT_TYPE, ..CreatePointType::default() };
    engine.execute(&Command::new(PROGRAM, RequestId(2), points))?;

    let shared = &engine;
    let done = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(move || send_orders(shared, thread))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or(Ok(0))).sum::<Result<u64, ExecuteError>>()
    })?;
    println!("{done} orders are durable");

    let member = MemberKey { program: PROGRAM, member: MemberId(7) };
    let balances = engine.balances(member)?.unwrap_or_default();
    println!("member 7 has {:?}", balances.first().map(|balance| balance.available));
    Ok(engine.close()?)
}

/// Sends the orders of one thread and waits for all of them. Returns how many were done.
fn send_orders(engine: &Engine, thread: u128) -> Result<u64, ExecuteError> {
    let tickets: Vec<Ticket> = (0..ORDERS).map(|order| engine.submit(&accrual(thread, order))).collect();
    let mut done = 0;
    for ticket in tickets {
        match ticket.wait() {
            Ok(_) => done += 1,
            // a rule refuses: nothing happened, and the others are not touched
            Err(ExecuteError::Refused(rejection)) => println!("refused: {rejection}"),
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

/// An order gives 10 points. Its request id is its own: sent again, it is done once.
fn accrual(thread: u128, order: u128) -> Command {
    let request = RequestId(1_000 + thread * ORDERS + order);
    let awards = vec![Award::new(POINT_TYPE, Points(10))];
    Command::new(PROGRAM, request, Accrue { member: MemberId(1 + order % 50), partner: None, awards })
}

#[test]
fn it_runs() {
    main().unwrap();
}
