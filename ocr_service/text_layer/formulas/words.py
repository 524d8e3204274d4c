"""Symbols side by side as LaTeX: functions by name, words, compound arrows, dots, spaces."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace

from ocr_service.text_layer.formulas.items import SCRIPT, Item, joined
from ocr_service.text_layer.formulas.limits import middle_of_limits

FUNCTIONS = frozenset(
    re.findall(
        r"\w+",
        "arccos arcsin arctan arg cos cosh cot coth csc deg det dim exp gcd hom inf ker lg lim liminf limsup ln log max"
        " min Pr sec sin sinh sup tan tanh",
    )
)
_LIMITS = frozenset({"det", "gcd", "inf", "lim", "liminf", "limsup", "max", "min", "Pr", "sup", "argmax", "argmin"})
_OPERATORS = frozenset(
    re.findall(
        r"\w+",
        "argmax argmin sgn sign tr Tr rank diag Var Cov span supp softmax ReLU vol div curl grad erf const Re Im id Id"
        " Hom Ker End Aut SO SU GL SL card conv dist proj res ord lcm sech csch arcosh arsinh artanh",
    )
)
_SMALL_CAPITAL = 0.7  # of the size of the capital before it
_TOUCHING = 0.15  # em between the letters of a word
_BEARING = 0.05  # em that a letter's own space may be narrower than the white on its both sides
_SPACE = 0.15  # em between a word and what is beside it
_UNIT = 0.3  # em between a number and its unit
_QUAD = 0.78  # em between two items
_COMPOUND = {
    ("\\mapstochar", "\\rightarrow"): "\\mapsto",
    ("\\rightarrow", "\\mapstochar"): "\\mapsto",
    ("-", "\\rightarrow"): "\\longrightarrow",
    ("\\leftarrow", "-"): "\\longleftarrow",
    ("=", "\\Rightarrow"): "\\Longrightarrow",
    ("\\Leftarrow", "="): "\\Longleftarrow",
    ("\\Leftarrow", "\\Rightarrow"): "\\Longleftrightarrow",
    ("\\leftarrow", "\\rightarrow"): "\\longleftrightarrow",
    ("|", "="): "\\models",
    ("\\triangleright", "\\triangleleft"): "\\bowtie",
    ("\\lhook", "\\rightarrow"): "\\hookrightarrow",
    ("\\leftarrow", "\\rhook"): "\\hookleftarrow",
    ("\\in", "/"): "\\notin",
    (":", "="): "\\coloneqq",
}
_HALVES = {"\\sup": "\\lim", "\\inf": "\\lim", "\\min": "\\arg", "\\max": "\\arg"}
_THIN = 0.3  # em inside of ``lim sup``
_AMONG_LIMITS = 12  # signs of its limit that may stand between the halves by their places
_BEHIND_COMMA = 0.18  # em to the ink of a full stop, which has 0.09 before it
_FIRST_HALVES = frozenset(first for first, _ in _COMPOUND)
_INSIDE = {"\\mapstochar": 0.1, ":": 0.15}  # em between the halves of other signs than arrows
_RAISED_COLON = 0.015  # em over the baseline; around the line's axis there are 0.03
_OVER_ARROW = 12  # signs over an arrow that may stand between its halves by their places
_TIGHT_DOTS = 0.35  # em from one full stop to the next; in ``\\ldots`` there are thin spaces between them
_DOTS = {".": "\\ldots", "\\cdot": "\\cdots"}
_NOT_IN_HTML = {"<": "\\lt", ">": "\\gt"}  # Markdown may take them for tags
_COMMAND = re.compile(r"\\[A-Za-z]+$")
_TEXT = re.compile(r"\\text\{[^{}]*+\}")
_SINGLE = re.compile(r"\\mathrm\{([A-Za-z])\}")
_INTEGRALS_APART = 0.05  # em; two integrals have 0.25


def is_function_name(word: str) -> bool:
    return word in FUNCTIONS or word in _OPERATORS


def joined_words(items: Sequence[Item]) -> list[Item]:
    """Letters as words, dots as ``\\ldots``, arrows that are made of two signs as one."""
    ordered = sorted(items, key=lambda item: item.x0)
    made: list[Item] = []
    used: set[int] = set()
    for place, item in enumerate(ordered):
        if place in used:
            continue
        run = [item]
        if item.kind == "letter":
            run = _word(ordered, place, used)
        elif item.latex == "\\int":
            run = _integrals(ordered, place, used)
        elif item.latex in _DOTS:
            run = _dots(ordered, place, used)
        pair = _pair(ordered, place, used) if len(run) == 1 else None
        if pair is not None:
            made.append(pair)
        elif item.kind == "letter":
            named = _named(run)
            half = _first_half(made, named, ordered)
            if half is not None:
                made.remove(half)
                named = _of_halves(half, named)
            made.append(named)
        elif item.latex == "\\int" and len(run) > 1:
            made.append(joined(run, f"\\{'i' * len(run)}nt", "op", built=False))
        elif len(run) == 3:
            made.append(joined(run, "..." if _are_full_stops(run, made) else _DOTS[item.latex], "dots"))
        else:
            made.append(item)
    return made


def _first_half(made: Sequence[Item], named: Item, items: Sequence[Item]) -> Item | None:
    r"""The ``\lim`` of ``\limsup``, or the ``\arg`` of ``arg\,min``, which a thin space parts from the second half.

    ``arg`` is one where what stands under them is in the middle of both.
    """
    first = _HALVES.get(named.latex)
    near = made[-_AMONG_LIMITS:] if first else ()
    half = next((item for item in near if item.latex == first and _follows(named, item, _THIN)), None)
    if half is None or half.latex != "\\arg":
        return half
    size = named.size
    under = [i for i in items if i.size < SCRIPT * size and -0.1 * size < i.y0 - named.y1 < 0.6 * size]
    middle = middle_of_limits(half.x0, named.x1, under, size)
    of_both = middle is not None and abs(middle - (half.x0 + named.x1) / 2) < abs(middle - named.x)
    return half if of_both else None


def _of_halves(half: Item, named: Item) -> Item:
    name = named.latex.removeprefix("\\")
    latex = f"\\lim{name}" if half.latex == "\\lim" else f"\\operatorname*{{arg\\,{name}}}"
    return joined([half, named], latex, "func")


def _follows(item: Item, last: Item, apart: float, smaller: float = 0.9) -> bool:
    """Whether an item stands closely behind another on its baseline, in its size or ``smaller`` of it."""
    level = abs(item.base - last.base) < 0.05 * last.size and smaller * last.size < item.size < 1.1 * last.size
    of_ligature = item.x0 == last.x0 and item.x1 == last.x1
    white = min(item.x0 - last.x1, item.x0 - last.advance + _BEARING * last.size)
    return level and (of_ligature or (-0.1 * last.size < item.x0 - last.x1 and white < apart * last.size))


def _word(ordered: Sequence[Item], place: int, used: set[int]) -> list[Item]:
    run = [ordered[place]]
    used.add(place)
    for at in range(place + 1, len(ordered)):
        item = ordered[at]
        if at not in used and _is_in_word(item) and _follows(item, run[-1], _TOUCHING, smaller=_SMALL_CAPITAL):
            run.append(item)
            used.add(at)
    stops = sum(item.latex == "." for item in run)
    dots = any(a.latex == b.latex == "." for a, b in itertools.pairwise(run))
    while len(run) > 1 and run[-1].latex == "." and (stops < 2 or dots):  # the end of a sentence, or what goes on
        used.discard(ordered.index(run.pop()))
    if run[-1].kind == "hyphen":
        used.discard(ordered.index(run.pop()))
    return run


def _is_in_word(item: Item) -> bool:
    return item.kind in ("letter", "hyphen") or (item.latex == "." and item.kind == "punct" and not item.built)


def _named(run: Sequence[Item]) -> Item:
    word = "".join(item.latex for item in run)
    if word in FUNCTIONS:
        return joined(run, f"\\{word}", "func" if word in _LIMITS else "function")
    if word in _OPERATORS:
        star = "*" if word in _LIMITS else ""
        return joined(run, f"\\operatorname{star}{{{word}}}", "func" if star else "function")
    if len(word) == 1:
        return joined(run, f"\\mathrm{{{word}}}", "ord") if word.isascii() else joined(run, f"\\text{{{word}}}", "text")
    return joined(run, f"\\text{{{word}}}", "text")


def _integrals(ordered: Sequence[Item], place: int, used: set[int]) -> list[Item]:
    """Signs of integrals that stand closer than those of two integrals do."""
    run = [ordered[place]]
    for at in range(place + 1, min(len(ordered), place + 3)):
        item = ordered[at]
        level = item.latex == "\\int" and abs(item.base - run[-1].base) < 0.05 * item.size
        if not level or item.x0 - run[-1].x1 > _INTEGRALS_APART * item.size:
            break
        run.append(item)
        used.add(at)
    return run


def _dots(ordered: Sequence[Item], place: int, used: set[int]) -> list[Item]:
    run = [ordered[place]]
    for item in ordered[place + 1 : place + 3]:
        if item.latex != run[0].latex or not _follows(item, run[-1], 0.5):
            return run[:1]
        run.append(item)
    if len(run) == 3:
        used.update(range(place, place + 3))
    return run if len(run) == 3 else run[:1]


def _are_full_stops(dots: Sequence[Item], before: Sequence[Item]) -> bool:
    r"""Whether three full stops stand as close as those of ``...``, on a page whose commas have white behind them."""
    first = dots[0]
    if first.latex != "." or (dots[2].x0 - first.x0) / 2 > _TIGHT_DOTS * first.size:
        return False
    commas = [i for i in before if i.latex == "," and abs(i.base - first.base) < 0.05 * first.size]
    return not commas or first.x0 - commas[-1].advance > _BEHIND_COMMA * first.size


def _pair(ordered: Sequence[Item], place: int, used: set[int]) -> Item | None:
    item = ordered[place]
    if item.latex not in _FIRST_HALVES:
        return None
    for at in range(place + 1, min(len(ordered), place + _OVER_ARROW)):
        other = ordered[at]
        latex = _COMPOUND.get((item.latex, other.latex))
        if latex is None or at in used or not _are_halves(item, other):
            continue
        if item.latex == ":" and other.base - item.base < _RAISED_COLON * item.size:  # two signs
            continue
        used.update((place, at))
        return joined([item, other], latex, "rel")
    return None


def _are_halves(item: Item, other: Item) -> bool:
    """Whether two signs touch on one baseline."""
    if _follows(other, item, _INSIDE.get(item.latex, 0.02)):
        return True
    return abs(item.base - other.base) < 0.05 * item.size and item.x0 <= other.x0 < item.x1


def written(items: Sequence[Item]) -> str:
    """The items of one baseline as LaTeX."""
    parts: list[str] = []
    last: Item | None = None
    for item in _with_letters_of_text(sorted(items, key=lambda item: item.x0)):
        latex = item.latex
        if last is not None:
            gap = (item.x0 - max(last.x1, last.advance)) / max(item.size, last.size)
            if item.kind == "text" and _SPACE < gap < _UNIT and last.latex.isdigit() and latex.startswith("\\text{"):
                parts += ["\\,", latex.replace("text", "mathrm", 1)]
                last = item
                continue
            if item.kind == last.kind == "text" and gap < _QUAD and _TEXT.fullmatch(parts[-1]):
                parts[-1] = parts[-1][:-1] + " " + latex.removeprefix("\\text{")
                last = item
                continue
            if gap > 2 * _QUAD:
                parts.append("\\qquad")
            elif gap > _QUAD:
                parts.append("\\quad")
            elif gap > _SPACE and last.kind == "text" and _TEXT.fullmatch(parts[-1]):
                parts[-1] = parts[-1][:-1] + " }"
            elif gap > _SPACE and item.kind == "text" and latex.startswith("\\text{"):
                latex = latex.replace("{", "{ ", 1)
        parts.append(latex)
        last = item
    return _spaced(parts)


def _with_letters_of_text(items: Sequence[Item]) -> list[Item]:
    """The items of a baseline, with words of one letter between two others as words: ``is a limit``."""
    made = list(items)
    for place, (before, item, behind) in enumerate(zip(items, items[1:], items[2:], strict=False), start=1):
        single = _SINGLE.fullmatch(item.latex)
        if single and before.kind == behind.kind == "text" and behind.x0 - before.x1 < 2 * _QUAD * item.size:
            made[place] = replace(item, latex=f"\\text{{{single[1]}}}", kind="text")
    return made


def _spaced(parts: Sequence[str]) -> str:
    text = ""
    for part in parts:
        part = _NOT_IN_HTML.get(part, part)
        if (text and (_COMMAND.search(text) and part[0].isalnum())) or (
            text
            and not (text[-1].isdigit() and (part[0].isdigit() or part == "."))
            and not (text[-1] == "." and part[0].isdigit())
        ):
            text += " "
        text += part
    return text
