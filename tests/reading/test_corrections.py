"""A page with one region corrected, undone, conflicting, and read again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ocr_service.document import Box, Failure, PageResult, PlacedWord, RegionResult
from ocr_service.errors import BadOption, CorrectionConflict, NotFound
from ocr_service.export.result_json import page_from_json, page_to_json
from ocr_service.reading.corrections import Author, RegionChange, as_read, carried, corrected
from tests.support.pages import page, region

HEADING, FIRST, SECOND = (100, 100, 900, 150), (100, 200, 900, 400), (100, 450, 900, 700)
LOST = Failure("recognition_failed", "the answer is empty", "recognition")


def read(*regions: RegionResult, **more: Any) -> PageResult:
    """As the page's file gives it."""
    found = page(1, *(replace(one, order=place) for place, one in enumerate(regions)), **more)
    return page_from_json(page_to_json(found))


def letter() -> PageResult:
    return read(
        region("paragraph_title", "Sales", HEADING),
        region("text", "The totl is 12.", FIRST),
        region("text", "Regards", SECOND),
    )


def by(name: str, seen: int = 0) -> Author:
    return Author(name, 1_700_000_000.0, seen)


def texts(found: PageResult) -> list[str]:
    return [one.content for one in found.regions]


def test_a_corrected_text_is_in_the_page_and_its_markdown_beside_the_reading() -> None:
    found = corrected(letter(), 1, RegionChange(content="The total is 12."), by("anna"))
    assert "The total is 12." in found.markdown and "totl" not in found.markdown
    assert found.regions[1].edited == ("content",)
    [entry] = found.corrections
    assert (entry.region, entry.by, entry.changed, entry.revision) == (1, "anna", ("content",), 1)
    assert entry.original.content == "The totl is 12."
    assert page_from_json(page_to_json(found)) == found


def test_the_reading_stays_the_original_however_often_a_region_is_corrected() -> None:
    found = letter()
    for seen, text in enumerate(("The tota is 12.", "The total is 12.")):
        found = corrected(found, 1, RegionChange(content=text), by("anna", seen))
    assert found.corrections[0].original.content == "The totl is 12."
    assert as_read(found).regions == letter().regions


def test_label_level_order_and_deletion() -> None:
    found = corrected(letter(), 2, RegionChange(label="paragraph_title", level=3), by("anna"))
    assert "### Regards" in found.markdown
    found = corrected(found, 2, RegionChange(order=0), by("anna", 1))
    assert texts(found) == ["Regards", "Sales", "The totl is 12."]
    assert [one.order for one in found.regions] == [0, 1, 2]
    found = corrected(found, 0, RegionChange(deleted=True), by("boris", 2))
    assert texts(found) == ["Regards", "The totl is 12."]
    assert [(entry.region, entry.changed) for entry in found.corrections] == [
        (0, ("deleted",)),
        (2, ("label", "level", "order")),
    ]


def test_undo_puts_a_region_back_as_and_where_it_was_read() -> None:
    found = corrected(letter(), 0, RegionChange(deleted=True), by("anna"))
    found = corrected(found, 0, RegionChange(undo=True), by("anna", 1))
    assert found.regions == letter().regions and found.markdown.startswith("## Sales")
    moved = corrected(letter(), 0, RegionChange(order=2), by("anna"))
    back = corrected(moved, 0, RegionChange(undo=True), by("boris", 1))
    assert back.regions == letter().regions
    assert (back.corrections[0].changed, back.corrections[0].by) == ((), "boris")


def test_what_could_not_be_read_is_whole_once_it_is_written() -> None:
    unread = region("unread", "", SECOND, format="image", image="images/p0001_r01.jpg", error=LOST)
    found = read(region("text", "Above", FIRST), unread, status="partial")
    typed = corrected(found, 1, RegionChange(content="Signed: Ivanov"), by("anna"))
    assert (typed.status, typed.regions[1].label, typed.regions[1].error) == ("completed", "text", None)
    assert typed.markdown == "Above\n\nSigned: Ivanov"
    undone = corrected(typed, 1, RegionChange(undo=True), by("anna", 1))
    assert (undone.status, undone.regions[1].error) == ("partial", LOST)


def test_the_same_text_confirms_a_doubtful_reading() -> None:
    found = read(region("text", "A doubtful line", FIRST, degraded=True, contradicted=True))
    sure = corrected(found, 0, RegionChange(content="A doubtful line"), by("anna")).regions[0]
    assert (sure.degraded, sure.contradicted, sure.edited) == (False, False, ("content",))


def test_who_looked_before_another_corrected_the_region_is_told() -> None:
    found = corrected(letter(), 1, RegionChange(content="One"), by("anna"))
    with pytest.raises(CorrectionConflict, match="corrected by anna after revision 0"):
        corrected(found, 1, RegionChange(content="Two"), by("boris"))
    both = corrected(found, 2, RegionChange(content="Best regards"), by("boris"))  # another region: no conflict
    assert texts(both) == ["Sales", "One", "Best regards"]
    undone = corrected(both, 1, RegionChange(undo=True), by("anna", 2))
    with pytest.raises(CorrectionConflict):
        corrected(undone, 1, RegionChange(content="Three"), by("boris", 2))


@pytest.mark.parametrize(
    ("region_id", "change", "words"),
    [
        (1, RegionChange(label="headline"), "'headline' is none of"),
        (1, RegionChange(label="image"), "no picture"),
        (1, RegionChange(level=2), "only headings have one"),
        (1, RegionChange(order=3), "the last place on the page is 2"),
    ],
)
def test_what_no_page_can_hold_is_refused(region_id: int, change: RegionChange, words: str) -> None:
    with pytest.raises(BadOption, match=words):
        corrected(letter(), region_id, change, by("anna"))


def test_regions_that_are_not_there() -> None:
    with pytest.raises(NotFound, match="no region 7"):
        corrected(letter(), 7, RegionChange(content=""), by("anna"))
    gone = corrected(letter(), 1, RegionChange(deleted=True), by("anna"))
    with pytest.raises(NotFound, match="`undo` brings it back"):
        corrected(gone, 1, RegionChange(content="x"), by("anna", 1))
    with pytest.raises(BadOption, match="cannot have been seen"):
        corrected(gone, 2, RegionChange(content="x"), by("anna", 9))


def shifted(box: Box, pixels: int) -> Box:
    return box[0], box[1] + pixels, box[2], box[3] + pixels


def test_a_new_reading_gets_the_corrections_where_the_regions_stand_now() -> None:
    earlier = corrected(letter(), 1, RegionChange(content="The total is 12."), by("anna"))
    earlier = corrected(earlier, 2, RegionChange(deleted=True), by("anna", 1))
    again = read(
        region("header", "Letter 5", (100, 20, 900, 60)),
        region("paragraph_title", "Sales!", HEADING),
        region("text", "The toll is 12.", shifted(FIRST, 8)),
        region("text", "Regards", SECOND),
    )
    found = carried(earlier, again)
    assert texts(found) == ["Letter 5", "Sales!", "The total is 12."]
    assert [(entry.region, entry.original.content) for entry in found.corrections] == [
        (2, "The toll is 12."),
        (3, "Regards"),
    ]
    assert (found.revision, found.read_revision) == (3, 3)
    with pytest.raises(CorrectionConflict, match="was read again after revision 2"):
        corrected(found, 2, RegionChange(content="x"), by("anna", 2))
    undone = corrected(found, 2, RegionChange(undo=True), by("anna", 3))
    assert "The toll is 12." in texts(undone)


def test_a_corrected_text_stays_where_a_new_reading_has_split_or_lost_its_region() -> None:
    earlier = corrected(letter(), 1, RegionChange(content="The total is 12."), by("anna"))
    split = read(
        region("paragraph_title", "Sales", HEADING),
        region("text", "The totl", (100, 200, 900, 280)),
        region("text", "is 12.", (100, 300, 900, 400)),
        region("text", "Regards", SECOND),
    )
    assert texts(carried(earlier, split)) == ["Sales", "The total is 12.", "Regards"]
    lost = read(region("paragraph_title", "Sales", HEADING), region("text", "Regards", SECOND))
    found = carried(earlier, lost)
    assert texts(found) == ["Sales", "The total is 12.", "Regards"]
    assert [one.id for one in found.regions] == [0, 2, 1]
    again = corrected(found, 2, RegionChange(content="The total is 13."), by("anna", found.revision))
    assert texts(again) == ["Sales", "The total is 13.", "Regards"]


def test_label_and_order_go_to_the_new_reading_which_keeps_its_text() -> None:
    earlier = corrected(letter(), 1, RegionChange(label="footnote"), by("anna"))
    earlier = corrected(earlier, 1, RegionChange(order=2), by("anna", 1))
    again = read(
        region("paragraph_title", "Sales", HEADING),
        region("text", "The total is 12.", FIRST),
        region("text", "Regards", SECOND),
    )
    found = carried(earlier, again)
    assert texts(found) == ["Sales", "Regards", "The total is 12."]
    assert found.regions[2].label == "footnote"


def test_a_page_without_corrections_counts_its_readings() -> None:
    found = carried(letter(), letter())
    assert (found.revision, found.read_revision, found.corrections) == (1, 1, ())
    assert found.regions == letter().regions


def test_a_corrected_text_has_neither_the_readers_words_nor_its_doubts_until_it_is_undone() -> None:
    words = (PlacedWord("totl", FIRST, 0.4),)
    doubtful = region("text", "totl", FIRST, confidence=0.4, review=("low_confidence",), words=words)
    found = corrected(read(doubtful), 0, RegionChange(content="total"), by("anna"))
    stored = page_from_json(page_to_json(found))
    [now] = stored.regions
    assert (now.confidence, now.review, now.words, stored.confidence) == (None, (), (), None)
    [before] = corrected(stored, 0, RegionChange(undo=True), by("anna", 1)).regions
    assert (before.confidence, before.review, before.words) == (0.4, ("low_confidence",), words)


def test_a_text_that_a_person_confirms_keeps_its_words() -> None:
    words = (PlacedWord("total", FIRST, 0.4),)
    doubtful = region("text", "total", FIRST, confidence=0.4, review=("low_confidence",), words=words)
    [now] = corrected(read(doubtful), 0, RegionChange(content="total"), by("anna")).regions
    assert (now.review, now.words) == ((), words)
