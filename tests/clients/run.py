"""The cases through the Python client: run.py CASES PROXY TOKENS. TOKENS is a file: name to token."""

import json
import re
import sys
import time
import urllib.request
from pathlib import Path

import accruedb
from accruedb import Client, Refused, Unavailable

CASES, PROXY, TOKENS = json.loads(Path(sys.argv[1]).read_text()), sys.argv[2], json.loads(Path(sys.argv[3]).read_text())
clients = {name: Client(PROXY, token) for name, token in TOKENS.items()}


class Wrong(Exception):
    pass


def control(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(PROXY + path, data)) as answer:
        return json.loads(answer.read() or "null")


def filled(value, known):
    if isinstance(value, dict):
        return {name: filled(of, known) for name, of in value.items()}
    if isinstance(value, list):
        return [filled(of, known) for of in value]
    return known[value[1:]] if isinstance(value, str) and value.startswith("$") and value != "$any" else value


def compare(wanted, got, place=""):
    if wanted == "$any":
        return
    if isinstance(wanted, dict):
        if not isinstance(got, dict):
            raise Wrong(f"{place}: expected an object, got {got!r}")
        for name, of in wanted.items():
            compare(of, got.get(name), f"{place}/{name}")
    elif isinstance(wanted, list):
        if not isinstance(got, list) or len(got) != len(wanted):
            raise Wrong(f"{place}: expected {len(wanted)} of them, got {got!r}")
        for at, of in enumerate(wanted):
            compare(of, got[at], f"{place}/{at}")
    elif wanted != got:
        raise Wrong(f"{place}: expected {wanted!r}, got {got!r}")


def act(step):
    client = clients[step.get("as", "all")]
    path = step.get("path", [])
    # a word of the language has a _ behind it
    query = {name + "_" * (name == "from"): value for name, value in step.get("query", {}).items()}
    how = {name: step[name] for name in ("key", "dry_run") if name in step}
    if "call" in step:
        body = [step["body"]] if "body" in step else []
        return getattr(client, step["call"])(*path, *body, **query, **how)
    if "rows" in step:
        return list(getattr(client, step["rows"])(*path, **query))
    if "page" in step:
        return getattr(client, step["page"])(*path, **query).page()
    if "events" in step:
        return list(client.events(**step["events"]))
    if "batch" in step:
        return client.batch(step["batch"])
    return getattr(client, step["text"])(*path, **query)


def refused(step, error):
    wanted = dict(step["refused"])
    if not isinstance(error, Refused):
        raise Wrong(f"expected a refusal, got {error!r}")
    for name, value in wanted.items():
        compare(value, getattr(error, name), name)
    kind = accruedb.PROBLEMS.get(error.code)
    if type(error) is not kind:
        raise Wrong(f"expected {kind}, got {type(error)}")
    if "told_key" in step:
        compare(step["told_key"], error.key, "key")


def play(step, known):
    if "fates" in step:
        return control("/__fates", step["fates"])
    if "tries" in step:
        tries = control("/__tries")
        compare(step["tries"]["count"], len(tries), "tries")
        return compare(step["tries"]["keys"], len({of["key"] for of in tries if of["key"]}), "keys")
    step = filled(step, known)
    if "requests" in step:
        control("/__fates", [])
    begun = time.monotonic()
    try:
        got = act(step)
    except Refused as error:
        if "refused" not in step:
            raise Wrong(f"refused: {error.code} {error.figures}") from error
        return refused(step, error)
    except Unavailable as error:
        if "unavailable" not in step:
            raise
        return compare(step.get("told_key", "$any"), error.key, "key")
    if "refused" in step or "unavailable" in step:
        raise Wrong(f"expected a refusal, got {got!r}")
    least, most = step.get("takes_ms", (0, 60_000))
    if not least <= (time.monotonic() - begun) * 1000 <= most:
        raise Wrong("it took another time")
    compare(step.get("gives", "$any"), got)
    if "count" in step:
        compare(step["count"], len(got), "count")
    if "requests" in step:
        compare(step["requests"], len(control("/__tries")), "requests")
    if "begins" in step and not got.startswith(step["begins"]):
        raise Wrong(f"begins with {got[:60]!r}")
    for name, place in step.get("save", {}).items():
        known[name] = got[re.sub("^/", "", place)]


failed = 0
for at, case in enumerate(CASES["cases"], start=1):
    known = {"p": case.get("program", 100 + at)}
    step = None
    try:
        for step in CASES["given"][case.get("given", "shop")] + case["steps"]:
            play(step, known)
    except Exception as error:  # every case is told
        failed += 1
        print(f"FAILED {case['name']}: {error!r}\n  in {json.dumps(step)}")
print(f"python: {len(CASES['cases']) - failed} passed, {failed} failed")
sys.exit(1 if failed else 0)
