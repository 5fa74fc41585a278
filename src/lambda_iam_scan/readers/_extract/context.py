"""What every part of the extraction needs: the template's names, the tables, and where things come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from posixpath import dirname, join, normpath
from typing import Any

from lambda_iam_scan.iam.document import parse_policy
from lambda_iam_scan.model.code import Gap, GapKind
from lambda_iam_scan.model.iam import Policy, PolicyKind, Statement
from lambda_iam_scan.model.source import Location, SourceTree
from lambda_iam_scan.model.text import Text
from lambda_iam_scan.tables import Tables
from lambda_iam_scan.templates.documents import plain
from lambda_iam_scan.templates.intrinsics import Scope
from lambda_iam_scan.templates.nodes import entry_location, location_of


@dataclass(frozen=True, slots=True)
class Entry:
    """What a policy of a role really is, when a translator made the role."""

    kind: PolicyKind
    name: str
    location: Location


@dataclass(frozen=True, slots=True)
class Origin:
    """What a translator knows of the template before translation. Empty for a plain CloudFormation template."""

    entries: Mapping[tuple[str, str], Entry] = field(default_factory=dict)
    """(role's or managed policy's logical id, policy name) -> what the author wrote."""
    places: Mapping[str, Location] = field(default_factory=dict)
    """Logical id, or the beginning of generated ones -> the author's node."""
    routes: Mapping[tuple[str, str], Location] = field(default_factory=dict)
    """(method, path) of an API -> the author's event."""
    incomplete: Mapping[str, str] = field(default_factory=dict)
    """Logical ids of roles that are known only in part, and why."""
    translated: bool = False


class Context:
    """One template under extraction."""

    def __init__(self, tree: SourceTree, path: str, scope: Scope, tables: Tables, origin: Origin | None = None) -> None:
        self.tree = tree
        self.path = path
        self.scope = scope
        self.tables = tables
        self.origin = origin or Origin()
        self._keys = {key: key for key in scope.resources if hasattr(key, "location")}

    def place(self, logical_id: str) -> Location:
        """Where a resource stands; for one that a translator made, the node it was made for."""
        key = self._keys.get(logical_id)
        if logical_id not in self.origin.places and key is not None:
            return entry_location({key: self.scope.resources[key]}, logical_id, Location(self.path))
        for end in range(len(logical_id), 0, -1):
            if (found := self.origin.places.get(logical_id[:end])) is not None:
                return found
        return Location(self.path)

    def place_of(self, node: Any, logical_id: str) -> Location:
        """Where a node of a resource stands, at worst the resource itself."""
        return location_of(node, self.place(logical_id))

    def key_place(self, mapping: Any, key: str, logical_id: str) -> Location:
        """Where an entry of a resource's mapping stands, at worst the resource itself."""
        return entry_location(mapping, key, self.place(logical_id))

    def relative(self, path: str) -> str | None:
        """A path beside the template, from the project's root; None when it leaves the root or is absolute."""
        joined = normpath(join(dirname(self.path), path)) if not path.startswith("/") else ".."
        if joined == ".." or joined.startswith("../"):
            return None
        return "" if joined == "." else joined

    def policy(
        self, node: Any, *, name: str, kind: PolicyKind, location: Location, place: Location | None = None
    ) -> tuple[Policy, tuple[Gap, ...]]:
        """Read a policy document. With `place`, every statement stands there."""
        document = plain(self.scope, node, place)
        policy, problems = parse_policy(document.value, name=name, kind=kind, locate=document.locate)
        gaps = tuple(unresolved(f"{name}: {p.path + ' ' if p.path else ''}{p.message}", p.location or location) for p in problems)
        reason = f"{name}: a statement that denies depends on a condition of the template"
        gaps += tuple(unresolved(reason, place or location) for place in document.doubtful)
        statements = tuple(_placed(statement, location) for statement in policy.statements)
        return Policy(name=name, kind=kind, statements=statements, location=policy.location or location, version=policy.version), gaps

    def texts(self, node: Any) -> tuple[Text, ...]:
        """Every text of a list's elements, or of a single value."""
        return tuple(text for item in self.scope.items(node) for text in self.scope.texts(item))


def unresolved(reason: str, location: Location) -> Gap:
    """A gap for a policy, or a part of one, that could not be read."""
    return Gap(kind=GapKind.UNRESOLVED_POLICY, reason=reason, location=location)


def _placed(statement: Statement, location: Location) -> Statement:
    if statement.location is not None:
        return statement
    return replace(statement, location=location)
