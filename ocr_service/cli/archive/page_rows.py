"""Rows of pages, as Parquet: what an analyst loads instead of a million folders."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Row = dict[str, Any]
COLUMNS = (
    "document", "page", "status", "reader", "markdown", "json", "confidence", "seconds", "error_code", "error_message"
)  # fmt: skip


def page_row(document: str, page: dict[str, Any]) -> Row:
    """``page`` as the document's JSON has it. Its error is that of its first region where all of them failed."""
    error = page["error"] or next((region["error"] for region in page["regions"] if region["error"]), None)
    failed = page["status"] == "failed"
    return {
        "document": document,
        "page": page["number"],
        "status": page["status"],
        "reader": page["reader"],
        "markdown": page["markdown"],
        "json": json.dumps(page, ensure_ascii=False, separators=(",", ":")),
        "confidence": page.get("confidence"),
        "seconds": page["seconds"],
        "error_code": error["code"] if failed and error else None,
        "error_message": error["message"] if failed and error else None,
    }


def failed_document(document: str, code: str, message: str) -> Row:
    """A document that could not be read at all: page 0."""
    row = dict.fromkeys(COLUMNS)
    return {**row, "document": document, "page": 0, "status": "failed", "error_code": code, "error_message": message}


def write_parquet(rows: Sequence[Row], path: Path) -> None:
    import pyarrow
    import pyarrow.parquet

    text, number = pyarrow.string(), pyarrow.float64()
    types = {"page": pyarrow.int32(), "confidence": number, "seconds": number}
    schema = pyarrow.schema([(name, types.get(name, text)) for name in COLUMNS])
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(list(rows), schema=schema), path, compression="zstd")
