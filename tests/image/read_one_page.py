"""Runs inside the container (``podman exec -i … python -``): draws a page, sends it to the service, checks its text."""

import io
import sys

import httpx
from PIL import Image, ImageDraw, ImageFont
from urllib3 import PoolManager, Retry

SERVICE = "http://127.0.0.1:8081"
LINES = ("Invoice number 4711", "The goods were delivered", "on the third of March.")

page = Image.new("L", (1240, 900), 255)
draw = ImageDraw.Draw(page)
for row, line in enumerate(LINES):
    draw.text((120, 160 + 90 * row), line, fill=0, font=ImageFont.load_default(48))
pdf = io.BytesIO()
page.save(pdf, "PDF", resolution=150)

# Raises MaxRetryError where the service is not ready after a minute.
until_ready = Retry(120, status_forcelist=[503], backoff_factor=0.1, backoff_max=0.5, respect_retry_after_header=False)
with PoolManager(retries=until_ready, timeout=5) as http:
    http.request("GET", f"{SERVICE}/health/ready")

with httpx.Client(base_url=SERVICE, timeout=60, trust_env=False) as service:
    answer = service.post("/ocr/pdf", files={"file": ("invoice.pdf", pdf.getvalue(), "application/pdf")})
    result = answer.json()
    print(answer.status_code, result.get("status"), result.get("engine"), repr(result.get("markdown")))
    sys.exit(0 if result.get("status") == "completed" and "4711" in result["markdown"] else 1)
