"""Removes invisible text from a PDF's page: an old OCR layer, before a new one is added."""

from __future__ import annotations

import pikepdf

from ocr_service.export.text_operators import Copies, remove_shown, shown_invisibly


def remove_invisible_text(pdf: pikepdf.Pdf, page: pikepdf.Page, copies: Copies) -> None:
    """Removes text of render mode 3, also in form XObjects; everything else stays unchanged.

    ``copies``: see ``remove_shown``. Raises ValueError where the page draws too many form XObjects.
    """
    remove_shown(pdf, page, shown_invisibly(page), copies)
