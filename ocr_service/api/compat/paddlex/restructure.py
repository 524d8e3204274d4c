"""``POST /restructure-pages``: a book of pages as JSON in, joined, out again; in a page worker, from file to file.

Of itself the request is as large as its figures. They, and whatever else is a long string, go from the body into a file
of their own and from there into the answer, as they are; the rest is bounded and parsed in the worker: a mebibyte of
JSON holds the interpreter's lock for 10 ms and more, and nothing else runs meanwhile.
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from ocr_service.api.compat.paddlex.mapping import page_from_pruned, pruned_result, text_without, with_html_figures
from ocr_service.api.compat.paddlex.models import PaddleError, RestructurePagesRequest
from ocr_service.api.intake.json_stream import JsonLimits, JsonStream, parsed_object
from ocr_service.api.validation import validated
from ocr_service.document import MARGIN_LABELS
from ocr_service.errors import BadOption, ServiceError
from ocr_service.export.join_pages import joined_pages
from ocr_service.storage.space import storage_errors

LIMITS = JsonLimits(rest=32 << 20, items=1_000_000)  # some 700 pages
_LONGEST_STRING = 16 << 20  # bytes: a figure in base64
_MOST_LONG_TEXT = 32 << 20  # bytes of long strings that are texts: they are joined in memory
_LONGEST_LOG_ID = 256


async def receive_pages(pieces: AsyncIterator[bytes], folder: Path, check_space: Callable[[], None]) -> None:
    """Takes the body in, for ``restructure``. Raises BadOption and StorageFull."""
    with storage_errors("TEMP_DIR"):
        strings = await asyncio.to_thread((folder / "strings").open, "wb")
        try:
            spooled = _SpooledStrings(strings)
            stream = JsonStream(LIMITS, spooled)
            async for piece in pieces:
                await asyncio.to_thread(stream.feed, piece)
                await asyncio.to_thread(check_space)
        finally:
            await asyncio.to_thread(strings.close)
        await asyncio.to_thread((folder / "rest.json").write_bytes, stream.rest)
        about = json.dumps({"token": spooled.token, "ends": spooled.ends})
        await asyncio.to_thread((folder / "strings.json").write_text, about)


def answer_in(folder: Path) -> Path:
    return folder / "answer.json"


def restructure(folder: Path, log_id: str) -> int:
    """Writes the answer to what ``receive_pages`` took in, an error in upstream's shape too; its HTTP status."""
    strings = _StoredStrings(folder)
    try:
        fields = _with_texts(parsed_object((folder / "rest.json").read_bytes()), strings)
        log_id = log_id_of(fields) or log_id
        asked = validated(RestructurePagesRequest, fields)
        whole = {"logId": log_id, "result": _restructured(asked), "errorCode": 0, "errorMsg": "Success"}
    except ServiceError as error:
        refusal = PaddleError(logId=log_id, errorCode=error.status, errorMsg=f"{error.code}: {error}")
        answer_in(folder).write_text(refusal.model_dump_json(), encoding="utf-8")
        return error.status
    with storage_errors("TEMP_DIR"), answer_in(folder).open("wb") as file:
        for piece in strings.filled_in(json.dumps(whole, ensure_ascii=False)):
            file.write(piece)
    return 200


def log_id_of(fields: Mapping[str, Any]) -> str | None:
    """The client's mark for its request, if it set one."""
    log_id = fields.get("logId")
    return log_id[:_LONGEST_LOG_ID] if isinstance(log_id, str) and log_id else None


class _SpooledStrings:
    """Long strings one behind the other in a file; ``ends``: where each ends. A reference is ``<token>:<number>``."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._length = 0
        self.ends: list[int] = []
        self.token = secrets.token_hex(16)

    def begin(self) -> None:
        self._length = 0

    def write(self, raw: bytes) -> None:
        self._length += len(raw)
        if self._length > _LONGEST_STRING:
            raise BadOption(f"The body has a string of more than {_LONGEST_STRING >> 20} MiB")
        self._file.write(raw)

    def finish(self) -> str:
        self.ends.append((self.ends[-1] if self.ends else 0) + self._length)
        return f"{self.token}:{len(self.ends) - 1}"


class _StoredStrings:
    """What ``_SpooledStrings`` wrote."""

    def __init__(self, folder: Path) -> None:
        about = json.loads((folder / "strings.json").read_bytes())
        self._path = folder / "strings"
        self._ends: list[int] = about["ends"]
        self._token: str = about["token"]
        self._texts = 0

    def text(self, value: str) -> str:
        """The string that ``value`` refers to, or ``value``. Raises BadOption for too many of them."""
        if not value.startswith(f"{self._token}:"):
            return value
        raw = self._raw(int(value.removeprefix(f"{self._token}:")))
        self._texts += len(raw)
        if self._texts > _MOST_LONG_TEXT:
            raise BadOption(f"The pages have more than {_MOST_LONG_TEXT >> 20} MiB in long texts")
        return str(parsed_object(b'{"text": "' + raw + b'"}')["text"])

    def filled_in(self, text: str) -> Iterator[bytes]:
        """JSON with the strings in place of their references; they still have the escapes that they came with."""
        for at, part in enumerate(re.split(rf"{self._token}:([0-9]+)", text)):
            yield self._raw(int(part)) if at % 2 else part.encode()

    def _raw(self, number: int) -> bytes:
        begin = self._ends[number - 1] if number else 0
        with self._path.open("rb") as file:
            file.seek(begin)
            return file.read(self._ends[number] - begin)


def _with_texts(value: Any, strings: _StoredStrings) -> Any:
    """The body with long texts back in their places; figures stay where they are."""
    if isinstance(value, str):
        return strings.text(value)
    if isinstance(value, list):
        return [_with_texts(item, strings) for item in value]
    if isinstance(value, dict):
        return {name: item if name == "markdownImages" else _with_texts(item, strings) for name, item in value.items()}
    return value


def _restructured(asked: RestructurePagesRequest) -> dict[str, Any]:
    given = [
        page_from_pruned(page.prunedResult, page.markdownImages or (), number)
        for number, page in enumerate(asked.pages, 1)
    ]
    joined = list(joined_pages(lambda: iter(given), tables=asked.mergeTables, levels=asked.relevelTitles))
    results: list[dict[str, Any]] = []
    for page, came in zip(joined, asked.pages, strict=True):
        images = {"images": came.markdownImages or {}} if asked.returnMarkdownImages else {}
        text = text_without(page, MARGIN_LABELS)
        markdown = {"text": with_html_figures(text, page) if asked.prettifyMarkdown else text, **images}
        results.append({"prunedResult": pruned_result(page, len(joined)), "markdown": markdown})
    if asked.concatenatePages and results:
        results = [_concatenated(results)]
    return {"layoutParsingResults": results}


def _concatenated(results: list[dict[str, Any]]) -> dict[str, Any]:
    """One result of all pages, as upstream's ``concatenate_pages``."""
    pruned = [result["prunedResult"] for result in results]
    texts = [result["markdown"]["text"].strip() for result in results]
    markdown: dict[str, Any] = {"text": "\n\n".join(filter(None, texts))}
    if "images" in results[0]["markdown"]:
        markdown["images"] = {name: image for result in results for name, image in result["markdown"]["images"].items()}
    blocks = [block for page in pruned for block in page["parsing_res_list"]]
    together = {
        **pruned[0],
        "width": [page["width"] for page in pruned],
        "height": [page["height"] for page in pruned],
        "parsing_res_list": [{**block, "global_block_id": number} for number, block in enumerate(blocks)],
        "layout_det_res": [page["layout_det_res"] for page in pruned],
    }
    return {"prunedResult": together, "markdown": markdown}
