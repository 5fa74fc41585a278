"""Templates through the readers, Lambda's own needs, the comparison and one check: everything but the analysis of code."""

from __future__ import annotations

from functools import cache
from typing import Any

from lambda_iam_scan import disk
from lambda_iam_scan.compare import compare
from lambda_iam_scan.config import Settings
from lambda_iam_scan.lambda_needs import lambda_requirements
from lambda_iam_scan.model.code import CodeUse
from lambda_iam_scan.model.deployment import Deployment
from lambda_iam_scan.model.finding import Finding, FunctionScan, Scan
from lambda_iam_scan.plugins import load
from lambda_iam_scan.tables import Tables
from tests.trees import DictTree

TRUSTED = "AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]}"
LOGS = "{Effect: Allow, Action: 'logs:*', Resource: '*'}"
BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


@cache
def tables() -> Tables:
    """The tables as shipped."""
    return Tables(disk.load_table)


def deployed(template: str) -> Deployment:
    """A CloudFormation template's functions."""
    return settled("template.yaml", template, "def handler(event, context): ...")


def settled(path: str, template: str, code: str) -> Deployment:
    """A CloudFormation or SAM template's functions, with their code in `app.py` beside it."""
    tree = DictTree({path: template, "app.py": code})
    reader: Any = load("readers", "sam" if "AWS::Serverless" in template else "cloudformation")
    found: Deployment = reader.read(tree, path, tables(), Settings())
    return found


def scanned(deployment: Deployment) -> Scan:
    """Every function's needs from Lambda itself, compared with its role."""
    functions = []
    for function in deployment.functions:
        needs = lambda_requirements(function, tables())
        comparison = compare(needs, function, deployment.resource_policies) if function.role else None
        functions.append(FunctionScan(function=function, code=CodeUse(calls=(), gaps=()), requirements=needs, comparison=comparison))
    return Scan(deployments=(deployment,), functions=tuple(functions))


def findings(check: str, template: str) -> list[Finding]:
    """What one check says to a template."""
    plugin: Any = load("checks", check)
    return list(plugin.run(scanned(deployed(template)), tables()))


def codes(check: str, template: str) -> list[tuple[str, str | None]]:
    """Code and action of each finding."""
    return [(finding.code, finding.action) for finding in findings(check, template)]


def function(*statements: str, properties: str = "", name: str = "Fn", managed: str = "", trust: str = TRUSTED, resources: str = "") -> str:
    """A template with one function whose role has these statements, and whatever `resources` adds."""
    policies = f"Policies: [{{PolicyName: own, PolicyDocument: {{Statement: [{', '.join(statements)}]}}}}]" if statements else ""
    return f"""
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      {trust}
      ManagedPolicyArns: [{managed}]
      {policies}
  {name}:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: app.handler
      Code: .
      Role: !GetAtt Role.Arn
      {properties}
{resources}
"""
