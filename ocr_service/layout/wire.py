"""The protocol between page workers and the layout process, over a Unix socket.

A page's pixels stay where they are: the worker hands over a descriptor of a memory file (12 MB at 200 dpi would not fit
into the /dev/shm of some platforms). The answer is JSON: nothing that comes from a worker is ever unpickled.
"""

from __future__ import annotations

import json
import mmap
import os
import socket
import struct
from typing import Any

import numpy as np

from ocr_service.document import Pixels, Region

_SIZE = struct.Struct("!II")  # a request: height and width
_LENGTH = struct.Struct("!I")  # an answer: bytes that follow
_MOST_PIXELS = 1 << 28
_GREETING = b"\n"


def greet(connection: socket.socket) -> None:
    """Sent once a connection is accepted: the kernel completes one also for a process that is ending."""
    connection.sendall(_GREETING)


def await_greeting(connection: socket.socket) -> None:
    """Raises ConnectionError when the process ended before it accepted the connection."""
    _exactly(connection, len(_GREETING))


def send_page(connection: socket.socket, pixels: Pixels) -> None:
    """``pixels``: height x width x 3."""
    descriptor = os.memfd_create("page")
    try:
        with os.fdopen(os.dup(descriptor), "wb", buffering=0) as file:
            view = np.ascontiguousarray(pixels).data.cast("B")
            while view:
                view = view[file.write(view) or 0 :]
        socket.send_fds(connection, [_SIZE.pack(*pixels.shape[:2])], [descriptor])
    finally:
        os.close(descriptor)


def receive_page(connection: socket.socket) -> Pixels | None:
    """The next page, None at the end of the connection. Raises ValueError for what is no page."""
    message, descriptors, _, _ = socket.recv_fds(connection, _SIZE.size, 1)
    try:
        if not message:
            return None
        if len(message) != _SIZE.size or len(descriptors) != 1:
            raise ValueError("not a page")
        height, width = _SIZE.unpack(message)
        size = height * width * 3
        if not 0 < size <= _MOST_PIXELS * 3 or os.fstat(descriptors[0]).st_size != size:
            raise ValueError("not a page")
        with mmap.mmap(descriptors[0], size, access=mmap.ACCESS_READ) as pages:
            # A copy: a file that its owner cuts short would end this process with SIGBUS later on.
            return np.frombuffer(pages, dtype=np.uint8).reshape(height, width, 3).copy()
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def send_answer(connection: socket.socket, answer: list[Region] | str) -> None:
    """Sends the regions, or the reason why there are none."""
    message = answer if isinstance(answer, str) else [[r.label, *r.bbox, r.order, r.score] for r in answer]
    body = json.dumps(message).encode()
    connection.sendall(_LENGTH.pack(len(body)) + body)


def receive_answer(connection: socket.socket) -> list[Region] | str:
    """The regions or the reason. Raises ConnectionError when the process ends before the answer is complete."""
    (length,) = _LENGTH.unpack(_exactly(connection, _LENGTH.size))
    answer: Any = json.loads(_exactly(connection, length))
    if isinstance(answer, str):
        return answer
    return [Region(label, (x0, y0, x1, y1), order, score) for label, x0, y0, x1, y1, order, score in answer]


def _exactly(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = connection.recv(size - len(data))
        if not part:
            raise ConnectionError("the layout process has ended")
        data += part
    return data
