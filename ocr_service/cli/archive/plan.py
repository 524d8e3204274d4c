"""What is to be done: shards of documents, and parts of large ones. The plan is kept beside the results.

A shard's number is the name of its Parquet file, so a shard that is read twice writes the same file twice. Documents
that come later make further shards.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

PLAN = "plan.jsonl"
SHARDS = "shards/"
_DOCUMENTS = 64  # of a shard


class OtherOptions(Exception):
    """Results of other options are there."""


class RayFailed(Exception):
    """Ray cannot be reached, or its actors cannot be started or kept alive. One line."""


@dataclass(frozen=True, slots=True)
class Item:
    """A piece of work for an actor. ``name``: of its result in ``shards/``.

    ``documents`` of a shard; of ``part`` and ``large`` the one document, ``numbers`` being the part's pages.
    """

    kind: Literal["documents", "part", "large"]
    name: str
    documents: tuple[str, ...]
    numbers: tuple[int, ...] = ()

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Item:
        fields = json.loads(text)
        return cls(fields["kind"], fields["name"], tuple(fields["documents"]), tuple(fields["numbers"]))


@dataclass(frozen=True, slots=True)
class Summary:
    """What came of an item. ``large``: documents that are left for parts, with their pages.

    ``error``: why it was given up, which is not kept: the next run does it again.
    """

    name: str
    documents: int = 0
    pages: int = 0
    errors: dict[str, int] = field(default_factory=dict)
    large: dict[str, int] = field(default_factory=dict)
    error: str = ""
    resumed: bool = False

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Summary:
        return cls(**json.loads(text))


def planned(kept: str | None, names: Sequence[str], options: dict[str, Any]) -> list[Item]:
    """The shards of a kept plan, and further ones for documents that it does not have. Raises OtherOptions."""
    items: list[Item] = []
    if kept is not None:
        head, *lines = kept.splitlines()
        if json.loads(head) != options:
            raise OtherOptions
        items = [Item.from_json(line) for line in lines]
    known = {name for item in items for name in item.documents}
    new = [name for name in names if name not in known]
    for start in range(0, len(new), _DOCUMENTS):
        items.append(Item("documents", f"{len(items):06d}", tuple(new[start : start + _DOCUMENTS])))
    return items


def plan_text(items: Iterable[Item], options: dict[str, Any]) -> str:
    return "\n".join([json.dumps(options), *(item.to_json() for item in items)])


def parts_of(document: str, pages: int, part: int) -> list[Item]:
    """The parts of a large document, of ``part`` pages each."""
    numbers = range(1, pages + 1)
    return [
        Item("part", f"{hashed_name(document)}-{start:06d}", (document,), tuple(numbers[start : start + part]))
        for start in range(0, pages, part)
    ]


def large_item(document: str) -> Item:
    """Assembles the document from its parts."""
    return Item("large", hashed_name(document), (document,))


def hashed_name(document: str) -> str:
    """A file name of its own for each document."""
    return f"document-{hashlib.sha256(document.encode()).hexdigest()[:16]}"
