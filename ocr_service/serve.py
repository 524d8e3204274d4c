"""``python -m ocr_service serve``: the HTTP service in this process."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from typing import TYPE_CHECKING

import uvicorn

from ocr_service.api.app import create_app
from ocr_service.settings import Settings
from ocr_service.storage.filesystem import NotWritable, check_writable
from ocr_service.telemetry import configure_logging

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

log = logging.getLogger(__name__)


def add_command(commands: Commands) -> None:
    commands.add_parser("serve", help="run the HTTP service").set_defaults(run=lambda _, settings: serve(settings))


def serve(settings: Settings) -> int:
    configure_logging(settings.log_level, settings.log_format)
    for name, folder in (("OUTPUT_DIR", settings.output_dir), ("TEMP_DIR", settings.temp_dir)):
        try:
            check_writable(folder)
        except NotWritable as error:
            print(f"{name}={error} (choose a folder that this user, UID {os.getuid()}, can write)", file=sys.stderr)
            return 2
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(settings),
            host=settings.app_host,
            port=settings.app_port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=int(settings.shutdown_grace_s),
        )
    )
    server.run()
    return 0 if server.started else 3
