"""Fetches the weights of PaddleOCR-VL into PADDLEX_HOME: ``python -m ocr_service preload`` under its older name."""

import sys

from ocr_service.__main__ import main

if __name__ == "__main__":
    sys.exit(main(["preload", *sys.argv[1:]]))
