"""Small real applications, each problem beside its clean twin, through the whole program.

`expected.txt` holds one line a finding: code, place, action (`-` where the finding has none). Written by hand.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from lambda_iam_scan import disk
from lambda_iam_scan.config import Settings
from lambda_iam_scan.directory import Directory
from lambda_iam_scan.scan import scan
from lambda_iam_scan.tables import Tables

FIXTURES = Path(__file__).parents[1] / "fixtures"
EXPECTED = sorted(FIXTURES.glob("*/*/expected.txt"))


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda path: f"{path.parts[-3]}-{path.parts[-2]}")
def test_findings_are_exactly_the_expected_ones(expected: Path) -> None:
    root = expected.parent
    policies = ("role.json",) if (root / "role.json").is_file() else ()
    report = scan(Directory(root), Tables(disk.load_table), Settings(policies=policies))
    found = [f"{finding.code} {finding.location.path}:{finding.location.line} {finding.action or '-'}" for finding in report.findings]
    assert found == expected.read_text().splitlines()
    assert all(function.complete for function in report.functions)


def test_each_problem_has_a_clean_twin() -> None:
    wrong, right = ({path.parts[-3] for path in EXPECTED if path.parts[-2] == kind} for kind in ("wrong", "right"))
    assert wrong == right
    assert len(wrong) >= 5


@pytest.mark.parametrize("root", sorted(FIXTURES.glob("end-to-end/*/template.yaml")), ids=lambda path: path.parts[-2])
def test_applications_that_run_under_their_policy_are_clean(root: Path) -> None:
    report = scan(Directory(root.parent), Tables(disk.load_table), Settings())
    assert [f"{finding.code} {finding.location.path}:{finding.location.line} {finding.message}" for finding in report.findings] == []
