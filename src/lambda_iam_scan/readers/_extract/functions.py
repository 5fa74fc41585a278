"""Which function an ARN, partial ARN, name, alias or API Gateway integration address stands for."""

from __future__ import annotations

from typing import Any

from lambda_iam_scan.model.text import Text
from lambda_iam_scan.readers._extract.context import Context
from lambda_iam_scan.templates.texts import join, split

FUNCTION = "AWS::Lambda::Function"
_COLON = Text.of(":")


class Functions:
    """The template's functions by what refers to them."""

    def __init__(self, context: Context) -> None:
        self._context = context
        scope = context.scope
        self.names = {logical_id: scope.name(logical_id) for logical_id, _ in scope.of_type(FUNCTION)}
        self._by_name = {name: logical_id for logical_id, name in reversed(self.names.items()) if not name.unknown}

    def find(self, node: Any) -> tuple[str, Text | None] | None:
        """Logical id of the function a node stands for, and its qualifier; None when it is none of this template's."""
        for text in self._context.scope.texts(node):
            if (found := self.find_text(text)) is not None:
                return found
        return None

    def find_text(self, text: Text) -> tuple[str, Text | None] | None:
        """The same for a text."""
        name, qualifier = _name_and_qualifier(_from_address(text))
        logical_id = self._by_name.get(name)
        return None if logical_id is None else (logical_id, qualifier)

    def arn(self, logical_id: str, qualifier: Text | None = None) -> Text:
        """ARN of a function, with its qualifier; policies of `$LATEST` are those of the function without one."""
        arn = self._context.scope.arn(logical_id)
        return arn if qualifier is None or qualifier.literal == "$LATEST" else Text.of(arn, ":", qualifier)


def _from_address(text: Text) -> Text:
    """The function in `arn:aws:apigateway:region:lambda:path/2015-03-31/functions/FUNCTION/invocations`."""
    pieces = split(text, "/functions/")
    return split(pieces[1], "/invocations")[0] if len(pieces) == 2 else text


def _name_and_qualifier(text: Text) -> tuple[Text, Text | None]:
    """AWS Lambda API Reference, `FunctionName`: name, `ACCOUNT:function:name` or full ARN, each with `:qualifier` behind it."""
    pieces = split(text, ":")
    start = 0
    if len(pieces) >= 7 and pieces[0].literal == "arn":
        start = 6
    elif len(pieces) >= 3 and pieces[1].literal == "function":
        start = 2
    qualifier = join(_COLON, pieces[start + 1 :]) if len(pieces) > start + 1 else None
    return pieces[start], None if qualifier is not None and qualifier.literal == "" else qualifier
