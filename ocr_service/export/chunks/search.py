"""Search in chunks: those that have all words of a query, and the text around the first of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_SNIPPET = 400  # characters


def found_chunks(chunks: Sequence[Mapping[str, Any]], query: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Chunks, as ``chunk_fields`` writes them, that have every word of ``query``, each with a snippet of its text.

    Those with the whole query in one piece come first, each kind in reading order. Case does not matter. A query
    without words finds nothing.
    """
    phrase = query.casefold()
    words = phrase.split()
    having = [chunk for chunk in chunks if words and all(word in chunk["text"].casefold() for word in words)]
    for chunk in sorted(having, key=lambda chunk: phrase not in chunk["text"].casefold()):
        yield chunk, _snippet(chunk["text"], phrase, words)


def _snippet(text: str, phrase: str, words: Sequence[str]) -> str:
    lowered = text.casefold()
    at = lowered.find(phrase) if phrase in lowered else lowered.find(words[0])
    begin = max(0, at - _SNIPPET // 2)
    end = begin + _SNIPPET
    return f"{'…' if begin else ''}{text[begin:end]}{'…' if end < len(text) else ''}"
