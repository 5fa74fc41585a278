"""Terraform's language as nodes: blocks as mappings, expressions as CloudFormation's intrinsic functions where they have one.

References become `Tf` nodes for `module` to resolve; what cannot be told before planning becomes a reference to its own text,
that is a value of which nothing is known but that it is always the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lambda_iam_scan.errors import InputError
from lambda_iam_scan.model.source import Location
from lambda_iam_scan.templates.nodes import Int, Map, Seq, Str, load

LABELS = "__labels__"
REFERENCE = "Tf::Reference"
FILE = "Tf::File"
TEMPLATE = "Tf::Template"
_INTERPOLATION = re.compile(r"\$\{((?:[^{}]|\{[^{}]*\})*)\}")
_HEREDOC = re.compile(r"<<-?([\w-]+)")
_INSTANCES = re.compile(r"(?!var\.|local\.|module\.|each\.)(?:data\.)?\w+\.[\w-]+(?:\[\*\]|\.\*)\.\w+")
"""An attribute of all instances of one resource."""
_CONSTANTS = {"true": True, "false": False, "null": None}
_SKIPPED = frozenset({"new_line_or_comment", "new_line_and_or_comma"})


def parse(content: bytes, path: str) -> Map:
    """A file's body: attributes by name, blocks as lists by type, their labels under `LABELS`. Raises `InputError`."""
    import hcl2

    try:
        tree: Any = hcl2.parses_to_tree(_with_bare_markers(content.decode("utf-8")) + "\n")
    except Exception as error:  # the parser's own errors are many
        place = f":{error.line}:{error.column}" if hasattr(error, "line") and hasattr(error, "column") else ""
        reason = " ".join(str(error).partition(" at line")[0].split())[:80]
        raise InputError(f"{path}{place}: not Terraform: {reason}") from error
    return _Builder(path).body(next(_trees(tree)))


def _with_bare_markers(text: str) -> str:
    """Without the spaces behind the markers that end here-documents, which Terraform allows and the parser does not."""
    markers = {re.escape(marker) for marker in _HEREDOC.findall(text)}
    return re.sub(rf"^([ \t]*(?:{'|'.join(sorted(markers))}))[ \t]+$", r"\1", text, flags=re.MULTILINE) if markers else text


def parse_template(text: str, path: str) -> Any:
    """What `templatefile` makes of a file, with references to its variables left in; None where directives (`%{`) make it."""
    return None if "%{" in text else _Builder(path).text(text, Location(path))


def _trees(node: Any) -> Iterator[Any]:
    """Child trees that mean something."""
    return (child for child in node.children if hasattr(child, "data") and child.data not in _SKIPPED)


def _tokens(node: Any) -> list[Any]:
    """First and last token below a tree."""
    if not hasattr(node, "data"):
        return [node]
    found = [
        token for child in node.children if child is not None and getattr(child, "data", "") not in _SKIPPED for token in _tokens(child)
    ]
    return [found[0], found[-1]] if found else []


class _Builder:
    def __init__(self, path: str) -> None:
        self._path = path

    def location(self, node: Any) -> Location:
        ends = _tokens(node)
        if not ends:
            return Location(self._path)
        first, last = ends[0], ends[-1]
        return Location(self._path, first.line, first.column, last.end_line, last.end_column)

    def body(self, node: Any) -> Map:
        found = Map(self.location(node))
        for child in _trees(node):
            if child.data == "attribute":
                name, *_, value = [part for part in child.children if hasattr(part, "data")]
                found[self._name(name)] = self.value(value)
            elif child.data == "block":
                self._block(child, found)
        return found

    def _block(self, node: Any, into: Map) -> None:
        kind, *labels = [part for part in _trees(node) if part.data in ("identifier", "string")]
        block = self.body(next(part for part in _trees(node) if part.data == "body"))
        block.location = self.location(node)
        sequence = Seq(block.location)
        sequence.extend(Str(_text(label).strip('"'), self.location(label)) for label in labels)
        block[LABELS] = sequence
        into.setdefault(self._name(kind), Seq(block.location)).append(block)

    def _name(self, node: Any) -> Str:
        return Str(_text(node).strip().strip('"'), self.location(node))

    def value(self, node: Any) -> Any:
        """An expression."""
        if not hasattr(node, "data"):
            return self._unknown(node)
        method = getattr(self, f"_{node.data}", None)
        return method(node) if method else self._unknown(node)

    def _expr_term(self, node: Any) -> Any:
        inner = list(_trees(node))
        return self.value(inner[0]) if len(inner) == 1 else self._unknown(node)

    def _string(self, node: Any) -> Any:
        location = self.location(node)
        parts = [self._string_part(part) for part in _trees(node) if part.data == "string_part"]
        return self._joined(parts, location)

    def _string_part(self, node: Any) -> Any:
        inner = list(_trees(node))
        if inner and inner[0].data == "interpolation":
            return self.value(next(_trees(inner[0])))
        return Str(_unescaped(_text(node)), self.location(node))

    def _joined(self, parts: list[Any], location: Location) -> Any:
        if all(isinstance(part, str) for part in parts):
            return Str("".join(parts), location)
        if len(parts) == 1:
            return parts[0]
        return _call("Fn::Join", ["", parts], location)

    def _heredoc_template(self, node: Any) -> Any:
        return self._heredoc(node)

    def _heredoc_template_trim(self, node: Any) -> Any:
        return self._heredoc(node)

    def _heredoc(self, node: Any) -> Any:
        """A text of several lines. JSON in it keeps its places; expressions in it are read like any other."""
        location = self.location(node)
        lines = _text(node).split("\n")
        text = "\n".join(lines[1:-1]) if lines[-1].strip().isalnum() or not lines[-1].strip() else "\n".join(lines[1:])
        return self.text(re.sub(r"\n\s*\w+\s*\Z", "\n", text), location)

    def text(self, text: str, location: Location) -> Any:
        """A template: JSON as its nodes, any other text as what joins its parts."""
        if text.lstrip().startswith("{"):
            document = self._json(text, location)
            if document is not None:
                return document
        return self._template(text, location)

    def _json(self, text: str, location: Location) -> Any:
        expressions: list[str] = []

        def marked(match: re.Match[str]) -> str:
            expressions.append(match[1])
            return f"@@{len(expressions) - 1}@@"

        try:
            root = load(("\n" * location.line + _INTERPOLATION.sub(marked, text)).encode(), self._path).root
        except InputError:
            return None
        return self._unmarked(root, expressions) if isinstance(root, Map) else None

    def _unmarked(self, node: Any, expressions: list[str]) -> Any:
        if isinstance(node, Map):
            mapping = Map(node.location)
            mapping.update((key, self._unmarked(value, expressions)) for key, value in node.items())
            return mapping
        if isinstance(node, Seq):
            sequence = Seq(node.location)
            sequence.extend(self._unmarked(value, expressions) for value in node)
            return sequence
        if not isinstance(node, Str) or "@@" not in node:
            return node
        pieces = re.split(r"@@(\d+)@@", node)
        parts = [
            self._expression(expressions[int(piece)], node.location) if index % 2 else piece for index, piece in enumerate(pieces) if piece
        ]
        return self._joined(parts, node.location)

    def _template(self, text: str, location: Location) -> Any:
        pieces = _INTERPOLATION.split(text)
        parts = [self._expression(piece, location) if index % 2 else piece for index, piece in enumerate(pieces) if piece]
        return self._joined(parts, location)

    def _expression(self, text: str, location: Location) -> Any:
        try:
            found = parse(f"x = {text}".encode(), self._path).get("x")
        except InputError:
            found = None
        return found if found is not None else _call("Ref", Str(text.strip(), location), location)

    def _int_lit(self, node: Any) -> Any:
        text = _text(node)
        return Int(int(text), text, self.location(node)) if text.isdecimal() else Str(text, self.location(node))

    def _identifier(self, node: Any) -> Any:
        text = _text(node)
        return _CONSTANTS[text] if text in _CONSTANTS else _call(REFERENCE, [text], self.location(node))

    def _tuple(self, node: Any) -> Seq:
        found = Seq(self.location(node))
        found.extend(self.value(part) for part in _trees(node))
        return found

    def _object(self, node: Any) -> Map:
        found = Map(self.location(node))
        for element in _trees(node):
            key, value = list(_trees(element))[:2]
            found[self._name(key)] = self.value(value)
        return found

    def _conditional(self, node: Any) -> Any:
        _, *branches = list(_trees(node))
        values: list[Any] = [self.value(branch) for branch in branches]
        return _call(
            "Fn::If", ["?", *(_call("Ref", "AWS::NoValue", self.location(node)) if v is None else v for v in values)], self.location(node)
        )

    def _get_attr_expr_term(self, node: Any) -> Any:
        return self._traversal(node)

    def _index_expr_term(self, node: Any) -> Any:
        return self._traversal(node)

    def _attr_splat_expr_term(self, node: Any) -> Any:
        return self._traversal(node)

    def _full_splat_expr_term(self, node: Any) -> Any:
        return self._traversal(node)

    def _traversal(self, node: Any) -> Any:
        """`aws_sqs_queue.q[0].arn` -> its names; indices are of `count` and `for_each`, whose instances are one to us."""
        text = re.sub(r"\[[^\]]*\]|\.\*", "", _text(node).replace(" ", ""))
        return _call(REFERENCE, text.split("."), self.location(node))

    def _function_call(self, node: Any) -> Any:
        name, *rest = list(_trees(node))
        parts = list(_trees(rest[0])) if rest else []
        arguments = [self.value(part) for part in parts]
        called = _text(name).strip()
        only = parts[-1] if called == "one" or (called == "join" and len(parts) == 2 and arguments[0] == "") else None
        if only is not None and _INSTANCES.fullmatch(_text(only).replace(" ", "")):
            return arguments[-1]  # the idiom for a resource that there is once or not at all
        return self._function(called, arguments, node)

    def _function(self, name: str, arguments: list[Any], node: Any) -> Any:
        location = self.location(node)
        if name in ("jsonencode", "toset", "tolist", "tostring", "sensitive", "nonsensitive", "jsondecode") and len(arguments) == 1:
            return arguments[0]
        if name == "file" and len(arguments) == 1:
            return _call(FILE, arguments[0], location)
        if name == "templatefile" and len(arguments) == 2 and isinstance(arguments[1], Map):
            return _call(TEMPLATE, arguments, location)
        if name in ("concat", "flatten"):
            found = Seq(location)
            for argument in arguments:
                found.extend(argument if isinstance(argument, Seq) else [argument])
            return found
        if name == "join" and len(arguments) == 2:
            return _call("Fn::Join", arguments, location)
        if name == "format" and arguments and isinstance(arguments[0], str) and arguments[0].count("%s") == len(arguments) - 1:
            pieces = arguments[0].split("%s")
            return self._joined([part for pair in zip(pieces, [*arguments[1:], ""], strict=True) for part in pair if part != ""], location)
        return self._unknown(node)

    def _unknown(self, node: Any) -> Any:
        location, text = self.location(node), " ".join(_text(node).split())
        return _CONSTANTS[text] if text in _CONSTANTS else _call("Ref", Str(text, location), location)


def _call(name: str, operand: Any, location: Location) -> Map:
    call = Map(location)
    call[name] = operand
    return call


def _text(node: Any) -> str:
    """The source text of a tree, near enough to recognize and to tell apart."""
    if not hasattr(node, "data"):
        return "" if node is None else str(node)
    return "".join(_text(child) for child in node.children if getattr(child, "data", "") not in _SKIPPED)


def _unescaped(text: str) -> str:
    """`\\"`, `\\\\`, `\\n` and Terraform's own `$${`."""
    return text.replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\").replace("$${", "${").replace("%%{", "%{")
