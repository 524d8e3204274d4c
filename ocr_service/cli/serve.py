"""``python -m ocr_service serve``: the HTTP service in this process."""

from __future__ import annotations

import argparse
import asyncio
import logging
import math
import os
import resource
import signal
import socket
import sys
from functools import partial
from typing import TYPE_CHECKING

import uvicorn

from ocr_service.api.middleware.head_limits import bounded_protocol
from ocr_service.cli.startup_app import FrontDoor
from ocr_service.logs import configure_logging
from ocr_service.settings import Settings
from ocr_service.storage.filesystem import NotWritable, check_writable

if TYPE_CHECKING:
    from fastapi import FastAPI

    from ocr_service.api.dependencies import Services

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

log = logging.getLogger(__name__)

_OPEN_FILES = 65536
# Longer than a load balancer keeps an idle connection (60 s mostly): who closes first must be the one that sends next,
# or requests are lost to a reset.
_KEEP_ALIVE_S = 75


class _Server(uvicorn.Server):
    """Tells the jobs first when it is to end: open requests, which uvicorn waits for, may wait for jobs."""

    door: FrontDoor

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self.door.app is not None:
            services: Services = self.door.app.state.services
            services.jobs.drain()
        await super().shutdown(sockets)


def add_command(commands: Commands) -> None:
    commands.add_parser("serve", help="run the HTTP service").set_defaults(run=lambda _, settings: serve(settings))


def serve(settings: Settings) -> int:
    configure_logging(settings.log_level, settings.log_format)
    os.umask(int(settings.file_umask, 8))
    for name, folder in (("OUTPUT_DIR", settings.output_dir), ("TEMP_DIR", settings.temp_dir)):
        try:
            check_writable(folder)
        except NotWritable as error:
            print(f"{name}={error} (choose a folder that this user, UID {os.getuid()}, can write)", file=sys.stderr)
            return 2
    _allow_many_connections()
    failures: list[Exception] = []
    server: _Server

    def on_failure(error: Exception) -> None:
        failures.append(error)
        server.should_exit = True

    door = FrontDoor(partial(_load, settings), on_failure)
    server = _Server(
        uvicorn.Config(
            door,
            host=settings.app_host,
            port=settings.app_port,
            log_config=None,
            access_log=False,
            http=bounded_protocol(settings.client_timeout_s),
            ws="none",
            timeout_keep_alive=_KEEP_ALIVE_S,
            server_header=False,
            timeout_graceful_shutdown=math.ceil(settings.work_grace_s),
        ),
    )
    server.door = door
    # uvicorn raises the signal again after its orderly end: then this gives the exit code.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server.run()
    if failures:
        return _explain(failures[0])
    return 0 if server.started else 3


def _allow_many_connections() -> None:
    """Up to the hard limit: 1024 open files, a common soft limit, are 500 clients and what they read."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, _OPEN_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _load(settings: Settings) -> FastAPI:
    """The application and what it imports, in a thread of the front door's. Raises DatabaseError."""
    from ocr_service.api.app import create_app
    from ocr_service.bootstrap import jobs_config
    from ocr_service.jobs.service import check_database

    asyncio.run(check_database(jobs_config(settings)))
    return create_app(settings)


def _explain(error: Exception) -> int:
    """Says why there is no service; the exit code is 2 where the operator can mend it."""
    from ocr_service.jobs.db.database import DatabaseError

    if isinstance(error, DatabaseError):
        print(error, file=sys.stderr)
        return 2
    log.error("the service could not start, or not end in order", exc_info=error)
    return 3
