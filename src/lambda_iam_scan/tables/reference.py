"""AWS's machine-readable service reference: what one service's document says, validated.

https://docs.aws.amazon.com/service-authorization/latest/reference/service-reference.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lambda_iam_scan.errors import RemoteError

MAX_DOCUMENT = 16 * 1024 * 1024
"""Bytes; AWS's largest document is a tenth of it."""
_PREFIX = re.compile(r"[a-z0-9-]{1,64}")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")
_OPERATION = re.compile(r"[A-Za-z0-9_]{1,128}")
_SERVICE = re.compile(r"[a-z0-9.-]{1,128}")
_ARN = re.compile(r"arn:[\x21-\x7e]{1,1024}")


@dataclass(frozen=True, slots=True)
class Authorized:
    """An action that an operation is authorized by: `s3:GetObject`; `passed_to` are values of `iam:PassedToService`."""

    action: str
    passed_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ActionRow:
    """An action of the document's own prefix, without it."""

    name: str
    access: str
    resources: tuple[str, ...]
    conditions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ServiceReference:
    """One IAM prefix. `operations` are keyed by SDK service and operation; services whose table AWS has not published have none."""

    prefix: str
    actions: tuple[ActionRow, ...]
    resources: tuple[tuple[str, str], ...]
    operations: Mapping[tuple[str, str], tuple[Authorized, ...]]


def read_index(content: bytes) -> dict[str, str]:
    """IAM prefix -> address of its document. Raises `RemoteError` when this is no such list."""
    rows = _json(content, "the list of services")
    if not isinstance(rows, list) or not rows:
        raise RemoteError("the list of services is empty or no list")
    out = {}
    for row in rows:
        if not isinstance(row, dict) or not isinstance(row.get("url"), str):
            raise RemoteError("the list of services has an entry without url")
        out[_match(_PREFIX, row.get("service"), "the name of a service")] = row["url"]
    return out


def read_service(prefix: str, content: bytes) -> ServiceReference:
    """One service's document. Raises `RemoteError` when it is cut short, malformed, or of another service."""
    data = _json(content, f"the document of {prefix}")
    if not isinstance(data, dict) or data.get("Name") != prefix or "Actions" not in data:
        raise RemoteError(f"the document of {prefix} is of another service, or of none")
    actions = tuple(_action(row, prefix) for row in _rows(data, "Actions", prefix))
    resources = tuple(_resource(row, prefix) for row in _rows(data, "Resources", prefix) if row.get("ARNFormats"))
    return ServiceReference(prefix, actions, resources, dict(_operations(data, prefix)))


def _action(row: Mapping[str, Any], prefix: str) -> ActionRow:
    properties = row.get("Annotations", {}).get("Properties", {}) if isinstance(row.get("Annotations"), dict) else {}
    levels = (("IsPermissionManagement", "Permissions management"), ("IsTaggingOnly", "Tagging"), ("IsWrite", "Write"), ("IsList", "List"))
    access = next((name for key, name in levels if isinstance(properties, dict) and properties.get(key) is True), "Read")
    resources = tuple(str(kind.get("Name")) for kind in _rows(row, "Resources", prefix))
    return ActionRow(
        _match(_NAME, row.get("Name"), f"an action of {prefix}"), access, resources, _strings(row.get("ActionConditionKeys", []))
    )


def _resource(row: Mapping[str, Any], prefix: str) -> tuple[str, str]:
    formats = _strings(row["ARNFormats"])
    return str(row.get("Name")), ", ".join(_match(_ARN, arn, f"an ARN format of {prefix}") for arn in formats)


def _operations(data: Mapping[str, Any], prefix: str) -> Iterator[tuple[tuple[str, str], tuple[Authorized, ...]]]:
    for row in _rows(data, "Operations", prefix):
        authorized = tuple(_authorized(item, prefix) for item in _rows(row, "AuthorizedActions", prefix))
        name = _match(_OPERATION, row.get("Name"), f"an operation of {prefix}")
        for sdk in _rows(row, "SDK", prefix):
            if authorized and sdk.get("Package") == "Boto3":
                yield (_match(_SERVICE, sdk.get("Name"), f"an SDK client of {prefix}"), name), authorized


def _authorized(row: Mapping[str, Any], prefix: str) -> Authorized:
    service = _match(_PREFIX, row.get("Service", prefix), f"an authorized action of {prefix}")
    name = _match(_NAME, row.get("Name"), f"an authorized action of {prefix}")
    context = row.get("Context", {})
    passed = _strings(context.get("iam:PassedToService", [])) if isinstance(context, dict) else ()
    return Authorized(f"{service}:{name}", tuple(sorted(_match(_SERVICE, item, "a service principal") for item in passed)))


def _rows(data: Mapping[str, Any], key: str, prefix: str) -> list[Mapping[str, Any]]:
    rows = data.get(key) or []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise RemoteError(f"the document of {prefix}: {key} is no list of objects")
    return rows


def _strings(value: Any) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(item for item in values if isinstance(item, str))


def _match(pattern: re.Pattern[str], value: Any, what: str) -> str:
    if not isinstance(value, str) or pattern.fullmatch(value) is None:
        raise RemoteError(f"{what} has an impossible name")
    return value


def _json(content: bytes, what: str) -> Any:
    if len(content) > MAX_DOCUMENT:
        raise RemoteError(f"{what} is larger than {MAX_DOCUMENT // 1024 // 1024} MiB")
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise RemoteError(f"{what} is no JSON, or cut short") from error
