"""The official layout models: what comes from them, and the process that they live in."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import anyio
import numpy as np
import pytest

from ocr_service.document import Pixels, Region
from ocr_service.errors import EngineUnavailable
from ocr_service.layout.batches import DetectBatch
from ocr_service.layout.client import RemoteDetector
from ocr_service.layout.models import load_detector
from ocr_service.layout.official import OfficialDetector, regions_of
from ocr_service.layout.process import serve
from ocr_service.layout.runner import LayoutRunner

# As paddlex 3.7 gives it (``restructured_boxes`` in inference/models/layout_analysis/processors.py).
RECORDED = [
    {"cls_id": 6, "label": "doc_title", "score": 0.9123456, "coordinate": [180, 96, 1475, 160], "order": 1},
    {"cls_id": 22, "label": "text", "score": 0.97, "coordinate": [np.int64(180), 201, 1475, 402], "order": 2},
    {
        "cls_id": 21,
        "label": "table",
        "score": np.float32(0.5),
        "coordinate": [182.7, 430.2, 1470.9, 900.0],
        "order": None,
    },
]
PAGE = np.arange(40 * 30 * 3, dtype=np.uint8).reshape(40, 30, 3)


class Sums:
    """Shows that the pixels arrived whole: one region whose score is made of them."""

    name = "sums"
    in_reading_order = True

    def detect(self, pixels: Pixels) -> list[Region]:
        if pixels.max() == 0:
            raise ValueError("nothing to see")
        return [Region("text", (0, 0, pixels.shape[1], pixels.shape[0]), 0, float(pixels.sum()))]


def one_by_one(detector: Sums) -> DetectBatch:
    return lambda pages: [detector.detect(page) for page in pages]


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    path, listener = tmp_path / "layout", socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()
    serving = {"on_ready": lambda: None, "page_limit_s": 600}
    threading.Thread(target=serve, args=(listener, one_by_one(Sums())), kwargs=serving, daemon=True).start()
    yield path


def test_boxes_become_regions_in_their_order() -> None:
    assert regions_of(RECORDED) == [
        Region("doc_title", (180, 96, 1475, 160), 0, 0.912),
        Region("text", (180, 201, 1475, 402), 1, 0.97),
        Region("table", (182, 430, 1470, 900), 2, 0.5),
    ]


def test_a_page_goes_to_the_process_and_its_regions_come_back(path: Path) -> None:
    with closing(RemoteDetector("PP-DocLayoutV3", path)) as detector:
        for _ in range(3):
            assert detector.detect(PAGE) == [Region("text", (0, 0, 30, 40), 0, float(PAGE.sum()))]
        assert detector.detect(PAGE[::2])[0].bbox == (0, 0, 30, 20)


def test_the_setting_and_the_socket_give_the_detector(path: Path) -> None:
    detector = load_detector(f"PP-DocLayoutV3@{path}")
    assert isinstance(detector, RemoteDetector)
    detector.close()


def test_a_page_on_which_the_model_fails_costs_that_page_only(path: Path) -> None:
    with closing(RemoteDetector("PP-DocLayoutV3", path)) as detector:
        with pytest.raises(EngineUnavailable, match="nothing to see"):
            detector.detect(np.zeros_like(PAGE))
        assert detector.detect(PAGE)


def test_what_is_no_page_ends_its_own_connection_only(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as intruder:
        intruder.connect(str(path))
        intruder.sendall(b"\xff" * 8)
        assert intruder.recv(1) == b"\n"  # the greeting, and nothing else
        assert intruder.recv(1) == b""
    with closing(RemoteDetector("PP-DocLayoutV3", path)) as detector:
        assert detector.detect(PAGE)


def test_a_process_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match="not running"):
        RemoteDetector("PP-DocLayoutV3", tmp_path / "none", wait_s=0).detect(PAGE)


async def state(runner: LayoutRunner, begin: str) -> str:
    with anyio.fail_after(30):
        while not runner.state.startswith(begin):  # noqa: ASYNC110 - the state is all that a runner shows
            await anyio.sleep(0.01)
    return runner.state


@pytest.mark.anyio
async def test_without_paddleocr_the_state_says_so(tmp_path: Path) -> None:
    (tmp_path / "paddleocr.py").write_text("raise ImportError('not installed')")  # also where it is installed
    async with LayoutRunner(
        tmp_path / "layout",
        model="PP-DocLayoutV3",
        engine="onnxruntime",
        device="cpu",
        page_limit_s=30,
        environment={"PYTHONPATH": str(tmp_path)},
    ) as runner:
        assert runner.state == "loading"
        assert "needs the Python package paddleocr" in await state(runner, "failed")


@pytest.mark.anyio
@pytest.mark.parametrize("end", ["os._exit(3)", pytest.param("ctypes.PyDLL(None).sleep(600)", marks=pytest.mark.slow)])
async def test_a_process_that_dies_or_hangs_is_started_again(tmp_path: Path, end: str) -> None:
    program = f"""
import ctypes, os, socket, sys
from ocr_service.layout import process
from ocr_service.layout.stub import StubDetector
class Ending(StubDetector):
    def detect(self, pixels):
        if pixels.max() == 0:
            {end}
        return super().detect(pixels)
print("a library's chatter", flush=True)
listener = socket.socket(fileno=int(sys.argv[1]))
def detect(pages):
    return [Ending(2).detect(page) for page in pages]
process.serve(listener, detect, lambda: print("ready", flush=True), page_limit_s=float(sys.argv[5]))
"""
    command = (sys.executable, "-c", program)
    async with LayoutRunner(
        tmp_path / "layout",
        model="m",
        engine="e",
        device="d",
        page_limit_s=1,
        environment={"PYTHONPATH": "."},
        command=command,
    ) as runner:
        await state(runner, "ready")
        with closing(RemoteDetector("PP-DocLayoutV3", runner.path, wait_s=30)) as detector:
            assert len(await anyio.to_thread.run_sync(detector.detect, PAGE)) == 2
            with pytest.raises(EngineUnavailable, match="ended twice"):
                await anyio.to_thread.run_sync(detector.detect, np.zeros_like(PAGE))
            assert len(await anyio.to_thread.run_sync(detector.detect, PAGE)) == 2
        await state(runner, "ready")


@pytest.mark.weights
def test_the_official_model_finds_regions_on_a_page() -> None:
    page = np.full((1200, 900, 3), 255, dtype=np.uint8)
    for top in range(100, 600, 40):
        page[top : top + 20, 100:800:3] = 0
    regions = OfficialDetector("PP-DocLayoutV3", engine="onnxruntime", device="cpu").detect(page)
    assert any(region.label == "text" for region in regions)
