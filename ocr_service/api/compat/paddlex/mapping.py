"""Pages in the terms of PaddleX's serving (``PaddleOCRVLResult._to_json`` upstream)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from html import escape
from typing import Any

from ocr_service.document import MARGIN_LABELS, PageResult, RegionResult
from ocr_service.export.markdown import page_markdown

# Blocks without a place in the reading order (``skip_order_labels`` upstream).
_WITHOUT_ORDER = MARGIN_LABELS | {"figure_title", "formula_number", "image", "chart", "seal"}


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
            "rec_polys": [[list(point) for point in region.corners] for region in spotted],
            "rec_texts": [region.content for region in spotted],
        }
    if page.error:
        result["error"] = {"code": page.error.code, "message": page.error.message}
    return result


def _score(region: RegionResult) -> float:
    """1.0 for a region that was found without the layout model: clients leave out what has a low score."""
    return 1.0 if region.score is None else region.score


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
