"""What the tables say of the SDK, against the SDK itself."""

from __future__ import annotations

from typing import Any

import boto3
import botocore
import pytest

from tests.tables.shipped import TABLES

pytestmark = pytest.mark.skipif(
    (boto3.__version__, botocore.__version__) != (TABLES.provenance["boto3"], TABLES.provenance["botocore"]),
    reason="the tables were built from another version of the SDK",
)
UNMODELLED = {"generate_presigned_url"}
"""Client methods that act as the operation their first argument names."""
SAME_FOR_ALL = {"meta", "get_available_subresources"}


SDK: Any = boto3
"""Without its annotations, which want literal service names."""


def client(name: str) -> Any:
    return SDK.client(name, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")


def resource(name: str) -> Any:
    return SDK.resource(name, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")


def public(thing: Any) -> set[str]:
    return {name for name in dir(thing) if not name.startswith("_")}


@pytest.mark.parametrize("name", ["s3", "dynamodb", "sqs", "rds", "dsql"])
def test_every_member_of_a_client_is_known(name: str) -> None:
    facts = TABLES.service(name)
    assert facts is not None
    members = public(client(name)) - UNMODELLED
    assert members - {*facts.methods, *facts.helpers, *facts.silent} == set()
    assert set(facts.methods) <= members
    assert all(operation in facts.operations for helper in facts.helpers.values() for operation, _ in helper.calls)


@pytest.mark.parametrize("name", ["s3", "dynamodb", "sqs", "sns"])
def test_every_member_of_a_resource_is_known(name: str) -> None:
    facts = TABLES.service(name)
    assert facts is not None
    service = resource(name)
    things = {"ServiceResource": service}
    for kind, row in facts.resources.items():
        if kind not in ("ServiceResource", "BatchWriter"):
            things[kind] = getattr(service, kind)(*("x" if attribute != "part_number" else "1" for attribute in row.identifiers))
    for kind, thing in things.items():
        row = facts.resources[kind]
        known = {*row.identifiers, *row.aliases, *row.actions, *row.references, *row.collections, *row.attributes}
        members = set(dir(type(thing))) - SAME_FOR_ALL
        assert {member for member in members if not member.startswith("_")} - known == set(), kind


@pytest.mark.parametrize("name", ["s3", "ec2", "rds", "ecs", "dynamodb"])
def test_paginators_and_waiters(name: str) -> None:
    facts = TABLES.service(name)
    assert facts is not None
    real = client(name)
    assert set(facts.waiters) == set(real.waiter_names)
    assert {method for method, operation in facts.methods.items() if operation in facts.paginators} == {
        method for method in facts.methods if real.can_paginate(method)
    }


def test_bucket_load_lists_buckets_and_object_summary_load_heads_the_object() -> None:
    resources = TABLES.service("s3").resources  # type: ignore[union-attr]
    assert resources["Bucket"].load.operations == ("ListBuckets",)  # type: ignore[union-attr]
    assert resources["ObjectSummary"].load.operations == ("HeadObject",)  # type: ignore[union-attr]
    assert resources["Bucket"].collections["objects"].request.operations == ("ListObjects",)
    assert resources["Bucket"].collections["objects"].batch["delete"].operations == ("DeleteObjects",)


@pytest.mark.parametrize(
    ("method", "operations"),
    [
        ("upload_file", {"PutObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"}),
        ("download_file", {"HeadObject", "GetObject"}),
        ("copy", {"HeadObject", "CopyObject", "CreateMultipartUpload", "UploadPartCopy", "CompleteMultipartUpload"}),
        ("generate_presigned_post", {"PutObject"}),
    ],
)
def test_helpers_of_s3(method: str, operations: set[str]) -> None:
    helper = TABLES.service("s3").helpers[method]  # type: ignore[union-attr]
    assert {operation for operation, _ in helper.calls} == operations


@pytest.mark.parametrize("name", ["upload_file", "upload_fileobj", "download_file", "download_fileobj", "copy"])
def test_positions_of_helper_arguments_are_boto3s(name: str) -> None:
    """`argument:Key|2` means that `Key` is the third argument of the real method."""
    from inspect import signature

    facts = TABLES.service("s3")
    assert facts is not None
    real = list(signature(getattr(client("s3"), name)).parameters)
    for _, parameters in facts.helpers[name].calls:
        for parameter in parameters:
            argument, _, position = parameter.value.partition("|")
            assert real[int(position)] == argument.split(".")[0], (name, parameter)


@pytest.mark.parametrize("kind", ["Bucket", "Object"])
def test_positions_of_resource_helper_arguments_are_boto3s(kind: str) -> None:
    from inspect import signature

    facts = TABLES.service("s3")
    assert facts is not None
    thing = resource("s3").Bucket("b") if kind == "Bucket" else resource("s3").Object("b", "k")
    for name, action in facts.resources[kind].actions.items():
        for _, parameters in action.helper.calls if action.helper else ():
            real = list(signature(getattr(thing, name)).parameters)
            for parameter in parameters:
                if parameter.source == "argument":
                    argument, _, position = parameter.value.partition("|")
                    assert real[int(position)] == argument.split(".")[0], (kind, name, parameter)


def test_batch_writer_writes_to_its_own_table() -> None:
    resources = TABLES.service("dynamodb").resources  # type: ignore[union-attr]
    made = resources["Table"].actions["batch_writer"].returns
    assert made is not None
    assert made.type == "BatchWriter"
    helper = resources["BatchWriter"].actions["put_item"].helper
    assert helper is not None
    assert [(operation, [p.target for p in parameters]) for operation, parameters in helper.calls] == [
        ("BatchWriteItem", ["RequestItems{}"])
    ]
