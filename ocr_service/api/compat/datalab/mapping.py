"""Our pages as Marker's tree of blocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import Any

from ocr_service.document import CAPTION_LABELS, FIGURE_LABELS, FORMULA_LABELS, TITLE_LABELS, PageResult, RegionResult
from ocr_service.export.plain_text import region_text
from ocr_service.export.tables import table_as_html

_TYPES = {
    "header": "PageHeader",
    "footer": "PageFooter",
    "number": "PageFooter",
    "footnote": "Footnote",
    "table": "Table",
    "algorithm": "Code",
    **dict.fromkeys(TITLE_LABELS, "SectionHeader"),
    **dict.fromkeys(FORMULA_LABELS, "Equation"),
    **dict.fromkeys(CAPTION_LABELS, "Caption"),
    **dict.fromkeys(FIGURE_LABELS, "Picture"),
}


def page_blocks(pages: Iterable[PageResult]) -> Iterator[dict[str, Any]]:
    """Each page with its blocks; boxes in pixels of the page, whose own box is the first."""
    for page in pages:
        index = page.number - 1
        yield {
            "id": f"/page/{index}/Page/0",
            "block_type": "Page",
            "bbox": [0, 0, page.width, page.height],
            "html": "",
            "children": [_block(index, region) for region in sorted(page.regions, key=lambda region: region.order)],
        }


def _block(page: int, region: RegionResult) -> dict[str, Any]:
    kind = _TYPES.get(region.label, "Text")
    return {
        "id": f"/page/{page}/{kind}/{region.order}",
        "block_type": kind,
        "bbox": list(region.bbox),
        "polygon": [list(point) for point in region.corners],
        "html": _html(kind, region),
        "children": None,
    }


def _html(kind: str, region: RegionResult) -> str:
    if kind == "Table" and (table := table_as_html(region.content)):
        return table
    text = escape(region_text(region), quote=False)
    if kind == "SectionHeader":
        level = region.level or (1 if region.label == "doc_title" else 2)
        return f"<h{level}>{text}</h{level}>"
    return f"<p>{text}</p>" if text else ""
