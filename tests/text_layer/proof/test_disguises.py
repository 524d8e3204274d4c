"""Maps that have letters of alphabets that nobody reads here for others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ocr_service.document import PageResult
from ocr_service.reading.page_tasks import PageTask, read_page
from ocr_service.text_layer.page.radicals import without_radicals
from tests.support.text_layer_pdfs import Sheet, with_maps

_TEXT = "The keeper of the observatory logged every exposure quickly."
_GEORGIAN = "ჩვენი გემი დილით ადრე გავიდა ნავსადგურიდან და საღამოს დაბრუნდა"
_KAZAKH = "Һәм қазақ тілінің ерекше әріптері: ә, ғ, қ, ң, ө, ұ, ү, і. Мырыш пен мыс тереңдіктен табылды."


def read(folder: Path, text: str, lie: Callable[[str], str] | None = None, *, font: str = "Sans") -> PageResult:
    sheet = Sheet()
    sheet.paragraph(text, font=font)
    pdf = sheet.pdf()
    if lie is not None:
        pdf = with_maps(pdf, lambda codes: {code: "".join(map(lie, sign)) for code, sign in codes.items()})
    path = folder / "page.pdf"
    path.write_bytes(pdf)
    return read_page(PageTask(path, "pdf", 1, 200, 40_000_000, "", "embedded", "rus+eng", None, text_layer="auto"))


def _in_other_letters(first: int, count: int) -> Callable[[str], str]:
    return lambda sign: chr(first + ord(sign) % count) if sign.isalpha() else sign


@pytest.mark.parametrize(
    ("first", "count"),
    [
        (0x10D0, 33),
        pytest.param(0x4E00, 80, marks=pytest.mark.slow),
        pytest.param(0xE01, 45, marks=pytest.mark.slow),
        pytest.param(0x5D0, 27, marks=pytest.mark.slow),
        pytest.param(0x3042, 80, marks=pytest.mark.slow),
        pytest.param(0x628, 30, marks=pytest.mark.slow),
        pytest.param(0xAC00, 80, marks=pytest.mark.slow),
    ],
)
def test_latin_letters_with_names_of_an_unread_alphabet_are_not_delivered(
    tmp_path: Path, first: int, count: int
) -> None:
    page = read(tmp_path, _TEXT, _in_other_letters(first, count))
    assert page.text_layer is not None and page.text_layer.rejected_fonts
    assert "observatory" in page.markdown and page.markdown.isascii()


def test_an_unread_alphabet_is_believed_by_the_shapes_of_its_letters(tmp_path: Path) -> None:
    page = read(tmp_path, _GEORGIAN)
    assert page.markdown.strip() == _GEORGIAN
    assert page.text_layer is not None and "by shape alone" in page.text_layer.reason


def test_a_ligature_is_no_chinese_character(tmp_path: Path) -> None:
    """Some programs write the two letters of a ligature with their bytes the wrong way round."""
    page = read(tmp_path, "The ﬁrst oﬃce was on the ﬁfth ﬂoor of the tower.", lambda sign: _WRONG.get(sign, sign))
    assert page.markdown.isascii()


_WRONG = {"ﬁ": "\u6600\u6900", "ﬂ": "\u6600\u6c00", "ﬃ": "\u6600\u6600\u6900"}


def test_radicals_are_the_characters_that_they_are_drawn_like() -> None:
    assert "".join(chr(without_radicals(ord(sign))) for sign in "⽉⼈⻅⻓月a") == "月人见长月a"


def test_a_letter_that_no_word_proves_is_by_its_row_and_its_drawing(tmp_path: Path) -> None:
    """Words in Kazakh say nothing to a reader of Russian: it takes their п for a ш."""
    page = read(tmp_path, _KAZAKH, font="Serif")
    assert page.markdown.strip() == _KAZAKH
    assert {region.source for region in page.regions} == {"text_layer"}


def test_a_letter_that_is_drawn_as_a_digit_is_not_delivered_as_one(tmp_path: Path) -> None:
    text = "El muelle anual vale lo que la ley le da: calle Lola, el litro y la longitud total del ancla."
    page = read(tmp_path, text, lambda sign: "1" if sign == "l" else sign, font="Mono")
    proven = " ".join(region.content for region in page.regions if region.source == "text_layer")
    assert "1" not in proven
