"""The places and sizes of punctuation."""

from __future__ import annotations

import numpy as np
import pytest

from ocr_service.text_layer.page.fonts import Font
from ocr_service.text_layer.page.glyphs import Glyphs, TextObject
from ocr_service.text_layer.proof.punctuation import below_baseline, may_stand_so

# Of Liberation Serif: top, bottom (below the baseline is positive), width, em.
_DRAWN = {".": (0.1, 0.01, 0.11), ",": (0.1, 0.14, 0.14), "-": (0.257, -0.194, 0.25), "%": (0.68, 0.01, 0.71)}


@pytest.mark.parametrize("sign", _DRAWN)
def test_a_mark_may_be_itself_and_none_of_the_others(sign: str) -> None:
    assert [other for other in _DRAWN if may_stand_so(other, *_DRAWN[sign])] == [sign]


def test_marks_that_are_not_known_may_stand_anywhere() -> None:
    assert may_stand_so("@", 0.1, 0.1, 0.1)


def test_a_minus_sign_is_no_tilde() -> None:
    assert may_stand_so("~", 0.33, -0.18, 0.46)
    assert may_stand_so("−", 0.29, -0.23, 0.51)
    assert not may_stand_so("~", 0.29, -0.23, 0.51)


@pytest.mark.parametrize("hyphen", "\u00ad\u2010\u2011")
def test_all_hyphens_stand_as_one_and_none_is_a_digit(hyphen: str) -> None:
    assert may_stand_so(hyphen, *_DRAWN["-"])
    assert not may_stand_so(hyphen, 0.68, 0.01, 0.4)


def test_a_colon_and_a_semicolon_of_pdfiums_courier_stand_higher() -> None:
    colon, semicolon = (0.505, -0.105, 0.142), (0.506, -0.008, 0.189)
    assert may_stand_so(":", *colon)
    assert may_stand_so(";", *semicolon)
    assert not may_stand_so(";", *colon)


def test_a_colon_may_stand_a_little_above_the_baseline() -> None:
    assert may_stand_so(":", 0.45, -0.07, 0.1)
    assert may_stand_so(":", 0.59, -0.094, 0.13)  # Inter's between digits
    assert not may_stand_so(":", 0.45, -0.2, 0.1)


def test_quotation_marks_stand_where_they_should_and_a_bar_is_no_slash() -> None:
    high, low, slash = (0.7, -0.43, 0.4), (0.1, 0.14, 0.4), (0.73, 0.01, 0.36)
    assert all(may_stand_so(mark, *high) and not may_stand_so(mark, *low) for mark in "“”")
    assert may_stand_so("„", *low) and not may_stand_so("„", *high)
    assert may_stand_so("/", *slash) and not may_stand_so("|", *slash)
    assert may_stand_so("|", 0.76, 0.2, 0.06)


@pytest.mark.parametrize(("bottom", "lowered"), [(101.2, 0.06), (100.0, 0.0), (104.0, 0.0)])
def test_a_font_may_have_its_latin_letters_a_little_below_the_baseline(bottom: float, lowered: float) -> None:
    box, flag, zero = np.array([[50.0, 85.0, 60.0, bottom]] * 2), np.zeros(2, bool), np.zeros(2, np.int64)
    item = TextObject(None, 0, 20.0, 0.0, 0, (0, 0, 0, 255), False)
    glyphs = Glyphs(
        np.array([49, 80]), box, box, np.array([[50.0, 100.0]] * 2), zero, flag, flag, zero, np.zeros(2),
        (item,), (Font("F", "F", False, False, True),),
    )  # fmt: skip
    assert below_baseline(glyphs, ["1", "P"], [0, 1]) == pytest.approx(lowered)
    assert below_baseline(glyphs, ["g", "."], [0, 1]) == 0
