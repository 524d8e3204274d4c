"""Pages and regions over a socket pair, as page workers and the layout process exchange them."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import numpy as np
import pytest

from ocr_service.document import Region
from ocr_service.layout.wire import await_greeting, greet, receive_answer, receive_page, send_answer, send_page

REGIONS = [Region("text", (1, 2, 30, 40), 0, 0.9), Region("table", (5, 6, 70, 80), 1, 0.5)]


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    worker, process = socket.socketpair(socket.AF_UNIX)
    with worker, process:
        yield worker, process


def test_a_page_arrives_whole_and_as_a_copy(pair: tuple[socket.socket, socket.socket]) -> None:
    worker, process = pair
    page = np.arange(20 * 10 * 3, dtype=np.uint8).reshape(20, 10, 3)
    send_page(worker, page)
    send_page(worker, page[:, ::2])
    received = receive_page(process)
    assert received is not None
    assert received.flags.owndata
    assert (received == page).all()
    second = receive_page(process)
    assert second is not None
    assert (second == page[:, ::2]).all()


@pytest.mark.parametrize("answer", [REGIONS, [], "ValueError: nothing to see"])
def test_an_answer_is_the_regions_or_a_reason(
    pair: tuple[socket.socket, socket.socket], answer: list[Region] | str
) -> None:
    worker, process = pair
    send_answer(process, answer)
    assert receive_answer(worker) == answer


def test_the_end_of_a_connection_is_seen(pair: tuple[socket.socket, socket.socket]) -> None:
    worker, process = pair
    greet(process)
    await_greeting(worker)
    process.close()
    with pytest.raises(ConnectionError):
        receive_answer(worker)


@pytest.mark.parametrize("message", [b"\xff" * 8, b"\x00" * 8, b"short"])
def test_what_is_no_page_is_refused(pair: tuple[socket.socket, socket.socket], message: bytes) -> None:
    worker, process = pair
    worker.sendall(message)
    with pytest.raises(ValueError, match="not a page"):
        receive_page(process)
    worker.close()
    assert receive_page(process) is None
