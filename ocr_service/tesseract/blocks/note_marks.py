"""Footnotes and their marks, as ``[^1]: …`` and ``[^1]``: a mark is told by its ink, its number by its note.

Of a text layer's words both are known: its raised digits are superscripts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ocr_service.tesseract.blocks.paragraphs import Paragraph
from ocr_service.tesseract.repair.superscripts import raised_end
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.words import Line, Word, make_line

_NOTE = re.compile(r"(?:(\d{1,3})[.)]?\s+|([⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3})\s*)(?=\S)")
_MARK = re.compile(r"(.*?)(\d{1,2}|[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2}|[!'’‘\"“”*?°|])$")  # as which a raised figure is read
_SUPERSCRIPT_MARK = re.compile(r"(.*?)([⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3})$")
_POWER = re.compile(r".*(?:\d|(?<!\w)[^\W\d_]{1,2})")  # x², 10³, km²
_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_BESIDE = 0.25  # em between a word and a mark that was read as a word of its own


@dataclass(frozen=True, slots=True)
class _Mark:
    """Where a mark stands: in which word of which line of which paragraph, and as what it was read.

    ``before``: what the word has before it. ``sure``: it is a text layer's.
    """

    paragraph: int
    line: int
    word: int
    read: str
    before: str
    sure: bool


def with_note_marks(
    paragraphs: Sequence[Paragraph], labels: Sequence[str], sheet: Sheet
) -> tuple[list[Paragraph], dict[int, str]]:
    """The paragraphs with ``[^n]`` for marks, and the numbers of the footnotes that have one, by their places.

    Marks and notes belong together in their order where there are as many of both, else by their numbers.
    """
    notes = {
        index: _number(match)
        for index, (paragraph, label) in enumerate(zip(paragraphs, labels, strict=True))
        if label == "footnote" and (match := _NOTE.match(paragraph.text))
    }
    if not notes:
        return list(paragraphs), {}
    marks = [
        mark
        for index in sorted(range(len(paragraphs)), key=lambda i: (paragraphs[i].box[1], paragraphs[i].box[0]))
        if labels[index] not in ("footnote", "number", "header", "footer")
        for mark in _marks(index, paragraphs[index], sheet)
    ]
    order = sorted(notes, key=lambda index: (paragraphs[index].box[1], paragraphs[index].box[0]))
    pairs = (
        list(zip(marks, order, strict=True))
        if len(marks) == len(order) and not any(mark.sure for mark in marks)
        else [(mark, index) for index in order for mark in _read_as(notes[index], marks)]
    )
    marked = list(paragraphs)
    for mark, index in pairs:
        marked[mark.paragraph] = _with_mark(marked[mark.paragraph], mark, notes[index])
    return marked, {index: notes[index] for _, index in pairs}


def _number(note: re.Match[str]) -> str:
    return note[1] or note[2].translate(_DIGITS)


def single_notes(paragraph: Paragraph) -> list[Paragraph]:
    """The footnotes that stand one under the other in ``paragraph``, by their numbers."""
    notes: list[list[Line]] = []
    last: int | None = None
    for line in paragraph.lines:
        match = _NOTE.match(line.text)
        number = int(_number(match)) if match else None
        if not notes or (number is not None and last is not None and number == last + 1):
            notes.append([])
            last = number
        notes[-1].append(line)
    return [replace(paragraph, lines=tuple(lines)) for lines in notes]


def note_text(text: str) -> str:
    """A footnote's text without its number."""
    return _NOTE.sub("", text, count=1)


def _marks(index: int, paragraph: Paragraph, sheet: Sheet) -> list[_Mark]:
    found = []
    for row, line in enumerate(paragraph.lines):
        for column, word in enumerate(line.words):
            sure = word.size is not None
            match = _SUPERSCRIPT_MARK.fullmatch(word.text) if sure else _MARK.fullmatch(word.text)
            if match is None or (not match[1] and not _follows(line, column)):
                continue
            if not _POWER.fullmatch(match[1]) if sure else raised_end(word, line.em, sheet.ink, line.baseline):
                found.append(_Mark(index, row, column, match[2], match[1], sure))
    return found


def _follows(line: Line, column: int) -> bool:
    return column > 0 and line.words[column].box[0] - line.words[column - 1].box[2] < _BESIDE * line.em


def _read_as(number: str, marks: Sequence[_Mark]) -> list[_Mark]:
    """The one mark that was read as ``number``."""
    same = [mark for mark in marks if mark.read.translate(_DIGITS) == number]
    return same if len(same) == 1 else []


def _with_mark(paragraph: Paragraph, mark: _Mark, number: str) -> Paragraph:
    line = paragraph.lines[mark.line]
    words: list[Word] = list(line.words)
    word = words[mark.word]
    if mark.before:
        words[mark.word] = replace(word, text=f"{mark.before}[^{number}]")
    else:
        words[mark.word - 1] = replace(words[mark.word - 1], text=f"{words[mark.word - 1].text}[^{number}]")
        del words[mark.word]
    lines = list(paragraph.lines)
    lines[mark.line] = make_line(words, line.weight)
    return replace(paragraph, lines=tuple(lines))
