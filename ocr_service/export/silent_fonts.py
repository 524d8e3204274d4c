"""Fonts that draw as before, and have no Unicode: text in them is seen on the page, and neither found nor copied.

ToUnicode goes before any other way to a character's Unicode (ISO 32000-1, 9.10.2), and viewers draw without it where
the font's program is in the file. A space for each code: an empty entry counts as none in PDFium.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy

import pikepdf
from pikepdf import Dictionary, Name

_ENTRIES = 100  # of a section of a CMap (Adobe Technical Note 5014)
_MAP = """/CIDInit /ProcSet findresource begin 12 dict begin begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def /CMapType 2 def
1 begincodespacerange <{first}> <{last}> endcodespacerange
{sections}endcmap CMapName currentdict /CMap defineresource pop end end
"""


def silent_font(pdf: pikepdf.Pdf, font: pikepdf.Object, shown: Iterable[bytes]) -> pikepdf.Object:
    """A copy of ``font`` whose codes in the strings ``shown`` are spaces.

    Raises ValueError for a composite font without its program: some viewers choose its glyphs by their Unicode.
    """
    if not isinstance(font, Dictionary):
        raise ValueError("not a font")
    composite = font.get("/Subtype") == Name.Type0
    if composite and not _has_program(font):
        raise ValueError("a composite font without its program")
    width = 2 if composite else 1
    # Codes of one and two bytes may be mixed: a pair at each place.
    codes = sorted({text[at : at + width] for text in shown for at in range(len(text) - width + 1)})
    made = copy(font)
    made.ToUnicode = pdf.make_stream(_map(codes, width))
    return pdf.make_indirect(made)


def _has_program(font: pikepdf.Object) -> bool:
    descendants = font.get("/DescendantFonts")
    first = descendants[0] if isinstance(descendants, pikepdf.Array) and len(descendants) else None
    descriptor = first.get("/FontDescriptor") if isinstance(first, Dictionary) else None
    return isinstance(descriptor, Dictionary) and any(name in descriptor for name in ("/FontFile2", "/FontFile3"))


def _map(codes: list[bytes], width: int) -> bytes:
    sections = []
    for start in range(0, len(codes), _ENTRIES):
        part = codes[start : start + _ENTRIES]
        lines = "".join(f"<{code.hex()}> <0020>\n" for code in part)
        sections.append(f"{len(part)} beginbfchar\n{lines}endbfchar\n")
    return _MAP.format(first="00" * width, last="FF" * width, sections="".join(sections)).encode()
