"""A silent font draws as the font that it is made of, and has spaces for all that it shows."""

from __future__ import annotations

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from ocr_service.export.silent_fonts import silent_font


def test_a_simple_font_has_a_space_for_each_byte() -> None:
    with pikepdf.new() as pdf:
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        made = silent_font(pdf, font, [b"ab", b"b"])
        assert made.ToUnicode.read_bytes().count(b"<0020>") == 2
        assert b"<61> <0020>" in made.ToUnicode.read_bytes()
        assert "/ToUnicode" not in font
        assert made.BaseFont == Name.Helvetica


def test_a_composite_font_has_a_space_for_each_pair_of_bytes() -> None:
    with pikepdf.new() as pdf:
        program = Dictionary(FontFile2=pdf.make_stream(b""))
        font = Dictionary(Subtype=Name.Type0, DescendantFonts=Array([Dictionary(FontDescriptor=program)]))
        codes = silent_font(pdf, font, [b"\0a\0b"]).ToUnicode.read_bytes()
        assert b"<0061> <0020>" in codes and b"<0062> <0020>" in codes


@pytest.mark.parametrize("font", [Array([]), Dictionary(Subtype=Name.Type0)])
def test_fonts_that_need_their_unicode_to_be_drawn_are_refused(font: pikepdf.Object) -> None:
    with pikepdf.new() as pdf, pytest.raises(ValueError):
        silent_font(pdf, font, [b"a"])
