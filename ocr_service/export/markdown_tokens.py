"""The Markdown of regions, read for HTML and for Word: no HTML in it, no pictures of other places, formulas apart."""

from __future__ import annotations

from collections.abc import Callable

from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin


def markdown_reader(formula: Callable[[str, dict[str, bool]], str] | None = None) -> MarkdownIt:
    """``formula`` writes a formula as HTML, given its LaTeX and ``display_mode``.

    Images are left to regions with ``format="image"``: others would be requests to somewhere.
    """
    reader = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    return reader.use(dollarmath_plugin, allow_labels=False, allow_space=True, allow_digits=False, renderer=formula)
