"""Lone letters and digits of Russian texts that look alike (``б`` and ``6``, ``З`` and ``3``), told by the page's own.

``(4 б.)`` was read as ``(4 6.)``, ``«3»`` as ``«З»``: no word beside such a sign tells which of two it is. Most others
of its kind stand in words and numbers of the page, and it is that sign which it is most like.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ocr_service.tesseract.repair.glyph_shapes import MOST_EXEMPLARS, Glyph, glyph_boxes, glyph_in, likeness
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.words import Line, Word, make_line

_TWINS = ("6б", "3Зз", "0Оо", "4ЧчА")
_KINDS = {sign: twins for twins in _TWINS for sign in twins}
_LONE = re.compile(r"([(«\"]?)([63бЗз0Оо4Чч])([.,;:)»\"]*+)")
_CASE = re.compile(r"()([4А])(\d\d-\d{1,6}+/\d{2,4}+[.,;:)]*+)")  # of an arbitration court: А59-65292/2017
_NUMBER = re.compile(r"\W*+\d[\d.,:/-]*+\W*+")
_WORD = re.compile(r"\W*+[а-яёА-ЯЁ]{3,}+\W*+")
_SURE = 90.0  # of Tesseract's confidence: what is surely read shows how its letters look
_SAME_SIZE = 0.2  # of the font size, which lines of the same type are measured with
_LEAST, _BETTER = 0.85, 0.04  # likeness to those of the sign, and more than to its twins


_Known = tuple[float, Glyph]  # the font size of its line, and a glyph


def with_lone_twins(lines: Sequence[Line], sheet: Sheet) -> list[Line]:
    """``lines`` with each lone sign as that of its twins on the page which it is most like."""
    words = [word for line in lines if not line.is_sideways for word in line.words]
    wanted = {sign for word in words if (match := _match(word.text)) for sign in _KINDS[match[2]]}
    if not wanted:
        return list(lines)
    known = _known(lines, wanted, sheet)
    return [_mended(line, known, sheet) for line in lines]


def _is_of_size(size: float, em: float) -> bool:
    return abs(size - em) < _SAME_SIZE * em


def _match(text: str) -> re.Match[str] | None:
    return _LONE.fullmatch(text) or _CASE.fullmatch(text)


def _known(lines: Sequence[Line], wanted: set[str], sheet: Sheet) -> dict[str, list[_Known]]:
    """Glyphs of the ``wanted`` signs in the page's words and numbers that are surely read."""
    known: dict[str, list[_Known]] = {sign: [] for sign in wanted}
    for line in lines:
        if line.is_sideways:
            continue
        for word in line.words:
            told = word.confidence >= _SURE and (_NUMBER.fullmatch(word.text) or _WORD.fullmatch(word.text))
            if not told or len(word.text) < 2 or not any(len(known.get(s, ())) < MOST_EXEMPLARS for s in word.text):
                continue
            if wanted.isdisjoint(word.text) or _match(word.text):
                continue
            boxes = glyph_boxes(word.box, line.em, sheet.ink)
            if len(boxes) != len(word.text):
                continue
            for sign, box in zip(word.text, boxes, strict=True):
                if sign in wanted and len(known[sign]) < MOST_EXEMPLARS:
                    known[sign].append((line.em, glyph_in(box, line.em, sheet.gray)))
    return known


def _mended(line: Line, known: dict[str, list[_Known]], sheet: Sheet) -> Line:
    words = [word if line.is_sideways else _proven(word, line.em, known, sheet) for word in line.words]
    return make_line(words, line.weight) if words != list(line.words) else line


def _proven(word: Word, em: float, known: dict[str, list[_Known]], sheet: Sheet) -> Word:
    match = _match(word.text)
    if match is None:
        return word
    boxes = glyph_boxes(word.box, em, sheet.ink)[match[1] == "(" :]
    boxes = boxes[: len(boxes) - match[3].count(")")] if match.re is _LONE else boxes[:1]
    if not boxes:
        return word
    glyph = glyph_in(max(boxes, key=lambda box: box[3] - box[1]), em, sheet.gray)  # quotation marks are lower
    scores = {
        sign: max((likeness(glyph, other) for size, other in known[sign] if _is_of_size(size, em)), default=0.0)
        for sign in _KINDS[match[2]]
    }
    best = max(scores, key=lambda sign: scores[sign])
    # Whether a letter is a capital its size tells, which varies.
    if best.isdigit() == match[2].isdigit() or scores[best] < max(_LEAST, scores[match[2]] + _BETTER):
        return word
    return replace(word, text=match[1] + best + match[3])
