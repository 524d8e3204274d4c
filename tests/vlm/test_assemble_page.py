"""A page's result from the readings of its regions."""

from __future__ import annotations

from dataclasses import replace

from ocr_service.document import Crop, Failure, PreparedPage, PreparedRegion, Region
from ocr_service.errors import EngineUnavailable, RecognitionFailed
from ocr_service.export.content_words import content_words
from ocr_service.vlm.answer_checks import AnswerProblem
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


def test_a_page_read_whole_whose_answer_lacks_much_of_it_is_partial() -> None:
    whole = PreparedRegion(TEXT, replace(CROP, letters=100), ink=900, text_areas=((TEXT.bbox, 100),))
    short = assemble_page(page(whole), [RegionReading("x" * 50, 1)], seconds=0, whole="markdown")
    assert (short.status, short.coverage) == ("partial", 0.5)
    assert "50% of the letters" in short.warnings[-1]
    full = assemble_page(page(whole), [RegionReading("x" * 90, 1)], seconds=0, whole="markdown")
    assert (full.status, full.coverage, full.warnings) == ("completed", 1.0, ("small",))


SHORT = AnswerProblem.SHORT
READ = PreparedRegion(TEXT, replace(CROP, letters=100), ink=1000)
MISSED = PreparedRegion(Region("text", (0, 60, 100, 90), 1, 0.0), replace(CROP, letters=50), ink=500, missed=True)


def test_a_page_whose_ink_was_all_read_has_the_whole_coverage() -> None:
    readings = [RegionReading("Hello", 1), RegionReading("there", 1)]
    result = assemble_page(page(READ, MISSED), readings, seconds=0)
    assert (result.coverage, result.status, result.warnings) == (1.0, "completed", ("small",))
    assert [region.label for region in result.regions] == ["text", "text"]


def test_text_that_no_model_saw_and_no_model_read_is_unread() -> None:
    readings = [RegionReading("Hello", 1), RegionReading("", 3, error=RecognitionFailed("empty answer"))]
    result = assemble_page(page(READ, MISSED), readings, seconds=0)
    assert result.status == "partial"
    assert result.coverage == 0.667
    unread = result.regions[1]
    assert (unread.label, unread.format, unread.error and unread.error.code) == ("unread", "image", "unread")
    assert result.warnings[-1] == "text that could not be read at 0,60,100,90"


def test_a_backend_that_is_down_makes_no_text_unreadable() -> None:
    error = EngineUnavailable("no VLM backend is up")
    result = assemble_page(page(MISSED), [RegionReading("", tries=0, error=error)], seconds=0)
    assert result.error == Failure("engine_unavailable", str(error), "recognition")


def test_an_answer_much_shorter_than_its_ink_lowers_the_coverage_and_is_named() -> None:
    reading = RegionReading("x" * 25, 2, degraded=True, problem=SHORT)
    result = assemble_page(page(READ), [reading], seconds=0)
    assert result.coverage == 0.25
    assert result.regions[0].degraded
    assert "0,0,100,50 may be incomplete" in result.warnings[-1]


def test_a_cut_answer_is_never_the_whole_coverage() -> None:
    reading = RegionReading("x" * 200, 3, degraded=True, problem=AnswerProblem.CUT)
    assert assemble_page(page(READ), [reading], seconds=0).coverage == 0.999


def test_where_nobody_counted_there_is_no_coverage() -> None:
    assert assemble_page(page(PreparedRegion(TEXT, CROP)), [RegionReading("a", 1)], seconds=0).coverage is None


def test_the_words_of_a_region_keep_the_probability_of_their_tokens() -> None:
    answer = "<fcel>Price<fcel>1 500<nl><ecel><fcel>\\(x\\)<nl>"
    reading = RegionReading(answer, tries=1, confidence=0.8, word_confidences=(0.9, 0.5, 0.25, 1.0))
    [table] = assemble_page(page(PreparedRegion(TABLE, CROP)), [reading], seconds=0).regions
    assert content_words(table.content) == ["Price", "1", "500", "$", "x", "$"]
    assert table.word_confidences[:3] == (0.9, 0.5, 0.25)


def test_the_blocks_of_a_page_read_whole_have_the_confidences_of_their_words() -> None:
    answer = (
        '[{"bbox": [0, 0, 9, 9], "category": "Title", "text": "# One two"}, '
        '{"bbox": [0, 9, 9, 20], "category": "Text", "text": "Three"}]'
    )
    words = content_words(answer)
    told = tuple(0.25 if "two" in word else 0.5 if "Three" in word else 1.0 for word in words)
    whole = PreparedRegion(Region("ocr", (0, 0, 1000, 1400), 0, 1.0), CROP)
    reading = RegionReading(answer, tries=1, confidence=0.9, word_confidences=told)
    title, text = assemble_page(page(whole), [reading], seconds=0, whole="dots-json").regions
    assert (title.content, title.word_confidences) == ("One two", (1.0, 0.25))
    assert (text.content, text.word_confidences) == ("Three", (0.5,))


def test_spotted_lines_have_the_confidences_of_their_words() -> None:
    place = "".join(f"<|LOC_{number}|>" for number in (1, 2, 3, 4, 5, 6, 7, 8))
    spotting = PreparedRegion(Region("spotting", (0, 0, 1000, 1400), 0, 1.0), CROP)
    reading = RegionReading(f"one two{place}three{place}", tries=1, word_confidences=(0.1, 0.2, 0.3))
    lines = assemble_page(page(spotting), [reading], seconds=0).regions
    assert [(line.content, line.word_confidences) for line in lines] == [("one two", (0.1, 0.2)), ("three", (0.3,))]
