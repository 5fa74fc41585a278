"""Statements cut down to what is needed."""

from __future__ import annotations

from collections.abc import Sequence

from yaml.nodes import MappingNode, Node, SequenceNode

from lambda_iam_scan.fix.document import CannotEdit, Document, Entry, entry_of, scalars
from lambda_iam_scan.fix.names import certain, writable
from lambda_iam_scan.least_privilege import Grant, as_sub, statements
from lambda_iam_scan.model.finding import Finding, FunctionScan
from lambda_iam_scan.model.iam import Effect, PolicyKind, Role, Statement
from lambda_iam_scan.model.iam import Entry as PolicyEntry
from lambda_iam_scan.model.text import Text
from lambda_iam_scan.narrowing import narrowed
from lambda_iam_scan.usage import StatementUse, usage, uses


def narrow(document: Document, role: Role, functions: Sequence[FunctionScan], findings: Sequence[Finding]) -> None:
    """Narrow the role's own statements that findings are about. Nothing happens when a part of the code or role is unknown."""
    if role.gaps or not all(scan.complete and not scan.function.gaps for scan in functions) or _is_shared(document, role, functions):
        return
    owners = {scan.function.logical_id or "" for scan in functions} | {_logical_id(role)}
    for used in usage(role, uses(functions)):
        if used.policy.kind is PolicyKind.INLINE and _meant(used.statement, findings):
            try:
                _narrow_one(document, used, owners)
            except CannotEdit:
                continue


def _is_shared(document: Document, role: Role, functions: Sequence[FunctionScan]) -> bool:
    """Whether more resources of the template use the role than were scanned."""
    resources = document.get(document.root, "Resources")
    users = 0
    for _, resource in resources.value if isinstance(resources, MappingNode) else ():
        own = document.get(resource, "Properties", "Role")
        users += own is not None and any(_logical_id(role) in text.replace("${", "").split(".") for text in scalars(own))
    return users > len(functions)


def _logical_id(role: Role) -> str:
    return role.id.rpartition("#")[2]


def _meant(statement: Statement, findings: Sequence[Finding]) -> bool:
    places = {statement.location} | {entry.location for entry in (*statement.actions, *statement.resources)}
    return statement.effect is Effect.ALLOW and any(finding.location in places for finding in findings)


def _narrow_one(document: Document, used: StatementUse, owners: set[str]) -> None:
    old = used.statement
    node = document.mapping_at(old.location) if old.location else None
    if node is None or old.not_actions or old.not_resources or not old.resources:
        raise CannotEdit("not a statement of this template")
    sequence = document.parent(node)
    new = narrowed(used)
    gone = {entry.text for entry in old.resources} - {entry.text for one in new for entry in one.resources}
    if not all(certain(text) for text in gone):
        raise CannotEdit("a resource that a parameter names")
    if not new:
        if not isinstance(sequence, SequenceNode) or len(sequence.value) < 2:
            raise CannotEdit("the only statement")
        document.remove_item(node)
        return
    if len(new) > 1 and (old.conditions or not isinstance(sequence, SequenceNode)):
        raise CannotEdit("conditions to repeat")
    before = {entry.text for entry in old.resources}
    if not all(
        entry.text in before or all(writable(document, entry.text, owner) for owner in owners) for one in new for entry in one.resources
    ):
        raise CannotEdit("a resource whose name is not known")
    document.set_entries(node, "Action", _entries(document, node, "Action", old.actions, new[0].actions))
    document.set_entries(node, "Resource", _entries(document, node, "Resource", old.resources, new[0].resources))
    if rest := [Grant(_actions(one), tuple(entry.text for entry in one.resources)) for one in new[1:]]:
        for statement in reversed(statements(rest, as_sub)):
            document.insert_item_after(node, statement)


def _actions(statement: Statement) -> tuple[str, ...]:
    return tuple(str(entry.text) for entry in statement.actions)


def _entries(document: Document, node: MappingNode, name: str, old: Sequence[PolicyEntry], new: Sequence[PolicyEntry]) -> list[Entry]:
    """Entries that stay keep their node, and so their text; new ones are written."""
    value = entry_of(node, name)[1]
    nodes: list[Node] = list(value.value) if isinstance(value, SequenceNode) else [value] if value is not None else []
    if len(nodes) != len(old):
        raise CannotEdit("a list that the template computes")
    by_text: dict[Text, Node] = {}
    for entry, own in zip(old, nodes, strict=True):
        if entry.location is None or (own.start_mark.line + 1, own.start_mark.column + 1) != (entry.location.line, entry.location.column):
            raise CannotEdit("a list that the template computes")
        by_text.setdefault(entry.text, own)
    return [by_text.get(entry.text) or as_sub(entry.text) for entry in new]
