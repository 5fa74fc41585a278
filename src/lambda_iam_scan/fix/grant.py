"""Statements for what is missing."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from lambda_iam_scan.fix.document import CannotEdit, Document, entry_of
from lambda_iam_scan.fix.names import writable
from lambda_iam_scan.least_privilege import as_sub, grants, statements
from lambda_iam_scan.model.finding import Finding, FunctionScan
from lambda_iam_scan.model.iam import Necessity, Requirement
from lambda_iam_scan.usage import whole

VERSION = "2012-10-17"


def grant_missing(document: Document, functions: Sequence[FunctionScan], findings: Sequence[Finding]) -> None:
    """Write statements for the needs of a role's functions that findings call missing, where their resources' names are known."""
    needed: dict[str, list[Requirement]] = {}
    places: dict[str, MappingNode] = {}
    for scan in functions:
        if scan.function.logical_id is None or scan.function.role is None or scan.function.role.gaps:
            continue
        with contextlib.suppress(CannotEdit):
            owner, properties = _policies_owner(document, scan.function.logical_id)
            places[owner] = properties
            found = [need for finding in findings if (need := _need(scan, finding)) and writable(document, need.resources[0], owner)]
            needed.setdefault(owner, []).extend(found)
    for owner, needs in needed.items():
        if needs:
            with contextlib.suppress(CannotEdit):
                _add(document, owner, places[owner], statements(grants(needs), as_sub))


def _need(scan: FunctionScan, finding: Finding) -> Requirement | None:
    """The one need, on the one resource, that a finding is about, at the level people grant."""
    for need in scan.requirements:
        for resource in need.resources:
            if need.need is Necessity.ALWAYS and need.action == finding.action and str(resource) == finding.resource:
                return replace(need, resources=(whole(resource),))
    return None


def _policies_owner(document: Document, logical_id: str) -> tuple[str, MappingNode]:
    """The resource whose `Policies` make the function's role, and its properties: the SAM function itself, or a role of the template."""
    function = document.get(document.root, "Resources", logical_id)
    properties = document.get(function, "Properties")
    kind = document.get(function, "Type")
    role = document.get(properties, "Role")
    in_globals = document.get(document.root, "Globals", "Function", "Role")
    if kind is not None and kind.value == "AWS::Serverless::Function" and role is None and in_globals is None:
        return logical_id, _mapping(properties)
    name = _referred(role) if role is not None else None
    owner = document.get(document.root, "Resources", name) if name else None
    owner_kind = document.get(owner, "Type")
    if name is None or owner_kind is None or owner_kind.value != "AWS::IAM::Role":
        raise CannotEdit("a role that is not of this template")
    return name, _mapping(document.get(owner, "Properties"))


def _mapping(node: Node | None) -> MappingNode:
    if not isinstance(node, MappingNode):
        raise CannotEdit("no properties")
    return node


def _referred(node: Node) -> str | None:
    """`X` of `!GetAtt X.Arn`, in each way to write it."""
    operand = entry_of(node, "Fn::GetAtt")[1] if isinstance(node, MappingNode) else node if node.tag == "!GetAtt" else None
    if isinstance(operand, ScalarNode):
        name, _, attribute = operand.value.partition(".")
        return str(name) if attribute == "Arn" else None
    if isinstance(operand, SequenceNode) and [part.value for part in operand.value[1:]] == ["Arn"]:
        return str(operand.value[0].value)
    return None


def _add(document: Document, owner: str, properties: MappingNode, new: list[dict[str, object]]) -> None:
    sam = document.get(document.root, "Resources", owner, "Type")
    is_role = sam is not None and sam.value == "AWS::IAM::Role"
    policies = document.get(properties, "Policies")
    listed = _statement_list(document, policies, is_role)
    if listed is not None:
        for statement in reversed(new):
            document.append_item(listed, statement)
        return
    body: dict[str, object] = {"Version": VERSION, "Statement": new}
    item: dict[str, object] = {"PolicyName": f"{owner}Needs", "PolicyDocument": body} if is_role else body
    if policies is None:
        document.insert_key(properties, "Policies", [item])
    elif isinstance(policies, SequenceNode):
        document.append_item(policies, item)
    elif isinstance(policies, ScalarNode) and policies.tag.startswith("tag:yaml.org"):
        document.scalar_to_list(properties, "Policies", item)
    else:
        raise CannotEdit("policies of another form")


def _statement_list(document: Document, policies: Node | None, is_role: bool) -> SequenceNode | None:
    """The last list of statements that the owner's policies hold, as the place for another."""
    items = policies.value if isinstance(policies, SequenceNode) else ()
    path = ("PolicyDocument", "Statement") if is_role else ("Statement",)
    found = [document.get(item, *path) for item in items]
    lists = [node for node in found if isinstance(node, SequenceNode) and not node.flow_style and node.value]
    return lists[-1] if lists else None
