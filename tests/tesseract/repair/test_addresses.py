"""Addresses that were read with a space, or with digits for letters of a name."""

from __future__ import annotations

import pytest

from ocr_service.tesseract.repair.addresses import with_addresses
from ocr_service.tesseract.words import Word, make_line


def mended(address: str, *names: str) -> str:
    words = [Word(name, (100 * place, 0, 100 * place + 80, 20), 90.0) for place, name in enumerate(names)]
    lines = with_addresses([make_line(words), make_line([Word(address, (0, 40, 300, 60), 60.0)])])
    assert lines[0].words == tuple(words)
    return lines[1].text


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("q77h01m@example.edu", "q77holm@example.edu"),
        ("anna.w0lf@example.org,", "anna.wolf@example.org,"),
        ("(e1l4@example.org)", "(ell4@example.org)"),
    ],
)
def test_a_name_of_the_page_makes_letters_of_digits(read: str, meant: str) -> None:
    assert mended(read, "Berta", "Holm,", "Anna", "Wolf²", "Ell") == meant


@pytest.mark.parametrize(
    "address",
    [
        "q77h01m@example.edu",  # nobody of that name
        "berta01@example.org",  # a number behind a name
        "berta@h0lm.example",  # a server's name is no person's
        "@h0lm",
        "h0lm",
    ],
)
def test_other_addresses_stay_as_they_were_read(address: str) -> None:
    names = ("Berta",) if "h01m" in address else ("Berta", "Holm")
    assert mended(address, *names) == address


def test_the_scheme_of_an_address_is_joined_to_it() -> None:
    read = ("See", "(https:", "//pages.example/a", "and", "//b")
    words = [Word(text, (100 * place, 0, 100 * place + 90, 20), 90.0 - place) for place, text in enumerate(read)]
    (line,) = with_addresses([make_line(words)])
    assert [word.text for word in line.words] == ["See", "(https://pages.example/a", "and", "//b"]
    assert (line.words[1].box, line.words[1].confidence) == ((100, 0, 290, 20), 88.0)
