"""The fonts that PDFium draws with where a file names a font and does not contain it.

There are two, with serifs and without, each of any weight and width. What was drawn last stays set in them, and glyphs'
boxes come out for that: a page would have other boxes after another document than by itself.
"""

from __future__ import annotations

import itertools

import pypdfium2 as pdfium

_FONT = b"""%d 0 obj<</Type/Font/Subtype/Type1/BaseFont/%s/FirstChar 110/LastChar 110/Widths[556]/FontDescriptor
<</Type/FontDescriptor/FontName/%s/Flags %d/FontBBox[0 -200 1000 900]/ItalicAngle 0/Ascent 900/Descent -200
/CapHeight 700/StemV 80>>>>endobj
"""
_NO_SYMBOLS, _SERIF = 32, 2  # ISO 32000-1, table 123
_SIZE = b"4.000"
_CONTENT = b"BT /A %s Tf 1 1 Td (n) Tj /B %s Tf (n) Tj ET" % (_SIZE, _SIZE)
# No cross-reference table: PDFium finds the objects. Each font has one letter.
_PDF = b"".join(
    (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n",
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<</Font<</A 4 0 R/B 5 0 R>>>>/Contents 6 0 R>>",
        b"endobj\n",
        _FONT % (4, b"Unknown", b"Unknown", _NO_SYMBOLS),
        _FONT % (5, b"UnknownSerif", b"UnknownSerif", _NO_SYMBOLS | _SERIF),
        b"6 0 obj<</Length %d>>stream\n%s\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%%%EOF\n"
        % (len(_CONTENT), _CONTENT),
    )
)
# Points. While a document with these fonts is open, PDFium keeps their letters of each size, and sets nothing for them.
_SIZES = itertools.cycle(b"%.3f" % (size / 1000) for size in range(4000, 9000))


def reset_substitutes() -> None:
    """Sets both fonts to one weight and width, by drawing a letter of each: some 1 ms.

    A page's boxes come out for that where it is loaded next, from a document of which no page was.
    """
    with pdfium.PdfDocument(_PDF.replace(_SIZE, next(_SIZES))) as pdf:
        page = pdf[0]
        page.render(scale=1)
        page.close()
