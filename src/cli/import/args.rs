//! What an import is to do: where a file's columns are, and what its points are to be.

use crate::cli::database::{Clock, Database, system_now};
use crate::cli::output::Failure;
use crate::cli::posting::{Earning, RedeemRule};
use crate::cli::purchases::{BadLine, Column, Layout, Purchases, check_date_format};
use crate::domain::{AHEAD_HOURS_MAX, Expiry, PartnerId, PointTypeId, Points, ProgramId, Rate, Span, Zone};
use std::path::PathBuf;

/// Imports purchases from a CSV file: each line is an accrual of points per unit of money, half away from zero.
///
/// Bad and refused lines are named on standard error with their number and column; the others are imported. A line is
/// one purchase: as many columns as the first line has, and no cell with a line break in it. Where no line is good,
/// nothing is made.
///
/// Each line's request id is derived from the file's name (without its folders), the line's number and its text: after
/// a crash the same file can be imported again, and nothing happens twice. Mend a bad line in its place. A line added
/// or removed makes all lines after it new: send mended lines as a file of their own.
///
/// Time is that of the purchases (`--clock commands`), which are taken in the order of their dates: points expire
/// between them as they would have. With `--clock system` they are late postings, recorded now.
///
/// Exit codes: 0 done, 1 some lines were bad or refused, or a redemption or a set-up command was, 2 wrong call, 3 engine
/// error.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  accruedb import purchases.csv --db shop --create --expire-days 180 \\\n    \
    --customer-column customer_id --date-column date --amount-column dollars \\\n    \
    --points-per-unit 10 --redeem-at 500")]
pub(in crate::cli) struct Args {
    /// The file; - is the standard input. Its first line names the columns.
    pub(super) file: PathBuf,
    #[command(flatten)]
    pub(super) database: Database,
    /// The name to derive request ids from. Default: the file's; a pipe has none.
    #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(super) name: Option<String>,
    /// The column of the member's id, by name or by number from 1.
    #[arg(long, value_name = "COLUMN", default_value = "customer_id")]
    customer_column: Column,
    /// The column of the date.
    #[arg(long, value_name = "COLUMN", default_value = "date")]
    date_column: Column,
    /// The column of the amount of money.
    #[arg(long, value_name = "COLUMN", default_value = "amount")]
    pub(super) amount_column: Column,
    /// The column of the source's number, if there is one.
    #[arg(long, value_name = "COLUMN")]
    source_column: Option<Column>,
    /// How dates are written, as in strftime, like %d.%m.%Y. Default: 1997-01-31, or an instant in RFC 3339.
    #[arg(long, value_name = "FORMAT", value_parser = date_format)]
    date_format: Option<String>,
    /// What separates the columns.
    #[arg(long, value_name = "CHARACTER", default_value = ",", value_parser = delimiter)]
    delimiter: u8,
    /// Take purchases that are dated more than 24 hours ahead of the system's clock. They move the database's time
    /// there, and it never goes back; without this, such a line is bad. Not with --clock system, which takes none.
    #[arg(long)]
    allow_future: bool,
    /// The program.
    #[arg(long, default_value_t = 1)]
    pub(super) program: u32,
    /// The kind of points.
    #[arg(long, default_value_t = 1)]
    pub(super) point_type: u16,
    /// Who pays. Default: the host.
    #[arg(long)]
    pub(super) partner: Option<u32>,
    /// Points for one unit of money, as a decimal or a fraction.
    #[arg(long, value_name = "RATE")]
    points_per_unit: Rate,
    /// Redeem this many points whenever a member has them: at the end of a day on the file's clock.
    #[arg(long, value_name = "POINTS", value_parser = clap::value_parser!(i64).range(1..))]
    redeem_at: Option<i64>,
    /// Create what is missing: the program (members enrol with their first accrual), the point type, and the partner
    /// (post-paid, one for one). What is there must be as the options say it, and the partner must pay for the points.
    #[arg(long)]
    pub(super) create: bool,
    /// With --create: points expire this many days after the purchase. Default: never.
    #[arg(long, value_name = "DAYS", requires = "create", value_parser = clap::value_parser!(u16).range(1..=36_500))]
    expire_days: Option<u16>,
    /// With --create: the program's time zone. Default: UTC.
    #[arg(long, requires = "create")]
    pub(super) zone: Option<Zone>,
}

impl Args {
    pub(super) fn clock(&self) -> Clock {
        self.database.clock(Clock::Commands)
    }

    /// Refuses options that do not go together.
    pub(super) fn check(&self) -> Result<(), Failure> {
        if self.allow_future && self.clock() == Clock::System {
            let what = "--allow-future does not go with --clock system, which takes no purchase from the future";
            return Err(Failure::Usage(what.into()));
        }
        Ok(())
    }

    pub(super) fn layout(&self) -> Layout {
        Layout {
            customer: self.customer_column.clone(),
            date: self.date_column.clone(),
            amount: self.amount_column.clone(),
            source: self.source_column.clone(),
            date_format: self.date_format.clone(),
            delimiter: self.delimiter,
        }
    }

    pub(super) fn earning(&self) -> Earning {
        Earning {
            program: ProgramId(self.program),
            point_type: PointTypeId(self.point_type),
            partner: self.partner.map(PartnerId),
            points_per_unit: self.points_per_unit,
        }
    }

    pub(super) fn redeem_rule(&self) -> Option<RedeemRule> {
        let points = self.redeem_at.map(Points)?;
        Some(RedeemRule { program: ProgramId(self.program), point_type: PointTypeId(self.point_type), points })
    }

    /// When points expire, where that is said.
    pub(super) fn expiry(&self) -> Option<Expiry> {
        self.expire_days.map(|days| Expiry::After(Span::days(days)))
    }

    /// Makes lines bad that would move the database's time ahead of the system's: it never goes back.
    pub(super) fn drop_future(&self, purchases: &mut Purchases) {
        let latest = system_now().saturating_add_hours(AHEAD_HOURS_MAX);
        let ahead = purchases.good.extract_if(.., |purchase| !self.allow_future && purchase.at > latest);
        purchases.bad.extend(ahead.map(|purchase| BadLine {
            line: purchase.line,
            column: Some(self.date_column.to_string()),
            problem: format!("{} is ahead of the system's clock; --allow-future takes it all the same", purchase.at),
        }));
    }
}

fn date_format(text: &str) -> Result<String, String> {
    check_date_format(text).map(|()| text.to_owned())
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        [byte] if byte.is_ascii() => Ok(*byte),
        _ => Err("one ASCII character, like ; or ,".into()),
    }
}
