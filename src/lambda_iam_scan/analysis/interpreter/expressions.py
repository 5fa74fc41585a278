"""Expressions of the abstract interpreter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lambda_iam_scan.analysis.core.activation import Pos
from lambda_iam_scan.analysis.core.budget import MAX_STEPS, BudgetSpent
from lambda_iam_scan.analysis.facts.ir import Node
from lambda_iam_scan.analysis.interpreter.parts import Parts
from lambda_iam_scan.analysis.objects.rendering import formatted, shown
from lambda_iam_scan.analysis.values.kinds import (
    ABSENT,
    FAILS,
    NEVER,
    NONE,
    Arguments,
    Const,
    DictObject,
    External,
    FunctionObject,
    Instance,
    ListObject,
    Scope,
    Str,
    Union,
    Unknown,
    Value,
    Wrapped,
    choices,
    given,
    text,
)
from lambda_iam_scan.analysis.values.lattice import each, join, present, tuple_of
from lambda_iam_scan.analysis.values.states import changed
from lambda_iam_scan.analysis.values.strings import as_text, string, why
from lambda_iam_scan.model.text import Hole, Part, Text


class Expressions(Parts):
    """`evaluate` and what it needs."""

    def evaluate(self, node: Node) -> Value:
        """An expression's value."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise BudgetSpent
        return self.expression_kinds[node[0]](node)

    # -- names and literals

    def x_name(self, node: Node) -> Value:
        return self.lookup(node[1])

    def lookup(self, name: str) -> Value:
        """A name in the scopes around, then the builtins."""
        frame = self.stack[-1]
        scope: Scope | None = frame.scope
        if name in frame.scope.globals:
            scope = None
        while scope is not None:
            if not scope.is_class or scope is frame.scope:
                found = scope.vars.get(name)
                if found is not None:
                    return found
            scope = scope.parent
        module = frame.module
        found = module.vars.get(name)
        if found is None:
            found = module.types.get(name)
        return External(f"builtins.{name}") if found is None else found

    def x_const(self, node: Node) -> Value:
        return Const(node[1])

    def x_str(self, node: Node) -> Value:
        return text(node[1])

    def x_fstr(self, node: Node) -> Value:
        forms: list[list[Part | Text]] = [[]]
        for part in node[1]:
            texts = (part,) if isinstance(part, str) else self._formatted(self.evaluate(part), None, Text(()))
            forms = [[*form, piece] for form in forms for piece in texts]
            if len(forms) > 16:
                forms = [[Hole("one of many values")]]
        return join(*[string(Text.of(*form)) for form in forms])

    def texts(self, value: Value) -> tuple[Text, ...]:
        """`str(value)`, one for each choice."""
        return tuple(dict.fromkeys(shown(self, choice) for choice in given(value)))

    def x_format(self, node: Node) -> Value:
        spec = Text.of(*[piece if isinstance(piece, str) else as_text(self.evaluate(piece)) for piece in node[3]])
        return join(*[Str(one) for one in self._formatted(self.evaluate(node[1]), node[2], spec)])

    def _formatted(self, value: Value, conversion: str | None, spec: Text) -> tuple[Text, ...]:
        return tuple(dict.fromkeys(formatted(self, choice, conversion, spec) for choice in given(value)))

    def x_tuple(self, node: Node) -> Value:
        items = self._items(node[1])
        return tuple_of(items.items) if items.rest is None else items

    def x_list(self, node: Node) -> Value:
        return self._items(node[1])

    def x_set(self, node: Node) -> Value:
        out = self._items(node[1])
        out.kind = "set"
        return out

    def _items(self, nodes: Iterable[Node]) -> ListObject:
        out = self.new_list()
        for node in nodes:
            if node[0] == "star":
                inner = self.iterate(self.evaluate(node[1]))
                (out.items if out.rest is None else []).extend(inner.items)
                if isinstance(inner, ListObject) and inner.rest is not None:
                    out.rest = join(out.rest, inner.rest) if out.rest is not None else inner.rest
                continue
            value = self.evaluate(node)
            if out.rest is None:
                out.items.append(value)
            else:
                out.rest = join(out.rest, value)
        return out

    def x_dict(self, node: Node) -> Value:
        out = self.new_dict()
        for key, value in node[1]:
            if key is None:
                self.merge_into(out, self.evaluate(value))
            else:
                self.put(out, self.evaluate(key), self.evaluate(value))
        return out

    def x_if(self, node: Node) -> Value:
        known = self.truth(self.evaluate(node[1]))
        if known is not None:
            return self.evaluate(node[2] if known else node[3])
        saved, self.control = self.control, self.new_path()
        scope, tested = self.frame.scope, self.frame.narrowed
        before = scope.vars
        found, set_there = [], []
        for outcome, branch in ((True, node[2]), (False, node[3])):
            scope.vars = dict(before)
            self.frame.narrowed = tested
            self.narrow(node[1], outcome)
            narrowed = dict(scope.vars)
            found.append(self.evaluate(branch))
            set_there.append(changed(narrowed, scope.vars))
        for name in {**set_there[0], **set_there[1]}:
            before[name] = join(*[one.get(name, before.get(name)) for one in set_there])
        scope.vars = before
        self.frame.narrowed = tested
        self.control = saved
        return join(*found)

    def narrow(self, test: Node, outcome: bool) -> None:
        """What a test says of local variables where it came out so. Implemented with the statements."""
        raise NotImplementedError

    # -- calls

    def x_call(self, node: Node) -> Value:
        func = node[1]
        function = self.evaluate(func)
        arguments = self.arguments(node[2])
        for value in arguments.positional:
            if value is NEVER or value is FAILS:
                return value
        pos: Pos = node[3]
        frame = self.stack[-1]
        saved, frame.pos = frame.pos, pos
        result = self.call(function, arguments)
        frame.pos = saved
        return result

    def arguments(self, nodes: Iterable[Any]) -> Arguments:
        """Evaluate the arguments of a call."""
        out = Arguments()
        for name, node in nodes:
            value = self.evaluate(node)
            if name is None:
                if out.more is None:
                    out.positional.append(value)
                else:
                    out.more = join(out.more, value)
            elif name == "*":
                self._spread(out, value)
            elif name == "**":
                self._spread_keywords(out, value)
            else:
                out.keywords[name] = value
        return out

    def _spread(self, out: Arguments, value: Value) -> None:
        items = self.iterate(value)
        if out.more is None:
            out.positional += items.items
        rest = items.rest if isinstance(items, ListObject) else None
        if rest is not None:
            out.more = join(out.more, rest) if out.more is not None else rest

    def _spread_keywords(self, out: Arguments, value: Value) -> None:
        value = each(value, self._as_dictionary)
        several = isinstance(value, Union)
        everywhere = self._in_every(value)
        for choice in choices(value):
            if isinstance(choice, DictObject):
                for key, item in choice.entries.items():
                    if isinstance(key, Text) and key.literal is not None:
                        known = out.keywords.get(key.literal, ABSENT)
                        out.keywords[key.literal] = item if not several else join(known, item)
                        if several and key in everywhere:
                            out.keywords[key.literal] = present(out.keywords[key.literal])
                if choice.rest is not None:
                    out.more_keywords = join(out.more_keywords, choice.rest) if out.more_keywords is not None else choice.rest
            elif choice != NONE:
                out.more_keywords = join(out.more_keywords or Unknown(why(choice)), Unknown(why(choice)))

    def _as_dictionary(self, value: Value) -> Value:
        """What `**value` takes from an object that has `keys`."""
        known = isinstance(value, Instance) and not isinstance(self.attribute(value, "keys"), Unknown)
        return self.call(External("builtins.dict"), Arguments([value])) if known else value

    def _in_every(self, value: Value) -> frozenset[object]:
        """Keys that every possible dictionary has."""
        keys = [frozenset(choice.entries) for choice in choices(value) if isinstance(choice, DictObject)]
        return frozenset.intersection(*keys) if keys else frozenset()

    def x_lambda(self, node: Node) -> Value:
        return self.make_function(node[1])

    def make_function(self, code: Node) -> FunctionObject:
        """A function object, with its defaults evaluated here. Implemented with the statements."""
        raise NotImplementedError

    def x_await(self, node: Node) -> Value:
        value = self.evaluate(node[1])
        return each(value, self.awaited)

    def awaited(self, value: Value) -> Value:
        """What awaiting gives: coroutines are executed when they are called, so mostly the value itself."""
        return value.value if isinstance(value, Wrapped) else value

    def x_yield(self, node: Node) -> Value:
        self._given((NONE if node[1] is None else self.evaluate(node[1]),), None)
        return Unknown("what is sent into a generator")

    def x_yieldfrom(self, node: Node) -> Value:
        value = self.evaluate(node[1])
        items = self.iterate(value)
        self._given(items.items, items.rest if isinstance(items, ListObject) else None)
        return each(value, lambda choice: (choice.returned or NONE) if isinstance(choice, ListObject) else choice)

    def _given(self, items: Iterable[Value], rest: Value | None) -> None:
        """A generator gives something, and waits: others run before it goes on, and it may never go on."""
        frame = self.frame
        surely = frame.scope.control is not None and frame.scope.control.line is self.control.line and not frame.more_yields
        (frame.yields if surely else frame.more_yields).extend(items)
        if rest is not None:
            frame.more_yields.append(rest)
        frame.exits.append(dict(frame.scope.vars))
        self.suspended = self.serial

    def x_walrus(self, node: Node) -> Value:
        value = self.evaluate(node[2])
        frame = self.frame
        inner = frame.scope
        while frame.scope.is_comprehension and frame.scope.parent is not None:
            frame.scope = frame.scope.parent
        surely = frame.scope is inner or (inner.control is not None and inner.control.line is self.control.line)
        self.assign(("name", node[1]), value if surely else join(frame.scope.vars.get(node[1]), value))
        frame.scope = inner
        return value
