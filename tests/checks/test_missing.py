import pytest

from lambda_iam_scan.checks.missing import CHECK
from lambda_iam_scan.model.code import CodeUse, Fields, SdkCall
from lambda_iam_scan.model.finding import Confidence, FunctionScan
from lambda_iam_scan.model.iam import PolicyKind, Role, Source
from lambda_iam_scan.model.source import Location
from lambda_iam_scan.model.text import Text
from tests.checks.checking import found, one, tables
from tests.iam.building import OTHER_TABLE, TABLE, allow, deny, function, gap, need, policy, role, scan_of, scanned, table_arn

PUT = need("dynamodb:PutItem", table_arn(TABLE))


@pytest.mark.parametrize(
    ("granted", "code"),
    [
        (role(allow("dynamodb:GetItem")), "LIS101"),
        (role(allow("dynamodb:PutItem", table_arn(OTHER_TABLE))), "LIS102"),
        (role(policy(allow("*"), deny("dynamodb:Put*"))), "LIS103"),
        (role(allow("dynamodb:*", Condition={"StringEquals": {"aws:SourceVpc": "vpc-1"}})), "LIS104"),
        (role(allow("*"), boundary=policy(allow("s3:*"), kind=PolicyKind.BOUNDARY)), "LIS105"),
    ],
)
def test_what_is_refused_is_told_by_its_cause(granted: Role, code: str) -> None:
    assert found(CHECK, granted, PUT) == [(code, "dynamodb:PutItem", str(table_arn(TABLE)))]


@pytest.mark.parametrize(
    "granted",
    [
        role(allow("dynamodb:PutItem", table_arn(TABLE))),
        role(allow("dynamodb:PutItem", table_arn("orders-*"))),
        role(allow("dynamodb:GetItem"), gaps=(gap(),)),
        role(policy(allow("*"), deny("*", Condition={"StringEquals": {"aws:PrincipalTag/team": "x"}}))),
    ],
)
def test_what_is_granted_or_unverified_is_not(granted: Role) -> None:
    assert found(CHECK, granted, PUT) == []


def test_a_possible_need_is_never_missing() -> None:
    assert found(CHECK, role(), need("dynamodb:PutItem", possible=True)) == []


@pytest.mark.parametrize("source", [Source.LOGGING, Source.EVENT_SOURCE, Source.FEATURE])
def test_what_lambda_needs_is_not_the_code_s(source: Source) -> None:
    assert found(CHECK, role(), need("sqs:ReceiveMessage", source=source)) == []


def test_a_library_s_need_is_likely() -> None:
    assert one(CHECK, role(), need("ssm:GetParameter", source=Source.LIBRARY)).confidence is Confidence.LIKELY
    assert one(CHECK, role(), need("ssm:GetParameter")).confidence is Confidence.CERTAIN


def test_the_suggestion_suffices() -> None:
    granted = one(CHECK, role(), need("s3:PutObject", "arn:aws:s3:::data/2026/x")).suggestion or ""
    assert '"Action": "s3:PutObject"' in granted
    assert '"Resource": "arn:aws:s3:::data/*"' in granted


def test_the_message_names_function_action_and_resource() -> None:
    finding = one(CHECK, role(allow("s3:PutObject", "arn:aws:s3:::old/*")), need("s3:PutObject", "arn:aws:s3:::new/k"))
    assert finding.message == "fn needs s3:PutObject on arn:aws:s3:::new/k, but its role allows that only on arn:aws:s3:::old/*"
    assert finding.related
    assert one(CHECK, role(), PUT).message.endswith("but no statement of its role allows it")


def test_the_finding_stands_at_the_call_that_names_the_resource() -> None:
    calls = tuple(
        SdkCall(
            service="s3", operation="PutObject", arguments=Fields(((Text.of("Bucket"), Text.of(name)),)), location=Location("app.py", line)
        )
        for line, name in ((3, "fine"), (4, "audit"))
    )
    wanted = need("s3:PutObject", "arn:aws:s3:::fine/k", "arn:aws:s3:::audit/k")
    fn = function(role(allow("s3:PutObject", "arn:aws:s3:::fine/*")))
    base = scanned(fn, wanted)
    requirement = type(wanted)(action=wanted.action, resources=wanted.resources, source=wanted.source, need=wanted.need, calls=(0, 1))
    scan = FunctionScan(function=fn, code=CodeUse(calls=calls, gaps=()), requirements=(requirement,), comparison=base.comparison)
    (finding,) = CHECK.run(scan_of(scan), tables())
    assert (finding.location.line, finding.resource) == (4, "arn:aws:s3:::audit/k")


def test_the_catalogue_s_silence_is_less_than_certain() -> None:
    granted = role(allow("transcribe:StartMedicalScribeJob", "arn:aws:transcribe:*:*:*"))
    assert one(CHECK, granted, need("transcribe:StartMedicalScribeJob")).confidence is Confidence.LIKELY
