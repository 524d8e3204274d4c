"""Listings: lines of one pitch that are indented and have the signs of a program, kept with their indentation."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ocr_service.document import Box
from ocr_service.geometry.boxes import enclosing
from ocr_service.tesseract.words import Line

_INK = 0.25  # of a pitch that the ink of a word is narrower than its letters' cells
_LONG = 10  # letters of a line that tells of the pitch
_TELLING = 4  # letters of a word that tells whether the type is of one pitch
_OFF = 0.45  # pitches that its width may be off; in proportional type words of eight letters are off by one and more
_SAME_PITCH = 0.06  # of two lines
_WHITE = 0.25  # em: between two words, where the pitch is not known yet
_SPACE = 0.7  # pitches: the narrowest white between two words
_BEARING = 0.35  # pitches; a 1 begins up to 0.3 right of its cell
_FITS = 0.8  # of a line's telling words fit
_STEP = 2.2  # em from a line to the next one, at most
_LEAST_LINES = 3
_SIGNS = re.compile(r"[(){}\[\];=<>_#]|:$")
_SIGNED = 0.5  # of the lines have such signs; of a receipt or a letter written by a machine few have
_INDENT = 1.5  # pitches that some line is indented by


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """``text``: its lines with their indentation."""

    lines: tuple[Line, ...]
    text: str

    @property
    def box(self) -> Box:
        return enclosing([line.box for line in self.lines])


def code_blocks(lines: Sequence[Line]) -> tuple[list[CodeBlock], list[Line]]:
    """The listings among ``lines``, and the lines that are in none."""
    blocks: list[CodeBlock] = []
    rest: list[Line] = []
    for run in _runs(sorted(lines, key=lambda line: line.baseline)):
        block = _block(run)
        if block is None:
            rest += run
        else:
            blocks.append(block)
    return blocks, rest


def _runs(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines one under the other that may be one listing; other lines are runs of their own."""
    runs: list[list[Line]] = []
    pitch: float | None = None
    for line in lines:
        own = _pitch(line)
        follows = runs and line.baseline - runs[-1][-1].baseline <= _STEP * line.em
        if (
            follows
            and pitch is not None
            and (own is None or abs(own - pitch) < _SAME_PITCH * pitch)
            and _fits(line, pitch)
        ):
            runs[-1].append(line)
        else:
            runs.append([line])
            pitch = own
    return runs


def _pitch(line: Line) -> float | None:
    """The width of a letter's cell in pixels, where the line is long enough to tell; else None."""
    spaces = sum(b.box[0] - a.box[2] > _WHITE * line.em for a, b in pairwise(line.words))
    letters = sum(len(word.text) for word in line.words) + spaces
    return (line.box[2] - line.box[0]) / (letters - _INK) if letters >= _LONG else None


def _fits(line: Line, pitch: float) -> bool:
    """Whether the widths of most words of the line are multiples of ``pitch``."""
    errors = [
        abs((right - left) / pitch - len(text) + _INK)
        for text, left, right in _whole_words(line, pitch)
        if len(text) >= _TELLING
    ]
    return not errors or statistics.fmean(error < _OFF for error in errors) >= _FITS


def _whole_words(line: Line, pitch: float) -> list[tuple[str, int, int]]:
    """The line's words with their left and right ends; what stands less than a space apart is one."""
    words: list[tuple[str, int, int]] = []
    for word in line.words:
        if words and word.box[0] - words[-1][2] < _SPACE * pitch:
            words[-1] = (words[-1][0] + word.text, words[-1][1], word.box[2])
        else:
            words.append((word.text, word.box[0], word.box[2]))
    return words


def _block(run: Sequence[Line]) -> CodeBlock | None:
    pitches = [pitch for line in run if (pitch := _pitch(line)) is not None]
    if len(run) < _LEAST_LINES or not pitches:
        return None
    pitch = statistics.median(pitches)
    left = min(line.box[0] for line in run)
    if not all(_fits(line, pitch) for line in run) or max(line.box[0] for line in run) - left < _INDENT * pitch:
        return None
    if statistics.fmean(bool(_SIGNS.search(line.text)) for line in run) < _SIGNED:
        return None
    text = "\n".join(_spaced(line, left, pitch) for line in run)
    return CodeBlock(tuple(run), text)


def _spaced(line: Line, left: int, pitch: float) -> str:
    """The words of a line at their places in the grid of letters."""
    text = ""
    for word, begins, _ in _whole_words(line, pitch):
        column = int((begins - left) / pitch + _BEARING)
        text += " " * max(column - len(text), 1 if text else 0) + word
    return text
