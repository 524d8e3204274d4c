"""The same picture twice in a document costs one request."""

from __future__ import annotations

import asyncio

import pytest

from ocr_service.document import Crop, PageUsage
from ocr_service.errors import RecognitionFailed
from ocr_service.vlm.crop_cache import CropCache
from ocr_service.vlm.read_region import RegionReading

pytestmark = pytest.mark.anyio
HEADER = Crop("OCR:", b"", b"header")
GOOD, BAD = RegionReading("read", 1, usage=PageUsage(9, 1)), RegionReading("", 4, error=RecognitionFailed("no"))


class PromptSet:
    """Counts what is asked; answers when told to."""

    def __init__(self, *answers: RegionReading) -> None:
        self.answers = list(answers)
        self.asked = 0
        self.go = asyncio.Event()

    async def __call__(self) -> RegionReading:
        self.asked += 1
        await self.go.wait()
        return self.answers.pop(0)


async def test_the_same_picture_is_asked_once_also_at_the_same_time() -> None:
    same, ask = CropCache(), PromptSet(GOOD)
    readings = [asyncio.create_task(same.read("book", HEADER, ask)) for _ in range(3)]
    await asyncio.sleep(0)
    ask.go.set()
    assert [(await reading).tries for reading in readings] == [1, 0, 0]
    assert [(await reading).usage.prompt_tokens for reading in readings] == [9, 0, 0]
    assert (await same.read("book", HEADER, ask)).text == "read"
    assert ask.asked == 1


async def test_another_document_prompt_or_picture_is_asked_for_itself() -> None:
    same, ask = CropCache(), PromptSet(GOOD, GOOD, GOOD, GOOD)
    ask.go.set()
    for document, prompt, digest in (
        ("a", "OCR:", b"1"),
        ("b", "OCR:", b"1"),
        ("a", "Table:", b"1"),
        ("a", "OCR:", b"2"),
    ):
        await same.read(document, Crop(prompt, b"", digest), ask)
    assert ask.asked == 4


async def test_a_failure_is_not_shared() -> None:
    same, ask = CropCache(), PromptSet(BAD, GOOD)
    first, second = (asyncio.create_task(same.read("book", HEADER, ask)) for _ in range(2))
    ask.go.set()
    assert (await first, await second) == (BAD, GOOD)


async def test_when_the_first_to_ask_is_cancelled_the_others_ask() -> None:
    same, ask = CropCache(), PromptSet(GOOD)
    first, second = (asyncio.create_task(same.read("book", HEADER, ask)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    ask.go.set()
    assert await second == GOOD
    assert first.cancelled()


async def test_old_answers_are_forgotten() -> None:
    same, ask = CropCache(most=2), PromptSet(*[GOOD] * 4)
    ask.go.set()
    for digest in (b"1", b"2", b"3", b"1"):
        await same.read("book", Crop("OCR:", b"", digest), ask)
    assert ask.asked == 4
