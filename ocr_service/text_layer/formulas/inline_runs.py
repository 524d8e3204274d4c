"""Which parts of a line of prose are mathematics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ocr_service.text_layer.formulas.items import Bar
from ocr_service.text_layer.formulas.known_glyphs import Symbol
from ocr_service.text_layer.formulas.words import is_function_name
from ocr_service.text_layer.glyphs import Glyphs
from ocr_service.text_layer.layer_words import LayerLine

_APART = 0.15  # em between two symbols that TeX sets close: they are two formulas
_AFTER_PUNCTUATION = 0.24  # em; inside of a formula 0.17
_WIDEST = 0.75  # em around a relation
_FUNCTION_APART = 0.3
_AFTER_FUNCTION = 0.45
_IN_BRACKETS = 0.28  # em; spaces that writers put there, and what slanted letters lean over
_TIGHT = 0.12
_SPACED = frozenset({"rel", "bin", "op", "fence", "not", "radical", "mapsto"})


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
    runs = []
    for chunk in _chunks(ordered, prose, page, size, near):
        chunk = _trimmed(_without_its_words_number(chunk, page), page)
        if not chunk or not (any(page.is_strong(i) for i in chunk) or _is_fraction(chunk, g, near)):
            continue
        if _hangs(chunk, page, size, base) and not _is_fraction(chunk, g, near):
            continue
        x0, x1 = min(float(g.ink[i][0]) for i in chunk), max(float(g.ink[i][2]) for i in chunk)
        mine = tuple(b for b in near if x0 - 0.5 * size < b.x0 and b.x1 < x1 + 0.5 * size)
        runs.append(Run(tuple(chunk), mine, "".join(page.char(i) for i in chunk if page.char(i).isprintable())))
    return runs


def _bars_of(line: LayerLine, fragments: Sequence[LayerLine], bars: Sequence[Bar]) -> list[Bar]:
    """The rules above the line's baseline, which those of the line below it are not."""
    boxes = [line.box, *(fragment.box for fragment in fragments)]
    base = next((word.base for word in line.words if word.base is not None), line.box[3])
    x0, x1 = min(b[0] for b in boxes), max(b[2] for b in boxes)
    y0, y1 = min(b[1] for b in boxes) - 0.35 * line.size, base - 0.1 * line.size
    slack = 0.3 * line.size
    inside = [b for b in bars if x0 - slack <= b.x0 and b.x1 <= x1 + slack and y0 <= b.y <= y1]
    return [b for b in inside if b.width < 0.6 * (x1 - x0)]


def _prose(ordered: Sequence[int], page: SymbolsOfPage, size: float) -> set[int]:
    """The glyphs of words; names of functions and single upright letters beside mathematics are none."""
    g = page.glyphs
    words: list[list[int]] = []
    for at, i in enumerate(ordered):
        if not page.is_word_letter(i):
            continue
        last = words[-1][-1] if words else None
        close = last is not None and float(g.ink[i][0] - g.ink[last][2]) < _TIGHT * size
        if close and last == ordered[at - 1] and abs(float(g.origin[i][1] - g.origin[last][1])) < 0.05 * size:
            words[-1].append(i)
        else:
            words.append([i])
    bold_line = any(len(word) > 2 and is_bold_letter(word[0], page) for word in words)
    place = {i: n for n, i in enumerate(ordered)}
    prose: set[int] = set()
    for word in words:
        before = ordered[place[word[0]] - 1] if place[word[0]] else None
        after = ordered[place[word[-1]] + 1] if place[word[-1]] + 1 < len(ordered) else None
        gaps = [
            (before, float(g.ink[word[0]][0] - g.cell[before][2]) if before is not None else 0.0),
            (after, float(g.ink[after][0] - g.cell[word[-1]][2]) if after is not None else 0.0),
        ]
        near = any(i is not None and not page.is_word_letter(i) and gap < _FUNCTION_APART * size for i, gap in gaps)
        touched = [i is not None and page.is_strong(i) and gap < _TIGHT * size for i, gap in gaps]
        text = "".join(page.char(i) for i in word)
        small = all(g.size[i] < 0.85 * size for i in word)
        if len(text) == 1:
            own = (small and any(touched)) or (text == "d" and touched[1])
            own = own or (is_bold_letter(word[0], page) and not bold_line)
        else:
            own = (is_function_name(text) and near) or (small and touched[0])
        if not own:
            prose.update(word)
    prose |= {i for i in ordered if _is_text_sign(i, page)}
    return prose


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
    g = page.glyphs
    chunks: list[list[int]] = [[]]
    right = -np.inf
    for i in ordered:
        if i in prose:
            chunks.append([])
            continue
        chunk = chunks[-1]
        if chunk:
            gap = (float(g.cell[i][0]) - right) / size
            small = g.size[i] < 0.85 * size or g.size[chunk[-1]] < 0.85 * size
            around = {kind_of(chunk[-1], page), kind_of(i, page)}
            if len(chunk) > 1 and g.ink[chunk[-1]][0] < g.ink[chunk[-2]][2]:  # one sign over another
                around.add(kind_of(chunk[-2], page))
            if kind_of(chunk[-1], page) == "punct":
                least = _AFTER_PUNCTUATION
            elif (
                around & _SPACED or _is_large(chunk[-1], page) or (_in_bar(chunk[-1], g, bars) and _in_bar(i, g, bars))
            ):
                least = _WIDEST
            elif small or page.is_word_letter(chunk[-1]) or page.is_word_letter(i) or _in_bar(i, g, bars):
                least = _AFTER_FUNCTION
            elif kind_of(chunk[-1], page) == "open" or kind_of(i, page) in ("open", "close"):
                least = _IN_BRACKETS
            else:
                least = _APART
            if gap > least:
                chunks.append([])
                right = -np.inf
        chunks[-1].append(i)
        right = max(right, float(g.cell[i][2]))
    return [chunk for chunk in chunks if chunk]


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
