"""Control characters and end tokens never reach a result."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_service.document import Crop
from ocr_service.vlm.answer_text import printable, without_end_tokens
from ocr_service.vlm.client import Backend, Sampling, http_transport
from tests.fakes.vllm import FakeVllm, Reply


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\x00b\x1b[31mc\x07", "ab[31mc"),
        ("a\r\nb\rc\x85d\u2028e", "a\nb\nc\nd\ne"),
        ("tab\tand\u00a0space\u00ad", "tab\tand\u00a0space\u00ad"),
        ("a\u202egnp.exe\u202c", "agnp.exe"),
        ("\ufeffa\ud800\uffff", "a"),
    ],
)
def test_control_characters_go(text: str, kept: str) -> None:
    assert printable(text) == kept


@given(st.text())
def test_what_is_left_can_be_written_as_utf8_and_xml(text: str) -> None:
    clean = printable(text)
    clean.encode()
    assert not any(ord(character) < 32 and character not in "\t\n" for character in clean)


@pytest.mark.parametrize(
    ("text", "kept"),
    [("text<|im_end|>\n", "text"), ("text </s></s>", "text"), ("a<|im_end|>b", "a<|im_end|>b"), ("text \n", "text \n")],
)
def test_end_tokens_go_at_the_end_only(text: str, kept: str) -> None:
    assert without_end_tokens(text) == kept


@pytest.mark.anyio
async def test_an_answer_comes_clean_from_the_client(fake: FakeVllm) -> None:
    body = {"choices": [{"message": {"content": "one\x00\x0b\r\ntwo<|im_end|>"}, "finish_reason": "stop"}]}
    fake.then = Reply(body=json.dumps(body).encode())
    async with http_transport(connections=1) as transport:
        answer = await Backend(fake.url, transport).ask(Crop("OCR:", b"/9j/", b"x"), Sampling())
    assert answer.text == "one\ntwo"
