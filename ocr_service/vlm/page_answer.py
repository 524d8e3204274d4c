"""The answer for a whole page, in the form of its model, as blocks with PaddleX's labels and boxes where it has some.

Sources of the forms: docs/vlm.md. What does not have the form is taken as Markdown, so that no text is lost.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ocr_service.document import Box
from ocr_service.vlm.profiles import Form

# Categories of dots.ocr, DeepSeek-OCR and HPD-Parsing in PaddleX's words; others are text.
_LABELS = {
    "title": "doc_title",
    "doc_title": "doc_title",
    "section-header": "paragraph_title",
    "sub_title": "paragraph_title",
    "paragraph_title": "paragraph_title",
    "table": "table",
    "formula": "display_formula",
    "equation": "display_formula",
    "equation_block": "display_formula",
    "picture": "image",
    "image": "image",
    "figure": "image",
    "chart": "chart",
    "seal": "seal",
    "caption": "figure_title",
    "image_caption": "figure_title",
    "table_caption": "table_title",
    "footnote": "footnote",
    "page-footer": "footer",
    "footer": "footer",
    "page-header": "header",
    "header": "header",
    "page_number": "number",
}
_THINKING = re.compile(r"\A\s*<think>.*?</think>\s*", re.DOTALL)
_FRONT_MATTER = re.compile(r"\A\s*---[ \t]*\n(?:[\w-]+[ \t]*:[^\n]*\n)+---[ \t]*(?:\n|\Z)")
# A fence around everything, with at most a line of talk before and after it.
_FENCE = re.compile(
    r"\A(?:[^\n`]{1,200}:\s*\n+)?```[ \t]*(?:\w+)?[ \t]*\n(.*?)\n?```(?:\s*\n[^\n`]{1,200})?\s*\Z", re.DOTALL
)
_GROUNDED = re.compile(r"<\|ref\|>(.*?)<\|/ref\|><\|det\|>(.*?)<\|/det\|>", re.DOTALL)
_BLOCK = re.compile(r"<BLOCK>\s*([\w-]+)\s*\[([^\]]*)\](?:<CHILD>)?(.*?)(?=<BLOCK>|\Z)", re.DOTALL)
_OTHER_TOKENS = re.compile(
    r"<\|/?(?:ref|det|grounding|image|box_start|box_end|ref_start|ref_end|rotate_\w+)\|>|</?(?:FORK|CHILD|BLOCK)>"
)
_NORMALISED = 999  # DeepSeek-OCR gives thousandths of the image's sides, 0 to 999
_THOUSAND = 1000


@dataclass(frozen=True, slots=True)
class PageBlock:
    """``box`` in shares of the page's sides, 0 to 1; None where the model gave none."""

    label: str
    text: str
    box: tuple[float, float, float, float] | None = None

    def pixels(self, width: int, height: int) -> Box:
        """The box on a page of this size; the whole page without one."""
        x0, y0, x1, y1 = self.box or (0.0, 0.0, 1.0, 1.0)
        return round(x0 * width), round(y0 * height), round(x1 * width), round(y1 * height)


def without_wrappers(answer: str) -> str:
    """The text of an answer without thoughts (``<think>``), a YAML head, and a code fence around all of it."""
    text = _THINKING.sub("", answer)
    text = _FRONT_MATTER.sub("", text).strip()
    if (fenced := _FENCE.match(text)) and "```" not in fenced[1]:
        text = _FRONT_MATTER.sub("", fenced[1]).strip()
    return text


def page_blocks(answer: str, form: Form, size: tuple[int, int]) -> list[PageBlock]:
    """The blocks of the answer in reading order. ``size``: width and height of the image that was sent, pixels."""
    text = without_wrappers(answer)
    found = {
        "markdown": lambda: _natural_text(text),
        "dots-json": lambda: list(_dots_blocks(text, size)),
        "grounded-markdown": lambda: list(_grounded_blocks(text)),
        "blocks": lambda: list(_marked_blocks(text)),
    }[form]()
    return found or [PageBlock("text", _OTHER_TOKENS.sub("", text).strip())]


def _natural_text(text: str) -> list[PageBlock]:
    """olmOCR answered in JSON before it answered in Markdown; ``null`` is a page without text."""
    if text == "null":
        return [PageBlock("text", "")]
    if text.startswith("{"):
        try:
            natural = json.loads(text).get("natural_text", text)
        except (ValueError, AttributeError):
            return []
        return [PageBlock("text", natural or "")]
    return []


def _dots_blocks(text: str, size: tuple[int, int]) -> Iterator[PageBlock]:
    width, height = size
    for element in _elements(text):
        match element:
            case {"bbox": [int() | float() as x0, int() | float() as y0, int() | float() as x1, int() | float() as y1]}:
                box = _ordered(x0 / width, y0 / height, x1 / width, y1 / height) if width and height else None
            case _:
                box = None
        label = _label(str(element.get("category", "")))
        yield PageBlock(label, str(element.get("text") or "").strip(), box)


def _elements(text: str) -> Iterator[dict[str, Any]]:
    """Objects with a category, also of a list that was cut off in the middle."""
    decoder = json.JSONDecoder()
    at = text.find("{")
    while at >= 0:
        try:
            value, end = decoder.raw_decode(text, at)
        except ValueError:
            value, end = None, at + 1
        if isinstance(value, dict):
            inner = (
                [value]
                if "category" in value
                else [each for list_ in value.values() if isinstance(list_, list) for each in list_]
            )
            yield from (each for each in inner if isinstance(each, dict) and "category" in each)
        at = text.find("{", end)


def _grounded_blocks(text: str) -> Iterator[PageBlock]:
    """DeepSeek-OCR: ``<|ref|>label<|/ref|><|det|>[[x0, y0, x1, y1]]<|/det|>``, then the block's Markdown."""
    marks = list(_GROUNDED.finditer(text))
    if not marks:
        return
    if before := text[: marks[0].start()].strip():
        yield PageBlock("text", before)
    for mark, end in zip(marks, [*(mark.start() for mark in marks[1:]), len(text)], strict=True):
        yield PageBlock(_label(mark[1]), text[mark.end() : end].strip(), _numbers(mark[2], _NORMALISED))


def _marked_blocks(text: str) -> Iterator[PageBlock]:
    """HPD-Parsing: ``<BLOCK>label [x0, y0, x1, y1]<CHILD>content``; coordinates in thousandths of the sides."""
    for mark in _BLOCK.finditer(text):
        yield PageBlock(_label(mark[1]), _OTHER_TOKENS.sub("", mark[3]).strip(), _numbers(mark[2], _THOUSAND))


def _numbers(text: str, scale: int) -> tuple[float, float, float, float] | None:
    values = [float(number) / scale for number in re.findall(r"\d+(?:\.\d+)?", text)[:4]]
    return _ordered(*values) if len(values) == 4 else None


def _ordered(x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
    left, top, right, bottom = (min(max(value, 0.0), 1.0) for value in (x0, y0, x1, y1))
    return min(left, right), min(top, bottom), max(left, right), max(top, bottom)


def _label(category: str) -> str:
    return _LABELS.get(category.strip().lower(), "text")
