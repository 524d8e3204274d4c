"""Which fonts to believe: a sample of each font's words is read by eye, letter by letter.

Words are chosen so that every character of every font is seen, cut out of the picture of the text alone, and set
together on one sheet, which costs one short reading for the whole page. What was proven once in a document is
remembered, so that later pages cost less.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from ocr_service.document import Gray
from ocr_service.text_layer.alphabets import (
    has_twin,
    is_digit_lookalike,
    letters_known,
    look_the_same,
    mixes_alphabets,
    script_of,
)
from ocr_service.text_layer.glyphs import Flags, Glyphs, Ints
from ocr_service.text_layer.lines import LayerLine, LayerWord

ReadSheet = Callable[[Gray, int], Sequence[tuple[str, tuple[int, int, int, int]]]]
"""Words and their boxes on a sheet of a given dpi, as an eye that knows some alphabets reads them."""

_EM = 44.0  # pixels of the type on the sheet: what Tesseract reads best has an x-height of 20 and more
_SHEET_WIDTH = 1800
_MOST_WORDS = 70  # on one sheet: some 0.2 s
_LONGEST_WORD = 26  # characters
_TRIES = 2  # sheets
_WANTED = 2  # readings of each character
_ENOUGH = 0.5  # of a font's letters that must have been read right, where its alphabet can be read
_FEW = 0.08  # of a font's letters that may be wrong before nothing of it is believed
_MIXED_WORDS = 2
_TWINS_ONLY = 25  # letters that all have twins in another alphabet: no language has such a text

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
    ink: Gray,
    read_sheet: ReadSheet,
    language: str,
    known: dict[Key, Evidence],
) -> Proof:
    """Which of the visible ``glyphs`` say what the eye sees. ``known`` is taken from and added to."""
    keys = _keys(glyphs, shapes)
    signs = [chr(int(code)) for code in glyphs.codes]
    readable = _readable(signs, letters_known(language))
    for _ in range(_TRIES):
        words = _sample(lines, keys, readable, known)
        if not words:
            break
        _read(words, glyphs, keys, signs, ink, read_sheet, known)
    return _verdicts(glyphs, keys, signs, readable, lines, known)


def _keys(glyphs: Glyphs, shapes: Ints) -> list[Key]:
    """Stable over a document's pages as far as PDFium lets us know: the font by name and program, the shape's box."""
    size = np.maximum(glyphs.size, 1e-6)
    width = (glyphs.ink[:, 2] - glyphs.ink[:, 0]) / size
    height = (glyphs.ink[:, 3] - glyphs.ink[:, 1]) / size
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
        box = round(float(width[at]) * 25) * 1000 + round(float(height[at]) * 25)
        result.append((glyphs.fonts[font].key, code, box * 10 + min(rank, 9)))
    return result


def _readable(signs: Sequence[str], letters: frozenset[str]) -> Flags:
    """Whether Tesseract can tell what a sign is: digits, and the letters that it was taught, or those without marks."""
    flags = []
    for sign in signs:
        small = sign.lower()[:1]
        bare = unicodedata.normalize("NFD", small)[:1]
        flags.append(sign in "0123456789" or small in letters or bare in letters)
    return np.array(flags, bool)


def _counts(sign: str) -> bool:
    return sign.isalnum()


def _sample(
    lines: Sequence[LayerLine], keys: Sequence[Key], readable: Flags, known: Mapping[Key, Evidence]
) -> list[LayerWord]:
    """Words in which every character that is not yet decided occurs twice where it can."""
    need: Counter[Key] = Counter()
    for index in {i for line in lines for i in line.glyphs}:
        if readable[index]:
            evidence = known.get(keys[index])
            if evidence is None or (not evidence.proven and evidence.times < 6):
                need[keys[index]] = _WANTED
    if not need:
        return []
    candidates = [w for line in lines if line.angle % 90 == 0 for w in line.words if len(w.glyphs) <= _LONGEST_WORD]
    gains = sorted(candidates, key=lambda w: (-min(len(w.glyphs), 12), w.box[1]))
    chosen: list[LayerWord] = []
    for word in gains:
        gain = sum(need[keys[i]] > 0 for i in set(word.glyphs) if readable[i])
        if gain and (gain >= 2 or len(word.glyphs) <= 3 or _rare(word, keys, need, readable)):
            chosen.append(word)
            for i in word.glyphs:
                if need[keys[i]] > 0:
                    need[keys[i]] -= 1
        if len(chosen) >= _MOST_WORDS or not +need:
            break
    return chosen


def _rare(word: LayerWord, keys: Sequence[Key], need: Counter[Key], readable: Flags) -> bool:
    return any(readable[i] and need[keys[i]] == _WANTED for i in word.glyphs)


def _read(
    words: Sequence[LayerWord],
    glyphs: Glyphs,
    keys: Sequence[Key],
    signs: Sequence[str],
    ink: Gray,
    read_sheet: ReadSheet,
    known: dict[Key, Evidence],
) -> None:
    sheet, places = _sheet(words, glyphs, ink)
    found = read_sheet(sheet, round(72 * _EM / 11))
    for word, (x0, y0, x1, y1) in zip(words, places, strict=True):
        parts = sorted(
            (box[0], text)
            for text, box in found
            if x0 - 8 <= (box[0] + box[2]) / 2 <= x1 + 8 and y0 - 8 <= (box[1] + box[3]) / 2 <= y1 + 8
        )
        text = "".join(part for _, part in parts)
        if not text:  # a reader that leaves a word out says nothing of it
            continue
        written = [signs[i] for i in word.glyphs]
        _compare(word, written, text, keys, known)


def _compare(
    word: LayerWord, written: Sequence[str], text: str, keys: Sequence[Key], known: dict[Key, Evidence]
) -> None:
    for at, read in align(written, text):
        sign = written[at]
        evidence = known.setdefault(keys[word.glyphs[at]], Evidence())
        if read is not None and look_the_same(sign, read) and not _digit_in_disguise(sign, read, written):
            evidence.right += 1
        elif read is None:
            evidence.wrong[""] += 1
        else:
            evidence.wrong[read] += 1


def _digit_in_disguise(sign: str, read: str, written: Sequence[str]) -> bool:
    """A letter in a number, where a digit was read."""
    others = [s for s in written if s is not sign and s.isalnum()]
    return (
        sign.isalpha()
        and read.isdigit()
        and is_digit_lookalike(sign)
        and bool(others)
        and all(s.isdigit() for s in others)
    )


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


def _sheet(words: Sequence[LayerWord], glyphs: Glyphs, ink: Gray) -> tuple[Gray, list[tuple[int, int, int, int]]]:
    """The words black on white, one after another on lines of one height, and where each stands."""
    row_height = round(2.0 * _EM)
    baseline = round(1.4 * _EM)
    gap = round(0.8 * _EM)
    places: list[tuple[int, int, int, int]] = []
    pasted: list[tuple[Gray, int, int]] = []
    x, row = gap, 0
    for word in words:
        piece, rise = _cut_out(word, glyphs, ink)
        if x + piece.shape[1] + gap > _SHEET_WIDTH and x > gap:
            x, row = gap, row + 1
        y = row * row_height + baseline - rise
        y = max(row * row_height, y)
        pasted.append((piece, x, y))
        places.append((x, y, x + piece.shape[1], y + piece.shape[0]))
        x += piece.shape[1] + gap
    sheet = np.full(((row + 1) * row_height + gap, max(_SHEET_WIDTH, x)), 255, np.uint8)
    for piece, left, top in pasted:
        height = min(piece.shape[0], sheet.shape[0] - top)
        part = sheet[top : top + height, left : left + piece.shape[1]]
        np.minimum(part, piece[:height], out=part)
    return sheet, places


def _cut_out(word: LayerWord, glyphs: Glyphs, ink: Gray) -> tuple[Gray, int]:
    """The word level, black on white, its type EM pixels large, and how far its baseline is below its top."""
    height, width = ink.shape
    pad = max(2, round(0.08 * word.size))
    x0, y0 = max(0, round(word.box[0]) - pad), max(0, round(word.box[1]) - pad)
    x1, y1 = min(width, round(word.box[2]) + pad), min(height, round(word.box[3]) + pad)
    piece = ink[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)]
    first = word.glyphs[0]
    angle = round(float(glyphs.angle[first]) / 90) % 4 * 90
    origin = glyphs.origin[first]
    rise = {0: origin[1] - y0, 90: x1 - origin[0], 180: y1 - origin[1], 270: origin[0] - x0}[angle]
    if angle:
        piece = np.ascontiguousarray(np.rot90(piece, k=angle // 90))
    strongest = int(piece.max()) if piece.size else 0
    if strongest:
        piece = np.clip(piece.astype(np.float32) * (255.0 / strongest), 0, 255).astype(np.uint8)
    scale = _EM / max(word.size, 1.0)
    size = max(1, min(3 * _SHEET_WIDTH, round(piece.shape[1] * scale))), max(1, round(piece.shape[0] * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    scaled = cv2.resize(piece, size, interpolation=method)
    return (255 - scaled).astype(np.uint8), round(float(rise) * scale)


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
    if len(letters) >= _TWINS_ONLY and all(has_twin(sign) for sign in letters):
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
    by_shape = legible < 0.5 * len(counted)
    return FontVerdict(
        name, True, by_shape=by_shape, strength=round(right / max(legible, 1), 3) if legible else 0.5
    ), bad | unseen


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
