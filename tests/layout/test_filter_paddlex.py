"""Which boxes of an official model stay: the rules of ``filter_overlap_boxes`` in paddlex 3.7."""

from __future__ import annotations

import pytest

from ocr_service.document import Box, Region
from ocr_service.layout.filter_paddlex import filter_for_vlm

WHOLE, INSIDE = (0, 0, 400, 400), (10, 10, 390, 200)


def kept(*regions: tuple[str, Box]) -> list[str]:
    found = [Region(label, box, place, 0.9) for place, (label, box) in enumerate(regions)]
    return [region.label for region in filter_for_vlm(found)]


@pytest.mark.parametrize(
    ("outer", "inner", "labels"),
    [
        ("text", "paragraph_title", ["text"]),
        ("image", "text", ["image", "text"]),
        ("chart", "text", ["chart", "text"]),
        ("table", "text", ["table"]),
        ("table", "image", ["table", "image"]),
        ("text", "inline_formula", ["text"]),
        ("image", "image", ["image"]),
    ],
)
def test_of_two_boxes_on_one_place(outer: str, inner: str, labels: list[str]) -> None:
    assert kept((outer, WHOLE), (inner, INSIDE)) == labels


def test_slivers_and_frames_of_a_bibliography_go() -> None:
    assert kept(("text", (0, 0, 300, 5)), ("reference", WHOLE), ("reference_content", INSIDE)) == ["reference_content"]


def test_boxes_that_hardly_touch_stay() -> None:
    assert kept(("text", (0, 0, 100, 100)), ("text", (0, 90, 100, 200))) == ["text", "text"]
