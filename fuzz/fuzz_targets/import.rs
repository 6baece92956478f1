//! Purchases as `accruedb import` reads them: a line says one thing or is named as bad; the points that are accrued
//! are those of the good lines; the same file again changes nothing.
#![no_main]

use accruedb::cli::purchases::{Column, Layout, Purchase, read};
use accruedb::domain::*;
use accruedb::engine::{ClockSource, Engine, EngineOptions, ExecuteError};
use accruedb::storage::memory::MemoryStore;
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeSet;
use std::sync::Arc;

const PROGRAM: ProgramId = ProgramId(1);
const POINTS: PointTypeId = PointTypeId(1);

/// By name, as by default; by number, with sources and another way of writing dates.
fn layouts() -> [(Layout, &'static str); 3] {
    let name = |name: &str| Column::Name(name.to_owned());
    let by_name = Layout {
        customer: name("customer_id"),
        date: name("date"),
        amount: name("amount"),
        source: None,
        date_format: None,
        delimiter: b',',
    };
    let by_number = Layout {
        customer: Column::Number(1),
        date: Column::Number(2),
        amount: Column::Number(3),
        source: Some(Column::Number(4)),
        ..by_name.clone()
    };
    let dotted =
        Layout { date_format: Some("%d.%m.%Y".to_owned()), source: None, delimiter: b';', ..by_number.clone() };
    [(by_name, "UTC"), (by_number, "Europe/Vienna"), (dotted, "America/St_Johns")]
}

/// A purchase's accrual, if it gives any point.
fn accrual(purchase: &Purchase) -> Option<(Command, i64)> {
    let points = purchase.amount.times(&Rate::ONE)?.of(Points(1), Rounding::HalfUp)?;
    let award = Award { source: purchase.source, ..Award::new(POINTS, points) };
    let body = Accrue { member: purchase.customer, partner: None, awards: vec![award] };
    let command = Command::new(PROGRAM, purchase.request, body).at(purchase.at);
    points.is_positive().then_some((command, points.0))
}

fn set_up() -> Engine {
    let options = EngineOptions { clock: ClockSource::Commands, shards: 2, ..EngineOptions::default() };
    let engine = Engine::open_store(Arc::new(MemoryStore::new()), options).expect("an empty store opens");
    let program = CreateProgram { enrolment: Enrolment::OnFirstAccrual, ..CreateProgram::default() };
    let points = CreatePointType { point_type: POINTS, ..CreatePointType::default() };
    for (action, request) in [Action::from(program), points.into()].into_iter().zip(1..) {
        let command = Command::new(PROGRAM, RequestId(request), action).at(Timestamp::MIN);
        engine.execute(&command).expect("it is done");
    }
    engine
}

fn post(purchases: &mut [Purchase]) {
    purchases.sort_by_key(|purchase| (purchase.at, purchase.line));
    let (commands, points): (Vec<Command>, Vec<i64>) = purchases.iter().filter_map(accrual).unzip();
    if commands.is_empty() {
        return;
    }
    let engine = set_up();
    let answers = engine.execute_batch(&commands);
    let mut expected = 0;
    for ((command, answer), points) in commands.iter().zip(&answers).zip(points) {
        match answer {
            Ok(receipt) => {
                assert!(!receipt.replayed, "{command:?}");
                expected += i128::from(points);
            }
            Err(ExecuteError::Refused(_)) => {}
            Err(ExecuteError::Failed(error)) => panic!("{command:?}: {error}"),
        }
    }
    for (first, again) in answers.iter().zip(engine.execute_batch(&commands)) {
        assert_eq!(first.is_ok(), again.is_ok_and(|receipt| receipt.replayed), "{first:?}");
    }
    let members: BTreeSet<MemberId> = purchases.iter().map(|purchase| purchase.customer).collect();
    let balance = |member| engine.balances(MemberKey { program: PROGRAM, member }).expect("nothing fails");
    let balances = members.into_iter().filter_map(balance).flatten();
    assert_eq!(balances.map(|balance| i128::from(balance.available.0)).sum::<i128>(), expected);
}

fuzz_target!(|bytes: &[u8]| {
    for (layout, zone) in layouts() {
        let zone = zone.parse().expect("it is a zone");
        let Ok(mut found) = read(bytes, "fuzz", &layout, &zone) else { continue };
        let lines_max = bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() as u64 + 1;
        let lines = found.good.iter().map(|purchase| purchase.line).chain(found.bad.iter().map(|bad| bad.line));
        let lines: Vec<u64> = lines.collect();
        assert!(lines.iter().all(|line| (1..=lines_max).contains(line)), "{lines:?} of {lines_max}");
        for purchase in &found.good {
            assert_eq!(purchase.amount_text.parse().as_ref(), Ok(&purchase.amount));
            assert!((Timestamp::MIN..=Timestamp::MAX).contains(&purchase.at));
            assert_ne!(purchase.request, RequestId(0));
        }
        let requests: BTreeSet<RequestId> = found.good.iter().map(|purchase| purchase.request).collect();
        assert_eq!(requests.len(), found.good.len(), "two lines have one request id");
        let again = read(bytes, "fuzz", &layout, &zone).expect("as before");
        assert!(
            again.good.iter().map(|purchase| purchase.request).eq(found.good.iter().map(|purchase| purchase.request))
        );
        post(&mut found.good);
    }
});
