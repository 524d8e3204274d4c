"""The regions of a page from its proven lines, and from those that OCR read where nothing was proven.

Paragraphs, headings, lists and tables are found as in a page that Tesseract has read, from exact boxes and type sizes.
"""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape

import cv2
import numpy as np
import numpy.typing as npt

from ocr_service.document import (
    FIGURE_LABELS,
    TITLE_LABELS,
    Box,
    Gray,
    PlacedWord,
    Region,
    RegionResult,
    Source,
    words_confidence,
)
from ocr_service.export.markdown import escape_inline, escape_text
from ocr_service.export.running_headers import MARKED_EDGE, is_page_number
from ocr_service.geometry.boxes import contains_centre
from ocr_service.geometry.deskew import Skew
from ocr_service.tesseract.blocks.compose import Insert, compose
from ocr_service.tesseract.blocks.paragraphs import group_paragraphs
from ocr_service.tesseract.blocks.title_block import author_lines
from ocr_service.tesseract.court_paper import numbers_in_margin
from ocr_service.tesseract.lines.page_columns import page_gutters, split_at_gutters
from ocr_service.tesseract.prepare.filled_areas import filled_areas, on_white
from ocr_service.tesseract.prepare.ruling_lines import RulingLines, binarise, find_ruling_lines
from ocr_service.tesseract.sheet import Sheet
from ocr_service.tesseract.tables.detection import FoundTable, drawn_tables, find_tables
from ocr_service.tesseract.tables.grids import find_grids
from ocr_service.tesseract.tables.page_parts import Part, all_parts
from ocr_service.tesseract.tables.prose_lines import prose_lines
from ocr_service.tesseract.words import Line, Word, make_line, placed_words
from ocr_service.text_layer.formulas.in_regions import with_formulas
from ocr_service.text_layer.legible_rest import legible_rest, unread_picture, written_areas
from ocr_service.text_layer.lines.words import LayerLine, LayerWord, pixel_box
from ocr_service.text_layer.page.outline import level_in_outline
from ocr_service.text_layer.page_layer import PageLayer
from ocr_service.text_layer.regions.panels import find_panels
from ocr_service.text_layer.regions.proven_words import with_proven_words
from ocr_service.text_layer.regions.right_to_left import directed
from ocr_service.text_layer.regions.sideways_tables import sideways_tables
from ocr_service.text_layer.remainder import gray_of, is_blank

_FINE_DPI = 150
_PUNCTUATION = ".,;:!?"
_REGULAR, _BOLD = 1.0, 1.3  # stroke widths, as far as headings ask for them
_MOST_TITLED = 600  # lines of a page that may have a title with authors under it
_ALL_BOLD = 0.85  # of a bold line's signs; a paragraph may begin with a few bold words
_MOSTLY_BOLD, _LARGE = 0.5, 1.15  # the same of a heading's; its type to that of the text
_OPEN, _NEXT, _CLOSE = "\ufdd0", "\ufdd1", "\ufdd2"  # noncharacters: a link's beginning, its number's end, its end
_LINK = re.compile(f"{_OPEN}(\\d+){_NEXT}(.*?){_CLOSE}", re.S)


def compose_layer(
    layer: PageLayer, others: Sequence[Line], hints: Sequence[Region], read_apart: Sequence[Insert] = ()
) -> list[RegionResult]:
    """Regions in reading order. ``others``: lines read by OCR, ``read_apart``: its regions; ``hints``: the layout
    model's regions, where asked."""
    page = directed(layer)
    if page is None:
        return _composed(layer, others, hints, read_apart)
    found = _composed(page.layer(layer), page.others(others), page.hints(hints), page.inserts(read_apart))
    return [page.result(region) for region in found]


def _composed(
    layer: PageLayer, others: Sequence[Line], hints: Sequence[Region], read_apart: Sequence[Insert]
) -> list[RegionResult]:
    urls: list[str] = []
    level = [line for line in layer.lines if line.angle == 0]
    sheet = _sheet(layer, drawn=any(hint.label in FIGURE_LABELS for hint in hints))
    numbers = _outside_grids([line for line in level if layer.numbers.issuperset(line.words)], sheet)
    level = [line for line in level if line not in numbers] if numbers else level
    margins = [line for line in level if _is_marginal(layer, line)]
    body = statistics.median([line.size for line in level]) if level else 0.0
    lines = [make_page_line(layer, line, urls, body=body) for line in level if line not in margins]
    read = with_proven_words(_weighed_as_type(others), [make_page_line(layer, part, urls) for part in layer.parts])
    others, left_out = legible_rest(read, layer.unproven)
    panels = find_panels(layer.ground, layer.picture.dpi, lines)
    tables: list[FoundTable] = []
    rest: list[Line] = []
    first = layer.picture.number == 1
    parts, frames = all_parts(Part(lines, list(others), list(hints), sheet), panels)
    for part in parts:
        gutters = page_gutters(part.lines, prose_lines(part.lines), drawn_tables(part.hints, part.sheet))
        within = split_at_gutters([*part.lines, *part.others], gutters)
        rules = [*part.sheet.ruling_lines.horizontal, *part.sheet.ruling_lines.vertical]
        authors = author_lines(within, sheet.size, rules) if first and len(within) < _MOST_TITLED else set()
        found, left = find_tables([line for line in within if line not in authors], part.hints, part.sheet)
        tables += found
        rest += [*left, *authors]
    inserts = [*_margins(layer, [make_page_line(layer, line, urls) for line in margins]), *_displays(layer)]
    inserts += _line_numbers(layer, [make_page_line(layer, line, urls) for line in numbers])
    inserts += read_apart
    lost = written_areas(left_out, layer.remainder, layer.ground, layer.picture.dpi)
    inserts += [unread_picture(box) for box in lost]
    turned, loose = _sideways(layer, sheet, urls)
    inserts += turned
    results = compose(
        rest, tables, hints, sheet, first_page=layer.picture.number == 1, inserts=inserts, panels=frames
    ).regions
    results += _other_directions(layer, loose, urls)
    results = _in_order(results, layer.picture.dpi)
    return [
        replace(
            _finished(with_formulas(region, layer.inline), layer.outline, urls),
            source=_source(region, others),
            order=order,
        )
        for order, region in enumerate(results)
    ]


def _outside_grids(numbers: Sequence[LayerLine], sheet: Sheet) -> list[LayerLine]:
    """The numbers of a page's lines; those between ruling lines count the rows of a table."""
    grids = find_grids(sheet.ruling_lines, sheet.dpi) if numbers else []
    boxes = [pixel_box(line.box, *sheet.size) for line in numbers]
    return [
        line
        for line, box in zip(numbers, boxes, strict=True)
        if not any(contains_centre(grid.box, box) for grid in grids)
    ]


def _is_marginal(layer: PageLayer, line: LayerLine) -> bool:
    """Whether the file marks the line as an artifact of paging, where running heads and feet stand."""
    _, top, _, bottom = line.box
    edge = MARKED_EDGE * layer.picture.height
    return layer.artifacts.issuperset(line.words) and (bottom < edge or top > layer.picture.height - edge)


def _margins(layer: PageLayer, lines: Sequence[Line]) -> list[Insert]:
    inserts = []
    for paragraph in group_paragraphs(lines):
        words = placed_words(word for line in paragraph.lines for word in line.words)
        middle = (paragraph.box[1] + paragraph.box[3]) / 2
        side = "header" if middle < layer.picture.height / 2 else "footer"
        region = RegionResult(
            "number" if is_page_number(paragraph.text) else side,
            paragraph.box,
            0,
            None,
            content=paragraph.text,
            confidence=words_confidence(words),
            words=words,
            artifact=True,
        )
        inserts.append(Insert(paragraph.box, (region,)))
    return inserts


def _line_numbers(layer: PageLayer, lines: Sequence[Line]) -> list[Insert]:
    """The numbers that count the page's lines, those of each margin one region."""
    middle = layer.picture.width / 2
    sides = [line for line in lines if line.box[0] < middle], [line for line in lines if line.box[0] >= middle]
    return [numbers_in_margin([word for line in side for word in line.words]) for side in sides if side]


def _displays(layer: PageLayer) -> list[Insert]:
    """The formulas that stand by themselves, each a region; those that could not be built as pictures."""
    width, height = layer.picture.width, layer.picture.height
    inserts = []
    for formula in layer.displays:
        box = pixel_box(formula.box, width, height)
        if not formula.latex:
            inserts.append(unread_picture(box))
            continue
        words = tuple(
            PlacedWord(word.text, pixel_box(word.box, width, height), 1.0, in_pdf=True) for word in formula.words
        )
        region = RegionResult(
            "display_formula", box, 0, None, format="latex", content=formula.latex, confidence=1.0, words=words
        )
        inserts.append(Insert(box, (region,)))
    return inserts


def make_page_line(
    layer: PageLayer, line: LayerLine, urls: list[str], *, linked: bool = True, body: float = math.inf
) -> Line:
    """A line in the words of ``tesseract``; links are marked in its text, their addresses added to ``urls``.

    ``body``: the type size of the page's text, in pixels; a line of a larger one is a heading, which is bold where most
    of it is: a name in it may be set otherwise.
    """
    width, height = layer.picture.width, layer.picture.height
    texts = _with_links(line.words, layer.urls if linked else {}, urls)
    words = [
        Word(
            text,
            pixel_box(word.box, width, height),
            100 * word.strength,
            max(word.size, 1.0),
            word.base,
            slanted=word in layer.slanted,
            bold=word in layer.bold,
            follows=word.follows,
        )
        for word, text in zip(line.words, texts, strict=True)
    ]
    letters = sum(len(word.text) for word in line.words)
    bold = sum(len(word.text) for word in line.words if word in layer.bold)
    enough = _MOSTLY_BOLD if line.size > _LARGE * body else _ALL_BOLD
    weight = _BOLD if bold > enough * letters else _REGULAR
    made = make_line(words, weight * line.size / 12)
    return replace(made, em=line.size)


def _weighed_as_type(read: Sequence[Line]) -> list[Line]:
    """Lines that OCR read with the weights that the layer's lines have: their usual stroke is a regular one."""
    strokes = [line.weight / line.em for line in read if line.weight > 0 and line.em > 0]
    if not strokes:
        return list(read)
    usual = statistics.median(strokes)
    return [replace(line, weight=_REGULAR * line.weight / usual / 12) for line in read]


def _with_links(words: Sequence[LayerWord], by_word: Mapping[LayerWord, str], urls: list[str]) -> list[str]:
    texts = []
    for place, word in enumerate(words):
        text, url = word.text, by_word.get(word)
        if url:
            if not place or by_word.get(words[place - 1]) != url:
                urls.append(url)
                text = f"{_OPEN}{len(urls) - 1}{_NEXT}{text}"
            if place + 1 == len(words) or by_word.get(words[place + 1]) != url:
                text = _closed(text, url)
        texts.append(text)
    return texts


def _closed(text: str, url: str) -> str:
    """A link's last word with its end marked, before the sentence's punctuation if the address has none."""
    end = len(text) if url.endswith(text[-1]) else len(text.rstrip(_PUNCTUATION)) or len(text)
    return text[:end] + _CLOSE + text[end:]


def _sheet(layer: PageLayer, *, drawn: bool) -> Sheet:
    """The page without its text, for its ruling lines and header bars, and with ``drawn`` what is drawn as its ink."""
    height, width = layer.picture.height, layer.picture.width
    gray = gray_of(layer.ground)
    still = np.array([[1.0, 0, 0], [0, 1, 0]])
    skew, dpi = Skew(0.0, still, still, (width, height)), layer.picture.dpi
    none = np.zeros_like(gray)
    if is_blank(gray):
        return Sheet(gray, none, RulingLines((), (), none), dpi, skew)
    filled = filled_areas(gray, dpi)
    rules = _ruling_lines(on_white(gray, filled), dpi)
    return Sheet(gray, binarise(gray) if drawn else none, rules, dpi, skew, tuple(area.box for area in filled))


def _ruling_lines(gray: Gray, dpi: int) -> RulingLines:
    """Ruling lines, searched only in the part of the page that has ink."""
    paper = int(np.bincount(gray[::16, ::16].ravel(), minlength=256).argmax())
    rows, columns = _drawn_places(gray, paper)
    if not len(rows):  # all that is drawn are filled areas
        return RulingLines((), (), np.zeros_like(gray))
    margin = dpi // 8  # white around, as it is looked for beside a rule
    top, left = max(0, int(rows[0]) - margin), max(0, int(columns[0]) - margin)
    part = gray[top : int(rows[-1]) + 1 + margin, left : int(columns[-1]) + 1 + margin]
    # Every second pixel, the darkest of four: a fourth of the work, and no line gets fainter.
    step = 2 if dpi >= _FINE_DPI else 1
    small = cv2.erode(part, np.ones((step, step), np.uint8)).astype(np.uint8)[::step, ::step]
    found = find_ruling_lines(binarise(np.ascontiguousarray(small)), dpi // step)

    def moved(boxes: Sequence[Box]) -> tuple[Box, ...]:
        return tuple((step * x0 + left, step * y0 + top, step * x1 + left, step * y1 + top) for x0, y0, x1, y1 in boxes)

    return RulingLines(moved(found.horizontal), moved(found.vertical), np.zeros_like(gray))


def _drawn_places(gray: Gray, paper: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The rows, and the columns, in which something is not of the level of the ``paper``."""
    drawn = cv2.absdiff(gray, np.full_like(gray, paper)) > 8
    return np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))


def _sideways(layer: PageLayer, sheet: Sheet, urls: list[str]) -> tuple[list[Insert], list[LayerLine]]:
    """The tables that stand sideways, and the lines of other directions that are in none."""
    inserts: list[Insert] = []
    loose = [line for line in layer.lines if line.angle not in (0, 90, 270)]
    for angle in (90, 270):
        lines = [line for line in layer.lines if line.angle == angle]
        found = sideways_tables([make_page_line(layer, line, urls) for line in lines], angle, sheet)
        inserts += found.inserts
        loose += [lines[i] for i in found.rest]
    return inserts, loose


def _other_directions(layer: PageLayer, lines: Sequence[LayerLine], urls: list[str]) -> list[RegionResult]:
    """Text that stands sideways or slanted on the page: what is in the margin, and watermarks."""
    groups: dict[int, list[LayerLine]] = {}
    for line in lines:
        groups.setdefault(line.angle, []).append(line)
    results = []
    width, height = layer.picture.width, layer.picture.height
    for angle, lines in groups.items():
        # Their first line is the one on the side that their letters' heads point to.
        sign, side = {90: (-1, 0), 270: (1, 0), 180: (-1, 1)}.get(angle, (1, 1))
        ordered = sorted(lines, key=lambda line: sign * line.box[side])
        text = " ".join(" ".join(_with_links(line.words, layer.urls, urls)) for line in ordered)
        box = pixel_box(enclosing_floats([line.box for line in ordered]), width, height)
        words = tuple(
            PlacedWord(word.text, pixel_box(word.box, width, height), round(word.strength, 2), in_pdf=bool(word.glyphs))
            for line in ordered
            for word in line.words
        )
        confidence = words_confidence(words)
        results.append(RegionResult("aside_text", box, 0, None, content=text, confidence=confidence, words=words))
    return results


def enclosing_floats(boxes: Sequence[tuple[float, float, float, float]]) -> tuple[float, float, float, float]:
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)


def _in_order(results: Sequence[RegionResult], dpi: int) -> list[RegionResult]:
    if not any(region.label == "aside_text" for region in results):
        return list(results)
    text = [region for region in results if region.label != "aside_text"]
    return [*text, *(region for region in results if region.label == "aside_text")]


def _finished(region: RegionResult, outline: Mapping[str, int], urls: Sequence[str]) -> RegionResult:
    """With its links as Markdown, and its level as the outline has it."""
    if urls:
        region = replace(region, words=tuple(_without_marks(word) for word in region.words))
    plain = _LINK.sub(r"\2", region.content)
    if region.label in TITLE_LABELS | {"text"} and region.format == "text" and len(plain) < 300:
        level = level_in_outline(plain, outline)
        if level is not None:
            label = "doc_title" if level == 1 else "paragraph_title"
            region = replace(region, label=label, level=level, outline_level=level)
    if _OPEN not in region.content:
        return region
    if region.format == "html":
        return replace(
            region, content=_LINK.sub(lambda m: f'<a href="{escape(urls[int(m[1])])}">{m[2]}</a>', region.content)
        )
    content = region.content
    if region.format == "text":
        content = escape_inline(content) if region.label in TITLE_LABELS else escape_text(content)
        region = replace(region, format="markdown")
    content = _LINK.sub(lambda m: f"[{m[2]}]({urls[int(m[1])]})", content)
    content = re.sub(r"(?<!\\)\]\((\S+)\) \[([^\]]*)\]\(\1\)", r" \2](\1)", content)
    return replace(region, content=re.sub(f"[{_OPEN}{_CLOSE}]|{_NEXT}", "", content))


def _without_marks(word: PlacedWord) -> PlacedWord:
    text = re.sub(f"{_OPEN}\\d+{_NEXT}|{_CLOSE}", "", word.text)
    return word if text == word.text else replace(word, text=text)


def _source(region: RegionResult, others: Sequence[Line]) -> Source | None:
    if region.format == "image":
        return None
    by_eye = any(contains_centre(region.bbox, word.box) for line in others for word in line.words)
    return "tesseract" if by_eye or not all(word.in_pdf for word in region.words) else "text_layer"
