"""``make sbom``: what the service is made of, as a CycloneDX file and as a table of names, versions and licences.

The lock's first half is what runs; what only development needs is left out. npm packages of the web page are in
``web/package-lock.json``; they are bundled into static files.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent


def main() -> int:
    bom = environment_bom()
    wanted = runtime_packages()
    components = [part for part in bom["components"] if _normal(part["name"]) in wanted]
    missing = wanted - {_normal(part["name"]) for part in components}
    if missing:
        print(f"not installed: {', '.join(sorted(missing))} (run make setup)", file=sys.stderr)
        return 1
    kept = {part["bom-ref"] for part in components} | {bom["metadata"]["component"]["bom-ref"]}
    bom["components"] = components
    bom["dependencies"] = [
        {**entry, "dependsOn": [ref for ref in entry.get("dependsOn", ()) if ref in kept]}
        for entry in bom.get("dependencies", ())
        if entry["ref"] in kept
    ]
    (ROOT / "sbom.cdx.json").write_text(json.dumps(bom, indent=1, ensure_ascii=False) + "\n")
    for part in sorted(components, key=lambda part: _normal(part["name"])):
        print(f"{part['name']:45} {part['version']:16} {licence(part)}")
    print(f"{len(components)} packages; sbom.cdx.json holds them for tools", file=sys.stderr)
    return 0


def environment_bom() -> dict[str, Any]:
    """All that is installed beside this interpreter."""
    command = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible", "--pyproject"]
    run = subprocess.run([*command, str(ROOT / "pyproject.toml"), sys.executable], capture_output=True, check=True)
    bom: dict[str, Any] = json.loads(run.stdout)
    return bom


def runtime_packages() -> set[str]:
    lock = (ROOT / "requirements.lock").read_text().partition("# --- development only")[0]
    return {_normal(line.partition("==")[0]) for line in lock.splitlines() if "==" in line}


def licence(part: dict[str, Any]) -> str:
    """Expressions and identifiers as declared; a long text is cut to its first line."""
    named = []
    for entry in part.get("licenses", ()):
        declared = entry.get("license", {})
        name = entry.get("expression") or declared.get("id") or declared.get("name", "")
        named.append(name.strip().splitlines()[0][:60] if name.strip() else "")
    return ", ".join(dict.fromkeys(filter(None, named))) or "not declared"


def _normal(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


if __name__ == "__main__":
    sys.exit(main())
