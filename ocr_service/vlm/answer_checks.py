"""Whether an answer is complete, and what to keep of one that is not.

Repetition is cut as ``truncate_repetitive_content`` in paddlex 3.7 does. The official client stops there: it ignores
``finish_reason`` and never repeats a request.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum


class AnswerProblem(StrEnum):
    """Why a region is read again."""

    EMPTY = "empty answer"
    CUT = "answer cut at the token limit"
    REPETITION = "runaway repetition"
    SHORT = "answer much shorter than the ink of its region"


@dataclass(frozen=True, slots=True)
class CheckedAnswer:
    """``text``: what can be kept; ``problem``: why it may be incomplete, None for an answer that is whole."""

    text: str
    problem: AnswerProblem | None = None


# Answers shorter than this are left alone: a table may well have twenty equal rows (upstream's figures, characters).
_LEAST_TABLE, _LEAST_OTHER = 5000, 50
_UNIT, _UNIT_REPEATS = 8, 5
_WHOLE_REPEATS = 10
_LINES, _LINES_SHARE = 10, 0.8
_FEW_LETTERS = 20  # of ink: a stamp's ornament or a signature may have as many
_SHORT = 0.4  # of the ink's letters
_TAG = re.compile(r"<[^<>]*>")
_HAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


def check_answer(text: str, finish_reason: str | None, *, table: bool = False, letters: int = 0) -> CheckedAnswer:
    """The checked answer. ``finish_reason``: ``stop``, ``length`` or ``repetition``; ``table``: the text is OTSL.

    ``letters``: how many the ink of the region makes, 0 where nobody counted.
    """
    kept = cut_repetition(text, least=_LEAST_TABLE if table else _LEAST_OTHER)
    if finish_reason == "repetition" or kept != text:
        return CheckedAnswer(kept, AnswerProblem.REPETITION)
    if finish_reason == "length":
        return CheckedAnswer(text, AnswerProblem.CUT)
    if not text.strip():
        return CheckedAnswer("", AnswerProblem.EMPTY)
    if letters >= _FEW_LETTERS and share_read(text, letters) < _SHORT:
        return CheckedAnswer(text, AnswerProblem.SHORT)
    return CheckedAnswer(text)


def share_read(text: str, letters: int) -> float:
    """The answer's letters and digits as a share of the ``letters`` that the ink makes, 0 to 1.

    Tags and tokens of tables do not count; a Chinese or Japanese sign has about two pieces of ink.
    """
    plain = _TAG.sub("", text)
    signs = sum(c.isalnum() for c in plain) + len(_HAN.findall(plain))
    return min(1.0, signs / letters) if letters else 1.0


def cut_repetition(text: str, *, least: int) -> str:
    """``text`` without its repetition; unchanged without one, or below ``least`` characters."""
    stripped = text.strip()
    if len(text) < least or not stripped:
        return text
    if "\n" not in stripped:
        start = _repeating_suffix(stripped) if len(stripped) > 100 else None
        if start is not None and (len(stripped) - start) > len(stripped) * 0.5:
            return stripped[:start]
        unit = _repeated_unit(stripped)
        if unit is not None and len(stripped) > 10 and len(stripped) // len(unit) >= _WHOLE_REPEATS:
            return unit
    return _dominant_line(text) or text


def _repeating_suffix(text: str) -> int | None:
    """Where the longest unit of 8 characters or more that ends the text 5 times or more begins to repeat."""
    tail = text[-_UNIT:]
    # Where the end of a unit of each size would have to be, the largest first; most texts have no such place.
    place = text.find(tail, max(0, len(text) - len(text) // _UNIT_REPEATS - _UNIT))
    while 0 <= place <= len(text) - 2 * _UNIT:
        size = len(text) - _UNIT - place
        unit = text[-size:]
        if text.endswith(unit * _UNIT_REPEATS):
            start = len(text)
            while start >= size and text.startswith(unit, start - size):
                start -= size
            return start
        place = text.find(tail, place + 1)
    return None


def _repeated_unit(text: str) -> str | None:
    """The shortest string that the whole text is a repetition of. None when it is none."""
    # A text that is found inside its own double at a place before its end is periodic with that place as period.
    period = (text + text).find(text, 1)
    return text[:period] if period < len(text) else None


def _dominant_line(text: str) -> str | None:
    """The line that makes up 80 % or more of at least ten lines."""
    lines = [stripped for line in text.split("\n") if (stripped := line.strip())]
    if len(lines) < _LINES:
        return None
    line, count = Counter(lines).most_common(1)[0]
    return line if count >= _LINES and count / len(lines) >= _LINES_SHARE else None
