"""The text layer of one page, from the file to lines that are proven: the room's main function.

Draw the page with and without its text, look what is seen, find the lines, prove the fonts; the rest is for the eye.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from ocr_service.document import Gray, HiddenText, PageImage, Pixels, TextLayerReport
from ocr_service.geometry.boxes import enclosing
from ocr_service.render.pdfium import open_pdf
from ocr_service.render.substitutes import reset_substitutes
from ocr_service.text_layer.formulas.inline_marks import InlineFormula
from ocr_service.text_layer.formulas.page_bars import seen_bars
from ocr_service.text_layer.formulas.page_formulas import (
    DisplayFormula,
    PageFormulas,
    find_formulas,
    mathematical_words,
)
from ocr_service.text_layer.legible_rest import letter_runs
from ocr_service.text_layer.lines.drawn_signs import with_drawn_signs
from ocr_service.text_layer.lines.line_numbers import without_line_numbers
from ocr_service.text_layer.lines.lines import find_lines
from ocr_service.text_layer.lines.list_marks import with_drawn_bullets
from ocr_service.text_layer.lines.soft_hyphens import with_hyphens
from ocr_service.text_layer.lines.underscores import with_underscores
from ocr_service.text_layer.lines.upright_rules import UprightRules
from ocr_service.text_layer.lines.words import LayerLine, LayerWord, pixel_box
from ocr_service.text_layer.opened_page import OpenedPage, open_page, upright
from ocr_service.text_layer.page.fonts import Font
from ocr_service.text_layer.page.glyphs import Floats, Glyphs, TooManyGlyphs
from ocr_service.text_layer.proof.accents import with_accents
from ocr_service.text_layer.proof.contradictions import contradicted
from ocr_service.text_layer.proof.evidence import Memory
from ocr_service.text_layer.proof.known_glyphs import recognised, with_signs
from ocr_service.text_layer.proof.proof import prove
from ocr_service.text_layer.proof.shapes import shape_classes
from ocr_service.text_layer.proof.specimen import ReadSheet
from ocr_service.text_layer.proof.stray_ink import beside_stray_ink, unexplained
from ocr_service.text_layer.proof.struck import with_struck
from ocr_service.text_layer.proof.verdicts import FontVerdict, Proof, is_senseless
from ocr_service.text_layer.remainder import gray_of, has_writing
from ocr_service.text_layer.visibility import HiddenReason

_EDGE = 2  # pixels around a glyph's box that its smoothed edges may reach
_LEAST_USED = 1  # proven lines; a page with none is read as if it had no layer
_MOSTLY_LEVEL = 0.3  # of a page's characters that may be slanted without being the page's text
_MOST_LINES = 12_000  # pieces of lines; composing 9,000 takes 18 s, their OCR minutes
_MOST_COMPARED = 2_000_000  # words with links: a second
_MOST_SIGNS = 3  # in a box that is checked; others have words in them
_CHECKED, _UNCHECKED = "☒", "☐"
_BULLET = "•"
_SYMBOL_FONTS = ("symbol", "wingdings", "webdings", "dingbat", "bullet", "marlett")


@dataclass(frozen=True, slots=True)
class PageLayer:
    """A page with what its text layer proved to say. Boxes are in pixels of ``picture``, which is upright.

    ``lines``: proven, of all directions. ``parts``: the proven words of level lines that are not proven as a whole. OCR
    reads such lines. ``ground``: the picture without any text; ``remainder``: without the proven text alone;
    ``unread``: there is writing on it. ``urls`` by word, ``bold`` and ``slanted`` words by their glyphs' font,
    ``artifacts``: words that the file marks as no part of its text, ``numbers``: those that count its lines,
    ``outline``: levels by normalised titles.
    ``displays``: formulas on lines of their own, which are not among ``lines``; ``readable``: those that have LaTeX,
    also where no formulas were asked for; ``inline``: those whose places are private characters in them (see
    ``formulas.page_formulas``). ``mathematics``: words of ``lines`` with its signs,
    where no formulas were asked for. ``unproven``: runs of letters and digits of the lines that are not proven.
    ``text``: what text adds to the picture, 0 (nothing) to 255; ``left_out``: boxes of glyphs that nothing reads.
    """

    picture: PageImage
    lines: tuple[LayerLine, ...]
    parts: tuple[LayerLine, ...]
    bold: frozenset[LayerWord]
    slanted: frozenset[LayerWord]
    artifacts: frozenset[LayerWord]
    numbers: frozenset[LayerWord]
    urls: Mapping[LayerWord, str]
    outline: Mapping[str, int]
    ground: Pixels
    remainder: Pixels
    unread: bool
    report: TextLayerReport
    hidden: HiddenText | None
    displays: tuple[DisplayFormula, ...] = ()
    readable: tuple[DisplayFormula, ...] = ()
    inline: tuple[InlineFormula, ...] = ()
    mathematics: frozenset[LayerWord] = frozenset()
    turned: tuple[LayerLine, ...] = ()
    unproven: frozenset[str] = frozenset()
    text: Gray | None = None
    left_out: Floats | None = None

    @property
    def leaves_out(self) -> bool:
        """Whether it has text that nothing reads; ``picture.warnings`` say where."""
        return self.left_out is not None and len(self.left_out) > 0


_MEMORY = Memory()


def read_page_layer(
    path: Path,
    number: int,
    *,
    dpi: int,
    max_pixels: int,
    password: str,
    read_sheet: ReadSheet,
    language: str,
    formulas: bool = False,
) -> PageLayer | None:
    """Page ``number`` (from 1); None where it has no text of its own.

    ``read_sheet`` reads samples of its fonts, as well as ``language`` (Tesseract's, ``rus+eng``) lets it.
    ``formulas``: build the LaTeX of its mathematics.
    Raises TooManyGlyphs, UndrawnLetters, EncryptedPdf, DamagedFile, PageTooLarge, and pdfium.PdfiumError where PDFium
    cannot draw it.
    """
    reset_substitutes()
    with open_pdf(path, password) as pdf:
        opened = open_page(pdf, number, dpi, max_pixels)
    return None if opened is None else _proven(upright(opened), read_sheet, language, f"{path}", formulas)


def _proven(opened: OpenedPage, read_sheet: ReadSheet, language: str, document: str, formulas: bool) -> PageLayer:
    """The layer of an upright page. Raises TooManyGlyphs."""
    glyphs = _visible_glyphs(opened)
    plates = opened.seen.plates
    glyphs, classes = with_struck(glyphs, shape_classes(glyphs, plates), plates[0], opened.seen.ground)
    known = recognised(glyphs, classes, plates)
    glyphs = with_accents(glyphs, known.symbols)
    drawn = gray_of(opened.seen.ground)
    lines = find_lines(with_signs(glyphs, known), UprightRules.of(drawn, opened.picture.dpi))
    if len(lines) > _MOST_LINES:
        raise TooManyGlyphs
    lines, numbers = without_line_numbers(lines)
    every = [*lines, *numbers]
    remembered = _MEMORY.of(document)
    proof = prove(glyphs, classes, known, every, plates, opened.larger, read_sheet, language, remembered)
    rest = unexplained(plates[0], opened.glyphs.ink[opened.seen.visible])
    doubted = beside_stray_ink(every, rest, len(glyphs)) | contradicted(glyphs)
    proof = replace(proof, trusted=proof.trusted & ~doubted)
    found = PageFormulas([_with_bullet(line, glyphs) for line in lines])
    bars = seen_bars(opened.rules, opened.seen.ground)
    built = find_formulas(with_signs(glyphs, known), known, found.lines, bars, proof.trusted, rest)
    if formulas:
        found = built
        proof = replace(proof, trusted=proof.trusted | found.glyphs)
    found = replace(found, lines=[*found.lines, *numbers])
    rules = np.array([(bar.x0, bar.y0, bar.x1, bar.y1) for bar in bars]).reshape(-1, 4)
    good = [
        with_underscores(_with_strength(line, proof.strength), rules) for line in found.lines if _is_proven(line, proof)
    ]
    unproven = [line for line in found.lines if not _is_proven(line, proof)]
    slanted = _slanted(unproven, glyphs)
    bad = len(unproven) - len(slanted)
    remainder = _remainder(opened, glyphs, [*good, *slanted], found.displays)
    marked = _with_check_boxes(with_drawn_signs(with_drawn_bullets(good, drawn), drawn), opened, glyphs)
    parts = [_with_strength(part, proof.strength) for line in unproven for part in _proven_part(line, proof)]
    return PageLayer(
        picture=replace(opened.picture, warnings=(*opened.picture.warnings, *_left_out(slanted, opened.picture))),
        lines=tuple(marked),
        parts=tuple(parts),
        bold=_words_in([*marked, *parts], glyphs, lambda font: font.bold),
        slanted=_words_in([*marked, *parts], glyphs, lambda font: font.italic),
        artifacts=_artifact_words(marked, glyphs),
        numbers=_words_of(numbers, marked),
        urls=_urls(marked, opened.links),
        outline=opened.outline,
        ground=opened.seen.ground,
        remainder=remainder,
        unread=bad > 0 or has_writing(gray_of(remainder), opened.picture.dpi),
        report=_report(proof.fonts, len(good) + len(found.displays), bad, bool(opened.seen.visible.any())),
        hidden=_hidden(opened.seen.reasons, opened.hidden_notes),
        displays=found.displays,
        readable=tuple(formula for formula in built.displays if formula.latex),
        inline=found.inline,
        mathematics=frozenset() if formulas else mathematical_words(glyphs, known, good),
        turned=tuple(line for line in unproven if line.angle in (90, 180, 270)),
        unproven=frozenset(run for line in unproven for word in line.words for run in letter_runs(word.text)),
        text=plates[0],
        left_out=glyphs.ink[[index for line in slanted for index in line.glyphs]],
    )


def _visible_glyphs(opened: OpenedPage) -> Glyphs:
    """The glyphs that are seen on the page, without those that are drawn for the form's boxes."""
    glyphs = replace(opened.glyphs, plate=opened.seen.plate, cut=opened.seen.cut)
    return with_hyphens(glyphs.kept(opened.seen.visible & ~_inside(glyphs.ink, _marked_boxes(opened))))


def _marked_boxes(opened: OpenedPage) -> list[Floats]:
    """The form's boxes that hold a mark or nothing, no words."""
    ink = opened.glyphs.ink[opened.seen.visible]
    return [place for _, place in opened.boxes if np.count_nonzero(_inside(ink, [place])) <= _MOST_SIGNS]


def _remainder(
    opened: OpenedPage, glyphs: Glyphs, lines: Sequence[LayerLine], displays: Sequence[DisplayFormula]
) -> Pixels:
    """The picture without the text of ``lines`` and ``displays`` and without the form's boxes."""
    picture, ground = opened.picture, opened.seen.ground
    erased = [*lines, *(LayerLine(formula.words, 0, 1.0) for formula in displays)]
    # Text too faint to be seen is no writing either.
    rest = cv2.copyTo(picture.pixels, opened.seen.plates[0], ground.copy()).astype(np.uint8, copy=False)
    _erase(rest, ground, glyphs, erased, _marked_boxes(opened))
    # What no LaTeX could be built of is erased with all that its box holds: nobody else could read it either.
    for formula in displays:
        if formula.latex:
            continue
        x0, y0, x1, y1 = pixel_box(formula.box, picture.width, picture.height)
        part = slice(max(0, y0 - _EDGE), y1 + _EDGE), slice(max(0, x0 - _EDGE), x1 + _EDGE)
        rest[part] = ground[part]
    return rest


def _words_in(lines: Sequence[LayerLine], glyphs: Glyphs, style: Callable[[Font], bool]) -> frozenset[LayerWord]:
    """Words whose first and middle glyphs are of fonts in this ``style``: a line of Chinese is one word."""
    styled = [style(font) for font in glyphs.fonts]
    words = (word for line in lines for word in line.words if word.glyphs)
    return frozenset(
        word
        for word in words
        if styled[int(glyphs.font[word.glyphs[0]])] and styled[int(glyphs.font[word.glyphs[len(word.glyphs) // 2]])]
    )


def _artifact_words(lines: Sequence[LayerLine], glyphs: Glyphs) -> frozenset[LayerWord]:
    """Words that the file marks as a whole as no part of its text."""
    words = (word for line in lines for word in line.words if word.glyphs)
    return frozenset(word for word in words if all(glyphs.objects[int(glyphs.object[i])].artifact for i in word.glyphs))


def _words_of(numbers: Sequence[LayerLine], lines: Sequence[LayerLine]) -> frozenset[LayerWord]:
    """The words of ``lines`` that are such ``numbers``."""
    glyphs = {number.glyphs for number in numbers}
    return frozenset(word for line in lines for word in line.words if word.glyphs in glyphs) if glyphs else frozenset()


def _slanted(lines: Sequence[LayerLine], glyphs: Glyphs) -> list[LayerLine]:
    """Lines at odd angles, of stamps and watermarks: OCR cannot read them, and they disturb what is under them."""
    slanted = [line for line in lines if line.angle % 90]
    return slanted if sum(len(line.glyphs) for line in slanted) < _MOSTLY_LEVEL * len(glyphs) else []


def _left_out(slanted: Sequence[LayerLine], picture: PageImage) -> Iterator[str]:
    """A warning for slanted text that was not proven, which nothing else will read."""
    if slanted:
        boxes = [pixel_box(line.box, picture.width, picture.height) for line in slanted]
        where = ",".join(str(side) for side in enclosing(boxes))
        characters = sum(len(line.glyphs) for line in slanted)
        yield f"slanted text that could not be proven was left out: {characters} characters at {where}"


def _inside(boxes: Floats, outer: Sequence[Floats]) -> np.ndarray:
    inside = np.zeros(len(boxes), bool)
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    for box in outer:
        x0, y0, x1, y1 = box[0]
        inside |= (x >= x0) & (x <= x1) & (y >= y0) & (y <= y1)
    return inside


def _with_bullet(line: LayerLine, glyphs: Glyphs) -> LayerLine:
    """A bullet of a symbol font, which mostly has no Unicode, as a bullet."""
    first = line.words[0]
    if len(line.words) < 2 or len(first.glyphs) != 1:
        return line
    index = first.glyphs[0]
    name = glyphs.fonts[int(glyphs.font[index])].name.lower()
    code = int(glyphs.codes[index])
    odd = is_senseless(chr(code), bool(glyphs.unmapped[index]))
    if odd and (0xF000 <= code <= 0xF0FF or any(word in name for word in _SYMBOL_FONTS)):
        return replace(line, words=(replace(first, text=_BULLET), *line.words[1:]))
    return line


def _is_proven(line: LayerLine, proof: Proof) -> bool:
    return all(_is_proven_word(word, proof) for word in line.words)


def _is_proven_word(word: LayerWord, proof: Proof) -> bool:
    return (len(word.glyphs) == 1 and word.text == _BULLET) or bool(proof.trusted[list(word.glyphs)].all())


def _proven_part(line: LayerLine, proof: Proof) -> Iterator[LayerLine]:
    words = tuple(word for word in line.words if _is_proven_word(word, proof))
    if line.angle == 0 and words:
        yield replace(line, words=words)


def _erase(
    picture: Pixels, ground: Pixels, glyphs: Glyphs, lines: Sequence[LayerLine], boxes: Sequence[Floats]
) -> None:
    """Takes the text of ``lines`` and the form's boxes off the picture."""
    height, width = picture.shape[:2]
    for line in lines:
        for index in line.glyphs:
            x0, y0, x1, y1 = glyphs.ink[index]
            left, top = max(0, int(x0) - _EDGE), max(0, int(y0) - _EDGE)
            right, bottom = min(width, int(x1) + 1 + _EDGE), min(height, int(y1) + 1 + _EDGE)
            picture[top:bottom, left:right] = ground[top:bottom, left:right]
    for box in boxes:
        x0, y0, x1, y1 = box[0]
        picture[max(0, int(y0) - 1) : int(y1) + 2, max(0, int(x0) - 1) : int(x1) + 2] = 255


def _with_check_boxes(lines: Sequence[LayerLine], opened: OpenedPage, glyphs: Glyphs) -> list[LayerLine]:
    """The lines with the form's boxes as ☐ and ☒, where they can be seen."""
    result = list(lines)
    height, width = opened.picture.pixels.shape[:2]
    for box, place in opened.boxes:
        x0, y0, x1, y1 = (float(v) for v in place[0])
        part = opened.picture.pixels[
            max(0, int(y0)) : min(height, int(y1) + 1), max(0, int(x0)) : min(width, int(x1) + 1)
        ]
        if not part.size or int(part.max()) - int(part.min()) < 30:
            continue
        word = LayerWord(_CHECKED if box.checked else _UNCHECKED, (x0, y0, x1, y1), (), y1 - y0)
        at = next((i for i, line in enumerate(result) if _beside(line, word)), None)
        if at is None:
            result.append(LayerLine((word,), 0, y1 - y0))
        else:
            words = sorted((*result[at].words, word), key=lambda w: w.box[0])
            result[at] = replace(result[at], words=tuple(words))
    return result


def _beside(line: LayerLine, word: LayerWord) -> bool:
    x0, y0, x1, y1 = line.box
    shared = min(y1, word.box[3]) - max(y0, word.box[1])
    gap = max(x0 - word.box[2], word.box[0] - x1)
    return line.angle == 0 and shared > 0.5 * min(y1 - y0, word.box[3] - word.box[1]) and gap < 3 * line.size


def _urls(lines: Sequence[LayerLine], found: Sequence[tuple[str, Floats]]) -> dict[LayerWord, str]:
    urls: dict[LayerWord, str] = {}
    if len(found) * sum(len(line.words) for line in lines) > _MOST_COMPARED:
        return urls
    for line in lines if found else ():
        for word in line.words:
            x, y = (word.box[0] + word.box[2]) / 2, (word.box[1] + word.box[3]) / 2
            for url, boxes in found:
                if any(b[0] <= x <= b[2] and b[1] <= y <= b[3] for b in boxes):
                    urls[word] = url
                    break
    return urls


def _report(fonts: Mapping[int, FontVerdict], good: int, bad: int, visible: bool) -> TextLayerReport:
    trusted = tuple(sorted({verdict.name for verdict in fonts.values() if verdict.trusted}))
    rejected = {verdict.name: verdict.reason for verdict in fonts.values() if not verdict.trusted}
    reasons = [f"{name}: {reason}" for name, reason in sorted(rejected.items())]
    by_shape = sorted({verdict.name for verdict in fonts.values() if verdict.trusted and verdict.by_shape})
    if by_shape:
        reasons.append(f"judged by shape alone, Tesseract's language has not their letters: {', '.join(by_shape)}")
    if not visible:
        reasons.append("none of its text can be seen on the page")
    elif bad and not rejected:
        reasons.append(f"{bad} of {good + bad} lines have characters that were not proven")
    return TextLayerReport(good >= _LEAST_USED, trusted, tuple(sorted(rejected)), "; ".join(reasons))


def _hidden(reasons: Sequence[HiddenReason | None], notes: Mapping[str, int]) -> HiddenText | None:
    counts = Counter[str](reason for reason in reasons if reason is not None) + Counter(notes)
    return HiddenText(counts.total(), dict(sorted(counts.items()))) if counts else None


def _with_strength(line: LayerLine, strength: Floats) -> LayerLine:
    """The line with the strength of each word: the mean of its letters and digits."""
    return replace(line, words=tuple(replace(word, strength=_mean(strength, word)) for word in line.words))


def _mean(strength: Floats, word: LayerWord) -> float:
    known = [value for value in strength[list(word.glyphs)].tolist() if not math.isnan(value)]
    return sum(known) / len(known) if known else 1.0
