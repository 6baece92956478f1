//! Awards and spends, chosen and grouped by the reader's own criteria, with the figures that the reader wants (rule C101).

use super::lines::{lines, unsettled};
use crate::domain::{Event, EventKind, Fault, OfferId, PartnerId, Points, ProgramId, SchemeId, Timestamp, Zone};
use crate::machine::settlement::month_of;
use crate::storage::Read;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Which awards and spends are meant. What is empty or `None` is no criterion.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AwardFilter {
    /// At these partners.
    pub partners: BTreeSet<PartnerId>,
    /// Of these schemes.
    pub schemes: BTreeSet<SchemeId>,
    /// Of these offers.
    pub offers: BTreeSet<OfferId>,
    /// Of these kinds.
    pub kinds: BTreeSet<EventKind>,
    /// That happened in this time.
    pub during: Option<Range<Timestamp>>,
}

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident $code:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[$doc])* $variant),+ }

        impl $name {
            /// All of them.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// As one word.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $($name::$variant => $code),+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(word: &str) -> Result<$name, String> {
                let known = $name::ALL.iter().copied().find(|known| known.code() == word);
                let all = || $name::ALL.iter().map(|known| known.code()).collect::<Vec<_>>().join(", ");
                known.ok_or_else(|| format!("{word:?}; expected one of {}", all()))
            }
        }
    };
}

words! {
    /// What rows are grouped by.
    Dimension {
        /// The partner.
        Partner "partner",
        /// The member.
        Member "member",
        /// The offer.
        Offer "offer",
        /// The scheme.
        Scheme "scheme",
        /// Purchase, spend, or a cancellation.
        Kind "kind",
        /// The payment medium's brand.
        Brand "brand",
        /// The payment medium's type.
        Medium "medium",
        /// The month in the program's zone.
        Month "month",
        /// Settled or not.
        State "state",
        /// The contribution rule that was applied.
        Rule "rule",
    }
}

words! {
    /// A figure of a row.
    Measure {
        /// How many events.
        Events "events",
        /// Awards and spends, in minor units.
        Amount "amount",
        /// What the partner bears or is credited with.
        Contribution "contribution",
        /// What the host bears.
        Host "host",
    }
}

/// A row: what it is grouped by, and its figures, each in the order in which they were asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwardRow {
    /// The values of the dimensions.
    pub group: Vec<String>,
    /// The figures.
    pub figures: Vec<i128>,
}

struct Fact<'a> {
    partner: PartnerId,
    at: Timestamp,
    event: &'a Event,
    settled: Option<(Points, Points, Option<u32>)>,
}

/// Awards and spends that a filter lets through, grouped. Those that are not settled have no contribution yet.
pub fn awards(
    read: &dyn Read,
    (program, zone): (ProgramId, &Zone),
    filter: &AwardFilter,
    group_by: &[Dimension],
    fields: &[Measure],
) -> Result<Vec<AwardRow>, Fault> {
    let mut groups: BTreeMap<Vec<String>, Vec<i128>> = BTreeMap::new();
    let mut add = |fact: &Fact<'_>| {
        if !passes(filter, fact) {
            return;
        }
        let group = group_by.iter().map(|dimension| value(*dimension, fact, zone)).collect();
        let sums = groups.entry(group).or_insert_with(|| vec![0; fields.len()]);
        for (sum, field) in sums.iter_mut().zip(fields) {
            *sum = sum.saturating_add(figure(*field, fact));
        }
    };
    for row in lines(read, program, None, None) {
        let row = row?;
        let rule = row.line.contribution.rule.map(|rule| rule.rule);
        let settled = Some((row.line.amount, row.line.host, rule));
        add(&Fact { partner: row.partner, at: row.line.at, event: &row.line.event, settled });
    }
    for found in unsettled(read, program, None) {
        let (key, event) = found?;
        add(&Fact { partner: key.partner, at: key.at, event: &event, settled: None });
    }
    Ok(groups.into_iter().map(|(group, figures)| AwardRow { group, figures }).collect())
}

fn passes(filter: &AwardFilter, fact: &Fact<'_>) -> bool {
    let AwardFilter { partners, schemes, offers, kinds, during } = filter;
    let event = fact.event;
    (partners.is_empty() || partners.contains(&fact.partner))
        && (schemes.is_empty() || event.scheme.is_some_and(|scheme| schemes.contains(&scheme)))
        && (offers.is_empty() || event.offer.is_some_and(|offer| offers.contains(&offer)))
        && (kinds.is_empty() || kinds.contains(&event.kind))
        && during.as_ref().is_none_or(|during| during.contains(&fact.at))
}

fn value(dimension: Dimension, fact: &Fact<'_>, zone: &Zone) -> String {
    let event = fact.event;
    let or_none = |value: Option<String>| value.unwrap_or_else(|| "none".to_owned());
    match dimension {
        Dimension::Partner => fact.partner.to_string(),
        Dimension::Member => event.member.to_string(),
        Dimension::Offer => or_none(event.offer.map(|offer| offer.to_string())),
        Dimension::Scheme => or_none(event.scheme.map(|scheme| scheme.to_string())),
        Dimension::Kind => event.kind.code().to_owned(),
        Dimension::Brand => or_none(event.brand.as_deref().map(str::to_owned)),
        Dimension::Medium => or_none(event.medium.as_deref().map(str::to_owned)),
        Dimension::Month => {
            let month = month_of(fact.at.day_in(zone).date());
            super::MonthRow { partner: fact.partner, month, sums: Default::default() }.month_text()
        }
        Dimension::State => if fact.settled.is_some() { "settled" } else { "unsettled" }.to_owned(),
        Dimension::Rule => or_none(fact.settled.and_then(|(.., rule)| rule).map(|rule| rule.to_string())),
    }
}

/// A figure; cancellations count against what they cancel.
fn figure(measure: Measure, fact: &Fact<'_>) -> i128 {
    let cancels = matches!(fact.event.kind, EventKind::CancelledPurchase | EventKind::CancelledSpend);
    let signed = |points: Points| match cancels {
        true => i128::from(points.0).saturating_neg(),
        false => points.0.into(),
    };
    match measure {
        Measure::Events => 1,
        Measure::Amount => signed(fact.event.amount),
        Measure::Contribution => fact.settled.map_or(0, |(amount, ..)| signed(amount)),
        Measure::Host => fact.settled.map_or(0, |(_, host, _)| signed(host)),
    }
}
