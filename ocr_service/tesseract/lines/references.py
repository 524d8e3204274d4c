"""Entries of a list of references: a label in brackets, and the text beside it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ocr_service.tesseract.words import Line, make_line

_LABEL = r"\[(?:\d{1,3}|[A-Za-z]{1,5}[+*]?\d{0,4}[a-z]?)\]"  # [12], [Knu97], [ABLP89], [Lei2]
REFERENCE = re.compile(_LABEL + r"\s+\S")  # how an entry begins
_LONE_LABEL = re.compile(_LABEL)
_GAP = 4.0  # em at most between a label and its text: the longest label of a list decides
_LEVEL = 0.3  # em


def with_reference_labels(lines: Sequence[Line]) -> list[Line]:
    """``lines`` with each label that was read as a line of its own in the line beside it."""
    labels = [line for line in lines if _LONE_LABEL.fullmatch(line.text)]
    if not labels:
        return list(lines)
    text_of = {}
    for label in labels:
        beside = [line for line in lines if line is not label and _stands_beside(label, line)]
        if beside:
            text_of[id(label)] = min(beside, key=lambda line: line.box[0])
    label_of = {id(text_of[id(label)]): label for label in labels if id(label) in text_of}
    taken = {id(label) for label in label_of.values()}
    return [
        make_line([*label_of[id(line)].words, *line.words], line.weight) if id(line) in label_of else line
        for line in lines
        if id(line) not in taken
    ]


def _stands_beside(label: Line, line: Line) -> bool:
    gap = line.box[0] - label.box[2]
    return 0 <= gap < _GAP * line.em and abs(label.box[1] - line.box[1]) < _LEVEL * line.em
