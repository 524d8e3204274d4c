"""Answers that are made while they are sent are the JSON that they would be at once."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ocr_service.api.compat.json_pieces import pieces, streamed_list, streamed_object, streamed_string, value_texts


def words(number: int) -> Iterator[str]:
    for index in range(number):
        yield f'слово "{index}"\n'


def test_streamed_values_stand_anywhere_in_dictionaries_and_lists() -> None:
    value = {
        "name": "book",
        "text": streamed_string(words(3)),
        "pages": streamed_list({"number": number} for number in (1, 2)),
        "figures": streamed_object((name, streamed_string([name, "!"])) for name in ("a", "b")),
        "documents": [streamed_object({"content": {"deep": {"text": "x"}}, "none": None}.items()), {"plain": [1, 2]}],
        "empty": [streamed_string(()), streamed_list(()), streamed_object(()), {}, []],
    }
    assert json.loads("".join(value_texts(value))) == {
        "name": "book",
        "text": "".join(words(3)),
        "pages": [{"number": 1}, {"number": 2}],
        "figures": {"a": "a!", "b": "b!"},
        "documents": [{"content": {"deep": {"text": "x"}}, "none": None}, {"plain": [1, 2]}],
        "empty": ["", [], {}, {}, []],
    }


def test_nothing_is_made_before_it_is_sent() -> None:
    made: list[int] = []

    def items() -> Iterator[int]:
        for number in range(100_000):
            made.append(number)
            yield number

    parts = pieces(value_texts({"items": streamed_list(items())}))
    assert made == []
    first = next(parts)
    assert 0 < len(made) < 50_000
    assert json.loads(first + "".join(parts)) == {"items": list(range(100_000))}
