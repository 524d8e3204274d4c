"""Which fonts are bold cuts."""

from __future__ import annotations

import pytest

from ocr_service.text_layer.page.fonts import is_bold

_FORCE_BOLD = 0x40000


@pytest.mark.parametrize(
    ("name", "flags", "weight"),
    [
        ("ABCDEF+Arial-BoldMT", 0, 400),
        ("CMBX10", 0, 570),
        ("SFBX1000", 0, 250),
        ("CMBXTI10", 0, 570),
        ("NimbusRomNo9L-Medi", 0, 700),
        ("AGaramondPro-Semibold", 0, 505),
        ("Helvetica", _FORCE_BOLD, 440),
        ("F1", 0, 700),
    ],
)
def test_bold_cuts_are_told_by_name_flag_or_weight(name: str, flags: int, weight: int) -> None:
    assert is_bold(name, flags, weight)


@pytest.mark.parametrize(
    ("name", "weight"),
    [
        ("GQNRLS+ArialMT", 1340),
        ("AGaramondPro-Regular", 768),
        ("MyriadPro-Medium", 640),
        ("Times-Italic", 660),
        ("CMR10", 345),
        ("F2", 400),
    ],
)
def test_a_thick_stem_alone_makes_no_bold_cut_of_a_named_font(name: str, weight: int) -> None:
    assert not is_bold(name, 0, weight)
