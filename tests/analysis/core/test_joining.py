"""Calls of one place with more different arguments than are told apart: nothing is lost, and nothing is made up."""

from __future__ import annotations

import pytest

from lambda_iam_scan.model.code import OneOf
from lambda_iam_scan.model.text import Text
from tests.analysis.harness import buckets, use

HEAD = "import boto3\ns3 = boto3.client('s3')\n"


def calls_of(count: int, call: str) -> str:
    """A function that is called with many different numbers, from one place each."""
    uses = "".join(f"    put('{i}', {i})\n" for i in range(count))
    return HEAD + f"def put(name, n): {call}\ndef handler(event, context):\n{uses}"


@pytest.mark.parametrize("count", [24, 25, 60])
def test_every_name_stays(count: int) -> None:
    source = calls_of(count, "s3.put_object(Bucket='b' + name, Key='k')")
    assert buckets(source) == " ".join(sorted(f"b{i}" for i in range(count)))
    assert len(use(source).calls) == min(count, 25)


def test_names_of_which_there_are_too_many() -> None:
    found = buckets(calls_of(130, "s3.put_object(Bucket='name-' + name, Key='k')")).split()
    assert "name-*" in found
    assert "name-0" in found
    assert len(found) < 100


def test_which_arguments_belong_together_is_not_known() -> None:
    result = use(calls_of(40, "s3.put_object(Bucket='b' + name, Key='k' + name)"))
    last = [call for call in result.calls if str(call.arguments.get("Bucket")) == "b*"]
    assert len(result.calls) == 25
    assert [str(call.arguments.get("Key")) for call in last] == ["k*"]
    assert not result.gaps


def test_arguments_that_only_some_calls_have() -> None:
    result = use(calls_of(40, "s3.put_object(Bucket='b', Key=name, **({'ACL': 'private'} if n == 39 else {}))"))
    joined = [call for call in result.calls if call.arguments.get("ACL") is not None]
    assert len(joined) == 1
    assert not any(isinstance(value, Text) and value.literal for key, value in joined[0].arguments.entries if key.literal == "Key")


def test_calls_with_other_credentials_are_not_joined() -> None:
    call = """
    client = s3 if n % 2 else boto3.client("s3", aws_access_key_id="a", aws_secret_access_key="b")
    client.put_object(Bucket="b" + name, Key="k")"""
    result = use(calls_of(60, call))
    kinds = [call.principal.kind for call in result.calls if isinstance(call.arguments.get("Bucket"), OneOf)]
    assert len(kinds) == len(set(kinds)) == 2
    assert not result.gaps
