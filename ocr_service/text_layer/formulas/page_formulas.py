"""The formulas of a page: which of its glyphs are known, where formulas stand in it, and their LaTeX."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ocr_service.document import Gray
from ocr_service.text_layer.formulas.build import build
from ocr_service.text_layer.formulas.completeness import says_all
from ocr_service.text_layer.formulas.inline_runs import inline_runs
from ocr_service.text_layer.formulas.items import AXIS, Bar, Item, Unbuildable
from ocr_service.text_layer.formulas.known_glyphs import KnownGlyphs, Symbol
from ocr_service.text_layer.formulas.rows import has_columns, rows
from ocr_service.text_layer.formulas.zones import Display, display_zones, split_at_hosts
from ocr_service.text_layer.glyphs import Flags, Glyphs
from ocr_service.text_layer.layer_words import LayerLine, LayerWord, clean_text, word_text

FIRST_MARK = 0xF0000  # private characters that stand for inline formulas until a region is finished
_MOST = 2_000
_MOST_LINES = 600  # of a page with formulas; all are compared with all, and a page of two columns has 150
_LONGEST = 4_000  # characters of LaTeX
_STOPS = frozenset({".", ",", ";", ":", "!", "?", ")", ").", "),"})
_PARTS = frozenset({"piece", "brace"})
_SPECKS = 6  # pixels
_PLAIN = {
    **{sign: ("ord", sign) for sign in "0123456789/"},
    **{sign: ("open", sign) for sign in "(["},
    **{sign: ("close", sign) for sign in ")]!?"},
    **{sign: ("punct", sign) for sign in ",;."},
    **{sign: ("rel", sign) for sign in "=<>:"},
    **{"+": ("bin", "+"), "−": ("bin", "-"), "%": ("ord", "\\%"), "&": ("ord", "\\&"), "-": ("hyphen", "-")},
}
_NUMBER = re.compile(r"\(\s*([\w.′'*–-]{1,12})\s*\)")


@dataclass(frozen=True, slots=True)
class InlineFormula:
    """``text``: its characters as they stand on the page."""

    latex: str
    text: str


@dataclass(frozen=True, slots=True)
class DisplayFormula:
    """``box`` in pixels of the page; ``latex`` with its number as a tag; ``words``: its characters as words.

    Without ``latex`` it is one that has no certain reading, and only its picture can be shown.
    """

    latex: str
    box: tuple[float, float, float, float]
    words: tuple[LayerWord, ...]


@dataclass(frozen=True, slots=True)
class PageFormulas:
    """``lines``: the page's lines with inline formulas as one character each, FIRST_MARK and on, by their number.

    ``glyphs``: what is in a formula, and so is proven.
    """

    lines: list[LayerLine]
    inline: tuple[InlineFormula, ...] = ()
    displays: tuple[DisplayFormula, ...] = ()
    glyphs: Flags = field(default_factory=lambda: np.zeros(0, bool))


def find_formulas(
    glyphs: Glyphs,
    known: KnownGlyphs,
    lines: Sequence[LayerLine],
    bars: Sequence[Bar],
    trusted: Flags,
    unexplained: Gray,
) -> PageFormulas:
    """``trusted``: the glyphs whose text is proven, for words in formulas. ``unexplained``: ink of no glyph."""
    page = _Page(glyphs, known, trusted, unexplained)
    used = np.zeros(len(glyphs), bool)
    if not any(page.is_strong(i) for i in range(len(glyphs))):
        return PageFormulas(list(lines), (), (), used)
    level = [line for line in lines if line.angle == 0]
    if len(level) > _MOST_LINES:
        return PageFormulas(list(lines), (), (), used)
    displays: list[DisplayFormula] = []
    taken: set[int] = set()
    zones = display_zones(level, page, bars)
    refused: set[int] = set()
    for zone in zones:
        made = _display(zone, page)
        if not made and _is_built_up(zone, page):
            made = [DisplayFormula("", _around([line.box for line in zone.all_lines]), ())]
        if made:
            displays += made
            taken |= zone.glyphs
            used[[i for i in zone.glyphs if made[0].latex]] = True
        elif len(zone.lines) > 1:
            refused |= zone.glyphs
    rest = [line for line in lines if (taken | refused).isdisjoint(line.glyphs)]
    inline: list[InlineFormula] = []
    result = [line for line in lines if not refused.isdisjoint(line.glyphs)]
    hosts, attached = split_at_hosts([line for line in rest if line.angle == 0], page)
    result += [line for line in rest if line.angle]
    for line, fragments in zip(hosts, attached, strict=True):
        made_line, formulas, members = _with_inline(line, fragments, page, bars, len(inline))
        result.append(made_line)
        if formulas:
            inline += formulas
            used[members] = True
        if len(formulas) == 0 or not _covers(members, fragments):
            left = set(members)
            result += [f for f in fragments if not set(f.glyphs) <= left]
    return PageFormulas(result, tuple(inline), tuple(displays), used)


def mathematical_words(glyphs: Glyphs, known: KnownGlyphs, lines: Sequence[LayerLine]) -> frozenset[LayerWord]:
    """The words that have a sign of mathematics."""
    page = _Page(glyphs, known, np.zeros(len(glyphs), bool), np.zeros((0, 0), np.uint8))
    strong = np.array([page.is_strong(index) for index in range(len(glyphs))], bool)
    if not strong.any():
        return frozenset()
    return frozenset(word for line in lines for word in line.words if strong[list(word.glyphs)].any())


def _covers(members: Sequence[int], fragments: Sequence[LayerLine]) -> bool:
    left = set(members)
    return all(set(fragment.glyphs) <= left for fragment in fragments)


class _Page:
    """The page's glyphs as the builder takes them."""

    def __init__(self, glyphs: Glyphs, known: KnownGlyphs, trusted: Flags, unexplained: Gray) -> None:
        self.glyphs = glyphs
        self._unexplained = unexplained
        self.trusted = trusted
        lying = {i for i in range(len(glyphs.fonts)) if i in known.lying}
        fonts = glyphs.font.tolist()
        self.symbols = [None if font in lying else s for s, font in zip(known.symbols, fonts, strict=True)]

    def is_explained(self, box: tuple[float, float, float, float]) -> bool:
        """Whether all ink of text in a box is that of glyphs."""
        x0, y0, x1, y1 = (max(0, round(side)) for side in box)
        return int(np.count_nonzero(self._unexplained[y0:y1, x0:x1])) <= _SPECKS

    def has_no_other(self, box: tuple[float, float, float, float], members: set[int]) -> bool:
        """Whether all glyphs in a box are ``members``."""
        x, y = (self.glyphs.ink[:, 0] + self.glyphs.ink[:, 2]) / 2, (self.glyphs.ink[:, 1] + self.glyphs.ink[:, 3]) / 2
        inside = (box[0] < x) & (x < box[2]) & (box[1] < y) & (y < box[3])
        return members.issuperset(np.flatnonzero(inside).tolist())

    def symbol(self, index: int) -> Symbol | None:
        return self.symbols[index]

    def is_strong(self, index: int) -> bool:
        """Whether it is a sign of mathematics, and of nothing else."""
        symbol = self.symbols[index]
        if symbol is None:
            return False
        if symbol.encoding in ("OML", "AMSb", "FRAK", "RSFS") and symbol.kind == "ord" and symbol.latex != "/":
            return True
        return symbol.encoding == "OMX" or (
            symbol.encoding == "OMS" and symbol.kind in ("ord", "radical") and symbol.latex not in ("\\S", "\\P")
        )

    def is_word_letter(self, index: int) -> bool:
        """Whether it is a letter of prose."""
        symbol = self.symbols[index]
        if symbol is None:
            return chr(int(self.glyphs.codes[index])).isalpha()
        if symbol.encoding != "OT1" or symbol.kind == "accent":
            return False
        return symbol.kind == "text" or symbol.latex.isalpha() or symbol.latex.startswith("\\mathbf")

    def char(self, index: int) -> str:
        return chr(int(self.glyphs.codes[index]))

    def item(self, index: int) -> Item:
        """Raises Unbuildable for what is not known."""
        g, symbol = self.glyphs, self.symbols[index]
        x0, y0, x1, y1 = g.ink[index].tolist()
        size, base = float(g.size[index]), float(g.origin[index][1])
        advance = float(g.cell[index][2])
        if symbol is None:
            kind, latex = self._plain(index)
            return Item(latex, kind, x0, y0, x1, y1, base, size, advance)
        kind, latex = symbol.kind, symbol.latex
        if kind == "text":  # a ligature, whose letters come one by one in one place
            return Item(self.char(index), "letter", x0, y0, x1, y1, base, size, advance)
        if symbol.encoding == "OT1" and latex.isalpha():
            kind = "letter"
        if kind == "quote":
            raise Unbuildable
        if symbol.encoding != "OMX":
            return Item(latex, kind, x0, y0, x1, y1, base, size, advance)
        large = kind in ("open", "close", "fence")
        if kind in ("radical", "accent", "brace", "piece"):
            return Item(latex, kind, x0, y0, x1, y1, base, size, advance, large=large)
        return Item(latex, kind, x0, y0, x1, y1, (y0 + y1) / 2 + AXIS * size, size, advance, centred=True, large=large)

    def _plain(self, index: int) -> tuple[str, str]:
        sign = self.char(index)
        if not self.trusted[index]:
            raise Unbuildable
        plain = unicodedata.normalize("NFKC", sign)
        if plain.isalpha():
            return "letter", plain
        if plain in _PLAIN:
            return _PLAIN[plain]
        raise Unbuildable

    def items(self, indices: Sequence[int]) -> list[Item]:
        return [self.item(index) for index in indices]


def _display(zone: Display, page: _Page) -> list[DisplayFormula]:
    """The formulas of a zone, each line by itself where they have numbers of their own; none where one is uncertain."""
    if not page.is_explained(zone.box) or not page.has_no_other(zone.box, zone.glyphs):
        return []
    try:
        items = page.items([i for line in zone.lines for i in line.glyphs])
        found = rows(items, zone.bars)
        tags = _tags(zone, [line for line, _ in found])
        made = []
        for lines, tag in _groups(found, tags):
            latex = _aligned(lines)
            if not says_all(latex, (item.latex for line, _ in lines for item in line if item.kind not in _PARTS)):
                raise Unbuildable
            if tag:
                latex += f" \\tag{{{tag}}}"
            if len(latex) > _LONGEST:
                return []
            members = [item for line, _ in lines for item in line]
            made.append(DisplayFormula(latex, _box(members), ()))
    except Unbuildable:
        return []
    return _with_words(made, zone, page)


def _is_built_up(zone: Display, page: _Page) -> bool:
    """Whether its lines say nothing one by one: it has fractions, roots, or signs of several lines."""
    symbols = [page.symbol(i) for line in zone.lines for i in line.glyphs]
    large = any(s is not None and (s.encoding == "OMX" or s.kind == "radical") for s in symbols)
    return len(zone.lines) > 1 and (large or bool(zone.bars))


def _with_words(made: list[DisplayFormula], zone: Display, page: _Page) -> list[DisplayFormula]:
    words: list[list[LayerWord]] = [[] for _ in made]
    for line in sorted(zone.all_lines, key=lambda line: (line.box[1], line.box[0])):
        middle = (line.box[1] + line.box[3]) / 2
        nearest = min(range(len(made)), key=lambda n: abs((made[n].box[1] + made[n].box[3]) / 2 - middle))
        words[nearest] += [w for w in line.words if clean_text(w.text)]
    result = []
    for formula, mine in zip(made, words, strict=True):
        beside = [n.box for n in zone.numbers if formula.box[1] < (n.box[1] + n.box[3]) / 2 < formula.box[3]]
        result.append(replace(formula, words=tuple(mine), box=_around([formula.box, *beside])))
    return result


def _box(items: Sequence[Item]) -> tuple[float, float, float, float]:
    return _around([(i.x0, i.y0, i.x1, i.y1) for i in items])


def _tags(zone: Display, lines: Sequence[Sequence[Item]]) -> dict[int, str]:
    """The equations' numbers by the line that each stands beside."""
    tags: dict[int, str] = {}
    boxes = [_box(line) for line in lines]
    for number in zone.numbers:
        match = _NUMBER.fullmatch(number.text.replace(" ", ""))
        if match is None:
            raise Unbuildable
        middle = (number.box[1] + number.box[3]) / 2
        row = min(
            range(len(boxes)),
            key=lambda n: (
                max(0.0, boxes[n][1] - middle, middle - boxes[n][3])
                + 1e-3 * abs((boxes[n][1] + boxes[n][3]) / 2 - middle)
            ),
        )
        if row in tags:
            raise Unbuildable
        tags[row] = match[1]
    return tags


Rows = list[tuple[list[Item], list[Bar]]]


def _groups(found: Rows, tags: dict[int, str]) -> list[tuple[Rows, str]]:
    """The lines by equations, with their numbers.

    A line goes on with the one above it where it begins with an operator or a relation, or where relations of both
    stand at one place. Of several numbers, each ends its equation.
    """
    groups: list[tuple[Rows, str]] = []
    for place, row in enumerate(found):
        above = groups[-1] if groups else None
        ended = above is None or (len(tags) > 1 and place - 1 in tags)
        if above is None or ended or not _continues(above[0], row):
            groups.append(([row], tags.get(place, "")))
        else:
            groups[-1] = ([*above[0], row], above[1] or tags.get(place, ""))
    return groups


def _continues(lines: Rows, row: tuple[list[Item], list[Bar]]) -> bool:
    first = min(row[0], key=lambda item: item.x0)
    return first.kind in ("rel", "bin") or _alignment([items for items, _ in (*lines, row)]) is not None


def _aligned(lines: Rows) -> str:
    if len(lines) == 1:
        return build(*lines[0])
    if has_columns(lines):  # a table without rules
        raise Unbuildable
    at = _alignment([items for items, _ in lines])
    parts = []
    for items, bars in lines:
        parts.append(_halves(items, bars, at) if at is not None else build(items, bars))
    return "\\begin{aligned} " + " \\\\ ".join(parts) + " \\end{aligned}"


def _alignment(lines: Sequence[Sequence[Item]]) -> float | None:
    """The x at which a relation stands in each line."""
    for item in sorted((i for i in lines[0] if i.kind == "rel"), key=lambda i: i.x0):
        near = 0.25 * item.size
        if all(any(o.kind in ("rel", "bin") and abs(o.x0 - item.x0) < near for o in line) for line in lines[1:]):
            return item.x0 - near
    return None


def _halves(items: list[Item], bars: list[Bar], at: float) -> str:
    left, right = [i for i in items if i.x < at], [i for i in items if i.x >= at]
    before = [b for b in bars if (b.x0 + b.x1) / 2 < at]
    after = [b for b in bars if (b.x0 + b.x1) / 2 >= at]
    return f"{build(left, before) if left else ''} & {build(right, after) if right else ''}".strip()


def _with_inline(
    line: LayerLine, fragments: Sequence[LayerLine], page: _Page, bars: Sequence[Bar], first: int
) -> tuple[LayerLine, list[InlineFormula], list[int]]:
    """The line with its formulas as characters, the formulas, and the glyphs that are in them."""
    owner: dict[int, int] = {}
    formulas: list[InlineFormula] = []
    for run in inline_runs(line, fragments, page, bars):
        try:
            items = page.items(run.glyphs)
            latex = build(items, run.bars)
            if not says_all(latex, (item.latex for item in items if item.kind not in _PARTS)):
                raise Unbuildable
        except Unbuildable:
            continue
        if not page.is_explained(_box(page.items(run.glyphs))):
            continue
        if first + len(formulas) >= _MOST or len(latex) > _LONGEST or "$" in latex:
            continue
        number = first + len(formulas)
        formulas.append(InlineFormula(latex, run.text))
        owner.update(dict.fromkeys(run.glyphs, number))
    if not formulas:
        return line, [], []
    return replace(line, words=_with_marks(line, owner, page)), formulas, sorted(owner)


def _with_marks(line: LayerLine, owner: dict[int, int], page: _Page) -> tuple[LayerWord, ...]:
    """The words with each formula as one character; ``owner``: the formula of each glyph that is in one.

    A formula may begin inside of one word and end inside of another: these become one.
    """
    members: dict[int, list[int]] = {}
    for index, number in owner.items():
        members.setdefault(number, []).append(index)
    words: list[LayerWord] = []
    written: set[int] = set()
    for word in line.words:
        touched = {owner[i] for i in word.glyphs if i in owner}
        pieces = _pieces(word, owner, written, page)
        written |= touched
        glyphs = tuple(dict.fromkeys((*word.glyphs, *(i for number in sorted(touched) for i in members[number]))))
        begun = owner.get(word.glyphs[0]) if word.glyphs else None
        if begun is not None and words and begun in {owner.get(i) for i in words[-1].glyphs}:
            before = words[-1]
            both = tuple(dict.fromkeys((*before.glyphs, *glyphs)))
            words[-1] = replace(before, text=before.text + pieces, glyphs=both, box=_around([before.box, word.box]))
        elif touched:
            words.append(replace(word, text=pieces, glyphs=glyphs))
        else:
            words.append(word)
    base = next((word.base for word in line.words if word.base is not None), None)
    for number in sorted(set(members) - written):  # numerator and denominator were found apart from the line
        box = _around(page.glyphs.ink[members[number]].tolist())
        words.append(LayerWord(chr(FIRST_MARK + number), box, tuple(members[number]), line.size, base=base))
    return _with_punctuation(sorted((word for word in words if word.text), key=lambda word: word.box[0]))


def _with_punctuation(words: Sequence[LayerWord]) -> tuple[LayerWord, ...]:
    """Formulas with the stops behind them: slanted letters and fractions leave some white."""
    joined_: list[LayerWord] = []
    for word in words:
        before = joined_[-1] if joined_ else None
        if before is not None and ord(before.text[-1]) >= FIRST_MARK and word.text in _STOPS:
            both = (*before.glyphs, *word.glyphs)
            joined_[-1] = replace(
                before, text=before.text + word.text, glyphs=both, box=_around([before.box, word.box])
            )
        else:
            joined_.append(word)
    return tuple(joined_)


def _pieces(word: LayerWord, owner: dict[int, int], written: set[int], page: _Page) -> str:
    """The text of a word, with a mark where a formula begins."""
    text, plain, done = "", [], set(written)
    for index in word.glyphs:
        number = owner.get(index)
        if number is None:
            plain.append(index)
            continue
        text += word_text(page.glyphs, plain, word) if plain else ""
        plain = []
        if number not in done:
            text += chr(FIRST_MARK + number)
            done.add(number)
    if not any(index in owner for index in word.glyphs):
        return word.text
    return text + (word_text(page.glyphs, plain, word) if plain else "")


def _around(boxes: Sequence[Sequence[float]]) -> tuple[float, float, float, float]:
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)
