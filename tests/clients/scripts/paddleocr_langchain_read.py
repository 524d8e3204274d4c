"""What LangChain's PaddleOCRVLLoader gives for a document: paddleocr_langchain_read.py URL KEY FILE."""

import json
import sys

from langchain_paddleocr import PaddleOCRVLLoader
from pydantic import SecretStr

url, key, path = sys.argv[1:4]
loader = PaddleOCRVLLoader(path, access_token=SecretStr(key), base_url=url)
print(json.dumps([document.page_content for document in loader.load()]))
