"""What Haystack's PaddleOCRVLDocumentConverter gives for each file, and for the first with a wrong key:
paddleocr_haystack_read.py URL KEY FILE...
"""

import json
import logging
import sys

from haystack.utils import Secret
from haystack_integrations.components.converters.paddleocr import PaddleOCRVLDocumentConverter

url, key, *files = sys.argv[1:]
said: list[str] = []


class Kept(logging.Handler):
    def emit(self, record):
        said.append(record.getMessage())


logging.getLogger().addHandler(Kept())


def read(path, key):
    """The texts; of a document that cannot be read what it logs, since it raises nothing."""
    said.clear()
    converter = PaddleOCRVLDocumentConverter(base_url=url, access_token=Secret.from_token(key))
    texts = [document.content for document in converter.run(sources=[path])["documents"]]
    return texts or "\n".join(said)


print(json.dumps([*(read(file, key) for file in files), read(files[0], "wrong")]))
