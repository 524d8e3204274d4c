"""A vLLM on a real socket that follows a script: it answers as vLLM 0.32 does, or late, wrong or not at all."""

from __future__ import annotations

import asyncio
import base64
import json
import math
import re
import socket
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, MutableMapping, MutableSequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NoReturn

import uvicorn

from tests.support.running import PATIENCE_S, free_port

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


@dataclass(frozen=True)
class Reply:
    """What the fake does with a request: an answer, an error, or a fault. ``finish_reason`` goes with ``text``.

    ``probability``: of each token, told where the request asks for ``logprobs``; ``probabilities``: of the tokens of
    some words.
    """

    text: str | None = "read"
    finish_reason: str = "stop"
    usage: tuple[int, int] | None = None  # prompt and completion tokens
    probability: float = 1.0
    probabilities: tuple[tuple[str, float], ...] = ()
    status: int = 200
    error: Any = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    reset: bool = False
    hang: bool = False
    delay_s: float = 0.0
    hold: threading.Event | None = None
    after_s: float = 0.0


def failure(status: int, message: str = "scripted", **headers: str) -> Reply:
    """An error with vLLM's body; 401 has a bare string in it, as the real server does."""
    error: Any = {"message": message, "type": "Error", "param": None, "code": status}
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Reply(status=status, error="Unauthorized" if status == 401 else error, headers=named)


@dataclass(frozen=True)
class Asked:
    """One chat request as it arrived."""

    prompt: str
    jpeg: bytes
    body: dict[str, Any]
    authorization: str | None


@dataclass
class FakeVllm:
    """``script`` holds the replies of the next chats in order of arrival; when it is empty, ``then`` answers.

    ``answer`` may choose the reply by the request instead. The counters are the server's own view.
    """

    model: str = "PaddleOCR-VL-1.6-0.9B"
    script: deque[Reply] = field(default_factory=deque)
    then: Reply = field(default_factory=Reply)
    answer: Callable[[Asked], Reply | None] = lambda asked: None
    asked: MutableSequence[Asked] = field(default_factory=list)
    in_flight: int = 0
    peak_in_flight: int = 0
    aborted: int = 0
    health_status: int = 200
    on_health: Callable[[], object] = lambda: None
    port: int = 0
    host: str = "127.0.0.1"
    changed: threading.Condition = field(default_factory=threading.Condition)
    _frozen: bool = field(default=False, init=False, repr=False)
    _server: uvicorn.Server = field(init=False, repr=False)
    _thread: threading.Thread = field(init=False, repr=False)

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}/v1"

    def wait_until(self, condition: Callable[[FakeVllm], bool], timeout_s: float = PATIENCE_S) -> None:
        """Blocks the calling thread until the condition holds; AssertionError when it does not in time."""
        with self.changed:
            assert self.changed.wait_for(lambda: condition(self), timeout_s), "the fake vLLM never came to that"

    async def until(self, condition: Callable[[FakeVllm], bool], timeout_s: float = PATIENCE_S) -> None:
        """The same for a coroutine."""
        await asyncio.to_thread(self.wait_until, condition, timeout_s)

    @contextmanager
    def running(self, port: int = 0) -> Iterator[FakeVllm]:
        """Serves on ``host`` in a thread; on leaving, connections are dropped and then refused."""
        listener = socket.create_server((self.host, port or free_port()))
        self.port = listener.getsockname()[1]
        self._frozen = False
        config = uvicorn.Config(
            self, log_level="critical", access_log=False, lifespan="off", timeout_graceful_shutdown=0
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listener]}, daemon=True)
        self._thread.start()
        try:
            yield self
        finally:
            self.stop()

    def stop(self) -> None:
        """Dies: open connections are dropped, new ones refused."""
        self._server.force_exit = self._server.should_exit = True
        self._thread.join(PATIENCE_S)

    def freeze(self) -> None:
        """Stops as vLLM does on SIGTERM: new connections are refused, idle ones closed, open requests left alone."""
        listening = self._server.servers[0]
        frozen = threading.Event()

        def close() -> None:
            self._frozen = True
            listening.close()
            for connection in list(self._server.server_state.connections):
                connection.shutdown()
            frozen.set()

        listening.get_loop().call_soon_threadsafe(close)
        assert frozen.wait(PATIENCE_S)

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        body = b""
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        if self._frozen:  # the server did not know this connection yet when it froze
            await _drop(send)
        match scope["method"], scope["path"]:
            case "GET", "/health":
                self.on_health()
                await _send(send, self.health_status, b"")
            case "GET", "/v1/models":
                await _send(send, 200, _dump({"object": "list", "data": [{"id": self.model, "object": "model"}]}))
            case "POST", "/v1/chat/completions":
                await self._chat(dict(scope["headers"]), body, receive, send)
            case _:
                await _send(send, 404, _dump({"detail": "Not Found"}))

    async def _chat(self, headers: dict[bytes, bytes], body: bytes, receive: Receive, send: Send) -> None:
        asked = _asked(headers, body)
        reply = self.answer(asked) or (self.script.popleft() if self.script else self.then)
        if asked.body["model"] != self.model:
            reply = failure(404, f"The model `{asked.body['model']}` does not exist.")
        with self.changed:
            self.asked.append(asked)
            self.in_flight += 1
            self.peak_in_flight = max(self.peak_in_flight, self.in_flight)
            self.changed.notify_all()
        waiting = asyncio.ensure_future(_delay(reply))
        gone = asyncio.ensure_future(_disconnected(receive))
        await asyncio.wait({waiting, gone}, return_when=asyncio.FIRST_COMPLETED)
        gone.cancel()
        with self.changed:  # before the answer is sent: the client's next request may come at once
            self.aborted += not waiting.done()
            self.in_flight -= 1
            self.changed.notify_all()
        if waiting.done():
            await self._reply(reply, asked, send)
        waiting.cancel()

    async def _reply(self, reply: Reply, asked: Asked, send: Send) -> None:
        if reply.reset:
            await _drop(send)
        if reply.body is not None:
            await _send(send, 200, reply.body)
        elif reply.status != 200:
            named = [(name.lower().encode(), value.encode()) for name, value in reply.headers]
            await _send(send, reply.status, _dump({"error": reply.error}), named)
        else:
            message = {"role": "assistant", "content": reply.text}
            logprobs = _logprobs(reply) if asked.body.get("logprobs") else None
            choice = {"index": 0, "message": message, "logprobs": logprobs, "finish_reason": reply.finish_reason}
            completion: dict[str, Any] = {"id": "chatcmpl-1", "object": "chat.completion", "choices": [choice]}
            if reply.usage is not None:
                completion["usage"] = dict(zip(("prompt_tokens", "completion_tokens"), reply.usage, strict=True))
            await _send(send, 200, _dump(completion))


_WORD = re.compile(r"\s*(?:<[^<>]*>|(?:(?!<[^<>]*>)\S)+)|\s+")
_TOKEN = re.compile("[\U00010000-\U0010ffff]|<[^<>]*>|\\s*[^\\s\U00010000-\U0010ffff]{0,4}", re.DOTALL)


def _logprobs(reply: Reply) -> dict[str, Any]:
    """As vLLM writes them: one entry a token, of up to four characters with the space before them, and the end token.

    Each token is decoded by itself: of a sign beyond U+FFFF, here of two tokens, each becomes U+FFFD.
    """
    unsure = dict(reply.probabilities)
    entries: list[dict[str, Any]] = []
    for word in _WORD.findall(reply.text or ""):
        logprob = math.log(unsure.get(word.strip(), reply.probability))
        for token in filter(None, _TOKEN.findall(word)):
            entries += [_entry("\ufffd", logprob)] * 2 if token > "\uffff" else [_entry(token, logprob)]
    return {"content": [*entries, _entry("</s>", math.log(reply.probability))] if entries else []}


def _entry(token: str, logprob: float) -> dict[str, Any]:
    return {"token": token, "logprob": logprob, "bytes": [*token.encode()], "top_logprobs": []}


def _asked(headers: dict[bytes, bytes], body: bytes) -> Asked:
    request = json.loads(body)
    image, text = request["messages"][0]["content"]
    key = headers.get(b"authorization")
    return Asked(
        prompt=text["text"],
        jpeg=base64.b64decode(image["image_url"]["url"].removeprefix("data:image/jpeg;base64,"), validate=True),
        body=request,
        authorization=key.decode() if key else None,
    )


async def _delay(reply: Reply) -> None:
    await asyncio.sleep(reply.delay_s)
    if reply.hold is not None:
        # As long as the test wants, however busy the machine; a client that goes ends it.
        while not reply.hold.is_set():  # noqa: ASYNC110  the event belongs to the test's thread
            await asyncio.sleep(0.02)
    if reply.after_s:
        await asyncio.sleep(reply.after_s)
    if reply.hang:
        await asyncio.Event().wait()


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _drop(send: Send) -> NoReturn:
    """Closes the connection in the middle of an answer, as uvicorn does when its application fails."""
    await _start(send, 200, [(b"content-length", b"1000")])
    await send({"type": "http.response.body", "body": b'{"id":', "more_body": True})
    raise ConnectionResetError


async def _start(send: Send, status: int, headers: list[tuple[bytes, bytes]]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})


async def _send(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]] | None = None) -> None:
    length = (b"content-length", str(len(body)).encode())
    await _start(send, status, [(b"content-type", b"application/json"), length, *(headers or [])])
    await send({"type": "http.response.body", "body": body})


def _dump(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
