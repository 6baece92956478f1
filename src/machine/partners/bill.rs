//! Billing a post-paid partner (rules A26 to A29, A36): all that it owes for transactions before a cut-off becomes lines of
//! a bill, a bounded number in each step, so that nobody waits for it. What is recorded while a bill is made is of the next
//! one.

use crate::domain::tables::{BillLines, Bills, Unbilled};
use crate::domain::{
    BILL_LINES_DEFAULT, BILL_LINES_MAX, Bill, BillKey, BillLineKey, BillPart, BillPartner, BillUntil, Billing,
    ContinueBill, Fault, Leg, Partner, PartnerKey, Points, Program, Rejection, Sequence, Subject, Timestamp,
    UnbilledKey, UnbilledKeyTail, Zone,
};
use crate::machine::draft::{Draft, fits};
use crate::machine::effects::At;
use crate::machine::points::ledger::add;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed, wrong};
use crate::machine::view::{Undecided, View};

impl Rule for BillPartner {
    fn check(&self) -> Result<(), Malformed> {
        validate::partner("partner", self.partner)?;
        check_lines(self.lines_max)
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Partner(self.partner));
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let partner = draft.partner(self.partner)?;
        let key = draft.effects.partners.key(partner);
        let until = fits(resolve(self.until, &draft.settings()?.zone))?;
        if draft.terms(partner)?.billing == Billing::Prepaid && !owes_anything(draft, key)? {
            return Err(Rejection::PartnerPrepaid { partner: self.partner }.into());
        }
        let record = &draft.effects.partners[partner];
        let (from, last, number) = (record.billed_until, record.bills, fits(record.bills.checked_add(1))?);
        if record.is_billing {
            return Err(Rejection::BillOpen { bill: last }.into());
        }
        if let Some(billed_until) = from.filter(|billed_until| *billed_until > until) {
            return Err(Rejection::BilledAlready { billed_until }.into());
        }
        if until > draft.now {
            return Err(Rejection::CutOffAhead { latest: draft.now }.into());
        }

        let record = &mut draft.effects.partners[partner];
        (record.bills, record.is_billing, record.billed_until) = (number, true, Some(until));
        let first = UnbilledKeyTail { at: Timestamp::MIN, sequence: Sequence(0), place: 0 };
        let bill = Bill {
            request: draft.request,
            from,
            until,
            opened: Sequence::OWN,
            closed: None,
            next: first,
            lines: 0,
            parts: Vec::new(),
        };
        step(draft, partner, bill, self.lines_max)?;
        draft.link_partner(partner);
        Ok(())
    }
}

impl Rule for ContinueBill {
    fn check(&self) -> Result<(), Malformed> {
        validate::partner("partner", self.partner)?;
        check_lines(self.lines_max)
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Partner(self.partner));
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let partner = draft.partner(self.partner)?;
        let record = &draft.effects.partners[partner];
        if !record.is_billing {
            return Err(Rejection::NoOpenBill.into());
        }
        let key = BillKey { partner: draft.effects.partners.key(partner), number: record.bills };
        let missing = || Fault::broken(key.partner.lock(), format!("bill {} is not there", key.number));
        let bill = draft.row::<Bills>(&key)?.ok_or_else(missing)?;

        step(draft, partner, bill, self.lines_max)?;
        draft.link_partner(partner);
        Ok(())
    }
}

fn check_lines(lines_max: Option<u32>) -> Result<(), Malformed> {
    match lines_max {
        Some(lines) if lines == 0 || lines > BILL_LINES_MAX => {
            Err(wrong("lines_max", format!("{lines}; between 1 and {BILL_LINES_MAX}")))
        }
        _ => Ok(()),
    }
}

/// The instant of a cut-off, in the program's zone. `None` past the year 9999.
fn resolve(until: BillUntil, zone: &Zone) -> Option<Timestamp> {
    match until {
        BillUntil::At(instant) => Some(instant),
        BillUntil::Day(date) => date.end(zone),
        BillUntil::Week(date) => date.last_of_week()?.end(zone),
        BillUntil::Month(date) => date.last_of_month().end(zone),
    }
}

/// Whether a partner owes something from the time when it was post-paid.
fn owes_anything<V: View>(draft: &Draft<'_, V>, key: PartnerKey) -> Result<bool, Undecided> {
    let last = UnbilledKey { partner: key, at: Timestamp::MAX, sequence: Sequence(u64::MAX), place: u16::MAX };
    let all = UnbilledKey::from(key, Timestamp::MIN)..last;
    Ok(!draft.rows::<Unbilled>(all, 1)?.is_empty())
}

/// Makes the next lines of a bill, and closes it where these were the last.
fn step<V: View>(
    draft: &mut Draft<'_, V>,
    partner: At<Partner>,
    mut bill: Bill,
    lines_max: Option<u32>,
) -> Result<(), Undecided> {
    let key = draft.effects.partners.key(partner);
    let bill_key = BillKey { partner: key, number: draft.effects.partners[partner].bills };
    let UnbilledKeyTail { at, sequence, place } = bill.next;
    let range = UnbilledKey { partner: key, at, sequence, place }..UnbilledKey::from(key, bill.until);
    let limit = usize::try_from(lines_max.unwrap_or(BILL_LINES_DEFAULT)).unwrap_or(usize::MAX);
    let rows = draft.rows::<Unbilled>(range, limit)?;
    let is_last = rows.len() < limit;
    let mut parts: Vec<(u32, u32, Points)> = Vec::new();
    for (unbilled, line) in rows {
        let UnbilledKey { partner: _, at, sequence, place } = unbilled.successor();
        bill.next = UnbilledKeyTail { at, sequence, place };
        // recorded while the bill is made: it is a late line of the next one
        if unbilled.sequence > bill.opened {
            continue;
        }
        let UnbilledKey { partner: _, at, sequence, place } = unbilled;
        draft.put::<Unbilled>(unbilled, None);
        draft.put::<BillLines>(BillLineKey { bill: bill_key, at, sequence, place }, Some(line));
        bill.lines = bill.lines.saturating_add(1);
        match parts.iter_mut().find(|(terms, ..)| *terms == line.terms) {
            Some((_, lines, points)) => {
                *lines = lines.saturating_add(1);
                *points = fits(points.plus(line.points))?;
            }
            None => parts.push((line.terms, 1, line.points)),
        }
    }
    for (terms, lines, points) in parts {
        let known = draft.program()?.partners.get(&key.partner).and_then(|versions| versions.version(terms));
        let known = known.ok_or_else(|| Fault::broken(key.lock(), format!("it never had terms {terms}")))?;
        let (price, currency) = (known.price, known.currency);
        match bill.parts.iter_mut().find(|part| part.terms == terms) {
            Some(part) => add(&mut part.points, points)?,
            None => bill.parts.push(BillPart { terms, points, price, currency }),
        }
        let (partner, bill) = (key.partner, bill_key.number);
        draft.effects.legs.push(Leg::Billed { partner, bill, terms, lines, points, price, currency });
    }
    if is_last {
        bill.closed = Some(Sequence::OWN);
        draft.effects.partners[partner].is_billing = false;
        let points = Points(fits(i64::try_from(bill.points()).ok())?);
        draft.effects.legs.push(Leg::BillClosed { partner: key.partner, bill: bill_key.number, points });
    }
    draft.put::<Bills>(bill_key, Some(bill));
    Ok(())
}
