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
import random
import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ocr_service.text_layer.page.glyphs import Floats, Ints
from ocr_service.text_layer.proof.letter_pairs import PAIRS, TABLE, features
from ocr_service.text_layer.proof.shapes import samples_of

_SIZES = (24, 28, 36)  # pixels an em: type of 8.5 to 13 points at 200 dpi
_FINER = 4  # for edges between pixels
_INK = 100
_MOST_FONTS = 14  # of a family
_PARTS = 5  # of the families, each left out once
_RIDGE = 0.3
_NEXT_TO_ALL = 0.993  # of the drawings: a few typefaces have letters of their own
_LEAST_MARGIN, _BEYOND = 0.25, 0.05
_NO_TEXT_FONTS = re.compile(
    r"thin|hairline|extralight|initial|symbol|emoji|keyboard|caps|math|unsl|dingbat|chancery|chorus|z003|d050|jura"
    r"|dunhill|unjoined|music|bitstream|enlarg|quotation|fallback|scosf|opens___|hebrew|arabic|unifont",
    re.I,
)


@lru_cache(maxsize=4)
def _face(font: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font, size, layout_engine=ImageFont.Layout.BASIC)


def drawing(font: Path, sign: str, size: int, shift: tuple[int, int]) -> Floats | None:
    """The features of a sign in a font, ``shift`` quarters of a pixel off the grid; None where the font has it not."""
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
    ink = np.asarray(picture.resize((cell, cell), Image.Resampling.BOX))
    baseline = at[1] / _FINER
    box: Floats = np.array([x1 - x0, baseline - y0, y1 - baseline]) / size
    return features(box, samples_of(ink, np.array([[x0, y0, x1, y1]]))[0])


def solved(drawn: Floats, side: Floats) -> Floats:
    """The weights by which ``drawn`` (a row each) make ``side``: -1 for the first letter, 1 for the second."""
    squares = drawn.T @ drawn + _RIDGE * np.eye(drawn.shape[1])
    return np.asarray(np.linalg.solve(squares, drawn.T @ side), np.float64)


def margins(drawn: Floats, side: Floats, part: Ints) -> tuple[float, float]:
    """For each of the two letters how far on the other's side next to no drawing of it is.

    By weights that were made without its part of the families.
    """
    score = np.zeros(len(side))
    for number in range(_PARTS):
        left_out = part == number
        score[left_out] = drawn[left_out] @ solved(drawn[~left_out], side[~left_out])
    first = float(np.quantile(score[side < 0], _NEXT_TO_ALL))
    second = float(np.quantile(-score[side > 0], _NEXT_TO_ALL))
    return max(_LEAST_MARGIN, first + _BEYOND), max(_LEAST_MARGIN, second + _BEYOND)


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="+", type=Path)
    fonts = text_fonts(parser.parse_args().folder)
    weights, least = [], []
    for pair in PAIRS:
        drawn, side, part = drawings(pair, fonts)
        weights.append(solved(drawn, side))
        least.append(margins(drawn, side, part))
        score = drawn @ weights[-1]
        told = [np.mean(score[side > 0] > least[-1][0]), np.mean(-score[side < 0] > least[-1][1])]
        print(f"{pair} {len(side) // 2} fonts, margins {least[-1][0]:.2f} {least[-1][1]:.2f}, told", *np.round(told, 3))
    np.savez_compressed(
        TABLE, pairs=np.array(PAIRS), weights=np.array(weights, np.float32), margins=np.array(least, np.float32)
    )


if __name__ == "__main__":
    main()
