"""What letters and signs look like that Tesseract's default languages lack, for ``text_layer/proof/letter_shapes.npz``.

    .venv/bin/python -m scripts.make_letter_shapes FOLDER...

Draws each sign with all fonts (``.ttf``, ``.otf``) in the folders and keeps, of drawings that are alike, one. Made with
the fonts of the Debian packages fonts-dejavu, fonts-liberation, fonts-croscore, fonts-noto-core (Sans, Serif, Mono),
fonts-paratype, fonts-roboto-unhinted, fonts-open-sans, fonts-crosextra-carlito, fonts-crosextra-caladea,
fonts-sil-gentium-basic, fonts-sil-charis, fonts-sil-andika, fonts-linuxlibertine, fonts-ebgaramond,
fonts-vollkorn, fonts-inter, fonts-cantarell, fonts-play, fonts-firacode, fonts-inconsolata, fonts-stix and fonts-
lmodern; of alphabets that are not read also fonts-noto-core (Armenian, Georgian, Hebrew, Thai, Arabic), fonts-noto-
cjk, fonts-hosny-amiri, fonts-sil-scheherazade, fonts-hack and fonts-cardo. Only boxes and samples of 8 x 12 values
are kept, no outlines (docs/dependencies.md).
"""

from __future__ import annotations

import argparse
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ocr_service.text_layer.proof.letter_shapes import ARABIC_FORMS, TABLE, compared_signs
from ocr_service.text_layer.proof.shapes import samples_of

_PX = 40  # an em, as type of 14 points has at 200 dpi
_CELL = 3 * _PX
_INK = 100
_SAME = 0.1  # distance of two drawings of which one is enough
_MOST = 16  # drawings of one sign, and of one of an alphabet that is not read
_MOST_UNREAD, _FIRST_UNREAD = 24, 0x531
# Not made for text, or under the AGPL or GPL.
_NO_TEXT_FONTS = re.compile(
    r"lato|comfortaa|nimbus|c059|p052|bookman|urwgothic|free|jura|dosis|display|symbol|fallback|math|d050000l|z003|gfs|opens___",
    re.I,
)
_NOTO = re.compile(r"Noto(?:Sans|Serif|SansMono)-(?:Regular|Bold|Italic|BoldItalic|Light|Black)\.ttf")
_NOTO_UNREAD = re.compile(
    r"Noto(?:Sans|Serif|Naskh|Kufi|Looped)(?:Armenian|Georgian|Hebrew|Thai|ThaiLooped|Arabic)-(?!.*(?:Thin|Cond|Semi)).*\.ttf"
    r"|Noto(?:Sans|Serif)CJKjp-(?:Regular|Bold)\.otf"
)

Drawing = tuple[np.ndarray, np.ndarray]  # box in em, sample


def drawings(font: Path, signs: Sequence[str]) -> Iterator[tuple[str, Drawing]]:
    """Each sign that the font has: width, rise and drop in em, and its sample."""
    face = ImageFont.truetype(font, _PX, layout_engine=ImageFont.Layout.BASIC)
    missing = bytes(face.getmask("\uffff"))
    for sign in signs:
        if bytes(face.getmask(sign)) == missing:
            continue
        cell = Image.new("L", (_CELL, _CELL), 0)
        ImageDraw.Draw(cell).text((_PX, 2 * _PX), sign, fill=255, font=face, anchor="ls")
        ink = np.asarray(cell)
        rows, columns = np.nonzero(ink > _INK)
        if not len(rows):
            continue
        x0, y0, x1, y1 = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
        box = np.array([x1 - x0, 2 * _PX - y0, y1 - 2 * _PX], np.float32) / _PX
        yield sign, (box, samples_of(ink, np.array([[x0, y0, x1, y1]], float))[0])


def _most(sign: str) -> int:
    return _MOST_UNREAD if ord(sign) >= _FIRST_UNREAD and sign.isalpha() else _MOST


def unlike(found: Sequence[Drawing], most: int = _MOST) -> list[Drawing]:
    """Drawings that stand for the others: the one that is like most others first."""
    boxes, samples = np.stack([box for box, _ in found]), np.stack([sample for _, sample in found])
    apart = 1 - samples @ samples.T + np.abs(boxes[:, None] - boxes[None]).max(axis=2)
    near, left = apart < _SAME, np.ones(len(found), bool)
    chosen: list[Drawing] = []
    while left.any() and len(chosen) < most:
        best = int((near[:, left].sum(axis=1)).argmax())
        chosen.append(found[best])
        left &= ~near[best]
    return chosen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="+", type=Path)
    fonts = [f for folder in parser.parse_args().folder for kind in ("ttf", "otf") for f in folder.rglob(f"*.{kind}")]
    signs, found = compared_signs(), defaultdict(list)
    forms = {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(*ARABIC_FORMS)}
    forms = {form: letter for form, letter in forms.items() if len(letter) == 1}
    for font in sorted({font.name: font for font in fonts}.values()):
        noto = _NOTO.fullmatch(font.name) or _NOTO_UNREAD.fullmatch(font.name)
        if _NO_TEXT_FONTS.search(font.name) or ("Noto" in font.name and not noto):
            continue
        for sign, drawing in drawings(font, [*signs, *forms]):
            found[forms.get(sign, sign)].append(drawing)
    rows = [(sign, *drawing) for sign in sorted(found) for drawing in unlike(found[sign], _most(sign))]
    np.savez_compressed(
        TABLE,
        signs=np.array([ord(sign) for sign, _, _ in rows], np.int32),
        boxes=np.array([box for _, box, _ in rows], np.float16),
        samples=np.clip(np.rint(np.array([sample for _, _, sample in rows]) * 256), -127, 127).astype(np.int8),
    )
    print(f"{len(rows)} drawings of {len({unicodedata.name(row[0]) for row in rows})} signs")


if __name__ == "__main__":
    main()
