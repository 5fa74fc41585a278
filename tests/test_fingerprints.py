"""Fingerprints stay when lines move, and differ when the finding does."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_iam_scan.fingerprints import with_fingerprints
from lambda_iam_scan.model.finding import Finding
from lambda_iam_scan.model.source import Location
from tests.reporters.sample import FINDINGS

MISSING, GAP = FINDINGS[0], FINDINGS[1]


def of(*findings: Finding) -> list[str]:
    return [finding.fingerprint for finding in with_fingerprints(replace(finding, fingerprint="") for finding in findings)]


@given(st.integers(1, 10**6), st.integers(1, 200))
def test_lines_and_columns_do_not_matter(line: int, column: int) -> None:
    for finding in (MISSING, GAP):
        assert of(finding) == of(replace(finding, location=Location(finding.location.path, line, column)))


def test_places_in_a_message_do_not_matter() -> None:
    assert of(replace(GAP, message="see a.py:12:3, line 4")) == of(replace(GAP, message="see a.py:99:1, line 77"))
    assert of(replace(GAP, message="see a.py")) != of(replace(GAP, message="see b.py"))


@pytest.mark.parametrize("change", [{"code": "LIS102"}, {"action": "s3:GetObject"}, {"resource": "x"}, {"function": "f"}])
def test_another_finding_has_another_fingerprint(change: dict[str, str]) -> None:
    assert of(MISSING) != of(replace(MISSING, **change))  # type: ignore[arg-type]


def test_the_message_of_a_finding_with_an_action_may_change() -> None:
    assert of(MISSING) == of(replace(MISSING, message="other words"))


def test_equal_ones_are_numbered_in_order() -> None:
    first, second, third = of(MISSING, replace(MISSING, location=Location(MISSING.location.path, 99)), GAP)
    assert second == f"{first}-2"
    assert "-" not in third


def test_a_fingerprint_is_given_once() -> None:
    assert with_fingerprints([MISSING, replace(GAP, fingerprint="")])[0].fingerprint == MISSING.fingerprint
