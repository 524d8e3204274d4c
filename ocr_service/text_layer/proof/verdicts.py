"""Which fonts to believe, by what reading, map, alphabet and shape say of their characters."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ocr_service.text_layer.lines.words import LayerLine
from ocr_service.text_layer.page.glyphs import Flags, Floats, Glyphs, Ints
from ocr_service.text_layer.proof.alphabets import (
    has_a_foreign_digit,
    has_a_foreign_letter,
    has_a_letter_for_a_digit,
    has_homoglyph,
    has_symbols,
    is_digit_lookalike,
    is_greek_text,
    may_be_a_formula,
    mixes_alphabets,
    script_of,
    scripts_of,
)
from ocr_service.text_layer.proof.evidence import Evidence, Key, one_other
from ocr_service.text_layer.proof.ideographs import impossible_ideographs
from ocr_service.text_layer.proof.letter_heights import (
    LetterHeights,
    ends_at_the_baseline,
    has_mark_above,
    is_flat,
)
from ocr_service.text_layer.proof.punctuation import below_baseline, may_stand_so
from ocr_service.text_layer.visibility import HALF

_UNMAPPED = 0.3  # of a font's characters that may have no sense before nothing of it is believed
_KINDS = 5  # different letters and digits that must have been read right of a font that has no map but ASCII's codes
_ENOUGH = 0.5  # of a font's letters that must have been read right, where its alphabet can be read
_FEW = 0.08  # of a font's letters that may be wrong before nothing of it is believed
_ODD_SHAPES = 0.12  # of a font's different letters
_FAR_DOWN = 0.15  # em: what no letter without a descender reaches below the baseline
_SAME_TYPE = 0.02  # of the size
_TOLD_BY_HEIGHT = "шщ"  # which reading may take for one another
_MIXED_WORDS = 2
_HOMOGLYPHS_ONLY, _HOMOGLYPH_KINDS = 25, 8  # letters, and different ones, that all have homoglyphs in another alphabet
BY_SHAPE = 0.8  # the strength of a letter that no reading has confirmed: its font is believed, and its shape fits
_SHAPES_ONLY = 5  # characters at least of a font that is judged by shape


@dataclass(frozen=True, slots=True)
class FontVerdict:
    """``reason`` says why a font is not believed. ``by_shape``: no reading, its alphabet is not Tesseract's."""

    name: str
    trusted: bool
    reason: str = ""
    by_shape: bool = False


@dataclass(frozen=True, slots=True)
class Proof:
    """``trusted`` for each glyph; ``fonts`` by the page's font number.

    ``strength`` of each letter and digit, 0 to 1: the share of its readings that were right; BY_SHAPE where nothing
    could read it; not a number for other signs.
    """

    trusted: Flags
    fonts: Mapping[int, FontVerdict]
    strength: Floats


def verdicts(
    glyphs: Glyphs,
    keys: Sequence[Key],
    signs: Sequence[str],
    readable: Flags,
    lines: Sequence[LayerLine],
    known: Mapping[Key, Evidence],
    by_outline: frozenset[int],
    mathematics: Flags,
    doubtful: frozenset[Key] = frozenset(),
) -> Proof:
    """The verdict on each font of the page. ``keys``, ``signs``, ``readable`` and ``mathematics`` are by glyph.

    ``doubtful`` characters are not believed. ``by_outline``: fonts all of whose glyphs are known, and are what their
    map says. ``mathematics``: letters that are known by their outlines, which any alphabet may stand beside.
    """
    page = _Page(glyphs, keys, signs, readable, known, lines)
    mixed = _mixed_words(lines, glyphs.font)
    trusted = np.zeros(len(glyphs), bool)
    found: dict[int, FontVerdict] = {}
    for font in np.unique(glyphs.font).tolist():
        here = np.flatnonzero(glyphs.font == font).tolist()
        doubted: set[Key] = set()
        found[font] = FontVerdict(glyphs.fonts[font].name, True)
        if font not in by_outline:
            found[font], doubted = _judge(glyphs.fonts[font].name, page, here, mixed.get(font, (0, 0)))
            doubted |= doubtful
        if found[font].trusted:
            for index in here:
                fits = keys[index] not in doubted and not page.is_senseless(index)
                trusted[index] = fits and (glyphs.whole[index] or _is_seen_elsewhere(page, index))
    scripts = scripts_of(word.text for line in lines for word in line.words)
    greek = "GREEK" in scripts and any(is_greek_text(word.text) for line in lines for word in line.words)
    for line in lines:
        for word in line.words:
            text = word.text
            if mathematics[list(word.glyphs)].any():
                text = "".join(signs[i] for i in word.glyphs if not mathematics[i])
            foreign = has_a_foreign_letter(text) and (greek or not has_symbols(text))
            if foreign or has_a_foreign_digit(text, scripts) or has_a_letter_for_a_digit(text):
                trusted[list(word.glyphs)] = False
    strength = _strength(page)
    strength[np.isin(glyphs.font, list(by_outline)) & ~np.isnan(strength)] = 1.0
    return Proof(trusted, found, strength)


def _is_seen_elsewhere(page: _Page, index: int) -> bool:
    """Whether a glyph without its descender, or as little, is a character that is proven where it is whole."""
    mostly = page.glyphs.cut[index] < HALF
    return bool(mostly and (not page.signs[index].isalnum() or page.keys[index][:2] in page.proven))


def _strength(page: _Page) -> Floats:
    strength = np.full(len(page.glyphs), np.nan)
    for index, (key, sign) in enumerate(zip(page.keys, page.signs, strict=True)):
        if sign.isalnum():
            evidence = page.known.get(key) if page.readable[index] else None
            strength[index] = evidence.right / evidence.times if evidence and evidence.times else BY_SHAPE
    return strength


@dataclass(frozen=True)
class _Page:
    """What is known of a page's glyphs; all but ``known`` and ``lines`` is by glyph."""

    glyphs: Glyphs
    keys: Sequence[Key]
    signs: Sequence[str]
    readable: Flags
    known: Mapping[Key, Evidence]
    lines: Sequence[LayerLine]

    @cached_property
    def proven(self) -> frozenset[tuple[str, int]]:
        """Fonts with the characters of them that were read right."""
        return frozenset(key[:2] for key in self.keys if key in self.known and self.known[key].proven)

    @cached_property
    def coded(self) -> Flags:
        return self.glyphs.coded

    def is_senseless(self, index: int) -> bool:
        return is_senseless(self.signs[index], bool(self.glyphs.unmapped[index] and not self.coded[index]))


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a page shows of one font, in glyphs. ``counted``: letters and digits; ``legible``: that Tesseract can read.

    ``refuted`` and ``unseen`` characters are not believed though their font is. ``coded``: have no Unicode but their
    codes (see ``Glyphs``); ``kinds``: of different characters that were read right, ``plain``: of letters that look
    like no digit, and digits.
    """

    glyphs: int
    senseless: int
    mixed_words: int
    words: int
    letters: Sequence[str]
    counted: int
    legible: int
    right: int
    wrong: int
    swapped: int
    coded: int
    kinds: int
    plain: int
    refuted: frozenset[Key]
    unseen: frozenset[Key]


def _facts(page: _Page, here: Sequence[int], counted: Sequence[int], mixed: tuple[int, int]) -> _Facts:
    keys, known = page.keys, page.known
    legible = [i for i in counted if page.readable[i]]
    seen = {keys[i]: known[keys[i]] for i in legible if keys[i] in known}
    refuted = frozenset(key for key, evidence in seen.items() if evidence.refuted)
    proven = frozenset(key for key, evidence in seen.items() if evidence.proven)
    amount = Counter(keys[i] for i in counted)
    # A further shape of these tells nothing of the font: a part of a ligature, a small capital, a crossed letter.
    codes = {key[:2] for key in proven}
    return _Facts(
        glyphs=len(here),
        senseless=sum(page.is_senseless(i) for i in here),
        mixed_words=mixed[0],
        words=mixed[1],
        letters=[page.signs[i] for i in here if page.signs[i].isalpha()],
        counted=len(counted),
        legible=len(legible),
        right=sum(amount[key] for key in proven),
        wrong=sum(amount[key] for key in refuted if key[:2] not in codes),
        swapped=sum(
            known[key].wrong.total() >= 2 and one_other(known[key].wrong) and key[:2] not in codes for key in refuted
        ),
        coded=int(page.coded[here].sum()),
        kinds=len(codes),
        plain=sum(not is_digit_lookalike(chr(code)) for _, code in codes),
        refuted=refuted,
        unseen=frozenset(keys[i] for i in legible) - proven,
    )


def _has_no_map(font: _Facts) -> bool:
    if font.senseless > _UNMAPPED * font.glyphs:
        return True
    all_right = font.plain > 0 and font.right == font.legible  # as of the font of a chart's few numbers
    return font.coded > 0 and font.kinds < _KINDS and not all_right


def _mixes_alphabets(font: _Facts) -> bool:
    return font.mixed_words >= _MIXED_WORDS and font.mixed_words > 0.03 * font.words


def _has_only_homoglyphs(font: _Facts) -> bool:
    enough = len(font.letters) >= _HOMOGLYPHS_ONLY and len(set(font.letters)) >= _HOMOGLYPH_KINDS
    return enough and all(map(has_homoglyph, font.letters))


def _is_misread(font: _Facts) -> bool:
    return font.wrong > _FEW * font.counted or font.swapped >= 2


def _has_misread_digits(font: _Facts) -> bool:
    return _is_misread(font) and all(chr(key[1]).isdigit() for key in font.refuted)


def _is_unproven(font: _Facts) -> bool:
    return font.legible > 0 and font.right < _ENOUGH * font.legible


# Why a font is not believed: the first that holds.
_REFUSALS: tuple[tuple[str, Callable[[_Facts], bool]], ...] = (
    ("no map to Unicode", _has_no_map),
    ("letters of another alphabet that look alike", _mixes_alphabets),
    ("only letters that look like those of another alphabet", _has_only_homoglyphs),
    ("digits read otherwise", _has_misread_digits),
    ("letters read otherwise", _is_misread),
    ("its sample could not be read", _is_unproven),
)


def _judge(name: str, page: _Page, here: Sequence[int], mixed: tuple[int, int]) -> tuple[FontVerdict, set[Key]]:
    """The verdict on a font, and those of its characters that are not believed although the font is."""
    counted = [i for i in here if page.signs[i].isalnum() and page.glyphs.whole[i]]
    font = _facts(page, here, counted, mixed)
    for reason, holds in _REFUSALS:
        if holds(font):
            return FontVerdict(name, False, reason), set()
    misshapen = _misshapen(page, counted)
    if len(misshapen) > _ODD_SHAPES * len({page.keys[i] for i in counted}):
        return FontVerdict(name, False, "shapes that are not those of its letters"), set()
    by_shape = font.counted >= _SHAPES_ONLY and font.legible < 0.5 * font.counted
    return FontVerdict(name, True, by_shape=by_shape), misshapen | font.refuted | font.unseen | _strange(
        page, here
    ) | _misplaced(page, here)


def _misplaced(page: _Page, here: Sequence[int]) -> set[Key]:
    """Punctuation that stands where its mark cannot, or has another size.

    Of a glyph that is several characters, as a ``°C``, the place of one is not known: they have to be read.
    """
    glyphs = page.glyphs
    joined = glyphs.of_one_glyph
    read = {key for key in {page.keys[i] for i in here if joined[i]} if key in page.known and page.known[key].proven}
    width = (glyphs.ink[:, 2] - glyphs.ink[:, 0]) / np.maximum(glyphs.size, 1e-6)
    lowered = below_baseline(glyphs, page.signs, here)
    rise, drop = glyphs.rise + lowered, glyphs.drop - lowered
    return {
        page.keys[i]
        for i in here
        if glyphs.level[i]
        and not may_stand_so(page.signs[i], float(rise[i]), float(drop[i]), float(width[i]))
        and not (joined[i] and page.keys[i] in read)
    }


def _strange(page: _Page, here: Sequence[int]) -> set[Key]:
    """Signs inside of words that were not read as what they are said to be."""
    signs = {page.keys[i] for i in here if page.readable[i] and not page.signs[i].isalnum()}
    return {key for key in signs if key not in page.known or not page.known[key].proven}


def _misshapen(page: _Page, counted: Sequence[int]) -> set[Key]:
    """Letters of a height that theirs have not, which reading alone does not tell: ``o`` for ``O``, ``ә`` for ``ғ``."""
    signs, rise = page.signs, page.glyphs.rise.tolist()
    level = _level_ones(page.glyphs, counted)
    small, capital = [i for i in level if signs[i].islower()], [i for i in level if signs[i].isupper()]
    flat = [rise[i] for i in small if is_flat(signs[i])]
    bare = [i for i in capital if not has_mark_above(signs[i])]
    if not bare and capital:  # a subset may have no letters but marked ones
        bare = _capitals_beside(page, capital)
    digits = [rise[i] for i in level if signs[i].isdigit()]
    heights = LetterHeights(_middle(flat), _middle([rise[i] for i in bare]), _middle(digits))
    odd = [
        *_odd_small_letters(page, small, rise, heights),
        *(i for i in capital if heights.capital_is_too_low(signs[i], rise[i])),
        *(i for i in capital if heights.capital_is_too_high(signs[i], rise[i])),
    ]
    return {page.keys[i] for i in odd} | impossible_ideographs(page.glyphs, page.keys, signs, counted)


def _capitals_beside(page: _Page, here: Sequence[int]) -> list[int]:
    """Capitals without marks, of any font, in the lines of the glyphs ``here`` and of their size."""
    wanted, size, signs = set(here), page.glyphs.size, page.signs
    found: list[int] = []
    for line in page.lines:
        if line.angle == 0 and (own := wanted & set(line.glyphs)):
            same = float(size[next(iter(own))])
            upper = (i for i in line.glyphs if signs[i].isupper() and not has_mark_above(signs[i]))
            found += (i for i in upper if abs(float(size[i]) - same) < _SAME_TYPE * same)
    return found


def _level_ones(glyphs: Glyphs, indices: Sequence[int]) -> list[int]:
    """Those whose boxes tell their size. Letters of a ligature have its height, not their own."""
    joined = glyphs.of_one_glyph.tolist()
    level = glyphs.level.tolist()
    return [i for i in indices if level[i] and not joined[i]]


def _odd_small_letters(page: _Page, small: Sequence[int], rise: Sequence[float], heights: LetterHeights) -> list[int]:
    signs, drop = page.signs, page.glyphs.drop.tolist()
    too_far = [
        i
        for i in small
        if heights.small_is_too_high(signs[i], rise[i]) or (drop[i] > _FAR_DOWN and ends_at_the_baseline(signs[i]))
    ]
    told = [i for i in small if not page.readable[i] or signs[i] in _TOLD_BY_HEIGHT]
    return too_far + [i for i in told if heights.reaches_elsewhere(signs[i], rise[i], drop[i])]


def _middle(values: Sequence[float]) -> float:
    return sorted(values)[(len(values) - 1) // 2] if values else 0.0


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
            count[0] += mixes_alphabets(word.text) and not may_be_a_formula(word.text)
            count[1] += 1
    return {font: (count[0], count[1]) for font, count in counts.items()}
