"""What docling's own client gives for a document: docling_client_read.py URL KEY FILE."""

import json
import sys

from docling.datamodel.base_models import OutputFormat
from docling.datamodel.service.options import ConvertDocumentsOptions
from docling.datamodel.service.targets import InBodyTarget
from docling.service_client.client import DoclingServiceClient

url, key, path = sys.argv[1:4]
options = ConvertDocumentsOptions(image_export_mode="placeholder", to_formats=[OutputFormat.MARKDOWN])
try:
    with DoclingServiceClient(url, key) as client:
        health = client.health().status
        job = client.submit(path, options=options, target=InBodyTarget())
        states = [update.task_status for update in job.watch()] if hasattr(job, "watch") else []
        result = client.convert(path, options=options)
        several = [read.status.value for read in client.convert_all([path, path])]
        document = result.document
        read = {
            "health": health,
            "states": states,
            "several": several,
            "status": result.status.value,
            "markdown": document.export_to_markdown(),
            "pages": len(document.pages),
            "tables": [[table.data.num_rows, table.data.num_cols] for table in document.tables],
            "pictures": len(document.pictures),
            "boxed": all(
                item.prov and item.prov[0].bbox.r > item.prov[0].bbox.l for item, _ in document.iterate_items()
            ),
        }
except Exception as error:  # noqa: BLE001 - what it raises is what the test wants to know
    read = {"error": f"{type(error).__name__}: {error}", "detail": getattr(error, "detail", None)}
print(json.dumps(read, default=str))
