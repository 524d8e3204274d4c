"""Letters of several alphabets: which look the same, which a language of Tesseract knows, and how far they reach.

Sources: the confusables of Unicode's UTS #39 (only pairs that are one shape in common text faces), and the extents of
letters in DejaVu, Liberation and PT.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable
from functools import lru_cache
from itertools import pairwise

# One sign for all that an eye cannot tell apart; capitals of the same shape as their small letters become small.
_SAME_SHAPE = {
    "o": "oо0OОοΟօ",
    "l": "lI1|ІӀιΙ׀!ǀ¦",
    "a": "aаα",
    "e": "eеёёє",
    "p": "pPрРρΡ",
    "c": "cCсСϲ",
    "y": "yуYУγΥү",
    "x": "xXхХχΧ×",
    "s": "sSѕЅ",
    "i": "iіїíìîïι",
    "j": "jј",
    "b": "bЬьЪъ",
    "6": "6б",
    "B": "BВвΒ",
    "E": "EЕЁΕ",
    "A": "AАΑ",
    "H": "HНнΗң",
    "k": "kKКкκΚқ",
    "M": "MМмΜ",
    "T": "TТтΤτ",
    "n": "nпПΠπ",
    "u": "uUиИйЙ",
    "3": "3ЗзҘ",
    "4": "4чЧ",
    "r": "rгГ",
    "v": "vVνѵ",
    "w": "wWшШщЩω",
    "z": "zZΖ",
    "d": "dԁ",
    "h": "hһ",
    "q": "qԛ",
    "-": "-–—−‐‑‒­―_",
    "'": "'’‘`´ʼ′‚,",
    '"': '"“”„«»″',
    ".": ".·…",
    "5": "5",
    "8": "8",
}
_FOLD = {sign: shape for shape, signs in _SAME_SHAPE.items() for sign in signs}
# Only these folds may excuse a letter against another of its own alphabet; u/и, n/п, r/г, w/ш, 4/ч are one hand's
# spelling in italics and in Tesseract's mixed alphabets, and are told apart again below.
_OWN = {"и": "й", "ш": "щ", "е": "ё", "ь": "ъ"}


def shape_of(sign: str) -> str:
    """A sign's shape: the same string for signs that look the same."""
    found = _FOLD.get(sign)
    if found is not None:
        return found
    if unicodedata.category(sign[:1] or " ") == "So":  # № is no N
        return sign
    base = unicodedata.normalize("NFKD", sign)[:1]
    return _FOLD.get(base, base or sign)


def look_the_same(written: str, read: str) -> bool:
    """Whether OCR may read ``written`` as ``read``, because both look the same."""
    if written == read:
        return True
    if written.isdigit() and read.isdigit():
        return False
    if script_of(written) == script_of(read) != "":
        small, other = written.lower(), read.lower()
        if small == other:
            return _FOLD.get(written, written) == _FOLD.get(read, read) or written.islower() == read.islower()
        return (
            _bare(small) == _bare(other)
            or _OWN.get(small) == other
            or _OWN.get(other) == small
            or _l_or_i(small, other)
        )
    return shape_of(written) == shape_of(read)


def _l_or_i(a: str, b: str) -> bool:
    return {a, b} <= {"l", "i"} or {a, b} <= {"і", "ӏ"}


def _bare(sign: str) -> str:
    """The letter without its marks, for languages whose marks Tesseract was not taught."""
    return unicodedata.normalize("NFD", sign)[:1]


@lru_cache(maxsize=4096)
def script_of(sign: str) -> str:
    """The alphabet of a letter as Unicode names it (``LATIN``, ``CYRILLIC``, …); empty for what is no letter.

    ``sign`` may have marks behind its letter, as the small letter of ``İ`` has.
    """
    if not sign or not unicodedata.category(sign[0]).startswith("L"):
        return ""
    return unicodedata.name(sign[0], "").split(" ")[0]


def plain_form(sign: str) -> str:
    """The letter or digit that a wide or mathematical one is, as it is read: ``5`` of ``𝟓``."""
    if sign.isascii() or not unicodedata.decomposition(sign).startswith(("<font>", "<wide>")):
        return sign
    plain = unicodedata.normalize("NFKC", sign)
    return plain if len(plain) == 1 and plain.isalnum() else sign


def scripts_of(words: Iterable[str]) -> frozenset[str]:
    """The alphabets of words; of what has a digit none."""
    return frozenset(script_of(sign) for word in words if not any(map(str.isdigit, word)) for sign in word) - {""}


def has_a_foreign_digit(word: str, scripts: Collection[str]) -> bool:
    """Whether a number has a digit of an alphabet that is not of ``scripts``, or a letter of one that looks like it.

    As Arabic digits among Latin letters, and ``З`` for ``3`` among Greek ones. Chinese has no spaces around numbers.
    """
    spaced = "".join(" " if script_of(sign) in _UNSPACED else sign for sign in word)
    return any(_is_foreign_number(part, scripts) for part in spaced.split(" "))


def _is_foreign_number(word: str, scripts: Collection[str]) -> bool:
    plain = [plain_form(sign) for sign in word]
    if any(
        sign.isdecimal() and not sign.isascii() and not any(script in unicodedata.name(sign, "") for script in scripts)
        for sign in plain
    ):
        return True
    letters = [sign for sign in plain if sign.isalpha()]
    is_number = any(map(str.isdigit, plain)) and all(map(is_digit_lookalike, letters))
    return is_number and any(script_of(sign) not in scripts for sign in letters)


def has_a_letter_for_a_digit(word: str) -> bool:
    """Whether between the digits of a number, as ``18,б7``, stand letters that look like others.

    Codes (``1O5``) have such letters of Latin, without a comma.
    """
    is_number = sum(map(str.isdigit, word)) > 1 and all(
        s.isdigit() or s in ".,-−" or is_digit_lookalike(s) for s in word
    )
    if not is_number:
        return False
    inside = [s for s, after in pairwise(word[1:]) if s.isalpha() and after.isdigit()]
    return any(script_of(sign) != "LATIN" or "," in word or "." in word for sign in inside)


_UNSPACED = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO"})
_DIGIT_LOOKALIKES = frozenset("OОοoоlIІӀ|ЗзбSВ")


def is_digit_lookalike(sign: str) -> bool:
    return sign in _DIGIT_LOOKALIKES


_TAKEN_FOR = {"0": "OО", "1": "lI|!", "3": "З", "4": "Ч", "6": "б", "8": "В"}


def may_be_digit(digit: str, read: str) -> bool:
    """Whether OCR may read a lone ``digit`` as ``read``; a small ``o`` is no zero."""
    return read == digit or read in _TAKEN_FOR.get(digit, "")


_APOSTROPHES = frozenset("'’ʼ")


def mixes_alphabets(word: str) -> bool:
    """Whether letters of several alphabets stand together between hyphens, which no spelling has.

    An apostrophe is within a word: В'їзд.
    """
    part: set[str] = set()
    for sign in word:
        if not sign.isalpha():
            if part and not sign.isdigit() and sign not in _APOSTROPHES and unicodedata.category(sign) != "Mn":
                part = set()
            continue
        part.add(script_of(sign))
        if len(part & {"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "FULLWIDTH", "MATHEMATICAL"}) > 1:
            return True
    return False


_HAVE_HOMOGLYPHS = frozenset("аеорсухіјѕһԁԛАВЕКМНОРСТХУІЅЈГaceopxyijshdqABCEHKMOPTXYISJοαινρκυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ")


def has_homoglyph(sign: str) -> bool:
    """Whether a letter looks like one of another alphabet."""
    return sign in _HAVE_HOMOGLYPHS


_FORMULA = 3  # letters that stand together in a formula
_GREEK_TEXT = 3  # Greek letters that stand together in a text that is Greek


def may_be_a_formula(word: str) -> bool:
    """Whether Greek letters stand beside Latin ones as symbols do: few together, or none like a Latin letter."""
    mixed = _mixed_runs(word)
    return bool(mixed) and all(
        set(map(script_of, run)) == {"GREEK", "LATIN"} and (len(run) <= _FORMULA or _has_greek_shapes_only(run))
        for run in mixed
    )


def has_symbols(word: str) -> bool:
    """Whether letters stand together as in ``ΔT``, ``kΩ`` and ``μM``: few, and no Greek one like a Latin one.

    So are Greek words with a Latin letter in it, as ``θα``: this holds where no text is Greek.
    """
    mixed = _mixed_runs(word)
    return bool(mixed) and all(
        set(map(script_of, run)) == {"GREEK", "LATIN"} and len(run) <= _FORMULA and _has_greek_shapes_only(run)
        for run in mixed
    )


def is_greek_text(word: str) -> bool:
    """Whether a word has so many Greek letters together as no symbol has."""
    runs = "".join(sign if script_of(sign) == "GREEK" else " " for sign in word).split()
    return any(len(run) >= _GREEK_TEXT for run in runs)


def _mixed_runs(word: str) -> list[str]:
    """Letters that stand together and are of several alphabets, mathematical ones as what they stand for.

    Chinese has no spaces around other letters.
    """
    plain = map(plain_form, word)
    runs = "".join(sign if script_of(sign) not in ("", *_UNSPACED) else " " for sign in plain).split()
    return [run for run in runs if mixes_alphabets(run)]


def _has_greek_shapes_only(letters: str) -> bool:
    return not any(has_homoglyph(sign) for sign in letters if script_of(sign) == "GREEK")


_WORD_OF_ONE_ALPHABET = 4  # letters, among which one of another is none of its spelling


def has_a_foreign_letter(word: str) -> bool:
    """Whether a word mixes alphabets as no spelling does.

    All of its letters of the rarer one look like letters of another, or there is only one of them; a single Greek
    letter is a symbol.
    """
    if not mixes_alphabets(word):
        return False
    by_script: dict[str, list[str]] = {}
    for sign in word:
        if script := script_of(sign):
            by_script.setdefault(script, []).append(sign)
    rarest, most = (pick(len(letters) for letters in by_script.values()) for pick in (min, max))
    return any(
        len(letters) == rarest
        and (all(map(has_homoglyph, letters)) or (rarest == 1 and most >= _WORD_OF_ONE_ALPHABET and script != "GREEK"))
        for script, letters in by_script.items()
    )


_RUSSIAN = frozenset("абвгдеёжзийклмнопрстуфхцчшщъыьэюя")
_ENGLISH = frozenset("abcdefghijklmnopqrstuvwxyz")
_KNOWN_BY = {
    "rus": _RUSSIAN,
    "ukr": frozenset("абвгґдеєжзиіїйклмнопрстуфхцчшщьюя"),
    "bel": frozenset("абвгдеёжзійклмнопрстуўфхцчшыьэюя"),
    "kaz": _RUSSIAN | frozenset("әғқңөұүһі"),
}
_LATIN_LANGUAGES_LETTERS = _ENGLISH | frozenset("àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿßœčšžřěůćđłńśźżąęğış")


def letters_known(language: str) -> frozenset[str]:
    """The small letters that Tesseract's ``language`` (``rus+eng``) was taught, as far as this service knows."""
    known: set[str] = set()
    for part in language.split("+"):
        if part == "eng":
            known |= _ENGLISH
        elif part in _KNOWN_BY:
            known |= _KNOWN_BY[part]
        else:
            known |= _LATIN_LANGUAGES_LETTERS
    return frozenset(known)


# How far letters reach: "x" neither up nor down, "b" up, "p" down, "f" both.
_EXTENTS = {
    "x": "acemnorstuvwxzæœıəавгежзиклмнопстхчшъыьэюяєѕңөәқғһαεικνοπςστυχωՙ",
    "b": "bdfhkltłđðßħбіһβδθλћђ",
    "p": "gpqyŋруцщңқүұўγηρςχμφψգ",
    "f": "ßjфβζξφψþ",
}
_KIND = {(False, False): "x", (True, False): "b", (False, True): "p", (True, True): "f"}
_ABOVE, _BELOW = frozenset({230}), frozenset({202, 220, 240})  # Unicode's classes of marks; 202: cedilla and ogonek
_REACH: dict[str, set[str]] = {}
for _kind, _letters in _EXTENTS.items():
    for _letter in _letters:
        _REACH.setdefault(_letter, set()).add(_kind)


def may_reach(sign: str, up: bool, down: bool) -> bool | None:
    """Whether a small letter's glyph may reach above the x-height and below the baseline; None for an unknown one."""
    kinds = _REACH.get(_bare(sign)) or _REACH.get(sign)
    marks = {unicodedata.combining(mark) for mark in unicodedata.normalize("NFD", sign)[1:]}
    if kinds is None or marks - _ABOVE - _BELOW or (marks & _BELOW and kinds & {"p", "f"}):
        return None  # the cedilla of ģ stands above it
    if (marks & _ABOVE and not up) or (marks & _BELOW and not down):
        return False
    # Where a mark reaches, its letter need not.
    ups, downs = {up, up and not marks & _ABOVE}, {down, down and not marks & _BELOW}
    return any(_KIND[high, low] in kinds for high in ups for low in downs)
