"""The service-action table against AWS's own."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from tests.tables.shipped import TABLES
from tools.tables import rules

REFERENCE = rules.folder("authorized-actions", ".json")
NEWER_THAN_THE_SDK = {("lambda", "AddEventSource")}


def listed(service: str) -> Iterator[tuple[str, dict[str, set[str]]]]:
    """Operation -> action -> values of iam:PassedToService, as AWS lists them."""
    table = REFERENCE[service]
    for operation, cells in table["operations"].items():
        yield operation, {cell[0]: set(cell[1:]) for cell in ([cell] if isinstance(cell, str) else cell for cell in cells)}
    for operation in table["identity"]:
        yield operation, {f"{table['service']}:{operation}": set()}


@pytest.mark.parametrize("service", sorted(REFERENCE))
def test_rows_of_aws_equal_the_union_that_aws_lists(service: str) -> None:
    known = TABLES.service(service)
    assert known is not None
    for operation, actions in listed(service):
        if (service, operation) in NEWER_THAN_THE_SDK:
            assert operation not in known.operations
            continue
        rows = [need for need in TABLES.needs(service, operation) or () if not need.via]
        assert {need.action for need in rows} == set(actions), operation


@pytest.mark.parametrize("service", sorted(REFERENCE))
def test_roles_are_passed_to_services_that_aws_lists(service: str) -> None:
    for operation, actions in listed(service):
        for need in TABLES.needs(service, operation) or ():
            if need.action == "iam:PassRole" and not need.via:
                assert set(need.passed_to) <= actions["iam:PassRole"], operation
                assert bool(need.passed_to) == bool(actions["iam:PassRole"]), operation


def test_every_operation_that_aws_lists_with_other_actions_was_judged() -> None:
    """No row of AWS's union is left to the default: each is written in rules/services/."""
    written = rules.folder("services")
    open_ = [
        f"{service}.{operation}"
        for service, table in REFERENCE.items()
        for operation in table["operations"]
        if (service, operation) not in NEWER_THAN_THE_SDK and operation not in written.get(service, {}).get("operations", {})
    ]
    assert open_ == []


def rows_of(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for rows in data.get("operations", {}).values():
        yield from rows
    for block in data.get("also", ()):
        yield from block["rows"]


@pytest.mark.parametrize("path", sorted((rules.RULES / "services").glob("*.toml")), ids=lambda path: path.stem)
def test_every_action_in_the_rules_exists_in_the_catalogue(path: Any) -> None:
    for row in rows_of(tomllib.loads(path.read_text(encoding="utf-8"))):
        prefix, _, name = row["action"].partition(":")
        catalogue = TABLES.iam(prefix)
        assert catalogue is not None, row
        assert catalogue.actions[name.lower()].name == row["action"]


@pytest.mark.parametrize("path", sorted((rules.RULES / "services").glob("*.toml")), ids=lambda path: path.stem)
def test_rows_of_ours_name_their_source(path: Any) -> None:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    for row in rows_of(data):
        if "via" in row:
            source = row.get("source", "" if "authorization reference" in data["source"].lower() else data["source"])
            assert data.get("sources", {}).get(source, source).startswith("https://"), row
            assert row["via"] in ("forward-access", "advice")


def test_dependable_needs_are_not_drowned() -> None:
    """Every operation of AWS's tables keeps at least one row that may be missing, but for those that need no permission."""
    empty = [
        f"{service}.{operation}"
        for service in ("s3", "dynamodb", "sqs", "sns", "lambda", "kms", "kinesis", "events", "ssm", "secretsmanager", "logs")
        for operation, _ in listed(service)
        if (service, operation) not in NEWER_THAN_THE_SDK
        and all(need.need == "possible" for need in TABLES.needs(service, operation) or ())
    ]
    assert empty == []
