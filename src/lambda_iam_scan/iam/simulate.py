"""Complete requests: policies and a request as plain data in, a decision out. Nothing is unknown here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lambda_iam_scan.errors import InputError
from lambda_iam_scan.iam.condition import Context
from lambda_iam_scan.iam.document import load_json, read_policy
from lambda_iam_scan.iam.evaluate import Decision, PolicySet, Request
from lambda_iam_scan.iam.principal import caller
from lambda_iam_scan.model.iam import Policy, PolicyKind
from lambda_iam_scan.model.text import Text

SOMEONE = "arn:aws:iam::123456789012:role/someone"
"""Who asks where nobody says; only resource-based policies and keys about the principal care."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A request and every policy that bears on it. Context values are strings, booleans, numbers, or lists of these."""

    action: str
    resource: str
    principal: str = SOMEONE
    context: Mapping[str, Any] = field(default_factory=dict)
    identity: tuple[Policy, ...] = ()
    boundary: Policy | None = None
    on_resource: tuple[Policy, ...] = ()

    def request(self) -> Request:
        """The request alone. Keys that the context does not hold are absent."""
        values = {key.lower(): _values(value) for key, value in self.context.items()}
        return Request(self.action, Text.of(self.resource), caller(self.principal), Context(values, complete=True))

    def decide(self) -> Decision:
        """The decision; never `UNDECIDED`."""
        return PolicySet(self.identity, self.boundary, closed=True).on(self.on_resource).decide(self.request())


def _values(value: Any) -> tuple[Text, ...]:
    items = value if isinstance(value, list | tuple) else [value]
    return tuple(Text.of(str(item).lower() if isinstance(item, bool) else str(item)) for item in items)


def read_batch(text: str, name: str) -> Iterator[tuple[Any, Case]]:
    """(`id`, case) of each JSON line `{"id", "identityPolicies", "resourcePolicy"?, "permissionBoundary"?, "request": {...}}`.

    Empty lines are skipped. Raises `InputError` that names the line.
    """
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield _batch_case(load_json(line, "the line"))
            except InputError as error:
                raise InputError(f"{name}:{number}: {error}") from error


def _batch_case(record: object) -> tuple[Any, Case]:
    fields = _object(record, "a line")
    request = _object(fields.get("request"), "request")
    boundary, attached = fields.get("permissionBoundary"), fields.get("resourcePolicy")
    identity = fields.get("identityPolicies", [])
    if not isinstance(identity, list):
        raise InputError("identityPolicies must be a list of policies")
    return fields.get("id"), Case(
        action=_string(request, "action"),
        resource=_string(request, "resource"),
        principal=_string(request, "principal") if "principal" in request else SOMEONE,
        context=_object(request.get("context", {}), "request.context"),
        identity=tuple(_policy(document, f"identityPolicies[{i}]", PolicyKind.FILE) for i, document in enumerate(identity)),
        boundary=_policy(boundary, "permissionBoundary", PolicyKind.BOUNDARY) if boundary is not None else None,
        on_resource=(_policy(attached, "resourcePolicy", PolicyKind.RESOURCE_BASED),) if attached is not None else (),
    )


def read_policy_text(text: str, name: str, kind: PolicyKind) -> Policy:
    """A policy from JSON text. Raises `InputError` with the file and the JSON path of what is wrong."""
    return _policy(load_json(text, name), name, kind)


def _policy(document: object, name: str, kind: PolicyKind) -> Policy:
    try:
        return read_policy(document, name=name, kind=kind)
    except InputError as error:
        raise InputError(f"{name}: {error}") from error


def _object(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InputError(f"{what} must be an object")
    return value


def _string(fields: Mapping[str, Any], key: str) -> str:
    value = fields.get(key)
    if not isinstance(value, str):
        raise InputError(f"request.{key} must be a string")
    return value


def batch_results(cases: Iterable[tuple[Any, Case]]) -> Iterator[str]:
    """One JSON line `{"id", "result"}` a case."""
    for identity, case in cases:
        yield json.dumps({"id": identity, "result": case.decide().result.value})
