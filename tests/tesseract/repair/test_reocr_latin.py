"""Words drawn here and misread on purpose, which PP-OCR reads again."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from PIL import ImageFont

from ocr_service.document import Gray
from ocr_service.tesseract.ppocr import Glyph, PpOcr
from ocr_service.tesseract.repair.budget import Budget
from ocr_service.tesseract.repair.reocr_latin import reocr_latin
from ocr_service.tesseract.words import Line, Word, make_line
from tests.support.sheets import DPI, FONTS, DrawnPage, reader_of

_SIZE, _TOP = 11, 40
_FONT = ImageFont.truetype(FONTS / "DejaVuSans.ttf", round(_SIZE * DPI / 72))


@pytest.fixture(scope="module")
def ppocr() -> PpOcr:
    return PpOcr()


class DrawnLine:
    """Words drawn in a row, and what Tesseract is said to have read in the place of each, with its confidence."""

    def __init__(self, *words: tuple[str, str, float]) -> None:
        page = DrawnPage(1240, 120)
        placed, x = [], 60
        for drawn, read, confidence in words:
            page.text(x, _TOP, drawn, _SIZE)
            left, top, right, bottom = page.draw.textbbox((x, _TOP), drawn, font=_FONT)
            placed.append(Word(read, (int(left), int(top), int(right), int(bottom)), confidence))
            x = int(right) + 10
        self.line, self.gray = make_line(placed), page.gray()

    def read_again(self, ppocr: PpOcr) -> Line:
        return reocr_latin([self.line], self.gray, ppocr, Budget(150))[0]


def scripted(text: str, probability: float) -> Callable[[Gray], list[Glyph]]:
    """A model that reads ``text`` on any picture, its characters equally far apart."""

    def read(gray: Gray) -> list[Glyph]:
        return [Glyph(c, probability, (place + 0.5) / len(text)) for place, c in enumerate(text)]

    return read


def text_of(ppocr: PpOcr, *words: tuple[str, str, float]) -> str:
    return DrawnLine(*words).read_again(ppocr).text


def test_a_doubtful_word_is_corrected(ppocr: PpOcr) -> None:
    line = DrawnLine(("special", "special", 96), ("permission", "permlsslon", 61), ("from", "trom", 55)).read_again(
        ppocr
    )
    assert line.text == "special permission from"
    assert min(word.confidence for word in line.words) > 80


def test_a_word_that_tesseract_is_sure_of_stays(ppocr: PpOcr) -> None:
    assert text_of(ppocr, ("special", "speclal", 96), ("permission", "permission", 95)) == "speclal permission"


def test_what_both_readers_read_is_sure(ppocr: PpOcr) -> None:
    line = DrawnLine(("rights", "rights", 70), ("of", "of", 96)).read_again(ppocr)
    assert line.text == "rights of" and line.words[0].confidence > 90


def test_cyrillic_words_stay(ppocr: PpOcr) -> None:
    assert text_of(ppocr, ("See", "See", 95), ("акт", "акт", 50), ("below", "be1ow", 50)) == "See акт below"


def test_words_that_tesseract_tore_apart_are_joined(ppocr: PpOcr) -> None:
    drawn = DrawnLine(("the", "the", 96), ("WARRANTY", "", 96), ("OF", "OF", 96))
    x0, y0, x1, y1 = drawn.line.words[1].box
    cut = (x0 + x1) // 2
    torn = [Word("WARR", (x0, y0, cut - 1, y1), 60), Word("ANTY", (cut + 1, y0, x1, y1), 60)]
    line = make_line([drawn.line.words[0], *torn, drawn.line.words[2]])
    assert reocr_latin([line], drawn.gray, ppocr, Budget(150))[0].text == "the WARRANTY OF"


def test_words_in_one_box_are_parted(ppocr: PpOcr) -> None:
    drawn = DrawnLine(("as", "as", 96), ("tuple objects", "tup1eobjects", 60), ("are", "are", 96))
    line = drawn.read_again(ppocr)
    assert line.text == "as tuple objects are"
    boxes = [word.box for word in line.words]
    assert boxes[1][2] <= boxes[2][0] <= boxes[2][2] <= boxes[3][0]


@pytest.mark.parametrize("again", ["3 . 04", "3 .04", "3. 04"])
def test_a_number_is_not_parted(again: str) -> None:
    drawn = DrawnLine(("3.04", "3.04", 40))
    assert reocr_latin([drawn.line], drawn.gray, scripted(again, 0.99), Budget(150))[0].text == "3.04"


def test_a_decimal_that_tesseract_tore_apart_is_joined() -> None:
    words = [Word("3", (60, 40, 75, 70), 60), Word(".", (88, 64, 92, 70), 40), Word("04", (104, 40, 140, 70), 60)]
    gray = DrawnPage(300, 120).gray()
    assert reocr_latin([make_line(words)], gray, scripted("3.04", 0.99), Budget(150))[0].text == "3.04"
    assert reocr_latin([make_line(words)], gray, scripted("3.04", 0.7), Budget(150))[0] == make_line(words)


def test_doubtful_words_of_a_line_longer_than_a_chunk_are_all_read_again(ppocr: PpOcr) -> None:
    words = [("condition", "condltion", 60.0), ("the", "the", 60.0)] * 4
    assert text_of(ppocr, *words) == " ".join(drawn for drawn, _, _ in words)


def test_long_words_far_apart_and_all_doubtful_are_no_error(ppocr: PpOcr) -> None:
    """A chunk may end with its widest word, which the next would begin with."""
    for places in ([0, 300, 700, 1000], [0, 500, 520, 540], [0, 20, 40, 900], [0, 480, 500, 1100]):
        words = [Word("iiii", (x, 40, x + 200, 70), 10) for x in places]
        assert len(reocr_latin([make_line(words)], DrawnPage(1400, 120).gray(), ppocr, Budget(150))[0].words) == len(
            words
        )


def test_a_space_that_stands_on_the_paper_is_kept(ppocr: PpOcr) -> None:
    """The model drops spaces after quotation marks."""
    words = [(text, text, 60.0) for text in ("an", '"if"', "or", '"while"', "condition", "within")]
    assert text_of(ppocr, *words) == 'an "if" or "while" condition within'


def test_letters_that_look_alike_do_not_change(ppocr: PpOcr) -> None:
    assert text_of(ppocr, ("llya", "Ilya", 60), ("came", "came", 96)) == "Ilya came"


def test_a_bar_is_the_word_i(ppocr: PpOcr) -> None:
    assert text_of(ppocr, ('"I', '"|', 60), ("don't", "don't", 95), ("agree", "agree", 95)) == "\"I don't agree"


def test_a_box_that_reaches_over_the_rest_of_its_line_brings_nothing_twice(ppocr: PpOcr) -> None:
    drawn = DrawnLine(("expression", "expresion", 62), ("support", "support", 96), ("in", "in", 96), ("it.", "it.", 70))
    first, *rest = drawn.line.words
    wide = Word(first.text, (first.box[0], first.box[1], rest[-1].box[2], first.box[3]), first.confidence)
    assert (
        reocr_latin([make_line([wide, *rest])], drawn.gray, ppocr, Budget(150))[0].text == "expression support in it."
    )


@pytest.mark.parametrize(
    ("read", "again", "probability"),
    [
        ("1,200", "1.200", 0.7),  # no digit that is not surely read
        ("281", "28r", 0.99),  # no letter in a number
        ("café", "cafe", 0.7),  # no accent lost
        ("added", "ad", 0.7),  # no ink passed over
        ("terms", "条款条款条", 0.7),  # nothing Chinese
    ],
)
def test_an_unlikely_reading_changes_nothing(read: str, again: str, probability: float) -> None:
    drawn = DrawnLine((read, read, 40))

    assert reocr_latin([drawn.line], drawn.gray, scripted(again, probability), Budget(150))[0].text == read


def test_columns_without_spaces_between_them_stay_apart() -> None:
    boxes = (("HDFS", (60, 40, 114, 64), 90), ("19000", (184, 40, 240, 64), 63), ("190-", (275, 40, 315, 64), 48))
    line = make_line([Word(*box) for box in boxes])

    def read(gray: Gray) -> list[Glyph]:
        across = zip("HDFS10000100-", (68, 82, 95, 108, 190, 201, 212, 223, 234, 280, 290, 300, 310), strict=True)
        return [Glyph(c, 0.99, (x - 52) / gray.shape[1]) for c, x in across]

    assert reocr_latin([line], DrawnPage(400, 100).gray(), read, Budget(150))[0].text == "HDFS 10000 100-"


def test_words_that_tesseract_had_in_no_box_get_their_own() -> None:
    line = make_line([Word("Q", (60, 40, 78, 64), 60), Word("qo)", (262, 40, 300, 64), 60)])
    read = scripted("Q viableqs(p, qb)", 0.99)
    found = reocr_latin([line], DrawnPage(400, 100).gray(), read, Budget(150))[0]
    assert found.text == "Q viableqs(p, qb)"
    boxes = [word.box for word in found.words]
    assert all(left[0] < left[2] <= right[0] < right[2] for left, right in pairwise(boxes))
    assert boxes[1][2] - boxes[1][0] > 60


def test_a_page_of_noise_is_not_read_without_end() -> None:
    lines = [make_line([Word("x", (10, 10, 30, 30), 5)]) for _ in range(1000)]
    seen = []

    def read(gray: Gray) -> list[Glyph]:
        seen.append(gray)
        return []

    budget = Budget(150)
    reocr_latin(lines, DrawnPage(60, 60).gray(), read, budget)
    assert len(seen) == 150
    assert budget.ended


def test_a_budget_that_was_enough_has_not_ended() -> None:
    budget = Budget(1)
    line = make_line([Word("x", (10, 10, 30, 30), 5)])
    reocr_latin([line], DrawnPage(60, 60).gray(), lambda gray: [], budget)
    assert not budget.ended


def test_doubtful_english_is_read_again_and_russian_is_not() -> None:
    page = DrawnPage()
    for row, text in enumerate(("The supplier shall deliver", "the goods within ten days")):
        page.text(60, 60 + 60 * row, text, 11, fill="#d8d8d8")
    russian = DrawnPage()
    russian.text(60, 60, "Поставщик обязан передать товар покупателю", 11)
    reader = reader_of("rus+eng")
    assert reader.read(page.page(), []).regions[0].content == "The supplier shall deliver the goods within ten days"
    assert reader.read(russian.page(), []).regions[0].content == "Поставщик обязан передать товар покупателю"


def test_no_ink_of_a_word_beside_it_is_read_with_a_line_of_one_word() -> None:
    """``N`` and ``o.`` are two lines: of the N only its own half of the white between them is looked at."""
    drawn = DrawnLine(("N", "N", 96.0), ("o.", "о", 75.0))
    seen: list[int] = []

    def read(gray: Gray) -> list[Glyph]:
        seen.append(gray.shape[1])
        return []

    first, second = drawn.line.words
    reocr_latin([make_line([first]), make_line([Word("o", second.box, 75.0)])], drawn.gray, read, Budget(9))
    x0, _, x1, _ = second.box
    between = x0 - first.box[2]
    assert seen == [round(between / 2) + x1 - x0 + round(0.3 * make_line([second]).em)]
