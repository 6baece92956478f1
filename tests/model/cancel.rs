//! The model's cancellations.

use super::ledger::{Effect, Model, Transaction};
use super::member::Given;
use super::trade::Cancelling;
use accruedb::domain::*;
use std::rc::Rc;

impl Model {
    pub(super) fn cancel(&mut self, body: &Cancel, by: Cancelling) -> Effect {
        let Some(original) = self.done.get(&body.request).cloned() else {
            return Err(Rejection::TransactionUnknown);
        };
        let (command, mut transaction) = Rc::unwrap_or_clone(original);
        match &mut transaction {
            Transaction::Other => return Err(Rejection::NotCancellable),
            Transaction::Spending { member, points, cancelled, parts } => {
                let back = in_one_figure(&body.amount, *points - *cancelled)?;
                *cancelled += back;
                let now = self.now;
                let member = self.members.get_mut(member).unwrap();
                for (item, points) in last_first(parts, back) {
                    member.come_back(item, PointState::Redeemed, points, now);
                }
                self.unspend(by, &command, back);
            }
            Transaction::Purchase(bought) => self.cancel_purchase(by, (&command, body.amount), bought)?,
            Transaction::Transfer { from, to, point_type, points, cancelled, moved } => {
                let back = in_one_figure(&body.amount, *points - *cancelled)?;
                *cancelled += back;
                let kind = self.types[point_type].clone();
                let mut claims = Vec::new();
                let parts = moved.iter().map(|(origin, received, points)| ((*origin, *received), *points));
                let mut left: Vec<_> = parts.collect();
                for ((origin, received), points) in last_first(&mut left, back) {
                    claims.push((received, self.members.get_mut(to).unwrap().take_back(received, points)));
                    let giver = self.members.get_mut(from).unwrap();
                    giver.come_back(origin, PointState::Transferred, points, self.now);
                }
                *moved = left.into_iter().map(|((origin, received), points)| (origin, received, points)).collect();
                for (received, points) in claims {
                    self.members.get_mut(to).unwrap().claim(received, points, &kind);
                }
            }
            Transaction::Accrual { member, partner, awards } => {
                let parts = by_award(&body.amount, awards)?;
                let mut claims = Vec::new();
                for (place, points) in &parts {
                    let award = &awards[*place];
                    let member = self.members.get_mut(member).unwrap();
                    *member.lifetime.get_mut(&award.point_type).unwrap() -= points;
                    claims.push((award.item, award.point_type, member.take_back(award.item, *points)));
                }
                for (item, point_type, points) in claims {
                    let kind = &self.types[&point_type];
                    self.members.get_mut(member).unwrap().claim(item, points, kind);
                }
                for (place, points) in &parts {
                    let award = &mut awards[*place];
                    let before = award.cancelled;
                    award.cancelled += points;
                    if let Some(partner) = partner {
                        self.partners.get_mut(partner).unwrap().refund(award, before, self.now);
                    }
                }
            }
        }
        self.done.insert(body.request, Rc::new((command, transaction)));
        Ok(Transaction::Other)
    }
}

/// Points of parts that are given back, the last part first. What is left of them stays.
fn last_first<T: Copy>(parts: &mut Vec<(T, i64)>, mut points: i64) -> Vec<(T, i64)> {
    let mut back = Vec::new();
    while points > 0 {
        let (part, left) = parts.last_mut().unwrap();
        let given = points.min(*left);
        back.push((*part, given));
        *left -= given;
        points -= given;
        if *left == 0 {
            parts.pop();
        }
    }
    back
}

/// How much of a transaction that has no awards.
fn in_one_figure(amount: &CancelAmount, left: i64) -> Result<i64, Rejection> {
    let points = match amount {
        CancelAmount::Award { .. } => return Err(Rejection::AwardUnknown { awards: 0 }),
        CancelAmount::Points(points) => points.0,
        CancelAmount::Whole => left,
    };
    if points > left || points == 0 { Err(Rejection::CancelExceeds { left: Points(left) }) } else { Ok(points) }
}

/// Which places, and how many points of each.
fn by_award(amount: &CancelAmount, awards: &[Given]) -> Result<Vec<(usize, i64)>, Rejection> {
    let unknown = Rejection::AwardUnknown { awards: awards.len() as u16 };
    let left = |place: usize| awards[place].points - awards[place].cancelled;
    let (place, points) = match *amount {
        CancelAmount::Whole => {
            let parts: Vec<_> = (0..awards.len()).map(|at| (at, left(at))).filter(|part| part.1 > 0).collect();
            let none = Rejection::CancelExceeds { left: Points(0) };
            return if parts.is_empty() { Err(none) } else { Ok(parts) };
        }
        CancelAmount::Points(points) if awards.len() == 1 => (0, points.0),
        CancelAmount::Points(_) => return Err(unknown),
        CancelAmount::Award { place, points } => (usize::from(place), points.0),
    };
    if place >= awards.len() {
        return Err(unknown);
    }
    if points > left(place) {
        return Err(Rejection::CancelExceeds { left: Points(left(place)) });
    }
    Ok(vec![(place, points)])
}
