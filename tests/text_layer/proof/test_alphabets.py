"""What looks alike, and what must not be taken for one another."""

from __future__ import annotations

import sys

import pytest

from ocr_service.text_layer.proof.alphabets import (
    has_a_foreign_digit,
    has_a_foreign_letter,
    has_a_letter_for_a_digit,
    has_symbols,
    is_greek_text,
    look_the_same,
    may_be_a_formula,
    may_be_digit,
    may_reach,
    mixes_alphabets,
    plain_form,
    script_of,
    scripts_of,
)


@pytest.mark.parametrize(
    ("written", "read"), [("а", "a"), ("О", "0"), ("l", "I"), ("ё", "е"), ("ш", "щ"), ("ü", "u"), ("—", "-")]
)
def test_signs_that_an_eye_cannot_tell_apart_are_the_same(written: str, read: str) -> None:
    assert look_the_same(written, read)


@pytest.mark.parametrize(
    ("written", "read"), [("a", "e"), ("n", "t"), ("1", "7"), ("6", "9"), ("щ", "ю"), ("D", "0"), ("ә", "е")]
)
def test_other_signs_are_not(written: str, read: str) -> None:
    assert not look_the_same(written, read)


def test_a_small_o_is_no_zero() -> None:
    assert may_be_digit("0", "O") and not may_be_digit("0", "o")


@pytest.mark.parametrize("word", ["Тhе", "соmpany", "Αthens"])
def test_a_word_of_two_alphabets_is_noticed(word: str) -> None:
    assert mixes_alphabets(word)


@pytest.mark.parametrize("word", ["3D-печать", "company", "Комиссия", "X-лучи", "2024"])
def test_parts_of_a_word_may_be_of_different_alphabets(word: str) -> None:
    assert not mixes_alphabets(word)


def test_letters_reach_as_far_as_they_should() -> None:
    assert may_reach("ө", False, False) and may_reach("қ", False, True) and may_reach("б", True, False)
    assert may_reach("ө", True, False) is False
    assert may_reach("京", True, False) is None


@pytest.mark.parametrize("letter", "ęąçşųạ")
def test_a_mark_below_a_letter_reaches_down(letter: str) -> None:
    assert may_reach(letter, False, True)
    assert may_reach(letter, True, False) is False
    assert may_reach(letter, False, False) is False


@pytest.mark.parametrize("letter", "żóćńśйё")
def test_a_mark_above_a_letter_reaches_up(letter: str) -> None:
    assert may_reach(letter, True, False)
    assert may_reach(letter, False, False) is False


@pytest.mark.slow
def test_every_sign_of_unicode_has_a_script_or_none() -> None:
    for sign in map(chr, range(sys.maxunicode + 1)):
        assert script_of(sign.lower()) == script_of(sign.lower()[:1])
        look_the_same(sign, sign.lower())


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("Тhan", True),
        ("Cтоимость", True),
        ("B'їзд", True),
        ("l'Empire", False),
        ("ßυγός", True),
        ("Than", False),
        ("5μm", False),
        ("λABCD", False),
    ],
)
def test_a_foreign_letter_among_letters_of_another_alphabet_is_found(word: str, found: bool) -> None:
    assert has_a_foreign_letter(word) is found


@pytest.mark.parametrize(
    ("word", "text", "found"),
    [
        ("٠٦.٢٠٢٤", "total of all", True),
        ("٠٦.٢٠٢٤", "المجموع", False),
        ("५३", "कुल", False),
        ("५३", "total", True),
        ("770.6З", "σύνολο", True),
        ("10б", "класс", False),
        ("5S", "total", False),
        ("340ml", "总计", False),
        ("2024", "σύνολο", False),
        ("𝟓𝟑", "total", False),
    ],
)
def test_digits_of_an_alphabet_that_the_page_does_not_have_are_found(word: str, text: str, found: bool) -> None:
    assert has_a_foreign_digit(word, scripts_of([*text.split(), word])) is found


@pytest.mark.parametrize("word", ["ΔT", "100kΩ", "MΩ", "25μM", "Φx", "θB", "𝑉δ", "记σX"])
def test_letters_beside_greek_ones_that_look_like_no_others_are_symbols(word: str) -> None:
    assert has_symbols(word)


@pytest.mark.parametrize("word", ["Αpple", "νA", "Aρ", "ΔEFG", "Тhе", "ohm", "KΩΝ"])
def test_letters_that_look_like_those_beside_them_are_no_symbols(word: str) -> None:
    assert not has_symbols(word)


def test_a_text_is_greek_where_words_are() -> None:
    assert is_greek_text("δεν") and not is_greek_text("ΔΣ") and not is_greek_text("word")


@pytest.mark.parametrize(
    ("word", "is_one"),
    [
        ("αX", True),
        ("ηRs", True),
        ("ΣVLR", True),
        ("(𝑉α", True),
        ("记作ρXY", True),
        ("𝑉ol", False),
        ("I(xK)≜ρIP(s)", True),
        ("f(nόmος)", False),
        ("nόmος", False),
        ("cοde", False),
        ("шX", False),
        ("word", False),
    ],
)
def test_greek_symbols_beside_latin_letters_may_be_a_formula(word: str, is_one: bool) -> None:
    assert may_be_a_formula(word) is is_one


@pytest.mark.parametrize(
    ("word", "found"),
    [("1888,б7", True), ("18О4", True), ("1,O5", True), ("1O5", False), ("12б", False), ("18,47", False)],
)
def test_a_letter_among_the_digits_of_a_number_is_found(word: str, found: bool) -> None:
    assert has_a_letter_for_a_digit(word) is found


def test_a_letter_in_a_number_among_chinese_characters_is_foreign() -> None:
    assert has_a_foreign_digit("空重115O公斤", {"CJK"})
    assert not has_a_foreign_digit("空重1150公斤", {"CJK"})


def test_wide_and_mathematical_signs_are_read_as_plain_ones() -> None:
    assert [plain_form(sign) for sign in "𝟓Ａ𝐱ﬁ²ª5ж（"] == ["5", "A", "x", "ﬁ", "²", "ª", "5", "ж", "（"]
