"""A bad line between a client and a server: proxy.py PORT_OF_SERVER. Prints its own address.

`POST /__fates` says what becomes of the next calls, one word each: `busy` (503, again at once), `later` (503, again
after a second), `lost` (502 without a problem), `cut` (closed before the server saw it), `deaf` (the server did it, the
answer is lost), `ok`. Calls beyond the list are passed on. It also forgets the calls before. `GET /__tries` tells the
calls since: method, path, key.
"""

import http.client
import http.server
import json
import socket
import sys
import threading

SERVER = int(sys.argv[1])
BUSY = {"type": "/problems/busy", "title": "busy", "status": 503, "code": "busy", "detail": "no room"}
fates, tries, lock = [], [], threading.Lock()


class Line(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, *_):
        pass

    def answer(self, status, headers, body):
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def cut(self):
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def handle_any(self):
        length = int(self.headers.get("Content-Length", "0"))
        body = self.rfile.read(length)
        if self.path == "/__fates":
            with lock:
                fates[:], tries[:] = json.loads(body), []
            return self.answer(204, [], b"")
        if self.path == "/__tries":
            return self.answer(200, [], json.dumps(tries).encode())
        with lock:
            fate = fates.pop(0) if fates else "ok"
            tries.append({"method": self.command, "path": self.path, "key": self.headers.get("Idempotency-Key")})
        if fate in ("busy", "later"):
            problem = [("Content-Type", "application/problem+json"), ("Retry-After", "0" if fate == "busy" else "1")]
            return self.answer(503, problem, json.dumps(BUSY).encode())
        if fate == "lost":
            return self.answer(502, [("Content-Type", "text/html")], b"<h1>Bad gateway</h1>")
        if fate == "cut":
            return self.cut()
        server = http.client.HTTPConnection("127.0.0.1", SERVER, timeout=70)
        kept = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
        server.request(self.command, self.path, body or None, kept)
        response = server.getresponse()
        answered = response.read()
        if fate == "deaf":
            return self.cut()
        dropped = ("content-length", "connection", "transfer-encoding")
        headers = [(name, value) for name, value in response.getheaders() if name.lower() not in dropped]
        self.answer(response.status, headers, answered)

    do_GET = do_POST = handle_any


proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Line)
proxy.daemon_threads = True
print(f"http://127.0.0.1:{proxy.server_address[1]}", flush=True)
proxy.serve_forever()
