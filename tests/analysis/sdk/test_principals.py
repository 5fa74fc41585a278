"""Whose credentials sign a call."""

# ruff: noqa: E501 - one case a line reads best

from __future__ import annotations

import pytest

from lambda_iam_scan.model.code import PrincipalKind
from tests.analysis.harness import found

ARN = "arn:aws:iam::222233334444:role/x"
HEAD = f"""
import os, boto3, botocore
from botocore.config import Config
from botocore import UNSIGNED
from botocore.credentials import RefreshableCredentials, Credentials, DeferredRefreshableCredentials, AssumeRoleCredentialFetcher
from botocore.session import get_session
ROLE = "{ARN}"
RENAMED = {{"AccessKeyId": "aws_access_key_id", "SecretAccessKey": "aws_secret_access_key", "SessionToken": "aws_session_token"}}
def creds(role=ROLE):
    return boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="s")["Credentials"]
def keys(c):
    return dict(aws_access_key_id=c["AccessKeyId"], aws_secret_access_key=c["SecretAccessKey"], aws_session_token=c["SessionToken"])
"""
USE = '.put_object(Bucket="b")'

ASSUMED = {
    "direct": "boto3.client('s3', **keys(creds()))",
    "session": "boto3.Session(**keys(creds())).client('s3')",
    "resource": "boto3.Session(**keys(creds())).resource('s3').meta.client",
    "positional": "(lambda c: boto3.Session(c['AccessKeyId'], c['SecretAccessKey'], c['SessionToken']).client('s3'))(creds())",
    "get": "(lambda c: boto3.client('s3', aws_access_key_id=c.get('AccessKeyId'), aws_secret_access_key='x', aws_session_token='y'))(creds())",
    "helper class": "Helper(ROLE).client('s3')",
    "refreshable": "refreshable()",
    "deferred": "deferred()",
    "credentials object": "set_credentials()",
    "refresher": "refresher(botocore.credentials.create_assume_role_refresher)",
    "refresher called at once": "refresher(botocore.credentials.create_assume_role_refresher, at_once=True)",
    "answer with a default": "(lambda c: boto3.client('s3', aws_access_key_id=c.get('AccessKeyId', ''), aws_secret_access_key='x'))(boto3.client('sts').assume_role(RoleArn=ROLE, RoleSessionName='s').get('Credentials', {}))",
    "renamed keys": "boto3.client('s3', **{RENAMED[k]: v for k, v in creds().items() if k in RENAMED})",
}
HELPERS = """
class Helper:
    def __init__(self, role): self.session = boto3.Session(**keys(creds(role)))
    def client(self, name): return self.session.client(name)
def refresh():
    c = creds()
    return {"access_key": c["AccessKeyId"], "secret_key": c["SecretAccessKey"], "token": c["SessionToken"], "expiry_time": "x"}
def refreshable():
    session = get_session()
    session._credentials = RefreshableCredentials.create_from_metadata(metadata=refresh(), refresh_using=refresh, method="sts")
    return boto3.Session(botocore_session=session).client("s3")
def deferred():
    session = get_session()
    session._credentials = DeferredRefreshableCredentials(refresh_using=refresh, method="sts")
    return boto3.Session(botocore_session=session).client("s3")
def refresher(make, at_once=False):
    session, refresh = get_session(), make(boto3.client("sts"), {"RoleArn": ROLE, "RoleSessionName": "s"})
    if at_once:
        session._credentials = RefreshableCredentials.create_from_metadata(metadata=refresh(), refresh_using=refresh, method="sts")
    else:
        session._credentials = DeferredRefreshableCredentials(refresh_using=refresh, method="sts")
    return boto3.Session(botocore_session=session).client("s3")
def set_credentials():
    c = creds()
    session = get_session()
    session.set_credentials(c["AccessKeyId"], c["SecretAccessKey"], c["SessionToken"])
    return session.create_client("s3")
"""


@pytest.mark.parametrize("name", ASSUMED)
def test_clients_of_an_assumed_role_are_that_roles(name: str) -> None:
    source = f"{HEAD}{HELPERS}\ndef handler(e, c): {ASSUMED[name]}{USE}"
    result = found(source, f"sts:AssumeRole RoleArn={ARN}", "s3:PutObject@assumed-role Bucket=b")
    assert {str(call.principal.role) for call in result.calls if call.service == "s3"} == {ARN}


OTHER = {
    "keys": "boto3.client('s3', aws_access_key_id='AK', aws_secret_access_key='x')",
    "keys from a secret": "boto3.client('s3', aws_access_key_id=e['key'], aws_secret_access_key=e['secret'])",
    "profile": "boto3.Session(profile_name='p').client('s3')",
    "unsigned": "boto3.client('s3', config=Config(signature_version=UNSIGNED))",
    "unsigned by module": "boto3.client('s3', config=botocore.config.Config(signature_version=botocore.UNSIGNED))",
    "credentials": "(lambda s: s)(boto3.Session(aws_access_key_id='a', aws_secret_access_key='b')).client('s3')",
}


@pytest.mark.parametrize("name", OTHER)
def test_clients_of_others(name: str) -> None:
    found(f"{HEAD}\ndef handler(e, c): {OTHER[name]}{USE}", "s3:PutObject@other")


OWN = {
    "none": "boto3.client('s3', aws_access_key_id=None, aws_secret_access_key=None)",
    "own environment": "boto3.client('s3', aws_access_key_id=os.environ['AWS_ACCESS_KEY_ID'], aws_secret_access_key='x')",
    "plain configuration": "boto3.client('s3', config=Config(signature_version='s3v4', retries={}))",
    "no profile": "boto3.Session(profile_name=None).client('s3')",
    "region": "boto3.Session(region_name='eu-west-1').client('s3')",
}


@pytest.mark.parametrize("name", OWN)
def test_clients_of_the_execution_role(name: str) -> None:
    found(f"{HEAD}\ndef handler(e, c): {OWN[name]}{USE}", "s3:PutObject")


def test_a_refresher_that_nothing_calls() -> None:
    made = "botocore.credentials.create_assume_role_refresher(boto3.client('sts'), {'RoleArn': ROLE})"
    found(f"{HEAD}\ndef handler(e, c):\n    {made}\n    boto3.client('s3'){USE}", "s3:PutObject")


def test_a_refresher_of_a_role_that_is_not_known() -> None:
    made = "botocore.credentials.create_assume_role_refresher(boto3.client('sts'), e)()"
    found(f"{HEAD}\ndef handler(e, c): {made}", "sts:AssumeRole")


def test_assuming_a_role_does_not_change_other_clients() -> None:
    found(f"{HEAD}\ndef handler(e, c):\n    creds()\n    boto3.client('s3'){USE}", "sts:AssumeRole", "s3:PutObject")


def test_default_session_changes_later_clients() -> None:
    found(
        f"{HEAD}\ndef handler(e, c):\n    boto3.setup_default_session(**keys(creds()))\n    boto3.client('s3'){USE}",
        "sts:AssumeRole",
        "s3:PutObject@assumed-role",
    )


def test_optional_credentials_mean_both() -> None:
    result = found(
        f"{HEAD}\ndef client(role=None):\n    kw = {{}}\n    if role:\n        kw = keys(creds(role))\n    return boto3.client('s3', **kw)\n"
        f"def handler(e, c): client(e.get('role')){USE}",
        "sts:AssumeRole",
        "s3:PutObject",
        "s3:PutObject@assumed-role",
    )
    kinds = {call.principal.kind for call in result.calls if call.service == "s3"}
    assert kinds == {PrincipalKind.EXECUTION_ROLE, PrincipalKind.ASSUMED_ROLE}


def test_a_session_class_of_the_users() -> None:
    source = (
        HEAD
        + """
class Plain(boto3.Session):
    def client(self, name, **options): return super().client(name, **options)
class Assumed(boto3.Session):
    def __init__(self, role): super().__init__(**keys(creds(role)))
def handler(event, context):
    Plain(region_name="us-east-1").client("s3").put_object(Bucket="own")
    Assumed(ROLE).client("s3").put_object(Bucket="theirs")
"""
    )
    result = found(source, "sts:AssumeRole", "s3:PutObject Bucket=own", "s3:PutObject@assumed-role Bucket=theirs")
    assert {call.principal.kind for call in result.calls if "theirs" in str(call.arguments)} == {PrincipalKind.ASSUMED_ROLE}
