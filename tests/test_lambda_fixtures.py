"""fixtures/lambda: a template for each trigger, event source and feature, with a function that is right and its near-miss.

Each states its findings in comments: `# finding CODE FUNCTION ACTION`. Nothing else is missing.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from lambda_iam_scan.config import Settings
from lambda_iam_scan.scan import scan
from tests.checks.judging import settled, tables
from tests.trees import DictTree

FOLDER = Path(__file__).parent.parent / "fixtures" / "lambda"
TEMPLATES = sorted(path.name for path in FOLDER.glob("*.yaml"))


def expected(text: str) -> list[tuple[str, str, str]]:
    found = [line.split()[2:] for line in text.splitlines() if line.startswith("# finding ")]
    return sorted((code, name, action) for code, name, action in found)


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_findings_are_those_that_the_template_states(name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")
    tree = DictTree({name: text} | {path.name: path.read_bytes() for path in FOLDER.glob("*.py")})
    report = scan(tree, tables(), Settings(templates=(name,), select=("LIS1", "LIS3")))
    assert sorted((f.code, (f.function or "").partition("#")[2], f.action or "-") for f in report.findings) == expected(text)


def test_every_rule_of_triggers_and_event_sources_is_covered() -> None:
    """Alexa has no CloudFormation resource, so that only SAM shows it."""
    kinds = set(tables().lambda_rules("triggers")) | set(tables().lambda_rules("event_sources")) | set(tables().lambda_rules("features"))
    seen = set()
    for name in TEMPLATES:
        deployment = settled(name, (FOLDER / name).read_text(encoding="utf-8"), "def handler(event, context): ...")
        for function in deployment.functions:
            seen |= {trigger.kind for trigger in function.triggers}
            seen |= {source.kind for source in function.event_sources}
            seen |= {feature.kind for feature in function.features}
    assert kinds - seen == {"sources", "groups", "alexa", "alexa-smart-home", "cognito-sync", "environment-key"}
