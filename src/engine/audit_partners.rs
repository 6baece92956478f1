//! The audit of partners: each record against its blocks, its rows and its bills.

use super::error::Error;
use super::findings::{Findings, Fingerprint};
use crate::domain::keys::DueKey;
use crate::domain::tables::{BillLines, Bills, BlockTurns, Charges, Fees, OpenBlocks, Unbilled};
use crate::domain::{BillKey, Partner, PartnerKey, Programs, Subject};
use crate::machine::laws::{self, PartnerBooks};
use crate::storage::rows::Rows;
use crate::storage::{Blocks, Partners, Read};
use std::collections::BTreeMap;

/// Audits all partners; adds what is due of them.
pub(super) fn audit_partners(
    read: &dyn Read,
    programs: &Programs,
    due: &mut Fingerprint,
    findings: &mut Findings,
) -> Result<(), Error> {
    for row in Rows::<Partners>::all(read) {
        let (key, partner) = row?;
        audit_partner(read, programs, (key, &partner), findings)?;
        if let Some(due_at) = partner.next_due {
            due.add(&DueKey { program: key.program, due_at, subject: Subject::Partner(key.partner) }, 0);
        }
    }
    Ok(())
}

fn place(key: &PartnerKey) -> String {
    format!("program {}, partner {}", key.program, key.partner)
}

fn audit_partner(
    read: &dyn Read,
    programs: &Programs,
    (key, partner): (PartnerKey, &Partner),
    findings: &mut Findings,
) -> Result<(), Error> {
    let Some(terms) = programs.get(&key.program).and_then(|program| program.terms(key.partner)) else {
        findings.add(|| place(&key), ["it has no terms".to_owned()]);
        return Ok(());
    };
    let mut blocks = BTreeMap::new();
    for row in Rows::<Blocks>::under(read, &key) {
        let (of, block) = row?;
        findings.add(|| format!("{}, block {}", place(&key), of.block), laws::block(&block));
        blocks.insert(of.block, block);
    }
    let open = Rows::<OpenBlocks>::under(read, &key).collect::<Result<Vec<_>, _>>()?;
    let turns = Rows::<BlockTurns>::under(read, &key).map(|row| row.map(|(turn, ())| turn));
    let turns = turns.collect::<Result<Vec<_>, _>>()?;
    let charges = Rows::<Charges>::under(read, &key).map(|row| row.map(|(_, charge)| charge));
    let charges = charges.collect::<Result<Vec<_>, _>>()?;
    for row in Rows::<Fees>::under(read, &key) {
        let (fee, paid) = row?;
        let is_known = paid.block.is_none_or(|block| blocks.contains_key(&block));
        let broken = (!is_known).then(|| format!("the fee of entry {} was paid by no block", fee.sequence));
        findings.add(|| place(&key), broken);
    }
    let owed = owed(read, key, partner, findings)?;
    let (blocks, open, turns, charges) = (&blocks, &open, &turns, &charges);
    findings
        .add(|| place(&key), laws::partner(&PartnerBooks { key, partner, terms, blocks, open, turns, charges, owed }));
    Ok(())
}

/// Points that a partner owes or was billed for; its bills are audited.
fn owed(read: &dyn Read, key: PartnerKey, partner: &Partner, findings: &mut Findings) -> Result<i128, Error> {
    let mut owed = 0i128;
    for row in Rows::<Unbilled>::under(read, &key) {
        owed = owed.saturating_add(row?.1.points.0.into());
    }
    let (mut bills, mut open) = (0u32, 0u32);
    for row in Rows::<Bills>::under(read, &key) {
        let (BillKey { number, .. }, bill) = row?;
        bills = bills.saturating_add(1);
        open = open.saturating_add(u32::from(bill.closed.is_none()));
        owed = owed.saturating_add(bill.points());
        let lines = Rows::<BillLines>::under(read, &BillKey { partner: key, number });
        let lines = lines.map(|row| row.map(|(_, line)| line)).collect::<Result<Vec<_>, _>>()?;
        findings.add(|| format!("{}, bill {number}", place(&key)), laws::bill(&bill, lines.iter()));
    }
    let counted = (partner.bills, u32::from(partner.is_billing)) == (bills, open);
    let broken = (!counted).then(|| format!("it has {bills} bills, {open} of them open, and says {}", partner.bills));
    findings.add(|| place(&key), broken);
    Ok(owed)
}
