"""Pages made by hand for the assembly's tests."""

from __future__ import annotations

from typing import Any

from ocr_service.document import Box, PageResult, RegionResult

WIDTH, HEIGHT = 1000, 1400  # pixels, at 100 dpi


def region(label: str, content: str, bbox: Box = (100, 300, 900, 340), **more: Any) -> RegionResult:
    return RegionResult(label=label, bbox=bbox, order=0, score=1.0, content=content, **more)


def page(number: int, *regions: RegionResult, **more: Any) -> PageResult:
    fields: dict[str, Any] = {"status": "completed", "dpi": 100, "angle": 0, "reader": "tesseract", "markdown": ""}
    return PageResult(number=number, width=WIDTH, height=HEIGHT, regions=regions, **{**fields, **more})
