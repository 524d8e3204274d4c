"""Lines that OCR read, with the words in them that the text layer proves: one doubtful sign does not cost its line."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from ocr_service.tesseract.words import Line, Word, make_line

_COVERED = 0.7  # of the width of words that were read, by the proven words in their place and the spaces between these
_UNREAD = 0.6  # em of what was read that no proven word has, at an end: more than a full stop or a quotation mark
_TOUCHED = 0.2  # of the narrower of two words that are in one place
_LEVEL = 3.0  # times the height of a word, that the others of a level line have at most
_BESIDE = 2.0  # em from the end of a line that was read to a proven word of it


def with_proven_words(read: Sequence[Line], proven: Sequence[Line]) -> list[Line]:
    """``read`` with the words of ``proven`` in their places instead of what was read there, and no word twice.

    Where nothing was read near them, no line was found there, and theirs stand by themselves.
    """
    found: list[list[Word]] = [[] for _ in read]
    weights = [line.weight for line in read]
    alone: list[Line] = []
    for line in proven:
        left: list[Word] = []
        for word in line.words:
            place = next((i for i, other in enumerate(read) if _is_of(word, other)), None)
            if place is None:
                left.append(word)
            else:
                found[place].append(word)
                weights[place] = line.weight
        if left:
            alone.append(make_line(left, line.weight))
    mixed = [_mixed(line.words, words) if words else line.words for line, words in zip(read, found, strict=True)]
    return [*(make_line(words, weight) for words, weight in zip(mixed, weights, strict=True)), *alone]


def _is_of(word: Word, line: Line) -> bool:
    x0, y0, x1, y1 = word.box
    if statistics.median(w.box[3] - w.box[1] for w in line.words) > _LEVEL * (y1 - y0):  # it runs up the page
        return False
    shared = min(y1, line.box[3]) - max(y0, line.box[1])
    reach = _BESIDE * line.em
    near = x0 < line.box[2] + reach and x1 > line.box[0] - reach
    return near and shared > 0.5 * min(y1 - y0, line.box[3] - line.box[1])


def _mixed(read: Sequence[Word], proven: Sequence[Word]) -> list[Word]:
    """The words of a line, place by place: proven ones where they explain what was read there, else as it was read."""
    groups: list[list[Word]] = []
    right = 0
    for word in sorted([*read, *proven], key=lambda word: word.box[0]):
        if groups and right - word.box[0] > _TOUCHED * min(_width(word), max(map(_width, groups[-1]))):
            groups[-1].append(word)
            right = max(right, word.box[2])
        else:
            groups.append([word])
            right = word.box[2]
    result: list[Word] = []
    for group in groups:
        known = [word for word in group if word.size is not None]
        seen = [word for word in group if word.size is None]
        result += known if known and (not seen or _explains(known, seen)) else seen
    return result


def _explains(known: Sequence[Word], seen: Sequence[Word]) -> bool:
    """Whether proven words are all that was read in their place: of a long word they may be but the greater part."""
    em = max(word.size or 0.0 for word in known)
    before = min(word.box[0] for word in known) - min(word.box[0] for word in seen)
    after = max(word.box[2] for word in seen) - max(word.box[2] for word in known)
    return _span(known) >= _COVERED * _span(seen) and max(before, after) < _UNREAD * em


def _span(words: Sequence[Word]) -> int:
    return max(word.box[2] for word in words) - min(word.box[0] for word in words)


def _width(word: Word) -> int:
    return max(1, word.box[2] - word.box[0])
