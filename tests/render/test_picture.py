"""A page as a picture for people."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from ocr_service.render.picture import PictureTask, write_picture
from tests.support.simple_documents import pdf


def size_of(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        return image.size


@pytest.fixture
def task(tmp_path: Path) -> PictureTask:
    path = tmp_path / "page.pdf"
    path.write_bytes(pdf("Hello"))
    return PictureTask(path, "pdf", 1, "", 1000, 1400, 100, 0, tmp_path / "page.jpg")


def test_the_picture_has_the_size_of_the_result(task: PictureTask) -> None:
    write_picture(task)
    assert size_of(task.target) == (1000, 1400)


def test_a_turned_page_is_shown_upright(task: PictureTask) -> None:
    write_picture(replace(task, width=1400, height=1000, angle=90))
    assert size_of(task.target) == (1400, 1000)


def test_a_large_page_is_no_larger_than_a_browser_shows(task: PictureTask) -> None:
    write_picture(replace(task, width=5000, height=7000, dpi=300))
    assert max(size_of(task.target)) == 2400


def test_a_page_that_is_not_read_is_shown_as_the_document_has_it(task: PictureTask) -> None:
    write_picture(replace(task, width=0, height=0, dpi=100))
    width, height = size_of(task.target)
    assert (width, height) == pytest.approx((827, 1169), abs=2)  # A4


def test_a_thumbnail_is_small(task: PictureTask) -> None:
    write_picture(replace(task, longest=240))
    assert size_of(task.target) == (171, 240)
