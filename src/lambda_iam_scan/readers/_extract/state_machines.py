"""What Step Functions, Firehose and CodePipeline invoke: with a role of their own, and named deep inside their configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lambda_iam_scan.errors import InputError
from lambda_iam_scan.model.text import Text
from lambda_iam_scan.readers._extract.calls import Call
from lambda_iam_scan.readers._extract.context import Context
from lambda_iam_scan.templates.intrinsics import is_call
from lambda_iam_scan.templates.nodes import load
from lambda_iam_scan.templates.texts import split

_PLACEHOLDER = re.compile(r"\$\{([A-Za-z0-9_]+)\}")


def state_machine_calls(context: Context) -> Iterator[Call]:
    """Every string of a definition, for the caller to see which are functions."""
    scope = context.scope
    for logical_id, properties in scope.of_type("AWS::StepFunctions::StateMachine"):
        substitutions = scope.get(properties, "DefinitionSubstitutions")
        names = {str(name): scope.text(node) for name, node in substitutions.items()} if isinstance(substitutions, Mapping) else {}
        seen: set[Text] = set()
        for text in _strings(context, properties):
            function = _substituted(text, names)
            if function not in seen and function.parts:
                seen.add(function)
                yield Call(
                    kind="stepfunctions",
                    principal="states.amazonaws.com",
                    function=function,
                    source=scope.arn(logical_id),
                    location=context.place(logical_id),
                    role=scope.first(properties.get("RoleArn")),
                )
    yield from _pipelines(context)
    yield from _delivery_streams(context)


def _strings(context: Context, properties: Mapping[str, Any]) -> Iterator[Text]:
    scope = context.scope
    for name in ("DefinitionString", "Definition"):
        node = scope.first(properties.get(name))
        if node is None:
            continue
        if isinstance(node, str) or is_call(node):
            for text in scope.texts(node):
                yield from split(text, '"')
        else:
            yield from _leaves(context, node)
    where = properties.get("DefinitionS3Location", properties.get("DefinitionUri"))
    if isinstance(where, str) and (path := context.relative(str(where))) is not None:
        try:
            yield from _leaves(context, load(context.tree.read(path), path).root)
        except InputError:
            return


def _leaves(context: Context, node: Any) -> Iterator[Text]:
    if isinstance(node, str) or is_call(node):
        yield from context.scope.texts(node)
    elif isinstance(node, Mapping):
        for value in node.values():
            yield from _leaves(context, value)
    elif isinstance(node, list):
        for item in node:
            yield from _leaves(context, item)


def _substituted(text: Text, names: Mapping[str, Text]) -> Text:
    parts: list[Any] = []
    for part in text.parts:
        if isinstance(part, str):
            for index, piece in enumerate(_PLACEHOLDER.split(part)):
                parts.append(names.get(piece, Text.of("${" + piece + "}")) if index % 2 else piece)
        else:
            parts.append(part)
    return Text.of(*parts)


def _pipelines(context: Context) -> Iterator[Call]:
    scope = context.scope
    for logical_id, properties in scope.of_type("AWS::CodePipeline::Pipeline"):
        for stage in scope.items(properties.get("Stages")):
            for action in scope.items(scope.get(stage, "Actions")):
                function = scope.get(action, "Configuration", "FunctionName")
                if scope.known(scope.get(action, "ActionTypeId", "Provider")) == "Lambda" and function is not None:
                    yield Call(
                        kind="codepipeline",
                        principal="codepipeline.amazonaws.com",
                        function=scope.text(function),
                        source=scope.arn(logical_id),
                        location=context.place_of(action, logical_id),
                        role=scope.get(action, "RoleArn") or scope.first(properties.get("RoleArn")),
                    )


def _delivery_streams(context: Context) -> Iterator[Call]:
    scope = context.scope
    for logical_id, properties in scope.of_type("AWS::KinesisFirehose::DeliveryStream"):
        for destination in properties.values():
            for processor in scope.items(scope.get(destination, "ProcessingConfiguration", "Processors")):
                for parameter in scope.items(scope.get(processor, "Parameters")):
                    if scope.known(scope.get(parameter, "ParameterName")) == "LambdaArn":
                        yield Call(
                            kind="firehose",
                            principal="firehose.amazonaws.com",
                            function=scope.text(scope.get(parameter, "ParameterValue")),
                            source=scope.arn(logical_id),
                            location=context.place_of(parameter, logical_id),
                            role=scope.get(destination, "RoleARN"),
                        )
