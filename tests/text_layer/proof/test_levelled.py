"""Turned and slanted text is proven as level text is."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from ocr_service.document import Gray
from ocr_service.text_layer.page.fonts import Font
from ocr_service.text_layer.page.glyphs import Glyphs, TextObject
from ocr_service.text_layer.proof.levelled import levelled
from ocr_service.text_layer.proof.shapes import classes_of_levelled, shape_classes
from tests.support.text_layer_pdfs import Sample, Sheet, with_maps
from tests.support.text_layer_set import read_sample

_WIDTH, _HEIGHT = 24.0, 12.0  # of a glyph, pixels


def _page(angle: float) -> tuple[Glyphs, Gray]:
    """One glyph at ``angle``, a filled box on its baseline, and its picture."""
    along = np.array([math.cos(math.radians(angle)), math.sin(math.radians(angle))])
    up = np.array([along[1], -along[0]])
    origin = np.array([100.0, 100.0])
    y, x = np.mgrid[0:200, 0:200]
    places = np.stack([x + 0.5, y + 0.5], axis=-1) - origin
    inside = (places @ along >= 0) & (places @ along < _WIDTH) & (places @ up >= 0) & (places @ up < _HEIGHT)
    corners = np.array([origin + a * along + b * up for a in (0, _WIDTH) for b in (0, _HEIGHT)])
    box = np.concatenate([corners.min(axis=0), corners.max(axis=0)])[None]
    item = TextObject(None, 0, 20.0, angle, 0, (0, 0, 0, 255), False)
    flag = np.zeros(1, bool)
    glyphs = Glyphs(
        np.array([65]), box, box, origin[None], np.zeros(1, np.int64), flag, flag, np.zeros(1, np.int64), np.zeros(1),
        (item,), (Font("F", "F", False, False, True),),
    )  # fmt: skip
    return glyphs, (inside * 255).astype(np.uint8)


@pytest.mark.parametrize("angle", [30, 45, 60, 90, 135, 180, 225, 270, 300, 317])
def test_a_glyph_at_any_angle_has_its_own_sides_and_its_ink(angle: float) -> None:
    glyphs, plate = _page(angle)
    level, (picture,) = levelled(glyphs, [plate])
    x0, y0, x1, y1 = level.ink[0].tolist()
    slack = 1.5 if angle % 90 else 0.01
    assert (x1 - x0, y1 - y0) == pytest.approx((_WIDTH, _HEIGHT), abs=slack)
    assert (level.rise[0], level.drop[0]) == pytest.approx((_HEIGHT / 20, 0), abs=slack / 20)
    part = picture[round(y0) + 1 : round(y1) - 1, round(x0) + 1 : round(x1) - 1]
    assert part.min() > 100 and level.angle[0] == 0
    assert np.array_equal(picture[:200, :200], plate)


def test_a_level_page_stays_as_it_is() -> None:
    glyphs, plate = _page(0)
    level, (picture,) = levelled(glyphs, [plate])
    assert level is glyphs and picture is plate


def test_two_shapes_of_one_slanted_character_are_told_apart() -> None:
    wide, plate = _page(30)
    narrow = wide.ink[0] * 0.6 + 80
    both = Glyphs(
        np.array([65, 65]), np.array([wide.ink[0], narrow]), np.array([wide.ink[0], narrow]),
        np.array([wide.origin[0], wide.origin[0] * 0.6 + 80]), np.zeros(2, np.int64), np.zeros(2, bool),
        np.zeros(2, bool), np.zeros(2, np.int64), np.zeros(2), wide.objects, wide.fonts,
    )  # fmt: skip
    slanted = shape_classes(both, [plate])
    assert slanted.tolist() == [0, 0]
    assert classes_of_levelled(slanted, both, *levelled(both, [plate])).tolist() == [0, 1]


@pytest.mark.parametrize("angle", [90, 30])
@pytest.mark.slow
def test_a_turned_comma_that_the_map_calls_a_full_stop_is_not_delivered(tmp_path: Path, angle: int) -> None:
    sheet = Sheet()
    sheet.paragraph("The committee met on Tuesday and approved the annual budget.", font="Sans")
    sheet.canvas.saveState()
    sheet.canvas.translate(200, 200)
    sheet.canvas.rotate(angle)
    sheet.canvas.setFont("Serif", 14)
    sheet.canvas.drawString(0, 0, "Total paid 1284,55 and 3906,17")
    sheet.canvas.restoreState()
    pdf = sheet.pdf()
    honest = read_sample(tmp_path, Sample("honest", pdf, ""), "only").markdown
    lying = with_maps(pdf, lambda codes: {c: "." if t == "," else t for c, t in codes.items()})
    assert "1284,55" in honest
    assert "1284.55" not in read_sample(tmp_path, Sample("lying", lying, ""), "only").markdown
