"""Broken documents through the sandbox: each ends in a page or in an error with a name, and the workers go on.

``FUZZ_CASES`` is the number of mutated documents (400 unless it is set; a night's run takes 100000). A document that
fails is written to the test's folder, whose name pytest shows; put it into ``failed_once/``, which is always run first.
"""

from __future__ import annotations

import io
import os
import random
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from ocr_service.errors import ServiceError
from ocr_service.reading.page_tasks import PageTask, prepare_page
from ocr_service.render.inspect import inspect_file
from ocr_service.vlm.prompts import PromptSet
from ocr_service.workers.pool import PagePool
from tests.support.documents import image_bomb, one_page
from tests.support.simple_documents import encoded, pdf, picture

CASES = int(os.environ.get("FUZZ_CASES", "400"))
FAILED_ONCE = sorted((Path(__file__).parent / "failed_once").glob("[!.]*"))
PAGE_S = 10.0
# A page that hangs or takes all memory is ended by the sandbox: allowed, but seldom.
SANDBOX = {"page_timeout", "worker_crashed"}
INTERESTING = (
    b"\x00",
    b"\xff",
    b"\x7f",
    b"\x80",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"4294967295",
    b"-1",
    b"0 R",
)


def seeds() -> list[bytes]:
    """One of each kind, small, so that a mutation hits something that matters."""
    small = picture("Words").resize((240, 60))
    locked = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf("One"))) as document:
        document.save(locked, encryption=pikepdf.Encryption(user="", owner="owner"))
    packed = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf("One", "Two"))) as document:
        document.save(packed, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    scanned = io.BytesIO()
    small.save(scanned, "PDF")
    pictures = [encoded(small, form) for form in ("PNG", "JPEG", "WEBP", "BMP")]
    tiffs = [encoded(small, "TIFF", compression=how) for how in ("tiff_lzw", "jpeg")]
    tiffs.append(
        encoded(small.convert("1"), "TIFF", compression="group4", save_all=True, append_images=[Image.new("1", (9, 9))])
    )
    return [
        pdf("One", "Two"),
        one_page(b"/MediaBox[0 0 100 100]"),
        image_bomb(300),
        locked.getvalue(),
        packed.getvalue(),
        scanned.getvalue(),
        *pictures,
        *tiffs,
    ]  # fmt: skip


def mutated(dice: random.Random, originals: list[bytes]) -> bytes:
    """One to four changes; the beginning mostly stays, so that it still passes for what it was."""
    data = bytearray(dice.choice(originals))
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(data)) if dice.random() < 0.2 else dice.randrange(min(8, len(data) - 1), len(data))
        size = dice.choice((1, 2, 4, 16, 64, 512))
        match dice.randrange(7):
            case 0:
                data[at] ^= 1 << dice.randrange(8)
            case 1:
                data[at : at + size] = dice.randbytes(size)
            case 2:
                del data[at : at + size]
            case 3:
                data[at:at] = data[at : at + size] * dice.choice((1, 2, 50))
            case 4:
                data[at : at + 1] = dice.choice(INTERESTING)
            case 5:
                other = dice.choice(originals)
                start = dice.randrange(len(other))
                data[at:at] = other[start : start + size]
            case 6:
                del data[max(at, 16) :]
        if len(data) < 16:
            break
    return bytes(data)


def documents() -> Iterator[tuple[str, bytes]]:
    for path in FAILED_ONCE:
        yield path.name, path.read_bytes()
    originals = seeds()
    for number in range(CASES):
        yield f"case {number}", mutated(random.Random(number), originals)


@pytest.fixture
async def pool() -> AsyncIterator[PagePool]:
    async with PagePool(2, memory_mb=1024) as pool:
        await pool.wait_ready()
        yield pool


async def outcome(pool: PagePool, path: Path, name: str) -> str:
    """``read``, or the code of the error."""
    try:
        found = await pool.run(inspect_file, path, "", document=name, order=0, timeout_s=PAGE_S)
        task = PageTask(
            path=path, type=found.type, number=1, dpi=50, max_pixels=250_000, password="", layout="stub:2",
            language="eng", images=None,
        )  # fmt: skip
        page = await pool.run(prepare_page, task, PromptSet(), document=name, order=1, timeout_s=PAGE_S)
    except ServiceError as error:
        return error.code
    assert 0 < page.width * page.height <= 260_000
    return "read"


@pytest.mark.anyio
async def test_no_broken_document_harms_the_service(pool: PagePool, tmp_path: Path) -> None:
    outcomes: Counter[str] = Counter()
    path = tmp_path / "document"
    for name, content in documents():
        path.write_bytes(content)
        code = await outcome(pool, path, name)
        outcomes[code] += 1
        if code == "internal_error":
            (tmp_path / f"failed {name}").write_bytes(content)
    print(dict(outcomes))
    assert outcomes["internal_error"] == 0, f"unnamed errors; the documents are in {tmp_path}"
    assert sum(outcomes[code] for code in SANDBOX) <= 2 + CASES // 100
    assert outcomes["read"] > CASES // 10 and outcomes["damaged_pdf"] > CASES // 20  # the mutations do hit something
    path.write_bytes(pdf("One"))
    assert await outcome(pool, path, "after all") == "read"
