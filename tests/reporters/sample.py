"""A small project and the report on it, rich enough that every format has something to show of each kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lambda_iam_scan.errors import InputError
from lambda_iam_scan.model.code import NO_FIELDS, CodeUse, Gap, GapKind, Principal, PrincipalKind, SdkCall
from lambda_iam_scan.model.deployment import Function
from lambda_iam_scan.model.finding import Confidence, Finding, FunctionScan, Related, Report, Rule, Severity
from lambda_iam_scan.model.iam import (
    Cause,
    Comparison,
    Effect,
    Entry,
    Necessity,
    Outcome,
    Policy,
    PolicyKind,
    Requirement,
    Role,
    Source,
    Statement,
    Verdict,
)
from lambda_iam_scan.model.source import Frame, Location, SourceTree
from lambda_iam_scan.model.text import ACCOUNT, PARTITION, REGION, Hole, Text, Token, TokenKind

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  OrdersTable:
    Type: AWS::DynamoDB::Table
  OrdersFunction:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      CodeUri: src/
      Policies:
        - Statement:
            - Effect: Allow
              Action: dynamodb:*
              Resource: !GetAtt OrdersTable.Arn
            - Effect: Allow
              Action: sqs:SendMessage
              Resource: "*"
"""

APP = """\
import boto3
import store

def handler(event, context):
    order = event["order"]
    return store.save(order)
"""

STORE = """\
import os
import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
s3 = boto3.client("s3")

def save(order):
    table.put_item(Item=order)
    s3.put_object(Bucket="order-archive", Key=order["id"], Body=b"")
    getattr(s3, order["operation"])(Bucket="order-archive")
"""

FILES = {"template.yaml": TEMPLATE, "src/app.py": APP, "src/store.py": STORE, "src/report.py": "def handler(event, context): ...\n"}


@dataclass
class Style:
    """How to draw."""

    width: int = 100
    colour: bool = False
    options: dict[str, str] = field(default_factory=dict)


class MemoryTree(SourceTree):
    """Files held in memory."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = dict(files)

    def read(self, path: str) -> bytes:
        if path not in self._files:
            raise InputError(f"{path}: no such file")
        return self._files[path].encode("utf-8", errors="surrogatepass")

    def is_file(self, path: str) -> bool:
        return path in self._files

    def is_dir(self, path: str) -> bool:
        return any(name.startswith(path + "/") for name in self._files)

    def list(self, path: str) -> tuple[str, ...]:
        return ()

    def walk(self, path: str = "") -> Iterator[str]:
        yield from sorted(self._files)


TREE = MemoryTree(FILES)

TABLE = Token("OrdersTable", TokenKind.RESOURCE)
TABLE_ARN = Text.of("arn:", PARTITION, ":dynamodb:", REGION, ":", ACCOUNT, ":table/", TABLE)
OBJECTS = Text.of("arn:", PARTITION, ":s3:::order-archive/", Hole("event"))

WAY = (
    Frame(Location("src/app.py", 6, 12, 6, 29), "handler"),
    Frame(Location("src/store.py", 9, 5, 9, 69), "save"),
)
PUT_ITEM = Location("src/store.py", 8, 5, 8, 31)
PUT_OBJECT = Location("src/store.py", 9, 5, 9, 69)
GETATTR = Location("src/store.py", 10, 5, 10, 60)
TO_TABLE = (WAY[0], Frame(PUT_ITEM, "save"))
WIDE = Location("template.yaml", 13, 23, 13, 33)
QUEUE = Location("template.yaml", 16, 23, 16, 38)
FUNCTION = Location("template.yaml", 5, 3, 17, 28)

ALLOW_TABLE = Statement(
    effect=Effect.ALLOW,
    actions=(Entry(Text.of("dynamodb:*"), WIDE),),
    resources=(Entry(TABLE_ARN, Location("template.yaml", 14, 25, 14, 48)),),
    location=Location("template.yaml", 12, 15, 14, 48),
)
ALLOW_QUEUE = Statement(
    effect=Effect.ALLOW,
    actions=(Entry(Text.of("sqs:SendMessage"), QUEUE),),
    resources=(Entry(Text.of("*"), Location("template.yaml", 17, 25, 17, 28)),),
    location=Location("template.yaml", 15, 15, 17, 28),
)
POLICIES = Location("template.yaml", 11, 11)
ROLE = Role(
    id="template.yaml#OrdersFunctionRole",
    name=Text.of(Token("OrdersFunctionRole", TokenKind.RESOURCE)),
    arn=Text.of("arn:", PARTITION, ":iam::", ACCOUNT, ":role/", Token("OrdersFunctionRole", TokenKind.RESOURCE)),
    policies=(
        Policy(
            name="OrdersFunctionPolicy0",
            kind=PolicyKind.INLINE,
            statements=(ALLOW_TABLE, ALLOW_QUEUE),
            location=Location("template.yaml", 11, 11),
        ),
    ),
    location=FUNCTION,
)

ORDERS = FunctionScan(
    function=Function(
        id="template.yaml#OrdersFunction",
        name=Text.of(Token("OrdersFunction", TokenKind.RESOURCE)),
        arn=Text.of("arn:", PARTITION, ":lambda:", REGION, ":", ACCOUNT, ":function:", Token("OrdersFunction", TokenKind.RESOURCE)),
        handler="app.handler",
        runtime="python3.12",
        code_roots=("src",),
        location=FUNCTION,
        handler_location=Location("src/app.py", 4, 1, 6, 29),
        logical_id="OrdersFunction",
        environment=(("TABLE", Text.of(TABLE)),),
        role=ROLE,
    ),
    code=CodeUse(
        calls=(
            SdkCall(service="dynamodb", operation="PutItem", arguments=NO_FIELDS, location=PUT_ITEM, trace=TO_TABLE),
            SdkCall(service="s3", operation="PutObject", arguments=NO_FIELDS, location=PUT_OBJECT, trace=WAY),
            SdkCall(
                service="s3",
                operation="GetObject",
                arguments=NO_FIELDS,
                location=PUT_OBJECT,
                trace=WAY,
                principal=Principal(PrincipalKind.ASSUMED_ROLE, Text.of("arn:aws:iam::123456789012:role/reader")),
            ),
        ),
        gaps=(
            Gap(
                kind=GapKind.DYNAMIC_OPERATION,
                reason="the operation of the s3 client is chosen at run time",
                location=GETATTR,
                services=("s3",),
            ),
        ),
        handler=Location("src/app.py", 4, 1, 6, 29),
        modules=("src/app.py", "src/store.py"),
    ),
    requirements=(
        Requirement(action="dynamodb:PutItem", resources=(TABLE_ARN,), source=Source.CODE, need=Necessity.ALWAYS, calls=(0,)),
        Requirement(action="s3:PutObject", resources=(OBJECTS,), source=Source.CODE, need=Necessity.ALWAYS, calls=(1,)),
        Requirement(
            action="kms:GenerateDataKey",
            resources=(Text.of("arn:", PARTITION, ":kms:", REGION, ":", ACCOUNT, ":key/", Hole("key")),),
            source=Source.CODE,
            need=Necessity.POSSIBLE,
            calls=(1,),
            reason="S3 calls it for the caller when the bucket is encrypted with a customer managed key",
        ),
    ),
    comparison=Comparison(
        verdicts=(
            Verdict(requirement=0, resource=TABLE_ARN, outcome=Outcome.GRANTED, statements=(ALLOW_TABLE,)),
            Verdict(
                requirement=1,
                resource=OBJECTS,
                outcome=Outcome.MISSING,
                cause=Cause.NO_STATEMENT,
                reason="No statement allows it.",
            ),
            Verdict(requirement=2, resource=Text.of("*"), outcome=Outcome.UNVERIFIED, cause=Cause.UNKNOWN, reason="The key is not known."),
        )
    ),
)


def always(action: str, *resources: Text) -> Requirement:
    """A need of the code."""
    return Requirement(action=action, resources=resources, source=Source.CODE, need=Necessity.ALWAYS)


BARE = FunctionScan(
    function=Function(
        id="src/report.py#handler",
        name=Text.of("handler"),
        arn=Text.of("arn:", PARTITION, ":lambda:", REGION, ":", ACCOUNT, ":function:", Hole("not deployed")),
        handler="src/report.handler",
        runtime=None,
        code_roots=("",),
        location=Location("src/report.py", 1, 1, 1, 33),
    ),
    code=CodeUse(calls=(), gaps=(), handler=Location("src/report.py", 1, 1, 1, 33), modules=("src/report.py",)),
    requirements=(
        Requirement(
            action="sqs:SendMessage", resources=(Text.of("arn:aws:sqs:eu-west-1:*:jobs"),), source=Source.CODE, need=Necessity.ALWAYS
        ),
        Requirement(action="s3:GetObject", resources=(OBJECTS, Text.of("arn:aws:s3:::b/*")), source=Source.CODE, need=Necessity.ALWAYS),
    ),
    comparison=None,
)

STATEMENT = """\
add this statement to the role:
- Effect: Allow
  Action: s3:PutObject
  Resource: !Sub arn:${AWS::Partition}:s3:::order-archive/*"""

FINDINGS = (
    Finding(
        code="LIS101",
        name="missing-permission",
        severity=Severity.ERROR,
        confidence=Confidence.CERTAIN,
        message="s3:PutObject on arn:${AWS::Partition}:s3:::order-archive/* is needed, and no statement of the role allows it",
        location=PUT_OBJECT,
        function=ORDERS.function.id,
        action="s3:PutObject",
        resource=str(OBJECTS),
        notes=("the bucket's name is a literal in the code",),
        related=(Related("the function's policies are here", Location("template.yaml", 10, 7, 10, 16)),),
        flow=WAY,
        suggestion=STATEMENT,
        fingerprint="3f1d0c9a5e7b2468",
    ),
    Finding(
        code="LIS901",
        name="unresolved-call",
        severity=Severity.NOTE,
        confidence=Confidence.CERTAIN,
        message="the operation of the s3 client is chosen at run time",
        location=GETATTR,
        function=ORDERS.function.id,
        fingerprint="0aa0b1c2d3e4f506",
    ),
    Finding(
        code="LIS203",
        name="broader-than-needed",
        severity=Severity.WARNING,
        confidence=Confidence.CERTAIN,
        message="dynamodb:* allows 60 actions, of which the code needs dynamodb:PutItem",
        location=WIDE,
        function=ORDERS.function.id,
        action="dynamodb:*",
        members=("dynamodb:BatchGetItem", "dynamodb:DeleteItem", "dynamodb:DeleteTable"),
        related=(Related("needed here", PUT_ITEM),),
        suggestion="write the narrower statement:\n- Effect: Allow\n  Action: dynamodb:PutItem\n  Resource: !GetAtt OrdersTable.Arn",
        fingerprint="77aa12bc34de56f0",
    ),
    Finding(
        code="LIS201",
        name="unused-permission",
        severity=Severity.WARNING,
        confidence=Confidence.LIKELY,
        message="sqs:SendMessage is granted, and nothing needs it",
        location=QUEUE,
        function=ORDERS.function.id,
        action="sqs:SendMessage",
        resource="*",
        suggestion="remove sqs:SendMessage from the statement",
        fingerprint="91be20cd41ef6203",
    ),
    Finding(
        code="LIS902",
        name="unresolved-policy",
        severity=Severity.NOTE,
        confidence=Confidence.CERTAIN,
        message="the macro Custom of this template is not expanded",
        location=Location("template.yaml"),
        fingerprint="5d5d5d5d00000001",
    ),
)


def rule(finding: Finding) -> Rule:
    """A rule for a finding's code, in the fixed form."""
    return Rule(
        code=finding.code,
        name=finding.name,
        severity=finding.severity,
        summary=f"Summary of {finding.name}",
        what=f"What {finding.code} is.",
        why="Why it is bad.",
        example="Action: dynamodb:*",
        instead="Action: dynamodb:PutItem",
        fix="What to do.",
    )


REPORT = Report(
    version="1.0.0",
    tables="2026-11-23+botocore-1.44.5",
    functions=(ORDERS, BARE),
    findings=FINDINGS,
    rules=tuple(sorted((rule(finding) for finding in FINDINGS), key=lambda r: r.code)),
    suppressed=1,
    files=3,
)
