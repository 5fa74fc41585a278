"""Statements and definitions."""

from __future__ import annotations

from typing import Any

from lambda_iam_scan.analysis.facts.ir import ASYNC, GENERATOR, Node
from lambda_iam_scan.analysis.facts.lower.expressions import BINARY, kinds
from lambda_iam_scan.analysis.facts.lower.nodes import nodes as cst
from lambda_iam_scan.analysis.facts.lower.patterns import Patterns


class Statements(Patterns):
    """`block` and what it needs."""

    def block(self, body: Any) -> tuple[Node, ...]:
        """A sequence of statements; those that carry nothing are dropped."""
        out: list[Node] = []
        for line in body:
            kind = type(line)
            if kind is cst.SimpleStatementLine:
                for small in line.body:
                    node = _LOWERED_BY[type(small)](self, small)
                    if node is not None:
                        out.append(node)
            else:
                node = _LOWERED_BY[kind](self, line)
                if node is not None:
                    out.append(node)
        return tuple(out)

    def suite(self, suite: Any) -> tuple[Node, ...]:
        """An indented block, or statements on the same line."""
        if type(suite) is cst.IndentedBlock:
            return self.block(suite.body)
        return tuple(node for small in suite.body if (node := _LOWERED_BY[type(small)](self, small)) is not None)

    def _nothing(self, node: Any) -> None:
        return None

    def _jump(self, node: Any) -> Node:
        return ("break",) if isinstance(node, cst.Break) else ("continue",)

    def _expression_statement(self, node: Any) -> Node | None:
        value = self.expr(node.value)
        return None if value[0] in ("str", "const", "name") else ("expr", value)

    def _return(self, node: Any) -> Node:
        return ("return", None if node.value is None else self.expr(node.value))

    def _raise(self, node: Any) -> Node:
        value = None if node.exc is None else self.expr(node.exc)
        return ("raise", value, None if node.cause is None else self.expr(node.cause.item))

    def _assert(self, node: Any) -> Node:
        test = self.expr(node.test)
        return ("assert", test, None if node.msg is None else self.expr(node.msg))

    def _del(self, node: Any) -> Node:
        return ("del", (self.target(node.target),))

    def _assign(self, node: Any) -> Node:
        targets = tuple(self.target(target.target) for target in node.targets)
        return ("assign", targets, self.expr(node.value))

    def _ann_assign(self, node: Any) -> Node:
        target = self.target(node.target)
        annotation = self.expr(node.annotation.annotation)
        return ("ann", target, annotation, None if node.value is None else self.expr(node.value))

    def _aug_assign(self, node: Any) -> Node:
        target = self.target(node.target)
        return ("aug", _AUGMENTED[type(node.operator).__name__], target, self.expr(node.value))

    def _global(self, node: Any) -> Node:
        return ("global", tuple(item.name.value for item in node.names))

    def _nonlocal(self, node: Any) -> Node:
        return ("nonlocal", tuple(item.name.value for item in node.names))

    def _type_alias(self, node: Any) -> Node:
        return ("assign", (self._name(node.name),), self.expr(node.value))

    def _import(self, node: Any) -> Node:
        start = self.word("import")
        names = tuple((self.dotted(alias.name), self.alias(alias)) for alias in node.names)
        return ("import", names, (start, self.cursor))

    def _import_from(self, node: Any) -> Node:
        start = self.word("from")
        module = "" if node.module is None else self.dotted(node.module)
        names: Any = "*"
        if isinstance(node.names, cst.ImportStar):
            self.token("*")
        else:
            names = tuple((alias.name.value, self.alias(alias)) for alias in node.names if self.word(alias.name.value) >= 0)
        return ("from", len(node.relative), module, names, (start, self.cursor))

    def dotted(self, node: Any) -> str:
        """A dotted name, moving past it."""
        if isinstance(node, cst.Name):
            self.word(node.value)
            return str(node.value)
        value = self.dotted(node.value)
        self.word(node.attr.value)
        return f"{value}.{node.attr.value}"

    def alias(self, alias: Any) -> str | None:
        """The name after `as`, moving past it."""
        if alias.asname is None:
            return None
        self.word(alias.asname.name.value)
        return str(alias.asname.name.value)

    def _if_statement(self, node: Any) -> Node:
        test = self.expr(node.test)
        return ("if", test, self.suite(node.body), self._orelse(node.orelse))

    def _orelse(self, orelse: Any) -> tuple[Node, ...]:
        if orelse is None:
            return ()
        return (self._if_statement(orelse),) if type(orelse) is cst.If else self.suite(orelse.body)

    def _while(self, node: Any) -> Node:
        return ("while", self.expr(node.test), self.suite(node.body), self._orelse(node.orelse))

    def _for(self, node: Any) -> Node:
        return ("for", self.target(node.target), self.expr(node.iter), self.suite(node.body), self._orelse(node.orelse))

    def _with(self, node: Any) -> Node:
        items = tuple((self.expr(item.item), None if item.asname is None else self.target(item.asname.name)) for item in node.items)
        return ("with", items, self.suite(node.body))

    def _try(self, node: Any) -> Node:
        body = self.suite(node.body)
        handlers = tuple(self._handler(handler) for handler in node.handlers)
        orelse = self._orelse(node.orelse)
        return ("try", body, handlers, orelse, () if node.finalbody is None else self.suite(node.finalbody.body))

    def _handler(self, handler: Any) -> Node:
        kind = None if handler.type is None else self.expr(handler.type)
        name = None if handler.name is None else handler.name.name.value
        if name is not None:
            self.word(name)
        return (kind, name, self.suite(handler.body))

    def _def(self, node: Any) -> Node:
        decorators = tuple(self.expr(decorator.decorator) for decorator in node.decorators)
        self.word("def")
        start = self.word(node.name.value)
        pos = (start, self.cursor)
        if node.type_parameters is not None:
            self._type_parameters(node.type_parameters)
        parameters = self.parameters(node.params)
        returns = None if node.returns is None else self.expr(node.returns.annotation)
        self.generators.append(False)
        body = self.suite(node.body)
        flags = (ASYNC if node.asynchronous is not None else 0) | (GENERATOR if self.generators.pop() else 0)
        return ("def", (node.name.value, parameters, body, flags, returns, pos), decorators)

    def _type_parameters(self, node: Any) -> None:
        for parameter in node.params:
            self.word(parameter.param.name.value)

    def _class(self, node: Any) -> Node:
        decorators = tuple(self.expr(decorator.decorator) for decorator in node.decorators)
        self.word("class")
        start = self.word(node.name.value)
        pos = (start, self.cursor)
        if node.type_parameters is not None:
            self._type_parameters(node.type_parameters)
        arguments = self.arguments((*node.bases, *node.keywords))
        return ("class", node.name.value, arguments, self.suite(node.body), decorators, pos)

    def _match(self, node: Any) -> Node:
        subject = self.expr(node.subject)
        return ("match", subject, tuple(self._case(case) for case in node.cases))

    def _case(self, case: Any) -> Node:
        pattern = self.pattern(case.pattern)
        return (pattern, None if case.guard is None else self.expr(case.guard), self.suite(case.body))


_AUGMENTED = {f"{name}Assign": operator for name, operator in BINARY.items()}
_STATEMENTS = {
    "nothing": "Pass",
    "jump": "Break Continue",
    "expression_statement": "Expr",
    "return": "Return",
    "raise": "Raise",
    "assert": "Assert",
    "assign": "Assign",
    "ann_assign": "AnnAssign",
    "aug_assign": "AugAssign",
    "global": "Global",
    "nonlocal": "Nonlocal",
    "type_alias": "TypeAlias",
    "import": "Import LazyImport",
    "import_from": "ImportFrom LazyImportFrom",
    "del": "Del",
    "if_statement": "If",
    "while": "While",
    "for": "For",
    "with": "With",
    "try": "Try TryStar",
    "def": "FunctionDef",
    "class": "ClassDef",
    "match": "Match",
}
_LOWERED_BY = kinds(Statements, _STATEMENTS)
