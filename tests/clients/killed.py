"""`kill -9` of a server and of a reader of its feed, again and again: killed.py PATH_OF_ACCRUEDB ROUNDS [SEED].

Writers send commands all the time and keep what was answered. In every round the server or the reader is killed at some
moment and started again. At the end: every answered command is there, once, with the receipt that was answered; a
repeated key gets the first receipt; what the reader kept is the whole feed, without a gap and with nothing twice.
"""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from accruedb import AccrueError, Client

WRITERS = 4
PAUSE = (0.05, 0.6)


def read_on(address, token, file):
    """Reads the feed from the last event in the file on, for ever. A last line that was torn is cut off."""
    kept = Path(file).read_bytes() if os.path.exists(file) else b""
    whole = kept[: kept.rfind(b"\n") + 1]
    with open(file, "r+b" if kept else "wb") as lines:
        lines.truncate(len(whole))
        lines.seek(len(whole))
        last = whole.splitlines()[-1].decode() if whole else None
        client = Client(address, token, tries=10_000, patience=600)
        for event in client.events(after=last, wait=True, limit=7):
            lines.write(event["id"].encode() + b"\n")
            lines.flush()


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Server:
    def __init__(self, accruedb, work):
        self.command = [accruedb, "--json", "serve", "--db", f"{work}/db", "--tokens", f"{work}/tokens.json", "--log", "off"]
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.errors = open(f"{work}/errors", "ab")
        self.start()

    def start(self):
        listen = ["--listen", f"127.0.0.1:{self.port}"]
        self.process = subprocess.Popen(self.command + listen, stdout=subprocess.PIPE, stderr=self.errors)
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"the server did not start: {Path(self.errors.name).read_text()}")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()


class Writer(threading.Thread):
    def __init__(self, number, address, token):
        super().__init__(daemon=True)
        self.number, self.client, self.is_over = number, Client(address, token, tries=10_000, patience=600), False
        self.answered = {}
        self.replays = 0
        self.wrong = []

    def accrue(self, count):
        award = {"point_type": 1, "points": count % 100 + 1}
        body = {"member": f"M{self.number}", "awards": [award]}
        return self.client.accrue(1, body, key=f"w{self.number}-{count}")

    def run(self):
        count = 0
        while not self.is_over:
            count += 1
            try:
                receipt = self.accrue(count)
                self.answered[count] = receipt["sequence"]
                self.replays += receipt["replayed"]
                if count % 10 == 0:
                    # an old key gets the first receipt
                    old = random.randint(1, count - 1)
                    again = self.accrue(old)
                    if not again["replayed"] or again["sequence"] != self.answered[old]:
                        self.wrong.append((old, again["sequence"]))
            except AccrueError as error:
                self.wrong.append((count, repr(error)))


def start_reader(address, token, file):
    return subprocess.Popen([sys.executable, __file__, "--read", address, token, file])


def main(accruedb, rounds, seed):
    random.seed(seed)
    work = tempfile.mkdtemp()
    scopes = [word for scope in ("catalog", "post", "read", "feed") for word in ("--scope", scope)]
    made = [accruedb, "--json", "token", "new", "--file", f"{work}/tokens.json", "all", *scopes]
    token = json.loads(subprocess.run(made, check=True, capture_output=True, text=True).stdout)["token"]
    server = Server(accruedb, work)
    client = Client(server.address, token, tries=10_000, patience=600)
    client.create_program(1, {"enrolment": "on_first_accrual"})
    client.create_point_type(1, {"point_type": 1})
    kept = f"{work}/kept"
    reader = start_reader(server.address, token, kept)
    writers = [Writer(number, server.address, token) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    try:
        for _ in range(rounds):
            time.sleep(random.uniform(*PAUSE))
            server.kill()
            server.start()
            time.sleep(random.uniform(*PAUSE) / 4)
            reader.kill()
            reader.wait()
            reader = start_reader(server.address, token, kept)
        for writer in writers:
            writer.is_over = True
        for writer in writers:
            writer.join(60)
        problems = check(client, writers, kept)
    finally:
        reader.kill()
        server.kill()
    answered = sum(len(writer.answered) for writer in writers)
    replays = sum(writer.replays for writer in writers)
    for problem in problems:
        print(problem)
    print(f"killed: {rounds} rounds (seed {seed}), {answered} answered, {replays} of them as a repetition, {len(problems)} problems")
    return 1 if problems else 0


def check(client, writers, kept):
    problems = [f"writer {writer.number}: {wrong}" for writer in writers for wrong in writer.wrong]
    feed = [event["id"] for event in client.events()]
    by_key = {event["request_id"]: int(event["id"].split(".")[0]) for event in client.events(kinds=["granted"])}
    for writer in writers:
        for count, sequence in writer.answered.items():
            if by_key.get(f"w{writer.number}-{count}") != sequence:
                problems.append(f"w{writer.number}-{count} was answered as {sequence} and is not there")
        total = sum(count % 100 + 1 for count in writer.answered)
        [balance] = client.get_member(1, f"M{writer.number}")["balances"]
        if balance["available"] != total:
            problems.append(f"M{writer.number} has {balance['available']} points, expected {total}")
    until = time.monotonic() + 30
    read = []
    while read != feed and time.monotonic() < until:
        time.sleep(0.2)
        read = Path(kept).read_text().split("\n")[:-1]
    if read != feed:
        place = next((at for at, (a, b) in enumerate(zip(read, feed)) if a != b), min(len(read), len(feed)))
        problems.append(f"the reader kept {len(read)} of {len(feed)} events, and differs from event {place} on")
    return problems


if sys.argv[1] == "--read":
    read_on(*sys.argv[2:5])
else:
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1 << 32)
    sys.exit(main(sys.argv[1], int(sys.argv[2]), seed))
