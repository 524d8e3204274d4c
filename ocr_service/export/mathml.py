"""LaTeX as MathML, which browsers draw by themselves: no script, no font, no request.

The content of a document is untrusted: latex2mathml passes ``\\text{<script>}`` and ``\\href`` through, so ``<`` never
reaches it and its answer goes through a list of allowed elements.
"""

from __future__ import annotations

import html
import re

import nh3
from latex2mathml import exceptions
from latex2mathml.converter import convert

_LONGEST = 5000  # characters; the converter's time grows with depth and length, a real formula has some hundred
_ALIGNED = re.compile(r"\\(begin|end)\{(?:aligned|alignedat|gathered)\}")
_SIZE = re.compile(r"\\(?:big|Big)g?[lrm]?(?![A-Za-z])")  # browsers stretch brackets by themselves
_LESS = "\ue000"  # private use: stands for < on the way through the converter

_ELEMENTS = {
    "math",
    "mrow",
    "mi",
    "mo",
    "mn",
    "ms",
    "mtext",
    "mspace",
    "mfrac",
    "msqrt",
    "mroot",
    "msub",
    "msup",
    "msubsup",
    "munder",
    "mover",
    "munderover",
    "mmultiscripts",
    "mprescripts",
    "mtable",
    "mtr",
    "mtd",
    "mstyle",
    "mpadded",
    "mphantom",
    "menclose",
}
_ATTRIBUTES = {
    "*": {"mathvariant", "displaystyle", "scriptlevel"},
    "math": {"display"},
    "mo": {"stretchy", "fence", "form", "separator", "accent", "largeop", "movablelimits", "minsize", "maxsize"},
    "mspace": {"width", "height", "linebreak"},
    "mfrac": {"linethickness"},
    "mover": {"accent"},
    "munder": {"accentunder"},
    "mtable": {"columnalign", "rowspacing", "columnspacing", "columnlines", "rowlines"},
    "mtd": {"columnalign", "columnspan", "rowspan"},
    "menclose": {"notation"},
}
_REFUSED: tuple[type[Exception], ...] = (
    *(kind for kind in vars(exceptions).values() if isinstance(kind, type) and issubclass(kind, Exception)),
    # What the converter raises by accident on damaged input.
    *(IndexError, KeyError, ValueError, TypeError, AttributeError, RecursionError, StopIteration, AssertionError),
)


def formula_html(latex: str, *, display: bool) -> str:
    """A formula as MathML, or its source as code where it cannot be understood."""
    return formula_mathml(latex, display=display) or _source(formula_source(latex))


def formula_source(latex: str) -> str:
    """The LaTeX without the dollar signs around it."""
    return latex.strip().strip("$").strip()


def formula_mathml(latex: str, *, display: bool) -> str | None:
    """A formula as MathML; None where it cannot be understood."""
    source = formula_source(latex)
    if len(source) > _LONGEST:
        return None
    try:
        written = convert(_known(source).replace("<", _LESS), display="block" if display else "inline")
    except _REFUSED:
        return None
    written = written.replace(f"<mi>{_LESS}</mi>", "<mo>&lt;</mo>").replace(_LESS, "&lt;")
    return nh3.clean(written, tags=_ELEMENTS, attributes=_ATTRIBUTES)


def _known(latex: str) -> str:
    """With what latex2mathml does not know as what it does.

    It writes the ``&`` of some environments as a sign, as it does the star of operators and the backslash of
    ``\\bigl\\{``, for which brackets have no sizes of their own; what ``\\mathop`` has is lost.
    """
    latex = latex.replace("\\operatorname*", "\\operatorname").replace("arg\\,m", "argm").replace("\\mathop{", "{")
    return _SIZE.sub("", _ALIGNED.sub(r"\\\1{align*}", latex))


def _source(latex: str) -> str:
    return f'<code class="formula">{html.escape(latex)}</code>'
