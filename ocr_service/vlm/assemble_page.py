"""Assembles a page's result from the answers for its regions. Pure, so that it can be compared with PaddleX."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ocr_service.document import (
    UNREAD_LABEL,
    Failure,
    Outcome,
    PageResult,
    PlacedWord,
    PreparedPage,
    PreparedRegion,
    Region,
    RegionResult,
    page_status,
    words_confidence,
)
from ocr_service.errors import EngineUnavailable
from ocr_service.export.content_words import Confidences, content_words, parted
from ocr_service.export.markdown import page_markdown
from ocr_service.vlm.answer_checks import AnswerProblem, share_read
from ocr_service.vlm.page_answer import page_blocks
from ocr_service.vlm.page_coverage import ENOUGH, coverage_of_whole
from ocr_service.vlm.profiles import Form
from ocr_service.vlm.read_region import RegionReading
from ocr_service.vlm.region_content import block_content, region_content, with_formula_numbers
from ocr_service.vlm.spotting import spotted_lines


def assemble_page(
    page: PreparedPage, readings: Sequence[RegionReading | None], *, seconds: float, whole: Form | None = None
) -> PageResult:
    """The page's result from the reading of each region; None for a region that was not sent.

    ``whole``: the one region is the page, and the form of its answer. ``seconds``: from render to the last answer.
    The result's ``error`` is set where no backend was up: the page may then be given to another reader.
    """
    coverage, losses = _coverage(page.regions, readings), _losses(page.regions, readings)
    if whole is not None:
        ((prepared, reading),) = zip(page.regions, readings, strict=True)
        results = _page_regions(page, prepared, reading, whole)
        coverage, losses = coverage_of_whole(prepared, results)
    else:
        results = [
            _unread(prepared) if reading is None else _read(prepared, reading)
            for prepared, reading in zip(page.regions, readings, strict=True)
        ]
        results = _without_figures_in_tables(page.regions, results)
        if results and results[0].label == "spotting":
            results = _spotted(page, results[0], readings[0])
            coverage, losses = coverage_of_whole(page.regions[0], results)
    return PageResult(
        number=page.number,
        status=_status(results, coverage if page.regions and page.regions[0].text_areas else None),
        width=page.width,
        height=page.height,
        dpi=page.dpi,
        angle=page.angle,
        reader="vlm",
        markdown=page_markdown(with_formula_numbers(results)),
        regions=tuple(results),
        warnings=(*page.warnings, *losses),
        error=_no_backend(results),
        seconds=round(seconds, 3),
        layout_model=page.layout_model,
        text_layer=page.text_layer,
        hidden_text=page.hidden_text,
        coverage=coverage,
        usage=sum((reading.usage for reading in readings if reading is not None), page.usage),
    )


def _status(results: Sequence[RegionResult], coverage: float | None) -> Outcome:
    """``coverage``: of a page that was read whole; an answer that lacks much of the page is a part of it."""
    status = page_status(results)
    return "partial" if status == "completed" and coverage is not None and coverage < ENOUGH else status


def _coverage(regions: Sequence[PreparedRegion], readings: Sequence[RegionReading | None]) -> float | None:
    """The share of the text-like ink that was read, below 1.0 where any was not; None where nobody counted it."""
    counted = [(r.ink, _share(r, reading)) for r, reading in zip(regions, readings, strict=True) if r.ink is not None]
    if not counted:
        return None
    total = sum(ink for ink, _ in counted)
    if all(share == 1.0 for _, share in counted) or not total:
        return 1.0
    return min(0.999, round(sum(ink * share for ink, share in counted) / total, 3))


def _share(region: PreparedRegion, reading: RegionReading | None) -> float:
    """How much of a region's ink its reading accounts for. What is kept as a figure, or known without asking, is."""
    if reading is None:
        return 1.0
    if reading.error is not None:
        return 0.0
    if not reading.degraded:
        return 1.0
    return min(0.999, share_read(reading.text, region.crop.letters if region.crop else 0))


def _losses(regions: Sequence[PreparedRegion], readings: Sequence[RegionReading | None]) -> list[str]:
    """What the page's warnings say of text-like ink that was not read, with its place in pixels of the page."""
    warnings = []
    for prepared, reading in zip(regions, readings, strict=True):
        where = ",".join(str(side) for side in prepared.region.bbox)
        if reading is None:
            continue
        if reading.problem is AnswerProblem.SHORT:
            warnings.append(f"text at {where} may be incomplete: {reading.problem}")
        elif prepared.missed and reading.error is not None:
            warnings.append(_unread_ink(prepared.region).message)
    return warnings


def _unread_ink(region: Region) -> Failure:
    where = ",".join(str(side) for side in region.bbox)
    return Failure("unread", f"text that could not be read at {where}", "recognition")


def _page_regions(
    page: PreparedPage, prepared: PreparedRegion, reading: RegionReading | None, form: Form
) -> list[RegionResult]:
    """The regions of a page that was read whole, by the blocks of its answer; the page as one where it failed."""
    if reading is None or reading.error is not None:
        return [_unread(prepared) if reading is None else _read(prepared, reading)]
    size = prepared.crop.size if prepared.crop else (0, 0)
    blocks = list(page_blocks(reading.text, form, size))
    contents = [block_content(block.label, block.text) for block in blocks]
    by_word = _word_confidences([content.content for content in contents], reading)
    results = []
    for order, (block, content) in enumerate(zip(blocks, contents, strict=True)):
        results.append(
            RegionResult(
                label=block.label,
                bbox=block.pixels(page.width, page.height),
                order=order,
                score=prepared.region.score,
                format=content.format,
                content=content.content,
                level=content.level,
                tries=reading.tries if order == 0 else 0,
                degraded=reading.degraded,
                confidence=reading.confidence,
                word_confidences=by_word[order],
            )
        )
    return results


def _word_confidences(texts: Sequence[str], reading: RegionReading) -> list[Confidences]:
    """Those of the words of each text, all of which together are what was made of the answer."""
    if not reading.word_confidences:
        return [()] * len(texts)
    return parted(texts, content_words(reading.text), reading.word_confidences)


def _spotted(page: PreparedPage, whole: RegionResult, reading: RegionReading | None) -> list[RegionResult]:
    """A region for each line that was spotted; the answer as it is where it has no places."""
    lines = spotted_lines(whole.content, page.width, page.height)
    if not lines or reading is None:
        return [whole]
    by_word = _word_confidences([line.text for line in lines], reading)
    return [
        replace(
            whole, bbox=line.box, order=order, format="text", content=line.text, polygon=line.polygon,
            tries=whole.tries if order == 0 else 0, word_confidences=by_word[order],
        )
        for order, line in enumerate(lines)
    ]  # fmt: skip


def _read(prepared: PreparedRegion, reading: RegionReading) -> RegionResult:
    region = prepared.region
    if prepared.missed:
        return _read_missed(prepared, reading)
    figures = dict(prepared.crop.figures) if prepared.crop else {}
    content = region_content(region.label, reading.text, figures)
    text = content.content
    if prepared.image and text:  # a chart, a seal or a picture that was read is shown as well
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
        confidence=reading.confidence,
        word_confidences=_word_confidences([text], reading)[0],
        source="vlm",
        error=Failure(error.code, str(error), "recognition") if error else None,
    )


def _read_missed(prepared: PreparedRegion, reading: RegionReading) -> RegionResult:
    """Text that no layout model saw; a picture of it where it cannot be read either."""
    outage = reading.error is not None and reading.error.code == EngineUnavailable.code
    if reading.error is None or outage:
        return replace(_read(replace(prepared, missed=False, image=None), reading), score=None)
    region = prepared.region
    return RegionResult(
        label=UNREAD_LABEL,
        bbox=region.bbox,
        order=region.order,
        score=None,
        format="image",
        image=prepared.image,
        tries=reading.tries,
        error=_unread_ink(region),
    )


def _unread(prepared: PreparedRegion) -> RegionResult:
    """A figure, or a further part of a paragraph whose text is in the first part."""
    region = prepared.region
    if prepared.layer_text is not None:
        return _from_text_layer(region, prepared.layer_text, prepared.layer_words)
    return RegionResult(
        label=region.label,
        bbox=region.bbox,
        order=region.order,
        score=region.score,
        format="text" if prepared.image is None else "image",
        image=prepared.image,
        tries=0,
    )


def _from_text_layer(region: Region, text: str, words: tuple[PlacedWord, ...]) -> RegionResult:
    """As an answer would be, but for the text, which is no Markdown."""
    return RegionResult(
        label=region.label,
        bbox=region.bbox,
        order=region.order,
        score=region.score,
        content=text,
        level=region_content(region.label, text, {}).level,
        tries=0,
        source="text_layer",
        confidence=words_confidence(words),
        words=words,
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
