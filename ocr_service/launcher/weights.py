"""Which weights a version of PaddleOCR-VL needs, where they lie, and whether they are whole.

A folder here is what PaddleX looks for, ``official_models/<name>``, and it is whole when it is there: it gets its name
only after every file was checked. ``manifest.json`` in it lists the files, so that it can serve as a mirror.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from ocr_service.settings import Settings

MANIFEST = "manifest.json"

# Model name of the genai server -> repository at the hubs. PaddleX keeps it under the repository's name
# (paddlex 3.7, inference/utils/official_models.py: "-0.9B" is taken off).
VLM_REPOSITORIES = {
    "PaddleOCR-VL-0.9B": "PaddlePaddle/PaddleOCR-VL",
    "PaddleOCR-VL-1.5-0.9B": "PaddlePaddle/PaddleOCR-VL-1.5",
    "PaddleOCR-VL-1.6-0.9B": "PaddlePaddle/PaddleOCR-VL-1.6",
}


@dataclass(frozen=True, slots=True)
class WeightFile:
    """``path`` is relative and safe; ``size`` in bytes; ``sha256`` in hex where the source gives it."""

    path: str
    size: int
    sha256: str | None = None


class BadManifest(Exception):
    """A list of files that cannot be trusted or read."""


def repository(model: str) -> str:
    """``PaddleOCR-VL-1.6-0.9B`` -> ``PaddlePaddle/PaddleOCR-VL-1.6``; layout models keep their name."""
    return VLM_REPOSITORIES.get(model, f"PaddlePaddle/{model}")


def folder_name(model: str) -> str:
    return repository(model).removeprefix("PaddlePaddle/")


def model_folder(home: Path, model: str) -> Path:
    """Where a genai server finds ``model``; version 1.0 keeps the VLM in a folder of the pipeline's."""
    folder = home / "official_models" / folder_name(model)
    inner = folder / model
    return inner if model == "PaddleOCR-VL-0.9B" and inner.is_dir() else folder


def layout_weights(layout_model: str, engine: str) -> str:
    """PaddleX publishes the same layout model once for each engine."""
    return f"{layout_model}_onnx" if engine == "onnxruntime" else layout_model


def needed(settings: Settings, *, vlm: bool) -> list[str]:
    """The models that these settings read with; ``vlm`` says whether a genai server runs here."""
    names = [settings.vllm_model] if vlm else []
    if settings.layout_model.startswith("PP-"):
        names.append(layout_weights(settings.layout_model, settings.layout_engine))
    return names


def missing_line(missing: list[str], settings: Settings) -> str:
    """What OFFLINE=true lacks, and the way out."""
    flags = " ".join(f"--model {model}" for model in missing)
    return (
        f"OFFLINE=true, but the weights of {', '.join(missing)} are not in {settings.weights_home}/official_models: "
        f"run `python -m ocr_service preload {flags}` where there is a network and mount that folder here, "
        "or set PADDLE_PDX_MODEL_SOURCE to a folder that has them"
    )


def is_whole(home: Path, model: str) -> bool:
    """Whether the model's folder is there, and every file of its manifest, if it has one, is of the listed size.

    Folders that PaddleX fetched, or that an offline image brought, have no manifest: being there counts.
    """
    folder = home / "official_models" / folder_name(model)
    if not folder.is_dir():
        return False
    manifest = folder / MANIFEST
    if not manifest.is_file():
        return any(folder.iterdir())
    try:
        files = parse_manifest(manifest.read_bytes())
    except BadManifest:
        return False
    return all(_size(folder / file.path) == file.size for file in files)


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else -1


def parse_manifest(text: bytes) -> list[WeightFile]:
    """``{"files": [{"path", "size", "sha256"}]}``. Raises BadManifest."""
    try:
        entries = json.loads(text)["files"]
        return [weight_file(entry["path"], entry["size"], entry.get("sha256")) for entry in entries]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadManifest(f"not a manifest: {error!r}") from error


def weight_file(path: Any, size: Any, sha256: Any = None) -> WeightFile:
    """Checks what a mirror says. Raises BadManifest: a path must not lead out of the model's folder."""
    pure = PurePosixPath(str(path))
    if pure.is_absolute() or ".." in pure.parts or not pure.parts or "\\" in str(path):
        raise BadManifest(f"unsafe path {path!r}")
    return WeightFile(str(pure), int(size), str(sha256).lower() if sha256 else None)


def manifest_text(files: list[WeightFile]) -> str:
    entries = [{"path": file.path, "size": file.size, "sha256": file.sha256} for file in files]
    return json.dumps({"files": entries}, indent=1) + "\n"
