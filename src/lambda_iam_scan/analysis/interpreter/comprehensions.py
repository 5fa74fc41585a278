"""Comprehensions."""

from __future__ import annotations

from collections.abc import Iterable

from lambda_iam_scan.analysis.facts.ir import Node, bound
from lambda_iam_scan.analysis.interpreter.expressions import Expressions
from lambda_iam_scan.analysis.values.kinds import DictObject, ListObject, Scope, TupleValue, Value, elements
from lambda_iam_scan.analysis.values.lattice import UNROLL, join
from lambda_iam_scan.analysis.values.states import Vars


class Comprehensions(Expressions):
    """What lists, sets, dictionaries and generators by comprehension hold."""

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
