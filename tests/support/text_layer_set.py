"""The whole set of PDFs for the text layer: ``python -m tests.support.text_layer_set FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.support.text_layer_layouts import layout_samples, scan_samples
from tests.support.text_layer_pdfs import Sample, map_and_hidden_samples


def all_samples() -> list[Sample]:
    return [*map_and_hidden_samples(), *layout_samples(), *scan_samples()]


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for sample in all_samples():
        (folder / f"{sample.name}.pdf").write_bytes(sample.pdf)
        (folder / f"{sample.name}.md").write_text(sample.truth, encoding="utf-8")
