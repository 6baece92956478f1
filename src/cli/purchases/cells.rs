//! The cells of a row, read: the line that they are, or the column that cannot be used and the reason.

use super::amounts::{Decimal, Marks};
use super::columns::{Place, Places};
use super::dates::Dates;
use super::encoding::Decoding;
use super::layout::Layout;
use super::line::{Details, Line, Purchase, Refund, Worth};
use super::statuses::Kind;
use super::text::{bare, is_formula, is_nothing, is_spoiled, shown, unmarked};
use crate::cli::request_ids::{self, RowIds};
use crate::cli::rows;
use crate::domain::{
    Expiry, LongId, MemberId, PartnerId, PointTypeId, Points, REFERENCE_BYTES_MAX, RequestId, SourceId, Timestamp,
    reading_long_ids,
};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A row that is kept.
pub(super) struct Owned {
    pub(super) line: u64,
    pub(super) cells: rows::Cells,
}

/// The column that cannot be used, where it is a single one, and why.
type Problem = (Option<String>, String);

/// What the rows of a file leave for those that come after them.
pub(super) struct Kept {
    ids: RowIds,
    /// How often each refund of a named purchase was there, word for word.
    refunds: BTreeMap<u128, u32>,
}

impl Kept {
    /// Of a file of this name.
    pub(super) fn new(name: &str) -> Kept {
        Kept { ids: RowIds::of(name), refunds: BTreeMap::new() }
    }
}

/// How the cells of a file are read.
#[derive(Clone, Copy)]
pub(super) struct Cells<'a> {
    pub(super) layout: &'a Layout,
    pub(super) places: &'a Places,
    pub(super) columns: usize,
    pub(super) decoding: Decoding,
    pub(super) dates: &'a Dates,
    pub(super) fixed: Option<Timestamp>,
    /// Whether this is the first line, and no header.
    pub(super) is_first: bool,
}

/// The value of the member's column.
enum Customer {
    Member(MemberId),
    /// The name that the summary gives to this value.
    Nobody(String),
}

/// One row, and whether a cell of it had to be taken for Windows-1252.
struct RowCells<'a, 'r> {
    all: Cells<'a>,
    cells: &'r rows::Cells,
    was_windows: bool,
    /// Ids of more than 15 characters.
    long_ids: Vec<LongId>,
}

impl Cells<'_> {
    /// The line that a row is, and whether a cell of it had to be taken for Windows-1252.
    pub(super) fn line(self, line: u64, cells: &rows::Cells, kept: &mut Kept) -> Result<(Line, bool), Problem> {
        let count = cells.len();
        let is_surplus = || cells.iter().skip(self.columns).any(|cell| !cell.trim_ascii().is_empty());
        if count != self.columns && (count < self.columns || is_surplus()) {
            let problem = match count {
                1 => format!("the line has 1 column, the first line {}", self.columns),
                count => format!("the line has {count} columns, the first line {}", self.columns),
            };
            return Err((None, problem));
        }
        let mut row = RowCells { all: self, cells, was_windows: false, long_ids: Vec::new() };
        let read = row.line(line, kept).map_err(|(column, problem)| {
            let hint = if self.is_first { "; --header takes the first line for names" } else { "" };
            (column, problem + hint)
        })?;
        Ok((read, row.was_windows))
    }

    /// The request id that a purchase's number is, with its text.
    fn order(&self, text: &str) -> Result<(RequestId, String), String> {
        if is_spoiled(text) {
            return Err(format!(
                "{} is a number that a spreadsheet spoiled: several purchases may share it",
                shown(text)
            ));
        }
        if is_nothing(text) || is_formula(text) {
            return Err(format!("{} is no number of a purchase", shown(text)));
        }
        let text = format!("{}{text}", self.layout.id_prefix);
        Ok((request_ids::of_text(&text), text))
    }
}

impl<'a, 'r> RowCells<'a, 'r> {
    fn line(&mut self, line: u64, kept: &mut Kept) -> Result<Line, Problem> {
        let (layout, places) = (self.all.layout, self.all.places);
        let skipped = |rule: String| Ok(Line::Skipped { line, rule });
        let amount_place = places.points.as_ref().or(places.amount.as_ref());
        let amount_text = match amount_place {
            Some(place) => self.text(place)?,
            None => Cow::Borrowed(""),
        };
        if layout.skip_without_amount && unmarked(&amount_text).is_empty() {
            return skipped("no amount".to_owned());
        }
        let mut kind = Kind::Purchase;
        if let Some(place) = &places.status {
            let status = self.text(place)?;
            kind = layout.statuses.kind(&status);
            let is_undone = kind == Kind::Undone && places.id.is_none();
            if kind == Kind::LeftOut || is_undone {
                let status = status.to_lowercase();
                return skipped(if status.is_empty() { "no status".to_owned() } else { format!("status {status}") });
            }
        }
        self.check_currency()?;
        let (worth, is_negative) = self.worth(&amount_text)?;
        if kind == Kind::Undone && !is_negative {
            return self.undone(line);
        }
        let at = self.date()?;
        let is_refund = is_negative || kind == Kind::Refund;
        let names_purchase = is_refund && self.filled(places.refund_of.as_ref())?.is_some();
        let customer = match self.customer()? {
            Customer::Member(member) => Some(member),
            // the purchase says whose it is
            Customer::Nobody(_) if names_purchase => None,
            Customer::Nobody(who) => return Ok(Line::Nobody { line, who }),
        };
        let id = self.own_id()?;
        let mut details = self.details(id.as_ref())?;
        let (false, Some(customer)) = (is_refund, customer) else {
            let (of, is_only_of) = self.refunded_purchase(id.as_ref())?;
            let request = match of {
                None => kept.ids.row(line, self.cells.iter()),
                Some(of) => {
                    numbered(request_ids::following(of, &format!("refund {at} {amount_text}")), &mut kept.refunds)
                }
            };
            let point_type = details.as_ref().and_then(|details| details.point_type);
            let (at, worth) = (Some(at), Some(worth));
            return Ok(Line::Refund(Refund { line, customer, at, worth, of, is_only_of, request, point_type }));
        };
        let request = match &id {
            Some((request, _)) => *request,
            None => kept.ids.row(line, self.cells.iter()),
        };
        let refunded = self.refunded()?;
        let source = match &places.source {
            Some(place) => Some(SourceId(self.number(place, "source")?)),
            None => None,
        };
        if !self.long_ids.is_empty() {
            let texts = self.long_ids.drain(..).map(|long| long.text().into());
            details.get_or_insert_default().long_ids.extend(texts);
        }
        Ok(Line::Purchase(Purchase { line, customer, at, worth, refunded, source, request, details }))
    }

    fn customer(&mut self) -> Result<Customer, Problem> {
        let place = &self.all.places.customer;
        let text = self.text(place)?;
        let text = unmarked(&text);
        if let Some(who) = self.all.layout.nobody.name(text) {
            return Ok(Customer::Nobody(who));
        }
        let read = match text.len() {
            // too short for a long id
            0..16 => member(text),
            _ => self.noting_long_ids(|| member(text)),
        };
        match read.map_err(|problem| named(place, problem))? {
            // a UUID of zeros
            MemberId(0) => Ok(Customer::Nobody(text.to_lowercase())),
            member => Ok(Customer::Member(member)),
        }
    }

    /// A purchase that was undone: what was given for it goes back. Without a date, it is undone now.
    fn undone(&mut self, line: u64) -> Result<Line, Problem> {
        let Some((of, _)) = self.own_id()? else {
            return Ok(Line::Skipped { line, rule: "status".to_owned() });
        };
        let request = request_ids::following(of, "undone");
        let at = self.date().ok();
        let refund =
            Refund { line, customer: None, at, worth: None, of: Some(of), is_only_of: true, request, point_type: None };
        Ok(Line::Refund(refund))
    }

    fn text(&mut self, place: &Place) -> Result<Cow<'r, str>, Problem> {
        let missing = || named(place, format!("the line has only {} columns", self.cells.len()));
        let bytes = self.cells.get(place.at).ok_or_else(missing)?;
        // the same in all encodings that cells are decoded from
        if let Some(text) = bare(bytes) {
            return Ok(Cow::Borrowed(text));
        }
        let (text, was_windows) = self.all.decoding.text(bytes).map_err(|problem| named(place, problem))?;
        self.was_windows |= was_windows;
        Ok(match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        })
    }

    /// The text of a column that may be left empty.
    fn filled(&mut self, place: Option<&'a Place>) -> Result<Option<Cow<'r, str>>, Problem> {
        let Some(place) = place else { return Ok(None) };
        let text = self.text(place)?;
        Ok(if unmarked(&text).is_empty() { None } else { Some(text) })
    }

    /// The worth of a line, and whether the line takes it back.
    fn worth(&mut self, text: &str) -> Result<(Worth, bool), Problem> {
        let (places, marks) = (self.all.places, &self.all.layout.marks);
        if let Some(place) = &places.points {
            let points = points(marks, text).map_err(|problem| named(place, problem))?;
            return Ok((Worth::Points(points.1), points.0));
        }
        let Some(place) = &places.amount else { return Ok((Worth::Points(Points::ZERO), false)) };
        let amount = marks.amount(text).map_err(|problem| named(place, problem))?;
        Ok((Worth::Money(amount.abs()), amount.is_negative))
    }

    fn check_currency(&mut self) -> Result<(), Problem> {
        let Some(place) = &self.all.places.currency else { return Ok(()) };
        let text = self.text(place)?;
        let known = &self.all.layout.marks.currency;
        if known.iter().any(|name| name.eq_ignore_ascii_case(&text)) {
            return Ok(());
        }
        let problem = match known.is_empty() {
            true => format!("{} is a currency; --currency says which one the points are given for", shown(&text)),
            false => format!("{} is another currency than {}", shown(&text), known.join(", ")),
        };
        Err(named(place, problem))
    }

    fn date(&mut self) -> Result<Timestamp, Problem> {
        let places = self.all.places;
        let Some(place) = &places.date else {
            let fixed = self.all.fixed;
            return fixed.ok_or_else(|| (None, "no column names the date, and --date names none".to_owned()));
        };
        let date = self.text(place)?;
        let time = self.filled(places.time.as_ref())?;
        let zone = self.filled(places.zone.as_ref())?;
        let instant = self.all.dates.instant(unmarked(&date), time.as_deref(), zone.as_deref());
        instant.map_err(|problem| named(place, problem))
    }

    /// The request id that the shop's own number is, with its text.
    fn own_id(&mut self) -> Result<Option<(RequestId, String)>, Problem> {
        let Some(place) = &self.all.places.id else { return Ok(None) };
        let text = self.text(place)?;
        let all = self.all;
        let read = self.noting_long_ids(|| all.order(unmarked(&text)));
        read.map(Some).map_err(|problem| named(place, problem))
    }

    /// Reads an id, and remembers its text if it is long.
    fn noting_long_ids<T>(&mut self, read: impl FnOnce() -> T) -> T {
        let (read, long_ids) = reading_long_ids(read);
        self.long_ids.extend(long_ids);
        read
    }

    /// The purchase that a refund takes back, and whether no other will do.
    fn refunded_purchase(&mut self, own: Option<&(RequestId, String)>) -> Result<(Option<RequestId>, bool), Problem> {
        let place = self.all.places.refund_of.as_ref();
        if let (Some(place), Some(text)) = (place, self.filled(place)?) {
            let (of, _) = self.all.order(unmarked(&text)).map_err(|problem| named(place, problem))?;
            return Ok((Some(of), true));
        }
        Ok((own.map(|(request, _)| *request), false))
    }

    fn refunded(&mut self) -> Result<Option<Decimal>, Problem> {
        let place = self.all.places.refunded.as_ref();
        let (Some(place), Some(text)) = (place, self.filled(place)?) else { return Ok(None) };
        let amount = self.all.layout.marks.amount(&text).map_err(|problem| named(place, problem))?;
        // some write what went back as a negative number
        Ok(Some(amount.abs()).filter(|amount| !amount.is_zero()))
    }

    fn details(&mut self, id: Option<&(RequestId, String)>) -> Result<Option<Box<Details>>, Problem> {
        let places = self.all.places;
        let reference = self.filled(places.reference.as_ref())?;
        let reference = match (reference, id) {
            (Some(text), _) => Some(reference_text(&text)),
            // a number that its id shows again is not kept twice
            (None, Some((request, text))) => {
                let is_shown = LongId::new(text).is_none() && request.to_string() == *text;
                (!is_shown).then(|| reference_text(text))
            }
            (None, None) => None,
        };
        let mut details = Details { reference, ..Details::default() };
        if let Some(place) = &places.expires
            && let Some(text) = self.filled(Some(place))?
        {
            details.expires = Some(self.expiry(&text).map_err(|problem| named(place, problem))?);
        }
        if let Some(place) = &places.partner
            && self.filled(Some(place))?.is_some()
        {
            details.partner = Some(PartnerId(self.number(place, "partner")?));
        }
        if let Some(place) = &places.point_type
            && self.filled(Some(place))?.is_some()
        {
            let number = self.number(place, "point type")?;
            let narrow =
                u16::try_from(number).map_err(|_| named(place, format!("{number} is not the number of a point type")));
            details.point_type = Some(PointTypeId(narrow?));
        }
        for (place, source) in &places.promotions {
            let Some(text) = self.filled(Some(place))? else { continue };
            let (is_negative, points) =
                points(&self.all.layout.marks, &text).map_err(|problem| named(place, problem))?;
            if is_negative {
                return Err(named(place, format!("{} is negative", shown(&text))));
            }
            if points.is_positive() {
                details.promotions.push((*source, points));
            }
        }
        Ok(Some(details).filter(|details| *details != Details::default()).map(Box::new))
    }

    fn expiry(&self, text: &str) -> Result<Expiry, String> {
        Ok(match self.all.dates.day_or_instant(unmarked(text))? {
            // other systems write never in this way
            Ok(date) if date.year() == 9999 => Expiry::Never,
            Ok(date) => Expiry::On(date),
            Err(instant) => Expiry::At(instant),
        })
    }

    fn number(&mut self, place: &Place, what: &str) -> Result<u32, Problem> {
        let text = self.text(place)?;
        let problem = || named(place, format!("{} is not the number of a {what}", shown(&text)));
        unmarked(&text).parse().map_err(|_| problem())
    }
}

/// The member that a text names.
fn member(text: &str) -> Result<MemberId, String> {
    if is_formula(text) {
        return Err(format!("{} is a formula, not its value", shown(text)));
    }
    text.parse().map_err(|error| format!("{} is {error}", shown(text)))
}

/// Whole points, and whether they are negative.
fn points(marks: &Marks, text: &str) -> Result<(bool, Points), String> {
    let number = marks.amount(text)?;
    let points = number.points().ok_or_else(|| format!("{} is not a number of whole points", shown(text)))?;
    Ok((number.is_negative, points))
}

/// A text as a reference: no control characters, and not too long.
fn reference_text(text: &str) -> Box<str> {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let end = text.char_indices().map(|(at, c)| at.saturating_add(c.len_utf8()));
    let end = end.take_while(|end| *end <= REFERENCE_BYTES_MAX).last().unwrap_or_default();
    text.get(..end).unwrap_or_default().into()
}

/// The id of a refund that may be there several times, word for word: the second is another one.
fn numbered(request: RequestId, refunds: &mut BTreeMap<u128, u32>) -> RequestId {
    let count = refunds.entry(request.0).or_default();
    *count = count.saturating_add(1);
    match *count {
        1 => request,
        count => request_ids::following(request, &format!("again {count}")),
    }
}

fn named(place: &Place, problem: String) -> Problem {
    (Some(place.column.to_string()), problem)
}
