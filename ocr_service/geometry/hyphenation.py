"""Words that the end of a line broke: which hyphen belongs to the word, and which to the break."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from ocr_service.geometry.unspaced import is_unspaced

# First parts that keep their hyphen whatever follows: prefixes, single letters (e-mail, T-shirt), tens (twenty-one).
_KEEPS_BEFORE = re.compile(
    r"(?:^|[^\w])(?:(?i:кое|кой|вице|экс|обер|унтер|северо|юго|интернет|онлайн|офлайн|бизнес|пресс|веб|медиа|топ|мини|микро"
    r"|купли|приёма|приема|счёт|счет|блок|план|генерал|премьер|штаб|дизель|all|non|self|ex|co|semi|multi|vice|mid"
    r"|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)|[b-hj-zA-Z])$"
)
# First parts of compounds that are also beginnings of plain words: the second part must be a word, not an ending.
_COMPOUND = re.compile(r"(?:^|[^\w])(?:long|short|well|cross|high|low|full|half|open|short|state|ever|self)$", re.I)
_ENDING = re.compile(r"^(?:e[rnsd]|est|ing|ness|ly|s|itude|way|land|side|hand|word|ity|ment|ful|tion)", re.I)
# социально-экономический, технико-правовой: adverbs of relative adjectives, which no other word begins with
_ADVERB = re.compile(r"(?:льно|енно|онно|ично|нико|мико|учно|ебно|арно|сово|гово)$", re.I)
_ADJECTIVE = re.compile(r"^\w{2,}(?:ск|н|в|ч)(?:ий|ый|ой|ая|ое|ие|ые|их|ых|им|ым|ого|ому|ими|ыми|ую|ом|ей)\b", re.I)
_KEEPS_AFTER = re.compile(
    r"^(?:либо|нибудь|таки|of|to|up|in|the|off|known|based|term|time|level|awaited|being|section\w*)\b|^(?:на|of|the)-",
    re.I,
)
# Both parts decide: по-русски and по-моему, но под-писан; кто-то, но мес-то; из-за, во-первых; кол-во.
_KEEPS_BOTH = re.compile(
    r"(?:^|\W)(?:по-\w+(?:ски|цки|ому|ему|ьи)|по-прежнему|во?-\w+[ыи]х|из-(?:за|под)"
    r"|(?:ч[ето]\w*|к[оету]\w*|как\w*|где|отку?да|почему|зачем|сколько|чь\w+)-то"
    r"|(?:кол|об|изд|произ|пр|хоз|гос|кач)-(?:во|ва|ве|вом|ву))$",
    re.I,
)
_LETTERS = re.compile(r"[^\W\d_]+")
_CAPITALS = 8  # words of a paragraph in capitals: fewer are a heading, which breaks no word but at its hyphen
_NAME = re.compile(r"(?:^|\W)(?:САНКТ|НЬЮ|УЛАН|ЙОШКАР|КОМСОМОЛЬСК|РОСТОВ|СЕН|LOS|SAN|NEW|ST)$")
_BROKEN = re.compile(r"(?<!\w)(\w+)[-‐\u00ad¬]$")
_CHAIN = re.compile(r"(?<![\w-])\w++(?:-\w++)+-$")
_SLASH = re.compile(r"\w/$")
_RANGE = re.compile(r"\d–$")
_ADDRESS = re.compile(r"[(<\[«\"]?(?:(?:https?|ftp)://|www\.|doi\.org/|[\w.+-]+@)", re.I)
_MORE_OF_ADDRESS = re.compile(r"\w[/.=_&-]\w|\w/|\d{3}")
_DOMAIN = re.compile(r"[a-z]{2,}(?![a-z])[.,;)]?$")
_WORD = re.compile(r"\w+(?:-\w+)*")


def word_is_broken(line: str) -> bool:
    """Whether the line ends inside a word."""
    return _BROKEN.search(line) is not None


def address_goes_on(before: str, after: str) -> bool:
    """Whether a web or e-mail address at the end of ``before`` goes on in ``after``, as it is, without a space."""
    address, following = before.rsplit(" ", 1)[-1], after.split(" ", 1)[0]
    if not following or _ADDRESS.match(address) is None:
        return False
    if address[-1] in "-_=&?@%#~" or following[0] in "/@?&=#%~":
        return following[0].isalnum() or following[0] in "/@?&=#%~"
    # After a full stop or a slash it may have ended: what goes on has more of an address's signs, and no capital.
    goes_on = following[0].islower() or following[0].isdigit()
    if address[-1] in "/." and goes_on:
        return _MORE_OF_ADDRESS.search(following) is not None or (
            "@" in address and _DOMAIN.match(following) is not None
        )
    return following[0] == "." and following[1:2].isalnum()


def vocabulary(lines: Iterable[str]) -> frozenset[str]:
    """The words that stand whole inside ``lines``, in lower case; what a line's end broke is left out."""
    words: set[str] = set()
    broken = False
    for line in lines:
        found = [match.lower() for match in _WORD.findall(line)]
        ends = word_is_broken(line)
        words.update(found[int(broken) : len(found) - int(ends)])
        broken = ends
    return frozenset(words)


def join_lines(texts: Sequence[str], known: Collection[str] = ()) -> str:
    """One text of a paragraph's lines: words broken at a line's end are made whole, true hyphens stay.

    ``known``: the document's own words in lower case, which decide before any rule.
    """
    joined = texts[0] if texts else ""
    for text in texts[1:]:
        joined = _join(joined, text, known)
    return joined


def _join(before: str, after: str, known: Collection[str]) -> str:
    if address_goes_on(before, after):
        return before + after
    if _SLASH.search(before) and after[:1].isalnum() and not _ADDRESS.match(before.rsplit(" ", 1)[-1]):
        return before + after  # км/\nч
    if after[:1].isdigit() and _RANGE.search(before):
        return before + after  # 1940–\n1943
    broken = _BROKEN.search(before)
    number_goes_on = broken is not None and before[-1] not in "\u00ad¬" and after[:1].isdigit()
    if broken is not None and number_goes_on and (broken[1][-1].isdigit() or broken[1][0].isupper()):
        return before + after  # 555-\n0142, KX-\n4815, Ту-\n154
    if before and after and is_unspaced(before[-1]) and is_unspaced(after[0]):
        return before + after
    if not before or broken is None or not after[:1].isalpha():
        return f"{before} {after}".lstrip()
    return before[:-1] + ("-" if _true_hyphen(before, broken[1], after, known) else "") + after


def _true_hyphen(before: str, part: str, after: str, known: Collection[str]) -> bool:
    if before[-1] in "\u00ad¬":
        return False
    following = re.match(r"\w+", after)
    if following is None:
        return False
    first, second = part.lower(), following[0].lower()
    if first + second in known:
        return False
    if f"{first}-{second}" in known:
        return True
    chain = _CHAIN.search(before)
    if chain is not None and (f"{chain[0].lower()}{second}" in known or (first in known and second in known)):
        return True  # point-to-\npixel, where a word of one part would be broken inside of it: non-govern-\nmental
    in_capitals = part.isupper() and following[0].isupper() and _are_capitals(before, after)
    if not in_capitals and (not after[0].islower() or part[-1].isdigit() or (part.isupper() and len(part) > 2)):
        return True  # Иваново-\nФранковск, COVID-\nrelated, 10-\nго
    stem, whole = before[:-1], f"{before[:-1]}-{following[0]}"
    if in_capitals and _NAME.search(stem):
        return True
    compound = _COMPOUND.search(stem) is not None and len(second) > 3 and not _ENDING.match(second)
    relative = _ADVERB.search(stem) is not None and _ADJECTIVE.match(after) is not None
    both_known = min(len(first), len(second)) > 3 and first in known and second in known
    certain = (_KEEPS_BEFORE.search(stem), _KEEPS_AFTER.match(after), _KEEPS_BOTH.search(whole))
    return any(certain) or compound or relative or both_known


def _are_capitals(before: str, after: str) -> bool:
    """Whether a break is in a paragraph that is all in capitals, as a licence's disclaimer is."""
    near = [*_LETTERS.findall(before)[-_CAPITALS:], *_LETTERS.findall(after)[:_CAPITALS]]
    return len(near) >= _CAPITALS and all(word.isupper() for word in near)
