//! The commands of a load: drawn from numbers, so that the same seed gives the same commands.

use super::args::{Load, Workload};
use crate::cli::output::Failure;
use crate::domain::{
    Accrue, Action, ApproveBlock, Award, BlockId, BlockKind, Cancel, CancelAmount, Command, CreatePartner,
    CreatePointType, CreateProgram, CreateSource, Enrolment, Expiry, LimitScope, MemberId, PartnerId, PointClass,
    PointTypeId, Points, ProgramId, PurchaseBlock, Rate, Redeem, RequestId, Restriction, SourceId, Span, Timestamp,
    Unit, Window,
};
use crate::engine::{Engine, ExecuteError, Ticket};

pub(super) const PROGRAM: ProgramId = ProgramId(1);
/// When a load begins that is spread over days: 2024-01-01T00:00Z.
const BEGIN_MS: u64 = 1_704_067_200_000;
const DAY_MS: u64 = 86_400_000;
/// Points of a block where the call says nothing: also those of 100,000 blocks can be added up.
const BLOCK_POINTS: i64 = 1 << 44;
/// Points that a limited source may give: more than any load uses.
const INVENTORY: i64 = 1 << 60;
/// A redemption of the mixed workload takes three items on average.
const MIXED_POINTS: i64 = 300;
/// A cancellation names a command that was sent about so many commands earlier.
const CANCEL_LAG: u64 = 50_000;

/// What a number of the load stands for.
#[expect(clippy::large_enum_variant, reason = "nearly all are commands; a box would be an allocation for each")]
pub(super) enum Act {
    Send(Command),
    Balance(MemberId),
}

/// Creates the program, its partners and their blocks.
pub(super) fn set_up(engine: &Engine, load: &Load) -> Result<(), Failure> {
    let mut requests = (1u128..).map(RequestId);
    let send = |request, action| {
        engine.submit(&Command { transaction_at: dated(load, 0), ..Command::new(PROGRAM, request, action) })
    };
    let mut execute = |action: Action| done(send(requests.next().unwrap_or_default(), action));
    execute(CreateProgram { enrolment: Enrolment::OnFirstAccrual, ..CreateProgram::default() }.into())?;
    let expiry = Expiry::After(Span::days(365));
    for point_type in (1..=load.types).map(PointTypeId) {
        execute(CreatePointType { point_type, expiry, ..CreatePointType::default() }.into())?;
    }
    if load.workload == Workload::TwoTypes {
        let (point_type, class) = (qualifying(load), PointClass::Qualifying);
        execute(CreatePointType { point_type, class, ..CreatePointType::default() }.into())?;
    }
    for source in (1..=load.sources).map(SourceId).filter(|_| load.limited_sources) {
        let limit = |restriction, per, unit| {
            let window = Window::Calendar(unit);
            Restriction { restriction, max: Points(INVENTORY), per, window }
        };
        let restrictions = vec![limit(1, LimitScope::Member, Unit::Days), limit(2, LimitScope::Source, Unit::Months)];
        execute(
            CreateSource { source, inventory: Some(Points(INVENTORY)), restrictions, ..Default::default() }.into(),
        )?;
    }
    for partner in (1..=load.partners).map(PartnerId) {
        let rates = (1..=load.types).map(|point_type| (PointTypeId(point_type), Rate::ONE)).collect();
        execute(CreatePartner { partner, rates, ..CreatePartner::default() }.into())?;
    }
    for partner in (1..=load.partners).map(PartnerId) {
        let mut tickets = Vec::new();
        for block in (1..=load.blocks).map(BlockId) {
            let expires = Expiry::After(Span::days(3650));
            let points = Points(load.block_points.unwrap_or(BLOCK_POINTS));
            let (block_kind, starts_at, unit_price) = (BlockKind::Regular, None, None);
            let purchase = PurchaseBlock { partner, block, block_kind, points, starts_at, expires, unit_price };
            for action in [Action::from(purchase), ApproveBlock { partner, block }.into()] {
                let request = requests.next().unwrap_or_default();
                tickets.push(send(request, action));
            }
        }
        tickets.into_iter().try_for_each(done)?;
    }
    Ok(())
}

/// Waits for a command that sets up the database.
fn done(ticket: Ticket) -> Result<(), Failure> {
    match ticket.wait() {
        Ok(_) => Ok(()),
        Err(ExecuteError::Refused(rejection)) => {
            Err(Failure::Usage(format!("the database is not a new one: {rejection}")))
        }
        Err(ExecuteError::Failed(error)) => Err(error.into()),
    }
}

/// What the load does at a number: the same for the same seed.
pub(super) fn act(load: &Load, number: u64) -> Act {
    let draw = draw(load, number);
    let share = mix(draw ^ 1).checked_rem(100).unwrap_or_default();
    let member = member(load, draw);
    let point_type = point_type(load, draw);
    match load.workload {
        Workload::Mixed if share < 5 => Act::Balance(member),
        Workload::Mixed if share < 10 => {
            let request = request(load, number.saturating_sub(CANCEL_LAG.saturating_add(draw & 0xfff)));
            Act::Send(command(load, number, Cancel { request, amount: CancelAmount::Whole }))
        }
        Workload::Mixed if share < 40 => {
            Act::Send(command(load, number, Redeem { member, point_type, points: Points(MIXED_POINTS) }))
        }
        _ if share < load.redemptions => {
            Act::Send(command(load, number, Redeem { member, point_type, points: Points(150) }))
        }
        _ => {
            let rest = mix(draw);
            let partner = (rest >> 8).checked_rem(u64::from(load.partners)).unwrap_or_default();
            let partner = Some(PartnerId((partner as u32).saturating_add(1)));
            let points = Points((rest >> 40).checked_rem(100).unwrap_or_default().saturating_add(100).cast_signed());
            let source = Some(source(load, rest));
            let award = |point_type| Award { source, ..Award::new(point_type, points) };
            let awards = match load.workload {
                Workload::TwoTypes => vec![award(point_type), award(qualifying(load))],
                Workload::Standard | Workload::RandomIds | Workload::Mixed => vec![award(point_type)],
            };
            Act::Send(command(load, number, Accrue { member, partner, awards }))
        }
    }
}

fn command(load: &Load, number: u64, action: impl Into<Action>) -> Command {
    let reference = reference(load, number);
    Command { transaction_at: dated(load, number), reference, ..Command::new(PROGRAM, request(load, number), action) }
}

/// The reference of a number, where reports are timed: of each hundredth command, 5,000 different ones.
fn reference(load: &Load, number: u64) -> Option<Box<str>> {
    load.spread?;
    let one_of = number.checked_div(100).filter(|_| number.is_multiple_of(100))?.checked_rem(5_000)?;
    Some(format!("ref-{one_of}").into())
}

/// When a number's transaction happened, where they are spread over days.
fn dated(load: &Load, number: u64) -> Option<Timestamp> {
    let spread_ms = u128::from(load.spread?).saturating_mul(DAY_MS.into()).saturating_mul(number.into());
    let after_ms = spread_ms.checked_div(load.accruals.into()).unwrap_or_default() as i64;
    Timestamp::from_ms(BEGIN_MS.cast_signed().saturating_add(after_ms))
}

fn point_type(load: &Load, draw: u64) -> PointTypeId {
    let place = mix(draw ^ 2).checked_rem(load.types.into()).unwrap_or_default();
    PointTypeId((place as u16).saturating_add(1))
}

/// The type of the second award: behind the others.
fn qualifying(load: &Load) -> PointTypeId {
    PointTypeId(load.types.saturating_add(1))
}

/// The r-th source has a share of 1/r: the last ones are rare.
fn source(load: &Load, draw: u64) -> SourceId {
    if load.sources == 1 {
        return SourceId(1);
    }
    let even = (mix(draw ^ 3) >> 11) as f64 / (1u64 << 53) as f64;
    SourceId((f64::from(load.sources).powf(even) as u32).clamp(1, load.sources))
}

/// The request id of a number: in the order of time, as a platform's own would be, or at random.
fn request(load: &Load, number: u64) -> RequestId {
    let rest = mix(draw(load, number));
    let head = match load.workload {
        Workload::RandomIds => mix(rest),
        Workload::Standard | Workload::TwoTypes | Workload::Mixed => number.saturating_add(1),
    };
    RequestId(u128::from(head) << 64 | u128::from(rest))
}

fn draw(load: &Load, number: u64) -> u64 {
    mix(load.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(number))
}

/// A member: evenly, or in the mixed workload the r-th one with a share of 1/r.
pub(super) fn member(load: &Load, draw: u64) -> MemberId {
    let rank = match load.workload {
        Workload::Standard | Workload::RandomIds | Workload::TwoTypes => {
            draw.checked_rem(load.members).unwrap_or_default()
        }
        Workload::Mixed => {
            let even = (draw >> 11) as f64 / (1u64 << 53) as f64;
            (load.members as f64).powf(even) as u64
        }
    };
    let member = mix(rank);
    MemberId(u128::from(member) << 64 | u128::from(mix(member)))
}

/// The member of whom a number's accrual was.
pub(super) fn member_of(load: &Load, number: u64) -> MemberId {
    member(load, draw(load, number))
}

/// A number that looks drawn at random: SplitMix64.
pub(super) fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
