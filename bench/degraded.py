"""Character error rate of the embedded reader on degraded scans of pages whose text is known.

    python bench/degraded.py [--seed 1] [--kinds 150,110,bent,light,stamp,columns] [-o DIR]

Each kind is a page in Russian and one in English, drawn, printed and scanned badly: at 150 dpi, at 110 dpi as a blurred
JPEG of quality 40, bent at the spine, unevenly lit, with a stamp over its text, in three columns. ``-o`` keeps the
pictures, the truth and what was read.
"""

from __future__ import annotations

import argparse
import html
import io
import random
import re
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pypdfium2 as pdfium
from PIL import Image, ImageDraw, ImageFont
from rapidfuzz.distance import Levenshtein
from reportlab.lib.enums import TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.service import running_service

Levels = npt.NDArray[np.float32]

_FONTS = Path("/usr/share/fonts/truetype/dejavu")
_KINDS = ("150", "110", "bent", "light", "stamp", "columns")
_WORDS = {
    "ru": "поставщик покупатель договор оплата срок товар качество партия склад доставка цена стоимость акт приёмка "
    "сторона обязан передать принять в течение десяти рабочих дней после подписания на основании заявки и счёта "
    "при просрочке начисляется неустойка в размере процента от суммы за каждый день испытание оборудование насос "
    "клапан давление температура воды журнал протокол комиссия заключение образец измерение длина масса партии",
    "en": "supplier buyer contract payment term goods quality batch store delivery price cost record acceptance the "
    "party shall hand over within ten working days after signing on the basis of an order and an invoice where "
    "payment is late interest is charged at a rate of one percent a day test equipment pump valve pressure water "
    "temperature journal minutes committee conclusion sample measurement length mass of each batch number",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kinds", default=",".join(_KINDS))
    parser.add_argument("-o", "--output", type=Path, metavar="DIR")
    arguments = parser.parse_args()
    for name in ("DejaVuSerif", "DejaVuSerif-Bold"):
        pdfmetrics.registerFont(TTFont(name, _FONTS / f"{name}.ttf"))
    print(f"{'page':14} {'status':10} {'CER':>7} {'coverage':>8} {'CPU s':>6}")
    with tempfile.TemporaryDirectory() as folder, running_service(CACHE_TTL_H="0") as service:
        output = arguments.output or Path(folder)
        output.mkdir(parents=True, exist_ok=True)
        for kind in arguments.kinds.split(","):
            for language in _WORDS:
                source = random.Random(f"{arguments.seed} {kind} {language}")
                picture, truth = page(kind, language, source)
                path = output / f"{kind}_{language}.{'jpg' if kind == '110' else 'png'}"
                dpi = 110 if kind == "110" else 150
                picture.save(path, dpi=(dpi, dpi), quality=40)  # PNG has none
                path.with_suffix(".truth.txt").write_text(truth, encoding="utf-8")
                with service.measured() as usage, path.open("rb") as file:
                    answer = service.client.post("/ocr/image", files={"file": (path.name, file)}).json()
                path.with_suffix(".md").write_text(answer["markdown"], encoding="utf-8")
                wanted, found = _plain(truth), _plain(answer["markdown"])
                rate = Levenshtein.distance(wanted, found) / len(wanted)
                coverage = answer["pages"][0]["coverage"]
                print(f"{path.stem:14} {answer['status']:10} {rate:7.4f} {coverage:8} {usage.cpu_s:6.2f}", flush=True)


def page(kind: str, language: str, source: random.Random) -> tuple[Image.Image, str]:
    """A degraded scan of this kind, and the text that stands on it."""
    pdf, truth = _printed(language, source, columns=3 if kind == "columns" else 1)
    dpi = 110 if kind == "110" else 150
    gray: Levels = np.asarray(pdfium.PdfDocument(pdf)[0].render(scale=dpi / 72).to_pil().convert("L")).astype(
        np.float32
    )
    noise = np.random.default_rng(source.randrange(1 << 30))
    if kind == "110":
        gray = np.asarray(cv2.GaussianBlur(gray, (0, 0), 0.7), np.float32)
    elif kind == "bent":
        gray = _bent(gray)
    elif kind == "light":
        gray = _unevenly_lit(gray)
    elif kind == "stamp":
        gray = _stamped(gray, dpi, source)
    noisy = cv2.GaussianBlur(gray, (0, 0), 0.5) + noise.normal(0, 4, gray.shape)
    return Image.fromarray(noisy.clip(0, 255).astype(np.uint8)), truth


def _printed(language: str, source: random.Random, *, columns: int) -> tuple[bytes, str]:
    size = 8.5 if columns > 1 else 10.5
    body = ParagraphStyle("body", fontName="DejaVuSerif", fontSize=size, leading=1.4 * size, spaceAfter=0.7 * size)
    body.alignment = TA_JUSTIFY if columns == 1 else 0
    head = ParagraphStyle("head", parent=body, fontName="DejaVuSerif-Bold", fontSize=1.2 * size, leading=1.7 * size)
    texts = []
    for number in range(1, 5 if columns == 1 else 7):
        texts.append((head, f"{number}. {_sentence(language, source, 3)[:-1]}"))
        texts += [(body, " ".join(_sentence(language, source, 9) for _ in range(3))) for _ in range(2)]
    story: list[Flowable] = [Paragraph(text, style) for style, text in texts]
    file = io.BytesIO()
    width, height = A4
    gap, margin = 18, 56
    wide = (width - 2 * margin - (columns - 1) * gap) / columns
    frames = [Frame(margin + n * (wide + gap), margin, wide, height - 2 * margin, 0, 0, 0, 0) for n in range(columns)]
    BaseDocTemplate(file, pagesize=A4, pageTemplates=[PageTemplate(frames=frames)], invariant=1).build(story)
    return file.getvalue(), "\n\n".join(text for _, text in texts)


def _sentence(language: str, source: random.Random, words: int) -> str:
    chosen = source.choices(_WORDS[language].split(), k=words)
    if source.random() < 0.4:
        chosen.insert(source.randrange(1, words), f"{source.randrange(1, 9999)},{source.randrange(10, 99)}")
    return " ".join(chosen).capitalize() + "."


def _bent(gray: Levels) -> Levels:
    """A page of an open book: its lines bend up at the spine, where it is darker."""
    height, width = gray.shape
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    near = np.clip(1 - x / (0.35 * width), 0, 1) ** 2
    bent = cv2.remap(gray, x, y + 0.012 * height * near, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(bent * (1 - 0.35 * near), np.float32)


def _unevenly_lit(gray: Levels) -> Levels:
    """A photograph by a lamp: bright in one corner, half as bright in the other."""
    height, width = gray.shape
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    return np.asarray(gray * (1 - 0.5 * (0.6 * x + 0.4 * y) ** 1.5), np.float32)


def _stamped(gray: Levels, dpi: int, source: random.Random) -> Levels:
    """A round stamp and a slanted word in pale ink over the text."""
    height, width = gray.shape
    layer = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(layer)
    x, y, radius = source.randrange(width // 3, 2 * width // 3), source.randrange(height // 4, height // 2), dpi * 0.7
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), outline=120, width=max(2, dpi // 40))
    draw.ellipse((x - 0.7 * radius, y - 0.7 * radius, x + 0.7 * radius, y + 0.7 * radius), outline=120, width=2)
    font = ImageFont.truetype(_FONTS / "DejaVuSans-Bold.ttf", round(dpi * 0.45))
    word = Image.new("L", (round(dpi * 4), round(dpi * 0.6)), 255)
    ImageDraw.Draw(word).text((0, 0), "КОПИЯ ВЕРНА", fill=190, font=font)
    slanted = word.rotate(20, expand=True, fillcolor=255)
    layer.paste(slanted, (width // 3, height // 3))
    return np.asarray(np.minimum(gray, np.asarray(layer)), np.float32)


def _plain(text: str) -> str:
    text = html.unescape(re.sub(r"<[^>]+>|!\[[^\]]*\]\([^)]*\)", " ", text))
    return re.sub(r"\s+", " ", re.sub(r"[#|*_`>\\]", "", text)).strip()


if __name__ == "__main__":
    main()
