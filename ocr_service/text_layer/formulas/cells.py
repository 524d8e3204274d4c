"""Built-up formulas in the cells of tables: each becomes one line with one character, as formulas in prose do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ocr_service.text_layer.formulas.build import build
from ocr_service.text_layer.formulas.completeness import says_all, signs_of
from ocr_service.text_layer.formulas.display import Display
from ocr_service.text_layer.formulas.inline_marks import FIRST_MARK, MOST, InlineFormula
from ocr_service.text_layer.formulas.items import LONGEST, Bar, Item, Unbuildable, box_of
from ocr_service.text_layer.formulas.page_symbols import PageSymbols
from ocr_service.text_layer.formulas.rows import rows
from ocr_service.text_layer.formulas.scripts import baseline
from ocr_service.text_layer.lines.words import LayerLine, LayerWord


@dataclass(slots=True)
class CellFormulas:
    """``lines`` in the place of those that have these ``glyphs``."""

    lines: list[LayerLine] = field(default_factory=list)
    formulas: list[InlineFormula] = field(default_factory=list)
    glyphs: set[int] = field(default_factory=set)


def cell_formulas(cells: Sequence[Display], page: PageSymbols) -> CellFormulas:
    found = CellFormulas()
    for cell in cells:
        made = _formulas_of(cell, page)
        if made and len(found.formulas) + len(made) <= MOST:
            for line, formula in made:
                mark = chr(FIRST_MARK + len(found.formulas))
                found.lines.append(replace(line, words=(replace(line.words[0], text=mark),)))
                found.formulas.append(formula)
            found.glyphs |= cell.glyphs
    return found


def _formulas_of(cell: Display, page: PageSymbols) -> list[tuple[LayerLine, InlineFormula]]:
    """Each row's formula, and a line of one word for it; none where one has no certain reading."""
    if not page.is_explained(cell.box) or not page.has_no_other(cell.box, cell.glyphs):
        return []
    try:
        found = rows(page.items([i for line in cell.lines for i in line.glyphs]), cell.bars)
        written = [_written(items, bars) for items, bars in found]
    except Unbuildable:
        return []
    members: list[list[LayerLine]] = [[] for _ in found]
    middles = [(box[1] + box[3]) / 2 for box in (box_of(items) for items, _ in found)]
    for line in cell.lines:
        middle = (line.box[1] + line.box[3]) / 2
        members[min(range(len(middles)), key=lambda n: abs(middles[n] - middle))].append(line)
    if not all(members):
        return []
    made = []
    for (items, _), latex, lines in zip(found, written, members, strict=True):
        base, size = baseline(items)
        glyphs = tuple(i for line in lines for i in line.glyphs)
        word = LayerWord("", box_of(items), glyphs, size, base=base)
        text = " ".join(line.text for line in sorted(lines, key=lambda line: line.box[1]))
        made.append((LayerLine((word,), 0, size), InlineFormula(latex, text)))
    return made


def _written(items: list[Item], bars: list[Bar]) -> str:
    latex = build(items, bars)
    if not says_all(latex, signs_of(items)) or len(latex) > LONGEST or "$" in latex:
        raise Unbuildable
    return latex
