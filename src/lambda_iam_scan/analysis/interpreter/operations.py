"""Operators: on values that are known, by the user's classes, and else a pattern."""

from __future__ import annotations

from typing import Any

from lambda_iam_scan.analysis.core import Core
from lambda_iam_scan.analysis.facts.ir import Node
from lambda_iam_scan.analysis.objects.operators import compare, emptiness, truth
from lambda_iam_scan.analysis.objects.rendering import modulo
from lambda_iam_scan.analysis.values.contents import as_string
from lambda_iam_scan.analysis.values.inheritance import find
from lambda_iam_scan.analysis.values.kinds import (
    ABSENT,
    ANY_BOOL,
    FALSE,
    TRUE,
    Arguments,
    BoundMethod,
    ClassObject,
    Const,
    DictObject,
    External,
    FunctionObject,
    Instance,
    ListObject,
    Scope,
    Str,
    TupleValue,
    Union,
    Unknown,
    Value,
    choices,
    elements,
    given,
    hole,
)
from lambda_iam_scan.analysis.values.lattice import MAX_ALIKE, anything_in, join, tuple_of
from lambda_iam_scan.analysis.values.states import changed
from lambda_iam_scan.analysis.values.strings import as_text, string, why
from lambda_iam_scan.model.text import Text

ARITHMETIC = {
    "+": "add",
    "|": "or",
    "/": "truediv",
    ">>": "rshift",
    "<<": "lshift",
    "%": "mod",
    "&": "and",
    "^": "xor",
    "*": "mul",
    "-": "sub",
    "@": "matmul",
    "//": "floordiv",
    "**": "pow",
}
"""Operators and the special methods they call, without underscores, and without the `r` of the right side's."""
_COMPARISON = {"==": "__eq__", "!=": "__ne__", "<": "__lt__", "<=": "__le__", ">": "__gt__", ">=": "__ge__"}
_REFLECTED = {"__eq__": "__eq__", "__ne__": "__ne__", "__lt__": "__gt__", "__le__": "__ge__", "__gt__": "__lt__", "__ge__": "__le__"}
"""Comparisons, and the methods of the right side that answer where the left side has none."""
_USERS = frozenset({Instance, ClassObject})
"""Kinds of values of which the user's classes say what operators do."""


class Operations(Core):
    """Operators, comparisons, and what decides whether a value is true."""

    def x_bin(self, node: Node) -> Value:
        spine = []
        while node[0] == "bin":
            spine.append(node)
            node = node[2]
        left = self.evaluate(node)
        for operation in reversed(spine):
            left = self.binary(operation[1], left, self.evaluate(operation[3]))
        return left

    def binary(self, operator: str, left: Value, right: Value) -> Value:
        """`left operator right`."""
        if type(left) is not Union and type(right) is not Union:
            return self._binary(operator, left, right)
        lefts, rights = given(left), given(right)
        if len(lefts) * len(rights) > 36:
            return hole("one of many values") if all(isinstance(v, Str) for v in lefts) else Unknown("one of many values")
        return join(*[self._binary(operator, a, b) for a in lefts for b in rights])

    def _binary(self, operator: str, left: Value, right: Value) -> Value:
        if operator == "%" and isinstance(left, Str):
            return modulo(self, left, right)
        if (type(left) in _USERS or type(right) in _USERS) and (answer := self._by_users(operator, left, right)) is not None:
            return answer
        left, right = as_string(left), as_string(right)
        if operator == "+":
            if isinstance(left, Str) or isinstance(right, Str):
                return string(Text.of(as_text(left), as_text(right)))
            if isinstance(left, (TupleValue, ListObject)) and isinstance(right, (TupleValue, ListObject)):
                return self._concatenated(left, right)
        if operator in ("|", "&", "-", "^") and isinstance(left, ListObject) and isinstance(right, (ListObject, TupleValue)):
            return self._of_sets(operator, left, right)
        if operator == "|" and isinstance(left, DictObject):
            out = self.new_dict(left.entries, left.rest)
            self.merge_into(out, right)
            return out
        if operator == "/" and (
            (isinstance(left, External) and left.path.startswith("pathlib.")) or isinstance(left, Str) or isinstance(right, Str)
        ):
            return string(Text.of(as_text(left), "/", as_text(right)))
        if operator == "*" and isinstance(left, (ListObject, TupleValue)):
            return self.new_list((), anything_in(left))
        if isinstance(left, Const) and isinstance(right, Const):
            return _number(operator, left.value, right.value)
        return Unknown(why(left if isinstance(left, Unknown) else right))

    def _by_users(self, operator: str, left: Value, right: Value) -> Value | None:
        """What the user's class says of an operator: that of the left side, else that of the right, before what texts and paths do."""
        name = ARITHMETIC.get(operator, "")
        answer = self.special(left, f"__{name}__", right)
        return self.special(right, f"__r{name}__", left) if answer is None else answer

    def special(self, value: Value, name: str, *arguments: Value) -> Value | None:
        """Call a special method that the user's class defines, or has from a container that it derives from; None when it does not."""
        cls = value.cls if isinstance(value, Instance) else value.metaclass if isinstance(value, ClassObject) else None
        if not isinstance(cls, ClassObject):
            return None
        if isinstance(method := find(cls, name), FunctionObject):
            return self.call(BoundMethod(method, value), Arguments(list(arguments)))
        if method is None and isinstance(value, Instance) and (inherited := self.inherited_method(value, name)) is not None:
            return self.call(inherited, Arguments(list(arguments)))
        return None

    def _of_sets(self, operator: str, left: ListObject, right: ListObject | TupleValue) -> Value:
        found = [*elements(left), *(elements(right) if operator in ("|", "^") else ())]
        if operator == "|" and left.rest is None and (isinstance(right, TupleValue) or right.rest is None):
            return self.new_list(found, None, "set")
        return self.new_list((), join(*found) if found else None, "set")

    def _concatenated(self, left: TupleValue | ListObject, right: TupleValue | ListObject) -> Value:
        if isinstance(left, TupleValue) and isinstance(right, TupleValue):
            return tuple_of((*left.items, *right.items)[:64])
        rest = left.rest if isinstance(left, ListObject) else None
        if rest is not None:
            return self.new_list(left.items, join(rest, *elements(right)))
        return self.new_list([*left.items, *right.items], right.rest if isinstance(right, ListObject) else None)

    def x_bool(self, node: Node) -> Value:
        found: list[Value] = []
        saved, last = self.control, len(node[2]) - 1
        wanted = node[1] == "or"
        certain = True
        for i, operand in enumerate(node[2]):
            value = self.evaluate(operand) if certain else self._perhaps_evaluated(operand)
            if i == last:
                found.append(value)
                break
            outcomes = [(choice, truth(choice)) for choice in choices(value)]
            found += [choice for choice, outcome in outcomes if outcome is not (not wanted)]
            if all(outcome is wanted for _, outcome in outcomes):
                break
            certain = certain and all(outcome is (not wanted) for _, outcome in outcomes)
            self.control = self.new_path()
        self.control = saved
        return join(*found) if found else ANY_BOOL

    def _perhaps_evaluated(self, node: Node) -> Value:
        """An operand's value. Variables that it sets may still be what they were."""
        scope = self.frame.scope
        before = scope.vars
        scope.vars = dict(before)
        value = self.evaluate(node)
        if scope.vars != before:
            for name, new in changed(before, scope.vars).items():
                before[name] = join(before.get(name), new)
        scope.vars = before
        return value

    def x_unary(self, node: Node) -> Value:
        value = self.evaluate(node[2])
        if node[1] != "not":
            if node[1] == "-" and isinstance(value, Const) and type(value.value) in (int, float):
                return Const(-value.value)
            asked = self.special(value, {"-": "__neg__", "+": "__pos__", "~": "__invert__"}[node[1]])
            return Unknown("a number") if asked is None else asked
        known = self.truth(value)
        return ANY_BOOL if known is None else Const(not known)

    def truth(self, value: Value) -> bool | None:
        """Whether a value is true, None when it may be either; objects with `__bool__` or `__len__` are asked."""
        if type(value) is not Union:
            return self._truth(value)
        found = {self._truth(choice) for choice in choices(value)}
        return found.pop() if len(found) == 1 else None

    def _truth(self, value: Value) -> bool | None:
        if isinstance(value, Instance):
            for name in ("__bool__", "__len__"):
                if (answer := self.special(value, name)) is not None:
                    return truth(answer) if isinstance(answer, Const) else None
        return self._filled(value) if isinstance(value, (ListObject, DictObject)) else truth(value)

    def _filled(self, value: ListObject | DictObject) -> bool | None:
        """Whether a container that only this function has, as far as it has come, holds anything."""
        if value.rest is not None or value.held or not self.fresh(value.control) or self._closed_over():
            return None
        if isinstance(value, ListObject):
            if value.kind not in ("list", "set") or len(value.items) > MAX_ALIKE:  # see `lists.shuffle`
                return None
            return False if not value.items else True if value.kind == "list" else None
        return any(ABSENT not in choices(entry) for entry in value.entries.values()) or (None if value.entries else False)

    def _closed_over(self) -> bool:
        """Whether a function within sees the variables here: it may be called by whoever was given it, and change them."""
        scope: Scope | None = self.frame.scope
        while scope is not None and not scope.closed_over:
            scope = scope.parent
        return scope is not None

    def x_cmp(self, node: Node) -> Value:
        left = self.evaluate(node[1])
        result: Value = TRUE
        for operator, other in node[2]:
            right = self.evaluate(other)
            known = self._compared(operator, left, right)
            if known is None and _is_length(node[1]):
                known = emptiness(operator, left, right)
            if known is False:
                return FALSE
            if known is None:
                result = ANY_BOOL
            left = right
        return result

    def _compared(self, operator: str, left: Value, right: Value) -> bool | None:
        if operator in ("in", "not in"):
            asked = any(self._contained(choice, left) is not None for choice in choices(right))
        else:
            asked = operator in _COMPARISON and self._asked(_COMPARISON[operator], left, right)
        return None if asked else compare(operator, left, right, self.control)

    def _asked(self, name: str, left: Value, right: Value) -> bool:
        """Whether the user's class decides a comparison: that of the left side, else that of the right."""
        for side, other, method in ((left, right, name), (right, left, _REFLECTED[name])):
            asked = [self.special(choice, method, other) for choice in choices(side) if type(choice) in _USERS]
            if method == "__ne__" and not any(asked):
                asked = [self.special(choice, "__eq__", other) for choice in choices(side) if type(choice) in _USERS]
            if any(answer is not None for answer in asked):
                return True
        return False

    def _contained(self, value: Value, wanted: Value) -> Value | None:
        """`wanted in value` where the user's class decides: by `__contains__`, else a mapping by subscript and all others by iterating."""
        if isinstance(value, (ListObject, TupleValue)):
            items = [item for item in elements(value) if _has_users(item) or _has_users(wanted)]
            asked = [self._asked("__eq__", item, wanted) for item in items]
            return ANY_BOOL if any(asked) else None
        if (answer := self.special(value, "__contains__", wanted)) is not None or not isinstance(value, Instance):
            return answer
        if any(base.endswith("Mapping") for base in value.cls.external):
            return self.special(value, "__getitem__", wanted)
        return self.special(value, "__iter__")


def _is_length(node: Node) -> bool:
    return bool(node[0] == "call" and node[1] == ("name", "len"))


def _has_users(value: Value) -> bool:
    """Whether a value may be one of which the user's classes say what operators do."""
    return type(value) in _USERS or (type(value) is Union and any(type(choice) in _USERS for choice in value.choices))


def _number(operator: str, left: Any, right: Any) -> Value:
    numbers = (int, float)
    if isinstance(left, numbers) and isinstance(right, numbers) and abs(left) < 2**53 and abs(right) < 2**53:
        if operator == "+":
            return Const(left + right)
        if operator == "-":
            return Const(left - right)
        if operator == "*":
            return Const(left * right)
    return Unknown("a number")
