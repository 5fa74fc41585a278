"""`AWS::Include` of files that lie beside the template, as `sam package` and `aws cloudformation package` take them.

Source: AWS CloudFormation User Guide, "AWS::Include transform". What lies in S3 stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lambda_iam_scan.templates.nodes import Map, Seq

TRANSFORM = "Fn::Transform"
ReadNode = Callable[[str], Any]
"""Root node of a file by its path beside the template; None when there is no such file or it is none of ours."""


def with_includes(node: Any, read: ReadNode) -> Any:
    """A template with its local includes in place; an included mapping is merged with what stands beside it."""
    if isinstance(node, Seq):
        sequence = Seq(node.location)
        sequence.extend(with_includes(item, read) for item in node)
        return sequence
    if not isinstance(node, Map):
        return node
    mapping = Map(node.location)
    for key, value in node.items():
        included = _included(value, read) if key == TRANSFORM else None
        if included is None:
            mapping[key] = with_includes(value, read)
        elif len(node) == 1:
            return included
        elif isinstance(included, Map):
            mapping.update(included)
    return mapping


def _included(operand: Any, read: ReadNode) -> Any:
    if not isinstance(operand, Mapping) or operand.get("Name") != "AWS::Include":
        return None
    parameters = operand.get("Parameters")
    location = parameters.get("Location") if isinstance(parameters, Mapping) else None
    return read(str(location)) if isinstance(location, str) and "://" not in location else None
