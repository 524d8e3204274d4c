"""A page whose PDF holds text: proven text is taken from there, and only the rest is recognised."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ocr_service.document import Box, Gray, PageImage, Region, RegionResult, TextLayerMode
from ocr_service.reading.orientation import ForeignScript, foreign_script
from ocr_service.reading.turned_lines import read_turned
from ocr_service.tesseract.ledger.ink_ledger import unread_ink
from ocr_service.tesseract.reader import TesseractReader
from ocr_service.tesseract.reading import Reading
from ocr_service.tesseract.recognition import Recognition
from ocr_service.tesseract.repair.homoglyphs import Script
from ocr_service.tesseract.rest import Rest
from ocr_service.tesseract.sheet import prepare_sheet
from ocr_service.tesseract.words import Line, sure_share
from ocr_service.text_layer.formulas.in_regions import without_framed
from ocr_service.text_layer.lines.words import pixel_box
from ocr_service.text_layer.page_layer import PageLayer
from ocr_service.text_layer.proof.specimen import ReadSheet
from ocr_service.text_layer.regions.compose_layer import compose_layer
from ocr_service.text_layer.regions.layer_ink import text_ink
from ocr_service.text_layer.remainder import gray_of, has_pictures

_SCRIPTS: dict[str, Script] = {"LATIN": "latin", "CYRILLIC": "cyrillic"}
_MUCH = 200  # letters of a page that tell its script
_LONG, _FEW = 4, 3  # letters of a word, and such words
_LEGIBLE, _WELL_READ = 65.0, 80.0  # Tesseract's confidence; Russian read as English has 30 to 50
_SAMPLED = 8  # lines of a page that tell whether it is read with all languages
_DOUBTFUL = 0.35  # share of what was read in sure words below which it may be in a script that nobody reads here
NOT_PROVEN = "parts of the page are in no proven text layer and were left out (text_layer=only)"
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

    ``coverage``: the share of its text-like ink that is proven or was read. ``incomplete``: a part of it could not be
    read, which no region says.
    """

    page: PageImage
    results: list[RegionResult]
    coverage: float
    incomplete: bool = False


def read_layered(
    layer: PageLayer, reader: TesseractReader, find_regions: FindRegions, mode: TextLayerMode, language: str
) -> LayeredPage:
    """The page from its layer; ``reader``, which knows ``language``, reads what nothing proves.

    The layout model is asked only where there are pictures or writing that the layer does not explain.
    """
    page = layer.picture
    rest: Rest | None = None
    foreign: ForeignScript | None = None
    skipped = 0
    if layer.unread and mode == "only":
        page = replace(page, warnings=(*page.warnings, NOT_PROVEN))
        skipped = unread_ink(prepare_sheet(gray_of(layer.remainder), page.dpi))
    elif layer.unread:
        script = _only_script(layer)
        # A copy of a large page is a twentieth of the worker's memory.
        pixels = layer.remainder.copy() if layer.turned else layer.remainder
        turned = read_turned(pixels, page.dpi, layer.turned, reader, script)
        layer = replace(layer, lines=(*layer.lines, *turned))
        seen = _recognised(replace(page, pixels=pixels, warnings=()), reader, script)
        rest = reader.read_rest(seen)
        if sure_share(seen.lines) < _DOUBTFUL:
            foreign = foreign_script(seen.sheet, seen.lines, language, of_part=True)
        del seen, pixels  # a large page's would be as much as the worker has left
    if foreign is not None:
        page = replace(page, warnings=(*page.warnings, foreign.failure.message))
    others = rest.lines if rest is not None and not (foreign is not None and foreign.whole) else []
    hints = find_regions(page) if others or has_pictures(gray_of(layer.ground), page.dpi) else ()
    apart = rest.inserts if rest is not None and others else ()
    results = compose_layer(layer, others, without_framed(hints, layer.displays), apart)
    reading = _accounted(layer, rest, results, skipped)
    coverage = reading.coverage if foreign is None else min(reading.coverage, 0.999)
    page = replace(page, warnings=(*page.warnings, *reading.warnings))
    return LayeredPage(page, reading.regions, coverage, incomplete=foreign is not None or layer.leaves_out)


def _accounted(layer: PageLayer, rest: Rest | None, results: list[RegionResult], skipped: int) -> Reading:
    """The regions with those that could not be read, and the share of the ink that was.

    ``skipped``: pixels of ink that nobody was to read.
    """
    if rest is None:
        proven, lost = text_ink(layer)
        lost += skipped
        return Reading(results, min(0.999, round(proven / (proven + lost), 3)) if lost else 1.0)
    known = [
        pixel_box(word.box, layer.picture.width, layer.picture.height) for part in layer.parts for word in part.words
    ]
    return rest.accounted(results, known, text_ink(layer))


def _only_script(layer: PageLayer) -> Script | None:
    """Latin, where the page has much text and no Cyrillic letter in it."""
    signs = [sign for line in layer.lines for sign in line.text if sign.isalpha()]
    return "latin" if len(signs) >= _MUCH and not any("\u0400" <= sign <= "\u04ff" for sign in signs) else None


def _recognised(page: PageImage, reader: TesseractReader, script: Script | None) -> Recognition:
    """What OCR sees where nothing was proven, which is on ``page``.

    On a page in Latin letters, logos and formulas are no Cyrillic words either. A scan in another language than the
    page's text is read with all: as Latin text its words are hardly legible. A few of its lines tell whether they are
    more so with all, since reading a large drawing takes as long as reading ten pages.
    """
    seen = reader.recognise(page, script)
    if script is None:
        return seen
    words = _long_words(seen.lines)
    if len(words) < _FEW or statistics.fmean(words) >= _LEGIBLE:
        return seen
    if statistics.fmean(_long_words(_sample(seen, reader)) or [0.0]) < _LEGIBLE:
        return seen
    every = reader.recognise(page)
    return every if statistics.fmean(_long_words(every.lines) or [0.0]) >= _WELL_READ else seen


def _sample(seen: Recognition, reader: TesseractReader) -> list[Line]:
    """The longest of its lines read with all languages."""
    longest = sorted(seen.lines, key=lambda line: -len(line.text))[:_SAMPLED]
    crops = [_framed(line.box, seen.sheet.gray, round(line.em / 2)) for line in longest]
    return [found for crop in crops for found in reader.read_block(crop, seen.sheet.dpi)]


def _framed(box: Box, gray: Gray, by: int) -> Gray:
    """What ``gray`` has in ``box``, with so many pixels of white around it."""
    x0, y0, x1, y1 = box
    return np.pad(gray[y0:y1, x0:x1], max(4, by), constant_values=255)


def _long_words(lines: Sequence[Line]) -> list[float]:
    """The confidence of each word that is none by chance."""
    return [word.confidence for line in lines for word in line.words if sum(map(str.isalpha, word.text)) >= _LONG]
