"""What docling's own client gives for a document in chunks: docling_client_chunk.py URL KEY FILE CHUNKER."""

import json
import sys

from docling.service_client.client import ChunkerKind, DoclingServiceClient

url, key, path, chunker = sys.argv[1:5]
try:
    with DoclingServiceClient(url, key) as client:
        answer = client.chunk(path, ChunkerKind(chunker))
        read = {
            "chunks": [
                {
                    "text": chunk.text,
                    "headings": chunk.headings,
                    "pages": chunk.page_numbers,
                    "tokens": chunk.num_tokens,
                }
                for chunk in answer.chunks
            ],
            "status": [document.status.value for document in answer.documents],
        }
except Exception as error:  # noqa: BLE001 - what it raises is what the test wants to know
    read = {"error": f"{type(error).__name__}: {error}", "detail": getattr(error, "detail", None)}
print(json.dumps(read, default=str))
