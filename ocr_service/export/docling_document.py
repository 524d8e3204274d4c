"""A document as a DoclingDocument (schema 1.10 of docling-core): items with their boxes in points of the page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ocr_service.document import CAPTION_LABELS, FIGURE_LABELS, FORMULA_LABELS, FileInfo, PageResult, RegionResult
from ocr_service.export.plain_text import region_text
from ocr_service.export.table_grid import Cell, table_grid
from ocr_service.export.tables import parse_table

_POINTS = 72
_MIME = {"pdf": "application/pdf"}
_LABELS = {
    "doc_title": "title",
    "paragraph_title": "section_header",
    "header": "page_header",
    "footer": "page_footer",
    "number": "page_footer",
    "footnote": "footnote",
    "algorithm": "code",
    **dict.fromkeys(FORMULA_LABELS, "formula"),
    **dict.fromkeys(CAPTION_LABELS, "caption"),
}
_FURNITURE = frozenset({"page_header", "page_footer"})


@dataclass
class _Items:
    """What a document is made of, in the lists that its schema has, and the order of all in ``body``."""

    texts: list[dict[str, Any]] = field(default_factory=list)
    tables: list[dict[str, Any]] = field(default_factory=list)
    pictures: list[dict[str, Any]] = field(default_factory=list)
    body: list[dict[str, str]] = field(default_factory=list)
    references: dict[tuple[int, int], str] = field(default_factory=dict)

    def add(self, kind: str, region: tuple[int, int], item: dict[str, Any]) -> None:
        items: list[dict[str, Any]] = getattr(self, kind)
        reference = f"#/{kind}/{len(items)}"
        items.append({"self_ref": reference, "parent": {"$ref": "#/body"}, "children": [], **item})
        self.body.append({"$ref": reference})
        self.references[region] = reference


@dataclass(frozen=True, slots=True)
class Converted:
    """A DoclingDocument as JSON's values. ``references``: its items by page number and order of the region."""

    document: dict[str, Any]
    references: dict[tuple[int, int], str]


def docling_document(file: FileInfo, pages: Iterable[PageResult]) -> Converted:
    """The whole document in memory: docling's schema refers from its beginning to its end."""
    items = _Items()
    sizes: dict[str, Any] = {}
    for page in pages:
        scale = _POINTS / page.dpi if page.dpi else 1.0
        size = {"width": page.width * scale, "height": page.height * scale}
        sizes[str(page.number)] = {"page_no": page.number, "size": size}
        for region in page.regions:
            _add(items, page.number, region, scale)
    root = {"children": [], "name": "_root_", "label": "unspecified"}
    document = {
        "schema_name": "DoclingDocument",
        "version": "1.10.0",
        "name": file.name.rpartition(".")[0] or file.name,
        "origin": {
            "mimetype": _MIME.get(file.type, f"image/{file.type}"),
            "binary_hash": int(file.sha256[:16], 16),
            "filename": file.name,
        },
        "furniture": {"self_ref": "#/furniture", **root, "content_layer": "furniture"},
        "body": {"self_ref": "#/body", **root, "children": items.body, "content_layer": "body"},
        "groups": [],
        "texts": items.texts,
        "pictures": items.pictures,
        "tables": items.tables,
        "key_value_items": [],
        "form_items": [],
        "pages": sizes,
    }
    return Converted(document, items.references)


def _add(items: _Items, number: int, region: RegionResult, scale: float) -> None:
    text = region_text(region)
    key = number, region.order
    place: dict[str, Any] = {"prov": [_provenance(number, region, scale, len(text))], "content_layer": "body"}
    if region.label == "table" and (data := _table(region.content)):
        items.add(
            "tables", key, {**place, "label": "table", "captions": [], "references": [], "footnotes": [], "data": data}
        )
    elif region.label in FIGURE_LABELS or region.image:
        items.add(
            "pictures",
            key,
            {**place, "label": "picture", "captions": [], "references": [], "footnotes": [], "annotations": []},
        )
    elif text:
        label = _LABELS.get(region.label, "text")
        item: dict[str, Any] = {
            **place,
            "label": label,
            "orig": text,
            "text": region.content if label == "formula" else text,
        }
        if label in _FURNITURE:
            item["content_layer"] = "furniture"
        if label == "section_header":
            item["level"] = min(max((region.level or 2) - 1, 1), 100)
        if label == "code":
            item |= {"captions": [], "references": [], "footnotes": [], "code_language": "unknown"}
        items.add("texts", key, item)


def _provenance(number: int, region: RegionResult, scale: float, length: int) -> dict[str, Any]:
    left, top, right, bottom = (side * scale for side in region.bbox)
    box = {"l": left, "t": top, "r": right, "b": bottom, "coord_origin": "TOPLEFT"}
    return {"page_no": number, "bbox": box, "charspan": [0, length]}


def _table(content: str) -> dict[str, Any] | None:
    if grid := table_grid(content) if content.lstrip().startswith("<") else None:
        return {
            "table_cells": [_cell(cell) for cell in grid.cells],
            "num_rows": grid.rows,
            "num_cols": grid.columns,
        }
    if rows := parse_table(content):
        cells = list(_plain_cells(row.cells for row in rows.rows))
        return {"table_cells": cells, "num_rows": len(rows.rows), "num_cols": rows.columns}
    return None


def _cell(cell: Cell) -> dict[str, Any]:
    text = " ".join(cell.element.text_content().split())
    return _cell_at(cell.row, cell.column, text, rows=cell.rows, columns=cell.columns, head=cell.is_head)


def _plain_cells(rows: Iterable[tuple[str, ...]]) -> Iterator[dict[str, Any]]:
    for row, cells in enumerate(rows):
        for column, text in enumerate(cells):
            yield _cell_at(row, column, text.strip(), head=row == 0)


def _cell_at(row: int, column: int, text: str, *, rows: int = 1, columns: int = 1, head: bool) -> dict[str, Any]:
    return {
        "row_span": rows,
        "col_span": columns,
        "start_row_offset_idx": row,
        "end_row_offset_idx": row + rows,
        "start_col_offset_idx": column,
        "end_col_offset_idx": column + columns,
        "text": text,
        "column_header": head,
        "row_header": False,
        "row_section": False,
    }
