//! `accruedb set-up`: a first program with a point type, a partner and a block, from a few options.

use super::database::Database;
use super::help::in_plain_words;
use super::output::{Exit, Failure, Output};
use super::{fold, request_ids, terminal};
use crate::domain::{
    Action, ApproveBlock, BlockId, BlockKind, Command, CreatePartner, CreatePointType, CreateProgram, Enrolment,
    Expiry, PartnerId, PointTypeId, Points, ProgramId, PurchaseBlock, Rate, RequestId, Span, Zone,
};
use crate::engine::ErrorKind;
use crate::engine::{Error, ExecuteError};
use serde_json::json;
use std::io::{self, IsTerminal, Write};

/// Makes a first program, with a point type, a partner and a block.
///
/// Prints the commands that it sent as JSON Lines: to keep, to change, to send again by `accruedb apply`. In a terminal it asks for what no option says; --yes takes the defaults. The database is made where there is none.
/// Doing it again with the same answers changes nothing.
///
/// Exit codes: 0 done, 1 refused, 2 wrong call, 3 engine error.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  accruedb set-up --db mine --zone Europe/Vienna --expire-months 12 --yes")]
pub(super) struct Args {
    #[command(flatten)]
    database: Database,
    /// The program's number. Default: 1.
    #[arg(long, value_name = "NUMBER")]
    program: Option<u32>,
    /// The time zone of its calendar. Default: UTC.
    #[arg(long, value_name = "ZONE")]
    zone: Option<Zone>,
    /// Months after which points expire; 0: never. Default: 12.
    #[arg(long, value_name = "N")]
    expire_months: Option<u16>,
    /// Points of the block that partner 1 buys; 0: no partner, the host gives the points. Default: 1,000,000.
    #[arg(long, value_name = "POINTS", value_parser = clap::value_parser!(i64).range(0..))]
    block: Option<i64>,
    /// Points of the partner for each point of a member. Default: 1.
    #[arg(long, value_name = "RATE")]
    rate: Option<Rate>,
    /// Asks nothing: takes the defaults of what no option says.
    #[arg(long)]
    yes: bool,
}

/// What is to be set up.
struct Plan {
    program: ProgramId,
    zone: Zone,
    expire_months: u16,
    block: i64,
    rate: Rate,
}

const POINT_TYPE: PointTypeId = PointTypeId(1);
const PARTNER: PartnerId = PartnerId(1);
const BLOCK: BlockId = BlockId(1);

pub(super) fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    let asks = !args.yes && io::stdin().is_terminal() && io::stderr().is_terminal();
    let plan = Plan::of(args, asks, output)?;
    let engine = args.database.open_to_write(output)?;
    for command in plan.commands() {
        let answer = engine.execute(&command);
        match &answer {
            Ok(_) => output.json_line(&command)?,
            Err(ExecuteError::Failed(Error { kind: ErrorKind::Invalid, what })) => {
                return Err(Failure::Usage(what.clone()));
            }
            Err(ExecuteError::Refused(rejection)) => {
                return Err(Failure::Refused(format!(
                    "{}: refused: {rejection}; what is above was done",
                    command.action.verb()
                )));
            }
            Err(ExecuteError::Failed(error)) => return Err(error.clone().into()),
        }
    }
    engine.close()?;
    let db = args.database.db.display();
    let from = if plan.block > 0 { " from P1" } else { "" };
    output.remark(format!("program {} is set up. Next: accruedb shell --db {db}", plan.program));
    output.remark(format!("there, for instance: accrue M1{from} 100, then: balance M1"));
    Ok(Exit::Done)
}

impl Plan {
    fn of(args: &Args, asks: bool, output: &Output) -> Result<Plan, Failure> {
        let ask = Ask { asks, output };
        let block = ask.for_one("points that partner 1 buys (0: no partner)", args.block, 1_000_000)?;
        let rate = if block > 0 {
            ask.for_one("points of the partner for one of a member", args.rate, Rate::ONE)?
        } else {
            Rate::ONE
        };
        let block = Some(block)
            .filter(|block| *block >= 0)
            .ok_or_else(|| Failure::Usage(format!("--block: {block} is below 0")))?;
        Ok(Plan {
            program: ProgramId(ask.for_one("number of the program", args.program, 1)?),
            zone: ask.for_one("time zone", args.zone.clone(), Zone::UTC)?,
            expire_months: ask.for_one("months until points expire (0: never)", args.expire_months, 12)?,
            block,
            rate,
        })
    }

    /// The commands. Their ids follow from what they do: sent again they are replayed.
    fn commands(&self) -> Vec<Command> {
        let Plan { program, zone, expire_months, block, rate } = self;
        let enrolment = Enrolment::OnFirstAccrual;
        let expiry = if *expire_months == 0 { Expiry::Never } else { Expiry::After(Span::months(*expire_months)) };
        let partner = PARTNER;
        let mut actions: Vec<Action> = vec![
            CreateProgram { zone: zone.clone(), enrolment, ..CreateProgram::default() }.into(),
            CreatePointType { point_type: POINT_TYPE, expiry, ..CreatePointType::default() }.into(),
        ];
        if *block > 0 {
            let rates = [(POINT_TYPE, *rate)].into();
            let (points, starts_at, expires, unit_price) = (Points(*block), None, Expiry::Never, None);
            actions.push(CreatePartner { partner, rates, ..CreatePartner::default() }.into());
            let (block, block_kind) = (BLOCK, BlockKind::Regular);
            actions.push(PurchaseBlock { partner, block, block_kind, points, starts_at, expires, unit_price }.into());
            actions.push(ApproveBlock { partner, block: BLOCK }.into());
        }
        actions.into_iter().map(|action| Command::new(*program, id_of(&action), action)).collect()
    }
}

fn id_of(action: &Action) -> RequestId {
    let text = json!(action).to_string();
    request_ids::of_line("set-up", 0, text.as_bytes())
}

/// Asks in the terminal, on standard error: standard output gets the commands only.
struct Ask<'a> {
    asks: bool,
    output: &'a Output,
}

impl Ask<'_> {
    /// What the option says; else the answer; else the default.
    fn for_one<T>(&self, what: &str, said: Option<T>, default: T) -> Result<T, Failure>
    where
        T: std::str::FromStr + std::fmt::Display,
        T::Err: std::fmt::Display,
    {
        if let Some(said) = said {
            return Ok(said);
        }
        loop {
            if !self.asks {
                return Ok(default);
            }
            let columns = terminal::error_width().unwrap_or(usize::MAX);
            // the answer is typed behind it
            eprint!("{} ", fold::folded(&format!("{what} [{default}]:"), columns.saturating_sub(1)).join("\n"));
            io::stderr().flush()?;
            let mut answer = String::new();
            // the end of the input is an answer, too
            io::stdin().read_line(&mut answer)?;
            match answer.trim() {
                "" => return Ok(default),
                answer => match answer.parse() {
                    Ok(value) => return Ok(value),
                    Err(error) => self.output.remark(in_plain_words(error.to_string())),
                },
            }
        }
    }
}
