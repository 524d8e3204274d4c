"""One glyph for several letters: a map may have two others for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.text_layer_pdfs import Sample, Sheet, with_maps
from tests.support.text_layer_set import read_sample, words_of

_TEXT = "The final field office of the firm filed five figures and a magnificent finding."


@pytest.mark.parametrize("claim", ["fl", "ff", pytest.param("ffi", marks=pytest.mark.slow), "fi", "昀椀"])
def test_a_ligature_is_delivered_where_its_map_has_its_letters(tmp_path: Path, claim: str) -> None:
    sheet = Sheet()
    sheet.paragraph(_TEXT.replace("fi", "\ufb01"))
    pdf = with_maps(sheet.pdf(), lambda codes: {c: claim if t == "\ufb01" else t for c, t in codes.items()})
    words = words_of(read_sample(tmp_path, Sample("ligature", pdf, ""), "only").markdown)
    lies = {word.replace("fi", claim) for word in _TEXT.split() if "fi" in word}
    if claim in ("fi", "昀椀"):  # the second has the bytes of each exchanged, as Ghostscript writes them
        assert words == _TEXT.split()
    else:
        assert not lies & set(words)
