"""Makes tests/export/parity_cases.json: pages of regions and answers, and what paddlex itself makes of them.

Needs the packages ``paddlex[ocr]``, which the service does not: run it in an environment of its own,

    python -m venv parity && parity/bin/pip install "paddlex[ocr]==3.7.2"
    PADDLE_PDX_CACHE_HOME=/tmp/paddlex parity/bin/python scripts/make_parity_cases.py tests/export/parity_cases.json

No model runs: the regions and the answers are made up here, with a fixed seed; all that is between them is paddlex.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import Any

import numpy as np
from paddlex.inference.pipelines.components import CropByBoxes
from paddlex.inference.pipelines.layout_parsing.utils import gather_imgs
from paddlex.inference.pipelines.paddleocr_vl import pipeline as vl_pipeline
from paddlex.inference.pipelines.paddleocr_vl import uilts as vl_pipeline_rules
from paddlex.inference.pipelines.paddleocr_vl.result import PaddleOCRVLResult

WIDTH, HEIGHT = 1200, 1600
CASES = 200
TEXT = """договор поставки сторона обязуется передать товар в срок the quick report shows revenue of 12 % for 2024
a_b * c # d [e] <f> & “g” — h"""
WORDS = TEXT.split()
IGNORED = ["number", "footnote", "header", "header_image", "footer", "footer_image", "aside_text"]
LABELS = {
    "text": 30,
    "paragraph_title": 8,
    "doc_title": 2,
    "table": 5,
    "image": 5,
    "chart": 2,
    "seal": 1,
    "display_formula": 4,
    "figure_title": 3,
    "abstract": 1,
    "content": 1,
    "reference_content": 2,
    "algorithm": 1,
    "vertical_text": 1,
    "vision_footnote": 1,
    "header": 1,
    "footer": 1,
    "number": 1,
    "footnote": 1,
    "aside_text": 1,
}
SETTINGS = {
    "use_doc_preprocessor": False,
    "use_layout_detection": True,
    "use_chart_recognition": False,
    "use_seal_recognition": False,
    "use_ocr_for_image_block": False,
    "format_block_content": False,
    "markdown_ignore_labels": IGNORED,
}


class Answers:
    """In the place of the VLM: answers by prompt, and keeps what it was asked and what it said.

    The figures of a table are answered too: kept as ``{0}``, ``{1}``, given as the tokens that paddlex painted.
    """

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.prompts: list[str] = []
        self.kept: list[str] = []
        self.tokens: list[list[str]] = []

    def tokenize(self, picture: Any, box: Any, figures: Any) -> Any:
        picture, by_token, dropped = vl_pipeline_rules.tokenize_figure_of_table(picture, box, figures)
        self.tokens.append(list(by_token))
        return picture, by_token, dropped

    def predict(self, requests: list[dict[str, Any]], **options: Any) -> list[dict[str, Any]]:
        tokens = iter(self.tokens)
        results = []
        for request in requests:
            text = answer(request["query"], self.chance)
            painted = next(tokens) if request["query"] == "Table Recognition:" else []
            if painted:
                text = "".join(f"<fcel>{{{place}}}" for place in range(len(painted))) + "<nl>" + text
            self.prompts.append(request["query"])
            self.kept.append(text)
            for place, token in enumerate(painted):
                text = text.replace(f"{{{place}}}", token)
            results.append({"result": text})
        return results


def words(chance: random.Random, most: int) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(chance.randint(1, most)))


def answer(prompt: str, chance: random.Random) -> str:
    if prompt == "Table Recognition:":
        return table(chance)
    if prompt == "Formula Recognition:":
        return chance.choice([r"\[ x^{2} + \alpha \]", r"\[\[ a \]\]", r"\( y_{1} \)", r"$ z $ \[ z \]"])
    kind = chance.random()
    if kind < 0.5:
        return words(chance, 30)
    if kind < 0.6:
        return "\n".join(words(chance, 8) for _ in range(chance.randint(2, 5)))
    if kind < 0.7:
        return "\n\n".join(words(chance, 8) for _ in range(chance.randint(2, 4)))
    if kind < 0.8:
        return words(chance, 5) + r" \( x_{1} \) " + words(chance, 5) + chance.choice(["", " $5"])
    if kind < 0.85:
        return chance.choice(["1.2 ", "1.2.3", "IV ", "(3) ", "2 "]) + words(chance, 6)
    if kind < 0.9:
        return chance.choice(["Abstract", "Аннотация", "References"]) + " " + words(chance, 10)
    if kind < 0.95:  # repetition, of each kind that is cut
        return chance.choice(
            [
                words(chance, 20) + " " + (words(chance, 4) + " ") * 40,
                "ab" * 40,
                (words(chance, 4) + "\n") * 12 + words(chance, 3),
            ]
        )
    return "итог " + words(chance, 3) + "-\n" + words(chance, 3) + "\n" + words(chance, 2)


def table(chance: random.Random) -> str:
    """OTSL with spans, and with damage: short rows, long rows, no token at all."""
    if chance.random() < 0.05:
        return words(chance, 5)
    rows = []
    for row in range(chance.randint(1, 5)):
        cells = []
        for column in range(chance.randint(2, 4)):
            tokens = ["<fcel>"] * 6 + ["<ecel>"] * 2 + (["<lcel>"] if column else []) + (["<ucel>"] if row else [])
            token = chance.choice([*tokens, "<xcel>"] if row and column else tokens)
            text = chance.choice([words(chance, 3), "12 & <b>"]) if token == "<fcel>" else ""
            cells.append(token + text)
        rows.append("".join(cells))
    return "<nl>".join(rows) + chance.choice(["<nl>", ""])


def boxes(chance: random.Random) -> list[dict[str, Any]]:
    """A page in one or two columns, with what layout models do: doubles, slivers, boxes in boxes, broken paragraphs."""
    found: list[dict[str, Any]] = []

    def add(label: str, x0: int, y0: int, x1: int, y1: int) -> None:
        coordinate = [max(0, x0), max(0, y0), min(WIDTH, x1), min(HEIGHT, y1)]
        found.append({"cls_id": 0, "label": label, "score": 0.9, "coordinate": coordinate})

    columns = chance.choice([[(60, 1140)], [(60, 590), (610, 1140)]])
    for left, right in columns:
        top = 40
        while top < HEIGHT - 120 and len(found) < 12:
            label = chance.choices(list(LABELS), list(LABELS.values()))[0]
            height = chance.randint(30, 260)
            bottom = min(HEIGHT, top + height)
            event = chance.random()
            if label == "text" and event < 0.3:  # text around a figure
                middle = top + height // 2
                figure = chance.choice(["image", "table", "chart"])
                shift = chance.choice([0, 3, 200])
                add("text", left, top, right, middle)
                add("text", left + shift, middle + chance.randint(0, 20), right - 250, bottom)
                add(figure, right - 240, middle - 10, right, bottom)
            elif label == "table" and event < 0.4:
                add("table", left, top, right, bottom)
                add("image", left + 20, top + 5, left + 80, min(bottom, top + 65))
            elif event < 0.4:
                add(label, left, top, right, bottom)
                inner = chance.choice(["text", "inline_formula", "table", "image", label])
                part = chance.choice([0.3, 0.6, 0.9, 1.1])
                add(inner, left + 10, top + 5, left + 10 + int((right - left) * part), bottom)
            else:
                add(label, left, top, right, bottom)
            if chance.random() < 0.05:
                add("text", left, bottom, left + chance.choice([3, 300]), bottom + 5)
            top = bottom + chance.randint(5, 60)
    return found


def case(seed: int, pipeline: Any) -> dict[str, Any]:
    chance = random.Random(seed)
    page = np.full((HEIGHT, WIDTH, 3), 255, dtype=np.uint8)
    page[::7, ::5] = 0  # ink everywhere: formula margins stay
    layout = {"boxes": boxes(chance)}
    figures = gather_imgs(page, layout["boxes"])
    pipeline.vl_rec_model = Answers(chance)
    vl_pipeline.tokenize_figure_of_table = pipeline.vl_rec_model.tokenize
    blocks, _, spotting, images = pipeline.get_layout_parsing_results(
        [page], [layout], [figures], layout_shape_mode="rect"
    )
    result = PaddleOCRVLResult(
        {
            "input_path": "page.png",
            "page_index": None,
            "page_count": 1,
            "width": WIDTH,
            "height": HEIGHT,
            "layout_det_res": layout,
            "parsing_res_list": blocks[0],
            "spotting_res": spotting[0],
            "imgs_in_doc": images[0],
            "model_settings": SETTINGS,
        }
    )
    return {
        "boxes": [[box["label"], *box["coordinate"]] for box in layout["boxes"]],
        "prompts": pipeline.vl_rec_model.prompts,
        "answers": pipeline.vl_rec_model.kept,
        "markdown": result._to_markdown(pretty=False)["markdown_texts"],
    }


def main() -> None:
    pipeline = object.__new__(vl_pipeline._PaddleOCRVLPipeline)
    pipeline.crop_by_boxes = CropByBoxes()
    pipeline.layout_prep_cpu_workers = 0
    cases = [case(seed, pipeline) for seed in range(CASES)]
    lines = ",\n".join(json.dumps(each, ensure_ascii=False, separators=(",", ":")) for each in cases)
    head = f'{{"paddlex":"3.7.2","width":{WIDTH},"height":{HEIGHT},"cases":[\n'
    Path(sys.argv[1]).write_text(head + lines + "\n]}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
