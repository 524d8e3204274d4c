"""``python -m ocr_service convert FILE… -o DIR``: reads files in this process, with no server."""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import shutil
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from ocr_service.bootstrap import Engines, start_engines
from ocr_service.document import FileInfo, PageResult, ReadOptions
from ocr_service.errors import EngineUnavailable, ServiceError
from ocr_service.export.result_json import page_to_json
from ocr_service.logs import configure_logging
from ocr_service.reading.page_ranges import select_pages
from ocr_service.reading.pipeline import DocumentSummary, read_document
from ocr_service.reading.readers import DocumentWork
from ocr_service.render.inspect import INSPECT_TIMEOUT_S, inspect_file
from ocr_service.settings import Settings
from ocr_service.storage.filesystem import JobFolder, NotWritable, artifact_name, check_writable, folder_names

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

_EXAMPLES = """examples:
  python -m ocr_service convert contract.pdf -o results
  python -m ocr_service convert scans/*.tiff -o results --pages 1-3,-1 --dpi 300
  python -m ocr_service convert secret.pdf -o results --password hunter2

Each file gets a folder of its own: results/contract/contract.md, contract.json and images/.
Exit code: 0 when every page was read, 1 when something failed (each is named), 2 when nothing could be started."""


def add_command(commands: Commands) -> None:
    parser = commands.add_parser(
        "convert",
        help="read files here, with no server",
        description="Reads PDFs and images to Markdown in this process.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="PDF, PNG, JPEG, TIFF, WebP or BMP")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="where the results go")
    parser.add_argument("--pages", default="", help="such as 1-3,7,-1 (-1 is the last page); default: all")
    parser.add_argument("--dpi", type=int, help="resolution of the rendered pages; default: RENDER_DPI")
    parser.add_argument("--language", help="Tesseract's languages, such as rus+eng; default: OCR_LANGUAGE")
    parser.add_argument("--engine", choices=("auto", "vlm", "tesseract"), default="auto", help="default: auto")
    parser.add_argument(
        "--text-layer",
        choices=("auto", "ignore", "only"),
        help="what to do with the text that a PDF holds itself; default: TEXT_LAYER",
    )
    parser.add_argument("--password", default="", help="password of encrypted PDFs")
    parser.add_argument(
        "--headers",
        choices=("drop", "keep", "comment"),
        help="running headers, footers and page numbers in the text; default: HEADERS",
    )
    parser.add_argument("--no-images", action="store_true", help="do not keep figures as files")
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


async def _convert(arguments: argparse.Namespace, settings: Settings, console: Console) -> int:
    options = ReadOptions(
        pages=arguments.pages,
        dpi=arguments.dpi or settings.render_dpi,
        language=arguments.language or settings.ocr_language,
        include_images=not arguments.no_images,
        headers=arguments.headers or settings.headers,
        password=arguments.password,
        text_layer=arguments.text_layer or settings.text_layer,
    )
    code = 0
    progress = Progress(
        TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(),
        TextColumn("pages"), TimeElapsedColumn(),
        console=console,
    )  # fmt: skip
    async with AsyncExitStack() as stack:
        engines = await start_engines(settings, stack)
        stack.enter_context(progress)
        for file, name in zip(arguments.files, folder_names(arguments.files), strict=True):
            bar = progress.add_task(file.name, total=None)
            folder = JobFolder(arguments.output.absolute(), name, "-o")
            try:
                summary = await _convert_one(file, folder, options, arguments.engine, engines, progress, bar)
            except (ServiceError, OSError) as error:
                reason = f"{error.code}: {error}" if isinstance(error, ServiceError) else f"{error.strerror}"
                progress.console.print(f"{file}: {reason}", style="red", markup=False, soft_wrap=True)
                code = 1
                continue
            finally:
                shutil.rmtree(folder.work, ignore_errors=True)
            for kind, numbers in (("failed", summary.failed), ("read in part", summary.partial)):
                if numbers:
                    listed = ", ".join(map(str, numbers))
                    progress.console.print(
                        f"{file}: {kind}: page {listed}", style="yellow", markup=False, soft_wrap=True
                    )
            code = max(code, summary.status != "completed")
            print(folder.published / f"{artifact_name(file.name)}.md")
    shutil.rmtree(arguments.output / ".jobs", ignore_errors=True)
    return code


async def _convert_one(
    file: Path, folder: JobFolder, options: ReadOptions, engine: str, engines: Engines, progress: Progress, bar: TaskID
) -> DocumentSummary:
    digest, size = await asyncio.to_thread(_take_in, file, folder)
    found = await engines.inspector.run(
        inspect_file, folder.input, options.password, document=str(file), order=0, timeout_s=INSPECT_TIMEOUT_S
    )
    progress.update(bar, total=len(select_pages(options.pages, found.pages)))
    info = FileInfo(file.name, found.type, digest, size, found.pages)

    async def keep(page: PageResult) -> None:
        await asyncio.to_thread(folder.keep_page, page.number, page_to_json(page))
        progress.advance(bar)

    reader = engines.readers.get(engines.default if engine == "auto" else engine)  # type: ignore[call-overload]
    if reader is None:
        raise EngineUnavailable("No VLM is configured (USE_VLM_API, VLLM_URL); use --engine tesseract or auto")
    return await read_document(DocumentWork(folder, info, options), reader, keep)


def _take_in(source: Path, folder: JobFolder) -> tuple[str, int]:
    """Copies the file into the job's folder; gives its SHA-256 and its size in bytes."""
    shutil.rmtree(folder.work, ignore_errors=True)
    folder.work.mkdir(parents=True)
    copy = folder.work / "copy"
    shutil.copyfile(source, copy)
    with copy.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    size = copy.stat().st_size
    folder.create(copy)
    return digest, size
