"""Short ways to write policies, roles, functions and needs in tests."""

from __future__ import annotations

from typing import Any

from lambda_iam_scan.iam.document import read_policy
from lambda_iam_scan.model.code import CodeUse, Gap, GapKind
from lambda_iam_scan.model.deployment import Feature, Function
from lambda_iam_scan.model.finding import FunctionScan, Scan
from lambda_iam_scan.model.iam import Necessity, Policy, PolicyKind, Requirement, Role, Source
from lambda_iam_scan.model.source import Location
from lambda_iam_scan.model.text import ACCOUNT, PARTITION, REGION, Hole, Part, Text, Token, TokenKind

HERE = Location("template.yaml", 1, 1, 1, 2)
HOLE = Hole("from the event")
TABLE = Token("Table", TokenKind.RESOURCE)
OTHER_TABLE = Token("OtherTable", TokenKind.RESOURCE)


def text(*parts: Part) -> Text:
    return Text.of(*parts)


def table_arn(name: Part, *rest: Part) -> Text:
    return Text.of("arn:", PARTITION, ":dynamodb:", REGION, ":", ACCOUNT, ":table/", name, *rest)


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def locate(path: tuple[str | int, ...]) -> Location | None:
    """A place of its own for every element: the line counts the path's steps, the column its indices."""
    return Location("template.yaml", 1 + len(path), 1 + sum(step for step in path if isinstance(step, int)), 1 + len(path), 9)


def policy(*statements: Any, name: str = "p", kind: PolicyKind = PolicyKind.INLINE) -> Policy:
    return read_policy({"Version": "2012-10-17", "Statement": list(statements)}, name=name, kind=kind, locate=locate)


def role(
    *policies: Policy | dict[str, Any],
    boundary: Policy | None = None,
    gaps: tuple[Gap, ...] = (),
    unread_boundary: Gap | None = None,
) -> Role:
    read = tuple(item if isinstance(item, Policy) else policy(item) for item in policies)
    arn = Text.of("arn:", PARTITION, ":iam::", ACCOUNT, ":role/fn-role")
    return Role(
        id="role",
        name=Text.of("fn-role"),
        arn=arn,
        policies=read,
        boundary=boundary,
        unread_boundary=unread_boundary,
        gaps=gaps,
        location=HERE,
    )


def function(role: Role | None, name: str = "fn", features: tuple[Feature, ...] = ()) -> Function:
    return Function(
        id=f"template.yaml#{name}",
        name=Text.of(name),
        arn=Text.of("arn:", PARTITION, ":lambda:", REGION, ":", ACCOUNT, ":function:", name),
        handler="app.handler",
        runtime="python3.12",
        code_roots=("",),
        location=HERE,
        role=role,
        features=features,
    )


def need(
    action: str, *resources: Text | str, possible: bool = False, source: Source = Source.CODE, context: dict[str, str] | None = None
) -> Requirement:
    return Requirement(
        action=action,
        resources=tuple(Text.of(r) if isinstance(r, str) else r for r in resources) or (Text.of("*"),),
        source=source,
        need=Necessity.POSSIBLE if possible else Necessity.ALWAYS,
        context=tuple((key, (Text.of(value),)) for key, value in (context or {}).items()),
    )


def gap(*services: str, kind: GapKind = GapKind.DYNAMIC_SERVICE) -> Gap:
    return Gap(kind=kind, reason="the service's name comes from the event", location=HERE, services=services)


def scanned(fn: Function, *needs: Requirement, gaps: tuple[Gap, ...] = ()) -> FunctionScan:
    from lambda_iam_scan.compare import compare

    comparison = compare(needs, fn) if fn.role else None
    return FunctionScan(function=fn, code=CodeUse(calls=(), gaps=gaps), requirements=needs, comparison=comparison)


def scan_of(*functions: FunctionScan) -> Scan:
    return Scan(deployments=(), functions=functions)
