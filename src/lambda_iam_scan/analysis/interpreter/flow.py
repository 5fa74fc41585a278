"""Control flow: both sides of every branch, loops until nothing new is seen, exceptions into every handler."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from lambda_iam_scan.analysis.core.activation import Activation
from lambda_iam_scan.analysis.facts.ir import Node
from lambda_iam_scan.analysis.interpreter.carried import Carried, carried
from lambda_iam_scan.analysis.interpreter.narrowing import Narrowing
from lambda_iam_scan.analysis.modules.program import absolute
from lambda_iam_scan.analysis.values.kinds import (
    FAILS,
    NEVER,
    NONE,
    ClassObject,
    External,
    Instance,
    ListObject,
    TupleValue,
    Unknown,
    Value,
    choices,
    ends,
    text,
)
from lambda_iam_scan.analysis.values.lattice import UNROLL, join
from lambda_iam_scan.analysis.values.states import Vars, merged, widened

PASSES = 4
"""Times a loop's body is executed; from the second on what grows is widened, so that the last stands for all others."""


class Flow(Narrowing):
    """Branches, loops, `with`, `try`, and the ways out of them."""

    loops: dict[int, tuple[Node, Carried]]
    raised: dict[int, Value]
    """Objects that have been raised, by their classes."""

    def s_if(self, node: Node) -> bool:
        test = self.evaluate(node[1])
        if self.leaves(test) is False:
            return False
        known = self.truth(test)
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
        before, leaves, narrowed = frame.scope.vars, frame.leaves, frame.narrowed
        reached: list[Vars] = []
        said = narrowed
        for run in alternatives:
            frame.scope.vars = dict(before)
            frame.narrowed = narrowed
            self.control = self.new_path()
            if run():
                reached.append(frame.scope.vars)
                said = frame.narrowed
        frame.scope.vars = merged(reached) if reached else before
        frame.narrowed = said if len(reached) == 1 else narrowed
        self.control = saved if frame.leaves == leaves else self.new_path()
        return bool(reached)

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

    def s_for(self, node: Node) -> bool:
        items = self.iterate(self.evaluate(node[2]))
        rest = items.rest if isinstance(items, ListObject) else None
        frame, leaves, saved = self.frame, self.frame.leaves, self.control
        breaks: list[Vars] = []
        reaches = True
        if len(items.items) <= UNROLL:
            for item in list(items.items):
                self.control = self.new_path() if rest is not None or frame.leaves != leaves else saved
                reaches = self._iteration(node, item, breaks)
                if not reaches:
                    break
        else:
            rest = join(rest, *items.items) if rest is not None else join(*items.items)
        if rest is not None and reaches:
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
        start, narrowed = frame.scope.vars, frame.narrowed
        frame.scope.vars = dict(start)
        ended = self.block(body)
        frame.loops.pop()
        frame.narrowed = narrowed
        ends = [*([frame.scope.vars] if ended else []), *continues]
        frame.scope.vars = merged(ends) if ends else start
        return bool(ends)

    def _repeat(self, node: Node, run: Callable[[], bool]) -> bool:
        """Execute a loop's body until nothing that the next pass can see is new, zero times being possible; False when that never is."""
        scope = self.frame.scope
        for i in range(PASSES):
            before, began, changes = scope.vars, self.serial, self.changes.count
            scope.vars = dict(before)
            comes_round = run()
            after = merged([before, scope.vars]) if comes_round else before
            if i > 0:
                after = widened(before, after, last=i == PASSES - 1)
            scope.vars = after
            if after == before and i > 0:
                return True
            if self.changes.oldest_since(changes) > began and not self._carries(node, before, after):
                return True
        return False

    def _carries(self, node: Node, before: Vars, after: Vars) -> bool:
        """Whether a pass of a loop has left something to the next."""
        changed = [(name, value) for name, value in after.items() if before.get(name) != value]
        if changed and id(node) not in self.loops:
            test, target = (node[1], None) if node[0] == "while" else (None, node[1])
            self.loops[id(node)] = (node, carried(target, test, node[2] if node[0] == "while" else node[3]))
        return any(self.loops[id(node)][1].matters(name, value) for name, value in changed)

    def s_while(self, node: Node) -> bool:
        known = self.truth(self.evaluate(node[1]))
        if known is False:
            return self.block(node[3])
        frame, leaves, saved, narrowed = self.frame, self.frame.leaves, self.control, self.frame.narrowed
        breaks: list[Vars] = []
        always = known is True

        def run() -> bool:
            """One pass, and the test before the next: each is evaluated once, since it may take something out of a queue."""
            nonlocal known, always
            if known is False:
                return True
            self.narrow(node[1], True)
            comes_round = self._anew(lambda: self._body(node[2], breaks))
            frame.narrowed = narrowed
            if comes_round:
                known = self.truth(self.evaluate(node[1]))
                always = always and known is True
            return comes_round

        settled = self._repeat(node, run)
        forever = always and (settled or node[1][0] == "const")
        if not forever:
            self.narrow(node[1], False)
        ended = False if forever else self.block(node[3])
        ends = [frame.scope.vars] if ended or not breaks else []
        frame.scope.vars = merged([*ends, *breaks])
        self.control = saved if frame.leaves == leaves else self.new_path()
        return ended or bool(breaks)

    def s_with(self, node: Node) -> bool:
        managers = []
        for value, target in node[1]:
            manager = self.evaluate(value)
            if self.leaves(manager) is False:
                return False
            managers.append(manager)
            entered = self.entered_context(manager)
            if target is not None:
                self.assign(target, entered)
        if not any(self.may_swallow(manager) for manager in managers):
            ended = self.block(node[2])
            self._left_all(managers)
            return ended
        frame, saved, leaves = self.frame, self.control, self.frame.leaves
        before, narrowed = frame.scope.vars, frame.narrowed
        ended, failed = self._interrupted(node[2])
        swallowed = self._left_all(managers)
        if swallowed:
            frame.narrowed = narrowed
        frame.scope.vars = (
            merged([*([frame.scope.vars] if ended else []), *(failed if swallowed else [])]) if ended or swallowed else before
        )
        self.control = saved if frame.leaves == leaves else self.new_path()
        return ended or swallowed

    def _left_all(self, managers: list[Value]) -> bool:
        swallowed = [self.left_context(manager) for manager in reversed(managers)]
        return any(swallowed)

    def _interrupted(self, body: tuple[Node, ...]) -> tuple[bool, list[Vars]]:
        """Execute a block that an exception may leave at any point: whether control reaches its end, and the states at the others."""
        frame = self.frame
        before, exits = frame.scope.vars, len(frame.exits)
        assigned: Vars = {}
        frame.scope.vars = dict(before)
        self.control = self.new_path()
        frame.tries.append(assigned)
        names = _bound_names(body[-1]) if body else ()
        ended = self.block(body[:-1] if names else body)
        reached = frame.scope.vars
        if names and ended:  # what it binds last is not bound where an exception leaves it there
            reached, known = dict(reached), dict(assigned)
            ended = self.block(body[-1:])
            for name in names:
                assigned.pop(name, None)
            assigned.update({name: known[name] for name in names if name in known})
        frame.tries.pop()
        return ended, [before, assigned, reached, *frame.exits[exits:]]

    def s_try(self, node: Node) -> bool:
        frame, saved, leaves = self.frame, self.control, self.frame.leaves
        narrowed = frame.narrowed
        ended, failed = self._interrupted(node[1])
        ends = [frame.scope.vars] if ended and self.block(node[3]) else []
        if ends:
            ends = [frame.scope.vars]
        caught = merged(failed)
        for kind, name, body in node[2]:
            frame.scope.vars = dict(caught)
            frame.narrowed = narrowed
            self.control = self.new_path()
            self._caught(kind, name)
            if self.block(body):
                ends.append(frame.scope.vars)
        frame.scope.vars = merged(ends) if ends else caught
        frame.narrowed = narrowed
        self.control = saved if frame.leaves == leaves else self.new_path()
        finished = self.block(node[4])
        return bool(ends) and finished

    def _caught(self, kind: Node | None, name: str | None) -> None:
        value = Unknown("a caught exception") if kind is None else self.evaluate(kind)
        if name is None:
            return
        classes = value.items if isinstance(value, TupleValue) else choices(value)
        made = [self.raised.get(id(cls)) or self.any_instance(cls) for cls in classes if isinstance(cls, ClassObject)]
        self.bind(name, join(*made) if made else Unknown("a caught exception"))

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

    def _leave(self, frame: Activation) -> bool:
        frame.leaves += 1
        frame.exits.append(frame.scope.vars)
        return False

    def leaves(self, value: Value) -> bool | None:
        """False where a value is that of a call after which nothing is reached.

        What a module needs at import is taken to be there: a check that fails here may see less than there is when it is deployed.
        """
        frame = self.stack[-1]
        return self._leave(frame) if value is NEVER or (value is FAILS and frame.function is not None) else None

    def s_return(self, node: Node) -> bool:
        frame = self.frame
        value = NONE if node[1] is None else self.evaluate(node[1])
        if not ends(value):
            frame.returns.append(value)
        return self._leave(frame)

    def s_raise(self, node: Node) -> bool:
        values = [self.evaluate(value) for value in node[1:] if value is not None]
        for choice in choices(values[0]) if values else ():
            for cls in choice.cls.order if isinstance(choice, Instance) else ():
                self.raised[id(cls)] = join(self.raised.get(id(cls)), choice)
        for raised in values:
            if isinstance(raised, External) and raised.path.startswith("builtins.NotImplementedError"):
                self.frame.returns.append(Unknown("what a derived class gives"))
        return self._leave(self.frame)


def _bound_names(statement: Node) -> tuple[str, ...]:
    """The variables that an assignment binds, where it does nothing after it has bound the first of them."""
    targets = statement[1] if statement[0] == "assign" else (statement[1],) if statement[0] == "ann" and statement[3] is not None else ()
    parts = [part for target in targets for part in (target[1] if target[0] == "tuple" else (target,))]
    return tuple([part[1] for part in parts]) if all(part[0] == "name" for part in parts) else ()


def _type_checking(test: Node) -> bool:
    return "TYPE_CHECKING" in (test[1], test[2] if test[0] == "attr" else "")
