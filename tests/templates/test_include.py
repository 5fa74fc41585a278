"""Local includes."""

from __future__ import annotations

from typing import Any

import pytest

from lambda_iam_scan.templates.include import with_includes
from lambda_iam_scan.templates.nodes import load, location_of

FILES = {"api.yaml": b"paths: {/x: {get: 1}}\n", "list.yaml": b"[1, 2]"}


def included(text: str) -> Any:
    def read(name: str) -> Any:
        return load(FILES[name], name).root if name in FILES else None

    return with_includes(load(text.encode(), "t.yaml").root, read)


CALL = "{Name: AWS::Include, Parameters: {Location: %s}}"


def test_a_local_file_stands_for_its_include_and_keeps_its_own_places() -> None:
    found = included("Body: {'Fn::Transform': " + CALL % "api.yaml" + "}")
    assert found == {"Body": {"paths": {"/x": {"get": 1}}}}
    assert location_of(found["Body"]["paths"], found.location).path == "api.yaml"


def test_an_included_mapping_joins_its_neighbours() -> None:
    assert included("Body: {a: 1, 'Fn::Transform': " + CALL % "api.yaml" + "}") == {"Body": {"a": 1, "paths": {"/x": {"get": 1}}}}


@pytest.mark.parametrize(
    "call", [CALL % "s3://bucket/api.yaml", CALL % "nowhere.yaml", "{Name: Other, Parameters: {Location: api.yaml}}", "5"]
)
def test_what_is_not_beside_the_template_stays(call: str) -> None:
    text = "Body: {'Fn::Transform': " + call + "}"
    assert included(text) == load(text.encode(), "t.yaml").root
