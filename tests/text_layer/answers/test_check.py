"""What a model answered against what the page's own text says."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from ocr_service.document import PageResult, PlacedWord, PreparedRegion, Region, RegionResult
from ocr_service.text_layer.answers.check import Checked, check_answer, check_answers, check_page
from ocr_service.text_layer.answers.tables import rows_agree
from tests.support.pages import page

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
_TERMS = "the deposit is not refundable after 30 days at 5 % a year in the town of Wexford"
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


@pytest.mark.parametrize("complete", [True, False])
@pytest.mark.parametrize(
    "content",
    [
        "the deposit is refundable after 30 days at 5 % a year in the town of Wexford",
        "the deposit is not refundable after 30 days at 5 a year in the town of Wexford",
        f"{_TERMS} at 5 % a year in the town",
    ],
)
def test_negations_units_and_lines_that_are_said_twice_matter_everywhere(content: str, complete: bool) -> None:
    words = _TERMS.split()
    assert not check_answer(_TERMS, words, complete=complete).contradicted
    assert check_answer(content, words, complete=complete).contradicted


def test_a_table_too_long_to_be_aligned_is_flagged_and_not_corrected() -> None:
    words = [str(10_000 + 7 * number) for number in range(21_000)]
    assert check_answer(" | ".join(reversed(words)), words) == Checked(" | ".join(reversed(words)), 0, False)
    lied = " | ".join(["10001", *words[1:]])
    assert check_answer(lied, words) == Checked(lied, 0, True)
    assert check_answer(" | ".join([*words, "10001"]), words, complete=False).contradicted is False


def _placed(*lines: str) -> tuple[PlacedWord, ...]:
    """Words in lines of 20 pixels, a digit a little lower than its neighbours."""
    return tuple(
        PlacedWord(word, (100 * x, 20 * y + x % 2, 100 * x + 80, 20 * y + 16 + x % 2), 1.0)
        for y, line in enumerate(lines)
        for x, word in enumerate(line.split())
    )


_LINES = ("№ Name Amount", "1 Wexford 12.50", "2 Colville 31.07")
_ROWS_HTML = "<table><tr><td>№</td><td>Name</td><td>Amount</td></tr>{}</table>"


def _row(*cells: str) -> str:
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


@pytest.mark.parametrize(
    ("rows", "agree"),
    [
        ((("1", "Wexford", "12.50"), ("2", "Colville", "31.07")), True),
        ((("1", "Wexford", "31.07"), ("2", "Colville", "12.50")), False),
        ((("1", "Colville", "12.50"), ("2", "Wexford", "31.07")), False),
        ((("1", "12.50", "Wexford"), ("2", "Colville", "31.07")), False),
        ((("1", "Wexford", "12.50"), ("2", "Colville"), ("", "", "31.07")), True),  # one line as two rows
    ],
)
def test_values_that_changed_places_in_a_table_are_found(rows: tuple[tuple[str, ...], ...], agree: bool) -> None:
    content = _ROWS_HTML.format("".join(_row(*row) for row in rows))
    assert rows_agree(content, _placed(*_LINES)) is agree
    region = RegionResult("table", (0, 0, 9, 9), 0, 1.0, "html", content, source="vlm")
    asked = PreparedRegion(Region("table", (0, 0, 9, 9), 0, 1.0), layer_words=_placed(*_LINES), layer_complete=True)
    page = PageResult(1, "completed", 9, 9, 200, 0, "vlm", "", (region,))
    assert check_answers(page, {0: asked}).regions[0].contradicted is not agree


_TWO_LINES = ("№ Name Amount", "1 Wex- 12.50", "ford", "2 Colville 31.07")


@pytest.mark.parametrize(
    ("rows", "agree"),
    [
        ((("1", "Wexford", "12.50"), ("2", "Colville", "31.07")), True),
        ((("1", "Wexford", "31.07"), ("2", "Colville", "12.50")), False),
    ],
)
def test_a_row_may_have_several_lines(rows: tuple[tuple[str, ...], ...], agree: bool) -> None:
    content = _ROWS_HTML.format("".join(_row(*row) for row in rows))
    assert rows_agree(content, _placed(*_TWO_LINES)) is agree


@pytest.mark.parametrize("lines", [("1 Wexford", "Colville"), ("Wexford", "1", "Colville"), ("Wexford", "Colville 1")])
def test_rows_with_a_cell_over_several_are_compared_without_it(lines: tuple[str, ...]) -> None:
    spanning = '<tr><td rowspan="2">1</td><td>{}</td></tr><tr><td>{}</td></tr>'
    right, swapped = (
        _ROWS_HTML.format(spanning.format(*names)) for names in (("Wexford", "Colville"), ("Colville", "Wexford"))
    )
    placed = _placed("№ Name Amount", *lines)
    assert (rows_agree(right, placed), rows_agree(swapped, placed)) == (True, False)


@pytest.mark.parametrize(
    ("head", "agree"),
    [
        (("Item", "Supply", "Share", "plan", "made"), True),
        (("Item", "Share", "Supply", "plan", "made"), False),
        (("Item", "plan", "Share", "Supply", "made"), False),
        (("Item", "Supply", "plan", "Share", "made"), False),
        (("Item", "Supply", "Share", "made", "plan"), False),
        (("Share", "Supply", "Item", "plan", "made"), False),
    ],
)
def test_heads_that_changed_places_are_found(head: tuple[str, ...], agree: bool) -> None:
    """``Item`` and ``Share`` stand beside two rows, ``Supply`` over two columns."""
    item, supply, share, *parts = head
    rows = f'<tr><td rowspan="2">{item}</td><td colspan="2">{supply}</td><td rowspan="2">{share}</td></tr>'
    content = f"<table>{rows}{_row(*parts)}{_row('pump', '11', '12', '13')}</table>"
    boxes = {
        "Item": (10, 30, 50, 46), "Supply": (150, 10, 200, 26), "Share": (310, 30, 350, 46),
        "plan": (110, 50, 150, 66), "made": (210, 50, 250, 66),
        "pump": (10, 70, 50, 86), "11": (110, 70, 130, 86), "12": (210, 70, 230, 86), "13": (310, 70, 330, 86),
    }  # fmt: skip
    words = tuple(PlacedWord(text, box, 1.0) for text, box in boxes.items())
    asked = PreparedRegion(Region("table", (0, 0, 400, 99), 0, 1.0), layer_words=words, layer_complete=True)
    region = RegionResult("table", (0, 0, 400, 99), 0, 1.0, "html", content, source="vlm")
    assert check_answers(page(1, region), {0: asked}).regions[0].contradicted is not agree


def test_rows_from_right_to_left_are_not_compared() -> None:
    assert rows_agree(_ROWS_HTML.format(_row("שלום", "12")), _placed("№ Name Amount", "12 שלום"))


@pytest.mark.parametrize(
    ("content", "contradicted"),
    [
        ("Loss −12.50 and −7 after 2019-2020", False),
        ("<td>Loss</td><td>-12.50</td><td>- 7</td> and after 2019-2020", False),
        ("Loss 12.50 and −7 after 2019-2020", True),
        ("Loss −12.50 and 7 after 2019-2020", True),
    ],
)
def test_a_minus_sign_that_is_lost_is_flagged(content: str, contradicted: bool) -> None:
    words = ["Loss", "−12.50", "and", "−7", "after", "2019-2020"]
    assert check_answer(content, words).contradicted is contradicted


@pytest.mark.parametrize(
    ("content", "contradicted"),
    [
        ("<td>Loss</td><td>(1,250)</td><td>340</td>", False),
        ("| Loss | ( 1,250 ) | 340 |", False),
        ("<td>Loss</td><td>1,250</td><td>340</td>", True),
        ("<td>Loss</td><td>(1,250)</td><td>(340)</td>", True),
    ],
)
def test_brackets_that_make_a_number_negative_are_neither_lost_nor_invented(content: str, contradicted: bool) -> None:
    assert check_answer(content, ["Loss", "(1,250)", "340"]).contradicted is contradicted


@pytest.mark.parametrize(
    "content",
    [
        "Gain −12.50, 7 % or +3 at 20 °C for 5 €",
        "Gain 12.50, 7 or +3 at 20 °C for 5 €",
        "Gain 12.50, 7 % or 3 at 20 °C for 5 €",
        "Gain 12.50, 7 % or −3 at 20 °C for 5 €",
        "Gain 12.50, 7 ‰ or +3 at 20 °C for 5 €",
        "Gain 12.50, 7 % or +3 at 20 C for 5 €",
        "Gain 12.50, 7 % or +3 at 20 °C for 5 £",
    ],
)
def test_a_sign_that_is_another_lost_or_invented_is_flagged(content: str) -> None:
    words = ["Gain", "12.50,", "7", "%", "or", "+3", "at", "20", "°C", "for", "5", "€"]
    assert check_answer(content, words).contradicted
    for honest in (" ".join(words), "Gain 12.50, $ 7\\% $ or +3 at $ 20^{\\circ} $C for 5 €"):
        assert not check_answer(honest, words).contradicted


@pytest.mark.parametrize(
    ("content", "contradicted"),
    [
        ("Contract № 154, see § 7 of 12 May", False),
        ("Contract No. 154, see § 7 of 12 May", False),
        ("Contract N 154, see § 7 of 12 May", False),
        ("Contract N° 154, see § 7 of 12 May", False),
        ("Contract 154, see § 7 of 12 May", True),
        ("Contract № 154, see 7 of 12 May", True),
        ("Contract № 154, see § 7 of № 12 May", True),
    ],
)
def test_a_number_sign_that_is_lost_or_invented_is_flagged(content: str, contradicted: bool) -> None:
    words = ["Contract", "№", "154,", "see", "§", "7", "of", "12", "May"]
    found = check_answer(content, words)
    assert (found.content, found.contradicted) == (content, contradicted)


def test_a_cell_whose_number_sign_was_emptied_is_flagged() -> None:
    table = "<table><tr><td>{}</td><td>Article</td></tr><tr><td>1</td><td>Oak board</td></tr></table>"
    words = ["№", "Article", "1", "Oak", "board"]
    assert not check_answer(table.format("№"), words).contradicted
    assert check_answer(table.format(""), words).contradicted


@pytest.mark.parametrize(
    ("formula", "contradicted"),
    [
        ("x = \\frac{2-y}{3} + 4 \\leq 5", False),
        ("x = \\hspace{-1em} \\frac{2-y}{3} + 4 \\le 5", False),
        ("x = \\frac{2+y}{3} + 4 \\leq 5", True),
        ("x = \\frac{2-y}{3} - 4 \\leq 5", True),
        ("x = \\frac{2-y}{3} + 4 \\geq 5", True),
        ("x = \\frac{2-y}{3} + 4 \\leq 6", False),  # a digit is put right
        ("x = \\frac{2-z}{3} + 4 \\leq 5", True),
        ("\\begin{array}{rcl} x & = & \\frac{2-y}{3} + 4 \\leq 5 \\\\[2pt] \\end{array} \\tag{a}", False),
        ("\\mathrm{x} = \\frac{2-\\mathbf{y}}{3} + 4 \\leq 5", False),
    ],
)
def test_the_signs_of_a_formula_are_those_of_the_page(formula: str, contradicted: bool) -> None:
    for sign in "≤⩽":
        words = ["x", "=", "2", "−", "y", "3", "+", "4", sign, "5"]
        assert check_answer(f"$${formula}$$", words, numbers_only=True).contradicted is contradicted


@pytest.mark.parametrize("lied", ["from ,50 to 3,25.", "from 2, to 3,25.", "from 2,5 to 3,25."])
def test_the_digit_beside_a_decimal_comma_is_put_back(lied: str) -> None:
    assert check_answer(lied, ["from", "2,50", "to", "3,25."]).content == "from 2,50 to 3,25."


def test_a_thousand_with_its_sign_may_be_written_with_a_space_or_without() -> None:
    for content in ("−25 630", "-25630"):
        assert not check_answer(content, ["−25", "630"]).contradicted


_WHOLE = PreparedRegion(
    Region("text", (0, 0, 999, 999), 0, 1.0),
    layer_words=_placed("Minutes of the obser-", "vatory 25 630 pounds", "x² was 17 in 1987"),
    layer_complete=True,
)


@pytest.mark.parametrize(
    ("content", "contradicted"),
    [
        ("# MINUTES of the observatory\n\n25 630 pounds, 1987", False),  # without what it leaves out
        ("$x^{2} = 99$ and \\(y_{12}\\) in 1987", False),  # formulas are written otherwise
        ("| pounds | 25 630 |\n| in | 1937 |", True),
        ("Minutes of the conservatory", True),
    ],
)
def test_of_a_page_that_was_read_whole_what_it_does_not_say_is_flagged(content: str, contradicted: bool) -> None:
    regions = (
        RegionResult("text", (0, 0, 9, 9), 0, 1.0, "markdown", "Minutes"),
        RegionResult("text", (0, 0, 9, 9), 1, 1.0, "markdown", content),
    )
    page = PageResult(1, "completed", 999, 999, 200, 0, "vlm", "", regions)
    assert [region.contradicted for region in check_page(page, _WHOLE).regions] == [False, contradicted]
    assert check_page(page, replace(_WHOLE, layer_complete=False)) == page


def test_a_word_that_the_page_put_right_is_as_sure_as_the_page() -> None:
    told = tuple(place / 10 for place in range(5))
    content = "<table><tr><td>Oak board</td><td>12</td><td>31.60</td><td>invented</td></tr></table>"
    words = tuple(PlacedWord(text, (0, 0, 9, 9), 0.99) for text in ("Oak", "board", "12", "31.50"))
    prepared = PreparedRegion(Region("table", (0, 0, 9, 9), 0, 0.9), layer_words=words, layer_complete=True)
    region = RegionResult("table", (0, 0, 9, 9), 0, 0.9, "html", content, word_confidences=told)
    [found] = check_answers(page(1, region), {0: prepared}).regions
    assert (found.contradicted, found.corrected, found.words) == (True, 1, ())
    assert found.word_confidences == (0.0, 0.1, 0.2, 0.99, 0.4)


def test_an_answer_that_is_another_text_is_flagged_and_left_as_it_is() -> None:
    words = [f"word{place}" for place in range(40)]
    lied = " ".join(f"other{place}" for place in range(40))
    assert check_answer(lied, words) == Checked(lied, 0, True)


def test_values_of_a_table_in_which_most_cells_are_equal_are_corrected() -> None:
    words = ["0"] * 3000
    said = [*words[:1500], "7", *words[1501:]]
    checked = check_answer(" | ".join(said), words)
    assert checked == Checked(" | ".join(words), 1, False, (1500 * len("0 | "),))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (r"the $\beta$-function of $\beta_{2}$ is 5", ["the", "β-function", "of", "β2", "is", "5"]),
        (r"so $x_{i}^{2}$ is 5", ["so", "x2i", "is", "5"]),
        (r"$T_{\max}$ is 5 at $\Delta T$", ["Tmax", "is", "5", "at", "∆T"]),
        ("a < b at 12 and c > d", ["a", "<", "b", "at", "12", "and", "c", ">", "d"]),
    ],
)
def test_mathematics_that_a_model_writes_as_latex_is_left_as_it_is(content: str, words: list[str]) -> None:
    assert check_answer(content, words) == Checked(content, 0, False)


@pytest.mark.parametrize(
    ("was", "said", "contradicted"),
    [
        ("", "", False),
        ("Lee and Colville", "Colville and Lee", True),
        ("from 12 to 30", "from 30 to 12", True),
        ("x^{2}_{i}", "x_{i}^{2}", False),
    ],
)
def test_names_and_numbers_of_running_text_that_changed_places_are_flagged(
    was: str, said: str, contradicted: bool
) -> None:
    content = r"As Lee and Colville found, $x^{2}_{i}$ grows from 12 to 30 m.".replace(was, said)
    words = _placed("As Lee and Colville found, x2i grows", "from 12 to 30 m.")
    asked = PreparedRegion(Region("text", (0, 0, 900, 99), 0, 1.0), layer_words=words, layer_complete=True)
    region = RegionResult("text", (0, 0, 900, 99), 0, 1.0, "markdown", content, source="vlm")
    assert check_answers(page(1, region), {0: asked}).regions[0].contradicted is contradicted


def test_a_number_that_is_corrected_keeps_its_footnote_mark() -> None:
    assert check_answer("paid 31.05¹ in May", ["paid", "31.50¹", "in", "May"]).content == "paid 31.50¹ in May"


def test_a_text_that_is_alike_elsewhere_is_not_said_twice() -> None:
    """Where a part is proven, the rest may have its words with other numbers."""
    words = ["The", "loss", "of", "40", "tonnes", "was", "not", "found", "before", "May"]
    alike = "The loss of 40 tonnes was not found before May. A loss of 77 tonnes was not found before May."
    assert not check_answer(alike, words, complete=False).contradicted
