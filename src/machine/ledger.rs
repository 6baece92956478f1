//! Moving points between the pots of one item, its account and the totals: the one place where they move, so that
//! none is ever lost or made.

use super::changes::{Changes, fits};
use crate::domain::{Account, AccountKey, Item, ItemId, ItemPart, PointClass, Points, Rejection, Timestamp, Totals};

/// Where points can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pot {
    /// Left in a matured, redeemable item.
    Available,
    /// Left in a qualifying item.
    Qualifying,
    /// Left in an item that has not matured.
    Future,
    Redeemed,
    Expired,
    Cancelled,
    Repaid,
}

impl Pot {
    /// Where the points left in a matured item are.
    pub(super) fn matured(class: PointClass) -> Pot {
        match class {
            PointClass::Redeemable => Pot::Available,
            PointClass::Qualifying => Pot::Qualifying,
        }
    }

    fn of_item(self, item: &mut Item) -> &mut Points {
        match self {
            Pot::Available | Pot::Qualifying | Pot::Future => &mut item.remaining,
            Pot::Redeemed => &mut item.redeemed,
            Pot::Expired => &mut item.expired,
            Pot::Cancelled => &mut item.cancelled,
            Pot::Repaid => &mut item.repaid,
        }
    }

    fn of_account(self, account: &mut Account) -> &mut Points {
        match self {
            Pot::Available => &mut account.available,
            Pot::Qualifying => &mut account.qualifying,
            Pot::Future => &mut account.future,
            Pot::Redeemed => &mut account.redeemed,
            Pot::Expired => &mut account.expired,
            Pot::Cancelled => &mut account.cancelled,
            Pot::Repaid => &mut account.repaid,
        }
    }

    fn of_totals(self, totals: &mut Totals) -> Option<&mut i128> {
        match self {
            Pot::Available | Pot::Qualifying | Pot::Future => None,
            Pot::Redeemed => Some(&mut totals.redeemed),
            Pot::Expired => Some(&mut totals.expired),
            Pot::Cancelled => Some(&mut totals.cancelled),
            Pot::Repaid => Some(&mut totals.repaid),
        }
    }
}

/// One item with its account, while points move.
pub(super) struct Ledger<'a> {
    pub(super) key: AccountKey,
    pub(super) id: ItemId,
    pub(super) account: &'a mut Account,
    pub(super) item: &'a mut Item,
    pub(super) changes: &'a mut Changes,
}

impl Ledger<'_> {
    /// Puts freshly granted points into a pot.
    pub(super) fn grant(&mut self, pot: Pot, points: Points, now: Timestamp) -> Result<(), Rejection> {
        let account = &mut *self.account;
        account.granted = fits(account.granted.plus(points))?;
        account.lifetime = fits(account.lifetime.plus(points))?;
        add(pot.of_account(account), points)?;
        self.item.granted = points;
        *pot.of_item(self.item) = points;
        let totals = self.changes.totals_mut(self.key.program, now.day(), self.item.source, self.key.point_type);
        totals.issued = totals.issued.saturating_add(i128::from(points.0));
        Ok(())
    }

    /// Moves points from one pot to another, as of an instant.
    pub(super) fn shift(&mut self, from: Pot, to: Pot, points: Points, at: Timestamp) -> Result<(), Rejection> {
        take(from.of_item(self.item), points)?;
        add(to.of_item(self.item), points)?;
        take(from.of_account(self.account), points)?;
        add(to.of_account(self.account), points)?;
        let totals = self.changes.totals_mut(self.key.program, at.day(), self.item.source, self.key.point_type);
        if let Some(sum) = from.of_totals(totals) {
            *sum = sum.saturating_sub(i128::from(points.0));
        }
        if let Some(sum) = to.of_totals(totals) {
            *sum = sum.saturating_add(i128::from(points.0));
        }
        Ok(())
    }

    /// Moves points that have come free out of a pot: into the account's debt as far as there is one, the rest to
    /// the available points.
    pub(super) fn free(&mut self, from: Pot, points: Points, at: Timestamp) -> Result<(), Rejection> {
        let repaid = points.min(self.account.debt);
        let available = fits(points.minus(repaid))?;
        if repaid.is_positive() {
            take(&mut self.account.debt, repaid)?;
            self.shift(from, Pot::Repaid, repaid, at)?;
            let part = self.part(repaid, at);
            self.changes.legs.push(crate::domain::Leg::Repaid(part));
        }
        if available.is_positive() && from != Pot::Available {
            self.shift(from, Pot::Available, available, at)?;
        }
        Ok(())
    }

    /// Some of the item's points, for a leg.
    pub(super) fn part(&self, points: Points, effective_at: Timestamp) -> ItemPart {
        ItemPart {
            item: self.id,
            point_type: self.key.point_type,
            points,
            remaining: self.item.remaining,
            expires_at: self.item.expires_at,
            effective_at,
        }
    }
}

pub(super) fn add(sum: &mut Points, points: Points) -> Result<(), Rejection> {
    *sum = fits(sum.plus(points))?;
    Ok(())
}

/// Takes points out of a sum that holds them.
pub(super) fn take(sum: &mut Points, points: Points) -> Result<(), Rejection> {
    *sum = fits(sum.minus(points).filter(|rest| *rest >= Points::ZERO))?;
    Ok(())
}
