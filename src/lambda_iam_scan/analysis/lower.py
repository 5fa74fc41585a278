"""The one libcst pass: a module's text to the intermediate representation (`ir`). The only module that imports libcst.

libcst's nodes carry no positions, and its metadata would cost more than parsing. So the walk goes in source order and moves a cursor
over the text: the next occurrence of a token after the cursor is that token, since comments are blanked and strings are skipped whole.
"""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from typing import Any

import libcst as cst

from lambda_iam_scan.analysis.ir import ASYNC, GENERATOR, KEYWORD_ONLY, POSITIONAL, POSITIONAL_ONLY, VAR_KEYWORD, VAR_POSITIONAL, Node
from lambda_iam_scan.analysis.literals import number, text_of, unescape
from lambda_iam_scan.garbage import uncollected

STACK = 256 * 1024 * 1024
"""Bytes of (virtual) stack for libcst's native parser, which recurses without a limit of its own."""
SAFE = 800
"""Characters that cannot nest deeply enough to matter; the parser's time is more than linear in nesting before its stack overflows."""
MAX_DEPTH = 100
"""Brackets within brackets."""
MAX_CHAIN = 600
"""Operators in one statement, or branches of one `elif` chain."""


class Unparsable(Exception):
    """Text that libcst does not read. `line` and `column` count from 1; 0 when not known."""

    def __init__(self, reason: str, line: int = 0, column: int = 0) -> None:
        super().__init__(reason)
        self.reason, self.line, self.column = reason, line, column


def lower(text: str) -> tuple[Node, ...]:
    """A module's statements. Raises `Unparsable`."""
    if len(text) > SAFE:
        check_nesting(text)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 20_000))
    try:
        with uncollected():
            return _deep_stack().submit(_lowered, text).result()
    finally:
        sys.setrecursionlimit(limit)


def _lowered(text: str) -> tuple[Node, ...]:
    try:
        return _Lowering(text).block(_parse(text).body)
    except (RecursionError, MemoryError):
        raise Unparsable("nested too deeply to be analyzed") from None


@cache
def _deep_stack() -> Executor:
    """One thread with a large stack for all modules: a new one each would have all of its memory mapped in anew."""
    before = threading.stack_size()
    try:
        for size in (STACK, 0):
            threading.stack_size(size)
            executor = ThreadPoolExecutor(1)
            with suppress(RuntimeError):  # no room for a stack of that size
                executor.submit(int).result()
                break
        return executor
    finally:
        threading.stack_size(before)


def _parse(text: str) -> cst.Module:
    try:
        return cst.parse_module(text)
    except cst.ParserSyntaxError as error:
        raise Unparsable(f"not valid Python: {error.message}", error.raw_line, error.raw_column + 1) from None
    except (KeyboardInterrupt, SystemExit, RecursionError, MemoryError):
        raise
    except BaseException as error:  # the native parser's panics derive from BaseException
        raise Unparsable(f"libcst cannot read it: {type(error).__name__}") from None


_STRING = (
    r'"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""'
    r"|'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''"
    r'|"[^"\\\n]*(?:\\.[^"\\\n]*)*"'
    r"|'[^'\\\n]*(?:\\.[^'\\\n]*)*'"
)
_COMMENTS = re.compile(rf"{_STRING}|#[^\r\n]*", re.DOTALL)
_NESTING = re.compile(rf"{_STRING}|#[^\r\n]*|[()\[\]{{}}\n]", re.DOTALL)
_OPERATORS = re.compile(r"[-+*/%@|&^~.(\[<>='\"]|\b(?:and|or|not|if|await|lambda)\b")


def check_nesting(text: str) -> None:
    """Refuse what would overflow the native parser's stack, or keep it busy for minutes. Raises `Unparsable`."""
    depth = start = 0
    for match in _NESTING.finditer(text):
        found = match.group()
        if found in "([{":
            depth += 1
            if depth > MAX_DEPTH:
                raise Unparsable(f"more than {MAX_DEPTH} brackets within brackets", text.count("\n", 0, match.start()) + 1, 1)
        elif found in ")]}":
            depth = max(depth - 1, 0)
        elif found == "\n" and depth == 0:
            if match.start() - start > SAFE:
                _check_chain(text, start, match.start())
            start = match.end()
    if len(text) - start > SAFE:
        _check_chain(text, start, len(text))
    if text.count("elif") > MAX_CHAIN:
        raise Unparsable(f"more than {MAX_CHAIN} elif branches")


def _check_chain(text: str, start: int, end: int) -> None:
    """A long logical line: commas separate items side by side, so only what stands between two of them can nest."""
    items = _COMMENTS.sub(lambda match: "" if match.group()[0] == "#" else '"', text[start:end]).split(",")
    if any(len(item) > MAX_CHAIN and sum(1 for _ in _OPERATORS.finditer(item)) > MAX_CHAIN for item in items):
        raise Unparsable(f"more than {MAX_CHAIN} operators in one expression", text.count("\n", 0, start) + 1, 1)


def _blank(match: re.Match[str]) -> str:
    token = match.group()
    return " " * len(token) if token[0] == "#" else token


def _in_word(char: str) -> bool:
    """Whether an identifier goes on with this character."""
    return char.isalnum() or char == "_"


_NO_WORD = frozenset(char for char in map(chr, range(128)) if not _in_word(char))


class _Lowering:
    """One walk over one module. `cursor` is where the text goes on; `start` where the expression lowered last begins."""

    def __init__(self, text: str) -> None:
        # The space ends the last word, and the first begins after it: at index -1.
        self.text = (_COMMENTS.sub(_blank, text) if "#" in text else text) + " "
        self.cursor = 0
        self.start = 0
        self.generators: list[bool] = [False]
        self.expressions: dict[type, Callable[[Any], Node]] = {
            getattr(cst, name): getattr(self, "_" + method)
            for method, names in _EXPRESSIONS.items()
            for name in names.split()
            if hasattr(cst, name)
        }
        self.statements: dict[type, Callable[[Any], Node | None]] = {
            getattr(cst, name): getattr(self, "_" + method)
            for method, names in _STATEMENTS.items()
            for name in names.split()
            if hasattr(cst, name)
        }

    # -- the cursor

    def word(self, name: str) -> int:
        """Move past an identifier; gives where it begins."""
        text, size = self.text, len(name)
        at = text.find(name, self.cursor)
        while at >= 0:
            before, after = text[at - 1], text[at + size]
            if (before in _NO_WORD and after in _NO_WORD) or not (_in_word(before) or _in_word(after)):
                self.cursor = at + size
                return at
            at = text.find(name, at + 1)
        return self.cursor

    def token(self, token: str) -> int:
        """Move past a token that is no identifier."""
        at = self.text.find(token, self.cursor)
        if at < 0:
            return self.cursor
        self.cursor = at + len(token)
        return at

    # -- statements

    def block(self, body: Any) -> tuple[Node, ...]:
        """A sequence of statements; those that carry nothing are dropped."""
        out: list[Node] = []
        statements = self.statements
        for line in body:
            kind = type(line)
            if kind is cst.SimpleStatementLine:
                for small in line.body:
                    node = statements[type(small)](small)
                    if node is not None:
                        out.append(node)
            else:
                node = statements[kind](line)
                if node is not None:
                    out.append(node)
        return tuple(out)

    def suite(self, suite: Any) -> tuple[Node, ...]:
        """An indented block, or statements on the same line."""
        if type(suite) is cst.IndentedBlock:
            return self.block(suite.body)
        return tuple(node for small in suite.body if (node := self.statements[type(small)](small)) is not None)

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
        return ("aug", _AUGMENTED.get(type(node.operator).__name__, "?"), target, self.expr(node.value))

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
            return node.value
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

    def _class(self, node: Any) -> Node:
        decorators = tuple(self.expr(decorator.decorator) for decorator in node.decorators)
        self.word("class")
        start = self.word(node.name.value)
        pos = (start, self.cursor)
        if node.type_parameters is not None:
            self._type_parameters(node.type_parameters)
        arguments = self.arguments((*node.bases, *node.keywords))
        return ("class", node.name.value, arguments, self.suite(node.body), decorators, pos)

    # -- patterns

    def _match(self, node: Any) -> Node:
        subject = self.expr(node.subject)
        return ("match", subject, tuple(self._case(case) for case in node.cases))

    def _case(self, case: Any) -> Node:
        pattern = self.pattern(case.pattern)
        return (pattern, None if case.guard is None else self.expr(case.guard), self.suite(case.body))

    def pattern(self, node: Any) -> Node:
        """A pattern of a `case`."""
        kind = type(node).__name__
        if kind in ("MatchValue", "MatchSingleton"):
            return ("value", self.expr(node.value))
        if kind == "MatchAs":
            inner = None if node.pattern is None else self.pattern(node.pattern)
            return ("capture", self._captured(node.name), inner)
        if kind == "MatchOr":
            return ("or", tuple(self.pattern(element.pattern) for element in node.patterns))
        if kind in ("MatchList", "MatchTuple"):
            return ("sequence", tuple(self._element(element) for element in node.patterns))
        if kind == "MatchMapping":
            entries = tuple((self.expr(element.key), self.pattern(element.pattern)) for element in node.elements)
            return ("mapping", entries, self._captured(node.rest))
        if kind == "MatchClass":
            cls = self.expr(node.cls)
            positional = tuple(self.pattern(element.value if hasattr(element, "value") else element.pattern) for element in node.patterns)
            return ("classp", cls, positional, tuple((kwd.key.value, self.pattern(kwd.pattern)) for kwd in node.kwds))
        return ("capture", None, None)

    def _element(self, element: Any) -> Node:
        if type(element).__name__ == "MatchStar":
            return ("rest", self._captured(element.name))
        return self.pattern(element.value)

    def _captured(self, name: Any) -> str | None:
        if name is None:
            return None
        self.word(name.value)
        return str(name.value)

    # -- expressions

    def expr(self, node: Any) -> Node:
        """Any expression."""
        lowered = self.expressions[type(node)](node)
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
        return ("str", value) if isinstance(value, str) else ("const", value)

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
                parts.append(text if raw else unescape(text))

    def _formatted_expression(self, part: Any, parts: list[Any], raw: bool) -> None:
        value = self.expr(part.expression)
        spec: list[Any] = []
        if part.format_spec is not None:
            self._formatted_parts(part.format_spec, spec, raw)
        plain = not part.format_spec and part.conversion in (None, "s") and part.equal is None
        parts.append(value if plain else ("format", value, tuple(inner for inner in spec if not isinstance(inner, str))))

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
        kind = _SEQUENCES[type(node)]
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
        kind = _COMPREHENSIONS[type(node)]
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
            left = ("bin", _BINARY.get(type(operation.operator).__name__, "?"), left, right)
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


_CONSTANTS = {"None": None, "True": True, "False": False}
_SEQUENCES: dict[Any, str] = {cst.Tuple: "tuple", cst.List: "list", cst.Set: "set"}
_COMPREHENSIONS: dict[Any, str] = {cst.ListComp: "list", cst.SetComp: "set", cst.GeneratorExp: "gen", cst.DictComp: "dict"}
_BINARY = {"Add": "+", "Modulo": "%", "BitOr": "|", "Divide": "/", "Multiply": "*", "RightShift": ">>", "Subtract": "-", "BitAnd": "&"}
_AUGMENTED = {"AddAssign": "+", "ModuloAssign": "%", "BitOrAssign": "|", "DivideAssign": "/", "MultiplyAssign": "*"}
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
