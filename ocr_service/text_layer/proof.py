"""The sample: words of each font are read by OCR, letter by letter, as evidence for or against its character map.

Words are chosen so that every character of every font is seen, cut out of the picture of the text alone, and set
together on one sheet, which costs one short reading for the whole page. What was proven once in a document is
remembered, so that later pages cost less.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ocr_service.document import Gray
from ocr_service.text_layer.accents import FIRST_COMBINING, LAST_COMBINING
from ocr_service.text_layer.alphabets import (
    is_digit_lookalike,
    letters_known,
    look_the_same,
    may_be_digit,
    script_of,
)
from ocr_service.text_layer.evidence import Evidence, Key, one_other
from ocr_service.text_layer.formulas.known_glyphs import KnownGlyphs
from ocr_service.text_layer.glyphs import FIRST_SHAPED, Flags, Glyphs, Ints
from ocr_service.text_layer.layer_words import LayerLine, LayerWord
from ocr_service.text_layer.marks import wrong_marks
from ocr_service.text_layer.specimen import ReadSheet, TypeCase
from ocr_service.text_layer.verdicts import Proof, verdicts

_RAISED = 0.82  # of its word's size
_MOST_WORDS = 70  # on one sheet: some 0.2 s
_LONGEST_WORD = 26  # characters
_LONG_WORD = 12  # from which on longer ones are no better samples
_REPEATS = 4
_MOST_REPEATED = 60
_CLEARLY = 0.35  # of a font's characters read otherwise: nothing has to be asked again
# Pairs of letters that fonts have one glyph for; old exports map it to one of the two.
_LIGATURES = frozenset(
    ["ff", "fi", "fl", "ft", "fj", "fb", "fh", "fk", "ti", "tt", "th", "ct", "st", "sp", "ch", "ck", "oe", "ae", "ij"]
)
_NOT_IN_WORDS = re.compile('(?<=[^\\W\\d_])[!"#$%*?^~¡¢£¤¥¦§¨©«¬®¯°±´¶¸»¼½¾¿÷×]+(?=[^\\W\\d_])')
_UNREAD = 0.5  # of the times that a character was read, it was not: it is one too many
_OTHER_SIDE = 0.006  # em, of a glyph's height and width; a font's outlines are exact
_SMALL_LETTERS = 3  # of a word whose spelling tells
_DOUBTS = 2  # readings in words as another sign
_TRIES = 2  # sheets
_WANTED = 1  # reading of each character at least; frequent ones are read many times
_ENOUGH = 6  # readings of a character in words, after which no more are wanted


def prove(
    glyphs: Glyphs,
    shapes: Ints,
    outlines: KnownGlyphs,
    lines: Sequence[LayerLine],
    plates: Sequence[Gray],
    read_sheet: ReadSheet,
    language: str,
    known: dict[Key, Evidence],
) -> Proof:
    """Which of the visible ``glyphs`` have the Unicode that OCR reads, or that their outlines are known to be.

    ``known`` is read and extended.
    """
    keys = _keys(glyphs, shapes)
    signs = [chr(int(code)) for code in glyphs.codes]
    suspects = _inside_words(lines, signs)
    readable = (_readable(signs, letters_known(language)) | suspects) & glyphs.whole & ~_accented(lines, signs)
    by_outline = outlines.fonts(glyphs)
    readable &= ~np.isin(glyphs.font, list(by_outline))
    _refute_lies(outlines, glyphs, keys, known)
    type_case = TypeCase(glyphs, plates)
    for _ in range(_TRIES):
        words = _sample(lines, keys, signs, readable & ~_raised(lines, glyphs), glyphs.whole, known)
        if not words:
            break
        _read_words(words, type_case, keys, signs, read_sheet, known)
    alone = readable & ~_of_one_code(glyphs)
    _read_repeated(_undecided(keys, alone, glyphs, known), type_case, keys, signs, read_sheet, known)
    _refute_doubled(glyphs, keys, known)
    doubtful = wrong_marks(glyphs, plates, keys, signs) | _of_other_size(glyphs, keys)
    return verdicts(glyphs, keys, signs, readable, lines, known, by_outline, doubtful)


def _refute_lies(outlines: KnownGlyphs, glyphs: Glyphs, keys: Sequence[Key], known: dict[Key, Evidence]) -> None:
    """Of a font whose map contradicts known outlines, each character that does counts as read otherwise."""
    if not outlines.lying:
        return
    for index in np.flatnonzero(np.isin(glyphs.font, list(outlines.lying))).tolist():
        symbol = outlines.symbols[index]
        if symbol is not None and not symbol.may_be(chr(keys[index][1])):
            known[keys[index]] = Evidence(wrong=Counter({symbol.latex: _REPEATS}))


def _refute_doubled(glyphs: Glyphs, keys: Sequence[Key], known: Mapping[Key, Evidence]) -> None:
    """A glyph that stands for several characters, of which one was mostly not read: each of the like is refuted.

    Else a map that has ``nn`` for an n would be proven by the n.
    """
    for key in {keys[index] for index in np.flatnonzero(_of_one_code(glyphs)).tolist()} & known.keys():
        evidence = known[key]
        if evidence.wrong[""] > _UNREAD * evidence.right:
            evidence.wrong[""] += evidence.right
            evidence.right = 0


def _of_one_code(glyphs: Glyphs) -> Flags:
    """Characters that are one glyph together, as those of a ligature."""
    same = (glyphs.object[1:] == glyphs.object[:-1]) & (glyphs.origin[1:] == glyphs.origin[:-1]).all(axis=1)
    together: Flags = np.r_[False, same] | np.r_[same, False]
    return together


def _of_other_size(glyphs: Glyphs, keys: Sequence[Key]) -> frozenset[Key]:
    """Of letters that a font has in glyphs of several sizes all but the most frequent: ү may be mapped as у.

    Parts of ligatures are others, and so are letters of scripts that write one letter in several ways.
    """
    level = (np.minimum(glyphs.angle, 360 - glyphs.angle) < 1) & (glyphs.plate == 0) & glyphs.whole
    level &= ~_of_one_code(glyphs) & (glyphs.codes < FIRST_SHAPED)
    first: dict[Key, int] = {}
    amount: Counter[Key] = Counter()
    for index in np.flatnonzero(level).tolist():
        if chr(keys[index][1]).isalpha():
            first.setdefault(keys[index], index)
            amount[keys[index]] += 1
    letters: dict[tuple[str, int], list[Key]] = defaultdict(list)
    for key, _ in amount.most_common():
        letters[key[:2]].append(key)
    rise, drop = glyphs.rise, glyphs.drop
    stretch = np.array([item.stretch for item in glyphs.objects])[glyphs.object]
    width = (glyphs.ink[:, 2] - glyphs.ink[:, 0]) / np.maximum(glyphs.size * stretch, 1e-6)
    found: set[Key] = set()
    for usual, *others in letters.values():
        for key in others:
            pair = [first[usual], first[key]]
            if max(np.ptp(rise[pair]), np.ptp(drop[pair]), np.ptp(width[pair])) > _OTHER_SIDE:
                found.add(key)
    return frozenset(found)


def _keys(glyphs: Glyphs, shapes: Ints) -> list[Key]:
    """Stable over a document's pages as far as PDFium lets us know: the font by name and program, the shape's box."""
    size = np.maximum(glyphs.size, 1e-6)
    width = (glyphs.ink[:, 2] - glyphs.ink[:, 0]) / size
    height = (glyphs.ink[:, 3] - glyphs.ink[:, 1]) / size
    boxes = [round(w * 25) * 1000 + round(h * 25) for w, h in zip(width.tolist(), height.tolist(), strict=True)]
    first: dict[int, int] = {}
    ranks: dict[tuple[int, int], list[int]] = defaultdict(list)
    result: list[Key] = []
    for index, (font, code, shape) in enumerate(
        zip(glyphs.font.tolist(), glyphs.codes.tolist(), shapes.tolist(), strict=True)
    ):
        at = first.setdefault(shape, index)
        if shape not in ranks[font, code]:  # an accent over a letter has another code than by itself
            ranks[font, code].append(shape)
        # Several shapes of one character are told apart by their number on this page, which later pages may not share:
        # the font's key has its number in the page for that, so that nothing proven is taken for another.
        rank = ranks[font, code].index(shape)
        result.append((glyphs.fonts[font].key, code, boxes[at] * 10 + min(rank, 9)))
    return result


def _readable(signs: Sequence[str], letters: frozenset[str]) -> Flags:
    """Whether Tesseract can tell what a sign is: digits, and the letters that it was taught."""
    return np.array([sign in "0123456789" or sign.lower()[:1] in letters for sign in signs], bool)


def _accented(lines: Sequence[LayerLine], signs: Sequence[str]) -> Flags:
    """Letters with an accent that is a glyph of its own: as one letter, Tesseract's languages mostly lack them."""
    found = np.zeros(len(signs), bool)
    for line in lines:
        for word in line.words:
            found[[i for i, mark in pairwise(word.glyphs) if _is_combining(signs[mark])]] = True
    return found


def _is_combining(sign: str) -> bool:
    return FIRST_COMBINING <= ord(sign) <= LAST_COMBINING


def _inside_words(lines: Sequence[LayerLine], signs: Sequence[str]) -> Flags:
    """Signs between letters of a word, where none of their kind belongs: a map may have them for letters."""
    found = np.zeros(len(signs), bool)
    for line in lines:
        for word in line.words:
            for match in _NOT_IN_WORDS.finditer("".join(signs[i] for i in word.glyphs)):
                found[list(word.glyphs[match.start() : match.end()])] = True
    return found


def _sample(
    lines: Sequence[LayerLine],
    keys: Sequence[Key],
    signs: Sequence[str],
    readable: Flags,
    whole: Flags,
    known: Mapping[Key, Evidence],
) -> list[tuple[int, ...]]:
    """The glyphs of words in which every character that is not yet decided occurs."""
    need = _wanted_readings(lines, keys, readable, known)
    if not need:
        return []
    chosen: list[tuple[int, ...]] = []
    for part in _samples_by_length(lines, signs, whole):
        if any(readable[i] and need[keys[i]] > 0 for i in part):
            chosen.append(part)
            _count_as_read(part, keys, need)
        if len(chosen) >= _MOST_WORDS or not +need:
            break
    return chosen


def _wanted_readings(
    lines: Sequence[LayerLine], keys: Sequence[Key], readable: Flags, known: Mapping[Key, Evidence]
) -> Counter[Key]:
    """How many readings of each readable character are wanted, without those that are decided."""
    seen = {keys[i] for line in lines for i in line.glyphs if readable[i]}
    return Counter({key: _WANTED for key in seen if not _is_decided(known.get(key))})


def _is_decided(evidence: Evidence | None) -> bool:
    """Whether another reading would say no more: the character is proven, or was read often enough."""
    return evidence is not None and (evidence.proven or evidence.times >= _ENOUGH)


def _samples_by_length(lines: Sequence[LayerLine], signs: Sequence[str], whole: Flags) -> list[tuple[int, ...]]:
    """Words, or pieces of them, of which no glyph is hidden in part; the longest first."""
    pieces = (piece for line in lines for word in line.words for piece in _without_accented(word, signs))
    parts = (part for piece in pieces for part in _short(piece))
    return sorted((part for part in parts if whole[list(part)].all()), key=lambda part: -min(len(part), _LONG_WORD))


def _count_as_read(part: Sequence[int], keys: Sequence[Key], need: Counter[Key]) -> None:
    """Takes one reading from what ``need`` wants of each glyph's character."""
    for index in part:
        if need[keys[index]] > 0:
            need[keys[index]] -= 1


def _without_accented(word: LayerWord, signs: Sequence[str]) -> list[tuple[int, ...]]:
    """The pieces of a word between letters with accents that are glyphs of their own: OCR reads both as one letter."""
    pieces: list[list[int]] = [[]]
    for index in word.glyphs:
        if _is_combining(signs[index]):
            pieces[-1] = pieces[-1][:-1]
            pieces.append([])
        else:
            pieces[-1].append(index)
    return [tuple(piece) for piece in pieces if piece]


def _short(piece: Sequence[int]) -> list[tuple[int, ...]]:
    """The piece of a word, or pieces of a very long one."""
    return [tuple(piece[at : at + _LONGEST_WORD]) for at in range(0, len(piece), _LONGEST_WORD)]


def _raised(lines: Sequence[LayerLine], glyphs: Glyphs) -> Flags:
    """Superscripts and subscripts, which nobody reads well inside of a word."""
    raised = np.zeros(len(glyphs), bool)
    size = glyphs.size
    for line in lines:
        for word in line.words:
            here = list(word.glyphs)
            raised[here] = size[here] < _RAISED * word.size
    return raised


def _read_words(
    words: Sequence[tuple[int, ...]],
    type_case: TypeCase,
    keys: Sequence[Key],
    signs: Sequence[str],
    read_sheet: ReadSheet,
    known: dict[Key, Evidence],
) -> None:
    for script, part in _by_script(words, signs).items():
        sheet = type_case.sheet([type_case.word(word) for word in part])
        for word, text in zip(part, sheet.read(read_sheet, script), strict=True):
            if text:  # a reader that leaves a word out says nothing of it
                _compare(word, [signs[i] for i in word], text, keys, known)


def _by_script(words: Sequence[tuple[int, ...]], signs: Sequence[str]) -> dict[str, list[tuple[int, ...]]]:
    """Words by the alphabet that they claim to be in: one model reads in half the time of two. Numbers go with most."""
    scripts = [next((s for i in word if (s := script_of(signs[i]))), "") for word in words]
    usual = Counter(filter(None, scripts)).most_common(1)
    parts: dict[str, list[tuple[int, ...]]] = {}
    for word, script in zip(words, scripts, strict=True):
        parts.setdefault(script or (usual[0][0] if usual else ""), []).append(word)
    return parts


def _undecided(keys: Sequence[Key], readable: Flags, glyphs: Glyphs, known: Mapping[Key, Evidence]) -> list[int]:
    """A glyph of each character that words have not proven; none of fonts of which most are refuted."""
    fonts = glyphs.font.tolist()
    first: dict[int, dict[Key, int]] = {}
    seen: dict[int, set[Key]] = {}
    for index, key in enumerate(keys):
        if not readable[index] or not chr(key[1]).isalnum():
            continue
        font = fonts[index]
        seen.setdefault(font, set()).add(key)
        if key not in known or not (known[key].proven or known[key].settled):
            first.setdefault(font, {}).setdefault(key, index)
    chosen: list[int] = []
    for font, open_ in first.items():
        refuted = sum(key in known and known[key].times >= 2 for key in open_)
        if refuted <= max(3, _CLEARLY * len(seen[font])):
            chosen += open_.values()
    return chosen[:_MOST_REPEATED]


def _read_repeated(
    indices: Sequence[int],
    type_case: TypeCase,
    keys: Sequence[Key],
    signs: Sequence[str],
    read_sheet: ReadSheet,
    known: dict[Key, Evidence],
) -> None:
    """Characters that stand alone, or seldom, or raised: read from rows of the one glyph, where no word misleads.

    A row alone may be taken for digits where it is of letters (``DDDD``); in a second one it stands among letters that
    are proven.
    """
    if not indices:
        return
    companions = _companions(indices, keys, known)
    rows = [[index] * _REPEATS for index in indices]
    rows += [[index, companion] * _REPEATS for index, companion in zip(indices, companions, strict=True)]
    sheet = type_case.sheet([type_case.row(row) for row in rows])
    texts = sheet.read(read_sheet)
    for index, companion, alone, among in zip(
        indices, companions, texts[: len(indices)], texts[len(indices) :], strict=True
    ):
        others = among.replace(signs[companion], "") if signs[companion] != signs[index] else among
        if _is_read_in_row(signs[index], alone, others, known.get(keys[index])):
            known[keys[index]] = Evidence(right=_REPEATS)
        elif len(alone) >= _REPEATS - 1:
            known.setdefault(keys[index], Evidence()).wrong[Counter(alone).most_common(1)[0][0]] += _REPEATS


def _is_read_in_row(sign: str, alone: str, among: str, in_words: Evidence | None) -> bool:
    """Whether rows prove a sign. One that words have always as the same other needs both rows.

    A digit has no such second row: a row of S may be read as one of 5.
    """
    if in_words is None or in_words.right or in_words.wrong.total() < _DOUBTS or not one_other(in_words.wrong):
        return _is_row_of(sign, alone) or _is_row_of(sign, among)
    return not sign.isdigit() and _is_row_of(sign, alone) and _is_row_of(sign, among)


def _is_row_of(sign: str, text: str) -> bool:
    alike = sum(may_be_digit(sign, read) if sign.isdigit() else look_the_same(sign, read) for read in text)
    return alike >= _REPEATS - 1 and alike >= len(text) - 1


def _companions(indices: Sequence[int], keys: Sequence[Key], known: Mapping[Key, Evidence]) -> list[int]:
    """For each glyph a proven letter of its font, or itself where there is none."""
    proven: dict[str, int] = {}
    for index, key in enumerate(keys):
        sign = chr(key[1])
        if sign.isalpha() and sign.islower() and key in known and known[key].proven and known[key].right > 1:
            proven.setdefault(key[0], index)
    return [proven.get(keys[index][0], index) if chr(keys[index][1]).isalpha() else index for index in indices]


def _compare(
    word: tuple[int, ...], written: Sequence[str], text: str, keys: Sequence[Key], known: dict[Key, Evidence]
) -> None:
    """Counts how each glyph of a word was read. One beside which more was read may be a ligature."""
    letters = [(letter, at) for at, sign in enumerate(written) for letter in unicodedata.normalize("NFKC", sign)]
    alignment = align([letter for letter, _ in letters], text)
    beside = {
        letters[i][1]
        for gap, extra in alignment.extra
        for i, is_after in ((gap - 1, False), (gap, True))
        if 0 <= i < len(letters)
        and (extra + letters[i][0] if is_after else letters[i][0] + extra).lower() in _LIGATURES
    }
    for (_, read), (sign, at) in zip(alignment.pairs, letters, strict=True):
        evidence = known.setdefault(keys[word[at]], Evidence())
        if read is not None and _is_so(sign, read, written):
            evidence.right += at not in beside
        elif read is None:
            evidence.wrong[""] += 1
        else:
            evidence.wrong[read] += 1


def _is_so(sign: str, read: str, written: Sequence[str]) -> bool:
    """Whether a sign of a word was read. Between small letters OCR knows an l from an I."""
    if {sign, read} == {"l", "I"} and sum(s.islower() for s in written) >= _SMALL_LETTERS:
        return False
    return look_the_same(sign, read) and not _in_disguise(sign, read, written)


def _in_disguise(sign: str, read: str, written: Sequence[str]) -> bool:
    """A letter in a number where a digit was read, or a digit in a word where a letter was."""
    others = [s for s in written if s != sign and s.isalnum()]
    if sign.isalpha() and read.isdigit():
        return is_digit_lookalike(sign) and bool(others) and all(s.isdigit() for s in others)
    return sign.isdigit() and read.isalpha() and len(others) > 1 and all(s.isalpha() for s in others)


@dataclass(frozen=True, slots=True)
class Alignment:
    """``pairs``: each sign's number with the one that was read in its place, None where there is none.

    ``extra``: what was read where nothing is written, each with the number of the sign before which it may stand, which
    is one more than the last number at the end.
    """

    pairs: tuple[tuple[int, str | None], ...]
    extra: frozenset[tuple[int, str]]


def _gaps(written: Sequence[str], gap: int, extra: str) -> set[tuple[int, str]]:
    """Where a sign may stand that was read at ``gap``: of several like it, nobody knows which one is too many."""
    first = last = gap
    while first and look_the_same(written[first - 1], extra):
        first -= 1
    while last < len(written) and look_the_same(written[last], extra):
        last += 1
    return {(place, extra) for place in range(first, last + 1)}


def align(written: Sequence[str], read: str) -> Alignment:
    """The cheapest alignment (Levenshtein), signs that look the same costing nothing."""
    rows, columns = len(written) + 1, len(read) + 1
    cost = [[0.0] * columns for _ in range(rows)]
    for i in range(rows):
        for j in range(columns):
            if not i or not j:
                cost[i][j] = float(i + j)
                continue
            change = 0.0 if look_the_same(written[i - 1], read[j - 1]) else 1.01
            cost[i][j] = min(cost[i - 1][j - 1] + change, cost[i - 1][j] + 1, cost[i][j - 1] + 1)
    pairs: list[tuple[int, str | None]] = []
    extra: set[tuple[int, str]] = set()
    i, j = rows - 1, columns - 1
    while i:
        change = 0.0 if j and look_the_same(written[i - 1], read[j - 1]) else 1.01
        if j and cost[i][j] == cost[i - 1][j - 1] + change:
            i, j = i - 1, j - 1
            pairs.append((i, read[j]))
        elif cost[i][j] == cost[i - 1][j] + 1:
            i -= 1
            pairs.append((i, None))
        else:
            j -= 1
            extra |= _gaps(written, i, read[j])
    for sign in read[:j]:
        extra |= _gaps(written, 0, sign)
    return Alignment(tuple(reversed(pairs)), frozenset(extra))
