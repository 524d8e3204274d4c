"""The signs of an answer against those of the page: signs before numbers, units of one sign, operators of formulas."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Sequence

from ocr_service.text_layer.answers.words import masked, normal, with_number_signs

_FORMULA_NUMBER = re.compile(r"\\tag\*?\s*\{[^{}]*\}")
# Signs before a number: as a word of the page begins, anywhere on it, in the answer, and there without a space.
_SIGNED = re.compile(r"([-−–+±])(\d[\d.,]*\d|\d)")
_SIGNED_ANYWHERE = re.compile(r"([-−–‒—+±])\s?(\d[\d.,]*)")
_SIGNED_IN_TEXT = re.compile(r"(?<![\w.,])([-−–+±])\s?(\d[\d.,]*)")
_SIGNED_HERE = re.compile(r"(?<![\w.,)])([-−–+±])(\d[\d.,]*)")
_SAME_SIGN = {"−": "-", "–": "-", "‒": "-", "—": "-", "⩽": "≤", "⩾": "≥"}
_SYMBOL = re.compile(r"[%‰°€£¥₽≤≥⩽⩾≈±№§]")
# A number in brackets of its own, which accounts have for one below zero.
_BRACKETED = re.compile(r"\(\s*+[€$£¥₽]?\s*+(\d[\d.,\s]*+)[%€₽]?\s*+\)")
_OPERATOR = re.compile(r"[-−–+=±≤≥⩽⩾≈%]")
_SIGN_COMMANDS = [
    (re.compile(command), sign)
    for command, sign in (
        (r"\\pm(?![A-Za-z])", "±"),
        (r"\\(?:leq?|leqslant)(?![A-Za-z])", "≤"),
        (r"\\(?:geq?|geqslant)(?![A-Za-z])", "≥"),
        (r"\\approx(?![A-Za-z])", "≈"),
        (r"\\circ(?![A-Za-z])", "°"),
        (r"\\%", "%"),
    )
]


def _signs_as_written(content: str) -> str:
    """The content's text with the signs that LaTeX writes as commands."""
    for command, sign in _SIGN_COMMANDS:
        content = command.sub(sign, content)
    return with_number_signs(html.unescape(normal(masked(content))))


def _counts(pattern: re.Pattern[str], text: str) -> Counter[str]:
    return Counter(_SAME_SIGN.get(sign, sign) for sign in pattern.findall(text))


def _signs_are_lost(text: str, words: Sequence[str]) -> bool:
    """Whether a number that the page writes with its sign stands in the answer without it."""
    signed = Counter(_signed(match) for word in words if (match := _SIGNED.match(normal(word))))
    if not signed:
        return False
    said = [_signed(match) for match in _SIGNED_IN_TEXT.finditer(text)]
    return any(
        sum(sign == mine and number.startswith(wanted) for sign, number in said) < times
        for (mine, wanted), times in signed.items()
    )


def _signs_are_invented(text: str, page: str) -> bool:
    """Whether the answer has a number with a sign oftener than the page; thousands may be parted otherwise."""
    there = [_signed(match) for match in _SIGNED_ANYWHERE.finditer(page)]
    for sign, number in map(_signed, _SIGNED_HERE.finditer(text)):
        same = next((one for one in there if one[0] == sign and _either_begins(one[1], number)), None)
        if same is None:
            return True
        there.remove(same)
    return False


def _either_begins(first: str, second: str) -> bool:
    return first.startswith(second) or second.startswith(first)


def _signed(match: re.Match[str]) -> tuple[str, str]:
    return _SAME_SIGN.get(match[1], match[1]), match[2].strip(".,")


def signs_agree(content: str, words: Sequence[str], *, complete: bool) -> bool:
    """Whether no number lost its sign, or unit; where ``words`` are all that stands there, also none got one."""
    return signs_are_kept(content, words) and not (complete and signs_are_added(content, words))


def signs_are_kept(content: str, words: Sequence[str]) -> bool:
    """Whether each number of the page has its sign, unit and brackets in the answer."""
    text, page = _signs_as_written(content), _page_text(words)
    kept = _counts(_SYMBOL, text) >= _counts(_SYMBOL, page) and _bracketed(text) >= _bracketed(page)
    return kept and not _signs_are_lost(text, words)


def signs_are_added(content: str, words: Sequence[str]) -> bool:
    """Whether the answer has a sign, unit or brackets that no number of the page has."""
    text, page = _signs_as_written(content), _page_text(words)
    kept = _counts(_SYMBOL, text) <= _counts(_SYMBOL, page) and _bracketed(text) <= _bracketed(page)
    return not kept or _signs_are_invented(text, page)


def _page_text(words: Sequence[str]) -> str:
    return with_number_signs(" ".join(map(normal, words)))


def _bracketed(text: str) -> Counter[str]:
    return Counter(re.sub(r"\s", "", number) for number in _BRACKETED.findall(text))


def formula_agrees(content: str, words: Sequence[str]) -> bool:
    """Whether a formula has the operators of the page, and no letter that is not in it there."""
    text, page = _signs_as_written(content), " ".join(map(normal, words))
    letters = set(filter(str.isalpha, _signs_as_written(_FORMULA_NUMBER.sub(" ", content))))
    return _counts(_OPERATOR, text) == _counts(_OPERATOR, page) and letters <= set(page)
