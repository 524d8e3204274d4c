"""A page's regions as Markdown that reads like the page."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from ocr_service.document import CAPTION_LABELS, MARGIN_LABELS, TITLE_LABELS, RegionResult

# What would begin a heading, a quotation, a list, a table or a rule where the page has none.
_BLOCK_START = re.compile(r"^(\s{0,3})([#>|]|[-+*](?=\s|$)|=+\s*$|~~~|```)")
_NUMBER_START = re.compile(r"^(\s{0,3}\d{1,9})([.)])(?=\s|$)")
# Only pairs can mean emphasis or code, and a lone * or _ is literal: one that ``opens`` needs another behind it in its
# line. `<` begins a tag only before a letter, / or !.
_INLINE = re.compile(
    r"(?<=\S)\*(?=\s|$|\W)|(?P<opens>\*(?=[^\s*])|(?<!\w)_(?=\S))|`|<(?=[A-Za-z/!?])|\\(?=[!-/:-@\[-`{-~])"
)
# From a [ to the next ], whether or not it is a link, so that no [ is looked at twice.
_LINK = re.compile(r"\[[^\]]*+(\]\()?")


LIST_INDENT = "    "  # of each level of a nested list: as wide as any mark above it
_NESTED = re.compile(r"^((?:    )+)(?:[-*+] |\w{1,3}[.)] )")


NOTE_MARK = re.compile(r"\[\^([\w-]{1,12})\]:?")  # of a footnote, in the text and before the note
# The same as signs that no parser of Markdown takes for a link or for its definition.
PROTECTED_NOTE_MARK = re.compile("\ue010([\\w-]{1,12})\ue011")


def with_protected_notes(content: str) -> str:
    """``content`` with the marks of footnotes as ``PROTECTED_NOTE_MARK`` has them."""
    return NOTE_MARK.sub("\ue010\\1\ue011", content)


def list_depth(content: str) -> int:
    """How deep a region's content lies as an item of a nested list; 0 for all else."""
    match = _NESTED.match(content)
    return len(match[1]) // len(LIST_INDENT) if match else 0


def page_markdown(regions: Sequence[RegionResult], ignored: Collection[str] = MARGIN_LABELS) -> str:
    """The Markdown of regions in reading order; headers, footers and page numbers (``ignored`` labels) are left out.

    ``text`` is escaped, ``markdown`` and ``html`` are taken as they are, ``latex`` becomes a display formula and
    ``image`` a picture. A region that failed is an HTML comment, so that what is missing can be seen.
    A page on which nothing else stands keeps them.
    """
    ordered = sorted(regions, key=lambda r: r.order)
    text = _joined([region for region in ordered if region.label not in ignored])
    return text or _joined([region for region in ordered if region.label in ignored])


def _joined(regions: Sequence[RegionResult]) -> str:
    return "\n\n".join(block for region in regions if (block := _block(region)))


def _block(region: RegionResult) -> str:
    if region.format == "image":
        if region.image:
            return f"![{_alt(region.content)}]({region.image})"
        return f"<!-- {region.error.message} -->" if region.error else ""
    content = region.content.strip()
    if not content:
        return f"<!-- {region.label} not read: {region.error.code} -->" if region.error else ""
    if region.label in TITLE_LABELS:
        level = region.level or (1 if region.label == "doc_title" else 2)
        title = " ".join(content.split())
        return "#" * level + " " + (title if region.format == "markdown" else escape_inline(title))
    if region.format == "latex":
        return content if content.startswith("$") else f"$$\n{content}\n$$"
    if region.format == "markdown":
        return LIST_INDENT * list_depth(region.content) + content
    if region.format == "html":
        return content
    if region.label in CAPTION_LABELS:
        return escape_text(" ".join(content.split()))
    return escape_text(content)


def _alt(text: str) -> str:
    return re.sub(r"([\[\]\\])", r"\\\1", " ".join(text.split()))


def escape_text(text: str) -> str:
    """Plain text, one paragraph or more, that Markdown shows as it is. What needs no escape stays untouched."""
    return "\n".join(_escape_start(escape_inline(line)) for line in text.split("\n"))


def escape_inline(text: str) -> str:
    """Without what begins emphasis, code, links or tags by accident; the start of the line is not looked at."""
    return _LINK.sub(_without_link, "\n".join(map(_escape_marks, text.split("\n"))))


def _escape_marks(line: str) -> str:
    last = {mark: line.rfind(mark) for mark in "*_"}  # looked for once: a line may have thousands

    def escaped(found: re.Match[str]) -> str:
        return found[0] if found["opens"] and last[found[0]] <= found.end() else f"\\{found[0]}"

    return _INLINE.sub(escaped, line)


def _without_link(brackets: re.Match[str]) -> str:
    return brackets[0].replace("[", r"\[") if brackets[1] else brackets[0]


def _escape_start(line: str) -> str:
    line = _BLOCK_START.sub(r"\1\\\2", line)
    return _NUMBER_START.sub(r"\1\\\2", line)
