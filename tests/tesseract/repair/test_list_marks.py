"""Marks of list items: points that were read apart, and letters that were read as digits."""

from __future__ import annotations

import pytest

from ocr_service.tesseract.repair.list_marks import with_list_letters, with_whole_marks
from ocr_service.tesseract.words import Line, Word, make_line
from tests.support.sheets import text_line

STEP = 40  # pixels from line to line


def items(*texts: str, x: int = 100) -> list[Line]:
    """Lines one under the other; a text with spaces before it is indented by as many letters."""
    lines = []
    for index, text in enumerate(texts):
        indent = len(text) - len(text.lstrip())
        lines.append(text_line(x + 15 * indent, 100 + STEP * index, *text.split()))
    return lines


def marks(*texts: str) -> list[str]:
    return [line.words[0].text for line in with_list_letters(items(*texts))]


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("а) 6) в) г)", "а) б) в) г)"),
        ("а) 6)", "а) б)"),
        ("6) в)", "б) в)"),
        ("a) 6) в)", "а) б) в)"),  # a Latin a
        ("a) 6)", "а) б)"),
        ("А) 6) B) Г)", "А) Б) В) Г)"),
        ("ж) 3) и)", "ж) з) и)"),
        ("е) 2K) 3) и)", "е) 2K) з) и)"),
        ("Ж) 3) И)", "Ж) З) И)"),
        ("м) н) 0) п)", "м) н) о) п)"),
        ("м) Н) 0) п)", "м) н) о) п)"),
        ("а. a. б. в.", "а. а. б. в."),
        ("р) a) б)", "р) а) б)"),
        ("О) п) Р)", "О) П) Р)"),
        ("в) Г) д)", "в) г) д)"),
        ("ж) и) К)", "ж) и) к)"),
        ("(а) (6) (в)", "(а) (б) (в)"),
        ("а. 6. в.", "а. б. в."),
        ("5) а) 6) в) 6) а) 6) 7)", "5) а) б) в) 6) а) б) 7)"),
        ("а) 6) а) 6) в)", "а) б) а) б) в)"),
        ("2) а) 6) в) 3)", "2) а) б) в) 3)"),
    ],
)
def test_the_marks_beside_a_digit_make_it_a_letter(read: str, meant: str) -> None:
    assert marks(*(f"{mark} текст пункта" for mark in read.split())) == meant.split()


@pytest.mark.parametrize(
    "read",
    [
        "5) 6) 7)",
        "1. 2. 3. 4. 5. 6. 7.",
        "6. и.",
        "3. и.",  # и. о. директора
        "2) 3) и",
        "5) а) 6) 7)",
        "а) 6) 7)",
        "а) 6) с)",  # a, b, c that were read in Cyrillic
        "а) b) с)",
        "в) 6) г)",
        "6)",
        "а) 6.",
        "а) 16) в)",
        "г. Д.",
        "А) Б) В) г)",
        "а) б) 8)",
        "А. 2. В.",
    ],
)
def test_numbers_and_other_letters_stay(read: str) -> None:
    assert marks(*(f"{mark} текст пункта" for mark in read.split())) == read.split()


def test_a_list_in_latin_stays() -> None:
    assert marks("a) first", "6) second", "c) third") == ["a)", "6)", "c)"]
    assert marks("a) first", "6) second") == ["a)", "6)"]


def test_further_lines_and_nested_lists_may_stand_between() -> None:
    read = ["а) срок", " и место", "6) порядок", "    1) первый", "    2) второй", "    3) третий", "в) плата"]
    assert marks(*read) == ["а)", "и", "б)", "1)", "2)", "3)", "в)"]


def test_marks_of_another_indent_prove_nothing() -> None:
    assert marks("   а) срок", "6) порядок", "   в) плата") == ["а)", "6)", "в)"]


def test_a_list_in_one_line_and_columns_of_a_questionnaire_are_lists() -> None:
    (line,) = with_list_letters(items("8. Ответ: а) да; 6) нет; в) не знаю."))
    assert line.text == "8. Ответ: а) да; б) нет; в) не знаю."
    rows = [
        text_line(100, 100 + STEP * row, *texts, step=300) for row, texts in enumerate((("а)", "ж)"), ("6)", "3)")))
    ]
    assert [line.text for line in with_list_letters(rows)] == ["а) ж)", "б) з)"]


def test_only_the_mark_of_an_item_changes() -> None:
    lines = with_list_letters(items("а) 6 окон", "6)дом 6) 3", "в) 6 дверей"))
    assert [line.text for line in lines] == ["а) 6 окон", "б)дом 6) 3", "в) 6 дверей"]


@pytest.mark.parametrize(
    ("first", "second", "gap", "text"),
    [
        ("1", ".", 6, "1. слово"),
        ("12", ")", 6, "12) слово"),
        ("а", ")", 2, "а) слово"),
        ("1", ".", 14, "1 . слово"),  # as far as the next word
        ("1", "+", 6, "1 + слово"),
        ("за", ".", 6, "за . слово"),
    ],
)
def test_a_point_belongs_to_the_number_before_it(first: str, second: str, gap: int, text: str) -> None:
    boxes = (100, 50, 112, 72), (112 + gap, 68, 116 + gap, 72), (128 + gap, 56, 200, 72)
    words = [Word(word, box, 90.0) for word, box in zip((first, second, "слово"), boxes, strict=True)]
    (line,) = with_whole_marks([make_line(words)])
    assert line.text == text
    assert line.box == (100, 50, 200, 72)
