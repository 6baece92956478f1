//! The words of a status column, and what a line of each is.

/// The meaning of the status column's words. Capitals, blanks, `-` and `_` make no difference.
#[derive(Debug, Clone, Default)]
pub struct Statuses {
    /// The words of purchases that count. Default: paid and its likes. All that is in no list is left out.
    pub only: Option<Vec<String>>,
    /// The words of purchases that were undone as a whole. Default: cancelled, refunded, voided and their likes.
    pub undone: Option<Vec<String>>,
    /// The words of lines that are refunds themselves. Default: refund and its likes.
    pub refunds: Option<Vec<String>>,
}

/// The kind of a line, by its status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Purchase,
    /// A purchase that was undone: it gives nothing, and takes back what was given for it before.
    Undone,
    /// Money that went back.
    Refund,
    LeftOut,
}

const ONLY: &[&str] = &[
    "paid",
    "complete",
    "completed",
    "partially refunded",
    "partiallyrefunded",
    "payment",
    "sale",
    "success",
    "successful",
    "succeeded",
    "settled",
    "captured",
];
const UNDONE: &[&str] =
    &["cancelled", "canceled", "refunded", "fully refunded", "voided", "void", "reversed", "charged back"];
const REFUNDS: &[&str] = &["refund", "return", "credit", "credit note", "partial refund"];

impl Statuses {
    pub(super) fn kind(&self, status: &str) -> Kind {
        let status = folded(status);
        let is_one = |own: &Option<Vec<String>>, usual: &[&str]| match own {
            Some(own) => own.iter().any(|word| folded(word) == status),
            None => usual.contains(&status.as_str()),
        };
        match () {
            // what somebody named counts before what is usual
            () if self.only.is_some() && is_one(&self.only, ONLY) => Kind::Purchase,
            () if is_one(&self.refunds, REFUNDS) => Kind::Refund,
            () if is_one(&self.undone, UNDONE) => Kind::Undone,
            () if is_one(&self.only, ONLY) => Kind::Purchase,
            () => Kind::LeftOut,
        }
    }
}

fn folded(word: &str) -> String {
    word.trim().to_lowercase().replace(['_', '-'], " ")
}
