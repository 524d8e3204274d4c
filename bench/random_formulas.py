r"""How many formulas that nobody has chosen come out of the text layer as they were written.

    python -m bench.random_formulas [--seed 1] [--pages 10] [--size 10pt] [--show]

Formulas are put together at random: single ones, lines of aligned equations, matrices and cases. Two are the same
where their MathML is, but for grouping, spaces and the size of delimiters. ``otherwise``: LaTeX that nobody wrote,
which must be none. Needs pdflatex (Debian: texlive-latex-recommended).
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parent.parent))

from ocr_service.reading.page_tasks import PageTask, read_page, warm_up
from tests.support.formula_pages import INLINE, Style, source_of, tree, typeset

_ATOMS = (
    *"xyzabcfgkmntABCNX",
    *(r"\alpha", r"\beta", r"\gamma", r"\delta", r"\theta", r"\lambda", r"\mu", r"\pi", r"\sigma", r"\phi", r"\Gamma"),
    *(
        "1",
        "2",
        "10",
        "42",
        r"\infty",
        r"\mathbf{x}",
        r"\mathcal{L}",
        r"\mathbb{R}",
        r"\hat{x}",
        r"\tilde{y}",
        r"\bar{u}",
    ),
    *(r"\vec{v}", r"\ell", r"\partial", r"\nabla", r"\Omega"),
)
_SCRIPTS = ("i", "j", "n", "0", "2", "k+1", "n-1", "i,j", "ij", r"\alpha", r"\ast", "i=1", "-1", "1/2", r"n\to\infty")
_OPERATORS = (
    *(r"\sum_{i=1}^{n}", r"\prod_{k}", r"\sum_{x\in X}", r"\int_{0}^{1}", r"\int_{-\infty}^{\infty}", r"\oint"),
    *(r"\max_{i}", r"\lim_{n\to\infty}", r"\bigcup_{j=1}^{m}"),
)
_BETWEEN = ("+", "-", "+", "-", r"\cdot", r"\times", r"\pm", r"\otimes", r"\cap")
_RELATIONS = ("=", "=", "=", r"\leq", r"\geq", r"\approx", r"\subset", r"\equiv", r"\sim", "<", r"\neq")
_EACH = 4  # formulas a page


class _Formulas:
    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def single(self) -> str:
        depth = self._random.choice((0, 1, 1, 2, 2))
        return f"{self._sum(depth)} {self._random.choice(_RELATIONS)} {self._sum(depth)}"

    def aligned(self) -> str:
        lines = []
        for number in range(self._random.randint(2, 5)):
            left = self._sum(1) if number == 0 or self._random.random() < 0.6 else ""
            lines.append(f"{left} & {self._random.choice(_RELATIONS)} {self._sum(1)}")
        return rf"\begin{{align*}} {self._rows(lines)} \end{{align*}}"

    def matrix(self) -> str:
        name, columns = self._random.choice(("pmatrix", "bmatrix", "vmatrix")), self._random.randint(1, 3)
        lines = [" & ".join(self._cell() for _ in range(columns)) for _ in range(self._random.randint(2, 3))]
        return rf"{self._sum(0)} = \begin{{{name}}} {self._rows(lines)} \end{{{name}}}"

    def cases(self) -> str:
        lines = [
            f"{self._sum(self._random.choice((0, 0, 1)))} & {self._atom()} > {self._atom()}"
            for _ in range(self._random.choice((2, 3)))
        ]
        return rf"{self._sum(0)} = \begin{{cases}} {self._rows(lines)} \end{{cases}}"

    def _rows(self, lines: list[str]) -> str:
        return r" \\ ".join(lines)

    def _atom(self) -> str:
        return str(self._random.choice(_ATOMS))

    def _cell(self) -> str:
        letter, script = self._random.choice("abxy"), self._random.choice(_SCRIPTS)
        return self._random.choice(
            (self._atom(), f"{letter}_{{{script}}}", r"\cdots", rf"\frac{{{self._atom()}}}{{{letter}}}")
        )

    def _sum(self, depth: int) -> str:
        terms = [self._term(depth)]
        for _ in range(self._random.choice((0, 0, 1, 1, 2) if depth else (0, 0, 1))):
            terms += [self._random.choice(_BETWEEN), self._term(depth)]
        return " ".join(terms)

    def _term(self, depth: int) -> str:
        operator = self._random.choice(_OPERATORS) + " " if self._random.random() < 0.12 else ""
        second = " " + self._factor(depth) if self._random.random() < 0.4 else ""
        return operator + self._factor(depth) + second

    def _factor(self, depth: int) -> str:
        letter, below, above = (
            self._random.choice("xyzabcXYAB"),
            self._random.choice(_SCRIPTS),
            self._random.choice(_SCRIPTS),
        )
        simple = (f"{letter}_{{{below}}}", f"{letter}^{{{above}}}", f"{letter}_{{{below}}}^{{{above}}}")
        chance = self._random.random()
        if depth == 0 or chance < 0.66:
            return self._random.choice((self._atom(), self._atom(), *simple)) if chance < 0.5 else self._atom()
        made: tuple[Callable[[], str], ...] = (
            lambda: rf"\frac{{{self._sum(depth - 1)}}}{{{self._sum(depth - 1)}}}",
            lambda: rf"\sqrt{{{self._sum(depth - 1)}}}",
            lambda: rf"\left( {self._sum(depth - 1)} \right)",
            lambda: rf"\overline{{{self._sum(0)}}}",
            lambda: rf"\left| {self._sum(depth - 1)} \right|",
            lambda: rf"\log ({self._sum(depth - 1)})",
        )
        return self._random.choice(made)()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pages", type=int, default=10, help="of each kind")
    parser.add_argument("--size", default="10pt", help="of the type: 10pt, 11pt or 12pt")
    parser.add_argument("--show", action="store_true", help="formulas that differ")
    arguments = parser.parse_args()
    warm_up("embedded", "rus+eng")
    style = Style("random", arguments.size, r"\usepackage{amsmath,amssymb}")
    formulas = _Formulas(arguments.seed)
    print(f"{'kind':10} {'right':>9} {'otherwise':>10} {'pictures':>9}  CPU s a page")
    for name, make in (
        ("single", formulas.single),
        ("aligned", formulas.aligned),
        ("matrix", formulas.matrix),
        ("cases", formulas.cases),
    ):
        _measure(name, make, style, arguments.pages, arguments.show)


def _measure(name: str, make: Callable[[], str], style: Style, pages: int, show: bool) -> None:
    right = otherwise = pictures = 0
    seconds = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(pages):
            written = [make() for _ in range(_EACH)]
            path = typeset(source_of(style, written, INLINE[:_EACH]), Path(folder, "page.pdf"))
            started = time.process_time()
            task = PageTask(path, "pdf", 1, 200, 40_000_000, "", "embedded", "rus+eng", None, text_layer="auto")
            regions = read_page(task).regions
            seconds += time.process_time() - started
            found = [region.content for region in regions if region.format == "latex"]
            trees = [_tree(latex) for latex in found]
            missed = [latex for latex in written if _tree(latex) not in trees]
            extra = [latex for latex in found if _tree(latex) not in map(_tree, written)]
            right += len(written) - len(missed)
            otherwise += len(extra)
            pictures += sum(region.label == "unread" for region in regions)
            if show and missed:
                print("\n".join([*(f"  missed {latex}" for latex in missed), *(f"  has {latex}" for latex in extra)]))
    print(f"{name:10} {right:>4}/{pages * _EACH:<4} {otherwise:>10} {pictures:>9}  {seconds / pages:.3f}")


def _tree(latex: str) -> str:
    plain = latex.replace("align*", "align").replace("*", r"\ast ")
    return tree(re.sub(r"\\(?:left|right)(?![a-z])", "", plain))


if __name__ == "__main__":
    main()
