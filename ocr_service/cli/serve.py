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
from ocr_service.workers.loading import without_collector

if TYPE_CHECKING:
    from fastapi import FastAPI

    from ocr_service.api.dependencies import Services

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

log = logging.getLogger(__name__)

_OPEN_FILES = 65536
# Longer than a load balancer keeps an idle connection (mostly 60 s): if the service closed it first, a request sent at
# that moment would be lost to a reset.
_KEEP_ALIVE_S = 75


class _Server(uvicorn.Server):
    """At shutdown, drains the jobs first: open requests, for which uvicorn waits, may wait for jobs."""

    door: FrontDoor

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self.door.app is not None:
            services: Services = self.door.app.state.services
            services.jobs.drain()
        await super().shutdown(sockets)


def add_command(commands: Commands) -> None:
    parser = commands.add_parser(
        "serve",
        help="run the HTTP service",
        description="Runs the HTTP service on APP_HOST and APP_PORT until SIGTERM or Ctrl-C. Options are settings.",
        epilog="Exit code: 0 after SIGTERM, 2 when a setting, OUTPUT_DIR, TEMP_DIR or the database must be corrected, "
        "1 or 3 after another error.",
    )
    parser.set_defaults(run=lambda _, settings: serve(settings))


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
    """Raises RLIMIT_NOFILE to its hard limit: 1024 open files, a common soft limit, serve about 500 clients."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, _OPEN_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _load(settings: Settings) -> FastAPI:
    """Imports and creates the application, in a thread of FrontDoor. Raises DatabaseError."""
    with without_collector():
        from ocr_service.api.app import create_app
        from ocr_service.bootstrap.configs import jobs_config
        from ocr_service.jobs.service import check_database

    asyncio.run(check_database(jobs_config(settings)))
    return create_app(settings)


def _explain(error: Exception) -> int:
    """Prints why the service does not run. Returns the exit code: 2 for a fault of the database, else 3."""
    from ocr_service.jobs.db.database import DatabaseError

    if isinstance(error, DatabaseError):
        print(error, file=sys.stderr)
        return 2
    log.error("the service failed to start or to shut down", exc_info=error)
    return 3
