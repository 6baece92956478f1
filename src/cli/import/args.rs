//! The options of an import: the file, its columns, the tariff of its points, the guards of its dates.

use super::mapping::Mapping;
use super::presets::Preset;
use crate::cli::database::{Clock, Database, OneProgram, system_now};
use crate::cli::output::Failure;
use crate::cli::posting::{Earning, RedeemRule};
use crate::cli::purchases::{Ratio, Tariff};
use crate::domain::{
    AHEAD_HOURS_MAX, Expiry, PartnerId, PointTypeId, Points, ProgramId, Rounding, Span, Timestamp, Zone,
};
use crate::engine::Engine;
use std::path::PathBuf;

/// Imports purchases from a file: each gives points for money.
///
/// A line is a purchase. A negative one is a refund: it takes points back from the order that it names, or from the
/// member's latest. A line that cannot be read for certain is named as bad; the others are imported. Sending a file
/// again does nothing twice.
///
/// Exit codes: 0 done, 1 some lines were bad or refused, 2 wrong call, 3 engine error.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = FIRST_IMPORT, after_help = "A first import: accruedb import --help")]
pub(in crate::cli) struct Args {
    /// The file; - is the standard input.
    #[arg(required_unless_present = "explain", default_value_if("explain", "true", "-"), hide_long_help = true)]
    pub(super) file: Option<PathBuf>,
    /// The database's directory.
    #[arg(long, value_name = "DIR", hide_long_help = true)]
    pub(super) db: Option<PathBuf>,
    /// Show how the file would be read, and make nothing.
    #[arg(long, hide_long_help = true)]
    pub(super) dry_run: bool,
    /// The columns of a known export.
    #[arg(long, value_enum, value_name = "NAME", hide_long_help = true)]
    pub(super) preset: Option<Preset>,
    /// A file of column options, in TOML; --explain writes one.
    #[arg(long, value_name = "FILE", hide_long_help = true)]
    pub(super) mapping: Option<PathBuf>,
    /// Show the mapping that the options make, as TOML, and import nothing.
    #[arg(long, hide_long_help = true)]
    pub(super) explain: bool,
    #[command(flatten)]
    pub(super) columns: Mapping,
    /// The first line is a purchase, and columns are given by number.
    #[arg(long, conflicts_with = "header", hide_long_help = true)]
    no_header: bool,
    /// Points for one unit of money, as a decimal or a fraction.
    #[arg(long, value_name = "RATE", hide_long_help = true)]
    points_per_unit: Option<Ratio>,
    /// Money that counts in whole steps only: points are then given for each step.
    #[arg(long, value_name = "AMOUNT", value_parser = step, hide_long_help = true)]
    step: Option<Ratio>,
    /// Rounding of a part of a point: half-up, down, up.
    #[arg(long, value_name = "HOW", default_value = "half-up", value_parser = rounding, hide_long_help = true)]
    round: Rounding,
    /// Create what is missing: the program (members enrol with their first accrual), the point type, and the partner
    /// (post-paid, one for one). What is there must be as the options say it.
    #[arg(long, hide_long_help = true)]
    pub(super) create: bool,
    /// With --create: points expire this many days after the purchase [default: never].
    #[arg(long, value_name = "DAYS", requires = "create", value_parser = clap::value_parser!(u16).range(1..=36_500), hide_long_help = true)]
    expire_days: Option<u16>,
    /// With --create: the program's time zone [default: UTC]. It is that of dates that name none.
    #[arg(long, hide_long_help = true)]
    pub(super) zone: Option<Zone>,
    /// The name to derive request ids from [default: the file's; a pipe has none].
    #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new(), hide_long_help = true)]
    pub(super) name: Option<String>,
    /// Take purchases that are dated more than 24 hours ahead of the system's clock.
    #[arg(long, hide_long_help = true)]
    allow_future: bool,
    /// Take purchases that are dated before 1990, or more than a year before the program began.
    #[arg(long, hide_long_help = true)]
    allow_old: bool,
    /// The program [default: the only one there is].
    #[arg(long, value_name = "NUMBER", hide_long_help = true)]
    program: Option<u32>,
    /// The kind of points.
    #[arg(long, default_value_t = 1, hide_long_help = true)]
    pub(super) point_type: u16,
    /// The partner that pays [default: the host].
    #[arg(long, hide_long_help = true)]
    pub(super) partner: Option<u32>,
    /// Redeem this many points whenever a member has them: at the end of a day on the file's clock, 1,000 times at most.
    #[arg(long, value_name = "POINTS", value_parser = clap::value_parser!(i64).range(1..), hide_long_help = true)]
    redeem_at: Option<i64>,
    /// The time is that of the purchases (commands), or the purchases are late postings, recorded now (system).
    #[arg(long, value_enum, value_name = "CLOCK", default_value = "commands", hide_long_help = true)]
    clock: Clock,
}

/// A first import, on one screen of help.
const FIRST_IMPORT: &str = "\
Example:
  accruedb import sold.csv
      looks at the file and proposes how to read it
  accruedb import sold.csv --preset shopify --points-per-unit 1 --dry-run
      shows the first lines as they would be read, and makes nothing
  accruedb import sold.csv --preset shopify --points-per-unit 1 --create --db s
      makes the database s and imports

  --points-per-unit RATE    points for one unit of money; --round down cuts
  --customer-column COLUMN  the member's id   [customer_id]
  --date-column COLUMN      the date          [date]
  --date-format FORMAT      %d.%m.%Y, '%m/%d/%Y %H:%M'   [1997-01-31, RFC 3339]
  --amount-column COLUMN    the money         [amount]
  --decimal ,               1.234,50 is written so
  --currency EUR            29.00 EUR is written so
  --id-column COLUMN        the order's number: exports may overlap
  --status-column COLUMN    what was not paid is left out: --only paid
  --preset NAME             the columns of shopify, woocommerce, magento, square
  --mapping FILE            such options in TOML; --explain writes them
  --create                  makes what is missing: program, points, partner
  --zone Europe/Vienna      with --create: the program's time zone
  --expire-days 180         with --create: points expire after so many days

All options: accruedb import -h
All that a cell may say: src/docs/import.md";

impl Args {
    /// The program: the one that is named, else the first.
    pub(super) fn program(&self) -> ProgramId {
        ProgramId(self.program.unwrap_or(1))
    }

    /// The same call about the only program of a database, where none is named.
    pub(super) fn choosing(&self, engine: Option<&Engine>) -> Result<Args, Failure> {
        let mut chosen = self.clone();
        if let (None, Some(engine)) = (self.program, engine) {
            chosen.program = Some(OneProgram::default().of(engine)?.id.0);
        }
        Ok(chosen)
    }

    pub(super) fn clock(&self) -> Clock {
        self.clock
    }

    /// Refuses options that do not go together.
    pub(super) fn check(&self) -> Result<(), Failure> {
        let refused = |what: &str| Err(Failure::Usage(what.to_owned()));
        if self.allow_future && self.clock() == Clock::System {
            return refused("--allow-future does not go with --clock system, which takes no purchase from the future");
        }
        if self.zone.is_some() && !self.create && !self.dry_run {
            return refused(
                "--zone needs --create: a program that is there has its zone; --date-zone is that of dates",
            );
        }
        Ok(())
    }

    /// The file that is read.
    pub(super) fn file(&self) -> PathBuf {
        self.file.clone().unwrap_or_else(|| PathBuf::from("-"))
    }

    /// The database, which a call that makes something must name.
    pub(super) fn database(&self) -> Result<Database, Failure> {
        let db =
            self.db.clone().ok_or_else(|| Failure::Usage("--db DIR is missing: the database's directory".into()))?;
        Ok(Database::in_directory(db, Some(self.clock)))
    }

    /// All column options: those given here, those of the file, those of the preset.
    pub(super) fn mapping(&self) -> Result<Mapping, Failure> {
        let mut own = self.columns.clone();
        if self.no_header {
            own.header = Some(false);
        }
        let file = self.mapping.as_deref().map(Mapping::of_file).transpose()?;
        let own = own.over(file.unwrap_or_default());
        self.preset.map_or(Ok(own.clone()), |preset| preset.under(own)).map_err(Failure::Usage)
    }

    /// Whether nothing says how the file is to be read, or where its points are to go.
    pub(super) fn is_bare(&self) -> bool {
        self.columns.is_empty() && self.preset.is_none() && self.mapping.is_none() && !self.no_header
    }

    /// Whether it is said what money is worth.
    pub(super) fn has_rate(&self) -> bool {
        self.points_per_unit.is_some()
    }

    /// The tariff. A column of points needs none.
    pub(super) fn earning(&self, mapping: &Mapping) -> Result<Earning, Failure> {
        let missing = || Failure::Usage("--points-per-unit RATE is missing: the points for one unit of money".into());
        let none = mapping.points_column.is_some().then_some(Ratio::whole(1));
        let rate = self.points_per_unit.or(none).ok_or_else(missing)?;
        Ok(Earning {
            program: self.program(),
            point_type: PointTypeId(self.point_type),
            partner: self.partner.map(PartnerId),
            tariff: Tariff { rate, step: self.step, rounding: self.round },
        })
    }

    pub(super) fn redeem_rule(&self) -> Option<RedeemRule> {
        let points = self.redeem_at.map(Points)?;
        Some(RedeemRule { program: self.program(), point_type: PointTypeId(self.point_type), points })
    }

    /// When points expire, where that is said.
    pub(super) fn expiry(&self) -> Option<Expiry> {
        self.expire_days.map(|days| Expiry::After(Span::days(days)))
    }

    /// The instants between which a line may be dated.
    pub(super) fn bounds(&self, program_began: Option<Timestamp>) -> Bounds {
        const YEAR_HOURS: i64 = 366 * 24;
        let latest = system_now().saturating_add_hours(AHEAD_HOURS_MAX);
        let began = program_began.map(|began| began.saturating_add_hours(-YEAR_HOURS));
        Bounds {
            earliest: (!self.allow_old).then(|| began.unwrap_or(Timestamp::MIN).max(oldest())),
            // late postings from the future are refused by the engine
            latest: (!self.allow_future && self.clock == Clock::Commands).then_some(latest),
        }
    }
}

/// 1990-01-01: no shop exports purchases that are older. Years of two digits, and the zeros of other calendars, are.
fn oldest() -> Timestamp {
    Timestamp::from_ms(631_152_000_000).unwrap_or(Timestamp::MIN)
}

/// The instants between which a line may be dated; beyond them, an option takes it all the same.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    earliest: Option<Timestamp>,
    latest: Option<Timestamp>,
}

impl Bounds {
    /// The problem of an instant beyond them.
    pub(super) fn problem(&self, at: Timestamp) -> Option<String> {
        if self.latest.is_some_and(|latest| at > latest) {
            return Some(format!("{at} is ahead of the system's clock; --allow-future takes it all the same"));
        }
        let earliest = self.earliest.filter(|earliest| at < *earliest)?;
        let hint = if at.ms() < -59_000_000_000_000 { "; %y reads years of two digits" } else { "" };
        Some(format!("{at} is before {earliest}; --allow-old takes it all the same{hint}"))
    }
}

fn rounding(text: &str) -> Result<Rounding, String> {
    match text.replace('_', "-").as_str() {
        "half-up" => Ok(Rounding::HalfUp),
        "down" => Ok(Rounding::Down),
        "up" => Ok(Rounding::Up),
        _ => Err("half-up, down or up".to_owned()),
    }
}

fn step(text: &str) -> Result<Ratio, String> {
    let step: Ratio = text.parse()?;
    if step == Ratio::whole(0) { Err("more than 0".to_owned()) } else { Ok(step) }
}
