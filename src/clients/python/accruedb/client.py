"""The client: one connection for each thread, retries with one key, the feed.

No package is needed but Python's own.
"""

from __future__ import annotations

import http.client
import json
import random
import ssl
import threading
import time
import uuid
from typing import Any, Dict, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Sequence
from urllib.parse import quote, urlencode, urlsplit

from .base import AccrueError, Refused, Unavailable
from .model import OPERATIONS, PROBLEMS, Event, LineAnswer, Operations

#: Answers after which the same call is sent again: no room, closing, or a proxy that lost the server.
AGAIN = (429, 502, 503, 504)
#: A connection that was idle for longer may have been closed by the server, and is not used again. Seconds.
IDLE_MAX = 5.0
#: A waiting feed asks the server to hold its answer back for so long. Seconds.
WAIT = 30


class Answer(NamedTuple):
    """What the server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Client(Operations):
    """A server and a token. Each operation of the server is a method.

    `address` is as `accruedb serve` prints it. A call is sent up to `tries` times, for as long as `patience` seconds,
    all of them with one key. `timeout` is the time for one try, in seconds. `tls` is for certificates of your own.
    Threads may share a client.
    """

    def __init__(
        self,
        address: str,
        token: str,
        *,
        tries: int = 6,
        patience: float = 30.0,
        timeout: float = 70.0,
        tls: Optional[ssl.SSLContext] = None,
    ):
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("expected an address like http://127.0.0.1:8480")
        self._host, self._port, self._is_tls = parts.hostname, parts.port, parts.scheme == "https"
        self._token, self._tries, self._patience, self._timeout = token, max(1, tries), patience, timeout
        self._tls = tls
        self._own = threading.local()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def close(self) -> None:
        """Closes this thread's connection; a later call opens another."""
        connection = getattr(self._own, "connection", None)
        if connection is not None:
            connection.close()
        self._own.connection = None

    # --- the feed and batches

    def events(
        self,
        after: Optional[str] = None,
        *,
        kinds: Optional[Iterable[str]] = None,
        wait: bool = False,
        limit: int = 500,
    ) -> Iterator[Event]:
        """What was done, an event for each leg, in order, from the event with the id `after` on (`"end"`: only what
        comes). Keep the `id` of the last event that you have dealt with: from there on, there is no gap and nothing
        twice. With `wait` it goes on for ever, else it ends where the feed does now."""
        words = ",".join(kinds) if kinds is not None else None
        place = after
        seconds = WAIT if wait else None
        while True:
            page = self.get_feed(from_=place, kinds=words, wait=seconds, limit=limit)
            yield from page["events"]
            place = page["next"]
            if not wait and not page["more"]:
                return

    def batch(self, commands: Iterable[Mapping[str, Any]]) -> List[LineAnswer]:
        """Does many commands, each with its own `program`, `request_id` and `kind`; an answer for each, in order. They
        are not one transaction. A command without `request_id` gets one, the same for all tries."""
        lines = [{"request_id": str(uuid.uuid4()), **command} for command in commands]
        body = "".join(json.dumps(line) + "\n" for line in lines).encode()
        headers = {"Content-Type": "application/x-ndjson"}
        answer = self._send("batch", (), {}, body, headers, None, is_safe=True)
        return [json.loads(line) for line in answer.body.splitlines() if line.strip()]

    # --- what the operations are made of

    def _command(self, operation: str, path: Sequence[Any], body: Any, key: Optional[str], dry_run: bool) -> Any:
        key = key if key is not None else str(uuid.uuid4())
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        query = {"dry_run": True if dry_run else None}
        data = json.dumps(body if body is not None else {}).encode()
        return json.loads(self._send(operation, path, query, data, headers, key, is_safe=True).body)

    def _object(self, operation: str, path: Sequence[Any], query: Dict[str, Any], body: Any = None) -> Any:
        headers, data = {"Accept": "application/json"}, None
        if body is not None:
            headers["Content-Type"], data = "application/json", json.dumps(body).encode()
        is_look = OPERATIONS[operation][0] == "GET"
        return json.loads(self._send(operation, path, query, data, headers, None, is_safe=is_look).body)

    def _text(self, operation: str, path: Sequence[Any], query: Dict[str, Any]) -> str:
        return self._send(operation, path, query, None, {}, None, is_safe=True).body.decode()

    # --- sending

    def _send(
        self,
        operation: str,
        path: Sequence[Any],
        query: Dict[str, Any],
        body: Optional[bytes],
        headers: Dict[str, str],
        key: Optional[str],
        *,
        is_safe: bool,
    ) -> Answer:
        """Sends a call until it is answered. One that is not safe is sent again only where nothing was done."""
        method, pattern = OPERATIONS[operation]
        target = address_of(pattern, path, query)
        headers = {**headers, "Authorization": f"Bearer {self._token}"}
        until = time.monotonic() + self._patience
        tried = 0
        while True:
            tried += 1
            answer: Optional[Answer] = None
            try:
                answer = self._once(method, target, body, headers)
                why: AccrueError = problem_of(answer, key)
                if answer.status < 400:
                    return answer
                if answer.status not in AGAIN or not (is_safe or getattr(why, "code", "") == "busy"):
                    raise why
            except (OSError, http.client.HTTPException) as error:
                self.close()
                why = Unavailable(f"no answer: {error!r}", key)
                if not is_safe:
                    raise why from error
            pause = self._pause(answer, tried)
            if tried >= self._tries or time.monotonic() + pause > until:
                raise why
            time.sleep(pause)

    def _pause(self, answer: Optional[Answer], tried: int) -> float:
        """Seconds until the next try: as the server says, else longer each time, and never all clients at once."""
        said = answer.headers.get("retry-after", "") if answer else ""
        if said.isdigit():
            return float(said)
        return min(2.0, 0.05 * 2**tried) * random.uniform(0.5, 1.0)

    def _once(self, method: str, target: str, body: Optional[bytes], headers: Dict[str, str]) -> Answer:
        own = self._own
        if getattr(own, "connection", None) is None or time.monotonic() - own.used > IDLE_MAX:
            self.close()
            own.connection = self._connect()
        own.connection.request(method, target, body, headers)
        response = own.connection.getresponse()
        answer = Answer(
            response.status,
            {name.lower(): value for name, value in response.getheaders()},
            response.read(),
        )
        own.used = time.monotonic()
        if response.will_close:
            self.close()
        return answer

    def _connect(self) -> http.client.HTTPConnection:
        if self._is_tls:
            context = self._tls or ssl.create_default_context()
            return http.client.HTTPSConnection(self._host, self._port, timeout=self._timeout, context=context)
        return http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)


def address_of(pattern: str, path: Sequence[Any], query: Mapping[str, Any]) -> str:
    """The path and query of a call."""
    parts = iter(path)
    segments = [quote(str(next(parts)), safe="") if part.startswith("{") else part for part in split(pattern)]
    asked = {name: worded(value) for name, value in query.items() if value is not None}
    return "".join(segments) + (f"?{urlencode(asked)}" if asked else "")


def split(pattern: str) -> List[str]:
    """The pieces of a pattern: those between braces, and all others."""
    pieces: List[str] = []
    rest = pattern
    while rest:
        cut = rest.index("}") + 1 if rest.startswith("{") else (rest.find("{") if "{" in rest else len(rest))
        pieces.append(rest[:cut])
        rest = rest[cut:]
    return pieces


def worded(value: Any) -> str:
    """A value as a query says it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def problem_of(answer: Answer, key: Optional[str]) -> AccrueError:
    """The exception for an answer."""
    try:
        problem = json.loads(answer.body)
    except ValueError:
        problem = None
    if not isinstance(problem, dict) or "code" not in problem:
        # somebody between us and the server
        return Unavailable(f"answered {answer.status} without a problem", key)
    return PROBLEMS.get(problem["code"], Refused)(problem, key)
