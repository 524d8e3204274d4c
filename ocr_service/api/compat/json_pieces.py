"""JSON answers written piece by piece: a long book never stands whole in memory as JSON, and no piece is long enough to
keep others waiting."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi.responses import StreamingResponse

_PIECE = 1 << 16  # characters


@dataclass(frozen=True, slots=True)
class Streamed:
    """A value of an answer that is made while it is sent: the texts that its JSON consists of."""

    texts: Iterable[str]


def json_answer(value: object, headers: Mapping[str, str] | None = None) -> StreamingResponse:
    """``value``: of dictionaries, ``Streamed``, and lists of small items."""
    return StreamingResponse(pieces(value_texts(value)), media_type="application/json", headers=headers)


def streamed_string(texts: Iterable[str]) -> Streamed:
    """Texts as one string."""
    return Streamed(_string_texts(texts))


def streamed_list(items: Iterable[Any]) -> Streamed:
    """Small items, or ``Streamed`` ones, made one by one."""
    return Streamed(list_texts(items))


def streamed_object(members: Iterable[tuple[str, Any]]) -> Streamed:
    """An object whose members are made one by one."""
    return Streamed(_object_texts(members))


def value_texts(value: object) -> Iterator[str]:
    """A value as texts that concatenate to its JSON."""
    if isinstance(value, Streamed):
        yield from value.texts
    elif isinstance(value, dict):
        yield from _object_texts(value.items())
    elif isinstance(value, list):
        yield from list_texts(value)
    else:
        yield as_json(value)


def list_texts(items: Iterable[Any]) -> Iterator[str]:
    yield "["
    for number, item in enumerate(items):
        if number:
            yield ","
        if isinstance(item, Streamed):
            yield from item.texts
        else:
            yield as_json(item)
    yield "]"


def as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _string_texts(texts: Iterable[str]) -> Iterator[str]:
    yield '"'
    for text in texts:
        yield as_json(text)[1:-1]
    yield '"'


def _object_texts(members: Iterable[tuple[str, Any]]) -> Iterator[str]:
    yield "{"
    for number, (name, value) in enumerate(members):
        yield f"{',' if number else ''}{as_json(name)}:"
        yield from value_texts(value)
    yield "}"


def pieces(texts: Iterable[str]) -> Iterator[str]:
    """The same text in fewer pieces: each costs the event loop a turn."""
    waiting: list[str] = []
    size = 0
    for text in texts:
        waiting.append(text)
        size += len(text)
        if size >= _PIECE:
            yield "".join(waiting)
            waiting, size = [], 0
    yield "".join(waiting)
