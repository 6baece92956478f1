//! `accruedb items`: the point items of an account, in the order of use.

use super::database::OneMember;
use super::output::{Exit, Failure, Output};
use super::table::{TextTable, grouped, or_dash};
use crate::domain::{AccountKey, Item, ItemId, ItemPosition, PointState, PointTypeId, Timestamp};
use crate::engine::Engine;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::json;

/// Shows the point items of a member's account.
///
/// As of now: the next to be used first, then those that are not available yet. Used-up and expired ones are left out,
/// unless --all asks for them.
///
/// Exit codes: 0 done, 1 no such member, 2 wrong call, 3 engine error.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  accruedb items --db shop 00004 --limit 20")]
pub(super) struct Args {
    #[command(flatten)]
    of: OneMember,
    /// The kind of points.
    #[arg(long, default_value_t = 1)]
    point_type: u16,
    /// At most this many that have matured, and as many that have not.
    #[arg(long, default_value_t = 100)]
    limit: usize,
    /// Used-up and expired ones too, each at its place in the order of use.
    #[arg(long)]
    all: bool,
}

/// Items that are read in one go, at least.
const PAGE: usize = 1_000;
/// The same, at most, unless more are to be shown.
const PAGE_MAX: usize = 64_000;

/// An item as it is shown.
struct Shown {
    item: ItemId,
    state: &'static str,
    of: Item,
}

/// One flat object: the item, what is left of it, and its points by state.
impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Shown { item, state, of } = self;
        let mut to = serializer.serialize_map(None)?;
        to.serialize_entry("item", item)?;
        to.serialize_entry("state", state)?;
        to.serialize_entry("granted", &of.granted)?;
        to.serialize_entry("remaining", &of.remaining())?;
        for (state, points) in of.sums.iter() {
            to.serialize_entry(state.code(), &points)?;
        }
        to.serialize_entry("claimed", &of.claimed)?;
        to.serialize_entry("absorbed", &of.absorbed)?;
        to.serialize_entry("available_from", &of.available_from)?;
        to.serialize_entry("expires_at", &of.expires_at)?;
        to.serialize_entry("source", &of.source)?;
        to.serialize_entry("partner", &of.partner)?;
        to.serialize_entry("subtype", &of.subtype)?;
        to.serialize_entry("origin", &of.origin)?;
        to.end()
    }
}

/// The items to show, and more than that where there are more.
#[derive(Default)]
struct Found {
    matured: Vec<Shown>,
    future: Vec<Shown>,
    /// Whether some were left out because nothing is left of them.
    has_closed: bool,
}

pub(super) fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    let (engine, program, owner) = args.of.open(output)?;
    let zone = program.zone();
    if engine.balances(owner)?.is_none() {
        output.object(&json!({ "member": args.of.member, "enrolled": false }))?;
        output.line(args.of.unknown(&program))?;
        return Ok(Exit::Refused);
    }
    args.of.remark_on_time(&engine, output)?;
    let account = owner.account(PointTypeId(args.point_type));
    let mut found = Found::read(args, &engine, account)?;
    let more = found.cut(args.limit);
    let Found { matured, future, has_closed } = found;
    output.object(&json!({
        "member": args.of.member, "enrolled": true, "point_type": account.point_type, "at": engine.now(),
        "matured": matured, "future": future, "more": more,
    }))?;
    let when = engine.now().on_the_wall(&zone);
    output.line(format!("member {}, points of type {}, at {when} {zone}", args.of.member, account.point_type))?;
    let head =
        ["item", "state", "granted", "remaining", "redeemed", "expired", "cancelled", "from", "expires", "source"];
    let mut table = TextTable::new(&head).may_drop(&["cancelled", "source", "from", "expired"]);
    for Shown { item, state, of } in matured.iter().chain(&future) {
        let gone = [PointState::Redeemed, PointState::Expired, PointState::Cancelled].map(|state| of.sums.get(state));
        let amounts = [of.granted, of.remaining()].into_iter().chain(gone).map(|points| grouped(points.0));
        let from = of.available_from.on_the_wall(&zone);
        let tail = [from, or_dash(of.expires_at.map(|expiry| expiry.on_the_wall(&zone))), or_dash(of.source)];
        table.row([item.to_string(), (*state).to_owned()].into_iter().chain(amounts).chain(tail));
    }
    output.table(&table)?;
    if more {
        output.line(format!("(more than {}, not all shown: --limit)", args.limit))?;
    }
    if has_closed {
        output.line("(used-up and expired ones, not shown: --all)")?;
    }
    Ok(Exit::Done)
}

impl Found {
    fn read(args: &Args, engine: &Engine, account: AccountKey) -> Result<Found, Failure> {
        let enough = args.limit.saturating_add(1);
        let mut length = enough.max(PAGE);
        let mut page = engine.items(account, ItemPosition::FIRST, length)?;
        let now = engine.now();
        let mut found = Found::default();
        found.future = found.shown(args, page.future, now);
        while let Some((last, _)) = page.matured.last() {
            let from = last.successor();
            let matured = found.shown(args, page.matured, now);
            found.matured.extend(matured);
            if found.matured.len() >= enough {
                break;
            }
            // each call looks for what is due anew
            length = length.max(length.saturating_mul(4).min(PAGE_MAX));
            page = engine.items(account, from, length)?;
        }
        Ok(found)
    }

    fn shown(&mut self, args: &Args, items: Vec<(ItemPosition, Item)>, now: Timestamp) -> Vec<Shown> {
        let all = items.into_iter();
        let mut shown: Vec<Shown> =
            all.map(|(position, of)| Shown { item: position.id, state: of.state(now), of }).collect();
        if !args.all {
            let before = shown.len();
            shown.retain(|item| !matches!(item.state, "used_up" | "expired" | "cancelled"));
            self.has_closed |= shown.len() < before;
        }
        shown
    }

    /// Leaves up to `limit` of either kind. Returns whether there were more.
    fn cut(&mut self, limit: usize) -> bool {
        let more = self.matured.len().max(self.future.len()) > limit;
        self.matured.truncate(limit);
        self.future.truncate(limit);
        more
    }
}
