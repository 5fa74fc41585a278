"""What Step Functions, Firehose and CodePipeline invoke: with a role of their own, and named deep inside their configuration."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from lambda_iam_scan.errors import InputError
from lambda_iam_scan.model.text import Text
from lambda_iam_scan.readers._extract.calls import Call
from lambda_iam_scan.readers._extract.context import Context
from lambda_iam_scan.templates.intrinsics import is_call
from lambda_iam_scan.templates.nodes import load

_Texts = Callable[[Any], Iterable[Text]]
"""The strings that a leaf of a definition may be."""
_PLACEHOLDER = re.compile(r"\$\{([A-Za-z0-9_]+)\}")


def state_machine_calls(context: Context) -> Iterator[Call]:
    """Whatever tasks of state machines name to be invoked, for the caller to see which are functions."""
    scope = context.scope
    for logical_id, properties in scope.of_type("AWS::StepFunctions::StateMachine"):
        substitutions = scope.get(properties, "DefinitionSubstitutions")
        names = {str(name): scope.text(node) for name, node in substitutions.items()} if isinstance(substitutions, Mapping) else {}
        seen: set[Text] = set()
        for function in _invoked(context, properties, names):
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


def _invoked(context: Context, properties: Mapping[str, Any], names: Mapping[str, Text]) -> Iterator[Text]:
    scope = context.scope

    def substituted(texts: _Texts) -> _Texts:
        return lambda leaf: (_substituted(text, names) for text in texts(leaf))

    for name in ("DefinitionString", "Definition"):
        node = scope.first(properties.get(name))
        if isinstance(node, str) or is_call(node):
            for text in scope.texts(node):
                yield from _tasks(_parsed(text), substituted(_unmarked(text)))
        elif node is not None:
            yield from _tasks(node, substituted(scope.texts))
    where = properties.get("DefinitionS3Location", properties.get("DefinitionUri"))
    if isinstance(where, str) and (path := context.relative(str(where))) is not None:
        try:
            yield from _tasks(load(context.tree.read(path), path).root, substituted(scope.texts))
        except InputError:
            return


def _tasks(node: Any, texts: _Texts) -> Iterator[Text]:
    """What tasks invoke: their resource, or the function that they hand to the service integration for Lambda.

    Source: AWS Step Functions Developer Guide, "Invoke an AWS Lambda function with Step Functions". ARNs elsewhere are only data.
    """
    if isinstance(node, list):
        for item in node:
            yield from _tasks(item, texts)
    if not isinstance(node, Mapping) or is_call(node):
        return
    for text in texts(node.get("Resource")) if "Resource" in node else ():
        if _INTEGRATION not in str(text):
            yield text
        elif str(text).rpartition(_INTEGRATION)[2].removeprefix("aws-sdk:").startswith("lambda:invoke"):
            for arguments in (node.get("Parameters"), node.get("Arguments")):
                if isinstance(arguments, Mapping) and "FunctionName" in arguments:
                    yield from texts(arguments["FunctionName"])
    for value in node.values():
        yield from _tasks(value, texts)


_INTEGRATION = ":states:::"
_MARK = re.compile("\ue000(\\d+)\ue001")


def _parsed(text: Text) -> Any:
    """A definition that is text, with a mark for each part that is not known; None when it is no JSON."""
    marked = "".join(part if isinstance(part, str) else f"\ue000{index}\ue001" for index, part in enumerate(text.parts))
    try:
        return json.loads(marked)
    except (ValueError, RecursionError):
        return None


def _unmarked(text: Text) -> _Texts:
    def texts(leaf: Any) -> Iterable[Text]:
        if not isinstance(leaf, str):
            return ()
        pieces = _MARK.split(leaf)
        return (Text.of(*(text.parts[int(piece)] if index % 2 else piece for index, piece in enumerate(pieces))),)

    return texts


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
