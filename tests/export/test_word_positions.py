"""The words of a page, found again in its picture."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr_service.document import Gray, PlacedWord, RegionResult
from ocr_service.export.word_positions import Line, place_words, with_words
from tests.support.pages import HEIGHT, WIDTH, page, region

_FONT = ImageFont.truetype("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", 22)
_LINES = ("Договор поставки товара", "заключён двадцатого мая")


def _drawn(lines: dict[tuple[int, int], str], scale: float = 1.0) -> Gray:
    picture = Image.new("L", (WIDTH, HEIGHT), "white")
    for place, text in lines.items():
        ImageDraw.Draw(picture).text(place, text, font=_FONT, fill="black")
    small = picture.resize((round(WIDTH * scale), round(HEIGHT * scale)))
    return np.asarray(small)


def _boxes(lines: dict[tuple[int, int], str]) -> list[tuple[str, float, float]]:
    """Each word with its left and right edge, as the font sets it."""
    boxes = []
    for (x, _), text in lines.items():
        for index, word in enumerate(text.split()):
            before = _FONT.getlength(" ".join(text.split()[:index]) + (" " if index else ""))
            boxes.append((word, x + before, x + before + _FONT.getlength(word)))
    return boxes


def _words(lines: list[Line]) -> list[tuple[str, float, float]]:
    return [(word.text, word.box[0], word.box[2]) for line in lines for word in line]


@pytest.mark.parametrize("scale", [1.0, 0.6])
def test_words_are_where_they_are_printed_whatever_the_scale_of_the_picture(scale: float) -> None:
    printed = {(100, 300): _LINES[0], (100, 340): _LINES[1]}
    text = region("text", "\n".join(_LINES), (95, 295, 600, 375))
    found = _words(place_words(page(1, text), _drawn(printed, scale)))
    expected = _boxes(printed)
    assert [word for word, _, _ in found] == [word for word, _, _ in expected]
    for (_, left, right), (_, x0, x1) in zip(found, expected, strict=True):
        assert left / scale == pytest.approx(x0, abs=5)
        assert right / scale == pytest.approx(x1, abs=5)


def test_the_words_of_a_table_are_in_their_cells() -> None:
    printed = {(110, 310): "Цена", (410, 310): "Срок", (110, 360): "84500", (410, 360): "май"}
    table = "<table><tr><td>Цена</td><td>Срок</td></tr><tr><td>84500</td><td>май</td></tr></table>"
    placed = place_words(page(1, region("table", table, (100, 300, 700, 400))), _drawn(printed))
    found = {word: (x0, x1) for word, x0, x1 in _words(placed)}
    assert list(found) == ["Цена", "Срок", "84500", "май"]
    for word, left, right in _boxes(printed):
        assert found[word] == pytest.approx((left, right), abs=8)


def test_text_without_ink_is_spread_over_its_box() -> None:
    text = region("text", "alpha beta gamma delta", (100, 300, 500, 330))
    found = _words(place_words(page(1, text), _drawn({})))
    assert [word for word, _, _ in found] == ["alpha", "beta", "gamma", "delta"]
    assert all(95 <= x0 < x1 <= 505 for _, x0, x1 in found)


@pytest.mark.parametrize(
    "nothing",
    [
        region("image", "alt", (100, 300, 500, 330), format="image", image="images/p0001_r00_image.jpg"),
        region("display_formula", "E = mc^2", (100, 300, 500, 330), format="latex"),
        region("text", "", (100, 300, 500, 330)),
    ],
)
def test_figures_formulas_and_empty_boxes_have_no_words(nothing: RegionResult) -> None:
    assert place_words(page(1, nothing), _drawn({})) == []


def test_words_stay_where_their_reader_placed_them() -> None:
    """Two lines of a slanted scan, whose boxes overlap in height, and a cell far to the right."""
    boxes = [
        (100, 300, 200, 330),
        (210, 306, 300, 336),
        (900, 320, 980, 350),
        (100, 326, 180, 352),
        (190, 331, 280, 358),
    ]
    words = tuple(PlacedWord(text, box) for text, box in zip(("ab", "cd", "12", "ef", "gh"), boxes, strict=True))
    text = region("table", "| ab cd | 12 |", (100, 300, 980, 360), words=words)
    placed = place_words(page(1, text), _drawn({}, 0.5))
    assert [[word.text for word in line] for line in placed] == [["ab", "cd"], ["12"], ["ef", "gh"]]
    for word, box in zip((word for line in placed for word in line), boxes, strict=True):
        assert word.box == pytest.approx([side / 2 for side in box], abs=1)


def test_a_word_that_hangs_below_its_slanted_line_stays_on_it() -> None:
    boxes = [(100 + 110 * i, 300 + 3 * i, 200 + 110 * i, 320 + 3 * i + (8 if i == 3 else 0)) for i in range(7)]
    words = tuple(PlacedWord(f"word{i}", box) for i, box in enumerate(boxes))
    text = region("text", "", (100, 300, 980, 360), words=words)
    [line] = place_words(page(1, text), _drawn({}))
    steps = [b.box[3] - a.box[3] for a, b in pairwise(line)]
    assert steps == pytest.approx([3] * 6, abs=0.2)
    assert {round(word.box[3] - word.box[1]) for word in line} == {28}


def test_words_that_no_reader_placed_are_placed_by_ink() -> None:
    printed = {(100, 300): _LINES[0], (100, 340): _LINES[1]}
    own = region("text", "own", (700, 300, 760, 330), words=(PlacedWord("own", (700, 300, 760, 330), 0.9),))
    regions = (region("text", "\n".join(_LINES), (95, 295, 600, 375)), own, region("image", "", format="image"))
    by_ink, kept, figure = with_words(page(1, *regions), _drawn(printed, 0.6)).regions
    assert (kept, figure.words) == (own, ())
    assert [word.text for word in by_ink.words] == " ".join(_LINES).split()
    assert {word.confidence for word in by_ink.words} == {None}
    for word, (_, x0, x1) in zip(by_ink.words, _boxes(printed), strict=True):
        assert word.bbox[0] == pytest.approx(x0, abs=6)
        assert word.bbox[2] == pytest.approx(x1, abs=6)


def test_words_placed_by_ink_have_the_confidences_that_their_reader_told() -> None:
    printed = {(100, 300): _LINES[0], (100, 340): _LINES[1]}
    words = "\n".join(_LINES).split()
    told = tuple(place / 100 for place, _ in enumerate(words))
    text = region("text", "\n".join(_LINES), (95, 295, 600, 375), confidence=0.9, word_confidences=(None, *told[1:]))
    [found] = with_words(page(1, text), _drawn(printed, 0.6)).regions
    assert [(word.text, word.confidence) for word in found.words] == list(zip(words, (0.9, *told[1:]), strict=True))


def test_words_of_a_table_have_the_confidences_of_their_cells() -> None:
    cells = "<table><tr><td>one &lt;2</td><td></td></tr><tr><td>3</td><td>four</td></tr></table>"
    table = region("table", cells, (100, 300, 500, 400), format="html", word_confidences=(0.1, 0.2, 0.3, 0.4))
    [found] = with_words(page(1, table), np.full((1400, 1000), 255, np.uint8)).regions
    assert [(w.text, w.confidence) for w in found.words] == [("one", 0.1), ("<2", 0.2), ("3", 0.3), ("four", 0.4)]
