"""Small documents for the tests, written by hand where no library would write anything so wrong."""

from __future__ import annotations

import zlib
from pathlib import Path

from PIL import Image, ImageDraw

CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
RED_SQUARE = b"1 0 0 rg 0 0 100 100 re f"  # at the page's lower left


def stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<</Length %d%s>>stream\n" % (len(data), entries) + data + b"\nendstream"


def pdf(*objects: bytes) -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalog."""
    out = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def one_page(entries: bytes, content: bytes = RED_SQUARE, *more: bytes) -> bytes:
    """A PDF of one page with these entries in its dictionary; ``more`` are objects 5 and up."""
    return pdf(
        CATALOG,
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/Contents 4 0 R" + entries + b">>",
        stream(content),
        *more,
    )


def many_pages(count: int) -> bytes:
    kids = b" ".join(b"%d 0 R" % (number + 3) for number in range(count))
    pages = b"<</Type/Pages/Count %d/MediaBox[0 0 200 300]/Kids[%s]>>" % (count, kids)
    return pdf(CATALOG, pages, *[b"<</Type/Page/Parent 2 0 R>>"] * count)


def image_page(data: bytes, entries: bytes) -> bytes:
    """A page of 100 x 100 points filled by an image XObject."""
    image = stream(data, b"/Type/XObject/Subtype/Image" + entries)
    resources = b"/MediaBox[0 0 100 100]/Resources<</XObject<</I 5 0 R>>>>"
    return one_page(resources, b"100 0 0 100 0 0 cm /I Do", image)


def image_bomb(side: int) -> bytes:
    """A PDF of some KB whose image of ``side`` x ``side`` pixels takes ``3 * side * side`` bytes."""
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(bytes(side * 3)) for _ in range(side)) + packer.flush()
    return image_page(
        data, b"/Width %d/Height %d/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/FlateDecode" % (side, side)
    )


def form_bomb() -> bytes:
    """Ten forms, each of which draws the next one ten times: 10^10 rectangles."""
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 200 300]"
    nested = [stream(b"/X Do " * 10, form + b"/Resources<</XObject<</X %d 0 R>>>>" % number) for number in range(6, 15)]
    return one_page(
        b"/MediaBox[0 0 200 300]/Resources<</XObject<</X 5 0 R>>>>",
        b"/X Do " * 10,
        *nested,
        stream(b"0 0 10 10 re f", form),
    )


def corner_image(mode: str = "RGB", size: tuple[int, int] = (80, 60)) -> Image.Image:
    """White with a black square in the upper left quarter."""
    image = Image.new("L", size, 255)
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 2 - 1, size[1] // 2 - 1), fill=0)
    return image.convert(mode)


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path
