r"""The glyphs of TeX's mathematics as pictures, for ``ocr_service/reading/ink_formulas/ink_glyphs.npz``.

    .venv/bin/python -m scripts.make_ink_glyphs

Needs pdflatex with the AMS fonts (Debian: texlive-latex-recommended, texlive-fonts-recommended). Each glyph of Computer
Modern and the AMS fonts is drawn finely; its moments and its picture around its centre, in units of its spread, are
kept (see ``ink_formulas.moments``). So are signs that TeX puts together from several glyphs, whose ink is one piece.
"""

from __future__ import annotations

import argparse
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ocr_service.reading.ink_formulas import table
from ocr_service.reading.ink_formulas.moments import Ink, Moments, moments_of, picture_of
from scripts.make_known_glyphs import FONTS, known_encodings, named
from scripts.tex_page import DPI, TexPage

_PIXELS = DPI / 72  # of a point
_SIZE, _COMPOSED_SIZE = 72.0, 36.0  # points of the type that is drawn
_PER_PAGE, _PER_LINE, _STEP = 24, 6, 300.0
_EDGE = 4  # pixels around a glyph
_SPACE = 32
_LEFT_OUT = re.compile("rm-lm|cmr12|cmbx[57]|ms[ab]m5|eufm5|rsfs5|cmsy[68]|cmmi12|cmex[789]|cmmib[57]|cmbsy7")
_RELATIONS = re.findall(
    r"\\[\\A-Za-z]+",
    r"\neq \notin \mapsto \longmapsto \longrightarrow \longleftarrow \Longrightarrow \Longleftarrow \Longleftrightarrow"
    r" \longleftrightarrow \models \bowtie \hookrightarrow \hookleftarrow \not\subset \not\equiv \not\subseteq"
    r" \cong \doteq \rightleftharpoons",
)
_TOUCHING = ["ft", "tt", "rt", "rf", "ct", "st", "xt"]  # letters
_COMPOSED = {latex: ("rel", "OMS") for latex in _RELATIONS} | {pair: ("text", "OT1") for pair in _TOUCHING}
_TALL = {
    "(": "open", ")": "close", "[": "open", "]": "close", "\\{": "open", "\\}": "close", "|": "fence", "\\|": "fence",
    "\\lfloor": "open", "\\rfloor": "close", "\\lceil": "open", "\\rceil": "close",
}  # fmt: skip
_HEIGHTS = [1.3 + 0.6 * n for n in range(12)]  # em of what is delimited
_SCALED = (
    r"\DeclareFontShape{OMX}{cmex}{m}{n}{<->cmex10}{}\DeclareFontShape{OMS}{cmsy}{m}{n}{<->cmsy#}{}"
    r"\DeclareFontShape{OML}{cmm}{m}{it}{<->cmmi#}{}\DeclareFontShape{OT1}{cmr}{m}{n}{<->cmr#}{}"
    r"\delimiterfactor=1000\delimitershortfall=0pt"
)
Key = tuple[str, str, str]  # LaTeX, kind, encoding


@dataclass(frozen=True, slots=True)
class Drawn:
    """A glyph in em from its origin. ``pieces``: how many parts its ink has."""

    box: list[float]
    advance: float
    moments: Moments
    picture: np.ndarray
    pieces: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=table.TABLE)
    out: Path = parser.parse_args().out
    symbols: dict[Key, int] = {}
    rows: list[tuple[int, Drawn]] = []
    for key, drawn in itertools.chain(_of_fonts(), _tall(), _composed()):
        rows.append((symbols.setdefault(key, len(symbols)), drawn))
    glyphs = [drawn for _, drawn in rows]
    moments = [glyph.moments for glyph in glyphs]
    np.savez_compressed(
        out,
        latex=np.array([key[0] for key in symbols]),
        kind=np.array([key[1] for key in symbols]),
        encoding=np.array([key[2] for key in symbols]),
        symbol=np.array([number for number, _ in rows], np.int16),
        box=np.array([glyph.box for glyph in glyphs], np.float32),
        advance=np.array([glyph.advance for glyph in glyphs], np.float32),
        moments=np.array([[m.mass, m.x, m.y, m.xx, m.yy] for m in moments], np.float32),
        pieces=np.array([glyph.pieces for glyph in glyphs], np.int8),
        picture=np.array([np.rint(g.picture / np.abs(g.picture).max() * 127) for g in glyphs], np.int8),
    )
    print(len(rows), "glyphs of", len(symbols), "symbols")


def _of_fonts() -> Iterator[tuple[Key, Drawn]]:
    encodings = known_encodings()
    for encoding, fonts in FONTS.items():
        slots = encodings[encoding]
        for font in fonts:
            if _LEFT_OUT.search(font):
                continue
            numbers = list(slots)
            for start in range(0, len(numbers), _PER_PAGE):
                part = numbers[start : start + _PER_PAGE]
                for slot, drawn in zip(part, _page_of(font, part), strict=True):
                    if drawn is not None:
                        yield named(font, encoding, slots[slot]), drawn
            print(font)


def _page_of(font: str, slots: Sequence[int]) -> Iterator[Drawn | None]:
    """The glyphs of a font at these numbers; None for one that is not on the page."""
    places = [(60 + _STEP * (n % _PER_LINE), 200 + _STEP * (n // _PER_LINE)) for n in range(len(slots))]
    height = 300 + _STEP * (_PER_PAGE // _PER_LINE)
    before = r"\llap{\char90}"  # a glyph at the number of a space is none to PDFium where its text begins with it
    put = "\n".join(
        rf"\put({x:.2f},{height - y:.2f}){{\f{before if slot == _SPACE else ''}\char{slot}}}"
        for slot, (x, y) in zip(slots, places, strict=True)
    )
    opened = TexPage(put, 120 + _PER_LINE * _STEP, height, definitions=rf"\font\f={font} at {_SIZE}bp").opened()
    glyphs = opened.glyphs
    plate = (opened.seen.plates[0] / 255).astype(np.float32)
    moved = glyphs.origin.min(axis=0) - np.array(places).min(axis=0) * _PIXELS
    for place in places:
        away = np.abs(glyphs.origin - moved - np.array(place) * _PIXELS).max(axis=1)
        at = int(away.argmin())
        if away[at] > 3.0:
            yield None
            continue
        size, origin = float(glyphs.size[at]), glyphs.origin[at]
        box = ((glyphs.ink[at] - np.array([*origin, *origin])) / size).tolist()
        ink = glyphs.ink[at]
        yield _drawn(plate, ink, origin, size, box, float((glyphs.cell[at][2] - origin[0]) / size))


def _drawn(
    plate: Ink, ink: np.ndarray, origin: np.ndarray, size: float, box: list[float], advance: float
) -> Drawn | None:
    """What is in the box ``ink`` of a picture. ``origin``: its own, in pixels; None where there is nothing."""
    x0, y0, x1, y1 = (round(float(side)) for side in ink + np.array([-_EDGE, -_EDGE, _EDGE, _EDGE]))
    left, top = max(0, x0), max(0, y0)
    patch = plate[top:y1, left:x1]
    whole = moments_of(patch)
    if whole.mass <= 0:
        return None
    x, y = origin - np.array([left, top]) - 0.5
    moments = Moments(
        whole.mass / size**2, (whole.x - x) / size, (whole.y - y) / size, whole.xx / size**2, whole.yy / size**2
    )
    pieces = cv2.connectedComponents((patch > 0.4).astype(np.uint8), connectivity=8)[0] - 1
    return Drawn(box, advance, moments, picture_of(patch, whole), pieces)


def _composed() -> Iterator[tuple[Key, Drawn]]:
    """Signs that TeX sets one upon the other, and letters that touch."""
    for (latex, (kind, encoding)), design in itertools.product(_COMPOSED.items(), (10, 7)):
        found = _set(rf"$\mathrm{{{latex}}}$", 300, _SCALED.replace("#", str(design)))
        if found is not None:
            yield (latex, kind, encoding), found


def _tall() -> Iterator[tuple[Key, Drawn]]:
    """Delimiters that are put together from pieces, in all heights up to eight em."""
    for latex, kind in _TALL.items():
        heights: set[int] = set()
        for height in _HEIGHTS:
            half = height / 2 * _COMPOSED_SIZE
            text = rf"$\left{latex}\vrule width 0pt height {half}bp depth {half}bp\right.$"
            found = _set(text, 10 * _COMPOSED_SIZE, _SCALED.replace("#", "10"))
            if found is None or round(20 * (found.box[3] - found.box[1])) in heights | {*range(23)}:
                continue
            heights.add(round(20 * (found.box[3] - found.box[1])))
            yield (latex, kind, "OMX"), found


def _set(text: str, height: float, definitions: str) -> Drawn | None:
    """The ink of a text as one glyph; its origin is that of its lowest glyph's baseline at its left edge."""
    size = _COMPOSED_SIZE
    put = rf"\put(100,{height / 2}){{\fontsize{{{size}bp}}{{{size}bp}}\selectfont{text}}}"
    opened = TexPage(put, 400, height, r"\usepackage{amsmath,amssymb}", definitions).opened()
    plate = (opened.seen.plates[0] / 255).astype(np.float32)
    ys, xs = np.nonzero(plate > 0.5)
    if not len(xs):
        return None
    ink = np.array([xs.min(), ys.min(), xs.max() + 1, ys.max() + 1], float)
    origin = np.array([ink[0], float(opened.glyphs.origin[:, 1].max())])
    em = size * _PIXELS
    box = ((ink - np.array([*origin, *origin])) / em).tolist()
    return _drawn(plate, ink, origin, em, box, box[2])


if __name__ == "__main__":
    main()
