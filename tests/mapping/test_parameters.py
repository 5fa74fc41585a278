"""A template parameter may hold a name or an ARN; its own name says which, and where it does not, nothing is certain."""

from __future__ import annotations

import pytest

from lambda_iam_scan import disk
from lambda_iam_scan.iam.pattern import compiled, pieces
from lambda_iam_scan.iam.truth import Truth
from lambda_iam_scan.mapping import requirements
from lambda_iam_scan.model.code import Fields, SdkCall
from lambda_iam_scan.model.source import Location
from lambda_iam_scan.model.text import Text, Token, TokenKind
from lambda_iam_scan.tables import Tables


def encrypt_with(parameter: str) -> Text:
    key = Text.of(Token(parameter, TokenKind.PARAMETER))
    call = SdkCall(service="kms", operation="Encrypt", arguments=Fields(((Text.of("KeyId"), key),)), location=Location("app.py", 1))
    needs, _ = requirements((call,), Tables(disk.load_table))
    return next(need.resources[0] for need in needs if need.action == "kms:Encrypt")


@pytest.mark.parametrize(("parameter", "resource"), [("KeyArn", "${KeyArn}"), ("KEY_ARN", "${KEY_ARN}")])
def test_a_parameter_called_arn_is_one(parameter: str, resource: str) -> None:
    assert str(encrypt_with(parameter)) == resource


def test_another_parameter_is_a_name() -> None:
    assert str(encrypt_with("Key")).endswith(":key/${Key}")


@pytest.mark.parametrize(("granted", "verdict"), [("Key", Truth.MAYBE), ("Another", Truth.MAYBE)])
def test_a_parameter_granted_by_itself_may_be_what_is_needed(granted: str, verdict: Truth) -> None:
    pattern = compiled(pieces(Text.of(Token(granted, TokenKind.PARAMETER))), True)
    assert pattern.relation(encrypt_with("Key"), arn=True) is verdict


def test_a_literal_key_granted_for_another_region_is_not() -> None:
    pattern = compiled(pieces(Text.of("arn:aws:sqs:us-east-1:111122223333:", Token("Key", TokenKind.PARAMETER))), True)
    assert pattern.relation(encrypt_with("Key"), arn=True) is Truth.NO
