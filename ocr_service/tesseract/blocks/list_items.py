"""Regions of prose that are items of a list: their Markdown, and how deep each is nested."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ocr_service.document import PROSE_LABELS, RegionResult
from ocr_service.export.markdown import LIST_INDENT, escape_text
from ocr_service.geometry.numbering import EMPTY_BOX, list_marker

_DEEPER = (0.6, 6.0)  # em by which an item of a nested list stands right of the item above it: least and most


def with_list_items(blocks: Sequence[RegionResult], em: float) -> list[RegionResult]:
    """Bulleted and numbered paragraphs as Markdown items, nested by their indents of the font size ``em``.

    A clause's number (``2.3.``) stays plain text, and so does a letter (``a)``), which Markdown does not know; below an
    item it is a part of that.
    """
    results = []
    indents = _Indents(em)
    for block in blocks:
        item = _item(block) if block.label in PROSE_LABELS and block.format == "text" else None
        if item is None:
            indents = _Indents(em)
            results.append(block)
            continue
        depth = indents.depth(*_begin(block))
        if item.known or depth:
            block = replace(block, format="markdown", content=LIST_INDENT * depth + item.text)
        else:
            indents = _Indents(em)
        results.append(block)
    return results


@dataclass(frozen=True, slots=True)
class _Item:
    """A list item's Markdown. ``known``: Markdown knows its mark."""

    text: str
    known: bool = True


def _item(block: RegionResult) -> _Item | None:
    marker = list_marker(block.content)
    if marker is None:
        return None
    rest = escape_text(marker.rest)
    if marker.kind in ("bullet", "dash"):
        return _Item(f"- {rest}")
    if marker.kind == "box":
        return _Item(f"- [{' ' if marker.mark == EMPTY_BOX else 'x'}] {rest}")
    if marker.kind == "number":
        return _Item(f"{marker.mark} {rest}", known=marker.mark[0].isdigit())
    return None


def _begin(block: RegionResult) -> tuple[int, int]:
    """Where the item's mark stands: its next lines may begin right of it, or left as those of an indented paragraph."""
    return block.words[0].bbox[0] if block.words else block.bbox[0], block.bbox[1]


class _Indents:
    """The left edges of the open items of a list, from the outermost."""

    def __init__(self, em: float) -> None:
        self._em = em
        self._lefts: list[int] = []
        self._top = 0

    def depth(self, left: int, top: int) -> int:
        """How deep the next item lies. One that stands above the last, or far to its right, begins a list anew."""
        if self._lefts and (top < self._top or left > self._lefts[-1] + _DEEPER[1] * self._em):
            self._lefts = []
        while self._lefts and left < self._lefts[-1] - _DEEPER[0] * self._em:
            self._lefts.pop()
        if not self._lefts or left > self._lefts[-1] + _DEEPER[0] * self._em:
            self._lefts.append(left)
        self._top = top
        return len(self._lefts) - 1
