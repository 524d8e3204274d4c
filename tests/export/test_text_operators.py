"""Text objects are met in the order in which a viewer does."""

from __future__ import annotations

import pytest

from ocr_service.export.text_operators import shown_invisibly
from tests.support.pdf_content import page_of


def test_objects_are_counted_as_they_are_drawn_in_forms_too() -> None:
    _pdf, page = page_of(
        "BT (a) Tj [(b) -20 (c)] TJ [-20] TJ () Tj ET /Form Do /None Do", Form="BT (d) ' ET /Inner Do", Inner="(e) Tj"
    )
    assert len(shown_invisibly(page)) == 4


def test_a_form_has_the_render_mode_of_where_it_is_drawn() -> None:
    _pdf, page = page_of(
        "q 3 Tr /Form Do Q /Form Do BT 3 Tr (c) Tj /x Tr 3.0 Tr (d) Tj ET", Form="(a) Tj q 0 Tr (b) Tj Q"
    )
    assert shown_invisibly(page) == [True, False, False, False, True, True]


def test_forms_that_draw_one_another_end() -> None:
    _pdf, page = page_of("/Form Do", Form="(a) Tj /Form Do")
    assert len(shown_invisibly(page)) == 40


@pytest.mark.slow
def test_forms_that_multiply_are_refused() -> None:
    _pdf, page = page_of("/Form Do", Form=10 * "/Form Do ")
    with pytest.raises(ValueError, match="too many"):
        shown_invisibly(page)
