"""``python -m ocr_service send FILE… --url … -o DIR``: sends files to a running service, downloads the results."""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from rich.console import Console

from ocr_service.cli.bars import Bars
from ocr_service.cli.inputs import HELP, documents, formats
from ocr_service.client import AsyncClient, Job, JobFailed, Options, Refused, Unreachable
from ocr_service.client.values import Form
from ocr_service.settings import Settings
from ocr_service.storage.filesystem import NotWritable, artifact_name, check_writable, folder_names

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

_FOLDER = "folder"

_EXAMPLES = """examples:
  python -m ocr_service send contract.pdf --url http://ocr.example:8081 -o results
  python -m ocr_service send scans/*.tiff -o results --formats folder,pdf --parallel 16
  SEND_API_KEY=… python -m ocr_service send book.pdf -o results --pages 1-3,-1

SEND_API_KEY is the API key. Each file gets its own folder: results/contract/contract.md, contract.json and images/.
Formats: folder (these files), md, json, chunks.json (for retrieval), html, txt, docx (Word), pdf (searchable), zip.
A broken connection is resumed. The same command continues an earlier one: pages that were read are not read again,
failed ones are tried once more; --again reads all anew.
Exit code: 0 when every page was read, 1 when a document or page failed (each is named), 2 when nothing could be sent
(arguments, output folder, no connection, key refused), 130 after Ctrl-C."""


def add_command(commands: Commands) -> None:
    parser = commands.add_parser(
        "send",
        help="send files to a running service and download the results",
        description="Sends PDFs and images to a running service and downloads the results.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help=HELP)
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="folder of the results")
    parser.add_argument("--url", default="http://127.0.0.1:8081", help="address of the service; default: %(default)s")
    parser.add_argument(
        "--formats",
        type=formats,
        default=(_FOLDER,),
        metavar="LIST",
        help="separated by commas, see below; default: folder",
    )
    parser.add_argument(
        "--parallel", type=_positive, default=8, metavar="N", help="documents sent in parallel; default: 8"
    )
    parser.add_argument(
        "--patience",
        type=float,
        default=300,
        metavar="S",
        help="seconds to retry while the service does not answer or is busy; default: 300",
    )
    parser.add_argument("--again", action="store_true", help="read all pages anew, also those read before")
    parser.add_argument("--pages", default="", help="such as 1-3,7,-1 (-1 is the last page); default: all")
    parser.add_argument("--dpi", default="", help="resolution of the rendered pages; default: the service's")
    parser.add_argument("--language", default="", help="Tesseract's languages, such as rus+eng; default: the service's")
    parser.add_argument("--engine", choices=("auto", "vlm", "tesseract"), default="", help="default: the service's")
    parser.add_argument(
        "--text-layer",
        choices=("auto", "ignore", "only"),
        default="",
        help="text that PDFs contain: auto uses it where OCR of samples confirms it, ignore reads all with OCR, only "
        "uses no OCR; default: the service's",
    )
    parser.add_argument("--words", action="store_true", help="the JSON has each word with its box and confidence")
    parser.add_argument(
        "--page-markers",
        choices=("none", "comment", "rule"),
        default="",
        help="mark in the Markdown where a page begins; default: none",
    )
    parser.add_argument("--password", default="", help="password for encrypted PDFs")
    parser.set_defaults(run=run)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r}: must be 1 or more")
    return int(text)


@dataclass(frozen=True, slots=True)
class _Order:
    """Options of every submission. ``run`` makes the idempotency key unique to this run; "" continues earlier runs."""

    output: Path
    formats: tuple[str, ...]
    fields: Options
    run: str


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    console = Console(stderr=True)
    key = settings.send_api_key.get_secret_value() if settings.send_api_key else None
    try:
        check_writable(arguments.output)
        return asyncio.run(_send(arguments, key, console))
    except NotWritable as error:
        message = f"-o {error}"
    except (Refused, Unreachable) as error:
        message = str(error)
    except KeyboardInterrupt:
        console.print("Stopped. The service still reads the files sent; run the same command to download the results.")
        return 130
    console.print(message, style="red", markup=False, soft_wrap=True)
    return 2


async def _send(arguments: argparse.Namespace, key: str | None, console: Console) -> int:
    names = ("pages", "dpi", "language", "engine", "text_layer", "page_markers", "password")
    fields = cast(Options, {name: value for name in names if (value := getattr(arguments, name))})
    if arguments.again:
        fields["cache"] = False
    if arguments.words:
        fields["include_words"] = True
    order = _Order(arguments.output, arguments.formats, fields, os.urandom(8).hex() if arguments.again else "")
    files = documents(arguments.files, arguments.output)
    if not files:
        console.print("The given files and folders contain no PDF and no image.", style="red")
        return 2
    slots = asyncio.Semaphore(arguments.parallel)
    async with AsyncClient(arguments.url, key, patience_s=arguments.patience) as client:
        await client.check()

        async def one(file: Path, name: str) -> bool:
            async with slots:
                return await _Document(client, order, bars, file, name).read()

        with Bars(console, total=len(files)) as bars:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(one(file, name), name=f"send {file}")
                    for file, name in zip(files, folder_names(files), strict=True)
                ]
    return 0 if all(task.result() for task in tasks) else 1


class _Document:
    """One file: sends it, follows its events, writes its results."""

    def __init__(self, client: AsyncClient, order: _Order, bars: Bars, file: Path, name: str) -> None:
        self._client = client
        self._order = order
        self._bars = bars
        self._file = file
        self._name = name
        self._bar = bars.begin(file.name, "sending")

    async def read(self) -> bool:
        """Whether every page was read. Prints errors."""
        try:
            job = await self._submitted()
            not_well = await self._watched(job)
            job = await self._client.job(job)
            self._show(job.state)
            if job.state in ("completed", "partial"):
                for path in await self._written(job):
                    print(path)
            if job.state == "completed":
                return True
            pages = f" (pages {', '.join(map(str, sorted(not_well)))})" if not_well else ""
            self._say(f"{JobFailed(job)}{pages}")
        except (Refused, Unreachable) as error:
            self._show("failed")
            self._say(str(error))
        except (OSError, zipfile.BadZipFile) as error:
            self._show("failed")
            self._say(getattr(error, "strerror", None) or str(error))
        finally:
            self._bars.end(self._bar)
        return False

    async def _submitted(self) -> Job:
        digest = await asyncio.to_thread(_digest, self._file)
        asked = json.dumps([digest, self._file.name, self._order.fields, self._order.run], sort_keys=True)
        key = hashlib.sha256(asked.encode()).hexdigest()
        job = await self._client.submit(self._file, idempotency_key=key, **self._order.fields)
        if job.state in ("partial", "failed", "cancelled"):  # of an earlier run
            job = await self._client.retry(job)
        return job

    async def _watched(self, job: Job) -> set[int]:
        """Updates the progress bar until the job ends. Returns the numbers of failed and partial pages."""
        self._bars.pages(self._bar, total=job.pages_total)
        self._show(job.state)
        done: dict[int, str] = {}
        async for event in self._client.events(job):
            if event.kind == "page":
                done[event.data["number"]] = event.data["status"]
                self._bars.pages(self._bar, completed=len(done))
            else:
                self._show(event.data["state"])
        return {number for number, status in done.items() if status != "completed"}

    async def _written(self, job: Job) -> list[Path]:
        folder = self._order.output / self._name
        folder.mkdir(exist_ok=True)
        stem = artifact_name(self._file.name)
        written = []
        for form in self._order.formats:
            if form == _FOLDER:
                with tempfile.TemporaryDirectory(dir=folder, prefix=".unpacking-") as scratch:
                    bundle = Path(scratch) / "bundle.zip"
                    await self._client.download(job, "zip", bundle)
                    await asyncio.to_thread(_unpack, bundle, Path(scratch) / "files", folder)
                written.append(folder / f"{stem}.md")
            else:
                target = folder / f"{stem}.{form}"
                await self._client.download(job, cast(Form, form), target)
                written.append(target)
        return written

    def _show(self, state: str) -> None:
        self._bars.state(self._bar, state)

    def _say(self, message: str) -> None:
        self._bars.say(f"{self._file}: {message}", "red")


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _unpack(bundle: Path, scratch: Path, folder: Path) -> None:
    with zipfile.ZipFile(bundle) as files:
        files.extractall(scratch)  # keeps every name inside
    shutil.copytree(scratch, folder, dirs_exist_ok=True)
