#!/usr/bin/env python3
"""How fast the server is: tests/service_speed.py PATH_OF_ACCRUEDB [SECONDS] [ROW ...]. A table of what is wanted and found.

The generator runs on the same machine, in the same run; all of it talks to loopback only. It needs python3 and wrk
(Debian: apt-get install wrk). SECONDS is how long each measurement takes (default 10); without rows, all are measured.
The exit code is 1 where something is missed.
"""

import asyncio
import http.client
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

accruedb = Path(sys.argv[1]).resolve()
SECONDS = int(sys.argv[2]) if len(sys.argv) > 2 else 10
ROWS = sys.argv[3:]
MEMBERS = 100_000
# that a process has open at once, where it holds 11,000 connections
FILES = 12_000
found = []


def row(name, want, got, ok):
    found.append(ok)
    print(f"{'ok  ' if ok else 'MISS'} {name:<58} want {want:<24} got {got}", flush=True)


class Server:
    """A server over a new database in a folder of its own, with a program, a partner, and blocks for everything."""

    def __init__(self, work, *flags, name="db", fill=True):
        self.db = work / name
        started = time.monotonic()
        command = [accruedb, "--json", "serve", "--db", self.db, "--listen", "127.0.0.1:0", "--log", "off", *flags]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        said = json.loads(self.process.stdout.readline())
        self.address, self.token = said["address"], said["token"]
        self.port = int(self.address.rsplit(":", 1)[1])
        urllib.request.urlopen(self.address + "/readyz").read()
        self.ready_ms = (time.monotonic() - started) * 1000
        self.headers = {"Authorization": f"Bearer {self.token}"}
        if fill:
            self.fill()

    def fill(self):
        commands = [
            {"kind": "create_program", "request_id": "p", "enrolment": "on_first_accrual"},
            {"kind": "create_point_type", "request_id": "t", "point_type": 1,
             "expiry": {"kind": "after", "span": {"count": 1, "unit": "years"}}},
            {"kind": "create_partner", "request_id": "c", "partner": 1, "rates": {"1": "1"}},
            {"kind": "purchase_block", "request_id": "b", "partner": 1, "block": 1, "points": 10**15},
            {"kind": "approve_block", "request_id": "a", "partner": 1, "block": 1},
        ]
        lines = "".join(json.dumps({"program": 1, **command}) + "\n" for command in commands)
        assert all(status == 201 for status in self.batch(lines.encode())), "the set-up was refused"

    def batch(self, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.request("POST", "/v1/commands", body, {**self.headers, "Content-Type": "application/x-ndjson"})
        answers = connection.getresponse().read()
        connection.close()
        return [int(status) for status in re.findall(rb'"status":(\d+)\}?', answers)]

    def get(self, path):
        request = urllib.request.Request(self.address + path, None, self.headers)
        return urllib.request.urlopen(request).read().decode()

    def entries(self):
        return int(float(re.search(r"^accruedb_journal_entries (\S+)$", self.get("/metrics"), re.M).group(1)))

    def rss_mib(self):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=120)
        shutil.rmtree(self.db, ignore_errors=True)


POST = """
local token, run, thread = os.getenv("TOKEN"), os.getenv("RUN"), 0
function setup(t) t:set("id", thread); thread = thread + 1 end
local n = 0
function request()
  n = n + 1
  local member = (n * 7919 + id * 104729) % 100000
  return wrk.format("POST", "/v1/programs/1/accruals",
    {["authorization"] = "Bearer " .. token, ["content-type"] = "application/json",
     ["idempotency-key"] = string.format("%s-%x-%x", run, id, n)},
    string.format('{"member":"N%d","partner":1,"awards":[{"point_type":1,"points":150}]}', member))
end
"""
GET = """
local token, n = os.getenv("TOKEN"), 0
function request()
  n = n + 1
  return wrk.format("GET", "/v1/programs/1/members/N" .. ((n * 7919) % 100000), {["authorization"] = "Bearer " .. token})
end
"""
runs = 0


def wrk(server, script, connections, seconds=None):
    """Calls a second, their p50 and p99 in ms, and answers that were errors."""
    global runs
    runs += 1
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        threads = "1" if connections == 1 else "2"
        command = ["wrk", "-t", threads, "-c", str(connections), "-d", f"{seconds or SECONDS}s", "--latency",
                   "--timeout", "30s", "-s", file.name, server.address]
        environment = {**os.environ, "TOKEN": server.token, "RUN": f"r{runs}"}
        said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    number = lambda text: float(re.match(r"[\d.]+", text).group()) * {"us": 0.001, "ms": 1, "s": 1000}[text.lstrip("0123456789.")]
    rate = float(re.search(r"Requests/sec:\s+(\S+)", said).group(1))
    calls = int(re.search(r"(\d+) requests in", said).group(1))
    p50, p99 = (number(re.search(rf"\s{percent}%\s+(\S+)", said).group(1)) for percent in (50, 99))
    errors = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    return rate, p50, p99, calls, int(errors.group(1)) if errors else 0


def load(work, *flags):
    command = [accruedb, "load", "--json", "--db", work / "load", "--members", str(MEMBERS), "--partners", "1", *flags]
    said = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1])
    shutil.rmtree(work / "load", ignore_errors=True)
    return said


def batches(work):
    plain = load(work, "--accruals", "500000")["accruals_per_s"]
    server = Server(work)
    line = '{"kind":"accrue","program":1,"request_id":"B%d","member":"N%d","partner":1,"awards":[{"point_type":1,"points":150}]}\n'
    bodies = [
        "".join(line % (at, at * 7919 % MEMBERS) for at in range(first, first + 10_000)).encode()
        for first in range(0, 500_000, 10_000)
    ]
    lock, refused = threading.Lock(), []

    def send():
        while True:
            with lock:
                if not bodies:
                    return
                body = bodies.pop(0)
            refused.extend(status for status in server.batch(body) if status != 201)

    started = time.monotonic()
    senders = [threading.Thread(target=send) for _ in range(2)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    rate = 500_000 / (time.monotonic() - started)
    assert not refused, refused[:5]
    server.stop()
    row("batch over HTTP, of `accruedb load`", ">= 0.3 (aim 0.5)", f"{rate / plain:.2f} ({rate:,.0f} of {plain:,}/s)", rate >= 0.3 * plain)


def singles(work):
    alone = load(work, "--accruals", "200000", "--threads", "64", "--in-flight", "64")["accruals_per_s"]
    server = Server(work)
    wrk(server, POST, 64, 3)
    rate, p50, p99, _, errors = wrk(server, POST, 64)
    server.stop()
    row("singles over 64 connections, of 64 threads one at a time", ">= 0.4", f"{rate / alone:.2f} ({rate:,.0f} of {alone:,}/s)", rate >= 0.4 * alone and errors == 0)
    row("  p99", "< 10 ms", f"{p99:.2f} ms (p50 {p50:.2f})", p99 < 10)


def one(work):
    with open(work / "put", "wb", buffering=0) as file:
        times = []
        for _ in range(2000):
            started = time.perf_counter()
            file.write(b"x" * 300)
            os.fdatasync(file.fileno())
            times.append((time.perf_counter() - started) * 1000)
    bare = statistics.median(times)
    put = load(work, "--accruals", "3000", "--in-flight", "1")["p50_us"] / 1000
    server = Server(work)
    wrk(server, POST, 1, 2)
    _, p50, _, _, _ = wrk(server, POST, 1)
    server.stop()
    row("one connection, p50 more than the engine's synced put", "< 0.35 ms", f"{p50 - put:.3f} ms ({p50:.3f}; put {put:.3f}, bare write {bare:.3f})", p50 - put < 0.35)


def fill_members(server):
    line = '{"kind":"accrue","program":1,"request_id":"F%d","member":"N%d","awards":[{"point_type":1,"points":150}]}\n'
    for first in range(0, MEMBERS, 10_000):
        server.batch("".join(line % (at, at) for at in range(first, first + 10_000)).encode())


def reads(work):
    server = Server(work)
    fill_members(server)
    wrk(server, GET, 64, 2)
    rate, _, p99, _, errors = wrk(server, GET, 64)
    server.stop()
    row("balances read over 64 connections", ">= 40,000/s", f"{rate:,.0f}/s", rate >= 40_000 and errors == 0)
    row("  p99", "< 5 ms", f"{p99:.2f} ms", p99 < 5)


def export(work):
    server = Server(work)
    line = '{"kind":"accrue","program":1,"request_id":"X%d","member":"N%d","awards":[{"point_type":1,"points":150}]}\n'
    for first in range(0, 1_000_000, 10_000):
        server.batch("".join(line % (at, at % MEMBERS) for at in range(first, first + 10_000)).encode())
    before = wrk(server, POST, 64)[2]
    seen, stop = [0], threading.Event()

    def follow():
        while not stop.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
            connection.request("GET", "/v1/feed?from=0.0", None, {**server.headers, "Accept": "application/x-ndjson"})
            answer = connection.getresponse()
            while not stop.is_set():
                part = answer.read1(1 << 20)
                if not part:
                    break
                seen[0] += part.count(b"\n")
            connection.close()

    reader = threading.Thread(target=follow)
    reader.start()
    time.sleep(0.5)
    beside, rows = wrk(server, POST, 64)[2], seen[0]
    stop.set()
    reader.join()
    server.stop()
    row("singles' p99 beside an export of 1,000,000 rows", "at most double", f"{beside:.2f} of {before:.2f} ms ({rows:,} rows in {SECONDS} s)", beside <= 2 * before)


def overload(work):
    """More calls at once than threads and queue take: some are refused, at once, and what was answered is there."""
    server = Server(work, "--connections-max", "20000")
    wrk(server, POST, 64, 3)
    before = server.entries()
    connections = 4 * (1024 + 64)
    rate, _, _, calls, refused = wrk(server, POST, connections)
    done, now = calls - refused, server.entries() - before
    text = server.get("/metrics")
    server.stop()
    buckets = re.findall(r'^accruedb_refused_seconds_bucket\{le="([^"]+)"\} (\d+)$', text, re.M)
    total = int(buckets[-1][1]) if buckets else 0
    quick = max((int(count) for le, count in buckets if le != "+Inf" and float(le) <= 0.005), default=0)
    share = quick / total if total else 0
    row(f"overload, {connections:,} calls at once: 503 within 5 ms", ">= 0.99 of them", f"{share:.3f} of {refused:,} refused", refused > 0 and share >= 0.99)
    row("  nothing that was answered is lost", "none", f"{max(0, done - now):,} of {done:,} ({rate:,.0f} answers/s)", done <= now)


async def hold(server, slow, feeds, done):
    """Connections that send a byte a second, and feeds that wait."""
    head = f"Host: 127.0.0.1:{server.port}\r\nAuthorization: Bearer {server.token}\r\n"
    writers, failed = [], 0

    async def opened(text):
        nonlocal failed
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(text.encode())
            writers.append(writer)
        except OSError:
            failed += 1

    for first in range(0, feeds, 200):
        feed = f"GET /v1/feed?kinds=archive_source HTTP/1.1\r\n{head}Accept: text/event-stream\r\n\r\n"
        await asyncio.gather(*(opened(feed) for _ in range(min(200, feeds - first))))
    for first in range(0, slow, 200):
        await asyncio.gather(*(opened("GET /v1/programs HTTP/1.1\r\nX-Slow: ") for _ in range(min(200, slow - first))))
    done["opened"] = len(writers)
    while not done.get("stop"):
        await asyncio.sleep(1)
        for writer in writers[-slow:] if slow else []:
            if not writer.is_closing():
                writer.write(b"x")
    for writer in writers:
        writer.close()


def idle(work):
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if most != resource.RLIM_INFINITY and most < FILES:
        # who may, raises it; the server gets the same
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))
        except (ValueError, PermissionError):
            print(f"SKIPPED 1,000 slow connections and 10,000 idle feeds: {most:,} files may be open, {FILES:,} are needed (ulimit -Hn)")
            return
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, max(FILES, most)))
    server = Server(work, "--connections-max", "20000")
    wrk(server, POST, 64, 3)
    before = wrk(server, POST, 64)[2]
    done = {}
    holder = threading.Thread(target=lambda: asyncio.run(hold(server, 1_000, 10_000, done)))
    holder.start()
    while "opened" not in done and holder.is_alive():
        time.sleep(0.2)
    # the feeds are of what does not happen: they look at what does, and tell nothing
    beside = wrk(server, POST, 64, min(SECONDS, 8))[2]
    rss = server.rss_mib()
    done["stop"] = True
    holder.join()
    server.stop()
    row("p99 beside 1,000 slow connections and 10,000 idle feeds", "under double", f"{beside:.2f} of {before:.2f} ms ({done.get('opened', 0):,} held, {rss:.0f} MiB)", beside < 2 * before and done.get("opened", 0) == 11_000)


def start(work):
    times = []
    for at in range(5):
        server = Server(work, name=f"start{at}", fill=False)
        times.append(server.ready_ms)
        time.sleep(1)
        rss = server.rss_mib()
        server.stop()
    row("ready after start with an empty database", "<= 100 ms", f"{statistics.median(times):.0f} ms", statistics.median(times) <= 100)
    row("idle memory", "< 40 MiB", f"{rss:.0f} MiB", rss < 40)


ALL = {"start": start, "batch": batches, "singles": singles, "one": one, "reads": reads, "export": export, "overload": overload, "idle": idle}

if __name__ == "__main__":
    if not shutil.which("wrk"):
        sys.exit("SKIPPED service_speed: there is no wrk (Debian: apt-get install wrk)")
    for name in ROWS or ALL:
        with tempfile.TemporaryDirectory(prefix="accruedb-speed-", dir=os.environ.get("TMPDIR", "/tmp")) as folder:
            ALL[name](Path(folder))
    sys.exit(0 if all(found) else 1)
