"""A page worker's connection to the layout process, as a Detector."""

from __future__ import annotations

import select
import socket
import time
from pathlib import Path

from ocr_service.document import Pixels, Region
from ocr_service.errors import EngineUnavailable
from ocr_service.layout.wire import await_greeting, receive_answer, send_page


class RemoteDetector:
    """Detects in the process that listens at ``path``. A broken connection is made again, once a page.

    The process accepts connections only when its model is loaded: until then, and while it restarts, ``detect`` waits
    up to ``wait_s`` seconds, then raises EngineUnavailable; it raises at once where nothing listens.
    """

    in_reading_order = True

    def __init__(self, name: str, path: Path, *, wait_s: float = 100.0) -> None:
        self.name = name
        self._path = path
        self._wait_s = wait_s
        self._connection: socket.socket | None = None

    def detect(self, pixels: Pixels) -> list[Region]:
        try:
            answer = self._ask(pixels)
        except OSError:
            self.close()
            try:
                answer = self._ask(pixels)
            except OSError as exc:
                self.close()
                raise EngineUnavailable(
                    f"the layout process of {self.name} ended twice during this page: {exc}"
                ) from exc
        if isinstance(answer, str):
            raise EngineUnavailable(f"{self.name} failed on this page: {answer}")
        return answer

    def wait_ready(self) -> None:
        """Returns when the model is loaded. Raises EngineUnavailable when it is not in time."""
        self._connection = self._connection or self._connect()

    def close(self) -> None:
        """Ends the connection; the next ``detect`` makes a new one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _ask(self, pixels: Pixels) -> list[Region] | str:
        if self._connection is not None and _hung_up(self._connection):
            self.close()  # the process ended between two pages: no try of this page
        self._connection = self._connection or self._connect()
        send_page(self._connection, pixels)
        return receive_answer(self._connection)

    def _connect(self) -> socket.socket:
        deadline = time.monotonic() + self._wait_s
        while True:
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.settimeout(max(0.0, deadline - time.monotonic()))
                connection.connect(str(self._path))
                await_greeting(connection)
                connection.settimeout(self._wait_s)
                return connection
            except (FileNotFoundError, ConnectionRefusedError, BlockingIOError, TimeoutError) as exc:
                connection.close()
                raise EngineUnavailable(f"the layout process of {self.name} is not running") from exc
            except ConnectionError:  # accepted by a process that was ending: the next one answers
                connection.close()


def _hung_up(connection: socket.socket) -> bool:
    """Whether the other side has closed an idle connection, which carries nothing between two requests."""
    readable, _, _ = select.select([connection], [], [], 0)
    return bool(readable)
