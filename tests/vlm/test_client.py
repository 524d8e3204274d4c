"""One backend over real HTTP: what is sent, and how errors are classified."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from ocr_service.document import Crop
from ocr_service.errors import BackendRefused
from ocr_service.vlm.client import (
    Answer,
    Backend,
    BackendTrouble,
    KeyRejected,
    Sampling,
    Trouble,
    chat_body,
    http_transport,
)
from tests.fakes.vllm import Asked, FakeVllm, Reply, failure
from tests.support.backends import CROP

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def backend(url: str, *, timeout_s: float = 60.0, key: str = "") -> AsyncIterator[Backend]:
    async with http_transport(connections=4) as transport:
        yield Backend(url, transport, api_key=key, timeout_s=timeout_s)


def test_the_body_is_json_with_the_picture_in_it() -> None:
    body = json.loads(chat_body("model", CROP, Sampling(64, 0.3, detect_repetition=True)))
    image, text = body["messages"][0]["content"]
    assert image["image_url"]["url"] == "data:image/jpeg;base64,/9j/4AAQ"
    assert (text["text"], body["model"], body["temperature"]) == ("OCR:", "model", 0.3)
    assert (body["max_tokens"], body["max_completion_tokens"], body["skip_special_tokens"]) == (64, 64, True)
    assert body["repetition_detection"]["min_count"] == 8


def test_special_tokens_stay_where_the_answer_is_made_of_them() -> None:
    crop = Crop("Spotting:", b"", b"", special_tokens=True)
    assert json.loads(chat_body("model", crop, Sampling()))["skip_special_tokens"] is False


async def test_an_answer_has_its_text_and_reason(fake: FakeVllm) -> None:
    fake.then = Reply(text="words", finish_reason="length")
    async with backend(fake.url) as vlm:
        assert await vlm.ask(CROP, Sampling()) == Answer("words", "length")
        assert vlm.model == fake.model


async def test_the_confidence_of_an_answer_is_the_mean_probability_of_its_tokens(fake: FakeVllm) -> None:
    fake.then = Reply(text="two words", probability=0.75)
    async with backend(fake.url) as vlm:
        answer = await vlm.ask(CROP, Sampling(confidence=True))
        assert (answer.confidence, answer.word_confidences) == (0.75, (0.75, 0.75))
        assert await vlm.ask(CROP, Sampling()) == Answer("two words", "stop")
    assert [asked.body.get("logprobs") for asked in fake.asked] == [True, None]


async def test_each_word_of_an_answer_has_the_mean_probability_of_its_own_tokens(fake: FakeVllm) -> None:
    fake.then = Reply(text="Договор № 𝟕𝟕 от\n5 мая", probabilities=(("№", 0.5), ("𝟕𝟕", 0.25), ("мая", 0.125)))
    async with backend(fake.url) as vlm:
        answer = await vlm.ask(CROP, Sampling(confidence=True))
    assert answer.word_confidences == (1.0, 0.5, 0.25, 1.0, 1.0, 0.125)


async def test_a_character_in_the_bytes_of_several_tokens_is_put_together(fake: FakeVllm) -> None:
    """As llama.cpp writes them: the text of a token that is a part of a character is U+FFFD, its bytes are right."""
    told = [(" ж", b" \xd0"), ("\ufffd", b"\xb6"), ("\ufffd", b"\xd1"), ("\ufffd", b"\x8f"), (" end", b" end")]
    tokens = [
        {"token": token, "bytes": list(given), "logprob": -float(place)} for place, (token, given) in enumerate(told)
    ]
    choice = {"message": {"content": " жя end"}, "finish_reason": "stop", "logprobs": {"content": tokens}}
    fake.then = Reply(body=json.dumps({"choices": [choice]}).encode())
    async with backend(fake.url) as vlm:
        answer = await vlm.ask(CROP, Sampling(confidence=True))
    assert answer.word_confidences == (0.388, 0.018)  # the means of e^0 to e^-3, and e^-4


@pytest.mark.parametrize(
    ("logprobs", "confidence"),
    [
        ('{"content": [{"logprob": 0.0}, {"logprob": -Infinity}]}', 0.5),
        ('{"content": [{"logprob": NaN}, {"token": "a"}, "b"]}', None),
        ('{"content": []}', None),
        ('{"tokens": ["a"]}', None),
        ("null", None),
    ],
)
async def test_probabilities_in_other_shapes_cost_no_answer(
    fake: FakeVllm, logprobs: str, confidence: float | None
) -> None:
    choice = f'{{"message": {{"content": "wo\\ud800rd"}}, "finish_reason": "stop", "logprobs": {logprobs}}}'
    fake.then = Reply(body=f'{{"choices": [{choice}]}}'.encode())
    async with backend(fake.url) as vlm:
        answer = await vlm.ask(CROP, Sampling(confidence=True))
        assert (answer.text, answer.finish_reason, answer.confidence) == ("word", "stop", confidence)
        assert answer.word_confidences == (() if confidence is None else (confidence,))


async def test_a_server_that_does_not_know_an_optional_field_is_asked_without_it(fake: FakeVllm) -> None:
    def refuse(asked: Asked) -> Reply | None:
        return failure(400, "Unrecognized argument: logprobs") if "logprobs" in asked.body else None

    fake.answer = refuse
    async with backend(fake.url) as vlm:  # several at once: each of them is refused before the backend knows better
        answers = await asyncio.gather(*(vlm.ask(CROP, Sampling(confidence=True)) for _ in range(4)))
        assert answers == [Answer("read", "stop")] * 4
        before = len(fake.asked)
        assert await vlm.ask(CROP, Sampling(confidence=True)) == Answer("read", "stop")
        assert len(fake.asked) == before + 1


@pytest.mark.parametrize(
    ("reply", "trouble"),
    [
        (failure(500), Trouble.ERROR),
        (failure(503), Trouble.ERROR),
        (failure(429), Trouble.BUSY),
        (failure(408), Trouble.ERROR),
        (Reply(reset=True), Trouble.ERROR),
        (Reply(body=b"<html>"), Trouble.ERROR),
        (Reply(body=b'{"choices": []}'), Trouble.ERROR),
    ],
)
async def test_what_another_try_may_mend_is_trouble(fake: FakeVllm, reply: Reply, trouble: Trouble) -> None:
    fake.then = reply
    async with backend(fake.url) as vlm:
        with pytest.raises(BackendTrouble) as raised:
            await vlm.ask(CROP, Sampling())
    assert raised.value.trouble is trouble


async def test_a_refused_connection_and_a_late_answer_are_told_apart(fake: FakeVllm) -> None:
    with FakeVllm().running() as stopped:
        gone = stopped.url
    async with backend(gone) as vlm:
        with pytest.raises(BackendTrouble) as refused:
            await vlm.ask(CROP, Sampling())
    assert refused.value.trouble is Trouble.UNREACHABLE
    fake.then = Reply(hang=True)
    async with backend(fake.url, timeout_s=0.2) as vlm:
        with pytest.raises(BackendTrouble) as late:
            await vlm.ask(CROP, Sampling())
    assert late.value.trouble is Trouble.TIMEOUT


@pytest.mark.parametrize(
    ("status", "kind"), [(400, BackendRefused), (404, BackendRefused), (401, KeyRejected), (403, KeyRejected)]
)
async def test_what_no_try_mends_is_refused(fake: FakeVllm, status: int, kind: type[BackendRefused]) -> None:
    fake.then = failure(status, "because")
    async with backend(fake.url) as vlm:
        with pytest.raises(kind):
            await vlm.ask(CROP, Sampling())


@pytest.mark.parametrize(
    ("value", "least", "most"),
    [
        ("2.5", 2.5, 2.5),
        ("-1", 0, 0),
        ("86400", 60, 60),
        ("soon", 0, 0),
        pytest.param(format_datetime(datetime.now(UTC) + timedelta(days=1), usegmt=True), 60, 60, id="tomorrow"),
    ],
)
async def test_retry_after_is_read_in_both_forms(fake: FakeVllm, value: str, least: float, most: float) -> None:
    fake.then = failure(503, Retry_After=value)
    async with backend(fake.url) as vlm:
        with pytest.raises(BackendTrouble) as raised:
            await vlm.ask(CROP, Sampling())
    assert least <= raised.value.retry_after_s <= most


async def test_health_is_alive_unless_refused_or_5xx(fake: FakeVllm) -> None:
    async with backend(fake.url) as vlm:
        for status in (200, 404, 401):
            fake.health_status = status
            await vlm.check_health()
        fake.health_status = 503
        with pytest.raises(BackendTrouble):
            await vlm.check_health()
