"""The picture of a page: the page as it was read."""

from __future__ import annotations

import io
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from tests.fakes.vllm import FakeVllm
from tests.support.jobs import document, held, quick_service, submit
from tests.support.running import RunningService

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def sideways(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two A4 pages; the second lies on its side, as a scanner feeds it."""
    path = tmp_path_factory.mktemp("pictures") / "sideways.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    _text(canvas)
    canvas.showPage()
    canvas.setPageSize((A4[1], A4[0]))
    canvas.translate(A4[1], 0)
    canvas.rotate(90)
    _text(canvas)
    canvas.save()
    return path


def _text(canvas: Canvas) -> None:
    canvas.setFillColorRGB(0, 0, 0)
    canvas.rect(72, A4[1] - 100, 300, 20, fill=1)  # black at the top left of the upright page
    for line in range(30):
        canvas.drawString(72, A4[1] - 140 - 20 * line, f"Line {line}: the quick brown fox jumps over the lazy dog")


def _read(service: RunningService, path: Path, **options: str) -> str:
    answer = service.read(path.name, path.read_bytes(), **options)
    assert answer.status_code == 200, answer.text
    job: str = answer.json()["job_id"]
    return job


def test_picture_is_as_large_as_the_page_and_upright(service: RunningService, sideways: Path) -> None:
    job = _read(service, sideways, dpi="150")
    for number in (1, 2):
        page = service.client.get(f"/jobs/{job}/pages/{number}").json()
        answer = service.client.get(f"/jobs/{job}/pages/{number}/image")
        assert answer.headers["content-type"] == "image/jpeg"
        picture = Image.open(io.BytesIO(answer.content)).convert("L")
        assert picture.size == (page["width"], page["height"])
        assert picture.width < picture.height
        assert np.asarray(picture)[round(picture.height * 90 / A4[1]), picture.width // 3] < 60


def test_page_that_was_not_read_has_no_picture(service: RunningService, sideways: Path) -> None:
    job = _read(service, sideways, pages="1")
    not_read = service.client.get(f"/jobs/{job}/pages/2/image")
    assert (not_read.status_code, not_read.json()["code"]) == (404, "not_found")
    no_page = service.client.get(f"/jobs/{job}/pages/3/image")
    assert (no_page.status_code, no_page.json()["code"]) == (404, "not_found")


def test_a_thumbnail_is_a_small_picture_of_the_page(service: RunningService, sideways: Path) -> None:
    job = _read(service, sideways, dpi="150")
    for number in (1, 2):
        answer = service.client.get(f"/jobs/{job}/pages/{number}/image", params={"size": "thumbnail"})
        picture = Image.open(io.BytesIO(answer.content))
        assert picture.height == 240 > picture.width


def test_a_page_has_a_picture_before_it_is_read(tmp_path: Path) -> None:
    fake, gate = FakeVllm(), threading.Event()
    fake.answer = held(gate)
    with fake.running(), quick_service(tmp_path, fake) as service:
        job = submit(service.client, "early", document("early", 2))
        answer = service.client.get(f"/jobs/{job}/pages/2/image")
        picture = Image.open(io.BytesIO(answer.content))
        assert picture.size == (300, 200)  # pixels: points at 72 dpi
        gate.set()
