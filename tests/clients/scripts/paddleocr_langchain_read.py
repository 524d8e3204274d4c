"""What LangChain's PaddleOCRVLLoader gives for each file, and for the first with a wrong key:
paddleocr_langchain_read.py URL KEY FILE...
"""

import json
import sys

from langchain_paddleocr import PaddleOCRVLLoader
from pydantic import SecretStr

url, key, *files = sys.argv[1:]


def read(path, key):
    try:
        loader = PaddleOCRVLLoader(path, access_token=SecretStr(key), base_url=url)
        return [document.page_content for document in loader.load()]
    except Exception as error:  # noqa: BLE001 - what it raises is what the test wants to know
        return str(error)


print(json.dumps([*(read(file, key) for file in files), read(files[0], "wrong")]))
