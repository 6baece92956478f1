//! Tokens: who may call what, how far, and how much. A token's secret is never kept, only its hash.

use super::base64url;
use crate::domain::{PartnerId, Points, ProgramId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// Bytes of randomness in a secret.
pub const SECRET_BYTES: usize = 32;
/// Bytes of randomness in an id.
pub const ID_BYTES: usize = 6;

/// What a token allows. Each stands alone: none holds another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Looking at everything within the token's bounds.
    Read,
    /// The commands of a till: enrol, accrue, redeem.
    Post,
    /// Corrections: cancellations.
    Adjust,
    /// Programs, point types, partners, purchases of blocks.
    Catalog,
    /// Approving blocks.
    Approve,
    /// Reading the feed.
    Feed,
    /// Running the server: backup, verify, checkpoint, clock, metrics.
    Admin,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Scope; 7] =
        [Scope::Read, Scope::Post, Scope::Adjust, Scope::Catalog, Scope::Approve, Scope::Feed, Scope::Admin];

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Scope::Read => "read",
            Scope::Post => "post",
            Scope::Adjust => "adjust",
            Scope::Catalog => "catalog",
            Scope::Approve => "approve",
            Scope::Feed => "feed",
            Scope::Admin => "admin",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Scope {
    type Err = String;

    fn from_str(word: &str) -> Result<Scope, String> {
        let all = || Scope::ALL.map(Scope::word).join(", ");
        Scope::ALL.into_iter().find(|scope| scope.word() == word).ok_or_else(|| format!("no scope; one of {}", all()))
    }
}

/// How many points a token moves: at most, each UTC day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Budget {
    /// Points granted in a day.
    pub granted: Option<Points>,
    /// Points redeemed in a day.
    pub redeemed: Option<Points>,
    /// Points of a single command.
    pub largest: Option<Points>,
}

/// A token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// Names it in lists and logs; not secret.
    pub id: String,
    /// Who has it, or for what, in the owner's words.
    pub name: String,
    /// The hash of its secret, as hexadecimal digits.
    pub hash: String,
    /// What it allows.
    pub scopes: BTreeSet<Scope>,
    /// The only programs that it sees; without a list, all.
    #[serde(default)]
    pub programs: Option<BTreeSet<ProgramId>>,
    /// The only partner that it sees.
    #[serde(default)]
    pub partner: Option<PartnerId>,
    /// How many points it moves in a day; without limits by default.
    #[serde(default)]
    pub budget: Budget,
    /// How many calls it may make in a second; without a limit by default.
    #[serde(default)]
    pub calls_a_second: Option<u32>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From this instant on it is refused.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
}

impl Token {
    /// A new token that allows nothing yet, and the text that its owner sends. `random` is from the system's source.
    #[must_use]
    pub fn mint(name: &str, random: &[u8; ID_BYTES + SECRET_BYTES], at: Timestamp) -> (Token, String) {
        let (id, secret) = random.split_at(ID_BYTES);
        let id: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
        let secret = base64url::encode(secret);
        let token = Token {
            name: name.to_owned(),
            hash: blake3::hash(secret.as_bytes()).to_hex().to_string(),
            scopes: BTreeSet::new(),
            programs: None,
            partner: None,
            budget: Budget::default(),
            calls_a_second: None,
            created_at: at,
            expires_at: None,
            id: id.clone(),
        };
        (token, format!("acr_{id}_{secret}"))
    }

    /// Whether the token sees a program.
    #[must_use]
    pub fn sees(&self, program: ProgramId) -> bool {
        self.programs.as_ref().is_none_or(|programs| programs.contains(&program))
    }

    /// Whether it sees everything.
    #[must_use]
    pub fn is_unbounded(&self) -> bool {
        self.programs.is_none() && self.partner.is_none()
    }
}

/// The token of a list that a text names and knows the secret of, if it is still good at `at`.
pub(crate) fn find<'a>(tokens: impl IntoIterator<Item = &'a Token>, text: &str, at: Timestamp) -> Option<&'a Token> {
    let (id, secret) = text.strip_prefix("acr_")?.split_once('_')?;
    let token = tokens.into_iter().find(|token| token.id == id)?;
    let known = blake3::Hash::from_hex(&token.hash).ok()?;
    // IMPORTANT: hashes are compared in constant time; `==` of blake3 does that
    let is_right = blake3::hash(secret.as_bytes()) == known;
    (is_right && token.expires_at.is_none_or(|expiry| at < expiry)).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms(ms).unwrap()
    }

    #[test]
    fn only_the_whole_text_opens() {
        let (mut token, text) = Token::mint("till", &[7; 38], at(0));
        token.expires_at = Some(at(100));
        let (other, other_text) = Token::mint("other", &[9; 38], at(0));
        let tokens = [token.clone(), other.clone()];
        assert_eq!(text.len(), "acr_".len() + 12 + 1 + 43);
        assert_eq!(find(&tokens, &text, at(99)), Some(&token));
        assert_eq!(find(&tokens, &text, at(100)), None);
        let mixed = format!("acr_{}_{}", token.id, other_text.rsplit('_').next().unwrap());
        let short = &text[..text.len() - 1];
        for wrong in ["", "acr_", "acr__", short, &format!("{text}A"), &text.to_uppercase(), &mixed] {
            assert_eq!(find(&tokens, wrong, at(0)), None, "{wrong}");
        }
        assert!(!serde_json::to_string(&token).unwrap().contains(text.rsplit('_').next().unwrap()));
    }
}
