"""Lines of words whose formulas are one private character each, until a region is finished."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ocr_service.text_layer.formulas.build import build
from ocr_service.text_layer.formulas.completeness import says_all, signs_of
from ocr_service.text_layer.formulas.inline_runs import inline_runs
from ocr_service.text_layer.formulas.items import LONGEST, Bar, Unbuildable, around, box_of
from ocr_service.text_layer.formulas.page_symbols import PageSymbols
from ocr_service.text_layer.layer_words import LayerLine, LayerWord, word_text

FIRST_MARK = 0xF0000  # of the private characters, which go on by the formulas' numbers
MOST = 2_000  # formulas of a page
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
        if not page.is_explained(box_of(page.items(run.glyphs))):
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
    return _with_punctuation(sorted((word for word in words if word.text), key=lambda word: word.box[0]))


def _with_punctuation(words: Sequence[LayerWord]) -> tuple[LayerWord, ...]:
    """Formulas with the stops behind them: slanted letters and fractions leave some white."""
    joined_: list[LayerWord] = []
    for word in words:
        before = joined_[-1] if joined_ else None
        if before is not None and ord(before.text[-1]) >= FIRST_MARK and word.text in _STOPS:
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
