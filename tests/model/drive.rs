//! Driving an engine and the model through one history, and comparing every answer.

use super::history::{History, PROGRAM, Step};
use super::ledger::{Done, Expected, Model};
use super::member::Item as ModelItem;
use accruedb::domain::*;
use accruedb::engine::{AccountItems, Engine, EngineOptions, ExecuteError, PartnerState};
use accruedb::storage::memory::MemoryStore;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Names that the histories use, with a neighbour on each side.
const MEMBERS: std::ops::RangeInclusive<u128> = 99..=104;
/// Past states that are kept to be looked back at.
const PAST_MAX: usize = 24;

/// The model of one program, with what the engine answered.
#[derive(Debug, Clone)]
pub(crate) struct Book {
    pub(crate) model: Model,
    /// The first receipt of each request.
    pub(crate) receipts: BTreeMap<RequestId, Receipt>,
}

pub(crate) struct Drive {
    engine: Option<Engine>,
    store: Arc<MemoryStore>,
    options: EngineOptions,
    book: Book,
    /// The model just before time moved on.
    past: Vec<Model>,
}

/// Runs a history to its end, and gives back the digest of what came out.
pub(crate) fn run(history: &History) -> String {
    run_with(history, history.options())
}

/// The same with other options: no answer may change, nor the digest.
pub(crate) fn run_with(history: &History, options: EngineOptions) -> String {
    let mut drive = Drive::new(options);
    for step in &history.steps {
        drive.step(step);
    }
    drive.finish()
}

fn member_key(member: MemberId) -> MemberKey {
    MemberKey { program: PROGRAM, member }
}

impl Book {
    pub(crate) fn new() -> Book {
        Book { model: Model::new(), receipts: BTreeMap::new() }
    }

    /// What was answered is what the model expects.
    pub(crate) fn compare(&mut self, command: &Command, expected: &Expected, answer: Result<Receipt, ExecuteError>) {
        let what = format!("{command:?}");
        match (expected, answer) {
            (Expected::Malformed, Err(ExecuteError::Failed(error))) => {
                assert_eq!(error.kind, accruedb::engine::ErrorKind::Invalid, "{what}: {error}");
            }
            (Expected::Refused(expected), Err(ExecuteError::Refused(mut rejection))) => {
                if let Rejection::RequestIdReused { first } = &mut rejection {
                    assert_eq!(*first, self.receipts[&command.request_id].sequence, "{what}");
                    *first = Sequence(0);
                }
                assert_eq!(rejection, *expected, "{what}");
            }
            (Expected::Replayed, Ok(receipt)) => {
                let first = &self.receipts[&command.request_id];
                assert_eq!(receipt, Receipt { replayed: true, ..first.clone() }, "{what}");
            }
            (Expected::Done(done), Ok(receipt)) => {
                assert!(!receipt.replayed, "{what}");
                self.compare_receipt(command, done, &receipt);
                self.receipts.insert(command.request_id, receipt);
            }
            (expected, answer) => panic!("{what}\nthe model expects {expected:?}\nthe engine says  {answer:?}"),
        }
    }

    /// A receipt tells what the model did: the balances, what partners paid, the items granted and redeemed from, in
    /// their order. An item is named by its entry and its place there.
    fn compare_receipt(&mut self, command: &Command, done: &Done, receipt: &Receipt) {
        assert_eq!(receipt.balances, done.balances, "{command:?}: balances");
        assert_eq!(paid(&receipt.legs), done.paid, "{command:?}: partner points");
        let (Action::Accrue(Accrue { member, .. }) | Action::Redeem(Redeem { member, .. })) = &command.action else {
            return;
        };
        let member = self.model.members.get_mut(member).expect("the model has it too");
        for (at, place) in done.granted.iter().zip(0u16..) {
            member.items[*at].id = Some(ItemId { sequence: receipt.sequence, place });
        }
        let granted = receipt.legs.iter().copied().filter(|leg| matches!(leg, Leg::Granted { .. }));
        let expected: Vec<Leg> = done.granted.iter().map(|at| granted_leg(&member.items[*at])).collect();
        assert_eq!(granted.collect::<Vec<_>>(), expected, "{command:?}: items granted");
        let taken = receipt.legs.iter().filter_map(|leg| match leg {
            Leg::Redeemed(part) => Some((Some(part.item), part.points.0)),
            _ => None,
        });
        let expected: Vec<_> = done.redeemed.iter().map(|(at, points)| (member.items[*at].id, *points)).collect();
        assert_eq!(taken.collect::<Vec<_>>(), expected, "{command:?}: items taken");
    }

    pub(crate) fn compare_balances(&self, member: MemberId, shown: &Option<Vec<Balance>>) {
        assert_eq!(*shown, self.model.balances(member), "balances of member {member} at {}", self.model.now);
    }

    pub(crate) fn compare_partner(&self, id: PartnerId, shown: Option<PartnerState>) {
        let model = self.model.partners.get(&id);
        assert_eq!(shown.is_some(), model.is_some(), "partner {id}");
        let (Some(shown), Some(model)) = (shown, model) else { return };
        let left: i64 = model.blocks.values().filter(|block| block.approved).map(|block| block.left).sum();
        assert_eq!((shown.partner.remaining.0, shown.partner.debited.0), (left, model.debited), "partner {id}");
        let blocks = shown.blocks.iter().map(|(id, block)| (*id, block.remaining.0, block.debited.0));
        let expected = model.blocks.iter().map(|(id, block)| (*id, block.left, block.debited));
        assert_eq!(blocks.collect::<Vec<_>>(), expected.collect::<Vec<_>>(), "blocks of partner {id}");
    }

    /// Every item of an account: its points, its time, where it comes from, and whether it waits to mature.
    pub(crate) fn compare_items(&self, account: AccountKey, shown: &AccountItems) {
        let of = |items: &[(ItemPosition, Item)], waits: bool| -> Vec<(ItemId, Item, bool)> {
            let told = |item: &Item| Item { expired: Points::ZERO, cancelled: Points::ZERO, ..*item };
            items.iter().map(|(at, item)| (at.id, told(item), waits)).collect()
        };
        let mut shown = [of(&shown.matured, false), of(&shown.future, true)].concat();
        shown.sort_unstable_by_key(|(id, ..)| *id);
        let items = self.model.members.get(&account.member).map(|member| member.items.as_slice()).unwrap_or_default();
        let items = items.iter().filter(|item| item.point_type == account.point_type);
        let mut expected: Vec<_> = items.map(|item| (item.id.expect("named"), as_item(item), item.waits)).collect();
        expected.sort_unstable_by_key(|(id, ..)| *id);
        assert_eq!(shown, expected, "items of {account:?} at {}", self.model.now);
    }
}

/// What partners paid by these legs, as the model counts it.
fn paid(legs: &[Leg]) -> BTreeMap<Option<BlockId>, i64> {
    let mut paid = BTreeMap::new();
    for leg in legs {
        let (payer, points) = match leg {
            Leg::Debited { block, points, .. } => (Some(*block), points.0),
            Leg::Charged { points, .. } => (None, points.0),
            Leg::Restored { block, points, .. } => (Some(*block), -points.0),
            Leg::Credited { points, .. } => (None, -points.0),
            _ => continue,
        };
        *paid.entry(payer).or_default() += points;
    }
    paid
}

/// How a receipt tells of an item of the model.
fn granted_leg(item: &ModelItem) -> Leg {
    Leg::Granted {
        item: item.id.expect("named"),
        point_type: item.point_type,
        points: Points(item.granted),
        available_from: item.from,
        expires_at: item.until,
        source: item.source,
    }
}

/// An item of the model, as the engine shows it. The model does not tell what expired from what was cancelled.
fn as_item(item: &ModelItem) -> Item {
    Item {
        granted: Points(item.granted),
        remaining: Points(item.left),
        redeemed: Points(item.redeemed),
        repaid: Points(item.repaid),
        claimed: Points(item.claimed),
        absorbed: Points(item.absorbed),
        source: item.source,
        partner: item.partner,
        ..Item::new(item.from, item.until)
    }
}

impl Drive {
    pub(crate) fn new(options: EngineOptions) -> Drive {
        let store = Arc::new(MemoryStore::new());
        let engine = Some(Engine::open_store(store.clone(), options.clone()).expect("an empty store opens"));
        Drive { engine, store, options, book: Book::new(), past: Vec::new() }
    }

    fn engine(&self) -> &Engine {
        self.engine.as_ref().expect("it is open between steps")
    }

    pub(crate) fn step(&mut self, step: &Step) {
        match step {
            Step::Do(command) => {
                let expected = self.expect(command);
                let answer = self.engine().execute(command);
                self.book.compare(command, &expected, answer);
                self.compare_member(command);
            }
            Step::Batch(commands) => {
                let answers = self.engine().execute_batch(commands);
                for (command, answer) in commands.iter().zip(answers) {
                    let expected = self.expect(command);
                    self.book.compare(command, &expected, answer);
                }
                self.compare_all();
            }
            Step::Advance(ms) => {
                let to = Timestamp::from_ms(*ms).expect("a day of this century");
                self.remember(|model| model.advance(to));
                self.engine().advance_to(to).expect("time comes from the commands");
                self.compare_all();
            }
            Step::Sweep => {
                self.engine().book_due().expect("no trouble is planned");
                self.compare_all();
            }
            Step::Checkpoint => self.engine().checkpoint().expect("no trouble is planned"),
            Step::Reopen => {
                self.engine.take().expect("it is open").close().expect("no trouble is planned");
                self.open();
            }
            Step::Crash => {
                // the next engine claims the store before the last one can bring anything in order
                let crashed = self.engine.take();
                self.open();
                drop(crashed);
                self.compare_all();
            }
            Step::LookBack(ms) => self.look_back(*ms),
        }
    }

    fn expect(&mut self, command: &Command) -> Expected {
        self.remember(|model| model.execute(command))
    }

    /// Keeps the model as it was, if time moves on.
    fn remember<R>(&mut self, change: impl FnOnce(&mut Model) -> R) -> R {
        let before = self.book.model.clone();
        let result = change(&mut self.book.model);
        if self.book.model.now > before.now && before.now > Timestamp::MIN {
            self.past.push(before);
            let surplus = self.past.len().saturating_sub(PAST_MAX);
            self.past.drain(..surplus);
        }
        result
    }

    fn open(&mut self) {
        let engine = Engine::open_store(self.store.clone(), self.options.clone()).expect("it opens again");
        engine.advance_to(self.book.model.now).expect("time comes from the commands");
        self.engine = Some(engine);
    }

    fn compare_member(&self, command: &Command) {
        match &command.action {
            Action::Accrue(Accrue { member, .. }) | Action::Redeem(Redeem { member, .. }) => self.compare_one(*member),
            _ => self.compare_all(),
        }
    }

    fn compare_one(&self, member: MemberId) {
        let shown = self.engine().balances(member_key(member)).expect("no trouble is planned");
        self.book.compare_balances(member, &shown);
    }

    fn compare_all(&self) {
        MEMBERS.map(MemberId).for_each(|member| self.compare_one(member));
        for id in (0..=4).map(PartnerId) {
            let key = PartnerKey { program: PROGRAM, partner: id };
            self.book.compare_partner(id, self.engine().partner(key).expect("no trouble is planned"));
        }
    }

    fn compare_items(&self) {
        for member in MEMBERS.map(MemberId) {
            for account in (1..=3).map(|id| member_key(member).account(PointTypeId(id))) {
                let items = self.engine().items(account, ItemPosition::FIRST, usize::MAX);
                self.book.compare_items(account, &items.expect("no trouble is planned"));
            }
        }
    }

    /// Balances at a past instant are those that were shown then.
    fn look_back(&self, ms: i64) {
        let Some(at) = Timestamp::from_ms(self.book.model.now.ms().saturating_sub(ms)) else { return };
        let mut known = self.past.iter().chain([&self.book.model]);
        let Some(model) = known.rfind(|model| model.now <= at) else { return };
        let mut then = model.clone();
        then.advance(at);
        for member in MEMBERS.map(MemberId) {
            let shown = self.engine().balances_as_of(member_key(member), at).expect("no trouble is planned");
            assert_eq!(shown, then.balances(member), "balances of member {member} as of {at}");
        }
    }

    /// All answers once more, the items, the audit with a replay, and the digest after opening again.
    pub(crate) fn finish(mut self) -> String {
        self.compare_all();
        self.compare_items();
        let audit = self.engine().verify(Some(Arc::new(MemoryStore::new()))).expect("no trouble is planned");
        assert_eq!(audit.violations, Vec::<String>::new());
        self.engine.take().expect("it is open").close().expect("no trouble is planned");
        self.open();
        self.compare_all();
        assert_eq!(self.engine().digest().expect("no trouble is planned"), audit.digest, "digest after opening");
        audit.digest
    }
}
