//! The kinds of lines of a file, and what each says.

use super::amounts::Decimal;
use crate::domain::{Expiry, MemberId, PartnerId, PointTypeId, Points, RequestId, SourceId, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A line of a file. Every line is one of these, and only one.
#[derive(Debug, Clone)]
pub enum Line {
    /// Gives points.
    Purchase(Purchase),
    /// Takes points back.
    Refund(Refund),
    /// Left out, for this reason.
    Skipped {
        /// Its number in the file, from 1.
        line: u64,
        /// The rule that leaves it out.
        rule: String,
    },
    /// A purchase of nobody.
    Nobody {
        /// Its number in the file, from 1.
        line: u64,
        /// The value of the member's column.
        who: String,
    },
    /// Says nothing that can be used.
    Bad(BadLine),
}

/// The amount for which points are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worth {
    /// Money.
    Money(Decimal),
    /// So many points.
    Points(Points),
}

impl fmt::Display for Worth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Worth::Money(amount) => amount.fmt(f),
            Worth::Points(points) => write!(f, "{points} points"),
        }
    }
}

/// A line that gives points.
#[derive(Debug, Clone)]
pub struct Purchase {
    /// Its number in the file, from 1.
    pub line: u64,
    /// The member who bought.
    pub customer: MemberId,
    /// When.
    pub at: Timestamp,
    /// For how much.
    pub worth: Worth,
    /// How much of it was refunded until now.
    pub refunded: Option<Decimal>,
    /// The source of its points.
    pub source: Option<SourceId>,
    /// The shop's own number, or derived from the line.
    pub request: RequestId,
    /// Details that few lines have.
    pub details: Option<Box<Details>>,
}

/// Details that few purchases have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// When the points expire.
    pub expires: Option<Expiry>,
    /// A text to keep with the points.
    pub reference: Option<Box<str>>,
    /// The partner that pays.
    pub partner: Option<PartnerId>,
    /// The kind of points.
    pub point_type: Option<PointTypeId>,
    /// Points of promotions.
    pub promotions: Vec<(SourceId, Points)>,
    /// The texts of ids of more than 15 characters.
    pub long_ids: Vec<Box<str>>,
}

/// A line that takes points back.
#[derive(Debug, Clone)]
pub struct Refund {
    /// Its number in the file, from 1.
    pub line: u64,
    /// Whose purchase it was, where the line says it.
    pub customer: Option<MemberId>,
    /// When; a purchase that was undone may have no date.
    pub at: Option<Timestamp>,
    /// How much goes back; `None` is all.
    pub worth: Option<Worth>,
    /// The purchase.
    pub of: Option<RequestId>,
    /// Whether only that purchase is meant. Else, where it is unknown, the member's latest is.
    pub is_only_of: bool,
    /// Derived from the line, or from the purchase and the refund.
    pub request: RequestId,
    /// The kind of points.
    pub point_type: Option<PointTypeId>,
}

/// A line that says nothing that can be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BadLine {
    /// The column that cannot be used, where it is a single one.
    pub column: Option<String>,
    /// Its number in the file, from 1.
    pub line: u64,
    /// The reason.
    pub problem: String,
}

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(column) = &self.column {
            write!(f, ", column {column}")?;
        }
        write!(f, ": {}", self.problem)
    }
}
