"""Documents inside JSON: decoded to disk while they arrive, in whatever pieces they come."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.requests import Request

from ocr_service.api.intake.base64_file import Base64File
from ocr_service.api.intake.json_body import received_json
from ocr_service.errors import BadOption, FileTooLarge
from ocr_service.storage.space import FreeSpace

_LARGE = os.urandom(300_000)


def request_of(*chunks: bytes) -> Request:
    rest = list(chunks)

    async def receive() -> dict[str, object]:
        body = rest.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(rest)}

    return Request({"type": "http", "method": "POST", "headers": [(b"content-type", b"application/json")]}, receive)


async def received(
    folder: Path, body: bytes, piece: int, max_bytes: int = 1 << 20
) -> AsyncIterator[tuple[dict[str, object], bytes]]:
    chunks = [body[at : at + piece] for at in range(0, len(body), piece)]
    async with received_json(request_of(*chunks), folder, max_bytes, FreeSpace((folder,), 0)) as taken:
        upload = taken.document(str(taken.fields["file"]), "a.pdf", max_bytes)
        content = upload.path.read_bytes()
        assert upload.sha256 == hashlib.sha256(content).hexdigest()
        assert upload.bytes == len(content)
        yield taken.fields, content


@pytest.mark.anyio
@pytest.mark.parametrize("piece", [997, 65_536, 1 << 20])
@pytest.mark.parametrize("content", [_LARGE, b"short"], ids=["large", "short"])
@pytest.mark.parametrize("form", ["plain", "data uri", "escaped slashes", "unicode escapes", "wrapped"])
async def test_a_document_arrives_whole_however_it_is_written(
    tmp_path: Path, piece: int, content: bytes, form: str
) -> None:
    text = base64.b64encode(content).decode()
    if form == "data uri":
        text = f"data:application/pdf;base64,{text}"
    elif form == "wrapped":
        text = base64.encodebytes(content).decode()
    encoded = json.dumps(text)
    if form == "escaped slashes":
        encoded = encoded.replace("/", "\\/")
    elif form == "unicode escapes":
        encoded = encoded.replace("+", "\\u002B")
    body = f'{{"before": "a \\" quote \\\\", "file": {encoded}, "after": [1, {{"file": "x"}}]}}'.encode()
    async for fields, taken in received(tmp_path, body, piece):
        assert taken == content
        assert fields["before"] == 'a " quote \\'
        assert fields["after"] == [1, {"file": "x"}]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"file": base64.b64encode(os.urandom(1 << 21)).decode()}, FileTooLarge),
        ({"file": "!" * 100_000}, BadOption),
        ({"file": "é" * 100_000}, BadOption),
        ({"file": base64.b64encode(_LARGE).decode()[:-1]}, BadOption),
        ({"file": base64.b64encode(_LARGE[:299_999]).decode() + "QUJD"}, BadOption),
        ({"file": "data:application/pdf," + "A" * 100_000}, BadOption),
        ({"file": "A" * 100_000, "other": "A" * 100_000}, BadOption),
        ({"file": "QUJD", "rest": ["a" * 1000] * 2000}, BadOption),
    ],
    ids=["too large", "no base64", "no ascii", "cut", "after padding", "no base64 uri", "two documents", "much else"],
)
async def test_what_is_no_document_is_refused_and_leaves_nothing(
    tmp_path: Path, body: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        async for _ in received(tmp_path, json.dumps(body, ensure_ascii=False).encode(), 50_000):
            pass
    assert list(tmp_path.iterdir()) == []


@given(st.binary(max_size=400), st.lists(st.integers(1, 50), min_size=1, max_size=50))
@settings(max_examples=200, deadline=None)
def test_any_cut_of_base64_gives_the_same_bytes(content: bytes, cuts: list[int]) -> None:
    text = json.dumps(base64.b64encode(content).decode())[1:-1].replace("/", "\\/").encode()
    target = io.BytesIO()
    file = Base64File(target, 1000)
    for cut in cuts:
        piece, text = text[:cut], text[cut:]
        file.write(piece)
    file.write(text)
    file.finish()
    assert target.getvalue() == content
