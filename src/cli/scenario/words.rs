//! The words of one line, with their columns, and what can be read out of them. What they mean is in `parse`.

use crate::cli::text::cut;
use crate::domain::{Date, Evaluation, Expiry, PointTypeId, Span, Start, Timestamp, Unit, Zone};
use serde::de::value::{Error as ValueError, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer};
use std::fmt;
use std::str::FromStr;

/// Columns of a word that are shown where it is wrong.
pub(super) const SHOWN: usize = 60;

/// What a line should have said, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Syntax {
    /// The character of the line, from 1.
    pub(super) column: usize,
    pub(super) what: String,
}

/// A word, or a text in quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) column: usize,
}

/// A line, split: its words, and the comment behind them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Line {
    pub(super) words: Vec<Word>,
    pub(super) comment: String,
}

impl Line {
    /// Blanks part words; `,` and `;` are words of their own; `"` holds a text together; `#` starts a comment.
    pub(super) fn split(text: &str) -> Result<Line, Syntax> {
        let mut line = Line::default();
        let mut chars = text.chars().zip(1usize..).peekable();
        while let Some((first, column)) = chars.next() {
            let mut word = String::new();
            match first {
                blank if blank.is_whitespace() => continue,
                '#' => {
                    line.comment = chars.map(|(c, _)| c).collect();
                    break;
                }
                '"' => loop {
                    match chars.next() {
                        Some(('"', _)) => break,
                        Some((c, _)) => word.push(c),
                        None => return Err(Syntax { column, what: "expected a closing quote \"".into() }),
                    }
                },
                ',' | ';' => word.push(first),
                _ => {
                    word.push(first);
                    while let Some((c, _)) = chars.next_if(|(c, _)| !c.is_whitespace() && !matches!(c, ',' | ';')) {
                        word.push(c);
                    }
                }
            }
            line.words.push(Word { text: word, column });
        }
        Ok(line)
    }
}

/// Reads a line word by word.
#[derive(Debug, Clone)]
pub(super) struct Words<'a> {
    rest: &'a [Word],
    /// The column after the last word read.
    end: usize,
}

impl<'a> Words<'a> {
    pub(super) fn new(words: &'a [Word]) -> Words<'a> {
        Words { rest: words, end: 1 }
    }

    /// The next word, not taken.
    pub(super) fn peek(&self) -> Option<&'a str> {
        self.rest.first().map(|word| word.text.as_str())
    }

    /// Takes the next word.
    pub(super) fn next(&mut self) -> Option<&'a str> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        self.end = first.column.saturating_add(first.text.chars().count());
        Some(&first.text)
    }

    /// Takes the next word where it is this one.
    pub(super) fn take(&mut self, word: &str) -> bool {
        let found = self.peek() == Some(word);
        if found {
            self.next();
        }
        found
    }

    /// The complaint that something else was expected here.
    pub(super) fn expected(&self, what: impl fmt::Display) -> Syntax {
        let column = self.rest.first().map_or(self.end, |word| word.column);
        let found = self.peek().map_or("the end of the line".to_owned(), |word| format!("`{}`", cut(word, SHOWN)));
        Syntax { column, what: format!("expected {what}, found {found}") }
    }

    /// Takes a word that must be there.
    pub(super) fn word(&mut self, what: impl fmt::Display) -> Result<&'a str, Syntax> {
        let missing = self.expected(what);
        self.next().ok_or(missing)
    }

    /// Takes a word that must be this one.
    pub(super) fn must(&mut self, word: &str) -> Result<(), Syntax> {
        if self.take(word) { Ok(()) } else { Err(self.expected(format_args!("`{word}`"))) }
    }

    /// Nothing more may follow.
    pub(super) fn finish(&self) -> Result<(), Syntax> {
        if self.rest.is_empty() { Ok(()) } else { Err(self.expected("the end of the line")) }
    }

    /// Takes a word that reads as a `T`.
    pub(super) fn parse<T: FromStr>(&mut self, what: impl fmt::Display) -> Result<T, Syntax> {
        let wrong = self.expected(what);
        self.next().and_then(|word| word.parse().ok()).ok_or(wrong)
    }

    /// Takes a name like `P1`: the letter, then a number.
    pub(super) fn name<T: FromStr>(&mut self, letter: char, what: &str) -> Result<T, Syntax> {
        let wrong = self.expected(format_args!("{what} like {letter}1"));
        let number = self.next().and_then(|word| word.strip_prefix(letter));
        number.and_then(|number| number.parse().ok()).ok_or(wrong)
    }

    /// `T1`, or `defaults`: the default types of the program, which is 0.
    pub(super) fn spent_type(&mut self) -> Result<PointTypeId, Syntax> {
        match self.take("defaults") {
            true => Ok(PointTypeId(0)),
            false => Ok(PointTypeId(self.name('T', "a point type")?)),
        }
    }

    /// Takes one of the words that a setting may have.
    pub(super) fn choice<T: DeserializeOwned>(&mut self) -> Result<T, Syntax> {
        let missing = self.expected("a setting");
        let column = missing.column;
        let word: StrDeserializer<'_, ValueError> = self.next().ok_or(missing)?.into_deserializer();
        let in_plain_words = |error: ValueError| error.to_string().replacen("unknown variant", "unknown word", 1);
        T::deserialize(word).map_err(|error| Syntax { column, what: in_plain_words(error) })
    }

    /// An instant; a date alone is its first instant in UTC.
    pub(super) fn instant(&mut self) -> Result<Timestamp, Syntax> {
        let wrong = self.expected("an instant like 2026-03-01T12:00Z, or a date like 2026-03-01");
        self.next().and_then(instant).ok_or(wrong)
    }

    /// `daily 1`, `weekly 4 monday`, `monthly 1 31`, `yearly 1 12 31`.
    pub(super) fn evaluation(&mut self) -> Result<Evaluation, Syntax> {
        let wrong = self.expected("`daily`, `weekly`, `monthly` or `yearly`");
        let kind = self.next();
        let every = self.parse("every how many")?;
        match kind {
            Some("daily") => Ok(Evaluation::Daily(every)),
            Some("weekly") => Ok(Evaluation::Weekly { every, weekday: self.choice()? }),
            Some("monthly") => Ok(Evaluation::Monthly { every, day: self.parse("a day of the month")? }),
            Some("yearly") => {
                let (month, day) = (self.parse("a month from 1")?, self.parse("a day of the month")?);
                Ok(Evaluation::Yearly { every, month, day })
            }
            _ => Err(wrong),
        }
    }

    /// `never`, `after 30 days`, a date (its end, in the program's zone), or an instant.
    pub(super) fn expiry(&mut self) -> Result<Expiry, Syntax> {
        if self.take("never") {
            return Ok(Expiry::Never);
        }
        if self.take("after") {
            return Ok(Expiry::After(self.span()?));
        }
        if self.take("end_of") {
            let period = self.choice()?;
            let span = if self.take("after") { Some(self.span()?) } else { None };
            return Ok(Expiry::EndOf { span, period });
        }
        if self.take("rolling") {
            let age = self.span()?;
            return Ok(Expiry::Rolling { age, evaluated: self.evaluation()?, since: None });
        }
        let wrong = self.expected("`never`, `after 30 days`, a date, or an instant");
        let word = self.next().unwrap_or_default();
        let date = word.parse::<Date>().map(Expiry::On).ok();
        date.or_else(|| instant(word).map(Expiry::At)).ok_or(wrong)
    }

    /// `after 31 days`, or an instant.
    pub(super) fn start(&mut self) -> Result<Start, Syntax> {
        if self.take("after") {
            return Ok(Start::After(self.span()?));
        }
        self.instant().map(Start::At).map_err(|syntax| Syntax {
            what: syntax.what.replacen("expected ", "expected `after 31 days`, ", 1),
            ..syntax
        })
    }

    /// `31 days`.
    pub(super) fn span(&mut self) -> Result<Span, Syntax> {
        let count = self.parse("a number of days, weeks, months or years")?;
        let wrong = self.expected("`days`, `weeks`, `months` or `years`");
        let unit = match self.next() {
            Some("day" | "days") => Unit::Days,
            Some("week" | "weeks") => Unit::Weeks,
            Some("month" | "months") => Unit::Months,
            Some("year" | "years") => Unit::Years,
            _ => return Err(wrong),
        };
        Ok(Span { count, unit })
    }
}

/// An instant; a date alone is its first instant in UTC.
pub(super) fn instant(word: &str) -> Option<Timestamp> {
    let date = || word.parse::<Date>().ok()?.start(&Zone::UTC);
    word.parse().ok().or_else(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(line: &str) -> Vec<String> {
        Line::split(line).unwrap().words.into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn lines_are_split_where_they_should_be() {
        assert_eq!(
            texts("redeem M1 5 -> ok I1 2,I2 3; owed 1"),
            ["redeem", "M1", "5", "->", "ok", "I1", "2", ",", "I2", "3", ";", "owed", "1"]
        );
        assert_eq!(texts(r#"a "b c # d" e#f # g"#), ["a", "b c # d", "e#f"]);
        assert_eq!(Line::split("a # D22 order").unwrap().comment, " D22 order");
        assert_eq!(Line::split("ab \"c").unwrap_err().column, 4);
    }

    #[test]
    fn a_wrong_word_is_named_with_its_column() {
        let line = Line::split("at  noon").unwrap();
        let mut words = Words::new(&line.words);
        words.must("at").unwrap();
        let wrong = words.instant().unwrap_err();
        assert_eq!(wrong.column, 5);
        assert!(wrong.what.ends_with("found `noon`"), "{}", wrong.what);
        assert_eq!(words.word("a member").unwrap_err().what, "expected a member, found the end of the line");
    }

    #[test]
    fn settings_are_those_of_the_commands() {
        let line = Line::split("first_in sideways").unwrap();
        let mut words = Words::new(&line.words);
        assert_eq!(words.choice(), Ok(crate::domain::UseOrder::FirstIn));
        let wrong = words.choice::<crate::domain::UseOrder>().unwrap_err();
        assert_eq!(wrong.what, "unknown word `sideways`, expected `earliest_expiry` or `first_in`");
    }
}
