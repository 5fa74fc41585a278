"""Statements of the abstract interpreter: both sides of every branch, loops until nothing changes, exceptions into every handler."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress

from lambda_iam_scan.analysis.carried import Carried, carried
from lambda_iam_scan.analysis.classes import build_class
from lambda_iam_scan.analysis.core import Activation, Arguments, dict_keys
from lambda_iam_scan.analysis.expressions import UNROLL, Expressions
from lambda_iam_scan.analysis.ir import Node
from lambda_iam_scan.analysis.operators import truth
from lambda_iam_scan.analysis.values import (
    FALSE,
    NEVER,
    NONE,
    BoundMethod,
    ClassObject,
    Client,
    Const,
    DictObject,
    External,
    FunctionObject,
    Instance,
    ListObject,
    ModuleObject,
    NamespacePackage,
    ResourceValue,
    Scope,
    SessionObject,
    Str,
    TupleValue,
    Union,
    Unknown,
    Value,
    choices,
    elements,
    hold,
    join,
    literals,
    of,
    pattern,
    text,
)
from lambda_iam_scan.model.code import GapKind
from lambda_iam_scan.model.text import Text

PASSES = 2
"""Times a loop's body is executed before what still changes is widened."""

Vars = dict[str, Value]

_IN_PLACE = {"+": "__iadd__", "|": "__ior__", "-": "__isub__", "&": "__iand__", "<<": "__ilshift__"}
"""Augmented assignments and the special methods they call first."""
_NO_CONTAINER = (Client, ResourceValue, SessionObject, FunctionObject, BoundMethod, ClassObject)
"""Neither sequences nor mappings."""


class Statements(Expressions):
    """`block` and what it needs."""

    loops: dict[int, tuple[Node, Carried]]

    def block(self, body: Iterable[Node]) -> bool:
        """Execute statements; False when control does not reach their end."""
        kinds = self.statement_kinds
        for node in body:
            self.step()
            if kinds[node[0]](node) is False:
                return False
        return True

    # -- simple statements

    def s_expr(self, node: Node) -> bool | None:
        value = self.evaluate(node[1])
        return self._leave(self.frame) if value is NEVER else None

    def s_assign(self, node: Node) -> None:
        value = self.evaluate(node[2])
        for target in node[1]:
            self.assign(target, value)

    def s_aug(self, node: Node) -> None:
        left = self.evaluate(node[2])
        right = self.evaluate(node[3])
        if isinstance(left, ListObject) and node[1] == "+":
            for item in elements(self.iterate(right)):
                self.append(left, item)
            return
        if isinstance(left, DictObject) and node[1] == "|":
            self.merge_into(left, right)
            return
        changed = [self.special(choice, _IN_PLACE.get(node[1], ""), right) for choice in choices(left)]
        known = [value for value in changed if value is not None]
        self.assign(node[2], join(*known) if known else self.binary(node[1], left, right))

    def s_ann(self, node: Node) -> None:
        scope = self.frame.scope
        if scope.is_class and node[1][0] == "name":
            scope.vars.setdefault("__annotations__", self.new_dict())
            annotations = scope.vars["__annotations__"]
            if isinstance(annotations, DictObject):
                annotations.entries[Text.of(node[1][1])] = External("annotation", (("node", Const(node[2])),))
        if node[3] is None:
            return
        value = self.evaluate(node[3])
        self.assign(node[1], self.believed(value, node[2], scope))

    def believed(self, value: Value, annotation: Node | None, scope: Scope) -> Value:
        """A value, or what its annotation says of it, unless the value says more: an object of that very class, with what made it."""
        if annotation is None or not isinstance(value, (Unknown, External)):
            return value
        if isinstance(value, External) and value.path.startswith("fastapi."):
            return value
        known = self.annotated(annotation, scope)
        if isinstance(value, External) and isinstance(known, External) and value.path == known.path:
            return value
        return value if known is None else known

    def s_return(self, node: Node) -> bool:
        frame = self.frame
        frame.returns.append(NONE if node[1] is None else self.evaluate(node[1]))
        return self._leave(frame)

    def s_raise(self, node: Node) -> bool:
        for value in node[1:]:
            if value is not None:
                self.evaluate(value)
        return self._leave(self.frame)

    def _leave(self, frame: Activation) -> bool:
        frame.leaves += 1
        frame.exits.append(frame.scope.vars)
        return False

    def s_assert(self, node: Node) -> None:
        known = self.truth(self.evaluate(node[1]))
        if node[2] is not None and known is not True:
            self.evaluate(node[2])
        self.narrow(node[1], True)

    def s_del(self, node: Node) -> None:
        for target in node[1]:
            self._delete(target)

    def _delete(self, target: Node) -> None:
        if target[0] == "name":
            self.frame.scope.vars.pop(target[1], None)
        elif target[0] == "tuple":
            for inner in target[1]:
                self._delete(inner)
        elif target[0] == "index":
            index = self.evaluate(target[2])
            for choice in choices(self.evaluate(target[1])):
                self.special(choice, "__delitem__", index)

    def s_break(self, node: Node) -> bool:
        return self._jump(0)

    def s_continue(self, node: Node) -> bool:
        return self._jump(1)

    def _jump(self, which: int) -> bool:
        frame = self.frame
        frame.leaves += 1
        if frame.loops:
            frame.loops[-1][which].append(frame.scope.vars)
        return False

    def s_global(self, node: Node) -> None:
        self.frame.scope.globals |= frozenset(node[1])

    def s_nonlocal(self, node: Node) -> None:
        self.frame.scope.nonlocals |= frozenset(node[1])

    # -- binding

    def assign(self, target: Node, value: Value) -> None:
        """Bind a target."""
        kind = target[0]
        if kind == "name":
            self.bind(target[1], value)
        elif kind == "attr":
            frame = self.frame
            frame.pos = target[3]
            self.set_attribute(self.evaluate(target[1]), target[2], value)
        elif kind == "index":
            self._set_item(self.evaluate(target[1]), self.evaluate(target[2]), value)
        elif kind == "tuple":
            self._unpack(target[1], value)
        elif kind == "star":
            self.assign(target[1], value)

    def bind(self, name: str, value: Value) -> None:
        """Set a variable, where `global` and `nonlocal` say."""
        scope = self.frame.scope
        if name in scope.globals:
            self.set_global(self.frame.module, name, value)
            return
        if name in scope.nonlocals:
            outer = scope.parent
            while outer is not None and name not in outer.vars:
                outer = outer.parent
            if outer is not None:
                self.update(outer.vars, name, value, None)
                return
        if scope.parent is None and not scope.is_class and scope.vars.get(name) is not value:
            self.changed(scope.control)
        if scope.parent is None or scope.is_class:
            hold(value)
        scope.vars[name] = value

    def set_global(self, module: ModuleObject, name: str, value: Value) -> None:
        """A module's variable set from elsewhere is one more possibility."""
        self.update(module.vars, name, value, None)

    def _set_item(self, value: Value, index: Value, new: Value) -> None:
        for choice in choices(value):
            if isinstance(choice, DictObject):
                self.put(choice, index, new)
            elif isinstance(choice, ListObject):
                self._set_at(choice, index, new)
            elif not isinstance(choice, (Unknown, Const, Str)):
                method = self.attribute(choice, "__setitem__")
                if isinstance(choice, External) and choice.path == "os.environ" and (names := literals(index)):
                    self.external_state["os.environ", names[0]] = new
                    self.changed(None)
                elif not isinstance(method, (Unknown, External)):
                    self.call(method, Arguments([index, new]))

    def _set_at(self, target: ListObject, index: Value, new: Value) -> None:
        known = isinstance(index, Const) and type(index.value) is int and 0 <= index.value < len(target.items)
        if known and isinstance(index, Const):
            old = target.items[index.value]
            target.items[index.value] = new if self.fresh(target.control) else join(old, new)
        else:
            target.rest = join(target.rest, new) if target.rest is not None else new
        if target.held:
            hold(new)
        self.changed(target.control, held=target.held)

    def _unpack(self, targets: tuple[Node, ...], value: Value) -> None:
        options = [self._spread_over(targets, choice) for choice in choices(value)]
        for i, target in enumerate(targets):
            self.assign(target, join(*[option[i] for option in options]))

    def _spread_over(self, targets: tuple[Node, ...], value: Value) -> list[Value]:
        items = self.iterate(value)
        rest = items.rest if isinstance(items, ListObject) else None
        known = list(items.items)
        star = next((i for i, target in enumerate(targets) if target[0] == "star"), None)
        if star is None:
            missing = rest if rest is not None else Unknown("more targets than values")
            return [known[i] if i < len(known) else missing for i in range(len(targets))]
        after = len(targets) - star - 1
        if rest is not None or len(known) < len(targets) - 1:
            anything = join(rest, *known) if rest is not None or known else Unknown("an empty sequence")
            head = [known[i] if i < len(known) else anything for i in range(star)]
            return [*head, self.new_list((), anything), *[anything] * after]
        end = len(known) - after
        return [*known[:star], self.new_list(known[star:end]), *known[end:]]

    # -- branches

    def s_if(self, node: Node) -> bool:
        known = self.truth(self.evaluate(node[1]))
        if known is False and _type_checking(node[1]):
            self._types_only(node[2])
        if known is not None:
            self.narrow(node[1], known)
            return self.block(node[2] if known else node[3])
        return self._branches([self._branch(node[1], True, node[2]), self._branch(node[1], False, node[3])])

    def _branch(self, test: Node, outcome: bool, body: tuple[Node, ...]) -> Callable[[], bool]:
        def run() -> bool:
            self.narrow(test, outcome)
            return self.block(body)

        return run

    def _branches(self, alternatives: Iterable[Callable[[], bool]]) -> bool:
        """Execute alternatives, each from here, and join where they end."""
        frame, saved = self.frame, self.control
        before, leaves = frame.scope.vars, frame.leaves
        ends: list[Vars] = []
        for run in alternatives:
            frame.scope.vars = dict(before)
            self.control = self.new_path()
            if run():
                ends.append(frame.scope.vars)
        frame.scope.vars = merged(ends) if ends else before
        self.control = saved if frame.leaves == leaves else self.new_path()
        return bool(ends)

    def _types_only(self, body: tuple[Node, ...]) -> None:
        """Imports that only type checkers execute."""
        types = self.frame.module.types
        for node in body:
            if node[0] == "from" and node[3] != "*":
                origin = absolute(self.frame.module, node[1], node[2])
                for name, alias in node[3]:
                    types[alias or name] = External("annotation", (("module", text(origin)), ("name", text(name))))
            elif node[0] == "import":
                for name, alias in node[1]:
                    types[alias or name.split(".")[0]] = External(name if alias else name.split(".")[0])

    def s_match(self, node: Node) -> bool:
        subject = self.evaluate(node[1])
        alternatives: list[Callable[[], bool]] = []
        complete = False
        for case in node[2]:
            if complete:
                break
            outcome = self._possible(case[0], subject)
            if outcome is not False:
                alternatives.append(self._case(case, node[1], subject))
            complete = outcome is True and case[1] is None
        if not complete:
            alternatives.append(lambda: True)
        return self._branches(alternatives)

    def _case(self, case: Node, matched: Node, subject: Value) -> Callable[[], bool]:
        fitting = of(dict.fromkeys(choice for choice in choices(subject) if self._possible(case[0], choice) is not False))

        def run() -> bool:
            if matched[0] in ("name", "walrus"):
                self._filter(matched[1], lambda value: value in choices(fitting))
            self._capture(case[0], fitting)
            if case[1] is not None:
                if self.truth(self.evaluate(case[1])) is False:
                    return True
                self.narrow(case[1], True)
            return self.block(case[2])

        return run

    def _possible(self, case: Node, subject: Value) -> bool | None:
        """Whether a pattern matches; None when it may."""
        kind = case[0]
        if isinstance(subject, Union) and kind not in ("capture", "or", "value"):
            each_outcome = {self._possible(case, choice) for choice in subject.choices}
            return each_outcome.pop() if len(each_outcome) == 1 else None
        if kind == "capture":
            return True if case[2] is None else self._possible(case[2], subject)
        if kind == "or":
            outcomes = [self._possible(inner, subject) for inner in case[1]]
            return True if True in outcomes else (False if all(o is False for o in outcomes) else None)
        if kind == "value":
            from lambda_iam_scan.analysis.operators import compare

            return compare("==", subject, self.evaluate(case[1]), self.control)
        if kind == "classp":
            return self._of_class(self.evaluate(case[1]), subject)
        if kind in ("mapping", "sequence") and (isinstance(subject, (Str, Const, *_NO_CONTAINER)) or _plain_object(subject)):
            return False
        if kind == "mapping" and isinstance(subject, DictObject):
            keys = {key for inner, _ in case[1] for key in dict_keys(self.evaluate(inner))}
            return False if subject.rest is None and not keys <= set(subject.entries) else None
        if kind == "mapping" and isinstance(subject, (TupleValue, ListObject)):
            return False
        if kind == "sequence" and isinstance(subject, DictObject):
            return False
        if kind == "sequence" and isinstance(subject, TupleValue):
            if not any(inner[0] == "rest" for inner in case[1]) and len(case[1]) != len(subject.items):
                return False
            outcomes = [self._possible(p, v) for p, v in zip(case[1], subject.items, strict=False) if p[0] != "rest"]
            return False if False in outcomes else None
        return None

    def _of_class(self, cls: Value, subject: Value) -> bool | None:
        """A class pattern's first question, `isinstance`; its other parts may still fail."""
        outcome = self.call(External("builtins.isinstance"), Arguments([subject, cls]))
        return False if outcome == FALSE else None

    def _capture(self, case: Node, subject: Value) -> None:
        kind = case[0]
        if kind == "capture":
            if case[2] is not None:
                self._capture(case[2], subject)
            if case[1] is not None:
                self.bind(case[1], self._narrowed_to(case[2], subject))
        elif kind == "or":
            for inner in case[1]:
                self._capture(inner, subject)
        elif kind == "sequence":
            values = self._spread_over(tuple(("star", ("name", p[1])) if p[0] == "rest" else p for p in case[1]), subject)
            for inner, value in zip(case[1], values, strict=True):
                self._capture(("capture", inner[1], None) if inner[0] == "rest" else inner, value)
        elif kind == "mapping":
            for key, inner in case[1]:
                self._capture(inner, self.item(subject, self.evaluate(key)))
            if case[2] is not None:
                self.bind(case[2], subject)
        elif kind == "classp":
            self._capture_class(case, subject)

    def _capture_class(self, case: Node, subject: Value) -> None:
        cls = self.evaluate(case[1])
        for i, inner in enumerate(case[2]):
            names = [name for name, _ in cls.fields] if isinstance(cls, ClassObject) else []
            value = self.attribute(subject, names[i]) if i < len(names) else subject
            self._capture(inner, value)
        for name, inner in case[3]:
            self._capture(inner, self.attribute(subject, name))

    def _narrowed_to(self, case: Node | None, subject: Value) -> Value:
        if case is None:
            return subject
        options = case[1] if case[0] == "or" else (case,)
        if all(option[0] == "value" for option in options) and isinstance(subject, (Unknown, Str, External)):
            return join(*[self.evaluate(option[1]) for option in options])
        return subject

    # -- narrowing

    def narrow(self, test: Node, outcome: bool) -> None:
        """What a test says of variables of this scope where it came out so."""
        kind = test[0]
        if kind == "name" or kind == "walrus":
            self._filter(test[1], lambda value: truth(value) is not (not outcome))
        elif kind == "unary" and test[1] == "not":
            self.narrow(test[2], not outcome)
        elif kind == "bool":
            if (test[1] == "and") is outcome:
                for operand in test[2]:
                    self.narrow(operand, outcome)
        elif kind == "cmp" and len(test[2]) == 1 and test[1][0] in ("name", "walrus"):
            self._narrow_comparison(test[1][1], test[2][0], outcome)
        elif kind == "call" and test[1] == ("name", "isinstance") and len(test[2]) == 2 and test[2][0][1][0] == "name":
            self._narrow_class(test[2][0][1][1], self.evaluate(test[2][1][1]), outcome)

    def _narrow_class(self, name: str, cls: Value, outcome: bool) -> None:
        isinstance_of = External("builtins.isinstance")
        self._filter(name, lambda value: self.call(isinstance_of, Arguments([value, cls])) != Const(not outcome))

    def _narrow_comparison(self, name: str, comparison: Node, outcome: bool) -> None:
        operator, node = comparison
        if operator in ("is not", "!=", "not in"):
            operator, outcome = {"is not": "is", "!=": "==", "not in": "in"}[operator], not outcome
        if operator not in ("is", "==", "in") or node[0] == "call":
            return
        other = self.evaluate(node)
        if operator == "in":
            if outcome and (keys := self._members(other)) is not None:
                self._become(name, keys)
        elif other == NONE:
            self._filter(name, lambda value: (value == NONE) is outcome or isinstance(value, (Unknown, External)))
        elif outcome and isinstance(other, Str):
            self._become(name, (other,))

    def _members(self, value: Value) -> tuple[Value, ...] | None:
        if isinstance(value, DictObject) and value.rest is None:
            return tuple(Str(key) for key in value.entries if isinstance(key, Text))
        if isinstance(value, TupleValue) or (isinstance(value, ListObject) and value.rest is None):
            return tuple(value.items)
        return None

    def _become(self, name: str, values: tuple[Value, ...]) -> None:
        current = self.frame.scope.vars.get(name)
        if current is None or not values or not all(isinstance(value, Str) and value.literal is not None for value in values):
            return
        if any(
            isinstance(choice, (Unknown, External)) or (isinstance(choice, Str) and choice.literal is None) for choice in choices(current)
        ):
            self.frame.scope.vars[name] = of(dict.fromkeys(values))
        else:
            self._filter(name, lambda value: value in values)

    def _filter(self, name: str, keep: Callable[[Value], bool]) -> None:
        current = self.frame.scope.vars.get(name)
        if isinstance(current, Union):
            kept = [choice for choice in current.choices if keep(choice)]
            if kept and len(kept) < len(current.choices):
                self.frame.scope.vars[name] = of(kept)

    # -- loops

    def s_for(self, node: Node) -> bool:
        items = self.iterate(self.evaluate(node[2]))
        rest = items.rest if isinstance(items, ListObject) else None
        frame, leaves, saved = self.frame, self.frame.leaves, self.control
        breaks: list[Vars] = []
        reaches = True
        if len(items.items) <= UNROLL:
            for item in list(items.items):
                self.control = self.new_path() if rest is not None or frame.leaves != leaves else saved
                reaches = self._iteration(node, item, breaks) and reaches
                if not reaches and not breaks:
                    break
        else:
            rest = join(rest, *items.items) if rest is not None else join(*items.items)
        if rest is not None:
            self._repeat(node, lambda: self._anew(lambda: self._iteration(node, rest, breaks)))
            reaches = True
        self.control = saved
        ended = self.block(node[4]) if reaches else False
        ends = [frame.scope.vars] if ended or not (breaks or ended) else []
        frame.scope.vars = merged([*ends, *breaks])
        self.control = saved if frame.leaves == leaves else self.new_path()
        return ended or bool(breaks)

    def _iteration(self, node: Node, item: Value, breaks: list[Vars]) -> bool:
        self.assign(node[1], item)
        return self._body(node[3], breaks)

    def _anew(self, run: Callable[[], bool]) -> bool:
        """A pass that may happen or not, on a path of its own."""
        self.control = self.new_path()
        return run()

    def _body(self, body: tuple[Node, ...], breaks: list[Vars]) -> bool:
        """One pass of a loop's body; False when it never comes round."""
        frame = self.frame
        continues: list[Vars] = []
        frame.loops.append((breaks, continues))
        start = frame.scope.vars
        frame.scope.vars = dict(start)
        ended = self.block(body)
        frame.loops.pop()
        ends = [*([frame.scope.vars] if ended else []), *continues]
        frame.scope.vars = merged(ends) if ends else start
        return bool(ends)

    def _repeat(self, node: Node, run: Callable[[], bool]) -> None:
        """Execute a loop's body until nothing that the next pass can see is new, zero times being possible."""
        scope = self.frame.scope
        for i in range(PASSES):
            before, began, changes = scope.vars, self.serial, self.changes.count
            scope.vars = dict(before)
            comes_round = run()
            after = merged([before, scope.vars]) if comes_round else before
            scope.vars = widened(before, after) if i == PASSES - 1 else after
            if after == before and i > 0:
                break
            if self.changes.oldest_since(changes) > began and not self._carries(node, before, after):
                break

    def _carries(self, node: Node, before: Vars, after: Vars) -> bool:
        """Whether a pass of a loop has left something to the next."""
        if id(node) not in self.loops:
            test, target = (node[1], None) if node[0] == "while" else (None, node[1])
            self.loops[id(node)] = (node, carried(target, test, node[2] if node[0] == "while" else node[3]))
        found = self.loops[id(node)][1]
        return any(found.matters(name, value) for name, value in after.items() if before.get(name) != value)

    def s_while(self, node: Node) -> bool:
        if self.truth(self.evaluate(node[1])) is False:
            return self.block(node[3])
        frame, leaves, saved = self.frame, self.frame.leaves, self.control
        breaks: list[Vars] = []

        def run() -> bool:
            if self.truth(self.evaluate(node[1])) is False:
                return True
            self.narrow(node[1], True)
            return self._anew(lambda: self._body(node[2], breaks))

        self._repeat(node, run)
        forever = self.truth(self.evaluate(node[1])) is True
        if not forever:
            self.narrow(node[1], False)
        ended = False if forever else self.block(node[3])
        ends = [frame.scope.vars] if ended or not breaks else []
        frame.scope.vars = merged([*ends, *breaks])
        self.control = saved if frame.leaves == leaves else self.new_path()
        return ended or bool(breaks)

    # -- with, try

    def s_with(self, node: Node) -> bool:
        managers = []
        for value, target in node[1]:
            manager = self.evaluate(value)
            managers.append(manager)
            entered = self.entered_context(manager)
            if target is not None:
                self.assign(target, entered)
        before = self.frame.scope.vars
        ended = self.block(node[2])
        swallowed = [self.left_context(manager) for manager in reversed(managers)]
        if not ended and any(swallowed):
            self.frame.scope.vars = merged([before, self.frame.scope.vars])
            return True
        return ended

    def s_try(self, node: Node) -> bool:
        frame, saved, leaves = self.frame, self.control, self.frame.leaves
        before, exits = frame.scope.vars, len(frame.exits)
        frame.scope.vars = dict(before)
        self.control = self.new_path()
        ended = self.block(node[1])
        failed = [before, frame.scope.vars, *frame.exits[exits:]]
        ends = [frame.scope.vars] if ended and self.block(node[3]) else []
        if ends:
            ends = [frame.scope.vars]
        caught = merged(failed)
        for kind, name, body in node[2]:
            frame.scope.vars = dict(caught)
            self.control = self.new_path()
            self._caught(kind, name)
            if self.block(body):
                ends.append(frame.scope.vars)
        frame.scope.vars = merged(ends) if ends else caught
        self.control = saved if frame.leaves == leaves else self.new_path()
        finished = self.block(node[4])
        return bool(ends) and finished

    def _caught(self, kind: Node | None, name: str | None) -> None:
        value = Unknown("a caught exception") if kind is None else self.evaluate(kind)
        if name is None:
            return
        classes = value.items if isinstance(value, TupleValue) else choices(value)
        made = [self.any_instance(cls) for cls in classes if isinstance(cls, ClassObject)]
        self.bind(name, join(*made) if made else Unknown("a caught exception"))

    def any_instance(self, cls: ClassObject) -> Value:
        """An object of a class, made in a way that is not known. Implemented with the classes."""
        raise NotImplementedError

    # -- definitions

    def s_def(self, node: Node) -> None:
        frame = self.frame
        decorators = [(self.evaluate(decorator), decorator) for decorator in node[2]]
        function: Value = self.make_function(node[1])
        saved, frame.pos = frame.pos, node[1][5]
        for decorator, _ in reversed(decorators):
            function = self.decorate(decorator, function)
        frame.pos = saved
        self.bind(node[1][0], function)

    def make_function(self, code: Node) -> FunctionObject:
        """A function object, with its defaults evaluated here."""
        defaults = {parameter[0]: self.evaluate(parameter[2]) for parameter in code[1] if parameter[2] is not None}
        return FunctionObject(code[0], code, self.frame.scope, defaults)

    def decorate(self, decorator: Value, decorated: Value) -> Value:
        """Apply one decorator. Implemented with the calls."""
        raise NotImplementedError

    def s_class(self, node: Node) -> None:
        frame = self.frame
        decorators = [self.evaluate(decorator) for decorator in node[4]]
        arguments = self.arguments(node[2])
        scope = Scope({}, frame.scope, frame.module, self.control, is_class=True)
        body = Activation(node[1], frame.module, scope, frame.function, frame.receiver, node[5])
        self.stack.append(body)
        with suppress(RecursionError):
            self.block(node[3])
        self.stack.pop()
        frame.pos = node[5]
        value: Value = build_class(self, node, arguments, scope)
        for decorator in reversed(decorators):
            value = self.decorate(decorator, value)
        self.bind(node[1], value)

    # -- imports

    def s_import(self, node: Node) -> None:
        self.frame.pos = node[2]
        for name, alias in node[1]:
            module = self.import_module(name)
            self._not_found(module, name)
            top = name.split(".")[0]
            self.bind(alias or top, module if alias or top == name else self.import_module(top))

    def s_from(self, node: Node) -> None:
        self.frame.pos = node[4]
        name = absolute(self.frame.module, node[1], node[2])
        module = self.import_module(name, self.frame.module.package if node[1] else None)
        if self.frame.module.package or not node[1]:
            self._not_found(module, name, () if node[3] == "*" else [imported for imported, _ in node[3]])
        if node[3] == "*":
            self._import_all(module)
            return
        for imported, alias in node[3]:
            self.bind(alias or imported, self.imported(module, name, imported))

    def _not_found(self, module: Value, name: str, below: Iterable[str] = ()) -> None:
        if isinstance(module, External) and (reason := self.program.missing(name, below)) is not None:
            self.gap(GapKind.MODULE_NOT_FOUND, reason)

    def imported(self, module: Value, name: str, imported: str) -> Value:
        """`from name import imported`."""
        if isinstance(module, ModuleObject) and imported in module.vars:
            return module.vars[imported]
        if isinstance(module, (ModuleObject, NamespacePackage)):
            below = self.import_module(f"{name}.{imported}")
            if not isinstance(below, External):
                return below
        return self.attribute(module, imported)

    def _import_all(self, module: Value) -> None:
        if isinstance(module, External):
            self.frame.module.types.update(dict(star_names(module.path)))
            return
        if not isinstance(module, ModuleObject):
            return
        named = module.vars.get("__all__")
        listed = [name for item in elements(named) for name in literals(item)] if isinstance(named, (ListObject, TupleValue)) else None
        for name in [name for name in module.vars if not name.startswith("_")] if listed is None else listed:
            self.bind(name, self.imported(module, module.name, name))

    # -- the gap for modules that cannot be read

    def unreadable(self, path: str) -> None:
        """Pass on why a module of the user's could not be read."""
        gap = self.program.failed[path]
        self.gaps.setdefault((GapKind.UNPARSABLE, gap.reason, gap.location), gap)


def star_names(path: str) -> Iterable[tuple[str, Value]]:
    """What `from package import *` brings of packages whose names matter."""
    known = {"boto3": ("client", "resource", "Session", "session"), "boto3.session": ("Session",), "typing": ("TYPE_CHECKING",)}
    for name in known.get(path, ()):
        yield name, External(f"{path}.{name}")


def absolute(module: ModuleObject, level: int, name: str) -> str:
    """A relative import's absolute name."""
    if not level:
        return name
    parts = module.package.split(".") if module.package else []
    base = parts[: len(parts) - level + 1] if level > 1 else parts
    return ".".join([*base, *([name] if name else [])])


def merged(states: list[Vars]) -> Vars:
    """Variables where several paths meet."""
    if not states:
        return {}
    out = states[0]
    for other in states[1:]:
        if other is out:
            continue
        joined = dict(out)
        for name, value in other.items():
            known = joined.get(name)
            if known is not value:
                joined[name] = value if known is None else join(known, value)
        out = joined
    return out


def widened(before: Vars, after: Vars) -> Vars:
    """Variables that still change become patterns."""
    out = dict(after)
    for name, value in after.items():
        if name in before and before[name] != value:
            strings = [choice for choice in choices(value) if isinstance(choice, Str)]
            if len(strings) > 1:
                others = [choice for choice in choices(value) if not isinstance(choice, Str)]
                out[name] = join(Str(pattern([string.text for string in strings])), *others)
    return out


def _plain_object(value: Value) -> bool:
    """Whether an object's class is neither a named tuple nor derived from something that may be a sequence or mapping."""
    return isinstance(value, Instance) and not value.cls.external and value.cls.name != "namedtuple"


def _type_checking(test: Node) -> bool:
    return "TYPE_CHECKING" in (test[1], test[2] if test[0] == "attr" else "")
