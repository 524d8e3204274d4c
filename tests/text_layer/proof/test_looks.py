"""What a page proves of a font holds on other pages for what looks the same there."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest

from ocr_service.reading.page_tasks import PageTask, read_page
from tests.support.text_layer_pdfs import swapped, with_maps
from tests.support.text_layer_set import sample_of

Map = Callable[[dict[int, str]], dict[int, str] | None]


@pytest.mark.slow
@pytest.mark.parametrize("pair", ["38", "nu"])
def test_a_map_that_lies_on_the_second_page_alone_is_not_believed(tmp_path: Path, pair: str) -> None:
    path = tmp_path / "two.pdf"
    path.write_bytes(two_pages(swapped(pair)))
    first, second = (
        read_page(PageTask(path, "pdf", number, 200, 40_000_000, "", "embedded", "eng", None, text_layer="auto"))
        for number in (1, 2)
    )
    assert {region.source for region in first.regions} == {"text_layer"}
    assert "308 exposures" in second.markdown and "quiet zone" in second.markdown


def two_pages(change: Map) -> bytes:
    """A page, and the same with another map of its fonts."""
    both = io.BytesIO()
    clean = sample_of("en_clean").pdf
    with pikepdf.open(io.BytesIO(clean)) as pdf, pikepdf.open(io.BytesIO(with_maps(clean, change))) as other:
        pdf.pages.extend(other.pages)
        pdf.save(both)
    return both.getvalue()
