"""Expressions of the abstract interpreter."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from lambda_iam_scan.analysis.core import MAX_STEPS, BudgetSpent, Core, Pos
from lambda_iam_scan.analysis.enums import by_name
from lambda_iam_scan.analysis.inheritance import find, is_enum, is_tuple
from lambda_iam_scan.analysis.ir import Node, bound, place
from lambda_iam_scan.analysis.keys import dict_keys
from lambda_iam_scan.analysis.lattice import each, join, present, tuple_of
from lambda_iam_scan.analysis.operators import compare, text_slice, truth
from lambda_iam_scan.analysis.rendering import formatted, modulo, shown
from lambda_iam_scan.analysis.states import Vars, changed
from lambda_iam_scan.analysis.strings import as_text, string, why
from lambda_iam_scan.analysis.values import (
    ABSENT,
    ANY_BOOL,
    FAILS,
    FALSE,
    NEVER,
    NONE,
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
    Result,
    Scope,
    Str,
    TupleValue,
    Union,
    Unknown,
    Value,
    Wrapped,
    choices,
    elements,
    given,
    hole,
    text,
)
from lambda_iam_scan.model.text import Hole, Part, Text

UNROLL = 24
"""Items of a known sequence that a loop or comprehension goes through one by one."""

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


class Expressions(Core):
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

    # -- operators

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
        if operator == "+":
            if isinstance(left, Str) or isinstance(right, Str):
                return string(Text.of(as_text(left), as_text(right)))
            if isinstance(left, (TupleValue, ListObject)) and isinstance(right, (TupleValue, ListObject)):
                return self._concatenated(left, right)
        if operator == "%" and isinstance(left, Str):
            return modulo(self, left, right)
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
            return self.new_list((), join(*elements(left)) if list(elements(left)) else None)
        if isinstance(left, Const) and isinstance(right, Const):
            return _number(operator, left.value, right.value)
        if type(left) in _USERS or type(right) in _USERS:
            name = ARITHMETIC.get(operator, "")
            for owner, method, other in ((left, f"__{name}__", right), (right, f"__r{name}__", left)):
                if (result := self.special(owner, method, other)) is not None:
                    return result
        return Unknown(why(left if isinstance(left, Unknown) else right))

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

    def inherited_method(self, value: Instance, name: str) -> Value | None:
        """A method that an external base is known to have. Implemented with the models."""
        raise NotImplementedError

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
        return truth(value)

    def x_cmp(self, node: Node) -> Value:
        left = self.evaluate(node[1])
        result: Value = TRUE
        for operator, other in node[2]:
            right = self.evaluate(other)
            known = self._compared(operator, left, right)
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

    # -- parts of values

    def x_attr(self, node: Node) -> Value:
        value = self.evaluate(node[1])
        frame = self.stack[-1]
        saved, frame.pos = frame.pos, node[3]
        result = self.attribute(value, node[2])
        frame.pos = saved
        return self.as_narrowed(node, result) if frame.narrowed else result

    def x_index(self, node: Node) -> Value:
        value = self.evaluate(node[1])
        if node[2][0] == "slice":
            return each(value, lambda choice: self._sliced(choice, node[2]))
        result = self.item(value, self.evaluate(node[2]))
        return self.as_narrowed(node, result) if self.stack[-1].narrowed else result

    def as_narrowed(self, node: Node, plain: Value) -> Value:
        """What tests on the way here say of an attribute or item, where it has not changed since."""
        way = place(node)
        known = self.stack[-1].narrowed.get(way)
        if known is None or known.root is not self.lookup(way[0]) or known.writes != self.written(way) or known.plain != plain:
            return plain
        return known.value

    def written(self, way: tuple[str, ...]) -> tuple[int, ...]:
        """How often each name on the way to an attribute or item was set."""
        return tuple([self.writes.get(name[1:], 0) for name in way[1:]])

    def x_slice(self, node: Node) -> Value:
        return Unknown("a slice")

    def x_star(self, node: Node) -> Value:
        return self.evaluate(node[1])

    def _sliced(self, value: Value, node: Node) -> Value:
        values = [NONE if part is None else self.evaluate(part) for part in node[1:]]
        bounds = [value.value for value in values if isinstance(value, Const)]
        known = len(bounds) == 3 and all(bound is None or type(bound) is int for bound in bounds)
        if isinstance(value, Str):
            return text_slice(value, slice(*bounds)) if known else hole("part of a string")
        if isinstance(value, Instance):
            asked = self.special(value, "__getitem__", Unknown("a slice")) if find(value.cls, "__getitem__") is not None else None
            return self._sliced(self.iterate(value), node) if asked is None else asked
        if isinstance(value, TupleValue):
            return TupleValue(value.items[slice(*bounds)]) if known else self.new_list((), join(*value.items) if value.items else None)
        if isinstance(value, ListObject):
            if known and value.rest is None:
                return self.new_list(value.items[slice(*bounds)])
            return self.new_list((), join(*elements(value)) if list(elements(value)) else None)
        return value if isinstance(value, (Result, Unknown, External)) else Unknown("part of a value")

    def item(self, value: Value, index: Value) -> Value:
        """`value[index]`."""
        read = _ITEMS.get(type(value))
        return Unknown("part of a value") if read is None else read(self, value, index)

    def _item_of_each(self, value: Union, index: Value) -> Value:
        return join(*[self.item(choice, index) for choice in given(value)])

    def _object_item(self, value: Instance, index: Value) -> Value:
        if is_tuple(value.cls):
            return self._at(self.iterate(value), index)
        method = self.attribute(value, "__getitem__")
        return self.call(method, Arguments([index])) if not isinstance(method, Unknown) else method

    def _character(self, value: Str, index: Value) -> Value:
        return text_slice(value, index.value) if isinstance(index, Const) and type(index.value) is int else hole("part of a string")

    def external_item(self, value: External, index: Value) -> Value:
        """An item of something external. Implemented with the models."""
        raise NotImplementedError

    def _class_item(self, value: ClassObject, index: Value) -> Value:
        if is_enum(value):
            return by_name(value, index)
        if (answer := self.special(value, "__getitem__", index)) is not None:
            return answer
        if isinstance(getter := find(value, "__class_getitem__"), FunctionObject):
            return self.call(BoundMethod(getter, value), Arguments([index]))
        return value

    def entry(self, value: DictObject, index: Value) -> Value:
        """`value[index]` of a dictionary: the entry, or every entry when the key is not known. What has a default makes what is missing."""
        keys = dict_keys(index, value)
        found: list[Value] = []
        for key in keys or (None,):
            known = ABSENT if key is None else value.entries.get(key, ABSENT)
            if known != ABSENT:
                found.append(present(known))
            if ABSENT not in choices(known):
                continue
            others = key is None or (isinstance(key, Text) and key.literal is None)
            if others:
                found += self._every(value)
            elif value.rest is not None and value.default is None and known == ABSENT:
                found.append(value.rest)
            if value.default is not None and not (others and value.rest is not None):
                made = join(value.rest, self.call(value.default, Arguments()))
                self.put(value, Str(key) if isinstance(key, Text) else Unknown("a key"), made)
                found.append(made)
        return join(*found) if found else Unknown("an entry that nothing sets")

    def _every(self, value: DictObject) -> list[Value]:
        return [*map(present, value.entries.values()), *([] if value.rest is None else [value.rest])]

    def _at(self, value: TupleValue | ListObject, index: Value) -> Value:
        rest = value.rest if isinstance(value, ListObject) else None
        if isinstance(index, Const) and type(index.value) is int and -len(value.items) <= index.value < len(value.items) and rest is None:
            return value.items[index.value]
        if isinstance(index, Const) and type(index.value) is int and 0 <= index.value < len(value.items):
            return value.items[index.value]
        found = list(elements(value))
        return join(*found) if found else Unknown("an item of an empty sequence")

    def _result_item(self, value: Result, index: Value) -> Value:
        key = index.literal if isinstance(index, Str) else None
        if key is None and not (isinstance(index, Const) and type(index.value) is int):
            return Unknown(f"result of {value.service}:{value.operation}")
        return Result(value.service, value.operation, value.arguments, value.principal, (*value.path, key or "[]"), value.region)

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

    # -- comprehensions

    def x_comp(self, node: Node) -> Value:
        kind = node[1]
        out_list, out_dict = self.new_list((), None, {"gen": "generator", "set": "set"}.get(kind, "list")), self.new_dict()
        items = self.iterate(self.evaluate(node[4][0][1]))
        frame, narrowed = self.frame, self.frame.narrowed
        outer = frame.scope
        inner = Scope({}, outer, outer.module, self.same_line(), outer.globals, outer.nonlocals, True, arguments=outer.arguments)
        frame.scope = inner
        seen: Vars = {}
        self._over(node, 0, items, (out_list, out_dict), True, seen)
        frame.scope, frame.narrowed = outer, narrowed
        if kind == "gen" or len(node[4]) > 1 or len(items.items) > UNROLL or list(elements(items)) != list(items.items):
            # A function made here sees what the variables are when it is called: the last ones, or, within a generator, any.
            inner.vars = seen
        return out_dict if kind == "dict" else out_list

    def _clauses(self, node: Node, depth: int, out: tuple[ListObject, DictObject], certain: bool, seen: Vars) -> None:
        if depth == len(node[4]):
            self._produce(node, *out, certain)
        else:
            self._over(node, depth, self.iterate(self.evaluate(node[4][depth][1])), out, certain, seen)

    def _over(
        self, node: Node, depth: int, items: TupleValue | ListObject, out: tuple[ListObject, DictObject], certain: bool, seen: Vars
    ) -> None:
        """Go through what one `for` of a comprehension gives. `seen` becomes every value that its variables have."""
        rest = items.rest if isinstance(items, ListObject) else None
        known = items.items if len(items.items) <= UNROLL else [join(*items.items)]
        exact = certain and rest is None and len(known) == len(items.items)
        for item in known:
            self._clause(node, depth, item, out, exact, seen)
        if rest is not None:
            self._clause(node, depth, rest, out, False, seen)

    def _clause(self, node: Node, depth: int, item: Value, out: tuple[ListObject, DictObject], certain: bool, seen: Vars) -> None:
        target, _, tests = node[4][depth]
        inner = self.frame.scope
        saved, before = self.control, inner.vars
        if not certain:
            self.control = self.new_path()
        inner.vars = dict(before)
        self.assign(target, item)
        for name in bound(target):
            seen[name] = join(seen.get(name), inner.vars.get(name))
        outcome = self._passes(tests)
        if outcome is not False:
            self._clauses(node, depth + 1, out, certain and outcome is True, seen)
        # What the tests told of other variables holds for this item only.
        inner.vars = {**before, **{name: value for name, value in inner.vars.items() if name in seen}}
        self.control = saved

    def _passes(self, tests: Iterable[Node]) -> bool | None:
        """Whether an item passes a comprehension's tests."""
        outcome: bool | None = True
        for test in tests:
            known = self.truth(self.evaluate(test))
            if known is False:
                return False
            if known is None:
                outcome = None
                self.control = self.new_path()
            self.narrow(test, True)
        return outcome

    def _produce(self, node: Node, out_list: ListObject, out_dict: DictObject, certain: bool) -> None:
        value = self.evaluate(node[2])
        if node[1] == "dict":
            self.put(out_dict, value, self.evaluate(node[3]))
        elif certain and out_list.rest is None and len(out_list.items) < 64:
            out_list.items.append(value)
        else:
            out_list.rest = join(out_list.rest, value) if out_list.rest is not None else value


_ITEMS: dict[type, Callable[[Expressions, Any, Value], Value]] = {
    Union: Expressions._item_of_each,
    DictObject: Expressions.entry,
    TupleValue: Expressions._at,
    ListObject: Expressions._at,
    Result: Expressions._result_item,
    Instance: Expressions._object_item,
    ClassObject: Expressions._class_item,
    External: lambda run, value, index: run.external_item(value, index),
    Str: Expressions._character,
    Unknown: lambda run, value, index: value,
}
"""What a subscript gives, by the kind of value."""


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
