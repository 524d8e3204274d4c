"""Italic letters of fonts that set both text and mathematics (Times, Palatino, Utopia): which of them are words.

Their outlines are the same, so only where a letter stands tells what it is. A font whose letters hardly ever stand
beside each other, as those of mathematics, has none in words.
"""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.text_layer.page.glyphs import Glyphs
from ocr_service.text_layer.proof.known_glyphs import Symbol

_WORD = 4  # letters, from which on a run is a word
_IN_WORDS = 0.25  # of a font's letters: more, and it sets text
_BESIDE, _TOUCHING = 0.14, 0.12  # em between letters of a word, and between a letter and its script
_SPACE, _SIGN_APART = 0.6, 0.4  # em to the next word at most, and to an operator
_SMALL = 0.85  # of a letter's size: a script
_ARTICLES = frozenset("aAeEiIoOuUyY")
_APOSTROPHES = frozenset("'\N{RIGHT SINGLE QUOTATION MARK}")

Run = list[int]


def letters_in_words(glyphs: Glyphs, symbols: Sequence[Symbol | None]) -> set[int]:
    """The glyphs that are letters of words, though ``symbols`` has them as letters of mathematics."""
    runs = _runs(glyphs, symbols)
    of_font: dict[int, list[Run]] = {}
    for run in runs:
        of_font.setdefault(int(glyphs.font[run[0]]), []).append(run)
    found: set[int] = set()
    for mine in of_font.values():
        words = sum(len(run) for run in mine if len(run) >= _WORD)
        if words > _IN_WORDS * sum(map(len, mine)):
            length = {i: len(run) for run in mine for i in run}
            for run in mine:
                if not _is_mathematics(run, length, glyphs, symbols):
                    found.update(i for i in run if (s := symbols[i]) is not None and _is_letter(s))
    return found


def _runs(glyphs: Glyphs, symbols: Sequence[Symbol | None]) -> list[Run]:
    """Letters by what stands closely together, whether their outlines are known or not; those with a known one."""
    runs: list[Run] = []
    last = -2
    for index, symbol in enumerate(symbols):
        letter = chr(int(glyphs.codes[index])).isalpha() or (symbol is not None and _is_letter(symbol))
        if not letter:
            continue
        if last == index - 1 and _is_level(last, index, glyphs) and _gap(last, index, glyphs) < _BESIDE:
            runs[-1].append(index)
        else:
            runs.append([index])
        last = index
    return [run for run in runs if any((s := symbols[i]) is not None and _is_letter(s) for i in run)]


def _is_letter(symbol: Symbol) -> bool:
    if symbol.encoding != "OML" or symbol.kind != "ord":
        return False
    latex = symbol.latex.removeprefix("\\boldsymbol{").removesuffix("}")
    return len(latex) == 1 and latex.isalpha()


def _is_level(a: int, b: int, glyphs: Glyphs) -> bool:
    size = float(glyphs.size[a])
    level = abs(float(glyphs.origin[a][1] - glyphs.origin[b][1])) < 0.05 * size
    return level and abs(float(glyphs.size[b]) - size) < 0.05 * size


def _gap(a: int, b: int, glyphs: Glyphs) -> float:
    """Em from the end of one glyph's own space to the next glyph; large where that is not to its right."""
    size = max(float(glyphs.size[a]), 1e-6)
    gap = float(min(glyphs.ink[b][0] - glyphs.cell[a][2], glyphs.ink[b][0] - glyphs.ink[a][2])) / size
    return gap if gap > -0.5 else 9.0


def _is_mathematics(run: Run, length: dict[int, int], glyphs: Glyphs, symbols: Sequence[Symbol | None]) -> bool:
    """Whether a few letters of a font of text are variables: one by itself, or some at a sign of mathematics."""
    if len(run) >= _WORD:
        return False
    before, after = run[0] - 1, run[-1] + 1
    left = _gap(before, run[0], glyphs) if before >= 0 else 9.0
    right = _gap(run[-1], after, glyphs) if after < len(glyphs) else 9.0
    word_before = left < _SPACE and length.get(before, 0) > 1
    word_after = right < _SPACE and length.get(after, 0) > 1
    related = left < _SIGN_APART and _is_operator(symbols[before])
    if (_is_abbreviated(run, right, length, glyphs) and not related) or _is_item(run, left, right, glyphs):
        return False
    if len(run) == 1:
        sign = symbols[run[0]]
        return sign is None or sign.latex not in _ARTICLES or not (word_before or word_after)
    size = float(glyphs.size[run[-1]])
    script = right < _TOUCHING and float(glyphs.size[after]) < _SMALL * size
    related = related or (right < _SIGN_APART and _is_operator(symbols[after]))
    return script or (related and not word_before and not word_after)


def _is_operator(symbol: Symbol | None) -> bool:
    return symbol is not None and symbol.kind in ("rel", "bin")


def _char(index: int, glyphs: Glyphs) -> str:
    return chr(int(glyphs.codes[index])) if 0 <= index < len(glyphs) else ""


def _is_abbreviated(run: Run, right: float, length: dict[int, int], glyphs: Glyphs) -> bool:
    """Whether it is an initial or the like: a stop behind it, and a letter of the same font behind that.

    Or an apostrophe and a word, as of ``d'or``.
    """
    sign, behind = _char(run[-1] + 1, glyphs), length.get(run[-1] + 2, 0)
    return right < _TOUCHING and ((sign == "." and behind > 0) or (sign in _APOSTROPHES and behind > 1))


def _is_item(run: Run, left: float, right: float, glyphs: Glyphs) -> bool:
    """Whether it stands in brackets of its own, as the mark of a list's item."""
    if _char(run[0] - 1, glyphs) != "(" or _char(run[-1] + 1, glyphs) != ")" or max(left, right) > _TOUCHING:
        return False
    return run[0] < 2 or _gap(run[0] - 2, run[0] - 1, glyphs) > _TOUCHING
