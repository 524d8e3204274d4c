"""Symbols side by side as LaTeX: functions by name, words, compound arrows, dots, spaces."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from ocr_service.text_layer.formulas.items import Item, joined

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
}
_DOTS = {".": "\\ldots", "\\cdot": "\\cdots"}
_NOT_IN_HTML = {"<": "\\lt", ">": "\\gt"}  # Markdown may take them for tags
_COMMAND = re.compile(r"\\[A-Za-z]+$")
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
            made.append(_named(run))
        elif item.latex == "\\int" and len(run) > 1:
            made.append(joined(run, f"\\{'i' * len(run)}nt", "op", built=False))
        elif len(run) == 3:
            made.append(joined(run, _DOTS[item.latex], "dots"))
        else:
            made.append(item)
    return made


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


def _pair(ordered: Sequence[Item], place: int, used: set[int]) -> Item | None:
    item = ordered[place]
    for at in range(place + 1, min(len(ordered), place + 3)):
        other = ordered[at]
        latex = _COMPOUND.get((item.latex, other.latex))
        if (latex and at not in used and _follows(other, item, 0.02 if item.latex != "\\mapstochar" else 0.1)) or (
            latex
            and at not in used
            and abs(item.base - other.base) < 0.05 * item.size
            and other.x0 - item.x0 >= 0
            and other.x0 < item.x1
        ):
            used.update((place, at))
            return joined([item, other], latex, "rel")
    return None


def written(items: Sequence[Item]) -> str:
    """The items of one baseline as LaTeX."""
    parts: list[str] = []
    last: Item | None = None
    for item in sorted(items, key=lambda item: item.x0):
        latex = item.latex
        if last is not None:
            gap = (item.x0 - max(last.x1, last.advance)) / max(item.size, last.size)
            if item.kind == "text" and _SPACE < gap < _UNIT and last.latex.isdigit() and latex.startswith("\\text{"):
                parts += ["\\,", latex.replace("text", "mathrm", 1)]
                last = item
                continue
            if item.kind == last.kind == "text" and gap < _QUAD and parts[-1].endswith("}"):
                parts[-1] = parts[-1][:-1] + " " + latex.removeprefix("\\text{")
                last = item
                continue
            if gap > 2 * _QUAD:
                parts.append("\\qquad")
            elif gap > _QUAD:
                parts.append("\\quad")
            elif gap > _SPACE and last.kind == "text" and parts[-1].endswith("}"):
                parts[-1] = parts[-1][:-1] + " }"
            elif gap > _SPACE and item.kind == "text" and latex.startswith("\\text{"):
                latex = latex.replace("{", "{ ", 1)
        parts.append(latex)
        last = item
    return _spaced(parts)


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
