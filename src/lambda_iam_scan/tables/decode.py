"""From the compact JSON of a compiled table to the types of `tables.types`. The other side is tools/tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, TypeVar

from lambda_iam_scan.tables.types import (
    Action,
    CloudFormationResource,
    Collection,
    Helper,
    IamAction,
    IamService,
    Need,
    Parameter,
    Place,
    Reference,
    Resource,
    Service,
    Target,
)

Made = TypeVar("Made")


class Lazy(Mapping[str, Made], Generic[Made]):
    """A mapping whose values are made of compact rows when first asked for."""

    __slots__ = ("_made", "_make", "_rows")

    def __init__(self, rows: Mapping[str, Any], make: Callable[[str, Any], Made]) -> None:
        self._rows = rows
        self._make = make
        self._made: dict[str, Made] = {}

    def __getitem__(self, key: str) -> Made:
        if key not in self._made:
            self._made[key] = self._make(key, self._rows[key])
        return self._made[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, key: object) -> bool:
        return key in self._rows


def service(name: str, data: Mapping[str, Any]) -> Service:
    """An SDK service."""
    names, parameters = data["operations"]
    operations = {operation: tuple(text.split()) for operation, text in zip(names, parameters, strict=True)}
    operations |= {operation: tuple(text.split()) for operation, text in data["requests"].items()}
    return Service(
        name=name,
        operations=operations,
        methods=dict(zip(data["methods"].split(), names, strict=True)),
        paginators=frozenset(data["paginators"]),
        waiters=data["waiters"],
        helpers={method: helper(row) for method, row in data["helpers"].items()},
        silent=frozenset(data["silent"]),
        resources=Lazy(data["resources"], _resource),
    )


def helper(row: list[Any]) -> Helper:
    """A hand-written method."""
    calls, source = row
    return Helper(tuple((operation, _parameters(parameters)) for operation, parameters in calls), source)


def _parameters(rows: list[Any]) -> tuple[Parameter, ...]:
    return tuple(Parameter(target, source, value) for target, source, value in rows)


def _reference(row: list[Any] | None) -> Reference | None:
    if row is None:
        return None
    kind, identifiers, many, *loaded = row
    return Reference(kind, tuple((name, source, value) for name, source, value in identifiers), many, bool(loaded))


def _action(row: list[Any]) -> Action:
    operations, parameters, returns, *rest = row
    return Action(tuple(operations), _parameters(parameters), _reference(returns), helper(rest[0]) if rest else None)


def _collection(row: list[Any]) -> Collection:
    request, item, batch = row
    made = _reference(item)
    if made is None:
        raise ValueError("a collection without items")
    return Collection(_action(request), made, {name: _action(action) for name, action in batch.items()})


def _resource(name: str, row: Mapping[str, Any]) -> Resource:
    return Resource(
        name=name,
        identifiers=tuple(row["identifiers"]),
        actions={method: _action(action) for method, action in row["actions"].items()},
        references={attribute: made for attribute, reference in row["references"].items() if (made := _reference(reference))},
        collections={attribute: _collection(collection) for attribute, collection in row["collections"].items()},
        load=None if row["load"] is None else _action(row["load"]),
        attributes=frozenset(row["attributes"].split()),
        aliases=row.get("aliases", {}),
    )


def iam(prefix: str, data: Mapping[str, Any]) -> IamService:
    """The catalogue of an IAM prefix."""
    types, keys, levels = data["types"], data["keys"], data["levels"]

    def action(_: str, row: list[Any]) -> IamAction:
        name, access, resources, required, conditions, dependent = row
        return IamAction(
            name=f"{data['prefix']}:{name}",
            access=levels[access],
            resources=tuple(types[i] for i in resources),
            required=tuple(types[i] for i in required),
            conditions=tuple(keys[i] for i in conditions),
            dependent=tuple(dependent),
        )

    rows = {row[0].lower(): row for row in data["actions"]}
    return IamService(data["prefix"], Lazy(rows, action), dict(zip(types, data["arns"], strict=True)), data["conditions"])


class Needs:
    """The service-action table of one SDK service; rows are made when asked for."""

    def __init__(self, service: str, data: Mapping[str, Any]) -> None:
        self._data = data
        self._made: dict[str, tuple[Need, ...] | None] = {}
        self._targets: list[list[Any]] = data["targets"]
        self._sources: list[str] = data["sources"]

    @property
    def operations(self) -> tuple[str, ...]:
        """Operations that the table knows, sorted."""
        return tuple(sorted(self._data["operations"]))

    def rows(self, operation: str) -> tuple[Need, ...] | None:
        """Rows of one operation, None when the table does not know it."""
        if operation not in self._made:
            rows = self._data["operations"].get(operation)
            self._made[operation] = None if rows is None else tuple(self._need(row) for row in rows)
        return self._made[operation]

    def _need(self, row: Mapping[str, Any]) -> Need:
        return Need(
            action=row["a"],
            need=row.get("n", "always"),
            when=_tuples(row["w"]) if "w" in row else None,
            text=row.get("t", ""),
            on=tuple(tuple(_target(self._targets[i]) for i in group) for group in row["on"]),
            source=self._sources[row["s"]],
            via=row.get("via"),
            passed_to=tuple(row.get("to", ())),
            note=row.get("note", ""),
            instead=row.get("instead", False),
        )


def _target(row: list[Any]) -> Target:
    kind, arn, bind, optional = row
    places = {name: tuple(Place(tuple(path), converter, literal) for path, converter, literal in found) for name, found in bind}
    return Target(kind, arn, places, bool(optional))


def _tuples(value: Any) -> Any:
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value


def annotation(names: Mapping[str, Any], name: str) -> tuple[str, str] | None:
    """What a name of a service's stub package stands for."""
    if name == names["client"]:
        return names["service"], "Client"
    if name == names.get("resource"):
        return names["service"], "ServiceResource"
    kind = name.lstrip("_")
    return (names["service"], kind) if kind in names.get("types", ()) else None


def cloudformation(type_name: str, row: Mapping[str, Any]) -> CloudFormationResource:
    """What references to a CloudFormation resource type give."""
    return CloudFormationResource(type_name, row.get("name"), row["ref"], row.get("arn"), row.get("attributes", {}))
