"""A baseline accepts what it holds, by fingerprint, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lambda_iam_scan.baseline import Baselined, apply_baseline, write_baseline
from lambda_iam_scan.errors import InputError
from lambda_iam_scan.model.source import Location
from tests.reporters.sample import FINDINGS


def test_what_was_written_is_accepted() -> None:
    assert apply_baseline(FINDINGS, write_baseline(FINDINGS), "b.json") == Baselined((), len(FINDINGS), 0)


def test_a_finding_that_moved_is_still_accepted() -> None:
    moved = replace(FINDINGS[0], location=Location("src/store.py", 99))
    assert apply_baseline([moved], write_baseline(FINDINGS), "b.json") == Baselined((), 1, len(FINDINGS) - 1)


def test_a_new_finding_is_not() -> None:
    new = replace(FINDINGS[0], fingerprint="new")
    assert apply_baseline([*FINDINGS, new], write_baseline(FINDINGS), "b.json").findings == (new,)


def test_order_does_not_show_in_the_file() -> None:
    assert write_baseline(FINDINGS) == write_baseline(FINDINGS[::-1])


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"schema_version": "2", "findings": {}}', '{"schema_version": "1", "findings": []}', "[" * 100_000]
)
def test_what_is_no_baseline_is_said_in_one_line(text: str) -> None:
    with pytest.raises(InputError, match=r"^b\.json: not") as caught:
        apply_baseline(FINDINGS, text, "b.json")
    assert "\n" not in str(caught.value)
