//! Everything that can be asked of an engine, against the model.

use super::book::{partner_of, unnumbered};
use super::run::Run;
use super::settle::is_of;
use super::world::{MEMBERS, PARTNERS, PROGRAMS, SOURCES};
use accruedb::domain::*;
use accruedb::engine::Engine;
use accruedb::report;
use std::collections::BTreeMap;

impl Run {
    pub(super) fn compare_touched(&mut self, command: &Command) {
        let program = command.program;
        let members = self.books[&program].model.touched(&command.action);
        match &command.action {
            Action::Accrue(Accrue { partner, awards, .. }) => {
                partner.iter().for_each(|partner| self.compare_partner(program, *partner));
                awards.iter().filter_map(|award| award.source).for_each(|id| self.compare_source(program, id));
            }
            Action::AccrueShared(AccrueShared { shares, awards, .. }) => {
                shares.iter().for_each(|share| self.compare_partner(program, share.partner));
                awards.iter().filter_map(|award| award.source).for_each(|id| self.compare_source(program, id));
            }
            Action::Cancel(_) => return self.compare_program(program),
            _ if members.is_empty() => return self.compare_program(program),
            _ => {}
        }
        members.into_iter().for_each(|member| self.compare_member(program, member));
    }

    pub(super) fn compare_member(&mut self, program: ProgramId, member: MemberId) {
        let shown = self.ask(|engine| engine.balances(MemberKey { program, member }));
        self.books[&program].compare_balances(member, &shown);
        let shown = self.ask(|engine| engine.member(MemberKey { program, member }));
        self.books[&program].compare_member(member, shown);
        let expected = self.books[&program].model.household(member);
        if expected.is_some() {
            let shown = self.ask(|engine| engine.household(MemberKey { program, member }));
            assert_eq!(shown, expected, "household {member} at {}", self.now());
            self.tally.count("households");
        }
    }

    pub(super) fn compare_partner(&mut self, program: ProgramId, partner: PartnerId) {
        let shown = self.ask(|engine| engine.partner(PartnerKey { program, partner }));
        self.books[&program].compare_partner(partner, shown);
    }

    pub(super) fn compare_source(&mut self, program: ProgramId, source: SourceId) {
        let shown = self.ask(|engine| engine.source(SourceKey { program, source }));
        self.books[&program].compare_source(source, shown);
    }

    pub(super) fn compare_program(&mut self, program: ProgramId) {
        MEMBERS.map(MemberId).for_each(|member| self.compare_member(program, member));
        PARTNERS.map(PartnerId).for_each(|partner| self.compare_partner(program, partner));
        SOURCES.map(SourceId).for_each(|source| self.compare_source(program, source));
    }

    pub(super) fn compare_all(&mut self) {
        let known: Vec<ProgramId> = self.books.keys().copied().collect();
        known.into_iter().for_each(|program| self.compare_program(program));
    }

    /// What was answered is there, under its request id.
    pub(super) fn compare_receipts(&mut self) {
        for (program, book) in &self.books {
            for (request, receipt) in &book.receipts {
                let key = RequestKey { program: *program, request: *request };
                let entry = self.engine().transaction(key).expect("no trouble is planned");
                let entry = entry.unwrap_or_else(|| panic!("{key:?} was answered, and is gone"));
                assert_eq!(entry.answer(false).as_ref(), Ok(receipt), "{key:?}");
            }
        }
    }

    pub(super) fn compare_items(&mut self) {
        self.learn_names();
        for (program, book) in &self.books {
            for (member, point_type) in MEMBERS.map(MemberId).flat_map(|m| (1..=6).map(move |p| (m, PointTypeId(p)))) {
                let account = MemberKey { program: *program, member }.account(point_type);
                let items = self.engine().items(account, ItemPosition::FIRST, 10_000).expect("no trouble is planned");
                book.compare_items(account, &items);
            }
        }
    }

    /// A member's statement has the transactions that were done for the member, newest first, and bookings.
    pub(super) fn compare_statements(&self) {
        for (program, book) in &self.books {
            for member in MEMBERS.map(MemberId) {
                let mut expected: Vec<Sequence> = Vec::new();
                for (request, receipt) in &book.receipts {
                    expected.extend(book.linked[request].contains(&member).then_some(receipt.sequence));
                }
                expected.sort_unstable_by(|a, b| b.cmp(a));
                let key = MemberKey { program: *program, member };
                let shown = self.engine().statement(key, None, usize::MAX).expect("no trouble is planned");
                let shown = shown.unwrap_or_default().into_iter();
                let own = |entry: &Entry| matches!(entry.command.action, Action::BookDue(_));
                let shown: Vec<Sequence> = shown.filter(|entry| !own(entry)).map(|entry| entry.sequence).collect();
                assert_eq!(shown, expected, "statement of member {member}");
            }
        }
    }

    /// The journal holds what was answered, in order, and nothing else of the callers; its time never goes back.
    pub(super) fn compare_journal(&self) {
        let entries = self.engine().journal(Sequence(1), usize::MAX).expect("no trouble is planned");
        assert!(entries.iter().zip(1..).all(|(entry, number)| entry.sequence == Sequence(number)), "a hole");
        assert!(entries.is_sorted_by_key(|entry| entry.recorded_at), "time went back");
        let own = |entry: &&Entry| matches!(entry.command.action, Action::BookDue(_));
        let mut callers = entries.iter().filter(|entry| !own(entry));
        for (command, at) in &self.log {
            let entry = callers.next().expect("what was answered is in the journal");
            assert!(is_of(entry, command) && entry.recorded_at == *at, "{command:?} was answered, not {entry:?}");
        }
        assert!(callers.next().is_none(), "the journal holds more than what was answered");
    }

    /// All that the journal tells of a partner, in order: what the model told, but for what is due and not booked yet.
    pub(super) fn compare_partner_legs(&self) {
        let entries = self.engine().journal(Sequence(1), usize::MAX).expect("no trouble is planned");
        let mut told: BTreeMap<(ProgramId, PartnerId), Vec<Leg>> = BTreeMap::new();
        for entry in &entries {
            for leg in entry.legs() {
                if let Some(partner) = partner_of(leg) {
                    told.entry((entry.command.program, partner)).or_default().push(unnumbered(*leg));
                }
            }
        }
        for (program, book) in &self.books {
            for (id, partner) in &book.model.partners {
                let told = told.remove(&(*program, *id)).unwrap_or_default();
                let is_due =
                    |leg: &Leg| matches!(leg, Leg::Event { .. } | Leg::Block { to: Some(BlockState::Expired), .. });
                let (known, due) = partner.legs.split_at(told.len().min(partner.legs.len()));
                assert_eq!(told, known, "what is told of partner {id}");
                assert!(due.iter().all(is_due), "what is not told of partner {id}: {due:?}");
            }
        }
        assert!(told.is_empty(), "the model does not know {told:?}");
    }

    /// The open blocks in the order of debit, and the bills with their lines, of every partner.
    pub(super) fn compare_bills(&mut self) {
        self.ask(Engine::checkpoint);
        for (program, book) in &self.books {
            for (id, partner) in &book.model.partners {
                let key = PartnerKey { program: *program, partner: *id };
                let open = self.engine().open_blocks(key, usize::MAX).expect("no trouble is planned");
                let open: Vec<BlockId> = open.into_iter().map(|(id, _)| id).collect();
                assert_eq!(open, partner.open(), "the open blocks of partner {id}");
                let bills = report::bills(self.store.as_ref(), key, report::Page::ALL).expect("it is in memory");
                assert_eq!(bills.len(), partner.bills.len(), "bills of partner {id}");
                for ((key, bill), model) in bills.into_iter().zip(&partner.bills) {
                    let what = format!("bill {} of partner {id}", key.number);
                    assert_eq!((bill.until, bill.closed.is_some()), (model.until, model.is_closed), "{what}");
                    let lines = report::bill_lines(self.store.as_ref(), key, report::Page::ALL);
                    let lines = lines.expect("it is in memory").into_iter();
                    let shown = lines.map(|(key, line)| {
                        (key.at, line.member, line.points.0, line.terms as usize, line.cancels != Sequence(0))
                    });
                    let expected =
                        model.lines.iter().map(|of| (of.at, of.member, of.points, of.terms + 1, of.is_cancelled));
                    assert_eq!(shown.collect::<Vec<_>>(), expected.collect::<Vec<_>>(), "{what}");
                }
            }
        }
    }

    /// Balances at a past instant are those that were shown then.
    pub(super) fn look_back(&mut self, ms: i64) {
        let Some(at) = Timestamp::from_ms(self.now().ms().saturating_sub(ms)) else { return };
        let known = self.past.iter().chain([&self.books]).rfind(|books| books[&PROGRAMS[0]].model.now <= at);
        let Some(books) = known.cloned() else { return };
        let mut models = Vec::new();
        for (program, mut book) in books {
            book.model.advance(at);
            models.push((program, book.model.clone()));
            for member in MEMBERS.map(MemberId) {
                let shown = self.ask(|engine| engine.balances_as_of(MemberKey { program, member }, at));
                book.compare_balances(member, &shown);
            }
        }
        self.compare_reports_of(models);
        self.tally.count("looks back");
    }
}
