"""Raised digits after a word or before a line, such as a footnote's mark, and those of powers of ten (``10⁹/л``), that
were read otherwise: read by themselves.

They become superscripts, as a text layer's are. A quotation mark is lower than a raised digit, and no digit.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ocr_service.document import Box
from ocr_service.geometry.boxes import contains_centre
from ocr_service.tesseract.engine import TesseractEngine
from ocr_service.tesseract.repair.budget import Budget
from ocr_service.tesseract.repair.lone_signs import read_digits
from ocr_service.tesseract.repair.superscripts import raised_end, raised_exponent
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.words import Line, Word, make_line

_READ_AS = re.compile(r"(?P<word>.*[^\W\d_][.,;:)»]?)(?P<read>['’‘`´\"“”*?!|°^™®]{1,3}|\d{1,2})(?P<rest>[.,;:]?)")
_ALONE = re.compile(r"(?P<word>)(?P<read>\S{1,2})(?P<rest>)")  # before a line
_POWER = re.compile(
    r"(?P<word>(?:\d[\d.,]*+)?)(?P<times>[xхXХ×*•·]?)10(?P<read>[^/\s]{1,4}?)(?P<rest>(?:/\S*+)?[.,;:)]*+)"
)
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_DOUBLE = frozenset('"“”')
_REACH = 0.5  # em: what of a mark may stand beside the box of its word


def with_raised_digits(lines: Sequence[Line], sheet: Sheet, engine: TesseractEngine, budget: Budget) -> list[Line]:
    """``lines`` with superscripts where the ink of a word's last mark is raised digits.

    What was read of the same digits as a line of its own is left out.
    """
    mended, taken = [], list[Box]()
    for line in lines:
        words = list(line.words)
        for index, word in enumerate(words):
            if line.is_sideways:
                continue
            if (power := _with_exponent(word, line, sheet, engine, budget)) is not None:
                words[index] = power
                continue
            read = _read_as(line, index)
            if read is None:
                continue
            following = words[index + 1].box[0] if index + 1 < len(words) else sheet.size[0]
            right = max(word.box[2], min(following, word.box[2] + round(_REACH * line.em)))
            whole = replace(word, box=(*word.box[:2], right, word.box[3]))
            box = raised_end(whole, line.em, sheet.ink, line.baseline)
            if box is None or not budget.take():
                continue
            digits, confidence = read_digits(box, sheet, engine)
            if digits and not _is_quotation_mark(read["read"], digits):
                text = read["word"] + digits.translate(_SUPERSCRIPTS) + read["rest"]
                sure = word.confidence if read["word"] else confidence
                words[index] = replace(word, text=text, confidence=sure)
                if read["word"]:
                    taken.append(box)
        mended.append(make_line(words, line.weight) if words != list(line.words) else line)
    return [kept for line in mended if (kept := _without(line, taken)) is not None] if taken else mended


def _with_exponent(word: Word, line: Line, sheet: Sheet, engine: TesseractEngine, budget: Budget) -> Word | None:
    """A power of ten with its exponent; None for any other ``word``."""
    read = _POWER.fullmatch(word.text)
    found = raised_exponent(word, line.em, sheet.ink, line.baseline) if read is not None else None
    if read is None or found is None or not budget.take():
        return None
    sign, box = found
    digits, confidence = read_digits(box, sheet, engine)
    times = "×" if read["times"] else ""
    text = f"{read['word']}{times}10{sign}{digits.translate(_SUPERSCRIPTS)}{read['rest']}"
    # Its form proves the word, and reading it again would lose the exponent.
    return replace(word, text=text, confidence=max(word.confidence, confidence)) if digits else None


def _read_as(line: Line, index: int) -> re.Match[str] | None:
    """What was read of a word that may end with raised digits, or be nothing else."""
    text = line.words[index].text
    alone = _ALONE.fullmatch(text) if not index and len(line.words) > 1 else None
    return alone or _READ_AS.fullmatch(text)


def _is_quotation_mark(read: str, digits: str) -> bool:
    """Whether a double mark of large type was ``read`` as one, and its two strokes as the same digit."""
    return read in _DOUBLE and len(digits) > len(set(digits)) == 1


def _without(line: Line, boxes: Sequence[Box]) -> Line | None:
    """``line`` without the words that stand in ``boxes``; None where it has no others."""
    words = [word for word in line.words if not any(_is_in(word, box) for box in boxes)]
    return line if len(words) == len(line.words) else make_line(words, line.weight) if words else None


def _is_in(word: Word, box: Box) -> bool:
    return contains_centre(box, word.box) and word.box[2] - word.box[0] <= 1.5 * (box[2] - box[0])
