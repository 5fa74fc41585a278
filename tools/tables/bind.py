"""Which resources an action concerns, and from which parameters their names come."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lambda_iam_scan.mapping.converters import CONVERTERS
from tools.tables.conditions import place
from tools.tables.iam import Catalogue
from tools.tables.shapes import Operation

_VARIABLE = re.compile(r"\$\{([\w.]+)\}")
_OWN = {"Partition", "Region", "Account"}
_SUFFIX = re.compile(r"(names?|ids?|identifiers?|arns?)$")
_TOO_GENERAL = {"", "resource", "source", "target"}
"""What is left of `Name`, `ResourceId` ...: says nothing of what is named."""
_WHOLE = ("ResourceArn", "resourceArn", "ResourceARN", "resourceARN", "Arn", "arn", "ARN")
"""Parameters that carry the ARN of the operation's resource, whatever its type."""

Place = tuple[tuple[str, ...], str | None, str | None]
"""Path, converter, literal."""


@dataclass
class Bound:
    """A resource type with what binds it: variable -> places; `missing` are variables that nothing binds."""

    kind: str
    arn: str | None
    bind: dict[str, tuple[Place, ...]] = field(default_factory=dict)
    optional: bool = False
    kinds: tuple[str, ...] = ()
    """Types that it may be of, where that is not one known type."""

    @property
    def parameters(self) -> frozenset[str]:
        """Parameters that tell something of it."""
        return frozenset(path[0] for places in self.bind.values() for path, _, _ in places if path)

    def row(self) -> list[Any]:
        """The compiled form (see `decode.Needs`)."""
        bind = [[name, [[list(path), how, literal] for path, how, literal in places]] for name, places in sorted(self.bind.items())]
        return [self.kind, self.arn, bind, int(self.optional)]


ANY = Bound("", "*")
UNKNOWN = Bound("", "?")
Groups = list[list[Bound]]


class Binder:
    """Binds the parameters of one service's operations. `resources` is the service's own `[resources]` table."""

    def __init__(self, catalogue: Catalogue, resources: Mapping[str, Any]) -> None:
        self._catalogue = catalogue
        self._resources = resources

    def targets(self, action: str, operation: Operation, on: Any = None) -> Groups:
        """Resources of one row: as `on` says, else as the catalogue's types and the parameters' names suggest."""
        if on is None:
            return self._suggested(action, operation)
        if isinstance(on, list):
            return [group for item in on for group in self.targets(action, operation, item)]
        if isinstance(on, str):
            return [[self._named(action, name.strip(), operation) for name in on.split("|")]]
        if "format" in on:
            return [[_formatted(on["format"], on, operation)]]
        return [[self._written(action, kind, bind, operation)] for kind, bind in on.items()]

    def unnamed(self, action: str, operation: Operation, groups: Groups) -> list[Bound]:
        """Types that the reference requires for an action, beside those that `groups` name; none where nothing tells what these are."""
        facts = self._catalogue.action(action)
        found = [bound for group in groups for bound in group]
        if facts is None or any(not bound.kind and not bound.kinds for bound in found):
            return []
        named = {kind for bound in found for kind in (bound.kind, *bound.kinds)}
        forms = {form for bound in found for form in (bound.arn or "").split(" | ")}
        formats = self._catalogue.formats(action.partition(":")[0])
        return [self._typed(action, kind, operation, {}) for kind in facts.required if kind not in named and formats[kind] not in forms]

    def _named(self, action: str, name: str, operation: Operation) -> Bound:
        fixed = {"*": ANY, "?": UNKNOWN}.get(name)
        return fixed or self._typed(action, name, operation, {})

    def _written(self, action: str, kind: str, bind: Any, operation: Operation) -> Bound:
        if kind == "arn" and bind == "'*'":
            return UNKNOWN
        if kind == "arn":
            named = "role" if action == "iam:PassRole" else None
            places = _places(bind, operation, strict=True)
            return Bound("", None, {"": tuple((path, how or named, literal) for path, how, literal in places)})
        return self._typed(action, kind, operation, bind)

    def _suggested(self, action: str, operation: Operation) -> Groups:
        facts = self._catalogue.action(action)
        if facts is None:
            return [[UNKNOWN]]
        if not facts.types:
            return [[ANY]]
        typed = [self._typed(action, kind, operation, {}) for kind in facts.types]
        bound = [item for item in typed if item.parameters]
        if not bound:
            return self._unbound(action, operation, typed, facts.required)
        needed = [item for item in bound if item.kind in facts.required]
        for item in bound:
            item.optional = item not in needed
        return [*_alternatives(needed or bound), *(_alternatives(_rest(bound, needed)) if needed else [])]

    def _unbound(self, action: str, operation: Operation, typed: list[Bound], required: Iterable[str]) -> Groups:
        names = (*self._everywhere(), *_WHOLE)
        whole = next((name for name in names if name in operation.parameters), None)
        if whole is not None:
            return [[Bound("", None, {"": ((((whole,)), None, None),)}, kinds=tuple(item.kind for item in typed))]]
        found = [item for item in typed if item.kind in required]
        return [[found[0]]] if len(found) == 1 else [[UNKNOWN]]

    def _everywhere(self) -> list[str]:
        """Parameters that the service's own file names as carrying whole ARNs."""
        written = self._resources.get("*", ())
        return [written] if isinstance(written, str) else list(written)

    def _typed(self, action: str, kind: str, operation: Operation, explicit: Mapping[str, Any]) -> Bound:
        prefix, _, wanted = kind.partition(":") if re.fullmatch(r"[a-z0-9-]+:.+", kind) else (action.partition(":")[0], "", kind)
        name = self._catalogue.kind(prefix, wanted)
        if name is None:
            raise KeyError(f"{prefix} has no resource type {wanted!r}")
        own = self._resources.get(wanted, self._resources.get(name, {}))
        if "arn" in explicit:
            return Bound(name, None, {"": _places(explicit["arn"], operation, strict=True)})
        written = explicit.get("format") or own.get("format") or self._catalogue.formats(prefix)[name]
        conventions = self._catalogue.conventions(prefix, name)
        forms = [self._form(name, arn, operation, explicit, own, conventions) for arn in written.split(", ")]
        return max(forms, key=lambda bound: len(bound.bind) / max(1, len(_VARIABLE.findall(bound.arn or ""))))

    def _form(
        self,
        name: str,
        arn: str,
        operation: Operation,
        explicit: Mapping[str, Any],
        own: Mapping[str, Any],
        conventions: Mapping[str, Any],
    ) -> Bound:
        """One ARN format of a type, bound."""
        bound = Bound(name, arn)
        for variable in dict.fromkeys(_VARIABLE.findall(arn)):
            if variable in _OWN and variable not in explicit:
                continue
            places = self._bind(arn, variable, operation, explicit, own, conventions)
            if places:
                bound.bind[variable] = places
        return bound

    def _bind(
        self,
        arn: str,
        variable: str,
        operation: Operation,
        explicit: Mapping[str, Any],
        own: Mapping[str, Any],
        conventions: Mapping[str, Any],
    ) -> tuple[Place, ...]:
        if variable in explicit:
            places = _places(explicit[variable], operation, strict=True)
        elif variable in own:
            places = _places(own[variable], operation)
        else:
            places = self._guess(arn, variable, operation)
        converter = conventions.get("convert", {}).get(variable)
        out = tuple((path, how or converter, literal) if path else (path, how, literal) for path, how, literal in places)
        default = conventions.get("default", {}).get(variable)
        return out if default is None or not out else (*out, ((), None, default))

    def _guess(self, arn: str, variable: str, operation: Operation) -> tuple[Place, ...]:
        """The parameter that names the variable, if one does."""
        names = sorted(operation.parameters, key=lambda name: (_plain(name) != _plain(variable), name))
        last = _VARIABLE.findall(arn)[-1] == variable
        for name in names:
            kind = operation.parameters[name]
            if kind in ("string", "integer", "list") and _names(name, variable, last=last, many=kind == "list"):
                return (((name, "[]") if kind == "list" else (name,), None, None),)
        return ()


def _names(parameter: str, variable: str, *, last: bool, many: bool) -> bool:
    """Whether a parameter bears a variable's own name (`InstanceIds` for `InstanceId`, `domain` for `DomainName`), or is the ARN of
    what it names last.

    A name is no id, nor the other way round: better unknown than wrong.
    """
    plain, wanted = _plain(parameter), _plain(variable)
    if plain == wanted or (plain == f"{wanted}s" if many else wanted == f"{plain}name"):
        return True
    is_arn = last and plain.endswith(("arns", "arn") if many else "arn")
    return is_arn and _root(parameter) == _root(variable) and _root(variable) not in _TOO_GENERAL


def _formatted(arn: str, written: Mapping[str, Any], operation: Operation) -> Bound:
    """An ARN of the row's own; a variable is a path into the arguments unless the row says another."""
    bind = {}
    for variable in dict.fromkeys(_VARIABLE.findall(arn)):
        if variable not in _OWN and (places := _places(written.get(variable, variable), operation)):
            bind[variable] = places
    return Bound("", arn, bind)


def _places(texts: Any, operation: Operation, *, strict: bool = False) -> tuple[Place, ...]:
    """Places as written: paths, `'literals'`. Those that begin with no parameter of the operation are left out, or are an error."""
    out: list[Place] = []
    for text in [texts] if isinstance(texts, str) else texts:
        if text.startswith("'"):
            out.append(((), None, text.strip("'")))
            continue
        steps, how = place(text)
        if how is not None and how not in CONVERTERS:
            raise KeyError(f"there is no converter {how}")
        found = [at for at in operation.everywhere(steps) if at[0] in operation.parameters]
        if strict and isinstance(texts, str) and not found:
            raise KeyError(f"the operation has no parameter {steps[0]}")
        if how is None and (nowhere := [at for at in found if operation.shape is not None and operation.kind(at) is None]):
            raise KeyError(f"the input has no place {'.'.join(nowhere[0])}")
        out += [(at, how, None) for at in found]
    return tuple(out)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _root(name: str) -> str:
    return _SUFFIX.sub("", _plain(name))


def _rest(bound: list[Bound], needed: list[Bound]) -> list[Bound]:
    """Optional types that a parameter of their own tells."""
    used = frozenset().union(*(item.parameters for item in needed))
    return [item for item in bound if item not in needed and item.parameters - used]


def _alternatives(bound: list[Bound]) -> Groups:
    """Types that the same parameters tell are alternatives: which of them it is, only an ARN says."""
    by_parameters: dict[frozenset[str], list[Bound]] = {}
    for item in bound:
        by_parameters.setdefault(item.parameters, []).append(item)
    groups = []
    for items in by_parameters.values():
        if len(items) == 1:
            groups.append(items)
            continue
        places = tuple(dict.fromkeys(p for item in items for found in item.bind.values() for p in found if p[0]))
        kinds = tuple(item.kind for item in items)
        groups.append([Bound("", "?", {"": places}, all(item.optional for item in items), kinds)])
    return groups
