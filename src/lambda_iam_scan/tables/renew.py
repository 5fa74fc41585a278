"""Compiles newer tables from the shipped ones and AWS's service reference.

The reference says which actions authorize an operation, not when: a row of ours keeps its condition and resources as long as AWS
lists its action; an action that AWS no longer lists becomes `possible`, as does one that it lists anew beside others. So a newer table
never claims that something is missing on the strength of the reference alone, but for operations that had no row at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from lambda_iam_scan.errors import TablesError
from lambda_iam_scan.tables.packing import pack, unpack
from lambda_iam_scan.tables.reference import Authorized, ServiceReference

Load = Callable[[str], bytes | None]
SOURCE = "AWS service reference"
_UNKNOWN_TARGET = ["", "?", [], 0]


def renewed(load: Load, references: Iterable[ServiceReference], date: str) -> tuple[dict[str, bytes], dict[str, int]]:
    """Tables that differ from those that `load` gives, by name, with a new index; and how many actions and operations are new.

    `date` (`2026-11-23`) goes into the version.
    """
    renewal = _Renewal(load)
    counts = {"actions": 0, "operations": 0, "services": 0}
    for reference in references:
        counts["services"] += 1
        counts["actions"] += renewal.catalogue(reference)
        counts["operations"] += sum(renewal.operation(*key, actions) for key, actions in sorted(reference.operations.items()))
    return renewal.packed(date), counts


class _Renewal:
    """Tables read so far, and which of them changed."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._tables: dict[str, Any] = {}
        self._changed: set[str] = set()
        self._index = self._read("index")

    def _read(self, name: str) -> Any:
        if name not in self._tables:
            content = self._load(name)
            if content is None:
                raise TablesError(f"the compiled tables lack {name}")
            self._tables[name] = unpack(name, content)
        return self._tables[name]

    def catalogue(self, reference: ServiceReference) -> int:
        """Add actions and resource types that the catalogue of a prefix lacks; how many actions."""
        name = f"iam/{reference.prefix}"
        if reference.prefix not in self._index["iam"]:
            empty = {"prefix": reference.prefix, "types": [], "arns": [], "keys": [], "levels": [], "actions": [], "conditions": {}}
            self._tables.setdefault(name, empty)
        table: dict[str, Any] = self._read(name)
        known = {row[0].lower() for row in table["actions"]}
        fresh = [row for row in reference.actions if row.name.lower() not in known]
        if not fresh:
            return 0
        kinds = {kind.lower() for kind in table["types"]}
        for kind, arn in reference.resources:
            if kind.lower() not in kinds:
                table["types"].append(kind)
                table["arns"].append(arn)
        numbers = {kind.lower(): number for number, kind in enumerate(table["types"])}
        for row in fresh:
            resources = [numbers[kind.lower()] for kind in row.resources if kind.lower() in numbers]
            conditions = [_number(table["keys"], key) for key in row.conditions]
            table["actions"].append([row.name, _number(table["levels"], row.access), resources, [], conditions, []])
        self._changed.add(name)
        return len(fresh)

    def operation(self, service: str, operation: str, authorized: tuple[Authorized, ...]) -> int:
        """Bring one operation in line with AWS's list; 1 when anything changed."""
        if service not in self._index["services"]:
            return 0
        table = self._read(f"needs/{service}")
        rows: list[dict[str, Any]] = table["operations"].get(operation, [])
        listed = {item.action.lower() for item in authorized}
        ours = {row["a"].lower() for row in rows if "via" not in row}
        gone = [row for row in rows if "via" not in row and row["a"].lower() not in listed and row.get("n") != "possible"]
        fresh = [item for item in authorized if item.action.lower() not in ours]
        if not gone and not fresh:
            return 0
        for row in gone:
            row["n"] = "possible"
        own = f":{operation}".lower()
        table["operations"][operation] = [
            *rows,
            *(_row(table, item, certain=not rows and (len(authorized) == 1 or item.action.lower().endswith(own))) for item in fresh),
        ]
        self._changed.add(f"needs/{service}")
        return 1

    def packed(self, date: str) -> dict[str, bytes]:
        """What changed, with the index that belongs to it."""
        index = self._index
        index["iam"] = sorted({*index["iam"], *(name.removeprefix("iam/") for name in self._changed if name.startswith("iam/"))})
        index["version"] = f"{index['version'].partition('+reference-')[0]}+reference-{date}"
        index["provenance"]["AWS service reference"] = date
        return {name: pack(self._tables[name]) for name in sorted({*self._changed, "index"})}


def _row(table: dict[str, Any], item: Authorized, *, certain: bool) -> dict[str, Any]:
    row: dict[str, Any] = {"a": item.action, "s": _number(table["sources"], SOURCE), "on": [[_number(table["targets"], _UNKNOWN_TARGET)]]}
    if not certain:
        row["n"] = "possible"
    if item.passed_to:
        row["to"] = list(item.passed_to)
    return row


def _number(rows: list[Any], item: Any) -> int:
    if item not in rows:
        rows.append(item)
    return rows.index(item)
