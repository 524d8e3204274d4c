"""Words broken at a line's end: made whole, or left with the hyphen that they are written with."""

from __future__ import annotations

import pytest

from ocr_service.geometry.hyphenation import join_lines, vocabulary


@pytest.mark.parametrize(
    ("upper", "lower", "whole"),
    [
        ("заявки по-", "даются до обеда", "заявки подаются до обеда"),
        ("договор по-", "русски", "договор по-русски"),
        ("другое мес-", "то работы", "другое место работы"),
        ("пусть кто-", "то придёт", "пусть кто-то придёт"),
        ("первая провер-", "ка прибора", "первая проверка прибора"),
        ("коэффициент СО-", "ставил 0,3", "коэффициент СОставил 0,3"),
        ("Кол-", "во", "Кол-во"),
        ("в виде во-", "ды", "в виде воды"),
        ("во-", "первых", "во-первых"),
        ("из-", "за аварии", "из-за аварии"),
        ("из-", "делие", "изделие"),
        ("план социально-", "экономического роста", "план социально-экономического роста"),
        ("договор купли-", "продажи", "договор купли-продажи"),
        ("город Ростов-", "на-Дону", "город Ростов-на-Дону"),
        ("онлайн-", "касса", "онлайн-касса"),
        ("перво-", "начальный", "первоначальный"),
        ("много-", "численных", "многочисленных"),
        ("twenty-", "one", "twenty-one"),
        ("the e-", "mail", "the e-mail"),
        ("in T-", "shirt", "in T-shirt"),
        ("was long-", "awaited", "was long-awaited"),
        ("the long-", "itude", "the longitude"),
        ("was pub-", "lished", "was published"),
        ("phone 555-", "0142", "phone 555-0142"),
        ("passes such as KX-", "4815 are", "passes such as KX-4815 are"),
        ("самолёт Ту-", "154 сел", "самолёт Ту-154 сел"),
        ("one to-", "2 or so", "one to- 2 or so"),
        ("in 1940–", "1943 again", "in 1940–1943 again"),
    ],
)
def test_a_hyphen_at_a_lines_end_is_kept_where_the_word_has_one(upper: str, lower: str, whole: str) -> None:
    assert join_lines([upper, lower]) == whole


@pytest.mark.parametrize(
    ("upper", "lower", "whole"),
    [
        ("LIABLE TO ANY PARTY FOR DIRECT, INDI-", "RECT OR SPECIAL DAMAGES", "DIRECT, INDIRECT OR SPECIAL DAMAGES"),
        ("FITNESS FOR A PURPOSE, AND NON-", "INFRINGEMENT OF ANY RIGHTS", "AND NON-INFRINGEMENT OF ANY RIGHTS"),
        ("ПРАВИТЕЛЬСТВО ГОРОДА ФЕДЕРАЛЬНОГО ЗНАЧЕНИЯ САНКТ-", "ПЕТЕРБУРГА РЕШИЛО ВСЁ", "САНКТ-ПЕТЕРБУРГА РЕШИЛО ВСЁ"),
        ("ГОРОД МИНСК-", "МОСКВА", "ГОРОД МИНСК-МОСКВА"),
        (
            "it runs MS-",
            "DOS and no other system of that time or later",
            "MS-DOS and no other system of that time or later",
        ),
    ],
)
def test_words_of_a_paragraph_in_capitals_are_made_whole(upper: str, lower: str, whole: str) -> None:
    assert join_lines([upper, lower]).endswith(whole)


def test_the_documents_own_words_decide_first() -> None:
    known = vocabulary(["The onboard unit and the re-creation of", "a green house with a board on it"])
    assert join_lines(["on-", "board"], known) == "onboard"
    assert join_lines(["re-", "creation"], known) == "re-creation"
    assert join_lines(["green-", "house"], known) == "green-house"
    assert join_lines(["green-", "house"]) == "greenhouse"


def test_a_chain_of_words_is_broken_at_its_hyphens() -> None:
    assert join_lines(["the point-to-", "pixel ratio"], {"point-to-pixel"}) == "the point-to-pixel ratio"
    assert join_lines(["the end-to-", "end delay"], {"to", "end"}) == "the end-to-end delay"
    assert join_lines(["a non-govern-", "mental body"], {"non", "body"}) == "a non-governmental body"


def test_words_that_a_line_breaks_are_not_the_documents_own() -> None:
    assert vocabulary(["это обору-", "дование и при-"]) == {"это", "и"}


@pytest.mark.parametrize(
    ("upper", "lower", "whole"),
    [
        (
            "see https://data.example.org/river/",
            "spectrum-growth/index.html for",
            "see https://data.example.org/river/spectrum-growth/index.html for",
        ),
        ("at https://data.example.org/spectrum-", "growth.html", "at https://data.example.org/spectrum-growth.html"),
        ("at www.example.org/a_long_", "name now", "at www.example.org/a_long_name now"),
        ("see https://data.example.org/find", "?q=water", "see https://data.example.org/find?q=water"),
        ("write to anna.petrova@", "example.org today", "write to anna.petrova@example.org today"),
        ("write to anna@max-", "planck.example", "write to anna@max-planck.example"),
        ("write to anna@example.", "org", "write to anna@example.org"),
        ("see https://example.org/", "and the annex", "see https://example.org/ and the annex"),
        ("see www.example.org.", "The annex", "see www.example.org. The annex"),
        ("see https://example.org", "for more", "see https://example.org for more"),
        ("the well-", "known river", "the well-known river"),
        ("скорость 60 км/", "ч и выше", "скорость 60 км/ч и выше"),
        ("№ п/", "п", "№ п/п"),
    ],
)
def test_an_address_broken_at_a_lines_end_gets_no_space_and_keeps_its_hyphen(
    upper: str, lower: str, whole: str
) -> None:
    assert join_lines([upper, lower]) == whole
