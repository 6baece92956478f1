//! `accruedb schema`: the JSON Schema of what goes in and comes out.

use super::apply::Answered;
use super::examples;
use super::output::{Exit, Failure, Output};
#[cfg(feature = "server")]
use crate::api::{Version, document, routes};
use crate::domain::{AWARDS_MAX, Command, Entry, REFERENCE_BYTES_MAX, Receipt, Rejection};
use schemars::schema_for;
use serde_json::{Value, json};

/// Prints the JSON Schemas, or an example of a command.
///
/// The schemas are those of commands, receipts, rejections, journal entries, and the lines that `accruedb apply` answers,
/// as one object.
///
/// Exit codes: 0 done.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  accruedb schema > accruedb.schema.json\n  accruedb schema --example redeem\n  \
    accruedb schema --openapi > openapi.json")]
pub(super) struct Args {
    /// Prints an example of a command of this kind in place of the schemas, as a line for `accruedb apply`; `all` prints
    /// one of each, in an order in which they can be applied.
    #[arg(long, value_name = "KIND", value_parser = examples::kinds())]
    example: Option<String>,
    /// Prints the OpenAPI document of the server in place of the schemas: version 3.1, or 3.0 for older generators.
    #[cfg(feature = "server")]
    #[arg(long, value_name = "VERSION", conflicts_with = "example", num_args = 0..=1, default_missing_value = "3.1",
        value_parser = ["3.1", "3.0"])]
    openapi: Option<String>,
}

pub(super) fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    if let Some(kind) = &args.example {
        let count = if kind == "all" { usize::MAX } else { 1 };
        let mut asked = examples::commands().into_iter().filter(|(of, _)| kind == "all" || kind == of).take(count);
        return asked.try_for_each(|(_, command)| output.json_line(&command)).map(|()| Exit::Done);
    }
    #[cfg(feature = "server")]
    if let Some(version) = &args.openapi {
        let version = if version == "3.0" { Version::V3_0 } else { Version::V3_1 };
        return print(&document(routes(), version), output);
    }
    let schemas = json!({
        "command": command(),
        "receipt": schema_for!(Receipt),
        "rejection": schema_for!(Rejection),
        "entry": schema_for!(Entry),
        "answer": schema_for!(Answered),
    });
    print(&schemas, output)
}

fn print(value: &Value, output: &mut Output) -> Result<Exit, Failure> {
    output.object(value)?;
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure::Usage(error.to_string()))?;
    output.exact(text)?;
    Ok(Exit::Done)
}

/// A command as a line of `accruedb apply` may say it.
fn command() -> Value {
    let mut schema = schema_for!(Command).to_value();
    if let Some(required) = schema.pointer_mut("/required").and_then(Value::as_array_mut) {
        required.retain(|field| field != "request_id");
    }
    let id = "Chosen by the caller: the same id with the same body has one effect. A line of `accruedb apply` without \
              one gets an id that is derived from the file's name, the line's number and its text.";
    let limits = [
        ("/properties/request_id", "description", json!(id)),
        // no text of more characters has so few bytes
        ("/properties/reference", "maxLength", json!(REFERENCE_BYTES_MAX)),
        ("/properties/awards", "minItems", json!(1)),
        ("/properties/awards", "maxItems", json!(AWARDS_MAX)),
        ("/properties/points", "minimum", json!(1)),
        ("/$defs/Award/properties/points", "minimum", json!(1)),
    ];
    for (place, word, value) in limits {
        if let Some(Value::Object(schema)) = schema.pointer_mut(place) {
            schema.insert(word.to_owned(), value);
        }
    }
    schema
}
