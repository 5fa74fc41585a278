"""JSON policy documents -> `Policy`. The grammar is AWS's: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from lambda_iam_scan.errors import PolicyError
from lambda_iam_scan.iam.condition import known_operator
from lambda_iam_scan.model.iam import Condition, Effect, Entry, Policy, PolicyKind, PrincipalEntry, Statement
from lambda_iam_scan.model.source import Location
from lambda_iam_scan.model.text import Hole, Text

Path: TypeAlias = tuple[str | int, ...]
Locate: TypeAlias = Callable[[Path], Location | None]
"""Where the element at a path of the document stands, None when unknown. The empty path is the document itself."""

VERSIONS = ("2008-10-17", "2012-10-17")
_STATEMENT_ELEMENTS = frozenset(
    ("Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition"),
)
_PRINCIPAL_KINDS = ("AWS", "Service", "Federated", "CanonicalUser")
_ATTACHED_TO_RESOURCE = (PolicyKind.RESOURCE_BASED, PolicyKind.TRUST)


@dataclass(frozen=True, slots=True)
class PolicyProblem:
    """An element that breaks the grammar; its statement is left out of the policy. `path` is its JSON path (`Statement[0].Effect`)."""

    path: str
    message: str
    location: Location | None = None

    def error(self) -> PolicyError:
        """The same as an exception."""
        return PolicyError(self.message, self.path)


def parse_policy(
    document: object, *, name: str, kind: PolicyKind, locate: Locate | None = None
) -> tuple[Policy, tuple[PolicyProblem, ...]]:
    """Read an already parsed document (mappings, lists, `str`, or `Text` where a template has an intrinsic).

    Statements with a broken element are left out and reported as problems, one each; a document that is none at all gives
    an empty policy and one problem. Never raises.
    """
    parser = _Parser(kind, locate or _nowhere)
    try:
        version, statements = parser.document(document)
    except _BrokenError as broken:
        version, statements = VERSIONS[1], ()
        parser.report(broken)
    policy = Policy(name=name, kind=kind, statements=statements, location=parser.locate(()), version=version)
    return policy, tuple(parser.problems)


def read_policy(document: object, *, name: str, kind: PolicyKind, locate: Locate | None = None) -> Policy:
    """Like `parse_policy`, but the first problem raises `PolicyError`."""
    policy, problems = parse_policy(document, name=name, kind=kind, locate=locate)
    if problems:
        raise problems[0].error()
    return policy


def load_json(text: str | bytes, name: str) -> object:
    """Parse JSON text. Raises `PolicyError` naming the line and column; `name` is what to call the text."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise PolicyError(f"{name} is not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise PolicyError(f"{name} is nested too deeply") from None
    except ValueError as error:
        raise PolicyError(f"{name} is not JSON: {error}") from None


class _BrokenError(Exception):
    def __init__(self, path: Path, message: str) -> None:
        super().__init__(message)
        self.path = path
        self.message = message


class _Parser:
    def __init__(self, kind: PolicyKind, locate: Locate) -> None:
        self.kind = kind
        self.locate = locate
        self.problems: list[PolicyProblem] = []

    def report(self, broken: _BrokenError) -> None:
        self.problems.append(PolicyProblem(show_path(broken.path), broken.message, self._nearest(broken.path)))

    def _nearest(self, path: Path) -> Location | None:
        for length in range(len(path), -1, -1):
            if (location := self.locate(path[:length])) is not None:
                return location
        return None

    def document(self, document: object) -> tuple[str, tuple[Statement, ...]]:
        policy = _mapping(document, (), "a policy document")
        for key in policy:
            if key not in ("Version", "Id", "Statement"):
                raise _BrokenError((str(key),), "is not an element of a policy; use Version, Id and Statement")
        if "Statement" not in policy:
            raise _BrokenError((), "the policy has no Statement")
        version = self._version(policy.get("Version", VERSIONS[0]))
        return version, tuple(self._statements(policy["Statement"]))

    def _version(self, value: object) -> str:
        # YAML reads an unquoted 2012-10-17 as a date; CloudFormation takes it for the string.
        version = value.isoformat() if isinstance(value, datetime.date) else value
        if not isinstance(version, str) or version not in VERSIONS:
            raise _BrokenError(("Version",), f"must be {VERSIONS[1]!r} or {VERSIONS[0]!r}")
        return version

    def _statements(self, value: object) -> Iterable[Statement]:
        items = enumerate(value) if isinstance(value, list | tuple) else [(None, value)]
        for index, item in items:
            path: Path = ("Statement",) if index is None else ("Statement", index)
            try:
                yield self._statement(item, path)
            except _BrokenError as broken:
                self.report(broken)

    def _statement(self, value: object, path: Path) -> Statement:
        fields = _mapping(value, path, "a statement")
        for key in fields:
            if key not in _STATEMENT_ELEMENTS:
                raise _BrokenError((*path, str(key)), "is not an element of a statement")
        self._check_pairs(fields, path)
        return Statement(
            effect=_effect(fields, path),
            sid=_sid(fields, path),
            actions=self._entries(fields, path, "Action"),
            not_actions=self._entries(fields, path, "NotAction"),
            resources=self._entries(fields, path, "Resource"),
            not_resources=self._entries(fields, path, "NotResource"),
            principals=self._principals(fields, path, "Principal"),
            not_principals=self._principals(fields, path, "NotPrincipal"),
            conditions=tuple(self._conditions(fields, path)),
            location=self.locate(path),
        )

    def _check_pairs(self, fields: Mapping[object, object], path: Path) -> None:
        on_resource = self.kind in _ATTACHED_TO_RESOURCE
        needed = {"Action": True, "Resource": not on_resource, "Principal": on_resource}
        for name, required in needed.items():
            given = [key for key in (name, "Not" + name) if key in fields]
            if len(given) == 2:
                raise _BrokenError(path, f"the statement has both {given[0]} and {given[1]}")
            if required and not given:
                raise _BrokenError(path, f"the statement has neither {name} nor Not{name}")
            if name == "Principal" and given and not on_resource:
                raise _BrokenError((*path, given[0]), "a policy of a role has no principal; only a resource-based policy has one")

    def _entries(self, fields: Mapping[object, object], path: Path, key: str) -> tuple[Entry, ...]:
        if key not in fields:
            return ()
        return tuple(Entry(text, self.locate(at)) for text, at in _texts(fields[key], (*path, key)))

    def _principals(self, fields: Mapping[object, object], path: Path, key: str) -> tuple[PrincipalEntry, ...]:
        if key not in fields:
            return ()
        path = (*path, key)
        value = fields[key]
        if isinstance(value, str | Text):
            if value != "*" and value != Text.of("*"):
                raise _BrokenError(path, f'must be "*" or an object with {_choices(_PRINCIPAL_KINDS)}')
            return (PrincipalEntry("*", Text.of("*"), self.locate(path)),)
        return tuple(self._principal_map(_mapping(value, path, "a principal"), path))

    def _principal_map(self, value: Mapping[object, object], path: Path) -> Iterable[PrincipalEntry]:
        if not value:
            raise _BrokenError(path, "names no principal")
        for kind, names in value.items():
            if kind not in _PRINCIPAL_KINDS:
                raise _BrokenError((*path, str(kind)), f"is no kind of principal; use {_choices(_PRINCIPAL_KINDS)}")
            for text, at in _texts(names, (*path, str(kind))):
                yield PrincipalEntry(str(kind), text, self.locate(at))

    def _conditions(self, fields: Mapping[object, object], path: Path) -> Iterable[Condition]:
        if "Condition" not in fields:
            return
        path = (*path, "Condition")
        for operator, keys in _mapping(fields["Condition"], path, "Condition").items():
            at = (*path, str(operator))
            if not known_operator(str(operator)):
                raise _BrokenError(at, f"{str(operator)!r} is no condition operator")
            for key, values in _mapping(keys, at, "a condition").items():
                where = (*at, str(key))
                yield Condition(str(operator), str(key), _condition_values(values, where), self.locate(where))


def _effect(fields: Mapping[object, object], path: Path) -> Effect:
    if "Effect" not in fields:
        raise _BrokenError(path, "the statement has no Effect")
    value = fields["Effect"]
    if isinstance(value, Text):
        value = value.literal
    if value not in ("Allow", "Deny"):
        raise _BrokenError((*path, "Effect"), "must be 'Allow' or 'Deny'")
    return Effect(str(value))


def _sid(fields: Mapping[object, object], path: Path) -> str | None:
    value = fields.get("Sid")
    if "Sid" in fields and not isinstance(value, str | Text):
        raise _BrokenError((*path, "Sid"), "must be a string")
    return None if value is None else str(value)


def _texts(value: object, path: Path) -> list[tuple[Text, Path]]:
    """One string or a list of them, with their paths."""
    if not isinstance(value, list | tuple):
        return [(_text(value, path), path)]
    if not value:
        raise _BrokenError(path, "is an empty list")
    return [(_text(item, (*path, index)), (*path, index)) for index, item in enumerate(value)]


def _text(value: object, path: Path) -> Text:
    if isinstance(value, Text):
        return value
    if not isinstance(value, str):
        raise _BrokenError(path, f"must be a string, not {_kind(value)}")
    return Text.of(value)


def _condition_values(value: object, path: Path) -> tuple[Text, ...]:
    values = value if isinstance(value, list | tuple) else [value]
    return tuple(_condition_value(item, path) for item in values)


def _condition_value(value: object, path: Path) -> Text:
    if isinstance(value, bool):
        return Text.of("true" if value else "false")
    if isinstance(value, datetime.date):
        return Text.of(value.isoformat())
    if isinstance(value, int | float):
        # A number so large that Python refuses to spell it out is no policy's number.
        return Text.of(f"{value:.17g}" if isinstance(value, float) or abs(value) >= 10**18 else str(value))
    return _text(value, path)


def _mapping(value: object, path: Path, what: str) -> Mapping[object, object]:
    if isinstance(value, Text):
        reasons = [part.reason for part in value.parts if isinstance(part, Hole)]
        raise _BrokenError(path, f"{what} is not known here" + (f": {reasons[0]}" if reasons else ""))
    if not isinstance(value, Mapping):
        raise _BrokenError(path, f"{what} must be an object, not {_kind(value)}")
    return value


def _kind(value: object) -> str:
    if value is None:
        return "null"
    kinds: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (bool, "a boolean"),
        ((int, float), "a number"),
        ((str, Text), "a string"),
        ((list, tuple), "a list"),
        (Mapping, "an object"),
    )
    return next((name for types, name in kinds if isinstance(value, types)), type(value).__name__)


def _choices(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}"


def show_path(path: Path) -> str:
    """`("Statement", 0, "Action")` -> `Statement[0].Action`; the document itself is the empty string."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")


def _nowhere(_: Path) -> Location | None:
    return None
