"""Reading templates in tests: from text to a deployment in one line."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent, indent

from lambda_iam_scan.config import Settings
from lambda_iam_scan.disk import load_table
from lambda_iam_scan.model.deployment import Deployment, Function
from lambda_iam_scan.plugins import Reader
from lambda_iam_scan.readers import cloudformation, sam
from lambda_iam_scan.tables import Tables
from tests.trees import DictTree

TABLES = Tables(load_table)
APP = {"app.py": "def handler(event, context): ...\n"}

ROLE = """
Role:
  Type: AWS::IAM::Role
  Properties:
    AssumeRolePolicyDocument:
      Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]
"""
FUNCTION = """
F:
  Type: AWS::Lambda::Function
  Properties: {FunctionName: f, Runtime: python3.12, Handler: app.handler, Code: ., Role: !GetAtt Role.Arn}
"""


def read(reader: Reader, template: str, files: Mapping[str, str] = APP, path: str = "template.yaml", **parameters: str) -> Deployment:
    """What a reader makes of a template beside some files; the reader must claim it."""
    tree = DictTree({**files, path: dedent(template)})
    assert reader.claims(tree, path)
    return reader.read(tree, path, TABLES, Settings(parameters=tuple(parameters.items())))


def cfn(resources: str, *, files: Mapping[str, str] = APP, above: str = "", **parameters: str) -> Deployment:
    """A CloudFormation template of resources (and further sections above them)."""
    return read(cloudformation.READER, f"{dedent(above)}\nResources:\n{indent(dedent(resources), '  ')}", files, **parameters)


def declared(resources: str, *, above: str = "", **parameters: str) -> Function:
    """The function `F` with the role `Role`, beside further resources of a CloudFormation template."""
    (function,) = cfn(ROLE + FUNCTION + dedent(resources), files=APP, above=above, **parameters).functions
    return function


def serverless(resources: str, *, files: Mapping[str, str] = APP, above: str = "", **parameters: str) -> Deployment:
    """A SAM template of resources."""
    head = f"Transform: AWS::Serverless-2016-10-31\n{dedent(above)}\nResources:\n"
    return read(sam.READER, head + indent(dedent(resources), "  "), files, **parameters)


def function(properties: str, more: str = "", *, above: str = "", **parameters: str) -> Function:
    """The SAM function `F` with some properties, beside further resources."""
    text = "F:\n  Type: AWS::Serverless::Function\n  Properties:\n    Runtime: python3.12\n    Handler: app.handler\n    CodeUri: .\n"
    found = serverless(text + indent(dedent(properties).strip("\n"), "    ") + "\n" + dedent(more), files=APP, above=above, **parameters)
    return next(found for found in found.functions if found.logical_id == "F")
