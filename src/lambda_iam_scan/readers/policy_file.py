"""Policy files (`--policy role.json`) as the execution role of code whose deployment is not at hand.

Understood: a policy document, a list of them, and what `aws iam get-role-policy`, `get-policy-version`, `get-role` and
`get-account-authorization-details` print, as JSON or YAML.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from lambda_iam_scan.errors import InputError
from lambda_iam_scan.iam.document import parse_policy
from lambda_iam_scan.model.code import Gap, GapKind
from lambda_iam_scan.model.iam import Policy, PolicyKind, Role
from lambda_iam_scan.model.source import Location, SourceTree
from lambda_iam_scan.model.text import ACCOUNT, PARTITION, Hole, Text
from lambda_iam_scan.tables import Tables
from lambda_iam_scan.templates.documents import plain
from lambda_iam_scan.templates.intrinsics import Scope
from lambda_iam_scan.templates.nodes import load, location_of

_DOCUMENTS = ("PolicyDocument", "Document")
"""Keys under which AWS's command line shows a policy document."""
_INSIDE = (
    "PolicyVersion",
    "PolicyVersionList",
    "RolePolicyList",
    "Policies",
    "RoleDetailList",
    "UserDetailList",
    "GroupDetailList",
    "Role",
)
"""Keys that lead to them."""
_NOT_A_POLICY = 'not a policy document: no "Statement"'


@dataclass(slots=True)
class _Found:
    """What a policy file holds: documents with their names, managed policies by ARN, and a trust policy if it shows one."""

    documents: list[tuple[str, Any]] = field(default_factory=list)
    managed: list[tuple[str, Location]] = field(default_factory=list)


def read_policy_files(tree: SourceTree, paths: tuple[str, ...], tables: Tables) -> Role:
    """One role with every policy of the files. Raises `InputError`, one line, for a file that is no policy or breaks the grammar."""
    policies: list[Policy] = []
    gaps: list[Gap] = []
    for path in paths:
        for policy in _read(tree, path, tables, gaps):
            policies.append(policy)
    hole = Hole("the role is given by policy files")
    return Role(
        id="policy:" + ",".join(paths),
        name=Text.of(hole),
        arn=Text.of("arn:", PARTITION, ":iam::", ACCOUNT, ":role/", hole),
        policies=tuple(policies),
        gaps=tuple(gaps),
        location=Location(paths[0]) if paths else None,
    )


def _read(tree: SourceTree, path: str, tables: Tables, gaps: list[Gap]) -> Iterator[Policy]:
    root = load(tree.read(path), path).root
    found = _Found()
    _collect(root, path, Location(path), found)
    if not found.documents and not found.managed:
        raise InputError(f"{path}: {_NOT_A_POLICY}")
    for name, node in found.documents:
        yield _policy(node, name, path)
    for arn, place in found.managed:
        document = tables.managed_policy(arn)
        if document is None:
            gaps.append(Gap(kind=GapKind.UNRESOLVED_POLICY, reason=f"the managed policy {arn} is not in the file", location=place))
        else:
            yield _managed(document, arn, place)


def _policy(node: Any, name: str, path: str) -> Policy:
    document = plain(Scope({}, lambda _: None, {}), node)
    policy, problems = parse_policy(document.value, name=name, kind=PolicyKind.FILE, locate=document.locate)
    if problems:
        problem = problems[0]
        place = problem.location or location_of(node, Location(path))
        where = f":{place.line}:{place.column}" if place.line else ""
        raise InputError(f"{path}{where}: not a policy: {problem.path + ' ' if problem.path else ''}{problem.message}")
    return policy


def _managed(document: Mapping[str, Any], arn: str, place: Location) -> Policy:
    found = plain(Scope({}, lambda _: None, {}), document, place)
    policy, _ = parse_policy(found.value, name=arn, kind=PolicyKind.AWS_MANAGED, locate=found.locate)
    return policy


def _collect(node: Any, name: str, place: Location, found: _Found) -> None:
    """Documents anywhere in what AWS's command line prints, in order."""
    if isinstance(node, list):
        for item in node:
            _collect(item, name, place, found)
    elif isinstance(node, Mapping) and "Statement" in node:
        found.documents.append((name, node))
    elif isinstance(node, Mapping) and node.get("IsDefaultVersion") is not False:
        name = str(node.get("PolicyName", name))
        for key in _DOCUMENTS:
            if key in node:
                _collect(_decoded(node[key]), name, place, found)
        for row in node.get("AttachedManagedPolicies") or ():
            if isinstance(row, Mapping) and isinstance(row.get("PolicyArn"), str):
                found.managed.append((str(row["PolicyArn"]), location_of(row, place)))
        for key in _INSIDE:
            if key in node:
                _collect(node[key], name, place, found)


def _decoded(node: Any) -> Any:
    """IAM's API gives documents as URL-encoded JSON."""
    return load(unquote(node).encode(), "policy").root if isinstance(node, str) else node
