"""Which pages of a searchable PDF get a text of ours: none whose own text is proven."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pypdfium2 as pdfium
import pytest

from ocr_service.document import PageResult
from ocr_service.export.result_json import page_to_json
from ocr_service.reading.searchable_pdf_task import SearchableTask, write_searchable_pdf
from ocr_service.storage.filesystem import JobFolder
from tests.support.text_layer_set import all_samples, read_sample

_SAMPLES = {sample.name: sample for sample in all_samples()}


def searchable(folder: Path, name: str) -> str:
    """The text of the searchable PDF made of a sample, as a viewer finds it."""
    return searchable_text(folder, _SAMPLES[name].pdf, read_sample(folder, _SAMPLES[name]))


def searchable_text(folder: Path, pdf: bytes, page: PageResult) -> str:
    job = JobFolder(folder, "job")
    source = folder / "source.pdf"
    source.write_bytes(pdf)
    job.create(source)
    job.keep_page(1, page_to_json(page))
    target = folder / "searchable.pdf"
    write_searchable_pdf(SearchableTask(job, "pdf", (1,), target))
    return text_of(target.read_bytes())


def text_of(pdf: bytes) -> str:
    with pdfium.PdfDocument(pdf) as document:
        page = document[0]
        text = page.get_textpage()
        found: str = text.get_text_range()
        text.close()
        page.close()
        return found


@pytest.mark.parametrize("name", ["en_clean", "ruled_table"])
def test_a_page_whose_layer_is_proven_passes_through(tmp_path: Path, name: str) -> None:
    assert searchable(tmp_path, name) == text_of(_SAMPLES[name].pdf)


def test_an_old_bad_layer_is_replaced(tmp_path: Path) -> None:
    text = searchable(tmp_path, "ocr_layer_bad")
    assert "Zorblatt" not in text
    assert "committee" in text and "convoy" in text


def test_of_half_a_scan_only_the_picture_gets_text(tmp_path: Path) -> None:
    text = searchable(tmp_path, "half_scan")
    assert text.count("committee") == 1
    assert text.count("convoy") == 1


def test_of_a_paragraph_that_is_proven_in_part_only_the_rest_gets_text(tmp_path: Path) -> None:
    sample = _SAMPLES["en_clean"]
    page = read_sample(tmp_path, sample)
    paragraph = next(region for region in page.regions if "committee" in region.content)
    words = tuple(replace(word, in_pdf=word.text != "committee") for word in paragraph.words)
    regions = tuple(replace(r, words=words, source="tesseract") if r is paragraph else r for r in page.regions)
    text = searchable_text(tmp_path, sample.pdf, replace(page, regions=regions))
    assert (text.count("committee"), text.count("approved"), text.count("convoy")) == (2, 1, 1)


def test_what_a_model_made_of_proven_text_is_not_added(tmp_path: Path) -> None:
    sample = _SAMPLES["en_clean"]
    page = read_sample(tmp_path, sample)
    lied = replace(page.regions[1], content="Zorblatt", source="vlm", contradicted=True, words=())
    page = replace(page, regions=(page.regions[0], lied, *page.regions[2:]))
    assert searchable_text(tmp_path, sample.pdf, page) == text_of(sample.pdf)
