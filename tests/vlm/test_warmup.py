"""A backend is ready once it has read a region of each kind."""

from __future__ import annotations

import pytest

from ocr_service.errors import EngineUnavailable
from ocr_service.reading.vlm_reader import warm_up_crops
from ocr_service.vlm.client import Backend, KeyRejected, http_transport
from ocr_service.vlm.prompts import PromptSet
from ocr_service.vlm.warmup import wait_until_warm, warm_up
from tests.fakes.vllm import FakeVllm, failure

pytestmark = pytest.mark.anyio


async def test_each_prompt_in_use_is_sent_with_a_picture_of_its_own(fake: FakeVllm) -> None:
    async with http_transport(connections=1) as transport:
        await warm_up(Backend(fake.url, transport), warm_up_crops(PromptSet(read_seals=True)))
    assert {asked.prompt for asked in fake.asked} == {
        "OCR:",
        "Table Recognition:",
        "Formula Recognition:",
        "Seal Recognition:",
    }
    assert len({asked.jpeg for asked in fake.asked}) == len(fake.asked)


async def test_a_server_that_fails_at_first_is_waited_for(fake: FakeVllm) -> None:
    fake.script.append(failure(503, "loading"))
    said: list[str] = []
    async with http_transport(connections=1) as transport:
        crops = warm_up_crops(PromptSet())
        await wait_until_warm(Backend(fake.url, transport), crops, wait_s=300, report=said.append)
    assert "loading" in said[0]
    assert fake.model in said[1]


async def test_waiting_ends_and_a_wrong_key_ends_it_at_once(fake: FakeVllm) -> None:
    async with http_transport(connections=1) as transport:
        crops = warm_up_crops(PromptSet())
        fake.then = failure(503)
        with pytest.raises(EngineUnavailable, match="not ready within"):
            await wait_until_warm(Backend(fake.url, transport), crops, wait_s=0, report=lambda _: None)
        fake.then = failure(401)
        with pytest.raises(KeyRejected):
            await wait_until_warm(Backend(fake.url, transport), crops, wait_s=300, report=lambda _: None)
