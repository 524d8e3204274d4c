"""ONNX models that ``paddleocr.LayoutDetection`` loads as PP-DocLayoutV2 or V3, and that find fixed boxes.

Inputs, outputs and ``inference.yml`` are those of paddlex 3.7.2: three inputs sorted by name (``im_shape``, ``image``
3 x 800 x 800, ``scale_factor`` height and width); V2 gives rows of class, score, four coordinates in pixels of the page
and two columns of reading order (``get_order`` in ``pp_doclayout_v2.py``), V3 rows with one such column and a mask for
each row (``DetRunnerPredictor._format_output``); both give the number of rows of each image. Nothing is suppressed in
the model: paddlex does that. A blank page scores nothing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import yaml
from onnx import TensorProto, helper, numpy_helper

SIDE = 800
# paddlex 3.7.2, ``_LABEL_DOC_LAYOUT_V2V3`` (modules/base/utils/pdparams2safetensors/inference_meta.py).
LABELS = (
    *("abstract", "algorithm", "aside_text", "chart", "content", "display_formula", "doc_title", "figure_title"),
    *("footer", "footer_image", "footnote", "formula_number", "header", "header_image", "image", "inline_formula"),
    *("number", "paragraph_title", "reference", "reference_content", "seal", "table", "text", "vertical_text"),
    "vision_footnote",
)
_ORDER_COLUMNS = {"PP-DocLayoutV2": 2, "PP-DocLayoutV3": 1}
_MASK_SIDE = SIDE // 4


@dataclass(frozen=True)
class Found:
    """A box that the model finds on every page with ink: ``box`` in shares of the page's width and height."""

    label: str
    box: tuple[float, float, float, float]
    order: int
    score: float = 0.9


# A page as PaddleOCR-VL knows it: a title over two columns with a formula, a seal, a chart and a table.
PAGE = (
    Found("doc_title", (0.1, 0.05, 0.9, 0.1), 0),
    Found("text", (0.1, 0.12, 0.48, 0.4), 1),
    Found("display_formula", (0.1, 0.42, 0.44, 0.5), 2),
    Found("formula_number", (0.45, 0.42, 0.48, 0.5), 3),
    Found("text", (0.52, 0.12, 0.9, 0.4), 4),
    Found("chart", (0.52, 0.42, 0.9, 0.6), 5),
    Found("table", (0.1, 0.62, 0.9, 0.8), 6),
    Found("seal", (0.7, 0.82, 0.9, 0.95), 7),
    Found("number", (0.48, 0.97, 0.52, 0.99), 8),
)


def write_layout_weights(home: Path, model: str, found: Sequence[Found] = PAGE) -> Path:
    """Writes ``home/official_models/<model>_onnx`` with ``inference.onnx`` and ``inference.yml``; the folder."""
    folder = home / "official_models" / f"{model}_onnx"
    folder.mkdir(parents=True)
    onnx.save(_model(model, found), folder / "inference.onnx")
    config = {
        "mode": "paddle",
        "draw_threshold": 0.5,
        "metric": "COCO",
        "use_dynamic_shape": False,
        "arch": "DETR",
        "min_subgraph_size": 3,
        "Preprocess": [
            {"type": "Resize", "target_size": [SIDE, SIDE], "keep_ratio": False, "interp": 2},
            {"type": "NormalizeImage", "mean": [0.0] * 3, "std": [1.0] * 3, "norm_type": "none"},
            {"type": "Permute"},
        ],
        "label_list": list(LABELS),
        "Global": {"model_name": model},
    }
    (folder / "inference.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    (folder / "config.json").write_text(json.dumps({"model_type": "synthetic"}), encoding="utf-8")
    return folder


def _model(model: str, found: Sequence[Found]) -> onnx.ModelProto:
    rows = len(found)
    columns = _ORDER_COLUMNS[model]
    classes = np.array([[LABELS.index(each.label)] for each in found], np.float32)
    scores = np.array([[each.score] for each in found], np.float32)
    boxes = np.array([each.box for each in found], np.float32) * SIDE
    orders = np.array([[each.order, -each.order][:columns] for each in found], np.float32)
    constants: dict[str, npt.NDArray[Any]] = {
        "classes": classes[None],
        "scores": scores[None],
        "boxes": boxes[None],
        "orders": orders[None],
        "corner_axes": np.array([1, 0, 1, 0], np.int64),  # height, width -> x, y, x, y
        "axis_1": np.array([1], np.int64),
        "pixel_axes": np.array([1, 2, 3], np.int64),
        "paper": np.array(0.99, np.float32),
        "one_one": np.array([1, 1], np.int64),
        "flat": np.array([-1, 6 + columns], np.int64),
        "count": np.array([rows], np.int32),
    }
    nodes = [
        helper.make_node("Shape", ["image"], ["batch"], start=0, end=1),
        # Coordinates of the page: those of the 800 x 800 image divided by the factors that it was scaled with.
        helper.make_node("Gather", ["scale_factor", "corner_axes"], ["factors"], axis=1),
        helper.make_node("Unsqueeze", ["factors", "axis_1"], ["page_factors"]),
        helper.make_node("Div", ["boxes", "page_factors"], ["page_boxes"]),
        # Where no pixel is dark, no box has a score.
        helper.make_node("ReduceMin", ["image", "pixel_axes"], ["darkest"], keepdims=0),
        helper.make_node("Less", ["darkest", "paper"], ["has_ink"]),
        helper.make_node("Cast", ["has_ink"], ["ink"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["ink", "axis_1"], ["ink_rows"]),
        helper.make_node("Unsqueeze", ["ink_rows", "axis_1"], ["ink_cells"]),
        helper.make_node("Mul", ["scores", "ink_cells"], ["page_scores"]),
        helper.make_node("Concat", ["batch", "one_one"], ["copies"], axis=0),
        helper.make_node("Tile", ["classes", "copies"], ["page_classes"]),
        helper.make_node("Tile", ["orders", "copies"], ["page_orders"]),
        helper.make_node("Concat", ["page_classes", "page_scores", "page_boxes", "page_orders"], ["cells"], axis=2),
        helper.make_node("Reshape", ["cells", "flat"], ["fetch_name_0"]),
        helper.make_node("Expand", ["count", "batch"], ["fetch_name_1"]),
    ]
    outputs = [
        helper.make_tensor_value_info("fetch_name_0", TensorProto.FLOAT, [None, 6 + columns]),
        helper.make_tensor_value_info("fetch_name_1", TensorProto.INT32, [None]),
    ]
    if model == "PP-DocLayoutV3":
        constants["mask"] = np.ones((rows, _MASK_SIDE, _MASK_SIDE), np.int32)
        nodes += [
            helper.make_node("Concat", ["batch", "one_one"], ["mask_copies"], axis=0),
            helper.make_node("Tile", ["mask", "mask_copies"], ["fetch_name_2"]),
        ]
        outputs.append(helper.make_tensor_value_info("fetch_name_2", TensorProto.INT32, [None, _MASK_SIDE, _MASK_SIDE]))
    graph = helper.make_graph(
        nodes,
        model,
        [
            helper.make_tensor_value_info("im_shape", TensorProto.FLOAT, [None, 2]),
            helper.make_tensor_value_info("image", TensorProto.FLOAT, [None, 3, SIDE, SIDE]),
            helper.make_tensor_value_info("scale_factor", TensorProto.FLOAT, [None, 2]),
        ],
        outputs,
        initializer=[numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.checker.check_model(made)
    return made
