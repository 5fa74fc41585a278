"""Two tables that are taken from packages nearly as they are: AWS managed policies and the names of boto3's type stubs."""

from __future__ import annotations

import json
import re
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from lambda_iam_scan.tables.access import policy_bucket


def managed_policies() -> dict[str, dict[str, Any]]:
    """Table name -> {policy name -> path and document}. Deprecated policies are in too: roles still name them."""
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    out: dict[str, dict[str, Any]] = {}
    for name, row in sorted(json.loads(aws_managed_policies_data).items()):
        out.setdefault(f"policies/{policy_bucket(name)}", {})[name] = {"path": row.get("Path", "/"), "document": row["Document"]}
    return out


_CLIENT = re.compile(r"from mypy_boto3_(\w+)\.client import \(?\s*(\w+)")
_RESOURCE = re.compile(r"from mypy_boto3_(\w+)\.service_resource import \(?\s*(\w+)")


def stub_names(services: dict[str, list[str]]) -> dict[str, dict[str, Any]]:
    """Stub package (without its family's prefix) -> names. `services` maps each SDK service to its resource types."""
    stubs = Path(str(distribution("boto3-stubs").locate_file("boto3-stubs/session.pyi")))
    text = stubs.read_text(encoding="utf-8")
    resources = dict(_RESOURCE.findall(text))
    modules = {name.replace("-", "_"): name for name in services}
    out: dict[str, dict[str, Any]] = {}
    for module, client in sorted(set(_CLIENT.findall(text))):
        service = modules.get(module) or modules.get(module.rstrip("_"))
        if service is None:
            continue
        out[module] = {"service": service, "client": client}
        if module in resources:
            out[module] |= {"resource": resources[module], "types": [t for t in services[service] if t != "ServiceResource"]}
    return out
