"""What Datalab's own client gives for a document, or for its address: datalab_read.py URL KEY FILE FOLDER."""

import json
import sys
from pathlib import Path

from datalab_sdk import ConvertOptions, DatalabClient

url, key, path, folder = sys.argv[1:5]
try:
    client = DatalabClient(api_key=key, base_url=url)
    document = {"file_url": path} if path.startswith("http") else {"file_path": path}
    result = client.convert(**document, options=ConvertOptions(), save_output=Path(folder) / "result")
    read = {
        "success": result.success,
        "markdown": result.markdown,
        "pages": result.page_count,
        "images": sorted(result.images or {}),
        "saved": sorted(file.name for file in Path(folder).iterdir()),
    }
except Exception as error:  # noqa: BLE001 - what it raises is what the test wants to know
    read = {"error": f"{type(error).__name__}: {error}"}
print(json.dumps(read))
