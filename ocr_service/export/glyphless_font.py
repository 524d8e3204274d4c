"""The font of invisible text: every character is an empty glyph, half as wide as high, and can still be copied.

Character codes are UTF-16 units, so that the map to Unicode is the identity and any script can be searched. The same
idea as Tesseract's and OCRmyPDF's; the font file is our own, made with fontTools' FontBuilder (two empty glyphs of
advance 500 in an em of 1000, without the tables OS/2 and name).
"""

from __future__ import annotations

import base64

import pikepdf
from pikepdf import Array, Dictionary, Name, Object

ADVANCE = 0.5  # of the font size

_TRUETYPE = base64.b64decode(
    "AAEAAAAIAIAAAwAAY21hcAAMAEYAAAEQAAAALGdseWYAAAAAAAABRAAAAAFoZWFkXxZA4AAAAIwAAAA2aGhlYQPpAfYAAADEAAAAJGhtdHgB9AAA"
    "AAABCAAAAAZsb2NhAAAAAAAAATwAAAAGbWF4cAADAAIAAADoAAAAIHBvc3QAAwAAAAABSAAAACAAAQAAAAEAAJlEurtfDzz1AAMD6AAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAMAAgAAAAAAAAABAAAD6AAAAAAB9AAAAAAAAAABAAAAAAAAAAAAAAAAAAAAAQABAAAAAgAAAAAAAAAAAAIAAAAAAAAAAAAA"
    "AAAAAAAAAfQAAAAAAAAAAAACAAAAAwAAABQAAwABAAAAFAAEABgAAAACAAIAAAAA//8AAP//AAEAAAAAAAAAAAAAAAAAAAADAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAA"
)
_TO_UNICODE = b"""/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
1 beginbfrange
<0000> <FFFF> <0000>
endbfrange
endcmap
CMapName currentdict /CMap defineresource pop
end
end
"""


def add_font(pdf: pikepdf.Pdf) -> Object:
    """Adds the font to a document; the result goes into the pages' resources."""
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=Name.Glyphless,
        Flags=5,  # fixed pitch, symbolic
        FontBBox=Array([0, 0, 500, 1000]),
        ItalicAngle=0,
        Ascent=1000,
        Descent=0,
        CapHeight=1000,
        StemV=80,
        FontFile2=pdf.make_stream(_TRUETYPE, Length1=len(_TRUETYPE)),
    )
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=Name.Glyphless,
        CIDSystemInfo=Dictionary(Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0),
        FontDescriptor=pdf.make_indirect(descriptor),
        DW=500,
        CIDToGIDMap=pdf.make_stream(b"\x00\x01" * 0x10000),  # every character is glyph 1
    )
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=Name.Glyphless,
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(descendant)]),
            ToUnicode=pdf.make_stream(_TO_UNICODE),
        )
    )


def encoded(text: str) -> str:
    """The text as a hexadecimal string of the font's codes."""
    return f"<{text.encode('utf-16-be', 'surrogatepass').hex()}>"
