//! An engine in an asynchronous program: its calls block, so they run where blocking is allowed.
//!
//! `spawn_blocking` moves a call to a thread that may wait for the disk. A clone of the `Arc` goes with it; at the end,
//! when all clones are gone, the engine can be taken out of it and closed.

use accruedb::domain::{
    Accrue, Award, Command, CreatePointType, CreateProgram, Enrolment, MemberId, MemberKey, PointTypeId, Points,
    ProgramId, Receipt, RequestId,
};
use accruedb::engine::{Engine, EngineOptions, ExecuteError};
use std::sync::Arc;
use tokio::task::spawn_blocking;

const PROGRAM: ProgramId = ProgramId(1);
const POINT_TYPE: PointTypeId = PointTypeId(1);

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    tokio::runtime::Runtime::new()?.block_on(serve())
}

async fn serve() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("db");
    let engine = Arc::new(spawn_blocking(move || Engine::open(path, EngineOptions::default())).await??);
    let program = CreateProgram { enrolment: Enrolment::OnFirstAccrual, ..CreateProgram::default() };
    execute(&engine, Command::new(PROGRAM, RequestId(1), program)).await?;
    let points = CreatePointType { point_type: POINT_TYPE, ..CreatePointType::default() };
    execute(&engine, Command::new(PROGRAM, RequestId(2), points)).await?;

    // many at once: one sync of the disk answers those that wait together
    let orders = (0..100u128).map(|order| {
        let awards = vec![Award::new(POINT_TYPE, Points(10))];
        let accrual = Accrue { member: MemberId(1 + order % 5), partner: None, awards };
        let (engine, command) = (engine.clone(), Command::new(PROGRAM, RequestId(100 + order), accrual));
        tokio::spawn(async move { execute(&engine, command).await })
    });
    for order in orders.collect::<Vec<_>>() {
        order.await??;
    }

    let reader = engine.clone();
    let member = MemberKey { program: PROGRAM, member: MemberId(1) };
    let balances = spawn_blocking(move || reader.balances(member)).await??;
    println!("member 1 has {balances:?}");

    let engine = Arc::into_inner(engine).ok_or("somebody still uses the engine")?;
    Ok(spawn_blocking(|| engine.close()).await??)
}

/// Does a command. It is durable when this is ready.
async fn execute(engine: &Arc<Engine>, command: Command) -> Result<Receipt, Failure> {
    let engine = engine.clone();
    match spawn_blocking(move || engine.execute(&command)).await? {
        Ok(receipt) => Ok(receipt),
        Err(ExecuteError::Refused(rejection)) => Err(format!("refused: {rejection}").into()),
        Err(ExecuteError::Failed(error)) => Err(error.into()),
    }
}

#[test]
fn it_runs() {
    main().unwrap();
}
