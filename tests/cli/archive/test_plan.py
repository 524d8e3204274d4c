"""The shards of an archive: the same after a restart, and what comes later makes further ones."""

from __future__ import annotations

import pytest

from ocr_service.cli.archive.plan import Item, OtherOptions, Summary, hashed_name, parts_of, plan_text, planned

OPTIONS = {"version": "1", "dpi": 200}
NAMES = [f"in/{number:03d}.pdf" for number in range(150)]


def test_every_document_is_in_one_shard() -> None:
    items = planned(None, NAMES, OPTIONS)
    assert [len(item.documents) for item in items] == [64, 64, 22]
    assert [document for item in items for document in item.documents] == NAMES
    assert len({item.name for item in items}) == 3


def test_a_kept_plan_stays_and_new_documents_make_further_shards() -> None:
    before = planned(None, NAMES, OPTIONS)
    kept = plan_text(before, OPTIONS)
    assert planned(kept, NAMES, OPTIONS) == before
    later = planned(kept, ["in/0000.pdf", *NAMES[:-1]], OPTIONS)  # one has gone from the source, too
    assert later[:3] == before
    assert later[3] == Item("documents", "000003", ("in/0000.pdf",))


def test_results_of_other_options_are_not_gone_on_with() -> None:
    kept = plan_text(planned(None, NAMES, OPTIONS), OPTIONS)
    with pytest.raises(OtherOptions):
        planned(kept, NAMES, {**OPTIONS, "dpi": 300})


def test_parts_have_every_page_once() -> None:
    parts = parts_of("a/book.pdf", 101, 50)
    assert [part.numbers[0] for part in parts] == [1, 51, 101]
    assert [number for part in parts for number in part.numbers] == list(range(1, 102))
    assert len({part.name for part in parts}) == 3
    assert hashed_name("a/book.pdf") != hashed_name("b/book.pdf")


def test_items_and_summaries_come_back_as_they_were_written() -> None:
    [item] = parts_of("a.pdf", 3, 10)
    assert Item.from_json(item.to_json()) == item
    summary = Summary("000001", 3, 7, {"damaged_pdf": 1}, {"large.pdf": 900})
    assert Summary.from_json(summary.to_json()) == summary
