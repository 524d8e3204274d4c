"""What people correct on a page: one region at a time, and carried over when the page is read again. Pure functions.

The page keeps each corrected region as it was read, so that a correction can be undone and seen beside the reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ocr_service.document import (
    FIGURE_LABELS,
    REGION_LABELS,
    TITLE_LABELS,
    UNREAD_LABEL,
    Box,
    Correction,
    Edited,
    Format,
    PageResult,
    RegionResult,
    page_status,
)
from ocr_service.errors import BadOption, CorrectionConflict, NotFound
from ocr_service.export.markdown import page_markdown
from ocr_service.export.result_json import with_ids
from ocr_service.geometry.boxes import area, shared_area
from ocr_service.reading.review import page_confidence
from ocr_service.vlm.region_content import with_formula_numbers

_SAME_PLACE = 0.5  # of the area that two boxes cover together: the same region in two readings
_INSIDE = 0.7  # of a region's own area: a part of a corrected region that a new reading has split
_NUMBERS = frozenset({"number"})


@dataclass(frozen=True, slots=True)
class RegionChange:
    """What a person asks for; None where it stays. ``order``: the new place on the page, from 0.

    ``undo``: the region as it was read, whatever else was changed.
    """

    content: str | None = None
    format: Format | None = None
    label: str | None = None
    level: int | None = None
    order: int | None = None
    deleted: bool = False
    undo: bool = False


@dataclass(frozen=True, slots=True)
class Author:
    """Who corrects (the key's name, empty without keys), when (seconds since the epoch), and what they looked at."""

    by: str
    at: float
    seen_revision: int


def corrected(page: PageResult, region_id: int, change: RegionChange, author: Author) -> PageResult:
    """The page with one region changed. Raises NotFound, BadOption and CorrectionConflict."""
    page = with_ids(page)
    entry = next((entry for entry in page.corrections if entry.region == region_id), None)
    region = next((region for region in page.regions if region.id == region_id), None)
    if region is None and entry is None:
        raise NotFound(f"Page {page.number} has no region {region_id}.")
    _check_conflict(page, region_id, entry, author.seen_revision)
    if region is None and not change.undo:
        raise NotFound(f"Region {region_id} of page {page.number} is deleted; `undo` brings it back.")
    original = entry.original if entry is not None and entry.changed else region
    assert original is not None  # an entry whose region is gone is a deletion
    regions = list(page.regions)
    changed: tuple[Edited, ...] = () if change.undo or entry is None else entry.changed
    if change.undo:
        regions = _put_back(regions, original, moved=_moved(page))
    else:
        assert region is not None
        changed = tuple(dict.fromkeys((*changed, *_asked(change))))
        regions = _changed(regions, region, replace(_edited(region, change), edited=changed), change)
    revision = page.revision + 1
    new = Correction(region_id, revision, author.by, author.at, changed, original)
    others = (other for other in page.corrections if other.region != region_id)
    corrections = sorted((*others, new), key=lambda one: one.region)
    return replace(_made_of(page, regions), revision=revision, corrections=tuple(corrections))


def carried(earlier: PageResult, new: PageResult) -> PageResult:
    """A new reading of the page with the corrections of the earlier one.

    A correction goes to the region of the new reading that lies in the same place; a corrected text that has none
    there stays as it is. Ids are those of the new reading, so corrections of the earlier one by id are refused.
    """
    revision = earlier.revision + 1
    page = replace(with_ids(new), revision=revision, read_revision=revision)
    entries = [entry for entry in earlier.corrections if entry.changed]
    if not entries or new.error is not None:
        return page
    now = {region.id: region for region in earlier.regions}
    was = as_read(earlier).regions
    regions, corrections, free = list(page.regions), list[Correction](), len(page.regions)
    left = list(page.regions)  # each is the new reading of one corrected region
    for entry in entries:
        found, region = _at(left, entry.original.bbox), now.get(entry.region)
        if found is None and (region is None or "content" not in entry.changed or region.format == "image"):
            continue  # nothing is there that could be deleted, moved or named otherwise
        if "content" in entry.changed or "deleted" in entry.changed:
            others = [one.bbox for one in was if one.id != entry.region]
            parts = _parts(regions, entry.original, found, others)
            regions = [one for one in regions if one not in parts]
        if found is None:
            assert region is not None
            kept = replace(region, id=free)
            regions.insert(min(region.order, len(regions)), kept)
            corrections.append(replace(entry, region=free, revision=revision))
            free += 1
            continue
        left.remove(found)
        index = regions.index(found)
        regions[index : index + 1] = [] if region is None else [_again(found, region, entry.changed)]
        corrections.append(replace(entry, region=_id(found), revision=revision, original=found))
    regions = _moved_again(earlier, regions, corrections, entries)
    corrections.sort(key=lambda one: one.region)
    return replace(_made_of(page, regions), corrections=tuple(corrections))


def as_read(page: PageResult) -> PageResult:
    """The page without corrections."""
    entries = {entry.region: entry.original for entry in page.corrections if entry.changed}
    if not entries:
        return page
    regions = [region for region in page.regions if region.id not in entries]
    whole = sorted((*regions, *entries.values()), key=_id)
    return replace(_made_of(page, whole), corrections=())


def _check_conflict(page: PageResult, region_id: int, entry: Correction | None, seen: int) -> None:
    if seen < page.read_revision:
        raise CorrectionConflict.read_again(page.number, seen)
    if seen > page.revision:
        raise BadOption(f"revision: page {page.number} is at {page.revision}, so {seen} cannot have been seen")
    if entry is not None and entry.revision > seen:
        raise CorrectionConflict.corrected(page.number, region_id, seen, entry.by)


def _asked(change: RegionChange) -> tuple[Edited, ...]:
    asked: list[Edited] = []
    if change.content is not None or change.format is not None:
        asked.append("content")
    if change.label is not None:
        asked.append("label")
    if change.level is not None:
        asked.append("level")
    if change.order is not None:
        asked.append("order")
    if change.deleted:
        asked.append("deleted")
    return tuple(asked)


def _edited(region: RegionResult, change: RegionChange) -> RegionResult:
    """The region with its new content, label and level. Raises BadOption."""
    label = change.label if change.label is not None else region.label
    if change.content is not None or change.format is not None:
        if label == UNREAD_LABEL:
            label = "text"
        format_ = change.format or (
            "text" if region.format == "image" and label not in FIGURE_LABELS else region.format
        )
        if format_ == "image" and region.image is None:
            raise BadOption("format: the region has no picture")
        content = region.content if change.content is None else change.content
        region = replace(
            region,
            content=content,
            format=format_,
            error=None,
            degraded=False,
            contradicted=False,
            confidence=None,  # the reader's, of what it had read
            review=(),
            words=region.words if content == region.content else (),
            word_confidences=(),
        )
    if change.label is not None:
        if label not in REGION_LABELS:
            raise BadOption(f"label: {label!r} is none of {', '.join(sorted(REGION_LABELS))}")
        if label in FIGURE_LABELS and region.image is None:
            raise BadOption(f"label: the region has no picture, so it is no {label}")
    if change.level is not None and label not in TITLE_LABELS:
        raise BadOption(f"level: only headings have one ({', '.join(sorted(TITLE_LABELS))}), and this is {label}")
    level = change.level if change.level is not None else region.level
    return replace(region, label=label, level=level if label in TITLE_LABELS else None)


def _changed(
    regions: list[RegionResult], before: RegionResult, after: RegionResult, change: RegionChange
) -> list[RegionResult]:
    place = regions.index(before)
    others = regions[:place] + regions[place + 1 :]
    if change.deleted:
        return others
    target = place if change.order is None else change.order
    if target > len(others):
        raise BadOption(f"order: the last place on the page is {len(others)}")
    return [*others[:target], after, *others[target:]]


def _moved(page: PageResult) -> set[int]:
    return {entry.region for entry in page.corrections if "order" in entry.changed}


def _put_back(regions: list[RegionResult], original: RegionResult, *, moved: set[int]) -> list[RegionResult]:
    """The region at the place where it was read: before the first later one that nobody has moved."""
    others = [region for region in regions if region.id != original.id]
    later = (place for place, one in enumerate(others) if _id(one) > _id(original) and _id(one) not in moved)
    place = next(later, len(others))
    return [*others[:place], original, *others[place:]]


def _made_of(page: PageResult, regions: Sequence[RegionResult]) -> PageResult:
    ordered = tuple(replace(region, order=order) for order, region in enumerate(regions))
    if page.reader == "tesseract":
        markdown = page_markdown(ordered, _NUMBERS)
    else:
        markdown = page_markdown(with_formula_numbers(ordered))
    status = page.status if page.error is not None else page_status(ordered)
    return replace(page, regions=ordered, markdown=markdown, status=status, confidence=page_confidence(ordered))


# Carrying over


def _at(regions: Sequence[RegionResult], box: Box) -> RegionResult | None:
    """The region in this place."""
    best = max(regions, key=lambda region: _likeness(region.bbox, box), default=None)
    return best if best is not None and _likeness(best.bbox, box) >= _SAME_PLACE else None


def _likeness(a: Box, b: Box) -> float:
    shared = shared_area(a, b)
    return shared / (area(a) + area(b) - shared) if shared else 0.0


def _parts(
    regions: Sequence[RegionResult], original: RegionResult, found: RegionResult | None, others: Sequence[Box]
) -> list[RegionResult]:
    """What the new reading has inside a corrected text that the earlier one did not have there."""
    if original.format == "image":
        return []
    return [
        region
        for region in regions
        if region is not found
        and not region.edited
        and shared_area(region.bbox, original.bbox) >= _INSIDE * max(area(region.bbox), 1)
        and not any(_likeness(region.bbox, other) >= _SAME_PLACE for other in others)
    ]


def _again(found: RegionResult, region: RegionResult, changed: tuple[Edited, ...]) -> RegionResult:
    """The region of the new reading with what was corrected of the earlier one."""
    if "content" in changed:
        return replace(region, id=found.id, bbox=found.bbox, image=found.image)
    label = region.label if "label" in changed else found.label
    level = region.level if "level" in changed else found.level
    return replace(found, label=label, level=level if label in TITLE_LABELS else None, edited=changed)


def _moved_again(
    earlier: PageResult, regions: list[RegionResult], corrections: list[Correction], entries: list[Correction]
) -> list[RegionResult]:
    """Puts moved regions after those that they stood after, as far as these are there."""
    for entry in entries:
        if "order" not in entry.changed:
            continue
        place = next((place for place, one in enumerate(earlier.regions) if one.id == entry.region), None)
        moved = _at(regions, entry.original.bbox)
        if place is None or moved is None:
            continue
        before = _at(regions, earlier.regions[place - 1].bbox) if place else None
        if place and before is None:
            continue
        others = [one for one in regions if one.id != moved.id]
        target = 1 + next((i for i, one in enumerate(others) if before is not None and one.id == before.id), -1)
        current = next(one for one in regions if one.id == moved.id)
        regions = [*others[:target], current, *others[target:]]
    return regions


def _id(region: RegionResult) -> int:
    assert region.id is not None  # with_ids was called
    return region.id
