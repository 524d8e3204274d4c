"""Several glyphs for which marked content has one text (``/ActualText``): a Thai letter with marks, an Indic syllable.

Chrome writes these where no glyph is one character. PDFium says the whole text again for each text object in there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

Sides = tuple[float, float, float, float]

_APART = 0.5  # of a character's height: a mark above or below it
_MOST_HIGH, _LEAST_HIGH = 4.0, 2.0  # times its height, and points: its marks are lower, and lines of text are not one


def repeated_spans(
    codes: Sequence[int],
    owners: Sequence[int],
    origins: Sequence[tuple[float, float]],
    span_of: Callable[[int], int],
) -> list[list[range]]:
    """The places of the text of each span that is repeated; each of its objects has one glyph, and all of the text.

    All but ``span_of``, a number by object, is by character.
    """
    found: dict[tuple[int, tuple[int, ...]], list[range]] = {}
    for part in _of_one_object(owners):
        if len(part) > 1 and len({origins[i] for i in part}) == 1 and (span := span_of(owners[part[0]])):
            found.setdefault((span, tuple(codes[i] for i in part)), []).append(part)
    return [parts for parts in found.values() if len(parts) > 1]


def _of_one_object(owners: Sequence[int]) -> Iterator[range]:
    at = 0
    for _, same in groupby(owners):
        count = sum(1 for _ in same)
        yield range(at, at + count)
        at += count


def goes_on(box: Sides, other: Sides) -> bool:
    """Whether ``other`` stands on, over or behind what is in ``box``: not lines of a paragraph, which has one text."""
    height = box[3] - box[1]
    level = other[1] < box[3] + _APART * height and other[3] > box[1] - _APART * height
    low = other[3] - other[1] < _MOST_HIGH * max(height, _LEAST_HIGH)
    return level and low and other[0] < box[2] + height and other[2] > box[0] - height


def shared(boxes: Sequence[Sides], count: int) -> list[Sides]:
    """The box around ``boxes``, in so many parts side by side, as PDFium has those of a ligature."""
    left, right = min(box[0] for box in boxes), max(box[2] for box in boxes)
    low, high = min(box[1] for box in boxes), max(box[3] for box in boxes)
    step = (right - left) / count
    return [(left + step * i, low, left + step * (i + 1), high) for i in range(count)]
