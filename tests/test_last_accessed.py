"""IAM's record against findings about unused permissions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from lambda_iam_scan.last_accessed import LastAccessed, adjust
from lambda_iam_scan.model.code import CodeUse
from lambda_iam_scan.model.deployment import Function
from lambda_iam_scan.model.finding import Confidence, Finding, FunctionScan, Report, Severity
from lambda_iam_scan.model.iam import Necessity, Policy, PolicyKind, Requirement, Role, Source
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


def bearer(name: str, role: str, *needs: str) -> FunctionScan:
    """A function with a role of one inline policy, which needs some actions."""
    text = Text.of(name)
    policy = Policy(name="p", kind=PolicyKind.INLINE, statements=(), location=Location(f"{role}#p"))
    function = Function(
        id=name,
        name=text,
        arn=text,
        handler=None,
        runtime=None,
        code_roots=(),
        location=AT,
        role=Role(id=role, name=text, arn=text, policies=(policy,)),
    )
    needed = tuple(Requirement(action=action, resources=(), source=Source.CODE, need=Necessity.ALWAYS) for action in needs)
    return FunctionScan(function=function, code=CodeUse(calls=(), gaps=()), requirements=needed, comparison=None)


def weighed(one: Finding, evidence: LastAccessed, *needs: str) -> tuple[Finding, Report]:
    report = adjust(Report(version="1", tables="t", functions=(bearer("f", "r", *needs),), findings=(one,)), {"r": evidence})
    return report.findings[0], report


def unchanged(one: Finding, evidence: LastAccessed, *needs: str) -> None:
    assert weighed(one, evidence, *needs)[0] == one


def certain(one: Finding, evidence: LastAccessed, *needs: str) -> None:
    found, _ = weighed(one, evidence, *needs)
    assert (found.code, found.confidence) == (one.code, Confidence.CERTAIN)
    assert f"no use of {'it' if one.action else 'them'} in the 90 days before 2026-11-23" in found.notes[-1]


def gap(one: Finding, evidence: LastAccessed, *needs: str) -> None:
    found, report = weighed(one, evidence, *needs)
    assert (found.code, found.severity) == ("LIS901", Severity.NOTE)
    assert [gap.kind for gap in report.functions[0].code.gaps] == ["used-not-seen"]


def test_never_used_and_not_needed_is_certain() -> None:
    certain(finding("sqs:SendMessage"), record({"sqs": None}))
    certain(finding("sqs:CreateQueue"), record({"sqs": 3}, {"sqs:createqueue": None}))


def test_long_ago_is_never() -> None:
    certain(finding("sqs:CreateQueue"), record({"sqs": 3}, {"sqs:createqueue": 120}))


def test_used_recently_is_a_gap() -> None:
    gap(finding("sqs:CreateQueue"), record({"sqs": 3}, {"sqs:createqueue": 10}))


def test_an_action_that_iam_does_not_track_says_nothing_while_code_uses_its_service() -> None:
    unchanged(finding("s3:GetObject"), record({"s3": 3}), "s3:PutObject")


def test_a_service_that_is_used_though_no_code_needs_it_is_a_gap() -> None:
    gap(finding("s3:GetObject"), record({"s3": 3}), "sqs:SendMessage")
    gap(finding(None, "sqs:SendMessage", "s3:GetObject"), record({"s3": 3, "sqs": None}))
    unchanged(finding("s3:GetObject"), record({"s3": 3}, age=20), "s3:PutObject")


def test_several_actions_of_such_a_service_make_one_gap() -> None:
    found = (finding("s3:GetObject"), finding("s3:PutObject"))
    report = adjust(Report(version="1", tables="t", functions=(bearer("f", "r"),), findings=found), {"r": record({"s3": 3})})
    assert [one.message for one in report.findings] == [
        "the role used s3 on 2026-11-20, but no code was found that needs it: the grant is not called unused"
    ]
    assert len(report.functions[0].code.gaps) == 1


def test_what_is_wider_than_needed_gives_way_too() -> None:
    wide = finding(None, "sqs:CreateQueue", "sqs:DeleteQueue", code="LIS203")
    gap(wide, record({"sqs": 3}, {"sqs:createqueue": 10, "sqs:deletequeue": None}), "sqs:SendMessage")
    certain(wide, record({"sqs": 3}, {"sqs:createqueue": None, "sqs:deletequeue": 200}), "sqs:SendMessage")
    unchanged(wide, record({"sqs": 3}, {"sqs:createqueue": None}), "sqs:SendMessage")
    unchanged(finding(None, code="LIS203"), record({"sqs": 3}))


SHARED = replace(finding("sqs:CreateQueue"), function=None, location=Location("r#p"))


def shared(*records: tuple[str, LastAccessed]) -> Report:
    """Two functions with role r, one with role s; the finding is about r."""
    scans = (bearer("f", "r"), bearer("g", "r"), bearer("h", "s"))
    return adjust(Report(version="1", tables="t", functions=scans, findings=(SHARED,)), dict(records))


def test_a_role_that_functions_share_is_weighed_by_where_its_policy_stands() -> None:
    unused, used = record({"sqs": 3}, {"sqs:createqueue": None}), record({"sqs": 3}, {"sqs:createqueue": 3})
    assert shared(("r", unused), ("s", used)).findings[0].confidence is Confidence.CERTAIN
    report = shared(("r", used), ("s", unused))
    assert report.findings[0].code == "LIS901"
    assert [len(scan.code.gaps) for scan in report.functions] == [1, 1, 0]
    assert shared(("s", unused)).findings == (SHARED,)


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
