"""Cells of tables without upright rules, at their row and column, on pages whose tables are known; and false tables.

    python bench/tables.py [--kinds prices,booktabs,…] [--count 6] [--seed 1] [--dpi 200] [--text-layer both] [-o DIR]

A page has prose around one table, drawn in cells of which each is known. By kind and way of reading it prints:

- ``cells``: the share of cells that have their text at their row and column;
- ``pairs``: the F1 of neighbours, to the right and below (ICDAR 2013's adjacency relations);
- ``heads``: the share of cells below a head that have each head's text above them;
- ``extra``: pages with a table where none is drawn.

A cell counts as found where nine in ten of its characters are the same: what counts is where it stands. ``-o`` keeps
the PDFs, the truth and the Markdown.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lxml import html
from rapidfuzz import fuzz

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.drawn_table import Drawn
from bench.pages_without_tables import OTHERS
from bench.table_kinds import KINDS
from bench.table_pages import make_pages
from ocr_service.document import PageResult, TextLayerMode
from ocr_service.reading.page_tasks import PageTask, read_page

_ALIKE = 90  # of 100, for a cell's text


Grid = list[list[str]]


def grid_of(drawn: Drawn) -> Grid:
    """The table's texts by row and column, those of a spanning cell at each of its places."""
    grid = [[""] * len(drawn.aligns) for _ in drawn.rows]
    for r, row in enumerate(drawn.rows):
        for c, cell in enumerate(row):
            if cell is not None:
                for down in range(cell.down):
                    for across in range(cell.across):
                        grid[r + down][c + across] = _plain(cell.text)
    return grid


def _plain(text: str) -> str:
    if "<" in text:
        text = html.fromstring(f"<p>{text}</p>").text_content()
    text = re.sub(r"\s*[.…]{2,}\s*|…", " ", text)
    text = text.replace("\\", "").replace("**", "").replace("$", "")
    return re.sub(r"[\s]+", "", text).replace("−", "-").replace("–", "-").replace("—", "-").lower()


def found_grids(page: PageResult) -> list[Grid]:
    return [grid for region in page.regions if region.label == "table" for grid in [_parsed(region.content)] if grid]


def _parsed(content: str) -> Grid:
    if "<table" not in content:
        lines = [line for line in content.splitlines() if line.startswith("|") and not re.fullmatch(r"[|\s:-]+", line)]
        return [[_plain(cell) for cell in re.split(r"(?<!\\)\|", line.strip()[1:-1])] for line in lines]
    table = html.fromstring(content)
    taken: dict[tuple[int, int], str] = {}
    for r, row in enumerate(table.iter("tr")):
        c = 0
        for cell in row.iter("td", "th"):
            while (r, c) in taken:
                c += 1
            for down in range(int(cell.get("rowspan", 1))):
                for across in range(int(cell.get("colspan", 1))):
                    taken[r + down, c + across] = _plain(cell.text_content())
    if not taken:
        return []
    rows, columns = max(r for r, _ in taken) + 1, max(c for _, c in taken) + 1
    return [[taken.get((r, c), "") for c in range(columns)] for r in range(rows)]


def _named(found: Grid, truth: Grid) -> Grid:
    """``found`` with the truth's spelling where that is near enough."""
    known = {cell for row in truth for cell in row if cell}

    def name(text: str) -> str:
        if not text or text in known:
            return text
        best = max(known, key=lambda other: fuzz.ratio(text, other), default="")
        return best if fuzz.ratio(text, best) >= _ALIKE else text

    return [[name(cell) for cell in row] for row in found]


def _neighbours(grid: Grid) -> Counter[tuple[str, str, str]]:
    """Each filled cell with the next other one to the right, and below."""
    counted: Counter[tuple[str, str, str]] = Counter()
    for r, row in enumerate(grid):
        for c, text in enumerate(row):
            if not text:
                continue
            right = next((other for other in row[c + 1 :] if other), "")
            below = next((line[c] for line in grid[r + 1 :] if c < len(line) and line[c]), "")
            if right and right != text:
                counted[text, right, "right"] += 1
            if below and below != text:
                counted[text, below, "below"] += 1
    return counted


@dataclass
class Score:
    cells: float
    pairs: float
    heads: float


def score(found: Sequence[Grid], drawn: Drawn) -> Score:
    truth = grid_of(drawn)
    filled = [(r, c) for r, row in enumerate(truth) for c, text in enumerate(row) if text]
    grids = [_named(grid, truth) for grid in found]
    best = max(
        grids, key=lambda g: sum(len({x for row in g for x in row} & {truth[r][c]}) for r, c in filled), default=[]
    )
    hits = sum(r < len(best) and c < len(best[r]) and best[r][c] == truth[r][c] for r, c in filled)
    wanted, got = _neighbours(truth), _neighbours(best)
    common = sum((wanted & got).values())
    f1 = 2 * common / max(1, wanted.total() + got.total())
    asked = heads = 0
    for c in range(1, len(truth[0])):
        above = {truth[r][c] for r in range(drawn.heads)} - {""}
        for r in range(drawn.heads, len(truth)):
            if not truth[r][c]:
                continue
            places = [(i, j) for i, row in enumerate(best) for j, text in enumerate(row) if text == truth[r][c]]
            for head in above:
                asked += 1
                heads += any(any(j < len(best[k]) and best[k][j] == head for k in range(i)) for i, j in places)
    return Score(hits / max(1, len(filled)), f1, heads / asked if asked else 1.0)


def read(path: Path, dpi: int, mode: TextLayerMode) -> PageResult:
    return read_page(PageTask(path, "pdf", 1, dpi, 50_000_000, "", "embedded", "rus+eng", None, mode))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", default=",".join([*KINDS, *OTHERS]))
    parser.add_argument("--count", type=int, default=6, help="pages of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dpi", type=int, default=200)
    parser.add_argument("--text-layer", choices=("auto", "ignore", "both"), default="both")
    parser.add_argument("-o", "--output", type=Path, metavar="DIR")
    arguments = parser.parse_args()
    modes: list[TextLayerMode] = ["auto", "ignore"] if arguments.text_layer == "both" else [arguments.text_layer]
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.output or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        pages = list(make_pages(folder, arguments.kinds.split(","), arguments.count, arguments.seed))
        for mode in modes:
            _print_scores(pages, arguments.dpi, mode, keep=arguments.output is not None)


def _print_scores(
    pages: Sequence[tuple[str, Path, Drawn | None]], dpi: int, mode: TextLayerMode, *, keep: bool
) -> None:
    print(f"{mode + ' ' + str(dpi):16} {'pages':>5} {'cells':>6} {'pairs':>6} {'heads':>6} {'extra':>5} {'CPU s':>6}")
    scores: dict[str, list[Score]] = {}
    extra: Counter[str] = Counter()
    cpu: dict[str, list[float]] = {}
    for kind, path, drawn in pages:
        started = time.process_time()
        page = read(path, dpi, mode)
        cpu.setdefault(kind, []).append(time.process_time() - started)
        found = found_grids(page)
        if keep:
            path.with_suffix(f".{mode}.md").write_text(page.markdown, encoding="utf-8")
        if drawn is None:
            extra[kind] += bool(found)
            continue
        extra[kind] += len(found) > 1
        scores.setdefault(kind, []).append(score(found, drawn))
        if keep:
            path.with_suffix(".json").write_text(json.dumps(grid_of(drawn), ensure_ascii=False), encoding="utf-8")
    for kind, values in cpu.items():
        _print_row(kind, scores.get(kind, []), extra[kind], values)
    _print_row(
        "all", [s for group in scores.values() for s in group], extra.total(), [v for g in cpu.values() for v in g]
    )


def _print_row(name: str, scores: Sequence[Score], extra: int, cpu: Sequence[float]) -> None:
    def mean(values: Sequence[float]) -> str:
        return f"{sum(values) / len(values):6.3f}" if values else "     -"

    columns = [mean([getattr(s, field) for s in scores]) for field in ("cells", "pairs", "heads")]
    print(f"{name:16} {len(cpu):5} {' '.join(columns)} {extra:5} {mean(cpu)}", flush=True)


if __name__ == "__main__":
    main()
