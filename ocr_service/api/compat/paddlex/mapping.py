"""Pages in the terms of PaddleX's serving, there and back (``PaddleOCRVLResult._to_json`` upstream)."""

from __future__ import annotations

import base64
from collections.abc import Collection, Iterable
from html import escape
from typing import Any

from ocr_service.document import (
    FIGURE_LABELS,
    FORMULA_LABELS,
    MARGIN_LABELS,
    TITLE_LABELS,
    Format,
    PageResult,
    RegionResult,
)
from ocr_service.errors import BadOption
from ocr_service.export.document_markdown import page_text
from ocr_service.export.image_links import linked_images
from ocr_service.export.markdown import page_markdown
from ocr_service.storage.filesystem import JobFolder
from ocr_service.vlm.region_content import with_formula_numbers

# Blocks without a place in the reading order (``skip_order_labels`` upstream).
_WITHOUT_ORDER = MARGIN_LABELS | {"figure_title", "formula_number", "image", "chart", "seal"}
_MOST_PIXELS = 1_000_000
_DPI = 200  # of pages that do not say theirs; only the sizes of headings against each other depend on it


def pruned_result(page: PageResult, page_count: int, ignored: Collection[str] = MARGIN_LABELS) -> dict[str, Any]:
    """``prunedResult``. Ours on top: ``dpi``, ``confidence``, ``error``, and of a block its format, level, confidence,
    figure and error."""
    result: dict[str, Any] = {
        "page_count": page_count,
        "width": page.width,
        "height": page.height,
        "dpi": page.dpi,
        "confidence": page.confidence,
        "model_settings": {
            "use_doc_preprocessor": False,
            "use_layout_detection": True,
            "format_block_content": False,
            "markdown_ignore_labels": sorted(ignored),
        },
        "parsing_res_list": _blocks(page.regions),
        "layout_det_res": {
            "boxes": [
                {"label": region.label, "score": _score(region), "coordinate": list(region.bbox), "order": region.order}
                for region in page.regions
            ]
        },
    }
    spotted = [region for region in page.regions if region.polygon]
    if spotted:
        result["spotting_res"] = {
            "rec_polys": [[list(point) for point in _points(region)] for region in spotted],
            "rec_texts": [region.content for region in spotted],
        }
    if page.error:
        result["error"] = {"code": page.error.code, "message": page.error.message}
    return result


def _score(region: RegionResult) -> float:
    """1.0 for a region that was found without the layout model: clients leave out what has a low score."""
    return 1.0 if region.score is None else region.score


def _points(region: RegionResult) -> list[tuple[int, int]]:
    polygon = region.polygon or ()
    return list(zip(polygon[0::2], polygon[1::2], strict=True))


def _blocks(regions: Iterable[RegionResult]) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    order = 0
    for number, region in enumerate(regions):
        counts = region.label not in _WITHOUT_ORDER
        order += counts
        block = {
            "block_label": region.label,
            "block_content": region.content,
            "block_bbox": list(region.bbox),
            "block_id": number,
            "block_order": order if counts else None,
            "group_id": number,
            "block_format": region.format,
        }
        if region.level is not None:
            block["block_level"] = region.level
        if region.confidence is not None:
            block["block_confidence"] = region.confidence
        if region.image:
            block["block_image"] = region.image
        if region.error:
            block["block_error"] = {"code": region.error.code, "message": region.error.message}
        blocks.append(block)
    return blocks


def text_without(page: PageResult, ignored: Collection[str]) -> str:
    """The page's Markdown, made anew without the blocks of these labels."""
    if page.error is not None:
        return page_text(page)
    return page_markdown(with_formula_numbers(page.regions), ignored)


def with_html_figures(text: str, page: PageResult) -> str:
    """Figures as upstream writes them with ``prettifyMarkdown``, scaled to their share of the page's width: PaddleOCR's
    MCP server and Dify look for ``<img src="…">`` to put the figure there."""
    for region in page.regions:
        if region.image and region.format == "image":
            share = 100 * (region.bbox[2] - region.bbox[0]) // max(page.width, 1)
            alt = escape(" ".join(region.content.split())) or "Image"
            image = f'<img src="{region.image}" alt="{alt}" width="{share}%" />'
            text = text.replace(page_markdown([region], ()), f'<div style="text-align: center;">{image}</div>')
    return text


def figures(folder: JobFolder, text: str) -> dict[str, str]:
    """The figures that a text links to, as base64; one that is gone is left out. Blocks."""
    found = {}
    for name in linked_images(text):
        path = folder.work / name
        if path.is_file():
            found[name] = base64.b64encode(path.read_bytes()).decode()
    return found


def page_from_pruned(result: dict[str, Any], images: Iterable[str], number: int) -> PageResult:
    """A page from its ``prunedResult``, ours or upstream's. ``images``: the names of its figures. Raises BadOption."""
    names = list(images)
    try:
        regions = tuple(
            _region(block, order, names) for order, block in enumerate(result.get("parsing_res_list") or ())
        )
        width, height = _pixels(result["width"]), _pixels(result["height"])
        dpi = max(_pixels(result.get("dpi") or _DPI), 1)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        wrong = repr(error)[:200]
        raise BadOption(f"pages[{number - 1}].prunedResult is not what /layout-parsing gives: {wrong}") from error
    markdown = page_markdown(with_formula_numbers(regions))
    return PageResult(number, "completed", width, height, dpi, 0, "vlm", markdown, regions)


def _region(block: dict[str, Any], order: int, images: list[str]) -> RegionResult:
    label, content = str(block["block_label"]), str(block.get("block_content") or "")
    x0, y0, x1, y1 = (_pixels(side) for side in block["block_bbox"])
    image = block.get("block_image")
    if image is None and label in FIGURE_LABELS:
        # Upstream names a figure after its box: imgs/img_in_image_box_77_12_540_391.jpg.
        image = next((name for name in images if name.rpartition(".")[0].endswith(f"_box_{x0}_{y0}_{x1}_{y1}")), None)
    level = block.get("block_level")
    return RegionResult(
        label=label,
        bbox=(x0, y0, x1, y1),
        order=order,
        score=1.0,
        format=_format(block.get("block_format"), label, content, image),
        content=content.lstrip("# ") if label in TITLE_LABELS else content,
        image=str(image) if image else None,
        level=max(_pixels(level), 1) if level is not None else None,
    )


def _pixels(value: Any) -> int:
    """A whole number in the range of what a page can have. Raises ValueError and TypeError."""
    number = float(value)
    if not abs(number) <= _MOST_PIXELS:
        raise ValueError(f"{number:g} is out of range")
    return round(number)


def _format(said: object, label: str, content: str, image: object) -> Format:
    match said:
        case "text" | "markdown" | "html" | "latex" | "image":
            return said
    if image and not content:
        return "image"
    if label == "table" and content.lstrip().startswith("<"):
        return "html"
    return "latex" if label in FORMULA_LABELS else "markdown"
