"""A page that is read again: the new reading replaces the earlier one, unless it is worse."""

from __future__ import annotations

from dataclasses import replace

from ocr_service.document import Failure, Outcome, PageResult
from ocr_service.export.result_json import page_from_json
from ocr_service.jobs.page_writer import page_failure
from ocr_service.storage.filesystem import JobFolder

_STAYS = "as it was read before; read again, it failed: "
_RANKS: dict[Outcome, int] = {"failed": 0, "partial": 1, "completed": 2}


def better_reading(folder: JobFolder, new: PageResult) -> tuple[PageResult, Failure | None]:
    """``new``, or the page that the folder keeps where that is better, and why the new one is not.

    The warnings of an earlier page that stays say so.
    """
    failure = page_failure(new)
    if failure is None:
        return new, None
    try:
        earlier = page_from_json(folder.page(new.number))
    except FileNotFoundError:
        return new, None
    if _worth(new) >= _worth(earlier):
        return new, None
    others = (warning for warning in earlier.warnings if not warning.startswith(_STAYS))
    return replace(earlier, warnings=(*others, f"{_STAYS}{failure.message}")), failure


def _worth(page: PageResult) -> tuple[int, int]:
    """Of two in part, the one with fewer failed regions is better."""
    return _RANKS[page.status], -sum(region.error is not None for region in page.regions)
