"""A request's body as it arrives: of the type that was asked for, and in pieces that are worth a thread."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import parse_qsl

from starlette.requests import Request

from ocr_service.errors import BadOption, FileTooLarge

_PIECE = 1 << 20  # bytes that are looked at in one go, in a thread
_SMALL_FORM = 64 << 10  # bytes
_MOST_FIELDS = 64
_LONGEST_TYPE = 1000  # characters of a Content-Type; a boundary has at most 70


def content_type(request: Request) -> str:
    """The Content-Type with its parameters. Raises BadOption for one that is too long to be one."""
    given: str = request.headers.get("content-type", "")
    if len(given) > _LONGEST_TYPE:
        raise BadOption(f"Content-Type is longer than {_LONGEST_TYPE} characters")
    return given


def media_type(request: Request) -> str:
    """``application/json`` of ``Application/JSON; charset=utf-8``; "" where the request names none."""
    return content_type(request).partition(";")[0].strip().lower()


def is_json(request: Request) -> bool:
    kind = media_type(request)
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


def is_fields_alone(request: Request) -> bool:
    """A form that can have no file."""
    return media_type(request) == "application/x-www-form-urlencoded"


async def small_form(request: Request) -> dict[str, str]:
    """The fields of such a form that are not empty. Raises BadOption, FileTooLarge."""
    body = b"".join([piece async for piece in body_pieces(request, _SMALL_FORM)])
    try:
        fields = dict(parse_qsl(body.decode(), max_num_fields=_MOST_FIELDS))
    except ValueError as error:  # no UTF-8, or too many fields
        raise BadOption(f"The form cannot be read: {error}") from error
    if any("\0" in value for value in fields.values()):
        raise BadOption("The form has a NUL character")
    return fields


def require_json(request: Request) -> None:
    """Raises BadOption. A page of another site may send text/plain, or no type at all, without being asked."""
    if not is_json(request):
        raise BadOption.not_json()


def announced_bytes(request: Request) -> int:
    """What the request says of its body's size; 0 where it does not."""
    length = request.headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 20 else 0


async def body_pieces(request: Request, most: int) -> AsyncIterator[bytes]:
    """The body in pieces of about a mebibyte; the last one may be empty. Raises FileTooLarge above ``most`` bytes."""
    waiting = bytearray()
    received = 0
    async for chunk in request.stream():
        waiting += chunk
        received += len(chunk)
        if received > most:
            raise FileTooLarge(f"The request's body is longer than {most} bytes")
        if len(waiting) >= _PIECE:
            yield bytes(waiting)
            waiting.clear()
    yield bytes(waiting)
