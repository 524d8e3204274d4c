"""What Open WebUI's document loader gives for each file, and for the first with a wrong key:
open_webui_read.py ENGINE URL KEY FILE...

Its own dispatch and loaders run; what they import of the server without needing it here is left out: importing
``open_webui.config`` makes and migrates the server's database.
"""

import json
import os
import sys
import tempfile
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from pathlib import Path
from types import ModuleType
from typing import Any

engine, url, key, *files = sys.argv[1:]

scratch = tempfile.TemporaryDirectory()
os.environ |= {"DATA_DIR": scratch.name, "WEBUI_SECRET_KEY": "x", "GLOBAL_LOG_LEVEL": "ERROR"}


def left_out(name: str, **members: object) -> None:
    module = sys.modules[name] = ModuleType(name)
    module.__dict__.update(members)


package = PathFinder.find_spec("open_webui")
assert package is not None
sys.modules["open_webui"] = module_from_spec(package)  # not run: it is the command line
left_out("open_webui.config", UPLOAD_DIR=scratch.name)
left_out("open_webui.models.groups", Groups=None)
left_out("open_webui.utils.oauth", get_system_oauth_token=None)
left_out("azure")
left_out("azure.identity", DefaultAzureCredential=None)

from open_webui.retrieval.loaders.main import Loader  # noqa: E402


def config(key: str) -> dict[str, Any]:
    """As an administrator sets it."""
    return {
        "rag.content_extraction_engine": engine,
        "rag.file.max_size": None,
        "rag.external_document_loader_url": url,
        "rag.external_document_loader_api_key": key,
        "rag.external_document_loader_headers": {},
        "rag.docling_server_url": url,
        "rag.docling_api_key": key,
        "rag.docling_params": {},
        "rag.mineru_file_extensions": ["pdf"],
        "rag.mineru_api_mode": "local",
        "rag.mineru_api_url": url.replace("://", f"://any:{key}@"),
        "rag.mineru_api_key": "",
        "rag.mineru_api_timeout": "300",
        "rag.mineru_params": {},
        "rag.datalab_marker_api_key": key,
        "rag.datalab_marker_api_base_url": f"{url}/api/v1/marker",
        "rag.datalab_marker_additional_config": "",
        **{
            f"rag.datalab_marker_{name}": False
            for name in (
                "use_llm", "skip_cache", "force_ocr", "paginate", "strip_existing_ocr", "disable_image_extraction",
                "format_lines",
            )
        },
        "rag.datalab_marker_output_format": "markdown",
        "rag.mistral_ocr_api_base_url": f"{url}/v1",
        "rag.mistral_ocr_api_key": key,
        "rag.mistral_ocr_use_base64": False,
        "rag.paddleocr_vl_base_url": url,
        "rag.paddleocr_vl_token": key,
    }  # fmt: skip


def read(path: str, key: str) -> list[Any] | str:
    try:
        documents = Loader(config(key)).load(Path(path).name, "application/pdf", path)
    except Exception as error:  # noqa: BLE001 - each loader raises its own
        return str(getattr(error, "detail", error))
    return [(document.page_content, document.metadata) for document in documents]


print(json.dumps([*(read(file, key) for file in files), read(files[0], "wrong")]))
