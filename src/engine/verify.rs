//! The audit: the journal is whole and unedited, the laws hold, the indexes match, and replaying the journal into an
//! empty store gives the same state, byte for byte.

use super::audit_partners::audit_partners;
use super::audit_texts::TextAudit;
use super::checkpoint::{checkpoint, snapshot};
use super::clock::Reporter;
use super::core::Core;
use super::error::{Error, ErrorKind};
use super::findings::{Findings, Fingerprint};
use super::recover::{check_link, entries_after, read_record, replica, stored_programs};
use super::settlement_audit::{MemberSide, audit_settlement};
use super::sums;
use super::verify_days::{DaySums, ToldTotals};
use super::verify_marks::ToldMarks;
use super::verify_sources::{Inventories, audit_sources, count_inventories};
use crate::domain::keys::{DueKey, Key};
use crate::domain::{
    Day, Item, ItemKey, ItemPosition, Member, MemberKey, Outcome, Programs, RequestId, RequestKey, Sequence, Subject,
    Timestamp, Totals, TotalsKey,
};
use crate::machine::laws;
use crate::storage::rows::Rows;
use crate::storage::{Due, Expiries, Future, Items, Members, Read, Store, TableId, Tail, TotalsByDay, requests};
use std::collections::BTreeMap;
use std::iter::Peekable;
use std::ops::ControlFlow;
use std::sync::Arc;

/// What an audit found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// Entries in the journal; 0 where damage kept them from being read.
    pub entries: u64,
    /// The digest of all tables: equal states have equal digests. Empty where damage kept them from being read.
    pub digest: String,
    /// The journal's last hash.
    pub chain: String,
    /// Whether the journal was replayed.
    pub replayed: bool,
    /// What is wrong, and where; at most 100 of them.
    pub violations: Vec<String>,
    /// How many there are.
    pub violations_total: u64,
}

impl Audit {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn ok(&self) -> bool {
        self.violations_total == 0
    }
}

/// Audits the engine as of now. With a `scratch` store, an empty one, the journal is replayed into it.
pub(super) fn verify(core: &Core, scratch: Option<Arc<dyn Store>>) -> Result<Audit, Error> {
    // claiming its own store would fence the engine
    if scratch.as_ref().is_some_and(|scratch| Arc::ptr_eq(scratch, &core.state.store)) {
        return Err(Error::invalid("the store to replay into is the engine's own"));
    }
    let (last, read) = snapshot(core)?;
    let mut findings = Findings::default();
    let mut requests = Fingerprint::default();
    let mut inventories = Inventories::new();
    let mut given = MemberSide::default();
    let mut totals = ToldTotals::new(
        damage(stored_programs(read.as_ref()).map_err(Error::from), &mut findings)?.unwrap_or_default(),
    );
    let mut marks = ToldMarks::default();
    let told = Told {
        requests: &mut requests,
        inventories: &mut inventories,
        totals: &mut totals,
        given: &mut given,
        marks: &mut marks,
    };
    let tail = damage(audit_journal(core, (read.as_ref(), last), told, &mut findings), &mut findings)?;
    // where the journal could not be read to its end, the requests that it names are not known
    let of_journal = tail.map(|_| (requests, given));
    damage(audit_tables(core, read.as_ref(), of_journal, &mut findings), &mut findings)?;
    if tail.is_some() {
        damage(totals.audit(read.as_ref(), &mut findings), &mut findings)?;
        damage(marks.audit(read.as_ref(), &mut findings), &mut findings)?;
    }
    damage(sums::audit(read.as_ref(), &mut findings), &mut findings)?;
    let inventories = tail.map(|_| inventories);
    damage(audit_sources(read.as_ref(), inventories, &mut findings), &mut findings)?;
    let digest = damage(digest(read.as_ref()), &mut findings)?.unwrap_or_default();
    let replayed = scratch.is_some();
    if let (Some(scratch), Some(tail)) = (scratch, tail) {
        let mirrored = damage(replay(core, scratch, tail), &mut findings)?;
        if let Some(mirrored) = mirrored.filter(|mirrored| *mirrored != digest) {
            findings.add(|| "replay".into(), [format!("gives digest {mirrored}, the tables have {digest}")]);
        }
    }
    let tail = tail.unwrap_or(Tail { sequence: Sequence(0), hash: [0; 32] });
    Ok(Audit {
        entries: tail.sequence.0,
        digest,
        chain: blake3::Hash::from_bytes(tail.hash).to_hex().to_string(),
        replayed,
        violations: findings.told,
        violations_total: findings.total,
    })
}

/// Damage that stops one part of the audit is a finding; other errors stop the audit.
fn damage<T>(result: Result<T, Error>, findings: &mut Findings) -> Result<Option<T>, Error> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Error { kind: ErrorKind::Corrupt, what }) => {
            findings.add(|| "damage".into(), [what]);
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// What the journal tells that is held against the tables.
struct Told<'a> {
    requests: &'a mut Fingerprint,
    inventories: &'a mut Inventories,
    totals: &'a mut ToldTotals,
    given: &'a mut MemberSide,
    marks: &'a mut ToldMarks,
}

/// Numbers without holes, every record chained to the one before, time never going back; up to the last entry whose
/// effects are in the tables.
fn audit_journal(
    core: &Core,
    (read, last): (&dyn Read, Sequence),
    told: Told<'_>,
    findings: &mut Findings,
) -> Result<Tail, Error> {
    let mut tail = Tail { sequence: Sequence(0), hash: [0; 32] };
    let mut last_at = Timestamp::MIN;
    let mut texts = TextAudit::default();
    let mut reporter = Reporter::new(core.options.on_progress.as_ref(), "auditing the journal", Some(last.0));
    read.journal(Sequence(1), &mut |key, bytes| {
        let record = read_record(key, bytes)?;
        check_link(&tail, &record)?;
        for entry in record.entries(record.first) {
            let entry = entry?;
            if entry.sequence > last {
                break;
            }
            let place = || format!("journal entry {}", entry.sequence);
            findings.add(place, texts.look(read, &entry)?);
            let back = (entry.recorded_at < last_at).then(|| "is recorded before the one before it".to_owned());
            findings.add(place, back);
            last_at = entry.recorded_at;
            count_inventories(&entry, told.inventories);
            told.totals.count(&entry);
            told.marks.count(&entry);
            if matches!(entry.outcome, Outcome::Done { .. }) && entry.command.request_id != RequestId(0) {
                let key = RequestKey { program: entry.command.program, request: entry.command.request_id };
                told.requests.add(&key, entry.sequence.0);
                told.given.add(read, &entry)?;
            }
        }
        tail = Tail { sequence: record.last(), hash: record.hash() };
        reporter.report(tail.sequence.0);
        Ok(if tail.sequence < last { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })?;
    for sequence in texts.lost() {
        findings.add(|| format!("journal entry {sequence}"), ["its reference is lost".to_owned()]);
    }
    if tail.sequence < last {
        return Err(Error::corrupt(format!("the journal ends at {}, the tables hold entry {last}", tail.sequence)));
    }
    Ok(Tail { sequence: last, ..tail })
}

fn audit_tables(
    core: &Core,
    read: &dyn Read,
    of_journal: Option<(Fingerprint, MemberSide)>,
    findings: &mut Findings,
) -> Result<(), Error> {
    let programs = stored_programs(read)?;
    let mut due = Fingerprint::default();
    audit_partners(read, &programs, &mut due, findings)?;
    MemberAudit::new(core, read, &programs).run(&mut due, findings)?;
    let (requests, given) = of_journal.unzip();
    audit_settlement(read, (&programs, given), &mut due, findings)?;
    let mut stored = Fingerprint::default();
    let mut before = None;
    for row in requests::all(read) {
        let (key, sequence) = row?;
        let disordered = before.is_some_and(|before| before >= key);
        findings.add(|| format!("request {}", key.request), disordered.then(|| "is out of its order".to_owned()));
        before = Some(key);
        stored.add(&key, sequence.0);
    }
    same("requests", "the journal", stored, requests.unwrap_or(stored), findings);
    let mut stored = Fingerprint::default();
    for row in Rows::<Due>::all(read) {
        stored.add(&row?.0, 0);
    }
    same("due", "members, partners and settlement runs", stored, due, findings);
    Ok(())
}

fn same(table: &str, of: &str, stored: Fingerprint, expected: Fingerprint, findings: &mut Findings) {
    let broken =
        (stored != expected).then(|| format!("its {} rows are not the {} that {of} name", stored.rows, expected.rows));
    findings.add(|| format!("table {table}"), broken);
}

type Sorted<'a, T> = Peekable<Rows<'a, T>>;

/// The walk over members with their items, side by side.
struct MemberAudit<'a> {
    core: &'a Core,
    read: &'a dyn Read,
    programs: &'a Programs,
    items: Sorted<'a, Items>,
    future: Sorted<'a, Future>,
    expiries: Fingerprint,
    totals: BTreeMap<TotalsKey, Totals>,
    days: DaySums,
}

impl<'a> MemberAudit<'a> {
    fn new(core: &'a Core, read: &'a dyn Read, programs: &'a Programs) -> MemberAudit<'a> {
        MemberAudit {
            core,
            read,
            programs,
            items: Rows::all(read).peekable(),
            future: Rows::all(read).peekable(),
            expiries: Fingerprint::default(),
            totals: BTreeMap::new(),
            days: DaySums::default(),
        }
    }

    fn run(mut self, due: &mut Fingerprint, findings: &mut Findings) -> Result<(), Error> {
        let mut reporter = Reporter::new(self.core.options.on_progress.as_ref(), "auditing members", None);
        let mut members = 0u64;
        for row in Rows::<Members>::all(self.read) {
            let (key, member) = row?;
            if let Some(due_at) = member.next_due {
                due.add(&DueKey { program: key.program, due_at, subject: Subject::Member(key.member) }, 0);
            }
            self.member(key, &member, findings)?;
            members = members.saturating_add(1);
            reporter.report(members);
        }
        let left = [self.items.next().transpose()?.map(|row| row.0), self.future.next().transpose()?.map(|row| row.0)];
        for key in left.into_iter().flatten() {
            findings.add(|| item_place(&key), ["belongs to no account".to_owned()]);
        }
        let mut stored = Fingerprint::default();
        for row in Rows::<Expiries>::all(self.read) {
            stored.add(&row?.0, 0);
        }
        same("expiries", "items", stored, self.expiries, findings);
        self.audit_totals(findings)?;
        self.days.audit(self.read, findings)
    }

    fn member(&mut self, key: MemberKey, member: &Member, findings: &mut Findings) -> Result<(), Error> {
        for account in &member.accounts {
            let account_key = key.account(account.point_type);
            let place = || format!("program {}, member {}, point type {}", key.program, key.member, account.point_type);
            let program = self.programs.get(&key.program);
            let versions = program.and_then(|program| program.point_types.get(&account.point_type));
            // a debt may be as old as a version that allowed it
            let kind = versions.map(|all| all.iter().find(|version| version.may_owe()).unwrap_or(all.current()));
            let Some(kind) = kind else {
                findings.add(place, ["is of no known point type".to_owned()]);
                continue;
            };
            let mut sums = laws::ItemSums::default();
            let end = ItemKey { account: account_key, position: ItemPosition::LAST };
            while let Some(row) = self.items.next_if(|row| row.as_ref().map_or(true, |(key, _)| *key <= end)) {
                let (key, item) = row?;
                self.item(key, &item, key.account == account_key, findings);
                let is_skipped = item.is_open() && account.skips.past(key.position) != key.position;
                findings.add(|| item_place(&key), is_skipped.then(|| "is open where none is looked for".to_owned()));
                if let Some(program) = program {
                    findings.add(|| item_place(&key), laws::warning(member, &key, &item, &program.settings));
                }
                sums.matured(key.position, &item);
            }
            while let Some(row) = self.future.next_if(|row| row.as_ref().map_or(true, |(key, _)| *key <= end)) {
                let (key, item) = row?;
                self.item(key, &item, key.account == account_key, findings);
                sums.future(key.position, &item);
            }
            findings.add(place, laws::account(member, account, kind, &sums));
        }
        Ok(())
    }

    fn item(&mut self, key: ItemKey, item: &Item, owned: bool, findings: &mut Findings) {
        findings.add(|| item_place(&key), laws::item(item));
        findings.add(|| item_place(&key), (!owned).then(|| "belongs to no account".to_owned()));
        if let (true, true, Some(expiry)) = (key.position.is_first_in(), item.is_open(), item.expires_at) {
            self.expiries.add(&ItemKey { position: ItemPosition::at(expiry, key.position.id), ..key }, 0);
        }
        self.totals.entry(totals_key(key, item)).or_default().add(&laws::totals_of(item));
        if let Some(program) = self.programs.get(&key.account.program) {
            self.days.add(key, item, &program.settings.zone);
        }
    }

    /// Totals, over all days, equal a fresh count of the items.
    fn audit_totals(&self, findings: &mut Findings) -> Result<(), Error> {
        let mut recorded: BTreeMap<TotalsKey, Totals> = BTreeMap::new();
        for row in Rows::<TotalsByDay>::all(self.read) {
            let (key, totals) = row?;
            recorded.entry(TotalsKey { day: Day(0), utc_day: Day(0), ..key }).or_default().add(&totals);
        }
        let keys: std::collections::BTreeSet<&TotalsKey> = recorded.keys().chain(self.totals.keys()).collect();
        for key in keys {
            let [recorded, counted] = [&recorded, &self.totals].map(|of| of.get(key).copied().unwrap_or_default());
            let place = || format!("program {}, source {}, point type {}", key.program, key.source, key.point_type);
            findings.add(place, laws::totals(&recorded, &counted));
        }
        Ok(())
    }
}

fn totals_key(key: ItemKey, item: &Item) -> TotalsKey {
    TotalsKey {
        program: key.account.program,
        day: Day(0),
        utc_day: Day(0),
        source: item.source.unwrap_or_default(),
        point_type: key.account.point_type,
        subtype: item.subtype,
    }
}

fn item_place(key: &ItemKey) -> String {
    let account = key.account;
    format!(
        "program {}, member {}, point type {}, item {}",
        account.program, account.member, account.point_type, key.position.id
    )
}

/// The digest of all tables: names, keys and values, in order.
pub(super) fn digest(read: &dyn Read) -> Result<String, Error> {
    let mut hasher = blake3::Hasher::new();
    let end = vec![0xFF; crate::storage::keys::KEY_BYTES_MAX.saturating_add(1)];
    for table in TableId::ALL {
        hasher.update(table.name().as_bytes());
        let mut row = |key: &[u8], value: &[u8]| {
            hasher.update(&(key.len() as u64).to_le_bytes());
            hasher.update(key);
            hasher.update(&(value.len() as u64).to_le_bytes());
            hasher.update(value);
        };
        match table {
            // which of them are in pages hangs on when checkpoints were made
            TableId::Requests => {
                for request in requests::all(read) {
                    let (key, sequence) = request?;
                    row(&key.to_bytes(), &sequence.0.to_le_bytes());
                }
            }
            TableId::RequestPages => {}
            _ => read.scan(table, &[], &end, &mut |key, value| {
                row(key, value);
                Ok(ControlFlow::Continue(()))
            })?,
        }
    }
    Ok(hasher.finalize().to_hex().to_string())
}

/// Replays the journal into an empty store, and returns the digest of what comes out.
fn replay(core: &Core, scratch: Arc<dyn Store>, tail: Tail) -> Result<String, Error> {
    let mirror = replica(core, scratch.clone(), tail)?;
    let total = Some(tail.sequence.0);
    let mut reporter = Reporter::new(core.options.on_progress.as_ref(), "replaying the journal", total);
    entries_after(core.state.history.as_ref(), Sequence(0), &mut |entry| {
        if entry.sequence > tail.sequence {
            return Ok(());
        }
        mirror.replay(&entry)?;
        reporter.report(entry.sequence.0);
        if mirror.checkpointer.is_full() { checkpoint(&mirror) } else { Ok(()) }
    })?;
    checkpoint(&mirror)?;
    digest(scratch.as_ref())
}
