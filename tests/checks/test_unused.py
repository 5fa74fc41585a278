from dataclasses import replace
from typing import Any

import pytest

from lambda_iam_scan.actions import expand
from lambda_iam_scan.checks.unused import CHECK
from lambda_iam_scan.model.code import Fields, Gap, GapKind, Items
from lambda_iam_scan.model.finding import Confidence
from lambda_iam_scan.model.iam import Policy, PolicyKind, Source
from lambda_iam_scan.model.text import Text
from tests.checks.checking import found, one, tables
from tests.iam.building import (
    HERE,
    HOLE,
    OTHER_TABLE,
    TABLE,
    allow,
    deny,
    function,
    gap,
    need,
    policy,
    role,
    scan_of,
    scanned,
    table_arn,
    text,
)

GET = need("s3:GetObject", "arn:aws:s3:::in/k")
UNKNOWN_BUCKET = need("s3:GetObject", text("arn:aws:s3:::", HOLE, "/", HOLE))
IN, OTHER = "arn:aws:s3:::in/*", "arn:aws:s3:::other/*"


def test_a_named_action_that_nothing_needs() -> None:
    finding = one(CHECK, allow(["s3:GetObject", "s3:DeleteObject"], IN), GET)
    assert (finding.code, finding.action, finding.confidence) == ("LIS201", "s3:DeleteObject", Confidence.CERTAIN)
    assert finding.location.column == 2  # the second entry's own place
    assert finding.suggestion is not None
    assert "s3:DeleteObject" not in finding.suggestion


def test_one_finding_an_action() -> None:
    unused = [("LIS201", action, None) for action in ("s3:DeleteObject", "s3:PutObject")]
    assert found(CHECK, allow(["s3:DeleteObject", "s3:PutObject"], IN), GET) == unused


def test_a_resource_that_is_never_used() -> None:
    assert found(CHECK, allow("s3:GetObject", [IN, OTHER]), GET) == [("LIS202", "s3:GetObject", OTHER)]


def test_an_action_needed_only_elsewhere() -> None:
    both = allow(["dynamodb:GetItem", "dynamodb:PutItem"], table_arn(TABLE))
    needs = need("dynamodb:GetItem", table_arn(TABLE)), need("dynamodb:PutItem", table_arn(OTHER_TABLE))
    assert found(CHECK, both, *needs) == [("LIS202", "dynamodb:PutItem", str(table_arn(TABLE)))]


@pytest.mark.parametrize(
    ("statement", "needs"),
    [
        (allow("s3:GetObject", IN), GET),
        (allow("S3:getobject", IN), GET),
        (allow(["s3:GetObject"], [IN, OTHER]), UNKNOWN_BUCKET),
        (allow("s3:GetObject", ["arn:aws:s3:::in", IN]), GET),
        (allow("s3:GetObject", "arn:aws:s3:::in/reports/*"), GET),
        (allow("dynamodb:Query", [table_arn(TABLE), table_arn(TABLE, "/index/*")]), need("dynamodb:Query", table_arn(TABLE))),
        (allow("kms:Decrypt"), need("kms:Decrypt", possible=True)),
        (allow("sqs:ReceiveMessage"), need("sqs:ReceiveMessage", source=Source.EVENT_SOURCE)),
        (allow("s3:PutObject", IN, Condition={"StringEquals": {"aws:SourceVpc": "v"}}), need("s3:PutObject", "arn:aws:s3:::in/k")),
        (deny("s3:DeleteObject", IN), GET),
        (allow("s3:Delete*", IN), GET),
        (allow("s3:DeleteObjects", IN), GET),
    ],
)
def test_what_is_needed_or_not_ours_to_tell(statement: dict[str, Any], needs: Any) -> None:
    assert found(CHECK, statement, needs) == []


@pytest.mark.parametrize("kind", [PolicyKind.GENERATED, PolicyKind.AWS_MANAGED, PolicyKind.SAM_TEMPLATE])
def test_entries_that_nobody_here_wrote(kind: PolicyKind) -> None:
    assert found(CHECK, policy(allow("s3:DeleteObject", IN), kind=kind), GET) == []


@pytest.mark.parametrize(
    ("gaps", "confidence"),
    [
        ((), Confidence.CERTAIN),
        ((gap("dynamodb"),), Confidence.CERTAIN),
        ((gap("s3"),), Confidence.POSSIBLE),
        ((gap(),), Confidence.LIKELY),
        ((gap(kind=GapKind.UNPARSABLE),), Confidence.POSSIBLE),
        ((gap(kind=GapKind.MODULE_NOT_FOUND),), Confidence.POSSIBLE),
    ],
)
def test_gaps_lower_the_confidence(gaps: tuple[Gap, ...], confidence: Confidence) -> None:
    assert one(CHECK, allow("s3:DeleteObject", IN), gaps=gaps).confidence is confidence


def test_sdk_services_are_known_by_their_iam_prefix() -> None:
    assert one(CHECK, allow("states:StartExecution"), gaps=(gap("stepfunctions"),)).confidence is Confidence.POSSIBLE


def test_nothing_is_unused_where_no_code_was_seen() -> None:
    assert found(CHECK, allow("s3:DeleteObject", IN), gaps=(gap(kind=GapKind.CODE_NOT_FOUND),)) == []


def test_a_role_that_others_assume_too_is_less_sure() -> None:
    granted = role(allow("s3:DeleteObject", IN))
    trusting = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": ["lambda.amazonaws.com", "ecs-tasks.amazonaws.com"]},
    }
    trust: Policy = policy(trusting, kind=PolicyKind.TRUST)
    shared = type(granted)(id="r", name=granted.name, arn=granted.arn, policies=granted.policies, trust=trust, location=HERE)
    found = one(CHECK, shared)
    assert found.confidence is Confidence.POSSIBLE
    assert found.notes == ("ecs-tasks.amazonaws.com may assume the role, too, and what is needed then is not seen here",)
    assert one(CHECK, granted).notes == ()


def test_functions_that_share_a_role_are_judged_together() -> None:
    shared = role(allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], IN))
    first = scanned(function(shared, "reader"), GET)
    second = scanned(function(shared, "writer"), need("s3:PutObject", "arn:aws:s3:::in/k"))
    (finding,) = CHECK.run(scan_of(first, second), tables())
    assert (finding.action, finding.function) == ("s3:DeleteObject", None)
    assert "functions reader and writer" in finding.message


def test_without_a_role_there_is_nothing_to_say() -> None:
    assert list(CHECK.run(scan_of(scanned(function(None), GET)), tables())) == []


@pytest.mark.parametrize("action", ["aoss:APIAccessAll", "es:ESHttpPost", "dsql:DbConnectAdmin", "kafka-cluster:Connect"])
def test_what_other_clients_than_the_sdk_need_is_only_possibly_unused(action: str) -> None:
    assert one(CHECK, allow(action)).confidence is Confidence.POSSIBLE


def test_an_extension_reads_secrets_by_itself() -> None:
    granted = role(allow("secretsmanager:GetSecretValue"))
    layer = "arn:aws:lambda:us-east-1:177933569100:layer:AWS-Parameters-and-Secrets-Lambda-Extension:11"
    plain = function(granted)
    layered = replace(plain, options=Fields(((Text.of("layers"), Items((Text.of(layer),))),)))
    told = {fn is layered: next(iter(CHECK.run(scan_of(scanned(fn)), tables()))).confidence for fn in (plain, layered)}
    assert told == {False: Confidence.CERTAIN, True: Confidence.POSSIBLE}


def test_an_agent_reads_its_key_by_itself() -> None:
    granted = role(allow("secretsmanager:GetSecretValue"))
    told = {}
    for variable in ("DD_API_KEY", "DD_API_KEY_SECRET_ARN"):
        watched = replace(function(granted), environment=((variable, Text.of("x")),))
        told[variable] = next(iter(CHECK.run(scan_of(scanned(watched)), tables()))).confidence
    assert told == {"DD_API_KEY": Confidence.CERTAIN, "DD_API_KEY_SECRET_ARN": Confidence.POSSIBLE}


def test_every_action_that_no_sdk_call_shows_exists() -> None:
    for row in tables().lambda_rules("unseen").values():
        assert row["source"].startswith("https://docs.aws.amazon.com/" if "variables" not in row else "https://")
        assert all(expand(Text.of(action), tables()) for action in row["actions"]), row
