//! Which column says what, and where it is in a file.

use super::text::plain;
use crate::domain::SourceId;
use std::fmt;
use std::str::FromStr;

/// A column by its name in the first line, or by its number from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    /// From 1.
    Number(usize),
    /// As the first line says it.
    Name(String),
}

impl FromStr for Column {
    type Err = String;

    fn from_str(text: &str) -> Result<Column, String> {
        match text.parse() {
            Ok(0) => Err("columns are counted from 1".into()),
            Ok(number) => Ok(Column::Number(number)),
            Err(_) => Ok(Column::Name(text.to_owned())),
        }
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Column::Number(number) => number.fmt(f),
            Column::Name(name) => f.write_str(&plain(name)),
        }
    }
}

/// The columns of a file; those that are not named are not read.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    /// The member's id.
    pub customer: Option<Column>,
    /// The date, or the instant.
    pub date: Option<Column>,
    /// The time of day, where it is a column of its own.
    pub time: Option<Column>,
    /// The zone of the date.
    pub zone: Option<Column>,
    /// The amount of money.
    pub amount: Option<Column>,
    /// Points, in the place of an amount of money.
    pub points: Option<Column>,
    /// The shop's own number of the purchase.
    pub id: Option<Column>,
    /// The number of the purchase that a refund takes back.
    pub refund_of: Option<Column>,
    /// The money of the purchase that was refunded until now.
    pub refunded: Option<Column>,
    /// Whether it was paid, refunded, cancelled.
    pub status: Option<Column>,
    /// The currency of the amount.
    pub currency: Option<Column>,
    /// When the points expire.
    pub expires: Option<Column>,
    /// A text to keep with the points.
    pub reference: Option<Column>,
    /// The partner that pays.
    pub partner: Option<Column>,
    /// The kind of points.
    pub point_type: Option<Column>,
    /// The number of the source.
    pub source: Option<Column>,
    /// Points of promotions, beside those of the amount.
    pub promotions: Vec<(Column, SourceId)>,
}

impl Columns {
    /// All columns that are read.
    pub(super) fn all(&self) -> impl Iterator<Item = &Column> {
        let Columns { customer, date, time, zone, amount, points, id, refund_of, refunded, status, currency, .. } =
            self;
        let Columns { expires, reference, partner, point_type, source, promotions, .. } = self;
        let first = [customer, date, time, zone, amount, points, id, refund_of, refunded, status, currency];
        let second = [expires, reference, partner, point_type, source];
        let single = first.into_iter().chain(second).filter_map(Option::as_ref);
        single.chain(promotions.iter().map(|(column, _)| column))
    }
}

impl Columns {
    /// The names of the columns that are given by name.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let names = self.all().filter_map(|column| match column {
            Column::Name(name) => Some(name.as_str()),
            Column::Number(_) => None,
        });
        names.collect()
    }
}

/// A column and its place from 0.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) column: Column,
    pub(super) at: usize,
}

/// The columns, found in a file.
#[derive(Debug, Clone)]
pub(super) struct Places {
    pub(super) customer: Place,
    pub(super) date: Option<Place>,
    pub(super) time: Option<Place>,
    pub(super) zone: Option<Place>,
    pub(super) amount: Option<Place>,
    pub(super) points: Option<Place>,
    pub(super) id: Option<Place>,
    pub(super) refund_of: Option<Place>,
    pub(super) refunded: Option<Place>,
    pub(super) status: Option<Place>,
    pub(super) currency: Option<Place>,
    pub(super) expires: Option<Place>,
    pub(super) reference: Option<Place>,
    pub(super) partner: Option<Place>,
    pub(super) point_type: Option<Place>,
    pub(super) source: Option<Place>,
    pub(super) promotions: Vec<(Place, SourceId)>,
}

impl Places {
    /// Finds the columns among the cells of the first line.
    pub(super) fn find(cells: &[String], name: &str, columns: &Columns) -> Result<Places, String> {
        let place = |column: &Column| find(column, cells, name).map(|at| Place { column: column.clone(), at });
        let maybe = |column: &Option<Column>| column.as_ref().map(place).transpose();
        let customer = columns.customer.clone().unwrap_or_else(|| Column::Name("customer_id".to_owned()));
        let promotions = columns.promotions.iter().map(|(column, source)| Ok((place(column)?, *source)));
        Ok(Places {
            customer: place(&customer)?,
            date: maybe(&columns.date)?,
            time: maybe(&columns.time)?,
            zone: maybe(&columns.zone)?,
            amount: maybe(&columns.amount)?,
            points: maybe(&columns.points)?,
            id: maybe(&columns.id)?,
            refund_of: maybe(&columns.refund_of)?,
            refunded: maybe(&columns.refunded)?,
            status: maybe(&columns.status)?,
            currency: maybe(&columns.currency)?,
            expires: maybe(&columns.expires)?,
            reference: maybe(&columns.reference)?,
            partner: maybe(&columns.partner)?,
            point_type: maybe(&columns.point_type)?,
            source: maybe(&columns.source)?,
            promotions: promotions.collect::<Result<_, String>>()?,
        })
    }
}

fn find(column: &Column, cells: &[String], name: &str) -> Result<usize, String> {
    let places = |is_meant: &dyn Fn(usize, &str) -> bool| -> Vec<usize> {
        (0..).zip(cells).filter(|(place, cell)| is_meant(*place, cell)).map(|(place, _)| place).collect()
    };
    let mut found = match column {
        Column::Number(number) => places(&|place, _| place.checked_add(1) == Some(*number)),
        Column::Name(name) => places(&|_, cell| cell == name.trim()),
    };
    if let (Column::Name(name), true) = (column, found.is_empty()) {
        found = places(&|_, cell| cell.to_lowercase() == name.trim().to_lowercase());
    }
    match found.as_slice() {
        [place] => Ok(*place),
        [] if cells.iter().all(String::is_empty) => Err(format!("{} has no line that names its columns", plain(name))),
        [] => {
            let cells = cells.iter().map(|cell| plain(cell)).collect::<Vec<String>>().join(", ");
            Err(format!("{} has no column {column}; its columns are: {cells}", plain(name)))
        }
        _ => Err(format!("{} has several columns {column}: say the number of one", plain(name))),
    }
}
