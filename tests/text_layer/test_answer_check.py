"""What a model answered against what the page's own text says."""

from __future__ import annotations

import random

import pytest

from ocr_service.document import PageResult, PlacedWord, PreparedRegion, Region, RegionResult
from ocr_service.text_layer.answer_check import Checked, check_answer, check_answers

_WORDS = [
    "Article",
    "Quantity",
    "Price",
    "Oak",
    "board",
    "20",
    "mm",
    "12",
    "31.50",
    "Brass",
    "screw",
    "200",
    "0.08",
    "Ordered",
    "by",
    "Harriet",
    "Colville",
    "of",
    "Wexford",
]
_TABLE = (
    "<table><tr><td>Article</td><td>Quantity</td><td>Price</td></tr>"
    "<tr><td>Oak board 20 mm</td><td>12</td><td>{price}</td></tr>"
    "<tr><td>Brass screw</td><td>200</td><td>0.08</td></tr></table>\n\nOrdered by Harriet {name} of Wexford"
)


def test_an_answer_that_says_what_the_page_says_stays_as_it_is() -> None:
    content = _TABLE.format(price="31.50", name="Colville")
    assert check_answer(content, _WORDS) == Checked(content, 0, False)


@pytest.mark.parametrize("price", ["31.60", "37.50", "3150", "81.50"])
def test_a_wrong_digit_is_corrected(price: str) -> None:
    checked = check_answer(_TABLE.format(price=price, name="Colville"), _WORDS)
    assert (checked.content, checked.corrected, checked.contradicted) == (
        _TABLE.format(price="31.50", name="Colville"),
        1,
        False,
    )


@pytest.mark.parametrize("name", ["Colvile", "Coleville", "Colvillo"])
def test_a_wrong_name_is_corrected(name: str) -> None:
    checked = check_answer(_TABLE.format(price="31.50", name=name), _WORDS)
    assert (checked.content, checked.corrected) == (_TABLE.format(price="31.50", name="Colville"), 1)


@pytest.mark.parametrize(
    "content",
    [
        _TABLE.format(price="31.50", name="Colville") + " and Zorblatt",
        _TABLE.format(price="31.50", name="Montague"),
        _TABLE.format(price="31.50", name="Colville").replace("<td>0.08</td>", "<td></td>"),
        _TABLE.format(price="31.50", name="Colville").replace("Brass screw", ""),
    ],
)
def test_what_is_invented_or_left_out_is_flagged(content: str) -> None:
    assert check_answer(content, _WORDS).contradicted


def test_cells_in_another_order_and_words_broken_at_a_line_are_no_contradiction() -> None:
    content = "1987 The observatory closed in"
    assert check_answer(content, ["The", "observa-", "tory", "closed", "in", "1987"]) == Checked(content, 0, False)


def test_of_a_formula_only_the_numbers_are_checked() -> None:
    assert check_answer(r"$$\frac{x^2}{17} \alpha$$", ["x2", "17", "α"], numbers_only=True).contradicted is False
    assert check_answer(r"$$\frac{x^2}{19}$$", ["x2", "17"], numbers_only=True).content == r"$$\frac{x^2}{17}$$"


def test_every_lie_of_a_model_is_corrected_or_flagged() -> None:
    chance = random.Random(11)
    caught = 0
    for _ in range(300):
        rows = [[str(chance.randint(10, 99999)) for _ in range(4)] for _ in range(6)]
        words = [cell for row in rows for cell in row]
        place = chance.randrange(len(words))
        cell = words[place]
        at = chance.randrange(len(cell))
        digit = chance.choice([d for d in "0123456789" if d != cell[at]])
        lied = words.copy()
        lied[place] = cell[:at] + digit + cell[at + 1 :]
        checked = check_answer("| " + " | ".join(lied) + " |", words)
        honest = "| " + " | ".join(words) + " |"
        caught += checked.content == honest or checked.contradicted
    assert caught == 300


def test_the_page_s_markdown_follows_what_was_corrected() -> None:
    region = RegionResult(
        "table", (0, 0, 9, 9), 0, 1.0, "html", _TABLE.format(price="31.60", name="Colville"), source="vlm"
    )
    page = PageResult(1, "completed", 9, 9, 200, 0, "vlm", "old", (region,))
    words = tuple(PlacedWord(text, (0, 0, 9, 9), 1.0) for text in _WORDS)
    asked = PreparedRegion(Region("table", (0, 0, 9, 9), 0, 1.0), layer_words=words, layer_complete=True)
    checked = check_answers(page, {0: asked})
    assert checked.regions[0].words == words
    assert "31.50" in checked.markdown and "31.60" not in checked.markdown
    assert checked.regions[0].corrected == 1


@pytest.mark.parametrize(
    ("content", "contradicted"),
    [
        ("☒ Paid on 14 March 1987 by hand", False),
        ("☒ Paid on 14 March 1937 by hand", True),
        ("☒ Paid on 14 March by hand", True),
        ("☒ Paid on 14 Marc 1987, 14 March", False),
    ],
)
def test_of_a_region_that_is_proven_in_part_only_missing_words_are_flagged(content: str, contradicted: bool) -> None:
    found = check_answer(content, ["14", "March", "1987"], complete=False)
    assert found == Checked(content, 0, contradicted)


def test_a_table_too_long_to_be_aligned_is_flagged_and_not_corrected() -> None:
    words = [str(10_000 + 7 * number) for number in range(5_000)]
    assert check_answer(" | ".join(reversed(words)), words) == Checked(" | ".join(reversed(words)), 0, False)
    lied = " | ".join(["10001", *words[1:]])
    assert check_answer(lied, words) == Checked(lied, 0, True)
    assert check_answer(" | ".join([*words, "10001"]), words, complete=False).contradicted is False
