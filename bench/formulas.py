r"""How many formulas of pages made by pdflatex come out of the text layer as they were written, and what a page costs.

    python -m bench.formulas [--keep FOLDER] [--show]

Each formula is set in pages of prose with known LaTeX, in several fonts and layouts. Two formulas are the same where
their MathML is, but for grouping, spaces and the size of delimiters. Needs pdflatex (Debian: texlive-latex-recommended,
texlive-fonts-recommended, lmodern; texlive-fonts-extra for some styles, which are left out without it).
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from ocr_service.document import PageResult
from ocr_service.export.inline_formulas import inline_formulas
from ocr_service.reading.page_tasks import PageTask, read_page, warm_up
from tests.support.formula_pages import Style, groups, source_of, tree, typeset, typeset_by_dvips

STYLES = (
    Style("cm", "10pt", r"\usepackage{amsmath,amssymb}"),
    Style("cm-11-numbered", "11pt", r"\usepackage{amsmath,amssymb}", number=True),
    Style("cm-12-microtype", "12pt", r"\usepackage{amsmath,amssymb,microtype}"),
    Style("cm-12-cmex10", "12pt", r"\usepackage[cmex10]{amsmath}\usepackage{amssymb}"),
    Style("cm-dvips", "10pt", r"\usepackage{amsmath,amssymb}", dvips=True),
    Style("cm-two-columns", "10pt,twocolumn", r"\usepackage{amsmath,amssymb}", number=True),
    Style("lmodern", "10pt", r"\usepackage{lmodern}\usepackage[T1]{fontenc}\usepackage{amsmath,amssymb,microtype}"),
    Style("times-text", "10pt", r"\renewcommand{\rmdefault}{ptm}\usepackage{amsmath,amssymb}"),
    Style("mathptmx", "10pt", r"\usepackage{amsmath,amssymb}\usepackage{mathptmx}"),
    Style("txfonts", "10pt", r"\usepackage{amsmath,amssymb}\usepackage{txfonts}"),
    Style("pxfonts", "10pt", r"\usepackage{amsmath,amssymb}\usepackage{pxfonts}"),
    Style("mathpazo", "10pt", r"\usepackage{amsmath,amssymb}\usepackage{mathpazo}"),
    Style("newtx", "10pt", r"\usepackage{amsmath}\usepackage{newtxtext}\usepackage{newtxmath}"),
    Style("newtx-libertine", "10pt", r"\usepackage{amsmath}\usepackage{libertine}\usepackage[libertine]{newtxmath}"),
    Style("newpx", "10pt", r"\usepackage{amsmath}\usepackage{newpxtext}\usepackage{newpxmath}"),
    Style("stix2", "10pt", r"\usepackage{amsmath}\usepackage[T1]{fontenc}\usepackage{stix2}"),
    Style("stix", "10pt", r"\usepackage{amsmath}\usepackage[T1]{fontenc}\usepackage{stix}"),
    Style("fourier", "10pt", r"\usepackage{amsmath,amssymb}\usepackage{fourier}"),
    Style("kpfonts", "10pt", r"\usepackage{amsmath}\usepackage{kpfonts}"),
    Style("euler", "10pt", r"\usepackage{amsmath,amssymb}\usepackage[euler-digits]{eulervm}"),
    Style("libertinus", "10pt", r"\usepackage{amsmath}\usepackage{libertine}\usepackage{libertinust1math}"),
    Style("mathabx", "12pt", r"\usepackage{amsmath,amssymb}\usepackage{mathabx}"),
    Style("mnsymbol", "10pt", r"\usepackage{amsmath,amsfonts}\usepackage{MnSymbol}"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", type=Path, help="folder for the PDFs")
    parser.add_argument("--show", action="store_true", help="formulas that differ")
    parser.add_argument("--style", help="only this one")
    arguments = parser.parse_args()
    warm_up("embedded", "rus+eng")
    with tempfile.TemporaryDirectory() as folder:
        where = arguments.keep or Path(folder)
        where.mkdir(exist_ok=True, parents=True)
        totals = [0, 0, 0, 0]
        for style in STYLES:
            if arguments.style and style.name != arguments.style:
                continue
            found = _measure(style, where, arguments.show)
            totals = [a + b for a, b in zip(totals, found, strict=True)]
        print(f"{'all':18} display {totals[0]}/{totals[1]}  inline {totals[2]}/{totals[3]}")


def _measure(style: Style, folder: Path, show: bool) -> list[int]:
    totals, seconds, pages = [0, 0, 0, 0], 0.0, 0
    for number, (part, some) in enumerate(groups()):
        try:
            made_by = typeset_by_dvips if style.dvips else typeset
            path = made_by(source_of(style, part, some), folder / f"{style.name}-{number}.pdf")
        except (subprocess.CalledProcessError, FileNotFoundError):
            print(f"{style.name:18} cannot be typeset")
            return [0, 0, 0, 0]
        _read(path)
        started = time.process_time()
        page = _read(path)
        seconds, pages = seconds + time.process_time() - started, pages + 1
        got = [r.content for r in page.regions if r.format == "latex"]
        text = "\n".join(r.content for r in page.regions if r.format == "markdown")
        got_inline = [match[1] for match in inline_formulas(text)]
        for wanted, kind, have in ((part, 0, got), (some, 2, got_inline)):
            trees = [tree(latex) for latex in have]
            for latex in wanted:
                same = tree(latex) in trees
                totals[kind] += same
                totals[kind + 1] += 1
                if same:
                    trees[trees.index(tree(latex))] = "taken"
                elif show:
                    print(f"  {path.name}: {'inline' if kind else 'display'} {latex}")
            if show and kind == 0:
                for latex, left in zip(have, trees, strict=True):
                    if left != "taken":
                        print(f"      has: {latex}")
            if show and kind == 2:
                print("      has:", [latex for latex, left in zip(have, trees, strict=True) if left != "taken"])
    counts = f"display {totals[0]}/{totals[1]}  inline {totals[2]}/{totals[3]}"
    print(f"{style.name:18} {counts}  {seconds / pages:.3f} CPU s a page")
    return totals


def _read(path: Path) -> PageResult:
    task = PageTask(path, "pdf", 1, 200, 40_000_000, "", "embedded", "rus+eng", None, text_layer="auto")
    return read_page(task)


if __name__ == "__main__":
    main()
