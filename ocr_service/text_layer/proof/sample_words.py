"""Which words of a page are the sample that OCR reads: so many that every character not yet decided is among them.

Left out are glyphs that OCR cannot tell: signs that it was not taught, accents and their letters, raised glyphs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from unicodedata import category

import numpy as np

from ocr_service.text_layer.lines.words import LayerLine, LayerWord
from ocr_service.text_layer.page.glyphs import Flags, Glyphs
from ocr_service.text_layer.proof.accents import FIRST_COMBINING, LAST_COMBINING
from ocr_service.text_layer.proof.alphabets import script_of
from ocr_service.text_layer.proof.evidence import Evidence, Key

_RAISED = 0.82  # of its word's size
_MOST_WORDS = 70  # on one sheet: some 0.2 s
_LONGEST_WORD = 26  # characters
_LONG_WORD = 12  # from which on longer ones are no better samples
_ODD = '!"#$%*?^~¡¢£¤¥¦§¨©«¬®¯°±´¶¸»¼½¾¿÷×'  # signs that stand in no word
_NOT_IN_WORDS = re.compile(rf"(?<=[^\W\d_])[{re.escape(_ODD)}]++(?=[^\W\d_])")
_BY_PLACE = "←→↔⇐⇒⇔"  # which are told by where they stand (``punctuation``)
_WORD_LETTERS = 4  # at least, of a word that has no relation of mathematics in it, as ``x≤y`` has
_BESIDE_LETTERS = re.compile(r"(?<=[^\W\d_])[#&@§]++|(?<![#&@§])[#&@§]++(?=[^\W\d_])")
_READ_ALPHABETS = frozenset({"", "LATIN", "CYRILLIC", "GREEK", "FULLWIDTH", "MATHEMATICAL"})
_WANTED = 1  # reading of each character at least; frequent ones are read many times
_LARGER, _MOST_LARGE = 1.5, 500  # of a page's usual size, and glyphs
_ENOUGH = 6  # readings of a character in words, after which no more are wanted


def sample_words(
    lines: Sequence[LayerLine],
    keys: Sequence[Key],
    signs: Sequence[str],
    readable: Flags,
    whole: Flags,
    known: Mapping[Key, Evidence],
    crossed: Flags,
) -> list[tuple[int, ...]]:
    """The glyphs of words in which every character that is not yet decided occurs; ``crossed`` ones last."""
    wanted = readable & _not_seen_better(keys, crossed)
    need = _wanted_readings(lines, keys, wanted, known)
    if not need:
        return []
    chosen: list[tuple[int, ...]] = []
    for part in _clearest_first(lines, signs, whole, crossed):
        if any(wanted[i] and need[keys[i]] > 0 for i in part):
            chosen.append(part)
            _count_as_read(part, keys, need)
        if len(chosen) >= _MOST_WORDS or not +need:
            break
    return chosen


def _not_seen_better(keys: Sequence[Key], crossed: Flags) -> Flags:
    """All glyphs but those that something crosses whose characters stand elsewhere, too: these read as anything."""
    clear = {keys[index][:2] for index in np.flatnonzero(~crossed).tolist()} if crossed.any() else set()
    worse = [index for index in np.flatnonzero(crossed).tolist() if keys[index][:2] in clear]
    wanted = np.ones(len(keys), bool)
    wanted[worse] = False
    return wanted


def _wanted_readings(
    lines: Sequence[LayerLine], keys: Sequence[Key], readable: Flags, known: Mapping[Key, Evidence]
) -> Counter[Key]:
    """How many readings of each readable character are wanted, without those that are decided."""
    seen = {keys[i] for line in lines for i in line.glyphs if readable[i]}
    return Counter({key: _WANTED for key in seen if not _is_decided(known.get(key))})


def _is_decided(evidence: Evidence | None) -> bool:
    """Whether another reading would say no more: the character is proven, or was read often enough."""
    return evidence is not None and (evidence.proven or evidence.times >= _ENOUGH)


def _clearest_first(
    lines: Sequence[LayerLine], signs: Sequence[str], whole: Flags, crossed: Flags
) -> list[tuple[int, ...]]:
    """Words, or pieces of them, of which no glyph is hidden in part: the longest that nothing crosses first."""
    pieces = (piece for line in lines for word in line.words for piece in _legible_pieces(word, signs))
    parts = (part for piece in pieces for part in _short(piece))
    seen = (part for part in parts if whole[list(part)].all())
    return sorted(seen, key=lambda part: (bool(crossed[list(part)].any()), -min(len(part), _LONG_WORD)))


def _count_as_read(part: Sequence[int], keys: Sequence[Key], need: Counter[Key]) -> None:
    """Takes one reading from what ``need`` wants of each glyph's character."""
    for index in part:
        if need[keys[index]] > 0:
            need[keys[index]] -= 1


def _legible_pieces(word: LayerWord, signs: Sequence[str]) -> list[tuple[int, ...]]:
    """The pieces of a word between what OCR reads otherwise, with what is beside it.

    These are letters with accents that are glyphs of their own, and those of alphabets that are not read here: Chinese
    has no spaces around Latin words.
    """
    pieces: list[list[int]] = [[]]
    for index in word.glyphs:
        if _is_combining(signs[index]):
            pieces[-1] = pieces[-1][:-1]
            pieces.append([])
        elif script_of(signs[index]) not in _READ_ALPHABETS:
            pieces.append([])
        else:
            pieces[-1].append(index)
    return [tuple(piece) for piece in pieces if piece]


def _short(piece: Sequence[int]) -> list[tuple[int, ...]]:
    """The piece of a word, or pieces of a very long one."""
    return [tuple(piece[at : at + _LONGEST_WORD]) for at in range(0, len(piece), _LONGEST_WORD)]


def readable_signs(signs: Sequence[str], letters: frozenset[str]) -> Flags:
    """Whether Tesseract can tell what a sign is: digits, and the letters that it was taught."""
    return np.array([sign in "0123456789" or sign.lower()[:1] in letters for sign in signs], bool)


def accented_letters(lines: Sequence[LayerLine], signs: Sequence[str]) -> Flags:
    """Letters with an accent that is a glyph of its own: as one letter, Tesseract's languages mostly lack them."""
    found = np.zeros(len(signs), bool)
    for line in lines:
        for word in line.words:
            found[[i for i, mark in pairwise(word.glyphs) if _is_combining(signs[mark])]] = True
    return found


def _is_combining(sign: str) -> bool:
    return FIRST_COMBINING <= ord(sign) <= LAST_COMBINING


def signs_inside_words(lines: Sequence[LayerLine], signs: Sequence[str]) -> Flags:
    """Signs among letters of a word, where none of their kind belongs: a map may have them for letters."""
    found = np.zeros(len(signs), bool)
    for line in lines:
        for word in line.words:
            text = _with_odd_signs([signs[i] for i in word.glyphs])
            for match in (*_NOT_IN_WORDS.finditer(text), *_BESIDE_LETTERS.finditer(text)):
                found[list(word.glyphs[match.start() : match.end()])] = True
    return found


def _with_odd_signs(signs: Sequence[str]) -> str:
    """A word with one odd sign for all further symbols that stand in no word, as the ``↵`` that maps have for an ff."""
    odd = {"So", "Sk", "Sc"}
    if sum(map(str.isalpha, signs)) >= _WORD_LETTERS:
        odd.add("Sm")
    strange = {sign for sign in signs if sign > "ÿ" and sign not in _BY_PLACE and category(sign) in odd}
    return "".join(_ODD[0] if sign in strange else sign for sign in signs)


def crossed_glyphs(glyphs: Glyphs) -> Flags:
    """Which glyphs stand on the places of far larger ones, as those under a watermark."""
    found = np.zeros(len(glyphs), bool)
    overprinted = glyphs.plate > 0
    if not overprinted.any():
        return found
    size, ink = glyphs.size, glyphs.ink
    middle = (ink[:, :2] + ink[:, 2:]) / 2
    large = np.flatnonzero(size > _LARGER * float(np.median(size)))
    for x0, y0, x1, y1 in ink[large[:_MOST_LARGE]].tolist():
        found |= (middle[:, 0] > x0) & (middle[:, 0] < x1) & (middle[:, 1] > y0) & (middle[:, 1] < y1)
    found[large] = False
    return found


def raised_glyphs(lines: Sequence[LayerLine], glyphs: Glyphs) -> Flags:
    """Superscripts and subscripts, which nobody reads well inside of a word."""
    raised = np.zeros(len(glyphs), bool)
    size = glyphs.size
    for line in lines:
        for word in line.words:
            here = list(word.glyphs)
            raised[here] = size[here] < _RAISED * word.size
    return raised
