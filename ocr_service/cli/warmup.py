"""``python -m ocr_service warmup``: waits for the VLM backends, and has each read one region of each kind."""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import TYPE_CHECKING

from ocr_service.bootstrap.engines import vlm_options
from ocr_service.errors import ServiceError
from ocr_service.reading.vlm_reader import wait_for_backends
from ocr_service.settings import Settings

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add_command(commands: Commands) -> None:
    parser = commands.add_parser(
        "warmup",
        help="wait until the VLM backends are ready",
        description="Waits for every backend in VLLM_URL and has it read one region of each kind.",
        epilog="Exit code: 0 when all backends are ready, 1 when one is not ready in time or refuses.",
    )
    parser.add_argument("--wait", type=float, metavar="S", help="seconds to wait; default: VLLM_START_TIMEOUT_S")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    wait_s = settings.vllm_start_timeout_s if arguments.wait is None else arguments.wait
    try:
        asyncio.run(wait_for_backends(vlm_options(settings), wait_s=wait_s, report=print))
    except ServiceError as error:
        print(f"{error.code}: {error}", file=sys.stderr)
        return 1
    return 0
