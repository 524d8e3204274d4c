"""What PaddleOCR's own client gives for a document: paddleocr_client_read.py URL KEY FILE [FOLDER]."""

import json
import sys

from paddleocr._api_client.client import PaddleOCRClient

url, key, path, *folder = sys.argv[1:]
try:
    with PaddleOCRClient(token=key, base_url=url) as client:
        client._poller._initial_interval = 0.1  # 3 s otherwise
        job = client.submit_document_parsing(file_path=path)
        seen = [client.get_status(job.job_id)]
        result = client.wait_document_parsing_result(job)
        seen.append(client.get_status(job.job_id))
        saved = client.save_document_parsing_result_resources(result, folder[0]) if folder else []
        lines = client.ocr(file_path=path, page_ranges="1")
        read = {
            "pages": [page.markdown_text for page in result.pages],
            "figures": [name for page in result.pages for name in page.markdown_images],
            "saved": saved,
            "first": seen[0].progress.total_pages,
            "last": [seen[-1].state, seen[-1].progress.extracted_pages],
            "lines": [text for page in lines.pages for text in page.pruned_result["rec_texts"]],
        }
except Exception as error:  # noqa: BLE001 - what it raises is what the test wants to know
    read = {"error": f"{type(error).__name__}: {error}"}
print(json.dumps(read))
