"""Reading a region against a server with faults: what is tried again, what is not, and what is kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ocr_service.document import Crop, PageUsage
from ocr_service.vlm.answer_checks import AnswerProblem
from ocr_service.vlm.read_region import RegionReading, read_region
from tests.fakes.vllm import FakeVllm, Reply, failure
from tests.support.backends import CROP, RETRY, scheduling

pytestmark = pytest.mark.anyio
RUNAWAY = Reply(text="Beginning of it. " + "abcdefgh ijk " * 400, finish_reason="length")


async def read(fake: FakeVllm, crop: Crop = CROP, *, timeout_s: float = 5.0, key: str = "") -> RegionReading:
    async with scheduling(fake.url, timeout_s=timeout_s, key=key) as scheduler:
        return await read_region(scheduler, crop, "document", 1, retry=RETRY, max_tokens=4096)


async def test_a_region_is_asked_as_the_model_wants_it(fake: FakeVllm) -> None:
    reading = await read(fake, key="s3cret")
    assert reading == RegionReading("read", tries=1)
    asked = fake.asked[0]
    assert (asked.prompt, asked.authorization) == ("OCR:", "Bearer s3cret")
    content = asked.body.pop("messages")[0]["content"]
    assert [part["type"] for part in content] == ["image_url", "text"]
    assert asked.body == {
        "model": fake.model,
        "temperature": 0.0,
        "max_completion_tokens": 4096,
        "max_tokens": 4096,
        "skip_special_tokens": True,
    }


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(failure(500), id="500"),
        pytest.param(failure(503, Retry_After="0.01"), id="503"),
        pytest.param(failure(429, Retry_After="0.01"), id="429"),
        pytest.param(Reply(reset=True), id="reset in mid-answer"),
        pytest.param(Reply(body=b"<html>not json</html>"), id="garbage"),
        pytest.param(Reply(body=b'{"choices": []}'), id="no message"),
        pytest.param(Reply(text=""), id="empty"),
        pytest.param(Reply(text=None), id="null"),
        pytest.param(Reply(text="half of", finish_reason="length"), id="length"),
        pytest.param(Reply(text="a b", finish_reason="repetition"), id="repetition"),
        pytest.param(RUNAWAY, id="runaway"),
    ],
)
async def test_a_passing_fault_costs_one_more_try(fake: FakeVllm, fault: Reply) -> None:
    fake.script.append(fault)
    assert await read(fake) == RegionReading("read", tries=2)
    assert len(fake.asked) == 2


async def test_tokens_of_all_answers_are_counted_also_of_those_that_are_asked_for_again(fake: FakeVllm) -> None:
    fake.script.extend(
        [
            Reply(text="half of", finish_reason="length", usage=(700, 4096)),
            failure(500),
            Reply(usage=(700, 12)),
        ]
    )
    assert await read(fake) == RegionReading("read", tries=3, usage=PageUsage(1400, 4108))
    fake.script.extend([Reply(text="cut", finish_reason="length", usage=(1, 2))] * 3)
    assert (await read(fake)).usage == PageUsage(3, 6)


@pytest.mark.parametrize(
    "usage",
    [
        "null",
        '{"prompt_tokens": "7", "completion_tokens": 1}',
        '{"prompt_tokens": 7}',
        '{"prompt_tokens": -7, "completion_tokens": 1}',
        '{"prompt_tokens": 1e99, "completion_tokens": 1}',
        '{"prompt_tokens": 99999999999999999999, "completion_tokens": 1}',
    ],
)
async def test_a_server_that_counts_no_tokens_or_wrong_ones_reads_all_the_same(fake: FakeVllm, usage: str) -> None:
    body = '{"choices": [{"message": {"content": "read"}, "finish_reason": "stop"}], "usage": %s}'
    fake.script.append(Reply(body=(body % usage).encode()))
    assert await read(fake) == RegionReading("read", tries=1)


async def test_a_hanging_request_is_given_up_and_tried_again(fake: FakeVllm) -> None:
    fake.script.append(Reply(hang=True))
    assert await read(fake, timeout_s=1.0) == RegionReading("read", tries=2)
    await fake.until(lambda fake: fake.aborted == 1)


@pytest.mark.parametrize("status", [400, 401, 404])
async def test_a_refusal_is_not_tried_again(fake: FakeVllm, status: int) -> None:
    fake.then = failure(status, "cannot identify image file")
    reading = await read(fake)
    assert reading.error is not None
    assert (reading.error.code, reading.tries, len(fake.asked)) == ("backend_refused", 1, 1)


async def test_a_missing_key_is_named(fake: FakeVllm) -> None:
    fake.then = failure(401)
    reading = await read(fake)
    assert "VLLM_API_KEY" in str(reading.error)
    assert "Unauthorized" in str(reading.error)


async def test_tries_end_at_the_limit(fake: FakeVllm) -> None:
    fake.then = failure(500)
    reading = await read(fake)
    assert reading.error is not None
    assert (reading.error.code, reading.tries, len(fake.asked)) == ("recognition_failed", 4, 4)


async def test_what_can_be_kept_of_a_runaway_answer_is_kept_as_degraded(fake: FakeVllm) -> None:
    fake.then = RUNAWAY
    reading = await read(fake)
    assert reading.degraded
    assert reading.text.startswith("Beginning of it.")
    assert len(reading.text) < 1000
    assert [asked.body["temperature"] for asked in fake.asked] == [0.0, 0.3, 0.7]
    assert ["repetition_detection" in asked.body for asked in fake.asked] == [False, True, True]


async def test_an_answer_that_stays_empty_fails_the_region(fake: FakeVllm) -> None:
    fake.then = Reply(text="")
    reading = await read(fake)
    assert reading.error is not None
    assert "empty answer" in str(reading.error)


async def test_an_empty_answer_is_right_for_a_blank_crop(fake: FakeVllm) -> None:
    fake.then = Reply(text="")
    blank = Crop(prompt="OCR:", jpeg_base64=CROP.jpeg_base64, digest=b"blank", blank=True)
    assert await read(fake, blank) == RegionReading("", tries=1)


async def test_a_server_that_does_not_know_repetition_detection_is_not_asked_for_it_again(fake: FakeVllm) -> None:
    fake.answer = lambda asked: (
        failure(400, "extra field repetition_detection") if "repetition_detection" in asked.body else None
    )
    fake.script.append(Reply(text=""))
    async with scheduling(fake.url) as scheduler:
        first = await read_region(scheduler, CROP, "document", 1, retry=RETRY, max_tokens=64)
        assert first.text == "read"
        fake.script.append(Reply(text=""))
        fake.asked.clear()
        second = await read_region(scheduler, CROP, "document", 2, retry=RETRY, max_tokens=64)
    assert (second.text, second.tries) == ("read", 2)
    assert not any("repetition_detection" in asked.body for asked in fake.asked)


async def test_an_answer_much_shorter_than_its_ink_is_asked_for_once_more(fake: FakeVllm) -> None:
    crop = replace(CROP, letters=200)
    whole = " ".join(f"поставки {number} партии" for number in range(12))
    fake.script.extend([Reply(text="Договор"), Reply(text=whole)])
    assert await read(fake, crop) == RegionReading(whole, tries=2)
    fake.script.extend([Reply(text="Договор"), Reply(text="Договор №")])
    reading = await read(fake, crop)
    assert (reading.text, reading.tries, reading.degraded, reading.problem) == (
        "Договор №",
        2,
        True,
        AnswerProblem.SHORT,
    )
    assert [asked.body["temperature"] for asked in fake.asked[-2:]] == [0.0, 0.3]
