"""The layout process: ``python -m ocr_service.layout.process SOCKET MODEL ENGINE DEVICE``.

It has the model, its memory and the GPU to itself, so that the app never imports paddleocr. On standard output it says
``ready``, or ``failed: reason`` before it ends with exit code 1. It ends when its standard input does: with the app.
"""

from __future__ import annotations

import logging
import os
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from ocr_service.layout.detector import Detector
from ocr_service.layout.official import OfficialDetector
from ocr_service.layout.wire import greet, receive_page, send_answer

_log = logging.getLogger(__name__)


def main(path: str, name: str, engine: str, device: str) -> int:
    threading.Thread(target=_end_with_the_app, daemon=True).start()
    try:
        detector = OfficialDetector(name, engine=engine, device=device)
    except Exception as error:  # noqa: BLE001  the process's boundary: whatever paddleocr raises is the reason
        print(f"failed: {' '.join(str(error).split())[:500]}", flush=True)
        return 1
    serve(Path(path), detector, lambda: print("ready", flush=True))
    return 0


def serve(path: Path, detector: Detector, on_ready: Callable[[], object]) -> None:
    """Answers at ``path``, a connection a thread, one page at a time; never returns. ``on_ready``: when it listens."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    path.chmod(0o600)
    listener.listen(128)
    on_ready()
    one_at_a_time = threading.Lock()
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=_answer_all, args=(connection, detector, one_at_a_time), daemon=True).start()


def _answer_all(connection: socket.socket, detector: Detector, one_at_a_time: threading.Lock) -> None:
    with connection:
        try:
            greet(connection)
            while (pixels := receive_page(connection)) is not None:
                with one_at_a_time:
                    try:
                        answer = detector.detect(pixels)
                    except Exception as error:  # noqa: BLE001  one page's boundary: the next may do
                        _log.exception("the layout model failed on a page")
                        send_answer(connection, f"{type(error).__name__}: {error}"[:500])
                        continue
                send_answer(connection, answer)
        except (OSError, ValueError) as error:
            _log.warning("a page worker's connection broke: %s", error)


def _end_with_the_app() -> None:
    while os.read(0, 4096):
        pass
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
