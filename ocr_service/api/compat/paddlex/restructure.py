"""``POST /restructure-pages``: a book of pages as JSON in, joined, out again; in a page worker, from file to file.

Of itself the request is as large as its figures. They, and whatever else is a long string, go from the body into a file
of their own and from there into the answer, as they are; the rest is bounded and parsed in the worker: a mebibyte of
JSON holds the interpreter's lock for 10 ms and more, and nothing else runs meanwhile.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

from ocr_service.api.compat.long_strings import SpooledStrings, StoredStrings
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
            spooled = SpooledStrings(strings, _LONGEST_STRING)
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
    about = json.loads((folder / "strings.json").read_bytes())
    with (folder / "strings").open("rb") as file:
        strings = StoredStrings(file, about["token"], about["ends"])
        try:
            fields = _with_texts(parsed_object((folder / "rest.json").read_bytes()), _Texts(strings))
            log_id = log_id_of(fields) or log_id
            asked = validated(RestructurePagesRequest, fields)
            whole = {"logId": log_id, "result": _restructured(asked), "errorCode": 0, "errorMsg": "Success"}
        except ServiceError as error:
            refusal = PaddleError(logId=log_id, errorCode=error.status, errorMsg=f"{error.code}: {error}")
            answer_in(folder).write_text(refusal.model_dump_json(), encoding="utf-8")
            return error.status
        with storage_errors("TEMP_DIR"), answer_in(folder).open("wb") as answer:
            answer.writelines(strings.filled_in(json.dumps(whole, ensure_ascii=False)))
    return 200


def log_id_of(fields: Mapping[str, Any]) -> str | None:
    """The client's mark for its request, if it set one."""
    log_id = fields.get("logId")
    return log_id[:_LONGEST_LOG_ID] if isinstance(log_id, str) and log_id else None


class _Texts:
    """Long strings that are texts, which are joined in memory: of them there may be so much."""

    def __init__(self, strings: StoredStrings) -> None:
        self._strings = strings
        self._size = 0

    def of(self, value: str) -> str:
        """The string in whose place ``value`` stands, or ``value``. Raises BadOption for too many of them."""
        raw = self._strings.find(value)
        if raw is None:
            return value
        self._size += len(raw)
        if self._size > _MOST_LONG_TEXT:
            raise BadOption(f"The pages have more than {_MOST_LONG_TEXT >> 20} MiB in long texts")
        return str(parsed_object(b'{"text": "' + raw + b'"}')["text"])


def _with_texts(value: Any, texts: _Texts) -> Any:
    """The body with long texts back in their places; figures stay where they are."""
    if isinstance(value, str):
        return texts.of(value)
    if isinstance(value, list):
        return [_with_texts(item, texts) for item in value]
    if isinstance(value, dict):
        return {name: item if name == "markdownImages" else _with_texts(item, texts) for name, item in value.items()}
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
