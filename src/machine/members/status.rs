//! The status of a member: whether the member earns and spends.

use crate::domain::tables::{Future, Items};
use crate::domain::{
    ITEMS_PER_COMMAND_MAX, ItemKey, ItemPosition, Member, MemberStatus, OnClosing, PointState, PointTypeId, Points,
    Program, Rejection, SetMemberStatus, Subject,
};
use crate::machine::draft::Draft;
use crate::machine::effects::At;
use crate::machine::points::ledger::{Movement, Open};
use crate::machine::points::take::Taking;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed};
use crate::machine::view::{Undecided, View};

impl Rule for SetMemberStatus {
    fn check(&self) -> Result<(), Malformed> {
        validate::member("member", self.member)?;
        validate::reason("reason", &self.reason)
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Member(self.member));
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let owner = draft.known_member(self.member)?;

        draft.link_member(owner);
        draft.effects.members[owner].more_mut().status = self.status;
        if self.status != MemberStatus::Closed || draft.settings()?.on_closing == OnClosing::Keep {
            return Ok(());
        }
        let accounts = &draft.effects.members[owner].accounts;
        let types: Vec<PointTypeId> = accounts.iter().map(|account| account.point_type).collect();
        for point_type in types {
            draft.expire_all(owner, point_type)?;
            draft.tell_balance(owner, point_type)?;
        }
        Ok(())
    }
}

impl<V: View> Draft<'_, V> {
    /// A member who may earn.
    pub(in crate::machine) fn check_earns(&self, owner: At<Member>) -> Result<(), Rejection> {
        match self.effects.members[owner].status() {
            MemberStatus::Closed => Err(Rejection::MemberClosed),
            MemberStatus::Active | MemberStatus::Blocked => Ok(()),
        }
    }

    /// A member who may spend.
    pub(in crate::machine) fn check_spends(&self, owner: At<Member>) -> Result<(), Rejection> {
        match self.effects.members[owner].status() {
            MemberStatus::Closed => Err(Rejection::MemberClosed),
            MemberStatus::Blocked => Err(Rejection::MemberBlocked),
            MemberStatus::Active => Ok(()),
        }
    }

    /// All points of an account expire, those that have not matured, too. Held ones stay held.
    fn expire_all(&mut self, owner: At<Member>, point_type: PointTypeId) -> Result<(), Undecided> {
        let points = self.effects.members[owner].account_mut(point_type).matured();
        self.take_in_order(Taking { owner, point_type, points, into: PointState::Expired }, |_| {})?;
        let account = self.effects.members.key(owner).account(point_type);
        let key = |position| ItemKey { account, position };
        let waiting = self.rows::<Future>(key(ItemPosition::FIRST)..key(ItemPosition::LAST), ITEMS_PER_COMMAND_MAX)?;
        if waiting.len() >= ITEMS_PER_COMMAND_MAX {
            return Err(Rejection::TooManyItems { limit: ITEMS_PER_COMMAND_MAX as u32, points: Points::ZERO }.into());
        }
        let order = self.type_of(&account)?.order;
        for (from, item) in waiting {
            let position = ItemPosition::new(order, item.expires_at, from.position.id);
            let mut open = Open { owner, key: key(position), waits: true, item };
            let (state, to, points, at) =
                (PointState::Future, PointState::Expired, item.sums.get(PointState::Future), self.at);
            self.shift(&mut open, Movement { from: state, to, points, at })?;
            self.put::<Future>(from, None);
            self.put::<Items>(open.key, Some(open.item));
        }
        Ok(())
    }
}
