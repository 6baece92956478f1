//! Many clients drain one partner, across exhaustion, auto-creation and reserve (rules A15 to A18, A21, A24): the journal
//! is held, entry by entry, against a few sums that say which crossings there were. Each makes one block and one charge.

use crate::concurrency::{POINTS, PROGRAM, audit, command, member, open};
use crate::proof::Proof;
use crate::stress::{again, journal};
use accruedb::domain::*;
use accruedb::engine::{Engine, ExecuteError};
use accruedb::storage::memory::MemoryStore;
use std::collections::BTreeMap;
use std::sync::{Arc, Barrier};
use std::thread;

const CLIENTS: u64 = 64;
const PARTNER: PartnerId = PartnerId(1);
const KEY: PartnerKey = PartnerKey { program: PROGRAM, partner: PARTNER };
const SIZE: i64 = 500;
const REORDER: i64 = 50;
const LOW: i64 = 80;
const DUE: i64 = 5_000;
const BLOCK: i64 = 300;
const RESERVE: i64 = 400;

/// The partner's terms, with or without auto-creation.
fn terms(creates: bool) -> EditPartner {
    let auto = AutoCreation {
        size: Points(SIZE),
        unit_price: Rate::ONE,
        expires: Expiry::Never,
        reorder_limit: Points(REORDER),
    };
    EditPartner {
        partner: PARTNER,
        rates: [(POINTS, Rate::ONE)].into(),
        low_balance: Some(Points(LOW)),
        auto_creation: creates.then_some(Box::new(auto)),
        due_block: Some(Box::new(DueBlock { points: Points(DUE), unit_price: Rate::ONE })),
        ..EditPartner::default()
    }
}

fn set_up(engine: &Engine) {
    let EditPartner { partner, rates, low_balance, auto_creation, due_block, .. } = terms(true);
    let partner = CreatePartner { partner, rates, low_balance, auto_creation, due_block, ..CreatePartner::default() };
    let program = CreateProgram { enrolment: Enrolment::OnFirstAccrual, ..CreateProgram::default() };
    let point_type = CreatePointType { point_type: POINTS, ..CreatePointType::default() };
    let block = PurchaseBlock { partner: PARTNER, block: BlockId(1), points: Points(BLOCK), ..Default::default() };
    let approve = ApproveBlock { partner: PARTNER, block: BlockId(1) };
    let actions: [Action; 5] = [program.into(), point_type.into(), partner.into(), block.into(), approve.into()];
    for (action, request) in actions.into_iter().zip(1_000_000_000u128..) {
        engine.execute(&command(request, action)).unwrap();
    }
}

/// What a client does next: mostly an accrual; sometimes it takes one back, sells a block, sets up a reserve, or switches
/// auto-creation off or on.
fn draw(request: u128) -> Vec<Action> {
    let dice = (request as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
    let bought = |kind, points| -> Vec<Action> {
        let (partner, block) = (PARTNER, BlockId(1_000 + request as u64));
        let body = PurchaseBlock { partner, block, block_kind: kind, points: Points(points), ..Default::default() };
        vec![body.into(), ApproveBlock { partner, block }.into()]
    };
    match dice % 240 {
        0..=1 => vec![terms(false).into()],
        2 => vec![terms(true).into()],
        3..=5 => bought(BlockKind::Regular, BLOCK),
        6..=8 => bought(BlockKind::Reserve, RESERVE),
        9..=38 => {
            let other = RequestId((request - u128::from(dice % 300).min(request - 1)) << 8);
            vec![Cancel { request: other, amount: CancelAmount::Whole }.into()]
        }
        _ => {
            let awards = vec![Award::new(POINTS, Points((dice / 240 % 40 + 1) as i64))];
            vec![Accrue { member: member(u128::from(dice % 7)), partner: Some(PARTNER), awards }.into()]
        }
    }
}

/// One client's commands: those of the `n`th round have ids of their own.
fn run(engine: &Engine, client: u64, rounds: u64) {
    for n in 0..rounds {
        let request = u128::from(n * CLIENTS + client + 1);
        for (action, part) in draw(request).into_iter().zip(0u128..) {
            match engine.execute(&command((request << 8) + part, action)) {
                Ok(_) | Err(ExecuteError::Refused(_)) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }
}

/// What an entry charged and told, and how many points it took.
#[derive(Debug, Default, PartialEq)]
struct Effect {
    regular: i64,
    reserve: i64,
    /// Blocks that were created, by the points that were charged for.
    created: Vec<i64>,
    due: Vec<i64>,
    bought: Vec<i64>,
    used: i64,
    returned: i64,
    low: usize,
    touched: usize,
}

/// A partner's points, added up from the journal.
#[derive(Debug, Default)]
struct Sums {
    regular: i64,
    reserve: i64,
    creates: bool,
    on_reserve: bool,
    created: u64,
    kinds: BTreeMap<BlockId, BlockKind>,
    /// What accruals took of both kinds, until they are cancelled.
    taken: BTreeMap<RequestId, (i64, i64)>,
}

impl Sums {
    /// What a command must do, or the points that it is short of.
    fn expect(&mut self, command: &Command) -> Result<Effect, i64> {
        let mut effect = Effect::default();
        match &command.action {
            Action::CreatePartner(body) => self.creates = body.auto_creation.is_some(),
            Action::EditPartner(body) => self.creates = body.auto_creation.is_some(),
            Action::PurchaseBlock(body) => drop(self.kinds.insert(body.block, body.block_kind)),
            Action::ApproveBlock(body) if self.kinds[&body.block] == BlockKind::Reserve => self.reserve += RESERVE,
            Action::ApproveBlock(_) => {
                self.regular += BLOCK;
                self.on_reserve = false;
                effect.bought.push(BLOCK);
            }
            Action::Accrue(body) => {
                let points = body.awards[0].points.0;
                self.accrue(points, &mut effect)?;
                self.taken.insert(command.request_id, (effect.regular, effect.reserve));
            }
            Action::Cancel(body) => {
                let (regular, reserve) = self.taken.remove(&body.request).expect("it was done");
                (self.regular, self.reserve) = (self.regular + regular, self.reserve + reserve);
                (effect.regular, effect.reserve, effect.returned) = (-regular, -reserve, reserve);
            }
            _ => {}
        }
        Ok(effect)
    }

    fn accrue(&mut self, points: i64, effect: &mut Effect) -> Result<(), i64> {
        let before = self.regular;
        let mut create = |at_least: i64| {
            let size = (at_least + SIZE - 1) / SIZE * SIZE;
            effect.created.push(size);
            size
        };
        if self.creates && points > before {
            self.regular += create(points - before);
            self.on_reserve = false;
        }
        if points > self.regular + self.reserve {
            return Err(points - self.regular - self.reserve);
        }
        effect.regular = points.min(self.regular);
        effect.reserve = points - effect.regular;
        (self.regular, self.reserve) = (self.regular - effect.regular, self.reserve - effect.reserve);
        let crossed = |mark: i64, now: i64| before > mark && now <= mark;
        effect.low = usize::from(crossed(LOW, self.regular));
        effect.used = effect.reserve;
        if effect.reserve > 0 && !self.on_reserve {
            self.on_reserve = true;
            effect.touched = 1;
            effect.due.push(DUE);
        }
        if self.creates && effect.created.is_empty() && crossed(REORDER, self.regular) {
            effect.created.push(SIZE);
            self.regular += SIZE;
            self.on_reserve = false;
        }
        self.created += effect.created.len() as u64;
        Ok(())
    }

    /// What an entry's legs say.
    fn told(&self, legs: &[Leg]) -> Effect {
        let mut told = Effect::default();
        for leg in legs {
            match *leg {
                Leg::Block { block, from, to, points, .. } => {
                    let debited = Some(BlockState::Debited);
                    let more = i64::from(to == debited) - i64::from(from == debited);
                    match self.kinds.get(&block) {
                        Some(BlockKind::Reserve) => told.reserve += more * points.0,
                        _ => told.regular += more * points.0,
                    }
                }
                Leg::Charge { cause, points, .. } => match cause {
                    ChargeCause::AutoCreation => told.created.push(points.0),
                    ChargeCause::BlockPurchaseDue => told.due.push(points.0),
                    ChargeCause::Purchase => told.bought.push(points.0),
                    ChargeCause::ReserveUsage => told.used += points.0,
                    ChargeCause::ReserveReturned => told.returned += points.0,
                    other => panic!("nobody asked for {other:?}"),
                },
                Leg::Event { event: PartnerEvent::PointsLow, .. } => told.low += 1,
                Leg::Event { event: PartnerEvent::ReserveTouched, .. } => told.touched += 1,
                Leg::Event { event: other, .. } => panic!("nobody asked for {other:?}"),
                _ => {}
            }
        }
        told
    }
}

/// Holds every entry against the sums. Returns them, and the first entry that says something else.
fn follow(entries: &[Entry], mut each: impl FnMut(&Effect)) -> (Sums, Option<Sequence>) {
    let mut sums = Sums::default();
    for entry in entries {
        let agrees = match &entry.outcome {
            Outcome::Done { legs, .. } => sums.expect(&entry.command).is_ok_and(|expected| {
                each(&expected);
                sums.told(legs) == expected
            }),
            Outcome::Refused(Rejection::InsufficientPartnerPoints { available, short, .. }) => {
                let (regular, reserve) = (sums.regular, sums.reserve);
                *available == Points(regular + reserve) && sums.expect(&entry.command) == Err(short.0)
            }
            Outcome::Refused(Rejection::TransactionUnknown | Rejection::NotCancellable) => true,
            Outcome::Refused(Rejection::CancelExceeds { .. }) => {
                let Action::Cancel(body) = &entry.command.action else { return (sums, Some(entry.sequence)) };
                !sums.taken.contains_key(&body.request)
            }
            Outcome::Refused(_) => false,
        };
        if !agrees {
            return (sums, Some(entry.sequence));
        }
    }
    (sums, None)
}

/// What a journal may not say: that a crossing made no charge, or two.
fn controls(proof: &mut Proof, entries: &mut [Entry]) {
    let of = |wanted: ChargeCause| move |leg: &Leg| matches!(leg, Leg::Charge { cause, .. } if *cause == wanted);
    for (what, cause) in [
        ("a created block without a charge", ChargeCause::AutoCreation),
        ("an exhaustion without a block that is due", ChargeCause::BlockPurchaseDue),
    ] {
        let entry = entries.iter_mut().rev().find(|entry| entry.legs().iter().any(of(cause))).expect("it was charged");
        let kept = entry.clone();
        let Outcome::Done { legs, .. } = &mut entry.outcome else { panic!("it was done") };
        let charge = *legs.iter().find(|leg| of(cause)(leg)).expect("it was charged");
        legs.push(charge);
        let at = entry.sequence.0 as usize - 1;
        let twice = follow(entries, |_| {}).1;
        let Outcome::Done { legs, .. } = &mut entries[at].outcome else { panic!("it was done") };
        legs.retain(|leg| !of(cause)(leg));
        let never = follow(entries, |_| {}).1;
        proof.control(what, twice == Some(kept.sequence) && never == Some(kept.sequence));
        entries[at] = kept;
    }
}

#[test]
fn proof_drain() {
    let rounds = Proof::size(6_400).div_ceil(CLIENTS);
    let mut proof = Proof::new("drain", "each time a partner runs out makes one block and one charge", &[]);
    for (shards, checkpoint_changes) in [(64, 300), (1, 1_000_000)] {
        let store = Arc::new(MemoryStore::new());
        let engine = open(&store, shards, checkpoint_changes);
        set_up(&engine);
        let together = Barrier::new(CLIENTS as usize);
        thread::scope(|scope| {
            for client in 0..CLIENTS {
                let (engine, together) = (&engine, &together);
                scope.spawn(move || {
                    together.wait();
                    run(engine, client, rounds.div_ceil(2));
                });
            }
        });
        let mut entries = journal(&engine);
        proof.count("entries", entries.len() as u64);
        let (sums, wrong) = follow(&entries, |effect| {
            proof.count("blocks created", effect.created.len() as u64);
            proof.count("exhaustions", effect.due.len() as u64);
            proof.count("points low", effect.low as u64);
            proof.count("uses of the reserve", u64::from(effect.used > 0));
            proof.count("across kinds", u64::from(effect.regular > 0 && effect.reserve > 0));
        });
        assert_eq!(wrong, None, "an entry made other blocks or charges than its crossing does");
        let refused = entries.iter().filter(|entry| matches!(entry.outcome, Outcome::Refused(_))).count();
        proof.count("refused", refused as u64);

        audit(&engine);
        let state = engine.partner(KEY).unwrap().unwrap();
        let created = state.blocks.values().filter(|block| block.kind == BlockKind::Auto).count();
        let of = &state.partner;
        assert_eq!((of.usable.0, of.reserve.0, created as u64), (sums.regular, sums.reserve, sums.created));
        assert_eq!(u64::from(of.own_blocks), sums.created, "a block for each crossing, and none besides");
        let digest = engine.digest().unwrap();
        let serial = again(&entries).expect("one after the other, every command comes out the same");
        assert_eq!(serial.digest().unwrap(), digest);
        controls(&mut proof, &mut entries);
        drop(engine);
        assert_eq!(open(&store, shards, checkpoint_changes).digest().unwrap(), digest, "after opening again");
    }
    proof.done();
}
