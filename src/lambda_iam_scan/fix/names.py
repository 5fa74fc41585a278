"""Which of a template's names a policy may use: those that are there, and do not depend on the policy's owner themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yaml.nodes import MappingNode, Node

from lambda_iam_scan.fix.document import Document, entry_of, scalars
from lambda_iam_scan.least_privilege import writable_as_sub
from lambda_iam_scan.model.text import Hole, Text, Token, TokenKind
from lambda_iam_scan.usage import known

_NAME = re.compile(r"[A-Za-z0-9]+")


def certain(resource: Text) -> bool:
    """Whether a resource's name is no parameter's value: that may be a name as well as a whole ARN, so nothing follows from it."""
    return not any(isinstance(part, Token) and part.kind is TokenKind.PARAMETER for part in resource.parts)


def writable(document: Document, resource: Text, owner: str) -> bool:
    """Whether a resource can be written exactly, in a policy that `owner` (a function's or role's logical id) depends on."""
    if (
        not known(resource)
        or not certain(resource)
        or not writable_as_sub(resource)
        or any(isinstance(part, Hole) for part in resource.parts[:-1])
    ):
        return False
    names = [part.name.partition(".")[0] for part in resource.parts if isinstance(part, Token) and not part.name.startswith("AWS::")]
    resources = _keys(document.get(document.root, "Resources"))
    return all(name in resources and not _depends(document, name, owner) for name in names)


def _keys(node: Node | None) -> set[str]:
    return {key.value for key, _ in node.value} if isinstance(node, MappingNode) else set()


def _depends(document: Document, name: str, owner: str) -> bool:
    """Whether a resource depends on `owner`, directly or not. Any mention counts: too many are better than one too few."""
    resources = _keys(document.get(document.root, "Resources"))
    waiting, seen = [name], {name}
    while waiting:
        current = waiting.pop()
        if current == owner:
            return True
        found = {word for text in _mentions(document, current) for word in _NAME.findall(text)} & resources
        waiting += found - seen
        seen |= found
    return False


def _mentions(document: Document, name: str) -> Iterator[str]:
    node = document.get(document.root, "Resources", name)
    if node is not None:
        yield from scalars(node)
    # SAM writes a bucket's notifications from the functions' events: the bucket then depends on the function.
    resources = document.get(document.root, "Resources")
    for key, resource in resources.value if isinstance(resources, MappingNode) else ():
        events = document.get(resource, "Properties", "Events")
        for _, event in events.value if isinstance(events, MappingNode) else ():
            kind = entry_of(event, "Type")[1]
            if kind is not None and kind.value == "S3" and name in {word for text in scalars(event) for word in _NAME.findall(text)}:
                yield str(key.value)
