"""A PDF read with the client that openapi-python-client made: generated_client.py URL FILE."""

import io
import json
import sys
from pathlib import Path

from generated import Client
from generated.api.documents import read_pdf
from generated.api.jobs import get_job
from generated.models import ReadPdfBody
from generated.types import File

url, path = sys.argv[1], Path(sys.argv[2])
client = Client(base_url=url)


def body(**options):
    return ReadPdfBody(file=File(payload=io.BytesIO(path.read_bytes()), file_name=path.name), **options)


document = read_pdf.sync(client=client, body=body())
job = get_job.sync(document.job_id, client=client)
refused = read_pdf.sync(client=client, body=body(dpi=5))
print(
    json.dumps(
        {
            "markdown": document.markdown,
            "job": {"state": job.state.value, "pages": job.pages.done},
            "error": refused.code,
        }
    )
)
