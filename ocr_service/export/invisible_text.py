"""Removes invisible text from a PDF's page: an old OCR layer, before a new one is added."""

from __future__ import annotations

import pikepdf

from ocr_service.export.change_text import Copies, change_shown
from ocr_service.export.text_operators import shown_invisibly


def remove_invisible_text(pdf: pikepdf.Pdf, page: pikepdf.Page, copies: Copies) -> None:
    """Removes text of render mode 3, also in form XObjects; everything else stays unchanged.

    ``copies``: see ``change_shown``. Raises ValueError where the page draws too many form XObjects.
    """
    change_shown(pdf, page, ["removed" if invisible else "kept" for invisible in shown_invisibly(page)], copies)
