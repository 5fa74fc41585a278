"""Pydantic settings: arguments, environment variables and defaults, in that order."""

from __future__ import annotations

import pytest

from lambda_iam_scan.model.code import CodeUse
from lambda_iam_scan.model.text import Text
from tests.analysis.harness import found, silent, use

HEAD = """
import boto3
from typing import Annotated
from pydantic import AliasChoices, AliasPath, BaseModel, Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
"""
USE = '\ndef handler(e, x): boto3.client("s3").put_object(Bucket=S().b)'
ENVIRONMENT = {
    "B": Text.of("real"),
    "APP_B": Text.of("prefixed"),
    "OTHER": Text.of("named"),
    "OFF": Text.of("false"),
    "NAMES": Text.of('["first", "second"]'),
    "DB": Text.of('{"b": "whole", "c": "whole"}'),
    "DB__B": Text.of("part"),
}

SETTINGS = {
    "default is not taken": ('class S(BaseSettings):\n b: str = "local"', "real"),
    "no default": ("class S(BaseSettings):\n b: str", "real"),
    "optional": ("class S(BaseSettings):\n b: str | None = None", "real"),
    "prefix": ('class S(BaseSettings):\n model_config = SettingsConfigDict(env_prefix="APP_")\n b: str = "local"', "prefixed"),
    "prefix in a dictionary": ('class S(BaseSettings):\n model_config = {"env_prefix": "app_"}\n b: str', "prefixed"),
    "prefix of a base": (
        'class R(BaseSettings):\n model_config = SettingsConfigDict(env_prefix="APP_")\nclass S(R):\n b: str',
        "prefixed",
    ),
    "prefix of a class within": ('class S(BaseSettings):\n b: str\n class Config:\n  env_prefix = "APP_"', "prefixed"),
    "validation alias, without the prefix": (
        'class S(BaseSettings):\n model_config = SettingsConfigDict(env_prefix="APP_")\n b: str = Field("local", validation_alias="OTHER")',
        "named",
    ),
    "alias": ('class S(BaseSettings):\n b: str = Field(default="local", alias="other")', "named"),
    "annotated alias": ('class S(BaseSettings):\n b: Annotated[str, Field(alias="OTHER")] = "x"', "named"),
    "alias choices": ('class S(BaseSettings):\n b: str = Field(validation_alias=AliasChoices("NOT_SET", "OTHER"))', "named"),
    "alias path": ('class S(BaseSettings):\n b: str = Field(validation_alias=AliasPath("NAMES", 1))', "second"),
    "version 1, env": (
        'from pydantic import BaseSettings\nclass S(BaseSettings):\n b: str = Field("x", env=["NOT_SET", "OTHER"])',
        "named",
    ),
    "version 1, env in the configuration": (
        'from pydantic.v1 import BaseSettings\nclass S(BaseSettings):\n b: str\n class Config:\n  fields = {"b": {"env": "OTHER"}}',
        "named",
    ),
    "version 1, alias names no variable": (
        'from pydantic import BaseSettings\nclass S(BaseSettings):\n b: str = Field("x", alias="OTHER")',
        "real",
    ),
    "name that is not set": ('class S(BaseSettings):\n model_config = {"env_prefix": "NO_"}\n b: str = "local"', "local"),
    "case sensitive": ('class S(BaseSettings):\n model_config = {"case_sensitive": True}\n b: str = "local"', "local"),
    "file that is not deployed": ('class S(BaseSettings):\n model_config = {"env_file": ".env"}\n c: str = "local"\n b: str = "x"', "real"),
    "flag": (
        'class S(BaseSettings):\n off: bool = True\n @property\n def b(self): return "on" if self.off else "off"',
        "off",
    ),
    "list": ("class S(BaseSettings):\n names: list[str]\n @property\n def b(self): return self.names[0]", "first"),
    "model": ("class D(BaseModel):\n b: str\nclass S(BaseSettings):\n db: D\n @property\n def b(self): return self.db.b", "whole"),
    "part of a model": (
        "class D(BaseModel):\n b: str\n c: str\nclass S(BaseSettings):\n model_config = {'env_nested_delimiter': '__'}\n db: D\n"
        " @property\n def b(self): return self.db.b + self.db.c",
        "partwhole",
    ),
    "settings within": (
        "class D(BaseSettings):\n b: str\nclass S(BaseSettings):\n d: D = Field(default_factory=D)\n b = property(lambda self: self.d.b)",
        "real",
    ),
    "own init": ("class S(BaseSettings):\n b: str = 'x'\n def __init__(self, **kw): super().__init__(**kw)", "real"),
    "validator": ("class S(BaseSettings):\n b: str = 'x'\n @field_validator('b')\n def v(cls, x): return x + '-v'", "real-v"),
    "default is validated, too": (
        "class S(BaseSettings):\n c: str = 'x'\n @field_validator('c')\n def v(cls, x): return x + '-v'\n"
        " @property\n def b(self): return self.c",
        "x-v",
    ),
    "variable that the program sets": ("import os\nos.environ['B'] = 'set'\nclass S(BaseSettings):\n b: str", "set"),
    "plain model": ('class S(BaseModel):\n b: str = "local"', "local"),
}


def calls(source: str, bucket: str) -> CodeUse:
    return found(HEAD + source, f"s3:PutObject Bucket={bucket}", environment=ENVIRONMENT)


@pytest.mark.parametrize(("source", "bucket"), SETTINGS.values(), ids=SETTINGS.keys())
def test_settings(source: str, bucket: str) -> None:
    assert len(calls(source + USE, bucket).calls) == 1


def test_arguments_come_first() -> None:
    assert len(calls('class S(BaseSettings):\n b: str = "local"' + USE.replace("S()", "S(b='given')"), "given").calls) == 1


FIRST = """
from pydantic import model_validator
class S(BaseSettings):
    b: str = "local"
    c: str = Field("", validation_alias="other")
    gone: str = ""
    @model_validator(mode="before")
    @classmethod
    def read(cls, values):
        if values.get(NAME): boto3.client("s3").get_object(Bucket=values[NAME], Key="k")
        return values
def handler(e, x): S(MADE)
"""


@pytest.mark.parametrize(
    ("name", "made", "bucket"),
    [("b", "", "real"), ("b", "b='given'", "given"), ("other", "", "named"), ("c", "", None), ("gone", "", None)],
)
def test_validators_of_the_data_see_what_the_environment_has(name: str, made: str, bucket: str | None) -> None:
    source = HEAD + FIRST.replace("NAME", repr(name)).replace("MADE", made)
    if bucket is None:
        silent(source, environment=ENVIRONMENT)
    else:
        found(source, f"s3:GetObject Bucket={bucket}", environment=ENVIRONMENT)


def test_validators_of_a_model_that_is_no_settings_do_not() -> None:
    silent(HEAD + FIRST.replace("NAME", "'b'").replace("MADE", "").replace("S(BaseSettings)", "S(BaseModel)"), environment=ENVIRONMENT)


def test_settings_that_a_framework_makes() -> None:
    source = "class S(BaseSettings):\n b: str\ndef f(s: S): boto3.client('s3').put_object(Bucket=s.b)\ndef handler(e, x): f(e['s'])"
    assert len(calls(source, "real").calls) == 1


def said(source: str, *, more: dict[str, str] | None = None, environment: dict[str, Text] | None = None) -> str:
    return str([call.arguments for call in use({"app.py": HEAD + source + USE, **(more or {})}, environment=environment).calls])


def test_without_a_deployment_the_default_is_one_possibility() -> None:
    arguments = said('class S(BaseSettings):\n b: str = "local"')
    assert "local" in arguments
    assert "environment variable B" in arguments


def test_absent_without_default() -> None:
    arguments = said("class S(BaseSettings):\n c: str\n @property\n def b(self): return self.c", environment=ENVIRONMENT)
    assert "environment variable C" in arguments


@pytest.mark.parametrize(
    ("configured", "made"),
    [
        ("model_config = {'env_file': '.env'}", "S()"),
        ("model_config = {'env_file': ('.env.local', '.env')}", "S()"),
        ("pass", "S(_env_file='.env')"),
        ("model_config = {'secrets_dir': '/run/secrets'}", "S()"),
        ("def settings_customise_sources(cls, *sources): return sources", "S()"),
    ],
)
def test_what_other_sources_say_is_not_known(configured: str, made: str) -> None:
    source = f'class S(BaseSettings):\n {configured}\n b: str = "local"\nS1 = lambda: {made}'
    text = HEAD + source + USE.replace("S()", "S1()")
    arguments = str([call.arguments for call in use({"app.py": text, ".env": "B=x"}, environment={}).calls])
    assert "local" in arguments
    assert "environment variable B" in arguments


STORE = """
import boto3
from pydantic.v1 import BaseSettings as Old
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource
class Store(PydanticBaseSettingsSource):
    METHOD
def store(settings): return {"b": boto3.client("ssm").get_parameter(Name="/b")["Parameter"]["Value"]}
class New(BaseSettings):
    b: str = "local"
    @classmethod
    def settings_customise_sources(cls, settings_cls, init_settings, env_settings, **others):
        return init_settings, Store(settings_cls), env_settings
class Older(Old):
    b: str = "local"
    class Config:
        @classmethod
        def customise_sources(cls, init_settings, env_settings, file_secret_settings): return init_settings, store
def handler(e, x): MADE
"""
CALLED = "def __call__(self): return {'b': boto3.client('ssm').get_parameter(Name='/b')['Parameter']['Value']}"
ASKED = "def get_field_value(self, field, name): return boto3.client('ssm').get_parameter(Name=f'/{name}'), name, False"


@pytest.mark.parametrize(("method", "made"), [(CALLED, "New()"), (ASKED, "New()"), ("pass", "Older()")])
def test_sources_of_the_programs_own(method: str, made: str) -> None:
    source = STORE.replace("METHOD", method)
    found(source.replace("MADE", made), "ssm:GetParameter Name=/b")
    silent(source.replace("MADE", made.removesuffix("()")))
