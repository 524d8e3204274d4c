"""One VLM backend behind its OpenAI API: sends a crop, returns the answer, classifies errors.

Errors of aiohttp and httpx are mapped here. BackendTrouble: another try may succeed. BackendRefused: it will not.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any

import aiohttp
import httpx
import msgspec
import numpy as np
from httpx_aiohttp import AiohttpTransport

from ocr_service.document import NO_USAGE, Crop, PageUsage
from ocr_service.errors import BackendRefused
from ocr_service.export.content_words import Confidences
from ocr_service.vlm.answer_text import printable, without_end_tokens
from ocr_service.vlm.token_confidence import token_texts, word_confidences

# uvicorn, under vLLM, closes an idle connection after 5 s; a request sent at that moment would be lost.
_KEEP_ALIVE_S = 4.0
_CONNECT_S = 5.0
_HEALTH_S = 5.0  # vLLM answers in milliseconds, unless its process is busy with images
_LONGEST_RETRY_AFTER_S = 60.0
_MOST_TOKENS = 1 << 31  # of one answer
_REPETITION, _LOGPROBS = "repetition_detection", "logprobs"
# Statuses below 500 after which another try may succeed: time-out, too early, too many requests.
_PASSING = frozenset({408, 425, 429})


class Trouble(StrEnum):
    """Kinds of failed requests, by what they say of the backend's health."""

    UNREACHABLE = "refused the connection"
    TIMEOUT = "did not answer in time"
    ERROR = "failed"
    BUSY = "is busy"
    STOPPED = "stopped before it answered"


class BackendTrouble(Exception):
    """A try without a usable answer. ``retry_after_s``: seconds of the server's Retry-After, 0 without one.

    ``outage``: the backend is down, which says nothing of the request; set by the scheduler.
    """

    def __init__(self, message: str, trouble: Trouble, *, retry_after_s: float = 0.0) -> None:
        super().__init__(message)
        self.trouble = trouble
        self.retry_after_s = retry_after_s
        self.outage = False


@dataclass(frozen=True, slots=True)
class Answer:
    """The model's text; ``finish_reason`` is ``stop``, ``length`` or ``repetition``. ``usage``: the tokens it took.

    ``confidence``: the mean probability of its tokens, 0 to 1; None where it was not asked for or not given.
    ``word_confidences``: the same for each of its ``content_words``; empty where it is not known.
    """

    text: str
    finish_reason: str | None
    usage: PageUsage = NO_USAGE
    confidence: float | None = None
    word_confidences: Confidences = ()


@dataclass(frozen=True, slots=True)
class Sampling:
    """Sampling parameters of one request. ``detect_repetition``: the server stops a loop early, where it can.

    ``confidence``: it tells the probability of each token, where it can.
    """

    max_tokens: int = 4096
    temperature: float = 0.0
    detect_repetition: bool = False
    confidence: bool = False

    @property
    def optional_fields(self) -> tuple[str, ...]:
        """Fields of the request that a server may not know."""
        return (_REPETITION,) * self.detect_repetition + (_LOGPROBS,) * self.confidence


# vLLM 0.17 and later: eight or more equal runs of up to 64 tokens end the answer with ``finish_reason`` "repetition".
_REPETITION_DETECTION = {"max_pattern_size": 64, "min_pattern_size": 2, "min_count": 8}


@asynccontextmanager
async def http_transport(connections: int) -> AsyncIterator[httpx.AsyncBaseTransport]:
    """The process's one pool of connections: httpx on aiohttp, as plain httpx costs fifteen times the CPU.

    Requests go to the transport itself: cookies, redirects and authentication, for which httpx has a client around it,
    are not wanted here, and cost a fifth of the CPU of a request (10.3 against 8.2 ms for the 15 of a page).
    """

    def session() -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(limit=connections, keepalive_timeout=_KEEP_ALIVE_S)
        return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

    async with AiohttpTransport(client=session) as transport:
        yield transport


class Backend:
    """One server. ``url`` is the base that ends in ``/v1``; ``timeout_s`` bounds a whole call, answer included."""

    def __init__(
        self, url: str, transport: httpx.AsyncBaseTransport, *, api_key: str = "", timeout_s: float = 120.0
    ) -> None:
        self.url = url
        self._transport = transport
        self._chat_url = httpx.URL(f"{url}/chat/completions")
        self._headers = {"Content-Type": "application/json"} | (
            {"Authorization": f"Bearer {api_key}"} if api_key else {}
        )
        self._timeout_s = timeout_s
        self._extensions = {"timeout": httpx.Timeout(timeout_s, connect=min(_CONNECT_S, timeout_s)).as_dict()}
        self._health_url = httpx.URL(f"{url.removesuffix('/v1')}/health")
        self._model: str | None = None
        self._reading_model = asyncio.Lock()
        self._unknown_fields: set[str] = set()

    def __str__(self) -> str:
        return self.url

    @property
    def model(self) -> str | None:
        """The model's name from ``/models``; None before ``read_model``."""
        return self._model

    async def read_model(self) -> None:
        """Reads the model's name from ``/models``: a restarted server may serve another one. Raises as ``ask`` does."""
        request = httpx.Request("GET", f"{self.url}/models", headers=self._headers, extensions=self._extensions)
        match _json(await self._send(request), self.url):
            case {"data": [{"id": str(name)}, *_]}:
                self._model = name
            case _:
                raise BackendTrouble(f"{self.url}/models names no model", Trouble.ERROR)

    async def check_health(self) -> None:
        """Asks ``/health``. Raises BackendTrouble when the server is stopping, dead, or silent for 5 seconds.

        vLLM answers 503 while it drains and after its engine died. Servers without the path answer 404: they are alive.
        """
        request = httpx.Request("GET", self._health_url, headers=self._headers, extensions=self._extensions)
        try:
            await self._send(request, min(_HEALTH_S, self._timeout_s))
        except BackendRefused:
            return

    async def ask(self, crop: Crop, sampling: Sampling) -> Answer:
        """Sends the crop with its prompt. Raises BackendTrouble where a retry may succeed, else BackendRefused."""
        if self._model is None:
            async with self._reading_model:
                if self._model is None:
                    await self.read_model()
        understood = self._understood(sampling)
        body = chat_body(self._model, crop, understood)
        request = httpx.Request(
            "POST", self._chat_url, content=body, headers=self._headers, extensions=self._extensions
        )
        try:
            response = await self._send(request, optional=understood.optional_fields)
        except _UnknownField as unknown:
            self._unknown_fields.add(unknown.field)
            return await self.ask(crop, sampling)
        return _answer(response, self.url)

    def _understood(self, sampling: Sampling) -> Sampling:
        """``sampling`` without what the server does not take."""
        return replace(
            sampling,
            detect_repetition=sampling.detect_repetition and _REPETITION not in self._unknown_fields,
            confidence=sampling.confidence and _LOGPROBS not in self._unknown_fields,
        )

    async def _send(
        self, request: httpx.Request, timeout_s: float | None = None, optional: Sequence[str] = ()
    ) -> httpx.Response:
        """``optional``: fields of the request that a server may not know. Raises _UnknownField where it says so."""
        with _http_errors(self.url):
            async with asyncio.timeout(timeout_s or self._timeout_s):
                response = await self._transport.handle_async_request(request)
                async with aclosing(response):
                    await response.aread()
        if response.status_code != 200:
            self._raise_for(response, optional)
        return response

    def _raise_for(self, response: httpx.Response, optional: Sequence[str]) -> None:
        status, said = response.status_code, _error_message(response)
        if status >= 500 or status in _PASSING:
            trouble = Trouble.BUSY if status == 429 else Trouble.ERROR
            raise BackendTrouble(
                f"{self.url} answered {status}: {said}", trouble, retry_after_s=_retry_after(response.headers)
            )
        if status in (401, 403):
            raise KeyRejected(f"VLM backend {self.url} rejected VLLM_API_KEY ({status}): {said}")
        if status == 404:
            self._model = None  # another model may be served by now
            raise BackendRefused(f"{self.url} answered 404: {said}. Check that VLLM_URL is the base of an OpenAI API")
        for field in optional if status == 400 else ():
            if field in said:
                raise _UnknownField(field)
        raise BackendRefused.answered(self.url, status, said)


class KeyRejected(BackendRefused):
    """401 or 403: no request will be answered until VLLM_API_KEY is right."""


class _UnknownField(Exception):
    """The server does not take a field that requests can do without."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def chat_body(model: str | None, crop: Crop, sampling: Sampling) -> bytes:
    """The body of ``/chat/completions``, joined by hand: to encode 50 KB of base64 as JSON costs ten times the rest."""
    options: dict[str, Any] = {
        "temperature": sampling.temperature,
        "max_completion_tokens": sampling.max_tokens,
        "max_tokens": sampling.max_tokens,  # llama.cpp and MLX know only this name; vLLM takes the other
        "skip_special_tokens": not crop.special_tokens,
    }
    if sampling.detect_repetition:
        options[_REPETITION] = _REPETITION_DETECTION
    if sampling.confidence:
        options[_LOGPROBS] = True
    return b"".join(
        (
            b'{"model":',
            json.dumps(model).encode(),
            b',"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/jpeg;base64,',
            crop.jpeg_base64,
            b'"}},{"type":"text","text":',
            json.dumps(crop.prompt).encode(),
            b"}]}],",
            json.dumps(options).encode()[1:],
        )
    )


@contextmanager
def _http_errors(url: str) -> Iterator[None]:
    try:
        yield
    except (TimeoutError, httpx.HTTPError, aiohttp.ClientError) as error:
        # httpx-aiohttp 0.2 calls a refused and a lost connection ConnectTimeout, too: its cause tells them apart.
        # Our own time-out has a cause as well, the cancellation that it made.
        match error if isinstance(error, TimeoutError) else error.__cause__ or error:
            case httpx.ConnectError() | aiohttp.ClientConnectorError():
                raise BackendTrouble(f"{url} refused the connection", Trouble.UNREACHABLE) from error
            case TimeoutError() | httpx.TimeoutException():
                raise BackendTrouble(f"{url} did not answer in time", Trouble.TIMEOUT) from error
            case _:
                raise BackendTrouble(f"{url} dropped the connection", Trouble.ERROR) from error


def _json(response: httpx.Response, url: str) -> Any:
    try:
        return json.loads(response.content)
    except ValueError as error:
        raise BackendTrouble(f"{url} answered 200 with a body that is not JSON", Trouble.ERROR) from error


class _Token(msgspec.Struct, gc=False):
    token: str
    logprob: float


class _Logprobs(msgspec.Struct):
    content: list[_Token] | None = None


class _Message(msgspec.Struct):
    content: str | None


class _Choice(msgspec.Struct):
    message: _Message
    finish_reason: str | None
    logprobs: _Logprobs | None = None


class _Completion(msgspec.Struct):
    choices: list[_Choice]
    usage: Any = None


_COMPLETION = msgspec.json.Decoder(_Completion)


def _answer(response: httpx.Response, url: str) -> Answer:
    """The quick way is for what vLLM sends: with ``logprobs`` 10 KB more, of which ``bytes`` are mostly not needed.

    What msgspec refuses and servers send (lone surrogates, ``-Infinity``, tokens without a probability) is left to
    json, as are characters that are parted between tokens.
    """
    with suppress(msgspec.DecodeError):
        completion = _COMPLETION.decode(response.content)
        if completion.choices:
            choice = completion.choices[0]
            tokens = choice.logprobs.content if choice.logprobs is not None else None
            texts = [token.token for token in tokens or ()]
            if "\ufffd" not in "".join(texts):
                return _told(
                    choice.message.content,
                    choice.finish_reason,
                    completion.usage,
                    texts,
                    [token.logprob for token in tokens or ()],
                )
    match _json(response, url):
        case {
            "choices": [
                {"message": {"content": str() | None as text}, "finish_reason": str() | None as reason} as choice,
                *_,
            ],
            **rest,
        }:
            told = list(_tokens(choice.get(_LOGPROBS)))
            texts = token_texts([(token, given) for token, _, given in told])
            return _told(text, reason, rest.get("usage"), texts, [logprob for _, logprob, _ in told])
    raise BackendTrouble(f"{url} answered 200 without a chat message", Trouble.ERROR)


def _told(text: str | None, reason: str | None, usage: Any, tokens: Sequence[str], logprobs: Sequence[float]) -> Answer:
    said = without_end_tokens(printable(text or ""))
    if not tokens:
        return Answer(said, reason, _usage(usage))
    probabilities = np.exp(np.minimum(np.array(logprobs, np.float64), 0.0))
    confidence = round(float(probabilities.sum()) / len(tokens), 3)
    return Answer(said, reason, _usage(usage), confidence, word_confidences(said, tokens, probabilities))


def _tokens(logprobs: Any) -> Iterator[tuple[str, float, Any]]:
    """The text, the logarithmic probability and the bytes of each token that has a probability."""
    match logprobs:
        case {"content": [*tokens]}:
            for token in tokens:
                match token:
                    case {"logprob": int() | float() as logprob} if logprob <= 0:
                        text = token.get("token")
                        yield text if isinstance(text, str) else "\ufffd", logprob, token.get("bytes")


def _usage(usage: Any) -> PageUsage:
    """The tokens that the server counted; none where it does not say, or says what cannot be."""
    match usage:
        case {"prompt_tokens": int() as prompt, "completion_tokens": int() as completion} if (
            0 <= prompt < _MOST_TOKENS and 0 <= completion < _MOST_TOKENS
        ):
            return PageUsage(prompt, completion)
    return NO_USAGE


def _error_message(response: httpx.Response) -> str:
    """The message of an error body; the ``error`` of vLLM is an object, but a bare string with 401."""
    try:
        body = json.loads(response.content)
    except ValueError:
        return response.text[:200]
    match body:
        case {"error": {"message": message}} | {"error": str(message)} | {"message": message} | {"detail": message}:
            return str(message)[:500]
    return str(body)[:200]


def _retry_after(headers: Mapping[str, str]) -> float:
    """Seconds, from either form of Retry-After (RFC 9110, 10.2.3); 0 when there is none or it makes no sense."""
    value = headers.get("Retry-After", "")
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):
            return 0.0
    return min(max(seconds, 0.0), _LONGEST_RETRY_AFTER_S)
