"""The whole set of PDFs for the text layer: ``python -m tests.support.text_layer_set FOLDER``."""

from __future__ import annotations

import re
import sys
from functools import cache
from pathlib import Path

from ocr_service.document import PageResult, TextLayerMode
from ocr_service.reading.page_tasks import PageTask, read_page
from tests.support.text_layer_layouts import layout_samples, scan_samples
from tests.support.text_layer_pdfs import Sample, map_and_hidden_samples


@cache
def samples() -> dict[str, Sample]:
    """All samples by their names. (Made when they are asked for: what only lists the tests does without them.)"""
    return {sample.name: sample for sample in (*map_and_hidden_samples(), *layout_samples(), *scan_samples())}


def read_sample(folder: Path, sample: Sample, mode: TextLayerMode = "auto") -> PageResult:
    """The sample's first page, as a page worker reads it."""
    path = folder / f"{sample.name}.pdf"
    path.write_bytes(sample.pdf)
    return read_page(PageTask(path, "pdf", 1, 200, 40_000_000, "", "embedded", "rus+eng", None, mode))


def words_of(markdown: str) -> list[str]:
    """The words of a text without the marks of Markdown's structure."""
    return re.sub(r"^[#\-]+ |[|]|-{3,}", " ", markdown, flags=re.M).split()


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for sample in samples().values():
        (folder / f"{sample.name}.pdf").write_bytes(sample.pdf)
        (folder / f"{sample.name}.md").write_text(sample.truth, encoding="utf-8")
