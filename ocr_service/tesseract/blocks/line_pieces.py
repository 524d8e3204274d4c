"""Lines as Tesseract cut them: parted where it read over a gutter, joined where it cut one at a wide space."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import TypeVar

from ocr_service.document import FIGURE_LABELS, PROSE_LABELS, Box, Region
from ocr_service.geometry.boxes import contains_centre
from ocr_service.layout.filter import SURE
from ocr_service.tesseract.blocks.right_values import with_right_values
from ocr_service.tesseract.lines.page_columns import Gutter, page_gutters
from ocr_service.tesseract.tables.prose_lines import prose_lines
from ocr_service.tesseract.words import Line, Word, make_line

_Item = TypeVar("_Item")

_ONE_SPACE = 0.25  # em: white that no two columns have between them
_BESIDE_BLANK, _LEAST_BLANK = 25.0, 3  # em from a blank to what belongs to it; its underscores
_BLANK_LEVEL = 0.5  # em from the foot of a blank to that of the words
_UNDER, _AT_BLANK = 0.3, 1.0  # em that a drawn blank may reach under the words beside it, and end before them
_MIDDLE = 0.8  # em from the first of two lines to what stands at their middle
_NAME, _BESIDE_NAME, _NEXT_FIELD = 4, 25.0, 6.0  # words; em from a field's name to its value, and to the next field
_LEVEL_STEP, _PIECES = 12, 4  # pixels of a level, and its last pieces that may go on
_STRETCHED = 4.0  # em: the widest space of a justified line


def split_at_columns(lines: Sequence[Line], regions: Sequence[Region]) -> list[Line]:
    """Lines that run over the gutter between two of the model's boxes become two."""
    boxes = [r.bbox for r in regions if r.score >= SURE and r.label not in FIGURE_LABELS and r.label != "table"]
    result = []
    for line in lines:
        parts = [[line.words[0]]]
        for word in line.words[1:]:
            last = parts[-1][-1]
            before = next((i for i, box in enumerate(boxes) if contains_centre(box, last.box)), None)
            here = next((i for i, box in enumerate(boxes) if contains_centre(box, word.box)), None)
            apart = word.box[0] - last.box[2] > 0.8 * line.em
            if apart and before is not None and here is not None and before != here:
                parts.append([word])
            else:
                parts[-1].append(word)
        result += [make_line(part, line.weight) for part in parts]
    return result


def joined_pieces(
    lines: Sequence[Line], regions: Sequence[Region], ruled: Sequence[Gutter], rules: Sequence[Box] = ()
) -> list[Line]:
    """Lines that Tesseract cut at the wide spaces of justified text are one again, inside a text of the model.

    Such a text may lie over two columns, whose lines stay apart. Pieces less than a space apart are one anywhere, and
    those on both sides of a blank to be signed, or a field's name and its value in a column of such. ``rules``: level
    ruling lines, as blanks are drawn with.
    """
    gutters = [*ruled, *page_gutters(lines, prose_lines(lines))]
    pieces = with_right_values(_with_values(_joined_neighbours(lines, gutters, rules)))
    for region in (r for r in regions if r.label in PROSE_LABELS and r.score >= SURE):
        joined: list[Line] = []
        for line in pieces:
            before = next((other for other in joined if _goes_on_beside(other, line, region.bbox)), None)
            if before is None or any(gutter.parts(before.box, line.box) for gutter in gutters):
                joined.append(line)
            else:
                joined[joined.index(before)] = make_line([*before.words, *line.words], before.weight)
        pieces = joined
    return pieces


def _with_values(lines: Sequence[Line]) -> list[Line]:
    """A field's name (``Supplier:``) and its value are one line, where others above or below stand as they do."""
    ordered = sorted(lines, key=lambda line: line.baseline)
    baselines = [line.baseline for line in ordered]
    pairs = [
        (name, value)
        for name in ordered
        if name.text.endswith(":")
        and len(name.words) <= _NAME
        and (value := _value_of(name, _around(name, 1.0, ordered, baselines))) is not None
    ]
    names = [name.baseline for name, _ in pairs]
    joined = {
        id(name): value
        for name, value in pairs
        if any(_are_fields(name, value, *pair) for pair in _around(name, _NEXT_FIELD, pairs, names))
    }
    taken = {id(value) for value in joined.values()}
    return [
        make_line([*line.words, *joined[id(line)].words], line.weight) if id(line) in joined else line
        for line in lines
        if id(line) not in taken
    ]


def _around(name: Line, em: float, items: Sequence[_Item], baselines: Sequence[float]) -> Sequence[_Item]:
    """Those of ``items``, which have these ``baselines`` in order, that are ``em`` above or below a name at most."""
    reach = em * name.em
    return items[bisect_left(baselines, name.baseline - reach) : bisect_right(baselines, name.baseline + reach)]


def _value_of(name: Line, lines: Sequence[Line]) -> Line | None:
    """What stands right of a name, or the first line of it where the name is at the middle of two."""
    level = [
        line
        for line in lines
        if line.box[0] >= name.box[2] and -0.35 < (name.baseline - line.baseline) / min(line.em, name.em) < _MIDDLE
    ]
    nearest = min(level, key=lambda line: line.box[0], default=None)
    if nearest is None or nearest.box[0] - name.box[2] > _BESIDE_NAME * name.em or nearest.text.endswith(":"):
        return None
    return nearest


def _are_fields(name: Line, value: Line, other_name: Line, other_value: Line) -> bool:
    apart = abs(name.baseline - other_name.baseline) / name.em
    names = min(abs(name.box[side] - other_name.box[side]) for side in (0, 2))  # typed forms align the colons
    aligned = max(names, abs(value.box[0] - other_value.box[0])) < 0.5 * name.em
    return aligned and 0.5 < apart < _NEXT_FIELD


def _joined_neighbours(lines: Sequence[Line], gutters: Sequence[Gutter], rules: Sequence[Box]) -> list[Line]:
    """The lines from the left, those on one level with less than a space or a blank between them as one."""
    joined: list[Line] = []
    at: dict[int, list[int]] = {}  # places in ``joined`` by the height at which they end
    for line in sorted(lines, key=lambda line: line.box[0]):
        level = round(line.baseline / _LEVEL_STEP)
        near = [place for key in (level - 1, level, level + 1) for place in at.get(key, [])[-_PIECES:]]
        place = next((p for p in near if _follows(joined[p], line, gutters, rules)), None)
        if place is None:
            at.setdefault(level, []).append(len(joined))
            joined.append(line)
        else:
            joined[place] = make_line([*joined[place].words, *line.words], joined[place].weight)
    return joined


def _is_blank(word: Word) -> bool:
    """Whether a word is a line to sign or to write on: what stands beside it belongs to it."""
    return len(word.text) >= _LEAST_BLANK and not word.text.strip("_")


def _follows(line: Line, piece: Line, gutters: Sequence[Gutter], rules: Sequence[Box]) -> bool:
    em = min(line.em, piece.em)
    if _is_blank(line.words[-1]) or (_is_blank(piece.words[0]) and not any(map(_is_blank, line.words))):
        em = max(line.em, piece.em)  # that of the words: a blank has hardly any height
        level, space = abs(line.box[3] - piece.box[3]) < _BLANK_LEVEL * em, _BESIDE_BLANK
    else:
        level, space = abs(line.baseline - piece.baseline) < 0.35 * em and max(line.em, piece.em) < 1.3 * em, _ONE_SPACE
    beside = -0.2 * em < piece.box[0] - line.box[2] < space * em
    beside = beside or (level and any(_is_drawn_blank(rule, line, piece) for rule in rules))
    upright = not (line.is_sideways or piece.is_sideways)
    return level and beside and upright and not any(gutter.parts(line.box, piece.box) for gutter in gutters)


def _is_drawn_blank(rule: Box, line: Line, piece: Line) -> bool:
    """Whether a ruling line at the foot of two pieces fills the white between them, and goes no further."""
    x0, y0, x1, y1 = rule
    foot = (y0 + y1) / 2 - line.baseline
    ends = x0 - line.box[2], piece.box[0] - x1
    return -_UNDER < foot / line.em < _BLANK_LEVEL and all(
        -_UNDER * line.em < end < _AT_BLANK * line.em for end in ends
    )


def _goes_on_beside(line: Line, piece: Line, area: Box) -> bool:
    em = min(line.em, piece.em)
    if not (contains_centre(area, line.box) and contains_centre(area, piece.box)):
        return False
    level = abs(line.baseline - piece.baseline) < 0.35 * em and max(line.em, piece.em) < 1.3 * em
    beside = -0.2 * em < piece.box[0] - line.box[2] < _STRETCHED * em
    return level and (beside or _fits_between(line, piece))


def _fits_between(line: Line, piece: Line) -> bool:
    """Whether two words of ``line`` have ``piece`` between them: Tesseract takes a word out of a stretched line."""
    return any(a.box[2] < piece.box[0] and piece.box[2] < b.box[0] for a, b in pairwise(line.words))
