"""Clients that generators make of the OpenAPI schema read a document."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.foreign_clients import NODE_MODULES, PYTHON, command, run_client
from tests.support.running import RunningService
from tests.support.simple_documents import pdf

pytestmark = pytest.mark.clients


@pytest.fixture
def schema(service: RunningService, tmp_path: Path) -> Path:
    path = tmp_path / "openapi.json"
    path.write_bytes(service.client.get("/openapi.json").content)
    return path


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "hello.pdf"
    path.write_bytes(pdf("Hello from a generated client"))
    return path


def test_openapi_python_client(service: RunningService, schema: Path, document: Path, tmp_path: Path) -> None:
    said = command(
        PYTHON.parent / "openapi-python-client", "generate", "--meta", "none",
        "--path", schema, "--output-path", tmp_path / "generated", cwd=tmp_path,
    )  # fmt: skip
    assert "ERROR" not in said
    read = run_client("generated_client.py", service.url, document, PYTHONPATH=str(tmp_path))
    assert "Hello from a generated client" in read["markdown"]
    assert read["job"] == {"state": "completed", "pages": 1}
    assert read["error"] == "bad_option"


_NODE_SCRIPT = """
const { client } = require('./js/client.gen.js');
const { readPdf, getJob } = require('./js/sdk.gen.js');
const { readFileSync } = require('node:fs');
(async () => {
client.setConfig({ baseUrl: process.argv[2] });
const file = new File([readFileSync(process.argv[3])], 'hello.pdf');
const read = await readPdf({ body: { file } });
const refused = await readPdf({ body: { file, dpi: 5 } });
const job = await getJob({ path: { job_id: read.data.job_id } });
console.log(JSON.stringify([read.data.markdown, job.data.state, refused.error.code]));
})();
"""


def test_hey_api(service: RunningService, schema: Path, document: Path, tmp_path: Path) -> None:
    tools = NODE_MODULES / ".bin"
    command(tools / "openapi-ts", "-i", schema, "-o", tmp_path / "ts", "-c", "@hey-api/client-fetch", cwd=tmp_path)
    command(
        tools / "tsc", "--outDir", tmp_path / "js", "--module", "commonjs", "--moduleResolution", "node10",
        "--target", "es2022", "--skipLibCheck", "--strict", *sorted((tmp_path / "ts").glob("*.ts")), cwd=tmp_path,
    )  # fmt: skip
    script = tmp_path / "read.js"
    script.write_text(_NODE_SCRIPT)
    said = command("node", script, service.url, document)
    assert '"Hello from a generated client' in said and '"completed","bad_option"' in said
