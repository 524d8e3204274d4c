from __future__ import annotations

from pathlib import Path

import pytest

from ocr_service.errors import DamagedFile, EmptyFile, EncryptedPdf, UnsupportedType
from ocr_service.render.file_types import sniff_type
from ocr_service.render.inspect import Inspected, inspect_file
from ocr_service.render.rasterise import render_page
from tests.support.documents import CATALOG, corner_image, many_pages, one_page, pdf, write
from tests.support.simple_documents import pdf as simple_pdf

PAGE = one_page(b"/MediaBox[0 0 200 300]")


@pytest.mark.parametrize("file_type", ["png", "jpeg", "tiff", "webp", "bmp"])
def test_image_is_told_by_content_under_any_name(tmp_path: Path, file_type: str) -> None:
    path = tmp_path / "letter.pdf"
    corner_image().save(path, file_type)
    assert inspect_file(path) == Inspected(file_type, 1)  # type: ignore[arg-type]


@pytest.mark.parametrize("before", [b"", b"\r\n\r\n", b"x" * 1000])
def test_pdf_header_may_come_within_the_first_kilobyte(tmp_path: Path, before: bytes) -> None:
    assert inspect_file(write(tmp_path / "a.bin", before + PAGE)) == Inspected("pdf", 1)


TWO_PAGES = simple_pdf("Hello", "World")
ODD_PDFS = {
    "junk before the header": b"x" * 2000 + b"\n" + TWO_PAGES,
    "an HTTP response's head before the header": b"HTTP/1.1 200 OK\r\nX: " + b"y" * 3000 + b"\r\n\r\n" + TWO_PAGES,
    "no header": TWO_PAGES[TWO_PAGES.index(b"\n") + 1 :],
    "a page tree of another type": TWO_PAGES.replace(b"/Type /Pages", b"/Type /Pagez"),
}


@pytest.mark.parametrize("odd", ODD_PDFS)
def test_a_pdf_that_one_of_the_renderers_reads_is_read(tmp_path: Path, odd: str) -> None:
    path = write(tmp_path / "a.pdf", ODD_PDFS[odd])
    assert inspect_file(path) == Inspected("pdf", 2)
    for number in (1, 2):
        page = render_page(path, "pdf", number, dpi=50, max_pixels=10**7)
        assert page.pixels.min() < 100 < page.pixels.max()


def test_text_with_the_end_of_a_pdf_is_a_damaged_one(tmp_path: Path) -> None:
    with pytest.raises(DamagedFile):
        inspect_file(write(tmp_path / "a.pdf", b"Dear Sir,\n" * 300 + b"startxref\n12\n%%EOF\n"))


def test_a_header_deep_inside_a_text_does_not_count(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedType):
        sniff_type(write(tmp_path / "a.pdf", b"x" * 1100 + b"%PDF-1.7"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"Dear Sir,\n" * 50, "plain text"),
        ("Уважаемый господин!\n".encode(), "plain text"),
        (b"GIF89a\x01\0\x01\0", "GIF"),
        (b"PK\x03\x04" + b"\0" * 26 + b"word/document.xml", "Word"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
        (b"<!DOCTYPE html><html>", "HTML"),
        (b"\x00\x01\x02\x03" * 100, "unknown type"),
        (b"BM only text that begins so", "plain text"),
    ],
)
def test_anything_else_is_refused_with_what_it_is_and_what_is_accepted(
    tmp_path: Path, content: bytes, said: str
) -> None:
    with pytest.raises(UnsupportedType) as caught:
        inspect_file(write(tmp_path / "document.pdf", content))
    assert said in str(caught.value)
    assert "PDF, PNG, JPEG, TIFF, WebP and BMP" in str(caught.value)


def test_empty_file_is_named_so(tmp_path: Path) -> None:
    with pytest.raises(EmptyFile, match="0 bytes"):
        inspect_file(write(tmp_path / "a.pdf", b""))


def test_pdf_without_pages_is_named_so(tmp_path: Path) -> None:
    with pytest.raises(EmptyFile, match="no pages"):
        inspect_file(write(tmp_path / "a.pdf", pdf(CATALOG, b"<</Type/Pages/Count 0/Kids[]>>")))


def test_reason_is_this_files_and_not_that_of_the_one_before(tmp_path: Path, encrypted: Path) -> None:
    empty = write(tmp_path / "empty.pdf", pdf(CATALOG, b"<</Type/Pages/Count 0/Kids[]>>"))
    damaged = write(tmp_path / "damaged.pdf", b"%PDF-1.3\nThis is not a PDF\n%%EOF\n")
    for _ in range(2):
        for path, error in ((encrypted, EncryptedPdf), (empty, EmptyFile), (damaged, DamagedFile), (empty, EmptyFile)):
            with pytest.raises(error):
                inspect_file(path)


@pytest.mark.parametrize("content", [b"%PDF-1.3\nThis is not a PDF\n%%EOF\n", PAGE[: len(PAGE) // 2]])
def test_damaged_pdf_is_named_so(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(DamagedFile):
        inspect_file(write(tmp_path / "a.pdf", content))


@pytest.mark.parametrize("file_type", ["png", "tiff", "webp", "bmp"])
def test_damaged_image_is_named_so(tmp_path: Path, file_type: str) -> None:
    path = tmp_path / "a"
    corner_image().save(path, file_type)
    with pytest.raises(DamagedFile):
        inspect_file(write(path, path.read_bytes()[:20]))


def test_file_that_is_gone_is_not_a_damaged_one(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        inspect_file(tmp_path / "gone.pdf")


def test_pages_of_a_long_pdf_are_counted(tmp_path: Path) -> None:
    assert inspect_file(write(tmp_path / "a.pdf", many_pages(20_000))) == Inspected("pdf", 20_000)


def test_page_count_that_lies_is_not_believed(tmp_path: Path) -> None:
    lying = pdf(CATALOG, b"<</Type/Pages/Count 2000000000/Kids[3 0 R]>>", b"<</Type/Page/Parent 2 0 R>>")
    assert inspect_file(write(tmp_path / "a.pdf", lying)).pages == 1


def test_every_frame_of_a_tiff_is_a_page(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    frames = [corner_image("1"), corner_image("RGB", (200, 40)), corner_image("L")]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    assert inspect_file(path) == Inspected("tiff", 3)


@pytest.fixture
def encrypted(tmp_path: Path) -> Path:
    import pikepdf

    with pikepdf.open(write(tmp_path / "plain.pdf", PAGE)) as plain:
        plain.save(tmp_path / "secret.pdf", encryption=pikepdf.Encryption(user="пароль", owner="owner"))
        plain.save(tmp_path / "owner.pdf", encryption=pikepdf.Encryption(user="", owner="owner"))
    return tmp_path / "secret.pdf"


def test_encrypted_pdf_opens_with_its_password(encrypted: Path) -> None:
    assert inspect_file(encrypted, "пароль") == Inspected("pdf", 1)


def test_pdf_with_an_owner_password_alone_needs_none(encrypted: Path) -> None:
    assert inspect_file(encrypted.with_name("owner.pdf")) == Inspected("pdf", 1)
    assert inspect_file(encrypted.with_name("owner.pdf"), "not needed") == Inspected("pdf", 1)


@pytest.mark.parametrize(
    ("password", "said"), [("", "give its password in the field `password`"), ("x", "not open it")]
)
def test_encrypted_pdf_without_its_password_says_what_to_do(encrypted: Path, password: str, said: str) -> None:
    with pytest.raises(EncryptedPdf) as caught:
        inspect_file(encrypted, password)
    assert said in str(caught.value)
