"""``python -m ocr_service batch SOURCE --to TARGET``: an archive of any size, read on Ray."""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from rich.console import Console

from ocr_service import __version__
from ocr_service.bootstrap.configs import delivery_config
from ocr_service.cli.archive.places import Address, Place, each, is_document, read_text, write_text
from ocr_service.cli.archive.plan import (
    PLAN,
    SHARDS,
    Item,
    OtherOptions,
    RayFailed,
    Summary,
    large_item,
    parts_of,
    plan_text,
    planned,
)
from ocr_service.cli.archive.shard_reader import Archive
from ocr_service.document import ReadOptions
from ocr_service.errors import BadOption, ServiceError
from ocr_service.logs import configure_logging
from ocr_service.settings import Settings
from ocr_service.tesseract.scripts import full_codes

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

_EXAMPLES = """examples:
  python -m ocr_service batch scans/ --to results/
  python -m ocr_service batch s3://archive/in/ --to s3://archive/out/
  python -m ocr_service batch s3://archive/in/ --to s3://archive/out/ --ray ray://head:10001 --actors 16

Each document gets a folder of its own: results/contracts/a.pdf/a.md, a.json and images/. results/pages/*.parquet have a
row for each page, results/manifest.json the counts. Run the same command again to continue after a stop, a crash or
errors: documents that are there are not read again. The bucket's keys are the CLOUDRU_S3_ settings, or those of any S3.
Exit code: 0 when every page was read, 1 when a document or page failed (rows name them), 2 when nothing could be
started, 3 when something could not be finished (the store was away): run it again; 130 after Ctrl-C."""


def add_command(commands: Commands) -> None:
    parser = commands.add_parser(
        "batch",
        help="read an archive on Ray",
        description="Reads all PDFs and images under a prefix of a bucket, or in a folder, on a Ray cluster.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("source", metavar="SOURCE", help="s3://bucket/prefix/ or a folder")
    parser.add_argument("--to", required=True, metavar="TARGET", help="s3://bucket/prefix/ or a folder")
    parser.add_argument("--ray", metavar="ADDRESS", help="of a cluster, such as ray://head:10001; default: a local Ray")
    parser.add_argument("--actors", type=int, help="most reader processes; default: one for each --cpus of the cluster")
    parser.add_argument("--cpus", type=int, default=1, help="page workers of one actor; default: 1")
    parser.add_argument("--large", type=int, default=100, metavar="PAGES", help="read in parts from here; default: 100")
    parser.add_argument("--dpi", type=int, help="resolution of the rendered pages; default: RENDER_DPI")
    parser.add_argument("--language", help="Tesseract's languages; default: OCR_LANGUAGE")
    parser.add_argument("--no-images", action="store_true", help="write no image files for figures")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    configure_logging("WARNING", settings.log_format)
    console = Console(stderr=True)
    if find_spec("ray") is None or find_spec("pyarrow") is None:
        console.print("batch needs Ray: pip install 'pages2md[ray]'", style="red", markup=False)
        return 2
    try:
        return _batch(arguments, settings, console)
    except OtherOptions:
        console.print(f"{arguments.to} has results of other options or another version: give another --to", style="red")
        return 2
    except RayFailed as error:
        console.print(f"{error}. What is read is kept; run it again.", style="red", markup=False, soft_wrap=True)
        return 3
    except ServiceError as error:
        console.print(f"{error.code}: {error}", style="red", markup=False, soft_wrap=True)
        return 2
    except KeyboardInterrupt:
        console.print("Stopped. What is read is kept; run the same command to read the rest.")
        return 130


def _batch(arguments: argparse.Namespace, settings: Settings, console: Console) -> int:
    archive = _archive(arguments, settings)
    items, kept = asyncio.run(_plan(archive, _fingerprint(archive, settings)))
    if not items:
        console.print(f"There is no PDF or image in {arguments.source}.", style="red", markup=False)
        return 2
    progress = _Progress(console, documents=sum(len(item.documents) for item in items))
    actors = arguments.actors or 0

    def read(some: Sequence[Item]) -> None:
        nonlocal actors
        for item in some:
            if item.name in kept:
                progress.add(kept[item.name])
        if new := [item for item in some if item.name not in kept]:
            from ocr_service.cli.archive import on_ray  # takes seconds

            on_ray.connect(arguments.ray)
            actors = actors or max(1, on_ray.cluster_cpus() // arguments.cpus)
            for summary in on_ray.read_items(new, archive, settings, actors=actors, cpus=arguments.cpus):
                progress.add(summary)

    read(items)
    large, part = dict(progress.large), archive.large_from // 2 or 1
    parts = [item for document, pages in large.items() for item in parts_of(document, pages, part)]
    read([*parts, *map(large_item, large)])
    try:
        asyncio.run(_write_manifest(archive, progress.manifest()))
    except ServiceError as error:
        progress.given_up.append(f"manifest.json: {error.code}: {error}")
    progress.tell(last=True)
    return progress.code


def _archive(arguments: argparse.Namespace, settings: Settings) -> Archive:
    s3 = delivery_config(settings).s3
    source, target = Address(arguments.source, s3), Address(arguments.to, s3)
    if source.text.rstrip("/") == target.text.rstrip("/"):
        raise BadOption("SOURCE and --to are the same place")
    options = ReadOptions(
        dpi=arguments.dpi or settings.render_dpi,
        language=full_codes(arguments.language or settings.ocr_language),
        include_images=not arguments.no_images,
        headers=settings.headers,
        text_layer=settings.text_layer,
    )
    if arguments.large < 2 or arguments.cpus < 1 or (arguments.actors is not None and arguments.actors < 1):
        raise BadOption("--large must be 2 or more, --cpus and --actors 1 or more")
    return Archive(source, target, options, large_from=arguments.large)


def _fingerprint(archive: Archive, settings: Settings) -> dict[str, Any]:
    """What must be the same for a run to go on with another's results."""
    known = {name: getattr(archive.options, name) for name in archive.options.__slots__ if name != "password"}
    reader = {"vlm": settings.use_vlm_api, "profile": settings.profile, "layout": settings.layout_model}
    return {"version": __version__, "source": archive.source.text, "large_from": archive.large_from, **known, **reader}


async def _plan(archive: Archive, options: dict[str, Any]) -> tuple[list[Item], dict[str, Summary]]:
    """Lists the source; what the kept plan does not have is added to it. And what came of items in earlier runs."""
    source, target = archive.source.open(), archive.target.open()
    try:
        inside = archive.target.inside(archive.source)
        found = [name for name in await source.names() if is_document(name)]
        names = [name for name in found if inside is None or not name.startswith(inside)]
        kept = await read_text(target, PLAN)
        items = planned(kept, names, options)
        if items and (text := plan_text(items, options)) != kept:
            await write_text(target, PLAN, text)
        # A document of a folder that is called so, too, lies deeper.
        found = [name for name in await target.names(SHARDS) if "/" not in name.removeprefix(SHARDS)]
        texts = await each(found, lambda name: read_text(target, name))
        summaries = [replace(Summary.from_json(text), resumed=True) for text in texts if text]
        return items, {summary.name: summary for summary in summaries}
    finally:
        source.close()
        target.close()


async def _write_manifest(archive: Archive, manifest: dict[str, Any]) -> None:
    target: Place = archive.target.open()
    try:
        await write_text(target, "manifest.json", json.dumps(manifest, indent=2))
        await target.tidy()
    finally:
        target.close()


@dataclass
class _Progress:
    """Counts of all runs; ``pages_here``: those that this run has read."""

    console: Console
    documents: int
    done: int = 0
    pages: int = 0
    pages_here: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    large: dict[str, int] = field(default_factory=dict)
    given_up: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    told: float = 0.0
    line: str = ""

    def add(self, summary: Summary) -> None:
        if summary.error:
            self.given_up.append(f"{summary.name}: {summary.error}")
        self.done += summary.documents
        self.pages += summary.pages
        self.pages_here += 0 if summary.resumed else summary.pages
        self.errors.update(summary.errors)
        self.large.update(summary.large)
        self.tell()

    @property
    def pages_a_second(self) -> float:
        return self.pages_here / max(0.001, time.monotonic() - self.began)

    def tell(self, *, last: bool = False) -> None:
        """One line, at most every two seconds."""
        if not last and time.monotonic() - self.told < 2:
            return
        self.told = time.monotonic()
        failed = sum(self.errors.values())
        line = (
            f"{self.done} of {self.documents} documents, {self.pages} pages, {failed} failed, "
            f"{self.pages_a_second:.1f} pages/s"
        )
        if line != self.line:
            self.console.print(line)
        self.line = line
        for reason in self.given_up if last else ():
            self.console.print(f"not finished: {reason}", style="yellow", markup=False, soft_wrap=True)

    @property
    def code(self) -> int:
        if self.given_up or self.done < self.documents:
            return 3
        return 1 if self.errors else 0

    def manifest(self) -> dict[str, Any]:
        return {
            "documents": self.documents,
            "documents_done": self.done,
            "pages": self.pages,
            "errors": dict(self.errors),
            "not_finished": self.given_up,
            "seconds": round(time.monotonic() - self.began, 1),
            "pages_per_second": round(self.pages_a_second, 2),
        }
