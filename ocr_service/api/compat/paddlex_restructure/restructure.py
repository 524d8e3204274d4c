"""``POST /restructure-pages``: a book of pages as JSON in, joined, out again; in a page worker, from file to file.

Of itself the request is as large as its figures. They, and whatever else is a long string, go from the body into a file
of their own and from there into the answer, as they are; the rest is bounded and parsed in the worker: a mebibyte of
JSON holds the interpreter's lock for 10 ms and more, and nothing else runs meanwhile.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from ocr_service.api.compat.long_strings import StoredStrings, TextsBack, receive_spooled
from ocr_service.api.compat.paddlex.models import PaddleError, log_id_of
from ocr_service.api.compat.paddlex_restructure.mapping import restructured
from ocr_service.api.compat.paddlex_restructure.models import RestructurePagesRequest
from ocr_service.api.intake.json_stream import JsonLimits, parsed_object
from ocr_service.api.validation import validated
from ocr_service.errors import ServiceError
from ocr_service.storage.space import storage_errors

_LIMITS = JsonLimits(rest=32 << 20, items=1_000_000)  # some 700 pages
_LONGEST_STRING = 16 << 20  # bytes: a figure in base64
_MOST_LONG_TEXT = 32 << 20  # bytes of long strings that are texts: they are joined in memory


async def receive_pages(pieces: AsyncIterator[bytes], folder: Path, check_space: Callable[[], None]) -> None:
    """Takes the body in, for ``restructure``. Raises BadOption and StorageFull."""
    body = await receive_spooled(pieces, folder / "strings", _LIMITS, check_space, longest=_LONGEST_STRING)
    about = json.dumps({"token": body.token, "ends": body.ends})
    with storage_errors("TEMP_DIR"):
        await asyncio.to_thread((folder / "rest.json").write_bytes, body.shortened)
        await asyncio.to_thread((folder / "strings.json").write_text, about)


def answer_in(folder: Path) -> Path:
    return folder / "answer.json"


def restructure(folder: Path, log_id: str) -> int:
    """Writes the answer to what ``receive_pages`` took in, an error in upstream's shape too; its HTTP status."""
    about = json.loads((folder / "strings.json").read_bytes())
    with (folder / "strings").open("rb") as file:
        strings = StoredStrings(file, about["token"], about["ends"])
        try:
            texts = TextsBack(strings, _MOST_LONG_TEXT, but=("markdownImages",))
            fields = texts.into(parsed_object((folder / "rest.json").read_bytes()))
            log_id = log_id_of(fields) or log_id
            asked = validated(RestructurePagesRequest, fields)
            whole = {"logId": log_id, "result": restructured(asked), "errorCode": 0, "errorMsg": "Success"}
        except ServiceError as error:
            refusal = PaddleError(logId=log_id, errorCode=error.status, errorMsg=f"{error.code}: {error}")
            answer_in(folder).write_text(refusal.model_dump_json(), encoding="utf-8")
            return error.status
        with storage_errors("TEMP_DIR"), answer_in(folder).open("wb") as answer:
            answer.writelines(strings.filled_in(json.dumps(whole, ensure_ascii=False)))
    return 200
