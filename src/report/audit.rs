//! The audit log (rules E35 to E49): one line for each thing that happened to members' points or to a source, newest
//! first, with filters, in pages. The journal is the log: lines are read from its entries, and nothing is kept for them.
//!
//! | asked for | read |
//! |---|---|
//! | a member | the member's chain of entries |
//! | a reference | entries that the index of references names |
//! | sources, subtypes, types of transactions, or point types | entries that the index names ([`Mark`]), of the first of these |
//! | a range of the times of record | the journal back from the end of the range, found by bisection |
//! | a range of the times at which it happened | the journal between the ends of the range, and what the index names for its days: what was recorded later or earlier |
//! | a text, or nothing | the journal backwards |
//!
//! The rest of what is asked for is looked for in these entries, up to [`AuditQuery::entries_max`] a page; then the page
//! ends early, and the next one goes on from there. So a page takes a bounded time, also for a text: it is looked for as
//! a part of others, which no index helps to find. The index of references is kept beside the references, and erased with
//! them.
//!
//! The modifications of a source (or an account) add up to the points that are left of it: debts stand beside them.

use crate::domain::{
    AHEAD_HOURS_MAX, AuditKind, Day, Entry, Granted, Item, ItemId, Leg, Mark, MemberId, PROMPT_SECONDS, PointFate,
    PointState, PointTypeId, Points, ProgramId, Sequence, SourceId, SubtypeId, Timestamp, Zone,
};
use serde::Serialize;
use std::fmt::{self, Write};
use std::ops::RangeInclusive;
use std::str::FromStr;

/// The number of a line: unique, and growing with time (rule E43).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct AuditId {
    /// The journal's entry.
    pub sequence: Sequence,
    /// Which leg of it, from 0.
    pub place: u32,
}

impl fmt::Display for AuditId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.sequence, self.place)
    }
}

impl FromStr for AuditId {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<AuditId, Self::Err> {
        let wrong = "not the number of a line, like 5120.0";
        let (sequence, place) = text.split_once('.').ok_or(wrong)?;
        let sequence = Sequence(sequence.parse().map_err(|_| wrong)?);
        Ok(AuditId { sequence, place: place.parse().map_err(|_| wrong)? })
    }
}

impl Serialize for AuditId {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// What became of added points so far: live (rules E45 to E47).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Fate {
    /// Redeemed, gone into a debt, or kept as a fee.
    pub amount_spent: Points,
    /// Expired.
    pub amount_expired: Points,
    /// Taken back by a cancellation or an adjustment.
    pub amount_cancelled: Points,
    /// Gone to another member or another account.
    pub amount_moved: Points,
    /// Left, waiting, or set aside. 0: all of them are consumed.
    pub left: Points,
}

impl Fate {
    /// What became of the points of an item.
    #[must_use]
    pub fn of(item: &Item) -> Fate {
        let mut fate = Fate::default();
        for (state, points) in item.sums.iter() {
            let sum = match state.fate() {
                PointFate::Spent => &mut fate.amount_spent,
                PointFate::Expired => &mut fate.amount_expired,
                PointFate::Cancelled => &mut fate.amount_cancelled,
                PointFate::Moved => &mut fate.amount_moved,
                PointFate::Left => &mut fate.left,
            };
            *sum = Points(sum.0.saturating_add(points.0));
        }
        fate
    }
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditLine {
    /// Its number.
    pub id: AuditId,
    /// When it happened: the instant of an expiry, else that of the transaction, as it was given.
    pub occurred_at: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The type of the transaction.
    pub transaction_type: AuditKind,
    /// The same, for people.
    pub reference_type: &'static str,
    /// Whose points.
    pub member: Option<MemberId>,
    /// The kind of points.
    pub point_type: Option<PointTypeId>,
    /// What they come from.
    pub source: Option<SourceId>,
    /// Why they were given.
    pub subtype: Option<SubtypeId>,
    /// The point item.
    pub item: Option<ItemId>,
    /// How many more points the account (for an inventory, the source) has; less than 0: how many fewer (rule E44).
    pub modification: i64,
    /// How many more points the member owes.
    pub debt: i64,
    /// The caller's own text (rule E41).
    pub reference: Option<Box<str>>,
    /// Who asked.
    pub actor: Box<str>,
    /// What was asked.
    pub verb: &'static str,
    /// What became of added points.
    #[serde(flatten)]
    pub fate: Option<Fate>,
}

/// By which of its two times a line lies in a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AuditClock {
    /// When it was recorded.
    #[default]
    Recorded,
    /// When it happened.
    Occurred,
}

/// Which lines are asked for. An empty list asks for all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditQuery {
    /// The program.
    pub program: ProgramId,
    /// From this instant on.
    pub from: Option<Timestamp>,
    /// Before this instant.
    pub to: Option<Timestamp>,
    /// Of which of its times.
    pub clock: AuditClock,
    /// Only points of these types (rule E37).
    pub point_types: Vec<PointTypeId>,
    /// Only points of these sources; 0 are those without one (rule E38).
    pub sources: Vec<SourceId>,
    /// Only points of these subtypes (rule D14).
    pub subtypes: Vec<SubtypeId>,
    /// Only transactions of these types (rule E39).
    pub kinds: Vec<AuditKind>,
    /// Only points of this member (rule E40).
    pub member: Option<MemberId>,
    /// Only with this reference (rule E41).
    pub reference: Option<Box<str>>,
    /// Only lines of which some text holds this one, in any case (rule E42).
    pub text: Option<Box<str>>,
    /// Only lines before this one, which the page before ended with.
    pub before: Option<AuditId>,
    /// At most this many lines.
    pub limit: usize,
    /// At most this many entries are read for one page, and those that are read together with the last of them.
    pub entries_max: usize,
}

/// Entries that a page reads where nothing else is said: some milliseconds.
const ENTRIES_MAX: usize = 5_000;

impl AuditQuery {
    /// All lines of a program, a hundred a page.
    #[must_use]
    pub fn of(program: ProgramId) -> AuditQuery {
        AuditQuery {
            program,
            from: None,
            to: None,
            clock: AuditClock::Recorded,
            point_types: Vec::new(),
            sources: Vec::new(),
            subtypes: Vec::new(),
            kinds: Vec::new(),
            member: None,
            reference: None,
            text: None,
            before: None,
            limit: 100,
            entries_max: ENTRIES_MAX,
        }
    }

    /// The fewest entries among which all lines are.
    fn among<R: AuditReader>(&self, reader: &R) -> Result<Among, R::Error> {
        let AuditQuery { sources, subtypes, kinds, point_types, .. } = self;
        if let Some(member) = self.member {
            return Ok(Among::Member(member));
        }
        if let Some(reference) = &self.reference {
            return Ok(Among::Referred(reference.clone()));
        }
        let marks: Vec<Mark> = if !sources.is_empty() {
            sources.iter().copied().map(Mark::Source).collect()
        } else if !subtypes.is_empty() {
            subtypes.iter().copied().map(Mark::Subtype).collect()
        } else if !kinds.is_empty() {
            kinds.iter().copied().map(Mark::Kind).collect()
        } else {
            point_types.iter().copied().map(Mark::PointType).collect()
        };
        match self.clock {
            _ if !marks.is_empty() => Ok(Among::Marked(marks)),
            AuditClock::Occurred => Among::happened(reader, (self.from, self.to)),
            AuditClock::Recorded => Ok(Among::All),
        }
    }

    /// Whether entries recorded at an instant, and before, are too old for any line.
    fn is_past(&self, recorded_at: Timestamp) -> bool {
        // a transaction may be dated ahead of the clock
        let ahead = if self.clock == AuditClock::Occurred { AHEAD_HOURS_MAX } else { 0 };
        self.from.is_some_and(|from| recorded_at.saturating_add_hours(ahead) < from)
    }

    fn asks_for(&self, line: &AuditLine, text: &mut PartOfText) -> bool {
        fn listed<T: PartialEq>(list: &[T], value: &T) -> bool {
            list.is_empty() || list.contains(value)
        }
        let at = match self.clock {
            AuditClock::Recorded => line.recorded_at,
            AuditClock::Occurred => line.occurred_at,
        };
        self.before.is_none_or(|before| line.id < before)
            && self.from.is_none_or(|from| from <= at)
            && self.to.is_none_or(|to| at < to)
            && (self.point_types.is_empty() || line.point_type.is_some_and(|of| self.point_types.contains(&of)))
            && listed(&self.sources, &line.source.unwrap_or_default())
            && (self.subtypes.is_empty() || line.subtype.is_some_and(|of| self.subtypes.contains(&of)))
            && listed(&self.kinds, &line.transaction_type)
            && self.member.is_none_or(|member| line.member == Some(member))
            && self.reference.as_deref().is_none_or(|text| line.reference.as_deref() == Some(text))
            && text.is_in(line)
    }
}

/// A part of a text that lines are to have somewhere, in any case.
struct PartOfText {
    part: Option<String>,
    /// A text of a line.
    shown: String,
}

impl PartOfText {
    fn of(query: &AuditQuery) -> PartOfText {
        PartOfText { part: query.text.as_deref().map(str::to_lowercase), shown: String::new() }
    }

    /// Whether one of a line's texts holds the part.
    fn is_in(&mut self, line: &AuditLine) -> bool {
        let Some(part) = &self.part else { return true };
        let shown = &mut self.shown;
        let mut holds = |text: &dyn fmt::Display| {
            shown.clear();
            let _never_fails = write!(shown, "{text}");
            match shown.is_ascii() {
                true => shown.make_ascii_lowercase(),
                false => *shown = shown.to_lowercase(),
            }
            shown.contains(part.as_str())
        };
        holds(&line.verb)
            || holds(&line.reference_type)
            || holds(&line.actor)
            || holds(&line.id)
            || line.reference.as_ref().is_some_and(|text| holds(text))
            || line.member.is_some_and(|id| holds(&id))
            || line.source.is_some_and(|id| holds(&id))
            || line.item.is_some_and(|id| holds(&id))
    }
}

/// The lines of an entry in the order of its legs, with the new item of each that adds one.
fn lines_of(entry: &Entry) -> impl Iterator<Item = (AuditLine, Option<Granted>)> + '_ {
    let verb = entry.command.action.verb();
    entry.legs().iter().zip(0u32..).filter_map(move |(leg, place)| {
        let line = AuditLine {
            id: AuditId { sequence: entry.sequence, place },
            occurred_at: leg.happened_at(&entry.command, entry.recorded_at),
            recorded_at: entry.recorded_at,
            transaction_type: AuditKind::Issuance,
            reference_type: "",
            member: None,
            point_type: None,
            source: None,
            subtype: None,
            item: None,
            modification: 0,
            debt: 0,
            reference: entry.command.reference.clone(),
            actor: entry.actor.name().into(),
            verb,
            fate: None,
        };
        let mut line = fill(line, leg)?;
        line.reference_type = line.transaction_type.reference_type(line.modification > 0);
        Some((line, leg.granted()))
    })
}

/// What a leg says. `None` where it is not about a member's points or a source.
fn fill(line: AuditLine, leg: &Leg) -> Option<AuditLine> {
    let transaction_type = AuditKind::of(line.verb, leg)?;
    let line = AuditLine { transaction_type, ..line };
    Some(match *leg {
        Leg::Granted { member, item, point_type, points, source, subtype, .. } => AuditLine {
            modification: points.0,
            item: Some(item),
            source,
            subtype: Some(subtype),
            ..of_account(line, member, point_type)
        },
        Leg::Moved { member, item, point_type, from, to, points, source, subtype, .. } => {
            let modification = match (from.is_owned(), to.is_owned()) {
                (true, false) => points.0.saturating_neg(),
                (false, true) => points.0,
                (true, true) | (false, false) => 0,
            };
            let debt = match (from, to) {
                (_, PointState::Repaid) => points.0.saturating_neg(),
                (PointState::Repaid, _) => points.0,
                _ => 0,
            };
            let line = AuditLine { subtype: Some(subtype), ..of_account(line, member, point_type) };
            AuditLine { modification, debt, item: Some(item), source, ..line }
        }
        Leg::Owed { member, point_type, points } => {
            AuditLine { debt: points.0, ..of_account(line, member, point_type) }
        }
        Leg::Forgiven { member, point_type, points } => {
            AuditLine { debt: points.0.saturating_neg(), ..of_account(line, member, point_type) }
        }
        Leg::Merged { member, point_type, points, .. } => {
            AuditLine { modification: points.0, ..of_account(line, member, point_type) }
        }
        Leg::Absorbed { member, point_type, .. } => of_account(line, member, point_type),
        Leg::Inventory { source, points, .. } => AuditLine { modification: points.0, source: Some(source), ..line },
        Leg::SourceStatus { source, .. } => AuditLine { source: Some(source), ..line },
        // of no such type
        _ => return None,
    })
}

fn of_account(line: AuditLine, member: MemberId, point_type: PointTypeId) -> AuditLine {
    AuditLine { member: Some(member), point_type: Some(point_type), ..line }
}

/// Which entries a page looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Among {
    /// All of the journal.
    All,
    /// Those of a member's chain.
    Member(MemberId),
    /// Those with a reference.
    Referred(Box<str>),
    /// Those that have one of these marks.
    Marked(Vec<Mark>),
    /// Those about what happened on some days, as far as it is not told otherwise.
    Happened {
        /// The entries that were recorded then.
        recorded: RangeInclusive<Sequence>,
        /// The days that others have marks of.
        days: RangeInclusive<Day>,
    },
}

impl Among {
    /// The entries of what happened from an instant on and before another.
    pub(super) fn happened<R: AuditReader>(
        reader: &R,
        (from, to): (Option<Timestamp>, Option<Timestamp>),
    ) -> Result<Among, R::Error> {
        if from.is_none() && to.is_none() {
            return Ok(Among::All);
        }
        let away = |at: Timestamp, ms: i64| Timestamp::from_ms(at.ms().saturating_add(ms));
        let prompt_ms = PROMPT_SECONDS.saturating_mul(1000);
        let first = from.and_then(|from| away(from, prompt_ms.saturating_neg()));
        let end = to.and_then(|to| away(to, prompt_ms));
        let recorded = first.map_or(Ok(Sequence(1)), |first| reader.first_at(first))?
            ..=end.map_or(Ok(Sequence(u64::MAX)), |end| reader.first_at(end))?;
        let last = to.map_or(Day(i32::MAX), |to| to.last_day_before(&Zone::UTC));
        let days = from.map_or(Day(i32::MIN), Timestamp::day)..=last;
        Ok(Among::Happened { recorded, days })
    }
}

/// Where the log reads: an engine, which this layer does not know.
pub trait AuditReader {
    /// What may go wrong.
    type Error;

    /// The number of the first entry that was recorded at an instant or later; one more than the last where there is
    /// none.
    fn first_at(&self, instant: Timestamp) -> Result<Sequence, Self::Error>;

    /// Some of these entries up to a number, the newest first, none left out in between. None: there are none.
    fn entries(&self, program: ProgramId, among: &Among, up_to: Sequence) -> Result<Vec<Entry>, Self::Error>;

    /// A new item as it is now, booked or not.
    fn item(&self, program: ProgramId, granted: &Granted, recorded_at: Timestamp) -> Result<Option<Item>, Self::Error>;
}

/// A page of lines.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditPage {
    /// The lines, newest first.
    pub lines: Vec<AuditLine>,
    /// Where the next page begins: [`AuditQuery::before`]. `None`: there are no more.
    pub next: Option<AuditId>,
}

/// A page of the audit log. The next page begins where this one says, whatever happened since: the order is stable.
pub fn audit<R: AuditReader>(reader: &R, query: &AuditQuery) -> Result<AuditPage, R::Error> {
    let mut page = AuditPage::default();
    let is_bisected = query.clock == AuditClock::Recorded && query.member.is_none();
    let mut next = match (query.before, query.to.filter(|_| is_bisected)) {
        (Some(before), _) => before.sequence,
        (None, Some(to)) => Sequence(reader.first_at(to)?.0.saturating_sub(1)),
        (None, None) => Sequence(u64::MAX),
    };
    let among = query.among(reader)?;
    let mut text = PartOfText::of(query);
    let mut read = 0usize;
    while next > Sequence(0) {
        let entries = reader.entries(query.program, &among, next)?;
        let Some(oldest) = entries.last() else { return Ok(page) };
        next = Sequence(oldest.sequence.0.saturating_sub(1));
        read = read.saturating_add(entries.len());
        for entry in entries.iter() {
            if query.is_past(entry.recorded_at) {
                return Ok(page);
            }
            if entry.command.program != query.program {
                continue;
            }
            let mut lines: Vec<_> = lines_of(entry).filter(|(line, _)| query.asks_for(line, &mut text)).collect();
            lines.reverse();
            for (mut line, granted) in lines {
                if page.lines.len() >= query.limit {
                    page.next = page.lines.last().map(|last| last.id);
                    return Ok(page);
                }
                if let Some(granted) = granted {
                    line.fate = reader.item(query.program, &granted, entry.recorded_at)?.map(|item| Fate::of(&item));
                }
                page.lines.push(line);
            }
        }
        if read >= query.entries_max && next > Sequence(0) {
            page.next = Some(AuditId { sequence: next.next(), place: 0 });
            return Ok(page);
        }
    }
    Ok(page)
}
