"""Suggestions in the template's own language."""

from __future__ import annotations

import json
from dataclasses import replace

from lambda_iam_scan.model.finding import Finding
from lambda_iam_scan.model.source import Location
from lambda_iam_scan.reporters._remedy import Remedy, remedy
from tests.reporters.sample import FINDINGS

ONE = '{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:${AWS::Partition}:s3:::${Bucket}/*"}'


def suggesting(text: str | None, path: str = "template.yaml") -> Finding:
    return replace(FINDINGS[3], suggestion=text, location=Location(path, 1), function=f"{path}#F")


def test_a_statement_for_a_yaml_template_is_yaml() -> None:
    assert remedy(suggesting(ONE)) == Remedy(
        "what is needed of it:",
        (
            "- Effect: Allow",
            "  Action:",
            "    - s3:GetObject",
            "    - s3:PutObject",
            "  Resource: !Sub arn:${AWS::Partition}:s3:::${Bucket}/*",
        ),
        "yaml",
    )


def test_several_statements() -> None:
    found = remedy(suggesting(f"{ONE},\n{ONE}"))
    assert found is not None
    assert len(found.code) == 10


def test_prose_after_statements_is_another_way() -> None:
    found = remedy(suggesting(f"{ONE}\nor attach the AWS managed policy X"))
    assert found is not None
    assert (found.code[0], len(found.code), found.otherwise) == ("- Effect: Allow", 5, "or attach the AWS managed policy X")


def test_a_trust_policy_is_named() -> None:
    trust = '{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}'
    found = remedy(replace(suggesting(trust), code="LIS302"))
    assert found is not None
    assert found.sentence == "add to the trust policy:"


def test_policy_variables_are_no_names_of_the_template() -> None:
    found = remedy(suggesting('{"Resource": "arn:aws:s3:::b/${aws:username}"}'))
    assert found is not None
    assert found.code == ("- Resource: arn:aws:s3:::b/${aws:username}",)


def test_elsewhere_it_stays_json() -> None:
    plain = '{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}'
    found = remedy(suggesting(plain, "role.json"))
    assert found is not None
    assert (json.loads("".join(found.code)), found.language) == (json.loads(plain), "json")


def test_in_a_json_template_names_are_substituted() -> None:
    found = remedy(suggesting(ONE, "template.json"))
    assert found is not None
    assert json.loads("".join(found.code))["Resource"] == {"Fn::Sub": "arn:${AWS::Partition}:s3:::${Bucket}/*"}


def test_prose_stays_prose_and_yaml_stays_yaml() -> None:
    assert remedy(suggesting("remove it")) == Remedy("remove it")
    assert remedy(suggesting("Type: X\nProperties:\n  A: b")) == Remedy(
        "write this into the template:", ("Type: X", "Properties:", "  A: b"), "yaml"
    )
    assert remedy(suggesting(None)) is None
    assert remedy(suggesting("{no json}")) == Remedy("{no json}")
