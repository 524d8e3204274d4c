"""Numbers in a page's margin that count its lines, as manuscripts under review, bills and records have them."""

from __future__ import annotations

import statistics
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ocr_service.document import FloatBox

_DIGITS, _LEAST = 5, 8  # of a number; numbers that a margin has at least
_HEIGHT = 0.66  # of the type's size, a digit's
_NEXT, _SKIPPED = 0.9, 3  # of them that are a step from the number above, or up to so many where some were not read
_WHITE, _ODD = 0.3, 0.3  # of a number's size, between it and all text; of the numbers, what else stands among them
_MARKS = ".,:;'‘’·"  # that specks beside a number are read as
_AT_LINE, _LOOSE = 0.1, 0.3  # of the text's size, from its line's foot to the number's; numbers that stand at no line
_CLOSE = 1.9  # of the text's size, from one loose number to the next
_SMALL = 0.85  # of the text's size, theirs where each stands at a line
_WORDS, _GAP, _PROSE = 4, 1.5, 0.5  # of a line of prose; sizes of white in it at most; of the numbered lines


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a line; ``size`` of its type, in pixels as ``box``."""

    text: str
    box: FloatBox
    size: float


@dataclass(frozen=True, slots=True)
class _Number:
    value: int
    line: int
    word: int
    token: Token

    @property
    def box(self) -> FloatBox:
        return self.token.box

    @property
    def size(self) -> float:
        """Of its type, as its digits are high: a small number that was read as raised has the size of its line."""
        return (self.box[3] - self.box[1]) / _HEIGHT


def margin_numbers(lines: Sequence[Sequence[Token]]) -> list[list[tuple[int, int]]]:
    """The places (line, word) of the numbers that count lines, from top to bottom, for each margin that has them.

    ``lines`` have their words from left to right. The first column of a table is none: its numbers stand at its rows,
    are of their size, and cells are beside them.
    """
    columns = [column for place in (0, -1) for column in _columns(lines, place)]
    columns = [column for column in columns if _count([n.value for n in column]) and _is_outermost(column, lines)]
    mine = {(number.line, number.word) for column in columns for number in column}
    rest = [[token for word, token in enumerate(line) if (at, word) not in mine] for at, line in enumerate(lines)]
    texts = [line for line in rest if line]
    margins = [_places(column, lines) for column in columns if _numbers_lines(column, texts)]
    return list({margin[0]: margin for margin in margins}.values())


def as_digits(text: str) -> str:
    """Raised digits as such: small ones at a line's beginning look like its superscripts."""
    return unicodedata.normalize("NFKC", text)


def _places(column: Sequence[_Number], lines: Sequence[Sequence[Token]]) -> list[tuple[int, int]]:
    """Of its numbers, and of others in their place that were not read as such."""
    place = _Place.of(column)
    inside = [
        (token.box[1], at, word)
        for at, line in enumerate(lines)
        for word, token in enumerate(line)
        if place.is_beside(token.box) and place.has(token)
    ]
    return [(at, word) for _, at, word in sorted(inside)]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a column stands, with the white around it."""

    left: float
    top: float
    right: float
    bottom: float
    white: float

    @staticmethod
    def of(column: Sequence[_Number]) -> _Place:
        lefts, rights = (sorted(number.box[side] for number in column) for side in (0, 2))
        left, right = lefts[len(column) // 10], rights[-1 - len(column) // 10]  # a few boxes reach to the text
        white = _WHITE * statistics.median(number.size for number in column)
        return _Place(left, column[0].box[1], right, column[-1].box[3], white)

    def is_beside(self, box: FloatBox) -> bool:
        return box[1] < self.bottom and self.top < box[3]

    def has(self, token: Token) -> bool:
        """Whether it stands in it; the box of a number that was read with a mark behind may reach to the text."""
        x0, _, x1, _ = token.box
        starts, ends = self.left - self.white < x0 < self.right, self.left < x1 < self.right + self.white
        return (starts and ends) or ((starts or ends) and token.text.strip(_MARKS).isdecimal())


def _columns(lines: Sequence[Sequence[Token]], place: int) -> Iterator[list[_Number]]:
    """The first or last words that are numbers, by the places across the page where they stand one under the other."""
    columns: list[list[_Number]] = []
    for number in sorted(_ends(lines, place), key=lambda number: number.box[2]):
        for column in columns:
            if number.box[0] < column[0].box[2] and column[0].box[0] < number.box[2]:
                column.append(number)
                break
        else:
            columns.append([number])
    for column in columns:
        if len(column) >= _LEAST:
            yield sorted(column, key=lambda number: number.box[1])


def _ends(lines: Sequence[Sequence[Token]], place: int) -> Iterator[_Number]:
    for at, line in enumerate(lines):
        text = as_digits(line[place].text)
        if text.isdecimal() and len(text) <= _DIGITS:
            yield _Number(int(text), at, place % len(line), line[place])


def counts_lines(text: str) -> bool:
    """Whether a text is no more than such numbers."""
    values = [word.strip(_MARKS) for word in text.split()]
    numbers = [int(value) for value in values if value.isdecimal() and len(value) <= _DIGITS]
    return len(values) >= _LEAST and len(numbers) >= _NEXT * len(values) and _count(numbers)


def _count(values: Sequence[int]) -> bool:
    """Whether each is one more than the one before, or as much more as they usually are."""
    steps = [below - above for above, below in pairwise(values)]
    usual = statistics.mode(steps)
    return usual > 0 and sum(step in range(usual, _SKIPPED * usual + 1, usual) for step in steps) >= _NEXT * len(steps)


def _is_outermost(column: Sequence[_Number], lines: Sequence[Sequence[Token]]) -> bool:
    """Whether all text at their height stands on one side of them, with white between, but for a few in their place."""
    place = _Place.of(column)
    beside = [token for line in lines for token in line if place.is_beside(token.box)]
    others = [token.box for token in beside if not place.has(token)]
    after = all(box[0] > place.right + place.white for box in others)
    before = all(box[2] < place.left - place.white for box in others)
    return len(beside) - len(others) <= (1 + _ODD) * len(column) and (after or before)


def _numbers_lines(column: Sequence[_Number], texts: Sequence[Sequence[Token]]) -> bool:
    """Whether they stand between the lines of the text, or are small and stand at lines of prose."""
    if not texts:
        return False
    size = statistics.median(token.size for line in texts for token in line)
    beside = [_beside(number, texts, size) for number in column]
    pitch = statistics.median(below.box[3] - above.box[3] for above, below in pairwise(column))
    if sum(not row for row in beside) >= _LOOSE * len(column) and pitch < _CLOSE * size:
        return True
    at_lines = [(number, row) for number, row in zip(column, beside, strict=True) if row]
    prose = sum(_is_prose(row, size) for _, row in at_lines)
    if not at_lines or prose < _PROSE * len(at_lines):
        return False
    return statistics.median(number.size / row[0].size for number, row in at_lines) < _SMALL


def _beside(number: _Number, lines: Sequence[Sequence[Token]], size: float) -> list[Token]:
    """The words whose feet, or middles, stand at the height of a number's, from it outwards."""
    near = _AT_LINE * size
    level = [
        line
        for line in lines
        if abs(_usual(line, 3) - number.box[3]) < near
        or abs(_usual(line, 1) + _usual(line, 3) - number.box[1] - number.box[3]) < 2 * near
    ]
    return sorted((token for line in level for token in line), key=lambda token: abs(token.box[0] - number.box[0]))


def _usual(line: Sequence[Token], side: int) -> float:
    """The usual height of its words' upper (1) or lower (3) sides: descenders hang below it."""
    return statistics.median_low([token.box[side] for token in line])


def _is_prose(row: Sequence[Token], size: float) -> bool:
    """Whether a row begins with words that follow each other as in a sentence."""
    first = row[:_WORDS]
    gaps = (max(b.box[0] - a.box[2], a.box[0] - b.box[2]) for a, b in pairwise(first))
    return len(first) == _WORDS and all(gap < _GAP * size for gap in gaps)
