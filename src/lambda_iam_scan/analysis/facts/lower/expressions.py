"""Expressions, targets and parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lambda_iam_scan.analysis.facts.ir import KEYWORD_ONLY, POSITIONAL, POSITIONAL_ONLY, VAR_KEYWORD, VAR_POSITIONAL, Node, given_parts
from lambda_iam_scan.analysis.facts.literals import number, text_of, unescape
from lambda_iam_scan.analysis.facts.lower.cursor import Cursor
from lambda_iam_scan.analysis.facts.lower.nesting import Unparsable
from lambda_iam_scan.analysis.facts.lower.nodes import nodes as cst


class Expressions(Cursor):
    """`expr`, `target`, and what they need. `start` is where the expression lowered last begins."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.start = 0
        self.generators: list[bool] = [False]
        """For each function around: whether a `yield` was met in it."""

    def expr(self, node: Any) -> Node:
        """Any expression."""
        lowered: Node = _LOWERED_BY[type(node)](self, node)
        if node.rpar:
            for _ in node.rpar:
                self.token(")")
        return lowered

    def _name(self, node: Any) -> Node:
        value = node.value
        self.start = self.word(value)
        if value in _CONSTANTS:
            return ("const", _CONSTANTS[value])
        return ("name", value)

    def _number(self, node: Any) -> Node:
        self.start = self.token(node.value)
        return ("const", number(node.value))

    def _ellipsis(self, node: Any) -> Node:
        self.start = self.token("...")
        return ("const", ...)

    def _string(self, node: Any) -> Node:
        self.start = self.token(node.value)
        value = text_of(node.value)
        if not isinstance(value, str):
            return ("const", value)
        parts = given_parts(value)
        return ("str", value) if parts == (value,) else ("fstr", parts)

    def _concatenated(self, node: Any) -> Node:
        parts: list[Any] = []
        start = None
        while True:
            right = None
            piece = node
            if isinstance(node, cst.ConcatenatedString):
                piece, right = node.left, node.right
            lowered = self.expr(piece)
            start = self.start if start is None else start
            if lowered[0] == "fstr":
                parts += lowered[1]
            elif lowered[0] == "str":
                parts.append(lowered[1])
            if right is None:
                break
            node = right
        self.start = start
        if all(isinstance(part, str) for part in parts):
            return ("str", "".join(parts))
        return ("fstr", tuple(parts))

    def _formatted(self, node: Any) -> Node:
        start = self.token(node.start)
        raw = "r" in node.start.lower()
        parts: list[Any] = []
        self._formatted_parts(node.parts, parts, raw)
        self.token(node.end)
        self.start = start
        return ("fstr", tuple(parts))

    def _formatted_parts(self, nodes: Any, parts: list[Any], raw: bool) -> None:
        for part in nodes:
            if hasattr(part, "expression"):
                self._formatted_expression(part, parts, raw)
            else:
                self.token(part.value)
                text = part.value.replace("{{", "{").replace("}}", "}")
                parts += given_parts(text if raw else unescape(text))

    def _formatted_expression(self, part: Any, parts: list[Any], raw: bool) -> None:
        value = self.expr(part.expression)
        spec: list[Any] = []
        if part.format_spec is not None:
            self._formatted_parts(part.format_spec, spec, raw)
        conversion = part.conversion
        if part.equal is not None and value[0] == "name":
            parts.append(f"{value[1]}=")
            conversion = conversion or (None if spec else "r")
        elif part.equal is not None:
            conversion = "="
        parts.append(("format", value, conversion, tuple(spec)) if spec or conversion else value)

    def _attribute(self, node: Any) -> Node:
        value = self.expr(node.value)
        start = self.start
        name = node.attr.value
        at = self.word(name)
        self.start = start
        return ("attr", value, name, (at, self.cursor))

    def _subscript(self, node: Any) -> Node:
        value = self.expr(node.value)
        start = self.start
        items = tuple(self._slice(element.slice) for element in node.slice)
        self.token("]")
        self.start = start
        return ("index", value, items[0] if len(items) == 1 else ("tuple", items))

    def _slice(self, node: Any) -> Node:
        if type(node) is cst.Index:
            value = self.expr(node.value)
            return ("star", value) if node.star else value
        return ("slice", *(None if part is None else self.expr(part) for part in (node.lower, node.upper, node.step)))

    def _call(self, node: Any) -> Node:
        func = self.expr(node.func)
        start = self.start
        self.token("(")
        args = self.arguments(node.args)
        self.token(")")
        self.start = start
        return ("call", func, args, (start, self.cursor))

    def arguments(self, args: Any) -> tuple[Node, ...]:
        """Arguments of a call or bases of a class."""
        out = []
        for arg in args:
            name = arg.star or None
            if arg.keyword is not None:
                name = arg.keyword.value
                self.word(name)
            out.append((name, self.expr(arg.value)))
        return tuple(out)

    def _sequence(self, node: Any) -> Node:
        kind = _SEQUENCES[type(node).__name__]
        first = self.cursor
        if kind != "tuple":
            self.token("[" if kind == "list" else "{")
        items = tuple(self._item(element) for element in node.elements)
        if kind != "tuple":
            self.token("]" if kind == "list" else "}")
        self.start = first
        return (kind, items)

    def _item(self, element: Any) -> Node:
        value = self.expr(element.value)
        if type(element) is cst.StarredElement:
            for _ in element.rpar:
                self.token(")")
            return ("star", value)
        return value

    def _dict(self, node: Any) -> Node:
        first = self.token("{")
        entries = tuple(
            (self.expr(element.key) if type(element) is cst.DictElement else None, self.expr(element.value)) for element in node.elements
        )
        self.token("}")
        self.start = first
        return ("dict", entries)

    def _comprehension(self, node: Any) -> Node:
        first = self.cursor
        kind = _COMPREHENSIONS[type(node).__name__]
        if kind != "gen":
            self.token("[" if kind == "list" else "{")
        if isinstance(node, cst.DictComp):
            element, value = self.expr(node.key), self.expr(node.value)
        else:
            elt = getattr(node, "elt", None)
            element, value = (("const", None) if elt is None else self.expr(elt)), None
        clauses = []
        clause = node.for_in
        while clause is not None:
            target, iterable = self.target(clause.target), self.expr(clause.iter)
            clauses.append((target, iterable, tuple(self.expr(test.test) for test in clause.ifs)))
            clause = clause.inner_for_in
        if kind != "gen":
            self.token("]" if kind == "list" else "}")
        self.start = first
        return ("comp", kind, element, value, tuple(clauses))

    def _binary(self, node: Any) -> Node:
        spine = []
        while type(node) is cst.BinaryOperation:
            spine.append(node)
            if node.lpar:
                break
            node = node.left
        left = self.expr(spine[-1].left)
        start = self.start
        for operation in reversed(spine):
            right = self.expr(operation.right)
            left = ("bin", BINARY[type(operation.operator).__name__], left, right)
        self.start = start
        return left

    def _boolean(self, node: Any) -> Node:
        operator = "and" if isinstance(node.operator, cst.And) else "or"
        operands: list[Node] = []
        left = self.expr(node.left)
        start = self.start
        operands += left[2] if left[0] == "bool" and left[1] == operator else (left,)
        operands.append(self.expr(node.right))
        self.start = start
        return ("bool", operator, tuple(operands))

    def _unary(self, node: Any) -> Node:
        start = self.cursor
        value = self.expr(node.expression)
        self.start = start
        operator = _UNARY[type(node.operator).__name__]
        if operator == "-" and value[0] == "const" and type(value[1]) in (int, float):
            return ("const", -value[1])
        return ("unary", operator, value)

    def _comparison(self, node: Any) -> Node:
        left = self.expr(node.left)
        start = self.start
        rest = tuple((_COMPARISONS.get(type(c.operator).__name__, "?"), self.expr(c.comparator)) for c in node.comparisons)
        self.start = start
        return ("cmp", left, rest)

    def _conditional(self, node: Any) -> Node:
        body = self.expr(node.body)
        start = self.start
        test = self.expr(node.test)
        orelse = self.expr(node.orelse)
        self.start = start
        return ("if", test, body, orelse)

    def _lambda(self, node: Any) -> Node:
        start = self.word("lambda")
        pos = (start, self.cursor)
        parameters = self.parameters(node.params)
        self.generators.append(False)
        body = self.expr(node.body)
        self.generators.pop()
        self.start = start
        return ("lambda", ("<lambda>", parameters, (("return", body),), 0, None, pos))

    def _await(self, node: Any) -> Node:
        start = self.word("await")
        value = self.expr(node.expression)
        self.start = start
        return ("await", value)

    def _yield(self, node: Any) -> Node:
        start = self.word("yield")
        self.generators[-1] = True
        if node.value is None:
            return ("yield", None)
        delegated = isinstance(node.value, cst.From)
        value = self.expr(node.value.item if delegated else node.value)
        self.start = start
        return ("yieldfrom", value) if delegated else ("yield", value)

    def _walrus(self, node: Any) -> Node:
        self.word(node.target.value)
        start = self.start
        value = self.expr(node.value)
        self.start = start
        return ("walrus", node.target.value, value)

    # -- parameters

    def parameters(self, node: Any) -> tuple[Node, ...]:
        """Parameters in source order."""
        out = [self._parameter(param, POSITIONAL_ONLY) for param in node.posonly_params]
        out += [self._parameter(param, POSITIONAL) for param in node.params]
        if isinstance(node.star_arg, cst.Param):
            out.append(self._parameter(node.star_arg, VAR_POSITIONAL))
        out += [self._parameter(param, KEYWORD_ONLY) for param in node.kwonly_params]
        if node.star_kwarg is not None:
            out.append(self._parameter(node.star_kwarg, VAR_KEYWORD))
        return tuple(out)

    def _parameter(self, node: Any, kind: int) -> Node:
        self.word(node.name.value)
        annotation = None if node.annotation is None else self.expr(node.annotation.annotation)
        return (node.name.value, kind, None if node.default is None else self.expr(node.default), annotation)

    # -- targets

    def target(self, node: Any) -> Node:
        """What is assigned to."""
        if type(node) in (cst.Tuple, cst.List):
            items = tuple(self._target_item(element) for element in node.elements)
            if node.rpar:
                for _ in node.rpar:
                    self.token(")")
            return ("tuple", items)
        return self.expr(node)

    def _target_item(self, element: Any) -> Node:
        target = self.target(element.value)
        return ("star", target) if type(element) is cst.StarredElement else target


class Kinds(dict[type, Callable[[Any, Any], Any]]):
    """What lowers each node type of libcst. A newer libcst may have others."""

    def __missing__(self, kind: type) -> Callable[[Any, Any], Any]:
        """Raises `Unparsable`."""
        raise Unparsable(f"it has a {kind.__name__}, which is not known here")


def kinds(lowering: type[Expressions], methods: dict[str, str]) -> Kinds:
    """Methods by the node types that they lower, as far as this libcst has them."""
    found = ((getattr(cst, name, None), method) for method, names in methods.items() for name in names.split())
    return Kinds({kind: getattr(lowering, f"_{method}") for kind, method in found if kind is not None})


_CONSTANTS = {"None": None, "True": True, "False": False}
_SEQUENCES = {"Tuple": "tuple", "List": "list", "Set": "set"}
_COMPREHENSIONS = {"ListComp": "list", "SetComp": "set", "GeneratorExp": "gen", "DictComp": "dict"}
BINARY = {
    "Add": "+",
    "BitAnd": "&",
    "BitOr": "|",
    "BitXor": "^",
    "Divide": "/",
    "FloorDivide": "//",
    "LeftShift": "<<",
    "MatrixMultiply": "@",
    "Modulo": "%",
    "Multiply": "*",
    "Power": "**",
    "RightShift": ">>",
    "Subtract": "-",
}
_UNARY = {"Not": "not", "Minus": "-", "Plus": "+", "BitInvert": "~"}
_COMPARISONS = {
    "Equal": "==",
    "NotEqual": "!=",
    "Is": "is",
    "IsNot": "is not",
    "In": "in",
    "NotIn": "not in",
    "LessThan": "<",
    "GreaterThan": ">",
    "LessThanEqual": "<=",
    "GreaterThanEqual": ">=",
}
_EXPRESSIONS = {
    "name": "Name",
    "number": "Integer Float Imaginary",
    "ellipsis": "Ellipsis",
    "string": "SimpleString",
    "concatenated": "ConcatenatedString",
    "formatted": "FormattedString TemplatedString",
    "attribute": "Attribute",
    "subscript": "Subscript",
    "call": "Call",
    "sequence": "Tuple List Set",
    "dict": "Dict",
    "comprehension": "ListComp SetComp GeneratorExp DictComp",
    "binary": "BinaryOperation",
    "boolean": "BooleanOperation",
    "unary": "UnaryOperation",
    "comparison": "Comparison",
    "conditional": "IfExp",
    "lambda": "Lambda",
    "await": "Await",
    "yield": "Yield",
    "walrus": "NamedExpr",
}
_LOWERED_BY = kinds(Expressions, _EXPRESSIONS)
