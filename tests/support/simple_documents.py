"""Documents whose text a test knows: PDFs with a line a page, pictures of a line."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image, ImageDraw, ImageFont
from reportlab.pdfgen.canvas import Canvas


def pdf(*texts: str) -> bytes:
    """A page for each text, in large letters."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=True)
    for text in texts:
        canvas.setFont("Helvetica", 28)
        canvas.drawString(70, 700, text)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def picture(text: str) -> Image.Image:
    image = Image.new("RGB", (1200, 300), "white")
    font = ImageFont.truetype("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", 60)
    ImageDraw.Draw(image).text((60, 100), text, "black", font)
    return image


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()
