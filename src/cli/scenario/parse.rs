//! Reading a scenario: lines, headers, what is there without being said. The commands themselves are in `order`.

use super::expect::expectation;
use super::order::Order;
use super::orders::extras::in_program;
use super::orders::{is_definition, orders, sources};
use super::questions::{blocks_from, question};
use super::step::{Report, Scenario, Step, Verb};
use super::words::{Line, SHOWN, Syntax, Words};
use super::{reports, settlement_questions};
use crate::cli::text::cut;
use crate::domain::{
    AccountKey, Accrue, Action, Command, CreatePartner, CreatePointType, CreateProgram, Enrolment, MemberKey,
    PartnerId, PartnerKey, PointTypeId, ProgramId, Rate, RequestId, RequestKey, SourceKey,
};
use std::collections::BTreeSet;
use std::num::NonZeroU32;

/// What a file says wrongly, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Misread {
    pub(super) line: usize,
    pub(super) syntax: Syntax,
}

/// Reads a whole file.
pub(super) fn parse(text: &str) -> Result<Scenario, Misread> {
    // the mark that some editors put before the first line
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut reader = Reader::new(text);
    for (text, number) in text.lines().zip(1usize..) {
        reader.line(text, number).map_err(|syntax| Misread { line: number, syntax })?;
    }
    Ok(reader.scenario)
}

/// The rules at the beginning of a comment: ` A15 B13: what it is about` has two.
fn rules(comment: &str) -> impl Iterator<Item = &str> {
    let words = comment.split([' ', ',', ':', ';']).filter(|word| !word.is_empty());
    words.take_while(|word| is_rule(word))
}

/// `A15`, `E48b`: a chapter, a number of two digits or more, at most one small letter.
fn is_rule(word: &str) -> bool {
    let number = word.strip_prefix(|c: char| c.is_ascii_uppercase()).unwrap_or_default();
    let number = number.strip_suffix(|c: char| c.is_ascii_lowercase()).unwrap_or(number);
    number.len() >= 2 && number.bytes().all(|b| b.is_ascii_digit())
}

/// The point type of scenarios that name none.
const FIRST_TYPE: PointTypeId = PointTypeId(1);

/// The setup that a scenario need not say, and the file as far as it is read.
pub(super) struct Reader {
    scenario: Scenario,
    /// Rules whose line is that of the header.
    unmarked: BTreeSet<String>,
    /// Whether the file itself says what there is.
    says_program: bool,
    says_types: bool,
    says_partners: bool,
    types: BTreeSet<PointTypeId>,
    partners: BTreeSet<PartnerKey>,
}

impl Reader {
    /// A reader of lines about a program that is there, with these point types: nothing goes without saying.
    pub(super) fn of_existing(types: BTreeSet<PointTypeId>) -> Reader {
        let said = Reader::new("");
        Reader { says_program: true, says_types: true, says_partners: true, types, ..said }
    }

    /// Reads a line that somebody types: the answer may be left out, also that of a question. Gives its step, behind those
    /// that go without saying; none where the line says nothing.
    pub(super) fn typed(&mut self, line: &Line, text: &str) -> Result<Vec<Step>, Syntax> {
        let before = self.scenario.steps.len();
        if !line.words.is_empty() {
            self.words(line, text, 1, false)?;
        }
        Ok(self.scenario.steps.iter().skip(before).cloned().collect())
    }

    pub(super) fn new(text: &str) -> Reader {
        let says = |verb: &str, settings: &[&str]| {
            let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<&str>>());
            let is_said = |words: Vec<&str>| {
                let setting = words.get(2).is_some_and(|word| settings.contains(word));
                words.first() == Some(&verb) && (settings.is_empty() || setting)
            };
            lines.into_iter().any(is_said)
        };
        let says_types = says("type", &[]);
        Reader {
            scenario: Scenario::default(),
            unmarked: BTreeSet::new(),
            says_program: says("program", &[]),
            says_types,
            says_partners: says("partner", &["prepaid", "post_paid"]),
            types: (!says_types).then_some(FIRST_TYPE).into_iter().collect(),
            partners: BTreeSet::new(),
        }
    }

    fn line(&mut self, text: &str, number: usize) -> Result<(), Syntax> {
        let line = Line::split(text)?;
        if line.words.is_empty() {
            if let Some(header) = line.comment.trim_start().strip_prefix("covers:") {
                for rule in header.split([' ', ',']).filter(|word| !word.is_empty()) {
                    if !is_rule(rule) {
                        let what = format!("expected the number of a rule, like D22, found `{}`", cut(rule, SHOWN));
                        return Err(Syntax { column: 1, what });
                    }
                    self.scenario.rules.insert(rule.to_owned(), vec![number]);
                    self.unmarked.insert(rule.to_owned());
                }
            }
            return Ok(());
        }
        self.mark(&line, number)?;
        self.words(&line, text, number, true)
    }

    /// Reads the words of a line; where questions are `tests`, with the answer.
    fn words(&mut self, line: &Line, text: &str, number: usize, tests: bool) -> Result<(), Syntax> {
        let mut words = Words::new(&line.words);
        let times = if words.take("repeat") { words.parse("how often, from 1")? } else { NonZeroU32::MIN };
        let verb = self.verb(&mut words)?;
        let expected = match words.peek() {
            Some("->") => {
                words.next();
                Some(expectation(&mut words, &verb)?)
            }
            Some(_) => return Err(words.expected("`->` or the end of the line")),
            None if tests && is_question(&verb) => return Err(words.expected("`->` and the answer")),
            None => None,
        };
        self.before(&verb, number);
        let text = text.trim_end().to_owned();
        self.scenario.steps.push(Step { line: number, text, times, verb: verb.clone(), expected: expected.clone() });
        if expected.as_ref().is_none_or(|expected| expected.status == "ok") {
            self.after(&verb, number);
        }
        Ok(())
    }

    /// Takes the rules that a line's comment begins with: this line proves them.
    fn mark(&mut self, line: &Line, number: usize) -> Result<(), Syntax> {
        for rule in rules(&line.comment) {
            let column = line.words.last().map_or(1, |word| word.column);
            let not_covered = Syntax { column, what: format!("rule {rule} is not in the header `# covers:`") };
            let lines = self.scenario.rules.get_mut(rule).ok_or(not_covered)?;
            if self.unmarked.remove(rule) {
                lines.clear();
            }
            lines.push(number);
        }
        Ok(())
    }

    fn verb(&mut self, words: &mut Words<'_>) -> Result<Verb, Syntax> {
        let wrong = words.expected("a verb, like `accrue` or `balance`");
        let verb = match words.next() {
            Some("at") => Verb::At(words.instant()?),
            Some("sweep") => Verb::Sweep,
            Some("checkpoint") => Verb::Checkpoint,
            Some("reopen") => Verb::Reopen,
            Some("crash") => Verb::Crash,
            Some("verify") => Verb::Verify,
            Some("digest") => Verb::Digest,
            Some("refusals") => Verb::Refusals,
            Some("warnings") => Verb::Warnings,
            Some("balance") => self.balance(words)?,
            Some("items") => self.items(words)?,
            Some("member") => Verb::Member(member_key(words)?),
            Some("household") if is_question_of_household(words) => Verb::Household(account(words)?),
            Some("qualifying") => {
                let account = account(words)?;
                words.must("from")?;
                let from = words.parse("a date")?;
                words.must("to")?;
                Verb::Qualifying(account, from, words.parse("a date")?)
            }
            Some("expiring") => expiring(words)?,
            Some("labels") => Verb::Labels(member_key(words)?),
            Some("types") => {
                let prefix = words.word("how the names begin")?.to_owned();
                Verb::Types(in_program(words)?, prefix)
            }
            Some("statement") => statement(words)?,
            Some("transaction") => transaction(words)?,
            Some("blocks") => blocks(words)?,
            Some("find") => {
                let name = words.word("a name")?.to_owned();
                Verb::Find(in_program(words)?, name)
            }
            Some("source") if sources::asks(words) => Verb::Source(source(words)?),
            Some("audit") => Verb::Audit(Box::new(reports::audit(words)?)),
            Some("liability") => Verb::Sums(Box::new(reports::sums(Report::Liability, words)?)),
            Some("cohort") => Verb::Sums(Box::new(reports::sums(Report::Cohort, words)?)),
            Some("source_report") => Verb::Sums(Box::new(reports::sums(Report::BySource, words)?)),
            Some("expiry_curve") => Verb::Sums(Box::new(reports::sums(Report::ExpiryCurve, words)?)),
            Some("dependents") => Verb::Dependents(source(words)?),
            Some("sources") => {
                let part = if words.take("named") { words.word("a part of a name")? } else { "" };
                Verb::Sources { part: part.to_owned(), program: in_program(words)? }
            }
            Some("partner") if !is_definition(words) => Verb::Partner(partner(words)?),
            Some(verb) => match question(verb, words)? {
                Some((key, asked)) => Verb::Ask(key, asked),
                None => match of_settlement(verb, words)? {
                    Some(question) => Verb::AskSettlement(Box::new(question)),
                    None => Verb::Do(orders(verb, words, &self.types)?.ok_or(wrong)?),
                },
            },
            None => return Err(wrong),
        };
        Ok(verb)
    }

    fn balance(&mut self, words: &mut Words<'_>) -> Result<Verb, Syntax> {
        let member = words.parse("a member like M1")?;
        let point_type = point_type(words)?;
        let at = if words.take("at") { Some(words.instant()?) } else { None };
        if words.take("happened") {
            let at = words.instant()?;
            let account = AccountKey { program: in_program(words)?, member, point_type };
            return Ok(Verb::BalanceByTransaction(account, at));
        }
        Ok(Verb::Balance(AccountKey { program: in_program(words)?, member, point_type }, at))
    }

    fn items(&mut self, words: &mut Words<'_>) -> Result<Verb, Syntax> {
        let member = words.parse("a member like M1")?;
        let point_type = point_type(words)?;
        if words.take("at") {
            let at = words.instant()?;
            return Ok(Verb::ItemsAt(AccountKey { program: in_program(words)?, member, point_type }, at));
        }
        let all = words.take("all");
        Ok(Verb::Items { account: AccountKey { program: in_program(words)?, member, point_type }, all })
    }

    /// Puts before a step what it needs and the file does not say: a program, a prepaid partner.
    fn before(&mut self, verb: &Verb, line: usize) {
        if self.scenario.steps.is_empty() && !self.says_program {
            let program = CreateProgram { enrolment: Enrolment::OnFirstAccrual, ..CreateProgram::default() };
            self.unsaid(line, ProgramId(1), program);
            self.add_type(ProgramId(1), line);
        }
        match command(verb) {
            Some((program, Action::PurchaseBlock(body))) => self.add_partner(program, body.partner, line),
            Some((program, Action::Accrue(Accrue { partner: Some(partner), .. }))) => {
                self.add_partner(program, *partner, line);
            }
            Some((program, Action::AccrueShared(body))) => {
                body.shares.iter().for_each(|share| self.add_partner(program, share.partner, line));
            }
            _ => {}
        }
    }

    /// Puts behind a step what goes with it and the file does not say: a program's point type.
    fn after(&mut self, verb: &Verb, line: usize) {
        match command(verb) {
            Some((program, Action::CreateProgram(_))) => self.add_type(program, line),
            Some((_, Action::CreatePointType(body))) => {
                self.types.insert(body.point_type);
            }
            _ => {}
        }
    }

    fn add_type(&mut self, program: ProgramId, line: usize) {
        if !self.says_types {
            self.unsaid(line, program, CreatePointType { point_type: FIRST_TYPE, ..CreatePointType::default() });
        }
    }

    fn add_partner(&mut self, program: ProgramId, partner: PartnerId, line: usize) {
        if self.says_partners || !self.partners.insert(PartnerKey { program, partner }) {
            return;
        }
        let rates = self.types.iter().map(|point_type| (*point_type, Rate::ONE)).collect();
        self.unsaid(line, program, CreatePartner { partner, rates, ..CreatePartner::default() });
    }

    fn unsaid(&mut self, line: usize, program: ProgramId, action: impl Into<Action>) {
        let command = Command::new(program, RequestId(0), action);
        let text = String::from("(set up without being said)");
        let verb = Verb::Do(vec![Order { command, is_named: false }]);
        self.scenario.steps.push(Step { line, text, times: NonZeroU32::MIN, verb, expected: None });
    }
}

/// The first command of a step.
fn command(verb: &Verb) -> Option<(ProgramId, &Action)> {
    let Verb::Do(orders) = verb else { return None };
    orders.first().map(|order| (order.command.program, &order.command.action))
}

/// Whether a line makes no sense without the answer that it expects.
fn is_question(verb: &Verb) -> bool {
    match verb {
        Verb::Balance(..) | Verb::Items { .. } | Verb::Partner(_) | Verb::Blocks(_) => true,
        Verb::Ask(..) | Verb::AskSettlement(_) | Verb::Find(..) => true,
        Verb::Statement { .. } | Verb::Transaction(_) | Verb::Refusals | Verb::Warnings => true,
        Verb::Labels(_) | Verb::Types(..) => true,
        Verb::Member(_) | Verb::Household(_) | Verb::Qualifying(..) | Verb::Expiring(..) => true,
        Verb::BalanceByTransaction(..)
        | Verb::ItemsAt(..)
        | Verb::Audit(_)
        | Verb::Sums(_)
        | Verb::Source(_)
        | Verb::Sources { .. }
        | Verb::Dependents(_) => true,
        Verb::Do(_) | Verb::At(_) | Verb::Sweep | Verb::Digest => false,
        Verb::Checkpoint | Verb::Reopen | Verb::Crash | Verb::Verify => false,
    }
}

/// `of T2`; T1 where it is not said.
fn point_type(words: &mut Words<'_>) -> Result<PointTypeId, Syntax> {
    if words.take("of") { Ok(PointTypeId(words.name('T', "a point type")?)) } else { Ok(FIRST_TYPE) }
}

/// `household M9` asks, `household new M9` enrols it.
fn is_question_of_household(words: &Words<'_>) -> bool {
    words.peek() != Some("new")
}

fn account(words: &mut Words<'_>) -> Result<AccountKey, Syntax> {
    let member = words.parse("a member like M1")?;
    let point_type = point_type(words)?;
    Ok(AccountKey { program: in_program(words)?, member, point_type })
}

/// `expiring until 2026-03-31 page 2`, `expiring M1 until 2026-03-31`.
fn expiring(words: &mut Words<'_>) -> Result<Verb, Syntax> {
    let member = if words.peek() == Some("until") { None } else { Some(words.parse("a member like M1")?) };
    words.must("until")?;
    let until = words.parse("a date")?;
    let limit = if words.take("page") { words.parse("how many members")? } else { usize::MAX };
    Ok(Verb::Expiring(in_program(words)?, member, until, limit))
}

/// A question about several partners; `terms` with what they are is a command.
fn of_settlement(verb: &str, words: &mut Words<'_>) -> Result<Option<settlement_questions::Question>, Syntax> {
    if verb == "terms" && is_definition(words) { Ok(None) } else { settlement_questions::question(verb, words) }
}

fn member_key(words: &mut Words<'_>) -> Result<MemberKey, Syntax> {
    let member = words.parse("a member like M1")?;
    Ok(MemberKey { program: in_program(words)?, member })
}

fn statement(words: &mut Words<'_>) -> Result<Verb, Syntax> {
    let member = words.parse("a member like M1")?;
    let newest = if words.take("newest") { words.parse("how many entries")? } else { usize::MAX };
    Ok(Verb::Statement { member: MemberKey { program: in_program(words)?, member }, newest })
}

fn transaction(words: &mut Words<'_>) -> Result<Verb, Syntax> {
    let request = words.parse("a request like R1")?;
    Ok(Verb::Transaction(RequestKey { program: in_program(words)?, request }))
}

/// `P1`, or a page: `P1 from B2 newest 1`.
fn blocks(words: &mut Words<'_>) -> Result<Verb, Syntax> {
    let partner = PartnerId(words.name('P', "a partner")?);
    let page = blocks_from(words)?;
    let key = PartnerKey { program: in_program(words)?, partner };
    Ok(page.map_or(Verb::Blocks(key), |page| Verb::Ask(key, page)))
}

fn source(words: &mut Words<'_>) -> Result<SourceKey, Syntax> {
    let source = sources::source(words)?;
    Ok(SourceKey { program: in_program(words)?, source })
}

fn partner(words: &mut Words<'_>) -> Result<PartnerKey, Syntax> {
    let partner = PartnerId(words.name('P', "a partner")?);
    Ok(PartnerKey { program: in_program(words)?, partner })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_set_up() {
        let verbs = |text: &str| parse(text).unwrap().steps.len();
        // a program, a point type, a partner, and the line itself
        assert_eq!(verbs("accrue M1 from P1 100"), 4);
        assert_eq!(verbs("accrue M1 from P1 100\naccrue M1 from P1 100"), 5);
        assert_eq!(verbs("program\naccrue M1 100"), 3);
        assert_eq!(verbs("program\ntype T1 redeemable\npartner P2 prepaid\naccrue M1 from P1 100"), 4);
    }

    #[test]
    fn the_mark_of_an_editor_is_passed_over() {
        assert_eq!(parse("\u{FEFF}# covers: A15\naccrue M1 5"), parse("# covers: A15\naccrue M1 5"));
        assert_eq!(parse("\u{FEFF}program\naccrue M1 5"), parse("program\naccrue M1 5"));
    }

    #[test]
    fn rules_are_proved_by_the_line_that_is_marked() {
        let rules =
            parse("# covers: A15 C92b\n# B1 is not a rule\naccrue M1 1 # A15: here\nredeem M1 1").unwrap().rules;
        assert_eq!(rules.get("A15"), Some(&vec![3]));
        assert_eq!(rules.get("C92b"), Some(&vec![1]));
        assert_eq!(rules.len(), 2);
    }

    #[test]
    fn what_cannot_be_read_is_named_with_its_place() {
        for (text, line, column, what) in [
            ("at noon", 1, 4, "expected an instant like 2026-03-01T12:00Z, or a date like 2026-03-01, found `noon`"),
            ("\nearn M1 5", 2, 1, "expected a verb, like `accrue` or `balance`, found `earn`"),
            ("accrue M1", 1, 10, "expected a number of points, found the end of the line"),
            ("accrue M1 5 6", 1, 13, "expected `->` or the end of the line, found `6`"),
            ("balance M1", 1, 11, "expected `->` and the answer, found the end of the line"),
            ("redeem M1 5 -> fine", 1, 16, "expected `ok`, `refused` or `malformed`, found `fine`"),
            (
                "cancel R1 -> ok I1 5",
                1,
                17,
                "expected what became of the points, like `debited` or `expired`, found `I1`",
            ),
            ("block B1 for P1 5", 1, 10, "expected `of`, found `for`"),
            ("type T1 free", 1, 9, "unknown word `free`, expected one of `redeemable`, `qualifying`, `both`"),
            ("# covers: D22 first", 1, 1, "expected the number of a rule, like D22, found `first`"),
            ("repeat 0 redeem M1 5 -> ok", 1, 8, "expected how often, from 1, found `0`"),
            ("accrue M1 5 # D22", 1, 11, "rule D22 is not in the header `# covers:`"),
            (
                "accrue M1 5 expires after 3 moons",
                1,
                29,
                "expected `days`, `weeks`, `months` or `years`, found `moons`",
            ),
        ] {
            let Misread { line: at, syntax } = parse(text).unwrap_err();
            assert_eq!((at, syntax.column, syntax.what.as_str()), (line, column, what), "{text}");
        }
        let figure = parse("balance M1 -> avaliable 5").unwrap_err().syntax;
        assert!(figure.what.starts_with("expected one of available, qualifying"), "{}", figure.what);
    }
}
