"""Text-like ink by regions, and text that no region has."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from ocr_service.document import Box, Region
from ocr_service.layout.text_ink import TextInk, text_ink, with_missed_text
from tests.support.sheets import DPI, DrawnPage

UPPER = "Настоящий договор вступает в силу"
LOWER = "Цена товара составляет 5000 рублей"


def drawn() -> DrawnPage:
    page = DrawnPage(1240, 1000)
    page.text(100, 200, UPPER)
    page.text(100, 700, LOWER)
    return page


def ink_of(page: DrawnPage) -> TextInk:
    return text_ink(np.asarray(page.image), DPI)


def region(label: str, *bbox: int, order: int = 0) -> Region:
    x0, y0, x1, y1 = bbox
    return Region(label, (x0, y0, x1, y1), order, 0.9)


def inside(inner: Box, outer: Box) -> bool:
    return inner[0] >= outer[0] and inner[1] >= outer[1] and inner[2] <= outer[2] and inner[3] <= outer[3]


def test_a_line_that_no_region_has_becomes_one_after_what_stands_above_it() -> None:
    regions = [region("text", 90, 190, 900, 250), region("text", 90, 850, 900, 950, order=1)]
    joined = with_missed_text(regions, ink_of(drawn()))
    assert [each.order for each in joined] == [0, 1, 2]
    assert (joined[0].bbox, joined[2].bbox) == (regions[0].bbox, regions[1].bbox)
    missed = joined[1]
    assert (missed.label, missed.score) == ("text", 0.0)
    assert inside(missed.bbox, (80, 680, 900, 760))
    assert missed.bbox[0] <= 102 and missed.bbox[2] > 600


def test_lines_of_one_paragraph_are_one_region() -> None:
    page = DrawnPage(1240, 1000)
    for row in range(5):
        page.text(100, 200 + 40 * row, LOWER)
    assert len(with_missed_text([], ink_of(page))) == 1


def test_in_columns_missed_text_follows_its_own_column() -> None:
    page = DrawnPage(1240, 1000)
    for x in (100, 660):
        page.text(x, 200, "Поставщик")
    page.text(660, 500, "Покупатель")
    left = region("text", 90, 190, 500, 900)
    right = region("text", 650, 190, 1100, 250, order=1)
    below = region("text", 650, 700, 1100, 900, order=2)
    joined = with_missed_text([left, right, below], ink_of(page))
    assert [each.score for each in joined] == [0.9, 0.9, 0.0, 0.9]


def test_where_every_line_has_a_region_nothing_is_added_and_specks_and_frames_are_no_text() -> None:
    page = drawn()
    for x in range(200, 1000, 90):
        page.draw.point((x, 500), fill="black")
        page.draw.rectangle((x, 560, x + 3, 562), fill="black")
    page.draw.rectangle((50, 300, 1190, 480), outline="black", width=3)
    regions = [region("text", 90, 190, 900, 250), region("text", 90, 690, 900, 760, order=1)]
    assert with_missed_text(regions, ink_of(page)) == regions


def test_letters_that_stick_out_of_a_region_are_its_own() -> None:
    page = drawn()
    regions = [region("text", 106, 206, 860, 228), region("text", 106, 706, 860, 728, order=1)]
    assert with_missed_text(regions, ink_of(page)) == regions


@pytest.mark.parametrize("size", [8, 10, 14])
@pytest.mark.parametrize("text", [UPPER, LOWER, "The supplier shall deliver the goods"])
def test_the_letters_are_counted_by_their_ink_whatever_their_size(text: str, size: int) -> None:
    page = DrawnPage(1600, 200)
    page.text(50, 60, text, size)
    letters = sum(c.isalnum() for c in text)
    assert 0.6 * letters < ink_of(page).in_region((0, 0, 1600, 200)).letters < 1.6 * letters


def test_the_dots_of_a_leader_and_ruling_lines_are_no_letters() -> None:
    page = DrawnPage(1240, 1000)
    page.text(100, 200, "." * 90)
    for x in (100, 500, 900):
        page.draw.line((x, 300, x, 900), fill="black", width=3)
        page.draw.line((100, x, 900, x), fill="black", width=3)
    assert ink_of(page).in_region((0, 0, 1240, 1000)).letters < 15


def test_ink_is_that_of_the_region_alone() -> None:
    ink = ink_of(drawn())
    upper, lower, none = (ink.in_region(box) for box in ((0, 0, 1240, 500), (0, 500, 1240, 1000), (0, 900, 10, 910)))
    assert ink.in_region((0, 0, 1240, 1000)).ink == upper.ink + lower.ink
    assert upper.ink > 0 < lower.ink
    assert (none.letters, none.ink) == (0, 0)


def test_a_page_without_ink_has_no_letters() -> None:
    ink = text_ink(np.full((901, 701, 3), 255, np.uint8), 200)
    assert with_missed_text([], ink) == []
    assert ink.in_region((0, 0, 701, 901)).letters == 0


def banner(ground: str, text: str) -> DrawnPage:
    page = drawn()
    page.draw.rectangle((60, 420, 1180, 560), fill=ground)
    page.text(100, 460, "Оплата до 31 декабря", 14, fill=text)
    return page


@pytest.mark.parametrize(("ground", "text"), [("#1a2a5a", "white"), ("#333333", "#eeeeee"), ("#a02020", "#ffe0e0")])
def test_light_text_on_a_dark_ground_that_no_region_has_becomes_one(ground: str, text: str) -> None:
    regions = [region("text", 90, 190, 900, 250), region("text", 90, 690, 900, 760, order=1)]
    ink = ink_of(banner(ground, text))
    joined = with_missed_text(regions, ink)
    assert [each.score for each in joined] == [0.9, 0.0, 0.9]
    assert inside(joined[1].bbox, (60, 420, 1180, 560))
    assert joined[1].bbox[0] <= 104 and joined[1].bbox[2] > 560
    assert 12 <= ink.in_region(joined[1].bbox).letters <= 26  # of 17


def test_a_page_that_is_dark_all_over_has_its_text_too() -> None:
    page = DrawnPage(1240, 1000)
    page.draw.rectangle((0, 0, 1240, 1000), fill="#101828")
    page.text(100, 200, UPPER, fill="white")
    (missed,) = with_missed_text([], ink_of(page))
    assert missed.bbox[0] <= 102 and 180 < missed.bbox[1] < missed.bbox[3] < 260


def test_a_dark_bar_and_a_black_heading_are_no_light_text() -> None:
    page = drawn()
    page.draw.rectangle((60, 420, 1180, 560), fill="#1a2a5a")
    page.text(100, 800, "ИТОГИ ГОДА", 20, bold=True)
    regions = [region("text", 90, 190, 900, 250), region("text", 90, 690, 900, 760, order=1)]
    found = [each.bbox for each in with_missed_text(regions, ink_of(page)) if each.score == 0.0]
    assert len(found) == 1 and found[0][1] > 760


def slide_of(lines: int, ground: str, ink: str) -> DrawnPage:
    page = DrawnPage(1240, 1000)
    page.draw.rectangle((60, 60, 1180, 900), fill=ground)
    for row in range(lines):
        page.text(140, 160 + 70 * row, LOWER, 12, fill=ink)
    return page


@pytest.mark.parametrize(("ground", "ink"), [("#101840", "white"), ("#dde6f5", "black")])
def test_lines_on_what_the_model_took_for_a_picture_are_a_region_beside_it(ground: str, ink: str) -> None:
    picture = region("image", 60, 60, 1180, 900)
    joined = with_missed_text([picture], ink_of(slide_of(6, ground, ink)))
    (written,) = [each for each in joined if each.score == 0.0]
    assert inside(written.bbox, picture.bbox)
    assert written.bbox[0] <= 142 and written.bbox[1] <= 170 and written.bbox[3] >= 160 + 70 * 5 + 20
    assert len(joined) == 2


def test_a_picture_with_a_line_or_labels_or_with_text_of_the_model_on_it_is_left_alone() -> None:
    picture = region("image", 60, 60, 1180, 900)
    for page in (slide_of(1, "#101840", "white"), slide_of(0, "#101840", "white")):
        assert with_missed_text([picture], ink_of(page)) == [picture]
    labelled = DrawnPage(1240, 1000)
    for row in range(6):
        labelled.text(200 + 130 * row, 160 + 90 * row, "label 7")
    assert with_missed_text([picture], ink_of(labelled)) == [picture]
    both = [picture, region("text", 130, 150, 800, 560, order=1)]
    assert with_missed_text(both, ink_of(slide_of(6, "#101840", "white"))) == both


def test_a_photograph_has_no_lines() -> None:
    noise = np.random.default_rng(4).integers(0, 255, (125, 155, 3)).astype(np.uint8)
    pixels = np.asarray(Image.fromarray(noise).resize((1240, 1000), Image.Resampling.BICUBIC))
    assert text_ink(pixels, DPI).written_in((0, 0, 1240, 1000)) is None
