"""Blocks to chunks: a chunk never crosses a heading, and is as long as the limit allows within its section."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ocr_service.document import PageResult
from ocr_service.export.chunks.blocks import Block, Place, page_blocks
from ocr_service.export.chunks.split import split_block
from ocr_service.export.chunks.tokens import count_tokens


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a document. ``headings``: the path to its section, from the document's title down.

    ``text`` is what to search in: the headings a line each, then the body; ``tokens`` is its size. ``markdown`` is the
    same piece as it stands in the document, with the headings that begin in it; ``body`` is ``text`` without headings.
    """

    headings: tuple[str, ...]
    text: str
    body: str
    markdown: str
    tokens: int
    places: tuple[Place, ...]
    captions: tuple[str, ...]
    images: tuple[str, ...]

    @property
    def pages(self) -> list[int]:
        return sorted({place.page for place in self.places})


def document_chunks(pages: Iterable[PageResult], most: int, *, merge: bool = True) -> Iterator[Chunk]:
    """The chunks of pages as ``joined_pages`` gives them, in reading order, each of at most ``most`` tokens.

    What ``split_block`` leaves whole may make a chunk longer. Without ``merge`` each block is a chunk of its own.
    """
    draft = _Draft((), most)
    for block in page_blocks(pages):
        if block.kind == "heading":
            begun = draft.begun
            if draft.body or (begun and block.level <= begun[-1].level):
                yield draft.chunk()
                begun = []
            path = (*(heading for heading in draft.path if heading.level < block.level), block)
            draft = _Draft(path, most, begun=[*begun, block])
            continue
        for piece in split_block(block, draft.room):
            size = count_tokens(piece.markdown)
            if draft.body and (not merge or draft.size + size > draft.room):
                carried = draft.taken_caption() if piece.kind in ("table", "figure") else None
                yield draft.chunk()
                draft = _Draft(draft.path, most)
                if carried:
                    draft.add(carried, count_tokens(carried.markdown))
            draft.add(piece, size)
    if draft.body or draft.begun:
        yield draft.chunk()


@dataclass
class _Draft:
    """A chunk in the making: ``path`` to it, the headings that ``begun`` in it, its ``body``."""

    path: tuple[Block, ...]
    most: int
    begun: list[Block] = field(default_factory=list)
    body: list[Block] = field(default_factory=list)
    size: int = 0  # tokens of the body

    def __post_init__(self) -> None:
        self._context = list(_deepest([heading.title for heading in self.path], self.most // 2))
        self.room = self.most - sum(map(count_tokens, self._context))  # tokens that the body may have

    def add(self, block: Block, size: int) -> None:
        self.body.append(block)
        self.size += size

    def taken_caption(self) -> Block | None:
        """The caption at the end, which belongs to what follows it; none after a table or figure, or all by itself."""
        if len(self.body) < 2 or self.body[-1].kind != "caption" or self.body[-2].kind in ("table", "figure"):
            return None
        return self.body.pop()

    def chunk(self) -> Chunk:
        body = "\n\n".join(block.markdown for block in self.body)
        blocks = [*self.begun, *self.body]
        markdown = "\n\n".join(block.markdown for block in blocks)
        text = "\n".join([*self._context, *([body] if body else [])]) or markdown
        return Chunk(
            headings=tuple(heading.title for heading in self.path),
            text=text,
            body=body,
            markdown=markdown,
            tokens=count_tokens(text),
            places=tuple(dict.fromkeys(part.place for block in blocks for part in block.parts)),
            captions=tuple(block.markdown for block in self.body if block.kind == "caption"),
            images=tuple(dict.fromkeys(block.image for block in self.body if block.image)),
        )


def _deepest(titles: Sequence[str], most: int) -> Sequence[str]:
    """The last titles that have at most so many tokens together."""
    first = len(titles)
    while first and (most := most - count_tokens(titles[first - 1])) >= 0:
        first -= 1
    return titles[first:]
