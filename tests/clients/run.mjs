// The cases through the TypeScript client: run.mjs CASES PROXY TOKENS. TOKENS is a file: name to token.

import { readFileSync } from "node:fs";
import { Client, PROBLEMS, Refused, Unavailable } from "accruedb-client";

const [cases, proxy, tokens] = [JSON.parse(readFileSync(process.argv[2])), process.argv[3], JSON.parse(readFileSync(process.argv[4]))];
const clients = Object.fromEntries(Object.entries(tokens).map(([name, token]) => [name, new Client(proxy, token)]));

class Wrong extends Error {}

async function control(path, body) {
  const how = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const text = await (await fetch(proxy + path, how)).text();
  return text === "" ? null : JSON.parse(text);
}

function filled(value, known) {
  if (Array.isArray(value)) return value.map((of) => filled(of, known));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, of]) => [name, filled(of, known)]));
  }
  return typeof value === "string" && value.startsWith("$") && value !== "$any" ? known[value.slice(1)] : value;
}

function compare(wanted, got, place = "") {
  if (wanted === "$any") return;
  if (Array.isArray(wanted)) {
    if (!Array.isArray(got) || got.length !== wanted.length) {
      throw new Wrong(`${place}: expected ${wanted.length} of them, got ${JSON.stringify(got)}`);
    }
    wanted.forEach((of, at) => compare(of, got[at], `${place}/${at}`));
  } else if (typeof wanted === "object" && wanted !== null) {
    if (typeof got !== "object" || got === null) throw new Wrong(`${place}: expected an object, got ${got}`);
    for (const [name, of] of Object.entries(wanted)) compare(of, got[name], `${place}/${name}`);
  } else if (wanted !== got) {
    throw new Wrong(`${place}: expected ${JSON.stringify(wanted)}, got ${JSON.stringify(got)}`);
  }
}

const camel = (name) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());

async function all(rows) {
  const gathered = [];
  for await (const row of rows) gathered.push(row);
  return gathered;
}

async function act(step) {
  const client = clients[step.as ?? "all"];
  const { path = [], query } = step;
  if (step.call !== undefined) {
    const body = step.body === undefined ? [] : [step.body];
    const how = "key" in step || "dry_run" in step ? [{ key: step.key, dryRun: step.dry_run }] : [];
    return client[camel(step.call)](...path, ...body, ...how, ...(query ? [query] : []));
  }
  if (step.rows !== undefined) return all(client[camel(step.rows)](...path, query));
  if (step.page !== undefined) return client[camel(step.page)](...path, query).page();
  if (step.events !== undefined) return all(client.events(step.events));
  if (step.batch !== undefined) return client.batch(step.batch);
  return client[camel(step.text)](...path, query);
}

function refused(step, error) {
  if (step.refused === undefined) throw new Wrong(`refused: ${error.code} ${JSON.stringify(error.figures)}`);
  for (const [name, value] of Object.entries(step.refused)) compare(value, error[name], name);
  if (error.constructor !== PROBLEMS[error.code]) throw new Wrong(`the class is ${error.constructor.name}`);
  if (step.told_key !== undefined) compare(step.told_key, error.key, "key");
}

async function play(asked, known) {
  if (asked.fates !== undefined) return control("/__fates", asked.fates);
  if (asked.tries !== undefined) {
    const tries = await control("/__tries");
    compare(asked.tries.count, tries.length, "tries");
    return compare(asked.tries.keys, new Set(tries.map((of) => of.key).filter((key) => key !== null)).size, "keys");
  }
  const step = filled(asked, known);
  if (step.requests !== undefined) await control("/__fates", []);
  const begun = Date.now();
  let got;
  try {
    got = await act(step);
  } catch (error) {
    if (error instanceof Refused) return refused(step, error);
    if (!(error instanceof Unavailable) || step.unavailable === undefined) throw error;
    return compare(step.told_key ?? "$any", error.key, "key");
  }
  if (step.refused !== undefined || step.unavailable !== undefined) {
    throw new Wrong(`expected a refusal, got ${JSON.stringify(got)}`);
  }
  const [least, most] = step.takes_ms ?? [0, 60_000];
  const took = Date.now() - begun;
  if (took < least || took > most) throw new Wrong(`it took ${took} ms`);
  compare(step.gives ?? "$any", got);
  if (step.count !== undefined) compare(step.count, got.length, "count");
  if (step.requests !== undefined) compare(step.requests, (await control("/__tries")).length, "requests");
  if (step.begins !== undefined && !got.startsWith(step.begins)) throw new Wrong(`begins with ${got.slice(0, 60)}`);
  for (const [name, place] of Object.entries(step.save ?? {})) known[name] = got[place.slice(1)];
}

let failed = 0;
for (const [at, of] of cases.cases.entries()) {
  const known = { p: of.program ?? at + 101 };
  let step;
  try {
    for (step of [...cases.given[of.given ?? "shop"], ...of.steps]) await play(step, known);
  } catch (error) {
    failed += 1;
    console.log(`FAILED ${of.name}: ${error}\n  in ${JSON.stringify(step)}`);
  }
}
console.log(`typescript: ${cases.cases.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
