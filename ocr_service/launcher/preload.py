"""``python -m ocr_service preload``: fetches the weights of a version before they are needed."""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TaskID, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.progress import Progress as Bar

from ocr_service.launcher.fetch import RETRIES, FetchFailed, Progress, fetch_model
from ocr_service.launcher.sources import SourceError, open_source
from ocr_service.launcher.weights import is_whole, layout_weights, missing_line, needed
from ocr_service.logs import configure_logging
from ocr_service.settings import Settings
from ocr_service.vlm.versions import VERSIONS, version_of

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

log = logging.getLogger(__name__)

_EXAMPLES = """examples:
  python -m ocr_service preload                         the VLM and layout weights of PADDLEOCR_VL_VERSION
  python -m ocr_service preload --version 1.0
  PADDLE_PDX_MODEL_SOURCE=/mnt/weights python -m ocr_service preload      from a folder (or https://…, s3://…)
  OFFLINE=true python -m ocr_service preload            only say whether everything is there

They go to PADDLEX_HOME/official_models. That folder can be a mirror: serve it with any web server, or copy it."""

_LINE_EVERY_S = 10.0


def add_command(commands: Commands) -> None:
    parser = commands.add_parser(
        "preload",
        help="fetch the weights of PaddleOCR-VL",
        description="Fetches the VLM and layout weights, checked and resumed, into PADDLEX_HOME.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--version", choices=sorted(VERSIONS), help="version of PaddleOCR-VL; default: PADDLEOCR_VL_VERSION"
    )
    which.add_argument("--model", action="append", metavar="NAME", help="one model by name; can be given again")
    which.add_argument("--layout", metavar="NAME", help="the weights of one layout model, for LAYOUT_ENGINE")
    parser.add_argument(
        "--tries", type=int, default=8, metavar="N", help="give up after N in a row without progress; default: 8"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    configure_logging(settings.log_level, settings.log_format)
    models = arguments.model or _models_of(arguments, settings)
    home = settings.weights_home
    missing = [model for model in models if not is_whole(home, model)]
    for model in models:
        if model not in missing:
            log.info("%s is in %s", model, home / "official_models")
    if not missing:
        return 0
    if settings.offline and not settings.paddle_pdx_model_source.startswith("/"):
        print(missing_line(missing, settings), file=sys.stderr)
        return 1
    try:
        source = open_source(settings)
        retries = replace(RETRIES, retries=arguments.tries - 1)
        with _progress() as progress:
            for model in missing:
                log.info("%s: fetching from %s", model, source.name)
                fetch_model(model, source, home, progress=progress, notify=log.warning, retries=retries)
                log.info("downloaded %s to %s", model, home / "official_models")
    except (FetchFailed, SourceError) as error:
        print(f"preload: {error}", file=sys.stderr)
        return 1
    return 0


def _models_of(arguments: argparse.Namespace, settings: Settings) -> list[str]:
    if arguments.layout:
        return [layout_weights(arguments.layout, settings.layout_engine)]
    if arguments.version:
        chosen = VERSIONS[arguments.version]
        return [chosen.vlm, layout_weights(chosen.layout, settings.layout_engine)]
    served = version_of(settings.vllm_model)
    layout = [layout_weights(served.layout, settings.layout_engine)] if served else []
    return list(dict.fromkeys([*needed(settings, vlm=True), *layout]))


@contextmanager
def _progress() -> Iterator[Progress]:
    """A bar on a terminal; in a log a line every ten seconds."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Lines()
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=console) as bar:
        tasks: dict[str, TaskID] = {}

        def advance(model: str, here: int, total: int) -> None:
            task = tasks.get(model)
            if task is None:
                task = tasks[model] = bar.add_task(model, total=total)
            bar.update(task, completed=here)

        yield advance


class _Lines:
    def __init__(self) -> None:
        self._next = 0.0

    def __call__(self, model: str, here: int, total: int) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _LINE_EVERY_S
            log.info("%s: %.0f of %.0f MB (%d %%)", model, here / 1e6, total / 1e6, 100 * here // max(total, 1))
