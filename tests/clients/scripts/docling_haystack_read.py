"""What Haystack's DoclingServeConverter gives for a document: docling_haystack_read.py URL KEY FILE MODE."""

import json
import logging
import sys

from haystack.utils import Secret
from haystack_integrations.components.converters.docling_serve import DoclingServeConverter

url, key, path, mode = sys.argv[1:5]
said: list[str] = []


class Kept(logging.Handler):
    def emit(self, record):
        said.append(record.getMessage())


logging.getLogger().addHandler(Kept())
converter = DoclingServeConverter(base_url=url, api_key=Secret.from_token(key), mode=mode)
documents = converter.run(sources=[path])["documents"]
print(json.dumps({"texts": [document.content for document in documents], "said": said}))
