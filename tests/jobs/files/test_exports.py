"""Exports are made in the background by a worker of their own; of long PDFs, parts are made as pages are kept."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

from ocr_service.document import FileInfo, PageResult, ReadOptions, RegionResult
from ocr_service.errors import DamagedFile, EncryptedPdf
from ocr_service.export.result_json import page_to_json
from ocr_service.jobs.files.exports import LONG_PAGES, ExportProgress, Exports
from ocr_service.jobs.files.job_files import JobFiles
from ocr_service.jobs.models import Job, JobState, Priority
from ocr_service.jobs.store import Store
from ocr_service.reading.searchable_pdf_task import layers_folder
from ocr_service.workers.pool import PagePool
from tests.support.jobs import document
from tests.support.running import until
from tests.support.store import OpenStore

pytestmark = pytest.mark.anyio

PAGES = 3


@pytest.fixture
async def exports(tmp_path: Path, open_sqlite_store: OpenStore) -> AsyncIterator[Exports]:
    async with open_sqlite_store() as store, PagePool(1) as pool:
        made = exports_of(tmp_path, store, pool)
        async with made.running():
            yield made


def exports_of(root: Path, store: Store, pool: PagePool) -> Exports:
    return Exports(pool, JobFiles(root / "output", store, None))


def page(number: int) -> PageResult:
    region = RegionResult("text", (20, 80, 280, 120), 0, 0.9, content=f"Word{number} here")
    return PageResult(number, "completed", 300, 200, 72, 0, "tesseract", region.content, (region,))


def kept_job(exports: Exports, content: bytes | None = None, **changes: object) -> Job:
    """A job that has ended, its pages kept."""
    job = Job(
        "a" * 32,
        JobState.COMPLETED,
        Priority.BATCH,
        "",
        FileInfo("book.pdf", "pdf", "0" * 64, 10, PAGES),
        PAGES,
        ReadOptions(),
        "tesseract",
        "t",
        0.0,
        last_seq=9,
    )
    folder = exports._files.folder(job.id)
    folder.make()
    folder.input.write_bytes(document("scan", PAGES) if content is None else content)
    for number in range(1, PAGES + 1):
        folder.keep_page(number, page_to_json(page(number)))
    return replace(job, **changes)  # type: ignore[arg-type]


def has_text(page: pikepdf.Page) -> bool:
    """Of ours; the pages may share their resources."""
    page.contents_coalesce()
    return b"/OcrText" in page.Contents.read_bytes()


async def test_what_is_not_ready_is_told_with_its_progress_and_goes_on(exports: Exports) -> None:
    job = kept_job(exports)
    assert await exports.within(job, "pdf", 0) == ExportProgress(0, PAGES)
    path = await exports.file(job, "pdf")
    with pikepdf.open(path) as pdf:
        assert len(pdf.pages) == PAGES
        assert all(has_text(each) for each in pdf.pages)
    assert await exports.within(job, "pdf", 0) == path


async def test_layers_of_a_long_pdf_are_made_as_its_pages_are_kept(exports: Exports) -> None:
    job = kept_job(exports)
    folder = layers_folder(exports._files.folder(job.id))
    exports.page_read(job, page(1))  # a short document: nothing is made ahead
    long = replace(job, page_total=LONG_PAGES)
    exports.page_read(long, page(2))
    await until(lambda: folder.is_dir() and [path.name for path in folder.iterdir()] == ["p0002"])
    assert not list(folder.parent.glob("*.pdf"))
    with pikepdf.open(await exports.file(job, "pdf")) as pdf:
        assert all(has_text(each) for each in pdf.pages)
    assert not folder.exists()


async def test_a_layer_of_an_earlier_reading_is_not_used(exports: Exports) -> None:
    job = kept_job(exports)
    files = exports._files.folder(job.id)
    exports.page_read(replace(job, page_total=LONG_PAGES), page(1))
    layer = layers_folder(files) / "p0001"
    await until(layer.exists)
    os.utime(layer, ns=(0, 0))
    again = replace(page(1), regions=())
    files.keep_page(1, page_to_json(again))
    with pikepdf.open(await exports.file(job, "pdf")) as pdf:
        assert [has_text(each) for each in pdf.pages] == [False, True, True]


async def test_a_failure_is_told_to_whoever_asks_next(exports: Exports) -> None:
    job = kept_job(exports, b"%PDF-1.4 broken")
    first = asyncio.create_task(exports.within(job, "pdf", 0))
    assert isinstance(await first, ExportProgress)
    with pytest.raises(DamagedFile):
        await exports.file(job, "pdf")


async def test_an_encrypted_document_without_its_password_is_refused_with_the_reason(
    exports: Exports, tmp_path: Path
) -> None:
    (tmp_path / "plain.pdf").write_bytes(document("secret", PAGES))
    with pikepdf.open(tmp_path / "plain.pdf") as pdf:
        pdf.save(tmp_path / "locked.pdf", encryption=pikepdf.Encryption(owner="o", user="sesame"))
    job = kept_job(exports, (tmp_path / "locked.pdf").read_bytes(), password_removed=True)
    with pytest.raises(EncryptedPdf, match="removed when the job ended"):
        await exports.file(job, "pdf")


async def test_chunks_of_several_sizes_are_kept_until_the_job_changes(exports: Exports) -> None:
    job = kept_job(exports)
    folder = exports._files.folder(job.id).work / "exports"
    for size in (32, 64, 128, 256, 512, 1024):
        made = await exports.within(job, "chunks", None, chunk_tokens=size)
        assert isinstance(made, Path)
        assert json.loads(made.read_bytes())["max_tokens"] == size
    names = {path.name for path in folder.iterdir()}
    assert len(names) == 4 and "9.1024.chunks.json" in names
    again = await exports.within(replace(job, last_seq=12), "chunks", None, chunk_tokens=64)
    assert isinstance(again, Path)
    assert [path.name for path in folder.iterdir()] == ["12.64.chunks.json"]
