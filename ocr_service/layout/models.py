"""The detector for a value of the setting ``LAYOUT_MODEL``."""

from __future__ import annotations

from pathlib import Path

from ocr_service.errors import EngineUnavailable
from ocr_service.layout.client import RemoteDetector
from ocr_service.layout.detector import Detector
from ocr_service.layout.stub import StubDetector


def load_detector(spec: str) -> Detector:
    """The detector for ``embedded``, ``stub:15`` or ``PP-DocLayoutV3@/run/layout.sock`` (the layout process's socket).

    Loading takes up to a second and the model stays in memory: once a worker. A process is waited for until it has
    loaded its model. Raises EngineUnavailable when it has not in time, and for a name that is not known.
    """
    if spec == "embedded":
        from ocr_service.layout.embedded import EmbeddedDetector  # onnxruntime: only where a page is read

        return EmbeddedDetector()
    if spec.startswith("stub:"):
        return StubDetector(int(spec.removeprefix("stub:")))
    name, at, path = spec.partition("@")
    if at:
        remote = RemoteDetector(name, Path(path))
        remote.wait_ready()
        return remote
    raise EngineUnavailable(f"LAYOUT_MODEL={spec!r} is unknown; set 'embedded', 'PP-DocLayoutV3' or 'PP-DocLayoutV2'")
