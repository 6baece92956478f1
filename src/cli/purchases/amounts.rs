//! Amounts as shops write them: signs, marks and currencies of a cell, and the exact number that it says. What can be
//! read in two ways is refused, with the option that settles it.

use super::text::shown;
use crate::domain::Points;
use std::fmt;

/// How amounts are written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    /// The mark before the decimals. Default: the point, where it cannot be a mark of thousands.
    pub decimal: Option<char>,
    /// The mark between thousands. Default: none; with a decimal mark, the other one of `.` and `,`.
    pub thousands: Option<Thousands>,
    /// Signs and codes that may stand before or after an amount. All name one currency.
    pub currency: Vec<String>,
}

/// The mark between thousands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thousands {
    /// Nothing may.
    None,
    /// This mark; a blank stands for all kinds of blanks, an apostrophe for all kinds of apostrophes.
    Mark(char),
}

/// An exact decimal number with its sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    /// Whether it is less than 0. Zero is not.
    pub is_negative: bool,
    pub(super) digits: u128,
    pub(super) scale: u32,
}

/// Digits of an amount at most, without zeros at its ends.
const DIGITS_MAX: usize = 30;
/// Signs of currencies, for messages.
const SIGNS: &str = "$€£¥₹₽₩₪₺₴₫฿¢";

impl Marks {
    /// The number that a cell says, or why it says none.
    pub fn amount(&self, text: &str) -> Result<Decimal, String> {
        self.plain_amount(text).map_or_else(|| self.any_amount(text), Ok)
    }

    fn any_amount(&self, text: &str) -> Result<Decimal, String> {
        let problem = |why: &str| Err(format!("{} is not an amount{why}", shown(text)));
        let (negative, number) = match self.bare(text) {
            Ok(bare) => bare,
            Err(why) => return problem(&why),
        };
        match self.number(number) {
            Ok(mut decimal) => {
                decimal.is_negative = negative && decimal.digits > 0;
                Ok(decimal)
            }
            Err(why) => problem(&why),
        }
    }

    /// The number of a cell that is nothing but up to 18 digits, with a certain decimal mark at most: most cells of most
    /// files. `None` where more has to be looked at.
    fn plain_amount(&self, text: &str) -> Option<Decimal> {
        let currency = self.currency.iter().flat_map(|name| name.bytes());
        if text.len() > 18 || currency.into_iter().any(|byte| is_digit_or_mark(char::from(byte))) {
            return None;
        }
        let (mut digits, mut mark, mut kept) = (0_u64, None, (0_u64, 0));
        for (place, byte) in text.bytes().enumerate() {
            match byte {
                b'0'..=b'9' => {
                    digits = digits.saturating_mul(10).saturating_add(u64::from(byte & 0xF));
                    let scale = mark.map_or(0, |mark| place.saturating_sub(mark));
                    // zeros at the end of the decimals are not kept
                    if scale == 0 || byte != b'0' {
                        kept = (digits, scale);
                    }
                }
                b'.' | b',' if mark.is_none() && self.is_decimal(char::from(byte), text, place) => mark = Some(place),
                _ => return None,
            }
        }
        let is_whole = mark.is_none_or(|mark| mark > 0 && mark.saturating_add(1) < text.len());
        let scale = u32::try_from(kept.1).ok()?;
        (is_whole && !text.is_empty()).then_some(Decimal { is_negative: false, digits: u128::from(kept.0), scale })
    }

    /// Whether a mark at this place of a text is certainly the decimal one.
    fn is_decimal(&self, mark: char, text: &str, place: usize) -> bool {
        match (self.decimal, self.thousands) {
            (Some(decimal), None | Some(Thousands::None)) => mark == decimal,
            // three digits behind it may be thousands
            (None, None) => mark == '.' && text.len().saturating_sub(place) != 4,
            _ => false,
        }
    }

    /// A cell without its sign and its currency: whether it is negative, and the digits with their marks.
    fn bare<'t>(&self, text: &'t str) -> Result<(bool, &'t str), String> {
        let text = super::text::unmarked(text);
        let (mut negative, mut rest) = match text.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
            Some(inner) => (true, inner.trim()),
            None => (false, text),
        };
        rest = without_dash(rest);
        // a sign stands before or behind, the currency on either side of it
        let mut signs = usize::from(negative);
        let mut currencies = 0_usize;
        loop {
            let before = rest;
            for (sign, is_minus) in [('+', false), ('-', true), ('\u{2212}', true)] {
                if let Some(inner) = rest.strip_prefix(sign).or_else(|| rest.strip_suffix(sign).filter(|_| is_minus)) {
                    signs = signs.saturating_add(1);
                    negative |= is_minus;
                    rest = inner.trim();
                }
            }
            if let Some(inner) = self.without_currency(rest) {
                currencies = currencies.saturating_add(1);
                rest = without_dash(inner.trim());
            }
            if rest == before {
                break;
            }
        }
        if signs > 1 || currencies > 1 {
            return Err(" like 29.33: it has several signs".to_owned());
        }
        match rest.chars().next().zip(rest.chars().next_back()) {
            None => Err(" like 29.33: it is empty".to_owned()),
            Some((first, last)) if is_digit_or_mark(first) && is_digit_or_mark(last) => Ok((negative, rest)),
            Some(_) => Err(self.foreign(rest)),
        }
    }

    fn without_currency<'t>(&self, text: &'t str) -> Option<&'t str> {
        let strip = |name: &String| {
            let head = text.get(..name.len()).filter(|head| head.eq_ignore_ascii_case(name));
            let cut = text.len().checked_sub(name.len())?;
            let tail = text.get(cut..).filter(|tail| tail.eq_ignore_ascii_case(name));
            match (head, tail) {
                (Some(_), _) => text.get(name.len()..),
                (None, Some(_)) => text.get(..cut),
                (None, None) => None,
            }
        };
        self.currency.iter().filter(|name| !name.is_empty()).find_map(strip)
    }

    /// The reason for which a number does not begin or end with a digit.
    fn foreign(&self, text: &str) -> String {
        if super::text::is_formula(text) {
            return " but a formula, not its value".to_owned();
        }
        let letters: String = text.chars().filter(|c| c.is_alphabetic() || SIGNS.contains(*c)).take(8).collect();
        let is_currency = text.chars().any(|c| SIGNS.contains(c)) || matches!(letters.chars().count(), 2..=4);
        match is_currency && text.chars().any(|c| c.is_ascii_digit()) {
            false => " like 29.33".to_owned(),
            true if self.currency.is_empty() => format!(
                ": it names a currency; --currency {} takes it as that of the whole file",
                shown(&letters).trim_matches('"')
            ),
            true => format!(": it names another currency than {}", self.currency.join(", ")),
        }
    }

    /// The number that digits and marks say.
    fn number(&self, text: &str) -> Result<Decimal, String> {
        let (decimal, thousands) = self.marks(text)?;
        let (whole, decimals) = match text.rsplit_once(decimal) {
            Some((whole, decimals)) => (whole, decimals),
            None => (text, ""),
        };
        if whole.contains(decimal) {
            return Err(format!(": it has {decimal:?} twice{}", self.hint(text)));
        }
        let whole = match thousands {
            Some(mark) => ungrouped(whole, mark).ok_or_else(|| format!(" like 29.33{}", self.hint(text)))?,
            None => whole.to_owned(),
        };
        if whole.is_empty() && decimals.is_empty() {
            return Err(" like 29.33".to_owned());
        }
        if !whole.bytes().chain(decimals.bytes()).all(|byte| byte.is_ascii_digit()) {
            return Err(format!(" like 29.33{}", self.hint(text)));
        }
        let decimals = decimals.trim_end_matches('0');
        let digits = [whole.trim_start_matches('0'), decimals].concat();
        if digits.len() > DIGITS_MAX || decimals.len() > DIGITS_MAX {
            return Err(format!(" of up to {DIGITS_MAX} digits"));
        }
        let value = if digits.is_empty() { Some(0) } else { digits.parse::<u128>().ok() };
        let digits = value.ok_or_else(|| " like 29.33".to_owned())?;
        Ok(Decimal { is_negative: false, digits, scale: u32::try_from(decimals.len()).unwrap_or(u32::MAX) })
    }

    /// The marks of decimals and thousands in this text, where they are certain.
    fn marks(&self, text: &str) -> Result<(char, Option<char>), String> {
        let other = |mark| if mark == ',' { '.' } else { ',' };
        Ok(match (self.decimal, self.thousands) {
            (Some(decimal), Some(Thousands::None)) => (decimal, None),
            (Some(decimal), Some(Thousands::Mark(mark))) => (decimal, Some(mark)),
            (Some(decimal), None) => (decimal, Some(other(decimal))),
            (None, Some(Thousands::Mark(mark @ ('.' | ',')))) => (other(mark), Some(mark)),
            (None, Some(Thousands::Mark(mark))) => ('.', Some(mark)),
            (None, Some(Thousands::None)) => ('.', None),
            (None, None) if is_doubtful(text) => {
                return Err(": it may be thousands or three decimals; --decimal . or --decimal , says which".to_owned());
            }
            (None, None) => ('.', None),
        })
    }

    /// The option that would take a text whose marks are not those of this file, if it is known.
    fn hint(&self, text: &str) -> String {
        let last = text.char_indices().rfind(|(_, c)| matches!(c, '.' | ',')).map(|(_, c)| c);
        let odd = text.chars().find(|c| !c.is_ascii_digit() && !matches!(c, '.' | ',')).map(plain);
        let has_both = text.contains('.') && text.contains(',');
        match (self.decimal, odd, last) {
            (_, Some(mark @ (' ' | '\'')), _) => {
                format!("; --thousands {:?} takes marks of thousands", mark.to_string())
            }
            (_, Some(_), _) => String::new(),
            (None, None, Some(',')) if has_both => "; --decimal , says that decimals follow a comma".to_owned(),
            (None, None, Some('.')) if has_both => "; --thousands , takes marks of thousands".to_owned(),
            (None, None, Some(',')) => {
                "; --decimal , says that decimals follow a comma, --decimal . that thousands do".to_owned()
            }
            (None, None, Some(_)) => "; --thousands . takes marks of thousands".to_owned(),
            _ => String::new(),
        }
    }
}

/// Whether a text is one to three digits, a point and three more: thousands, or three decimals.
fn is_doubtful(text: &str) -> bool {
    let Some((whole, decimals)) = text.split_once('.') else { return false };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    decimals.len() == 3
        && digits(decimals)
        && digits(whole)
        && (1..=3).contains(&whole.len())
        && !whole.starts_with('0')
}

/// An amount without the dashes that stand for no cents: `29.-` and `29,--` are 29, and not negative.
fn without_dash(text: &str) -> &str {
    let rest = text.trim_end_matches(['-', '\u{2013}', '\u{2014}', '\u{2212}']);
    if rest.ends_with(['.', ',']) { rest } else { text }
}

fn is_digit_or_mark(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '.' | ',')
}

/// One mark for all of its kind.
fn plain(mark: char) -> char {
    match mark {
        '\u{A0}' | '\u{202F}' | '\u{2009}' | ' ' => ' ',
        '\u{2019}' | '\u{2BC}' | '\u{B4}' | '\'' => '\'',
        other => other,
    }
}

/// Whole digits without the marks between their thousands; `None` where one stands elsewhere.
fn ungrouped(whole: &str, mark: char) -> Option<String> {
    let parts: Vec<&str> = whole.split(|c| plain(c) == plain(mark)).collect();
    let (first, rest) = parts.split_first()?;
    let is_first = rest.is_empty() || (1..=3).contains(&first.len());
    (is_first && rest.iter().all(|part| part.len() == 3)).then(|| parts.concat())
}

impl Decimal {
    /// A whole number.
    #[must_use]
    pub fn whole(number: u64) -> Decimal {
        Decimal { is_negative: false, digits: u128::from(number), scale: 0 }
    }

    /// Whether it is 0.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.digits == 0
    }

    /// The same amount, not negative.
    #[must_use]
    pub fn abs(self) -> Decimal {
        Decimal { is_negative: false, ..self }
    }

    /// The rest of this amount without `other`, 0 where that is more. Signs are left out. `None` where it does not
    /// fit.
    #[must_use]
    pub fn less(self, other: Decimal) -> Option<Decimal> {
        let scale = self.scale.max(other.scale);
        let at = |of: Decimal| of.digits.checked_mul(10_u128.checked_pow(scale.checked_sub(of.scale)?)?);
        Some(Decimal { is_negative: false, digits: at(self)?.saturating_sub(at(other)?), scale })
    }

    /// This number as points, where it is a whole one.
    #[must_use]
    pub fn points(self) -> Option<Points> {
        let unit = 10_u128.checked_pow(self.scale)?;
        let is_whole = self.digits.checked_rem(unit)? == 0;
        i64::try_from(self.digits.checked_div(unit)?).ok().map(Points).filter(|_| is_whole)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = self.scale as usize;
        let digits = format!("{:0>width$}", self.digits, width = scale.saturating_add(1));
        let (whole, decimals) = digits.split_at(digits.len().saturating_sub(scale));
        let sign = if self.is_negative { "-" } else { "" };
        // a precision is one of at least so many decimals: none is ever cut off
        let zeros = "0".repeat(f.precision().unwrap_or_default().saturating_sub(decimals.len()).min(38));
        let point = if decimals.is_empty() && zeros.is_empty() { "" } else { "." };
        f.write_str(&format!("{sign}{whole}{point}{decimals}{zeros}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(decimal: Option<char>, thousands: Option<Thousands>, currency: &[&str]) -> Marks {
        Marks { decimal, thousands, currency: currency.iter().map(|name| (*name).to_owned()).collect() }
    }

    #[track_caller]
    fn reads(marks: &Marks, texts: &[(&str, &str)]) {
        for (text, number) in texts {
            assert_eq!(marks.amount(text).map(|amount| amount.to_string()).as_deref(), Ok(*number), "{text:?}");
        }
    }

    #[track_caller]
    fn refuses(marks: &Marks, texts: &[(&str, &str)]) {
        for (text, told) in texts {
            let problem = marks.amount(text).unwrap_err();
            assert!(problem.contains(told), "{text:?}: {problem}");
        }
    }

    #[test]
    fn amounts_are_what_they_are_everywhere() {
        let usual = marks(None, None, &[]);
        reads(
            &usual,
            &[
                ("29", "29"),
                ("29.", "29"),
                (".50", "0.5"),
                ("+29.00", "29"),
                ("0029.00", "29"),
                ("29.989999999999998437", "29.989999999999998437"),
                ("29.98999999999999843680", "29.9899999999999984368"),
                ("-5", "-5"),
                ("5-", "-5"),
                ("(10.00)", "-10"),
                ("'-75.63", "-75.63"),
                ("\u{2212}5", "-5"),
                ("-0.00", "0"),
                ("0.500", "0.5"),
                ("1234.567", "1234.567"),
                ("59.0000", "59"),
                ("29.-", "29"),
                ("-29.--", "-29"),
            ],
        );
        refuses(
            &usual,
            &[
                ("", "empty"),
                ("'", "empty"),
                ("\\N", "not an amount"),
                ("2.9e1", "not an amount"),
                ("--5", "several signs"),
                ("(-5)", "several signs"),
                ("1/3", "not an amount"),
                ("1.234", "--decimal"),
                ("12.345", "--decimal"),
                ("29,33", "--decimal ,"),
                ("1,234.50", "--thousands ,"),
                ("1.234,50", "--decimal ,"),
                ("1.234.567", "--thousands ."),
                ("1 234.50", "--thousands \" \""),
                ("1'234.50", "--thousands \"'\""),
                ("\u{20ac}29.00", "--currency"),
                ("29.00 EUR", "--currency EUR"),
                (".", "not an amount"),
                ("12345678901234567890123456789012", "30 digits"),
                ("\u{661}\u{662}", "not an amount"),
                ("=SUM(A1)", "a formula"),
                ("29-.", "not an amount"),
            ],
        );
    }

    #[test]
    fn marks_that_are_said_are_used() {
        let german = marks(Some(','), None, &[]);
        reads(&german, &[("1.234", "1234"), ("12.345,5", "12345.5"), ("29,33", "29.33"), ("1.234.567", "1234567")]);
        reads(&german, &[("29,-", "29"), ("1.029,\u{2013}", "1029"), ("5,00-", "-5")]);
        refuses(&german, &[("29.33", "not an amount"), ("1.23.456", "not an amount"), ("1,2,3", "twice")]);
        let english = marks(Some('.'), None, &["USD", "$"]);
        reads(&english, &[("$1,234.50", "1234.5"), ("-$22.50", "-22.5"), ("$-22.50", "-22.5"), ("1.234 USD", "1.234")]);
        reads(&english, &[("($5.00)", "-5"), ("usd 5", "5"), ("5.- USD", "5")]);
        refuses(&english, &[("\u{20ac}5", "another currency"), ("$5$", "several signs"), ("$", "empty")]);
        let strict = marks(Some('.'), Some(Thousands::None), &[]);
        reads(&strict, &[("1.234", "1.234")]);
        refuses(&strict, &[("1,234", "not an amount")]);
        let french = marks(Some(','), Some(Thousands::Mark(' ')), &["EUR", "€"]);
        reads(&french, &[("1\u{202f}234,50 €", "1234.5"), ("12 345", "12345")]);
    }

    #[test]
    fn plain_cells_are_read_as_all_others() {
        const DECIMALS: [Option<char>; 3] = [None, Some('.'), Some(',')];
        let thousands = [None, Some(Thousands::None), Some(Thousands::Mark('.')), Some(Thousands::Mark(' '))];
        let (mut state, mut plain) = (1_u64, 0);
        for _ in 0..100_000 {
            let mut draw = |count: usize| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                usize::try_from(state >> 33).unwrap() % count
            };
            let marks = marks(DECIMALS[draw(3)], thousands[draw(4)], [&[][..], &["EUR", "\u{20ac}"], &["5"]][draw(3)]);
            let text: String = (0..draw(21)).map(|_| char::from(b"0000123456789..,, -E5"[draw(21)])).collect();
            if let Some(read) = marks.plain_amount(&text) {
                plain += 1;
                assert_eq!(marks.any_amount(&text), Ok(read), "{text:?} {marks:?}");
            }
        }
        assert!(plain > 1_000, "{plain}");
    }

    #[test]
    fn what_stays_of_an_amount_is_exact() {
        let amount = |text: &str| marks(Some('.'), None, &[]).amount(text).unwrap();
        for (all, gone, left) in
            [("80", "20.00", "60"), ("1.40", "0.5", "0.9"), ("1", "2", "0"), ("1", "0.001", "0.999")]
        {
            assert_eq!(amount(all).less(amount(gone)).map(|left| left.to_string()).as_deref(), Some(left));
        }
    }
}
