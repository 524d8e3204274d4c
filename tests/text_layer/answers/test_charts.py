"""Charts that a model read against the words that stand in them."""

from __future__ import annotations

import pytest

from ocr_service.document import PlacedWord, PreparedRegion, Region, RegionResult
from ocr_service.text_layer.answers.check import check_answers
from tests.support.pages import page

_AXES = ["0", "20", "40", "60", "Output", "in", "tonnes", "Lee", "Wexford", "Ada", "2019"]
_LABELS = ["12.5", "31.7", "58", "44"]
_ROWS = (("Lee", "12.5"), ("Wexford", "31.7"), ("Ada", "58"), ("2019", "44"))


def _table(rows: tuple[tuple[str, str], ...]) -> str:
    return "| Name | Value |\n|---|---|\n" + "\n".join(f"| {name} | {value} |" for name, value in rows)


def _contradicted(content: str, words: list[str]) -> bool:
    box = (0, 0, 9, 9)
    asked = PreparedRegion(
        Region("chart", box, 0, 1.0),
        layer_words=tuple(PlacedWord(word, box, 1.0) for word in words),
        layer_complete=True,
    )
    result = page(1, RegionResult("chart", box, 0, 1.0, "markdown", content, source="vlm"))
    return check_answers(result, {0: asked}).regions[0].contradicted


@pytest.mark.parametrize("words", [_AXES + _LABELS, _AXES])
def test_a_chart_that_is_read_rightly_is_not_flagged(words: list[str]) -> None:
    assert not _contradicted(_table(_ROWS), words)


@pytest.mark.parametrize(
    "rows",
    [
        (("Lee", "12.5"), ("Wexford", "37.7"), ("Ada", "58"), ("2019", "44")),
        (("Kim", "12.5"), ("Wexford", "31.7"), ("Ada", "58"), ("2019", "44")),
        (("Lee", "12.5"), ("Wexford", "31.7"), ("Ada", "58"), ("2018", "44")),
    ],
)
def test_a_printed_value_or_a_name_that_is_another_is_flagged(rows: tuple[tuple[str, str], ...]) -> None:
    assert _contradicted(_table(rows), _AXES + _LABELS)


def test_names_are_compared_where_values_are_measured() -> None:
    assert _contradicted(_table((("Lee", "13"), ("Montague", "32"), ("Ada", "58"), ("2019", "44"))), _AXES)
