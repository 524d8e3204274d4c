"""JSON answers written piece by piece: a long book never stands whole in memory as JSON, and no piece is long enough to
keep others waiting."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

_PIECE = 1 << 16  # characters


def as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def string_texts(texts: Iterable[str]) -> Iterator[str]:
    """Texts as one JSON string."""
    yield '"'
    for text in texts:
        yield as_json(text)[1:-1]
    yield '"'


def object_texts(fields: dict[str, Any]) -> Iterator[str]:
    """An object whose long members are lists and objects of small items."""
    yield "{"
    for place, (name, value) in enumerate(fields.items()):
        yield f"{',' if place else ''}{as_json(name)}:"
        if isinstance(value, dict):
            yield from object_texts(value)
        elif isinstance(value, list):
            yield from list_texts(value)
        else:
            yield as_json(value)
    yield "}"


def list_texts(items: Iterable[Any]) -> Iterator[str]:
    """A list of small items."""
    yield "["
    for number, item in enumerate(items):
        yield f"{',' if number else ''}{as_json(item)}"
    yield "]"


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
