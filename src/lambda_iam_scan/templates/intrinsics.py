"""CloudFormation's intrinsic functions, kept symbolic: a template's nodes as `Text`.

Source of the functions' meaning: AWS CloudFormation User Guide, "Intrinsic function reference", "Pseudo parameters reference",
"Dynamic references". `Fn::If` gives the texts of both branches unless a given parameter decides the condition.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from lambda_iam_scan.model.code import Argument, Constant, Fields, Items, OneOf, Unknown
from lambda_iam_scan.model.text import ACCOUNT, PARTITION, REGION, Hole, Text, Token, TokenKind
from lambda_iam_scan.templates.nodes import Int
from lambda_iam_scan.templates.texts import combinations, join, literal, merge, split, whole, with_references

MAX_REFERENCES = 40
"""Depth of references within references; more is a circle."""


class ResourceType(Protocol):
    """What `Ref` and `Fn::GetAtt` of a resource type give (a row of the tables; formats as `CloudFormationResource` has them)."""

    @property
    def name(self) -> str | None: ...
    @property
    def ref(self) -> str: ...
    @property
    def arn(self) -> str | None: ...
    @property
    def attributes(self) -> Mapping[str, str]: ...


_OWN = {"AWS::Partition": PARTITION, "AWS::Region": REGION, "AWS::AccountId": ACCOUNT}
_OWN |= {name: Token(name, TokenKind.OWN) for name in ("AWS::StackName", "AWS::StackId", "AWS::URLSuffix")}
_HOLE = re.compile(r"\$\{(!?)([^{}]*)\}")
_EITHER = "depends on a condition of the template"


class Scope:
    """The names of one template: parameters, mappings, conditions and resources, and what expressions over them mean."""

    def __init__(self, root: Any, types: Callable[[str], ResourceType | None], given: Mapping[str, str]) -> None:
        """`root` is the template's mapping, `given` the parameter values that the user chose."""
        self.resources: Mapping[str, Any] = {
            name: value for name, value in _section(root, "Resources").items() if isinstance(value, Mapping)
        }
        self._parameters = _section(root, "Parameters")
        self._mappings = _section(root, "Mappings")
        self._conditions = _section(root, "Conditions")
        self._types = types
        self._given = given
        self._busy: list[object] = []
        self._cache: dict[tuple[str, str], tuple[Text, ...]] = {}

    def type_of(self, logical_id: str) -> str:
        """A resource's type, or an empty string."""
        found = self.resources.get(logical_id, {}).get("Type")
        return found if isinstance(found, str) else ""

    def properties(self, logical_id: str) -> Mapping[str, Any]:
        """A resource's properties, or none."""
        found = self.first(self.resources.get(logical_id, {}).get("Properties"))
        return found if isinstance(found, Mapping) else {}

    def of_type(self, *types: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Logical id and properties of every resource of some types, in order of the template."""
        for logical_id in self.resources:
            if self.type_of(logical_id) in types:
                yield logical_id, self.properties(logical_id)

    # --- structure: lists and mappings with conditions in them

    def branches(self, node: Any) -> tuple[Any, ...]:
        """The nodes that may stand here: `Fn::If` replaced by its branches, `AWS::NoValue` by nothing."""
        call = _call(node)
        if call is None:
            return () if node is None else (node,)
        name, operand = call
        if name == "Ref" and operand == "AWS::NoValue":
            return ()
        if name != "Fn::If" or not _is_list(operand) or len(operand) != 3:
            return (node,)
        decided = self.condition(operand[0]) if isinstance(operand[0], str) else None
        chosen = operand[1:] if decided is None else operand[1:2] if decided else operand[2:]
        return tuple(found for branch in chosen for found in self.branches(branch))

    def first(self, node: Any) -> Any:
        """The first that may stand here, or None."""
        return next(iter(self.branches(node)), None)

    def items(self, node: Any) -> tuple[Any, ...]:
        """Elements of a list, conditions inside and around it opened; anything else is a list of one."""
        found: list[Any] = []
        for branch in self.branches(node):
            if _is_list(branch):
                found += [item for element in branch for item in self._elements(element)]
            else:
                found.append(branch)
        return tuple(found)

    def _elements(self, element: Any) -> tuple[Any, ...]:
        """`Fn::If` in a list may give a list of its own only where CloudFormation flattens; it does not, so neither do we."""
        return self.branches(element)

    def get(self, mapping: Any, *path: str) -> Any:
        """A nested value, conditions on the way opened (first branch); None when it is not there."""
        node = self.first(mapping)
        for name in path:
            if not isinstance(node, Mapping):
                return None
            node = self.first(node.get(name))
        return node

    def condition(self, name: str, depth: int = 0) -> bool | None:
        """A named condition, when the given parameters decide it."""
        return self._truth(self._conditions.get(name), depth + 1) if depth < MAX_REFERENCES else None

    def _truth(self, node: Any, depth: int) -> bool | None:
        call = _call(node)
        if call is None or depth > MAX_REFERENCES:
            return None
        name, operand = call
        if name == "Condition":
            return self.condition(operand, depth) if isinstance(operand, str) else None
        operands = operand if _is_list(operand) else ()
        if name == "Fn::Equals" and len(operands) == 2:
            left, right = (self._given_literal(part) for part in operands)
            return None if left is None or right is None else left == right
        values = [self._truth(part, depth + 1) for part in operands]
        if name == "Fn::Not" and len(values) == 1:
            return None if values[0] is None else not values[0]
        if name in ("Fn::And", "Fn::Or") and values:
            decisive = name == "Fn::Or"
            return decisive if decisive in values else None if None in values else not decisive
        return None

    def _given_literal(self, node: Any) -> str | None:
        if (scalar := _scalar(node)) is not None:
            return scalar
        call = _call(node)
        return self._given.get(call[1]) if call and call[0] == "Ref" and isinstance(call[1], str) else None

    # --- strings

    def text(self, node: Any) -> Text:
        """One text for a node; alternatives are merged into what they share and a hole."""
        return merge(self.texts(node), _EITHER)

    def known(self, node: Any) -> str | None:
        """The string when all of it is known, parameters by default, else None."""
        return self.text(node).by_default.literal if self.branches(node) else None

    def texts(self, node: Any) -> tuple[Text, ...]:
        """Every text a node may have; one with a hole when nothing is known; none for `AWS::NoValue`."""
        if (scalar := _scalar(node)) is not None:
            return (literal(scalar),)
        call = _call(node)
        if call is None:
            return () if node is None else _unknown("not a string")
        if len(self._busy) > MAX_REFERENCES:
            return _unknown("references itself")
        self._busy.append(node)
        try:
            return self._call(*call, node)
        finally:
            self._busy.pop()

    def _call(self, name: str, operand: Any, node: Any) -> tuple[Text, ...]:
        if name == "Fn::If":
            return tuple(dict.fromkeys(text for branch in self.branches(node) if branch is not node for text in self.texts(branch)))
        function = _FUNCTIONS.get(name)
        return function(self, operand) if function else _unknown(f"{name} is not resolved")

    def _ref(self, operand: Any) -> tuple[Text, ...]:
        if not isinstance(operand, str):
            return _unknown("Ref of something that is no name")
        if operand == "AWS::NoValue":
            return ()
        if operand in _OWN:
            return (Text.of(_OWN[operand]),)
        if operand in self.resources:
            return self.reference(operand)
        return self._parameter(operand)

    def _parameter(self, name: str) -> tuple[Text, ...]:
        declared = self._parameters.get(name)
        if name in self._given:
            return (literal(self._given[name]),)
        if isinstance(declared, Mapping):
            kind, default = str(declared.get("Type", "")), declared.get("Default")
            if not kind.startswith("AWS::SSM::") and default is not None and (scalar := _scalar(default)):
                return (Text.of(Token(name, TokenKind.PARAMETER, scalar)),)
        return (Text.of(Token(name, TokenKind.PARAMETER)),)

    def _get_att(self, operand: Any) -> tuple[Text, ...]:
        parts = operand.split(".", 1) if isinstance(operand, str) else list(operand) if _is_list(operand) else []
        if len(parts) < 2 or not all(isinstance(part, str) for part in parts):
            return _unknown("Fn::GetAtt with an attribute that is no literal")
        return self.attribute(parts[0], ".".join(parts[1:]))

    def _sub(self, operand: Any) -> tuple[Text, ...]:
        pattern, variables = (operand[0], operand[1]) if _is_list(operand) and len(operand) == 2 else (operand, {})
        if _is_list(pattern) and len(pattern) == 1:
            pattern = pattern[0]
        if not isinstance(pattern, str):
            return _unknown("Fn::Sub of something that is no literal")
        names = variables if isinstance(variables, Mapping) else {}
        parts = [(literal(part),) if isinstance(part, str) else self._hole(part[0], names) for part in _sub_parts(pattern)]
        return tuple(with_references(text) for text in combinations(parts, _EITHER))

    def _hole(self, name: str, variables: Mapping[str, Any]) -> tuple[Text, ...]:
        if name in variables:
            return self.texts(variables[name])
        if "." in name and not name.startswith("AWS::"):
            return self._get_att(name)
        return self._ref(name)

    def _join(self, operand: Any) -> tuple[Text, ...]:
        if not _is_list(operand) or len(operand) != 2 or (delimiter := _scalar(operand[0])) is None:
            return _unknown("Fn::Join with a delimiter that is no literal")
        pieces = self._list(operand[1])
        if pieces is None:
            return _unknown("Fn::Join of a list that is not known")
        parts: list[tuple[Text, ...]] = []
        for index, piece in enumerate(pieces):
            parts += [(Text.of(delimiter),), piece] if index else [piece]
        return tuple(with_references(text) for text in combinations(parts, _EITHER))

    def _list(self, node: Any) -> list[tuple[Text, ...]] | None:
        """The alternatives of each element of a list, or None when its length is not known."""
        if _is_list(node):
            return [texts for item in node if (texts := self.texts(item))]
        call = _call(node)
        if call and call[0] == "Fn::Split":
            pieces = self._pieces(call[1])
            return None if pieces is None else [(piece,) for piece in pieces]
        if call and call[0] == "Ref" and isinstance(call[1], str) and call[1] not in self.resources:
            return self._parts(call[1])
        return None

    def _parts(self, parameter: str) -> list[tuple[Text, ...]] | None:
        """Elements of a parameter that is a list."""
        value = self.text({"Ref": parameter})
        parts = [part.strip() for part in (value.by_default.literal or "").split(",")]
        if value.literal is not None:
            return [(Text.of(part),) for part in parts]
        tokens = (Token(f"{parameter}[{index}]", TokenKind.PARAMETER, part) for index, part in enumerate(parts) if part)
        return [(Text.of(token),) for token in tokens] or None

    def _pieces(self, operand: Any) -> tuple[Text, ...] | None:
        if not _is_list(operand) or len(operand) != 2 or (delimiter := _scalar(operand[0])) is None:
            return None
        text = self.text(operand[1])
        return split(text, delimiter) if delimiter and whole(text) else None

    def _select(self, operand: Any) -> tuple[Text, ...]:
        index = self.known(operand[0]) if _is_list(operand) and len(operand) == 2 else None
        if index is None or not index.isdecimal():
            return _unknown("Fn::Select with an index that is no literal")
        pieces = self._list(operand[1])
        if pieces is not None:
            return pieces[int(index)] if int(index) < len(pieces) else _unknown("Fn::Select beyond the end of its list")
        call = _call(operand[1])
        if call and call[0] == "Fn::Split" and _is_list(call[1]) and len(call[1]) == 2:
            text = self.text(call[1][1])
            if not any(isinstance(part, Hole) for part in text.parts):
                return (Text.of(Token(f"{text}[{index}]", TokenKind.PARAMETER)),)
        return _unknown("Fn::Select from a list that is not known")

    def _find_in_map(self, operand: Any) -> tuple[Text, ...]:
        if not _is_list(operand) or len(operand) < 3:
            return _unknown("Fn::FindInMap without three names")
        tables = self._candidates(self._mappings, operand[0])
        rows = [row for table in tables for row in self._candidates(table, operand[1])]
        found = [text for row in rows for cell in self._candidates(row, operand[2]) for text in self.texts(cell)]
        if not found or len(set(found)) > 40:
            return _unknown("Fn::FindInMap with keys that are not known")
        return tuple(dict.fromkeys(found))

    def _candidates(self, mapping: Any, key: Any) -> list[Any]:
        if not isinstance(mapping, Mapping):
            return []
        name = self.text(key).literal
        if name is None:
            return list(mapping.values())
        return [mapping[name]] if name in mapping else []

    def _import(self, operand: Any) -> tuple[Text, ...]:
        return tuple(
            Text.of(Hole("import of an export that is not known")) if _holed(text) else Text.of(Token(str(text), TokenKind.PARAMETER))
            for text in self.texts(operand)
        )

    # --- resources

    def reference(self, logical_id: str) -> tuple[Text, ...]:
        """What `Ref` gives for a resource."""
        if (special := self._special(logical_id, "Ref")) is not None:
            return special
        row = self._types(self.type_of(logical_id))
        return self._formatted(logical_id, row, row.ref) if row else (Text.of(Token(logical_id, TokenKind.PARAMETER)),)

    def attribute(self, logical_id: str, name: str) -> tuple[Text, ...]:
        """What `Fn::GetAtt` gives for a resource."""
        if logical_id not in self.resources:
            return (Text.of(Token(f"{logical_id}.{name}", TokenKind.PARAMETER)),)
        if (special := self._special(logical_id, name)) is not None:
            return special
        row = self._types(self.type_of(logical_id))
        form = row.attributes.get(name) or (row.arn if name == "Arn" else None) if row else None
        if row is None or form is None:  # it may hold a name that its properties give, so that nothing says it differs from a literal
            return (Text.of(Token(f"{logical_id}.{name}", TokenKind.PARAMETER)),)
        return self._formatted(logical_id, row, form)

    def arn(self, logical_id: str) -> Text:
        """A resource's ARN, as far as its type is known."""
        special = self._special(logical_id, "Arn")
        if special is not None:
            return merge(special, _EITHER)
        row = self._types(self.type_of(logical_id))
        if row is None or row.arn is None:
            return Text.of(Token(f"{logical_id}.Arn", TokenKind.PARAMETER))
        return merge(self._formatted(logical_id, row, row.arn), _EITHER)

    def name(self, logical_id: str) -> Text:
        """A resource's physical name."""
        row = self._types(self.type_of(logical_id))
        return merge(self._names(logical_id, row), _EITHER)

    def _names(self, logical_id: str, row: ResourceType | None) -> tuple[Text, ...]:
        given = self.properties(logical_id).get(row.name) if row and row.name else None
        return self.texts(given) or (Text.of(Token(logical_id, TokenKind.RESOURCE)),)

    def _formatted(self, logical_id: str, row: ResourceType, form: str) -> tuple[Text, ...]:
        key = (logical_id, form)
        if key in self._cache:
            return self._cache[key]
        if key in self._busy or len(self._busy) > MAX_REFERENCES:
            return _unknown("references itself")
        self._busy.append(key)
        try:
            parts = [(Text.of(part),) if isinstance(part, str) else self._filled(logical_id, row, part[0]) for part in _sub_parts(form)]
            self._cache[key] = combinations(parts, _EITHER)
            return self._cache[key]
        finally:
            self._busy.pop()

    def _filled(self, logical_id: str, row: ResourceType, name: str) -> tuple[Text, ...]:
        if name == "Name":
            return self._names(logical_id, row)
        if name in _OWN:
            return (Text.of(_OWN[name]),)
        node = self.get(self.properties(logical_id), *name.split("."))
        return self.texts(node) or (Text.of(Token(f"{logical_id}.{name}", TokenKind.PARAMETER)),)  # what AWS adds may be anything

    def _special(self, logical_id: str, attribute: str) -> tuple[Text, ...] | None:
        """Resources whose identifier depends on how another one is named: versions and aliases of functions, rules of a bus."""
        kind, properties = self.type_of(logical_id), self.properties(logical_id)
        if kind == "AWS::Lambda::Alias" and attribute in ("Ref", "AliasArn", "Arn"):
            name = self.texts(properties.get("Name")) or (Text.of(Token(logical_id, TokenKind.RESOURCE)),)
            return tuple(Text.of(self.function_arn(properties.get("FunctionName")), ":", text) for text in name)
        if kind == "AWS::Lambda::Version" and attribute in ("Ref", "FunctionArn", "Arn"):
            return (Text.of(self.function_arn(properties.get("FunctionName")), ":", Token(logical_id, TokenKind.RESOURCE)),)
        if kind == "AWS::Events::Rule" and attribute == "Arn":
            bus = self.text(properties["EventBusName"]) if properties.get("EventBusName") is not None else Text.of("default")
            name = self.texts(properties.get("Name")) or (Text.of(Token(logical_id, TokenKind.RESOURCE)),)
            path = "" if bus.literal == "default" else Text.of(split(bus, "/")[-1], "/")
            return tuple(Text.of("arn:", PARTITION, ":events:", REGION, ":", ACCOUNT, ":rule/", path, text) for text in name)
        return None

    def function_arn(self, node: Any) -> Text:
        """The ARN, without qualifier, of a function given as ARN, partial ARN or name."""
        pieces = split(self.text(node), ":")
        if len(pieces) >= 7 and pieces[0].literal == "arn":
            return join(Text.of(":"), pieces[:7])
        name = pieces[2] if len(pieces) >= 3 and pieces[1].literal == "function" else pieces[0]
        return Text.of("arn:", PARTITION, ":lambda:", REGION, ":", ACCOUNT, ":function:", name)

    # --- anything

    def argument(self, node: Any) -> Argument:
        """A whole node as an argument value: mappings, lists, constants and texts."""
        options = self.branches(node)
        if len(options) > 1:
            return OneOf(tuple(self.argument(option) for option in options))
        if not options:
            return Constant(None)
        (node,) = options
        if isinstance(node, bool | float) or (isinstance(node, int) and not isinstance(node, Int)):
            return Constant(node)
        if isinstance(node, Int):
            return Constant(int(node))
        if _is_list(node):
            return Items(tuple(self.argument(item) for item in self.items(node)))
        if isinstance(node, Mapping) and _call(node) is None:
            return Fields(tuple((Text.of(str(key)), self.argument(value)) for key, value in node.items() if self.branches(value)))
        text = self.text(node)
        return Unknown("not resolved") if text.unknown else text

    def fields(self, node: Any) -> Fields:
        """A mapping as fields; empty for anything else."""
        found = self.argument(node)
        return found if isinstance(found, Fields) else Fields(())


def _section(root: Any, name: str) -> Mapping[str, Any]:
    found = root.get(name) if isinstance(root, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _call(node: Any) -> tuple[str, Any] | None:
    """Name and operand of an intrinsic function call."""
    if not isinstance(node, str) and isinstance(node, Mapping) and len(node) == 1:
        ((name, operand),) = node.items()
        if name == "Ref" or (name == "Condition" and isinstance(operand, str)) or str(name).startswith("Fn::"):
            return str(name), operand
    return None


def is_call(node: Any) -> bool:
    """Whether a node is an intrinsic function call."""
    return _call(node) is not None


def references(node: Any) -> Iterator[str]:
    """Every logical name that a node refers to, however deep, with repetition."""
    if isinstance(node, Mapping):
        for name, value in node.items():
            if name == "Ref" and isinstance(value, str):
                yield value
            elif name == "Fn::GetAtt":
                first = value.split(".", 1)[0] if isinstance(value, str) else value[0] if _is_list(value) and value else None
                if isinstance(first, str):
                    yield first
            elif name == "Fn::Sub":
                pattern = value[0] if _is_list(value) and value else value
                if isinstance(pattern, str):
                    yield from (part[0].split(".", 1)[0] for part in _sub_parts(pattern) if not isinstance(part, str))
                yield from references(value)
            else:
                yield from references(value)
    elif _is_list(node):
        for item in node:
            yield from references(item)


def _sub_parts(pattern: str) -> Iterator[str | tuple[str]]:
    """Literal parts, and the names of holes as tuples of one. `${!x}` is the literal `${x}`."""
    position = 0
    for hole in _HOLE.finditer(pattern):
        yield pattern[position : hole.start()]
        yield "${" + hole[2] + "}" if hole[1] else (hole[2].strip(),)
        position = hole.end()
    yield pattern[position:]


def _scalar(node: Any) -> str | None:
    if isinstance(node, str):
        return str(node)
    if isinstance(node, bool):
        return "true" if node else "false"
    if isinstance(node, Int):
        return node.text
    return str(node) if isinstance(node, int | float) else None


def _is_list(node: Any) -> bool:
    return isinstance(node, Sequence) and not isinstance(node, str)


def _holed(text: Text) -> bool:
    return any(isinstance(part, Hole) for part in text.parts)


def _unknown(reason: str) -> tuple[Text, ...]:
    return (Text.of(Hole(reason)),)


_FUNCTIONS: dict[str, Callable[[Scope, Any], tuple[Text, ...]]] = {
    "Ref": Scope._ref,
    "Fn::GetAtt": Scope._get_att,
    "Fn::Sub": Scope._sub,
    "Fn::Join": Scope._join,
    "Fn::Select": Scope._select,
    "Fn::FindInMap": Scope._find_in_map,
    "Fn::ImportValue": Scope._import,
}
