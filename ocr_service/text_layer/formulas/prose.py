"""Which lines of a page are prose, which pieces of lines belong to one, and where the white between columns is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from ocr_service.text_layer.formulas.inline_runs import SymbolsOfPage, is_bold_letter, kind_of
from ocr_service.text_layer.formulas.words import is_function_name
from ocr_service.text_layer.lines.words import SMALL, LayerLine, LayerWord

_PROSE_SHARE = 0.42  # of a line's signs in words
_PROSE_WORDS, _PROSE_LETTERS = 4, 18
_EQUATION_NUMBER = re.compile(
    r"\(\s*+(?:[A-Z]\.?+|[IVX]{2,5}+\.)?\d{1,3}(?:\.\d{1,3}){0,2}[a-z*′']?\s*+\)|\(\s*+[A-Z*]{1,2}\d{0,2}\s*+\)"
)
_TOUCHING = 0.12  # em from a name to its script or its argument
_INDENT, _NEAR_PROSE = 1.5, 12.0  # em at both ends of a centred line, and to the prose that it stands in
_LIMIT = 0.5  # em from an operator to its limits, and twice what their middles are off
_GUTTER_LINES, _GUTTER = 3, 1.0  # lines on both sides, and em
_IN_COLUMN = 0.85  # of the lines beside a gutter, which end before it


def prose_lines(lines: Sequence[LayerLine], page: SymbolsOfPage) -> list[LayerLine]:
    """Lines of words, and those of formulas alone that begin where a paragraph's lines do, close to one of them."""
    prose = [line for line in lines if is_prose(line, page)]
    prose = [line for line in prose if not is_set_apart(line, prose, page)]
    prose += [line for line in lines if line not in prose and _fills_column(line, prose, page)]
    known = {id(line) for line in prose}
    rest = [line for line in lines if id(line) not in known]
    grown = True
    while grown:
        more = [line for line in rest if any(_goes_on(line, other, page) for other in prose)]
        grown = bool(more)
        prose += more
        known |= {id(line) for line in more}
        rest = [line for line in rest if id(line) not in known]
    return prose


def _fills_column(line: LayerLine, prose: Sequence[LayerLine], page: SymbolsOfPage) -> bool:
    """Whether a line with a word begins and ends where the lines of a paragraph do."""
    if not _has_word(line, page):
        return False
    near = 0.5 * line.size
    return any(
        -near < line.box[0] - other.box[0] < 3 * line.size and abs(line.box[2] - other.box[2]) < near for other in prose
    )


def _goes_on(line: LayerLine, other: LayerLine, page: SymbolsOfPage) -> bool:
    size = other.size
    indent = (other.box[0] - line.box[0]) / size
    margin = abs(indent) < 0.3 or (0.5 < indent < 3.0 and _has_word(line, page))
    if abs(line.size - size) > 0.08 * size or not margin:
        return False
    down = abs(middle_of(line) - middle_of(other))
    return 0.8 * size < down < 1.45 * size


def _has_word(line: LayerLine, page: SymbolsOfPage) -> bool:
    letters = (_letters(word, page) for word in words_of_prose(line, page))
    return any(len(text) >= 3 and not is_function_name(text) for text in letters)


def _letters(word: LayerWord, page: SymbolsOfPage) -> str:
    """The letters of prose in a word, without those of its scripts."""
    size = page.glyphs.size
    return "".join(page.char(i) for i in word.glyphs if page.is_word_letter(i) and size[i] > SMALL * word.size)


def is_prose(line: LayerLine, page: SymbolsOfPage) -> bool:
    """Whether words make up much of a line."""
    letters = total = words = 0
    for word in line.words:
        here = [i for i in word.glyphs if page.is_word_letter(i)]
        total += len(word.glyphs)
        text = "".join(page.char(i) for i in here)
        if len(here) >= 2 and len(here) >= 0.6 * len(word.glyphs) and not is_function_name(text):
            letters += len(here)
            words += 1
    if not total:
        return True
    enough = words >= _PROSE_WORDS or letters >= _PROSE_LETTERS
    return enough and (letters >= _PROSE_SHARE * total or words > _PROSE_WORDS)


def is_set_apart(line: LayerLine, prose: Sequence[LayerLine], page: SymbolsOfPage) -> bool:
    """Whether a line relates signs, begins with one, and stands in the middle between lines of prose that are wider.

    A formula may go on with words there: ``f(t) = 0 almost everywhere``.
    """
    first = line.words[0]
    if first in words_of_prose(line, page) or not any(map(page.is_strong, first.glyphs)):
        return False
    if not any(kind_of(i, page) == "rel" for i in line.glyphs):
        return False
    x0, y0, x1, y1 = line.box
    size = line.size
    near = [
        other.box
        for other in prose
        if max(other.box[1] - y1, y0 - other.box[3]) < _NEAR_PROSE * size and other.box[0] < x1 and x0 < other.box[2]
    ]
    if not near:
        return False
    left, right = x0 - min(box[0] for box in near), max(box[2] for box in near) - x1
    return min(left, right) > _INDENT * size and abs(left - right) < size


def is_long_word(word: LayerWord, page: SymbolsOfPage) -> bool:
    """Whether a word of a formula's line is one of prose; ``log(x)`` is none."""
    return any(_is_of_prose(run, page) for run in _letter_runs(word, page))


def words_of_prose(line: LayerLine, page: SymbolsOfPage) -> list[LayerWord]:
    """The long words of a formula's line that no sign behind them shows to be the names of operators."""
    found = []
    for place, word in enumerate(line.words):
        glyphs = [i for other in line.words[place : place + 2] for i in other.glyphs]
        runs = [run for run in _letter_runs(word, page) if _is_of_prose(run, page) and not _is_script(run, word, page)]
        if not all(_names_operator(run, glyphs[glyphs.index(run[-1]) + 1 :], page, word.size) for run in runs):
            found.append(word)
    return found


def _is_script(letters: Sequence[int], word: LayerWord, page: SymbolsOfPage) -> bool:
    return all(page.glyphs.size[i] < SMALL * word.size for i in letters)


def _names_operator(letters: Sequence[int], behind: Sequence[int], page: SymbolsOfPage, size: float) -> bool:
    """Whether a word has a script, its argument in brackets, or an operator behind it, as ``null(A)`` and ``OPT +``."""
    if not behind:
        return False
    first, kind, cell = behind[0], kind_of(behind[0], page), page.glyphs.cell
    if kind in ("rel", "bin"):
        return page.char(first) != ":"
    if float(cell[first][0] - cell[letters[-1]][2]) > _TOUCHING * size:
        return False
    if page.glyphs.size[first] < SMALL * size:
        return True
    return kind == "open" and len(behind) > 1 and not page.is_word_letter(behind[1])


def _letter_runs(word: LayerWord, page: SymbolsOfPage) -> Iterator[list[int]]:
    for is_letter, run in groupby(word.glyphs, page.is_word_letter):
        if is_letter:
            yield list(run)


def _is_of_prose(letters: Sequence[int], page: SymbolsOfPage) -> bool:
    bold = any(is_bold_letter(i, page) for i in letters)  # vectors and matrices side by side
    return len(letters) >= (3 if bold else 2) and not is_function_name("".join(map(page.char, letters)))


def split_at_hosts(lines: Sequence[LayerLine], page: SymbolsOfPage) -> tuple[list[LayerLine], list[list[LayerLine]]]:
    """Lines, and for each the pieces of its inline formulas that were found as lines of their own."""
    hosts = prose_lines(lines, page)
    whole = {id(host) for host in hosts}
    attached: dict[int, list[LayerLine]] = {}
    taken: set[int] = set()
    for line in lines:
        if id(line) in whole or not _may_be_piece(line, page):
            continue
        limited = next((h for h in hosts if _is_limit(h, line, page)), None)
        near = (h for h in hosts if _holds(h, line, page))
        host = limited or min(near, key=lambda h: abs(middle_of(h) - middle_of(line)), default=None)
        if host is not None:
            attached.setdefault(id(host), []).append(line)
            taken.add(id(line))
    kept = [line for line in lines if id(line) not in taken]
    return kept, [attached.get(id(line), []) for line in kept]


def _may_be_piece(line: LayerLine, page: SymbolsOfPage) -> bool:
    return len(line.glyphs) < 40 and not is_number(line, page)


def _holds(host: LayerLine, piece: LayerLine, page: SymbolsOfPage) -> bool:
    """Whether a piece stands in a gap of a line, a little above or below its middle or beside a tall sign of it."""
    size = host.size
    x0, _, x1, _ = piece.box
    y = (piece.box[1] + piece.box[3]) / 2
    if not (host.box[0] - 0.5 * size <= x0 and x1 <= host.box[2] + 3.0 * size):
        return False
    if abs(y - middle_of(host)) > 0.95 * size and not host.box[1] < y < host.box[3]:
        return False
    accents = all(kind_of(i, page) == "accent" for i in piece.glyphs)
    if accents and y > middle_of(host):  # the line above it
        return False
    solid = [i for i in host.glyphs if kind_of(i, page) != "op"]  # scripts stand in the boxes of slanted integrals
    covered = sum(
        max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
        for a in page.glyphs.ink[list(piece.glyphs)].tolist()
        for b in page.glyphs.ink[solid].tolist()
        if a[0] < b[2] and b[0] < a[2]
    )
    whole = sum((a[2] - a[0]) * (a[3] - a[1]) for a in page.glyphs.ink[list(piece.glyphs)].tolist())
    return bool(covered < 0.25 * whole)


def _is_limit(host: LayerLine, piece: LayerLine, page: SymbolsOfPage) -> bool:
    """Whether a piece stands right over or under an operator of a line, as its limits do where a writer wants it."""
    near, (x0, y0, x1, y1) = _LIMIT * host.size, piece.box
    if piece.size > SMALL * host.size or max(y0 - host.box[3], host.box[1] - y1) > near:
        return False
    for i in host.glyphs:
        left, top, right, bottom = page.glyphs.ink[i].tolist()
        centred = abs(left + right - x0 - x1) < near
        if centred and -near < max(y0 - bottom, top - y1) < near and kind_of(i, page) == "op":
            return True
    return False


def middle_of(line: LayerLine) -> float:
    base = next((word.base for word in line.words if word.base is not None), None)
    return base - 0.25 * line.size if base is not None else (line.box[1] + line.box[3]) / 2


def is_number(line: LayerLine, page: SymbolsOfPage) -> bool:
    return _EQUATION_NUMBER.fullmatch(line.text) is not None and not any(page.is_strong(i) for i in line.glyphs)


def parted_at_gutters(
    lines: Sequence[LayerLine], page: SymbolsOfPage, others: Sequence[tuple[float, float]] = ()
) -> list[LayerLine]:
    """The lines, cut where they cross the white between two columns of prose.

    ``others``: from and to which x prose stands that is not among the lines.
    """
    strips = [*others, *((line.box[0], line.box[2]) for line in prose_lines(lines, page))]
    return [part for line in lines for part in _parted(line, strips)]


def _parted(line: LayerLine, strips: Sequence[tuple[float, float]]) -> list[LayerLine]:
    parts: list[list[LayerWord]] = [[]]
    for word in line.words:
        before = parts[-1][-1] if parts[-1] else None
        wide = before is not None and word.box[0] - before.box[2] > _GUTTER * line.size
        if before is not None and wide and has_gutter(before.box, word.box, strips):
            parts.append([])
        parts[-1].append(word)
    return [replace(line, words=tuple(part)) for part in parts] if len(parts) > 1 else [line]


def has_gutter(
    a: tuple[float, float, float, float],
    b: tuple[float, float, float, float],
    strips: Sequence[tuple[float, float]],
) -> bool:
    """Whether the white between two boxes parts columns of prose."""
    left, right = min(a[2], b[2]), max(a[0], b[0])
    if right <= left:
        return False
    before = [s for s in strips if s[1] <= right and s[0] < left]
    behind = [s for s in strips if s[0] >= left and s[1] > right]
    if min(len(before), len(behind)) < _GUTTER_LINES:
        return False
    edge = sorted(s[1] for s in before)[int(_IN_COLUMN * (len(before) - 1))]
    begin = sorted((s[0] for s in behind), reverse=True)[int(_IN_COLUMN * (len(behind) - 1))]
    crossing = sum(s[0] < left and s[1] > right for s in strips)
    return edge < begin + 1 and crossing <= 0.2 * len(strips)
