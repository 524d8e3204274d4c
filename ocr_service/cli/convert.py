"""``python -m ocr_service convert FILE… -o DIR``: reads files in this process, with no server."""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import TaskID

from ocr_service import __version__
from ocr_service.bootstrap.engines import Engines, start_engines
from ocr_service.cli.bars import Bars
from ocr_service.cli.convert_formats import write_formats
from ocr_service.cli.inputs import HELP, documents, formats
from ocr_service.document import FileInfo, PageResult, ReadOptions
from ocr_service.errors import EngineUnavailable, ServiceError
from ocr_service.export.result_json import page_to_json
from ocr_service.logs import configure_logging
from ocr_service.reading.page_ranges import select_pages
from ocr_service.reading.pipeline import DocumentSummary, read_document
from ocr_service.reading.readers import DocumentWork, PageReader
from ocr_service.render.inspect import INSPECT_TIMEOUT_S, inspect_file
from ocr_service.settings import Settings
from ocr_service.storage.atomic_write import atomic_write
from ocr_service.storage.file_lock import LockHeld, brief_lock
from ocr_service.storage.filesystem import JobFolder, NotWritable, artifact_name, check_writable, folder_names
from ocr_service.tesseract.scripts import full_codes

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

_RECORD = ".convert.json"
_LOOK_AGAIN_S = 0.2  # whether another run still writes the same results

_EXAMPLES = """examples:
  python -m ocr_service convert contract.pdf -o results
  python -m ocr_service convert scans/*.tiff -o results --pages 1-3,-1 --dpi 300
  python -m ocr_service convert archive/ -o results --formats folder,docx,pdf
  python -m ocr_service convert secret.pdf -o results --password hunter2

Each file gets its own folder: results/contract/contract.md, contract.json and images/.
Formats: folder (these files), md, json, chunks.json (for retrieval), html, txt, docx (Word), pdf (searchable), zip.
After Ctrl-C, run the same command to continue: finished documents and pages are not read again; --again reads all anew.
Exit code: 0 when every page was read, 1 when a document or page failed (each is named), 2 when no document could be
started (arguments, settings, output folder, engine), 130 after Ctrl-C."""


def add_command(commands: Commands) -> None:
    parser = commands.add_parser(
        "convert",
        help="read files here, with no server",
        description="Reads PDFs and images to Markdown in this process.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help=HELP.replace("%", "%%"))
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="folder of the results")
    parser.add_argument(
        "--formats",
        type=formats,
        default=("folder",),
        metavar="LIST",
        help="separated by commas, see below; default: folder",
    )
    parser.add_argument("--again", action="store_true", help="read all pages anew, also those read before")
    parser.add_argument("--pages", default="", help="such as 1-3,7,-1 (-1 is the last page); default: all")
    parser.add_argument("--dpi", type=int, help="resolution of the rendered pages; default: RENDER_DPI")
    parser.add_argument("--language", help="Tesseract's languages, such as rus+eng or ru+en; default: OCR_LANGUAGE")
    parser.add_argument(
        "--engine",
        choices=("auto", "vlm", "tesseract"),
        default="auto",
        help="auto: the VLM if USE_VLM_API is set, else Tesseract; default: auto",
    )
    parser.add_argument(
        "--text-layer",
        choices=("auto", "ignore", "only"),
        help="text that the PDF contains: auto uses it where OCR of samples confirms it, ignore reads all with OCR, "
        "only uses no OCR; default: TEXT_LAYER",
    )
    parser.add_argument("--password", default="", help="password for encrypted PDFs")
    parser.add_argument(
        "--headers",
        choices=("drop", "keep", "comment"),
        help="running headers, footers and page numbers: comment keeps them as HTML comments; default: HEADERS",
    )
    parser.add_argument(
        "--page-markers",
        choices=("none", "comment", "rule"),
        default="none",
        help="mark in the Markdown where a page begins: comment is <!-- page 3 -->, rule is ---; default: none",
    )
    parser.add_argument("--words", action="store_true", help="the JSON has each word with its box and confidence")
    parser.add_argument("--no-images", action="store_true", help="write no image files for figures")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    configure_logging("WARNING", settings.log_format)
    console = Console(stderr=True)
    try:
        check_writable(arguments.output)
        return asyncio.run(_convert(arguments, settings, console))
    except NotWritable as error:
        console.print(f"-o {error}", style="red", markup=False, soft_wrap=True)
        return 2
    except ServiceError as error:
        console.print(f"{error.code}: {error}", style="red", markup=False, soft_wrap=True)
        return 2
    except KeyboardInterrupt:
        console.print("Stopped. Finished pages are kept; run the same command to read the rest.")
        return 130


async def _convert(arguments: argparse.Namespace, settings: Settings, console: Console) -> int:
    options = ReadOptions(
        pages=arguments.pages,
        dpi=arguments.dpi or settings.render_dpi,
        language=full_codes(arguments.language) if arguments.language else settings.ocr_language,
        include_images=not arguments.no_images,
        headers=arguments.headers or settings.headers,
        page_markers=arguments.page_markers,
        password=arguments.password,
        text_layer=arguments.text_layer or settings.text_layer,
        min_confidence=settings.min_confidence,
        include_words=arguments.words,
    )
    files = documents(arguments.files, arguments.output)
    if not files:
        console.print("There is no PDF or image in what was given.", style="red")
        return 2
    code = 0
    async with AsyncExitStack() as stack:
        engines = await start_engines(settings, stack)
        reader = engines.readers.get(engines.default if arguments.engine == "auto" else arguments.engine)
        if reader is None:
            raise EngineUnavailable("No VLM is configured (USE_VLM_API, VLLM_URL); use --engine tesseract or auto")
        bars = stack.enter_context(Bars(console, total=len(files)))
        for file, name in zip(files, folder_names(files), strict=True):
            folder = JobFolder(arguments.output.absolute(), name, "-o")
            order = _Order(file, folder, options, arguments.formats, settings.chunk_tokens, arguments.again)
            well = await _converted(order, reader, engines, bars)
            code = max(code, not well)
    with suppress(OSError):  # another run may be at work in it, or one that was stopped may go on
        (arguments.output / ".jobs").rmdir()
    return code


@dataclass(frozen=True, slots=True)
class _Order:
    """A file, where it goes, and what is made of it. ``again``: also where that was made before."""

    file: Path
    folder: JobFolder
    options: ReadOptions
    formats: tuple[str, ...]
    chunk_tokens: int
    again: bool


async def _converted(order: _Order, reader: PageReader, engines: Engines, bars: Bars) -> bool:
    """Whether every page was read. What went wrong is told; what was begun before is gone on with."""
    try:
        async with _alone(order, bars):
            return await _converted_alone(order, reader, engines, bars)
    except OSError as error:  # no lock can be had
        bars.say(f"{order.file}: {error.filename or order.folder.work}: {error.strerror}", "red")
        return False


@asynccontextmanager
async def _alone(order: _Order, bars: Bars) -> AsyncIterator[None]:
    """While no other run works on the same results: one that comes later waits, and then finds them."""
    lock = Path(f"{order.folder.work}.lock")
    told = False
    with ExitStack() as stack:
        while True:
            try:
                lock.parent.mkdir(parents=True, exist_ok=True)
                stack.enter_context(brief_lock(lock))
                break
            except FileNotFoundError:  # another run has ended and removed the folder
                continue
            except LockHeld:
                if not told:
                    bars.say(f"{order.file}: waits for another run that writes {order.folder.published}", "yellow")
                    told = True
                await asyncio.sleep(_LOOK_AGAIN_S)
        yield


async def _converted_alone(order: _Order, reader: PageReader, engines: Engines, bars: Bars) -> bool:
    bar = bars.begin(order.file.name)
    file, folder = order.file, order.folder
    try:
        digest, size = await asyncio.to_thread(_digest, file)
        record = _Record.of(digest, order.options, reader.name)
        if not order.again and await asyncio.to_thread(record.is_finished, order):
            for form in order.formats:
                print(folder.published / f"{artifact_name(file.name)}.{'md' if form == 'folder' else form}")
            return True
        await asyncio.to_thread(_take_in, order, record)
        found = await engines.inspector.run(
            inspect_file, folder.input, order.options.password, document=str(file), order=0, timeout_s=INSPECT_TIMEOUT_S
        )
        info = FileInfo(file.name, found.type, digest, size, found.pages)
        summary = await _read(order, info, reader, bars, bar)
        written = await write_formats(
            folder,
            info,
            order.options,
            order.formats,
            engines.pool,
            status=summary.status,
            chunk_tokens=order.chunk_tokens,
        )
        if summary.status == "completed":
            await asyncio.to_thread(record.finish, order)
    except (ServiceError, OSError) as error:
        reason = f"{error.code}: {error}" if isinstance(error, ServiceError) else f"{error.strerror}"
        bars.say(f"{file}: {reason}", "red")
        shutil.rmtree(folder.work, ignore_errors=True)
        return False
    except asyncio.CancelledError:
        folder.input.unlink(missing_ok=True)  # a copy; the pages stay for the next run
        raise
    finally:
        bars.end(bar)
    shutil.rmtree(folder.work, ignore_errors=True)
    for kind, numbers in (("failed", summary.failed), ("read in part", summary.partial)):
        if numbers:
            bars.say(f"{file}: {kind}: page {', '.join(map(str, numbers))}", "yellow")
    for path in written:
        print(path)
    return summary.status == "completed"


async def _read(order: _Order, info: FileInfo, reader: PageReader, bars: Bars, bar: TaskID) -> DocumentSummary:
    wanted = select_pages(order.options.pages, info.pages)
    done = len(set(await asyncio.to_thread(order.folder.kept_pages)) & set(wanted))
    bars.pages(bar, total=len(wanted), completed=done)

    async def keep(page: PageResult) -> None:
        nonlocal done
        await asyncio.to_thread(order.folder.keep_page, page.number, page_to_json(page))
        done += 1
        bars.pages(bar, completed=done)

    return await read_document(DocumentWork(order.folder, info, order.options), reader, keep)


@dataclass(frozen=True, slots=True)
class _Record:
    """What pages were read of and how: those of another file or with other options are not gone on with."""

    text: str

    @classmethod
    def of(cls, digest: str, options: ReadOptions, reader: str) -> _Record:
        known = {name: getattr(options, name) for name in options.__slots__ if name != "password"}
        return cls(json.dumps([__version__, digest, reader, known], sort_keys=True))

    def is_finished(self, order: _Order) -> bool:
        return _read_text(order.folder.published / _RECORD) == self._finished(order)

    def finish(self, order: _Order) -> None:
        atomic_write(order.folder.published / _RECORD, self._finished(order).encode())

    def _finished(self, order: _Order) -> str:
        return json.dumps([self.text, order.formats, order.chunk_tokens])


def _read_text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None


def _digest(source: Path) -> tuple[str, int]:
    with source.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), source.stat().st_size


def _take_in(order: _Order, record: _Record) -> None:
    """Copies the file into the job's folder; pages of an earlier run stay if they are of the same file and order."""
    folder = order.folder
    if order.again or _read_text(folder.work / _RECORD) != record.text:
        shutil.rmtree(folder.work, ignore_errors=True)
    folder.work.mkdir(parents=True, exist_ok=True)
    folder.remove_unfinished()
    copy = folder.work / "copy"
    shutil.copyfile(order.file, copy)
    folder.create(copy)
    atomic_write(folder.work / _RECORD, record.text.encode())
