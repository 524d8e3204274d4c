"""A chart that a model read: what its table says against the words in the chart.

The table is no transcript. Values may be measured at the axis, axes and their numbers may be left out, and the model
gives the columns names of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ocr_service.text_layer.answers.words import WORD, glued, normal, plain, tokens_of

_PRINTED = 0.7  # of the values that stand in the chart: it has them all as labels
_LEAST_VALUES = 3
_LEAST_LETTERS, _LONG = 2, 4  # of a name that is looked for, and of one that words parted otherwise may have
_RULE = re.compile(r"[\s|:\-]*")


def chart_agrees(content: str, words: Sequence[str]) -> bool:
    """Whether the chart has the names of the table's rows, and its values where values are printed at all."""
    known = {_folded(match[0]) for match in WORD.finditer(" ".join(map(normal, words)))}
    letters = glued([plain(word) for word in words]).casefold()
    rows = [line.strip().strip("|").split("|") for line in content.split("\n") if "|" in line and not _is_rule(line)]
    names = [_folded(token.text) for row in rows[1:] for token in tokens_of(row[0], WORD)]
    if any(name not in known and (len(name) < _LONG or name not in letters) for name in names if _is_checked(name)):
        return False
    said = (_folded(token.text) for row in rows[1:] for cell in row[1:] for token in tokens_of(cell, WORD))
    values = [value for value in said if any(map(str.isdigit, value))]
    printed = sum(value in known for value in values)
    return len(values) < _LEAST_VALUES or printed < _PRINTED * len(values) or printed == len(values)


def _is_rule(line: str) -> bool:
    return bool(_RULE.fullmatch(line))


def _is_checked(name: str) -> bool:
    return len(name) >= _LEAST_LETTERS or any(map(str.isdigit, name))


def _folded(text: str) -> str:
    return plain(text).casefold()
