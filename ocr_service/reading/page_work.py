"""What a page worker does for one page: render, layout, then Tesseract or crops for the VLM.

Runs inside the memory- and time-limited processes of ``workers.pool``; the models stay warm in each of them.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path

import cv2
import numpy as np
import pypdfium2 as pdfium

from ocr_service.document import (
    FIGURE_LABELS,
    Box,
    Failure,
    Outcome,
    PageImage,
    PageResult,
    PageUsage,
    PreparedPage,
    PreparedRegion,
    Region,
    RegionResult,
    TextLayerReport,
    page_status,
)
from ocr_service.errors import DamagedFile, EmptyFile, EngineUnavailable
from ocr_service.export.markdown import page_markdown
from ocr_service.export.word_positions import with_words
from ocr_service.geometry.hyphenation import join_lines
from ocr_service.layout.detector import Detector
from ocr_service.layout.filter import filter_regions
from ocr_service.layout.filter_paddlex import filter_for_vlm
from ocr_service.layout.models import load_detector
from ocr_service.layout.reading_order import order_regions
from ocr_service.layout.text_ink import text_ink, with_missed_text, with_texts
from ocr_service.layout.whole_lines import with_whole_lines
from ocr_service.reading.ink_formulas.displays import find_displays
from ocr_service.reading.layered_page import NOT_PROVEN, read_layered, settles, sheet_reader
from ocr_service.reading.orientation import foreign_script, is_passed_over, recognise_upright, upright
from ocr_service.reading.page_tasks import PageTask
from ocr_service.reading.stage_timer import StageTimer
from ocr_service.reading.unread_pictures import with_picture_names
from ocr_service.render.figures import save_figures
from ocr_service.render.rasterise import render_page
from ocr_service.render.undrawn import UndrawnLetters
from ocr_service.tesseract.reader import TesseractReader
from ocr_service.tesseract.reading import READING_DPI, Reading, reduced
from ocr_service.text_layer.page.glyphs import TooManyGlyphs
from ocr_service.text_layer.page_layer import PageLayer, read_page_layer
from ocr_service.text_layer.regions.layer_regions import LayerRegions, with_layer_words
from ocr_service.text_layer.remainder import gray_of, has_writing
from ocr_service.vlm.prompts import PromptSet
from ocr_service.vlm.region_crops import page_crops, whole_page_crop, with_ink

_WORDS_DPI = 120  # enough to part lines and words
_NUMBERS = frozenset({"number"})


def warm_up(layout: str, language: str) -> None:
    """Loads the models, so that the first page does not wait for them. ``layout``: empty where it is not known yet."""
    # One thread a worker: OpenCV's own pool doubled the CPU time of a page's crops (21 against 9 ms on two cores).
    cv2.setNumThreads(1)
    if layout:
        _detector(layout)
    _reader(language)


def read_page(task: PageTask) -> PageResult:
    """Renders a page and reads it: its own text where that is proven, else its regions with Tesseract."""
    started, cpu_started = time.perf_counter(), time.process_time()
    timer = StageTimer()
    with timer.stage("render"):
        layer, report = _text_layer(task, formulas=True)
    if layer is not None and settles(layer, task.text_layer):
        with timer.stage("recognition"):
            layered = read_layered(
                layer,
                _reader(task.language),
                lambda image: find_regions(image, _detector(task.layout)),
                task.text_layer,
                task.language,
            )
            seen = _Seen(layered.page, layered.results, layered.coverage, incomplete=layered.incomplete)
    else:
        seen = _read_by_eye(task, timer)
    page = seen.page
    with timer.stage("crops"):
        results = with_figures(page, seen.results, task.images)
    return PageResult(
        number=page.number,
        status=seen.status,
        width=page.width,
        height=page.height,
        dpi=page.dpi,
        angle=page.angle,
        reader="tesseract",
        # What repeats over pages leaves the document's text; here only a page's number is surely none.
        markdown=page_markdown(results, _NUMBERS),
        error=seen.error,
        regions=tuple(results),
        warnings=page.warnings,
        seconds=round(time.perf_counter() - started, 3),
        stages=timer.times,
        coverage=seen.coverage,
        text_layer=report,
        hidden_text=layer.hidden if layer is not None else None,
        layout_model=_detector(task.layout).name,
        usage=_cpu_since(cpu_started),
    )


def _cpu_since(started: float) -> PageUsage:
    """``started`` is of ``time.process_time``: a worker reads one page at a time, so its CPU time is the page's."""
    return PageUsage(cpu_s=round(time.process_time() - started, 3))


@dataclass(frozen=True, slots=True)
class _Seen:
    """The result of OCR of a page.

    ``error``: why the page could not be read; ``incomplete``: a part of it could not, which no region says.
    """

    page: PageImage
    results: list[RegionResult]
    coverage: float | None = None
    error: Failure | None = None
    incomplete: bool = False

    @property
    def status(self) -> Outcome:
        status = "failed" if self.error else page_status(self.results)
        return "partial" if self.incomplete and status == "completed" else status


def _read_by_eye(task: PageTask, timer: StageTimer) -> _Seen:
    if task.text_layer == "only":
        with timer.stage("render"):
            return _unread_page(_rasterised(task))
    with timer.stage("render"):
        rendered = _rasterised(task, finest=READING_DPI)
    reader = _reader(task.language)
    with timer.stage("recognition"):
        recognition = recognise_upright(rendered, reader)
        page = recognition.page
        foreign = foreign_script(recognition.sheet, recognition.lines, task.language)
        if foreign is not None and is_passed_over(recognition.sheet, recognition.lines):
            foreign = foreign_script(recognition.sheet, reader.read_rest(recognition).found.lines, task.language)
    reading = Reading([], 0.0)
    if foreign is None or not foreign.whole:
        with timer.stage("layout"):
            regions = find_regions(page, _detector(task.layout))
        with timer.stage("recognition"):
            reading = reader.compose(recognition, regions)
    if task.type == "pdf" and page.dpi > task.dpi:
        page, reading = reduced(page, reading, task.dpi)
    results = [replace(r, source=None if r.format == "image" else "tesseract") for r in reading.regions]
    if foreign is None:
        return _Seen(replace(page, warnings=(*page.warnings, *reading.warnings)), results, reading.coverage)
    if foreign.whole:
        return _Seen(page, results, 0.0, foreign.failure)
    warnings = (*page.warnings, foreign.failure.message, *reading.warnings)
    return _Seen(replace(page, warnings=warnings), results, min(reading.coverage, 0.999), incomplete=True)


def _unread_page(page: PageImage) -> _Seen:
    """A page without text of its own, which was not to be read."""
    if not has_writing(gray_of(page.pixels), page.dpi):
        return _Seen(page, [], 1.0)
    return _Seen(replace(page, warnings=(*page.warnings, NOT_PROVEN)), [], 0.0)


def _text_layer(task: PageTask, *, formulas: bool = False) -> tuple[PageLayer | None, TextLayerReport | None]:
    """The page's own text, where it is wanted and can be read, and what was made of it."""
    if task.text_layer == "ignore":
        return None, None
    layer, reason = None, "the page has no text of its own"
    # Stub layout stands in for all that looks at a page.
    if task.type == "pdf" and task.path.exists() and not task.layout.startswith("stub:"):
        try:
            layer = read_page_layer(
                task.path,
                task.number,
                dpi=task.dpi,
                max_pixels=task.max_pixels,
                password=task.password,
                read_sheet=sheet_reader(_reader(task.language)),
                language=task.language,
                formulas=formulas,
            )
        except TooManyGlyphs:
            reason = "the page has more text, or more objects, than can be looked at"
        except UndrawnLetters:
            reason = "letters of fonts that are not in the file cannot be drawn by PDFium"
        except (pdfium.PdfiumError, DamagedFile, EmptyFile, IndexError):  # poppler may be able to draw it
            reason = "PDFium cannot read the page"
        except EngineUnavailable:  # who reads the page may do without
            reason = "nothing can be proven without Tesseract's data"
    return layer, TextLayerReport(False, reason=reason) if layer is None else layer.report


def prepare_page(task: PageTask, prompts: PromptSet) -> PreparedPage:
    """Renders a page, finds its regions and makes the crops that the VLM gets."""
    started, cpu_started = time.perf_counter(), time.process_time()
    timer = StageTimer()
    with timer.stage("render"):
        layer, report = _text_layer(task)
        if layer is not None and layer.report.used:
            page = layer.picture
        else:
            # With stub layout the page is not analysed at all: finding its rotation costs 140 ms.
            page = _rasterised(task) if task.layout.startswith("stub:") else _render(task)
    regions = _prepared_regions(page, task, prompts, timer, layer)
    return PreparedPage(
        number=page.number,
        width=page.width,
        height=page.height,
        dpi=page.dpi,
        angle=page.angle,
        regions=regions,
        warnings=(*page.warnings, task.layout_warning) if task.layout_warning else page.warnings,
        seconds=round(time.perf_counter() - started, 3),
        stages=timer.times,
        layout_model="" if prompts.whole_page is not None else _detector(task.layout).name,
        text_layer=report,
        hidden_text=layer.hidden if layer is not None else None,
        usage=_cpu_since(cpu_started),
    )


def place_page_words(task: PageTask, page: PageResult) -> PageResult:
    """The page with words in all of its regions. Those that no reader placed are placed by their ink."""
    rendered = _rasterised(replace(task, dpi=min(_WORDS_DPI, task.dpi)))
    gray = gray_of(rendered.pixels)
    return with_words(page, np.ascontiguousarray(np.rot90(gray, -page.angle // 90)))


def _prepared_regions(
    page: PageImage, task: PageTask, prompts: PromptSet, timer: StageTimer, layer: PageLayer | None
) -> tuple[PreparedRegion, ...]:
    known = LayerRegions(layer) if layer is not None and layer.report.used else None
    # With stub layout nobody looks at the page.
    ink = None if task.layout.startswith("stub:") else text_ink(page.pixels, page.dpi)
    if (page_prompt := prompts.whole_page) is not None:
        with timer.stage("crops"):
            whole = whole_page_crop(page, page_prompt, prompts.whole_label or "text", ink)
            return with_layer_words(whole, known) if known else whole
    with timer.stage("layout"):
        regions = find_regions(page, _detector(task.layout))
        if ink is not None:
            regions = with_missed_text(with_whole_lines(regions, ink), ink)
        left_out = known.left_out(regions) if known else {}
        regions = with_texts(regions, list(left_out))
    with timer.stage("crops"):
        figures = [region for region in regions if region.label in FIGURE_LABELS]
        images: dict[int, str] = {}
        if task.images is not None and figures:
            files = save_figures(page, figures, task.images)
            images = {figure.order: file for figure, file in zip(figures, files, strict=True)}
        known_text = partial(_known_text, known, left_out) if known else None
        prepared = page_crops(page, regions, images, prompts, known_text)
        if ink is not None:
            prepared = with_ink(prepared, ink, prompts)
            prepared = with_picture_names(prepared, page.number, task.images)
        return with_layer_words(prepared, known) if known else prepared


def _known_text(known: LayerRegions, left_out: Mapping[Box, str], parts: Sequence[Region]) -> str | None:
    """The text of regions that are read as one; None where it is not proven."""
    if not any(part.bbox in left_out for part in parts):
        return known.running_text(parts)
    texts = [left_out.get(part.bbox) or known.running_text([part]) for part in parts]
    return join_lines([text for text in texts if text]) if all(texts) else None


def find_regions(page: PageImage, detector: Detector) -> list[Region]:
    """The page's regions in reading order."""
    found = detector.detect(page.pixels)
    if detector.in_reading_order:
        return [replace(region, order=place) for place, region in enumerate(filter_for_vlm(found))]
    return order_regions(filter_regions(found), page.width)


def with_figures(page: PageImage, results: Sequence[RegionResult], images: Path | None) -> list[RegionResult]:
    """Cuts the figures out as files and names them in their regions."""
    if images is None:
        return list(results)
    figures = [
        Region(result.label, result.bbox, result.order, result.score or 0.0)
        for result in results
        if result.format == "image"
    ]
    names = dict(zip((figure.order for figure in figures), save_figures(page, figures, images), strict=True))
    return [replace(region, image=names.get(region.order)) for region in results]


def _render(task: PageTask) -> PageImage:
    return upright(_rasterised(task), lambda: _reader(task.language).read_block)


def _rasterised(task: PageTask, *, finest: int = 0) -> PageImage:
    return render_page(
        task.path,
        task.type,
        task.number,
        dpi=task.dpi,
        max_pixels=task.max_pixels,
        password=task.password,
        finest=finest,
    )


@lru_cache(maxsize=1)
def _detector(spec: str) -> Detector:
    return load_detector(spec)


@lru_cache(maxsize=2)  # a reader holds some 100 MB
def _reader(language: str) -> TesseractReader:
    return TesseractReader(language, find_formulas=find_displays)
