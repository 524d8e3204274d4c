"""A page whose PDF holds text: proven text is taken from there, and only the rest is recognised."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from ocr_service.document import Box, Gray, PageImage, Region, RegionResult, TextLayerMode
from ocr_service.reading.orientation import ForeignScript, foreign_script
from ocr_service.reading.turned_lines import read_turned
from ocr_service.tesseract.reader import TesseractReader
from ocr_service.tesseract.repair.homoglyphs import Script
from ocr_service.tesseract.sheet import prepare_sheet
from ocr_service.tesseract.words import Line, sure_share
from ocr_service.text_layer.formulas.in_regions import without_framed
from ocr_service.text_layer.page_layer import PageLayer
from ocr_service.text_layer.proof.specimen import ReadSheet
from ocr_service.text_layer.regions.compose_layer import compose_layer
from ocr_service.text_layer.remainder import has_pictures

_SCRIPTS: dict[str, Script] = {"LATIN": "latin", "CYRILLIC": "cyrillic"}
_MUCH = 200  # letters of a page that tell its script
_LONG, _FEW = 4, 3  # letters of a word, and such words
_LEGIBLE, _WELL_READ = 65.0, 80.0  # Tesseract's confidence; Russian read as English has 30 to 50
_SAMPLED = 8  # lines of a page that tell whether it is read with all languages
_DOUBTFUL = 0.35  # share of what was read in sure words below which it may be in a script that nobody reads here
FindRegions = Callable[[PageImage], Sequence[Region]]


def sheet_reader(reader: TesseractReader) -> ReadSheet:
    """Reads samples of fonts with the engine that reads pages."""

    def read(sheet: Gray, dpi: int, script: str) -> list[tuple[str, Box]]:
        lines = reader.read_block(sheet, dpi, _SCRIPTS.get(script))
        return [(word.text, word.box) for line in lines for word in line.words]

    return read


def settles(layer: PageLayer | None, mode: TextLayerMode) -> bool:
    """Whether the page is made from its layer: where nothing of it is proven, it is read as if it had none."""
    return layer is not None and (layer.report.used or mode == "only")


@dataclass(frozen=True, slots=True)
class LayeredPage:
    """The page as it was drawn, with what it may have cost in its warnings, and its regions in reading order.

    ``incomplete``: a part of it could not be read, which no region says.
    """

    page: PageImage
    results: list[RegionResult]
    incomplete: bool = False


def read_layered(
    layer: PageLayer, reader: TesseractReader, find_regions: FindRegions, mode: TextLayerMode, language: str
) -> LayeredPage:
    """The page from its layer; ``reader``, which knows ``language``, reads what nothing proves.

    The layout model is asked only where there are pictures or writing that the layer does not explain.
    """
    page = layer.picture
    others: list[Line] = []
    foreign: ForeignScript | None = None
    if layer.unread and mode == "only":
        warning = "parts of the page are in no proven text layer and were left out (text_layer=only)"
        page = replace(page, warnings=(*page.warnings, warning))
    elif layer.unread:
        gray = cv2.cvtColor(layer.remainder, cv2.COLOR_RGB2GRAY).astype(np.uint8)
        script = _only_script(layer)
        turned = read_turned(gray, page.dpi, layer.turned, reader, script)
        layer = replace(layer, lines=(*layer.lines, *turned))
        others = _remaining_lines(gray, page.dpi, reader, script)
        if sure_share(others) < _DOUBTFUL:
            foreign = foreign_script(prepare_sheet(gray, page.dpi), others, language, of_part=True)
    if foreign is not None:
        page = replace(page, warnings=(*page.warnings, foreign.failure.message))
        others = [] if foreign.whole else others
    ground = cv2.cvtColor(layer.ground, cv2.COLOR_RGB2GRAY).astype(np.uint8)
    hints = find_regions(page) if others or has_pictures(ground, page.dpi) else ()
    results = compose_layer(layer, others, without_framed(hints, layer.displays))
    return LayeredPage(page, results, incomplete=foreign is not None)


def _only_script(layer: PageLayer) -> Script | None:
    """Latin, where the page has much text and no Cyrillic letter in it."""
    signs = [sign for line in layer.lines for sign in line.text if sign.isalpha()]
    return "latin" if len(signs) >= _MUCH and not any("\u0400" <= sign <= "\u04ff" for sign in signs) else None


def _remaining_lines(gray: Gray, dpi: int, reader: TesseractReader, script: Script | None) -> list[Line]:
    """What OCR reads where nothing was proven.

    On a page in Latin letters, logos and formulas are no Cyrillic words either. A scan in another language than the
    page's text is read with all: as Latin text its words are hardly legible. A few of its lines tell whether they are
    more so with all, since reading a large drawing takes as long as reading ten pages.
    """
    if script is None:
        return reader.read_lines(gray, dpi)
    latin = reader.read_lines(gray, dpi, script)
    words = _long_words(latin)
    if len(words) < _FEW or statistics.fmean(words) >= _LEGIBLE:
        return latin
    if statistics.fmean(_long_words(_sample(gray, dpi, latin, reader)) or [0.0]) < _LEGIBLE:
        return latin
    every = reader.read_lines(gray, dpi)
    return every if statistics.fmean(_long_words(every) or [0.0]) >= _WELL_READ else latin


def _sample(gray: Gray, dpi: int, lines: Sequence[Line], reader: TesseractReader) -> list[Line]:
    """The longest of ``lines`` read with all languages."""
    longest = sorted(lines, key=lambda line: -len(line.text))[:_SAMPLED]
    crops = [_framed(line.box, gray, round(line.em / 2)) for line in longest]
    return [found for crop in crops for found in reader.read_block(crop, dpi)]


def _framed(box: Box, gray: Gray, by: int) -> Gray:
    """What ``gray`` has in ``box``, with so many pixels of white around it."""
    x0, y0, x1, y1 = box
    return np.pad(gray[y0:y1, x0:x1], max(4, by), constant_values=255)


def _long_words(lines: Sequence[Line]) -> list[float]:
    """The confidence of each word that is none by chance."""
    return [word.confidence for line in lines for word in line.words if sum(map(str.isalpha, word.text)) >= _LONG]
