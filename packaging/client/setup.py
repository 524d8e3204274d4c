"""The client alone, out of the service's sources: what ``ocr_service.client`` imports and nothing else."""

import re
from pathlib import Path
from shutil import copyfile

from setuptools import setup
from setuptools.command.build_py import build_py

SOURCES = Path(__file__).parents[2] / "ocr_service"
FILES = (
    "__init__.py",
    "py.typed",
    "net/__init__.py",
    "net/retry.py",
    "storage/__init__.py",
    "storage/atomic_write.py",
    "client/*.py",
)


class BuildClient(build_py):
    def run(self) -> None:
        for pattern in FILES:
            for source in sorted(SOURCES.glob(pattern)):
                target = Path(self.build_lib) / "ocr_service" / source.relative_to(SOURCES)
                target.parent.mkdir(parents=True, exist_ok=True)
                copyfile(source, target)


version = re.search(r'^__version__ = "(.+)"$', (SOURCES / "__init__.py").read_text(encoding="utf-8"), re.MULTILINE)
assert version
setup(version=version[1], py_modules=["ocr_service"], cmdclass={"build_py": BuildClient})
