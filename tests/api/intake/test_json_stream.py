"""JSON is followed while it arrives, and bounded before it is parsed."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_service.api.intake.json_stream import LONG_STRING, JsonLimits, JsonStream, NoLongStrings, parsed_object
from ocr_service.errors import BadOption

LIMITS = JsonLimits(rest=1 << 20, items=10_000)
ROOMY = JsonLimits(rest=64 << 20, items=10_000_000)


class Kept:
    """Long strings in memory."""

    def __init__(self) -> None:
        self.strings: list[bytes] = []

    def begin(self) -> None:
        self.strings.append(b"")

    def write(self, raw: bytes) -> None:
        self.strings[-1] += raw

    def finish(self) -> str:
        return f"long:{len(self.strings) - 1}"


def fed(body: bytes, cuts: list[int], limits: JsonLimits = ROOMY) -> tuple[JsonStream, Kept]:
    kept = Kept()
    stream = JsonStream(limits, kept)
    at = 0
    for cut in cuts:
        stream.feed(body[at : at + cut])
        at += cut
    stream.feed(body[at:])
    return stream, kept


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=5),
    max_leaves=20,
)


@pytest.mark.slow
@given(
    st.dictionaries(st.text(max_size=5), VALUES, max_size=8),
    st.lists(st.integers(1, 40), max_size=20),
    st.booleans(),
)
@settings(max_examples=300, deadline=None)
def test_any_cut_gives_what_was_sent(fields: dict[str, object], cuts: list[int], escaped: bool) -> None:
    if "\0" in json.dumps(fields, ensure_ascii=False).replace("\\u0000", "\0"):
        return  # refused, below
    body = json.dumps(fields, ensure_ascii=escaped).encode()
    stream, kept = fed(body, cuts)
    assert stream.parsed() == fields
    assert kept.strings == []


@given(
    st.sampled_from(["plain ", '\\"', "\\\\", "\\u0041", '\\"\\\\', "é"]),
    st.lists(st.integers(1, 200_000), max_size=8),
)
@settings(max_examples=100, deadline=None)
def test_a_long_string_goes_elsewhere_as_it_is_written(piece: str, cuts: list[int]) -> None:
    long = (piece * (3 * LONG_STRING // len(piece) + 1)).encode()
    body = b'{"a": ["x", "' + long + b'"], "b": "y\\"", "c": "' + long + b'"}'
    stream, kept = fed(body, cuts)
    assert stream.parsed() == {"a": ["x", "long:0"], "b": 'y"', "c": "long:1"}
    assert kept.strings == [long, long]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"a":' + b"[" * 40 + b"]" * 40 + b"}", "deeper than 32"),
        (b'{"a":' * 40, "deeper than 32"),
        (b'{"a":[' + b"0," * 10_001 + b"0]}", "10000 values"),
        (b'{"a":[' + b"[]," * 10_001 + b"0]}", "10000 values"),
        (b'{"a":[' + b'""' * 10_001, "10000 values"),
        (b'{"a":' + b" " * (2 << 20) + b"1}", "1024 KiB"),
        (b'{"a":' + b"1" * (2 << 20) + b"}", "1024 KiB"),
        (b'{"a":"' + b"x" * 100_000 + b'"}', "more than 65536 bytes"),
    ],
)
def test_what_is_too_much_is_refused_while_it_arrives(body: bytes, said: str) -> None:
    stream = JsonStream(LIMITS, NoLongStrings())
    with pytest.raises(BadOption, match=said):
        for at in range(0, len(body), 5000):
            stream.feed(body[at : at + 5000])


def test_many_small_lists_are_not_deep() -> None:
    stream, _ = fed(b'{"a":[' + b"[]," * 100 + b"[]]}", [7] * 20)
    assert len(stream.parsed()["a"]) == 101


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"a": 1' + b"0" * 400 + b"}", "20 digits"),
        (b'{"a": 1e999}', "too large"),
        (b'{"a": 0.' + b"1" * 100 + b"}", "too long"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": -Infinity}', "Infinity"),
        (b'{"a": "\\ud83d"}', "surrogate"),
        (b'{"\\udc00": 1}', "surrogate"),
        (b'{"a": "\xed\xa0\x80"}', "not JSON"),
        (b'{"a": "\\u0000"}', "NUL"),
        ('{"a": 1}'.encode("utf-16"), "not JSON"),
        (b'{"a": 1}}', "not JSON"),
        (b"[1]", "must be a JSON object"),
        (b"", "not JSON"),
    ],
)
def test_what_no_field_takes_is_refused(body: bytes, said: str) -> None:
    with pytest.raises(BadOption, match=said):
        parsed_object(body)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": "\\\\u0000"}', "\\u0000"),
        (b'{"a": "\\\\\\\\u0000"}', "\\\\u0000"),
        (b'{"a": "\\ud83d\\ude00"}', "\U0001f600"),
        (b'\xef\xbb\xbf{"a": "BOM"}', "BOM"),
        (b'{"a": 18446744073709551615}', 2**64 - 1),
        (b'{"a": 1.5e3}', 1500.0),
    ],
)
def test_what_only_looks_like_it_is_taken(body: bytes, value: object) -> None:
    assert parsed_object(body) == {"a": value}
