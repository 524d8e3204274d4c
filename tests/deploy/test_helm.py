"""The Helm chart, rendered for each of its value files: what Kubernetes' schemas say, and what the service needs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import ceil
from pathlib import Path
from typing import Any

import pytest
import yaml

from ocr_service import __version__
from ocr_service.settings import Settings
from ocr_service.vlm.versions import VERSIONS
from tests.support.helm import CHART, Helm, Schemas, fetch_helm, fetch_schemas

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

VALUES = sorted((CHART / "ci").glob("*.yaml"))
CUSTOM = ("monitoring.coreos.com", "keda.sh")  # their schemas are not Kubernetes' own
Part = dict[str, Any]
each_value_file = pytest.mark.parametrize("values", VALUES, ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def helm(tmp_path_factory: pytest.TempPathFactory) -> Helm:
    return fetch_helm(tmp_path_factory.mktemp("helm"))


@pytest.fixture(scope="module", params=["1.25.0", "1.37.0"])
def schemas(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Schemas:
    folder = tmp_path_factory.getbasetemp() / "kubernetes-schemas"
    folder.mkdir(exist_ok=True)
    return Schemas(fetch_schemas(folder), request.param)


def of_kind(parts: list[Part], kind: str) -> list[Part]:
    return [part for part in parts if part["kind"] == kind]


def pods(parts: list[Part]) -> Iterator[Part]:
    for part in parts:
        if part["kind"] in ("Deployment", "StatefulSet"):
            yield part["spec"]["template"]


def containers(parts: list[Part]) -> Iterator[Part]:
    for pod in pods(parts):
        yield from pod["spec"]["containers"]


def app(parts: list[Part]) -> Part:
    return next(container for container in containers(parts) if container["name"] == "app")


@each_value_file
def test_kubernetes_takes_what_the_chart_makes(helm: Helm, schemas: Schemas, values: Path) -> None:
    helm.lint(values)
    own = [part for part in helm.template(values) if not part["apiVersion"].startswith(CUSTOM)]
    assert len(own) >= 4
    assert [error for part in own for error in schemas.errors(part)] == []


def test_the_schemas_refuse_a_field_that_does_not_exist(helm: Helm, schemas: Schemas) -> None:
    deployment = of_kind(helm.template(), "Deployment")[0]
    deployment["spec"]["template"]["spec"]["containers"][0]["livenesProbe"] = {}
    assert len(schemas.errors(deployment)) == 1


@each_value_file
def test_every_variable_is_a_setting_and_no_secret_is_in_the_open(helm: Helm, values: Path) -> None:
    parts = helm.template(values)
    settings = {name.upper(): field for name, field in Settings.model_fields.items()}
    given = next(part for part in of_kind(parts, "ConfigMap") if part["metadata"]["name"] == "docs-pages2md")["data"]
    assert given.keys() <= settings.keys()
    assert not [name for name in given if "SecretStr" in str(settings[name].annotation) or name == "API_KEYS"]
    assert all(isinstance(value, str) for value in given.values())
    assert "env" not in app(parts)
    from_secret = {
        "CLOUDRU_S3_ACCESS_KEY": "key",
        "CLOUDRU_S3_SECRET_KEY": "secret",
        "DATABASE_URL": "postgresql://h/d",
    }
    known = {**given, **(from_secret if "CLOUDRU_S3_BUCKET" in given else {})}
    Settings.model_validate({name.lower(): value for name, value in known.items()})


@each_value_file
def test_pods_have_no_rights_that_they_do_not_need(helm: Helm, values: Path) -> None:
    parts = helm.template(values)
    for pod in pods(parts):
        assert pod["spec"]["automountServiceAccountToken"] is False
        assert pod["spec"]["enableServiceLinks"] is False
        assert pod["spec"]["securityContext"]["runAsNonRoot"] is True
        assert pod["spec"]["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in containers(parts):
        security = container["securityContext"]
        assert security["allowPrivilegeEscalation"] is False
        assert security["readOnlyRootFilesystem"] is True
        assert security["capabilities"] == {"drop": ["ALL"]}
        assert {"cpu", "memory"} <= container["resources"]["requests"].keys()
        assert "memory" in container["resources"]["limits"]
        assert re.search(r":[^:]+$", container["image"]) and not container["image"].endswith(":latest")


@each_value_file
def test_what_must_be_writable_is_a_volume(helm: Helm, values: Path) -> None:
    for pod in pods(helm.template(values)):
        there = {volume["name"] for volume in pod["spec"]["volumes"]}
        for container in pod["spec"]["containers"]:
            mounted = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
            needed = {"/workspace/output", "/workspace/cache"} if container["name"] == "app" else {"/cache", "/dev/shm"}
            assert needed | {"/tmp"} <= mounted.keys()
            claimed = {"vllm-cache"} if values.stem == "apart" else set()
            assert set(mounted.values()) <= there | claimed
        folders = [volume["emptyDir"] for volume in pod["spec"]["volumes"] if "emptyDir" in volume]
        assert all("sizeLimit" in folder for folder in folders)


@each_value_file
def test_services_policies_and_budgets_select_pods_that_exist(helm: Helm, values: Path) -> None:
    parts = helm.template(values)
    labels = [pod["metadata"]["labels"].items() for pod in pods(parts)]
    selectors = [part["spec"]["selector"] for part in of_kind(parts, "Service")]
    selectors += [part["spec"]["podSelector"]["matchLabels"] for part in of_kind(parts, "NetworkPolicy")]
    selectors += [part["spec"]["selector"]["matchLabels"] for part in of_kind(parts, "PodDisruptionBudget")]
    for selector in selectors:
        assert len([found for found in labels if selector.items() <= found]) == 1


@each_value_file
def test_probes_ask_what_the_documents_say(helm: Helm, values: Path) -> None:
    container = app(helm.template(values))
    for probe, path in (("startup", "startup"), ("readiness", "ready"), ("liveness", "live")):
        assert container[f"{probe}Probe"]["httpGet"] == {"path": f"/health/{path}", "port": "http"}


@pytest.mark.parametrize("grace", ["20", "40", "0.5"])
def test_the_pod_may_take_as_long_to_end_as_the_app(helm: Helm, grace: str) -> None:
    deployment = of_kind(helm.template(settings__SHUTDOWN_GRACE_S=grace), "Deployment")[0]
    assert deployment["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] == 15 + ceil(float(grace))


def test_one_process_owns_sqlite_also_while_a_new_version_comes(helm: Helm) -> None:
    assert of_kind(helm.template(), "Deployment")[0]["spec"]["strategy"] == {"type": "Recreate"}
    rolling = of_kind(helm.template(CHART / "ci" / "replicas-s3.yaml"), "Deployment")[0]["spec"]["strategy"]
    assert rolling["type"] == "RollingUpdate"


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"replicas": "2"}, "database=postgresql"),
        ({"replicas": "2", "database": "postgresql", "secret": "keys"}, "artifacts=s3"),
        ({"database": "postgresql"}, "Secret"),
        ({"artifacts": "s3", "secret": "keys"}, "CLOUDRU_S3_BUCKET"),
        ({"reader": "external"}, "VLLM_URL"),
        ({"reader": "gpu"}, "reader"),
        ({"autoscaling__engine": "keda"}, "database=postgresql"),
        ({"settings__PADDLEOCR_VL_VERSION": "1.7"}, "PADDLEOCR_VL_VERSION"),
        ({"settings__ARTIFACTS": "s3"}, "set artifacts"),
        ({"settings__USE_VLM_API": "true"}, "reader"),
        ({"reader": "apart", "settings__VLLM_URL": "http://h/v1"}, "reader=external"),
    ],
)
def test_values_that_contradict_one_another_are_refused(helm: Helm, settings: dict[str, str], reason: str) -> None:
    assert reason in helm.refusal(**settings)


def test_a_secret_in_the_open_is_refused(helm: Helm) -> None:
    secrets = [name.upper() for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)]
    for name in [*secrets, "API_KEYS"]:
        assert "put it into the Secret" in helm.refusal(**{f"settings__{name}": "x"})


@pytest.mark.parametrize("version", VERSIONS)
def test_the_vllm_serves_the_version_that_is_set(helm: Helm, version: str) -> None:
    made = helm.template(CHART / "ci" / "apart.yaml", settings__PADDLEOCR_VL_VERSION=version)
    vllm = next(container for container in containers(made) if container["name"] == "vllm")
    assert f"--served-model-name={VERSIONS[version].vlm}" in vllm["args"]  # type: ignore[index]


def test_the_app_follows_the_pods_behind_the_headless_service(helm: Helm) -> None:
    parts = helm.template(CHART / "ci" / "apart.yaml")
    name = of_kind(parts, "StatefulSet")[0]["spec"]["serviceName"]
    (service,) = [part for part in of_kind(parts, "Service") if part["metadata"]["name"] == name]
    assert service["spec"]["clusterIP"] == "None"
    assert of_kind(parts, "ConfigMap")[0]["data"]["VLLM_URL"] == f"dns+http://{name}:8080/v1"


def test_only_the_app_reaches_vllm(helm: Helm) -> None:
    parts = helm.template(CHART / "ci" / "apart.yaml")
    policy = next(p for p in of_kind(parts, "NetworkPolicy") if p["metadata"]["name"].endswith("-vllm"))
    (rule,) = policy["spec"]["ingress"]
    assert rule["from"][0]["podSelector"]["matchLabels"]["app.kubernetes.io/component"] == "app"
    sidecar = [c for c in containers(helm.template(CHART / "ci" / "sidecar.yaml")) if c["name"] == "vllm"]
    assert "--host=127.0.0.1" in sidecar[0]["args"]


def test_dashboard_alerts_and_scaling_ask_for_metrics_that_are_documented(helm: Helm) -> None:
    parts = helm.template(CHART / "ci" / "everything.yaml")
    (rules,) = of_kind(parts, "PrometheusRule")
    assert rules["spec"] == yaml.safe_load((CHART.parent / "alerts.yaml").read_text())
    (board,) = [part for part in of_kind(parts, "ConfigMap") if part["metadata"]["labels"].get("grafana_dashboard")]
    original = (CHART.parent / "grafana-dashboard.json").read_text()
    assert board["data"]["ocr-service.json"].strip() == original.strip()
    queries = [t["metadata"]["query"] for part in of_kind(parts, "ScaledObject") for t in part["spec"]["triggers"]]
    assert len(queries) == 3
    documented = set(re.findall(r"`(ocr_[a-z_]+)`", (CHART.parents[1] / "docs" / "observability.md").read_text()))
    for query in queries:
        assert query.count("(") == query.count(")")
        assert set(re.findall(r"ocr_[a-z_]+", query)) <= documented
        assert '{namespace="papers",service="docs-pages2md"}' in query


def test_the_chart_has_the_version_of_the_service() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    assert (chart["version"], chart["appVersion"]) == (__version__, __version__)
