//! A journal entry: a command, who asked for it and when it was decided, and what became of it.

use super::own::names_no_entry;
use super::{
    Balance, Command, Commitment, Leg, MemberId, Own, OwnIds, Points, Receipt, Rejection, Sequence, Subject, Timestamp,
};
use serde::{Deserialize, Serialize, Serializer};
use smallvec::SmallVec;
use std::fmt;

/// Longest name of an actor, in bytes.
pub const ACTOR_BYTES_MAX: usize = 64;

/// Who asked for a command: set by the front end that knows, never by the command's body.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Actor(Box<str>);

impl Actor {
    /// Somebody by name: up to 64 bytes without control characters. `None` for any other text.
    #[must_use]
    pub fn new(name: &str) -> Option<Actor> {
        let fits = name.len() <= ACTOR_BYTES_MAX && !name.chars().any(char::is_control);
        fits.then(|| Actor(name.into()))
    }

    /// The name; empty where nobody was named.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The entry before this one in the chain of a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Link {
    /// Whose chain.
    pub subject: Subject,
    /// The entry before; 0 where there is none.
    pub previous: Sequence,
}

impl Own for Link {
    fn fill(&mut self, own: &OwnIds) {
        let Link { subject, previous: _ } = self;
        match subject {
            Subject::Member(member) => member.fill(own),
            Subject::Partner(_) | Subject::Source(_) | Subject::Program => {}
        }
    }
}

/// The chains that an entry is in, its first member first: mostly one.
pub type Links = SmallVec<[Link; 1]>;

/// One entry of the journal. Deciding its command on the state left by the entries before it, at `recorded_at`,
/// gives its outcome again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub sequence: Sequence,
    /// When it was decided.
    pub recorded_at: Timestamp,
    /// Who asked.
    pub actor: Actor,
    /// The chains that it is in.
    pub links: Links,
    /// What was asked. Its reference is missing where that was erased.
    pub command: Command,
    /// What the entry holds of its command's reference.
    pub commitment: Option<Commitment>,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// It was done.
    Done {
        /// What happened to which item or block.
        legs: Vec<Leg>,
        /// The members' balances after it, of the point types it touched.
        balances: Vec<Balance>,
    },
    /// It was refused; nothing changed.
    Refused(Rejection),
}

impl Own for Outcome {
    fn fill(&mut self, own: &OwnIds) {
        match self {
            Outcome::Done { legs, balances } => {
                legs.iter_mut().for_each(|leg| leg.fill(own));
                balances.iter_mut().for_each(|balance| balance.fill(own));
            }
            Outcome::Refused(_) => {}
        }
    }
}

impl Entry {
    /// The answer that the caller gets, or got.
    pub fn answer(self, replayed: bool) -> Result<Receipt, Rejection> {
        match self.outcome {
            Outcome::Done { legs, balances } => {
                let (sequence, recorded_at, cancelled) = (self.sequence, self.recorded_at, Vec::new());
                Ok(Receipt { sequence, recorded_at, replayed, legs, balances, cancelled })
            }
            Outcome::Refused(rejection) => Err(rejection),
        }
    }

    /// Whether its command came with a reference, erased or not.
    #[must_use]
    pub fn says_reference(&self) -> bool {
        self.commitment.is_some() || self.command.reference.is_some()
    }

    /// Whether its reference was erased.
    #[must_use]
    pub fn is_erased(&self) -> bool {
        self.commitment.is_some() && self.command.reference.is_none()
    }

    /// Whether a command asks for the same again. A reference that was erased is equal to any.
    #[must_use]
    pub fn is_repeated_by(&self, command: &Command) -> bool {
        let Command { program, request_id, transaction_at, reference, action, long_ids: _ } = command;
        let own = &self.command;
        let refers = match self.is_erased() {
            true => reference.is_some(),
            false => *reference == own.reference,
        };
        let same = (program, request_id, transaction_at) == (&own.program, &own.request_id, &own.transaction_at);
        same && refers && *action == own.action
    }

    /// The entry before this one in a subject's chain; `None` where this one is not in it.
    #[must_use]
    pub fn previous_of(&self, subject: Subject) -> Option<Sequence> {
        self.links.iter().find(|link| link.subject == subject).map(|link| link.previous)
    }

    /// What happened; nothing where it was refused.
    #[must_use]
    pub fn legs(&self) -> &[Leg] {
        match &self.outcome {
            Outcome::Done { legs, .. } => legs,
            Outcome::Refused(_) => &[],
        }
    }
}

/// What an entry fills in: its number, and its first member, whom the command names or else its first link.
#[must_use]
pub fn own_ids(sequence: Sequence, command: &Command, links: &[Link]) -> OwnIds {
    let linked = || links.iter().find_map(|link| link.subject.member());
    OwnIds { sequence, member: command.action.member().or_else(linked).unwrap_or(MemberId::OWN) }
}

/// In JSON one flat object: where and when, the command, what became of it.
impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Flat<'a> {
            sequence: Sequence,
            recorded_at: Timestamp,
            actor: &'a Actor,
            links: &'a [Link],
            #[serde(flatten)]
            command: &'a Command,
            #[serde(skip_serializing_if = "std::ops::Not::not")]
            reference_erased: bool,
            outcome: &'static str,
            #[serde(skip_serializing_if = "Option::is_none")]
            legs: Option<&'a [Leg]>,
            #[serde(skip_serializing_if = "Option::is_none")]
            balances: Option<&'a [Balance]>,
            #[serde(skip_serializing_if = "Option::is_none")]
            refusal: Option<&'a Rejection>,
        }

        let Entry { sequence, recorded_at, actor, links, command, commitment: _, outcome } = self;
        let (outcome, legs, balances, refusal) = match outcome {
            Outcome::Done { legs, balances } => ("done", Some(legs.as_slice()), Some(balances.as_slice()), None),
            Outcome::Refused(rejection) => ("refused", None, None, Some(rejection)),
        };
        let (sequence, recorded_at, reference_erased) = (*sequence, *recorded_at, self.is_erased());
        Flat { sequence, recorded_at, actor, links, command, reference_erased, outcome, legs, balances, refusal }
            .serialize(serializer)
    }
}

#[cfg(feature = "cli")]
impl schemars::JsonSchema for Entry {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Entry".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let mut schema = <Command as schemars::JsonSchema>::json_schema(generator);
        let fields = [
            ("sequence", generator.subschema_for::<Sequence>()),
            ("recorded_at", generator.subschema_for::<Timestamp>()),
            ("actor", generator.subschema_for::<Actor>()),
            ("reference_erased", generator.subschema_for::<bool>()),
            ("links", generator.subschema_for::<Vec<Link>>()),
            ("outcome", schemars::json_schema!({ "type": "string", "enum": ["done", "refused"] })),
            ("legs", generator.subschema_for::<Vec<Leg>>()),
            ("balances", generator.subschema_for::<Vec<Balance>>()),
            ("refusal", generator.subschema_for::<Rejection>()),
        ];
        let required = ["sequence", "recorded_at", "actor", "links", "outcome"];
        if let Some(serde_json::Value::Array(names)) = schema.get_mut("required") {
            names.extend(required.map(serde_json::Value::from));
        }
        if let Some(serde_json::Value::Object(properties)) = schema.get_mut("properties") {
            properties.extend(fields.map(|(name, schema)| (name.to_owned(), schema.to_value())));
        }
        schema
    }
}

/// How much of a transaction was cancelled so far: by award for an accrual, in one figure for anything else.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Correction {
    /// Points cancelled, by the award's place.
    pub cancelled: Vec<Points>,
}

names_no_entry!(Correction);
