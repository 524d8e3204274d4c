"""Chunks of a document."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ocr_service.document import PageResult
from ocr_service.export.chunks.chunker import Chunk, document_chunks
from ocr_service.export.chunks.tokens import count_tokens
from ocr_service.export.document_markdown import document_markdown
from ocr_service.export.join_pages import joined_pages
from tests.support.pages import page, region


def chunks(*pages: PageResult, most: int = 512) -> list[Chunk]:
    return list(document_chunks(joined_pages(lambda: pages), most))


def markdown(*pages: PageResult) -> str:
    return "".join(document_markdown(lambda: pages, join=True))


def book() -> PageResult:
    return page(
        1,
        region("doc_title", "Договор"),
        region("paragraph_title", "1. Предмет", level=2),
        region("text", "Поставщик поставляет товар."),
        region("text", "Покупатель платит."),
        region("paragraph_title", "2. Цена", level=2),
        region("paragraph_title", "2.1. Сумма", level=3),
        region("text", "Сто рублей."),
    )


def test_a_chunk_is_a_section_with_the_path_to_it() -> None:
    first, second = chunks(book())
    assert first.headings == ("Договор", "1. Предмет")
    assert first.text == "Договор\n1. Предмет\nПоставщик поставляет товар.\n\nПокупатель платит."
    assert first.body == "Поставщик поставляет товар.\n\nПокупатель платит."
    assert second.headings == ("Договор", "2. Цена", "2.1. Сумма")
    assert second.tokens == count_tokens(second.text)
    assert "\n\n".join([first.markdown, second.markdown, ""]).strip() == markdown(book()).strip()


def test_a_long_section_is_several_chunks_with_the_same_path() -> None:
    paragraphs = [f"Пункт {number} о том, что и как следует делать сторонам договора." for number in range(20)]
    found = chunks(page(1, region("doc_title", "Договор"), *(region("text", text) for text in paragraphs)), most=80)
    assert len(found) > 3
    assert {chunk.headings for chunk in found} == {("Договор",)}
    assert all(chunk.tokens <= 80 for chunk in found)
    assert "\n\n".join(chunk.body for chunk in found) == "\n\n".join(paragraphs)


def test_a_heading_with_nothing_under_it_is_a_chunk_too() -> None:
    pages = page(1, region("paragraph_title", "A", level=2), region("paragraph_title", "B", level=2))
    assert [(chunk.text, chunk.headings, chunk.body) for chunk in chunks(pages)] == [
        ("A", ("A",), ""),
        ("B", ("B",), ""),
    ]


def test_text_without_a_heading_is_a_chunk() -> None:
    [chunk] = chunks(page(1, region("text", "Только текст.")))
    assert (chunk.headings, chunk.text) == ((), "Только текст.")


def test_an_empty_document_has_no_chunks() -> None:
    assert chunks(page(1)) == []


def test_a_long_path_leaves_half_of_the_chunk_to_the_text() -> None:
    titles = [
        region("paragraph_title", f"Глава {level} " + "слово " * 20, outline_level=level) for level in range(2, 7)
    ]
    found = chunks(page(1, *titles, region("text", "Текст. " * 100)), most=100)
    assert all(len(chunk.headings) == 5 and chunk.tokens <= 100 for chunk in found)
    assert all(count_tokens(chunk.body) > 25 for chunk in found[:-1])
    assert found[0].text.startswith("Глава 6")


def test_a_tables_title_stays_with_its_table() -> None:
    row = "| значение | 123456 |"
    table = "\n".join(["| имя | число |", "| --- | --- |", *[row] * 10])
    found = chunks(
        page(
            1,
            region("text", "Слово. " * 20),
            region("table_title", "Таблица 1"),
            region("table", table, format="markdown"),
        ),
        most=140,
    )
    assert [chunk.captions for chunk in found] == [(), ("Таблица 1",)]
    assert found[1].body == f"Таблица 1\n\n{table}"


def test_pages_and_boxes_are_those_of_the_text() -> None:
    first = page(1, region("paragraph_title", "Раздел", (0, 0, 9, 9)), region("text", "Начало и", (1, 1, 2, 2)))
    second = page(
        2,
        region("text", "конец.", (3, 3, 4, 4)),
        region("image", "", (5, 5, 6, 6), format="image", image="images/a.jpg"),
    )
    [chunk] = chunks(first, second)
    assert chunk.pages == [1, 2]
    assert [(place.page, place.bbox) for place in chunk.places] == [
        (1, (0, 0, 9, 9)),
        (1, (1, 1, 2, 2)),
        (2, (3, 3, 4, 4)),
        (2, (5, 5, 6, 6)),
    ]
    assert chunk.images == ("images/a.jpg",)


_TEXTS = st.text(alphabet="абв где. \n", min_size=1, max_size=300).filter(
    lambda text: text.strip() and text.strip()[0] != "."
)
_REGIONS = st.lists(st.tuples(st.sampled_from(["paragraph_title", "text", "text", "table_title"]), _TEXTS), max_size=12)


@given(_REGIONS, st.integers(32, 100))
def test_nothing_is_lost_and_no_chunk_is_longer_than_allowed(texts: list[tuple[str, str]], most: int) -> None:
    whole = page(1, *(region(label, text, level=2 if label == "paragraph_title" else None) for label, text in texts))
    found = chunks(whole, most=most)
    assert " ".join(chunk.markdown for chunk in found).split() == markdown(whole).split() or (
        "".join("".join(chunk.markdown for chunk in found).split()) == "".join(markdown(whole).split())
    )
    assert all(chunk.tokens <= most for chunk in found if chunk.body)
