"""Small type is drawn again, larger, so that its letters are told apart as those of larger type are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ocr_service.render.pdfium import open_pdf
from ocr_service.text_layer.opened_page import OpenedPage, open_page, upright
from ocr_service.text_layer.small_type import LEAST_PX, enlarged
from tests.support.text_layer_pdfs import Sample, Sheet, swapped, with_maps
from tests.support.text_layer_set import read_sample, words_of

_TEXT = "The initial list (of 2019) quickly grew: all civil bills were filed again (in 2021)."


def _page(size: float, text: str = _TEXT, sideways: bool = False) -> bytes:
    sheet = Sheet()
    if sideways:
        sheet.canvas.translate(800, 0)
        sheet.canvas.rotate(90)
    sheet.paragraph(text, size=size)
    return sheet.pdf()


def _opened(folder: Path, pdf: bytes) -> OpenedPage:
    path = folder / "page.pdf"
    path.write_bytes(pdf)
    with open_pdf(path) as document:
        opened = open_page(document, 1, 200, 40_000_000)
    assert opened is not None
    return upright(opened)


@pytest.mark.parametrize("sideways", [False, True])
def test_glyphs_of_small_type_are_shown_larger_in_their_own_boxes(tmp_path: Path, sideways: bool) -> None:
    opened = _opened(tmp_path, _page(6, sideways=sideways))
    glyphs, (plate, *_) = enlarged(opened.glyphs, opened.seen.plates, opened.larger)
    moved = np.flatnonzero(glyphs.size >= LEAST_PX)
    assert {"(", ")", "i", "l", "q", "k"} <= {chr(code) for code in glyphs.codes[moved].tolist()}
    assert np.allclose(glyphs.rise[moved], opened.glyphs.rise[moved], atol=0.01)
    for x0, y0, x1, y1 in np.rint(glyphs.ink[moved]).astype(int).tolist():
        assert plate[y0:y1, x0:x1].max() > 100
        assert max(plate[y0 - 2, x0:x1].max(), plate[y0:y1, x0 - 3].max() if x1 - x0 < 6 else 0) < 100


@pytest.mark.parametrize("size", [9, 11])
def test_what_stands_in_larger_type_is_not_drawn_again(tmp_path: Path, size: float) -> None:
    opened = _opened(tmp_path, _page(size))
    assert opened.larger == ()
    glyphs, plates = enlarged(opened.glyphs, opened.seen.plates, opened.larger)
    assert glyphs is opened.glyphs and plates[0] is opened.seen.plates[0]


def _called(sign: str, other: str) -> Callable[[dict[int, str]], dict[int, str]]:
    return lambda codes: {code: other if text == sign else text for code, text in codes.items()}


@pytest.mark.parametrize(
    ("change", "lie"),
    [
        (_called("(", "["), "[of"),
        (_called("l", "i"), "iist"),
        pytest.param(swapped("gq"), "guickly", marks=pytest.mark.slow),
        pytest.param(_called("k", "K"), "quicKly", marks=pytest.mark.slow),
    ],
)
def test_lies_about_small_type_are_not_delivered(
    tmp_path: Path, change: Callable[[dict[int, str]], dict[int, str] | None], lie: str
) -> None:
    page = read_sample(tmp_path, Sample("lie", with_maps(_page(6.5), change), ""), "only")
    assert lie not in words_of(page.markdown)


@pytest.mark.parametrize("size", [6.0, pytest.param(7.0, marks=pytest.mark.slow)])
def test_true_small_type_is_believed(tmp_path: Path, size: float) -> None:
    page = read_sample(tmp_path, Sample("true", _page(size), ""), "only")
    assert words_of(page.markdown) == _TEXT.split()
