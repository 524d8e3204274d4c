"""Initials of Russian names that were read as digits, signs or Latin letters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from ocr_service.document import Box
from ocr_service.tesseract.repair.budget import Budget
from ocr_service.tesseract.repair.homoglyphs import Script
from ocr_service.tesseract.repair.initials import with_initials
from ocr_service.tesseract.words import Line, Word, make_line
from tests.support.sheets import EM, DrawnPage, blank_sheet, text_line


def unread(area: Box, script: Script) -> list[str]:
    return []


def mended(*texts: str) -> list[str]:
    """The lines whose letters cannot be read by themselves."""
    lines = [text_line(100, 100 + 60 * index, *text.split()) for index, text in enumerate(texts)]
    return [line.text for line in with_initials(lines, blank_sheet(1200, 300), unread, Budget(10))]


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("Лебедев А. 3.", "Лебедев А. З."),
        ("Лебедев 3. А., с другой стороны", "Лебедев З. А., с другой стороны"),
        ("Исполнитель: 3. А. Лебедев", "Исполнитель: З. А. Лебедев"),
        ("Исполнитель: А.3. Лебедев", "Исполнитель: А.З. Лебедев"),
        ("принял 9.А.Лебедева, сдал", "принял Э.А.Лебедева, сдал"),
        ("ЛЕБЕДЕВ Н. 10.", "ЛЕБЕДЕВ Н. Ю."),
        ("Кузнецова ®. X.", "Кузнецова Ф. Х."),
        ("Зайцев II. И.", "Зайцев П. И."),
        ("Шишкин 3. 9.", "Шишкин З. Э."),
        ("Томилин 3. А.", "Томилин З. А."),
        ("Салтыков-Щедрин М. E.", "Салтыков-Щедрин М. Е."),
        ("1. 3. А. Лебедев", "1. З. А. Лебедев"),
        ("Ф. И. 0.: Лебедев", "Ф. И. О.: Лебедев"),
        ("Ф.И.0. больного", "Ф.И.О. больного"),
        ("Павлова ©., врач", "Павлова Ф., врач"),
    ],
)
def test_beside_a_family_name_it_is_a_letter(read: str, meant: str) -> None:
    assert mended(read) == [meant]


@pytest.mark.parametrize(
    "read",
    [
        "Глава 3. Общие положения",
        "Приложение А. 3. Порядок",
        "Раздел 3. 9. Сроки",
        "Листов 9. Масштаб",
        "Лебедев 3.",  # the end of a sentence
        "Пётр I. Далее",
        "Александр II. Затем",
        "улица Ленина 3. 9.5",
        "и. о. директора Петров",
        "руб. 3. А",
        "The 3. A. Smith",
        "Выпуск 3. А потом",
    ],
)
def test_elsewhere_it_stays(read: str) -> None:
    assert mended(read) == [read]


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        (("2. А. Котов", "3. А. Лебедев"), ("2. А. Котов", "3. А. Лебедев")),
        (("I. А. Котов", "II. А. Лебедев"), ("I. А. Котов", "II. А. Лебедев")),
        (("Врачи:", "3. А. Лебедев"), ("Врачи:", "З. А. Лебедев")),
    ],
)
def test_a_number_of_a_list_stays(read: Sequence[str], meant: Sequence[str]) -> None:
    assert mended(*read) == list(meant)


def drawn(text: str, *read: str) -> tuple[DrawnPage, Line]:
    """A line printed as ``text``, each word of which was read otherwise."""
    page, words, x = DrawnPage(900, 200), list[Word](), 60
    for printed, word in zip(text.split(), read, strict=True):
        page.text(x, 60, printed)
        rows, columns = np.nonzero(page.gray()[:, x:] < 128)
        right = x + int(columns.max()) + 1
        words.append(Word(word, (x + int(columns.min()), int(rows.min()), right, int(rows.max()) + 1), 90.0))
        x = right + 10
    return page, make_line(words)


def test_the_letter_is_read_by_itself_without_its_full_stop() -> None:
    page, line = drawn("Лебедев А. Э.", "Лебедев", "А.", "3.")
    asked: list[Box] = []

    def read(area: Box, script: Script) -> list[str]:
        asked.append(area)
        return ["Е", "Э"]  # by one way as no letter that a 3 looks like

    assert [line.text for line in with_initials([line], page.sheet(), read, Budget(10))] == ["Лебедев А. Э."]
    (area,) = asked
    assert area[0] == line.words[2].box[0] and area[2] < line.words[2].box[2] - 0.1 * EM


def test_a_small_letter_is_a_capital_where_it_is_as_high() -> None:
    for printed, meant in (("У.", "У."), ("у.", "у.")):
        page, line = drawn(f"Лебедев А. {printed}", "Лебедев", "А.", "у.")
        assert with_initials([line], page.sheet(), unread, Budget(10))[0].words[2].text == meant
