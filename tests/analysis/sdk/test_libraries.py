"""Packages that call AWS on the code's behalf."""

# ruff: noqa: E501 - one case a line reads best

from __future__ import annotations

import pytest

from tests.analysis.harness import found, silent

CASES = {
    "from aws_lambda_powertools.utilities import parameters\ndef handler(e, c): parameters.get_secret('db')": [
        "secretsmanager:GetSecretValue SecretId=db"
    ],
    "from aws_lambda_powertools.utilities.parameters import get_parameter as p\ndef handler(e, c): p('/a', decrypt=True)": [
        "ssm:GetParameter Name=/a WithDecryption=True"
    ],
    "from aws_lambda_powertools.utilities.parameters.ssm import get_parameters\ndef handler(e, c): get_parameters(path='/a')": [
        "ssm:GetParametersByPath Path=/a"
    ],
    "from aws_lambda_powertools.utilities.parameters import DynamoDBProvider\np = DynamoDBProvider(table_name='t')\ndef handler(e, c): p.get('x')": [
        "dynamodb:GetItem TableName=t"
    ],
    "from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, idempotent\n"
    "@idempotent(persistence_store=DynamoDBPersistenceLayer(table_name='t'))\ndef handler(e, c): pass": [
        "dynamodb:GetItem TableName=t",
        "dynamodb:PutItem TableName=t",
        "dynamodb:UpdateItem TableName=t",
        "dynamodb:DeleteItem TableName=t",
    ],
    "import boto3\nfrom aws_lambda_powertools.utilities.parameters import SecretsProvider\n"
    "s = boto3.Session(profile_name='x')\ndef handler(e, c): SecretsProvider(boto3_session=s).get('db')": [
        "secretsmanager:GetSecretValue@other SecretId=db"
    ],
}


@pytest.mark.parametrize("source", CASES)
def test_followed(source: str) -> None:
    result = found(source, *CASES[source])
    assert {call.library for call in result.calls} == {"aws_lambda_powertools"}


@pytest.mark.parametrize(
    "source",
    [
        "from aws_lambda_powertools.utilities import parameters\ndef handler(e, c): parameters.get_secret",
        "from aws_lambda_powertools.utilities import parameters\ndef handler(e, c): parameters.clear_caches()",
        "from mine.utilities import parameters\ndef handler(e, c): parameters.get_secret('db')",
        "from aws_lambda_powertools.utilities.parameters import DynamoDBProvider\ndef handler(e, c): DynamoDBProvider(table_name='t')",
    ],
)
def test_not_counted(source: str) -> None:
    silent(source)
