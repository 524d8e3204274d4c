"""Our pages as MinerU's ``content_list`` and ``middle_json`` (docs/zh/reference/output_files.md of MinerU)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import Any

from ocr_service.document import (
    CAPTION_LABELS,
    FIGURE_LABELS,
    FORMULA_LABELS,
    MARGIN_LABELS,
    TITLE_LABELS,
    Box,
    PageResult,
    RegionResult,
)
from ocr_service.export.plain_text import region_text
from ocr_service.export.tables import table_as_html

_THOUSAND = 1000
_POINTS = 72


def content_list(pages: Iterable[PageResult]) -> Iterator[dict[str, Any]]:
    """The blocks in reading order. What belongs to no text has the type ``discarded``, which readers pass over."""
    for page in pages:
        held: list[RegionResult] = []  # captions that may belong to what follows
        previous: dict[str, Any] | None = None
        for region in sorted(page.regions, key=lambda region: region.order):
            if region.label in CAPTION_LABELS:
                if previous is not None and previous["type"] in ("table", "image"):
                    previous[f"{previous['type']}_caption"].append(region_text(region))
                else:
                    held.append(region)
                continue
            item = _item(page, region)
            if item is None:
                continue
            if item["type"] in ("table", "image"):
                item[f"{item['type']}_caption"] += map(region_text, held)
                held = []
            yield from (_text_item(page, caption) for caption in held)
            held = []
            if previous is not None:
                yield previous
            previous = item
        if previous is not None:
            yield previous
        yield from (_text_item(page, caption) for caption in held)


def _item(page: PageResult, region: RegionResult) -> dict[str, Any] | None:
    place = _place(page, region)
    if region.label in MARGIN_LABELS - {"footnote"}:
        return {"type": "discarded", "text": region_text(region), **place}
    if region.label == "table" and (body := table_as_html(region.content)):
        captions: dict[str, list[str]] = {"table_caption": [], "table_footnote": []}
        return {"type": "table", "img_path": region.image or "", "table_body": body, **captions, **place}
    if region.label in FIGURE_LABELS or region.format == "image":
        if not region.image:
            return None
        return {"type": "image", "img_path": region.image, "image_caption": [], "image_footnote": [], **place}
    text = region_text(region)
    if not text:
        return None
    if region.label in FORMULA_LABELS:
        return {"type": "equation", "img_path": "", "text": text, "text_format": "latex", **place}
    return _text_item(page, region)


def _text_item(page: PageResult, region: RegionResult) -> dict[str, Any]:
    level = {}
    if region.label in TITLE_LABELS:
        level = {"text_level": region.level or (1 if region.label == "doc_title" else 2)}
    return {"type": "text", "text": region_text(region), **level, **_place(page, region)}


def _place(page: PageResult, region: RegionResult) -> dict[str, Any]:
    x, y = _THOUSAND / max(page.width, 1), _THOUSAND / max(page.height, 1)
    x0, y0, x1, y1 = region.bbox
    return {"bbox": [round(x0 * x), round(y0 * y), round(x1 * x), round(y1 * y)], "page_idx": page.number - 1}


def middle_pages(pages: Iterable[PageResult]) -> Iterator[dict[str, Any]]:
    """``pdf_info`` of the middle JSON: each page's blocks in points, a line and a span each."""
    for page in pages:
        scale = _POINTS / page.dpi if page.dpi else 1.0
        text: list[dict[str, Any]] = []
        margin: list[dict[str, Any]] = []
        for region in sorted(page.regions, key=lambda region: region.order):
            (margin if region.label in MARGIN_LABELS - {"footnote"} else text).append(_block(region, scale))
        yield {
            "page_idx": page.number - 1,
            "page_size": [round(page.width * scale), round(page.height * scale)],
            "para_blocks": text,
            "discarded_blocks": margin,
        }


def _block(region: RegionResult, scale: float) -> dict[str, Any]:
    bbox = _points(region.bbox, scale)
    kind = "title" if region.label in TITLE_LABELS else "text"
    span: dict[str, Any] = {"bbox": bbox, "type": "text", "content": region_text(region)}
    if region.label == "table":
        kind, span = "table", {"bbox": bbox, "type": "table", "html": table_as_html(region.content) or ""}
    elif region.image:
        kind, span = "image", {"bbox": bbox, "type": "image", "image_path": PurePath(region.image).name}
    elif region.label in FORMULA_LABELS:
        kind, span = "interline_equation", {**span, "type": "interline_equation"}
    return {"type": kind, "bbox": bbox, "index": region.order, "lines": [{"bbox": bbox, "spans": [span]}]}


def _points(box: Box, scale: float) -> list[float]:
    return [round(side * scale, 1) for side in box]
