//! When something expires: what a point type or an award says, and the instant that follows from it.

use super::tagged::tagged;
use super::{Date, Evaluation, Period, Rate, Span, Timestamp, Zone};
use serde::{Deserialize, Serialize};

tagged! {
    /// When points expire.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub enum Expiry {
        /// Never (rule D42).
        #[default]
        0 Never "never",
        /// From this instant on they are not usable (rule D48).
        1 At "at" (instant: Timestamp),
        /// With the end of this day in the program's zone.
        2 On "on" (date: Date),
        /// This long after the transaction that granted them (rule D44).
        3 After "after" (span: Span),
        /// With the end of the month, quarter or year in which the points are so old.
        4 EndOf "end_of" {
            /// How old. Default: not at all.
            span: Option<Span>,
            /// The end of what.
            period: Period,
        },
        /// With the first evaluation at which they are older than this (rules E70 to E76).
        5 Rolling "rolling" {
            /// How old.
            age: Span,
            /// When they are evaluated.
            evaluated: Evaluation,
            /// From when evaluations are counted. Default: from when this was set.
            since: Option<Timestamp>,
        },
    }
}

impl Expiry {
    /// The same, with evaluations counted from `now` where nothing else was said.
    #[must_use]
    pub fn set_at(self, now: Timestamp) -> Expiry {
        match self {
            Expiry::Rolling { age, evaluated, since } => Expiry::Rolling { age, evaluated, since: since.or(Some(now)) },
            Expiry::Never | Expiry::At(_) | Expiry::On(_) | Expiry::After(_) | Expiry::EndOf { .. } => self,
        }
    }

    /// The instant for points granted by a transaction at `granted_at`. `Some(None)` is never, `None` is an instant
    /// past the year 9999.
    #[must_use]
    pub fn resolve(self, granted_at: Timestamp, zone: &Zone) -> Option<Option<Timestamp>> {
        match self {
            Expiry::Never => Some(None),
            Expiry::At(instant) => Some(Some(instant)),
            Expiry::On(date) => date.end(zone).map(Some),
            Expiry::After(span) => span.after(granted_at, zone).map(Some),
            Expiry::EndOf { span, period } => {
                let old = span.map_or(Some(granted_at), |span| span.after(granted_at, zone))?;
                period.end(old, zone).map(Some)
            }
            Expiry::Rolling { age, evaluated, since } => {
                let old = age.after(granted_at, zone)?;
                evaluated.next_after(old, since.unwrap_or(granted_at), zone).map(Some)
            }
        }
    }
}

/// What a member does that may count as activity (rule E85).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    /// Points are accrued.
    Accrue,
    /// Points are redeemed, also those of a hold.
    Redeem,
    /// Points are held.
    Hold,
    /// Points are given to another member, or come from one.
    Transfer,
    /// Points are adjusted.
    Adjust,
}

tagged! {
    /// What becomes of points when their member does nothing (rules E71, E82 to E87).
    #[derive(Debug, Clone, PartialEq, Eq, Default)]
    pub enum Inactivity {
        /// Nothing.
        #[default]
        0 Ignored "ignored",
        /// They expire, or a part of them does.
        1 Expires "expires" {
            /// So long after the last activity.
            period: Span,
            /// How many hundredths of all points, at each evaluation; rounded down. Default: all.
            percent: Option<Rate>,
            /// When it is evaluated: at each evaluation, points expire of members whose last activity is longer ago.
            /// Default: at the very instant at which the period is over.
            evaluated: Option<Evaluation>,
            /// What counts as activity, in any account of the member. Default: accruals and redemptions.
            activity: Option<Vec<Activity>>,
            /// From when evaluations are counted. Default: from when this was set.
            since: Option<Timestamp>,
        },
    }
}

impl Inactivity {
    /// The same, with evaluations counted from `now` where nothing else was said.
    #[must_use]
    pub fn set_at(self, now: Timestamp) -> Inactivity {
        match self {
            Inactivity::Ignored => Inactivity::Ignored,
            Inactivity::Expires { period, percent, evaluated, activity, since } => {
                Inactivity::Expires { period, percent, evaluated, activity, since: since.or(Some(now)) }
            }
        }
    }

    /// Whether something that a member does keeps the points.
    #[must_use]
    pub fn is_kept_by(&self, done: Activity) -> bool {
        match self {
            Inactivity::Ignored => false,
            Inactivity::Expires { activity: Some(kinds), .. } => kinds.contains(&done),
            Inactivity::Expires { activity: None, .. } => matches!(done, Activity::Accrue | Activity::Redeem),
        }
    }

    /// The next instant after `now` at which points of a member expire whose last activity was at `last`. `None`:
    /// never.
    #[must_use]
    pub fn next_after(&self, last: Timestamp, now: Timestamp, zone: &Zone) -> Option<Timestamp> {
        let Inactivity::Expires { period, evaluated, since, .. } = self else { return None };
        let over = period.after(last, zone)?;
        match evaluated {
            Some(evaluated) => evaluated.next_after(over.max(now), since.unwrap_or(last), zone),
            None => Some(over.max(now)),
        }
    }
}
