"""What Dify's tool gives for each file, and for the first with a wrong key:
dify_read.py document|lines|mineru URL KEY SOURCES FILE...

Its own modules run on Dify's own plugin library; files are kept by a session that stands for Dify's server.
"""

import json
import sys
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

from dify_plugin.entities.tool import ToolRuntime
from dify_plugin.file.entities import FileType
from dify_plugin.file.file import File
from dify_plugin.invocations.file import UploadFileResponse

name, url, key, sources, *files = sys.argv[1:]
plugin, module, tool = {
    "document": ("paddleocr", "document_parsing_vl", "DocumentParsingVlTool"),
    "lines": ("paddleocr", "text_recognition", "TextRecognitionTool"),
    "mineru": ("mineru", "parse", "MineruTool"),
}[name]
sys.path.insert(0, str(Path(sources, "tools", plugin)))
kind = getattr(import_module(f"tools.{module}"), tool)
if plugin == "paddleocr":
    import_module("tools.utils").DEFAULT_INITIAL_INTERVAL = 0.1  # 3 s otherwise


def credentials(key: str) -> dict[str, str]:
    """As an administrator sets them: MinerU's local server has no setting for a key."""
    if plugin == "mineru":
        return {"base_url": url.replace("://", f"://any:{key}@"), "server_type": "local"}
    return {"base_url": url, "aistudio_access_token": key}


def read(path: str, key: str) -> dict[str, object] | str:
    kept: dict[str, bytes] = {}

    def upload(name: str, content: bytes, mime_type: str) -> UploadFileResponse:
        kept[name] = content
        about = {"id": name, "name": name, "size": len(content), "extension": ".jpg", "mime_type": mime_type}
        return UploadFileResponse.model_validate({**about, "preview_url": f"https://dify.example/{name}"})

    document = File(url="", filename=Path(path).name, mime_type="application/pdf", type=FileType.DOCUMENT)
    document._blob = Path(path).read_bytes()
    session = SimpleNamespace(file=SimpleNamespace(upload=upload))
    runtime = ToolRuntime(credentials=credentials(key), user_id=None, session_id=None)
    try:
        if plugin == "mineru":
            kind(runtime, session).validate_token()
        messages = list(kind(runtime, session).invoke({"file": document}))
    except Exception as error:  # noqa: BLE001 - what it raises is what the test wants to know
        return str(error)
    texts = [message.message.text for message in messages if message.type.value == "text"]
    jpegs = [name for name, content in kept.items() if content.startswith(b"\xff\xd8")]
    return {"text": "\n\n".join(texts), "figures": jpegs, "kept": list(kept)}


print(json.dumps([*(read(file, key) for file in files), read(files[0], "wrong")]))
