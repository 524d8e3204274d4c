"""The versions of PaddleOCR-VL: which two models belong together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

VersionName = Literal["1.6", "1.5", "1.0"]


@dataclass(frozen=True, slots=True)
class Version:
    """``vlm``: the name that the genai server serves it by; ``layout``: PaddleX's name of the layout model."""

    vlm: str
    layout: str


VERSIONS: dict[VersionName, Version] = {
    "1.6": Version("PaddleOCR-VL-1.6-0.9B", "PP-DocLayoutV3"),
    "1.5": Version("PaddleOCR-VL-1.5-0.9B", "PP-DocLayoutV3"),
    "1.0": Version("PaddleOCR-VL-0.9B", "PP-DocLayoutV2"),
}


def version_of(vlm: str) -> Version | None:
    """The version whose VLM this is; None for a model that is not one of PaddleOCR-VL's."""
    return next((version for version in VERSIONS.values() if version.vlm == vlm), None)
