"""Lines put together to paragraphs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ocr_service.tesseract.blocks.paragraphs import bolder, group_paragraphs
from ocr_service.tesseract.words import Line, make_line
from tests.support.sheets import text_line

PITCH = 40


def stacked(*texts: str, y: int = 100, x: int = 100) -> list[Line]:
    return [text_line(x, y + PITCH * index, *text.split()) for index, text in enumerate(texts)]


def texts_of(lines: list[Line]) -> list[str]:
    return [paragraph.text for paragraph in group_paragraphs(lines)]


def test_lines_at_one_pitch_are_one_paragraph_and_white_ends_it() -> None:
    lines = stacked("Поставщик передаёт новое", "оборудование покупателю в") + stacked("Следующий абзац здесь", y=260)
    assert texts_of(lines) == ["Поставщик передаёт новое оборудование покупателю в", "Следующий абзац здесь"]


def test_columns_side_by_side_stay_apart() -> None:
    lines = stacked("левая колонка первая", "строка её и вторая") + stacked(
        "правая колонка стоит", "рядом с ней давно", x=800
    )
    assert texts_of(lines) == ["левая колонка первая строка её и вторая", "правая колонка стоит рядом с ней давно"]


def test_a_line_that_ends_early_ends_its_paragraph() -> None:
    lines = stacked("Поставщик передаёт новое оборудование", "покупателю в срок.", "Покупателю оно переходит без платы")
    assert texts_of(lines) == [
        "Поставщик передаёт новое оборудование покупателю в срок.",
        "Покупателю оно переходит без платы",
    ]


@pytest.mark.parametrize(
    "fields",
    [
        ("Prepared by: John Smith", "Department: Finance one", "Date of issue: 2024-03-15"),
        ("Телефон: 8 800 555-35-35", "Почта: office@example.org", "Адрес: Ленина 5, Казань"),
    ],
)
def test_fields_of_a_form_stay_lines(fields: tuple[str, ...]) -> None:
    assert texts_of(stacked(*fields)) == list(fields)


def test_an_address_that_goes_on_and_a_colon_in_prose_begin_no_field() -> None:
    address = ("Адрес: улица Ленина 5,", "Республика: Татарстан")
    prose = ("Отсюда следует вывод: чем", "Больше: тем лучше, и так")
    assert texts_of(stacked(*address)) == [" ".join(address)]
    assert texts_of(stacked("Он говорит так всегда", *prose)) == [" ".join(("Он говорит так всегда", *prose))]


def test_each_bullet_begins_an_item() -> None:
    lines = stacked("• проверить уровень масла", "• долить масло до отметки")
    assert texts_of(lines) == ["• проверить уровень масла", "• долить масло до отметки"]


def test_a_mark_between_words_begins_no_item_where_its_line_breaks_before_it() -> None:
    lines = stacked("Keywords: ink · paper · ruling lines", "· columns of type · margins and so")
    assert texts_of(lines) == ["Keywords: ink · paper · ruling lines · columns of type · margins and so"]


def test_the_second_line_of_a_numbered_heading_stands_under_its_words() -> None:
    first = text_line(100, 100, "2", "Measures", "of", "the", "market")
    second = text_line(first.words[1].box[0], 100 + PITCH, "and", "others")
    assert texts_of([first, second]) == ["2 Measures of the market and others"]


def test_a_lone_number_of_a_section_has_no_words_to_hang_under() -> None:
    assert texts_of([text_line(100, 100, "§5"), text_line(160, 100 + PITCH, "Delivery", "of", "goods")])


def slanted(line: Line) -> Line:
    return replace(line, words=tuple(replace(word, slanted=True) for word in line.words))


@pytest.mark.parametrize("head", ["2.1. Scope of the agreement between", "A. Scope of the agreement between them"])
def test_a_numbered_line_in_italics_above_text_is_a_paragraph_of_its_own(head: str) -> None:
    first, *rest = stacked(head, "the supplier shall deliver new goods in", "time and to the buyer")
    assert texts_of([slanted(first), *rest])[0] == head
    assert len(texts_of([first, *rest])) == 1


def test_a_sentence_in_italics_is_none_and_so_is_a_numbered_line_of_a_text_in_italics() -> None:
    first, *rest = stacked("2.1. Scope of the agreement between", "the supplier shall deliver new goods in")
    assert len(texts_of([slanted(first), *map(slanted, rest)])) == 1
    first, *rest = stacked("Scope of the agreement between us", "the supplier shall deliver new goods in")
    assert len(texts_of([slanted(first), *rest])) == 1


def test_a_bold_line_above_text_is_a_paragraph_of_its_own() -> None:
    title = text_line(100, 60, "Предмет", "договора", "поставки", weight=6.0)
    assert bolder(title, stacked("Обычный текст")[0])
    assert texts_of([title, *stacked("Поставщик передаёт новое", "оборудование покупателю в")])[0] == (
        "Предмет договора поставки"
    )


def test_ragged_lines_that_go_on_with_their_sentence_are_one_paragraph() -> None:
    lines = stacked(
        "Правление общества рассматривает годовой отчёт и",
        "передаёт его ревизору не позднее марта",
        "вместе с приложениями за год, после чего отчёт и заявления",
        "публикуют.",
    )
    assert texts_of(lines) == [" ".join(line.text for line in lines)]


def test_a_ragged_line_that_goes_on_with_a_number_is_no_new_paragraph() -> None:
    lines = stacked(
        "Правление общества рассматривает отчёт за",
        "74 недели и передаёт его ревизору не позднее конца марта",
        "вместе с приложениями за прошлый и этот год и заявлениями.",
    )
    assert texts_of(lines) == [" ".join(line.text for line in lines)]


def test_short_lines_stay_apart_though_they_begin_small() -> None:
    lines = stacked(
        "река течёт", "к большому морю среди зимних берегов", "и стынет", "во льду у тихих северных причалов"
    )
    assert texts_of(lines)[:2] == ["река течёт", "к большому морю среди зимних берегов и стынет"]


def test_entries_of_a_list_of_references_have_their_hanging_lines() -> None:
    lines = [
        *stacked("Narula and Fullagar, Native Client,", "in Proceedings, 2009.", x=170),
        *stacked("[25] Chen and Sezer, Attacks", y=180),
        *stacked("are realistic threats, Security", "Symposium, 2005", y=220, x=170),
        *stacked("[Knu97] The art of programming,", y=300),
        *stacked("third edition", y=340, x=170),
    ]
    assert texts_of(lines) == [
        "Narula and Fullagar, Native Client, in Proceedings, 2009.",
        "[25] Chen and Sezer, Attacks are realistic threats, Security Symposium, 2005",
        "[Knu97] The art of programming, third edition",
    ]


def test_a_line_of_prose_may_begin_with_a_reference() -> None:
    lines = stacked("The method was shown before by others in", "[12] and again in the second part of it")
    assert texts_of(lines) == ["The method was shown before by others in [12] and again in the second part of it"]


def justified(x: int, row: int, text: str) -> Line:
    """A line that ends at the column's edge."""
    *before, last = text_line(x, 100 + PITCH * row, *text.split()).words
    return make_line([*before, replace(last, box=(last.box[0], last.box[1], 900, last.box[3]))], 4.0)


def test_the_hanging_lines_of_a_definition_go_on_with_it() -> None:
    lines = [
        justified(100, 0, "Reservation A request is issued from"),
        justified(160, 1, "host A to host B, and there the"),
        text_line(160, 100 + PITCH * 2, "container", "is", "made."),
        justified(100, 3, "Commitment Host B says to host A that"),
        justified(160, 4, "it has received the image, and that"),
        text_line(160, 100 + PITCH * 5, "it", "is", "whole."),
    ]
    assert texts_of(lines) == [
        "Reservation A request is issued from host A to host B, and there the container is made.",
        "Commitment Host B says to host A that it has received the image, and that it is whole.",
    ]


def test_the_indented_first_line_of_a_paragraph_begins_one() -> None:
    lines = [
        justified(100, 0, "buyer, who is to look at all of them"),
        justified(160, 1, "The buyer then says in writing that"),
        justified(100, 2, "they are whole, or that they are not so"),
    ]
    assert len(texts_of(lines)) == 2
