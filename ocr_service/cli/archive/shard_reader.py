"""Reads the items of a plan with this process's engines; whatever is there already is not read again.

A document's folder is written as the service does it, its JSON last: what has its JSON is whole. An item's Parquet file
comes after its documents, its summary after that. So an item may end anywhere and be done again anywhere.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import mimetypes
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from ocr_service.bootstrap.engines import Engines, start_engines
from ocr_service.cli.archive.page_rows import Row, failed_document, page_row, write_parquet
from ocr_service.cli.archive.places import Address, Place, each, read_text, write_text
from ocr_service.cli.archive.plan import SHARDS, Item, Summary, hashed_name
from ocr_service.document import FileInfo, PageResult, ReadOptions
from ocr_service.errors import S3Refused, S3Unavailable, ServiceError, StorageFull, TooManyPages
from ocr_service.export.result_json import page_to_json
from ocr_service.reading.pipeline import read_document, read_single_page
from ocr_service.reading.readers import DocumentWork, PageReader
from ocr_service.render.inspect import INSPECT_TIMEOUT_S, inspect_file
from ocr_service.settings import Settings
from ocr_service.storage.filesystem import JobFolder, artifact_name

log = logging.getLogger(__name__)

_PARTS = ".parts/"
_LOOK_S = 1.0  # between two looks for pages that others read
# What is no fault of a document: its item is given up, and done again by the next run.
_PASSING = (S3Unavailable, S3Refused, StorageFull)


@dataclass(frozen=True, slots=True)
class Archive:
    """``large_from``: documents of more pages are read in parts. ``at_once``: documents that one process reads.

    ``quiet_s``: who assembles a document waits for the parts that others read until no page has come for so long.
    """

    source: Address
    target: Address
    options: ReadOptions
    large_from: int = 100
    at_once: int = 32
    quiet_s: float = 60.0


@asynccontextmanager
async def shard_reader(archive: Archive, settings: Settings) -> AsyncIterator[ShardReader]:
    """Starts the engines, and ends them."""
    async with AsyncExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ocr-archive-", dir=settings.temp_dir)))
        engines = await start_engines(settings, stack)
        source, target = archive.source.open(), archive.target.open()
        stack.callback(source.close)
        stack.callback(target.close)
        yield ShardReader(archive, engines, source, target, scratch, settings.max_pages)


class ShardReader:
    """One for a process; items may be read at the same time."""

    def __init__(
        self, archive: Archive, engines: Engines, source: Place, target: Place, scratch: Path, max_pages: int
    ) -> None:
        self._archive = archive
        self._engines = engines
        self._reader: PageReader = engines.readers[engines.default]
        self._source = source
        self._target = target
        self._scratch = scratch
        self._max_pages = max_pages
        self._slots = asyncio.Semaphore(archive.at_once)

    async def read(self, item: Item) -> Summary:
        """Does the item, or finds what came of it. Never raises for what a file or the store does."""
        try:
            kept = await read_text(self._target, f"{SHARDS}{item.name}.json")
            if kept is not None:
                return replace(Summary.from_json(kept), resumed=True)
            summary = await self._work(item)
            await write_text(self._target, f"{SHARDS}{item.name}.json", summary.to_json())
        except ServiceError as error:
            return Summary(item.name, error=f"{error.code}: {error}")
        return summary

    async def _work(self, item: Item) -> Summary:
        if item.kind == "part":
            async with self._slots:
                await self._read_part(item.documents[0], item.numbers)
            return Summary(item.name)
        there = {name for name in await self._finished(item) if name.endswith(".json")}
        work = self._read_large if item.kind == "large" else self._read_document
        rows = await each(item.documents, lambda document: self._document(document, there, work))
        large = {
            document: found for document, found in zip(item.documents, rows, strict=True) if isinstance(found, int)
        }
        pages = [row for found in rows if not isinstance(found, int) for row in found]
        if pages:
            await self._keep_parquet(item.name, pages)
        if item.kind == "large":
            await self._remove_parts(item.documents[0])
        errors = Counter(row["error_code"] or "failed" for row in pages if row["status"] == "failed")
        return Summary(item.name, len(rows) - len(large), sum(row["page"] > 0 for row in pages), dict(errors), large)

    async def _finished(self, item: Item) -> list[str]:
        """The files of the item's documents that an earlier run has written."""
        found = await each(item.documents, lambda document: self._target.names(f"{document}/"))
        return [name for names in found for name in names]

    async def _document(
        self, document: str, there: set[str], work: Callable[[str, Path], Awaitable[Path | int]]
    ) -> list[Row] | int:
        """Its rows; the number of its pages where it is left for parts."""
        async with self._slots:
            with tempfile.TemporaryDirectory(dir=self._scratch) as folder:
                try:
                    result: Path | int = Path(folder) / "result.json"
                    name = f"{document}/{artifact_name(document.rpartition('/')[2])}.json"
                    if name in there:
                        await self._target.get(name, Path(folder) / "result.json")
                    else:
                        result = await work(document, Path(folder))
                    return result if isinstance(result, int) else await asyncio.to_thread(_rows, document, result)
                except _PASSING:
                    raise
                except ServiceError as error:
                    return [failed_document(document, error.code, str(error))]
                except Exception:  # the document's boundary: an unexpected error ends this document only
                    log.exception("cannot read %s", document)
                    return [failed_document(document, ServiceError.code, "an error of the program; its log has it")]

    async def _read_document(self, document: str, folder: Path) -> Path | int:
        work = await self._taken_in(document, folder)
        if work.info.pages > self._archive.large_from:
            return work.info.pages
        await read_document(work, self._reader, _keeping(work.folder))
        return await self._publish(document, work)

    async def _read_part(self, document: str, numbers: Sequence[int]) -> None:
        """Keeps the pages in the target, where whoever assembles the document finds them."""
        parts = _parts(document)
        kept = set(await self._target.names(parts))
        wanted = [number for number in numbers if f"{parts}pages/p{number:04d}.json" not in kept]
        if not wanted:
            return
        with tempfile.TemporaryDirectory(dir=self._scratch) as folder:
            work = await self._taken_in(document, Path(folder))
            await each(wanted, lambda number: self._read_page(work, number, parts))

    async def _read_page(self, work: DocumentWork, number: int, parts: str) -> None:
        page = await read_single_page(work, self._reader, number)
        await _keeping(work.folder)(page)
        for figure in work.folder.figures(number):
            await self._target.put(figure, f"{parts}images/{figure.name}")
        path = work.folder.page_file(number)
        await self._target.put(path, f"{parts}pages/{path.name}", "application/json")

    async def _read_large(self, document: str, folder: Path) -> Path | int:
        """Assembles a document from its parts, which others may still read; a page that is missing then is read."""
        work = await self._taken_in(document, folder)
        parts = _parts(document)

        async def fetch(name: str) -> None:
            await self._target.get(name, work.folder.work / name.removeprefix(parts))

        await each(await self._read_by_others(parts, work.info.pages), fetch)
        await read_document(work, self._reader, _keeping(work.folder))
        return await self._publish(document, work)

    async def _read_by_others(self, parts: str, pages: int) -> list[str]:
        """The files of a document's parts, once all pages are there or nobody adds any more: a part was given up."""
        kept = await self._target.names(parts)
        quiet_s = 0.0
        while sum(name.startswith(f"{parts}pages/") for name in kept) < pages and quiet_s < self._archive.quiet_s:
            await asyncio.sleep(_LOOK_S)
            before, kept = kept, await self._target.names(parts)
            quiet_s = 0.0 if len(kept) > len(before) else quiet_s + _LOOK_S
        return kept

    async def _remove_parts(self, document: str) -> None:
        await each(await self._target.names(_parts(document)), self._target.remove)

    async def _taken_in(self, document: str, folder: Path) -> DocumentWork:
        # Pages of different documents share workers and backends fairly, by this name.
        job = JobFolder(folder, hashed_name(document), "TEMP_DIR")
        upload = folder / "upload"
        size = await self._source.get(document, upload)
        digest = await asyncio.to_thread(_digest, upload)
        await asyncio.to_thread(job.create, upload)
        found = await self._engines.inspector.run(
            inspect_file, job.input, self._archive.options.password, document=document, order=0,
            timeout_s=INSPECT_TIMEOUT_S,
        )  # fmt: skip
        info = FileInfo(document.rpartition("/")[2], found.type, digest, size, found.pages)
        if found.pages > self._max_pages:
            raise TooManyPages.of_file(info.name, found.pages, self._max_pages)
        return DocumentWork(job, info, self._archive.options)

    async def _publish(self, document: str, work: DocumentWork) -> Path:
        """Writes the document's folder; the JSON comes last."""
        published = work.folder.published
        result = published / f"{artifact_name(work.info.name)}.json"
        files = sorted(path for path in published.rglob("*") if path.is_file() and path != result)
        for path in [*files, result]:
            kind = mimetypes.guess_type(path.name)[0] or "text/markdown; charset=utf-8"
            await self._target.put(path, f"{document}/{path.relative_to(published).as_posix()}", kind)
        return result

    async def _keep_parquet(self, name: str, rows: Sequence[Row]) -> None:
        path = self._scratch / f"{name}.parquet"
        try:
            await asyncio.to_thread(write_parquet, rows, path)
            await self._target.put(path, f"pages/{name}.parquet")
        finally:
            with suppress(FileNotFoundError):
                path.unlink()


def _parts(document: str) -> str:
    return f"{_PARTS}{hashed_name(document)}/"


def _rows(document: str, path: Path) -> list[Row]:
    return [page_row(document, page) for page in json.loads(path.read_bytes())["pages"]]


def _keeping(folder: JobFolder) -> Callable[[PageResult], Awaitable[None]]:
    async def keep(page: PageResult) -> None:
        await asyncio.to_thread(folder.keep_page, page.number, page_to_json(page))

    return keep


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
