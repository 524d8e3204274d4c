"""The words of a model's answer and of a page's own text, as they are compared."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from ocr_service.text_layer.formulas.words import FUNCTIONS

# Tags, links, entities, and what in LaTeX is no text: commands, lengths, columns and names of environments.
_MARKUP = re.compile(
    r"</?[A-Za-z!][^<>]*>|!\[[^\]]*\]\([^)]*\)|&#?\w+;|https?://\S+|\\\\\s*\[[^\]]*\]|\\[hv]space\*?\{[^{}]*\}"
    r"|\\begin\s*\{array\}\s*(?:\[\w\])?\s*\{[^{}]*\}|\\(?:begin|end|color)\s*\{[^{}]*\}|\\[A-Za-z]+"
)
_COMMAND = re.compile(r"\\([A-Za-z]+)")
_GREEK = {
    name: chr(code)
    for code, name in enumerate(
        re.findall(
            r"\w+",
            "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho varsigma sigma tau"
            " upsilon phi chi psi omega",
        ),
        start=0x3B1,
    )
}
_LETTERS = {
    **_GREEK,
    **{name.capitalize(): letter.upper() for name, letter in _GREEK.items()},
    **{f"var{name}": _GREEK[name] for name in ("epsilon", "theta", "pi", "rho", "phi", "kappa")},
}
_NUMBER_SIGN = re.compile(r"(?<!\w)N(?:o\.?|[°º])?(?=\s{0,2}\d)")
WORD = re.compile(r"[^\W_]+(?:[.,:/’'-][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Token:
    text: str
    start: int
    end: int

    @property
    def plain(self) -> str:
        return plain(self.text)


def tokens_of(content: str, pattern: re.Pattern[str]) -> list[Token]:
    """Words and numbers of the text, not of its markup."""
    text = with_number_signs(masked(_with_letters(content)))
    return [Token(match[0], match.start(), match.end()) for match in pattern.finditer(text)]


def _with_letters(content: str) -> str:
    """The content, as long as it was, with what LaTeX's commands for Greek letters and functions print."""
    return _COMMAND.sub(_printed, content)


def _printed(match: re.Match[str]) -> str:
    name = match[1]
    if name in _LETTERS:
        return _LETTERS[name].ljust(len(match[0]))
    return f" {name}" if name in FUNCTIONS else match[0]


def masked(content: str) -> str:
    """The content with spaces for its markup."""
    return _MARKUP.sub(lambda match: " " * len(match[0]), content)


def with_number_signs(text: str) -> str:
    """The text with ``No.``, ``N`` and ``N°`` before a number as the sign that they stand for, as long as it was."""
    return _NUMBER_SIGN.sub(lambda match: "№".ljust(len(match[0])), text)


def glued(tokens: Sequence[str]) -> str:
    """Words as one, without hyphens: a line's end may part a word on the page and not in the answer."""
    return re.sub(r"[-\u00ad]", "", "".join(tokens))


def plain(text: str) -> str:
    """As it is compared: superscripts as digits, apostrophes alike; upper and lower case are different names."""
    return normal(text).replace("’", "'")


def normal(text: str) -> str:
    return "№".join(unicodedata.normalize("NFKC", part) for part in text.split("№"))
