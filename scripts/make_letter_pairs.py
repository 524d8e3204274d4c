"""Weights that part the two letters of pairs which are read alike, for ``text_layer/proof/letter_pairs.npz``.

    .venv/bin/python -m scripts.make_letter_pairs FOLDER...

Draws both letters of each pair with all fonts (``.ttf``, ``.otf``) in the folders that have them and solves for the
weights by least squares. How far a letter must be on the other's side is measured on families that were left out.
Made with the fonts of ``scripts/make_letter_shapes.py`` and of fonts-noto-extra, fonts-texgyre, fonts-urw-base35,
fonts-freefont-ttf, fonts-oldstandard, fonts-cardo, fonts-roboto-slab, fonts-hack, fonts-jetbrains-mono,
fonts-quicksand, fonts-lato and fonts-gfs-didot, -artemisia, -neohellenic. Nothing of a single font is kept.
"""

from __future__ import annotations

import argparse
import math
import random
import re
import unicodedata
import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ocr_service.document import Gray
from ocr_service.text_layer.page.glyphs import Floats, Ints
from ocr_service.text_layer.proof.letter_pairs import MARK_PAIRS, PAIRS, TABLE, features
from ocr_service.text_layer.proof.marks import mark_features, mark_in
from ocr_service.text_layer.proof.shapes import samples_of

_SIZES = (24, 28, 36)  # pixels an em: type of 8.5 to 13 points at 200 dpi
_FINER = 4  # for edges between pixels
_INK = 100
_MOST_FONTS = 14  # of a family
_PARTS = 5  # of the families, each left out once
_RIDGE = 0.3
_NEXT_TO_ALL = 0.993  # of the drawings: a few typefaces have letters of their own
_NEXT_TO_ALL_SMALL = 0.998  # of marks and angle quotes, which have few pixels
_BEYOND = 0.05
# Fonts that PDFium draws for narrow ones are unlike all of these; and plain letters are on every page.
_LEAST_MARGIN, _LEAST_MARKED, _LEAST_PLAIN = 0.25, 0.45, 0.6
_MARKED = 3  # letters with a mark that are drawn, small ones and capitals each
_SMALL, _CAPITALS = "aceinorsuyzаеиіу", "ACEINORSUYZАЕИУ"
_DOTTED = {("\u0307", "x"): "iі"}  # in Unicode these have no mark
_NO_TEXT_FONTS = re.compile(
    r"thin|hairline|extralight|initial|symbol|emoji|keyboard|caps|math|unsl|dingbat|chancery|chorus|z003|d050|jura"
    r"|dunhill|unjoined|music|bitstream|enlarg|quotation|fallback|scosf|opens___|hebrew|arabic|unifont",
    re.I,
)


@lru_cache(maxsize=4)
def _face(font: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font, size, layout_engine=ImageFont.Layout.BASIC)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A sign's ``ink``, its box (x0, y0, x1, y1) and its baseline, pixels."""

    ink: Gray
    box: tuple[float, float, float, float]
    baseline: float


def _drawn(font: Path, sign: str, size: int, shift: tuple[int, int]) -> _Drawn | None:
    """A sign in a font, ``shift`` quarters of a pixel off the grid; None where the font has it not."""
    face = _face(font, size * _FINER)
    if bytes(face.getmask(sign)) == bytes(face.getmask("\uffff")):
        return None
    cell = 3 * size
    picture = Image.new("L", (cell * _FINER, cell * _FINER), 0)
    at = (size * _FINER + shift[0], 2 * size * _FINER + shift[1])
    ImageDraw.Draw(picture).text(at, sign, fill=255, font=face, anchor="ls")
    rows, columns = np.nonzero(np.asarray(picture) > _INK)
    if not len(rows):
        return None
    x0, y0, x1, y1 = (float(v) / _FINER for v in (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1))
    return _Drawn(np.asarray(picture.resize((cell, cell), Image.Resampling.BOX)), (x0, y0, x1, y1), at[1] / _FINER)


def drawing(font: Path, sign: str, size: int, shift: tuple[int, int]) -> Floats | None:
    """The features of a sign in a font; None where the font has it not."""
    drawn = _drawn(font, sign, size, shift)
    if drawn is None:
        return None
    x0, y0, x1, y1 = drawn.box
    box: Floats = np.array([x1 - x0, drawn.baseline - y0, y1 - drawn.baseline]) / size
    return features(box, samples_of(drawn.ink, np.array([drawn.box]))[0])


def mark_drawing(font: Path, letter: str, flat: str, size: int, shift: tuple[int, int]) -> Floats | None:
    """The features of the mark on a letter, which is what is above the font's letter ``flat``."""
    drawn, line = _drawn(font, letter, size, shift), _drawn(font, flat, size, shift)
    if drawn is None or line is None:
        return None
    left, top, right, _ = drawn.box
    mark = mark_in(drawn.ink[int(top) : max(0, int(line.box[1])), int(left) : math.ceil(right)])
    return mark_features([mark], np.array([size]))[0] if mark is not None else None


def solved(drawn: Floats, side: Floats) -> Floats:
    """The weights by which ``drawn`` (a row each) make ``side``: -1 for the first letter, 1 for the second."""
    squares = drawn.T @ drawn + _RIDGE * np.eye(drawn.shape[1])
    return np.asarray(np.linalg.solve(squares, drawn.T @ side), np.float64)


def margins(drawn: Floats, side: Floats, part: Ints, pair: str) -> tuple[float, float]:
    """For each of the two letters how far on the other's side next to no drawing of it is.

    By weights that were made without its part of the families.
    """
    score = np.zeros(len(side))
    for number in range(_PARTS):
        left_out = part == number
        score[left_out] = drawn[left_out] @ solved(drawn[~left_out], side[~left_out])
    is_small = unicodedata.category(pair[0]) in ("Mn", "Pi", "Pf")
    next_to_all = _NEXT_TO_ALL_SMALL if is_small else _NEXT_TO_ALL
    first = float(np.quantile(score[side < 0], next_to_all))
    second = float(np.quantile(-score[side > 0], next_to_all))
    return max(_least(*pair), first + _BEYOND), max(_least(*reversed(pair)), second + _BEYOND)


def _least(sign: str, other: str) -> float:
    """The least margin beyond which a drawing of ``sign`` is one of ``other``."""
    if any(map(unicodedata.combining, unicodedata.normalize("NFD", f"{sign}{other}"))):
        return _LEAST_PLAIN if sign.isascii() else _LEAST_MARKED
    return _LEAST_PLAIN if sign.isascii() and not other.isascii() else _LEAST_MARGIN


def text_fonts(folders: Iterable[Path]) -> list[tuple[str, Path]]:
    """Families and files: of a family not more than a few."""
    files = {f.name: f for folder in folders for kind in ("ttf", "otf") for f in sorted(folder.rglob(f"*.{kind}"))}
    families: dict[str, list[Path]] = defaultdict(list)
    for name, file in sorted(files.items()):
        if not _NO_TEXT_FONTS.search(name):
            families[_face(file, 20).getname()[0] or name].append(file)
    chance = random.Random(1)
    return [
        (family, file)
        for family, found in sorted(families.items())
        for file in chance.sample(found, min(len(found), _MOST_FONTS))
    ]


def drawings(pair: str, fonts: Sequence[tuple[str, Path]]) -> tuple[Floats, Floats, Ints]:
    """The features of both letters in each font that has them unlike, their sides, and the families' parts."""
    chance = random.Random(pair)
    rows: list[Floats] = []
    sides: list[float] = []
    parts: list[int] = []
    for family, file in fonts:
        size, shift = chance.choice(_SIZES), (chance.randrange(_FINER), chance.randrange(_FINER))
        both = [drawing(file, sign, size, shift) for sign in pair]
        if both[0] is None or both[1] is None or np.abs(both[0] - both[1]).max() < 1e-3:
            continue
        rows += [both[0], both[1]]
        sides += [-1.0, 1.0]
        parts += [zlib.crc32(family.split()[0].encode()) % _PARTS] * 2
    return np.array(rows), np.array(sides), np.array(parts)


def marks_drawn(mark: str, fonts: Sequence[tuple[str, Path]]) -> tuple[Floats, Ints]:
    """The features of a mark on some small letters and capitals of each font, and the families' parts."""
    chance = random.Random(mark)
    rows: list[Floats] = []
    parts: list[int] = []
    for family, file in fonts:
        for letters, flat in ((_SMALL, "x"), (_CAPITALS, "H")):
            every = [unicodedata.normalize("NFC", f"{letter}{mark}") for letter in letters]
            marked = [sign for sign in every if len(sign) == 1] + [*_DOTTED.get((mark, flat), "")]
            for sign in chance.sample(marked, min(len(marked), _MARKED)):
                size, shift = chance.choice(_SIZES), (chance.randrange(_FINER), chance.randrange(_FINER))
                drawn = mark_drawing(file, sign, flat, size, shift)
                if drawn is not None:
                    rows.append(drawn)
                    parts.append(zlib.crc32(family.split()[0].encode()) % _PARTS)
    return np.array(rows), np.array(parts)


def made(drawn: Floats, side: Floats, part: Ints, pair: str) -> tuple[Floats, tuple[float, float]]:
    """The weights of a pair and its margins."""
    weights, least = solved(drawn, side), margins(drawn, side, part, pair)
    score = drawn @ weights
    told = [np.mean(score[side > 0] > least[0]), np.mean(-score[side < 0] > least[1])]
    print(f"{pair} {len(side)} drawings, margins {least[0]:.2f} {least[1]:.2f}, told", *np.round(told, 3), flush=True)
    return weights, least


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="+", type=Path)
    parser.add_argument("--keep", action="store_true", help="pairs that the table has stay as they are")
    options = parser.parse_args()
    fonts = text_fonts(options.folder)
    found = _stored() if options.keep else {}
    for pair in PAIRS:
        if pair not in found:
            found[pair] = made(*drawings(pair, fonts), pair)
    marks = {mark: marks_drawn(mark, fonts) for mark in {*"".join(MARK_PAIRS)} if not found.keys() >= {*MARK_PAIRS}}
    for pair in MARK_PAIRS:
        if pair not in found:
            (first, their_part), (second, other_part) = marks[pair[0]], marks[pair[1]]
            side = np.repeat([-1.0, 1.0], [len(first), len(second)])
            found[pair] = made(np.concatenate([first, second]), side, np.concatenate([their_part, other_part]), pair)
    np.savez_compressed(
        TABLE,
        pairs=np.array([*PAIRS, *MARK_PAIRS]),
        weights=np.array([found[pair][0] for pair in (*PAIRS, *MARK_PAIRS)], np.float32),
        margins=np.array([found[pair][1] for pair in (*PAIRS, *MARK_PAIRS)], np.float32),
    )


def _stored() -> dict[str, tuple[Floats, tuple[float, float]]]:
    with np.load(TABLE) as stored:
        rows = zip(stored["pairs"].tolist(), stored["weights"], stored["margins"].tolist(), strict=True)
        return {pair: (weights, (first, second)) for pair, weights, (first, second) in rows}


if __name__ == "__main__":
    main()
