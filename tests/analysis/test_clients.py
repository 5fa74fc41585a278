"""Where a client comes from: every way to make one, and what only looks like one."""

# ruff: noqa: E501 - one case a line reads best

from __future__ import annotations

import pytest

from tests.analysis.harness import found, silent

PUT = "s3:PutObject Bucket=b Key=k"
CALL = 'put_object(Bucket="b", Key="k")'


@pytest.mark.parametrize(
    ("imports", "client"),
    [
        ("import boto3", 'boto3.client("s3")'),
        ("import boto3 as b", 'b.client(service_name="s3")'),
        ("from boto3 import client", 'client("s3")'),
        ("from boto3 import client as c, session", 'c("s3")'),
        ("from boto3 import *", 'client("s3")'),
        ("import boto3.session", 'boto3.session.Session().client("s3")'),
        ("from boto3.session import Session", 'Session(region_name="eu-west-1").client("s3")'),
        ("from boto3 import Session as S", 'S().client("s3", region_name="eu-west-1")'),
        ("import boto3, botocore.session", 'botocore.session.get_session().create_client("s3")'),
        ("import botocore.session as bs", 'bs.Session().create_client("s3")'),
        ("import boto3, botocore.session", 'boto3.Session(botocore_session=botocore.session.get_session()).client("s3")'),
        ("import boto3", 'boto3._get_default_session().client("s3")'),
        ("import boto3", 'boto3.resource("s3").meta.client'),
        ("import boto3", 'boto3.client("s3").meta.client'),
        ("import importlib", 'importlib.import_module("boto3").client("s3")'),
        ("try:\n    import boto3\nexcept ImportError:\n    boto3 = None", 'boto3.client("s3")'),
        ("from aws_xray_sdk.core import patch_all\nimport boto3\npatch_all()", 'boto3.client("s3")'),
    ],
)
def test_every_way_to_make_a_client(imports: str, client: str) -> None:
    found(f"{imports}\ndef handler(event, context):\n    {client}.{CALL}\n", PUT)


@pytest.mark.parametrize(
    "source",
    [
        "class s3:\n    @staticmethod\n    def put_object(**kw): ...\ndef handler(event, context): s3.put_object(Bucket='b', Key='k')",
        "import boto4 as boto3\ndef handler(event, context): boto3.client('s3').put_object(Bucket='b', Key='k')",
        "from minio import client\ndef handler(event, context): client('s3').put_object(Bucket='b', Key='k')",
        "def handler(event, context): event.put_object(Bucket='b', Key='k'); context.client('s3').put_object()",
        "import boto3\ndef handler(event, context):\n    c = boto3.client('s3')\n    c.exceptions.NoSuchKey; c.meta.region_name; c.close()",
        "import boto3\ndef handler(event, context):\n    c = boto3.client('s3')\n    c.can_paginate('list_objects'); c.meta.events.register('x', 1)",
        "import boto3\nboto3.set_stream_logger('')\ndef handler(event, context): boto3.client('s3')",
    ],
)
def test_what_only_looks_like_a_call(source: str) -> None:
    silent(source)


def test_a_local_module_that_shadows_boto3_by_another_name_is_the_users() -> None:
    silent({"app.py": "import fake\ndef handler(e, c): fake.client('s3').put_object()", "fake.py": "def client(n): return object()"})


@pytest.mark.parametrize(
    "name",
    [
        '"s" + "3"',
        'f"s{3}"',
        '"{}{}".format("s", 3)',
        '"%s%d" % ("s", 3)',
        '"".join(["s", "3"])',
        "NAME",
        "Kind.S3.value",
        "Kind.S3",
        "NAMES['a']",
        "NAMES.get('a')",
        "NAMES.get('zz', 's3')",
        "LIST[0]",
        "LIST[-1]",
        "Settings().service",
        "Settings.service",
        "'S3'.lower()",
        "'x-s3'.split('-')[1]",
        "'xs3'[1:]",
        "'s3' if event else 's3'",
        "None or 's3'",
        "given()",
        "[n for n in ('s3',)][0]",
        "{k: v for k, v in [('a', 's3')]}['a']",
        "next(iter(LIST))",
        "os.environ.get('NOT_SET') or 's3'",
        "(lambda: 's3')()",
        "dict(a='s3')['a']",
        "'s3-x'.removesuffix('-x')",
        "'s3x'.replace('x', '')",
    ],
)
def test_service_names_that_are_computed(name: str) -> None:
    found(
        f"""
import boto3, os
from dataclasses import dataclass
from enum import Enum
class Kind(str, Enum):
    S3 = "s3"
@dataclass
class Settings:
    service: str = "s3"
NAME = "s3"
NAMES = {{"a": "s3"}}
LIST = ["s3"]
def given(name="s3"):
    return name
def handler(event, context):
    boto3.client({name}).{CALL}
""",
        PUT,
        environment={},
    )


def test_region_of_the_client_is_kept() -> None:
    result = found(
        "import boto3\ndef handler(e, c): boto3.Session(region_name='eu-west-1').client('s3').put_object(Bucket='b')", "s3:PutObject"
    )
    assert str(result.calls[0].region) == "eu-west-1"


def test_aio_clients() -> None:
    found(
        """
        import asyncio
        from aiobotocore.session import get_session
        async def main():
            async with get_session().create_client("s3") as client:
                await client.put_object(Bucket="b", Key="k")
        def handler(event, context): asyncio.run(main())
        """,
        PUT,
    )
    silent(
        """
        import asyncio, aiohttp
        async def main():
            async with aiohttp.ClientSession() as client:
                await client.put_object(Bucket="b", Key="k")
        def handler(event, context): asyncio.run(main())
        """
    )


ANNOTATED = """
from __future__ import annotations
from typing import TYPE_CHECKING, Optional, Annotated, Union
import elsewhere
if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.client import S3Client as Other
    from types_boto3_s3 import S3Client as Third
    import mypy_boto3_s3 as stubs
"""


@pytest.mark.parametrize(
    "parameter",
    [
        "c: S3Client",
        "c: 'S3Client'",
        "c: Other",
        "c: Third",
        "c: stubs.S3Client",
        "c: stubs.client.S3Client",
        "c: Optional[S3Client]",
        "c: 'Optional[S3Client]'",
        "c: S3Client | None",
        "c: Annotated[S3Client, 'x']",
        "c: Union[S3Client, None] = None",
    ],
)
def test_annotations_are_evidence(parameter: str) -> None:
    found(f"{ANNOTATED}\ndef save({parameter}): c.{CALL}\ndef handler(event, context): save(elsewhere.make())", PUT)


@pytest.mark.parametrize("parameter", ["c: Client", "c: str", "c: type[S3Client]", "c: elsewhere.S3Client", "c"])
def test_other_annotations_are_not(parameter: str) -> None:
    silent(f"{ANNOTATED}\ndef save({parameter}): c.{CALL}\ndef handler(event, context): save(elsewhere.make())")


def test_annotation_does_not_beat_what_is_known() -> None:
    silent(
        f"{ANNOTATED}\nclass Fake:\n    def put_object(self, **kw): ...\ndef save(c: S3Client): c.{CALL}\ndef handler(e, c): save(Fake())"
    )


def test_annotated_variables_attributes_and_returns() -> None:
    found(f"{ANNOTATED}\ndef handler(event, context):\n    c: S3Client = elsewhere.make()\n    c.{CALL}", PUT)
    found(f"{ANNOTATED}\ndef make() -> S3Client: return elsewhere.make()\ndef handler(event, context): make().{CALL}", PUT)
    found(
        f"{ANNOTATED}\nclass A:\n    c: S3Client\n    def go(self): self.c.{CALL}\ndef handler(event, context): A().go()",
        PUT,
    )
