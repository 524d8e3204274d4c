"""Which fonts to believe: a sample of each font's words is read by eye, letter by letter.

Words are chosen so that every character of every font is seen, cut out of the picture of the text alone, and set
together on one sheet, which costs one short reading for the whole page. What was proven once in a document is
remembered, so that later pages cost less.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ocr_service.document import Gray
from ocr_service.text_layer.alphabets import (
    has_twin,
    is_digit_lookalike,
    letters_known,
    look_the_same,
    may_be_digit,
    may_reach,
    mixes_alphabets,
    script_of,
)
from ocr_service.text_layer.glyphs import Flags, Glyphs, Ints
from ocr_service.text_layer.lines import LayerLine, LayerWord
from ocr_service.text_layer.specimen import ReadSheet, TypeCase

_RAISED = 0.82  # of its word's size
_MOST_WORDS = 70  # on one sheet: some 0.2 s
_LONGEST_WORD = 26  # characters
_LONG_WORD = 12  # from which on longer ones are no better samples
_REPEATS = 4
_SETTLED = 7  # readings of a sign in words as one and the same other
_MOST_REPEATED = 60
_CLEARLY = 0.35  # of a font's characters read otherwise: nothing has to be asked again
_TRIES = 2  # sheets
_WANTED = 1  # reading of each character at least; frequent ones are read many times
_ENOUGH = 0.5  # of a font's letters that must have been read right, where its alphabet can be read
_FEW = 0.08  # of a font's letters that may be wrong before nothing of it is believed
_ODD_SHAPES = 0.12  # of a font's different letters
_UP, _DOWN = 1.2, 0.1  # of the x-height, and em: what reaches above it, and below the baseline
_CAPITAL = 0.92  # of a capital's height; small letters without a stem have 0.65 to 0.8
_LOW = 1.12  # of the x-height: no capital is so low
_MIXED_WORDS = 2
_TWINS_ONLY, _TWINS_KINDS = 25, 8  # letters, and different ones, that all have twins in another alphabet

Key = tuple[str, int, int]  # font, character, shape


@dataclass(slots=True)
class Evidence:
    """What was read where a character should stand: ``right`` times itself, and ``wrong`` by what it was."""

    right: int = 0
    wrong: Counter[str] = field(default_factory=Counter)

    @property
    def times(self) -> int:
        return self.right + self.wrong.total()

    @property
    def proven(self) -> bool:
        return self.right > 0 and self.right >= self.wrong.total()

    @property
    def settled(self) -> bool:
        """Whether words have said often enough, and with one voice, that it is another sign."""
        return self.right == 0 and self.times >= _SETTLED and _one_other(self.wrong)

    @property
    def refuted(self) -> bool:
        return self.wrong.total() > self.right


@dataclass(frozen=True, slots=True)
class FontVerdict:
    """``reason`` says why a font is not believed. ``by_shape``: no reading, its alphabet is not Tesseract's."""

    name: str
    trusted: bool
    reason: str = ""
    by_shape: bool = False
    strength: float = 1.0


@dataclass(frozen=True, slots=True)
class Proof:
    """``trusted`` for each glyph; ``fonts`` by the page's font number."""

    trusted: Flags
    fonts: Mapping[int, FontVerdict]


class Memory:
    """What earlier pages of a document have shown of its characters; one a worker, for the document that it reads."""

    def __init__(self) -> None:
        self._document = ""
        self._evidence: dict[Key, Evidence] = {}

    def of(self, document: str) -> dict[Key, Evidence]:
        if document != self._document:
            self._document, self._evidence = document, {}
        return self._evidence


def prove(
    glyphs: Glyphs,
    shapes: Ints,
    lines: Sequence[LayerLine],
    plates: Sequence[Gray],
    read_sheet: ReadSheet,
    language: str,
    known: dict[Key, Evidence],
) -> Proof:
    """Which of the visible ``glyphs`` say what the eye sees. ``known`` is taken from and added to."""
    keys = _keys(glyphs, shapes)
    signs = [chr(int(code)) for code in glyphs.codes]
    readable = _readable(signs, letters_known(language))
    type_case = TypeCase(glyphs, plates)
    for _ in range(_TRIES):
        words = _sample(lines, keys, readable & ~_raised(lines, glyphs), known)
        if not words:
            break
        _read_words(words, type_case, keys, signs, read_sheet, known)
    _read_repeated(_undecided(keys, readable, glyphs, known), type_case, keys, signs, read_sheet, known)
    return _verdicts(glyphs, keys, signs, readable, lines, known)


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
        if shape not in first:
            first[shape] = index
            ranks[font, code].append(shape)
        at = first[shape]
        # Several shapes of one character are told apart by their number on this page, which later pages may not share:
        # the font's key has its number in the page for that, so that nothing proven is taken for another.
        rank = ranks[font, code].index(shape)
        result.append((glyphs.fonts[font].key, code, boxes[at] * 10 + min(rank, 9)))
    return result


def _readable(signs: Sequence[str], letters: frozenset[str]) -> Flags:
    """Whether Tesseract can tell what a sign is: digits, and the letters that it was taught."""
    return np.array([sign in "0123456789" or sign.lower()[:1] in letters for sign in signs], bool)


def _counts(sign: str) -> bool:
    return sign.isalnum()


def _sample(
    lines: Sequence[LayerLine], keys: Sequence[Key], readable: Flags, known: Mapping[Key, Evidence]
) -> list[tuple[int, ...]]:
    """The glyphs of words in which every character that is not yet decided occurs."""
    need: Counter[Key] = Counter()
    for index in {i for line in lines for i in line.glyphs}:
        if readable[index]:
            evidence = known.get(keys[index])
            if evidence is None or (not evidence.proven and evidence.times < 6):
                need[keys[index]] = _WANTED
    if not need:
        return []
    candidates = [part for line in lines for word in line.words for part in _short(word)]
    candidates.sort(key=lambda part: -min(len(part), _LONG_WORD))
    chosen: list[tuple[int, ...]] = []
    for part in candidates:
        gain = sum(need[keys[i]] > 0 for i in set(part) if readable[i])
        if gain:
            chosen.append(part)
            for i in part:
                if need[keys[i]] > 0:
                    need[keys[i]] -= 1
        if len(chosen) >= _MOST_WORDS or not +need:
            break
    return chosen


def _short(word: LayerWord) -> list[tuple[int, ...]]:
    """The word, or pieces of a very long one."""
    return [word.glyphs[at : at + _LONGEST_WORD] for at in range(0, len(word.glyphs), _LONGEST_WORD)]


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
        if _is_row_of(signs[index], alone) or _is_row_of(signs[index], others):
            known[keys[index]] = Evidence(right=_REPEATS)
        elif len(alone) >= _REPEATS - 1:
            known.setdefault(keys[index], Evidence()).wrong[Counter(alone).most_common(1)[0][0]] += _REPEATS


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
    for at, read in align(written, text):
        sign = written[at]
        evidence = known.setdefault(keys[word[at]], Evidence())
        if read is not None and look_the_same(sign, read) and not _in_disguise(sign, read, written):
            evidence.right += 1
        elif read is None:
            evidence.wrong[""] += 1
        else:
            evidence.wrong[read] += 1


def _in_disguise(sign: str, read: str, written: Sequence[str]) -> bool:
    """A letter in a number where a digit was read, or a digit in a word where a letter was."""
    others = [s for s in written if s != sign and s.isalnum()]
    if sign.isalpha() and read.isdigit():
        return is_digit_lookalike(sign) and bool(others) and all(s.isdigit() for s in others)
    return sign.isdigit() and read.isalpha() and len(others) > 1 and all(s.isalpha() for s in others)


def align(written: Sequence[str], read: str) -> list[tuple[int, str | None]]:
    """For each sign of ``written`` the one that was read in its place, None where there is none.

    The cheapest alignment (Levenshtein), signs that look the same costing nothing. A ligature may be one sign for two.
    """
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
    return pairs[::-1]


def _verdicts(
    glyphs: Glyphs,
    keys: Sequence[Key],
    signs: Sequence[str],
    readable: Flags,
    lines: Sequence[LayerLine],
    known: Mapping[Key, Evidence],
) -> Proof:
    fonts = glyphs.font
    mixed = _mixed_words(lines, fonts)
    trusted = np.zeros(len(glyphs), bool)
    verdicts: dict[int, FontVerdict] = {}
    for font in np.unique(fonts).tolist():
        here = np.flatnonzero(fonts == font)
        verdict, bad = _judge(
            glyphs.fonts[font].name, here, keys, signs, readable, glyphs, known, mixed.get(font, (0, 0))
        )
        verdicts[font] = verdict
        if verdict.trusted:
            for index in here.tolist():
                trusted[index] = keys[index] not in bad and not is_senseless(signs[index], bool(glyphs.unmapped[index]))
    return Proof(trusted, verdicts)


def _judge(
    name: str,
    here: Ints,
    keys: Sequence[Key],
    signs: Sequence[str],
    readable: Flags,
    glyphs: Glyphs,
    known: Mapping[Key, Evidence],
    mixed: tuple[int, int],
) -> tuple[FontVerdict, set[Key]]:
    """The verdict on a font, and those of its characters that are not believed although the font is."""
    senseless = sum(is_senseless(signs[i], bool(glyphs.unmapped[i])) for i in here)
    if senseless > 0.3 * len(here):
        return FontVerdict(name, False, "no map to Unicode"), set()
    if mixed[0] >= _MIXED_WORDS and mixed[0] > 0.03 * mixed[1]:
        return FontVerdict(name, False, "letters of another alphabet that look alike"), set()
    letters = [signs[i] for i in here if signs[i].isalpha()]
    if len(letters) >= _TWINS_ONLY and len(set(letters)) >= _TWINS_KINDS and all(map(has_twin, letters)):
        return FontVerdict(name, False, "only letters that look like those of another alphabet"), set()
    counted = [i for i in here if _counts(signs[i])]
    if not counted:
        return FontVerdict(name, True, strength=0.9), set()
    seen = {keys[i]: known[keys[i]] for i in counted if readable[i] and keys[i] in known}
    bad = {key for key, evidence in seen.items() if evidence.refuted}
    amount = Counter(keys[i] for i in counted)
    wrong = sum(amount[key] for key in bad)
    sure = [key for key in bad if known[key].wrong.total() >= 2 and _one_other(known[key].wrong)]
    if wrong > _FEW * len(counted) or len(sure) >= 2:
        digits = bad and all(chr(key[1]).isdigit() for key in bad)
        return FontVerdict(name, False, "digits read otherwise" if digits else "letters read otherwise"), set()
    right = sum(amount[key] for key, evidence in seen.items() if evidence.proven)
    legible = sum(bool(readable[i]) for i in counted)
    unseen = {keys[i] for i in counted if readable[i] and not (keys[i] in known and known[keys[i]].proven)}
    if legible and right < _ENOUGH * legible:
        return FontVerdict(name, False, "its sample could not be read"), set()
    misshapen = _misshapen(counted, keys, signs, readable, glyphs)
    if len(misshapen) > _ODD_SHAPES * len({keys[i] for i in counted}):
        return FontVerdict(name, False, "shapes that are not those of its letters"), set()
    by_shape = len(counted) >= 5 and legible < 0.5 * len(counted)
    return FontVerdict(
        name, True, by_shape=by_shape, strength=round(right / max(legible, 1), 3) if legible else 0.5
    ), bad | unseen | misshapen


def _misshapen(
    counted: Sequence[int], keys: Sequence[Key], signs: Sequence[str], readable: Flags, glyphs: Glyphs
) -> set[Key]:
    """Letters of a height that theirs have not, which reading alone does not tell: ``o`` for ``O``, ``ә`` for ``ғ``."""
    angles, overprinted = glyphs.angle.tolist(), glyphs.plate.tolist()
    rise, drop = glyphs.rise.tolist(), glyphs.drop.tolist()
    level = [i for i in counted if min(angles[i], 360 - angles[i]) < 1 and not overprinted[i]]
    small, capital = [i for i in level if signs[i].islower()], [i for i in level if signs[i].isupper()]
    x_height = _middle([rise[i] for i in small if may_reach(signs[i], False, False)])
    cap_height = _middle([rise[i] for i in capital])
    found = set()
    for i in small:
        flat = may_reach(signs[i], False, False) and not may_reach(signs[i], True, False)
        too_high = flat and (rise[i] > _UP * x_height > 0 or rise[i] > _CAPITAL * cap_height > 0)
        odd = not readable[i] and may_reach(signs[i], rise[i] > _UP * x_height, drop[i] > _DOWN) is False
        if too_high or odd:
            found.add(keys[i])
    for i in capital:
        if look_the_same(signs[i], signs[i].lower()) and rise[i] < _LOW * x_height:
            found.add(keys[i])
    return found


def _middle(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2] if values else 0.0


def _one_other(wrong: Counter[str]) -> bool:
    """Whether a character was read as one and the same other sign each time, as with a map that swaps them."""
    (read, count), *_ = wrong.most_common(1)
    return bool(read) and count >= 0.8 * wrong.total()


def is_senseless(sign: str, unmapped: bool) -> bool:
    code = ord(sign)
    private = 0xE000 <= code <= 0xF8FF or code >= 0xF0000
    return unmapped or private or code in (0, 0xFFFD) or unicodedata.category(sign) in ("Cc", "Cn", "Cs")


def _mixed_words(lines: Iterable[LayerLine], fonts: Ints) -> dict[int, tuple[int, int]]:
    """By font: words that mix alphabets, and words at all."""
    counts: dict[int, list[int]] = {}
    for line in lines:
        for word in line.words:
            if len(word.glyphs) < 2 or not any(script_of(sign) for sign in word.text):
                continue
            count = counts.setdefault(int(fonts[word.glyphs[0]]), [0, 0])
            count[0] += mixes_alphabets(word.text)
            count[1] += 1
    return {font: (count[0], count[1]) for font, count in counts.items()}
