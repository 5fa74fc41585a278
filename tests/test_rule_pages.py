"""docs/rules holds what `explain` prints. `UPDATE_DOCS=1 pytest tests/test_rule_pages.py` writes it anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lambda_iam_scan.errors import UsageError
from lambda_iam_scan.plugins import discover
from lambda_iam_scan.rule_pages import find_rule, page, pages
from lambda_iam_scan.suppress import UNUSED_SUPPRESSION

DOCS = Path(__file__).parent.parent / "docs" / "rules"
RULES = tuple(sorted((UNUSED_SUPPRESSION, *(rule for check in discover("checks") for rule in check.rules)), key=lambda rule: rule.code))


def test_the_pages_are_what_explain_prints() -> None:
    if os.environ.get("UPDATE_DOCS"):
        DOCS.mkdir(exist_ok=True)
        for path in DOCS.iterdir():
            path.unlink()
        for name, text in pages(RULES).items():
            (DOCS / name).write_text(text, encoding="utf-8")
    assert {path.name: path.read_text(encoding="utf-8") for path in DOCS.iterdir()} == pages(RULES)


def test_codes_and_names_are_used_once() -> None:
    assert len({rule.code for rule in RULES}) == len({rule.name for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_page_has_every_part(rule: object) -> None:
    text = page(rule)  # type: ignore[arg-type]
    parts = ["# LIS", "## What it does", "## Why it matters", "## Example", "Use instead:", "## What to do"]
    places = [text.find(part) for part in parts]
    assert places == sorted(places)
    assert -1 not in places


def test_a_rule_is_found_by_code_or_name_in_any_case() -> None:
    assert find_rule(RULES, "lis203") is find_rule(RULES, "broader-than-needed") is find_rule(RULES, "LIS203")


@pytest.mark.parametrize(
    ("wanted", "hint"),
    [("LIS999", "did you mean LIS9"), ("broader-than-need", "did you mean broader-than-needed?"), ("xyz", "there are LIS101")],
)
def test_an_unknown_rule_is_an_error_with_a_hint(wanted: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        find_rule(RULES, wanted)
    assert hint in str(caught.value)
