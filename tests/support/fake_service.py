"""A child process for the supervisor: an HTTP server whose start, answers and end are as the arguments say.

Stands for the app and for the genai server. What happens to it goes to ``--journal``, a line each, in one write.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--name", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--journal", type=Path, required=True)
    parser.add_argument("--startup", type=float, default=0, help="seconds of 503; below 0: for ever")
    parser.add_argument("--drain", type=float, default=0, help="seconds from SIGTERM to the end")
    parser.add_argument("--ignore-term", action="store_true")
    parser.add_argument("--exit-code", type=int, help="ends by itself with it, once it has started")
    parser.add_argument("--helper", action="store_true", help="starts a process that leads a session of its own")
    options = parser.parse_args()

    def note(what: str) -> None:
        with options.journal.open("a", encoding="utf-8") as journal:
            journal.write(f"{options.name} {what}\n")

    began = time.monotonic()
    terminated = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: note("ignores SIGTERM") if options.ignore_term else terminated.set())
    note(f"pid {os.getpid()}")
    note(f"environ {json.dumps(dict(os.environ))}")
    if options.helper:
        helper = subprocess.Popen(["sleep", "600"], start_new_session=True)
        note(f"helper {helper.pid}")
    if options.exit_code is not None:
        sys.exit(options.exit_code)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/slow":  # a request that SIGTERM finds in the middle
                note("request begun")
                terminated.wait(300)
                note("request answered")
            up = 0 <= options.startup <= time.monotonic() - began
            body = json.dumps({"data": [{"id": "the-model"}]}).encode()
            self.send_response(200 if up else 503)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", options.port), Handler)
    server.daemon_threads = False
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    note("listens")
    while not terminated.wait(0.05):
        pass
    note("SIGTERM")
    server.shutdown()
    terminated.clear()
    terminated.wait(options.drain)
    server.server_close()  # waits for requests under way
    note("ended")


if __name__ == "__main__":
    main()
