"""A page's result from the readings of its regions."""

from __future__ import annotations

from ocr_service.document import Crop, Failure, PreparedPage, PreparedRegion, Region
from ocr_service.errors import EngineUnavailable, RecognitionFailed
from ocr_service.vlm.assemble_page import assemble_page
from ocr_service.vlm.read_region import RegionReading

TEXT = Region("text", (0, 0, 100, 50), 0, 0.9)
IMAGE = Region("image", (0, 60, 100, 90), 1, 0.8)
TABLE = Region("table", (0, 60, 100, 200), 2, 0.8)
CROP = Crop("OCR:", b"", b"digest")


def page(*regions: PreparedRegion) -> PreparedPage:
    return PreparedPage(3, 1000, 1400, 200, 90, regions, warnings=("small",))


def test_read_regions_make_the_page() -> None:
    result = assemble_page(page(PreparedRegion(TEXT, CROP)), [RegionReading("Hello", tries=2)], seconds=1.23456)
    assert (result.number, result.angle, result.seconds, result.warnings) == (3, 90, 1.235, ("small",))
    assert (result.status, result.markdown, result.regions[0].tries) == ("completed", "Hello", 2)


def test_a_failed_region_makes_the_page_partial_and_says_why() -> None:
    readings = [RegionReading("Hello", tries=1), RegionReading("", tries=4, error=RecognitionFailed("no answer"))]
    result = assemble_page(page(PreparedRegion(TEXT, CROP), PreparedRegion(TABLE, CROP)), readings, seconds=0)
    assert result.status == "partial"
    assert result.error is None
    failure = result.regions[1].error
    assert failure is not None
    assert (failure.code, failure.stage) == ("recognition_failed", "recognition")


def test_without_a_backend_the_page_has_an_error() -> None:
    error = EngineUnavailable("no VLM backend is up")
    result = assemble_page(page(PreparedRegion(TEXT, CROP)), [RegionReading("", tries=0, error=error)], seconds=0)
    assert result.status == "failed"
    assert result.error == Failure("engine_unavailable", str(error), "recognition")


def test_a_figure_is_an_image_and_a_further_part_is_empty_text() -> None:
    regions = page(PreparedRegion(IMAGE, None, "images/a.jpg"), PreparedRegion(TEXT))
    result = assemble_page(regions, [None, None], seconds=0)
    assert [(region.format, region.image, region.tries) for region in result.regions] == [
        ("image", "images/a.jpg", 0),
        ("text", None, 0),
    ]


def test_a_figure_shown_in_its_table_is_no_region_of_its_own() -> None:
    table = Crop("Table Recognition:", b"", b"t", figures=(("[F22]", "images/a.jpg"),))
    regions = page(PreparedRegion(IMAGE, None, "images/a.jpg"), PreparedRegion(TABLE, table))
    shown = assemble_page(regions, [None, RegionReading("<fcel>[F22]<nl>", tries=1)], seconds=0)
    assert [region.label for region in shown.regions] == ["table"]
    lost = assemble_page(regions, [None, RegionReading("<fcel>x<nl>", tries=1)], seconds=0)
    assert [region.label for region in lost.regions] == ["image", "table"]


def test_a_chart_that_was_read_is_shown_too() -> None:
    chart = PreparedRegion(Region("chart", (0, 0, 9, 9), 0, 1.0), CROP, "images/c.jpg")
    result = assemble_page(page(chart), [RegionReading("a | 1", tries=1)], seconds=0)
    assert result.regions[0].content.startswith("![](images/c.jpg)\n\n| a | 1 |")


def test_a_whole_page_is_its_markdown() -> None:
    result = assemble_page(
        page(PreparedRegion(TEXT, CROP)), [RegionReading("# A\n\nb", 1)], seconds=0, whole="markdown"
    )
    assert result.markdown == "# A\n\nb"
