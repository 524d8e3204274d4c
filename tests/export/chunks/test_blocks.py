"""Pages as blocks, with the places that their text was read from."""

from __future__ import annotations

from ocr_service.document import Failure, PageResult
from ocr_service.export.chunks.blocks import Block, page_blocks
from ocr_service.export.join_pages import joined_pages
from tests.support.pages import page, region


def blocks(*pages: PageResult) -> list[Block]:
    return list(page_blocks(joined_pages(lambda: pages)))


def test_each_region_is_a_block_of_its_kind() -> None:
    found = blocks(
        page(
            1,
            region("doc_title", "Отчёт *за* год"),
            region("text", "Введение."),
            region("table_title", "Таблица 1"),
            region("table", "| a | b |\n| --- | --- |\n| 1 | 2 |"),
            region("image", "", format="image", image="images/p0001_r04_image.jpg"),
            region("display_formula", "$$\nx = 1\n$$", format="latex"),
        )
    )
    assert [block.kind for block in found] == ["heading", "text", "caption", "table", "figure", "text"]
    assert (found[0].title, found[0].level) == ("Отчёт *за* год", 1)
    assert found[4].image == "images/p0001_r04_image.jpg"


def test_what_could_not_be_read_is_no_block() -> None:
    lost = Failure("recognition_failed", "no answer", "recognition")
    assert (
        blocks(
            page(1, region("text", "", error=lost), region("image", "", format="image", error=lost)),
            page(2, status="failed", error=lost),
        )
        == []
    )


def test_the_blocks_of_markdown_that_a_model_wrote_are_told_apart() -> None:
    table = "<table><tr><td>x</td></tr></table>"
    text = f"[1]: http://x\n\n# Title #\n\nIntro\n\n- one\n- two\n\n| a |\n| --- |\n| 1 |\n\n{table}\n\nEnd"
    found = blocks(page(1, region("text", text, format="markdown")))
    assert [(block.kind, block.markdown) for block in found] == [
        ("heading", "[1]: http://x\n\n# Title #"),
        ("text", "Intro"),
        ("text", "- one\n- two"),
        ("table", "| a |\n| --- |\n| 1 |"),
        ("table", table),
        ("text", "End"),
    ]


def test_a_joined_paragraph_comes_from_both_pages() -> None:
    first = page(1, region("text", "Поставщик обязуется", (100, 1200, 900, 1300)))
    second = page(2, region("text", "поставить товар.", (100, 100, 900, 140)))
    [block] = blocks(first, second)
    assert block.markdown == "Поставщик обязуется поставить товар."
    assert [(part.place.page, part.place.bbox) for part in block.parts] == [
        (1, (100, 1200, 900, 1300)),
        (2, (100, 100, 900, 140)),
    ]
    assert block.parts[1].start == 20 / 36


def test_a_joined_table_says_from_which_row_on_it_is_on_the_next_page() -> None:
    first = page(1, region("table", "| a | b |\n| --- | --- |\n| 1 | 2 |"))
    second = page(2, region("table", "| a | b |\n| --- | --- |\n| 3 | 4 |"))
    third = page(3, region("table", "| a | b |\n| --- | --- |\n| 5 | 6 |"))
    [block] = blocks(first, second, third)
    assert [(part.place.page, part.start) for part in block.parts] == [(1, 0), (2, 2), (3, 3)]
