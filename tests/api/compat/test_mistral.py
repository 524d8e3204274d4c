"""Mistral's OCR API, driven by Mistral's own client."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from mistralai.client import Mistral
from mistralai.client.errors import SDKError
from mistralai.client.models import (
    OCRBlockConfidenceScores,
    OCRPageConfidenceScores,
    OCRResponse,
    UnknownBlock,
)
from PIL import Image

from tests.support.encrypted import encrypted
from tests.support.jobs import document
from tests.support.running import RunningService
from tests.support.simple_documents import encoded, pdf, picture


@pytest.fixture(scope="module")
def client(service: RunningService) -> Iterator[Mistral]:
    with Mistral(api_key="any", server_url=service.url) as mistral:
        yield mistral


def uri(content: bytes, kind: str = "application/pdf") -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def read(client: Mistral, content: bytes, **options: object) -> OCRResponse:
    document = {"type": "document_url", "document_url": uri(content), "document_name": "contract.pdf"}
    return client.ocr.process(model="mistral-ocr-latest", document=document, **options)  # type: ignore[arg-type]


def test_pages_have_text_sizes_and_blocks(client: Mistral, contract_scan: Path) -> None:
    answer = read(client, contract_scan.read_bytes())
    assert answer.model == "mistral-ocr-latest"
    assert answer.usage_info.pages_processed == 2
    assert answer.usage_info.doc_size_bytes == contract_scan.stat().st_size
    assert [page.index for page in answer.pages] == [0, 1]
    first = answer.pages[0]
    assert "# Договор поставки № 41/2026" in first.markdown
    assert "| 3 | Обратный клапан | 12 | 4 350 | 52 200 |" in first.markdown
    assert first.dimensions and first.dimensions.dpi == 200
    assert first.blocks and first.blocks[0].type == "title"
    assert {block.type for block in first.blocks} >= {"title", "text", "table"}
    for block in first.blocks:
        assert not isinstance(block, UnknownBlock)
        assert 0 <= block.top_left_x < block.bottom_right_x <= first.dimensions.width


def test_figures_replace_their_links_as_the_cookbook_does(client: Mistral, contract_scan: Path) -> None:
    page = read(client, contract_scan.read_bytes(), include_image_base64=True).pages[1]
    [image] = page.images
    assert f"![{image.id}]({image.id})" in page.markdown
    assert isinstance(image.image_base64, str)
    head, _, content = image.image_base64.partition(",")
    assert head == "data:image/jpeg;base64"
    figure = Image.open(io.BytesIO(base64.b64decode(content)))
    assert image.bottom_right_x and image.top_left_x and figure.width == image.bottom_right_x - image.top_left_x


def test_figures_can_be_left_out(client: Mistral, contract_scan: Path) -> None:
    content = contract_scan.read_bytes()
    for options in ({"image_limit": 0}, {"image_min_size": 5000}):
        page = read(client, content, **options).pages[1]
        assert page.images == []
        assert "![" not in page.markdown
    [image] = read(client, content).pages[1].images
    assert not isinstance(image.image_base64, str)


@pytest.mark.parametrize(("form", "cell"), [("html", "<td>Обратный клапан</td>"), ("markdown", "| Обратный клапан |")])
def test_tables_stand_apart_when_a_format_is_asked_for(
    client: Mistral, contract_scan: Path, form: str, cell: str
) -> None:
    page = read(client, contract_scan.read_bytes(), table_format=form).pages[0]
    assert page.tables
    [table] = page.tables
    assert table.format_ == form
    assert cell in table.content
    assert f"[{table.id}]({table.id})" in page.markdown
    assert "Обратный клапан" not in page.markdown


def test_confidence_comes_by_page_word_and_block(client: Mistral, contract_scan: Path) -> None:
    content = contract_scan.read_bytes()
    assert not read(client, content).pages[0].confidence_scores
    by_page = read(client, content, confidence_scores_granularity="page").pages[0].confidence_scores
    assert isinstance(by_page, OCRPageConfidenceScores) and by_page.word_confidence_scores is None
    assert 0 < by_page.minimum_page_confidence_score < by_page.average_page_confidence_score <= 1
    assert by_page.average_page_confidence_score > 0.85
    page = read(client, content, confidence_scores_granularity="word").pages[0]
    assert isinstance(page.confidence_scores, OCRPageConfidenceScores)
    words = page.confidence_scores.word_confidence_scores or []
    starts = [word.start_index for word in words]
    assert starts == sorted(set(starts))
    assert all(page.markdown.startswith(word.text, word.start_index) for word in words)
    said = [word.text for word in words]
    assert "Обратный" in said and "52" in said
    assert len(said) > 0.9 * len([word for word in page.markdown.split() if any(map(str.isalnum, word))])
    blocks = read(client, content, confidence_scores_granularity="block").pages[0].blocks or []
    scores = [block.confidence_scores for block in blocks if not isinstance(block, UnknownBlock)]
    assert all(isinstance(score, OCRBlockConfidenceScores) for score in scores)


def test_words_of_a_table_that_stands_apart_have_their_places_in_it(client: Mistral, contract_scan: Path) -> None:
    options = {"confidence_scores_granularity": "word", "table_format": "markdown"}
    page = read(client, contract_scan.read_bytes(), **options).pages[0]
    assert page.tables
    [table] = page.tables
    assert isinstance(table.word_confidence_scores, list) and table.word_confidence_scores
    for word in table.word_confidence_scores:
        assert table.content.startswith(word.text, word.start_index)
    assert isinstance(page.confidence_scores, OCRPageConfidenceScores)
    assert "Обратный" not in [word.text for word in page.confidence_scores.word_confidence_scores or []]


def test_pages_count_from_zero(client: Mistral) -> None:
    content = pdf("The first", "The second", "The third", "The fourth")
    assert [page.index for page in read(client, content, pages=[0, 3]).pages] == [0, 3]
    some = read(client, content, pages="1-2").pages
    assert ["second" in some[0].markdown, "third" in some[1].markdown] == [True, True]


def test_a_book_of_30_pages_is_read(client: Mistral) -> None:
    pages = read(client, document("Number", 30)).pages
    assert [page.markdown.strip() for page in pages] == [f"Number {number}" for number in range(1, 31)]


def test_an_image_is_read(client: Mistral) -> None:
    content = encoded(picture("Good morning"), "PNG")
    for address in (uri(content, "image/png"), {"url": uri(content, "image/png")}):
        answer = client.ocr.process(model=None, document={"type": "image_url", "image_url": address})  # type: ignore[arg-type]
        assert "Good morning" in answer.pages[0].markdown


def test_an_uploaded_file_is_read_by_id_and_by_address(client: Mistral) -> None:
    content = pdf("From a file")
    file = client.files.upload(file={"file_name": "Файл.pdf", "content": content}, purpose="ocr")
    assert (file.filename, file.size_bytes) == ("Файл.pdf", len(content))
    assert file.id in [listed.id for listed in client.files.list().data]
    assert client.files.retrieve(file_id=file.id).filename == "Файл.pdf"
    assert client.files.download(file_id=file.id).read() == content
    by_id = client.ocr.process(model="m", document={"type": "file", "file_id": file.id})
    address = client.files.get_signed_url(file_id=file.id).url
    by_address = client.ocr.process(model="m", document={"type": "document_url", "document_url": address})
    assert "From a file" in by_id.pages[0].markdown
    assert by_address.pages == by_id.pages
    assert client.files.delete(file_id=file.id).deleted
    with pytest.raises(SDKError, match="not_found"):
        client.ocr.process(model="m", document={"type": "file", "file_id": file.id})


def test_errors_carry_our_code(client: Mistral) -> None:
    with pytest.raises(SDKError, match="unsupported_type") as refused:
        read(client, b"MZ not a document")
    assert refused.value.status_code == 415
    with pytest.raises(SDKError, match="encrypted_pdf"):
        read(client, encrypted(pdf("Hidden"), "geheim"))
    with pytest.raises(SDKError, match="address_refused"):
        client.ocr.process(model="m", document={"type": "document_url", "document_url": "https://example.org/a.pdf"})
    with pytest.raises(SDKError, match="bad_pages"):
        read(client, pdf("One"), pages=[7])
    with pytest.raises(SDKError, match="annotations are not made here"):
        read(client, pdf("One"), document_annotation_format={"type": "json_schema"})
    with pytest.raises(SDKError, match="not_found"):
        client.ocr.process(model="m", document={"type": "file", "file_id": "../../jobs"})


@pytest.mark.slow
def test_a_keys_files_are_its_own(tmp_path: Path) -> None:
    with RunningService(tmp_path, API_KEYS="anna:first,boris:second", LAYOUT_MODEL="stub:1") as service:
        anna, boris = (Mistral(api_key=key, server_url=service.url) for key in ("first", "second"))
        with anna, boris:
            file = anna.files.upload(file={"file_name": "a.pdf", "content": pdf("Mine")}, purpose="ocr")
            assert anna.files.retrieve(file_id=file.id).id == file.id
            assert boris.files.list().data == []
            with pytest.raises(SDKError, match="not_found"):
                boris.files.retrieve(file_id=file.id)
            with (
                Mistral(api_key="wrong", server_url=service.url) as stranger,
                pytest.raises(SDKError, match="unauthorized"),
            ):
                read(stranger, pdf("Mine"))
            with pytest.raises(SDKError, match="not_found"):
                boris.ocr.process(model="m", document={"type": "file", "file_id": file.id})
        # PaddleX's hosted service has its clients write the key like this.
        token = {"Authorization": "token first"}
        assert service.client.post("/layout-parsing", json={}, headers=token).status_code == 422
        assert service.client.post("/layout-parsing", json={}).status_code == 401
