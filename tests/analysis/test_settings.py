"""Settings classes of pydantic: what the environment says, by prefix and alias, else the default."""

from __future__ import annotations

import pytest

from lambda_iam_scan.model.text import Text
from tests.analysis.harness import found, silent, use

SOURCE = """
import boto3
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict
class S(BaseSettings):
    FIELDS
def handler(event, context): boto3.client("s3").put_object(Bucket=S().bucket, Key="k")
"""
ENVIRONMENT = {"BUCKET": Text.of("plain"), "APP_BUCKET": Text.of("prefixed"), "REAL_NAME": Text.of("alias")}


@pytest.mark.parametrize(
    ("fields", "bucket"),
    [
        ("bucket: str = 'local'", "plain"),
        ("bucket: str", "plain"),
        ("model_config = SettingsConfigDict(env_prefix='APP_')\n    bucket: str = 'local'", "prefixed"),
        ("model_config = {'env_prefix': 'app_'}\n    bucket: str", "prefixed"),
        ("bucket: str\n    class Config:\n        env_prefix = 'APP_'", "prefixed"),
        ("bucket: str = Field(validation_alias='REAL_NAME')", "alias"),
        ("bucket: str = Field('local', alias='real_name')", "alias"),
        ("model_config = {'env_prefix': 'OTHER_'}\n    bucket: str = 'local'", "local"),
    ],
)
def test_the_environment_decides(fields: str, bucket: str) -> None:
    found(SOURCE.replace("FIELDS", fields), f"s3:PutObject Bucket={bucket}", environment=ENVIRONMENT)


def test_an_argument_comes_first() -> None:
    source = SOURCE.replace("FIELDS", "bucket: str = 'local'").replace("S()", "S(bucket='given')")
    found(source, "s3:PutObject Bucket=given", environment=ENVIRONMENT)


def test_a_model_that_is_no_settings_reads_nothing() -> None:
    source = SOURCE.replace("FIELDS", "bucket: str = 'local'").replace("(BaseSettings)", "(BaseModel)")
    found(source.replace("import Field", "import BaseModel"), "s3:PutObject Bucket=local", environment=ENVIRONMENT)


def test_without_a_deployment_the_default_is_one_possibility() -> None:
    (call,) = use(SOURCE.replace("FIELDS", "bucket: str = 'local'")).calls
    assert "local" in str(call.arguments)
    assert "environment variable BUCKET" in str(call.arguments)


MODEL = """
import boto3
from pydantic import BaseModel, field_validator, model_validator, validator
class M(BaseModel):
    user: str
    HOOK
def handler(event, context): MADE
"""


@pytest.mark.parametrize(
    "hook",
    [
        "def model_post_init(self, c): boto3.client('s3').list_buckets()",
        "@field_validator('user')\n    @classmethod\n    def exists(cls, v): boto3.client('s3').list_buckets()",
        "@model_validator(mode='after')\n    def exists(self): boto3.client('s3').list_buckets()",
        "@validator('user')\n    def exists(cls, v): boto3.client('s3').list_buckets()",
    ],
)
def test_what_runs_when_a_model_is_made(hook: str) -> None:
    source = MODEL.replace("HOOK", hook)
    for made in ("M(user='x')", "M(**event)", "M.model_validate(event)", "M.parse_obj(event)"):
        found(source.replace("MADE", made), "s3:ListBuckets")
    silent(source.replace("MADE", "pass"))
