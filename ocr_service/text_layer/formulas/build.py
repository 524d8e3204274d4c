r"""LaTeX from the places of symbols and rules: fractions, roots, scripts, limits, accents, delimiters, matrices.

The measures are those of TeX's fonts of mathematics (The TeXbook, appendix G), with room for what their users change.
What has no certain reading raises Unbuildable.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from ocr_service.text_layer.formulas.braces import Brace, level_braces, spanned_and_said
from ocr_service.text_layer.formulas.delimiters import in_its_size, with_delimited, with_small_binomials
from ocr_service.text_layer.formulas.items import SCRIPT, Bar, Item, Unbuildable, has_line, joined, spans
from ocr_service.text_layer.formulas.limits import in_one_run
from ocr_service.text_layer.formulas.rows import (
    has_roof,
    is_script,
    joined_pieces,
    over_and_under,
    rows,
)
from ocr_service.text_layer.formulas.scripts import (
    CENTRED,
    LEVEL,
    Node,
    attach,
    baseline,
    lie_on_one_another,
    take_limits,
)
from ocr_service.text_layer.formulas.words import joined_words, written
from ocr_service.text_layer.proof.known_glyphs import AXIS

_DEEPEST = 12
_WITH_SCRIPTS = ("\\ast", "*", "+", "-", "\\rightarrow", "=", "\\dagger", "\\sim")
_EQUAL = 0.05  # em
_TIGHT = 0.12  # em from a relation to its own script; the space behind it is 0.22 or more
_SKEW = 0.05  # em that an accent stands farther to the right than the middle of slanted letters
_NARROW, _SLACK = 0.65, 0.15  # em: the narrowest wide accents, and by how much one may be wider than what is under it
_LETTERS = (*"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "\\mathbb", "\\mathbf", "\\mathrm")  # of operators that are letters
_PRIMES = {"\\dprime": 2, "\\trprime": 3}  # signs of one glyph
_LABELLED = {
    "\\longrightarrow": "\\xrightarrow",
    "\\longleftarrow": "\\xleftarrow",
    "\\Longrightarrow": "\\xRightarrow",
    "\\Longleftarrow": "\\xLeftarrow",
}


def build(items: Sequence[Item], bars: Sequence[Bar], depth: int = 0) -> str:
    """The LaTeX of one line of mathematics. Raises Unbuildable."""
    return written(_parts(items, bars, depth))


def _parts(items: Sequence[Item], bars: Sequence[Bar], depth: int) -> list[Item]:
    """What stands on the line, with its scripts."""
    if not items or depth > _DEEPEST:
        raise Unbuildable
    return _line(list(items), list(bars), depth)


def _line(items: list[Item], bars: list[Bar], depth: int) -> list[Item]:
    items = joined_pieces(items, bars)
    items = _with_braces(items, bars, depth)
    build_part = partial(build, depth=depth + 1)
    items = with_small_binomials(items, build_part)
    items = with_delimited(items, bars, build_part)
    items = _with_bars(items, bars, depth)
    if bars:
        raise Unbuildable
    items = _with_accents([in_its_size(item) for item in items], depth)
    items = joined_words(items)
    return _with_scripts(items, depth)


def _with_braces(items: list[Item], bars: list[Bar], depth: int) -> list[Item]:
    """Braces over and under, with what they span and what they say."""
    for brace in level_braces(items):
        for bar in [bar for bar in bars if brace.fills(bar)]:
            bars.remove(bar)
        body, said = spanned_and_said(brace, items)
        if not body:
            raise Unbuildable
        made = _braced(brace, body, said, bars, depth)
        used = [*body, *brace.pieces, *said]
        items = [item for item in items if item not in used] + [made]
    return items


def _braced(brace: Brace, body: list[Item], said: list[Item], bars: list[Bar], depth: int) -> Item:
    name, script = ("overbrace", "^") if brace.over else ("underbrace", "_")
    latex = f"\\{name}{{{build(body, _take_bars(bars, body), depth + 1)}}}"
    if said:
        latex += f"{script}{{{build(said, _take_bars(bars, said), depth + 1)}}}"
    largest = max(body, key=lambda item: item.size)
    return joined([largest, *body, *brace.pieces, *said], latex, "ord")


def _take_bars(bars: list[Bar], items: Sequence[Item], under: Bar | None = None, over: Bar | None = None) -> list[Bar]:
    """The rules in the place of items, taken out of ``bars``: those under one rule, or over another."""
    x0, x1 = min(i.x0 for i in items), max(i.x1 for i in items)
    y0, y1, size = min(i.y0 for i in items), max(i.y1 for i in items), max(i.size for i in items)
    slack = 0.35 * size
    first, last = y0 - slack if under is None else under.y, y1 + slack if over is None else over.y
    found = [b for b in bars if x0 - slack <= b.x0 and b.x1 <= x1 + slack and first <= b.y <= last]
    found = [b for b in found if y0 - slack <= b.y <= y1 + slack]
    for bar in found:
        bars.remove(bar)
    return found


def _with_bars(items: list[Item], bars: list[Bar], depth: int) -> list[Item]:
    """Fractions, roots, and rules over and under, the widest first; of equal ones a fraction's."""
    if not bars:
        return items
    size = max(item.size for item in items)
    parting = {id(bar) for bar in bars if all(over_and_under(bar, items, bars, size))}
    while bars:
        widest = max(bar.width for bar in bars) - _EQUAL * size
        bar = max(bars, key=lambda bar: (bar.width > widest, id(bar) in parting, bar.width))
        bars.remove(bar)
        size = max(item.size for item in items)
        sign = next((item for item in items if item.kind == "radical" and has_roof(item, bar)), None)
        made, used = _root(sign, bar, items, bars, depth) if sign else _fraction(bar, items, bars, size, depth)
        items = [item for item in items if item not in used] + [made]
    return items


def _root(sign: Item, bar: Bar, items: list[Item], bars: list[Bar], depth: int) -> tuple[Item, list[Item]]:
    slack = 0.1 * sign.size
    under = [i for i in spans(bar, items, slack) if i is not sign and i.x0 < bar.x1]
    inner = [i for i in under if bar.y < i.y < sign.y1 + slack]
    index = [item for item in items if _is_degree(item, sign)]
    if not inner:
        raise Unbuildable
    rules = _take_bars(bars, inner, under=bar)
    degree = f"[{build(index, [], depth + 1)}]" if index else ""
    parts = _parts(inner, rules, depth + 1)
    latex = f"\\sqrt{degree}{{{written(parts)}}}"
    base, size = baseline(parts)
    made = joined([sign, *inner, *index], latex, base=base, x1=bar.x1, advance=bar.x1, size=size)
    centred = all(part.centred for part in parts)
    return replace(made, centred=centred, large=False), [sign, *inner, *index]


def _is_degree(item: Item, sign: Item) -> bool:
    """Whether it stands in the angle of a root's sign."""
    wide, high = sign.x1 - sign.x0, sign.y1 - sign.y0
    across = sign.x0 - 0.6 * sign.size < item.x0 and item.x < sign.x0 + 0.6 * wide and item.x1 < sign.x1
    over = item.x1 > sign.x0 + 0.1 * sign.size  # the superscript of a letter before the root ends there
    down = sign.y0 - 0.35 * sign.size < item.y0 and item.y1 < sign.y1 - 0.35 * high
    return item.size < 0.8 * sign.size and across and over and down


def _fraction(bar: Bar, items: list[Item], bars: list[Bar], size: float, depth: int) -> tuple[Item, list[Item]]:
    above, below = over_and_under(bar, items, bars, size)
    if above and below:
        own = max(i.size for i in (*above, *below))
        over, under = _take_bars(bars, above, over=bar), _take_bars(bars, below, under=bar)
        continued = _is_continued(above, over, own) or _is_continued(below, under, own)
        name = "\\cfrac" if continued else "\\frac"
        top, bottom = build(above, over, depth + 1), build(below, under, depth + 1)
        if continued:
            top, bottom = top.replace("\\frac", "\\cfrac"), bottom.replace("\\frac", "\\cfrac")
        made = joined([*above, *below], f"{name}{{{top}}}{{{bottom}}}", "fraction", size=own, base=bar.y + AXIS * own)
        made = replace(
            made, x0=min(made.x0, bar.x0), x1=max(made.x1, bar.x1), advance=bar.x1, centred=True, large=False
        )
        return made, [*above, *below]
    if not below and not above:
        raise Unbuildable
    # A low letter beside a high sign is under the rule, too, though far from it.
    body = [item for item in spans(bar, items, 0.02 * size) if (item.y > bar.y) == bool(below)]
    rules = _take_bars(bars, body, under=bar) if below else _take_bars(bars, body, over=bar)
    latex = build(body, rules, depth + 1)
    main = max(body, key=lambda item: item.size)
    name = "overline" if below else "underline"
    made = joined([main, *body], f"\\{name}{{{latex}}}")
    return replace(made, y0=min(made.y0, bar.y0), y1=max(made.y1, bar.y1), large=False), body


def _is_continued(half: Sequence[Item], bars: Sequence[Bar], size: float) -> bool:
    """Whether a fraction in another's half has its size, as those of continued fractions have."""
    for bar in bars:
        above, below = over_and_under(bar, half, bars, size)
        if above and below and any(i.size > SCRIPT * size and has_line(i) for i in (*above, *below)):
            return True
    return False


def _with_accents(items: list[Item], depth: int) -> list[Item]:
    """Accents on their letters, and slashes through relations."""
    for mark in [item for item in items if item.kind in ("accent", "not")]:
        rest = [item for item in items if item is not mark]
        items = _negated(mark, rest) if mark.kind == "not" else _accented(mark, rest, depth)
    return items


def _negated(slash: Item, items: Sequence[Item]) -> list[Item]:
    """The items with the sign that a slash crosses out as its negation."""
    crossed = min((i for i in items if i.kind in ("rel", "ord")), key=lambda i: abs(i.x - slash.x), default=None)
    if crossed is None or abs(crossed.x - slash.x) > 0.3 * slash.size:
        raise Unbuildable
    latex = {"=": "\\neq", "\\in": "\\notin"}.get(crossed.latex, f"\\not{crossed.latex}")
    return [item for item in items if item is not crossed] + [joined([crossed, slash], latex, "rel")]


def _accented(mark: Item, items: Sequence[Item], depth: int) -> list[Item]:
    """The items with an accent and what is under it as one."""
    wide = mark.latex.startswith("\\wide")
    is_covered = _has_under if wide else _is_under
    below = [item for item in items if _is_close_under(mark, item) and is_covered(mark, item)]
    if not below:
        raise Unbuildable
    if wide:
        below = _without_script_beside(mark, below)
        wide_enough = max(i.x1 for i in below) - min(i.x0 for i in below) + _SLACK * mark.size
        if mark.x1 - mark.x0 > max(_NARROW * mark.size, wide_enough):
            raise Unbuildable
        body = build(below, [], depth + 1)
    else:
        below = [min(below, key=lambda item: (item.y0 - mark.y1 > 0.3 * mark.size, abs(item.x - mark.x)))]
        body = below[0].latex
    main = max(below, key=lambda item: item.size)
    advance = max(item.advance for item in below)
    made = joined([main, *below, mark], f"{mark.latex}{{{body}}}", advance=advance)
    return [item for item in items if item not in below] + [made]


def _without_script_beside(mark: Item, below: list[Item]) -> list[Item]:
    """What is under a wide accent, without a script behind it that the accent is not in the middle of."""
    largest = max(item.size for item in below)
    letters = [item for item in below if not is_script(item, largest)]
    left, right = min(item.x0 for item in letters), max(item.x1 for item in letters)
    inner = [item for item in below if item in letters or item.x < right]
    end = max(item.x1 for item in below)
    return inner if mark.x - _SKEW * mark.size < (left + (right + end) / 2) / 2 else below


def _is_close_under(mark: Item, item: Item) -> bool:
    return -0.12 * mark.size < item.y0 - mark.y1 < 0.45 * mark.size


def _has_under(mark: Item, item: Item) -> bool:
    """Whether the middle of an item is under a wide accent."""
    return mark.x0 - 0.1 * mark.size < item.x < mark.x1 + 0.1 * mark.size


def _is_under(mark: Item, item: Item) -> bool:
    shared = min(mark.x1, item.x1) - max(mark.x0, item.x0)
    if abs(item.size - mark.size) > 0.15 * mark.size:
        return False
    return item.kind in ("ord", "letter", "bin", "rel") and shared > 0.4 * min(mark.x1 - mark.x0, item.x1 - item.x0)


def _with_scripts(items: list[Item], depth: int) -> list[Item]:
    """The items of the baseline with their superscripts, subscripts and limits, from left to right."""
    base, size = baseline(items)
    level: list[Item] = []
    scripts: list[Item] = []
    for item in sorted(items, key=lambda item: item.x0):
        on_line = abs(item.base - base) < (CENTRED if item.centred else LEVEL) * size
        small = is_script(item, size) and not (item.kind in ("fraction", "delimited") and on_line)
        (level if on_line and not small else scripts).append(item)
    if not level:
        raise Unbuildable
    if any(lie_on_one_another(a, b) for a, b in itertools.pairwise(level)):
        raise Unbuildable
    nodes = [Node(item) for item in level]
    for node in nodes:
        if node.item.kind in ("op", "func"):
            scripts = take_limits(node, nodes, scripts, size)
    for node in nodes:
        if node.item.kind in ("rel", "text", "function"):
            scripts = _take_stacked(node, scripts, size, depth)
    attach(nodes, scripts, base, size)
    return _with_limits_beside([_with_script(node, depth) for node in nodes])


def _with_limits_beside(items: list[Item]) -> list[Item]:
    """Operators from where their limits begin, which have no white before them."""
    made: list[Item] = []
    for item in items:
        begin = min(item.x0, max(item.begin, made[-1].x1)) if item.begin is not None and made else item.x0
        made.append(replace(item, x0=begin))
    return made


def _take_stacked(node: Node, scripts: list[Item], size: float, depth: int) -> list[Item]:
    """A relation or a word with what stands right over or under it; the scripts that are left."""
    item = node.item
    for name, up in (("overset", True), ("underset", False)):
        side = [s for s in scripts if (s.y1 < item.y0 + 0.05 * size if up else s.y0 > item.y1 - 0.05 * size)]
        core = [s for s in side if item.x0 < s.x < item.x1]
        if not core:
            continue
        stacked = in_one_run(core, side, size)
        middle = (min(s.x0 for s in stacked) + max(s.x1 for s in stacked)) / 2
        if abs(middle - item.x) > 0.25 * size:
            continue
        latex = _stacked(name, build(stacked, [], depth + 1), node.item.latex)
        latex = {"\\overset{\\sim}{=}": "\\cong", "\\overset{.}{=}": "\\doteq"}.get(latex, latex)
        node.item = replace(joined([node.item, *stacked], latex, node.item.kind), x0=item.x0)
        scripts = [s for s in scripts if s not in stacked]
    return scripts


def _stacked(name: str, said: str, core: str) -> str:
    """What stands over or under a sign; of long arrows as their label, which comes over them first."""
    arrow, _, label = core.partition("{")
    if name == "overset" and core in _LABELLED:
        return f"{_LABELLED[core]}{{{said}}}"
    if name == "underset" and core in _LABELLED:
        return f"{_LABELLED[core]}[{said}]{{}}"
    if name == "underset" and arrow in _LABELLED.values():
        return f"{arrow}[{said}]{{{label}"
    return f"\\{name}{{{said}}}{{{core}}}"


def _script(items: list[Item], depth: int) -> str:
    """What stands over or under an operator, in lines."""
    lines = rows(items, [])
    if len(lines) == 1:
        return build(items, [], depth + 1)
    return "\\substack{" + " \\\\ ".join(build(line, bars, depth + 1) for line, bars in lines) + "}"


def _first_scripts(node: Node) -> list[Item]:
    """The scripts above or below, behind all of which the others begin, as in tensors; none where they overlap."""
    for first, second in ((node.above, node.below), (node.below, node.above)):
        if min(i.x0 for i in second) > max(i.x1 for i in first) and not any(i.kind == "prime" for i in first):
            return first
    return []


def _staggered(node: Node, first: list[Item], depth: int) -> Item:
    sides = [("^", node.above), ("_", node.below)]
    (before, inner), (behind, outer) = sides if first is node.above else reversed(sides)
    latex = f"{{{node.item.latex}{before}{{{_script(inner, depth)}}}}}{behind}{{{_script(outer, depth)}}}"
    return replace(joined([node.item, *inner, *outer], latex, node.item.kind), x0=node.item.x0)


def _with_limits_of_letter(node: Node, depth: int) -> Item:
    """A letter with what stands right under it, and over it where anything does."""
    latex = f"\\underset{{{_script(node.below, depth)}}}{{{node.item.latex}}}"
    if node.above:
        latex = f"\\overset{{{_script(node.above, depth)}}}{{{latex}}}"
    parts = [node.item, *node.below, *node.above]
    begin = min(part.x0 for part in parts)
    return replace(joined(parts, latex, "op"), x0=node.item.x0, begin=begin)


def _is_tight(node: Node) -> bool:
    """Whether a sign's scripts touch it: those before the next sign stand behind the space that the sign has."""
    first = min(item.x0 for item in (*node.above, *node.below))
    return first - max(node.item.x1, node.item.advance) < _TIGHT * node.item.size


def _with_script(node: Node, depth: int) -> Item:
    latex = node.item.latex
    if not node.above and not node.below:
        return node.item
    loose = node.item.latex not in _WITH_SCRIPTS and not (node.item.kind in ("bin", "rel") and _is_tight(node))
    if node.item.kind in ("bin", "rel", "punct", "open") and loose:
        raise Unbuildable(f"scripts at {node.item.latex}")
    if node.item.kind == "bin" and node.above and node.below:
        raise Unbuildable(f"scripts over and under {node.item.latex}")
    if node.above and node.below and node.item.kind == "ord" and (first := _first_scripts(node)):
        return _staggered(node, first, depth)
    if node.below and node.item.kind == "op" and node.item.latex.startswith(_LETTERS):
        return _with_limits_of_letter(node, depth)
    if node.below:
        latex += f"_{{{_script(node.below, depth)}}}"
    primes = "'" * sum(_PRIMES.get(item.latex, 1) for item in node.above if item.kind == "prime")
    other = [item for item in node.above if item.kind != "prime"]
    if primes and not other:
        latex = node.item.latex + primes + latex[len(node.item.latex) :]
    elif primes:
        raised = primes + f"^{{{build(other, [], depth + 1)}}}"
        latex = node.item.latex + raised + latex[len(node.item.latex) :]
    elif other:
        latex += f"^{{{build(other, [], depth + 1)}}}"
    parts = [node.item, *node.above, *node.below]
    begin = min(part.x0 for part in parts) if node.item.kind in ("op", "func") else None
    return replace(joined(parts, latex, node.item.kind), x0=node.item.x0, begin=begin)
