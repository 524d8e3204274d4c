"""Pages and documents as JSON, written and read back."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from ocr_service.document import Failure, PageUsage, PlacedWord, StageTime
from ocr_service.export.result_json import (
    page_from_json,
    page_to_json,
    page_without_words,
    public_page,
    with_ids,
    with_s3,
    write_document,
)
from tests.support.pages import page, region

_PAGE = page(
    3,
    region(
        "text",
        'Said: "so \\ be it".\n\x01 é 😀,"words":[',
        tries=2,
        degraded=True,
        confidence=0.93,
        review=("degraded",),
        words=(PlacedWord('"so', (1, 2, 30, 14), 0.93), PlacedWord("\\", (35, 2, 40, 14))),
    ),
    region(
        "image", "", format="image", image="images/p0003_r01_image.jpg", error=Failure("repetition", "r", "recognition")
    ),
    status="partial",
    warnings=("no ink",),
    error=Failure("page_timeout", "took too long", "render"),
    stages=(StageTime("render", 1.5, 0.25),),
    markdown="# A",
    usage=PageUsage(700, 30, 0.25),
)


def test_a_page_comes_back_as_it_was_written() -> None:
    assert page_from_json(page_to_json(_PAGE)) == with_ids(_PAGE)


def test_a_page_of_a_version_that_counted_nothing_is_read() -> None:
    fields = json.loads(page_to_json(_PAGE))
    del fields["usage"]
    assert page_from_json(json.dumps(fields).encode()).usage == PageUsage()


def test_confidences_of_words_without_places_are_kept_and_no_words() -> None:
    told = replace(_PAGE.regions[1], word_confidences=(0.5, None))
    page = replace(_PAGE, regions=(_PAGE.regions[0], told))
    content = page_to_json(page)
    assert page_from_json(content) == with_ids(page)
    assert b"word_confidences" not in content
    shown = json.loads(public_page(content, words=True))
    assert [len(region["words"]) for region in shown["regions"]] == [2, 0]
    assert public_page(content, words=False) == public_page(page_to_json(_PAGE), words=False)


def test_words_of_a_page_are_shown_only_where_they_are_asked_for() -> None:
    shown, plain = (json.loads(public_page(page_to_json(_PAGE), words=words)) for words in (True, False))
    assert shown["regions"][0].pop("words") == [
        {"text": '"so', "bbox": [1, 2, 30, 14], "confidence": 0.93},
        {"text": "\\", "bbox": [35, 2, 40, 14], "confidence": None},
    ]
    assert shown["regions"][1].pop("words") == []
    assert shown == plain
    assert "words" not in plain


def test_a_page_is_read_without_its_words_where_nobody_needs_them() -> None:
    content = page_to_json(_PAGE)
    bare = tuple(replace(region, words=()) for region in page_from_json(content).regions)
    assert page_without_words(content) == replace(page_from_json(content), regions=bare)


def test_a_page_of_an_earlier_version_has_no_words() -> None:
    earlier = public_page(page_to_json(_PAGE), words=False)
    assert public_page(earlier, words=True) == earlier
    assert [region.words for region in page_from_json(earlier).regions] == [(), ()]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"{}", b'{"regions": [], "warnings": [], "error": null, "stages": []}']
)
def test_what_is_no_page_is_refused(content: bytes) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        page_from_json(content)


def _document(path: Path, *, chunks: list[str], s3: list[dict[str, str]]) -> None:
    artifacts = {"artifacts": {"directory": "/out", "s3": s3}}
    with path.open("w", encoding="utf-8", newline="") as file:
        write_document(
            file,
            {"job_id": "x"},
            chunks,
            [public_page(page_to_json(_PAGE), words=False)] * 2,
            artifacts | {"timings": {"read_s": 1.5}},
        )


def test_a_document_is_written_in_chunks_and_read_as_one(tmp_path: Path) -> None:
    _document(tmp_path / "a.json", chunks=['a "quoted"\n', "\\ slash", "😀"], s3=[])
    document = json.loads((tmp_path / "a.json").read_bytes())
    assert document == {
        "job_id": "x",
        "markdown": 'a "quoted"\n\\ slash😀',
        "pages": [json.loads(public_page(page_to_json(_PAGE), words=False))] * 2,
        "artifacts": {"directory": "/out", "s3": []},
        "timings": {"read_s": 1.5},
    }


def test_a_document_without_pages_is_json() -> None:
    file = io.StringIO()
    write_document(file, {}, [], [], {"timings": {}})
    assert json.loads(file.getvalue()) == {"markdown": "", "pages": [], "timings": {}}


@pytest.mark.parametrize("links", [[], [{"key": f"k{n}", "url": f"https://s3.example/{n}"} for n in range(3)]])
def test_links_to_the_bucket_replace_those_that_were_written(tmp_path: Path, links: list[dict[str, str]]) -> None:
    # Texts that look like the place, and more text than a block holds.
    text = ['"artifacts":{"s3": "not here"}', ',"artifacts":{' * 10_000]
    _document(tmp_path / "a.json", chunks=text, s3=[{"key": "old", "url": "old"}])
    before = json.loads((tmp_path / "a.json").read_bytes())
    after = json.loads(b"".join(with_s3(tmp_path / "a.json", links)))
    assert after["artifacts"].pop("s3") == links
    assert before["artifacts"].pop("s3") == [{"key": "old", "url": "old"}]
    assert after == before


def test_a_file_that_is_no_document_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"{}" * 100_000)
    with pytest.raises(ValueError, match="DocumentResult"):
        list(with_s3(tmp_path / "a.json", []))
