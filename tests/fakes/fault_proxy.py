"""An HTTP proxy before a real server that records requests and injects faults from a script."""

from __future__ import annotations

import contextlib
import http.client
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

Fault = Literal["500", "unknown_key", "reset", "corrupt", "truncate"]


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as it came over the wire; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    bytes: int


@dataclass
class FaultProxy:
    """Forwards to ``upstream`` (host, port). Each of ``faults`` meets one request, in order: of those with a body, or
    with one of ``methods``, and with ``at`` in the path.

    ``500``: an S3 error document; ``unknown_key``: the one for a key that the store does not know, with the key in
    it; ``reset``: the connection is reset after the body was read; ``corrupt``: a byte of the body is changed on its
    way; ``truncate``: half of the answer's body, then the end. ``take_down`` closes the port, ``bring_up`` opens the
    same one again. While it is ``silent``, requests are taken and never answered.
    """

    upstream: tuple[str, int]
    faults: list[Fault] = field(default_factory=list)
    methods: frozenset[str] = frozenset({"PUT", "POST"})
    at: str = ""
    seen: list[Seen] = field(default_factory=list)
    port: int = 0
    unanswered: list[Seen] = field(default_factory=list)
    silence_over: threading.Event | None = None
    _server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def up(self) -> bool:
        return self._server is not None

    def __enter__(self) -> FaultProxy:
        self.bring_up()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.take_down()

    def bring_up(self) -> None:
        self._server = _Server(("127.0.0.1", self.port), _handler(self))
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def take_down(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @contextmanager
    def silent(self) -> Iterator[list[Seen]]:
        """Gives the requests that come meanwhile."""
        self.unanswered, self.silence_over = [], threading.Event()
        try:
            yield self.unanswered
        finally:
            self.silence_over.set()
            self.silence_over = None

    def next_fault(self, method: str, path: str) -> Fault | None:
        return self.faults.pop(0) if self.faults and method in self.methods and self.at in path else None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        super().server_close()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no news here."""


def _handler(proxy: FaultProxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            seen = Seen(self.command, self.path, headers, len(body))
            proxy.seen.append(seen)
            if (over := proxy.silence_over) is not None:
                proxy.unanswered.append(seen)
                over.wait()
                self.close_connection = True
                return
            fault = proxy.next_fault(self.command, self.path)
            if fault == "reset":
                # Lingering for 0 seconds makes close() send RST.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
                self.connection.close()
                return
            if fault == "500":
                self._answer(500, {"Content-Type": "application/xml"}, b"<Error><Code>InternalError</Code></Error>")
                return
            if fault == "unknown_key":
                key = headers.get("authorization", "").partition("Credential=")[2].partition("/")[0]
                text = f"<Error><Code>InvalidAccessKeyId</Code><Message>{key} is unknown</Message></Error>"
                self._answer(403, {"Content-Type": "application/xml"}, text.encode())
                return
            if fault == "corrupt":
                body = bytes([body[0] ^ 1]) + body[1:]
            with contextlib.closing(http.client.HTTPConnection(*proxy.upstream, timeout=300)) as upstream:
                upstream.request(self.command, self.path, body, {**headers, "connection": "close"})
                answer = upstream.getresponse()
                content = answer.read()
            kept = {
                name: value
                for name, value in answer.getheaders()
                if name.lower() not in ("connection", "content-length", "transfer-encoding", "server", "date")
            }
            length = answer.getheader("Content-Length") if self.command == "HEAD" else None
            self._answer(answer.status, kept, content, length=length, cut=fault == "truncate")

        def _answer(
            self, status: int, headers: dict[str, str], body: bytes, *, length: str | None = None, cut: bool = False
        ) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", length or str(len(body)))
            self.end_headers()
            if cut:
                body = body[: len(body) // 2]
                self.close_connection = True
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = _forward

        def log_message(self, *_args: object) -> None:
            """The tests look at ``seen`` instead."""

    return Handler
