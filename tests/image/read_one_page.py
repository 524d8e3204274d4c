"""Runs inside the container (``podman exec -i … python -``): draws a page, sends it to the service, checks its text."""

import io
import sys
import time

import httpx
from PIL import Image, ImageDraw, ImageFont

LINES = ("Invoice number 4711", "The goods were delivered", "on the third of March.")

page = Image.new("L", (1240, 900), 255)
draw = ImageDraw.Draw(page)
for row, line in enumerate(LINES):
    draw.text((120, 160 + 90 * row), line, fill=0, font=ImageFont.load_default(48))
pdf = io.BytesIO()
page.save(pdf, "PDF", resolution=150)

with httpx.Client(base_url="http://127.0.0.1:8081", timeout=60, trust_env=False) as service:
    for _ in range(600):
        try:
            if (ready := service.get("/health/ready")).status_code == 200:
                break
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    else:
        sys.exit("never ready")
    answer = service.post("/ocr/pdf", files={"file": ("invoice.pdf", pdf.getvalue(), "application/pdf")})
    result = answer.json()
    print(answer.status_code, result.get("status"), result.get("engine"), repr(result.get("markdown")))
    sys.exit(0 if result.get("status") == "completed" and "4711" in result["markdown"] else 1)
