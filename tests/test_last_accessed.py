"""IAM's record against findings about unused permissions."""

from __future__ import annotations

from datetime import date, timedelta

from lambda_iam_scan.last_accessed import LastAccessed, adjust
from lambda_iam_scan.model.code import CodeUse
from lambda_iam_scan.model.deployment import Function
from lambda_iam_scan.model.finding import Confidence, Finding, FunctionScan, Report, Severity
from lambda_iam_scan.model.iam import Role
from lambda_iam_scan.model.source import Location
from lambda_iam_scan.model.text import Text

TODAY = date(2026, 11, 23)
AT = Location("template.yaml", 3)


def record(
    services: dict[str, int | None] | None = None, actions: dict[str, int | None] | None = None, age: int | None = 400
) -> LastAccessed:
    """Days ago; None: never."""

    def days(found: dict[str, int | None] | None) -> dict[str, date | None]:
        return {key: None if ago is None else TODAY - timedelta(ago) for key, ago in (found or {}).items()}

    since = None if age is None else TODAY - timedelta(age)
    return LastAccessed(role="r", as_of=TODAY, since=since, services=days(services), actions=days(actions))


def finding(action: str | None, *members: str, code: str = "LIS201") -> Finding:
    return Finding(
        code=code,
        name="n",
        severity=Severity.WARNING,
        confidence=Confidence.LIKELY,
        message="m",
        location=AT,
        function="f",
        action=action,
        members=members,
    )


def weighed(one: Finding, evidence: LastAccessed) -> tuple[Finding, Report]:
    name = Text.of("f")
    function = Function(
        id="f", name=name, arn=name, handler=None, runtime=None, code_roots=(), location=AT, role=Role(id="r", name=name, arn=name)
    )
    scan = FunctionScan(function=function, code=CodeUse(calls=(), gaps=()), requirements=(), comparison=None)
    report = adjust(Report(version="1", tables="t", functions=(scan,), findings=(one,)), {"r": evidence})
    return report.findings[0], report


def unchanged(one: Finding, evidence: LastAccessed) -> None:
    assert weighed(one, evidence)[0] == one


def certain(one: Finding, evidence: LastAccessed) -> None:
    found, _ = weighed(one, evidence)
    assert (found.code, found.confidence) == (one.code, Confidence.CERTAIN)
    assert "no use of it in the 90 days before 2026-11-23" in found.notes[-1]


def gap(one: Finding, evidence: LastAccessed) -> None:
    found, report = weighed(one, evidence)
    assert (found.code, found.severity) == ("LIS901", Severity.NOTE)
    assert [gap.kind for gap in report.functions[0].code.gaps] == ["used-not-seen"]


def test_never_used_and_not_needed_is_certain() -> None:
    certain(finding("sqs:SendMessage"), record({"sqs": None}))
    certain(finding("sqs:CreateQueue"), record({"sqs": 3}, {"sqs:createqueue": None}))


def test_long_ago_is_never() -> None:
    certain(finding("sqs:CreateQueue"), record({"sqs": 3}, {"sqs:createqueue": 120}))


def test_used_recently_is_a_gap() -> None:
    gap(finding("sqs:CreateQueue"), record({"sqs": 3}, {"sqs:createqueue": 10}))


def test_an_action_that_iam_does_not_track_says_nothing_while_its_service_is_used() -> None:
    unchanged(finding("s3:GetObject"), record({"s3": 3}))


def test_a_service_that_iam_does_not_list_says_nothing() -> None:
    unchanged(finding("sqs:SendMessage"), record({"s3": None}))


def test_a_young_role_proves_nothing() -> None:
    unchanged(finding("sqs:SendMessage"), record({"sqs": None}, age=20))
    unchanged(finding("sqs:SendMessage"), record({"sqs": None}, age=None))


def test_a_policy_of_which_one_member_is_used_is_a_gap() -> None:
    gap(finding(None, "sqs:CreateQueue", "sqs:DeleteQueue"), record({"sqs": 3}, {"sqs:createqueue": 10, "sqs:deletequeue": None}))


def test_a_policy_of_which_all_members_are_unused_is_certain() -> None:
    certain(finding(None, "sqs:CreateQueue", "sns:Publish"), record({"sqs": 3, "sns": None}, {"sqs:createqueue": None}))


def test_other_findings_are_left_alone() -> None:
    unchanged(finding("sqs:SendMessage", code="LIS101"), record({"sqs": None}))
