"""What a born-digital page costs: its text layer with proof, beside pdftotext, PDFium's plain text, and reading by eye.

    python bench/text_layer.py [FOLDER_OR_FILE …] [--pages 3] [--no-eye]

CPU seconds a page, in one process with warm models, for the pages of each PDF. Without arguments the set of the tests.
``settled``: pages that neither the layout model nor Tesseract (but for the sample of fonts) had to look at.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).parent.parent))

import pypdfium2 as pdfium

from ocr_service.document import PageResult, TextLayerMode
from ocr_service.errors import ServiceError
from ocr_service.reading.page_tasks import PageTask, read_page, warm_up
from tests.support.text_layer_set import SAMPLES, sample_of

Result = TypeVar("Result")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("documents", nargs="*", type=Path, metavar="FOLDER_OR_FILE")
    parser.add_argument("--pages", type=int, default=3, help="pages of each document, at most")
    parser.add_argument("--no-eye", action="store_true", help="leave out reading by eye, which takes long")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        documents = _documents(arguments.documents) or _samples(Path(folder))
        warm_up("embedded", "rus+eng")
        _table(documents, arguments.pages, by_eye=not arguments.no_eye)


def _documents(given: list[Path]) -> list[Path]:
    files = (sorted(path.glob("*.pdf")) if path.is_dir() else [path] for path in given)
    return [file for group in files for file in group]


def _samples(folder: Path) -> list[Path]:
    for sample in map(sample_of, SAMPLES):
        (folder / f"{sample.name}.pdf").write_bytes(sample.pdf)
    return _documents([folder])


def _table(documents: list[Path], most: int, *, by_eye: bool) -> None:
    print(f"{'document':32} {'page':>4} {'layer':>7} {'by eye':>7} {'pdftotext':>9} {'pdfium':>7}  sources")
    totals: dict[str, list[float]] = {"layer": [], "eye": [], "pdftotext": [], "pdfium": []}
    settled = 0
    for document in documents:
        for number in range(1, min(most, _count(document)) + 1):
            try:
                layer, page = _cpu(partial(_read, document, number, "auto"))
            except ServiceError as error:
                print(f"{document.name[:32]:32} {number:4} {error.code}")
                continue
            eye = _cpu(partial(_read, document, number, "ignore"))[0] if by_eye else float("nan")
            poppler = _pdftotext(document, number)
            plain = _cpu(partial(_pdfium_text, document, number))[0]
            sources = sorted({region.source or "picture" for region in page.regions})
            settled += sources == ["text_layer"]
            for name, value in (("layer", layer), ("eye", eye), ("pdftotext", poppler), ("pdfium", plain)):
                totals[name].append(value)
            print(
                f"{document.name[:32]:32} {number:4} {layer:7.3f} {eye:7.3f} {poppler:9.3f} {plain:7.3f}"
                f"  {', '.join(sources)}"
            )
    count = max(1, len(totals["layer"]))
    means = {name: sum(values) / count for name, values in totals.items()}
    print(
        f"{'mean of ' + str(count) + ' pages':32} {'':4} {means['layer']:7.3f} {means['eye']:7.3f}"
        f" {means['pdftotext']:9.3f} {means['pdfium']:7.3f}  {settled} settled"
    )


def _count(document: Path) -> int:
    try:
        with pdfium.PdfDocument(document) as pdf:
            return len(pdf)
    except pdfium.PdfiumError:
        return 0


def _read(document: Path, number: int, mode: TextLayerMode) -> PageResult:
    return read_page(
        PageTask(document, "pdf", number, 200, 40_000_000, "", "embedded", "rus+eng", None, text_layer=mode)
    )


def _pdfium_text(document: Path, number: int) -> str:
    with pdfium.PdfDocument(document) as pdf:
        page = pdf[number - 1]
        text = page.get_textpage()
        found: str = text.get_text_range()
        text.close()
        page.close()
        return found


def _cpu(work: Callable[[], Result]) -> tuple[float, Result]:
    started = time.process_time()
    result = work()
    return time.process_time() - started, result


def _pdftotext(document: Path, number: int) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        ["pdftotext", "-f", str(number), "-l", str(number), str(document), "-"], capture_output=True, timeout=60
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


if __name__ == "__main__":
    main()
