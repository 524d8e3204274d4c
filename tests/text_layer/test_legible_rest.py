"""What stays of the words that OCR read beside a proven layer, and what becomes a picture."""

from __future__ import annotations

import numpy as np

from ocr_service.document import UNREAD_LABEL
from ocr_service.tesseract.words import Line, Word, make_line
from ocr_service.text_layer.legible_rest import legible_rest, letter_runs, unread_picture, written_areas


def read(*words: tuple[str, float], y: int = 100, size: float | None = None) -> Line:
    placed = [
        Word(text, (100 * place, y, 100 * place + 90, y + 30), confidence, size)
        for place, (text, confidence) in enumerate(words)
    ]
    return make_line(placed)


def texts(lines: list[Line]) -> list[str]:
    return [line.text for line in lines]


_PROSE = read(("Harvest", 95), ("of", 96), ("every", 94), ("field", 95), ("since", 93), ("spring", 95))


def test_a_line_of_hardly_a_sure_word_goes_and_its_place_is_told() -> None:
    kept, left_out = legible_rest([_PROSE, read(("ae", 20), ("Zz", 30), ("hy", 12), y=300)], ())
    assert texts(kept) == [_PROSE.text]
    assert left_out == [(0, 300, 290, 330)]


def test_the_sure_words_of_such_a_line_stay() -> None:
    kept, left_out = legible_rest([_PROSE, read(("ae", 2), ("Reasoning", 94), ("Zzuuxxyyqqvv", 3), y=300)], ())
    assert texts(kept) == [_PROSE.text, "Reasoning"]
    assert left_out == [(0, 300, 290, 330)]


def test_a_doubtful_line_is_kept_where_most_of_the_rest_is_sure_and_goes_where_little_is() -> None:
    doubtful = read(("ssome", 50), ("wordz", 55), y=300)
    assert texts(legible_rest([_PROSE, doubtful], ())[0]) == [_PROSE.text, doubtful.text]
    assert texts(legible_rest([doubtful, read(("aeae", 62), ("Hss", 48), y=500)], ())[0]) == []


def test_what_the_pdf_s_own_unproven_text_says_too_stays_however_unsure() -> None:
    line = read(("http://www.", 7), ("example.org/orders", 11), y=300)
    assert (
        texts(legible_rest([_PROSE, line], frozenset(letter_runs("http://www.example.org/orders")))[0])[1] == line.text
    )
    assert len(legible_rest([_PROSE, line], frozenset(letter_runs("mailto:somebody")))[0]) == 1


def test_proven_words_stay_whatever_stands_beside_them() -> None:
    proven = read(("Sum", 100), y=300, size=20.0)
    mixed = make_line([*proven.words, Word("~§ae", (400, 300, 480, 330), 9.0)])
    kept, left_out = legible_rest([mixed], ())
    assert texts(kept) == ["Sum"]
    assert left_out == [(400, 300, 480, 330)]


def test_a_sentence_keeps_what_is_hard_to_read_in_it() -> None:
    proven = read(("where", 100), ("is", 100), ("a", 100), ("vector", 100), y=300, size=20.0)
    sentence = make_line([*proven.words, Word("{u(1)}", (600, 300, 680, 330), 9.0)])
    assert legible_rest([sentence], ()) == ([sentence], [])


def test_only_where_the_pdf_has_text_of_a_size_to_be_read_it_is_told_as_unread() -> None:
    ground = np.full((400, 600, 3), 255, np.uint8)
    ground[200:240, 100:300] = 120  # a picture, with or without text
    remainder = ground.copy()
    remainder[50:80, 100:300:4] = 0
    remainder[300:303, 100:300:4] = 0  # dots
    areas = [(100, 50, 300, 80), (100, 200, 300, 240), (100, 300, 300, 303)]
    assert written_areas(areas, remainder, ground, 200) == areas[:1]


def test_an_unread_place_is_a_picture_that_says_where() -> None:
    (region,) = unread_picture((100, 50, 300, 80)).regions
    assert (region.label, region.format) == (UNREAD_LABEL, "image")
    assert region.error is not None and "100,50,300,80" in region.error.message
