"""One page that pdflatex sets as a picture, opened as the text layer opens any other, and what is kept of a glyph."""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ocr_service.render.pdfium import open_pdf
from ocr_service.text_layer.opened_page import OpenedPage, open_page
from ocr_service.text_layer.page.glyphs import Glyphs
from ocr_service.text_layer.proof.verdicts import is_senseless

DPI = 200
_MOST_PIXELS = 400_000_000  # of the page at DPI: beyond them it would be drawn smaller


@dataclass(frozen=True, slots=True)
class TexPage:
    r"""What is set: ``put`` (``\put`` by ``\put``) on ``width`` times ``height`` points, (0, 0) being the bottom left.

    ``definitions`` stand before it, after the packages of ``preamble``.
    """

    put: str
    width: float
    height: float
    preamble: str = ""
    definitions: str = ""

    def opened(self, check: bool = True) -> OpenedPage:
        """The page. With ``check`` an error raises CalledProcessError, else what is set despite it is taken.

        Raises FileNotFoundError where nothing is, as without a package that is asked for.
        """
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "page.tex")
            path.write_text(self.source)
            command = ["pdflatex", "-interaction=batchmode", path.name]
            subprocess.run(command, cwd=folder, check=check, capture_output=True)
            with open_pdf(path.with_suffix(".pdf"), "") as pdf:
                opened = open_page(pdf, 1, DPI, _MOST_PIXELS)
        assert opened is not None
        return opened

    @property
    def source(self) -> str:
        return (
            rf"\documentclass[10pt]{{article}}{self.preamble}\pagestyle{{empty}}"
            rf"\pdfpagewidth={self.width}bp\pdfpageheight={self.height}bp\pdfhorigin=0bp\pdfvorigin=0bp"
            r"\hoffset=0pt\voffset=0pt\topmargin=0pt\headheight=0pt\headsep=0pt\oddsidemargin=0pt\textheight=9000pt"
            r"\parindent=0pt\topskip=0pt\maxdepth=0pt\nulldelimiterspace=0pt\scriptspace=0pt"
            rf"\begin{{document}}{self.definitions}\setlength{{\unitlength}}{{1bp}}"
            rf"\begin{{picture}}(0,{self.height})(0,0){self.put}\end{{picture}}\end{{document}}"
        )


def claim_of(glyphs: Glyphs, index: int) -> str:
    """PDFium's Unicode for a glyph, empty for none."""
    code = chr(int(glyphs.codes[index]))
    return "" if is_senseless(code, bool(glyphs.unmapped[index])) else code


def box_of(glyphs: Glyphs, index: int) -> list[int]:
    """Left, top, right and bottom of a glyph's ink from its origin, in thousandths of an em."""
    origin = glyphs.origin[index]
    box = (glyphs.ink[index] - np.array([*origin, *origin])) / float(glyphs.size[index]) * 1000
    return [int(side) for side in np.rint(box)]
