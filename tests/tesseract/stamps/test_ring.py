"""Text that runs around a round stamp is unrolled, and read as part of the stamp."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr_service.tesseract.reader import TesseractReader
from ocr_service.tesseract.stamps.ring import RingLine, ring_lines
from tests.support.sheets import DPI, FONTS, DrawnPage, reader_of

MIDDLE, RADIUS = 220, 200
FONT = ImageFont.truetype(FONTS / "DejaVuSans-Bold.ttf", round(9 * DPI / 72))


def ring(text: str, radius: int, begins_at: float = -90) -> Image.Image:
    """``text`` clockwise around the middle from ``begins_at`` degrees (0: the right), dark on white."""
    ink = Image.new("L", (2 * MIDDLE, 2 * MIDDLE), 0)
    angle = begins_at
    for letter in text:
        half = math.degrees((FONT.getlength(letter) + 4) / radius / 2)
        angle += half
        tile = Image.new("L", (80, 80), 0)
        ImageDraw.Draw(tile).text((40, 40), letter, 255, FONT, anchor="mm")
        turned = tile.rotate(-angle - 90, Image.Resampling.BICUBIC)
        x, y = (MIDDLE + radius * turn(math.radians(angle)) for turn in (math.cos, math.sin))
        ink.paste(255, (round(x) - 40, round(y) - 40), turned)
        angle += half
    return Image.eval(ink, lambda value: 255 - value)


def lines_of(letters: Image.Image, *, framed: bool = True) -> list[RingLine]:
    """What is unrolled of these letters, in a round frame or without one."""
    stamp = letters.copy()
    if framed:
        corners = (MIDDLE - RADIUS, MIDDLE - RADIUS, MIDDLE + RADIUS, MIDDLE + RADIUS)
        ImageDraw.Draw(stamp).ellipse(corners, outline=0, width=5)
    return list(ring_lines(np.asarray(stamp), np.asarray(letters)))


def test_a_ring_begins_after_its_widest_gap() -> None:
    (line,) = lines_of(ring("NORTHERN TIMBER TRADING COMPANY LTD", 170, begins_at=40))
    inked = np.flatnonzero(np.any(line.picture < 128, axis=0))
    gaps = np.diff(inked)
    assert line.picture.shape[1] - (inked[-1] - inked[0]) > gaps.max()


def test_two_rings_are_two_lines_from_the_outermost_inwards() -> None:
    outer, inner = ring("NORTHERN TIMBER TRADING COMPANY LTD", 175), ring("REGISTERED AT TALLINN HARBOUR", 135)
    both = Image.fromarray(np.minimum(np.asarray(outer), np.asarray(inner)))
    first, second = lines_of(both)
    assert first.outer > 175 > second.outer > 135


def test_a_box_of_the_line_is_placed_where_it_stands_in_the_ring() -> None:
    (line,) = lines_of(ring("NORTHERN TIMBER TRADING COMPANY LTD", 170))
    width = line.picture.shape[1]
    top = round((0.75 * width - line.start) % width)  # the top of the circle is three quarters around from its right
    x0, y0, x1, y1 = line.placed((top - 20, 0, top + 20, line.picture.shape[0]))
    assert x0 < MIDDLE < x1 and y0 < MIDDLE - 170 < y1 < MIDDLE


@pytest.mark.parametrize("shape", ["rectangle", "line", "nothing", "word"])
def test_what_is_not_round_has_no_rings(shape: str) -> None:
    picture = Image.new("L", (500, 300), 255)
    draw = ImageDraw.Draw(picture)
    if shape == "rectangle":
        draw.rectangle((20, 20, 480, 280), outline=0, width=6)
    elif shape == "line":
        draw.line((20, 280, 480, 20), fill=0, width=6)
    elif shape == "word":
        draw.text((40, 120), "RECEIVED", 0, FONT)
    assert lines_of(picture, framed=False) == []


@pytest.fixture(scope="module")
def reader() -> TesseractReader:
    return reader_of("eng")


@pytest.mark.parametrize("begins_at", [-90.0, -55.0, 160.0])
def test_a_round_stamp_over_text_gives_the_words_of_its_ring(begins_at: float, reader: TesseractReader) -> None:
    page = DrawnPage(1240, 900)
    place = (420, 150)
    letters = ring("NORTHERN TIMBER TRADING COMPANY LTD", 165, begins_at).convert("L")
    page.image.paste("#3355dd", place, Image.eval(letters, lambda value: 255 - value))
    for radius in (RADIUS, 135):
        x, y = place[0] + MIDDLE, place[1] + MIDDLE
        page.draw.ellipse((x - radius, y - radius, x + radius, y + radius), outline="#3355dd", width=5)
    for row in range(3):  # over the ring's lines, and over few of its letters
        page.text(100, 160 + 400 * row, "The supplier shall deliver the goods within ten days")
    read = reader.read(page.page(), [])
    seal = next(region for region in read.regions if region.label == "seal" and region.format == "text")
    assert {"TIMBER", "TRADING", "COMPANY"} <= set(seal.content.split())
    word = next(word for word in seal.words if word.text == "COMPANY")
    assert seal.bbox[0] <= word.bbox[0] < word.bbox[2] <= seal.bbox[2]
    assert seal.bbox[1] <= word.bbox[1] < word.bbox[3] <= seal.bbox[3]
