"""SARIF logs: valid, every result with a place, links and placeholders kept out of messages."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from lambda_iam_scan.model.source import Location
from lambda_iam_scan.reporters.sarif import log
from tests.reporters.sample import FINDINGS, REPORT

OFFICIAL = os.environ.get("SARIF_SCHEMA", "")
"""Path of the OASIS file (oasis-tcs/sarif-spec, sarif-2.1/schema/sarif-schema-2.1.0.json), which is not ours to ship."""

TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}, "markdown": {"type": "string"}}}
REGION = {
    "type": "object",
    "required": ["startLine"],
    "additionalProperties": False,
    "properties": {name: {"type": "integer", "minimum": 1} for name in ("startLine", "startColumn", "endLine", "endColumn")},
}
PLACE = {
    "type": "object",
    "required": ["physicalLocation"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "integer", "minimum": 0},
        "message": TEXT,
        "physicalLocation": {
            "type": "object",
            "required": ["artifactLocation", "region"],
            "additionalProperties": False,
            "properties": {
                "artifactLocation": {
                    "type": "object",
                    "required": ["uri", "uriBaseId"],
                    "properties": {"uri": {"pattern": "^[A-Za-z0-9._~/%-]+$"}},
                },
                "region": REGION,
            },
        },
    },
}
RESULT = {
    "type": "object",
    "required": ["ruleId", "level", "message", "locations", "partialFingerprints"],
    "properties": {
        "level": {"enum": ["error", "warning", "note"]},
        "message": TEXT,
        "locations": {"type": "array", "minItems": 1, "items": PLACE},
        "relatedLocations": {"type": "array", "items": PLACE},
        "codeFlows": {"type": "array", "minItems": 1},
    },
}


def results(**changes: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = log(replace(REPORT, findings=(replace(FINDINGS[0], **changes),)))["runs"][0]["results"]
    return found


@pytest.mark.skipif(not OFFICIAL, reason="SARIF_SCHEMA does not name the official schema")
def test_valid_against_the_official_schema() -> None:
    schema = json.loads(Path(OFFICIAL).read_text(encoding="utf-8"))
    validator = jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())
    odd = replace(FINDINGS[0], location=Location("a b/ü:c.py"), suggestion=None, flow=())
    for report in (REPORT, replace(REPORT, findings=()), replace(REPORT, functions=(), rules=()), replace(REPORT, findings=(odd,))):
        validator.validate(log(report))


def test_results_have_the_form_that_the_specification_asks_for() -> None:
    for result in log(REPORT)["runs"][0]["results"]:
        jsonschema.validate(result, RESULT)


def test_each_result_points_at_its_rule_and_each_rule_has_help() -> None:
    run = log(REPORT)["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [finding.code for finding in FINDINGS]
    assert all(rule["help"]["text"] and rule["help"]["markdown"] for rule in rules)


def test_the_flow_leads_from_the_handler_to_the_call() -> None:
    [result] = results()
    steps = result["codeFlows"][0]["threadFlows"][0]["locations"]
    places = [step["location"]["physicalLocation"] for step in steps]
    assert [(place["artifactLocation"]["uri"], place["region"]["startLine"]) for place in places] == [
        ("src/app.py", 6),
        ("src/store.py", 9),
    ]


def test_a_finding_on_a_whole_file_is_on_its_first_line() -> None:
    [result] = results(location=Location("template.yaml"))
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 1}


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("see [here](https://evil.example)", "see \\[here\\](https://evil.example)"),
        ("a list [1, 2]", "a list [1, 2]"),
        ("value {0}", "value {{0}}"),
        ("${AWS::Region}", "${AWS::Region}"),
        ("a\x1b]8;;x\x07b", "a\\x1b]8;;x\\x07b"),
    ],
)
def test_messages_are_inert(message: str, text: str) -> None:
    [result] = results(message=message, notes=(), suggestion=None)
    assert result["message"]["text"] == text


def test_the_fingerprint_is_the_findings() -> None:
    assert results()[0]["partialFingerprints"] == {"lambdaIamScan/v1": FINDINGS[0].fingerprint}
