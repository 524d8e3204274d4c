"""A file's name arrives as its owner wrote it, however the client encodes it, and fits a file system."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_service.api.intake.file_names import LONGEST_NAME, clean_name, part_names
from ocr_service.storage.filesystem import artifact_name


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        (b'form-data; name="file"; filename="a.pdf"', "a.pdf"),
        ('form-data; name="file"; filename="Договор 41.pdf"'.encode(), "Договор 41.pdf"),
        (b"form-data; name=file; filename=a.pdf", "a.pdf"),
        (b"form-data; name=file; filename*=UTF-8''%D0%94%D0%BE%D0%B3.pdf", "Дог.pdf"),
        (b"form-data; name=file; filename=\"dog.pdf\"; filename*=UTF-8'ru'%D0%94%D0%BE%D0%B3.pdf", "Дог.pdf"),
        (b"form-data; name=file; filename*=iso-8859-1'en'%A3%20rates.pdf", "£ rates.pdf"),
        (b"form-data; name=file; FileName*=utf-8''%e2%82%ac.pdf; filename=x", "€.pdf"),
        (b"form-data; name=file; filename=\"a.pdf\"; filename*=no-such-charset''%FF", "a.pdf"),
        (b'form-data; name=file; filename="a.pdf"; filename*=broken', "a.pdf"),
        (b'form-data; name=file; filename="=?UTF-8?B?0JTQvtCzLnBkZg==?="', "Дог.pdf"),
        (b'form-data; name=file; filename="=?utf-8?Q?=D0=94_1=2Epdf?="', "Д 1.pdf"),
        (b'form-data; name=file; filename="=?windows-1251?B?xO7jLnBkZg==?="', "Дог.pdf"),
        (b'form-data; name=file; filename="=?utf-8?B?0JTQvg==?= =?utf-8?B?0LMucGRm?="', "Дог.pdf"),
        (b'form-data; name=file; filename="=?rot13?B?QUJD?="', "=?rot13?B?QUJD?="),
        (b'form-data; name=file; filename="=?utf-8?B?!?="', "=?utf-8?B?!?="),
        (b'form-data; name=file; filename="a\x00b\x1b[31m\xe2\x80\xaefdp.pdf"', "a_b_[31m_fdp.pdf"),
    ],
)
def test_each_way_to_write_a_name_is_understood(disposition: bytes, name: str) -> None:
    assert part_names(disposition) == ("file", name)


def test_a_part_without_a_file_has_no_name() -> None:
    assert part_names(b'form-data; name="pages"') == ("pages", None)
    assert part_names(b"") == ("", None)


def test_decomposed_letters_are_composed() -> None:
    assert clean_name(unicodedata.normalize("NFD", "Йод ё é.pdf")) == "Йод ё é.pdf"


@pytest.mark.parametrize("letter", ["a", "й", "漢", "𠮷", "\U0001f600", "e\u0301"])
def test_a_long_name_is_cut_by_bytes_and_keeps_its_extension(letter: str) -> None:
    cut = clean_name(letter * 400 + ".pdf")
    assert cut.endswith(".pdf")
    assert LONGEST_NAME - 4 < len(cut.encode()) <= LONGEST_NAME
    assert set(cut.removesuffix(".pdf")) == set(unicodedata.normalize("NFC", letter))


@given(st.text(max_size=500))
def test_any_name_fits_and_can_be_cleaned_twice(name: str) -> None:
    cleaned = clean_name(name)
    assert len(cleaned.encode()) <= LONGEST_NAME
    assert clean_name(cleaned) == cleaned


@given(st.text(alphabet="𠮷漢йa .-_\\/\ud800", max_size=400))
def test_an_artifacts_name_fits_a_file_system(name: str) -> None:
    stem = artifact_name(name)
    assert 0 < len(stem.encode()) <= LONGEST_NAME - len(".json")
    assert "/" not in stem and "\\" not in stem
