//! What the demo says of its partners: what the first was charged for, and what the second was billed.

use super::super::output::{Failure, Output};
use super::super::table::{TextTable, grouped};
use super::history::{BILLED, PARTNER, PROGRAM};
use crate::domain::{
    Bill, BillKey, Charge, ChargeCause, Entry, Fault, Leg, Partner, PartnerEvent, PartnerKey, Points, Sequence,
    Timestamp,
};
use crate::engine::{Engine, Error};
use crate::report::{self, Money, Page, UseLine};
use crate::storage::Read;
use serde_json::{Value, json};

/// Entries read in one go.
const ENTRIES: usize = 1_000;

/// Every cause, in the order in which they are told.
const CAUSES: [ChargeCause; 6] = [
    ChargeCause::Purchase,
    ChargeCause::ReserveUsage,
    ChargeCause::BlockPurchaseDue,
    ChargeCause::AutoCreation,
    ChargeCause::ReserveReturned,
    ChargeCause::PurchaseCancelled,
];

/// What is known of the partners at the end.
pub(super) struct Partners {
    charges: Vec<Charge>,
    bills: Vec<(BillKey, Bill)>,
    billed: Partner,
    /// How often the first partner's points were low, and its reserve was touched.
    events: (u64, u64),
    /// Accruals and cancellations of both, and how many of them do not agree.
    reconciled: (u64, u64),
}

/// How often the first partner's points were low, and its reserve was touched.
fn events(engine: &Engine) -> Result<(u64, u64), Error> {
    let mut events = (0u64, 0u64);
    let mut from = Sequence(1);
    loop {
        let entries = engine.journal(from, ENTRIES)?;
        let Some(last) = entries.last() else { return Ok(events) };
        from = last.sequence.next();
        for leg in entries.iter().flat_map(Entry::legs) {
            match leg {
                Leg::Event { partner: PARTNER, event: PartnerEvent::PointsLow, .. } => {
                    events.0 = events.0.saturating_add(1);
                }
                Leg::Event { partner: PARTNER, event: PartnerEvent::ReserveTouched, .. } => {
                    events.1 = events.1.saturating_add(1);
                }
                _ => {}
            }
        }
    }
}

/// One kind of charge.
struct Charged {
    cause: ChargeCause,
    times: u64,
    points: i128,
    amount: Money,
}

impl Partners {
    pub(super) fn gather(engine: &Engine) -> Result<Partners, Failure> {
        let [first, second] = [PARTNER, BILLED].map(|partner| PartnerKey { program: PROGRAM, partner });
        let all = (Timestamp::MIN, Timestamp::MAX);
        let read = |read: &dyn Read| -> Result<_, Fault> {
            let charges = report::charges(read, first, Page::ALL)?.into_iter().map(|(_, charge)| charge).collect();
            let bills = report::bills(read, second, Page::ALL)?;
            let used = [report::partner_use(read, first, all)?, report::partner_use(read, second, all)?].concat();
            let apart = used.iter().filter(|line: &&UseLine| !line.agrees()).count();
            Ok((charges, bills, (used.len() as u64, apart as u64)))
        };
        let (charges, bills, reconciled) = engine.with_snapshot(read)?.map_err(Error::from)?;
        let billed = engine.partner_record(second)?.unwrap_or_default();
        Ok(Partners { charges, bills, billed, events: events(engine)?, reconciled })
    }

    fn charged(&self) -> impl Iterator<Item = Charged> + '_ {
        CAUSES.into_iter().filter_map(|cause| {
            let of = || self.charges.iter().filter(|charge| charge.cause == cause);
            let sign = if cause.is_credit() { -1 } else { 1 };
            let signed = |points: Points| Points(points.0.saturating_mul(sign));
            let amounts = of().map(|charge| Money::of(signed(charge.points), charge.unit_price));
            let times = of().count() as u64;
            let points = of().map(|charge| i128::from(signed(charge.points).0)).fold(0, i128::saturating_add);
            (times > 0).then(|| Charged { cause, times, points, amount: amounts.fold(Money::ZERO, Money::plus) })
        })
    }

    fn billed_points(&self) -> i128 {
        self.bills.iter().map(|(_, bill)| bill.points()).fold(0, i128::saturating_add)
    }

    /// What the second partner was given and is not billed for yet.
    fn unbilled(&self) -> i128 {
        i128::from(self.billed.debited.0).saturating_sub(self.billed_points())
    }

    pub(super) fn to_json(&self) -> Value {
        let charged = self.charged().map(|of| {
            json!({ "cause": of.cause, "times": of.times, "points": of.points as i64, "amount": of.amount.to_string() })
        });
        let bills = self.bills.iter().map(|(key, bill)| {
            json!({
                "bill": key.number, "until": bill.until, "lines": bill.lines, "points": bill.points() as i64,
                "amount": report::bill_amount(bill),
            })
        });
        json!({
            "charges": charged.collect::<Vec<_>>(), "points_low": self.events.0, "reserve_touched": self.events.1,
            "bills": bills.collect::<Vec<_>>(), "unbilled": self.unbilled() as i64,
            "reconciled": { "lines": self.reconciled.0, "apart": self.reconciled.1 },
        })
    }

    /// What the first was charged for.
    pub(super) fn tell_charges(&self, output: &mut Output) -> Result<(), Failure> {
        let (low, touched) = self.events;
        output.line(format!("\nCharges of partner {PARTNER} (points low: {low}, reserve touched: {touched})"))?;
        let mut table = TextTable::new(&["for", "times", "points", "USD"]);
        for Charged { cause, times, points, amount } in self.charged() {
            table.row([cause.code().replace('_', " "), grouped(times), grouped(points), amount.to_string()]);
        }
        output.table_behind("  ", &table)
    }

    /// What the second was billed, month by month.
    pub(super) fn tell_bills(&self, output: &mut Output) -> Result<(), Failure> {
        output.line(format!(
            "\nBills of partner {BILLED}, which pays for single CDs when they were given; {} points are not billed yet",
            grouped(self.unbilled())
        ))?;
        let mut table = TextTable::new(&["bill", "until", "lines", "points", "amount"]);
        for (key, bill) in &self.bills {
            let until = bill.until.day().to_string();
            let (lines, points) = (grouped(bill.lines), grouped(bill.points()));
            table.row([key.number.to_string(), until, lines, points, report::bill_amount(bill)]);
        }
        output.table_behind("  ", &table)?;
        let (lines, apart) = self.reconciled;
        output.line(format!(
            "\nReconciled: {} accruals and cancellations; what members were given and what partners paid differs in {}",
            grouped(lines),
            grouped(apart)
        ))
    }
}
