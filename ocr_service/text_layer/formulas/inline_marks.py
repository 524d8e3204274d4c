"""Lines of words whose formulas are one private character each, until a region is finished."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ocr_service.text_layer.formulas.build import build
from ocr_service.text_layer.formulas.completeness import says_all, signs_of
from ocr_service.text_layer.formulas.inline_runs import inline_runs
from ocr_service.text_layer.formulas.items import LONGEST, Bar, Unbuildable, around, box_of
from ocr_service.text_layer.formulas.page_symbols import PageSymbols
from ocr_service.text_layer.lines.words import LayerLine, LayerWord, word_text

FIRST_MARK = 0xF0000  # of the private characters, which go on by the formulas' numbers
MOST = 2_000  # formulas of a page
_OVERHANG = 0.1  # em that a slanted letter leans over what stands behind it
_STOPS = frozenset({".", ",", ";", ":", "!", "?", ")", ").", "),"})


@dataclass(frozen=True, slots=True)
class InlineFormula:
    """``text``: its characters as they stand on the page."""

    latex: str
    text: str


def with_inline(
    line: LayerLine, fragments: Sequence[LayerLine], page: PageSymbols, bars: Sequence[Bar], first: int
) -> tuple[LayerLine, list[InlineFormula], list[int]]:
    """The line with its formulas as characters, the formulas, and the glyphs that are in them."""
    owner: dict[int, int] = {}
    formulas: list[InlineFormula] = []
    for run in inline_runs(line, fragments, page, bars):
        try:
            items = page.items(run.glyphs)
            latex = build(items, run.bars)
            if not says_all(latex, signs_of(items)):
                raise Unbuildable
        except Unbuildable:
            continue
        box = box_of(items)
        if not page.is_explained(box) or not page.has_no_other(box, set(run.glyphs)):
            continue
        if first + len(formulas) >= MOST or len(latex) > LONGEST or "$" in latex:
            continue
        number = first + len(formulas)
        formulas.append(InlineFormula(latex, run.text))
        owner.update(dict.fromkeys(run.glyphs, number))
    if not formulas:
        return line, [], []
    return replace(line, words=_with_marks(line, owner, page)), formulas, sorted(owner)


def _with_marks(line: LayerLine, owner: dict[int, int], page: PageSymbols) -> tuple[LayerWord, ...]:
    """The words with each formula as one character; ``owner``: the formula of each glyph that is in one.

    A formula may begin inside of one word and end inside of another: these become one.
    """
    members: dict[int, list[int]] = {}
    for index, number in owner.items():
        members.setdefault(number, []).append(index)
    words: list[LayerWord] = []
    written: set[int] = set()
    for word in line.words:
        touched = {owner[i] for i in word.glyphs if i in owner}
        pieces = _pieces(word, owner, written, page)
        written |= touched
        glyphs = tuple(dict.fromkeys((*word.glyphs, *(i for number in sorted(touched) for i in members[number]))))
        begun = owner.get(word.glyphs[0]) if word.glyphs else None
        if begun is not None and words and begun in {owner.get(i) for i in words[-1].glyphs}:
            before = words[-1]
            both = tuple(dict.fromkeys((*before.glyphs, *glyphs)))
            words[-1] = replace(before, text=before.text + pieces, glyphs=both, box=around([before.box, word.box]))
        elif touched:
            words.append(replace(word, text=pieces, glyphs=glyphs))
        else:
            words.append(word)
    base = next((word.base for word in line.words if word.base is not None), None)
    for number in sorted(set(members) - written):  # numerator and denominator were found apart from the line
        box = around(page.glyphs.ink[members[number]].tolist())
        words.append(LayerWord(chr(FIRST_MARK + number), box, tuple(members[number]), line.size, base=base))
    words = [part for word in words if word.text for part in _parted(word, owner, page)]
    return _with_punctuation(sorted(words, key=lambda word: word.box[0]), page)


def _parted(word: LayerWord, owner: dict[int, int], page: PageSymbols) -> list[LayerWord]:
    """A word that ends with its formula's mark and signs that nothing proves, in two: OCR reads only the latter."""
    x = max((float(page.glyphs.ink[i][2]) for i in word.glyphs if i in owner), default=float("inf"))
    behind = tuple(i for i in word.glyphs if i not in owner and page.glyphs.ink[i][0] > x - _OVERHANG * word.size)
    text = "".join(page.char(i) for i in behind)
    if not behind or page.trusted[list(behind)].all() or not word.text.endswith(text) or word.text == text:
        return [word]
    ink = page.glyphs.ink[list(behind)]
    own = tuple(i for i in word.glyphs if i not in behind)
    left = replace(word, text=word.text[: -len(text)], glyphs=own, box=around(page.glyphs.ink[list(own)].tolist()))
    return [left, replace(word, text=text, glyphs=behind, box=around(ink.tolist()))]


def _with_punctuation(words: Sequence[LayerWord], page: PageSymbols) -> tuple[LayerWord, ...]:
    """Formulas with the proven stops behind them: slanted letters and fractions leave some white."""
    joined_: list[LayerWord] = []
    for word in words:
        before = joined_[-1] if joined_ else None
        proven = bool(page.trusted[list(word.glyphs)].all())
        if before is not None and ord(before.text[-1]) >= FIRST_MARK and word.text in _STOPS and proven:
            both = (*before.glyphs, *word.glyphs)
            joined_[-1] = replace(before, text=before.text + word.text, glyphs=both, box=around([before.box, word.box]))
        else:
            joined_.append(word)
    return tuple(joined_)


def _pieces(word: LayerWord, owner: dict[int, int], written: set[int], page: PageSymbols) -> str:
    """The text of a word, with a mark where a formula begins."""
    text, plain, done = "", [], set(written)
    for index in word.glyphs:
        number = owner.get(index)
        if number is None:
            plain.append(index)
            continue
        text += word_text(page.glyphs, plain, word) if plain else ""
        plain = []
        if number not in done:
            text += chr(FIRST_MARK + number)
            done.add(number)
    if not any(index in owner for index in word.glyphs):
        return word.text
    return text + (word_text(page.glyphs, plain, word) if plain else "")
