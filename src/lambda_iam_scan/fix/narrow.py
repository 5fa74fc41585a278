"""Statements cut down to what is needed."""

from __future__ import annotations

import re
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
    for used in usage(role, uses(functions), (PolicyKind.INLINE,)):
        if _meant(used.statement, findings):
            try:
                _narrow_one(document, used, owners)
            except CannotEdit:
                continue


def _is_shared(document: Document, role: Role, functions: Sequence[FunctionScan]) -> bool:
    """Whether somebody else may use the role: another service that it trusts, another resource that mentions it, another stack."""
    principals = [entry.text.literal for statement in (role.trust.statements if role.trust else ()) for entry in statement.principals]
    if any(principal not in _LAMBDA for principal in principals):
        return True
    own = {_logical_id(role)} | {scan.function.logical_id for scan in functions}
    resources = document.get(document.root, "Resources")
    others = [value for key, value in _entries_of(resources) if key not in own and not _is_policy(document, value)]
    exported = [value for _, value in _entries_of(document.get(document.root, "Outputs")) if document.get(value, "Export") is not None]
    name = re.compile(rf"(?<![A-Za-z0-9]){re.escape(_logical_id(role))}(?![A-Za-z0-9])")
    return any(name.search(text) for node in (*others, *exported) for text in scalars(node))


def _entries_of(node: Node | None) -> list[tuple[str, Node]]:
    return [(str(key.value), value) for key, value in node.value] if isinstance(node, MappingNode) else []


def _is_policy(document: Document, resource: Node) -> bool:
    """Policies name the roles that they are attached to; that uses nothing."""
    kind = document.get(resource, "Type")
    return kind is not None and kind.value in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy")


_LAMBDA = frozenset({"lambda.amazonaws.com", "edgelambda.amazonaws.com"})


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
