"""What RAGFlow's parser gives for each file, and for the first with a wrong key:
ragflow_read.py paddleocr|docling|mineru URL KEY SOURCES FILE...

Its own modules run; what they import of the server without needing it here is left out.
"""

import json
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

name, url, key, sources, *files = sys.argv[1:]


def left_out(module: str, **members: object) -> None:
    found = sys.modules[module] = ModuleType(module)
    found.__dict__.update(members)
    found.__path__ = [str(Path(sources, *module.split(".")))]  # what is not left out is found there


left_out("deepdoc")
left_out("deepdoc.parser")  # not run: it imports every parser
left_out("deepdoc.parser.pdf_parser", RAGFlowPdfParser=type("RAGFlowPdfParser", (), {}))
left_out("common")
left_out("rag")
left_out("rag.nlp", find_codec=None)

module = import_module(f"deepdoc.parser.{name}_parser")


def parser(key: str) -> Any:
    """As an administrator sets it: PaddleOCR has a setting for the key, the others send what is in the address."""
    address = url.replace("://", f"://any:{key}@")
    if name == "paddleocr":
        return module.PaddleOCRParser(base_url=url, access_token=key)
    if name == "docling":
        return module.DoclingParser(docling_server_url=address)
    return module.MinerUParser(mineru_api=address)


def read(path: str, key: str) -> list[list[str]] | str:
    progress: list[float] = []
    try:
        found = parser(key)
        checked = found.check_installation()
        if not (checked[0] if isinstance(checked, tuple) else checked):
            return f"not there: {checked}"
        sections, _ = found.parse_pdf(path, Path(path).read_bytes(), callback=lambda share, _: progress.append(share))
    except Exception as error:  # noqa: BLE001 - what it raises is what the test wants to know
        return str(error)
    assert progress == sorted(progress), progress
    return [list(section) for section in sections]


print(json.dumps([*(read(file, key) for file in files), read(files[0], "wrong")]))
