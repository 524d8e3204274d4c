"""Words that the end of a line broke: which hyphen belongs to the word, and which to the break."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import reduce

# Russian prefixes that keep their hyphen; an English compound keeps it where its first part says so.
_KEEPS_BEFORE = re.compile(
    r"(?:^|[^\w])(?:кое|кой|вице|экс|обер|унтер|северо|юго|all|non|self|well|ex|co|semi|multi|cross)$", re.I
)
_KEEPS_AFTER = re.compile(r"^(?:либо|нибудь|таки|of|to|up|in|the|off|known|based|term|time|level)\b", re.I)
# Both parts decide: по-русски and по-моему, but под-писан; кто-то, but мес-то; из-за, во-первых; кол-во.
_KEEPS_BOTH = re.compile(
    r"(?:^|\W)(?:по-\w+(?:ски|цки|ому|ему|ьи)|во?-\w+[ыи]х|из-(?:за|под)"
    r"|(?:ч[ето]\w*|к[оету]\w*|как\w*|где|отку?да|почему|зачем|сколько|чь\w+)-то"
    r"|(?:кол|об|изд|произ|пр|хоз|гос|кач)-(?:во|ва|ве|вом|ву))$",
    re.I,
)
_BROKEN = re.compile(r"(?<!\w)(\w+)[-‐\u00ad¬]$")


def word_is_broken(line: str) -> bool:
    """Whether the line ends inside a word."""
    return _BROKEN.search(line) is not None


def join_lines(texts: Sequence[str]) -> str:
    """One text of a paragraph's lines: words broken at a line's end are made whole, true hyphens stay."""
    return reduce(_join, texts) if texts else ""


def _join(before: str, after: str) -> str:
    broken = _BROKEN.search(before)
    if not before or broken is None or not after[:1].isalpha():
        return f"{before} {after}".lstrip()
    return before[:-1] + ("-" if _true_hyphen(before, broken[1], after) else "") + after


def _true_hyphen(before: str, part: str, after: str) -> bool:
    if before[-1] in "\u00ad¬":
        return False
    if not after[0].islower() or part[-1].isdigit() or (part.isupper() and len(part) > 2):
        return True  # Иваново-\nФранковск, COVID-\nrelated, 10-\nго
    following = re.match(r"\w+", after)
    if following is None:
        return False
    whole = f"{before[:-1]}-{following[0]}"
    return any((_KEEPS_BEFORE.search(before[:-1]), _KEEPS_AFTER.match(following[0]), _KEEPS_BOTH.search(whole)))
