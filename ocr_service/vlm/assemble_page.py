"""Assembles a page's result from the answers for its regions. Pure, so that it can be compared with PaddleX."""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.document import Failure, PageResult, PreparedPage, PreparedRegion, RegionResult, page_status
from ocr_service.errors import EngineUnavailable
from ocr_service.export.markdown import page_markdown
from ocr_service.vlm.read_region import RegionReading
from ocr_service.vlm.region_content import page_content, region_content, with_formula_numbers


def assemble_page(
    page: PreparedPage, readings: Sequence[RegionReading | None], *, seconds: float, is_whole: bool = False
) -> PageResult:
    """The page's result from the reading of each region; None for a region that was not sent.

    ``is_whole``: the one region is the page, and its answer is Markdown. ``seconds``: from render to the last answer.
    The result's ``error`` is set where no backend was up: the page may then be given to another reader.
    """
    results = [
        _unread(prepared) if reading is None else _read(prepared, reading, is_whole)
        for prepared, reading in zip(page.regions, readings, strict=True)
    ]
    results = _without_figures_in_tables(page.regions, results)
    return PageResult(
        number=page.number,
        status=page_status(results),
        width=page.width,
        height=page.height,
        dpi=page.dpi,
        angle=page.angle,
        reader="vlm",
        markdown=page_markdown(with_formula_numbers(results)),
        regions=tuple(results),
        warnings=page.warnings,
        error=_no_backend(results),
        seconds=round(seconds, 3),
        layout_model=page.layout_model,
    )


def _read(prepared: PreparedRegion, reading: RegionReading, is_whole: bool) -> RegionResult:
    region = prepared.region
    figures = dict(prepared.crop.figures) if prepared.crop else {}
    content = page_content(reading.text) if is_whole else region_content(region.label, reading.text, figures)
    text = content.content
    if prepared.image and text:  # a chart or a seal that was read is shown as well
        text = f"![]({prepared.image})\n\n{text}"
    error = reading.error
    return RegionResult(
        label=region.label,
        bbox=region.bbox,
        order=region.order,
        score=region.score,
        format=content.format,
        content=text,
        image=prepared.image,
        level=content.level,
        tries=reading.tries,
        degraded=reading.degraded,
        error=Failure(error.code, str(error), "recognition") if error else None,
    )


def _unread(prepared: PreparedRegion) -> RegionResult:
    """A figure, or a further part of a paragraph whose text is in the first part."""
    region = prepared.region
    return RegionResult(
        label=region.label,
        bbox=region.bbox,
        order=region.order,
        score=region.score,
        format="text" if prepared.image is None else "image",
        image=prepared.image,
        tries=0,
    )


def _without_figures_in_tables(
    prepared: Sequence[PreparedRegion], results: Sequence[RegionResult]
) -> list[RegionResult]:
    """A figure that its table shows is no region of its own; one whose token the model lost stays."""
    shown = {
        path
        for region, result in zip(prepared, results, strict=True)
        if region.crop is not None
        for _, path in region.crop.figures
        if f'src="{path}"' in result.content
    }
    return [result for result in results if not (result.format == "image" and result.image in shown)]


def _no_backend(regions: Sequence[RegionResult]) -> Failure | None:
    """The failure of the first region that found no backend up."""
    failures = (region.error for region in regions if region.error is not None)
    return next((failure for failure in failures if failure.code == EngineUnavailable.code), None)
