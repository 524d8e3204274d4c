"""Which layout model, by its name in the setting ``LAYOUT_MODEL``."""

from __future__ import annotations

from ocr_service.errors import EngineUnavailable
from ocr_service.layout.detector import Detector
from ocr_service.layout.stub import StubDetector


def load_detector(spec: str) -> Detector:
    """The detector for ``embedded`` or ``stub:15``; raises EngineUnavailable for a name that is not known.

    Loading takes up to a second and the model stays in memory: once a worker.
    """
    if spec == "embedded":
        from ocr_service.layout.embedded import EmbeddedDetector  # onnxruntime: only where a page is read

        return EmbeddedDetector()
    if spec.startswith("stub:"):
        return StubDetector(int(spec.removeprefix("stub:")))
    raise EngineUnavailable(f"There is no layout model {spec!r}. Set LAYOUT_MODEL to 'embedded'.")
