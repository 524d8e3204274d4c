"""Paragraphs that the layout model broke in two are read together."""

from __future__ import annotations

from ocr_service.document import Box, Region
from ocr_service.vlm.merge_blocks import Paragraph, join_broken

APART = {"image", "table"}


def region(label: str, box: Box) -> Region:
    return Region(label, box, 0, 0.9)


def test_paragraphs_of_their_own_stay_apart() -> None:
    first, second = region("text", (0, 0, 900, 100)), region("text", (0, 110, 900, 200))
    assert join_broken([first, second], APART) == [Paragraph((first,)), Paragraph((second,))]


def test_a_paragraph_continues_at_the_top_of_the_next_column() -> None:
    left, right = region("text", (0, 500, 400, 900)), region("text", (440, 0, 840, 200))
    assert join_broken([left, right], APART) == [Paragraph((left, right), ("center",))]


def test_a_paragraph_flows_around_a_picture() -> None:
    wide, picture = region("text", (0, 0, 900, 200)), region("image", (600, 210, 900, 400))
    narrow = region("text", (0, 205, 590, 400))
    assert join_broken([wide, picture, narrow], APART) == [Paragraph((wide, narrow), ("left",)), Paragraph((picture,))]


def test_titles_are_never_joined() -> None:
    left, right = region("paragraph_title", (0, 500, 400, 600)), region("text", (440, 0, 840, 200))
    assert join_broken([left, right], APART) == [Paragraph((left,)), Paragraph((right,))]


def test_a_stack_much_higher_than_wide_is_read_part_by_part() -> None:
    left, right = region("text", (0, 100, 100, 900)), region("text", (120, 0, 220, 700))
    assert join_broken([left, right], APART) == [Paragraph((left,)), Paragraph((right,))]


def test_every_region_is_in_exactly_one_paragraph() -> None:
    regions = [region("text", (0, y, 300 + y, y + 90)) for y in range(0, 900, 100)]
    regions.insert(3, region("table", (0, 300, 900, 390)))
    parts = [part for paragraph in join_broken(regions, APART) for part in paragraph.parts]
    assert sorted(part.bbox for part in parts) == sorted(each.bbox for each in regions)
