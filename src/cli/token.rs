//! `accruedb token`: makes, lists and revokes the tokens of a server.

use super::database::system_now;
use super::output::{Exit, Failure, Output};
use super::table::{TextTable, grouped, or_dash};
use crate::api::{Budget, ID_BYTES, SECRET_BYTES, Scope, Token, token_file};
use crate::domain::{PartnerId, Points, ProgramId, Timestamp};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Makes, lists and revokes the tokens of a server: who may call what, how far, and how much.
///
/// A running server reads the file again on SIGHUP.
///
/// Exit codes: 0 done, 1 no such token, 2 wrong call, 3 the system refuses.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  accruedb token new --file tokens.json till-7 --scope post \\\n    \
    --granted-a-day 100000 --largest 5000\n  accruedb token list --file tokens.json\n  \
    accruedb token revoke --file tokens.json 0a1b2c3d4e5f")]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Makes a token, and prints it: it is shown this once.
    New(New),
    /// Lists tokens, without their secrets, which are not kept.
    List(InFile),
    /// Takes a token away.
    Revoke(Revoke),
}

#[derive(Debug, clap::Args)]
struct InFile {
    /// The file of tokens. It is made where there is none, readable by its owner only.
    #[arg(long, value_name = "FILE")]
    file: PathBuf,
}

#[derive(Debug, clap::Args)]
struct New {
    #[command(flatten)]
    place: InFile,
    /// Who has it, or for what.
    name: String,
    /// What it allows: read, post, adjust, catalog, approve, feed, admin. Repeat it for several.
    #[arg(long = "scope", required = true, value_name = "SCOPE")]
    scopes: Vec<Scope>,
    /// The only programs that it sees. Default: all.
    #[arg(long = "program", value_name = "PROGRAM")]
    programs: Vec<u32>,
    /// The only partner that it sees, of the one program that is given. Default: all.
    #[arg(long, value_name = "PARTNER")]
    partner: Option<u32>,
    /// Points that it grants in a day (UTC), at most. Default: any number.
    #[arg(long, value_name = "POINTS")]
    granted_a_day: Option<u32>,
    /// Points that it redeems in a day (UTC), at most. Default: any number.
    #[arg(long, value_name = "POINTS")]
    redeemed_a_day: Option<u32>,
    /// Points of a single command, at most. Default: any number.
    #[arg(long, value_name = "POINTS")]
    largest: Option<u32>,
    /// Calls that it may make in a second. Default: any number.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    calls_a_second: Option<u32>,
    /// From this instant on it is refused. Default: never.
    #[arg(long, value_name = "INSTANT")]
    expires: Option<Timestamp>,
}

#[derive(Debug, clap::Args)]
struct Revoke {
    #[command(flatten)]
    place: InFile,
    /// The token's id, as the list shows it.
    id: String,
}

pub(super) fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    match &args.verb {
        Verb::New(args) => new(args, output),
        Verb::List(args) => list(args, output),
        Verb::Revoke(args) => revoke(args, output),
    }
}

/// A new token and its text, from the system's source of randomness.
pub(super) fn mint(name: &str, at: Timestamp) -> Result<(Token, String), Failure> {
    let random: [u8; ID_BYTES + SECRET_BYTES] = random()?;
    Ok(Token::mint(name, &random, at))
}

/// Bytes that nobody can guess.
pub(super) fn random<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
    Ok(bytes)
}

fn new(args: &New, output: &mut Output) -> Result<Exit, Failure> {
    let file = &args.place.file;
    if args.partner.is_some() && args.programs.len() != 1 {
        return Err(Failure::Usage("a partner is one of a program's: give --program once with --partner".into()));
    }
    if args.name.chars().any(char::is_control) || args.name.len() > 100 {
        return Err(Failure::Usage("the name has up to 100 bytes, and no control characters".into()));
    }
    let mut tokens = token_file::read_if_there(file).map_err(Failure::Usage)?;
    let (token, text) = mint(&args.name, system_now())?;
    let points = |limit: Option<u32>| limit.map(|points| Points(i64::from(points)));
    let token = Token {
        scopes: args.scopes.iter().copied().collect(),
        programs: Some(args.programs.iter().copied().map(ProgramId).collect()).filter(|_| !args.programs.is_empty()),
        partner: args.partner.map(PartnerId),
        budget: Budget {
            granted: points(args.granted_a_day),
            redeemed: points(args.redeemed_a_day),
            largest: points(args.largest),
        },
        calls_a_second: args.calls_a_second,
        expires_at: args.expires,
        ..token
    };
    let id = token.id.clone();
    tokens.push(token);
    token_file::write(file, &tokens).map_err(Failure::Usage)?;
    output.object(&json!({ "id": id, "token": text }))?;
    output.exact(&text)?;
    output.remark(format!("token {id} is in {}; a running server reads it on SIGHUP", file.display()));
    Ok(Exit::Done)
}

fn list(args: &InFile, output: &mut Output) -> Result<Exit, Failure> {
    let tokens = token_file::read(&args.file).map_err(Failure::Usage)?;
    let scopes = |token: &Token| token.scopes.iter().map(|scope| scope.word()).collect::<Vec<&str>>();
    let objects: Vec<Value> = tokens
        .iter()
        .map(|token| {
            json!({
                "id": token.id, "name": token.name, "scopes": scopes(token), "programs": token.programs,
                "partner": token.partner, "budget": token.budget, "calls_a_second": token.calls_a_second,
                "created_at": token.created_at,
                "expires_at": token.expires_at,
            })
        })
        .collect();
    output.object(&json!({ "tokens": objects }))?;
    let head = ["id", "name", "scopes", "programs", "partner", "granted/day", "redeemed/day", "largest", "expires"];
    let mut table = TextTable::new(&head);
    for token in &tokens {
        let programs = token.programs.iter().flatten().map(ToString::to_string).collect::<Vec<String>>().join(" ");
        let limit = |points: Option<Points>| or_dash(points.map(|points| grouped(points.0)));
        table.row([
            token.id.clone(),
            token.name.escape_debug().to_string(),
            scopes(token).join(" "),
            if programs.is_empty() { "all".to_owned() } else { programs },
            or_dash(token.partner),
            limit(token.budget.granted),
            limit(token.budget.redeemed),
            limit(token.budget.largest),
            or_dash(token.expires_at),
        ]);
    }
    output.table(&table)?;
    Ok(Exit::Done)
}

fn revoke(args: &Revoke, output: &mut Output) -> Result<Exit, Failure> {
    let file = &args.place.file;
    let mut tokens = token_file::read(file).map_err(Failure::Usage)?;
    let before = tokens.len();
    tokens.retain(|token| token.id != args.id);
    let is_done = tokens.len() < before;
    output.object(&json!({ "id": args.id, "revoked": is_done }))?;
    if !is_done {
        output.line(format!("no token {}", args.id.escape_debug()))?;
        return Ok(Exit::Refused);
    }
    token_file::write(file, &tokens).map_err(Failure::Usage)?;
    output.line(format!("token {} is revoked; a running server takes notice on SIGHUP", args.id))?;
    Ok(Exit::Done)
}
