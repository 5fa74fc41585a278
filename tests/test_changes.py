"""What a change introduces is told from what was there."""

from __future__ import annotations

from dataclasses import replace

from lambda_iam_scan.changes import permission_changes, since
from lambda_iam_scan.fingerprints import with_fingerprints
from lambda_iam_scan.model.finding import ChangeKind, PermissionChange, Report
from lambda_iam_scan.model.source import Location
from tests.reporters.sample import FINDINGS, ORDERS, REPORT, always

ID = ORDERS.function.id


def report(**changes: object) -> Report:
    return replace(replace(REPORT, functions=(ORDERS,)), **changes)  # type: ignore[arg-type]


def test_nothing_changed() -> None:
    result = since(report(), report())
    assert (result.findings, result.changes) == ((), ())


def test_a_finding_that_only_moved_is_not_new() -> None:
    moved = tuple(replace(finding, location=Location(finding.location.path, 900)) for finding in FINDINGS)
    assert since(report(), report(findings=moved)).findings == ()


def test_a_new_finding_is_reported_and_an_old_one_is_not() -> None:
    assert since(report(findings=FINDINGS[1:]), report()).findings == FINDINGS[:1]
    assert since(report(), report(findings=FINDINGS[1:])).findings == ()


def test_a_finding_that_moved_with_its_file_is_not_new() -> None:
    old = report(findings=with_fingerprints(replace(finding, fingerprint="") for finding in FINDINGS))
    path = FINDINGS[0].location.path
    moved = [
        replace(
            finding,
            fingerprint="",
            location=replace(finding.location, path="new.py") if finding.location.path == path else finding.location,
        )
        for finding in FINDINGS
    ]
    now = report(findings=with_fingerprints(moved))
    assert since(old, now, {path: "new.py"}).findings == ()
    assert since(old, now).findings != ()
    assert since(old, now, {path: "other.py"}).findings != ()


def test_needs_of_a_function_that_moved_with_its_file_are_not_new() -> None:
    moved = replace(ORDERS, function=replace(ORDERS.function, id=f"infra/new.yaml#{ID.partition('#')[2]}"))
    assert permission_changes(report(), report(functions=(moved,))) != ()
    assert since(report(), report(functions=(moved,), findings=()), {ID.partition("#")[0]: "infra/new.yaml"}).changes == ()


def test_without_a_before_everything_is_new() -> None:
    result = since(None, report())
    assert result.findings == FINDINGS
    assert {change.kind for change in result.changes or ()} == {ChangeKind.ADDED}


def change(action: str, kind: ChangeKind, resource: str = "*") -> PermissionChange:
    return PermissionChange(function=ID, action=action, resource=resource, kind=kind)


def test_permissions_newly_and_no_longer_needed() -> None:
    before = report(functions=(replace(ORDERS, requirements=(always("s3:GetObject"), always("sqs:SendMessage"))),))
    after = report(functions=(replace(ORDERS, requirements=(always("s3:PutObject"), always("sqs:SendMessage"))),))
    assert permission_changes(before, after) == (change("s3:GetObject", ChangeKind.REMOVED), change("s3:PutObject", ChangeKind.ADDED))


def test_what_is_only_possible_is_no_change() -> None:
    without = report(functions=(replace(ORDERS, requirements=ORDERS.requirements[:2]),))
    assert permission_changes(without, report()) == ()
