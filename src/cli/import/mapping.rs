//! How a file's cells become purchases: options that can be given on the command line, kept in a file, or come from a
//! preset. The command line counts before the file, the file before the preset.

use crate::cli::input::text_of;
use crate::cli::output::Failure;
use crate::cli::purchases::{
    Charset, Column, Columns, DateStyle, Format, Layout, Marks, Nobody, Statuses, Thousands, check_date_format, plain,
};
use crate::domain::SourceId;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Declares the options once: for the command line, for TOML, and for laying one set over another.
macro_rules! mapping {
    ($($(#[$meta:meta])* $name:ident: $kind:ty,)*) => {
        /// The options of a mapping. Nothing is set by default.
        #[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
        pub(super) struct Mapping {
            $($(#[$meta])* pub(super) $name: $kind,)*
        }

        impl Mapping {
            /// These options; where one is not set, the other's.
            pub(super) fn over(self, below: Mapping) -> Mapping {
                Mapping { $($name: self.$name.over(below.$name),)* }
            }
        }
    };
}

/// A setting that may be missing.
trait Over {
    fn over(self, below: Self) -> Self;
}

impl<T> Over for Option<T> {
    fn over(self, below: Self) -> Self {
        self.or(below)
    }
}

impl<T> Over for Vec<T> {
    fn over(self, below: Self) -> Self {
        if self.is_empty() { below } else { self }
    }
}

mapping! {
    /// The column of the member's id, by name or by number from 1 [default: customer_id].
    #[arg(long, hide_long_help = true, value_name = "COLUMN")]
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_column: Option<String>,
    /// The column of the date [default: date].
    #[arg(long, hide_long_help = true, value_name = "COLUMN")]
    #[serde(skip_serializing_if = "Option::is_none")]
    date_column: Option<String>,
    /// How dates are written, as in strftime: %d.%m.%Y, '%m/%d/%Y %H:%M %Z' [default: 1997-01-31 or RFC 3339].
    #[arg(long, hide_long_help = true, value_name = "FORMAT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    date_format: Option<String>,
    /// The column of the amount of money [default: amount].
    #[arg(long, hide_long_help = true, value_name = "COLUMN")]
    #[serde(skip_serializing_if = "Option::is_none")]
    amount_column: Option<String>,
    /// The mark before decimals, . or , : the other one then marks thousands.
    #[arg(long, hide_long_help = true, value_name = "MARK")]
    #[serde(skip_serializing_if = "Option::is_none")]
    decimal: Option<String>,
    /// The column of the shop's own order number: an order counts once, in however many files it is.
    #[arg(long, hide_long_help = true, value_name = "COLUMN")]
    #[serde(skip_serializing_if = "Option::is_none")]
    id_column: Option<String>,
    /// The column of the time of day, where the date's column has none.
    #[arg(long, hide_long_help = true, value_name = "COLUMN")]
    #[serde(skip_serializing_if = "Option::is_none")]
    time_column: Option<String>,
    /// The column of the date's time zone.
    #[arg(long, hide_long_help = true, value_name = "COLUMN")]
    #[serde(skip_serializing_if = "Option::is_none")]
    zone_column: Option<String>,
    /// The zone of dates that name none [default: the program's].
    #[arg(long, hide_long_help = true, value_name = "ZONE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    date_zone: Option<String>,
    /// One date for all lines, where no column has it: balances that are carried over.
    #[arg(long, hide_long_help = true, value_name = "DATE", conflicts_with = "date_column")]
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<String>,
    /// The column of points, in the place of an amount.
    #[arg(long, hide_long_help = true, value_name = "COLUMN", conflicts_with = "amount_column")]
    #[serde(skip_serializing_if = "Option::is_none")]
    points_column: Option<String>,
    /// The mark between thousands: . , ' a blank, or none.
    #[arg(long, hide_long_help = true, value_name = "MARK")]
    #[serde(skip_serializing_if = "Option::is_none")]
    thousands: Option<String>,
    /// The currency of all amounts, as codes or signs: EUR. Another one is bad.
    #[arg(long, hide_long_help = true, value_name = "CODE", value_delimiter = ',')]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    currency: Vec<String>,
    /// The column of the currency.
    #[arg(long, hide_long_help = true, value_name = "COLUMN")]
    #[serde(skip_serializing_if = "Option::is_none")]
    currency_column: Option<String>,
    /// A text before order numbers, where two shops use the same ones.
    #[arg(long, hide_long_help = true, value_name = "TEXT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    id_prefix: Option<String>,
    /// The column of the order number that a refund takes back from.
    #[arg(long, hide_long_help = true, value_name = "COLUMN")]
    #[serde(skip_serializing_if = "Option::is_none")]
    refund_of_column: Option<String>,
    /// The column of the money of an order that was refunded until now.
    #[arg(long, hide_long_help = true, value_name = "COLUMN")]
    #[serde(skip_serializing_if = "Option::is_none")]
    refund_column: Option<String>,
    /// The column that says whether an order was paid.
    #[arg(long, hide_long_help = true, value_name = "COLUMN")]
    #[serde(skip_serializing_if = "Option::is_none")]
    status_column: Option<String>,
    /// The statuses that count [default: paid, complete, completed, partially refunded and their likes].
    #[arg(long, hide_long_help = true, value_name = "STATUS", value_delimiter = ',')]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    only: Vec<String>,
    /// The statuses of orders that were undone [default: cancelled, refunded, voided and their likes].
    #[arg(long, hide_long_help = true, value_name = "STATUS", value_delimiter = ',')]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    undone: Vec<String>,
    /// The statuses of lines that are refunds, also where the amount is positive [default: refund, return, credit].
    #[arg(long, hide_long_help = true, value_name = "STATUS", value_delimiter = ',')]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    refunds: Vec<String>,
    /// Leave out lines without an amount: the further articles of an order.
    #[arg(long, hide_long_help = true, value_name = "YES", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    skip_without_amount: Option<bool>,
    /// The column of the day or instant with which the points expire.
    #[arg(long, hide_long_help = true, value_name = "COLUMN")]
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_column: Option<String>,
    /// The column of a text to keep with the points.
    #[arg(long, hide_long_help = true, value_name = "COLUMN")]
    #[serde(skip_serializing_if = "Option::is_none")]
    reference_column: Option<String>,
    /// The column of the partner's number.
    #[arg(long, hide_long_help = true, value_name = "COLUMN")]
    #[serde(skip_serializing_if = "Option::is_none")]
    partner_column: Option<String>,
    /// The column of the point type's number.
    #[arg(long, hide_long_help = true, value_name = "COLUMN")]
    #[serde(skip_serializing_if = "Option::is_none")]
    point_type_column: Option<String>,
    /// The column of the source's number.
    #[arg(long, hide_long_help = true, value_name = "COLUMN")]
    #[serde(skip_serializing_if = "Option::is_none")]
    source_column: Option<String>,
    /// A column of points that a promotion gives beside the others, and the number of its source.
    #[arg(long, hide_long_help = true, value_name = "COLUMN=SOURCE")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    promotion_column: Vec<String>,
    /// More values of the member's column that mean nobody, beside 0, NULL, Guest and their likes.
    #[arg(long, hide_long_help = true, value_name = "VALUE")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    nobody: Vec<String>,
    /// csv or jsonl [default: jsonl where the first line begins with {].
    #[arg(long, hide_long_help = true, value_name = "FORMAT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<String>,
    /// The separator of columns, also '\t' [default: the one of , ; tab and | that the first line uses most].
    #[arg(long, hide_long_help = true, value_name = "CHARACTER")]
    #[serde(skip_serializing_if = "Option::is_none")]
    delimiter: Option<String>,
    /// The mark before a quote inside a quoted cell, such as \.
    #[arg(long, hide_long_help = true, value_name = "CHARACTER")]
    #[serde(skip_serializing_if = "Option::is_none")]
    quote_escape: Option<String>,
    /// utf-8, utf-16, windows-1252, ... [default: found out, and told].
    #[arg(long, hide_long_help = true, value_name = "NAME")]
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<String>,
    /// The first line names the columns [default: where one is given by name].
    #[arg(long, hide_long_help = true, value_name = "YES", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    header: Option<bool>,
    /// Lines at the beginning to leave out, such as a title.
    #[arg(long, hide_long_help = true, value_name = "LINES")]
    #[serde(skip_serializing_if = "Option::is_none")]
    skip_lines: Option<u32>,
}

impl Mapping {
    /// Reads a mapping that is kept in a file.
    pub(super) fn of_file(file: &Path) -> Result<Mapping, Failure> {
        let shown = plain(&file.display().to_string());
        let text = text_of(file).map_err(|what| Failure::Usage(format!("{shown}: {what}")))?;
        toml::from_str(&text).map_err(|error| {
            let line =
                error.span().and_then(|span| text.get(..span.start)).map_or(0, |head| head.matches('\n').count());
            let what: String = error.message().chars().take(300).flat_map(char::escape_debug).collect();
            Failure::Usage(format!("{shown}, line {}: {what}", line.saturating_add(1)))
        })
    }

    /// Whether nothing is set.
    pub(super) fn is_empty(&self) -> bool {
        *self == Mapping::default()
    }

    /// The mapping as a file can hold it.
    pub(super) fn to_toml(&self) -> Result<String, Failure> {
        toml::to_string(self).map_err(|error| Failure::Usage(error.to_string()))
    }

    /// The layout that the options describe, or which one describes nothing.
    pub(super) fn layout(&self) -> Result<Layout, Failure> {
        self.described().map_err(|(option, problem)| Failure::Usage(format!("--{option}: {problem}")))
    }

    fn described(&self) -> Result<Layout, (&'static str, String)> {
        let list = |words: &[String]| (!words.is_empty()).then(|| words.to_vec());
        let date_format = self.date_format.as_deref().map(check_date_format).transpose();
        date_format.map_err(|problem| ("date-format", problem))?;
        Ok(Layout {
            columns: self.columns()?,
            date: self.date.clone(),
            dates: DateStyle { format: self.date_format.clone(), zone: parsed("date-zone", &self.date_zone)? },
            marks: self.marks()?,
            delimiter: self.delimiter.as_deref().map(character).transpose().map_err(|what| ("delimiter", what))?,
            escape: self.quote_escape.as_deref().map(character).transpose().map_err(|what| ("quote-escape", what))?,
            header: self.header,
            charset: parsed("encoding", &self.encoding)?.unwrap_or(Charset::Detected),
            format: match self.format.as_deref() {
                None => Format::Detected,
                Some("csv") => Format::Csv,
                Some("jsonl") => Format::JsonLines,
                Some(_) => return Err(("format", "csv or jsonl".to_owned())),
            },
            skip_lines: self.skip_lines.unwrap_or_default(),
            nobody: Nobody { values: self.nobody.clone() },
            statuses: Statuses { only: list(&self.only), undone: list(&self.undone), refunds: list(&self.refunds) },
            skip_without_amount: self.skip_without_amount.unwrap_or_default(),
            id_prefix: self.id_prefix.clone().unwrap_or_default(),
        })
    }

    fn columns(&self) -> Result<Columns, (&'static str, String)> {
        let or = |column: &Option<String>, usual: &str, needed: bool| {
            column.clone().or_else(|| needed.then(|| usual.to_owned()))
        };
        let is_by_number = self.header == Some(false);
        let usual = !is_by_number;
        let promotions = self.promotion_column.iter().map(|text| {
            let problem = || ("promotion-column", "COLUMN=SOURCE, the source by its number".to_owned());
            let (column, source) = text.rsplit_once('=').ok_or_else(problem)?;
            let source = source.trim().parse().map(SourceId).map_err(|_| problem())?;
            Ok((column.trim().parse().map_err(|what| ("promotion-column", what))?, source))
        });
        Ok(Columns {
            customer: parsed("customer-column", &or(&self.customer_column, "customer_id", usual))?,
            date: parsed("date-column", &or(&self.date_column, "date", usual && self.date.is_none()))?,
            amount: parsed("amount-column", &or(&self.amount_column, "amount", usual && self.points_column.is_none()))?,
            time: parsed("time-column", &self.time_column)?,
            zone: parsed("zone-column", &self.zone_column)?,
            points: parsed("points-column", &self.points_column)?,
            id: parsed("id-column", &self.id_column)?,
            refund_of: parsed("refund-of-column", &self.refund_of_column)?,
            refunded: parsed("refund-column", &self.refund_column)?,
            status: parsed("status-column", &self.status_column)?,
            currency: parsed("currency-column", &self.currency_column)?,
            expires: parsed("expires-column", &self.expires_column)?,
            reference: parsed("reference-column", &self.reference_column)?,
            partner: parsed("partner-column", &self.partner_column)?,
            point_type: parsed("point-type-column", &self.point_type_column)?,
            source: parsed("source-column", &self.source_column)?,
            promotions: promotions.collect::<Result<Vec<(Column, SourceId)>, _>>()?,
        })
    }

    fn marks(&self) -> Result<Marks, (&'static str, String)> {
        let decimal = match self.decimal.as_deref() {
            None => None,
            Some(".") => Some('.'),
            Some(",") => Some(','),
            Some(_) => return Err(("decimal", ". or ,".to_owned())),
        };
        let thousands = match self.thousands.as_deref() {
            None => None,
            Some("none") => Some(Thousands::None),
            Some("space") => Some(Thousands::Mark(' ')),
            Some(text) => {
                let mut marks = text.chars();
                match (marks.next(), marks.next()) {
                    (Some(mark), None) if !mark.is_alphanumeric() => Some(Thousands::Mark(mark)),
                    _ => return Err(("thousands", "one character, like . or a blank, or none".to_owned())),
                }
            }
        };
        if let (Some(decimal), Some(Thousands::Mark(mark))) = (decimal, thousands)
            && decimal == mark
        {
            return Err(("thousands", format!("{mark:?} is the mark before decimals")));
        }
        Ok(Marks { decimal, thousands, currency: currencies(&self.currency) })
    }
}

fn parsed<T>(option: &'static str, text: &Option<String>) -> Result<Option<T>, (&'static str, String)>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    text.as_deref().map(str::parse).transpose().map_err(|error: T::Err| (option, error.to_string()))
}

fn character(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"\\t" | b"tab" => Ok(b'\t'),
        [b'"' | b'\r' | b'\n'] => Err("a quote or a line break separates nothing".to_owned()),
        [byte] if byte.is_ascii() => Ok(*byte),
        _ => Err("one ASCII character, like ; or , or \\t".to_owned()),
    }
}

/// Codes with the signs that mean them and nothing else in a file of one currency.
pub(super) fn currencies(names: &[String]) -> Vec<String> {
    const SIGNS: [(&str, &[&str]); 6] = [
        ("USD", &["US$", "$"]),
        ("EUR", &["€", "Euro"]),
        ("GBP", &["£"]),
        ("JPY", &["¥", "￥"]),
        ("CHF", &["Fr.", "SFr."]),
        ("INR", &["₹", "Rs."]),
    ];
    let mut all: Vec<String> = names.iter().map(|name| name.trim().to_owned()).collect();
    for name in names {
        let signs = SIGNS.iter().find(|(code, _)| code.eq_ignore_ascii_case(name.trim())).map(|(_, signs)| *signs);
        all.extend(signs.unwrap_or_default().iter().map(|sign| (*sign).to_owned()));
    }
    all
}
