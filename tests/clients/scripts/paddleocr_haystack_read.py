"""What Haystack's PaddleOCRVLDocumentConverter gives for a document: paddleocr_haystack_read.py URL KEY FILE."""

import json
import sys

from haystack.utils import Secret
from haystack_integrations.components.converters.paddleocr import PaddleOCRVLDocumentConverter

url, key, path = sys.argv[1:4]
converter = PaddleOCRVLDocumentConverter(base_url=url, access_token=Secret.from_token(key))
print(json.dumps([document.content for document in converter.run(sources=[path])["documents"]]))
