r"""The glyphs of TeX's mathematics as PDFium shows them, for ``ocr_service/text_layer/proof/known_glyphs.npz``.

    .venv/bin/python -m scripts.make_known_glyphs

Needs pdflatex with the AMS fonts and others (Debian: texlive-latex-recommended, texlive-fonts-recommended,
texlive-fonts-extra). Each font is set in its design size and read from the page as the text layer reads any other, so
that boxes and samples are those of a page. Of other families (``math_families``) each command that has one glyph is
set. Only boxes and samples of 8 x 12 values are kept (docs/decisions/0010, docs/dependencies.md).
"""

from __future__ import annotations

import argparse
import re
import subprocess
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path

import numpy as np

from ocr_service.text_layer.proof import known_glyphs
from ocr_service.text_layer.proof.shapes import samples_of
from scripts.math_families import FAMILIES, family_glyphs
from scripts.tex_page import DPI, TexPage, box_of, claim_of

_SPACE = 32
_CM = (5, 6, 7, 8, 9, 10)
FONTS: dict[str, tuple[str, ...]] = {  # encodings, and the fonts that have them
    "OML": (*(f"cmmi{n}" for n in (*_CM, 12)), "cmmib10", "cmmib7", "cmmib5"),
    "OMS": (*(f"cmsy{n}" for n in _CM), "cmbsy10", "cmbsy7"),
    "OMX": ("cmex10", "cmex9", "cmex8", "cmex7"),
    "OT1": (
        *(f"cmr{n}" for n in (*_CM, 12)),
        "cmbx10",
        "cmbx12",
        "cmbx7",
        "cmbx5",
        *(f"rm-lmr{n}" for n in (*_CM, 12)),
    ),
    "AMSa": ("msam10", "msam7", "msam5"),
    "AMSb": ("msbm10", "msbm7", "msbm5"),
    "FRAK": ("eufm10", "eufm7", "eufm5"),
    "RSFS": ("rsfs10", "rsfs7", "rsfs5"),
}
_SAME = 0.94  # correlation of two samples, of which one is enough
Row = tuple[int, str, list[int], np.ndarray]  # symbol, character of its map, box, sample
_BOLD = ("cmmib", "cmbsy", "cmbx")
_CLASSES = {
    "mathord": "ord",
    "mathalpha": "ord",
    "mathop": "op",
    "mathbin": "bin",
    "mathrel": "rel",
    "mathopen": "open",
    "mathclose": "close",
    "mathpunct": "punct",
}
_DECLARED = re.compile(
    r'^\s*\\DeclareMathSymbol\s*\{(\\[A-Za-z]+|.)\}\s*\{\\(math\w+)\}\s*\{(\w+)\}\s*\{"([0-9A-F]+)\}', re.M
)
_SOURCES = {"letters": "OML", "symbols": "OMS", "operators": "OT1", "AMSa": "AMSa", "AMSb": "AMSb"}
_PREFERRED = {
    "\\to": "\\rightarrow", "\\gets": "\\leftarrow", "\\owns": "\\ni", "\\le": "\\leq", "\\ge": "\\geq",
    "\\lnot": "\\neg", "\\land": "\\wedge", "\\lor": "\\vee", "\\intop": "\\int", "\\ointop": "\\oint",
    "\\bot": "\\perp", "\\bigtriangleup": "\\triangle", "\\varbigtriangleup": "\\triangle",
    "\\varbigtriangledown": "\\bigtriangledown",
}  # fmt: skip
_PAIRS = (("\\phi", "\\varphi"), ("\\epsilon", "\\varepsilon"), ("\\theta", "\\vartheta"), ("\\rho", "\\varrho"))
# Some maps have one character for both, and some each other's.
_ALIKE = {a: (b,) for pair in _PAIRS for a, b in (pair, pair[::-1])} | {
    "\\epsilon": ("\\varepsilon", "ǫ"),  # Ghostscript's
    "-": ("\\minus", "\u2212"),
    "|": ("\\mid", "\\vert"),
    "\\|": ("\\Vert", "\\parallel"),
    "\\S": ("§",),
    "\\P": ("¶",),
    "\\ast": ("*", "∗"),
    "\\perp": ("\\bot", "⊥"),
    "\\triangle": ("△",),
    "\\{": ("{",),
    "\\}": ("}",),
    "\\backslash": ("\\",),
    "\\cdot": ("·", "⋅"),
    "\\emptyset": ("∅",),
    "\\varnothing": ("∅",),
    "\\square": ("□",),
    "'": ("’",),
    "\\setminus": ("\\", "∖"),
    "\\prime": ("′",),
    "\\not": ("\u0338", "/"),
    "\\Delta": ("∆",),
    "\\Omega": ("Ω",),
    "\\mu": ("µ",),
    **{
        f"\\var{name}": (f"\\{name}",)
        for name in ["Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega"]
    },
    "\\varDelta": ("∆", "\\Delta"),
    "\\varOmega": ("Ω", "\\Omega"),
}
_SECOND = ("\\thickapprox", "\\thicksim", "\\hslash")  # too like \\approx, \\sim and \\hbar
_DELIMITERS = {"(": ("(", "open"), ")": (")", "close"), "[": ("[", "open"), "]": ("]", "close")}
_NAMED = (
    ("\\lfloor", "open"), ("\\rfloor", "close"), ("\\lceil", "open"), ("\\rceil", "close"), ("\\{", "open"),
    ("\\}", "close"), ("\\langle", "open"), ("\\rangle", "close"),
)  # fmt: skip
_EIGHT = (*_DELIMITERS.values(), *_NAMED)
# Outlines of the AMS fonts before their version 3 (2009), of 5 to 10 points, as PDFs of that time have them: the boxes
# of x0, y0, x1, y1 in thousandths of an em, upwards.
OLDER: dict[tuple[str, str], tuple[tuple[int, int, int, int], ...]] = {
    ("\\rightarrow", "OMS"): ((56, 72, 942, 428), (57, 71, 970, 430), (78, 70, 1060, 431), (64, 66, 1085, 435)),
    ("\\leftarrow", "OMS"): ((57, 72, 943, 428), (57, 71, 970, 430), (78, 70, 1060, 431), (64, 66, 1085, 435)),
    ("\\leftrightarrow", "OMS"): ((57, 72, 942, 428),),
    ("\\nearrow", "OMS"): ((56, -193, 946, 697),),
    ("\\nwarrow", "OMS"): ((53, -193, 943, 697),),
    ("\\searrow", "OMS"): ((56, -197, 946, 693),),
    ("\\swarrow", "OMS"): ((53, -197, 943, 693),),
    ("\\leftharpoondown", "OML"): ((56, 72, 943, 270),),
    ("\\leftharpoonup", "OML"): ((56, 230, 943, 428),),
    ("\\rightharpoondown", "OML"): ((56, 72, 943, 270),),
    ("\\rightharpoonup", "OML"): ((56, 230, 943, 428),),
    ("\\beta", "OML"): ((25, -194, 590, 705), (25, -194, 600, 705), (26, -194, 615, 704), (40, -194, 649, 704)),
    ("\\delta", "OML"): ((41, -12, 452, 705),),
    ("\\mathcal{H}", "OMS"): ((20, -47, 818, 683), (21, -48, 840, 683)),
    ("\\mathcal{T}", "OMS"): ((29, 0, 798, 717),),
}


@dataclass(frozen=True, slots=True)
class Slot:
    """What stands at a number of an encoding."""

    latex: str
    kind: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=known_glyphs.TABLE)
    out: Path = parser.parse_args().out
    encodings = known_encodings()
    symbols: dict[tuple[str, str, str], int] = {}
    rows: list[Row] = []
    for encoding, fonts in FONTS.items():
        for font in fonts:
            rows += _rows(encoding, font, encodings[encoding], symbols)
            print(font, len(rows))
    known = {
        (slot.latex, slot.kind, encoding): slot for encoding, slots in encodings.items() for slot in slots.values()
    }
    rows += older_rows(symbols, rows)
    for name, preamble in FAMILIES.items():
        for key, claim, box, shape in family_glyphs(preamble, known):
            rows.append((symbols.setdefault(key, len(symbols)), claim, box, shape))
        print(name, len(rows))
    unknown = {n for (latex, _, _), n in symbols.items() if not latex}
    pieces = {n for (_, kind, _), n in symbols.items() if kind in ("piece", "brace")}
    rows = _without_named(_without_repeats(rows), unknown, pieces)
    print("different", len(rows))
    claims = {number: _unicode(latex) for (latex, _, _), number in symbols.items()}
    for symbol, claim, _, _ in rows:
        claims[symbol].update(claim)
    np.savez_compressed(
        out,
        latex=np.array([key[0] for key in symbols]),
        kind=np.array([key[1] for key in symbols]),
        encoding=np.array([key[2] for key in symbols]),
        claims=np.array(["".join(sorted(claims.get(n, set()))) for n in range(len(symbols))]),
        codes=np.array(["".join(map(chr, sorted(_codes(key, encodings)))) for key in symbols]),
        symbol=np.array([row[0] for row in rows], np.int16),
        box=np.array([row[2] for row in rows], np.int16),
        shape=np.array([np.clip(np.rint(row[3] * 100), -127, 127) for row in rows], np.int8),
    )


def older_rows(symbols: dict[tuple[str, str, str], int], rows: Sequence[Row]) -> list[Row]:
    """The glyphs that had other boxes once, each with the sample of today's glyph whose box is the nearest."""
    numbers = {(latex, encoding): number for (latex, _, encoding), number in symbols.items()}
    found: list[Row] = []
    for name, boxes in OLDER.items():
        today = [row for row in rows if row[0] == numbers[name]]
        for x0, y0, x1, y1 in boxes:
            box = [x0, -y1, x1, -y0]
            nearest = min(today, key=lambda row: float(np.abs(np.array(row[2]) - box).max()))
            found.append((nearest[0], nearest[1], box, nearest[3]))
    return found


def _without_repeats(rows: Sequence[Row]) -> list[Row]:
    """Rows of one symbol with the same box and nearly the same sample, once."""
    kept: dict[tuple[int, tuple[int, ...]], list[np.ndarray]] = {}
    result = []
    for row in rows:
        same = kept.setdefault((row[0], tuple(row[2])), [])
        if all(float(row[3] @ other) < _SAME for other in same):
            same.append(row[3])
            result.append(row)
    return result


def _without_named(rows: Sequence[Row], unknown: set[int], pieces: set[int]) -> list[Row]:
    """Without unknown signs that are glyphs of known ones, as the moustaches are pieces of braces."""
    boxes = np.array([row[2] for row in rows])
    shapes = np.array([row[3] for row in rows])
    least = np.array([2.0 if row[0] in unknown else 0.5 if row[0] in pieces else _SAME for row in rows])
    kept = []
    for row in rows:
        if row[0] in unknown:
            same = (np.abs(boxes - np.array(row[2])) <= 1).all(axis=1)
            if (shapes[same] @ row[3] > least[same]).any():
                continue
        kept.append(row)
    return kept


def _codes(key: tuple[str, str, str], encodings: dict[str, dict[int, Slot]]) -> list[int]:
    """The numbers of a symbol in its encoding, where fonts have no Unicode for it; 0 would end a string of numpy's."""
    latex, kind, encoding = key
    slots = encodings.get(encoding, {})
    return [slot for slot, wanted in slots.items() if slot and (wanted.latex, wanted.kind) == (latex, kind)]


@lru_cache(maxsize=1)
def _names() -> dict[str, set[str]]:
    """Characters by their commands, of the list that latex2mathml has."""
    names: dict[str, set[str]] = {}
    with resources.files("latex2mathml").joinpath("unimathsymbols.txt").open("r", encoding="utf-8") as lines:
        for line in lines:
            fields = line.split("^")
            if len(fields) > 3 and not line.startswith("#"):
                for command in fields[2:4]:
                    names.setdefault(command, set()).add(chr(int(fields[0], 16)))
    return names


def _unicode(latex: str) -> set[str]:
    """The characters that fonts with a sound map give for a symbol."""
    found = set(latex) if len(latex) == 1 else set()
    for alike in (*_ALIKE.get(latex, ()), latex, *re.findall(r"\\(?:boldsymbol|mathbf)\{(.+)\}", latex)):
        found |= _names().get(alike, set()) | (set(alike) if len(alike) == 1 else set())
    return {unicodedata.normalize("NFKC", sign) for sign in found} | found


def _rows(
    encoding: str, font: str, slots: dict[int, Slot], symbols: dict[tuple[str, str, str], int]
) -> list[tuple[int, str, list[int], np.ndarray]]:
    size = int(re.sub(r"\D", "", font))
    found = []
    for slot, number in zip(slots.values(), _glyphs(font, size, list(slots)), strict=True):
        if number is None:
            print("  not on the page:", font, slot.latex)
            continue
        key = named(font, encoding, slot)
        claim, box, shape = number
        found.append((symbols.setdefault(key, len(symbols)), claim, box, shape))
    return found


def named(font: str, encoding: str, slot: Slot) -> tuple[str, str, str]:
    """The LaTeX, the kind and the encoding of a glyph."""
    latex = slot.latex
    if font.startswith(_BOLD) and slot.kind == "ord":
        latex = f"\\mathbf{{{latex}}}" if encoding == "OT1" and len(latex) == 1 else f"\\boldsymbol{{{latex}}}"
    return latex, slot.kind, encoding


def _glyphs(font: str, size: int, slots: list[int]) -> list[tuple[str, list[int], np.ndarray] | None]:
    """By slot: PDFium's Unicode for it (empty for none), its box in thousandths of an em, its sample."""
    step = 3 * size + 8
    places = [(30 + step * (n % 12), 60 + 3.2 * step * (n // 12)) for n in range(len(slots))]
    height = 120 + 3.2 * step * (len(slots) // 12 + 1)
    before = r"\llap{\char90}"
    # A glyph at the number of a space is none to PDFium where its text begins with it.
    put = "\n".join(
        rf"\put({x:.2f},{height - y:.2f}){{\f{before if slot == _SPACE else ''}\char{slot}}}"
        for slot, (x, y) in zip(slots, places, strict=True)
    )
    opened = TexPage(put, 60 + 12 * step, height, definitions=rf"\font\f={font} at {size}bp").opened()
    glyphs, scale = opened.glyphs, DPI / 72
    shapes = samples_of(opened.seen.plates[0], glyphs.ink)
    result: list[tuple[str, list[int], np.ndarray] | None] = []
    origins = glyphs.origin - glyphs.origin.min(axis=0) if len(glyphs) else glyphs.origin
    first = np.array(places[0])
    for place in places:
        away = np.abs(origins - (np.array(place) - first) * scale).max(axis=1)
        nearest = int(away.argmin())
        if away[nearest] > 2.0:
            result.append(None)
            continue
        result.append((claim_of(glyphs, nearest), box_of(glyphs, nearest), shapes[nearest]))
    return result


def known_encodings() -> dict[str, dict[int, Slot]]:
    encodings: dict[str, dict[int, Slot]] = {name: {} for name in FONTS}
    for file in ("fontmath.ltx", "amssymb.sty", "amsfonts.sty"):
        where = subprocess.run(["kpsewhich", file], check=True, capture_output=True, text=True).stdout.strip()
        for latex, kind, font, slot in _DECLARED.findall(Path(where).read_text("latin-1")):
            encoding = _SOURCES.get(font)
            if encoding and latex not in _SECOND:
                latex = _PREFERRED.get(latex, latex)
                encodings[encoding].setdefault(int(slot, 16), Slot(latex, _CLASSES[kind]))
    letters = [*range(65, 91), *range(97, 123)]
    for slot in letters:
        encodings["OML"][slot] = encodings["OT1"][slot] = Slot(chr(slot), "ord")
        encodings["FRAK"][slot] = Slot(f"\\mathfrak{{{chr(slot)}}}", "ord")
    for slot in range(65, 91):
        encodings["OMS"][slot] = Slot(f"\\mathcal{{{chr(slot)}}}", "ord")
        encodings["AMSb"][slot] = Slot(f"\\mathbb{{{chr(slot)}}}", "ord")
        encodings["RSFS"][slot] = Slot(f"\\mathscr{{{chr(slot)}}}", "ord")
    for slot, name in enumerate(
        ["Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega"]
    ):
        encodings["OML"][slot] = Slot(f"\\var{name}", "ord")
    encodings["OML"] |= {
        58: Slot(".", "punct"), 59: Slot(",", "punct"), 60: Slot("<", "rel"), 61: Slot("/", "ord"),
        62: Slot(">", "rel"), 126: Slot("\\vec", "accent"),
    }  # fmt: skip
    encodings["OMS"] |= {
        0: Slot("-", "bin"), 3: Slot("\\ast", "bin"), 48: Slot("\\prime", "prime"), 54: Slot("\\not", "not"),
        55: Slot("\\mapstochar", "mapsto"), 98: Slot("\\lfloor", "open"), 99: Slot("\\rfloor", "close"),
        100: Slot("\\lceil", "open"), 101: Slot("\\rceil", "close"), 102: Slot("\\{", "open"),
        103: Slot("\\}", "close"), 104: Slot("\\langle", "open"), 105: Slot("\\rangle", "close"),
        106: Slot("|", "fence"), 107: Slot("\\|", "fence"), 110: Slot("\\setminus", "bin"),
        112: Slot("\\sqrt", "radical"), 120: Slot("\\S", "ord"), 121: Slot("\\dagger", "bin"),
        122: Slot("\\ddagger", "bin"), 123: Slot("\\P", "ord"),
    }  # fmt: skip
    encodings["OT1"] |= {slot: Slot(chr(slot), "ord") for slot in range(48, 58)}
    encodings["OT1"] |= {
        33: Slot("!", "close"), 35: Slot("\\#", "ord"), 36: Slot("\\$", "ord"), 37: Slot("\\%", "ord"),
        38: Slot("\\&", "ord"), 39: Slot("'", "quote"), 40: Slot("(", "open"), 41: Slot(")", "close"),
        42: Slot("*", "bin"), 43: Slot("+", "bin"), 44: Slot(",", "punct"), 45: Slot("-", "hyphen"),
        46: Slot(".", "punct"), 47: Slot("/", "ord"), 58: Slot(":", "rel"), 59: Slot(";", "punct"),
        61: Slot("=", "rel"), 63: Slot("?", "close"), 91: Slot("[", "open"), 93: Slot("]", "close"),
        11: Slot("ff", "text"), 12: Slot("fi", "text"), 13: Slot("fl", "text"), 14: Slot("ffi", "text"),
        15: Slot("ffl", "text"), 18: Slot("\\grave", "accent"), 19: Slot("\\acute", "accent"),
        20: Slot("\\check", "accent"), 21: Slot("\\breve", "accent"), 22: Slot("\\bar", "accent"),
        23: Slot("\\mathring", "accent"), 94: Slot("\\hat", "accent"), 95: Slot("\\dot", "accent"),
        126: Slot("\\tilde", "accent"), 127: Slot("\\ddot", "accent"),
    }  # fmt: skip
    encodings["OMX"] = _extensions()
    encodings["AMSb"][0x7E] = Slot("\\hbar", "ord")
    return {name: dict(sorted(slots.items())) for name, slots in encodings.items()}


def _extensions() -> dict[int, Slot]:
    found: dict[int, Slot] = {}
    for start in (0, 18, 32):
        for n, (latex, kind) in enumerate(_EIGHT):
            found[start + n] = Slot(latex, kind)
    for n, (latex, kind) in enumerate(_EIGHT[:2]):
        found[16 + n] = Slot(latex, kind)
    for n, (latex, kind) in enumerate(_EIGHT[2:10]):
        found[104 + n] = Slot(latex, kind)
    for n, (latex, kind) in enumerate(_EIGHT[10:]):
        found[68 + n] = Slot(latex, kind)
    found |= {slot: Slot("/", "ord") for slot in (14, 30, 44, 46)}
    found |= {slot: Slot("\\backslash", "ord") for slot in (15, 31, 45, 47)}
    found |= {12: Slot("|:m", "piece"), 13: Slot("\\|:m", "piece")}
    pieces = "(:t ):t [:t ]:t [:b ]:b [:m ]:m \\{:t \\}:t \\{:b \\}:b \\{:c \\}:c \\{:m |:m (:b ):b (:m ):m"
    found |= {48 + n: Slot(piece, "piece") for n, piece in enumerate(pieces.split())}
    operators = "bigsqcup oint bigodot bigoplus bigotimes"
    found |= {70 + n: Slot("\\" + operators.split()[n // 2], "op") for n in range(10)}
    both = "sum prod int bigcup bigcap biguplus bigwedge bigvee"
    found |= {80 + n: Slot("\\" + both.split()[n % 8], "op") for n in range(16)}
    found |= {96: Slot("\\coprod", "op"), 97: Slot("\\coprod", "op")}
    found |= {98 + n: Slot("\\widehat" if n < 3 else "\\widetilde", "accent") for n in range(6)}
    found |= {112 + n: Slot("\\sqrt", "radical") for n in range(4)}
    found |= {116: Slot("\\sqrt:b", "piece"), 117: Slot("\\sqrt:m", "piece"), 118: Slot("\\sqrt:t", "piece")}
    found |= {122 + n: Slot(f"brace:{n}", "brace") for n in range(4)}
    return found


if __name__ == "__main__":
    main()
