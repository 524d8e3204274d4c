"""What of a folder's documents is found again: words, numbers, coverage, status and CPU seconds a page, by document.

    python bench/reported.py FOLDER_OR_FILE … [--dpi 200] [--text-layer ignore] [-o DIR]

The truth of a PDF is its own text (`pdftotext -layout`), which the service is told to ignore; images have none and show
their status and coverage only. Words are letters, two or more; numbers are digits with their points and commas. Each
counts as often as it stands there. ``-o`` keeps the Markdown.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.service import BenchedService, running_service

_TYPES = {".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp"}
_WORD = re.compile(r"[^\W\d_]{2,}")
_SUPERSCRIPTS = re.compile("[⁰¹²³⁴-⁹]+")
_HYPHENATED = re.compile(r"(\w+)-\n\s*(\w+)")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("documents", nargs="+", type=Path, metavar="FOLDER_OR_FILE")
    parser.add_argument("--dpi", type=int, default=200)
    parser.add_argument("--text-layer", choices=("auto", "ignore"), default="ignore", help="default: ignore")
    parser.add_argument("-o", "--output", type=Path, metavar="DIR", help="keep the Markdown here")
    arguments = parser.parse_args()
    groups = (sorted(path.iterdir()) if path.is_dir() else [path] for path in arguments.documents)
    documents = [file for group in groups for file in group if file.suffix.lower() in _TYPES]
    fields = {"dpi": str(arguments.dpi), "text_layer": arguments.text_layer}
    print(f"{'document':36} {'status':10} {'words':>6} {'numbers':>7} {'coverage':>8} {'CPU s/page':>10}  missing")
    with running_service(CACHE_TTL_H="0") as service:
        for document in documents:
            _row(service, document, fields, arguments.output)


def _row(service: BenchedService, document: Path, fields: dict[str, str], output: Path | None) -> None:
    with service.measured() as usage, document.open("rb") as file:
        answer = service.client.post("/ocr/pdf", files={"file": (document.name, file)}, data=fields)
    if answer.status_code != 200:
        print(f"{document.name[:36]:36} {answer.json().get('code', answer.status_code)}")
        return
    result = answer.json()
    truth = _own_text(document)
    words, numbers = (_found(pattern, truth, result["markdown"]) for pattern in (_WORD, _NUMBER))
    counted = [page["coverage"] for page in result["pages"] if page.get("coverage") is not None]
    cpu = usage.cpu_s / max(1, len(result["pages"]))
    missing = [*words.missing[:4], *numbers.missing[:4]]
    print(
        f"{document.name[:36]:36} {result['status']:10} {words.share:>6} {numbers.share:>7} "
        f"{min(counted) if counted else '-':>8} {cpu:10.2f}  {' '.join(missing)}",
        flush=True,
    )
    if output:
        output.mkdir(parents=True, exist_ok=True)
        (output / f"{document.stem}.md").write_text(result["markdown"], encoding="utf-8")


class _Found:
    """The share of the truth's tokens that are there, as printed, and those that are not."""

    def __init__(self, truth: Counter[str], found: Counter[str]) -> None:
        total = truth.total()
        self.share = f"{(truth & found).total() / total:.3f}" if total else "-"
        self.missing = list((truth - found).elements())


def _found(pattern: re.Pattern[str], truth: str, found: str) -> _Found:
    found = _plain(found)
    truth = _HYPHENATED.sub(lambda word: _joined_as(word, found), _plain(truth))
    return _Found(Counter(pattern.findall(truth)), Counter(pattern.findall(found)))


def _joined_as(word: re.Match[str], found: str) -> str:
    """A word that a line's end parts, joined if the Markdown has it so."""
    return word[1] + word[2] if word[1] + word[2] in found else word[0]


def _plain(text: str) -> str:
    """Small letters; superscripts and ligatures as the digits and letters that they are."""
    return unicodedata.normalize("NFKC", _SUPERSCRIPTS.sub(r" \g<0>", text)).lower()


def _own_text(document: Path) -> str:
    if document.suffix.lower() != ".pdf":
        return ""
    run = subprocess.run(["pdftotext", "-layout", str(document), "-"], capture_output=True, text=True, check=False)
    return run.stdout


if __name__ == "__main__":
    main()
