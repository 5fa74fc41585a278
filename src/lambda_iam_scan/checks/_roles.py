"""What checks on roles share: who has a role, and how sure one may be that something is unused."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from lambda_iam_scan.iam.describe import listed
from lambda_iam_scan.iam.language import meet
from lambda_iam_scan.iam.pattern import compiled, lowered, pieces
from lambda_iam_scan.model.code import Argument, Gap, GapKind, Items
from lambda_iam_scan.model.finding import Confidence, FunctionScan
from lambda_iam_scan.model.iam import Effect, Policy, PolicyKind, Role
from lambda_iam_scan.model.source import Location
from lambda_iam_scan.model.text import Text
from lambda_iam_scan.tables import Tables

_UNSEEN = frozenset({GapKind.HANDLER_NOT_FOUND, GapKind.CODE_NOT_FOUND})
_UNREAD = frozenset({GapKind.UNPARSABLE, GapKind.MODULE_NOT_FOUND})
"""Whole modules of the function's own code that nobody has looked into."""
_LAMBDA = frozenset({"lambda.amazonaws.com", "edgelambda.amazonaws.com"})


def title(scan: FunctionScan) -> str:
    """What people call the function."""
    return scan.function.logical_id or scan.function.name.literal or scan.function.id


def everyone(functions: Sequence[FunctionScan]) -> str:
    """`function A`, or `functions A, B and C`: a shared role names every one."""
    names = listed(sorted({title(scan) for scan in functions}), most=len(functions))
    return f"function {names}" if len(functions) == 1 else f"functions {names}"


def only(functions: Sequence[FunctionScan]) -> str | None:
    """The id of the one function that a finding belongs to; None when several share the role."""
    return functions[0].function.id if len(functions) == 1 else None


def place(policy: Policy, role: Role, functions: Sequence[FunctionScan], *nearer: Location | None) -> Location:
    """Where to report on a policy: the nearest place that is known."""
    candidates = (*nearer, policy.location, role.location, functions[0].function.location)
    return next(location for location in candidates if location is not None)


def seen(functions: Iterable[FunctionScan]) -> bool:
    """Whether the code of all functions was there to look at. Where it was not, nothing is called unused."""
    return not any(gap.kind in _UNSEEN for scan in functions for gap in _gaps(scan))


def confidence(entries: Iterable[Text], role: Role, functions: Iterable[FunctionScan], tables: Tables) -> Confidence:
    """How sure it is that all of these actions (or patterns of them) are unused.

    Gaps may hide their use, clients other than the SDK may need them, and others may assume the role.
    """
    entries = tuple(entries)
    wanted = frozenset(str(entry).partition(":")[0].lower() for entry in entries)
    doubts = {_doubt(gap, wanted, tables) for scan in functions for gap in _gaps(scan)}
    unseen = [pattern for pattern in _unseen(functions, tables) if _may_concern(pattern, wanted)]
    hidden = [any(_overlap(entry, pattern) for pattern in unseen) for entry in entries]
    if any(hidden):
        doubts.add(Confidence.POSSIBLE if all(hidden) else Confidence.LIKELY)
    if Confidence.POSSIBLE in doubts or _others(role):
        return Confidence.POSSIBLE
    return Confidence.LIKELY if Confidence.LIKELY in doubts else Confidence.CERTAIN


def _gaps(scan: FunctionScan) -> tuple[Gap, ...]:
    return (*scan.code.gaps, *scan.function.gaps)


def _doubt(gap: Gap, wanted: frozenset[str], tables: Tables) -> Confidence:
    """A gap about one service says more of that service's actions than one that may be about any."""
    if gap.kind in (GapKind.UNRESOLVED_POLICY, GapKind.UNRESOLVED_ROLE):
        return Confidence.CERTAIN
    if not gap.services:
        return Confidence.POSSIBLE if gap.kind in _UNREAD else Confidence.LIKELY
    concerned = {(tables.prefix(service) or service).lower() for service in gap.services}
    return Confidence.POSSIBLE if concerned & wanted or "*" in wanted else Confidence.CERTAIN


def _unseen(functions: Iterable[FunctionScan], tables: Tables) -> list[str]:
    """Patterns of actions that no SDK call shows: of other clients, and of extensions and agents that the functions have."""
    functions = tuple(functions)
    layers = {str(text).partition(":layer:")[2] for scan in functions for text in _texts(scan.function.options.get("layers"))}
    variables = {name for scan in functions for name, _ in scan.function.environment or ()}
    return [pattern for row in tables.lambda_rules("unseen").values() if _is_there(row, layers, variables) for pattern in row["actions"]]


def _is_there(row: Mapping[str, Any], layers: Iterable[str], variables: Container[str]) -> bool:
    """Whether a row holds: always, or where one of its layers or variables is a function's."""
    if "layers" not in row and "variables" not in row:
        return True
    known = any(fnmatchcase(layer, name) for layer in layers for name in row.get("layers", ()))
    return known or any(name in variables for name in row.get("variables", ()))


def _may_concern(pattern: str, prefixes: frozenset[str]) -> bool:
    """Whether a pattern of actions can meet an entry with one of these prefixes at all."""
    own = pattern.partition(":")[0].lower()
    return own in prefixes or any(mark in prefix for prefix in (own, *prefixes) for mark in "*?$")


def _texts(layers: Argument | None) -> Iterable[Text]:
    return (item for item in layers.values if isinstance(item, Text)) if isinstance(layers, Items) else ()


@lru_cache(maxsize=16384)
def _overlap(entry: Text, pattern: str) -> bool:
    """Whether a policy's entry grants some of what a pattern names."""
    written = compiled(pieces(lowered(entry), variables=False))
    return meet(written.elements, compiled(pieces(Text.of(pattern.lower()), variables=False)).elements)


def used_elsewhere(role: Role) -> tuple[str, ...]:
    """A note on a role that not only functions have: not all that it is used for is here."""
    others = _others(role)
    return (f"{listed(others)} may assume the role, too, and what is needed then is not seen here",) if others else ()


def _others(role: Role) -> list[str]:
    """Whom the trust policy admits beside Lambda."""
    principals = (p for s in (role.trust.statements if role.trust else ()) if s.effect is Effect.ALLOW for p in s.principals)
    return sorted({str(p.text) for p in principals if not (p.kind == "Service" and p.text.literal in _LAMBDA)})


AUTHORED = frozenset({PolicyKind.INLINE, PolicyKind.CUSTOMER_MANAGED, PolicyKind.FILE})
"""Policies whose every entry somebody here wrote."""
AS_ONE = frozenset({PolicyKind.AWS_MANAGED, PolicyKind.SAM_TEMPLATE})
"""Policies that are taken or left as a whole."""
