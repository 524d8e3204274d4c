"""Waits until the VLM is ready for work: ``python -m ocr_service warmup`` under its older name."""

import sys

from ocr_service.__main__ import main

if __name__ == "__main__":
    sys.exit(main(["warmup", *sys.argv[1:]]))
