"""The links of a document's Markdown to its figures, relative as written, or replaced."""

from __future__ import annotations

import base64
import mimetypes
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

# As export.markdown and vlm.otsl write them; the names are ours (page, region, label), never a document's.
_LINK = re.compile(r'(\]\(|src=")(images/p\d+_r\d+_\w+\.\w+)(?=[)"])')
# With its text, in which brackets are escaped. Possessive, and up to the next bracket: nothing is looked at twice.
_PICTURE = re.compile(r"!\[(?:[^\[\]\\]|\\.)*+\]\((images/p\d+_r\d+_\w+\.\w+)\)", re.DOTALL)

ImageOf = Callable[[str], bytes | None]
"""The bytes of a figure by its name in the job's folder (``images/p0001_r02_image.jpg``), None where it is missing."""


def relinked_file(path: Path, target: Callable[[str], str | None]) -> Iterator[str]:
    """The same for a file's lines, read as they are given out."""
    with path.open(encoding="utf-8") as lines:
        yield from relinked(lines, target)


def relinked(lines: Iterable[str], target: Callable[[str], str | None]) -> Iterator[str]:
    """The lines with each figure's link replaced by what ``target`` gives for its name; None leaves it."""

    def link(match: re.Match[str]) -> str:
        return match[1] + (target(match[2]) or match[2])

    return (_LINK.sub(link, line) for line in lines)


def with_pictures(text: str, written: Callable[[str], str]) -> str:
    """The text with each figure of its Markdown, ``![…](…)``, as ``written`` has it for the figure's name.

    Figures in HTML tables stay.
    """
    return _PICTURE.sub(lambda match: written(match[1]), text)


def with_ids(text: str, ids: Mapping[str, str]) -> str:
    """The text with each figure as ``![id](id)``, in HTML with its id as address; without an id there is no link."""

    def written(name: str) -> str:
        return f"![{ids[name]}]({ids[name]})" if name in ids else ""

    [linked] = relinked([with_pictures(text, written)], ids.get)
    return linked


def linked_images(text: str) -> list[str]:
    """The figures that a text links to, each once, in their order."""
    return list(dict.fromkeys(match[2] for match in _LINK.finditer(text)))


def data_uri(name: str, content: bytes) -> str:
    """``name`` tells the type by its suffix."""
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
