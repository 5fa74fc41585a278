"""Statements of the abstract interpreter."""

from __future__ import annotations

from collections.abc import Iterable

from lambda_iam_scan.analysis.facts.ir import Node
from lambda_iam_scan.analysis.interpreter.definitions import Definitions
from lambda_iam_scan.analysis.interpreter.operations import ARITHMETIC
from lambda_iam_scan.analysis.objects import lists
from lambda_iam_scan.analysis.values.kinds import Const, DictObject, External, ListObject, Scope, Unknown, Value
from lambda_iam_scan.analysis.values.lattice import join
from lambda_iam_scan.model.text import Text


class Statements(Definitions):
    """`block`, and the statements that are no more than their expressions."""

    def block(self, body: Iterable[Node]) -> bool:
        """Execute statements; False when control does not reach their end."""
        kinds = self.statement_kinds
        for node in body:
            self.steps += 1
            if kinds[node[0]](node) is False:
                return False
        return True

    def s_expr(self, node: Node) -> bool | None:
        return self.leaves(self.evaluate(node[1]))

    def s_assign(self, node: Node) -> bool | None:
        value = self.evaluate(node[2])
        if self.leaves(value) is False:
            return False
        for target in node[1]:
            self.assigning = node
            self.assign(target, value)
        self.assigning = ()
        return None

    def s_aug(self, node: Node) -> None:
        target, frame = node[2], self.frame
        if target[0] == "attr":
            owner, frame.pos = self.evaluate(target[1]), target[3]
            left = self.as_narrowed(target, self.attribute(owner, target[2]))
            new = self._combined(node, left)
            frame.pos = target[3]
            self.set_attribute(owner, target[2], new)
        elif target[0] == "index" and target[2][0] != "slice":
            owner, index = self.evaluate(target[1]), self.evaluate(target[2])
            left = self.as_narrowed(target, self.item(owner, index))
            self.set_item(owner, index, self._combined(node, left))
        else:
            self.assign(target, self._combined(node, self.evaluate(target)))

    def _combined(self, node: Node, left: Value) -> Value:
        right = self.evaluate(node[3])
        return join(*[self._augmented(node[1], choice, right) for choice in self.each_choice(left)])

    def _augmented(self, operator: str, left: Value, right: Value) -> Value:
        if isinstance(left, ListObject) and operator in ("+", "|"):
            self.extend(left, self.iterate(right))
            return left
        if isinstance(left, ListObject) and operator in ("-", "&", "^"):
            lists.shuffle(self, left)
            return left
        if isinstance(left, DictObject) and operator == "|":
            self.merge_into(left, right)
            return left
        changed = self.special(left, f"__i{ARITHMETIC[operator]}__", right)
        return self.binary(operator, left, right) if changed is None else changed

    def s_ann(self, node: Node) -> bool | None:
        scope = self.frame.scope
        if scope.is_class and node[1][0] == "name":
            scope.vars.setdefault("__annotations__", self.new_dict())
            annotations = scope.vars["__annotations__"]
            if isinstance(annotations, DictObject):
                annotations.entries[Text.of(node[1][1])] = External("annotation", (("node", Const(node[2])),))
        if node[3] is None:
            return None
        value = self.evaluate(node[3])
        if self.leaves(value) is False:
            return False
        self.assign(node[1], self.believed(value, node[2], scope))
        return None

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

    def s_assert(self, node: Node) -> None:
        known = self.truth(self.evaluate(node[1]))
        if node[2] is not None and known is not True:
            self.evaluate(node[2])
        self.narrow(node[1], True)

    def s_global(self, node: Node) -> None:
        self.frame.scope.globals |= frozenset(node[1])

    def s_nonlocal(self, node: Node) -> None:
        self.frame.scope.nonlocals |= frozenset(node[1])
