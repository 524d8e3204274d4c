r"""The glyphs of other families of mathematical fonts: each command of TeX's that has one glyph, set by its package.

The encodings of these fonts differ, and their virtual fonts have glyphs of several: so what is asked for is the
command, and what is taken is what PDFium finds in its place. The italic letters of some families are those of their
text (``formulas/italics.py`` tells them apart by where they stand); upright ones of text are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from itertools import pairwise

import numpy as np

from ocr_service.text_layer.proof.shapes import samples_of
from scripts.tex_page import DPI, TexPage, box_of, claim_of

FAMILIES = {
    "txfonts": r"\usepackage{amssymb}\usepackage{txfonts}",
    "pxfonts": r"\usepackage{amssymb}\usepackage{pxfonts}",
    "mathptmx": r"\usepackage{amssymb}\usepackage{mathptmx}",
    "mathpazo": r"\usepackage{amssymb}\usepackage{mathpazo}",
    "newtx": r"\usepackage{newtxmath}",
    "newtx-libertine": r"\usepackage{libertine}\usepackage[libertine]{newtxmath}",
    "newpx": r"\usepackage{newpxmath}",
    "stix2": r"\usepackage[T1]{fontenc}\usepackage{stix2}",
    "stix": r"\usepackage[T1]{fontenc}\usepackage{stix}",
    "fourier": r"\usepackage{amssymb}\usepackage{fourier}",
    "kpfonts": r"\usepackage{kpfonts}",
    "euler": r"\usepackage{amssymb}\usepackage[euler-digits]{eulervm}",
    "libertinus": r"\usepackage{libertinust1math}",
    "mathabx": r"\usepackage{amssymb}\usepackage{mathabx}",
    "mathabx-12": r"\usepackage{amssymb}\usepackage{mathabx}\AtBeginDocument{\large}",  # it has its own drawings
    "mnsymbol": r"\usepackage{MnSymbol}",
    "mnsymbol-12": r"\usepackage{MnSymbol}\AtBeginDocument{\large}",
}
_STEP, _ACROSS = 48, 12  # points, and places in a row
# Fonts that set text too, by the names of their programs.
_OF_TEXT = re.compile(r"Nimbus|Palladio|TeXGyre|Libertin\w*-(?!Math)|STIX2Text|STIXGeneral|Utopia|^CM(?:R|BX|TI|SL)\d|"
                      r"^SF|^LM|zpl|Charis|XCharter|Linux|ztm|ntx-|ntxtm", re.I)  # fmt: skip
_STYLES = (r"\displaystyle", r"\textstyle", r"\scriptstyle", r"\scriptscriptstyle")
# Of these Computer Modern has no single glyph.
MORE = {
    "rel": r"\neq \cong \notin \doteq \models \hookrightarrow \hookleftarrow \longrightarrow \longleftarrow"
    r" \Longrightarrow \Longleftarrow \Longleftrightarrow \longleftrightarrow \bowtie \rightleftharpoons",
    "op": r"\iint \iiint \oint",
}
UNKNOWN = ("", "unknown", "none")
_CLASSES = ("mathrel", "mathbin", "mathop", "mathord", "mathopen", "mathclose")
_SAME_AS_OTHERS = frozenset(
    re.findall(
        r"\S+",
        r"\to \gets \owns \le \ge \ne \lnot \land \lor \bot \bigtriangleup \lbrace \rbrace \vert \Vert \lvert \rvert"
        r" \lVert \rVert \dots \cdotp \colon \prime \backslash \minus \iff \imath \jmath \lbrack \rbrack \Box"
        r" \Diamond \leadsto \restriction \Doteq \doublecup \doublecap \llless \gggtr \intop \ointop \surd \mid \|",
    )
)
_SAME = 0.97  # correlation of two samples of one glyph
_SIZES = (r"\big", r"\Big", r"\bigg", r"\Bigg")
_ENDS = ("(", ")", "[", "]", "\\{", "\\}", "|", "\\|")  # those that are put together from pieces
Key = tuple[str, str, str]  # LaTeX, kind and encoding of a symbol
Glyph = tuple[
    Key, str, list[int], np.ndarray
]  # with the character of its map, its box in thousandths of an em, a sample


def family_glyphs(preamble: str, symbols: Mapping[Key, object]) -> Iterator[Glyph]:
    """The glyphs of one family. ``symbols``: those that are asked for."""
    asked = list(_asked(symbols))
    found = [glyph for start in range(0, len(asked), 400) for glyph in _read(preamble, asked[start : start + 400])]
    kept: dict[tuple[int, ...], list[Glyph]] = {}
    for glyph in sorted(found, key=lambda glyph: _is_second(glyph[0])):
        same = kept.setdefault(tuple(glyph[2]), [])
        if all(other[0][0] == glyph[0][0] or float(other[3] @ glyph[3]) < _SAME for other in same):
            same.append(glyph)
            yield glyph


def _is_second(key: Key) -> bool:
    """Whether a family that has one glyph for two commands has the other one for it."""
    latex, _, encoding = key
    slanted = latex.startswith("\\var") and latex[4:5].isupper()
    return (
        key == UNKNOWN
        or slanted
        or encoding in ("RSFS", "FRAK")
        or latex in ("*", "\\varepsilon", "\\geqslant", "\\leqslant")
    )


def _asked(symbols: Mapping[Key, object]) -> Iterator[tuple[str, list[Key]]]:
    """What is set in each place, and the symbols of its glyphs from top to bottom."""
    for key in symbols:
        latex, kind, encoding = key
        if kind in ("piece", "brace", "hyphen", "quote", "text") or (encoding == "OT1" and latex.isalpha()):
            continue
        if kind == "accent":
            inner = ("x", "xx", "xxx") if latex.startswith("\\wide") else ("",)
            for text in inner:
                yield f"{latex}{{\\phantom{{{text}}}}}", [key]
        elif kind == "radical":
            for height in (0, 10, 16, 22):
                yield f"\\sqrt{{\\rule{{0pt}}{{{height}pt}}}}", [(latex, kind, "OMX" if height else encoding)]
        elif kind == "not":
            yield latex + r"\mathrel{}", [key]
        elif encoding == "OMX" and kind in ("open", "close", "ord"):
            for size in _SIZES:
                yield f"{size} {latex}", [key]
        else:
            styles = _STYLES[:2] if encoding == "OMX" else _STYLES[1:]
            for style in styles:
                yield f"{style} {latex}", [key]
    for kind, names in MORE.items():
        for latex in names.split():
            for style in _STYLES[:2] if kind == "op" else _STYLES[1:]:
                yield f"{style} {latex}", [(latex, kind, "OMX" if kind == "op" else "OMS")]
    for latex in _others({latex for latex, _, _ in symbols} | set(" ".join(MORE.values()).split())):
        for style in (_STYLES[1], _STYLES[2]):
            yield f"{style} {latex}", [UNKNOWN]
    for latex in _ENDS:
        kinds: tuple[str, ...] = ("t", "m", "c", "m", "b") if latex in ("\\{", "\\}") else ("t", "m", "b")
        if latex in ("|", "\\|"):
            kinds = ("m",)
        for height in (20, 26, 36):  # half of the delimiter
            opening, closing = (latex, ".") if latex not in (")", "]", "\\}") else (".", latex)
            name = [(f"{latex}:{kind}", "piece", "OMX") for kind in kinds]
            yield f"\\left{opening}\\rule{{0pt}}{{{height}pt}}\\right{closing}", name


def _others(asked: set[str]) -> list[str]:
    """Commands of one sign that the builder has no use for: what looks like one of them is to be taken for no other."""
    names = set()
    with resources.files("latex2mathml").joinpath("unimathsymbols.txt").open("r", encoding="utf-8") as lines:
        for line in lines:
            fields = line.split("^")
            if len(fields) > 5 and not line.startswith("#") and fields[5] in _CLASSES:
                names |= {name for name in fields[2:4] if re.fullmatch(r"\\[A-Za-z]+", name)}
    return sorted(names - asked - _SAME_AS_OTHERS)


def _read(preamble: str, asked: Sequence[tuple[str, list[Key]]]) -> Iterator[Glyph]:
    opened = _page(preamble, [source for source, _ in asked]).opened(check=False)
    glyphs, scale = opened.glyphs, DPI / 72
    shapes = samples_of(opened.seen.plates[0], glyphs.ink)
    x = glyphs.ink[:, :1].mean(axis=1) / scale
    y = (glyphs.ink[:, 1] + glyphs.ink[:, 3]) / 2 / scale
    places = (np.floor(y / (2 * _STEP)) * _ACROSS + np.floor(x / _STEP)).astype(int)
    for place, (_, keys) in enumerate(asked):
        found = np.flatnonzero(places == place).tolist()
        found.sort(key=lambda i: float(glyphs.ink[i][1]))
        for index, key in _named(found, keys, glyphs.ink):
            name = glyphs.fonts[int(glyphs.font[index])].name.rpartition("+")[2]
            if glyphs.size[index] <= 0 or (_OF_TEXT.search(name) and key[2] == "OT1" and key[1] != "accent"):
                continue
            yield key, claim_of(glyphs, index), box_of(glyphs, index), shapes[index]


def _named(found: Sequence[int], keys: Sequence[Key], ink: np.ndarray) -> Iterator[tuple[int, Key]]:
    """The glyphs of a place with their symbols; none where there are others than were asked for."""
    if len(keys) == 1 and keys[0][1] != "piece":
        if len(found) == 1:
            yield found[0], keys[0]
        return
    if keys[0][0].rpartition(":")[0] in ("|", "\\|"):
        if len(found) > 1:
            yield found[0], keys[0]
        return
    if len(found) < 2 or any(float(ink[b][1]) < float(ink[a][1]) + 1 for a, b in pairwise(found)):
        return
    yield found[0], keys[0]
    yield found[-1], keys[-1]
    middle = found[1:-1]
    if len(keys) == 5 and middle:  # a brace: its tip is the glyph around the middle
        centre = (float(ink[found[0]][1]) + float(ink[found[-1]][3])) / 2
        tip = min(middle, key=lambda i: abs((float(ink[i][1]) + float(ink[i][3])) / 2 - centre))
        yield tip, keys[2]
        middle = [i for i in middle if i != tip]
    if middle:
        yield middle[0], keys[1]


def _if_defined(source: str) -> str:
    """The source where the family has all its commands; else nothing, and not what an unknown command leaves over."""
    commands = re.findall(r"\\[A-Za-z]+", source)
    return "".join(rf"\ifdefined{command} " for command in commands) + source + r"\fi" * len(commands)


def _page(preamble: str, sources: Sequence[str]) -> TexPage:
    rows = (len(sources) - 1) // _ACROSS + 1
    width, height = _STEP * _ACROSS, 2 * _STEP * rows
    put = "\n".join(
        rf"\put({_STEP * (n % _ACROSS) + 8},{height - 2 * _STEP * (n // _ACROSS) - 1.2 * _STEP:.1f})"
        rf"{{\asked{{{_if_defined(source)}}}}}"
        for n, source in enumerate(sources)
    )
    return TexPage(
        put,
        width,
        height,
        preamble=rf"\usepackage{{amsmath}}{preamble}",
        definitions=r"\def\asked#1{\hbox{$\mathsurround0pt#1$}}",
    )
