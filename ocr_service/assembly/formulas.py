r"""Formulas of PaddleOCR-VL, ``\(…\)`` and ``\[…\]``, to the ``$…$`` and ``$$…$$`` of Markdown.

Source: ``_paddleocr_vl_assemble_parsing_results`` in paddlex 3.7.
"""

from __future__ import annotations


def with_dollars(answer: str, label: str) -> str:
    """The answer with dollar signs around its formulas; a formula's number gets none."""
    inline = "\\(" in answer and "\\)" in answer
    display = "\\[" in answer and "\\]" in answer
    if not (inline or display):
        return answer
    # A dollar sign beside the brackets is the model's own mark, or would open a formula that never ends.
    text = answer.replace("$", "").replace("\\(", " $ ").replace("\\)", " $")
    text = text.replace("\\[\\[", "\\[").replace("\\]\\]", "\\]").replace("\\[", " $$ ").replace("\\]", " $$ ")
    return text.replace("$", "") if label == "formula_number" else text
