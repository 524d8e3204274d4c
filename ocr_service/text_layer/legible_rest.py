"""What OCR read where nothing was proven, without what is hardly legible: drawings, bar codes, pale pictures.

Where the PDF has text of its own behind that, it is writing for sure, and becomes a picture.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence

import cv2

from ocr_service.document import UNREAD_LABEL, Box, Pixels, RegionResult
from ocr_service.tesseract.blocks.compose import Insert
from ocr_service.tesseract.ledger.unread_regions import located, unread
from ocr_service.tesseract.words import Line, Word, is_sure, make_line, sure_share

_LEGIBLE = 40.0  # Tesseract's confidence of a line; right ones have 44 and more
# The same where the share of sure words in all that was read is less: drawings and pictures have 0.0 to 0.3, a legible
# rest 0.4 and more.
_SURE, _MOSTLY_LEGIBLE = 75.0, 0.35
_LEAST_LETTERS = 3  # of a word that is none by chance
_CONFIRMED = 0.5  # share of a line's letters in runs that the PDF has, too
_RUN = re.compile(r"\w++")
_LEAST_IN = 0.03  # inches: the height of 3-point type; leaders are lower
_WRITTEN, _OFF_GROUND = 0.02, 40  # share of a line's box that the PDF's text covers, and grey levels off its ground


def letter_runs(text: str) -> list[str]:
    """The runs of letters and digits in ``text``, in lower case, that are long enough to be none by chance."""
    return [run.lower() for run in _RUN.findall(text) if len(run) >= _LEAST_LETTERS]


def legible_rest(lines: Sequence[Line], confirmed: Container[str]) -> tuple[list[Line], list[Box]]:
    """``lines`` with their proven and their legible words, and the boxes of what was left out of them.

    ``confirmed``: runs of letters of the PDF's unproven text. Where OCR reads the same, both are right.
    """
    read = [make_line(words, line.weight) for line in lines if (words := _unproven(line))]
    least = _LEGIBLE if sure_share(read) >= _MOSTLY_LEGIBLE else _SURE
    kept: list[Line] = []
    left_out: list[Box] = []
    for line in lines:
        unproven = _unproven(line)
        lost = dict.fromkeys(word for word in unproven if not _is_certain(word))
        if (
            not lost
            or _is_prose(line, lost)
            or make_line(unproven).confidence >= least
            or _is_confirmed(unproven, confirmed)
        ):
            kept.append(line)
            continue
        left_out.append(make_line(list(lost)).box)
        if words := [word for word in line.words if word not in lost]:
            kept.append(make_line(words, line.weight))
    return kept, left_out


def _unproven(line: Line) -> list[Word]:
    return [word for word in line.words if word.size is None]


def _is_prose(line: Line, lost: Container[Word]) -> bool:
    """Whether most of a line is known: what is hard to read in it, as a formula, is a part of its sentence."""
    letters = sum(len(word.text) for word in line.words)
    return letters < 2 * sum(len(word.text) for word in line.words if word not in lost)


def _is_certain(word: Word) -> bool:
    return is_sure(word) and word.confidence >= _SURE and sum(map(str.isalnum, word.text)) >= _LEAST_LETTERS


def _is_confirmed(words: Sequence[Word], confirmed: Container[str]) -> bool:
    text = " ".join(word.text for word in words)
    same = sum(len(run) for run in letter_runs(text) if run in confirmed)
    return 0 < _CONFIRMED * sum(map(str.isalnum, text)) <= same


def written_areas(areas: Sequence[Box], remainder: Pixels, ground: Pixels, dpi: int) -> list[Box]:
    """Those of ``areas`` in which the PDF has text: its ``remainder`` differs from the page without any."""
    written = []
    for x0, y0, x1, y1 in areas:
        if min(x1 - x0, y1 - y0) < _LEAST_IN * dpi:
            continue
        part = slice(max(0, y0), y1), slice(max(0, x0), x1)
        off = cv2.absdiff(remainder[part], ground[part]).max(axis=2)
        if (off > _OFF_GROUND).mean() >= _WRITTEN:
            written.append((x0, y0, x1, y1))
    return written


def unread_picture(box: Box) -> Insert:
    """A region of text that could not be read: its picture."""
    region = RegionResult(UNREAD_LABEL, box, 0, None, format="image", error=unread())
    return Insert(box, (located(region),))
