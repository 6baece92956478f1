//! Who is signed in: sessions in memory, links that work once, and the proof that a form is our own.

use crate::api::{Api, Token};
use crate::domain::Timestamp;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A session ends this long after it began.
const HOURS: i64 = 12;
/// Sessions at once, at most: the oldest end for new ones.
const SESSIONS_MAX: usize = 1_000;
/// The cookie's name. The prefix keeps it to this host and, where there is HTTPS, to HTTPS.
const COOKIE: &str = "accruedb_session";

/// Sessions and links.
pub(super) struct Sessions {
    /// From the system's source: all that is handed out is derived from it.
    secret: [u8; 32],
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    count: u64,
    /// By the hash of the cookie's text.
    sessions: BTreeMap<[u8; 32], Session>,
    /// Links that were not used yet: the hash of their text, and the token's text.
    links: BTreeMap<[u8; 32], String>,
}

struct Session {
    token: String,
    ends_at: Timestamp,
}

/// A session that a visitor has.
#[derive(Debug, Clone)]
pub(super) struct SignedIn {
    pub(super) token: Arc<Token>,
    /// What forms of this session say.
    pub(super) proof: String,
}

fn hash(text: &str) -> [u8; 32] {
    *blake3::hash(text.as_bytes()).as_bytes()
}

impl Sessions {
    pub(super) fn new(secret: [u8; 32]) -> Sessions {
        Sessions { secret, state: Mutex::default() }
    }

    /// A text that nobody can guess, and that was never given before.
    fn fresh(&self, state: &mut State, purpose: &str) -> String {
        state.count = state.count.saturating_add(1);
        let what = format!("{purpose} {}", state.count);
        blake3::keyed_hash(&self.secret, what.as_bytes()).to_hex().to_string()
    }

    /// A request id for a form: sent twice, it has one effect.
    pub(super) fn request_id(&self) -> String {
        let fresh = self.fresh(&mut self.state.lock(), "request");
        let uuid = |from: usize, to: usize| fresh.get(from..to).unwrap_or_default();
        format!("{}-{}-{}-{}-{}", uuid(0, 8), uuid(8, 12), uuid(12, 16), uuid(16, 20), uuid(20, 32))
    }

    /// The end of a link that signs in once, with the token's text.
    pub(super) fn link(&self, token: &str) -> String {
        let mut state = self.state.lock();
        let code = self.fresh(&mut state, "link");
        state.links.insert(hash(&code), token.to_owned());
        code
    }

    /// The token's text of a link, which works no more.
    pub(super) fn use_link(&self, code: &str) -> Option<String> {
        self.state.lock().links.remove(&hash(code))
    }

    /// Begins a session with a token that is good. Returns what the cookie says.
    pub(super) fn begin(&self, token: &str, at: Timestamp, is_https: bool) -> String {
        let mut state = self.state.lock();
        state.sessions.retain(|_, session| at < session.ends_at);
        if state.sessions.len() >= SESSIONS_MAX {
            let oldest = state.sessions.iter().min_by_key(|(_, session)| session.ends_at).map(|(id, _)| *id);
            oldest.map(|id| state.sessions.remove(&id));
        }
        let text = self.fresh(&mut state, "session");
        let session = Session { token: token.to_owned(), ends_at: at.saturating_add_hours(HOURS) };
        state.sessions.insert(hash(&text), session);
        cookie(&text, HOURS.saturating_mul(3_600), is_https)
    }

    /// The session of a cookie, if its token is still good.
    pub(super) fn find(&self, api: &Api, cookies: &str, at: Timestamp) -> Option<SignedIn> {
        let text = read(cookies)?;
        let state = self.state.lock();
        let session = state.sessions.get(&hash(text)).filter(|session| at < session.ends_at)?;
        let token = api.token(&session.token, at)?;
        let proof = blake3::keyed_hash(&self.secret, format!("proof {text}").as_bytes()).to_hex().to_string();
        Some(SignedIn { token, proof })
    }

    /// Ends the session of a cookie. Returns what the cookie says from now on.
    pub(super) fn end(&self, cookies: &str, is_https: bool) -> String {
        if let Some(text) = read(cookies) {
            self.state.lock().sessions.remove(&hash(text));
        }
        cookie("", 0, is_https)
    }
}

impl SignedIn {
    /// Whether a form is one of this session's own.
    pub(super) fn is_own(&self, proof: &str) -> bool {
        // hashes of hashes are compared in constant time
        blake3::hash(self.proof.as_bytes()) == blake3::hash(proof.as_bytes())
    }
}

fn cookie(text: &str, seconds: i64, is_https: bool) -> String {
    let secure = if is_https { "; Secure" } else { "" };
    format!("{COOKIE}={text}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}")
}

fn read(cookies: &str) -> Option<&str> {
    let pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(|(name, _)| *name == COOKIE).map(|(_, text)| text).next().filter(|text| !text.is_empty())
}
