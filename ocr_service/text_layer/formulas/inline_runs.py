"""Which parts of a line of prose are mathematics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ocr_service.text_layer.formulas.items import Bar
from ocr_service.text_layer.formulas.words import is_function_name
from ocr_service.text_layer.lines.words import LayerLine
from ocr_service.text_layer.page.glyphs import Glyphs
from ocr_service.text_layer.proof.known_glyphs import Symbol

_APART = 0.15  # em between two symbols that TeX sets close: they are two formulas
_AFTER_PUNCTUATION = 0.24  # em; inside of a formula 0.17
_WIDEST = 0.75  # em around a relation
_FUNCTION_APART = 0.3
_AFTER_FUNCTION = 0.45
_IN_BRACKETS = 0.28  # em; spaces that writers put there, and what slanted letters lean over
_TIGHT = 0.12
_SPACED = frozenset({"rel", "bin", "op", "fence", "not", "radical", "mapsto", "dots"})


def is_bold_letter(index: int, page: SymbolsOfPage) -> bool:
    symbol = page.symbol(index)
    return symbol is not None and symbol.latex.startswith("\\mathbf")


class SymbolsOfPage(Protocol):
    """What is known of a page's glyphs."""

    glyphs: Glyphs

    def symbol(self, index: int) -> Symbol | None: ...
    def is_strong(self, index: int) -> bool: ...
    def is_word_letter(self, index: int) -> bool: ...
    def char(self, index: int) -> str: ...


@dataclass(frozen=True, slots=True)
class Run:
    """A formula in a line: its glyphs from left to right, and the rules among them."""

    glyphs: tuple[int, ...]
    bars: tuple[Bar, ...]
    text: str


def inline_runs(line: LayerLine, fragments: Sequence[LayerLine], page: SymbolsOfPage, bars: Sequence[Bar]) -> list[Run]:
    """``fragments``: pieces of numerators, limits and the like, which were found as lines of their own."""
    own = [i for word in line.words for i in word.glyphs]
    more = [i for fragment in fragments for i in fragment.glyphs]
    g = page.glyphs
    ordered = sorted([*own, *more], key=lambda i: float(g.ink[i][0]))
    size = line.size
    base = next((word.base for word in line.words if word.base is not None), None)
    near = _bars_of(line, fragments, bars)
    if not near and not any(page.is_strong(i) for i in ordered):
        return []
    prose = _prose(ordered, page, size)
    chunks = (
        _trimmed(_without_its_words_number(chunk, page), page) for chunk in _chunks(ordered, prose, page, size, near)
    )
    return [_run(chunk, page, size, near) for chunk in chunks if _is_formula(chunk, page, size, base, near)]


def _is_formula(
    chunk: Sequence[int], page: SymbolsOfPage, size: float, base: float | None, bars: Sequence[Bar]
) -> bool:
    """Whether it is a fraction, or has a sign of mathematics and is no mark behind a word."""
    if not chunk:
        return False
    if _is_fraction(chunk, page.glyphs, bars):
        return True
    return any(page.is_strong(i) for i in chunk) and not _hangs(chunk, page, size, base)


def _run(chunk: Sequence[int], page: SymbolsOfPage, size: float, bars: Sequence[Bar]) -> Run:
    """A formula with the rules that stand no further than half an em outside of it."""
    ink = page.glyphs.ink
    x0, x1 = min(float(ink[i][0]) for i in chunk), max(float(ink[i][2]) for i in chunk)
    mine = tuple(b for b in bars if x0 - 0.5 * size < b.x0 and b.x1 < x1 + 0.5 * size)
    return Run(tuple(chunk), mine, "".join(page.char(i) for i in chunk if page.char(i).isprintable()))


def _bars_of(line: LayerLine, fragments: Sequence[LayerLine], bars: Sequence[Bar]) -> list[Bar]:
    """The rules above the line's baseline, which those of the line below it are not."""
    boxes = [line.box, *(fragment.box for fragment in fragments)]
    base = next((word.base for word in line.words if word.base is not None), line.box[3])
    x0, x1 = min(b[0] for b in boxes), max(b[2] for b in boxes)
    y0, y1 = min(b[1] for b in boxes) - 0.35 * line.size, base - 0.1 * line.size
    slack = 0.3 * line.size
    inside = [b for b in bars if x0 - slack <= b.x0 and b.x1 <= x1 + slack and y0 <= b.y <= y1]
    return [b for b in inside if b.width < 0.6 * (x1 - x0) and not b.boxed]


def _prose(ordered: Sequence[int], page: SymbolsOfPage, size: float) -> set[int]:
    """The glyphs of words; names of functions and single upright letters beside mathematics are none."""
    words = _words(ordered, page, size)
    bold_line = any(len(word) > 2 and is_bold_letter(word[0], page) for word in words)
    place = {i: n for n, i in enumerate(ordered)}
    pairs = zip([None, *ordered], ordered, strict=False)
    prose = {i for before, i in pairs if _is_text_sign(i, page) and not _is_adjoint(before, i, page, size)}
    for word in words:
        before, after = _beside(word, ordered, place, page.glyphs)
        if len(word) == 1:
            own = _is_single_symbol(word[0], before, after, page, size, bold_line)
        else:
            own = _is_function_or_script(word, before, after, page, size)
        if not own:
            prose.update(word)
    return prose


def _words(ordered: Sequence[int], page: SymbolsOfPage, size: float) -> list[list[int]]:
    """The letters of prose by words: those that follow each other closely on one baseline."""
    words: list[list[int]] = []
    before: int | None = None
    for i in ordered:
        if page.is_word_letter(i):
            if before is not None and page.is_word_letter(before) and _continues_word(before, i, page.glyphs, size):
                words[-1].append(i)
            else:
                words.append([i])
        before = i
    return words


def _continues_word(last: int, letter: int, g: Glyphs, size: float) -> bool:
    close = float(g.ink[letter][0] - g.ink[last][2]) < _TIGHT * size
    return close and abs(float(g.origin[letter][1] - g.origin[last][1])) < 0.05 * size


@dataclass(frozen=True, slots=True)
class _Neighbour:
    """The glyph beside a word, and the white between them in pixels."""

    glyph: int
    gap: float


def _beside(
    word: Sequence[int], ordered: Sequence[int], place: dict[int, int], g: Glyphs
) -> tuple[_Neighbour | None, _Neighbour | None]:
    """What stands before and behind a word; None at the line's ends."""
    first, last = place[word[0]], place[word[-1]]
    before = after = None
    if first > 0:
        glyph = ordered[first - 1]
        before = _Neighbour(glyph, float(g.ink[word[0]][0] - g.cell[glyph][2]))
    if last + 1 < len(ordered):
        glyph = ordered[last + 1]
        after = _Neighbour(glyph, float(g.ink[glyph][0] - g.cell[word[-1]][2]))
    return before, after


def _is_single_symbol(
    letter: int,
    before: _Neighbour | None,
    after: _Neighbour | None,
    page: SymbolsOfPage,
    size: float,
    bold_line: bool,
) -> bool:
    """Whether a letter by itself is a script, the d of a differential, or a vector."""
    if is_bold_letter(letter, page) and not bold_line:
        return True
    if page.char(letter) == "d" and _touches_mathematics(after, page, size):
        return True
    touched = _touches_mathematics(before, page, size) or _touches_mathematics(after, page, size)
    return touched and _is_small(letter, page.glyphs, size)


def _is_function_or_script(
    word: Sequence[int], before: _Neighbour | None, after: _Neighbour | None, page: SymbolsOfPage, size: float
) -> bool:
    """Whether several letters are the name of a function beside a sign, or a script of one."""
    name = "".join(page.char(i) for i in word)
    if is_function_name(name) and (_is_near_sign(before, page, size) or _is_near_sign(after, page, size)):
        return True
    return _touches_mathematics(before, page, size) and all(_is_small(i, page.glyphs, size) for i in word)


def _is_near_sign(neighbour: _Neighbour | None, page: SymbolsOfPage, size: float) -> bool:
    if neighbour is None or page.is_word_letter(neighbour.glyph):
        return False
    return neighbour.gap < _FUNCTION_APART * size


def _touches_mathematics(neighbour: _Neighbour | None, page: SymbolsOfPage, size: float) -> bool:
    return neighbour is not None and page.is_strong(neighbour.glyph) and neighbour.gap < _TIGHT * size


def _is_small(index: int, g: Glyphs, size: float) -> bool:
    """Whether it has the size of a script."""
    return bool(g.size[index] < 0.85 * size)


def _is_text_sign(index: int, page: SymbolsOfPage) -> bool:
    symbol = page.symbol(index)
    if symbol is None:
        return not page.is_word_letter(index) and page.char(index) not in "0123456789()[],.;:+=−<>/"
    return symbol.kind in ("hyphen", "quote", "text") or symbol.latex in (
        "\\bullet",
        "\\dagger",
        "\\ddagger",
        "\\S",
        "\\P",
        "\\&",
    )


def _is_adjoint(before: int | None, index: int, page: SymbolsOfPage, size: float) -> bool:
    """Whether a dagger is the superscript of a sign, and no mark of a note behind a word."""
    symbol = page.symbol(index)
    if before is None or symbol is None or symbol.latex not in ("\\dagger", "\\ddagger"):
        return False
    gap = float(page.glyphs.ink[index][0] - page.glyphs.cell[before][2])
    return _is_small(index, page.glyphs, size) and _touches_mathematics(_Neighbour(before, gap), page, size)


def kind_of(index: int, page: SymbolsOfPage) -> str:
    """The class of a sign in a formula, also of plain ones that no outline is known of."""
    symbol = page.symbol(index)
    if symbol is not None:
        return "ord" if symbol.encoding == "OT1" and symbol.latex.isalpha() else symbol.kind
    sign = page.char(index)
    return {**dict.fromkeys("(["  , "open"), **dict.fromkeys(")]", "close"), **dict.fromkeys(",.;", "punct"),
            **dict.fromkeys("=<>:", "rel"), "+": "bin", "−": "bin"}.get(sign, "ord")  # fmt: skip


def _chunks(
    ordered: Sequence[int], prose: set[int], page: SymbolsOfPage, size: float, bars: Sequence[Bar]
) -> list[list[int]]:
    """Sequences without words, cut where white is wider than TeX's inside of formulas."""
    cell = page.glyphs.cell
    chunks: list[list[int]] = [[]]
    right = -np.inf
    for i in ordered:
        if i in prose:
            chunks.append([])
            continue
        chunk = chunks[-1]
        if chunk and (float(cell[i][0]) - right) / size > _widest_white(chunk, i, page, size, bars):
            chunks.append([])
            right = -np.inf
        chunks[-1].append(i)
        right = max(right, float(cell[i][2]))
    return [chunk for chunk in chunks if chunk]


def _widest_white(chunk: Sequence[int], following: int, page: SymbolsOfPage, size: float, bars: Sequence[Bar]) -> float:
    """Em of white that may stand in one formula between ``chunk`` and the sign behind it."""
    g, last = page.glyphs, chunk[-1]
    left_kind, right_kind = kind_of(last, page), kind_of(following, page)
    in_bar = _in_bar(following, g, bars)
    if left_kind == "punct":
        return _AFTER_PUNCTUATION
    if _has_spaced_kind(chunk, right_kind, page) or _is_large(last, page) or (in_bar and _in_bar(last, g, bars)):
        return _WIDEST
    if in_bar or any(_is_small(i, g, size) or page.is_word_letter(i) for i in (last, following)):
        return _AFTER_FUNCTION
    if left_kind == "open" or right_kind in ("open", "close"):
        return _IN_BRACKETS
    return _APART


def _has_spaced_kind(chunk: Sequence[int], right_kind: str, page: SymbolsOfPage) -> bool:
    """Whether TeX sets space around one of the signs at the white."""
    around = {kind_of(chunk[-1], page), right_kind}
    ink = page.glyphs.ink
    if len(chunk) > 1 and ink[chunk[-1]][0] < ink[chunk[-2]][2]:  # one sign over another
        around.add(kind_of(chunk[-2], page))
    return not around.isdisjoint(_SPACED)


def _in_bar(index: int, g: Glyphs, bars: Sequence[Bar]) -> bool:
    x = float(g.ink[index][0] + g.ink[index][2]) / 2
    return any(bar.x0 <= x <= bar.x1 for bar in bars)


def _is_fraction(chunk: Sequence[int], g: Glyphs, bars: Sequence[Bar]) -> bool:
    """Whether a rule has signs over it and under it."""
    sides = {
        float(g.ink[i][1] + g.ink[i][3]) / 2 < bar.y
        for bar in bars
        for i in chunk
        if bar.x0 <= float(g.ink[i][0] + g.ink[i][2]) / 2 <= bar.x1
    }
    return len(sides) == 2


def _is_large(index: int, page: SymbolsOfPage) -> bool:
    symbol = page.symbol(index)
    return symbol is not None and symbol.encoding == "OMX"


_OPENING, _CLOSING = (
    ("(", "[", "\\{", "\\langle", "\\lfloor", "\\lceil"),
    (")", "]", "\\}", "\\rangle", "\\rfloor", "\\rceil"),
)


def _latex(index: int, page: SymbolsOfPage) -> str:
    symbol = page.symbol(index)
    return symbol.latex if symbol is not None else page.char(index)


def _without_its_words_number(chunk: list[int], page: SymbolsOfPage) -> list[int]:
    """Without a number and a colon before it, which belong to the word before them: ``Lemma 3: x = y``."""
    digits = next((n for n, i in enumerate(chunk) if not _latex(i, page).isdigit()), len(chunk))
    return chunk[digits + 1 :] if 0 < digits < len(chunk) and _latex(chunk[digits], page) == ":" else chunk


def _trimmed(chunk: list[int], page: SymbolsOfPage) -> list[int]:
    """Without punctuation at its ends, and brackets that are the sentence's."""
    while chunk:
        first, last = chunk[0], chunk[-1]
        opened = sum(_latex(i, page) in _OPENING for i in chunk) - sum(_latex(i, page) in _CLOSING for i in chunk)
        if kind_of(last, page) == "punct" or _latex(last, page) in ("?", ":"):
            chunk = chunk[:-1]
        elif kind_of(first, page) == "punct" or _latex(first, page) in (":", "/", *_CLOSING):
            chunk = chunk[1:]
        elif _latex(last, page) in _OPENING or (opened < 0 and _latex(last, page) in _CLOSING):
            chunk = chunk[:-1]
        elif opened > 0 and _latex(first, page) in _OPENING:
            chunk = chunk[1:]
        elif opened != 0:
            return _balanced(chunk, page)
        else:
            break
    return chunk


def _balanced(chunk: list[int], page: SymbolsOfPage) -> list[int]:
    """Up to the first bracket that the formula does not close itself."""
    depth = 0
    for place, i in enumerate(chunk):
        latex = _latex(i, page)
        depth += (latex in _OPENING) - (latex in _CLOSING)
        if depth < 0:
            return _trimmed(chunk[:place], page)
    last = max((n for n, i in enumerate(chunk) if _latex(i, page) in _OPENING), default=0)
    return _trimmed(chunk[:last], page)


def _hangs(chunk: Sequence[int], page: SymbolsOfPage, size: float, base: float | None) -> bool:
    """Whether it is a mark raised behind a word."""
    g = page.glyphs
    raised = all(g.size[i] < 0.85 * size for i in chunk)
    return raised and base is not None and all(abs(float(g.origin[i][1]) - base) > 0.05 * size for i in chunk)
