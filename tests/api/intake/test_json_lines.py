"""Lines of JSON in a file, each bounded and found again by its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ocr_service.api.intake.json_lines import json_lines, line_pieces
from ocr_service.api.intake.json_stream import LONG_STRING, JsonLimits
from ocr_service.errors import BadOption

LIMITS = JsonLimits(rest=100_000, items=100)
DOCUMENT = "A" * (3 << 20)


def line(number: int, **fields: object) -> bytes:
    return json.dumps({"n": number, **fields}).encode()


@pytest.mark.anyio
async def test_each_line_is_found_again_by_its_place_and_its_document_stays_there(tmp_path: Path) -> None:
    lines = [line(1, document=DOCUMENT), b"", b"  ", line(2), line(3, document=DOCUMENT)]
    path = tmp_path / "requests.jsonl"
    path.write_bytes(b"\n".join(lines))
    found = list(json_lines(path, LIMITS, such_as="{}"))
    assert [one.found for one in found] == [
        {"n": 1, "document": "document"},
        {"n": 2},
        {"n": 3, "document": "document"},
    ]
    for one, written in zip(found, filter(bytes.strip, lines), strict=True):
        pieces = [piece async for piece in line_pieces(path, one.start, one.length)]
        assert b"".join(pieces) == written
        assert max(map(len, pieces)) <= 1 << 20


@pytest.mark.parametrize(
    "wrong",
    [
        b"[1]",
        b'{"n": ',
        line(0, a="A" * (2 * LONG_STRING), b="B" * (2 * LONG_STRING)),
        line(0, many=["x" * 100] * 99, more=list(range(99))),
        b'{"n": "\xff"}',
    ],
)
def test_a_line_that_cannot_be_read_stops_no_other(tmp_path: Path, wrong: bytes) -> None:
    path = tmp_path / "requests.jsonl"
    path.write_bytes(line(1) + b"\n" + wrong + b"\n" + line(2) + b"\n")
    first, middle, last = (one.found for one in json_lines(path, LIMITS, such_as='{"n": 1}'))
    assert (first, last) == ({"n": 1}, {"n": 2})
    assert isinstance(middle, BadOption)
