"""The VLM is spared what the text layer proves, and what it answers for the rest is held against the layer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ocr_service.document import PreparedPage, Region
from ocr_service.reading.layered_page import sheet_reader
from ocr_service.reading.page_tasks import PageTask, prepare_page
from ocr_service.text_layer.answers.check import check_answers, check_page
from ocr_service.text_layer.page_layer import read_page_layer
from ocr_service.text_layer.regions.layer_regions import LayerRegions
from ocr_service.vlm.assemble_page import assemble_page
from ocr_service.vlm.prompts import PromptSet
from ocr_service.vlm.read_region import RegionReading
from tests.support.sheets import reader_of
from tests.support.text_layer_pdfs import ENGLISH, Sheet, shifted, with_maps
from tests.support.text_layer_set import sample_of

_OTSL = (
    "<fcel>Article<fcel>Quantity<fcel>Price<fcel>Total<nl><fcel>Oak board 20 mm<fcel>12<fcel>{price}<fcel>378.00<nl>"
    "<fcel>Brass screw<fcel>200<fcel>0.08<fcel>16.00<nl><fcel>Wood glue<fcel>3<fcel>14.95<fcel>44.85<nl>"
)


def prepared(folder: Path, name: str, mode: str = "auto", prompts: PromptSet | None = None) -> PreparedPage:
    path = folder / f"{name}.pdf"
    path.write_bytes(sample_of(name).pdf)
    task = PageTask(path, "pdf", 1, 200, 40_000_000, "", "embedded", "rus+eng", None, mode)  # type: ignore[arg-type]
    return prepare_page(task, prompts or PromptSet())


def sent(page: PreparedPage) -> list[str]:
    return [region.region.label for region in page.regions if region.crop is not None]


@pytest.mark.parametrize(
    "name", ["ru_clean", *(pytest.param(name, marks=pytest.mark.slow) for name in ("two_columns", "kk_clean"))]
)
def test_running_text_that_is_proven_is_not_sent(tmp_path: Path, name: str) -> None:
    page = prepared(tmp_path, name)
    assert sent(page) == []
    result = assemble_page(page, [None] * len(page.regions), seconds=1.0)
    told = [word for region in result.regions for word in region.content.split()]
    assert sorted(told) == sorted(sample_of(name).truth.replace("# ", "").split())
    assert {region.source for region in result.regions if region.content} == {"text_layer"}
    assert result.text_layer is not None and result.text_layer.used


def test_proven_text_that_no_region_reads_is_a_text_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "columns.pdf"
    path.write_bytes(sample_of("two_columns").pdf)
    read = sheet_reader(reader_of("eng"))
    layer = read_page_layer(path, 1, dpi=200, max_pixels=40_000_000, password="", read_sheet=read, language="eng")
    assert layer is not None
    known = LayerRegions(layer)
    width, height = layer.picture.width, layer.picture.height
    whole = known.left_out([])
    words = sorted(word for text in whole.values() for word in text.split())
    assert words == sorted(sample_of("two_columns").truth.replace("# ", "").split())
    left, page = Region("text", (0, 0, width // 2, height), 0, 0.9), Region("image", (0, 0, width, height), 1, 0.9)
    [picture] = known.left_out([left, page]).values()
    assert 0 < len(picture.split()) < len(words)
    assert known.left_out([left, replace(page, label="text")]) == {}


def test_text_of_a_font_that_lies_is_sent_and_not_checked_against_it(tmp_path: Path) -> None:
    page = prepared(tmp_path, "en_swapped")
    assert sent(page)
    assert not any(region.layer_complete for region in page.regions if region.crop is not None)


def test_without_the_layer_everything_is_sent(tmp_path: Path) -> None:
    page = prepared(tmp_path, "two_columns", "ignore")
    assert len(sent(page)) >= 2
    assert page.text_layer is None


def test_a_table_is_sent_and_its_answer_put_right_by_the_layer(tmp_path: Path) -> None:
    page = prepared(tmp_path, "ruled_table")
    assert sent(page) == ["table"]
    known = {region.region.order: region for region in page.regions}
    for price in ("31.50", "37.50", "31.60"):
        answer = RegionReading(_OTSL.format(price=price), 1)
        readings = [answer if region.crop is not None else None for region in page.regions]
        result = check_answers(assemble_page(page, readings, seconds=1.0), known)
        table = next(region for region in result.regions if region.label == "table")
        assert "31.50" in table.content and "31.50" in result.markdown
        assert (table.source, table.corrected, table.contradicted) == ("vlm", int(price != "31.50"), False)


@pytest.mark.parametrize(("name", "complete"), [("en_clean", True), ("half_scan", False)])
def test_a_page_that_is_read_whole_knows_its_words_where_all_of_it_is_proven(
    tmp_path: Path, name: str, complete: bool
) -> None:
    [page] = prepared(tmp_path, name, prompts=PromptSet(profile_name="page")).regions
    assert page.crop is not None and page.layer_complete is complete
    assert "committee" in [word.text for word in page.layer_words]


def test_a_word_that_a_model_invents_on_a_page_is_flagged(tmp_path: Path) -> None:
    prompts = PromptSet(profile_name="page")
    page = prepared(tmp_path, "en_clean", prompts=prompts)
    truth = sample_of("en_clean").truth
    for answer, contradicted in ((truth, False), (truth.replace("1987", "1937"), True)):
        result = assemble_page(page, [RegionReading(answer, 1)], seconds=1.0, whole=prompts.form)
        [region] = check_page(result, page.regions[0]).regions
        assert region.contradicted is contradicted


_SAID = (
    "The fee is never due after 30 days, as Lee and Colville agreed in 1987.",
    "Nobody knew that before the letter of May came to light.",
)


def _half_proven(folder: Path) -> PreparedPage:
    """A page whose text ends in lines of a font that lies."""
    sheet = Sheet()
    for text in ENGLISH:
        sheet.paragraph(text)
    sheet.paragraph(_SAID[0])
    sheet.y += 0.8 * 11
    sheet.paragraph(_SAID[1], font="Mono", size=9)
    path = folder / "half.pdf"
    path.write_bytes(with_maps(sheet.pdf(), shifted, "Mono"))
    return prepare_page(PageTask(path, "pdf", 1, 200, 40_000_000, "", "embedded", "rus+eng", None, "auto"), PromptSet())


def test_what_is_proven_of_a_region_stands_in_its_answer_as_on_the_page(tmp_path: Path) -> None:
    page = _half_proven(tmp_path)
    [asked] = [region for region in page.regions if region.crop is not None]
    assert [word.text for word in asked.layer_words][-15:] == _SAID[0].split()
    assert asked.layer_breaks == (len(asked.layer_words),) and asked.layer_rest > 20
    proven = " ".join(word.text for word in asked.layer_words)
    for was, said in (
        ("", ""),
        ("as Lee", "as Kim"),
        ("never ", ""),
        ("Lee and Colville", "Colville and Lee"),
        ("is never", "is now never"),
        ("30 days", "−30 days"),
        ("1987.", f"1987. {ENGLISH[1]} {ENGLISH[2]}"),
    ):
        reading = RegionReading(f"{proven} {_SAID[1]}".replace(was, said), 1)
        readings = [reading if region is asked else None for region in page.regions]
        checked = check_answers(assemble_page(page, readings, seconds=1.0), {asked.region.order: asked})
        [region] = [region for region in checked.regions if region.source == "vlm"]
        assert (region.contradicted, region.corrected) == (bool(was), 0)
