"""Assignment: targets of every kind, and `del`."""

from __future__ import annotations

from lambda_iam_scan.analysis.facts.ir import Node, position
from lambda_iam_scan.analysis.interpreter.comprehensions import Comprehensions
from lambda_iam_scan.analysis.objects import lists, outside
from lambda_iam_scan.analysis.values.holding import hold
from lambda_iam_scan.analysis.values.keys import dict_keys
from lambda_iam_scan.analysis.values.kinds import (
    Arguments,
    Const,
    DictObject,
    External,
    Instance,
    ListObject,
    ModuleObject,
    Str,
    Unknown,
    Value,
    choices,
)
from lambda_iam_scan.analysis.values.lattice import join
from lambda_iam_scan.analysis.values.strings import literals


class Binding(Comprehensions):
    """`assign`, `bind` and what they need."""

    assigning: Node
    """The assignment that is being executed, empty where there is none."""

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
            index = self.evaluate(target[2])
            self.set_item(self.evaluate(target[1]), index, value)
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
        for assigned in () if scope.is_comprehension else self.frame.tries:
            assigned[name] = join(assigned.get(name), value)
        scope.vars[name] = value

    def set_global(self, module: ModuleObject, name: str, value: Value) -> None:
        """A module's variable set from elsewhere is one more possibility."""
        self.update(module.vars, name, value, None)

    def set_item(self, value: Value, index: Value, new: Value) -> None:
        """`value[index] = new`."""
        for name in literals(index):
            self.writes[name] = self.writes.get(name, 0) + 1
        for choice in self.each_choice(value):
            if isinstance(choice, DictObject):
                self.put(choice, index, new)
            elif isinstance(choice, ListObject):
                lists.set_item(self, choice, index, new)
            elif isinstance(choice, Unknown):
                self._put_outside(choice, index, new)
            elif not isinstance(choice, (Const, Str)):
                method = self.attribute(choice, "__setitem__")
                if isinstance(choice, External) and choice.path == "os.environ" and (names := literals(index)):
                    if self.external_state.get(("os.environ", names[0])) != new:
                        self.external_state["os.environ", names[0]] = new
                        self.changed(None)
                elif not isinstance(method, (Unknown, External)) or _of_dictionary(choice, method):
                    self.call(method, Arguments([index, new]))
                elif isinstance(choice, External):
                    self._put_outside(choice, index, new)

    def _put_outside(self, value: Unknown | External, index: Value, new: Value) -> None:
        """An item of something that is not analyzed; a subscript has no place of its own, so the statement's is where it happens."""
        self.frame.pos = position(self.assigning) or self.frame.pos
        outside.put_item(self, value, index, new)

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

    def s_del(self, node: Node) -> None:
        for target in node[1]:
            self._delete(target)

    def _delete(self, target: Node) -> None:
        if target[0] == "name":
            self.frame.scope.vars.pop(target[1], None)
        elif target[0] == "tuple":
            for inner in target[1]:
                self._delete(inner)
        elif target[0] == "attr":
            self.delete_attribute(self.evaluate(target[1]), target[2])
        elif target[0] == "index":
            index = self.evaluate(target[2])
            for choice in self.each_choice(self.evaluate(target[1])):
                if isinstance(choice, DictObject):
                    self.remove(choice, dict_keys(index, choice))
                elif isinstance(choice, ListObject):
                    lists.take(self, choice, index)
                else:
                    self.special(choice, "__delitem__", index)


def _of_dictionary(value: Value, method: Value) -> bool:
    """Whether an entry is set by a method that the user's class has from a dictionary."""
    return isinstance(value, Instance) and isinstance(method, External) and method.path.startswith(("builtins.", "collections."))
