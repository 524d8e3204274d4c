"""The embedded reader on a folder of documents: seconds, CPU and memory a page.

    python bench/embedded.py [FOLDER_OR_FILE …] [--repeat 3] [--text-layer auto] [--memory BOOK.pdf] [-o DIR]

Without arguments it reads the sample contract's scan. ``--memory`` reads the first 10 pages of a book and then the
whole book, each in a fresh service, and compares the peaks. ``-o`` keeps the Markdown, for scoring.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.service import BenchedService, running_service
from scripts.make_samples import make_contract, scan

_TYPES = {".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("documents", nargs="*", type=Path, metavar="FOLDER_OR_FILE")
    parser.add_argument("--repeat", type=int, default=1, help="times that each document is read; the median counts")
    parser.add_argument("--text-layer", default="ignore", help="TEXT_LAYER; 'ignore' by default: all is read by eye")
    parser.add_argument("--memory", type=Path, metavar="BOOK.pdf", help="compare the memory of 10 pages and of all")
    parser.add_argument("-o", "--output", type=Path, metavar="DIR", help="keep the Markdown here")
    arguments = parser.parse_args()
    if arguments.memory:
        _compare_memory(arguments.memory)
        return
    with tempfile.TemporaryDirectory() as folder:
        documents = _documents(arguments.documents) or [_sample(Path(folder))]
        with running_service(CACHE_TTL_H="0", TEXT_LAYER=arguments.text_layer) as service:
            _table(service, documents, arguments.repeat, arguments.output)


def _documents(given: list[Path]) -> list[Path]:
    files = (sorted(path.iterdir()) if path.is_dir() else [path] for path in given)
    return [file for group in files for file in group if file.suffix.lower() in _TYPES]


def _sample(folder: Path) -> Path:
    make_contract(folder / "contract.pdf")
    scan(folder / "contract.pdf", folder / "contract.scan.pdf")
    return folder / "contract.scan.pdf"


def _table(service: BenchedService, documents: list[Path], repeat: int, output: Path | None) -> None:
    print(f"{'document':32} {'status':10} {'pages':>5} {'s':>7} {'s/page':>7} {'CPU s/page':>10} {'peak MiB':>9}")
    pages_all, seconds_all, cpu_all, peak_all = 0, 0.0, 0.0, 0.0
    for document in documents:
        seconds, cpu, peak = [], [], 0.0
        for _ in range(repeat):
            with service.measured() as usage:
                started = time.monotonic()
                with document.open("rb") as file:
                    answer = service.client.post("/ocr/pdf", files={"file": (document.name, file)})
                seconds.append(time.monotonic() - started)
            cpu.append(usage.cpu_s)
            peak = max(peak, usage.peak_mib)
        if answer.status_code != 200:
            print(f"{document.name[:32]:32} {answer.json()['code']:10} {'':5} {statistics.median(seconds):7.2f}")
            continue
        result = answer.json()
        pages, median, cpu_median = len(result["pages"]), statistics.median(seconds), statistics.median(cpu)
        print(
            f"{document.name[:32]:32} {result['status']:10} {pages:5} {median:7.2f} {median / pages:7.2f} "
            f"{cpu_median / pages:10.2f} {peak:9.0f}"
        )
        pages_all, seconds_all, cpu_all = pages_all + pages, seconds_all + median, cpu_all + cpu_median
        peak_all = max(peak_all, peak)
        if output:
            output.mkdir(parents=True, exist_ok=True)
            (output / f"{document.stem}.md").write_text(result["markdown"], encoding="utf-8")
    if pages_all:
        per_page, cpu_per_page = seconds_all / pages_all, cpu_all / pages_all
        print(
            f"{'all':32} {'':10} {pages_all:5} {seconds_all:7.2f} {per_page:7.2f} {cpu_per_page:10.2f} {peak_all:9.0f}"
        )


def _compare_memory(book: Path) -> None:
    print(f"{'pages':>6} {'s':>8} {'peak MiB':>9} {'ratio':>6}")
    first = 0.0
    for part in ("1-10", ""):
        with running_service() as service, service.measured() as usage:
            started = time.monotonic()
            with book.open("rb") as file:
                answer = service.client.post("/ocr/pdf", files={"file": (book.name, file)}, data={"pages": part})
            seconds = time.monotonic() - started
            answer.raise_for_status()
        first = first or usage.peak_mib
        print(f"{len(answer.json()['pages']):6} {seconds:8.1f} {usage.peak_mib:9.0f} {usage.peak_mib / first:6.2f}")


if __name__ == "__main__":
    main()
