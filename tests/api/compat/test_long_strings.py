"""Long strings go through a file and come back as they were."""

from __future__ import annotations

import io
import json

import pytest

from ocr_service.api.compat.long_strings import SpooledStrings, StoredStrings, TextsBack
from ocr_service.api.intake.json_stream import JsonLimits, JsonStream
from ocr_service.errors import BadOption

LIMITS = JsonLimits(rest=64 << 10, items=1000)
FIGURES = ["a" * 300_000, "б" * 200_000 + '"\\', "c" * 3_000_000]


def spooled(file: io.BytesIO, longest: int | None = None) -> tuple[dict[str, object], StoredStrings]:
    strings = SpooledStrings(file, longest)
    stream = JsonStream(LIMITS, strings)
    stream.feed(json.dumps({"name": "book", "figures": FIGURES}).encode())
    return stream.parsed(), StoredStrings(file, strings.token, strings.ends)


def test_json_is_filled_in_with_the_strings_that_it_came_with() -> None:
    fields, strings = spooled(io.BytesIO())
    short = json.dumps(fields)
    assert len(short) < 1000
    assert json.loads(b"".join(strings.filled_in(short))) == {"name": "book", "figures": FIGURES}


def test_a_string_is_found_by_what_stands_in_its_place() -> None:
    fields, strings = spooled(io.BytesIO())
    places = fields["figures"]
    assert isinstance(places, list)
    found = [strings.find(place) for place in places]
    assert [json.loads(b'"' + (raw or b"") + b'"') for raw in found] == FIGURES
    assert strings.find("book") is None


def test_a_string_may_have_a_greatest_length() -> None:
    with pytest.raises(BadOption, match="a string of more than 1 MiB"):
        spooled(io.BytesIO(), longest=1 << 20)


def test_texts_come_back_into_the_body_and_figures_stay_in_their_file() -> None:
    fields, strings = spooled(io.BytesIO())
    whole = TextsBack(strings, 16 << 20).into({"a": [fields], "figures": fields["figures"], "n": 1})
    assert whole == {"a": [{"name": "book", "figures": FIGURES}], "figures": FIGURES, "n": 1}
    assert TextsBack(strings, 16 << 20, but=["figures"]).into(fields) == fields


def test_texts_that_come_back_are_bounded_together() -> None:
    fields, strings = spooled(io.BytesIO())
    with pytest.raises(BadOption, match="more than 3 MiB in long texts"):
        TextsBack(strings, 3 << 20).into(fields)
