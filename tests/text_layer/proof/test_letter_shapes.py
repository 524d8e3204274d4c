"""Letters and signs that Tesseract's languages lack: their drawings tell whether the map says what they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ocr_service.text_layer.proof.letter_shapes import TABLE, Drawing, tells_apart
from tests.support.text_layer_pdfs import ENGLISH, Sample, Sheet, swapped, with_maps
from tests.support.text_layer_set import read_sample, words_of

_GREEK = (
    "Η σύμβαση υπογράφεται μετά την παράδοση και το τιμολόγιο εξοφλείται σε τριάντα ημέρες χωρίς άλλη ειδοποίηση.",
    "Η εγγύηση καλύπτει κάθε βλάβη του ψυγείου, εφόσον ο πελάτης ζητήσει επισκευή και φυλάξει την απόδειξη.",
)


def _sheet(*paragraphs: str) -> Sheet:
    sheet = Sheet()
    for text in paragraphs:
        sheet.paragraph(text)
    return sheet


def _drawing(sign: str) -> Drawing:
    with np.load(TABLE) as stored:
        row = stored["signs"].tolist().index(ord(sign))
        sample = stored["samples"][row].astype(np.float32)
        return stored["boxes"][row].astype(float), sample / np.linalg.norm(sample)


@pytest.mark.parametrize(
    ("sign", "other", "are_told"),
    [
        ("п", "ш", True),
        ("п", "Q", True),
        ("п", "8", True),
        ("с", "c", False),
        ("п", "n", False),
        ("п", "\u4e01", False),
    ],
)
def test_a_drawing_tells_its_letter_from_those_that_it_was_compared_with_or_is_far_from(
    sign: str, other: str, *, are_told: bool
) -> None:
    assert tells_apart(sign, other, _drawing(sign)) == are_told


def test_an_alphabet_that_tesseract_lacks_is_believed_where_its_letters_look_like_themselves(tmp_path: Path) -> None:
    sheet = _sheet(*_GREEK)
    page = read_sample(tmp_path, Sample("greek", sheet.pdf(), ""))
    assert words_of(page.markdown) == words_of(sheet.text())
    assert {region.source for region in page.regions} == {"text_layer"}


@pytest.mark.slow
@pytest.mark.parametrize("pair", ["δλ", "πτ"])
def test_swapped_letters_of_an_alphabet_that_tesseract_lacks_are_not_delivered(tmp_path: Path, pair: str) -> None:
    pdf = with_maps(_sheet(*_GREEK).pdf(), swapped(pair))
    page = read_sample(tmp_path, Sample("greek", pdf, ""))
    assert page.text_layer is not None and page.text_layer.rejected_fonts
    lies = {word.translate(str.maketrans(pair, pair[::-1])) for word in words_of(" ".join(_GREEK)) if {*pair} & {*word}}
    assert lies and not lies & set(words_of(page.markdown))


@pytest.mark.parametrize(
    ("sign", "lie"),
    [
        ("£", "€"),
        *(
            pytest.param(*pair, marks=pytest.mark.slow)
            for pair in ("²³", "([", "%‰", "+*", "½¼", "N№", "№N", "[(", "({", ")]", "«<", "/\\", '"*', "'`", "•°")
        ),
    ],
)
def test_signs_that_the_map_calls_others_are_not_delivered(tmp_path: Path, sign: str, lie: str) -> None:
    sheet = _sheet(*ENGLISH, f"The price is {sign} 25 more than the {sign} 37 of last year.")
    pdf = with_maps(sheet.pdf(), lambda codes: {code: lie if text == sign else text for code, text in codes.items()})
    page = read_sample(tmp_path, Sample("sign", pdf, ""))
    assert f"{lie} 25" not in page.markdown and f"{lie} 37" not in page.markdown


@pytest.mark.parametrize(
    ("text", "letter", "lie"),
    [
        ("Накладная на цемент и щебень согласована, цена ниже прежней на сорок рублей.", "н", "ң"),
        pytest.param(
            "İstanbul ve İzmir için hazırlanan sözleşme İngilizce değildir, Ankara ve Bursa için ayrıdır.",
            "İ",
            "I",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_a_letter_that_the_map_calls_its_like_without_the_mark_is_not_delivered(
    tmp_path: Path, text: str, letter: str, lie: str
) -> None:
    pdf = with_maps(
        _sheet(text).pdf(), lambda codes: {code: lie if sign == letter else sign for code, sign in codes.items()}
    )
    page = read_sample(tmp_path, Sample("like", pdf, ""))
    lies = {word.replace(letter, lie) for word in text.split() if letter in word}
    proven = " ".join(region.content for region in page.regions if region.source == "text_layer")
    assert not lies & set(proven.split())
