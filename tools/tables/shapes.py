"""What the SDK says of an operation's input, and where in it a member stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.model import ServiceModel

from tools.tables.conditions import ConditionError

Path = tuple[str, ...]
MAX_DEPTH = 12


@dataclass(frozen=True)
class Operation:
    """An operation: parameter -> kind of its shape (`string`, `list`, `structure`, `map` ...), and whether requests are signed."""

    name: str
    parameters: Mapping[str, str]
    signed: bool = True
    shape: Any = field(default=None, repr=False)

    def kind(self, path: Path) -> str | None:
        """Kind of the shape at a path; None when the input has no such place."""
        if self.shape is None:
            return self.parameters.get(path[0]) if len(path) == 1 else None
        shape = self.shape
        for step in path:
            shape = _below(shape, step)
            if shape is None:
                return None
        return str(shape.type_name)

    def everywhere(self, path: Path) -> tuple[Path, ...]:
        """A path as it is, or for `**.Member` each place where the input has a member of that name."""
        if path[0] != "**":
            return (path,)
        found = tuple(_named(self.shape, path[1], ())) if self.shape is not None else ()
        if not found:
            raise ConditionError(f"the input has no member {path[1]} at any depth")
        return tuple((*place, *path[2:]) for place in found)


def operations(model: ServiceModel) -> list[Operation]:
    """Every operation of a service."""
    out = []
    for name in model.operation_names:
        operation = model.operation_model(name)
        shape = operation.input_shape
        members = shape.members if shape is not None else {}
        kinds = {key: str(member.type_name) for key, member in members.items()}
        out.append(Operation(name, kinds, operation.auth_type != "none", shape))
    return out


def _below(shape: Any, step: str) -> Any:
    if step == "[]":
        return shape.member if shape.type_name == "list" else None
    if step == "{}":
        return shape.key if shape.type_name == "map" else None
    if step == "{*}":
        return shape.value if shape.type_name == "map" else None
    if shape.type_name == "map":
        return shape.value
    return shape.members.get(step) if shape.type_name == "structure" else None


def _named(shape: Any, name: str, at: Path, inside: tuple[str, ...] = ()) -> Iterator[Path]:
    """Every place below a shape that has a member of that name; shapes that contain themselves are entered once."""
    if len(at) > MAX_DEPTH or shape.name in inside:
        return
    inside = (*inside, shape.name)
    if shape.type_name == "structure":
        for key, member in shape.members.items():
            if key == name:
                yield (*at, key)
            yield from _named(member, name, (*at, key), inside)
    elif shape.type_name == "list":
        yield from _named(shape.member, name, (*at, "[]"), inside)
    elif shape.type_name == "map":
        yield from _named(shape.value, name, (*at, "{*}"), inside)
