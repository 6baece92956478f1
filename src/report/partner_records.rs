//! What is recorded of a partner: purchases, charges, fees, bills with their lines. In the order in which it was recorded, a
//! page at a time.

use super::money::Money;
use crate::domain::keys::Key;
use crate::domain::tables::{BillLines, Bills, Charges, Fees};
use crate::domain::{
    Action, Bill, BillKey, BillLine, BillLineKey, BlockId, Charge, ChargeKey, Currency, Fault, Fee, FeeKey, PartnerKey,
    Points, Programs, Rate, RequestId, Sequence, Timestamp,
};
use crate::machine::FoundRows;
use crate::storage::rows::Rows;
use crate::storage::{Read, Table, record};
use serde::Serialize;

/// Rows read from the tables in one go.
const CHUNK: usize = 256;

/// Which page of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page<K> {
    /// Where it begins.
    pub from: Option<K>,
    /// How many rows it has at most.
    pub limit: usize,
}

impl<K> Page<K> {
    /// All rows.
    pub const ALL: Page<K> = Page { from: None, limit: usize::MAX };
}

/// The rows under a prefix, a page of them.
pub(super) fn page<T: Table>(read: &dyn Read, prefix: &impl Key, page: Page<T::Key>) -> Result<FoundRows<T>, Fault> {
    let rows = match page.from {
        None => Rows::<T>::under(read, prefix),
        Some(from) => {
            let end = vec![u8::MAX; crate::storage::keys::KEY_BYTES_MAX.saturating_add(1)];
            Rows::<T>::between(read, from.to_bytes(), end, page.limit.min(CHUNK))
        }
    };
    let prefix = prefix.to_bytes();
    let own = rows.take_while(|row| row.as_ref().map_or(true, |(key, _)| key.to_bytes().starts_with(&prefix)));
    own.take(page.limit).collect()
}

/// What a prepaid partner is charged (rules A17, A18, A23).
pub fn charges(read: &dyn Read, partner: PartnerKey, rows: Page<ChargeKey>) -> Result<Vec<(ChargeKey, Charge)>, Fault> {
    page::<Charges>(read, &partner, rows)
}

/// A partner's bills (rules A26 to A29).
pub fn bills(read: &dyn Read, partner: PartnerKey, rows: Page<BillKey>) -> Result<Vec<(BillKey, Bill)>, Fault> {
    page::<Bills>(read, &partner, rows)
}

/// The lines of a bill, by the time of the transactions.
pub fn bill_lines(
    read: &dyn Read,
    bill: BillKey,
    rows: Page<BillLineKey>,
) -> Result<Vec<(BillLineKey, BillLine)>, Fault> {
    page::<BillLines>(read, &bill, rows)
}

/// What a bill comes to, by currency, as exact fractions: `25/2 EUR`; `0` where it has no line. Points that more was
/// cancelled of than given make it negative (rules A29, A36).
#[must_use]
pub fn bill_amount(bill: &Bill) -> String {
    let mut sums: Vec<(Currency, Money)> = Vec::new();
    for part in &bill.parts {
        let amount = Money::of(part.points, part.price);
        match sums.iter_mut().find(|(currency, _)| *currency == part.currency) {
            Some((_, sum)) => *sum = sum.plus(amount),
            None => sums.push((part.currency, amount)),
        }
    }
    let shown: Vec<String> = sums.into_iter().map(|(currency, sum)| format!("{sum} {currency}")).collect();
    if shown.is_empty() { "0".to_owned() } else { shown.join(" + ") }
}

/// Partners of a program whose name holds a text, whatever its capitals; by name (rule B25).
#[must_use]
pub fn find_partners(
    programs: &Programs,
    program: crate::domain::ProgramId,
    name: &str,
) -> Vec<(PartnerKey, Box<str>)> {
    let wanted = name.to_lowercase();
    let known = programs.get(&program).into_iter().flat_map(|program| &program.partners);
    let named = known.map(|(partner, terms)| (PartnerKey { program, partner: *partner }, terms.current().name.clone()));
    let mut found: Vec<_> = named.filter(|(_, name)| name.to_lowercase().contains(&wanted)).collect();
    found.sort_by(|(a, a_name), (b, b_name)| (a_name, a).cmp(&(b_name, b)));
    found
}

/// Which fees are listed (rule B08).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FeeUnit {
    /// All of them.
    #[default]
    Any,
    /// Those in points.
    Points,
    /// Those in money.
    Money,
}

/// A line of the list of fees: a fee, or the refund of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FeeLine {
    /// `fee` or `refund`.
    pub kind: &'static str,
    /// The entry that recorded it.
    pub sequence: Sequence,
    /// Its request.
    pub request: RequestId,
    /// When the transaction happened.
    pub transaction_at: Timestamp,
    /// The block that paid, or took the points back.
    pub block: Option<BlockId>,
    /// Points: what the partner pays, or less than nothing where it gets them back.
    pub points: Points,
    /// Money, likewise where it is of a fee; of a refund, what the partner gets back.
    pub amount: Rate,
    /// Its currency.
    pub currency: Currency,
    /// The description of a fee, the reason of a refund.
    pub text: Box<str>,
    /// The entry of its refund, or of the fee that it refunds (rule B41).
    pub linked: Option<Sequence>,
    /// The request of the transaction that a fee is about (rule B05).
    pub concerns: Option<RequestId>,
}

/// A partner's fees and refunds whose transactions happened from an instant on and before another, in the order in which
/// the fees were recorded, each refund behind its fee (rule B08). `rows` says which fees are looked at: the lines may be
/// more, or fewer. Beside them, the fee at which the next page begins.
pub fn fees(
    read: &dyn Read,
    partner: PartnerKey,
    (from, to): (Timestamp, Timestamp),
    unit: FeeUnit,
    rows: Page<FeeKey>,
) -> Result<(Vec<FeeLine>, Option<FeeKey>), Fault> {
    let mut lines = Vec::new();
    let found = page::<Fees>(read, &partner, Page { limit: rows.limit.saturating_add(1), ..rows })?;
    let next = found.get(rows.limit).map(|(key, _)| *key);
    for (FeeKey { sequence, .. }, fee) in found.into_iter().take(rows.limit) {
        let is_asked_for = match unit {
            FeeUnit::Any => true,
            FeeUnit::Points => fee.points.is_positive(),
            FeeUnit::Money => !fee.points.is_positive(),
        };
        if !is_asked_for {
            continue;
        }
        if (from..to).contains(&fee.transaction_at) {
            lines.push(fee_line(read, sequence, &fee)?);
        }
        if let Some(refund) = fee.refund.filter(|refund| (from..to).contains(&refund.transaction_at)) {
            let entry = record::entry(read, refund.sequence)?;
            let text = match entry.command.action {
                Action::RefundFee(body) => body.reason,
                _ => return Err(Fault::corrupt(format!("entry {} is no refund of a fee", refund.sequence))),
            };
            lines.push(FeeLine {
                kind: "refund",
                sequence: refund.sequence,
                request: refund.request,
                transaction_at: refund.transaction_at,
                block: refund.block,
                points: Points(fee.points.0.saturating_neg()),
                amount: fee.amount,
                currency: fee.currency,
                text,
                linked: Some(sequence),
                concerns: None,
            });
        }
    }
    Ok((lines, next))
}

fn fee_line(read: &dyn Read, sequence: Sequence, fee: &Fee) -> Result<FeeLine, Fault> {
    let Action::ChargeFee(body) = record::entry(read, sequence)?.command.action else {
        return Err(Fault::corrupt(format!("entry {sequence} is no fee")));
    };
    Ok(FeeLine {
        kind: "fee",
        sequence,
        request: fee.request,
        transaction_at: fee.transaction_at,
        block: fee.block,
        points: fee.points,
        amount: fee.amount,
        currency: fee.currency,
        text: body.description,
        linked: fee.refund.map(|refund| refund.sequence),
        concerns: body.concerns,
    })
}
