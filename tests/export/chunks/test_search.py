"""Chunks that have all words of a query."""

from __future__ import annotations

from ocr_service.export.chunks.search import found_chunks


def texts(*chunks: str, query: str) -> list[tuple[str, str]]:
    found = found_chunks([{"text": text} for text in chunks], query)
    return [(str(chunk["text"]), snippet) for chunk, snippet in found]


def test_every_word_must_be_there_in_any_case_and_the_whole_phrase_comes_first() -> None:
    found = texts("Насос, а затем погружной", "насос ПОГРУЖНОЙ НП-40", "насос", query="Насос погружной")
    assert [text for text, _ in found] == ["насос ПОГРУЖНОЙ НП-40", "Насос, а затем погружной"]


def test_a_snippet_shows_the_words_and_says_where_it_was_cut() -> None:
    long = "a" * 1000 + " needle " + "b" * 1000
    [(_, snippet)] = texts(long, query="needle")
    assert "needle" in snippet and len(snippet) == 402
    assert snippet.startswith("…") and snippet.endswith("…")
    assert texts("needle here", query="needle") == [("needle here", "needle here")]


def test_a_query_without_words_finds_nothing() -> None:
    assert texts("text", query=" ") == []
