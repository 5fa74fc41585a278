"""What the answer of an operation says as far as the request decides it: a queue's URL from its name, a topic's ARN from its name.

Sources: the AWS API references of the operations; ARN formats of the Service Authorization Reference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_iam_scan.model.code import PrincipalKind
from lambda_iam_scan.model.text import ACCOUNT, PARTITION, REGION, Hole, Part, Text, Token

if TYPE_CHECKING:
    from lambda_iam_scan.analysis.values.kinds import Result

_FORMATS: dict[tuple[str, str, str], str] = {
    ("sqs", "GetQueueUrl", "QueueUrl"): "https://sqs.{region}.amazonaws.com/{QueueOwnerAWSAccountId|account}/{QueueName}",
    ("sqs", "CreateQueue", "QueueUrl"): "https://sqs.{region}.amazonaws.com/{account}/{QueueName}",
    ("sns", "CreateTopic", "TopicArn"): "arn:{partition}:sns:{region}:{account}:{Name}",
    ("lambda", "CreateFunction", "FunctionArn"): "arn:{partition}:lambda:{region}:{account}:function:{FunctionName}",
    ("lambda", "CreateFunction", "FunctionName"): "{FunctionName}",
    ("iam", "CreateRole", "Role.Arn"): "arn:{partition}:iam::{account}:role/{RoleName}",
    ("iam", "GetRole", "Role.Arn"): "arn:{partition}:iam::{account}:role/*{RoleName}",
    ("dynamodb", "CreateTable", "TableDescription.TableName"): "{TableName}",
    ("dynamodb", "DescribeTable", "Table.TableName"): "{TableName}",
    ("dynamodb", "DescribeTable", "Table.TableArn"): "arn:{partition}:dynamodb:{region}:{account}:table/{TableName}",
    ("dynamodb", "CreateTable", "TableDescription.TableArn"): "arn:{partition}:dynamodb:{region}:{account}:table/{TableName}",
    ("kinesis", "DescribeStream", "StreamDescription.StreamARN"): "arn:{partition}:kinesis:{region}:{account}:stream/{StreamName}",
    ("sts", "GetCallerIdentity", "Account"): "{account}",
}
_OWN: dict[str, Token] = {"region": REGION, "account": ACCOUNT, "partition": PARTITION}


def known_result(value: Result) -> Text:
    """The text at a result's path, a hole where the request does not tell."""
    reason = f"result of {value.service}:{value.operation}"
    form = _FORMATS.get((value.service, value.operation, ".".join(value.path)))
    if form is None or value.principal.kind is not PrincipalKind.EXECUTION_ROLE:
        return Text.of(Hole(reason))
    parts: list[Part | Text] = []
    for i, piece in enumerate(form.replace("}", "{").split("{")):
        if i % 2 == 0:
            parts += _starred(piece) if "*" in piece else [piece]
        else:
            parts.append(_piece(value, piece) or Hole(reason))
    return Text.of(*parts)


def _piece(value: Result, names: str) -> Part | Text | None:
    """The first of `parameter|own` that is told; None for a parameter that is given and not a string."""
    *parameters, last = names.split("|")
    for name in parameters:
        if value.arguments.get(name) is not None or value.arguments.open:
            last = name
    if last == "region" and value.region is not None:
        return value.region
    if last in _OWN:
        return _OWN[last]
    given = value.arguments.get(last)
    return given if isinstance(given, Text) else None


def _starred(piece: str) -> list[Part | Text]:
    head, _, tail = piece.partition("*")
    return [head, Hole("path of the role"), tail]
