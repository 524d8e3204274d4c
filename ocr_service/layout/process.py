"""The layout process: ``python -m ocr_service.layout.process LISTENER MODEL ENGINE DEVICE PAGE_LIMIT_S``.

It owns the model, its memory and the GPU, so that the app never imports paddleocr. LISTENER is the file descriptor of
the listening socket (``runner.py``). On standard output it writes ``ready``, or ``failed: reason`` before it ends with
exit code 1. It ends when its standard input is closed, which the end of the app does, and when the model takes longer
than PAGE_LIMIT_S seconds for a page: native code that hangs cannot be stopped otherwise.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import socket
import sys
import threading
from collections.abc import Callable
from functools import partial

import numpy as np

from ocr_service.document import Pixels, Region
from ocr_service.layout.batches import Batches, DetectBatch
from ocr_service.layout.official import OfficialDetector
from ocr_service.layout.wire import greet, receive_page, send_answer
from ocr_service.workers.hardware import gpu_visible

_log = logging.getLogger(__name__)

# Detected before the first page, so that loading and compiling do not count against a page's limit.
_BLANK = np.full((1169, 827, 3), 255, np.uint8)


def main(listener: str, name: str, engine: str, device: str, page_limit_s: str) -> int:
    threading.Thread(target=_end_with_the_app, daemon=True).start()
    try:
        detector = _load(name, engine, device)
    except Exception as error:  # noqa: BLE001  the process's boundary: whatever paddleocr raises is the reason
        print(f"failed: {' '.join(str(error).split())[:500]}", flush=True)
        return 1
    serve(
        socket.socket(fileno=int(listener)),
        detector.detect_batch,
        lambda: print("ready", flush=True),
        page_limit_s=float(page_limit_s),
    )
    return 0


def _load(name: str, engine: str, device: str) -> OfficialDetector:
    """The model, after its first page. ``device`` ``auto``: the GPU where one is and works, else the CPU."""
    if device == "auto":
        if gpu_visible():
            try:
                return _load(name, engine, "gpu:0")
            except Exception as error:  # noqa: BLE001  whatever CUDA, onnxruntime or paddle raise
                _log.warning("%s does not run on the GPU, so it runs on the CPU: %s", name, error)
        return _load(name, engine, "cpu")
    detector = OfficialDetector(name, engine=engine, device=device)
    detector.detect(_BLANK)
    return detector


def serve(
    listener: socket.socket, detect_batch: DetectBatch, on_ready: Callable[[], object], *, page_limit_s: float
) -> None:
    """Answers requests, a thread for each connection; pages that wait together are one batch. Never returns.

    ``on_ready`` is called before the first connection is accepted. A batch that takes longer than ``page_limit_s``
    seconds ends the process, with the stacks of all threads on standard error.
    """
    batches = Batches(partial(_detect_in_time, detect_batch, page_limit_s))
    threading.Thread(target=batches.run, name="layout model", daemon=True).start()
    on_ready()
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=_answer_all, args=(connection, batches.detect), daemon=True).start()


def _detect_in_time(detect_batch: DetectBatch, page_limit_s: float, pages: list[Pixels]) -> list[list[Region]]:
    # Works beside native code that holds Python's lock, too.
    faulthandler.dump_traceback_later(page_limit_s, exit=True)
    try:
        return detect_batch(pages)
    finally:
        faulthandler.cancel_dump_traceback_later()


def _answer_all(connection: socket.socket, detect: Callable[[Pixels], list[Region]]) -> None:
    with connection:
        try:
            greet(connection)
            while (pixels := receive_page(connection)) is not None:
                try:
                    answer: list[Region] | str = detect(pixels)
                except Exception as error:  # noqa: BLE001  one page's boundary: the next may do
                    _log.exception("the layout model failed on a page")
                    answer = f"{type(error).__name__}: {error}"[:500]
                send_answer(connection, answer)
        except (OSError, ValueError) as error:
            _log.warning("a page worker's connection broke: %s", error)


def _end_with_the_app() -> None:
    while os.read(0, 4096):
        pass
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
