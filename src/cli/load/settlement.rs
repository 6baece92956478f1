//! Purchases at merchants, and the run that settles them beside the load.

use super::args::Load;
use super::workload::{PROGRAM, member_of, mix};
use crate::cli::output::Failure;
use crate::domain::{
    Action, Command, CreateRun, NewContributionRule, OfferClass, OfferId, PartnerId, PointTypeId, Points, Priority,
    Rate, RecordPurchase, RequestId, RunKey, RunState, SaveRun, SchemeId, SetAgreement, SetContributionRules, SetOffer,
    SetScheme, SetSettlement, SetUnit, SubmitRun, tables::Runs,
};
use crate::engine::{Engine, Error, ExecuteError, Ticket};
use crate::storage::rows;
use std::collections::VecDeque;
use std::time::Instant;

const SCHEME: SchemeId = SchemeId(1);
const OFFER: OfferId = OfferId(1);
/// Request ids of the purchases are above those of the load.
const FIRST: u128 = 1 << 127;
const RUN: RequestId = RequestId(FIRST - 1);

/// What a run did.
pub(super) struct Settled {
    pub(super) events: u64,
    pub(super) seconds: f64,
}

/// Makes every partner a merchant with an agreement, and records the purchases. The run is submitted; nobody executes it
/// yet.
pub(super) fn prepare(engine: &Engine, load: &Load) -> Result<(), Failure> {
    let mut requests = (1u128..).map(|number| RequestId(RUN.0.wrapping_sub(number)));
    let mut execute = |action: Action, request: Option<RequestId>| -> Result<(), Failure> {
        let request = request.or_else(|| requests.next()).unwrap_or_default();
        answered(engine.execute(&Command::new(PROGRAM, request, action)).map(drop))
    };
    let class = OfferClass::IncreaseRevenueTransactionBased;
    let (name, accessible_to) = (Box::from(""), None);
    execute(SetScheme { scheme: SCHEME, name, life_cycle: Default::default(), accessible_to }.into(), None)?;
    let (life_cycle, spend_method, basis) = Default::default();
    let offer = SetOffer { offer: OFFER, scheme: SCHEME, class, name: "".into(), life_cycle, spend_method, basis };
    execute(offer.into(), None)?;
    let partners = (1..=load.partners).map(PartnerId);
    for partner in partners.clone() {
        execute(SetUnit { partner, merchant: None, group: None }.into(), None)?;
        execute(SetAgreement { partner: Some(partner), ..SetAgreement::default() }.into(), None)?;
    }
    let rules = [(25, Priority::Normal), (40, Priority::High)].map(|(percentage, priority)| NewContributionRule {
        number: None,
        percentage: Rate::from_whole(percentage),
        priority,
        offers: [OFFER].into(),
        brands: Default::default(),
        mediums: Default::default(),
        periods: Vec::new(),
    });
    let (partners, groups) = (partners.collect(), Default::default());
    execute(SetContributionRules { partners, groups, rules: rules.into() }.into(), None)?;
    execute(SetSettlement::default().into(), None)?;
    buy(engine, load)?;
    execute(CreateRun::default().into(), Some(RUN))?;
    execute(SaveRun { run: RUN }.into(), None)?;
    execute(SubmitRun { run: RUN, starts_at: None }.into(), None)
}

/// Records the purchases, many in flight.
fn buy(engine: &Engine, load: &Load) -> Result<(), Failure> {
    let most = usize::try_from(load.in_flight).unwrap_or(usize::MAX);
    let mut in_flight: VecDeque<Ticket> = VecDeque::new();
    for number in 0..load.settle {
        let partner = mix(number).checked_rem(load.partners.into()).unwrap_or_default();
        let purchase = RecordPurchase {
            member: member_of(load, number),
            partner: PartnerId((partner as u32).saturating_add(1)),
            amount: Points(5_000),
            point_type: PointTypeId(1),
            offer: OFFER,
            award: Points(100),
            expires: None,
            brand: None,
            medium: None,
        };
        let request = RequestId(FIRST.saturating_add(number.into()));
        in_flight.push_back(engine.submit(&Command::new(PROGRAM, request, purchase)));
        if in_flight.len() >= most {
            in_flight.pop_front().map_or(Ok(()), |ticket| answered(ticket.wait().map(drop)))?;
        }
    }
    in_flight.into_iter().try_for_each(|ticket| answered(ticket.wait().map(drop)))
}

/// Executes the run, step by step, to its end. Returns how many seconds it took.
pub(super) fn settle(engine: &Engine) -> Result<f64, Failure> {
    let started = Instant::now();
    engine.book_due()?;
    Ok(started.elapsed().as_secs_f64())
}

/// What the run did in so many seconds. It is looked up when nothing is measured any more: that makes a checkpoint.
pub(super) fn settled(engine: &Engine, seconds: f64) -> Result<Settled, Failure> {
    let key = RunKey { program: PROGRAM, run: RUN, number: 1 };
    let run = engine.with_snapshot(|read| rows::get::<Runs>(read, &key))?.map_err(Error::from)?;
    match run {
        Some(run) if run.state == RunState::Completed => Ok(Settled { events: run.events, seconds }),
        run => Err(Failure::Usage(format!("the run did not come to its end: {run:?}"))),
    }
}

fn answered(answer: Result<(), ExecuteError>) -> Result<(), Failure> {
    match answer {
        Ok(()) => Ok(()),
        Err(ExecuteError::Refused(rejection)) => Err(Failure::Usage(format!("refused: {rejection}"))),
        Err(ExecuteError::Failed(error)) => Err(error.into()),
    }
}
