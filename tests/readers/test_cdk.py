"""CDK applications, by their synthesized output."""

from __future__ import annotations

import json
from typing import Any

from lambda_iam_scan.config import Settings
from lambda_iam_scan.model.code import GapKind, Items
from lambda_iam_scan.model.deployment import Deployment
from lambda_iam_scan.readers.cdk import READER
from tests.readers.reading import TABLES
from tests.trees import DictTree


class Project(DictTree):
    """Like a project on disk, where `walk` leaves the output directory out."""

    def walk(self, path: str = "") -> Any:
        """Every file but those that were synthesized."""
        return (found for found in super().walk(path) if "cdk.out/" not in found)


def function(asset: str, place: str = "App/Fn/Resource") -> dict[str, Any]:
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {"Code": {"S3Bucket": "b", "S3Key": "k"}, "Handler": "app.handler", "Runtime": "python3.12"},
        "Metadata": {"aws:cdk:path": place, "aws:asset:path": asset, "aws:asset:property": "Code"},
    }


def manifest(**artifacts: tuple[str, dict[str, str]]) -> str:
    return json.dumps({"artifacts": {name: {"type": kind, "properties": row} for name, (kind, row) in artifacts.items()}})


STACK = ("aws:cloudformation:stack", {"templateFile": "Stack.template.json"})


def read(files: dict[str, str], path: str = "cdk.json") -> Deployment:
    tree = Project({path: '{"app": "python3 app.py"}', **files})
    assert READER.claims(tree, path)
    return READER.read(tree, path, TABLES, Settings())


def test_an_assets_code_is_found_where_it_was_copied_from() -> None:
    found = read(
        {
            "cdk.out/manifest.json": manifest(Stack=STACK),
            "cdk.out/Stack.template.json": json.dumps({"Resources": {"Fn1": function("asset.1"), "Fn2": function("asset.2")}}),
            "cdk.out/asset.1/app.py": "one = 1\n",
            "cdk.out/asset.2/app.py": "two = 2\n",
            "lambda/one/app.py": "one = 1\n",
            "lambda/other/app.py": "other = 1\n",
        }
    )
    first, second = found.functions
    assert (first.id, first.code_roots) == ("cdk.out/Stack.template.json#Fn1", ("lambda/one",))
    assert second.code_roots == ("cdk.out/asset.2",)
    assert first.gaps == ()


def test_layers_are_assets_as_well() -> None:
    layer = {"Type": "AWS::Lambda::LayerVersion", "Properties": {"Content": {"S3Bucket": "b", "S3Key": "k"}}}
    own, built = function("asset.1"), {**layer, "Metadata": {"aws:asset:path": "asset.3"}}
    own["Properties"]["Layers"] = [{"Ref": "Built"}, {"Ref": "Shared"}, {"Ref": "Zip"}]
    shared, archive = {**layer, "Metadata": {"aws:asset:path": "asset.2"}}, {**layer, "Metadata": {"aws:asset:path": "asset.4.zip"}}
    found = read(
        {
            "cdk.out/manifest.json": manifest(Stack=STACK),
            "cdk.out/Stack.template.json": json.dumps({"Resources": {"Fn": own, "Built": built, "Shared": shared, "Zip": archive}}),
            "cdk.out/asset.1/app.py": "one = 1\n",
            "cdk.out/asset.2/python/common/__init__.py": "common = 1\n",
            "cdk.out/asset.3/python/made.py": "made = 1\n",
            "cdk.out/asset.4.zip": "",
            "lambda/one/app.py": "one = 1\n",
            "layers/shared/python/common/__init__.py": "common = 1\n",
        }
    )
    (layered,) = found.functions
    assert layered.code_roots == ("lambda/one", "cdk.out/asset.3/python", "layers/shared/python")
    unseen = layered.options.get("unseen-layers")
    assert isinstance(unseen, Items)
    assert ["${Zip}" in str(name) for name in unseen.values] == [True]


def test_stages_are_read_too() -> None:
    found = read(
        {
            "cdk.out/manifest.json": manifest(
                Stage=("cdk:cloud-assembly", {"directoryName": "assembly-Prod"}), Tree=("cdk:tree", {"file": "x"})
            ),
            "cdk.out/assembly-Prod/manifest.json": manifest(Stack=STACK),
            "cdk.out/assembly-Prod/Stack.template.json": json.dumps({"Resources": {"Fn": function("../asset.1")}}),
            "cdk.out/asset.1/app.py": "",
        }
    )
    assert [(found.id, found.code_roots) for found in found.functions] == [
        ("cdk.out/assembly-Prod/Stack.template.json#Fn", ("cdk.out/asset.1",))
    ]


def test_the_frameworks_own_functions_are_left_out() -> None:
    files = {"cdk.out/manifest.json": manifest(Stack=STACK), "cdk.out/asset.1/app.py": ""}
    resources = {
        "A": function("asset.1", "App/Custom::CDKBucketDeployment8693/Resource"),
        "B": function("asset.1", "App/Customers/Resource"),
    }
    found = read({**files, "cdk.out/Stack.template.json": json.dumps({"Resources": resources})})
    assert [function.logical_id for function in found.functions] == ["B"]


def test_another_output_directory_and_a_project_below() -> None:
    found = read(
        {
            "infra/cdk.json": '{"output": "build"}',
            "infra/build/manifest.json": manifest(Stack=STACK),
            "infra/build/Stack.template.json": json.dumps({"Resources": {"Fn": function("asset.1")}}),
            "infra/build/asset.1/app.py": "",
        },
        "infra/cdk.json",
    )
    assert [function.code_roots for function in found.functions] == [("infra/build/asset.1",)]


def test_without_synthesized_templates_there_is_a_gap() -> None:
    found = read({})
    assert [(gap.kind, gap.location.path) for gap in found.gaps] == [(GapKind.UNREADABLE, "cdk.json")]
    broken = read({"cdk.out/manifest.json": manifest(Stack=STACK), "cdk.out/Stack.template.json": "{"})
    assert [gap.kind for gap in broken.gaps] == [GapKind.UNREADABLE]
    assert read({"cdk.out/manifest.json": "[]"}).functions == ()
