"""The sample: words of each font are read by OCR, letter by letter, as evidence for or against its character map.

Words are chosen so that every character of every font is seen, cut out of the picture of the text alone, and set
together on one sheet, which costs one short reading for the whole page. What was proven once in a document is
remembered, so that later pages cost less.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from ocr_service.document import Gray
from ocr_service.text_layer.lines.words import LayerLine
from ocr_service.text_layer.page.glyphs import Flags, Glyphs, Ints
from ocr_service.text_layer.proof.alphabets import (
    letters_known,
    plain_form,
    script_of,
)
from ocr_service.text_layer.proof.compare_readings import compare_reading
from ocr_service.text_layer.proof.disguises import in_disguise
from ocr_service.text_layer.proof.evidence import Evidence, Key, Remembered
from ocr_service.text_layer.proof.glyph_rows import REPEATS, read_rows, undecided
from ocr_service.text_layer.proof.known_glyphs import KnownGlyphs
from ocr_service.text_layer.proof.letter_pairs import drawn_as_itself, drawn_as_other
from ocr_service.text_layer.proof.letter_shapes import (
    Drawing,
    look_like_themselves,
    looks_like_another,
    tells_apart,
)
from ocr_service.text_layer.proof.levelled import are_measured, levelled
from ocr_service.text_layer.proof.looks import forget_others
from ocr_service.text_layer.proof.marked_letters import without_own_letters
from ocr_service.text_layer.proof.marks import wrong_marks
from ocr_service.text_layer.proof.mirrored import mirrored
from ocr_service.text_layer.proof.sample_words import (
    accented_letters,
    crossed_glyphs,
    raised_glyphs,
    readable_signs,
    sample_words,
    signs_inside_words,
)
from ocr_service.text_layer.proof.shapes import classes_of_levelled
from ocr_service.text_layer.proof.small_capitals import believe_small_capitals
from ocr_service.text_layer.proof.specimen import ReadSheet, TypeCase
from ocr_service.text_layer.proof.swapped_letters import swapped_letters
from ocr_service.text_layer.proof.told_by_width import believe_by_width
from ocr_service.text_layer.proof.verdicts import Proof, verdicts
from ocr_service.text_layer.small_type import LargerPiece, enlarged

_NO_SUCH_LETTER = "\N{REPLACEMENT CHARACTER}"
_UNREAD = 0.5  # of the times that a character was read, it was not: it is one too many
_OTHER_SIDE = 0.006  # em, of a glyph's height and width; a font's outlines are exact
_OTHER_DASH = 0.04  # em, of a dash's width; Inter raises its hyphen between capitals
_DASHES = frozenset("-–—−")
_SLANTS = 0.05  # em, from one slant of letters to another
_TRIES = 2  # sheets
_SPELLED = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "GEORGIAN"})  # other scripts join letters as they like
_TALLEST = 1.8  # em; a letter with two marks has 1.4


def prove(
    glyphs: Glyphs,
    shapes: Ints,
    outlines: KnownGlyphs,
    lines: Sequence[LayerLine],
    plates: Sequence[Gray],
    larger: Sequence[LargerPiece],
    read_sheet: ReadSheet,
    language: str,
    remembered: Remembered,
) -> Proof:
    """Which of the visible ``glyphs`` have the Unicode that OCR reads, or that their outlines are known to be.

    ``larger``: small type drawn again. ``remembered`` is read and extended.
    """
    type_case, original = TypeCase(glyphs, plates), glyphs
    glyphs, plates = levelled(glyphs, plates)
    keys = _keys(glyphs, classes_of_levelled(shapes, original, glyphs, plates))
    forget_others(remembered, keys, glyphs, plates)
    drawn_large, large_plates = enlarged(glyphs, plates, larger)
    known = remembered.evidence
    signs = [plain_form(chr(int(code))) for code in glyphs.codes]
    suspects = signs_inside_words(lines, signs)
    readable = readable_signs(signs, letters_known(language)) | suspects
    readable &= glyphs.whole & ~accented_letters(lines, signs)
    by_outline = outlines.fonts(glyphs)
    readable &= ~np.isin(glyphs.font, list(by_outline))
    _refute_lies(outlines, glyphs, keys, known)
    level, crossed = readable & ~raised_glyphs(lines, glyphs), crossed_glyphs(original)
    for _ in range(_TRIES):
        words = sample_words(lines, keys, signs, level, glyphs.whole, known, crossed)
        if not words:
            break
        _read_words(words, type_case, keys, signs, read_sheet, known, glyphs.of_one_glyph)
    believe_by_width(glyphs, keys, known)
    small_capitals = remembered.small_capitals
    small_capitals |= believe_small_capitals(glyphs, keys, known)
    alone = readable & ~glyphs.of_one_glyph
    open_ = undecided(keys, alone, glyphs, known)
    asked = np.zeros(len(glyphs), bool)
    asked[open_] = True
    drawn = look_like_themselves(drawn_large, large_plates, keys, signs, asked)
    read_rows(open_, type_case, keys, signs, read_sheet, known, drawn)
    small_capitals |= believe_small_capitals(glyphs, keys, known)
    _believe_drawn(drawn, known)
    for key in drawn_as_itself(drawn_large, large_plates, keys, signs, known):
        known[key] = Evidence(right=REPEATS)
    _refute_doubled(glyphs, keys, known)
    unread = ~readable & ~np.isin(glyphs.font, list(by_outline))
    whole_letters = ~(glyphs.of_one_glyph & glyphs.shaped)  # parts of a syllable look like anything
    others = looks_like_another(drawn_large, large_plates, keys, signs, unread & whole_letters)
    others |= drawn_as_other(drawn_large, large_plates, keys, signs, small_capitals)
    others |= swapped_letters(drawn_large, large_plates, keys, signs)
    others = without_own_letters(others, drawn_large, large_plates, keys, signs, known)
    others |= dict.fromkeys(in_disguise(glyphs, plates, keys, signs), _NO_SUCH_LETTER)
    for key, other in others.items():
        known[key] = Evidence(wrong=Counter({other: REPEATS}))
    readable |= np.array([key in others for key in keys], bool)
    doubtful = wrong_marks(drawn_large, large_plates, keys, signs) | _too_tall(glyphs, keys)
    doubtful |= _of_other_size(glyphs, keys, are_measured(original))
    doubtful |= _twice(glyphs, keys, signs, readable) | _marked_by_the_map(glyphs, keys, signs)
    doubtful |= mirrored(glyphs, plates, keys, signs)
    return verdicts(glyphs, keys, signs, readable, lines, known, by_outline, outlines.italics, doubtful)


def _believe_drawn(drawn: Mapping[Key, Drawing], known: dict[Key, Evidence]) -> None:
    """Counts as right what is drawn as common fonts have it, and as none of the signs that were read instead.

    Tesseract reads the 3 of some typefaces as 5, and no f before an i. In 122 fonts no letter or digit was drawn as
    clearly as another one as itself.
    """
    for key, drawing in drawn.items():
        evidence = known.get(key)
        if (
            evidence is not None
            and not evidence.proven
            and all(tells_apart(chr(key[1]), r, drawing) for r in evidence.wrong if r)
        ):
            known[key] = Evidence(right=REPEATS)


def _refute_lies(outlines: KnownGlyphs, glyphs: Glyphs, keys: Sequence[Key], known: dict[Key, Evidence]) -> None:
    """Of a font whose map contradicts known outlines, each character that does counts as read otherwise."""
    if not outlines.lying:
        return
    for index in np.flatnonzero(np.isin(glyphs.font, list(outlines.lying))).tolist():
        symbol = outlines.symbols[index]
        if symbol is not None and not symbol.may_be(chr(keys[index][1])):
            known[keys[index]] = Evidence(wrong=Counter({symbol.latex: REPEATS}))


def _refute_doubled(glyphs: Glyphs, keys: Sequence[Key], known: Mapping[Key, Evidence]) -> None:
    """A glyph that stands for several characters, of which one was mostly read otherwise: each of the like is refuted.

    Else a map that has ``nn`` for an n would be proven by the n, and one that has ``ff`` for an fi by its f.
    """
    for key in {keys[index] for index in np.flatnonzero(glyphs.of_one_glyph).tolist()} & known.keys():
        evidence = known[key]
        if evidence.wrong.total() > _UNREAD * evidence.right:
            evidence.wrong[""] += evidence.right
            evidence.right = 0


def _twice(glyphs: Glyphs, keys: Sequence[Key], signs: Sequence[str], readable: Flags) -> frozenset[Key]:
    """Letters that one glyph stands for twice: no ligature is of two қ or two щ. Those of two f and t are read."""
    both = glyphs.of_one_glyph[:-1] & glyphs.of_one_glyph[1:]
    same = [i for i in np.flatnonzero(both).tolist() if signs[i] == signs[i + 1]]
    scripts = {i: script_of(signs[i]) for i in same}
    wrong = [i for i in same if scripts[i] in _SPELLED and not (readable[i] and scripts[i] == "LATIN")]
    return frozenset(keys[i] for at in wrong for i in (at, at + 1))


def _marked_by_the_map(glyphs: Glyphs, keys: Sequence[Key], signs: Sequence[str]) -> frozenset[Key]:
    """Letters of one glyph with a mark that no letter of theirs has: nothing compares these with what is drawn."""
    both = glyphs.of_one_glyph[:-1] & glyphs.of_one_glyph[1:] & (glyphs.ink[:-1] == glyphs.ink[1:]).all(axis=1)
    marked = [i for i in np.flatnonzero(both).tolist() if unicodedata.combining(signs[i + 1])]
    return frozenset(keys[at] for i in marked if script_of(signs[i]) in _SPELLED for at in (i, i + 1))


def _of_other_size(glyphs: Glyphs, keys: Sequence[Key], measured: Flags) -> frozenset[Key]:
    """Of letters and dashes that a font has in glyphs of several sizes all but the most frequent: ү may be mapped as у.

    ``measured``: glyphs whose sides are exact.
    Parts of ligatures are others, and so are letters of scripts that write one letter in several ways. Where a font
    has no italics, programs slant its letters: these are wider.
    """
    level = glyphs.level & glyphs.whole & measured
    level &= ~glyphs.of_one_glyph & ~glyphs.shaped
    first: dict[Key, int] = {}
    amount: Counter[Key] = Counter()
    for index in np.flatnonzero(level).tolist():
        if chr(keys[index][1]).isalpha() or chr(keys[index][1]) in _DASHES:
            first.setdefault(keys[index], index)
            amount[keys[index]] += 1
    slants = np.array([round(item.slant / _SLANTS) for item in glyphs.objects])[glyphs.object]
    letters: dict[tuple[str, int, int], list[Key]] = defaultdict(list)
    for key, _ in amount.most_common():
        letters[*key[:2], int(slants[first[key]])].append(key)
    rise, drop = glyphs.rise, glyphs.drop
    stretch = np.array([item.stretch for item in glyphs.objects])[glyphs.object]
    width = (glyphs.ink[:, 2] - glyphs.ink[:, 0]) / np.maximum(glyphs.size * stretch, 1e-6)
    found: set[Key] = set()
    for usual, *others in letters.values():
        for key in others:
            pair = [first[usual], first[key]]
            if chr(key[1]) in _DASHES:
                if np.ptp(width[pair]) > _OTHER_DASH:
                    found.add(key)
            elif max(np.ptp(rise[pair]), np.ptp(drop[pair]), np.ptp(width[pair])) > _OTHER_SIDE:
                found.add(key)
    return frozenset(found)


def _too_tall(glyphs: Glyphs, keys: Sequence[Key]) -> frozenset[Key]:
    """Letters and digits that are higher than any is: a font of large brackets may have them in letters' places."""
    program = np.array([font.program for font in glyphs.fonts], bool)[glyphs.font]
    level = glyphs.level & program
    tall = level & (glyphs.ink[:, 3] - glyphs.ink[:, 1] > _TALLEST * glyphs.size)
    return frozenset(keys[index] for index in np.flatnonzero(tall).tolist() if chr(keys[index][1]).isalnum())


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


def _read_words(
    words: Sequence[tuple[int, ...]],
    type_case: TypeCase,
    keys: Sequence[Key],
    signs: Sequence[str],
    read_sheet: ReadSheet,
    known: dict[Key, Evidence],
    joined: Flags,
) -> None:
    for script, part in _by_script(words, signs).items():
        sheet = type_case.sheet([type_case.word(word) for word in part])
        for word, text in zip(part, sheet.read(read_sheet, script), strict=True):
            if text:  # a reader that leaves a word out says nothing of it
                compare_reading(word, [signs[i] for i in word], text, keys, known, joined)


def _by_script(words: Sequence[tuple[int, ...]], signs: Sequence[str]) -> dict[str, list[tuple[int, ...]]]:
    """Words by the alphabet that they claim to be in: one model reads in half the time of two. Numbers go with most."""
    scripts = [next((s for i in word if (s := script_of(signs[i]))), "") for word in words]
    usual = Counter(filter(None, scripts)).most_common(1)
    parts: dict[str, list[tuple[int, ...]]] = {}
    for word, script in zip(words, scripts, strict=True):
        parts.setdefault(script or (usual[0][0] if usual else ""), []).append(word)
    return parts
